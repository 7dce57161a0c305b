// test(1) and [: conditions about files, texts and numbers. How many arguments there are decides first, as POSIX wants, so that
// `test -f` and `test "$x" = -o` mean what they should.

import {compareText} from '../base/bytes.js';
import {failed} from '../model/kernel/errno.js';
import type {FileType} from '../model/kernel/file-types.js';
import type {SystemCalls} from '../model/kernel/program.js';
import {baseName} from './paths.js';
import {plainTool} from './tool.js';

export const test = plainTool('test', function * (t) {
	const args = [...t.operands];
	const isBracket = baseName(t.process.argv[0] ?? '') === '[';
	if (isBracket && args.pop() !== ']') {
		return yield * t.complain(t.says('missing \']\'', 'missing ]'), 2);
	}

	const result = evaluateTest(args, t.sys);
	return typeof result === 'string' ? yield * t.complain(t.isGnu ? result : result.replace(/^missing argument after .*$/v, 'argument expected'), 2) : (result ? 0 : 1);
});

/** The condition, or what is wrong with it. */
export function evaluateTest(args: readonly string[], sys: SystemCalls): boolean | string {
	try {
		return new Condition(args, sys).evaluate();
	} catch (error) {
		if (error instanceof Refused) {
			return error.message;
		}

		throw error;
	}
}

/** Thrown inside this file only. */
class Refused extends Error {}

const fileTypes: Readonly<Record<string, FileType>> = {'-b': 'block', '-c': 'char', '-d': 'directory', '-f': 'file', '-p': 'fifo', '-S': 'socket'};
const unaryOperators = new Set([...Object.keys(fileTypes), '-e', '-g', '-G', '-h', '-k', '-L', '-n', '-N', '-O', '-r', '-s', '-t', '-u', '-w', '-x', '-z']);
const binaryOperators = new Set(['=', '==', '!=', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef']);

class Condition {
	readonly #args: readonly string[];
	readonly #sys: SystemCalls;
	#at = 0;

	constructor(args: readonly string[], sys: SystemCalls) {
		this.#args = args;
		this.#sys = sys;
	}

	evaluate(): boolean {
		const [first = '', second = '', third = ''] = this.#args;
		switch (this.#args.length) {
			case 0: return false;
			case 1: return first !== '';
			case 2: {
				if (first === '!') {
					return second === '';
				}

				return unaryOperators.has(first) ? this.#unary(first, second) : this.#refuse(/^-.$/v.test(first) ? `'${first}': unary operator expected` : `missing argument after '${second}'`);
			}

			case 3: {
				if (binaryOperators.has(second)) {
					return this.#binary(first, second, third);
				}

				if (second === '-a' || second === '-o') {
					return second === '-a' ? first !== '' && third !== '' : first !== '' || third !== '';
				}

				if (first === '!') {
					return !new Condition([second, third], this.#sys).evaluate();
				}

				return first === '(' && third === ')' ? second !== '' : this.#refuse(`'${second}': binary operator expected`);
			}

			default: {
				if (this.#args.length === 4 && first === '!') {
					return !new Condition(this.#args.slice(1), this.#sys).evaluate();
				}

				const result = this.#or();
				return this.#at < this.#args.length ? this.#refuse(`extra argument '${this.#args[this.#at]!}'`) : result;
			}
		}
	}

	#refuse(message: string): never {
		throw new Refused(message);
	}

	#or(): boolean {
		let result = this.#and();
		while (this.#args[this.#at] === '-o') {
			this.#at++;
			const right = this.#and();
			result ||= right;
		}

		return result;
	}

	#and(): boolean {
		let result = this.#not();
		while (this.#args[this.#at] === '-a') {
			this.#at++;
			const right = this.#not();
			result &&= right;
		}

		return result;
	}

	#not(): boolean {
		if (this.#args[this.#at] === '!') {
			this.#at++;
			return !this.#not();
		}

		return this.#primary();
	}

	#primary(): boolean {
		const first = this.#args[this.#at];
		if (first === undefined) {
			return this.#refuse(`missing argument after '${this.#args.at(-1) ?? ''}'`);
		}

		const operator = this.#args[this.#at + 1];
		if (operator !== undefined && binaryOperators.has(operator) && this.#at + 2 < this.#args.length) {
			const right = this.#args[this.#at + 2]!;
			this.#at += 3;
			return this.#binary(first, operator, right);
		}

		if (first === '(') {
			this.#at++;
			const result = this.#or();
			if (this.#args[this.#at++] !== ')') {
				return this.#refuse('\')\' expected');
			}

			return result;
		}

		if (unaryOperators.has(first) && operator !== undefined) {
			this.#at += 2;
			return this.#unary(first, operator);
		}

		this.#at++;
		return first !== '';
	}

	#unary(operator: string, operand: string): boolean {
		switch (operator) {
			case '-n': return operand !== '';
			case '-z': return operand === '';
			case '-t': return this.#sys.isTerminal(Number(this.#integer(operand)));
			case '-h':
			case '-L': {
				const link = this.#sys.lstat(operand);
				return !failed(link) && link.type === 'symlink';
			}

			case '-r': return !failed(this.#sys.access(operand, {read: true}));
			case '-w': return !failed(this.#sys.access(operand, {write: true}));
			case '-x': return !failed(this.#sys.access(operand, {execute: true}));
			default: return this.#attribute(operator, operand);
		}
	}

	#attribute(operator: string, path: string): boolean {
		const attributes = this.#sys.stat(path);
		if (failed(attributes)) {
			return false;
		}

		switch (operator) {
			case '-e': return true;
			case '-s': return attributes.sizeBytes > 0;
			case '-u': return (attributes.mode & 0o4000) !== 0;
			case '-g': return (attributes.mode & 0o2000) !== 0;
			case '-k': return (attributes.mode & 0o1000) !== 0;
			case '-O': return attributes.uid === this.#sys.credentials().uid;
			case '-G': return attributes.gid === this.#sys.credentials().gid;
			case '-N': return attributes.mtimeUs > attributes.atimeUs;
			default: return attributes.type === fileTypes[operator];
		}
	}

	#binary(left: string, operator: string, right: string): boolean {
		switch (operator) {
			case '=':
			case '==': return left === right;
			case '!=': return left !== right;
			case '<': return compareText(left, right) < 0;
			case '>': return compareText(left, right) > 0;
			case '-nt':
			case '-ot':
			case '-ef': return this.#compareFiles(left, operator, right);
			default: {
				const [a, b] = [this.#integer(left), this.#integer(right)];
				return {'-eq': a === b, '-ne': a !== b, '-lt': a < b, '-le': a <= b, '-gt': a > b, '-ge': a >= b}[operator]!;
			}
		}
	}

	#compareFiles(left: string, operator: string, right: string): boolean {
		const [a, b] = [this.#sys.stat(left), this.#sys.stat(right)];
		switch (operator) {
			case '-nt': return !failed(a) && (failed(b) || a.mtimeUs > b.mtimeUs);
			case '-ot': return !failed(b) && (failed(a) || a.mtimeUs < b.mtimeUs);
			default: return !failed(a) && !failed(b) && a.fs === b.fs && a.node === b.node;
		}
	}

	#integer(text: string): bigint {
		const match = /^\s*([+\-]?)(\d+)\s*$/v.exec(text);
		return match === null ? this.#refuse(`invalid integer '${text}'`) : BigInt(match[2]!) * (match[1] === '-' ? -1n : 1n);
	}
}
