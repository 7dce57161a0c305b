// `virtlab shell`: line mode, for scripts, screen readers and dumb terminals. Commands are read from standard input line by line; what
// they write goes to standard output and standard error; the exit status is that of the last command.

import {writeSync} from 'node:fs';
import {decodeText} from '../base/bytes.js';
import type {Lab} from '../lab/schema.js';
import type {Action} from '../session/action.js';
import {apply} from '../session/apply.js';
import type {Applied, Origin, Session} from '../session/session.js';
import {beginRecording, type Recording} from './recording.js';
import {visible} from './visible.js';

export type LineModeOptions = {
	readonly lab: Lab | undefined;
	readonly scenario: string;
	readonly seed: number;
	readonly learner: string;
	readonly record: string | undefined;
};

export async function lineMode(options: LineModeOptions): Promise<number> {
	const isPerson = process.stdin.isTTY === true;
	const origin: Origin = {
		lab: options.lab, scenario: options.scenario, seed: options.seed, learner: options.learner, interactive: isPerson,
		columns: process.stdout.columns ?? 80, rows: process.stdout.rows ?? 24,
	};
	const recording = beginRecording(origin, options.record);
	const runner = new LineRunner(recording, isPerson);
	for await (const line of inputLines()) {
		runner.act({type: 'line', text: line});
		if (runner.session.foreground === 'ended') {
			break;
		}
	}

	if (runner.session.foreground !== 'ended') {
		runner.act({type: 'end-of-input'});
	}

	recording.writer?.close();
	return runner.session.status;
}

class LineRunner {
	session: Session;
	readonly #record: Recording['record'];
	readonly #isPerson: boolean;

	constructor(recording: Recording, isPerson: boolean) {
		this.session = recording.session;
		this.#record = recording.record;
		this.#isPerson = isPerson;
		this.#show(recording.output, undefined);
	}

	act(action: Action): void {
		const applied = apply(this.session, action);
		this.session = applied.session;
		if (applied.broken !== undefined) {
			put(2, `${applied.broken}\n`);
			return;
		}

		this.#record(applied.session.history.at(-1)!);
		this.#show(applied.output, action.type === 'line' ? action.text : undefined);
	}

	/** What a person types is echoed by the real terminal already, so the simulated one's echo is left out. */
	#show(output: Applied['output'], typed: string | undefined): void {
		let echo = this.#isPerson && typed !== undefined ? `${typed}\r\n` : '';
		for (const {stream, bytes} of output) {
			const fd = stream === 'stderr' ? 2 : 1;
			const isTerminal = fd === 2 ? process.stderr.isTTY : process.stdout.isTTY;
			if (!isTerminal) {
				put(fd, bytes);
				continue;
			}

			const text = decodeText(bytes);
			put(fd, visible(text.startsWith(echo) ? bytes.subarray(Buffer.byteLength(echo)) : bytes));
			echo = '';
		}
	}
}

/** Writes all of it now, whatever the descriptor is; a reader that has gone ends us as SIGPIPE would. */
function put(fd: 1 | 2, data: string | Uint8Array): void {
	const bytes = typeof data === 'string' ? Buffer.from(data) : data;
	for (let at = 0; at < bytes.length;) {
		try {
			at += writeSync(fd, bytes, at);
		} catch (error) {
			const {code} = error as NodeJS.ErrnoException;
			if (code === 'EPIPE') {
				process.exit(141);
			}

			if (code !== 'EAGAIN') {
				throw error;
			}
		}
	}
}

async function * inputLines(): AsyncGenerator<string> {
	let rest = '';
	process.stdin.setEncoding('utf8');
	for await (const chunk of process.stdin) {
		const lines = (rest + String(chunk)).split('\n');
		rest = lines.pop()!;
		yield * lines;
	}

	if (rest !== '') {
		yield rest;
	}
}
