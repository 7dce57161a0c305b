// base64(1): bytes as text of 64 characters (RFC 4648), and back.

import {encodeBase64} from '../base/base64.js';
import {textFromBytes} from '../base/byte-text.js';
import {concatBytes} from '../base/bytes.js';
import {readAll} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {parseCount} from './sizes.js';
import {tool} from './tool.js';

const options = {
	decode: {short: 'd', long: 'decode', help: 'decode data'},
	ignoreGarbage: {short: 'i', long: 'ignore-garbage', help: 'when decoding, ignore non-alphabet characters', only: 'gnu'},
	wrap: {short: 'w', long: 'wrap', value: 'COLS', help: 'wrap encoded lines after COLS character (default 76). Use 0 to disable line wrapping'},
} as const;

const command: Command<keyof typeof options> = {name: 'base64', usage: ['[OPTION]... [FILE]'], summary: 'Base64 encode or decode FILE, or standard input, to standard output.', options};

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

export const base64 = tool(command, function * (t) {
	if (t.operands.length > 1) {
		return yield * t.usageError(`extra operand '${t.operands[1]!}'`, undefined);
	}

	const wrap = parseCount(t.value('wrap') ?? '76');
	if (wrap === undefined) {
		return yield * t.complain(t.says(`invalid wrap size: '${t.value('wrap')!}'`, `invalid number '${t.value('wrap')!}'`));
	}

	const path = t.operands[0] ?? '-';
	const fd = t.openInput(path);
	const bytes = failed(fd) ? fd : yield * readAll(t.process, fd);
	if (failed(bytes)) {
		return yield * t.complainOf(path, bytes);
	}

	if (t.has('decode')) {
		const {decoded, isValid} = decodeBase64(textFromBytes(bytes), t.has('ignoreGarbage'));
		yield * t.out.write(decoded);
		yield * t.out.flush();
		return isValid ? 0 : yield * t.complain(t.says('invalid input', 'truncated input'));
	}

	const text = encodeBase64(bytes);
	if (wrap === 0) {
		yield * t.print(text);
		return 0;
	}

	for (let at = 0; at < text.length; at += wrap) {
		yield * t.print(`${text.slice(at, at + wrap)}\n`);
	}

	return 0;
});

export function decodeBase64(text: string, ignoreGarbage = false): {readonly decoded: Uint8Array; readonly isValid: boolean} {
	const clean = ignoreGarbage ? text.replaceAll(/[^A-Za-z0-9+\/=]/gv, '') : text.replaceAll('\n', '');
	const groups: Uint8Array[] = [];
	for (let at = 0; at < clean.length; at += 4) {
		const group = clean.slice(at, at + 4);
		const match = /^([A-Za-z0-9+\/]{2,4})(={0,2})$/v.exec(group);
		if (match === null || group.length !== 4) {
			return {decoded: concatBytes([...groups, partial(group)]), isValid: false};
		}

		groups.push(partial(match[1]!));
	}

	return {decoded: concatBytes(groups), isValid: true};
}

function partial(group: string): Uint8Array {
	const characters = /^[A-Za-z0-9+\/]*/v.exec(group)![0];
	let bits = 0;
	for (const character of characters) {
		bits = (bits << 6) | alphabet.indexOf(character);
	}

	bits <<= 6 * (4 - characters.length);
	return Uint8Array.of((bits >> 16) & 0xFF, (bits >> 8) & 0xFF, bits & 0xFF).subarray(0, Math.max(0, characters.length - 1));
}
