// The parse tree of a template. Source: Go text/template/parse/node.go.

export type Position = {readonly position: number};

export type Operand =
	| Position & {readonly kind: 'field'; readonly names: readonly string[]}
	| Position & {readonly kind: 'variable'; readonly names: readonly string[]}
	| Position & {readonly kind: 'chain'; readonly node: Operand; readonly names: readonly string[]}
	| Position & {readonly kind: 'function'; readonly name: string}
	| Position & {readonly kind: 'dot'}
	| Position & {readonly kind: 'nil'}
	| Position & {readonly kind: 'bool'; readonly value: boolean}
	| Position & {readonly kind: 'number'; readonly text: string; readonly value: bigint | number}
	| Position & {readonly kind: 'string'; readonly quoted: string; readonly value: string}
	| Pipe;

export type Command = Position & {readonly kind: 'command'; readonly operands: readonly Operand[]};

export type Pipe = Position & {
	readonly kind: 'pipe';
	readonly variables: readonly string[];
	/** `$x = ...` rather than `$x := ...`. */
	readonly assigns: boolean;
	readonly commands: readonly Command[];
};

export type Branch = Position & {
	readonly kind: 'if' | 'range' | 'with';
	readonly pipe: Pipe;
	readonly body: readonly Node[];
	readonly otherwise: readonly Node[];
};

export type Node =
	| Position & {readonly kind: 'text'; readonly text: string}
	| Position & {readonly kind: 'action'; readonly pipe: Pipe}
	| Branch
	| Position & {readonly kind: 'template'; readonly name: string; readonly pipe: Pipe | undefined}
	| Position & {readonly kind: 'break'}
	| Position & {readonly kind: 'continue'};

/** An operand, command or pipe as its author wrote it, without needless spaces: what errors quote. */
export function nodeText(node: Operand | Command): string {
	switch (node.kind) {
		case 'field': {
			return node.names.map(name => `.${name}`).join('');
		}

		case 'variable': {
			return node.names.join('.');
		}

		case 'chain': {
			const inner = node.node.kind === 'pipe' ? `(${nodeText(node.node)})` : nodeText(node.node);
			return inner + node.names.map(name => `.${name}`).join('');
		}

		case 'function': {
			return node.name;
		}

		case 'dot': {
			return '.';
		}

		case 'nil': {
			return 'nil';
		}

		case 'bool': {
			return String(node.value);
		}

		case 'number': {
			return node.text;
		}

		case 'string': {
			return node.quoted;
		}

		case 'command': {
			return node.operands.map(operand => operand.kind === 'pipe' ? `(${nodeText(operand)})` : nodeText(operand)).join(' ');
		}

		case 'pipe': {
			const declared = node.variables.length === 0 ? '' : `${node.variables.join(', ')} ${node.assigns ? '=' : ':='} `;
			return declared + node.commands.map(command => nodeText(command)).join(' | ');
		}
	}
}
