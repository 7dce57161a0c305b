// Variables in a Dockerfile's words: `$NAME`, `${NAME}`, and the modifiers :- - :+ + :? ? # ## % %% / //, with quotes and escapes
// removed. Source: moby/buildkit frontend/dockerfile/shell/lex.go.

import {fnmatch} from '../../../base/fnmatch.js';

export type ExpandOptions = {
	readonly escape: string;
	/** Keeps quotes and escape characters. */
	readonly raw?: boolean;
	/** Leaves variables that are not set as they stand. */
	readonly keepUnset?: boolean;
};

export type Expansion = {
	readonly text: string;
	/** The text cut at unquoted spaces. */
	readonly words: readonly string[];
	/** Names that were used but are not set. */
	readonly unset: readonly string[];
};

export type ExpandError = {readonly error: string};

type Environment = ReadonlyMap<string, string>;

const maxDepth = 100;

export function expandWord(word: string, environment: Environment, options: ExpandOptions): Expansion | ExpandError {
	const expander = new Expander(word, environment, options);
	const text = expander.until('');
	return typeof text === 'string' ? {text, words: expander.words(), unset: expander.unset} : {error: text.error.replace(/^\0/v, '')};
}

class Expander {
	readonly unset: string[] = [];
	readonly #input: readonly string[];
	readonly #environment: Environment;
	readonly #options: ExpandOptions;
	readonly #words: string[] = [];
	#word = '';
	#inWord = false;
	#at = 0;
	#depth = 0;

	constructor(word: string, environment: Environment, options: ExpandOptions) {
		this.#input = [...word];
		this.#environment = environment;
		this.#options = options;
	}

	words(): readonly string[] {
		return this.#inWord ? [...this.#words, this.#word] : this.#words;
	}

	/** Text up to a character outside quotes, which is taken too; the empty string means the end of the input. */
	until(stop: string): string | ExpandError {
		let result = '';
		while (this.#at < this.#input.length) {
			const character = this.#input[this.#at]!;
			if (character === stop) {
				this.#at++;
				return result;
			}

			const piece = this.#piece(character);
			if (typeof piece === 'object') {
				return piece;
			}

			result += piece;
			if (this.#depth === 0) {
				this.#note(character, piece);
			}
		}

		return stop === '' ? result : {error: `unexpected end of statement while looking for matching ${stop}`};
	}

	/** Cuts words: an expansion's spaces separate too, those of quotes and escapes do not. */
	#note(first: string, piece: string): void {
		if (first === '$') {
			const [head, ...tail] = piece.split(/[ \t\n\r]+/v);
			this.#word += head!;
			this.#inWord ||= head !== '';
			for (const next of tail) {
				if (this.#inWord) {
					this.#words.push(this.#word);
				}

				this.#word = next;
				this.#inWord = next !== '';
			}
		} else if (/^\s$/v.test(first)) {
			if (this.#inWord) {
				this.#words.push(this.#word);
			}

			this.#word = '';
			this.#inWord = false;
		} else {
			this.#word += piece;
			this.#inWord = true;
		}
	}

	#piece(character: string): string | ExpandError {
		const {escape, raw} = this.#options;
		if (character === '\'') {
			return this.#singleQuoted();
		}

		if (character === '"') {
			return this.#doubleQuoted();
		}

		if (character === '$') {
			return this.#dollar();
		}

		this.#at++;
		if (character !== escape) {
			return character;
		}

		const next = this.#input[this.#at];
		if (next === undefined) {
			return '';
		}

		this.#at++;
		return raw === true ? character + next : next;
	}

	#singleQuoted(): string | ExpandError {
		const end = this.#input.indexOf('\'', this.#at + 1);
		if (end === -1) {
			return {error: 'unexpected end of statement while looking for matching single-quote'};
		}

		const inside = this.#input.slice(this.#at + 1, end).join('');
		this.#at = end + 1;
		return this.#options.raw === true ? `'${inside}'` : inside;
	}

	#doubleQuoted(): string | ExpandError {
		const {escape, raw} = this.#options;
		let result = '';
		this.#at++;
		for (;;) {
			const character = this.#input[this.#at];
			if (character === undefined) {
				return {error: 'unexpected end of statement while looking for matching double-quote'};
			}

			if (character === '"') {
				this.#at++;
				return raw === true ? `"${result}"` : result;
			}

			if (character === '$') {
				const value = this.#dollar();
				if (typeof value === 'object') {
					return value;
				}

				result += value;
				continue;
			}

			this.#at++;
			const next = this.#input[this.#at];
			if (character === escape && (next === '"' || next === '$' || next === escape)) {
				this.#at++;
				result += raw === true ? character + next : next;
			} else {
				result += character;
			}
		}
	}

	#dollar(): string | ExpandError {
		this.#at++;
		if (this.#input[this.#at] !== '{') {
			const name = this.#name();
			return name === '' ? '$' : this.#value(name) ?? (this.#options.keepUnset === true ? `$${name}` : '');
		}

		this.#at++;
		const name = this.#name();
		if (name === '') {
			return {error: this.#at >= this.#input.length ? 'syntax error: missing \'}\'' : 'syntax error: bad substitution'};
		}

		const character = this.#input[this.#at];
		if (character === undefined) {
			return {error: 'syntax error: missing \'}\''};
		}

		if (character === '}') {
			this.#at++;
			return this.#value(name) ?? (this.#options.keepUnset === true ? `\${${name}}` : '');
		}

		return this.#modified(name);
	}

	/** `NAME`, digits, or one special parameter. */
	#name(): string {
		const first = this.#input[this.#at] ?? '';
		const pattern = /[A-Za-z_]/v.test(first) ? /[A-Za-z0-9_]/v : (/\d/v.test(first) ? /\d/v : undefined);
		if (pattern === undefined) {
			const isSpecial = /[@*#?\-$!]/v.test(first);
			this.#at += isSpecial ? 1 : 0;
			return isSpecial ? first : '';
		}

		let name = '';
		while (pattern.test(this.#input[this.#at] ?? '')) {
			name += this.#input[this.#at++]!;
		}

		return name;
	}

	#value(name: string): string | undefined {
		const value = this.#environment.get(name);
		if (value === undefined) {
			this.unset.push(name);
		}

		return value;
	}

	#modified(name: string): string | ExpandError {
		let operator = this.#input[this.#at++]!;
		const isColon = operator === ':';
		if (isColon) {
			operator = this.#input[this.#at++] ?? '';
		}

		if (!'+-?'.includes(operator) || operator === '') {
			return isColon || !'#%/'.includes(operator)
				? {error: `unsupported modifier (${isColon ? `:${operator}` : operator}) in substitution`}
				: this.#pattern(name, operator);
		}

		const word = this.#nested('}');
		if (typeof word === 'object') {
			return word.error.startsWith('unexpected end of statement while looking for matching }') ? {error: 'syntax error: missing \'}\''} : word;
		}

		const value = this.#environment.get(name);
		const isSet = value !== undefined && (!isColon || value !== '');
		switch (operator) {
			case '+': {
				return isSet ? word : '';
			}

			case '-': {
				return isSet ? value : word;
			}

			default: {
				return isSet ? value : {error: `${name}: ${word === '' ? 'is not allowed to be ' + (value === undefined ? 'unset' : 'empty') : word}`};
			}
		}
	}

	#nested(stop: string): string | ExpandError {
		this.#depth++;
		const word = this.#depth > maxDepth ? {error: 'syntax error: substitutions nested too deeply'} : this.until(stop);
		this.#depth--;
		return word;
	}

	#pattern(name: string, operator: string): string | ExpandError {
		const isDouble = this.#input[this.#at] === operator;
		this.#at += isDouble ? 1 : 0;
		const pattern = this.#nested(operator === '/' ? '/' : '}');
		if (typeof pattern === 'object') {
			return operator === '/' ? pattern : {error: 'syntax error: missing \'}\''};
		}

		const replacement = operator === '/' ? this.#nested('}') : '';
		if (typeof replacement === 'object') {
			return replacement;
		}

		const value = this.#value(name) ?? '';
		switch (operator) {
			case '#': {
				return value.slice(prefixLength(value, pattern, isDouble) ?? 0);
			}

			case '%': {
				return value.slice(0, suffixStart(value, pattern, isDouble) ?? value.length);
			}

			default: {
				return replaced(value, pattern, replacement, isDouble);
			}
		}
	}
}

/** Length of the shortest (or longest) beginning that the pattern matches. */
function prefixLength(value: string, pattern: string, longest: boolean): number | undefined {
	const lengths = Array.from({length: value.length + 1}, (_, index) => longest ? value.length - index : index);
	return lengths.find(length => fnmatch(pattern, value.slice(0, length)));
}

function suffixStart(value: string, pattern: string, longest: boolean): number | undefined {
	const starts = Array.from({length: value.length + 1}, (_, index) => longest ? index : value.length - index);
	return starts.find(start => fnmatch(pattern, value.slice(start)));
}

function replaced(value: string, pattern: string, replacement: string, all: boolean): string {
	let result = '';
	let at = 0;
	while (at < value.length) {
		const length = prefixLength(value.slice(at), pattern, true);
		if (length === undefined || length === 0) {
			result += value[at++]!;
			continue;
		}

		result += replacement;
		at += length;
		if (!all) {
			break;
		}
	}

	return result + value.slice(at);
}
