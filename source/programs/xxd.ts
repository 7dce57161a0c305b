// xxd(1): a hexadecimal dump, and with -r the bytes of one.

import {textFromBytes} from '../base/byte-text.js';
import {readAll} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {parseCount} from './sizes.js';
import {readFully, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	cols: {short: 'c', value: 'cols', help: 'format <cols> octets per line. Default 16 (-ps: 30)'},
	group: {short: 'g', value: 'bytes', help: 'number of octets per group in normal output. Default 2'},
	length: {short: 'l', value: 'len', help: 'stop after <len> octets'},
	plain: {short: 'p', help: 'output in postscript plain hexdump style'},
	reverse: {short: 'r', help: 'reverse operation: convert hexdump into binary'},
	seek: {short: 's', value: 'seek', help: 'start at <seek> bytes'},
	upper: {short: 'u', help: 'use upper case hex letters'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'xxd', usage: ['[options] [infile]'], summary: 'Make a hexdump or do the reverse.', options, version: 'xxd 2022-01-14', hint: calledAs => `Usage:\n       ${calledAs} [options] [infile [outfile]]\n`};

const bytesMax = 8 * 1024 * 1024;

export const xxd = tool(command, function * (t) {
	const [path = '-'] = t.operands;
	const fd = t.openInput(path);
	if (failed(fd)) {
		return yield * t.complainOf(path, fd, 2);
	}

	if (t.has('reverse')) {
		const bytes = yield * readAll(t.process, fd, bytesMax);
		if (failed(bytes)) {
			return yield * t.complainOf(path, bytes, 2);
		}

		yield * t.out.write(fromDump(textFromBytes(bytes), t.has('plain')));
		return 0;
	}

	const [seek, length] = [parseCount(t.value('seek') ?? '0') ?? 0, parseCount(t.value('length') ?? String(bytesMax)) ?? bytesMax];
	const bytes = yield * readFully(t.process, fd, Math.min(bytesMax, seek + length));
	if (failed(bytes)) {
		return yield * t.complainOf(path, bytes, 2);
	}

	yield * dump(t, bytes.subarray(seek), seek);
	return 0;
});

function * dump(t: Tool<Name>, bytes: Uint8Array, base: number): Blocking<void> {
	const plain = t.has('plain');
	const columns = Math.max(1, parseCount(t.value('cols') ?? '') ?? (plain ? 30 : 16));
	const group = parseCount(t.value('group') ?? '') ?? 2;
	const hex = (byte: number): string => {
		const digits = byte.toString(16).padStart(2, '0');
		return t.has('upper') ? digits.toUpperCase() : digits;
	};

	for (let at = 0; at < bytes.length; at += columns) {
		const row = bytes.subarray(at, at + columns);
		if (plain) {
			yield * t.print(`${Array.from(row, hex).join('')}\n`);
			continue;
		}

		let cells = '';
		for (let index = 0; index < columns; index++) {
			cells += (row[index] === undefined ? '  ' : hex(row[index]!)) + (group > 0 && (index + 1) % group === 0 && index + 1 < columns ? ' ' : '');
		}

		yield * t.print(`${(base + at).toString(16).padStart(8, '0')}: ${cells}  ${Array.from(row, byte => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.').join('')}\n`);
	}
}

function fromDump(text: string, plain: boolean): Uint8Array {
	if (plain) {
		const digits = text.replaceAll(/[^\dA-Fa-f]/gv, '');
		return Uint8Array.from({length: Math.floor(digits.length / 2)}, (_, index) => Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16));
	}

	const bytes: number[] = [];
	for (const line of text.split('\n')) {
		const match = /^\s*([\dA-Fa-f]+):((?: ?[\dA-Fa-f]{2})+)/v.exec(line);
		if (match === null) {
			continue;
		}

		const offset = Math.min(Number.parseInt(match[1]!, 16), bytesMax);
		while (bytes.length < offset) {
			bytes.push(0);
		}

		for (const [index, pair] of (match[2]!.match(/[\dA-Fa-f]{2}/gv) ?? []).entries()) {
			bytes[offset + index] = Number.parseInt(pair, 16);
		}
	}

	return Uint8Array.from(bytes);
}
