// The standard input that Ink's forms see. The program reads the real one itself (input-tokens.ts) and hands on single keys, so that
// "yes\r" arriving in one read is typed text and Enter here too.

import {Readable} from 'node:stream';

export class FormInput extends Readable {
	/** Ink asks before it reads keys. */
	readonly isTTY = true;
	readonly #waiting: string[] = [];

	constructor() {
		super({objectMode: true});
	}

	/** A key or text, as the terminal would send it. Each arrives in a turn of its own, since forms keep state between keys. */
	type(sequence: string): void {
		this.#waiting.push(sequence);
		if (this.#waiting.length === 1) {
			setImmediate(this.#deliver);
		}
	}

	override _read(): void {
		// Pushed by `type`.
	}

	/** The mode of the real terminal is full-screen.ts's business. */
	setRawMode(): this {
		return this;
	}

	ref(): this {
		return this;
	}

	unref(): this {
		return this;
	}

	readonly #deliver = (): void => {
		this.push(this.#waiting.shift());
		if (this.#waiting.length > 0) {
			setImmediate(this.#deliver);
		}
	};
}
