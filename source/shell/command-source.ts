// From text to lists of commands, one complete command at a time: later lines may depend on what earlier ones did (aliases,
// options, `exit` before garbage), and an error in a later line must not keep the earlier ones from running.

import {expandAliases} from './alias.js';
import {parse} from './parse.js';
import type {SyntaxFailure} from './parse.js';
import {findForeignSyntax} from './posix-syntax.js';
import type {Shell} from './shell.js';
import type {List} from './syntax.js';

export type Commands =
	| {readonly kind: 'list'; readonly list: List}
	| {readonly kind: 'error'; readonly failure: SyntaxFailure; /** Where reading can go on. */ readonly atEnd: boolean};

/** The text as commands, for the shell's language and aliases; `incomplete` if more lines are needed. */
export function readCommands(shell: Shell, text: string, firstLine: number): Commands | {readonly kind: 'incomplete'; readonly failure: SyntaxFailure; readonly list: List | undefined} {
	const hasAliases = shell.aliases.size > 0 && (shell.hasShopt('expand_aliases') || shell.personality.kind !== 'bash');
	const parsed = parseCached(hasAliases ? expandAliases(text, shell.aliases) : text, firstLine);
	if (parsed.kind === 'error') {
		return {kind: 'error', failure: parsed, atEnd: false};
	}

	if (parsed.kind === 'incomplete') {
		return parsed;
	}

	const foreign = findForeignSyntax(parsed.list, shell.personality);
	return foreign === undefined ? {kind: 'list', list: parsed.list} : {kind: 'error', failure: foreign, atEnd: false};
}

const cache = new Map<string, ReturnType<typeof parse>>();
const cacheMax = 500;
const cachedTextMax = 2000;

/** Texts of substitutions and traps are run again and again. */
function parseCached(text: string, firstLine: number): ReturnType<typeof parse> {
	if (text.length > cachedTextMax) {
		return parse(text, firstLine);
	}

	const key = `${firstLine}:${text}`;
	let parsed = cache.get(key);
	if (parsed === undefined) {
		parsed = parse(text, firstLine);
		if (cache.size >= cacheMax) {
			cache.clear();
		}

		cache.set(key, parsed);
	}

	return parsed;
}

/** Commands of a text that is there as a whole. */
export class TextCommands {
	readonly #shell: Shell;
	#rest: string;
	#line: number;

	constructor(shell: Shell, text: string, firstLine: number) {
		this.#shell = shell;
		this.#rest = text;
		this.#line = firstLine;
	}

	/** Nothing but blanks is left. */
	get isAtEnd(): boolean {
		return /^\s*$/v.test(this.#rest);
	}

	/** The next commands; undefined at the end. */
	next(): Commands | undefined {
		if (this.isAtEnd) {
			return undefined;
		}

		// All at once where that is the same: no aliases are defined on the way, and there is no error.
		if (!this.#rest.includes('alias') && this.#rest.length <= 65_536) {
			const whole = readCommands(this.#shell, this.#rest, this.#line);
			if (whole.kind === 'list') {
				this.#rest = '';
				return whole;
			}
		}

		return this.#nextLines();
	}

	#nextLines(): Commands | undefined {
		for (let end = 0; end < this.#rest.length;) {
			const newline = this.#rest.indexOf('\n', end);
			end = newline === -1 ? this.#rest.length : newline + 1;
			const text = this.#rest.slice(0, end);
			const read = readCommands(this.#shell, text, this.#line);
			if (read.kind === 'incomplete' && end < this.#rest.length) {
				continue;
			}

			this.#rest = this.#rest.slice(end);
			this.#line += text.split('\n').length - 1;
			if (read.kind !== 'incomplete') {
				return read;
			}

			// bash takes a here-document that the end of the file cuts off for what it is.
			return read.list === undefined ? {kind: 'error', failure: read.failure, atEnd: true} : {kind: 'list', list: read.list};
		}

		return undefined;
	}
}
