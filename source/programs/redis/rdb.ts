// dump.rdb: what Redis keeps when it stops. Source: redis src/rdb.h, version 11; strings in database 0, with their expiry.
//
//     "REDIS0011"  FE 00  [FC expiry in ms, 8 bytes]  00 key value  ...  FF  checksum (zero: none)

import {concatBytes, decodeText, encodeText} from '../../base/bytes.js';
import type {Entry} from './commands.js';

function encodeLength(length: number): Uint8Array {
	if (length < 64) {
		return Uint8Array.of(length);
	}

	return length < 16_384 ? Uint8Array.of(0x40 | (length >> 8), length & 255) : Uint8Array.of(0x80, (length >>> 24) & 255, (length >>> 16) & 255, (length >>> 8) & 255, length & 255);
}

function encodeString(text: string): Uint8Array {
	const bytes = encodeText(text);
	return concatBytes([encodeLength(bytes.length), bytes]);
}

export function encodeRdb(entries: ReadonlyMap<string, Entry>): Uint8Array {
	const parts: Uint8Array[] = [encodeText('REDIS0011'), Uint8Array.of(0xfe, 0)];
	for (const [key, {value, expiresMs}] of entries) {
		if (expiresMs !== undefined) {
			const expiry = new Uint8Array(9);
			expiry[0] = 0xfc;
			new DataView(expiry.buffer).setBigUint64(1, BigInt(expiresMs), true);
			parts.push(expiry);
		}

		parts.push(Uint8Array.of(0), encodeString(key), encodeString(value));
	}

	return concatBytes([...parts, Uint8Array.of(0xff), new Uint8Array(8)]);
}

/** The entries of a dump, or undefined if it is none that the model can read. */
export function decodeRdb(bytes: Uint8Array): Map<string, Entry> | undefined {
	if (decodeText(bytes.subarray(0, 5)) !== 'REDIS') {
		return undefined;
	}

	const entries = new Map<string, Entry>();
	let at = 9;
	let expiresMs: number | undefined;
	const string = (): string => {
		const first = bytes[at++] ?? 0;
		let length = first & 63;
		if (first >> 6 === 1) {
			length = length * 256 + (bytes[at++] ?? 0);
		} else if (first >> 6 === 2) {
			length = new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0);
			at += 4;
		}

		at += length;
		return decodeText(bytes.subarray(at - length, at));
	};
	while (at < bytes.length && bytes[at] !== 0xff) {
		const code = bytes[at++]!;
		if (code === 0xfe) {
			at++;
		} else if (code === 0xfc) {
			expiresMs = Number(new DataView(bytes.buffer, bytes.byteOffset + at, 8).getBigUint64(0, true));
			at += 8;
		} else if (code === 0) {
			const key = string();
			entries.set(key, {value: string(), expiresMs});
			expiresMs = undefined;
		} else {
			return undefined;
		}
	}

	return entries;
}
