// What stdio is to a C program: buffered output and input by lines over the system calls.
//
// Output to a terminal is written at the end of each line, other output when 4096 bytes are ready or the program ends, as glibc
// does; so the order of standard output and standard error in a file is the real one. A write to a pipe without readers raises
// SIGPIPE, which ends the program at its next yield; where the signal is ignored the writer reports EPIPE.

import {bytesFromText, textFromBytes} from '../base/byte-text.js';
import {concatBytes, noBytes} from '../base/bytes.js';
import {read, step, write} from '../model/kernel/blocking.js';
import {failed, failure, type Failure} from '../model/kernel/errno.js';
import {programMemoryBytes} from '../model/kernel/limits.js';
import type {Fd, Process, Wait, Wake} from '../model/kernel/program.js';

export type Blocking<T> = Generator<Wait, T, Wake>;

const bufferBytes = 4096;

/** The longest line that a program keeps in memory; a longer one fails with ENOMEM. */
export const lineBytesMax = 4 * 1024 * 1024;

/** How much of a longer line is read, and charged as memory, before it fails: a control group with less kills the program first. */
export const lineChargeMax = 256 * 1024 * 1024;

/** Blocks up to this size come out of what a program has anyway: M_MMAP_THRESHOLD of mallopt(3). */
const chargeStepBytes = 131_072;

/** Charges a program for a buffer of so many bytes beside its own memory. ENOMEM, or the end by the OOM killer at the next yield. */
export function chargeBuffer({sys}: Process, bytes: number): void | Failure {
	return sys.setMemory(programMemoryBytes + (bytes < chargeStepBytes ? 0 : bytes));
}

/** A buffered stream to a descriptor. After a failed write everything else is discarded and `failed` tells why. */
export class Output {
	readonly #process: Process;
	readonly #fd: Fd;
	readonly #byLine: boolean;
	#parts: Uint8Array[] = [];
	#text = '';
	#size = 0;
	#failed: Failure | undefined;

	constructor(process: Process, fd: Fd = 1) {
		this.#process = process;
		this.#fd = fd;
		this.#byLine = process.sys.isTerminal(fd);
	}

	/** Why writing failed: programs that could go on for ever look at it. */
	get failed(): Failure | undefined {
		return this.#failed;
	}

	* print(text: string): Blocking<void> {
		if (this.#failed !== undefined) {
			return;
		}

		this.#text += text;
		if (this.#size + this.#text.length >= bufferBytes || (this.#byLine && text.includes('\n'))) {
			yield * this.flush();
		}
	}

	* write(bytes: Uint8Array): Blocking<void> {
		if (this.#failed !== undefined) {
			return;
		}

		this.#takeText();
		this.#parts.push(bytes);
		this.#size += bytes.length;
		if (this.#size >= bufferBytes || (this.#byLine && bytes.includes(10))) {
			yield * this.flush();
		}
	}

	* flush(): Blocking<void> {
		this.#takeText();
		if (this.#size === 0) {
			return;
		}

		const bytes = concatBytes(this.#parts);
		this.#parts = [];
		this.#size = 0;
		const result = yield * write(this.#process, this.#fd, bytes);
		yield step;
		if (failed(result)) {
			this.#failed = result;
		}
	}

	#takeText(): void {
		if (this.#text !== '') {
			const bytes = bytesFromText(this.#text);
			this.#text = '';
			this.#parts.push(bytes);
			this.#size += bytes.length;
		}
	}
}

/** Writes to a descriptor at once, as to standard error. Nobody is told if that fails. */
export function * printTo(process: Process, fd: Fd, text: string): Blocking<void> {
	yield * write(process, fd, bytesFromText(text));
}

/** A line without its end, and whether it had one (the last line of a file may not). */
export type Line = {readonly text: string; readonly ended: boolean};

/** Reads a descriptor line by line. */
export class LineReader {
	readonly #process: Process;
	readonly #fd: Fd;
	readonly #delimiter: string;
	#lines: string[] = [];
	#next = 0;
	#rest: Uint8Array[] = [];
	#restSize = 0;
	#charged = 0;
	#ended = false;

	/** `delimiter` is a newline, or NUL for the `-z` of many programs. */
	constructor(process: Process, fd: Fd, delimiter = '\n') {
		this.#process = process;
		this.#fd = fd;
		this.#delimiter = delimiter;
	}

	/** The next line; undefined at the end of the file. */
	* next(): Blocking<Line | undefined | Failure> {
		for (;;) {
			if (this.#next < this.#lines.length) {
				return {text: this.#lines[this.#next++]!, ended: true};
			}

			if (this.#ended) {
				return this.#last();
			}

			const refusal = yield * this.#fill();
			if (refusal !== undefined) {
				return refusal;
			}
		}
	}

	/** All lines that are left, or the failure that ended them. */
	* all(): Blocking<Line[] | Failure> {
		const lines: Line[] = [];
		for (;;) {
			const line = yield * this.next();
			if (line === undefined) {
				return lines;
			}

			if (failed(line)) {
				return line;
			}

			lines.push(line);
		}
	}

	#last(): Line | undefined | Failure {
		if (this.#restSize === 0) {
			return undefined;
		}

		if (this.#restSize > lineBytesMax) {
			this.#restSize = 0;
			return failure('ENOMEM');
		}

		const text = textFromBytes(concatBytes(this.#rest));
		this.#rest = [];
		this.#restSize = 0;
		return {text, ended: false};
	}

	* #fill(): Blocking<Failure | undefined> {
		const bytes = yield * read(this.#process, this.#fd, 65_536);
		yield step;
		if (failed(bytes)) {
			return bytes;
		}

		if (bytes.length === 0) {
			this.#ended = true;
			return undefined;
		}

		const end = bytes.lastIndexOf(this.#delimiter.charCodeAt(0));
		if (end < 0) {
			return this.#keep(bytes);
		}

		if (this.#restSize > lineBytesMax) {
			return failure('ENOMEM');
		}

		this.#charge(0);
		const whole = textFromBytes(concatBytes([...this.#rest, bytes.subarray(0, end)]));
		this.#lines = whole.split(this.#delimiter);
		this.#next = 0;
		this.#rest = end + 1 < bytes.length ? [bytes.subarray(end + 1)] : [];
		this.#restSize = bytes.length - end - 1;
		return undefined;
	}

	/** More of a line whose end is not there yet. What is longer than any line may be is counted, no longer kept. */
	#keep(bytes: Uint8Array): Failure | undefined {
		this.#restSize += bytes.length;
		if (this.#restSize <= lineBytesMax) {
			this.#rest.push(bytes);
		}

		return this.#charge(this.#restSize) ?? (this.#restSize > lineChargeMax ? failure('ENOMEM') : undefined);
	}

	#charge(bytes: number): Failure | undefined {
		if (bytes < chargeStepBytes && this.#charged < chargeStepBytes) {
			return undefined;
		}

		this.#charged = bytes;
		return chargeBuffer(this.#process, bytes) ?? undefined;
	}
}

/** Reads a descriptor by blocks of at most `count` bytes; no bytes at the end. */
export function * readBlock(process: Process, fd: Fd, count = 65_536): Blocking<Uint8Array | Failure> {
	const bytes = yield * read(process, fd, count);
	yield step;
	return bytes;
}

/** Reads until `count` bytes are there or the file ends. */
export function * readFully(process: Process, fd: Fd, count: number): Blocking<Uint8Array | Failure> {
	const parts: Uint8Array[] = [];
	let size = 0;
	while (size < count) {
		const bytes = yield * readBlock(process, fd, Math.min(65_536, count - size));
		if (failed(bytes)) {
			return bytes;
		}

		if (bytes.length === 0) {
			break;
		}

		parts.push(bytes);
		size += bytes.length;
	}

	return parts.length === 0 ? noBytes : concatBytes(parts);
}
