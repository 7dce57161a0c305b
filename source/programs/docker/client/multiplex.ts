// The stream of a container without a terminal: frames that say whether they are standard output or standard error.
// Source: moby pkg/stdcopy/stdcopy.go.
//
//     byte 0: 1 stdout, 2 stderr   bytes 1-3: 0   bytes 4-7: length, big-endian   then the payload

import {concatBytes, noBytes} from '../../../base/bytes.js';

export type Frame = {readonly fd: 1 | 2; readonly bytes: Uint8Array};

const headerBytes = 8;

/** Cuts bytes that arrive in any pieces into frames. */
export class Demultiplexer {
	#pending: Uint8Array = noBytes;

	push(bytes: Uint8Array): readonly Frame[] {
		this.#pending = concatBytes([this.#pending, bytes]);
		const frames: Frame[] = [];
		while (this.#pending.length >= headerBytes) {
			const [stream = 0, , , , a = 0, b = 0, c = 0, d = 0] = this.#pending;
			const end = headerBytes + ((a * 256 + b) * 256 + c) * 256 + d;
			if (this.#pending.length < end) {
				break;
			}

			frames.push({fd: stream === 2 ? 2 : 1, bytes: this.#pending.subarray(headerBytes, end)});
			this.#pending = this.#pending.subarray(end);
		}

		return frames;
	}
}
