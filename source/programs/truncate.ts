// truncate(1): sets the size of files; what is added is a hole.

import {failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {parseSize} from './sizes.js';
import {tool} from './tool.js';

const options = {
	noCreate: {short: 'c', long: 'no-create', help: 'do not create any files'},
	reference: {short: 'r', long: 'reference', value: 'RFILE', help: 'base size on RFILE', only: 'gnu'},
	size: {short: 's', long: 'size', value: 'SIZE', help: 'set or adjust the file size by SIZE bytes'},
} as const;

const command: Command<keyof typeof options> = {name: 'truncate', usage: ['OPTION... FILE...'], summary: 'Shrink or extend the size of each FILE to the specified size.', options};

export const truncate = tool(command, function * (t) {
	const text = t.value('size');
	const reference = t.value('reference');
	if (text === undefined && reference === undefined) {
		return yield * t.usageError('you must specify either \'--size\' or \'--reference\'', undefined);
	}

	if (t.operands.length === 0) {
		return yield * t.usageError('missing file operand', undefined);
	}

	const match = /^([+\-<>\/%]?)(.*)$/sv.exec(text ?? '0')!;
	const amount = parseSize(match[2]!);
	if (amount === undefined) {
		return yield * t.complain(t.says(`Invalid number: '${text!}'`, `invalid number '${text!}'`));
	}

	const base = reference === undefined ? undefined : t.sys.stat(reference);
	if (failed(base)) {
		return yield * t.complainCannot(`cannot stat ${t.quoted(reference!)}`, reference!, base);
	}

	let status = 0;
	for (const path of t.operands) {
		const fd = t.sys.open(path, {write: true, create: !t.has('noCreate')}, 0o666);
		if (failed(fd)) {
			if (!(t.has('noCreate') && fd.errno === 'ENOENT')) {
				status = yield * t.complainCannot(`cannot open ${t.quoted(path)} for writing`, path, fd);
			}

			continue;
		}

		const attributes = t.sys.fstat(fd);
		const before = base?.sizeBytes ?? (failed(attributes) ? 0 : attributes.sizeBytes);
		const refusal = t.sys.ftruncate(fd, text === undefined ? before : newSize(match[1]!, before, amount));
		t.sys.close(fd);
		if (failed(refusal)) {
			status = yield * t.complainCannot(`failed to truncate ${t.quoted(path)} at ${newSize(match[1]!, before, amount)} bytes`, path, refusal);
		}
	}

	return status;
});

function newSize(how: string, before: number, amount: number): number {
	switch (how) {
		case '+': return before + amount;
		case '-': return Math.max(0, before - amount);
		case '<': return Math.min(before, amount);
		case '>': return Math.max(before, amount);
		case '/': return Math.floor(before / amount) * amount;
		case '%': return Math.ceil(before / amount) * amount;
		default: return amount;
	}
}
