// Takes a raw word apart: literal text, quotes, and the expansions in it. Nothing is expanded here.

import {
	ansiQuoteEnd, arithmeticEnd, backquoteEnd, braceEnd, closingBracket, doubleQuoteEnd, parenthesisEnd,
} from './scan.js';
import {unescapeAnsi} from './quote.js';
import type {Word} from './syntax.js';

export type WordPart =
	/** Quoted text is neither split nor a pattern; empty quoted text makes an empty word exist. */
	| {readonly kind: 'text'; readonly value: string; readonly quoted: boolean}
	/** `~` or `~user`. */
	| {readonly kind: 'tilde'; readonly user: string}
	/** What stands in `${...}`, or the name of `$name`. */
	| {readonly kind: 'parameter'; readonly source: string; readonly quoted: boolean}
	| {readonly kind: 'command'; readonly source: string; readonly quoted: boolean}
	| {readonly kind: 'arithmetic'; readonly source: string; readonly quoted: boolean}
	| {readonly kind: 'process'; readonly direction: '<' | '>'; readonly source: string};

/** By which rules a text is read. */
export type WordMode =
	| 'word'
	/** The right side of an assignment: a tilde also follows a colon. */
	| 'assignment'
	/** The operand of `${x:-...}` inside double quotes: single quotes are plain. */
	| 'quoted'
	/** The body of a here-document, or the text of an expression: all quotes are plain. */
	| 'here-document';

const cache = new WeakMap<Word, Map<string, readonly WordPart[]>>();

/** The parts of a word, taken apart once for each mode. */
export function partsOf(word: Word, mode: WordMode, hasAnsiQuotes = true): readonly WordPart[] {
	const key = hasAnsiQuotes ? mode : `plain ${mode}`;
	let modes = cache.get(word);
	if (modes === undefined) {
		modes = new Map();
		cache.set(word, modes);
	}

	let parts = modes.get(key);
	if (parts === undefined) {
		parts = scanWord(word.text, mode, hasAnsiQuotes);
		modes.set(key, parts);
	}

	return parts;
}

/** `hasAnsiQuotes`: whether the shell knows `$'...'` and `$"..."`. */
export function scanWord(text: string, mode: WordMode, hasAnsiQuotes = true): readonly WordPart[] {
	const scanner = new Scanner(text, mode, hasAnsiQuotes);
	scanner.run();
	return scanner.parts;
}

class Scanner {
	readonly parts: WordPart[] = [];
	readonly #text: string;
	readonly #mode: WordMode;
	readonly #hasAnsiQuotes: boolean;
	#at = 0;

	constructor(text: string, mode: WordMode, hasAnsiQuotes: boolean) {
		this.#hasAnsiQuotes = hasAnsiQuotes;
		this.#text = text;
		this.#mode = mode;
	}

	run(): void {
		const isQuoted = this.#mode === 'quoted' || this.#mode === 'here-document';
		if (!isQuoted) {
			this.#tilde();
		}

		if (isQuoted) {
			this.#quotedUntil(this.#text.length);
			return;
		}

		while (this.#at < this.#text.length) {
			this.#unquoted();
		}
	}

	#unquoted(): void {
		const text = this.#text;
		const character = text[this.#at]!;
		switch (character) {
			case '\\': {
				this.#backslash();
				break;
			}

			case '\'': {
				const end = indexOrEnd(text, '\'', this.#at + 1);
				this.#literal(text.slice(this.#at + 1, end), true);
				this.#at = end + 1;
				break;
			}

			case '"': {
				this.#doubleQuotes(this.#at + 1);
				break;
			}

			case '<':
			case '>': {
				this.#processOrPlain(character);
				break;
			}

			default: {
				if (!this.#dollarOrBackquote(false)) {
					this.#literal(character, false);
					this.#at++;
					if ((this.#mode === 'assignment' && character === ':') || (character === '=' && this.#isAssignment())) {
						this.#tilde();
					}
				}
			}
		}
	}

	/** bash also expands the tilde of a word that only looks like an assignment, as `PATH=~/bin` after `env`. */
	#isAssignment(): boolean {
		return this.#mode === 'word' && /^[A-Z_a-z]\w*=$/v.test(this.#text.slice(0, this.#at));
	}

	#backslash(): void {
		const next = this.#text[this.#at + 1];
		if (next === undefined) {
			this.#literal('\\', true);
		} else if (next !== '\n') {
			this.#literal(next, true);
		}

		this.#at += 2;
	}

	#processOrPlain(direction: '<' | '>'): void {
		if (this.#text[this.#at + 1] !== '(') {
			this.#literal(direction, false);
			this.#at++;
			return;
		}

		const end = parenthesisEnd(this.#text, this.#at + 2);
		this.parts.push({kind: 'process', direction, source: this.#text.slice(this.#at + 2, end)});
		this.#at = end + 1;
	}

	#doubleQuotes(from: number): void {
		const end = doubleQuoteEnd(this.#text, from);
		this.#at = from;
		if (end === from) {
			this.#literal('', true);
		}

		this.#quotedUntil(end);
		this.#at = end + 1;
	}

	#quotedUntil(end: number): void {
		const plainQuotes = this.#mode === 'here-document';
		while (this.#at < end) {
			const character = this.#text[this.#at]!;
			if (character === '\\') {
				this.#quotedBackslash(plainQuotes);
			} else if (character === '"' && this.#mode === 'quoted') {
				this.#at++;
			} else if (!this.#dollarOrBackquote(true)) {
				this.#literal(character, true);
				this.#at++;
			}
		}
	}

	#quotedBackslash(plainQuotes: boolean): void {
		const next = this.#text[this.#at + 1];
		if (next === '\n') {
			this.#at += 2;
		} else if (next !== undefined && (next === '$' || next === '`' || next === '\\' || (next === '"' && !plainQuotes) || (next === '}' && this.#mode === 'quoted'))) {
			this.#literal(next, true);
			this.#at += 2;
		} else {
			this.#literal('\\', true);
			this.#at++;
		}
	}

	/** Whether an expansion began here and was taken. */
	#dollarOrBackquote(quoted: boolean): boolean {
		const text = this.#text;
		const at = this.#at;
		if (text[at] === '`') {
			const end = backquoteEnd(text, at + 1);
			const source = text.slice(at + 1, end).replace(quoted && this.#mode !== 'here-document' ? /\\(?<plain>[$`\\"])/gv : /\\(?<plain>[$`\\])/gv, '$<plain>');
			this.parts.push({kind: 'command', source, quoted});
			this.#at = end + 1;
			return true;
		}

		return text[at] === '$' && this.#dollar(quoted);
	}

	#dollar(quoted: boolean): boolean {
		const text = this.#text;
		const at = this.#at;
		switch (text[at + 1]) {
			case '{': {
				const end = braceEnd(text, at + 2, quoted);
				this.parts.push({kind: 'parameter', source: text.slice(at + 2, end), quoted});
				this.#at = end + 1;
				return true;
			}

			case '(': {
				this.#parenthesis(quoted);
				return true;
			}

			case '[': {
				return this.#hasAnsiQuotes && this.#oldArithmetic(quoted);
			}

			case '\'': {
				return !quoted && this.#hasAnsiQuotes && this.#ansiQuote();
			}

			case '"': {
				if (quoted || !this.#hasAnsiQuotes) {
					return false;
				}

				this.#doubleQuotes(at + 2);
				return true;
			}

			default: {
				const name = /^(?:[A-Z_a-z]\w*|[\d@*#?$!\-])/v.exec(text.slice(at + 1, at + 300))?.[0];
				if (name === undefined) {
					return false;
				}

				this.parts.push({kind: 'parameter', source: name, quoted});
				this.#at = at + 1 + name.length;
				return true;
			}
		}
	}

	#parenthesis(quoted: boolean): void {
		const text = this.#text;
		const at = this.#at;
		const end = text[at + 2] === '(' ? arithmeticEnd(text, at + 3) : undefined;
		if (end !== undefined) {
			this.parts.push({kind: 'arithmetic', source: text.slice(at + 3, end - 2), quoted});
			this.#at = end;
			return;
		}

		const close = parenthesisEnd(text, at + 2);
		this.parts.push({kind: 'command', source: text.slice(at + 2, close), quoted});
		this.#at = close + 1;
	}

	/** `$[...]`, the form of `$((...))` before POSIX. */
	#oldArithmetic(quoted: boolean): boolean {
		const end = closingBracket(this.#text, this.#at + 1);
		if (end === -1) {
			return false;
		}

		this.parts.push({kind: 'arithmetic', source: this.#text.slice(this.#at + 2, end), quoted});
		this.#at = end + 1;
		return true;
	}

	#ansiQuote(): boolean {
		const end = ansiQuoteEnd(this.#text, this.#at + 2);
		this.#literal(unescapeAnsi(this.#text.slice(this.#at + 2, end), 'quote').text, true);
		this.#at = end + 1;
		return true;
	}

	#tilde(): void {
		const user = /^~(?<user>[\w.\-+]*)(?=$|\/|:)/v.exec(this.#text.slice(this.#at, this.#at + 300))?.groups?.['user'];
		const next = user === undefined ? undefined : this.#text[this.#at + 1 + user.length];
		if (user !== undefined && (next !== ':' || this.#mode === 'assignment')) {
			this.parts.push({kind: 'tilde', user});
			this.#at += 1 + user.length;
		}
	}

	#literal(value: string, quoted: boolean): void {
		const last = this.parts.at(-1);
		if (last?.kind === 'text' && last.quoted === quoted) {
			this.parts[this.parts.length - 1] = {kind: 'text', value: last.value + value, quoted};
		} else {
			this.parts.push({kind: 'text', value, quoted});
		}
	}
}

function indexOrEnd(text: string, search: string, from: number): number {
	const index = text.indexOf(search, from);
	return index === -1 ? text.length : index;
}
