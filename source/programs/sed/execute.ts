// Runs a sed script over input lines: pattern space, hold space, ranges, queues of text to append.

import type {PosixRegex} from '../../base/posix-regex.js';
import {step} from '../../model/kernel/blocking.js';
import {failed} from '../../model/kernel/errno.js';
import type {Process} from '../../model/kernel/program.js';
import {LineReader, type Blocking, type Line, type Output} from '../standard-io.js';
import {expand, visible} from './output.js';
import type {Action, Address, Regex, SedCommand, SedProgram} from './syntax.js';

/** Where lines come from; the executor looks one line ahead to know the last. */
export type LineSource = {
	next(): Blocking<Line | undefined>;
	/** Whether the line just given was the last (of all input, or of its file with -s and -i). */
	isLast(): Blocking<boolean>;
	readonly fileName: string;
	/** Line numbers begin again with each file (-s, -i). */
	readonly startsFile: boolean;
	readonly out: Output;
};

export type SedOptions = {readonly quiet: boolean; readonly separate: boolean; readonly end: string; readonly lineWrap: number};

/** The pattern and hold spaces may not grow beyond this. */
const spaceMax = 4 * 1024 * 1024;

type RangeState = {active: boolean; until: number | undefined};

/** What a command makes of the cycle; undefined: go on with the next command. */
type Outcome = {readonly kind: 'jump'; readonly to: number} | {readonly kind: 'end cycle' | 'end cycle silently' | 'restart'} | {readonly kind: 'quit'; readonly status: number; readonly print: boolean};

export class Executor {
	readonly #process: Process;
	readonly #program: SedProgram;
	readonly #source: LineSource;
	readonly #options: SedOptions;
	readonly #ranges: RangeState[];
	readonly #files: Map<string, Output>;
	readonly #readers = new Map<string, LineReader | undefined>();
	#pattern = '';
	#hold = '';
	#ended = true;
	#line = 0;
	#substituted = false;
	#lastRegex: PosixRegex | undefined;
	#append: ({readonly text: string} | {readonly path: string} | {readonly lineOf: string})[] = [];
	#problem: string | undefined;
	#lacksEnd = false;

	constructor(process: Process, program: SedProgram, source: LineSource, options: SedOptions & {readonly files: Map<string, Output>}) {
		this.#process = process;
		this.#program = program;
		this.#source = source;
		this.#options = options;
		this.#files = options.files;
		this.#ranges = program.commands.map(() => ({active: false, until: undefined}));
	}

	/** An error that ended the script. */
	get problem(): string | undefined {
		return this.#problem;
	}

	* run(): Blocking<number> {
		let restart = false;
		for (;;) {
			if (!restart && !(yield * this.#read())) {
				return 0;
			}

			restart = false;
			const outcome = yield * this.#cycle();
			if (this.#problem !== undefined) {
				return 1;
			}

			if (outcome.kind === 'restart') {
				yield * this.#flushAppended();
				restart = true;
				continue;
			}

			const prints = outcome.kind === 'end cycle' || (outcome.kind === 'quit' && outcome.print);
			if (prints && !this.#options.quiet) {
				yield * this.#print(this.#pattern);
			}

			yield * this.#flushAppended();
			if (outcome.kind === 'quit') {
				return outcome.status;
			}

			if (this.#source.out.failed !== undefined) {
				return 4;
			}
		}
	}

	* #read(): Blocking<boolean> {
		const line = yield * this.#source.next();
		if (line === undefined) {
			return false;
		}

		this.#line = this.#source.startsFile && this.#options.separate ? 1 : this.#line + 1;
		this.#pattern = line.text;
		this.#ended = line.ended;
		return true;
	}

	* #cycle(): Blocking<Outcome> {
		this.#substituted = false;
		let at = 0;
		let steps = 0;
		while (at < this.#program.commands.length) {
			if (++steps % 256 === 0) {
				yield step;
			}

			const command = this.#program.commands[at]!;
			if ((yield * this.#selects(command, at)) === command.negated) {
				at = command.action.kind === '{' ? command.action.end + 1 : at + 1;
				continue;
			}

			const outcome = yield * this.#execute(command, at);
			if (this.#pattern.length > spaceMax || this.#hold.length > spaceMax) {
				this.#problem = 'memory exhausted';
			}

			if (this.#problem !== undefined) {
				return {kind: 'end cycle silently'};
			}

			if (outcome !== undefined && outcome.kind !== 'jump') {
				return outcome;
			}

			at = outcome === undefined ? at + 1 : outcome.to;
		}

		return {kind: 'end cycle'};
	}

	* #selects({first, second}: SedCommand, index: number): Blocking<boolean> {
		if (first === undefined) {
			return true;
		}

		if (second === undefined) {
			return yield * this.#matches(first);
		}

		const range = this.#ranges[index]!;
		if (!range.active) {
			const fromZero = first.kind === 'line' && first.line === 0 && this.#line === 1 && range.until === undefined;
			if (!fromZero && !(yield * this.#matches(first))) {
				return false;
			}

			range.active = this.#opens(range, second);
			if (fromZero) {
				range.active = !(yield * this.#matches(second));
				range.until = Infinity;
			}

			return true;
		}

		if (range.until !== undefined && range.until !== Infinity) {
			range.active = this.#line < range.until;
			// A line number that was passed already ends the range before this line.
			return second.kind !== 'line' || this.#line <= range.until;
		}

		range.active = !(yield * this.#matches(second));
		return true;
	}

	/** Notes where a range that begins here ends; false if it is this one line. */
	#opens(range: RangeState, second: Address): boolean {
		switch (second.kind) {
			case 'line': {
				range.until = second.line;
				break;
			}

			case 'count': {
				range.until = this.#line + second.number;
				break;
			}

			case 'multiple': {
				range.until = second.number === 0 ? this.#line : Math.ceil(this.#line / second.number) * second.number;
				break;
			}

			default: {
				range.until = undefined;
				return true;
			}
		}

		return range.until > this.#line;
	}

	* #matches(address: Address): Blocking<boolean> {
		switch (address.kind) {
			case 'line': return this.#line === address.line;
			case 'step': return address.step === 0 ? this.#line === address.first : this.#line >= address.first && (this.#line - address.first) % address.step === 0;
			case 'last': return yield * this.#source.isLast();
			case 'regex': return this.#regex(address.regex)?.test(this.#pattern) ?? false;
			default: return false;
		}
	}

	#regex(regex: Regex): PosixRegex | undefined {
		if (regex !== 'last') {
			this.#lastRegex = regex;
		} else if (this.#lastRegex === undefined) {
			this.#problem = 'no previous regular expression';
		}

		return this.#lastRegex;
	}

	* #execute({action, second, negated}: SedCommand, index: number): Blocking<Outcome | undefined> {
		switch (action.kind) {
			case '{':
			case '}':
			case ':': return undefined;
			case 'b': return {kind: 'jump', to: action.target};
			case 't':
			case 'T': {
				const jumps = this.#substituted === (action.kind === 't');
				this.#substituted = false;
				return jumps ? {kind: 'jump', to: action.target} : undefined;
			}

			case 'd': return {kind: 'end cycle silently'};
			case 'q': return {kind: 'quit', status: action.number ?? 0, print: true};
			case 'Q': return {kind: 'quit', status: action.number ?? 0, print: false};
			case 'n':
			case 'N':
			case 'D': return yield * this.#moveOn(action.kind);
			case 's': {
				yield * this.#substitute(action);
				return undefined;
			}

			case 'c': {
				// A changed range is replaced once, at its end.
				if (second === undefined || negated || !this.#ranges[index]!.active) {
					yield * this.#put(action.text);
				}

				return {kind: 'end cycle silently'};
			}

			default: {
				yield * this.#simple(action);
				return undefined;
			}
		}
	}

	* #moveOn(kind: 'n' | 'N' | 'D'): Blocking<Outcome | undefined> {
		if (kind === 'D') {
			const newline = this.#pattern.indexOf('\n');
			if (newline < 0) {
				return {kind: 'end cycle silently'};
			}

			this.#pattern = this.#pattern.slice(newline + 1);
			return {kind: 'restart'};
		}

		if (yield * this.#source.isLast()) {
			// GNU prints the pattern space when there is no next line.
			return {kind: 'quit', status: 0, print: true};
		}

		if (kind === 'n') {
			if (!this.#options.quiet) {
				yield * this.#print(this.#pattern);
			}

			yield * this.#flushAppended();
			yield * this.#read();
			return undefined;
		}

		const before = this.#pattern;
		yield * this.#flushAppended();
		yield * this.#read();
		this.#pattern = before + this.#options.end + this.#pattern;
		return undefined;
	}

	* #simple(action: Exclude<Action, {kind: '{'} | {kind: '}'} | {kind: ':'} | {kind: 'b' | 't' | 'T'} | {kind: 'd' | 'D' | 'n' | 'N'} | {kind: 'q' | 'Q'} | {kind: 's'} | {kind: 'c'}>): Blocking<void> {
		switch (action.kind) {
			case '=': return yield * this.#put(`${this.#line}\n`);
			case 'F': return yield * this.#put(`${this.#source.fileName}\n`);
			case 'p': return yield * this.#print(this.#pattern);
			case 'P': return yield * this.#put(this.#pattern.split('\n', 1)[0]! + this.#options.end);
			case 'l': return yield * this.#put(visible(this.#pattern, action.number ?? this.#options.lineWrap));
			case 'i': return yield * this.#put(action.text);
			case 'a': {
				this.#append.push({text: action.text});
				return;
			}

			case 'r': {
				this.#append.push({path: action.path});
				return;
			}

			case 'R': {
				this.#append.push({lineOf: action.path});
				return;
			}

			case 'w': return yield * this.#write(action.path, this.#pattern);
			case 'W': return yield * this.#write(action.path, this.#pattern.split('\n', 1)[0]!);
			default: this.#space(action);
		}
	}

	#space(action: {readonly kind: 'g' | 'G' | 'h' | 'H' | 'x' | 'z'} | {readonly kind: 'y'; readonly mapping: ReadonlyMap<string, string>}): void {
		switch (action.kind) {
			case 'g': {
				this.#pattern = this.#hold;
				break;
			}

			case 'G': {
				this.#pattern += this.#options.end + this.#hold;
				break;
			}

			case 'h': {
				this.#hold = this.#pattern;
				break;
			}

			case 'H': {
				this.#hold += this.#options.end + this.#pattern;
				break;
			}

			case 'x': {
				[this.#pattern, this.#hold] = [this.#hold, this.#pattern];
				break;
			}

			case 'z': {
				this.#pattern = '';
				break;
			}

			case 'y': {
				this.#pattern = Array.from(this.#pattern, character => action.mapping.get(character) ?? character).join('');
				break;
			}

			default: {
				action satisfies never;
			}
		}
	}

	* #substitute(action: Action & {kind: 's'}): Blocking<void> {
		const regex = this.#regex(action.regex);
		if (regex === undefined) {
			return;
		}

		const text = this.#pattern;
		let result = '';
		let at = 0;
		let copied = 0;
		let count = 0;
		let done = false;
		while (at <= text.length && !done) {
			const match = regex.find(text, at);
			if (match === undefined) {
				break;
			}

			const [{start, end}] = match;
			// An empty match right after the one before does not count.
			if (start === end && start === copied && count > 0 && copied > 0) {
				at = end + 1;
				continue;
			}

			count++;
			if (count >= action.occurrence) {
				result += text.slice(copied, start) + expand(action.replacement, text, match);
				copied = end;
				this.#substituted = true;
				done = !action.global;
			}

			at = end > start ? end : end + 1;
			if (count % 256 === 0) {
				yield step;
			}
		}

		if (copied === 0 && result === '' && (count === 0 || count < action.occurrence)) {
			return;
		}

		this.#pattern = result + text.slice(copied);
		if (action.print) {
			yield * this.#print(this.#pattern);
		}

		if (action.path !== undefined) {
			yield * this.#write(action.path, this.#pattern);
		}
	}

	* #print(text: string): Blocking<void> {
		// A last line without a newline is printed without one; whatever follows puts it there.
		const isOpen = !this.#ended && (yield * this.#source.isLast());
		yield * this.#put(text + (isOpen ? '' : this.#options.end));
		this.#lacksEnd = isOpen;
	}

	* #put(text: string): Blocking<void> {
		yield * this.#source.out.print(this.#lacksEnd ? this.#options.end + text : text);
		this.#lacksEnd = false;
	}

	* #write(path: string, text: string): Blocking<void> {
		const out = path === '/dev/stdout' ? this.#source.out : this.#files.get(path);
		yield * out?.print(text + this.#options.end) ?? nothing();
		yield * out === this.#source.out ? nothing() : out?.flush() ?? nothing();
	}

	* #flushAppended(): Blocking<void> {
		const appended = this.#append;
		this.#append = [];
		for (const item of appended) {
			if ('text' in item) {
				yield * this.#put(item.text);
			} else if ('path' in item) {
				yield * this.#copyFile(item.path);
			} else {
				yield * this.#copyLine(item.lineOf);
			}
		}
	}

	* #copyFile(path: string): Blocking<void> {
		const fd = path === '/dev/stdin' ? 0 : this.#process.sys.open(path, {read: true});
		if (failed(fd)) {
			return;
		}

		const reader = new LineReader(this.#process, fd);
		for (let line = yield * reader.next(); line !== undefined && !failed(line); line = yield * reader.next()) {
			yield * this.#put(line.text + (line.ended ? '\n' : ''));
		}

		if (fd > 2) {
			this.#process.sys.close(fd);
		}
	}

	* #copyLine(path: string): Blocking<void> {
		if (!this.#readers.has(path)) {
			const fd = this.#process.sys.open(path, {read: true});
			this.#readers.set(path, failed(fd) ? undefined : new LineReader(this.#process, fd));
		}

		const line = yield * this.#readers.get(path)?.next() ?? nothing();
		if (line !== undefined && !failed(line)) {
			yield * this.#put(`${line.text}\n`);
		}
	}
}

function * nothing(): Blocking<undefined> {
	return undefined;
}
