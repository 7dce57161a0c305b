// od(1): bytes of files in octal and other forms.

import {failed} from '../model/kernel/errno.js';
import {formatFloat} from '../base/printf.js';
import type {Command} from './options.js';
import {parseSize} from './sizes.js';
import {readFully, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	radix: {short: 'A', long: 'address-radix', value: 'RADIX', help: 'output format for file offsets; RADIX is one of [doxn]'},
	skip: {short: 'j', long: 'skip-bytes', value: 'BYTES', help: 'skip BYTES input bytes first'},
	count: {short: 'N', long: 'read-bytes', value: 'BYTES', help: 'limit dump to BYTES input bytes'},
	format: {short: 't', long: 'format', value: 'TYPE', help: 'select output format or formats: a, c, d[SIZE], f[SIZE], o[SIZE], u[SIZE], x[SIZE], with z for printable characters'},
	verbose: {short: 'v', long: 'output-duplicates', help: 'do not use * to mark line suppression'},
	width: {short: 'w', long: 'width', value: 'BYTES', optional: true, help: 'output BYTES bytes per output line'},
	a: {short: 'a', help: 'same as -t a, select named characters'},
	b: {short: 'b', help: 'same as -t o1, select octal bytes'},
	c: {short: 'c', help: 'same as -t c, select printable characters or backslash escapes'},
	d: {short: 'd', help: 'same as -t u2, select unsigned decimal 2-byte units'},
	i: {short: 'i', help: 'same as -t dI, select decimal ints'},
	o: {short: 'o', help: 'same as -t o2, select octal 2-byte units'},
	x: {short: 'x', help: 'same as -t x2, select hexadecimal 2-byte units'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'od', usage: ['[OPTION]... [FILE]...'], summary: 'Write an unambiguous representation, octal bytes by default, of FILE to standard output.', options};

const shorthands: Partial<Record<Name, string>> = {a: 'a', b: 'o1', c: 'c', d: 'u2', i: 'd4', o: 'o2', x: 'x2'};

type Format = {readonly letter: string; readonly size: number; readonly digits: number; readonly characters: boolean};

export const od = tool(command, function * (t) {
	const formats: Format[] = [];
	for (const {name, value} of t.given) {
		const text = name === 'format' ? value! : shorthands[name];
		const parsed = text === undefined ? [] : parseFormats(text);
		if (parsed === undefined) {
			return yield * t.complain(/^[acdfoux]/v.test(text!) ? `invalid type string '${text!}'` : `invalid character '${text![0] ?? ''}' in type string '${text!}'`);
		}

		formats.push(...parsed);
	}

	const radix = t.value('radix') ?? 'o';
	if (!/^[doxn]$/v.test(radix)) {
		return yield * t.complain(`invalid output address radix '${radix}'; it must be one character from [doxn]`);
	}

	const [skip, count] = [parseSize(t.value('skip') ?? '0'), parseSize(t.value('count') ?? String(Number.MAX_SAFE_INTEGER))];
	if (skip === undefined || count === undefined) {
		return yield * t.complain(`invalid ${skip === undefined ? '-j argument' : '-N argument'} '${t.value(skip === undefined ? 'skip' : 'count')!}'`);
	}

	const width = t.has('width') ? Number(t.value('width') ?? 32) : 16;
	const {bytes, status, any} = yield * gather(t, skip, count);
	if (!any) {
		return status;
	}

	yield * dump(t, bytes, {formats: formats.length === 0 ? parseFormats('o2')! : formats, radix, width, base: skip});
	return status;
});

function parseFormats(text: string): readonly Format[] | undefined {
	const formats: Format[] = [];
	let rest = text;
	while (rest !== '') {
		const match = /^([acdfoux])(\d+|[CSILFD])?(z?)/v.exec(rest);
		if (match === null) {
			return undefined;
		}

		const letter = match[1]!;
		const size = {C: 1, S: 2, I: 4, L: 8, F: 4, D: 8}[match[2] ?? ''] ?? Number(match[2] ?? (letter === 'a' || letter === 'c' ? 1 : (letter === 'f' ? 8 : 4)));
		if (![1, 2, 4, 8].includes(size) || (letter === 'f' && size < 4)) {
			return undefined;
		}

		formats.push({letter, size, digits: fieldDigits(letter, size), characters: match[3] === 'z'});
		rest = rest.slice(match[0].length);
	}

	return formats;
}

function fieldDigits(letter: string, size: number): number {
	const bits = size * 8;
	switch (letter) {
		case 'a':
		case 'c': return 3;
		case 'x': return size * 2;
		case 'o': return Math.ceil(bits / 3);
		case 'u': return String(2n ** BigInt(bits) - 1n).length;
		case 'd': return String(2n ** BigInt(bits - 1)).length + 1;
		default: return size === 4 ? 15 : 24;
	}
}

const bytesMax = 8 * 1024 * 1024;

function * gather(t: Tool<Name>, skip: number, count: number): Blocking<{readonly bytes: Uint8Array; readonly status: number; readonly any: boolean}> {
	const parts: number[] = [];
	let any = false;
	let status = 0;
	let toSkip = skip;
	for (const path of t.inputs) {
		const fd = t.openInput(path);
		if (failed(fd)) {
			status = yield * t.complainOf(path, fd);
			continue;
		}

		const bytes = yield * readFully(t.process, fd, Math.min(bytesMax, toSkip + count - parts.length));
		if (failed(bytes)) {
			status = yield * t.complainOf(path, bytes);
			continue;
		}

		for (const byte of bytes.subarray(Math.min(toSkip, bytes.length))) {
			parts.push(byte);
		}

		any = true;
		toSkip = Math.max(0, toSkip - bytes.length);
		t.closeInput(fd);
	}

	return {bytes: Uint8Array.from(parts), status, any};
}

type Style = {readonly formats: readonly Format[]; readonly radix: string; readonly width: number; readonly base: number};

function * dump(t: Tool<Name>, bytes: Uint8Array, {formats, radix, width, base}: Style): Blocking<void> {
	const address = (offset: number): string => radix === 'n' ? '' : offset.toString({d: 10, o: 8, x: 16}[radix]!).padStart(radix === 'x' ? 6 : 7, '0');
	// All formats give a byte the same room, so that their lines stand under each other.
	const perByte = Math.max(...formats.map(({size, digits}) => (digits + 1) / size));
	let before: string | undefined;
	let starred = false;
	for (let at = 0; at < bytes.length; at += width) {
		const row = bytes.subarray(at, at + width);
		const key = row.join(',');
		if (!t.has('verbose') && key === before && row.length === width && at + width <= bytes.length && at > 0) {
			if (!starred) {
				yield * t.print('*\n');
			}

			starred = true;
			continue;
		}

		before = key;
		starred = false;
		for (const [index, format] of formats.entries()) {
			const prefix = index === 0 ? address(base + at) : ' '.repeat(address(0).length);
			yield * t.print(`${prefix}${rowText(row, format, perByte, width)}\n`);
		}
	}

	if (radix !== 'n') {
		yield * t.print(`${address(base + bytes.length)}\n`);
	}
}

function rowText(row: Uint8Array, format: Format, perByte: number, width: number): string {
	let text = '';
	for (let at = 0; at < row.length; at += format.size) {
		const unit = new Uint8Array(8);
		unit.set(row.subarray(at, at + format.size));
		// Room is shared out so that columns end where those of the widest format do.
		const end = Math.round(perByte * (at + format.size));
		text += unitText(unit, format).padStart(end - text.length);
	}

	if (format.characters) {
		text = `${text.padEnd(Math.round(perByte * width))}  >${Array.from(row, byte => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.').join('')}<`;
	}

	return text;
}

const names = ['nul', 'soh', 'stx', 'etx', 'eot', 'enq', 'ack', 'bel', 'bs', 'ht', 'nl', 'vt', 'ff', 'cr', 'so', 'si', 'dle', 'dc1', 'dc2', 'dc3', 'dc4', 'nak', 'syn', 'etb', 'can', 'em', 'sub', 'esc', 'fs', 'gs', 'rs', 'us', 'sp'];
const escapes: Readonly<Record<number, string>> = {0: String.raw`\0`, 7: String.raw`\a`, 8: String.raw`\b`, 9: String.raw`\t`, 10: String.raw`\n`, 11: String.raw`\v`, 12: String.raw`\f`, 13: String.raw`\r`};

function unitText(unit: Uint8Array, {letter, size, digits}: Format): string {
	const view = new DataView(unit.buffer);
	const value = BigInt.asUintN(size * 8, view.getBigUint64(0, true));
	switch (letter) {
		case 'a': {
			const byte = unit[0]! & 0x7F;
			return names[byte] ?? (byte === 127 ? 'del' : String.fromCharCode(byte));
		}

		case 'c': {
			const byte = unit[0]!;
			return escapes[byte] ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, '0'));
		}

		case 'x': return value.toString(16).padStart(digits, '0');
		case 'o': return value.toString(8).padStart(digits, '0');
		case 'u': return value.toString();
		case 'd': return BigInt.asIntN(size * 8, value).toString();
		default: return formatFloat({flags: '', precision: size === 4 ? 8 : 17, conversion: 'g'}, size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true));
	}
}
