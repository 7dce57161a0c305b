// Parses awk programs by recursive descent, one function for each level of precedence.

import {lex, type LexProblem, type Token} from './lexer.js';
import type {AwkProgram, Expression, LeftValue, Redirection, Rule, Statement, UserFunction} from './syntax.js';

class Refused extends Error {
	readonly line: number;

	constructor(message: string, line: number) {
		super(message);
		this.line = line;
	}
}

const depthMax = 200;

/** The program, or what is wrong with it and in which line. */
export function parseAwk(source: string): AwkProgram | LexProblem {
	const tokens = lex(source);
	if ('error' in tokens) {
		return tokens;
	}

	try {
		return new Parser(tokens).program();
	} catch (error) {
		if (error instanceof Refused) {
			return {error: error.message, line: error.line};
		}

		throw error;
	}
}

class Parser {
	readonly #tokens: readonly Token[];
	#at = 0;
	#depth = 0;
	/** Inside `print ...` a bare `>` redirects. */
	#noGreater = false;

	constructor(tokens: readonly Token[]) {
		this.#tokens = tokens;
	}

	program(): AwkProgram {
		const begin: Statement[] = [];
		const end: Statement[] = [];
		const rules: Rule[] = [];
		const functions = new Map<string, UserFunction>();
		for (this.#terminators(); this.#token.kind !== 'end'; this.#terminators()) {
			if (this.#takeWord('function')) {
				const definition = this.#function();
				functions.set(definition.name, definition);
			} else if (this.#takeWord('BEGIN')) {
				begin.push(this.#block());
			} else if (this.#takeWord('END')) {
				end.push(this.#block());
			} else {
				rules.push(this.#rule());
			}
		}

		this.#checkCalls(functions);
		return {begin, rules, end, functions};
	}

	#checkCalls(functions: ReadonlyMap<string, UserFunction>): void {
		const missing = this.#tokens.find(token => token.kind === 'function name' && !functions.has(token.text));
		if (missing?.kind === 'function name') {
			throw new Refused(`function ${missing.text} never defined`, missing.line);
		}
	}

	#rule(): Rule {
		if (this.#isSymbol('{')) {
			return {pattern: undefined, until: undefined, action: this.#block()};
		}

		const pattern = this.#expression();
		let until: Expression | undefined;
		if (this.#take(',')) {
			this.#newlines();
			until = this.#expression();
		}

		return {pattern, until, action: this.#isSymbol('{') ? this.#block() : undefined};
	}

	#function(): UserFunction {
		const name = this.#token;
		if (name.kind !== 'name' && name.kind !== 'function name') {
			this.#fail();
		}

		this.#at++;
		this.#expect('(');
		const parameters: string[] = [];
		while (!this.#take(')')) {
			parameters.push(this.#name());
			if (!this.#isSymbol(')')) {
				this.#expect(',');
				this.#newlines();
			}
		}

		this.#newlines();
		return {name: name.text, parameters, body: this.#block()};
	}

	// Tokens

	get #token(): Token {
		return this.#tokens[this.#at] ?? this.#tokens.at(-1)!;
	}

	#fail(): never {
		const token = this.#token;
		const shown = token.kind === 'end' || token.kind === 'newline' ? 'end of file or newline' : (token.kind === 'number' ? String(token.value) : (token.kind === 'string' ? `"${token.text}"` : token.text));
		throw new Refused(token.kind === 'end' || (token.kind === 'newline' && this.#at >= this.#tokens.length - 2) ? 'syntax error at or near end of file' : `syntax error at or near ${shown}`.replace('end of file or newline', 'end of line'), token.line);
	}

	#isSymbol(...texts: readonly string[]): boolean {
		return this.#token.kind === 'symbol' && texts.includes(this.#token.text);
	}

	#isWord(text: string): boolean {
		return this.#token.kind === 'word' && this.#token.text === text;
	}

	#take(text: string): boolean {
		const found = this.#isSymbol(text);
		this.#at += found ? 1 : 0;
		return found;
	}

	#takeWord(text: string): boolean {
		const found = this.#isWord(text);
		this.#at += found ? 1 : 0;
		return found;
	}

	#expect(text: string): void {
		if (!this.#take(text)) {
			this.#fail();
		}
	}

	#name(): string {
		const token = this.#token;
		if (token.kind !== 'name') {
			this.#fail();
		}

		this.#at++;
		return token.text;
	}

	#newlines(): void {
		while (this.#token.kind === 'newline') {
			this.#at++;
		}
	}

	#terminators(): void {
		while (this.#token.kind === 'newline' || this.#isSymbol(';')) {
			this.#at++;
		}
	}

	// Statements

	#block(): Statement {
		this.#expect('{');
		const body: Statement[] = [];
		for (this.#terminators(); !this.#take('}'); this.#terminators()) {
			body.push(this.#statement());
		}

		return {kind: 'block', body};
	}

	#statement(): Statement {
		if (++this.#depth > depthMax) {
			throw new Refused('program is nested too deeply', this.#token.line);
		}

		const statement = this.#anyStatement();
		this.#depth--;
		return statement;
	}

	#anyStatement(): Statement {
		if (this.#isSymbol('{')) {
			return this.#block();
		}

		if (this.#take(';')) {
			return {kind: 'block', body: []};
		}

		const token = this.#token;
		if (token.kind === 'word') {
			switch (token.text) {
				case 'if': return this.#if();
				case 'while': return this.#while();
				case 'do': return this.#do();
				case 'for': return this.#for();
				default:
			}
		}

		const statement = this.#simple();
		this.#endOfStatement();
		return statement;
	}

	#endOfStatement(): void {
		if (this.#token.kind === 'newline' || this.#isSymbol(';')) {
			this.#at++;
		} else if (!this.#isSymbol('}')) {
			this.#fail();
		}
	}

	#condition(): Expression {
		this.#expect('(');
		const condition = this.#expression();
		this.#expect(')');
		return condition;
	}

	#body(): Statement {
		this.#newlines();
		return this.#statement();
	}

	#if(): Statement {
		this.#at++;
		const condition = this.#condition();
		const yes = this.#body();
		const before = this.#at;
		this.#terminators();
		if (this.#takeWord('else')) {
			return {kind: 'if', condition, yes, no: this.#body()};
		}

		this.#at = before;
		return {kind: 'if', condition, yes, no: undefined};
	}

	#while(): Statement {
		this.#at++;
		const condition = this.#condition();
		return {kind: 'while', condition, body: this.#body()};
	}

	#do(): Statement {
		this.#at++;
		const body = this.#body();
		this.#terminators();
		if (!this.#takeWord('while')) {
			this.#fail();
		}

		const condition = this.#condition();
		this.#endOfStatement();
		return {kind: 'do', condition, body};
	}

	#for(): Statement {
		this.#at++;
		this.#expect('(');
		const [first, second, third, fourth] = this.#tokens.slice(this.#at);
		if (first?.kind === 'name' && second?.kind === 'word' && second.text === 'in' && third?.kind === 'name' && fourth?.kind === 'symbol' && fourth.text === ')') {
			this.#at += 4;
			return {kind: 'for in', variable: {kind: 'variable', name: first.text}, name: third.text, body: this.#body()};
		}

		const start = this.#isSymbol(';') ? undefined : this.#simple();
		this.#expect(';');
		this.#newlines();
		const condition = this.#isSymbol(';') ? undefined : this.#expression();
		this.#expect(';');
		this.#newlines();
		const update = this.#isSymbol(')') ? undefined : this.#simple();
		this.#expect(')');
		return {kind: 'for', start, condition, update, body: this.#body()};
	}

	#simple(): Statement {
		const token = this.#token;
		if (token.kind !== 'word') {
			return {kind: 'expression', expression: this.#expression()};
		}

		switch (token.text) {
			case 'print':
			case 'printf': {
				this.#at++;
				return this.#print(token.text);
			}

			case 'break':
			case 'continue':
			case 'next':
			case 'nextfile': {
				this.#at++;
				return {kind: token.text};
			}

			case 'exit':
			case 'return': {
				this.#at++;
				const bare = this.#token.kind === 'newline' || this.#isSymbol(';', '}');
				return {kind: token.text, value: bare ? undefined : this.#expression()};
			}

			case 'delete': {
				this.#at++;
				const name = this.#name();
				return {kind: 'delete', name, subscripts: this.#take('[') ? this.#list(']') : undefined};
			}

			default: return {kind: 'expression', expression: this.#expression()};
		}
	}

	#print(kind: 'print' | 'printf'): Statement {
		let args: readonly Expression[] = [];
		const before = this.#noGreater;
		this.#noGreater = true;
		if (!(this.#token.kind === 'newline' || this.#isSymbol(';', '}', '>', '>>', '|'))) {
			args = this.#printArguments();
		}

		this.#noGreater = before;
		return {kind, args, redirection: this.#redirection()};
	}

	/** `print (a, b) > f`: parentheses around the whole list, unless an expression goes on after them. */
	#printArguments(): readonly Expression[] {
		const start = this.#at;
		if (this.#take('(')) {
			const before = this.#noGreater;
			this.#noGreater = false;
			const list = this.#list(')');
			this.#noGreater = before;
			if (this.#token.kind === 'newline' || this.#isSymbol(';', '}', '>', '>>', '|')) {
				return list;
			}

			this.#at = start;
		}

		const list = [this.#expression()];
		while (this.#take(',')) {
			this.#newlines();
			list.push(this.#expression());
		}

		return list;
	}

	#redirection(): Redirection | undefined {
		const token = this.#token;
		if (token.kind !== 'symbol' || !['>', '>>', '|'].includes(token.text)) {
			return undefined;
		}

		this.#at++;
		return {kind: token.text as '>', target: this.#concatenation(true)};
	}

	#list(close: string): readonly Expression[] {
		const list: Expression[] = [];
		this.#newlines();
		while (!this.#take(close)) {
			list.push(this.#expression());
			this.#newlines();
			if (!this.#isSymbol(close)) {
				this.#expect(',');
				this.#newlines();
			}
		}

		return list;
	}

	// Expressions, from the loosest to the tightest

	#expression(): Expression {
		if (++this.#depth > depthMax) {
			throw new Refused('expression is nested too deeply', this.#token.line);
		}

		const expression = this.#assignment();
		this.#depth--;
		return expression;
	}

	#assignment(): Expression {
		const left = this.#choice();
		const token = this.#token;
		if (token.kind === 'symbol' && ['=', '+=', '-=', '*=', '/=', '%=', '^='].includes(token.text) && isLeftValue(left)) {
			this.#at++;
			this.#newlines();
			return {kind: 'assign', operator: token.text.slice(0, -1), target: left, value: this.#expression()};
		}

		return left;
	}

	#choice(): Expression {
		const condition = this.#or();
		if (!this.#take('?')) {
			return condition;
		}

		this.#newlines();
		const yes = this.#expression();
		this.#newlines();
		this.#expect(':');
		this.#newlines();
		return {kind: 'choice', condition, yes, no: this.#expression()};
	}

	#or(): Expression {
		let left = this.#and();
		while (this.#take('||')) {
			this.#newlines();
			left = {kind: 'or', left, right: this.#and()};
		}

		return left;
	}

	#and(): Expression {
		let left = this.#in();
		while (this.#take('&&')) {
			this.#newlines();
			left = {kind: 'and', left, right: this.#in()};
		}

		return left;
	}

	#in(): Expression {
		let left = this.#match();
		while (this.#takeWord('in')) {
			left = {kind: 'in', subscripts: [left], name: this.#name()};
		}

		return left;
	}

	#match(): Expression {
		let left = this.#comparison();
		while (this.#isSymbol('~', '!~')) {
			const negated = this.#isSymbol('!~');
			this.#at++;
			left = {kind: 'match', negated, left, right: this.#comparison()};
		}

		return left;
	}

	#comparison(): Expression {
		let left = this.#concatenation(false);
		while (this.#isSymbol('|') && this.#tokens[this.#at + 1]?.kind === 'word' && (this.#tokens[this.#at + 1] as {text: string}).text === 'getline') {
			this.#at += 2;
			left = {kind: 'getline', from: 'command', source: left, target: this.#optionalTarget()};
		}

		const token = this.#token;
		if (token.kind === 'symbol' && (['<', '<=', '==', '!=', '>='].includes(token.text) || (token.text === '>' && !this.#noGreater))) {
			this.#at++;
			return {kind: 'compare', operator: token.text, left, right: this.#concatenation(false)};
		}

		return left;
	}

	#concatenation(isTarget: boolean): Expression {
		let left = this.#additive();
		while (this.#beginsOperand() && !(isTarget && this.#isSymbol('-', '+'))) {
			left = {kind: 'concatenation', left, right: this.#additive()};
		}

		return left;
	}

	#beginsOperand(): boolean {
		const token = this.#token;
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
		while (this.#isSymbol('+', '-')) {
			const operator = (this.#token as {text: string}).text;
			this.#at++;
			left = {kind: 'arithmetic', operator, left, right: this.#multiplicative()};
		}

		return left;
	}

	#multiplicative(): Expression {
		let left = this.#unary();
		while (this.#isSymbol('*', '/', '%')) {
			const operator = (this.#token as {text: string}).text;
			this.#at++;
			left = {kind: 'arithmetic', operator, left, right: this.#unary()};
		}

		return left;
	}

	#unary(): Expression {
		const token = this.#token;
		if (token.kind === 'symbol' && (token.text === '!' || token.text === '-' || token.text === '+')) {
			this.#at++;
			if (++this.#depth > depthMax) {
				throw new Refused('expression is nested too deeply', token.line);
			}

			const operand = this.#unary();
			this.#depth--;
			return {kind: 'unary', operator: token.text, operand};
		}

		return this.#power();
	}

	#power(): Expression {
		const left = this.#postfix();
		if (!this.#take('^')) {
			return left;
		}

		return {kind: 'arithmetic', operator: '^', left, right: this.#isSymbol('-', '+', '!') ? this.#unary() : this.#power()};
	}

	#postfix(): Expression {
		const operand = this.#primary();
		if (isLeftValue(operand) && this.#isSymbol('++', '--')) {
			const by = this.#isSymbol('++') ? 1 : -1;
			this.#at++;
			return {kind: 'increment', by, prefix: false, target: operand};
		}

		return operand;
	}

	#primary(): Expression {
		const token = this.#token;
		this.#at++;
		switch (token.kind) {
			case 'number': return {kind: 'number', value: token.value};
			case 'string': return {kind: 'string', value: token.text};
			case 'regex': return {kind: 'regex', source: token.text};
			case 'name': return this.#take('[') ? {kind: 'element', name: token.text, subscripts: this.#unrestricted(() => this.#list(']'))} : {kind: 'variable', name: token.text};
			case 'function name': {
				this.#expect('(');
				return {kind: 'call', name: token.text, args: this.#unrestricted(() => this.#list(')'))};
			}

			case 'builtin': return {kind: 'builtin', name: token.text, args: this.#take('(') ? this.#unrestricted(() => this.#list(')')) : this.#withoutArguments(token)};
			case 'word': {
				if (token.text === 'getline') {
					return this.#getline();
				}

				break;
			}

			case 'symbol': return this.#symbolPrimary(token.text);
			default:
		}

		this.#at--;
		return this.#fail();
	}

	/** Only `length` may be called without parentheses. */
	#withoutArguments(token: {readonly text: string}): readonly Expression[] {
		return token.text === 'length' ? [] : this.#fail();
	}

	#unrestricted<T>(parse: () => T): T {
		const before = this.#noGreater;
		this.#noGreater = false;
		const result = parse();
		this.#noGreater = before;
		return result;
	}

	#symbolPrimary(text: string): Expression {
		switch (text) {
			case '$': {
				const prefix = this.#isSymbol('++', '--') || this.#isSymbol('-', '+', '!');
				return {kind: 'field', index: prefix ? this.#unary() : this.#primary()};
			}

			case '++':
			case '--': {
				const target = this.#primary();
				return isLeftValue(target) ? {kind: 'increment', by: text === '++' ? 1 : -1, prefix: true, target} : this.#fail();
			}

			case '(': {
				const list = this.#unrestricted(() => this.#list(')'));
				if (list.length === 1) {
					return {kind: 'group', inside: list[0]!};
				}

				if (list.length > 1 && this.#takeWord('in')) {
					return {kind: 'in', subscripts: list, name: this.#name()};
				}

				return this.#fail();
			}

			default: {
				this.#at--;
				return this.#fail();
			}
		}
	}

	#optionalTarget(): LeftValue | undefined {
		if (!(this.#token.kind === 'name' || this.#isSymbol('$'))) {
			return undefined;
		}

		const target = this.#primary();
		return isLeftValue(target) ? target : this.#fail();
	}

	#getline(): Expression {
		const target = this.#optionalTarget();
		if (this.#take('<')) {
			return {kind: 'getline', from: 'file', source: this.#primary(), target};
		}

		return {kind: 'getline', from: 'input', source: undefined, target};
	}
}

function isLeftValue(expression: Expression): expression is LeftValue {
	return expression.kind === 'variable' || expression.kind === 'field' || expression.kind === 'element';
}
