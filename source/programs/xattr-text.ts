// Values of extended attributes as text: the encodings that getfattr(1) writes and setfattr(1) reads. Source: attr 2.5, tools/getfattr.c, setfattr.c.

import {bytesFromText, textFromBytes} from '../base/byte-text.js';

export type XattrEncoding = 'text' | 'hex' | 'base64';

/** Without an encoding, text is shown as text if at most one byte in eight is not printable. */
export function encodeXattr(value: Uint8Array, encoding: XattrEncoding | undefined): string {
	switch (encoding ?? (isPrintable(value) ? 'text' : 'base64')) {
		case 'text': {
			return `"${textFromBytes(value).replaceAll(/["\\]/gv, String.raw`\$&`).replaceAll(/[\0\n\r]/gv, character => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)}"`;
		}

		case 'hex': {
			return `0x${Array.from(value, byte => byte.toString(16).padStart(2, '0')).join('')}`;
		}

		case 'base64': {
			return `0s${toBase64(value)}`;
		}

		default: {
			throw new Error('encodeXattr: no such encoding');
		}
	}
}

function isPrintable(value: Uint8Array): boolean {
	const bytes = value.at(-1) === 0 ? value.subarray(0, -1) : value;
	const others = bytes.filter(byte => byte < 32 || byte > 126).length;
	return bytes.length >= others * 8;
}

/** What `-v` means: `0x...`, `0s...`, or text with backslash escapes, in quotes or not; undefined if it is none of them. */
export function decodeXattr(text: string): Uint8Array | undefined {
	if (/^0[xX]/v.test(text)) {
		const digits = text.slice(2);
		return digits.length % 2 === 0 && /^[\da-fA-F]*$/v.test(digits) ? Uint8Array.from(digits.match(/../gv) ?? [], pair => Number.parseInt(pair, 16)) : undefined;
	}

	if (/^0[sS]/v.test(text)) {
		return fromBase64(text.slice(2));
	}

	const inner = /^".*"$/sv.test(text) && text.length >= 2 ? text.slice(1, -1) : text;
	const plain = inner.replaceAll(/\\(?:([0-7]{3})|(["\\]))/gv, (_, octal: string | undefined, character: string | undefined) => octal === undefined ? character! : String.fromCharCode(Number.parseInt(octal, 8)));
	return bytesFromText(plain);
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function toBase64(bytes: Uint8Array): string {
	let text = '';
	for (let at = 0; at < bytes.length; at += 3) {
		const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
		const digits = [18, 12, 6, 0].map(shift => alphabet[(group >> shift) & 63]!).join('');
		const left = bytes.length - at;
		text += left >= 3 ? digits : `${digits.slice(0, left + 1)}${'='.repeat(3 - left)}`;
	}

	return text;
}

function fromBase64(text: string): Uint8Array | undefined {
	if (!/^(?:[A-Za-z\d+\/]{4})*(?:[A-Za-z\d+\/]{2}==|[A-Za-z\d+\/]{3}=)?$/v.test(text)) {
		return undefined;
	}

	const bytes: number[] = [];
	for (let at = 0; at < text.length; at += 4) {
		const digits = [...text.slice(at, at + 4)].filter(digit => digit !== '=').map(digit => alphabet.indexOf(digit));
		const group = ((digits[0] ?? 0) << 18) | ((digits[1] ?? 0) << 12) | ((digits[2] ?? 0) << 6) | (digits[3] ?? 0);
		bytes.push(...[group >> 16, (group >> 8) & 255, group & 255].slice(0, digits.length - 1));
	}

	return Uint8Array.from(bytes);
}
