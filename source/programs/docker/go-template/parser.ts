// Parses a template into a tree. Source: Go text/template/parse/parse.go, whose words errors use.

import {unquote} from './quote.js';
import {lex, type Token, type TokenKind} from './lexer.js';
import {nodeText, type Branch, type Command, type Node, type Operand, type Pipe} from './nodes.js';

/** A parsed template: its own nodes, and those it defined by name. */
export type Template = {
	readonly source: string;
	readonly nodes: readonly Node[];
	readonly defined: ReadonlyMap<string, readonly Node[]>;
};

/** Thrown and caught within this file: the first error ends the parsing. */
class SyntaxFault extends Error {}

export function parseTemplate(source: string, functions: ReadonlySet<string>): Template | {readonly error: string} {
	const parser = new Parser(source, functions);
	try {
		const nodes = parser.top();
		return {source, nodes, defined: parser.defined};
	} catch (error) {
		if (error instanceof SyntaxFault) {
			return {error: error.message};
		}

		throw error;
	}
}

type Ending = 'end' | 'else';

class Parser {
	readonly defined = new Map<string, readonly Node[]>();
	readonly #tokens: readonly Token[];
	readonly #functions: ReadonlySet<string>;
	#variables: string[] = ['$'];
	#rangeDepth = 0;
	#at = 0;

	constructor(source: string, functions: ReadonlySet<string>) {
		this.#tokens = lex(source);
		this.#functions = functions;
	}

	top(): readonly Node[] {
		const nodes: Node[] = [];
		while (this.#peek().kind !== 'end') {
			const token = this.#peek();
			if (token.kind === 'open' && this.#peekWord(1) === 'define') {
				this.#define();
				continue;
			}

			const node = this.#node();
			if (node === 'end' || node === 'else') {
				this.#fail(`unexpected {{${node}}}`);
			}

			if (node !== undefined) {
				nodes.push(node);
			}
		}

		return nodes;
	}

	#list(): {readonly nodes: readonly Node[]; readonly ending: Ending} {
		const nodes: Node[] = [];
		while (this.#peek().kind !== 'end') {
			const node = this.#node();
			if (node === 'end' || node === 'else') {
				return {nodes, ending: node};
			}

			if (node !== undefined) {
				nodes.push(node);
			}
		}

		return this.#fail('unexpected EOF');
	}

	/** A node; `end` or `else` when the action was one, `else` with the rest of its action unread; nothing for `define`. */
	#node(): Node | Ending | undefined {
		const token = this.#next();
		if (token.kind === 'text') {
			return {kind: 'text', text: token.text, position: token.position};
		}

		if (token.kind !== 'open') {
			return this.#unexpected(token, 'input');
		}

		const word = this.#peekSkippingSpace();
		if (word.kind !== 'keyword') {
			const {position} = this.#peekSkippingSpace();
			const pipe = this.#pipeline('command', 'close');
			return {kind: 'action', pipe, position};
		}

		this.#nextSkippingSpace();
		return this.#keyword(word);
	}

	#keyword(word: Token): Node | Ending | undefined {
		switch (word.text) {
			case 'if':
			case 'range':
			case 'with': {
				return this.#branch(word.text, word.position);
			}

			case 'end': {
				this.#expect('close', 'end');
				return 'end';
			}

			case 'else': {
				return 'else';
			}

			case 'break':
			case 'continue': {
				this.#expect('close', word.text);
				if (this.#rangeDepth === 0) {
					this.#fail(`{{${word.text}}} outside {{range}}`);
				}

				return {kind: word.text, position: word.position};
			}

			case 'template': {
				return this.#template(word.position);
			}

			case 'block': {
				return this.#block(word.position);
			}

			default: {
				return this.#unexpected(word, 'define clause');
			}
		}
	}

	#branch(kind: 'if' | 'range' | 'with', position: number): Branch {
		const outer = this.#variables.length;
		const pipe = this.#pipeline(kind, 'close');
		this.#rangeDepth += kind === 'range' ? 1 : 0;
		const {nodes, ending} = this.#list();
		this.#rangeDepth -= kind === 'range' ? 1 : 0;
		let otherwise: readonly Node[] = [];
		if (ending === 'else') {
			otherwise = this.#otherwise(kind);
		}

		this.#variables.length = outer;
		return {kind, pipe, body: nodes, otherwise, position};
	}

	/** What follows `{{else`: a list up to `{{end}}`, or another `if` or `with` that shares the `{{end}}`. */
	#otherwise(kind: 'if' | 'range' | 'with'): readonly Node[] {
		const word = this.#peekSkippingSpace();
		if (word.kind === 'keyword' && word.text === kind && kind !== 'range') {
			this.#nextSkippingSpace();
			return [this.#branch(kind, word.position)];
		}

		this.#expect('close', 'else');
		const {nodes, ending} = this.#list();
		return ending === 'end' ? nodes : this.#fail('expected end; found {{else}}');
	}

	#templateName(context: string): string {
		const token = this.#nextSkippingSpace();
		return token.kind === 'string' || token.kind === 'raw-string' ? unquote(token.text) ?? this.#fail('invalid syntax') : this.#unexpected(token, context);
	}

	#template(position: number): Node {
		const name = this.#templateName('template clause');
		if (this.#peekSkippingSpace().kind === 'close') {
			this.#nextSkippingSpace();
			return {kind: 'template', name, pipe: undefined, position};
		}

		return {kind: 'template', name, pipe: this.#pipeline('template clause', 'close'), position};
	}

	#block(position: number): Node {
		const name = this.#templateName('block clause');
		const pipe = this.#pipeline('block clause', 'close');
		this.#body(name);
		return {kind: 'template', name, pipe, position};
	}

	#define(): void {
		this.#next();
		this.#nextSkippingSpace();
		const name = this.#templateName('define clause');
		this.#expect('close', 'define clause');
		this.#body(name);
	}

	#body(name: string): void {
		const saved = this.#variables;
		this.#variables = ['$'];
		const {nodes, ending} = this.#list();
		this.#variables = saved;
		if (ending !== 'end') {
			this.#fail(`unexpected {{else}} in define clause`);
		}

		this.defined.set(name, nodes);
	}

	#pipeline(context: string, end: TokenKind): Pipe {
		const {position} = this.#peekSkippingSpace();
		const {variables, assigns} = this.#declarations(context);
		const commands: Command[] = [];
		for (;;) {
			const token = this.#nextSkippingSpace();
			if (token.kind === end) {
				this.#checkPipeline(commands, context);
				return {kind: 'pipe', variables, assigns, commands, position};
			}

			if (['bool', 'char', 'dot', 'field', 'identifier', 'number', 'nil', 'raw-string', 'string', 'variable', 'left-paren'].includes(token.kind)) {
				this.#at--;
				commands.push(this.#command());
				continue;
			}

			this.#unexpected(token, context);
		}
	}

	/** `$x :=`, `$x =`, and `$key, $value :=` in range. */
	#declarations(context: string): {readonly variables: readonly string[]; readonly assigns: boolean} {
		const start = this.#at;
		const names: string[] = [];
		for (;;) {
			const token = this.#nextSkippingSpace();
			if (token.kind !== 'variable') {
				break;
			}

			names.push(token.text);
			const after = this.#nextSkippingSpace();
			if (after.kind === 'declare' || after.kind === 'assign') {
				if (after.kind === 'declare') {
					this.#variables.push(...names);
				}

				return {variables: names, assigns: after.kind === 'assign'};
			}

			if (after.kind !== 'comma') {
				break;
			}

			if (context !== 'range' || names.length > 1) {
				this.#fail(`too many declarations in ${context}`);
			}
		}

		this.#at = start;
		return {variables: [], assigns: false};
	}

	#checkPipeline(commands: readonly Command[], context: string): void {
		if (commands.length === 0) {
			this.#fail(`missing value for ${context}`);
		}

		for (const [index, command] of commands.slice(1).entries()) {
			const [first] = command.operands;
			if (first !== undefined && ['bool', 'dot', 'nil', 'number', 'string'].includes(first.kind)) {
				this.#fail(`non executable command in pipeline stage ${index + 2}`);
			}
		}
	}

	#command(): Command {
		const {position} = this.#peekSkippingSpace();
		const operands: Operand[] = [];
		for (;;) {
			this.#skipSpace();
			const operand = this.#operand();
			if (operand !== undefined) {
				operands.push(operand);
			}

			const token = this.#next();
			if (token.kind === 'space') {
				continue;
			}

			if (token.kind === 'close' || token.kind === 'right-paren') {
				this.#at--;
			} else if (token.kind !== 'pipe') {
				this.#unexpected(token, 'operand');
			}

			break;
		}

		return operands.length === 0 ? this.#fail('empty command') : {kind: 'command', operands, position};
	}

	#operand(): Operand | undefined {
		const node = this.#term();
		if (node === undefined || this.#peek().kind !== 'field') {
			return node;
		}

		const {position} = this.#peek();
		const names: string[] = [];
		while (this.#peek().kind === 'field') {
			names.push(this.#next().text.slice(1));
		}

		switch (node.kind) {
			case 'field':
			case 'variable': {
				return {...node, names: [...node.names, ...names], position};
			}

			case 'bool':
			case 'string':
			case 'number':
			case 'nil':
			case 'dot': {
				return this.#fail(`unexpected . after term ${JSON.stringify(nodeText(node))}`);
			}

			default: {
				return {kind: 'chain', node, names, position};
			}
		}
	}

	#term(): Operand | undefined {
		const token = this.#next();
		const {position, text} = token;
		switch (token.kind) {
			case 'identifier': {
				return this.#functions.has(text) ? {kind: 'function', name: text, position} : this.#fail(`function ${JSON.stringify(text)} not defined`);
			}

			case 'dot': {
				return {kind: 'dot', position};
			}

			case 'nil': {
				return {kind: 'nil', position};
			}

			case 'variable': {
				return this.#variables.includes(text) ? {kind: 'variable', names: [text], position} : this.#fail(`undefined variable ${JSON.stringify(text)}`);
			}

			case 'field': {
				return {kind: 'field', names: [text.slice(1)], position};
			}

			case 'bool': {
				return {kind: 'bool', value: text === 'true', position};
			}

			case 'char':
			case 'number': {
				return {kind: 'number', text, value: numberValue(text) ?? this.#fail(`bad number syntax: ${JSON.stringify(text)}`), position};
			}

			case 'left-paren': {
				return this.#pipeline('parenthesized pipeline', 'right-paren');
			}

			case 'string':
			case 'raw-string': {
				return {kind: 'string', quoted: text, value: unquote(text) ?? this.#fail('invalid syntax'), position};
			}

			default: {
				this.#at--;
				return undefined;
			}
		}
	}

	#peek(): Token {
		return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)]!;
	}

	#peekWord(ahead: number): string {
		const tokens = this.#tokens.slice(this.#at + ahead, this.#at + ahead + 2).filter(token => token.kind !== 'space');
		return tokens[0]?.kind === 'keyword' ? tokens[0].text : '';
	}

	#next(): Token {
		const token = this.#peek();
		this.#at++;
		return token;
	}

	#skipSpace(): void {
		while (this.#peek().kind === 'space') {
			this.#at++;
		}
	}

	#peekSkippingSpace(): Token {
		this.#skipSpace();
		return this.#peek();
	}

	#nextSkippingSpace(): Token {
		this.#skipSpace();
		return this.#next();
	}

	#expect(kind: TokenKind, context: string): void {
		const token = this.#nextSkippingSpace();
		if (token.kind !== kind) {
			this.#unexpected(token, context);
		}
	}

	#unexpected(token: Token, context: string): never {
		if (token.kind === 'error') {
			throw new SyntaxFault(`template: :${token.line}: ${token.text}`);
		}

		const shown = token.kind === 'end' ? 'EOF' : (token.kind === 'keyword' ? `<${token.text}>` : (token.text.length > 10 ? `${JSON.stringify(token.text.slice(0, 10))}...` : JSON.stringify(token.text)));
		return this.#fail(`unexpected ${shown} in ${context}`);
	}

	#fail(message: string): never {
		const {line} = this.#tokens[Math.max(0, Math.min(this.#at - 1, this.#tokens.length - 1))]!;
		throw new SyntaxFault(`template: :${line}: ${message}`);
	}
}

function numberValue(text: string): bigint | number | undefined {
	if (text.startsWith('\'')) {
		const char = unquote(`"${text.slice(1, -1).replaceAll('"', String.raw`\"`).replaceAll(String.raw`\'`, '\'')}"`);
		return char === undefined || [...char].length !== 1 ? undefined : BigInt(char.codePointAt(0)!);
	}

	const bare = text.replaceAll('_', '');
	const digits = bare.replace(/^[\+\-]/v, '');
	if (/^0[0-7]+$/v.test(digits)) {
		return BigInt(`0o${digits.slice(1)}`) * (bare.startsWith('-') ? -1n : 1n);
	}

	if (/^(?:\d+|0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+)$/v.test(digits)) {
		return BigInt(digits) * (bare.startsWith('-') ? -1n : 1n);
	}

	const float = Number(bare);
	return Number.isNaN(float) ? undefined : float;
}
