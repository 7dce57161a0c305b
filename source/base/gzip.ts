// gzip with nothing of the moment in it: no time, no name, so that equal inputs have equal digests. Source: RFC 1952.

import {Gunzip, gzipSync} from 'fflate';
import {concatBytes} from './bytes.js';

export function isGzip(bytes: Uint8Array): boolean {
	return bytes[0] === 0x1F && bytes[1] === 0x8B;
}

export function gzip(bytes: Uint8Array): Uint8Array {
	return gzipSync(bytes, {mtime: 0, level: 6});
}

/** The uncompressed bytes; a text if the input is broken or grows past `maxBytes`. */
export function gunzip(bytes: Uint8Array, maxBytes = 256 * 1024 * 1024): Uint8Array | string {
	const parts: Uint8Array[] = [];
	let size = 0;
	let isWhole = false;
	const stream = new Gunzip((part, isLast) => {
		size += part.length;
		isWhole ||= isLast;
		if (size <= maxBytes) {
			parts.push(part);
		}
	});
	const pieceBytes = 65_536;
	try {
		for (let at = 0; at < bytes.length && size <= maxBytes; at += pieceBytes) {
			stream.push(bytes.subarray(at, at + pieceBytes), at + pieceBytes >= bytes.length);
		}
	} catch (error) {
		// FlateErrorCode.UnexpectedEOF of fflate is 0.
		return error instanceof Error && 'code' in error && error.code === 0 ? 'unexpected EOF' : 'gzip: invalid header';
	}

	return size > maxBytes ? `gzip: more than ${maxBytes} bytes` : (isWhole ? concatBytes(parts) : 'unexpected EOF');
}
