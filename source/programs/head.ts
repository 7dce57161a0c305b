// head(1): the first lines or bytes of files; with a leading minus, all but the last.

import {failed} from '../model/kernel/errno.js';
import type {Fd} from '../model/kernel/program.js';
import type {Command} from './options.js';
import {parseSize} from './sizes.js';
import {LineReader, readBlock, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';
import {concatBytes} from '../base/bytes.js';

const options = {
	bytes: {short: 'c', long: 'bytes', value: '[-]NUM', help: 'print the first NUM bytes of each file; with -, all but the last NUM'},
	lines: {short: 'n', long: 'lines', value: '[-]NUM', help: 'print the first NUM lines instead of the first 10; with -, all but the last NUM'},
	quiet: {short: 'q', long: 'quiet,silent', help: 'never print headers giving file names'},
	verbose: {short: 'v', long: 'verbose', help: 'always print headers giving file names'},
	zero: {short: 'z', long: 'zero-terminated', help: 'line delimiter is NUL, not newline', only: 'gnu'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {
	name: 'head', usage: ['[OPTION]... [FILE]...'], summary: 'Print the first 10 lines of each FILE to standard output.', options, numberOption: 'lines',
};

export const head = tool(command, function * (t) {
	const unit = t.last('bytes', 'lines') ?? 'lines';
	const text = t.value('bytes', 'lines') ?? '10';
	const count = parseSize(text.replace(/^[+\-]/v, ''));
	if (count === undefined) {
		return yield * t.complain(t.says(`invalid number of ${unit}: '${text}'`, `invalid number '${text}'`));
	}

	const headers = t.last('quiet', 'verbose') === 'verbose' || (t.inputs.length > 1 && !t.has('quiet'));
	let status = 0;
	let first = true;
	for (const path of t.inputs) {
		const fd = t.openInput(path);
		if (failed(fd)) {
			status = yield * t.complainCannot(`cannot open ${t.quoted(path)} for reading`, path, fd);
			continue;
		}

		if (headers) {
			yield * t.print(`${first ? '' : '\n'}==> ${path === '-' ? 'standard input' : path} <==\n`);
		}

		first = false;
		status = Math.max(status, yield * copyHead(t, fd, path, {unit, count, allBut: text.startsWith('-')}));
		t.closeInput(fd);
	}

	return status;
});

type Part = {readonly unit: 'bytes' | 'lines'; readonly count: number; readonly allBut: boolean};

function * copyHead(t: Tool<Name>, fd: Fd, path: string, part: Part): Blocking<number> {
	const result = yield * part.unit === 'bytes' ? copyBytes(t, fd, part) : copyLines(t, fd, part);
	return failed(result) ? yield * t.complainCannot(`error reading ${t.quoted(path === '-' ? 'standard input' : path)}`, path, result) : 0;
}

function * copyLines(t: Tool<Name>, fd: Fd, {count, allBut}: Part) {
	const end = t.has('zero') ? '\0' : '\n';
	const reader = new LineReader(t.process, fd, end);
	const held: string[] = [];
	for (let printed = 0; (allBut || printed < count) && t.out.failed === undefined; printed++) {
		const line = yield * reader.next();
		if (line === undefined || failed(line)) {
			return line;
		}

		const text = line.text + (line.ended ? end : '');
		if (!allBut) {
			yield * t.print(text);
		} else if (held.push(text) > count) {
			yield * t.print(held.shift()!);
		}
	}

	return undefined;
}

function * copyBytes(t: Tool<Name>, fd: Fd, {count, allBut}: Part) {
	let left = count;
	let held = new Uint8Array(0);
	while ((allBut || left > 0) && t.out.failed === undefined) {
		const bytes = yield * readBlock(t.process, fd, allBut ? 65_536 : Math.min(left, 65_536));
		if (failed(bytes)) {
			return bytes;
		}

		if (bytes.length === 0) {
			break;
		}

		if (allBut) {
			const all = concatBytes([held, bytes]);
			const ready = Math.max(0, all.length - count);
			yield * t.out.write(all.subarray(0, ready));
			held = all.slice(ready);
		} else {
			left -= bytes.length;
			yield * t.out.write(bytes);
		}
	}

	return undefined;
}
