// Parses the expressions of awk by recursive descent, one function for each level of precedence. The parser of statements is built
// upon it (parser.ts).

import type {Token} from './lexer.js';
import type {Expression, LeftValue} from './syntax.js';

/** Thrown to leave the parser from any depth; parseAwk catches it. */
export class Refused extends Error {
	readonly line: number;

	constructor(message: string, line: number) {
		super(message);
		this.line = line;
	}
}

export const depthMax = 200;

export class ExpressionParser {
	protected readonly tokens: readonly Token[];
	protected at = 0;
	protected depth = 0;
	/** Inside `print ...` a bare `>` redirects. */
	protected noGreater = false;

	constructor(tokens: readonly Token[]) {
		this.tokens = tokens;
	}

	// Tokens

	protected get token(): Token {
		return this.tokens[this.at] ?? this.tokens.at(-1)!;
	}

	protected fail(): never {
		const token = this.token;
		throw new Refused(`syntax error at or near ${this.at >= this.tokens.length - 2 ? 'end of file' : describe(token)}`, token.line);
	}

	protected isSymbol(...texts: readonly string[]): boolean {
		return this.token.kind === 'symbol' && texts.includes(this.token.text);
	}

	protected isWord(text: string): boolean {
		return this.token.kind === 'word' && this.token.text === text;
	}

	protected take(text: string): boolean {
		const found = this.isSymbol(text);
		this.at += found ? 1 : 0;
		return found;
	}

	protected takeWord(text: string): boolean {
		const found = this.isWord(text);
		this.at += found ? 1 : 0;
		return found;
	}

	protected expect(text: string): void {
		if (!this.take(text)) {
			this.fail();
		}
	}

	protected name(): string {
		const token = this.token;
		if (token.kind !== 'name') {
			this.fail();
		}

		this.at++;
		return token.text;
	}

	protected newlines(): void {
		while (this.token.kind === 'newline') {
			this.at++;
		}
	}

	protected terminators(): void {
		while (this.token.kind === 'newline' || this.isSymbol(';')) {
			this.at++;
		}
	}

	protected list(close: string): readonly Expression[] {
		const list: Expression[] = [];
		this.newlines();
		while (!this.take(close)) {
			list.push(this.expression());
			this.newlines();
			if (!this.isSymbol(close)) {
				this.expect(',');
				this.newlines();
			}
		}

		return list;
	}

	// Expressions, from the loosest to the tightest

	protected expression(): Expression {
		if (++this.depth > depthMax) {
			throw new Refused('expression is nested too deeply', this.token.line);
		}

		const expression = this.#assignment();
		this.depth--;
		return expression;
	}

	#assignment(): Expression {
		const left = this.#choice();
		const token = this.token;
		if (token.kind === 'symbol' && ['=', '+=', '-=', '*=', '/=', '%=', '^='].includes(token.text) && isLeftValue(left)) {
			this.at++;
			this.newlines();
			return {kind: 'assign', operator: token.text.slice(0, -1), target: left, value: this.expression()};
		}

		return left;
	}

	#choice(): Expression {
		const condition = this.#or();
		if (!this.take('?')) {
			return condition;
		}

		this.newlines();
		const yes = this.expression();
		this.newlines();
		this.expect(':');
		this.newlines();
		return {kind: 'choice', condition, yes, no: this.expression()};
	}

	#or(): Expression {
		let left = this.#and();
		while (this.take('||')) {
			this.newlines();
			left = {kind: 'or', left, right: this.#and()};
		}

		return left;
	}

	#and(): Expression {
		let left = this.#in();
		while (this.take('&&')) {
			this.newlines();
			left = {kind: 'and', left, right: this.#in()};
		}

		return left;
	}

	#in(): Expression {
		let left = this.#match();
		while (this.takeWord('in')) {
			left = {kind: 'in', subscripts: [left], name: this.name()};
		}

		return left;
	}

	#match(): Expression {
		let left = this.#comparison();
		while (this.isSymbol('~', '!~')) {
			const negated = this.isSymbol('!~');
			this.at++;
			left = {kind: 'match', negated, left, right: this.#comparison()};
		}

		return left;
	}

	#comparison(): Expression {
		let left = this.concatenation(false);
		while (this.isSymbol('|') && this.tokens[this.at + 1]?.kind === 'word' && (this.tokens[this.at + 1] as {text: string}).text === 'getline') {
			this.at += 2;
			left = {kind: 'getline', from: 'command', source: left, target: this.#optionalTarget()};
		}

		const token = this.token;
		if (token.kind === 'symbol' && (['<', '<=', '==', '!=', '>='].includes(token.text) || (token.text === '>' && !this.noGreater))) {
			this.at++;
			return {kind: 'compare', operator: token.text, left, right: this.concatenation(false)};
		}

		return left;
	}

	protected concatenation(isTarget: boolean): Expression {
		let left = this.#additive();
		while (this.#beginsOperand() && !(isTarget && this.isSymbol('-', '+'))) {
			left = {kind: 'concatenation', left, right: this.#additive()};
		}

		return left;
	}

	#beginsOperand(): boolean {
		const token = this.token;
		switch (token.kind) {
			case 'number':
			case 'string':
			case 'regex':
			case 'name':
			case 'function name':
			case 'builtin': return true;
			case 'symbol': return ['$', '!', '(', '-', '+', '++', '--'].includes(token.text);
			default: return false;
		}
	}

	#additive(): Expression {
		let left = this.#multiplicative();
		while (this.isSymbol('+', '-')) {
			const operator = (this.token as {text: string}).text;
			this.at++;
			left = {kind: 'arithmetic', operator, left, right: this.#multiplicative()};
		}

		return left;
	}

	#multiplicative(): Expression {
		let left = this.#unary();
		while (this.isSymbol('*', '/', '%')) {
			const operator = (this.token as {text: string}).text;
			this.at++;
			left = {kind: 'arithmetic', operator, left, right: this.#unary()};
		}

		return left;
	}

	#unary(): Expression {
		const token = this.token;
		if (token.kind === 'symbol' && (token.text === '!' || token.text === '-' || token.text === '+')) {
			this.at++;
			if (++this.depth > depthMax) {
				throw new Refused('expression is nested too deeply', token.line);
			}

			const operand = this.#unary();
			this.depth--;
			return {kind: 'unary', operator: token.text, operand};
		}

		return this.#power();
	}

	#power(): Expression {
		const left = this.#postfix();
		if (!this.take('^')) {
			return left;
		}

		return {kind: 'arithmetic', operator: '^', left, right: this.isSymbol('-', '+', '!') ? this.#unary() : this.#power()};
	}

	#postfix(): Expression {
		const operand = this.#primary();
		if (isLeftValue(operand) && this.isSymbol('++', '--')) {
			const by = this.isSymbol('++') ? 1 : -1;
			this.at++;
			return {kind: 'increment', by, prefix: false, target: operand};
		}

		return operand;
	}

	#primary(): Expression {
		const token = this.token;
		this.at++;
		switch (token.kind) {
			case 'number': return {kind: 'number', value: token.value};
			case 'string': return {kind: 'string', value: token.text};
			case 'regex': return {kind: 'regex', source: token.text};
			case 'name': return this.take('[') ? {kind: 'element', name: token.text, subscripts: this.#unrestricted(() => this.list(']'))} : {kind: 'variable', name: token.text};
			case 'function name': {
				this.expect('(');
				return {kind: 'call', name: token.text, args: this.#unrestricted(() => this.list(')'))};
			}

			case 'builtin': return {kind: 'builtin', name: token.text, args: this.take('(') ? this.#unrestricted(() => this.list(')')) : this.#withoutArguments(token)};
			case 'word': {
				if (token.text === 'getline') {
					return this.#getline();
				}

				break;
			}

			case 'symbol': return this.#symbolPrimary(token.text);
			default:
		}

		this.at--;
		return this.fail();
	}

	/** Only `length` may be called without parentheses. */
	#withoutArguments(token: {readonly text: string}): readonly Expression[] {
		return token.text === 'length' ? [] : this.fail();
	}

	#unrestricted<T>(parse: () => T): T {
		const before = this.noGreater;
		this.noGreater = false;
		const result = parse();
		this.noGreater = before;
		return result;
	}

	#symbolPrimary(text: string): Expression {
		switch (text) {
			case '$': {
				const prefix = this.isSymbol('++', '--') || this.isSymbol('-', '+', '!');
				return {kind: 'field', index: prefix ? this.#unary() : this.#primary()};
			}

			case '++':
			case '--': {
				const target = this.#primary();
				return isLeftValue(target) ? {kind: 'increment', by: text === '++' ? 1 : -1, prefix: true, target} : this.fail();
			}

			case '(': {
				const list = this.#unrestricted(() => this.list(')'));
				if (list.length === 1) {
					return {kind: 'group', inside: list[0]!};
				}

				if (list.length > 1 && this.takeWord('in')) {
					return {kind: 'in', subscripts: list, name: this.name()};
				}

				return this.fail();
			}

			default: {
				this.at--;
				return this.fail();
			}
		}
	}

	#optionalTarget(): LeftValue | undefined {
		if (!(this.token.kind === 'name' || this.isSymbol('$'))) {
			return undefined;
		}

		const target = this.#primary();
		return isLeftValue(target) ? target : this.fail();
	}

	#getline(): Expression {
		const target = this.#optionalTarget();
		if (this.take('<')) {
			return {kind: 'getline', from: 'file', source: this.#primary(), target};
		}

		return {kind: 'getline', from: 'input', source: undefined, target};
	}
}

function describe(token: Token): string {
	switch (token.kind) {
		case 'number': return String(token.value);
		case 'string': return `"${token.text}"`;
		case 'newline':
		case 'end': return 'end of line';
		default: return token.text;
	}
}

function isLeftValue(expression: Expression): expression is LeftValue {
	return expression.kind === 'variable' || expression.kind === 'field' || expression.kind === 'element';
}
