// Expressions (NASM manual, 3.5): operators on 64-bit numbers, with NASM's precedence and NASM's words for what goes wrong.

import {must} from '../../../base/assert.js';
import {isFloatingPoint, parseNumber, stringBytes, stringNumber} from './literals.js';
import {registers, sizeKeywords, specialKeywords} from './registers.js';
import type {TokenCursor} from './token-cursor.js';
import type {Token} from './token.js';
import {addValues, constantValue, isJustUnknown, isSimple, registerValue, scaleValue, unknownValue} from './value.js';
import type {Value} from './value.js';

export type ExpressionContext = {
	/** The value of a symbol as far as it is known. */
	readonly symbol: (name: string) => Value | undefined;
	/** The whole name of a symbol: `loop.again` for `.again`. */
	readonly wholeName: (name: string) => string;
	/** `$` and `$$`. */
	readonly here: Value;
	readonly base: Value;
	/** What to say after "not defined" of a symbol that must be known now; `undefined` if it may become known later. */
	readonly critical: '' | ' before use' | undefined;
	readonly error: (message: string, column: number) => void;
	readonly warning: (message: string, name: string, column: number) => void;
	readonly depthLimit: number;
};

/** Which register was written first, and what was done to it: decides between base and index (`[eax*1+ebx]`). */
export type RegisterHint = {readonly register: string | undefined; readonly kind: 'none' | 'base' | 'not base' | 'summed'};

export type Evaluated = {
	readonly value: Value;
	readonly hint: RegisterHint;
	/** Whether a symbol was used that is not known yet. */
	readonly forward: boolean;
};

/** Reads an expression from the cursor; `undefined` if it is wrong, which has been said. */
export function evaluate(cursor: TokenCursor, context: ExpressionContext): Evaluated | undefined {
	const parser = new ExpressionParser(cursor, context);
	const value = parser.conditional();
	return value === undefined ? undefined : {value, hint: parser.hint, forward: parser.forward};
}

const precedences: Readonly<Record<string, number>> = {
	'||': 1, '^^': 2, '&&': 3,
	'=': 4, '==': 4, '<>': 4, '!=': 4, '<': 4, '>': 4, '<=': 4, '>=': 4, '<=>': 4,
	'|': 5, '^': 6, '&': 7,
	'<<': 8, '<<<': 8, '>>': 8, '>>>': 8,
	'+': 9, '-': 9,
	'*': 10, '/': 10, '//': 10, '%': 10, '%%': 10,
};

/** Registers of processors that the machine is not. */
const foreignRegister = /^(?:r(?:[abcd]x|[sd]i|[bs]p|ip|(?:[89]|1[0-5])[bwd]?)|[xyz]mm\d+|mm[0-7]|st[0-7]|cr(?:[89]|1[0-5])|[sb]pl|[sd]il)$/v;

class ExpressionParser {
	hint: RegisterHint = {register: undefined, kind: 'none'};
	forward = false;
	readonly #cursor: TokenCursor;
	readonly #context: ExpressionContext;
	#depth = 0;

	constructor(cursor: TokenCursor, context: ExpressionContext) {
		this.#cursor = cursor;
		this.#context = context;
	}

	conditional(): Value | undefined {
		const condition = this.#binary(1);
		if (condition === undefined || !this.#cursor.at('?')) {
			return condition;
		}

		const column = this.#cursor.column;
		this.#cursor.next();
		const yes = this.#deeper(() => this.conditional());
		if (yes === undefined) {
			return undefined;
		}

		if (!this.#cursor.take(':')) {
			return this.#fail('`?\' without matching `:\'', column);
		}

		const no = this.#deeper(() => this.conditional());
		if (no === undefined) {
			return undefined;
		}

		if (isSimple(condition)) {
			return condition.constant === 0n ? no : yes;
		}

		return isJustUnknown(condition) ? unknownValue : this.#fail('the left-hand side of `?\' must be a scalar value', column);
	}

	#binary(weakest: number): Value | undefined {
		let left = this.#unary();
		while (left !== undefined) {
			const token = this.#cursor.peek();
			const precedence = token?.kind === 'symbol' ? precedences[token.text] : undefined;
			if (precedence === undefined || precedence < weakest) {
				return left;
			}

			this.#cursor.next();
			const right = this.#binary(precedence + 1);
			left = right === undefined ? undefined : this.#apply(must(token, 'an operator').text, left, right, token!.column);
		}

		return undefined;
	}

	#apply(operator: string, a: Value, b: Value, column: number): Value | undefined {
		switch (precedences[operator]) {
			case 9: {
				return this.#add(a, operator === '-' ? scaleValue(b, -1n) : b);
			}

			case 10: {
				return operator === '*' ? this.#multiply(a, b, column) : this.#divide(operator, a, b, column);
			}

			case 4: {
				return this.#compare(operator, a, b, column);
			}

			default: {
				return this.#scalar(operator, a, b, column);
			}
		}
	}

	#add(a: Value, b: Value): Value {
		// Two terms of one kind that meet and do not vanish mark the hint: `[eax+eax]` has no first register any more.
		const met = (a.constant !== 0n && b.constant !== 0n && !a.unknown && !b.unknown && a.constant + b.constant !== 0n)
			|| a.registers.some(term => b.registers.some(other => other.key === term.key && other.factor + term.factor !== 0n));
		if (met) {
			this.hint = {...this.hint, kind: 'summed'};
		}

		return addValues(a, b);
	}

	#multiply(a: Value, b: Value, column: number): Value | undefined {
		const [value, factor] = isSimple(a) ? [b, a.constant] : [a, b.constant];
		if (isSimple(a) || isSimple(b)) {
			if (this.hint.kind === 'base' && value.registers.some(term => term.key === this.hint.register)) {
				this.hint = {...this.hint, kind: 'not base'};
			}

			return scaleValue(value, factor);
		}

		return isJustUnknown(a) && isJustUnknown(b) ? unknownValue : this.#fail('unable to multiply two non-scalar objects', column);
	}

	#divide(operator: string, a: Value, b: Value, column: number): Value | undefined {
		if (!this.#scalars(a, b)) {
			return this.#fail('division operator may only be applied to scalar values', column);
		}

		if (!isJustUnknown(b) && b.constant === 0n) {
			return this.#fail('division by zero', column);
		}

		if (isJustUnknown(a) || isJustUnknown(b)) {
			return unknownValue;
		}

		const [x, y] = operator.length === 1 ? [BigInt.asUintN(64, a.constant), BigInt.asUintN(64, b.constant)] : [a.constant, b.constant];
		return constantValue(operator.startsWith('/') ? x / y : x % y);
	}

	#compare(operator: string, a: Value, b: Value, column: number): Value | undefined {
		const difference = this.#add(a, scaleValue(b, -1n));
		if (difference.unknown) {
			return unknownValue;
		}

		const same = isSimple(difference) && difference.constant === 0n;
		if (operator === '=' || operator === '==' || operator === '<>' || operator === '!=') {
			return constantValue(same === operator.startsWith('=') ? 1n : 0n);
		}

		if (!isSimple(difference)) {
			this.#context.error(`\`${operator}': operands differ by a non-scalar`, column);
			return constantValue(0n);
		}

		const sign = difference.constant === 0n ? 0 : (difference.constant > 0n ? 1 : -1);
		const results: Readonly<Record<string, boolean>> = {'<': sign < 0, '>': sign > 0, '<=': sign <= 0, '>=': sign >= 0};
		if (operator === '<=>') {
			// NASM 2.16 takes a result of -1 for "not known".
			return sign < 0 ? unknownValue : constantValue(BigInt(sign));
		}

		return constantValue(results[operator] ? 1n : 0n);
	}

	#scalar(operator: string, a: Value, b: Value, column: number): Value {
		if (!this.#scalars(a, b)) {
			const name = (precedences[operator] ?? 0) === 8 ? 'shift' : `\`${operator[0]}'`;
			this.#context.error(`${name} operator may only be applied to scalar values`, column);
		} else if (isJustUnknown(a) || isJustUnknown(b)) {
			return unknownValue;
		}

		return constantValue(scalarOperation(operator, a.constant, b.constant));
	}

	#scalars(a: Value, b: Value): boolean {
		return (isSimple(a) || isJustUnknown(a)) && (isSimple(b) || isJustUnknown(b));
	}

	#deeper<T>(read: () => T | undefined): T | undefined {
		if (this.#depth >= this.#context.depthLimit) {
			this.#context.error('expression too long', this.#cursor.column);
			return undefined;
		}

		this.#depth++;
		const result = read();
		this.#depth--;
		return result;
	}

	#unary(): Value | undefined {
		const token = this.#cursor.peek();
		if (token?.kind !== 'symbol') {
			return this.#primary();
		}

		switch (token.text) {
			case '-':
			case '+': {
				this.#cursor.next();
				const value = this.#deeper(() => this.#unary());
				return value === undefined || token.text === '+' ? value : scaleValue(value, -1n);
			}

			case '~':
			case '!': {
				this.#cursor.next();
				const value = this.#deeper(() => this.#unary());
				return value === undefined ? undefined : this.#invert(token, value);
			}

			case '(': {
				this.#cursor.next();
				const value = this.#deeper(() => this.conditional());
				return value === undefined || this.#cursor.take(')') ? value : this.#fail('expecting `)\'', this.#cursor.column);
			}

			default: {
				return this.#primary();
			}
		}
	}

	#invert(token: Token, value: Value): Value | undefined {
		if (isJustUnknown(value)) {
			return unknownValue;
		}

		if (!isSimple(value)) {
			return this.#fail(`\`${token.text}' operator may only be applied to scalar values`, token.column);
		}

		return constantValue(token.text === '~' ? ~value.constant : (value.constant === 0n ? 1n : 0n));
	}

	#primary(): Value | undefined {
		const token = this.#cursor.peek();
		if (token === undefined) {
			return this.#fail('expression syntax error', this.#cursor.column);
		}

		const value = this.#literal(token);
		if (value !== undefined) {
			this.#cursor.next();
		}

		return value;
	}

	#literal(token: Token): Value | undefined {
		switch (token.kind) {
			case 'number': {
				return this.#number(token);
			}

			case 'string': {
				const bytes = stringBytes(token.text);
				if (bytes.length > 8) {
					this.#context.warning('character constant too long', 'other', token.column);
				}

				return constantValue(stringNumber(bytes));
			}

			case 'name': {
				return this.#name(token);
			}

			default: {
				if (token.text === '$' || token.text === '$$') {
					return token.text === '$' ? this.#context.here : this.#context.base;
				}

				return this.#fail('expression syntax error', token.column);
			}
		}
	}

	#number(token: Token): Value | undefined {
		const number = parseNumber(token.text);
		if (number === undefined) {
			return this.#fail(isFloatingPoint(token.text) ? `\`${token.text}' is a floating-point number, which the machine does not have` : 'expression syntax error', token.column);
		}

		if (number.overflow) {
			this.#context.warning(`numeric constant ${token.text} does not fit in 64 bits`, 'number-overflow', token.column);
		}

		return constantValue(number.value);
	}

	#name(token: Token): Value | undefined {
		const escaped = token.text.startsWith('$');
		const name = escaped ? token.text.slice(1) : token.text;
		const word = name.toLowerCase();
		if (!escaped) {
			if (registers.has(word)) {
				this.hint = this.hint.kind === 'none' ? {register: word, kind: 'base'} : this.hint;
				return registerValue(word);
			}

			if (sizeKeywords.has(word) || specialKeywords.has(word)) {
				return this.#fail('expression syntax error', token.column);
			}

			if (foreignRegister.test(word)) {
				return this.#fail(`\`${word}' is not a register of the machine`, token.column);
			}

			if (word === 'seg' || word === 'wrt') {
				return this.#fail('binary output format does not support segment base references', token.column);
			}
		}

		const value = this.#context.symbol(name);
		if (value === undefined && this.#context.critical !== undefined) {
			return this.#fail(`symbol \`${this.#context.wholeName(name)}' not defined${this.#context.critical}`, token.column);
		}

		this.forward ||= value === undefined;
		return value ?? unknownValue;
	}

	#fail(message: string, column: number): undefined {
		this.#context.error(message, column);
		return undefined;
	}
}

function scalarOperation(operator: string, a: bigint, b: bigint): bigint {
	const truth = (value: boolean) => value ? 1n : 0n;
	switch (operator) {
		case '||': {
			return truth(a !== 0n || b !== 0n);
		}

		case '^^': {
			return truth((a === 0n) !== (b === 0n));
		}

		case '&&': {
			return truth(a !== 0n && b !== 0n);
		}

		case '|': {
			return a | b;
		}

		case '^': {
			return a ^ b;
		}

		case '&': {
			return a & b;
		}

		default: {
			// The processor that NASM runs on takes a shift count modulo 64.
			const count = b & 63n;
			return operator.startsWith('<') ? a << count : (operator === '>>' ? BigInt.asUintN(64, a) : a) >> count;
		}
	}
}
