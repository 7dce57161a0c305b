// The syntax tree that the interpreter walks. Words are kept as they were written and taken apart when they are first
// expanded (word.ts), because the same word is expanded by other rules in a here-document, a pattern or an assignment.

/** A word as it stands in the source, with its quotes. */
export type Word = {readonly text: string};

export type ArrayValue = {readonly elements: readonly Word[]};

export type Assignment = {
	readonly text: string;
	readonly name: string;
	/** The text between the brackets of `name[...]=`. */
	readonly subscript: string | undefined;
	readonly append: boolean;
	readonly value: Word | ArrayValue;
};

export type FileOperator = '>' | '>>' | '<' | '<>' | '<&' | '>&' | '>|' | '&>' | '&>>';

type Destination = {
	/** The number before the operator. */
	readonly fd: number | undefined;
	/** `{name}` before the operator: the shell chooses the number and stores it there. */
	readonly variable: string | undefined;
};

export type Redirection = Destination & (
	| {readonly kind: 'file'; readonly operator: FileOperator; readonly target: Word}
	| {readonly kind: 'here-document'; readonly body: Word; /** The delimiter was quoted: nothing is expanded. */ readonly literal: boolean}
	| {readonly kind: 'here-string'; readonly target: Word}
);

export type SimpleCommand = {
	readonly kind: 'simple';
	readonly line: number;
	readonly assignments: readonly Assignment[];
	/** Assignments among them are arguments of `declare` and its kin. */
	readonly words: readonly (Word | Assignment)[];
	readonly redirections: readonly Redirection[];
};

export type List = readonly Statement[];

export type CaseItem = {readonly patterns: readonly Word[]; readonly body: List; readonly terminator: ';;' | ';&' | ';;&'};

export type Condition =
	| {readonly kind: 'unary'; readonly operator: string; readonly operand: Word}
	| {readonly kind: 'binary'; readonly operator: string; readonly left: Word; readonly right: Word}
	| {readonly kind: 'and' | 'or'; readonly operands: readonly Condition[]}
	| {readonly kind: 'not'; readonly operand: Condition};

export type CompoundBody =
	| {readonly kind: 'if'; readonly clauses: readonly {readonly test: List; readonly body: List}[]; readonly otherwise: List | undefined}
	| {readonly kind: 'for' | 'select'; readonly name: string; readonly words: readonly Word[] | undefined; readonly body: List}
	| {readonly kind: 'arithmetic-for'; readonly initialize: string; readonly test: string; readonly update: string; readonly body: List}
	| {readonly kind: 'while'; readonly until: boolean; readonly test: List; readonly body: List}
	| {readonly kind: 'case'; readonly word: Word; readonly items: readonly CaseItem[]}
	| {readonly kind: 'group'; readonly body: List}
	| {readonly kind: 'subshell'; readonly body: List}
	| {readonly kind: 'conditional'; readonly condition: Condition}
	| {readonly kind: 'arithmetic'; readonly text: string};

export type CompoundCommand = CompoundBody & {readonly line: number; readonly redirections: readonly Redirection[]};

export type FunctionDefinition = {readonly kind: 'function'; readonly line: number; readonly name: string; /** Written `function name`. */ readonly hasKeyword: boolean; readonly body: CompoundCommand};

export type Command = SimpleCommand | CompoundCommand | FunctionDefinition;

export type Pipeline = {
	readonly commands: readonly Command[];
	/** For each `|` whether it was `|&`. */
	readonly joinsErrors: readonly boolean[];
	readonly negated: boolean;
	readonly time: 'bash' | 'posix' | undefined;
	/** For `jobs`. */
	readonly text: string;
};

export type Statement = {
	readonly first: Pipeline;
	readonly rest: readonly {readonly operator: '&&' | '||'; readonly pipeline: Pipeline}[];
	readonly background: boolean;
	readonly line: number;
	readonly text: string;
};

export function isAssignment(word: Word | Assignment): word is Assignment {
	return 'name' in word;
}

export function isArrayValue(value: Word | ArrayValue): value is ArrayValue {
	return 'elements' in value;
}
