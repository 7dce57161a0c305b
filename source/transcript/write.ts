// Writes a transcript as it happens: each action is on the disk before the next prompt, so that a killed process loses nothing that
// was shown.

import {closeSync, fsyncSync, ftruncateSync, openSync, writeSync} from 'node:fs';
import {encodeText} from '../base/bytes.js';
import {encodeHappening, encodeHeader, type Encoded, type Happening} from './encode.js';
import type {Output} from '../session/session.js';
import type {Header} from './format.js';
import type {Transcript} from './read.js';

/** An open transcript. Errors of the disk are thrown as Node throws them: the caller tells the learner that recording has ended. */
export class TranscriptWriter {
	readonly #fd: number;
	#seal: string;

	private constructor(fd: number, seal: string) {
		this.#fd = fd;
		this.#seal = seal;
	}

	/** Begins a new file with what was shown before the first action; fails if there is one (EEXIST). */
	static create(path: string, header: Header, start: readonly Output[]): TranscriptWriter {
		const encoded = encodeHeader(header);
		const writer = new TranscriptWriter(openSync(path, 'ax', 0o600), encoded.seal);
		writer.#append(encoded);
		writer.append({action: undefined, output: start, seconds: 0});
		return writer;
	}

	/** Goes on with a file that was read; a last record that was cut off is removed first. */
	static resume(path: string, transcript: Transcript): TranscriptWriter {
		const fd = openSync(path, 'r+');
		ftruncateSync(fd, transcript.wholeBytes);
		closeSync(fd);
		return new TranscriptWriter(openSync(path, 'a'), transcript.seal);
	}

	append(happening: Happening): void {
		this.#append(encodeHappening(happening, this.#seal));
	}

	/** The seal of everything so far: the receipt of this transcript. */
	get seal(): string {
		return this.#seal;
	}

	close(): void {
		closeSync(this.#fd);
	}

	#append({lines, seal}: Encoded): void {
		const bytes = encodeText(`${lines.join('\n')}\n`);
		for (let at = 0; at < bytes.length;) {
			at += writeSync(this.#fd, bytes, at);
		}

		fsyncSync(this.#fd);
		this.#seal = seal;
	}
}
