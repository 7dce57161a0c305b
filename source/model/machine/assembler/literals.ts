// Values of numbers and strings (NASM manual, 3.4.1 to 3.4.4).

import {concatBytes, encodeText} from '../../../base/bytes.js';

const radixLetters: Readonly<Record<string, number>> = {b: 2, y: 2, o: 8, q: 8, d: 10, t: 10, h: 16, x: 16};

export type NumberLiteral = {readonly value: bigint; readonly overflow: boolean};

/** The value of a number, modulo 2^64, or `undefined` if it is none. */
export function parseNumber(text: string): NumberLiteral | undefined {
	const {digits, radix} = splitRadix(text.toLowerCase());
	const allowed = '0123456789abcdef'.slice(0, radix);
	const plain = digits.replaceAll('_', '');
	if (plain === '' || [...plain].some(digit => !allowed.includes(digit))) {
		return undefined;
	}

	// No number that fits is longer than 64 binary digits; more would cost quadratic time to no end.
	const significant = plain.replace(/^0+(?=.)/v, '');
	const prefix = {2: '0b', 8: '0o', 10: '', 16: '0x'}[radix] ?? '';
	const value = significant.length > 64 ? 0n : BigInt(prefix + significant);
	return {value: BigInt.asIntN(64, value), overflow: significant.length > 64 || value >= 2n ** 64n};
}

/** `$ff`, `0xff`, `0ffh`: the letter with the larger radix wins, as `0b1h` is hexadecimal. */
function splitRadix(text: string): {readonly digits: string; readonly radix: number} {
	if (text.startsWith('$')) {
		return {digits: text.slice(1), radix: 16};
	}

	const prefix = text.startsWith('0') && text.length > 2 ? radixLetters[text[1]!] ?? 0 : 0;
	const suffix = text.length > 1 ? radixLetters[text.at(-1)!] ?? 0 : 0;
	if (prefix > suffix) {
		return {digits: text.slice(2), radix: prefix};
	}

	return suffix > prefix ? {digits: text.slice(0, -1), radix: suffix} : {digits: text, radix: 10};
}

export function isFloatingPoint(text: string): boolean {
	return /^\d[\d_]*(?:\.\d*(?:e[+\-]?\d+)?|e[+\-]\d+)$/iv.test(text);
}

/** Bytes of a quoted string. Only the backquote knows escapes. */
export function stringBytes(quoted: string): Uint8Array {
	const inside = quoted.slice(1, -1);
	return quoted.startsWith('`') ? unescape(inside) : encodeText(inside);
}

/** A character constant is the number whose bytes in memory are the string; what is more than eight bytes is lost. */
export function stringNumber(bytes: Uint8Array): bigint {
	let value = 0n;
	for (const byte of bytes.slice(0, 8).reverse()) {
		value = (value << 8n) | BigInt(byte);
	}

	return BigInt.asIntN(64, value);
}

const simpleEscapes: Readonly<Record<string, number>> = {a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, e: 27};

function unescape(text: string): Uint8Array {
	const parts: Uint8Array[] = [];
	const pattern = /\\(?:x([\da-fA-F]{1,2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))|[^\\]+|\\/gv;
	for (const match of text.matchAll(pattern)) {
		const [whole, hex, unicode, longUnicode, octal, letter] = match;
		const point = unicode ?? longUnicode;
		if (hex !== undefined) {
			parts.push(Uint8Array.of(Number.parseInt(hex, 16)));
		} else if (point !== undefined) {
			const code = Number.parseInt(point, 16);
			parts.push(encodeText(code > 0x10_ff_ff ? whole : String.fromCodePoint(code)));
		} else if (octal !== undefined) {
			parts.push(Uint8Array.of(Number.parseInt(octal, 8) & 0xff));
		} else if (letter !== undefined) {
			const escape = simpleEscapes[letter];
			parts.push(escape === undefined ? encodeText(letter) : Uint8Array.of(escape));
		} else {
			parts.push(encodeText(whole));
		}
	}

	return concatBytes(parts);
}

/** A string token with the given content, whatever it is made of. */
export function quoteText(content: string): string {
	if (!content.includes('"')) {
		return `"${content}"`;
	}

	return content.includes('\'') ? `\`${content.replaceAll(/[\\`]/gv, '\\$&')}\`` : `'${content}'`;
}
