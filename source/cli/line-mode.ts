// `virtlab shell`: line mode, for scripts, screen readers and dumb terminals. Commands are read from standard input line by line; what
// they write goes to standard output and standard error; the exit status is that of the last command.

import {writeSync} from 'node:fs';
import {secondNs} from '../base/clock.js';
import {currentStep} from '../lab/progress.js';
import type {Lab} from '../lab/schema.js';
import type {Action} from '../session/action.js';
import {apply} from '../session/apply.js';
import type {Applied, Origin, Session} from '../session/session.js';
import {directivePrefix, parseDirective} from './directive.js';
import {introduction, news, stepWords} from './lab-words.js';
import {beginRecording, type Recording} from './recording.js';
import {visible} from './visible.js';

export type LineModeOptions = {
	readonly lab: Lab | undefined;
	readonly scenario: string;
	readonly seed: number;
	readonly learner: string;
	readonly record: string | undefined;
	/** A teacher's, for the header of the transcript. */
	readonly ticket: string | undefined;
	readonly locale: string;
};

export async function lineMode(options: LineModeOptions): Promise<number> {
	const isPerson = process.stdin.isTTY === true;
	// Not a terminal to the programs, even for a person: no colours, no progress bars that redraw, output and errors apart.
	const origin: Origin = {
		lab: options.lab, scenario: options.scenario, seed: options.seed, learner: options.learner, interactive: false,
		columns: process.stdout.columns ?? 80, rows: process.stdout.rows ?? 24,
	};
	const recording = beginRecording(origin, options.record, options.ticket);
	const runner = new LineRunner(recording, {isPerson, locale: options.locale});
	const stopWatching = isPerson ? accompany(runner) : () => undefined;
	runner.welcome();
	for await (const line of inputLines()) {
		runner.take(line);
		if (runner.session.foreground === 'ended') {
			break;
		}
	}

	stopWatching();
	if (runner.session.foreground !== 'ended') {
		runner.act({type: 'end-of-input'});
	}

	recording.writer?.close();
	return runner.session.status;
}

/** For a person: Ctrl-C reaches the command, and while one runs a second of theirs is a second of the world's. */
function accompany(runner: LineRunner): () => void {
	const interrupt = (): void => {
		runner.act({type: 'interrupt'});
	};

	const timer = setInterval(() => {
		if (runner.session.foreground === 'busy') {
			runner.act({type: 'advance', ns: secondNs});
		}
	}, 1000);
	process.on('SIGINT', interrupt);
	return () => {
		clearInterval(timer);
		process.off('SIGINT', interrupt);
	};
}

class LineRunner {
	session: Session;
	readonly #record: Recording['record'];
	readonly #isPerson: boolean;
	readonly #locale: string;

	constructor(recording: Recording, {isPerson, locale}: {readonly isPerson: boolean; readonly locale: string}) {
		this.session = recording.session;
		this.#record = recording.record;
		this.#isPerson = isPerson;
		this.#locale = locale;
		this.#show(recording.output);
	}

	/** A person is told what the lab is about; a script asks with `#: step`. */
	welcome(): void {
		const {lab} = this.session.origin;
		if (lab !== undefined && this.#isPerson) {
			say(`${introduction(lab, this.#locale)}\n${stepWords(this.session, this.#locale)}\n`);
		}

		this.#prompt();
	}

	/** A line: a command, or one of our directives. */
	take(line: string): void {
		if (!line.startsWith(directivePrefix)) {
			this.act({type: 'line', text: line, ...this.#isPerson ? {waitNs: 2 * secondNs} : {}});
			return;
		}

		const directive = parseDirective(line, this.session);
		switch (directive.kind) {
			case 'action': {
				this.act(directive.action);
				return;
			}

			case 'step': {
				say(stepWords(this.session, this.#locale));
				return;
			}

			case 'wrong': {
				say(`${directive.message}\n`);
				return;
			}

			default: {
				directive satisfies never;
			}
		}
	}

	act(action: Action): void {
		const before = this.session;
		const applied = apply(this.session, action);
		this.session = applied.session;
		if (applied.broken !== undefined) {
			put(2, `${applied.broken}\n`);
			return;
		}

		this.#record(applied.session.history.at(-1)!);
		this.#show(applied.output);
		this.#tell(before, action);
		this.#prompt();
	}

	/** What the lab has to say about it: always to an answer or a hint, to commands only if a person is there. */
	#tell({progress: before}: Session, action: Action): void {
		const {origin: {lab}, progress: after} = this.session;
		if (lab === undefined || before === undefined || after === undefined || !(this.#isPerson || action.type === 'answer' || action.type === 'hint')) {
			return;
		}

		const text = news({lab, locale: this.#locale, before, after, action});
		const isNextStep = currentStep(before)?.id !== currentStep(after)?.id && this.#isPerson;
		say(text + (isNextStep ? `\n${stepWords(this.session, this.#locale)}\n` : ''));
	}

	#show(output: Applied['output']): void {
		for (const {stream, bytes} of output) {
			const fd = stream === 'stderr' ? 2 : 1;
			const isTerminal = fd === 2 ? process.stderr.isTTY : process.stdout.isTTY;
			put(fd, isTerminal ? visible(bytes) : bytes);
		}
	}

	/** Tells a person that the next command can come. The simulated shell has no prompt in line mode. */
	#prompt(): void {
		if (this.#isPerson && this.session.foreground === 'prompt') {
			put(2, '$ ');
		}
	}
}

/** Our own words and a lab's, which may come from anywhere: shown, never obeyed. */
function say(text: string): void {
	put(2, visible(new TextEncoder().encode(text)));
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
