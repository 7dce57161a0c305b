// `test` and `[`. With up to four arguments their number decides how they are read (POSIX test); with more, by precedence.

import {compareIntegers, isIntegerOperator, binaryOperators, testBinary, testUnary, unaryOperators} from '../file-test.js';
import {complain} from '../shell.js';
import type {BuiltinCall, Doing, Shell} from '../shell.js';

export function * test(shell: Shell, {name, args}: BuiltinCall): Doing {
	const words = name === '[' && args.at(-1) === ']' ? args.slice(0, -1) : args;
	if (name === '[' && args.at(-1) !== ']') {
		yield * complain(shell, shell.personality.kind === 'bash' ? 'missing `]\'' : 'missing ]');
		return 2;
	}

	const result = new TestReader(shell, words).read();
	if (typeof result === 'boolean') {
		return result ? 0 : 1;
	}

	yield * complain(shell, result.problem);
	return 2;
}

type Problem = {readonly problem: string};
type Result = boolean | Problem;

class TestReader {
	readonly #shell: Shell;
	readonly #words: readonly string[];
	#at = 0;

	constructor(shell: Shell, words: readonly string[]) {
		this.#shell = shell;
		this.#words = words;
	}

	read(): Result {
		const words = this.#words;
		const byCount = words.length <= 4 ? this.#byCount(words) : undefined;
		if (byCount !== undefined) {
			return byCount;
		}

		const result = this.#or();
		if (typeof result !== 'boolean') {
			return result;
		}

		return this.#at < words.length ? this.#tooMany() : result;
	}

	#tooMany(): Problem {
		return {problem: this.#shell.personality.kind === 'bash' ? 'too many arguments' : `${this.#words[this.#at]!}: unexpected operator`};
	}

	#byCount(words: readonly string[]): Result | undefined {
		switch (words.length) {
			case 0: {
				return false;
			}

			case 1: {
				return words[0] !== '';
			}

			case 2: {
				return this.#two(words);
			}

			case 3: {
				return this.#three(words);
			}

			default: {
				return words[0] === '!' ? negate(this.#three(words.slice(1)) ?? {problem: 'too many arguments'}) : (words[0] === '(' && words[3] === ')' ? this.#two(words.slice(1, 3)) : undefined);
			}
		}
	}

	#two(words: readonly string[]): Result {
		const [first, second] = words as readonly [string, string];
		if (first === '!') {
			return second === '';
		}

		if (unaryOperators.has(first)) {
			return testUnary(this.#shell, first, second);
		}

		return {problem: this.#shell.personality.kind === 'bash' ? `${first}: unary operator expected` : `${first}: unexpected operator`};
	}

	#three(words: readonly string[]): Result | undefined {
		const [left, operator, right] = words as readonly [string, string, string];
		if (binaryOperators.has(operator)) {
			return this.#binary(left, operator, right);
		}

		if (operator === '-a' || operator === '-o') {
			return operator === '-a' ? left !== '' && right !== '' : left !== '' || right !== '';
		}

		if (left === '!') {
			return negate(this.#two(words.slice(1)));
		}

		if (left === '(' && right === ')') {
			return operator !== '';
		}

		return {problem: this.#shell.personality.kind === 'bash' ? `${operator}: binary operator expected` : `${left}: unexpected operator`};
	}

	#binary(left: string, operator: string, right: string): Result {
		if (!isIntegerOperator(operator)) {
			return testBinary(this.#shell, operator, {left, right});
		}

		const wrong = [left, right].find(word => !/^\s*[+\-]?\d+\s*$/v.test(word));
		if (wrong !== undefined) {
			return {problem: this.#wrongNumber(wrong)};
		}

		return compareIntegers(operator, BigInt(left.trim().replace(/^\+/v, '')), BigInt(right.trim().replace(/^\+/v, '')));
	}

	#wrongNumber(word: string): string {
		switch (this.#shell.personality.kind) {
			case 'bash': return `${word}: integer expression expected`;
			case 'dash': return `Illegal number: ${word}`;
			case 'busybox': return `${word}: bad number`;
		}
	}

	#or(): Result {
		let result = this.#and();
		while (typeof result === 'boolean' && this.#words[this.#at] === '-o') {
			this.#at++;
			const right = this.#and();
			result = typeof right === 'boolean' ? result || right : right;
		}

		return result;
	}

	#and(): Result {
		let result = this.#term();
		while (typeof result === 'boolean' && this.#words[this.#at] === '-a') {
			this.#at++;
			const right = this.#term();
			result = typeof right === 'boolean' ? result && right : right;
		}

		return result;
	}

	#term(): Result {
		const words = this.#words;
		const [word, next, after] = words.slice(this.#at, this.#at + 3);
		if (word === undefined) {
			return {problem: 'argument expected'};
		}

		if (word === '!') {
			this.#at++;
			return negate(this.#term());
		}

		if (next !== undefined && after !== undefined && binaryOperators.has(next)) {
			this.#at += 3;
			return this.#binary(word, next, after);
		}

		if (word === '(') {
			this.#at++;
			const inner = this.#or();
			if (words[this.#at++] !== ')') {
				return {problem: '`)\' expected'};
			}

			return inner;
		}

		if (next !== undefined && unaryOperators.has(word)) {
			this.#at += 2;
			return testUnary(this.#shell, word, next);
		}

		this.#at++;
		return word !== '';
	}
}

function negate(result: Result): Result {
	return typeof result === 'boolean' ? !result : result;
}
