// expr(1): arithmetic, comparison and matching of its arguments, each a token. Numbers have no limit, as with GMP.

import {compareText} from '../base/bytes.js';
import {compilePosixRegex} from '../base/posix-regex.js';
import {plainTool} from './tool.js';

export const expr = plainTool('expr', function * (t) {
	const args = t.operands[0] === '--' ? t.operands.slice(1) : t.operands;
	if (args.length === 0) {
		return yield * t.isGnu ? t.complain(`missing operand\nTry '${t.name} --help' for more information.`, 2) : t.complain('too few arguments', 2);
	}

	try {
		const result = new Evaluator(args).evaluate();
		yield * t.print(`${result}\n`);
		return result === '' || /^-?0+$/v.test(result) ? 1 : 0;
	} catch (error) {
		if (error instanceof Refused) {
			return yield * t.complain(t.isGnu ? error.message : error.message.replace(/^syntax error.*$/v, 'syntax error'), 2);
		}

		throw error;
	}
});

/** Thrown inside this file only. */
class Refused extends Error {}

const levels: readonly (readonly string[])[] = [['|'], ['&'], ['<', '<=', '=', '==', '!=', '>=', '>'], ['+', '-'], ['*', '/', '%'], [':']];
const depthMax = 200;

class Evaluator {
	readonly #args: readonly string[];
	#at = 0;
	#depth = 0;

	constructor(args: readonly string[]) {
		this.#args = args;
	}

	evaluate(): string {
		const result = this.#level(0);
		if (this.#at < this.#args.length) {
			throw new Refused(`syntax error: unexpected argument '${this.#args[this.#at]!}'`);
		}

		return result;
	}

	#level(level: number): string {
		if (level === levels.length) {
			return this.#primary();
		}

		let left = this.#level(level + 1);
		while (levels[level]!.includes(this.#args[this.#at] ?? '')) {
			const operator = this.#args[this.#at++]!;
			left = apply(operator, left, this.#level(level + 1));
		}

		return left;
	}

	#primary(): string {
		const token = this.#args[this.#at++];
		if (token === undefined) {
			throw new Refused(`syntax error: missing argument after '${this.#args.at(-1)!}'`);
		}

		switch (token) {
			case '(': {
				if (++this.#depth > depthMax) {
					throw new Refused('syntax error: too many parentheses');
				}

				const inside = this.#level(0);
				this.#depth--;
				if (this.#args[this.#at++] !== ')') {
					throw new Refused(`syntax error: expecting ')' after '${this.#args[this.#at - 2] ?? ''}'`);
				}

				return inside;
			}

			case ')': throw new Refused('syntax error: unexpected \')\'');
			case '+': return this.#args[this.#at++] ?? '';
			case 'length': return String([...this.#primary()].length);
			case 'match': return matched(this.#primary(), this.#primary());
			case 'index': {
				const text = [...this.#primary()];
				const wanted = this.#primary();
				return String(text.findIndex(character => wanted.includes(character)) + 1);
			}

			case 'substr': {
				const text = [...this.#primary()];
				const [position, count] = [Number(this.#primary()), Number(this.#primary())];
				return position > 0 && count > 0 ? text.slice(position - 1, position - 1 + count).join('') : '';
			}

			default: return token;
		}
	}
}

function isNull(text: string): boolean {
	return text === '' || /^-?0+$/v.test(text);
}

function apply(operator: string, left: string, right: string): string {
	switch (operator) {
		case '|': return isNull(left) ? (isNull(right) ? '0' : right) : left;
		case '&': return isNull(left) || isNull(right) ? '0' : left;
		case ':': return matched(left, right);
		case '+':
		case '-':
		case '*':
		case '/':
		case '%': return arithmetic(operator, integer(left), integer(right));
		default: return compare(operator, left, right) ? '1' : '0';
	}
}

function integer(text: string): bigint {
	if (!/^-?\d+$/v.test(text)) {
		throw new Refused('non-integer argument');
	}

	return BigInt(text);
}

function arithmetic(operator: string, left: bigint, right: bigint): string {
	if ((operator === '/' || operator === '%') && right === 0n) {
		throw new Refused('division by zero');
	}

	switch (operator) {
		case '+': return String(left + right);
		case '-': return String(left - right);
		case '*': return String(left * right);
		case '/': return String(left / right);
		default: return String(left % right);
	}
}

function compare(operator: string, left: string, right: string): boolean {
	const numeric = [left, right].every(text => /^-?\d+$/v.test(text));
	const [a, b] = numeric ? [BigInt(left), BigInt(right)] : [0n, 0n];
	const order = numeric ? (a < b ? -1 : (a > b ? 1 : 0)) : compareText(left, right);
	switch (operator) {
		case '<': return order < 0;
		case '<=': return order <= 0;
		case '>': return order > 0;
		case '>=': return order >= 0;
		case '!=': return order !== 0;
		default: return order === 0;
	}
}

/** Anchored at the beginning: the first group, or how many characters matched. */
function matched(text: string, pattern: string): string {
	const regex = compilePosixRegex(pattern.startsWith('^') ? pattern : `^${pattern}`, {extended: false, ignoreCase: false});
	if ('error' in regex) {
		throw new Refused(regex.error);
	}

	const match = regex.find(text);
	if (regex.groupCount > 0) {
		const group = match?.[1];
		return group === undefined ? '' : text.slice(group.start, group.end);
	}

	return match === undefined ? '0' : String([...text.slice(0, match[0].end)].length);
}
