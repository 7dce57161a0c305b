// cmp(1): the first byte in which two files differ, or all (-l).

import {failed, errorTextOf} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {parseSize} from './sizes.js';
import {readFully, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	printBytes: {short: 'b', long: 'print-bytes', help: 'print differing bytes', only: 'gnu'},
	limit: {short: 'n', long: 'bytes', value: 'LIMIT', help: 'compare at most LIMIT bytes'},
	verbose: {short: 'l', long: 'verbose', help: 'output byte numbers and differing byte values'},
	silent: {short: 's', long: 'quiet,silent', help: 'suppress all normal output'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {
	name: 'cmp', usage: ['[OPTION]... FILE1 [FILE2]'], summary: 'Compare two files byte by byte.', options, usageStatus: 2, version: 'GNU diffutils) 3.8', hint: calledAs => `${calledAs}: Try '${calledAs} --help' for more information.\n`,
};

export const cmp = tool(command, function * (t) {
	const [first, second = '-'] = t.operands;
	const limit = parseSize(t.value('limit') ?? String(Number.MAX_SAFE_INTEGER));
	if (first === undefined || t.operands.length > 2 || limit === undefined) {
		return yield * t.usageError(first === undefined ? `missing operand after '${t.name}'` : (limit === undefined ? `invalid --bytes value '${t.value('limit')!}'` : `extra operand '${t.operands[2]!}'`), undefined);
	}

	const fds: number[] = [];
	for (const path of [first, second]) {
		const fd = t.openInput(path);
		if (failed(fd)) {
			return t.has('silent') ? 2 : yield * t.complain(`${path}: ${errorTextOf(fd)}`, 2);
		}

		fds.push(fd);
	}

	return yield * compare(t, {first, second, fds: [fds[0]!, fds[1]!], limit});
});

type Files = {readonly first: string; readonly second: string; readonly fds: readonly [number, number]; readonly limit: number};

function * compare(t: Tool<Name>, {first, second, fds, limit}: Files): Blocking<number> {
	let position = 0;
	let line = 1;
	let status = 0;
	let endsLine = true;
	while (position < limit) {
		const count = Math.min(65_536, limit - position);
		const [a, b] = [yield * readFully(t.process, fds[0], count), yield * readFully(t.process, fds[1], count)];
		if (failed(a) || failed(b)) {
			return yield * t.complain(`${failed(a) ? first : second}: ${errorTextOf(failed(a) ? a : b as never)}`, 2);
		}

		const common = Math.min(a.length, b.length);
		for (let index = 0; index < common; index++) {
			if (a[index] !== b[index]) {
				status = 1;
				if (t.has('silent')) {
					return 1;
				}

				if (!t.has('verbose')) {
					yield * t.print(`${first} ${second} differ: ${t.has('printBytes') ? 'byte' : 'char'} ${position + index + 1}, line ${line}${t.has('printBytes') ? ` is ${octal(a[index]!)} ${shown(a[index]!)} ${octal(b[index]!)} ${shown(b[index]!)}` : ''}\n`);
					return 1;
				}

				yield * t.print(`${String(position + index + 1).padStart(t.isGnu ? 1 : 4)} ${octal(a[index]!)} ${octal(b[index]!)}\n`);
			}

			endsLine = a[index] === 10;
			line += endsLine ? 1 : 0;
		}

		position += common;
		if (a.length !== b.length) {
			const shorter = a.length < b.length ? first : second;
			const where = position === 0 ? 'which is empty' : `after byte ${position}${t.has('verbose') ? '' : `, ${endsLine ? `line ${line - 1}` : `in line ${line}`}`}`;
			return t.has('silent') ? 1 : yield * t.complain(t.says(`EOF on ${shorter} ${where}`, `EOF on ${shorter}`));
		}

		if (common === 0) {
			break;
		}
	}

	return status;
}

function octal(byte: number): string {
	return byte.toString(8).padStart(3);
}

function shown(byte: number): string {
	return byte >= 32 && byte < 127 ? String.fromCharCode(byte) : (byte < 32 ? `^${String.fromCharCode(byte + 64)}` : (byte === 127 ? '^?' : `M-${shown(byte - 128)}`));
}
