// Arithmetic of `$(( ))`, `(( ))`, `let`, subscripts and slices: C's operators over 64-bit two's complement integers.
//
// The evaluator computes while it parses, as bash's expr.c does, and switches evaluation off (`#skipping`) in the branch of
// `?:`, `&&` and `||` that is not taken. Keeping its structure keeps its error tokens. A variable's value is itself an expression.

import {compute, digitValue, power, wrap} from './int64.js';
import {closingBracket} from './scan.js';

/** How variables look to an expression. `subscript` is the text between brackets, not evaluated yet. */
export type ArithmeticVariables = {
	get(name: string, subscript: string | undefined): string;
	set(name: string, subscript: string | undefined, value: bigint): void;
};

/** What is wrong with an expression, with the words of bash; `kind` lets other shells find theirs. */
export class ArithmeticError extends Error {
	readonly kind: 'division' | 'operand' | 'other';
	readonly expression: string;

	constructor(problem: string, options: {readonly kind: ArithmeticError['kind']; readonly expression: string; readonly token: string}) {
		super(`${options.expression}: ${problem} (error token is "${options.token}")`);
		this.kind = options.kind;
		this.expression = options.expression;
	}
}

/** How deep variables may refer to expressions that refer to variables. */
const depthMax = 128;

/** How deep parentheses and unary operators may nest in one expression. */
const nestingMax = 300;

export function evaluateArithmetic(expression: string, variables: ArithmeticVariables, depth = 0): bigint {
	return new Evaluator(expression, variables, depth).whole();
}

type Token =
	| {readonly kind: 'end'}
	| {readonly kind: 'number'; readonly value: bigint}
	| {readonly kind: 'name'; readonly name: string; readonly subscript: string | undefined}
	/** `assign` is the operator of `+=` and its kin, empty for `=`. */
	| {readonly kind: 'assign'; readonly operator: string}
	| {readonly kind: 'operator'; readonly text: string};

const binaryLevels: readonly (readonly string[])[] = [
	['|'], ['^'], ['&'], ['==', '!='], ['<', '>', '<=', '>='], ['<<', '>>'], ['+', '-'], ['*', '/', '%'],
];

class Evaluator {
	readonly #text: string;
	readonly #variables: ArithmeticVariables;
	readonly #depth: number;
	#at = 0;
	#tokenStart = 0;
	#token: Token = {kind: 'end'};
	#skipping = 0;
	#nesting = 0;

	constructor(text: string, variables: ArithmeticVariables, depth: number) {
		this.#text = text;
		this.#variables = variables;
		this.#depth = depth;
	}

	whole(): bigint {
		if (this.#depth > depthMax) {
			this.#fail('expression recursion level exceeded');
		}

		this.#advance();
		if (this.#isEnd()) {
			return 0n;
		}

		const value = this.#comma();
		if (!this.#isEnd()) {
			this.#fail('syntax error in expression');
		}

		return value;
	}

	#comma(): bigint {
		let value = this.#assignment();
		while (this.#isOperator(',')) {
			this.#advance();
			value = this.#assignment();
		}

		return value;
	}

	#assignment(): bigint {
		const start = this.#token;
		const value = this.#conditional();
		const token = this.#token;
		if (token.kind !== 'assign') {
			return value;
		}

		if (start.kind !== 'name' || this.#lastName !== start) {
			this.#fail('attempted assignment to non-variable');
		}

		this.#advance();
		const right = this.#assignment();
		const result = token.operator === '' ? right : this.#binary(token.operator, this.#valueOf(start), right);
		this.#store(start, result);
		return result;
	}

	/** The name that the last operand consisted of, so that `a + b = 1` is refused. */
	#lastName: Token | undefined;

	#conditional(): bigint {
		const test = this.#or();
		if (!this.#isOperator('?')) {
			return test;
		}

		this.#advance();
		if (this.#isEnd() || this.#isOperator(':')) {
			this.#fail('expression expected');
		}

		const consequent = this.#skippingIf(test === 0n, () => this.#comma());
		if (!this.#isOperator(':')) {
			this.#fail('`:\' expected for conditional expression');
		}

		this.#advance();
		if (this.#isEnd()) {
			this.#fail('expression expected');
		}

		const alternate = this.#skippingIf(test !== 0n, () => this.#conditional());
		this.#lastName = undefined;
		return test === 0n ? alternate : consequent;
	}

	#or(): bigint {
		let value = this.#and();
		while (this.#isOperator('||')) {
			this.#advance();
			const right = this.#skippingIf(value !== 0n, () => this.#and());
			value = value !== 0n || right !== 0n ? 1n : 0n;
			this.#lastName = undefined;
		}

		return value;
	}

	#and(): bigint {
		let value = this.#level(0);
		while (this.#isOperator('&&')) {
			this.#advance();
			const right = this.#skippingIf(value === 0n, () => this.#level(0));
			value = value !== 0n && right !== 0n ? 1n : 0n;
			this.#lastName = undefined;
		}

		return value;
	}

	#level(level: number): bigint {
		const operators = binaryLevels[level];
		if (operators === undefined) {
			return this.#power();
		}

		let value = this.#level(level + 1);
		for (;;) {
			const token = this.#token;
			if (token.kind !== 'operator' || !operators.includes(token.text)) {
				return value;
			}

			this.#advance();
			const right = this.#level(level + 1);
			value = this.#binary(token.text, value, right);
			this.#lastName = undefined;
		}
	}

	#power(): bigint {
		const base = this.#unary();
		if (!this.#isOperator('**')) {
			return base;
		}

		this.#advance();
		const exponent = this.#power();
		this.#lastName = undefined;
		if (exponent < 0n) {
			this.#fail('exponent less than 0');
		}

		return power(base, exponent);
	}

	#unary(): bigint {
		const token = this.#token;
		if (token.kind === 'operator' && ['!', '~', '-', '+'].includes(token.text)) {
			this.#advance();
			const value = this.#nested(() => this.#unary());
			this.#lastName = undefined;
			return token.text === '!' ? (value === 0n ? 1n : 0n) : wrap(token.text === '~' ? ~value : (token.text === '-' ? -value : value));
		}

		if (token.kind === 'operator' && (token.text === '++' || token.text === '--')) {
			this.#advance();
			const name = this.#token;
			if (name.kind !== 'name') {
				this.#fail('identifier expected after pre-increment or pre-decrement');
			}

			const value = wrap(this.#valueOf(name) + (token.text === '++' ? 1n : -1n));
			this.#store(name, value);
			this.#advance();
			this.#lastName = undefined;
			return value;
		}

		return this.#operand();
	}

	#operand(): bigint {
		const token = this.#token;
		this.#lastName = undefined;
		if (token.kind === 'number') {
			this.#advance();
			return token.value;
		}

		if (token.kind === 'name') {
			return this.#name(token);
		}

		if (!this.#isOperator('(')) {
			this.#fail('syntax error: operand expected', 'operand');
		}

		this.#advance();
		const value = this.#nested(() => this.#comma());
		if (!this.#isOperator(')')) {
			this.#fail('missing `)\'');
		}

		this.#advance();
		this.#lastName = undefined;
		return value;
	}

	#name(token: Token & {readonly kind: 'name'}): bigint {
		this.#advance();
		const next = this.#token;
		if (next.kind === 'assign' && next.operator === '') {
			this.#lastName = token;
			return 0n;
		}

		const value = this.#valueOf(token);
		if (next.kind === 'operator' && (next.text === '++' || next.text === '--')) {
			this.#store(token, wrap(value + (next.text === '++' ? 1n : -1n)));
			this.#advance();
			return value;
		}

		this.#lastName = token;
		return value;
	}

	#valueOf({name, subscript}: Token & {readonly kind: 'name'}): bigint {
		if (this.#skipping > 0) {
			return 0n;
		}

		const text = this.#variables.get(name, subscript);
		return /^-?[1-9]\d{0,17}$/v.test(text) ? BigInt(text) : evaluateArithmetic(text, this.#variables, this.#depth + 1);
	}

	#store({name, subscript}: Token & {readonly kind: 'name'}, value: bigint): void {
		if (this.#skipping === 0) {
			this.#variables.set(name, subscript, value);
		}
	}

	#binary(operator: string, left: bigint, right: bigint): bigint {
		if ((operator === '/' || operator === '%') && right === 0n) {
			if (this.#skipping > 0) {
				return 0n;
			}

			this.#at = this.#tokenStart = this.#operandStart;
			this.#fail('division by 0', 'division');
		}

		return compute(operator, left, right);
	}

	#skippingIf(skip: boolean, evaluate: () => bigint): bigint {
		this.#skipping += skip ? 1 : 0;
		const value = evaluate();
		this.#skipping -= skip ? 1 : 0;
		return value;
	}

	#nested(evaluate: () => bigint): bigint {
		if (++this.#nesting > nestingMax) {
			this.#fail('expression nested too deeply');
		}

		const value = evaluate();
		this.#nesting--;
		return value;
	}

	#isEnd(): boolean {
		return this.#token.kind === 'end';
	}

	#isOperator(text: string): boolean {
		return this.#token.kind === 'operator' && this.#token.text === text;
	}

	/** Where the last operand began: bash's token for a division by zero. */
	#operandStart = 0;

	#advance(): void {
		const before = this.#token;
		while (this.#at < this.#text.length && ' \t\n\r'.includes(this.#text[this.#at]!)) {
			this.#at++;
		}

		if (this.#at >= this.#text.length) {
			this.#token = {kind: 'end'};
			return;
		}

		this.#tokenStart = this.#at;
		const rest = this.#text.slice(this.#at, this.#at + 3);
		const first = rest[0]!;
		if (/[A-Z_a-z]/v.test(first)) {
			this.#operandStart = this.#at;
			this.#token = this.#readName();
		} else if (/\d/v.test(first)) {
			this.#operandStart = this.#at;
			this.#token = this.#readNumber();
		} else {
			this.#token = this.#readOperator(rest, before);
		}
	}

	#readName(): Token {
		const start = this.#at;
		while (/^[\dA-Z_a-z]$/v.test(this.#text[this.#at] ?? '')) {
			this.#at++;
		}

		const name = this.#text.slice(start, this.#at);
		if (this.#text[this.#at] !== '[') {
			return {kind: 'name', name, subscript: undefined};
		}

		const end = closingBracket(this.#text, this.#at);
		if (end === -1) {
			this.#fail('bad array subscript');
		}

		const subscript = this.#text.slice(this.#at + 1, end);
		this.#at = end + 1;
		return {kind: 'name', name, subscript};
	}

	#readNumber(): Token {
		const start = this.#at;
		while (/^[\d#@A-Z_a-z]$/v.test(this.#text[this.#at] ?? '')) {
			this.#at++;
		}

		return {kind: 'number', value: this.#number(this.#text.slice(start, this.#at))};
	}

	#number(text: string): bigint {
		const hash = text.indexOf('#');
		let base = 10;
		let digits = text;
		if (hash !== -1) {
			base = Number(text.slice(0, hash));
			digits = text.slice(hash + 1);
			if (!/^\d+$/v.test(text.slice(0, hash)) || base < 2 || base > 64 || text.startsWith('0')) {
				this.#fail(/^\d+$/v.test(text.slice(0, hash)) ? 'invalid arithmetic base' : 'invalid number');
			}

			if (digits === '') {
				this.#fail('invalid integer constant');
			}
		} else if (/^0[Xx]/v.test(text)) {
			base = 16;
			digits = text.slice(2);
		} else if (text.startsWith('0')) {
			base = 8;
		}

		let value = 0n;
		for (const character of digits) {
			const digit = digitValue(character, base);
			if (digit >= base) {
				this.#fail('value too great for base');
			}

			value = wrap(value * BigInt(base) + BigInt(digit));
		}

		return value;
	}

	#readOperator(rest: string, before: Token): Token {
		const first = rest[0]!;
		const doubled = rest.slice(0, 2);
		for (const text of ['<<', '>>', '==', '!=', '>=', '<=', '&&', '||', '**']) {
			if (doubled === text) {
				const assigns = (text === '<<' || text === '>>') && rest[2] === '=';
				this.#at += assigns ? 3 : 2;
				return assigns ? {kind: 'assign', operator: text} : {kind: 'operator', text};
			}
		}

		if (doubled === '++' || doubled === '--') {
			const isPostfix = before.kind === 'name';
			const isPrefix = /^[ \t\n]*[A-Z_a-z]/v.test(this.#text.slice(this.#at + 2));
			this.#at += isPostfix || isPrefix ? 2 : 1;
			return {kind: 'operator', text: isPostfix || isPrefix ? doubled : first};
		}

		if (rest[1] === '=' && '*/%+-&^|'.includes(first)) {
			this.#at += 2;
			return {kind: 'assign', operator: first};
		}

		if (!'=><+-*/%!()&|^~?:,'.includes(first)) {
			this.#fail(before.kind === 'number' || before.kind === 'name' ? 'syntax error: invalid arithmetic operator' : 'syntax error: operand expected', 'operand');
		}

		this.#at++;
		return first === '=' ? {kind: 'assign', operator: ''} : {kind: 'operator', text: first};
	}

	#fail(problem: string, kind: ArithmeticError['kind'] = 'other'): never {
		throw new ArithmeticError(problem, {kind, expression: this.#text.trimStart(), token: this.#text.slice(this.#tokenStart)});
	}
}
