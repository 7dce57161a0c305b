// Between Ink and the real terminal: counts what goes over the wire, and makes it less. Ink skips unchanged rows one by one
// (ESC [ E for each); a run of them is one sequence with a count, which takes a typed key from 184 to 75 bytes.

import {Writable} from 'node:stream';

const nextLines = /(?:\u001B\[E){2,}/gv;
const nextLineLength = '\u{1B}[E'.length;

/** The same drawing in fewer bytes. */
export function collapseNextLines(frame: string): string {
	return frame.replaceAll(nextLines, run => `\u{1B}[${run.length / nextLineLength}E`);
}

export type FrameTarget = {
	readonly columns?: number;
	readonly rows?: number;
	write(text: string): boolean;
	on(event: 'resize', listener: () => void): unknown;
	off(event: 'resize', listener: () => void): unknown;
};

export class FrameStream extends Writable {
	/** Ink asks. */
	readonly isTTY = true;
	readonly #target: FrameTarget;
	readonly #forwardResize = (): void => {
		this.emit('resize');
	};

	#bytes = 0;

	constructor(target: FrameTarget) {
		super({decodeStrings: false});
		this.#target = target;
		target.on('resize', this.#forwardResize);
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
		const text = collapseNextLines(typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk));
		this.#bytes += Buffer.byteLength(text);
		this.#target.write(text);
		done();
	}

	/** Ink listens to this stream; the terminal behind it outlives it. */
	close(): void {
		this.#target.off('resize', this.#forwardResize);
	}
}
