// hexdump(1): bytes of files in hexadecimal: two-byte units, or with -C bytes beside their characters. Format strings (-e) are not
// modelled.

import {failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {parseSize} from './sizes.js';
import {readFully, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	canonical: {short: 'C', long: 'canonical', help: 'canonical hex+ASCII display'},
	length: {short: 'n', long: 'length', value: 'length', help: 'interpret only length bytes of input'},
	skip: {short: 's', long: 'skip', value: 'offset', help: 'skip offset bytes from the beginning'},
	verbose: {short: 'v', long: 'no-squeezing', help: 'output identical lines'},
	twoBytesHex: {short: 'x', long: 'two-bytes-hex', help: 'two-byte hexadecimal display'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'hexdump', usage: ['[options] <file>...'], summary: 'Display file contents in hexadecimal.', options, version: 'util-linux) 2.38.1'};

const bytesMax = 8 * 1024 * 1024;

export const hexdump = tool(command, function * (t) {
	const [skip, length] = [parseSize(t.value('skip') ?? '0'), parseSize(t.value('length') ?? String(bytesMax))];
	if (skip === undefined || length === undefined) {
		return yield * t.complain(`failed to parse ${skip === undefined ? 'offset' : 'length'}: '${t.value(skip === undefined ? 'skip' : 'length')!}'`);
	}

	const parts: number[] = [];
	let status = 0;
	for (const path of t.inputs) {
		const fd = t.openInput(path);
		const bytes = failed(fd) ? fd : yield * readFully(t.process, fd, Math.min(bytesMax, skip + length) - parts.length);
		if (failed(bytes)) {
			status = yield * t.complain(t.says(`${path}: ${bytes.errno === 'EISDIR' ? 'Is a directory' : 'No such file or directory'}`, `${path}: No such file or directory`));
			continue;
		}

		for (const byte of bytes) {
			parts.push(byte);
		}
	}

	if (status !== 0 && parts.length === 0) {
		return t.isGnu && t.operands.length > 0 ? yield * t.complain('all input file arguments failed') : status;
	}

	yield * dump(t, Uint8Array.from(parts).subarray(skip, skip + length), skip);
	return status;
});

function * dump(t: Tool<Name>, bytes: Uint8Array, base: number): Blocking<void> {
	const canonical = t.has('canonical');
	const address = (offset: number): string => offset.toString(16).padStart(canonical ? 8 : 7, '0');
	let before: string | undefined;
	let starred = false;
	for (let at = 0; at < bytes.length; at += 16) {
		const row = bytes.subarray(at, at + 16);
		const key = row.join(',');
		if (!t.has('verbose') && key === before && row.length === 16) {
			yield * t.print(starred ? '' : '*\n');
			starred = true;
			continue;
		}

		before = key;
		starred = false;
		yield * t.print(`${address(base + at)}${canonical ? canonicalRow(row) : unitRow(row, t.has('twoBytesHex'))}\n`);
	}

	yield * t.print(bytes.length === 0 ? '' : `${address(base + bytes.length)}\n`);
}

function canonicalRow(row: Uint8Array): string {
	const cells = Array.from({length: 16}, (_, index) => `${index % 8 === 0 ? '  ' : ' '}${row[index]?.toString(16).padStart(2, '0') ?? '  '}`).join('');
	return `${cells}  |${Array.from(row, byte => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.').join('')}|`;
}

function unitRow(row: Uint8Array, wide: boolean): string {
	let text = '';
	for (let at = 0; at < 16; at += 2) {
		const value = row[at] === undefined ? '    ' : ((row[at + 1] ?? 0) * 256 + row[at]!).toString(16).padStart(4, '0');
		text += (wide ? '    ' : ' ') + value;
	}

	return text;
}
