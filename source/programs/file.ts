// file(1): what kind of content a file has, told by its first bytes.
// Simplified: it knows the kinds that occur in the model; others are `data`.

import {decodeUtf8} from '../base/bytes.js';
import {textFromBytes} from '../base/byte-text.js';
import {failed, errorTextOf} from '../model/kernel/errno.js';
import type {Attributes} from '../model/kernel/file-types.js';
import type {Command} from './options.js';
import {readFully, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	brief: {short: 'b', long: 'brief', help: 'do not prepend filenames to output lines'},
	dereference: {short: 'L', long: 'dereference', help: 'follow symlinks'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'file', usage: ['[OPTION...] [FILE...]'], summary: 'Determine type of FILEs.', options, version: 'file-5.44', hint: calledAs => `Usage: ${calledAs} [-bL] file ...\n`};

const sampleBytes = 65_536;

export const file = tool(command, function * (t) {
	if (t.operands.length === 0) {
		return yield * t.usageError(undefined);
	}

	const width = Math.max(...t.operands.map(path => path.length)) + 2;
	for (const path of t.operands) {
		const kind = yield * kindOf(t, path);
		yield * t.print(t.has('brief') ? `${kind}\n` : `${`${path === '-' ? '/dev/stdin' : path}: `.padEnd(width)}${kind}\n`);
	}

	return 0;
});

function * kindOf(t: Tool<Name>, path: string): Blocking<string> {
	const attributes = path === '-' ? t.sys.fstat(0) : (t.has('dereference') ? t.sys.stat(path) : t.sys.lstat(path));
	if (failed(attributes)) {
		return `cannot open \`${path}' (${errorTextOf(attributes)})`;
	}

	const special = specialKind(t, path, attributes);
	if (special !== undefined && path !== '-') {
		return special;
	}

	const fd = t.openInput(path);
	if (failed(fd)) {
		return 'regular file, no read permission';
	}

	const bytes = yield * readFully(t.process, fd, sampleBytes);
	t.closeInput(fd);
	return failed(bytes) ? `ERROR: cannot read \`${path}' (${errorTextOf(bytes)})` : contentKind(bytes);
}

function specialKind(t: Tool<Name>, path: string, attributes: Attributes): string | undefined {
	switch (attributes.type) {
		case 'directory': return `${(attributes.mode & 0o1000) === 0 ? '' : 'sticky, '}directory`;
		case 'symlink': {
			const link = t.sys.readlink(path);
			const target = failed(link) ? '' : link.target;
			return failed(t.sys.stat(path)) ? `broken symbolic link to ${target}` : `symbolic link to ${target}`;
		}

		case 'char':
		case 'block': return `${attributes.type === 'char' ? 'character' : 'block'} special (${attributes.rdev.major}/${attributes.rdev.minor})`;
		case 'fifo': return 'fifo (named pipe)';
		case 'socket': return 'socket';
		case 'file': return attributes.sizeBytes === 0 ? 'empty' : undefined;
		default: return attributes.type satisfies never;
	}
}

const interpreters: Readonly<Record<string, string>> = {sh: 'POSIX shell script', bash: 'Bourne-Again shell script', python3: 'Python script', perl: 'Perl script', awk: 'awk script'};

/** Magic numbers at given offsets, in the words of magic(5). */
const magics: readonly (readonly [number, readonly number[], string])[] = [
	[0, [0x1F, 0x8B], 'gzip compressed data'], [0, [0x42, 0x5A, 0x68], 'bzip2 compressed data'], [0, [0xFD, 0x37, 0x7A, 0x58, 0x5A], 'XZ compressed data'], [0, [0x28, 0xB5, 0x2F, 0xFD], 'Zstandard compressed data'],
	[0, [0x50, 0x4B, 3, 4], 'Zip archive data'], [257, [0x75, 0x73, 0x74, 0x61, 0x72, 0x20, 0x20], 'POSIX tar archive (GNU)'], [257, [0x75, 0x73, 0x74, 0x61, 0x72], 'POSIX tar archive'],
	[0, [0x51, 0x46, 0x49, 0xFB], 'QEMU QCOW2 Image'], [0, [0x89, 0x50, 0x4E, 0x47], 'PNG image data'], [0x8001, [0x43, 0x44, 0x30, 0x30, 0x31], 'ISO 9660 CD-ROM filesystem data'], [510, [0x55, 0xAA], 'DOS/MBR boot sector'],
];

function contentKind(bytes: Uint8Array): string {
	if (bytes.length === 0) {
		return 'empty';
	}

	if (bytes[0] === 0x7F && textFromBytes(bytes.subarray(1, 4)) === 'ELF') {
		return elfKind(bytes);
	}

	const magic = magics.find(([offset, wanted]) => wanted.every((byte, index) => bytes[offset + index] === byte));
	if (magic !== undefined) {
		return magic[2];
	}

	const text = decodeUtf8(bytes.length === sampleBytes ? bytes.subarray(0, bytes.lastIndexOf(10) + 1) : bytes);
	if (text === undefined || /[\u0000-\u0006\u000E-\u001A\u001C-\u001F\u007F]/v.test(text)) {
		return bytes.some(byte => byte < 7 || (byte >= 14 && byte < 27) || byte === 127) ? 'data' : 'ISO-8859 text';
	}

	return textKind(text);
}

function textKind(text: string): string {
	const encoding = /^[\u0000-\u007F]*$/v.test(text) ? 'ASCII text' : 'Unicode text, UTF-8 text';
	const ends = text.includes('\r\n') ? ', with CRLF line terminators' : (text.includes('\n') ? '' : ', with no line terminators');
	const interpreter = /^#!\s*(?:\S*\/)?([^\/\s]+)(?:\s+(\S+))?/v.exec(text);
	if (interpreter !== null) {
		const name = interpreter[1] === 'env' ? interpreter[2] ?? 'env' : interpreter[1]!;
		return `${interpreters[name] ?? `a ${text.slice(2).split('\n')[0]!.trim()} script`}, ${encoding} executable`;
	}

	const trimmed = text.trimStart();
	if (/^<!doctype html|^<html/iv.test(trimmed)) {
		return `HTML document, ${encoding}${ends}`;
	}

	if (trimmed.startsWith('<?xml')) {
		return `XML 1.0 document, ${encoding}${ends}`;
	}

	return isJson(trimmed) ? 'JSON text data' : encoding + ends;
}

function isJson(text: string): boolean {
	if (!/^[\{\[]/v.test(text)) {
		return false;
	}

	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/** The fields of the ELF header. Source: elf(5). */
function elfKind(bytes: Uint8Array): string {
	const type = {1: 'relocatable', 2: 'executable', 3: 'pie executable'}[bytes[16] ?? 0] ?? 'unknown type';
	const machine = {3: 'Intel 80386', 62: 'x86-64', 183: 'ARM aarch64'}[bytes[18] ?? 0] ?? `unknown arch 0x${(bytes[18] ?? 0).toString(16)}`;
	return `ELF ${bytes[4] === 2 ? '64' : '32'}-bit ${bytes[5] === 1 ? 'LSB' : 'MSB'} ${type}, ${machine}, version ${bytes[6] ?? 0} (${bytes[7] === 3 ? 'GNU/Linux' : 'SYSV'})`;
}
