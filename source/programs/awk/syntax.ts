// The tree that the parser makes and the interpreter walks.

export type LeftValue =
	| {readonly kind: 'variable'; readonly name: string}
	| {readonly kind: 'field'; readonly index: Expression}
	| {readonly kind: 'element'; readonly name: string; readonly subscripts: readonly Expression[]};

export type Expression =
	| {readonly kind: 'number'; readonly value: number}
	| {readonly kind: 'string'; readonly value: string}
	| {readonly kind: 'regex'; readonly source: string}
	| LeftValue
	| {readonly kind: 'group'; readonly inside: Expression}
	| {readonly kind: 'assign'; readonly operator: string; readonly target: LeftValue; readonly value: Expression}
	| {readonly kind: 'increment'; readonly by: 1 | -1; readonly prefix: boolean; readonly target: LeftValue}
	| {readonly kind: 'unary'; readonly operator: '-' | '+' | '!'; readonly operand: Expression}
	| {readonly kind: 'arithmetic'; readonly operator: string; readonly left: Expression; readonly right: Expression}
	| {readonly kind: 'compare'; readonly operator: string; readonly left: Expression; readonly right: Expression}
	| {readonly kind: 'concatenation'; readonly left: Expression; readonly right: Expression}
	| {readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression}
	| {readonly kind: 'match'; readonly negated: boolean; readonly left: Expression; readonly right: Expression}
	| {readonly kind: 'in'; readonly subscripts: readonly Expression[]; readonly name: string}
	| {readonly kind: 'choice'; readonly condition: Expression; readonly yes: Expression; readonly no: Expression}
	| {readonly kind: 'call' | 'builtin'; readonly name: string; readonly args: readonly Expression[]}
	| {readonly kind: 'getline'; readonly from: 'input' | 'file' | 'command'; readonly source: Expression | undefined; readonly target: LeftValue | undefined};

export type Redirection = {readonly kind: '>' | '>>' | '|'; readonly target: Expression};

export type Statement =
	| {readonly kind: 'block'; readonly body: readonly Statement[]}
	| {readonly kind: 'expression'; readonly expression: Expression}
	| {readonly kind: 'print' | 'printf'; readonly args: readonly Expression[]; readonly redirection: Redirection | undefined}
	| {readonly kind: 'if'; readonly condition: Expression; readonly yes: Statement; readonly no: Statement | undefined}
	| {readonly kind: 'while'; readonly condition: Expression; readonly body: Statement}
	| {readonly kind: 'do'; readonly condition: Expression; readonly body: Statement}
	| {readonly kind: 'for'; readonly start: Statement | undefined; readonly condition: Expression | undefined; readonly update: Statement | undefined; readonly body: Statement}
	| {readonly kind: 'for in'; readonly variable: LeftValue; readonly name: string; readonly body: Statement}
	| {readonly kind: 'delete'; readonly name: string; readonly subscripts: readonly Expression[] | undefined}
	| {readonly kind: 'break' | 'continue' | 'next' | 'nextfile'}
	| {readonly kind: 'exit' | 'return'; readonly value: Expression | undefined};

export type Rule = {readonly pattern: Expression | undefined; readonly until: Expression | undefined; readonly action: Statement | undefined};

export type UserFunction = {readonly name: string; readonly parameters: readonly string[]; readonly body: Statement};

export type AwkProgram = {
	readonly begin: readonly Statement[];
	readonly rules: readonly Rule[];
	readonly end: readonly Statement[];
	readonly functions: ReadonlyMap<string, UserFunction>;
};
