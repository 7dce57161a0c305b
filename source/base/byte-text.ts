// Text that came from bytes and must become the same bytes again. Lines of files are UTF-8 nearly always, but `grep`, `sort` and
// `sed` must not damage the ones that are not: a byte that is no part of valid UTF-8 is carried as the lone surrogate
// U+DC00 + byte (as Python's `surrogateescape` does), and written back as that byte.

import {concatBytes, decodeUtf8, encodeText} from './bytes.js';

const escapeBase = 0xDC00;

/** Bytes as text, without loss. */
export function textFromBytes(bytes: Uint8Array): string {
	const text = decodeUtf8(bytes);
	return text ?? decodeWithEscapes(bytes);
}

/** The bytes that `textFromBytes` read the text from. */
export function bytesFromText(text: string): Uint8Array {
	if (text.isWellFormed()) {
		return encodeText(text);
	}

	const parts: Uint8Array[] = [];
	let plain = '';
	for (const character of text) {
		const code = character.codePointAt(0)!;
		if (code > escapeBase && code <= escapeBase + 0xFF) {
			parts.push(encodeText(plain), Uint8Array.of(code - escapeBase));
			plain = '';
		} else {
			plain += character;
		}
	}

	parts.push(encodeText(plain));
	return concatBytes(parts);
}

/** A byte as a character of such text. */
export function characterOfByte(byte: number): string {
	return String.fromCharCode(byte < 0x80 ? byte : escapeBase + byte);
}

function decodeWithEscapes(bytes: Uint8Array): string {
	const parts: string[] = [];
	let at = 0;
	while (at < bytes.length) {
		const length = sequenceLength(bytes, at);
		if (length === 0) {
			parts.push(characterOfByte(bytes[at]!));
			at++;
			continue;
		}

		let end = at + length;
		for (let next = sequenceLength(bytes, end); next > 0; next = sequenceLength(bytes, end)) {
			end += next;
		}

		parts.push(decodeUtf8(bytes.subarray(at, end)) ?? Array.from(bytes.subarray(at, end), characterOfByte).join(''));
		at = end;
	}

	return parts.join('');
}

/** The length of the UTF-8 sequence at `at`, 0 if there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
	const first = bytes[at];
	if (first === undefined || (first >= 0x80 && first < 0xC2) || first > 0xF4) {
		return 0;
	}

	const length = first < 0x80 ? 1 : (first < 0xE0 ? 2 : (first < 0xF0 ? 3 : 4));
	if (at + length > bytes.length) {
		return 0;
	}

	for (let offset = 1; offset < length; offset++) {
		if ((bytes[at + offset]! & 0xC0) !== 0x80) {
			return 0;
		}
	}

	return decodeUtf8(bytes.subarray(at, at + length)) === undefined ? 0 : length;
}
