// Between Ink and the real terminal: frames are gathered, said in fewer bytes (frame-minimiser.ts), and counted.
//
// Ink is not told of a new size, since it would at once draw its old tree on the new screen: start.tsx clears the screen, lets Ink forget
// its last frame, and gives the new size to the components.

import {Writable} from 'node:stream';
import {FrameMinimiser} from './frame-minimiser.js';

const syncStart = '\u{1B}[?2026h';
const syncEnd = '\u{1B}[?2026l';

export type FrameTarget = {
	readonly columns?: number;
	readonly rows?: number;
	write(text: string): boolean;
};

export class FrameStream extends Writable {
	/** Ink asks. */
	readonly isTTY = true;
	readonly #target: FrameTarget;
	#minimiser: FrameMinimiser;
	/** A frame that has begun: Ink writes the marks of synchronized output apart from what is between them. */
	#gathered: string | undefined;
	#bytes = 0;

	/** The target's screen is empty and its cursor in the upper left corner. */
	constructor(target: FrameTarget) {
		super({decodeStrings: false});
		this.#target = target;
		this.#minimiser = new FrameMinimiser(this.columns);
	}

	get columns(): number {
		return this.#target.columns ?? 80;
	}

	get rows(): number {
		return this.#target.rows ?? 24;
	}

	/** Bytes written so far, for the benchmark. */
	get bytesWritten(): number {
		return this.#bytes;
	}

	override _write(chunk: string | Uint8Array, _encoding: BufferEncoding, done: (error?: Error) => void): void {
		const text = typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk);
		if (this.#gathered === undefined && text.startsWith(syncStart)) {
			this.#gathered = '';
			// Should its end never come, it is drawn all the same.
			queueMicrotask(this.#flush);
		}

		if (this.#gathered === undefined) {
			this.#send(text);
		} else {
			this.#gathered += text;
			if (text.endsWith(syncEnd)) {
				this.#flush();
			}
		}

		done();
	}

	/** Begins anew on a screen that was cleared. */
	restart(): void {
		this.#flush();
		this.#minimiser = new FrameMinimiser(this.columns);
	}

	/** Nothing more will come. */
	close(): void {
		this.#flush();
	}

	readonly #flush = (): void => {
		const frame = this.#gathered;
		this.#gathered = undefined;
		if (frame !== undefined) {
			this.#send(frame);
		}
	};

	#send(frame: string): void {
		const text = this.#minimiser.minimise(frame);
		if (text !== '') {
			this.#bytes += Buffer.byteLength(text);
			this.#target.write(text);
		}
	}
}
