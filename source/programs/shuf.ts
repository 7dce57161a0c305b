// shuf(1): lines in random order; the randomness is getrandom(2)'s.

import {failed} from '../model/kernel/errno.js';
import type {SystemCalls} from '../model/kernel/program.js';
import type {Command} from './options.js';
import {LineReader, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	echo: {short: 'e', long: 'echo', help: 'treat each ARG as an input line'},
	inputRange: {short: 'i', long: 'input-range', value: 'LO-HI', help: 'treat each number LO through HI as an input line'},
	headCount: {short: 'n', long: 'head-count', value: 'COUNT', help: 'output at most COUNT lines'},
	repeat: {short: 'r', long: 'repeat', help: 'output lines can be repeated', only: 'gnu'},
	zero: {short: 'z', long: 'zero-terminated', help: 'line delimiter is NUL, not newline'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'shuf', usage: ['[OPTION]... [FILE]', '-e [OPTION]... [ARG]...', '-i LO-HI [OPTION]...'], summary: 'Write a random permutation of the input lines to standard output.', options};

/** The largest range that is kept in memory. */
const linesMax = 1_000_000;

export const shuf = tool(command, function * (t) {
	const countText = t.value('headCount');
	if (countText !== undefined && !/^\d+$/v.test(countText)) {
		return yield * t.complain(t.says(`invalid line count: ${t.quoted(countText)}`, `invalid number '${countText}'`));
	}

	const lines = yield * linesOf(t);
	if (typeof lines === 'number') {
		return lines;
	}

	const delimiter = t.has('zero') ? '\0' : '\n';
	if (t.has('repeat')) {
		if (lines.length === 0) {
			return yield * t.complain('no lines to repeat');
		}

		for (let left = countText === undefined ? Number.POSITIVE_INFINITY : Number(countText); left > 0 && t.out.failed === undefined; left--) {
			yield * t.print(`${lines[below(t.sys, lines.length)]!}${delimiter}`);
		}

		return 0;
	}

	const rest = [...lines];
	const count = Math.min(Number(countText ?? rest.length), rest.length);
	for (let at = 0; at < count && t.out.failed === undefined; at++) {
		const other = at + below(t.sys, rest.length - at);
		[rest[at], rest[other]] = [rest[other]!, rest[at]!];
		yield * t.print(`${rest[at]!}${delimiter}`);
	}

	return 0;
});

/** A number from 0 to `limit` - 1, all alike. */
function below(sys: SystemCalls, limit: number): number {
	const bound = 2 ** 32 - (2 ** 32 % limit);
	for (;;) {
		const value = sys.getrandom(4).reduce((number, byte) => number * 256 + byte, 0);
		if (value < bound) {
			return value % limit;
		}
	}
}

function * linesOf(t: Tool<Name>): Blocking<readonly string[] | number> {
	const range = t.value('inputRange');
	if (t.has('echo')) {
		return t.operands;
	}

	if (range !== undefined) {
		const match = /^(\d+)-(\d+)$/v.exec(range);
		const [low, high] = [Number(match?.[1]), Number(match?.[2])];
		if (match === null || low > high + 1) {
			return yield * t.complain(t.says(`invalid input range: ${t.quoted(range)}`, `bad range '${range}'`));
		}

		if (t.operands.length > 0) {
			return yield * t.usageError(`extra operand ${t.quoted(t.operands[0]!)}`, undefined);
		}

		return high - low >= linesMax ? yield * t.complain('memory exhausted') : Array.from({length: high - low + 1}, (_, index) => String(low + index));
	}

	const [path = '-', extra] = t.operands;
	if (extra !== undefined) {
		return yield * t.usageError(`extra operand ${t.quoted(extra)}`, undefined);
	}

	const fd = t.openInput(path);
	const lines = failed(fd) ? fd : yield * new LineReader(t.process, fd, t.has('zero') ? '\0' : '\n').all();
	return failed(lines) ? yield * t.complainOf(path, lines) : lines.map(({text}) => text);
}
