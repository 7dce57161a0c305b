// The learner's real terminal while virtlab has it: raw mode, alternate screen, bracketed paste; and giving it back as it was on every
// way out: the end, an exception, SIGTERM, SIGHUP, SIGINT, a terminal that goes away, process.exit. Restoring writes
// synchronously, since after an `exit` event nothing else is written.

import {writeSync} from 'node:fs';
import {InputTokenizer, type InputToken} from './input-tokens.js';

const enterSequence = '\u{1B}[?1049h\u{1B}[?2004h';
const clearSequence = '\u{1B}[0m\u{1B}[H\u{1B}[J';
/** Synchronized output off, colours off, paste marks off, main screen, cursor on. */
const leaveSequence = '\u{1B}[?2026l\u{1B}[0m\u{1B}[?2004l\u{1B}[?1049l\u{1B}[?25h';

/** A lone ESC is the Escape key if nothing follows within this time; over slow links Alt-keys are split. */
const escapeWaitMs = 40;

const signals = {SIGHUP: 1, SIGINT: 2, SIGTERM: 15} as const;
type Signal = keyof typeof signals;

/** Of sysexits.h: an internal software error. */
const softwareErrorStatus = 70;

export type TerminalStreams = {readonly stdin: NodeJS.ReadStream; readonly stdout: NodeJS.WriteStream};

export type FullScreenListener = {
	/** Keys, text and pastes. */
	input(token: InputToken): void;
	resize(columns: number, rows: number): void;
	/** The program must end with this status; the terminal is restored already. */
	end(status: number): void;
};

export class FullScreen {
	readonly #streams: TerminalStreams;
	readonly #tokenizer = new InputTokenizer();
	#listener: FullScreenListener | undefined;
	/** The terminal is ours: to be drawn on, and to be restored. */
	#isOurs = false;
	#isListening = false;
	#escapeTimer: NodeJS.Timeout | undefined;

	constructor(streams: TerminalStreams) {
		this.#streams = streams;
	}

	get columns(): number {
		return this.#streams.stdout.columns;
	}

	get rows(): number {
		return this.#streams.stdout.rows;
	}

	/** Draws. After the terminal was given back nothing reaches it, so that a last frame cannot cover the text of an exception. */
	write(text: string): boolean {
		return this.#isOurs && this.#streams.stdout.write(text);
	}

	/** An empty screen with the cursor in its upper left corner, for a new drawing. */
	clear(): void {
		this.write(clearSequence);
	}

	/** Who gets what happens from now on. */
	listen(listener: FullScreenListener): void {
		this.#listener = listener;
	}

	enter(): void {
		if (this.#isOurs) {
			return;
		}

		const {stdin, stdout} = this.#streams;
		this.#isOurs = true;
		this.#isListening = true;
		stdin.setRawMode(true);
		stdin.resume();
		stdin.on('data', this.#onData);
		stdin.on('end', this.#onHangUp);
		stdin.on('error', this.#onHangUp);
		stdout.on('resize', this.#onResize);
		stdout.on('error', this.#onHangUp);
		process.on('exit', this.#restore);
		process.on('uncaughtException', this.#onException);
		for (const signal of Object.keys(signals) as Signal[]) {
			process.on(signal, this.#onSignal);
		}

		stdout.write(enterSequence);
	}

	leave(): void {
		this.#restore();
		if (!this.#isListening) {
			return;
		}

		const {stdin, stdout} = this.#streams;
		this.#isListening = false;
		clearTimeout(this.#escapeTimer);
		stdin.off('data', this.#onData);
		stdin.off('end', this.#onHangUp);
		stdin.pause();
		stdin.unref();
		stdout.off('resize', this.#onResize);
		process.off('exit', this.#restore);
		process.off('uncaughtException', this.#onException);
		for (const signal of Object.keys(signals) as Signal[]) {
			process.off(signal, this.#onSignal);
		}
	}

	readonly #onData = (chunk: Uint8Array): void => {
		clearTimeout(this.#escapeTimer);
		this.#hand(this.#tokenizer.push(chunk));
		if (this.#tokenizer.isPending) {
			this.#escapeTimer = setTimeout(() => {
				this.#hand(this.#tokenizer.flush());
			}, escapeWaitMs);
		}
	};

	#hand(tokens: readonly InputToken[]): void {
		for (const token of tokens) {
			this.#listener?.input(token);
		}
	}

	readonly #onResize = (): void => {
		this.#listener?.resize(this.columns, this.rows);
	};

	readonly #onSignal = (signal: Signal): void => {
		this.#end(128 + signals[signal]);
	};

	/** The terminal is gone: what SIGHUP would have said. */
	readonly #onHangUp = (): void => {
		this.#end(128 + signals.SIGHUP);
	};

	readonly #onException = (error: unknown): void => {
		this.leave();
		console.error(error);
		process.exit(softwareErrorStatus);
	};

	/** Signals stay caught until `leave`: Ink's own handler would end the process at once if it were alone. */
	#end(status: number): void {
		if (this.#isOurs) {
			this.#restore();
			this.#listener?.end(status);
		}
	}

	readonly #restore = (): void => {
		if (!this.#isOurs) {
			return;
		}

		this.#isOurs = false;
		const {stdin, stdout} = this.#streams;
		try {
			stdin.setRawMode(false);
			writeSync((stdout as unknown as {readonly fd: number}).fd, leaveSequence);
		} catch {
			// The terminal is gone; nothing is left to restore.
		}
	};
}
