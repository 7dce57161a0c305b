// The learner's real terminal while virtlab has it: raw mode, alternate screen, bracketed paste; and giving it back as it was on every
// way out: the end, an exception, SIGTERM, SIGHUP, SIGINT, a terminal that goes away, process.exit. Restoring writes
// synchronously, since after an `exit` event nothing else is written.

import {writeSync} from 'node:fs';
import {InputTokenizer, type InputToken} from './input-tokens.js';

const enterSequence = '\u{1B}[?1049h\u{1B}[?2004h\u{1B}[H\u{1B}[2J';
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
	#isEntered = false;
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

	get stdout(): NodeJS.WriteStream {
		return this.#streams.stdout;
	}

	/** Who gets what happens from now on. */
	listen(listener: FullScreenListener): void {
		this.#listener = listener;
	}

	enter(): void {
		if (this.#isEntered) {
			return;
		}

		const {stdin, stdout} = this.#streams;
		this.#isEntered = true;
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
		if (!this.#isEntered) {
			return;
		}

		const {stdin, stdout} = this.#streams;
		this.#restore();
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

	#end(status: number): void {
		if (this.#isEntered) {
			this.leave();
			this.#listener?.end(status);
		}
	}

	readonly #restore = (): void => {
		if (!this.#isEntered) {
			return;
		}

		this.#isEntered = false;
		const {stdin, stdout} = this.#streams;
		try {
			stdin.setRawMode(false);
			writeSync((stdout as unknown as {readonly fd: number}).fd, leaveSequence);
		} catch {
			// The terminal is gone; nothing is left to restore.
		}
	};
}
