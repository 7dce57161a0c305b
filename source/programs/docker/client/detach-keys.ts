// The keys that leave a container running and give the terminal back: `ctrl-p,ctrl-q` unless told otherwise.
// Source: moby/term ascii.go (ToBytes), proxy.go (NewEscapeProxy).

import {concatBytes} from '../../../base/bytes.js';

export const defaultDetachKeys: readonly number[] = [16, 17];

/** `ctrl-x,q` as the bytes that a terminal sends, or the reason why not. */
export function parseDetachKeys(text: string): readonly number[] | {readonly error: string} {
	const codes: number[] = [];
	for (const key of text.split(',')) {
		const code = keyCode(key);
		if (code === undefined) {
			return {error: `unknown character: '${key}'`};
		}

		codes.push(code);
	}

	return codes;
}

function keyCode(key: string): number | undefined {
	if (/^[\u0000-\u007f]$/v.test(key)) {
		return key.charCodeAt(0);
	}

	const match = /^ctrl-([a-zA-Z@\[\\\]\^_])$/v.exec(key);
	return match === null ? undefined : match[1]!.toUpperCase().charCodeAt(0) - 64;
}

/** Watches typed bytes for the detach keys; a beginning of them is held back until it is clear what it is. */
export class DetachWatch {
	readonly #keys: readonly number[];
	#matched = 0;

	constructor(keys: readonly number[]) {
		this.#keys = keys;
	}

	push(bytes: Uint8Array): {readonly pass: Uint8Array; readonly isDetached: boolean} {
		const passed: Uint8Array[] = [];
		for (const [index, byte] of bytes.entries()) {
			if (byte === this.#keys[this.#matched]) {
				this.#matched++;
				if (this.#matched === this.#keys.length) {
					return {pass: concatBytes(passed), isDetached: true};
				}

				continue;
			}

			passed.push(Uint8Array.from(this.#keys.slice(0, this.#matched)), bytes.subarray(index, index + 1));
			this.#matched = 0;
		}

		return {pass: concatBytes(passed), isDetached: false};
	}
}
