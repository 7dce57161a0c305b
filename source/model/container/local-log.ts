// The format of the log driver `local`: messages of Protocol Buffers, each between two copies of its length.
// Source: moby/moby daemon/logger/local/local.go (marshal), api/types/plugins/logdriver/entry.proto.
//
//     [length, 4 bytes, big endian] 1: source  2: time_nano  3: line  4: partial  [length]

import {concatBytes, decodeText, encodeText} from '../../base/bytes.js';
import {secondNs} from '../../base/clock.js';
import type {LogEntry, NewEntry} from './container-log.js';

/** Base-128 numbers, the low digits first. Nanoseconds since 1970 need more than a double has, so the number is given as a bigint. */
function varint(value: bigint): Uint8Array {
	const bytes: number[] = [];
	let rest = value;
	for (; rest > 127n; rest >>= 7n) {
		bytes.push(Number(rest & 127n) | 128);
	}

	return Uint8Array.from([...bytes, Number(rest)]);
}

function textField(number: number, bytes: Uint8Array): Uint8Array {
	return concatBytes([Uint8Array.from([number * 8 + 2]), varint(BigInt(bytes.length)), bytes]);
}

function lengthBytes(length: number): Uint8Array {
	const bytes = new Uint8Array(4);
	new DataView(bytes.buffer).setUint32(0, length);
	return bytes;
}

/** The line is kept without its newline; one that has none was cut, or ended with the output. */
export function encodeLocalEntry({text, stream, moment: {seconds, nanoseconds}}: NewEntry): Uint8Array {
	const isWhole = text.endsWith('\n');
	const message = concatBytes([
		textField(1, encodeText(stream)), Uint8Array.from([2 * 8]), varint(BigInt(seconds) * BigInt(secondNs) + BigInt(nanoseconds)),
		textField(3, encodeText(isWhole ? text.slice(0, -1) : text)), ...(isWhole ? [] : [Uint8Array.from([4 * 8, 1])]),
	]);
	const length = lengthBytes(message.length);
	return concatBytes([length, message, length]);
}

export function decodeLocalLog(bytes: Uint8Array): {readonly entries: readonly LogEntry[]; readonly usedBytes: number} {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const entries: LogEntry[] = [];
	let at = 0;
	while (at + 8 <= bytes.length) {
		const length = view.getUint32(at);
		if (at + length + 8 > bytes.length) {
			break;
		}

		const entry = decodeMessage(bytes.subarray(at + 4, at + 4 + length));
		entries.push(...entry === undefined ? [] : [entry]);
		at += length + 8;
	}

	return {entries, usedBytes: at};
}

function decodeMessage(bytes: Uint8Array): LogEntry | undefined {
	const fields = new Map<number, bigint | Uint8Array>();
	let at = 0;
	const number = (): bigint => {
		let value = 0n;
		for (let shift = 0n; at < bytes.length; shift += 7n) {
			const byte = bytes[at++]!;
			value |= BigInt(byte & 127) << shift;
			if (byte < 128 || shift > 63n) {
				break;
			}
		}

		return value;
	};

	while (at < bytes.length) {
		const key = Number(number());
		const value = number();
		if (key % 8 === 2) {
			fields.set(Math.floor(key / 8), bytes.subarray(at, at + Number(value)));
			at += Number(value);
		} else {
			fields.set(Math.floor(key / 8), value);
		}
	}

	const text = (field: number) => fields.get(field) instanceof Uint8Array ? decodeText(fields.get(field) as Uint8Array) : undefined;
	const [stream, line, time] = [text(1), text(3), fields.get(2)];
	return (stream === 'stdout' || stream === 'stderr') && typeof time === 'bigint'
		? {stream, text: `${line ?? ''}${fields.get(4) === 1n ? '' : '\n'}`, moment: {seconds: Number(time / BigInt(secondNs)), nanoseconds: Number(time % BigInt(secondNs))}, attributes: []}
		: undefined;
}
