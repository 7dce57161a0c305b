// Text in a shell is bytes that are usually UTF-8. A byte that is not is kept as the lone surrogate U+DC00 + byte (as Python's
// "surrogateescape" does), so that file names and data pass through variables unchanged.

import {concatBytes, decodeText, decodeUtf8, encodeText} from '../base/bytes.js';

export function decodeShellText(bytes: Uint8Array): string {
	const whole = decodeUtf8(bytes);
	if (whole !== undefined) {
		return whole;
	}

	let text = '';
	for (let at = 0; at < bytes.length;) {
		const length = characterLength(bytes, at);
		text += length === 0 ? String.fromCharCode(0xDC00 + bytes[at]!) : decodeText(bytes.subarray(at, at + length));
		at += Math.max(length, 1);
	}

	return text;
}

export function encodeShellText(text: string): Uint8Array {
	if (!/[\uDC80-\uDCFF]/v.test(text)) {
		return encodeText(text);
	}

	const parts: Uint8Array[] = [];
	let plain = '';
	for (const character of text) {
		const code = character.codePointAt(0)!;
		if (code >= 0xDC80 && code <= 0xDCFF) {
			parts.push(encodeText(plain), Uint8Array.of(code - 0xDC00));
			plain = '';
		} else {
			plain += character;
		}
	}

	return concatBytes([...parts, encodeText(plain)]);
}

/** How many bytes the well-formed character at `at` has; 0 if there is none. */
function characterLength(bytes: Uint8Array, at: number): number {
	const first = bytes[at]!;
	const length = first < 0x80 ? 1 : (first >= 0xF0 ? 4 : (first >= 0xE0 ? 3 : (first >= 0xC2 ? 2 : 0)));
	return length > 0 && at + length <= bytes.length && decodeUtf8(bytes.subarray(at, at + length)) !== undefined ? length : 0;
}
