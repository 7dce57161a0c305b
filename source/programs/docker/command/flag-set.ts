// Reads a command line against the flags of a command. Source: spf13/pflag flag.go (Parse, parseLongArg, parseShortArg).

import {must} from '../../../base/assert.js';
import {parseDuration} from '../go/duration.js';
import {ramInBytes} from '../go/size.js';
import {quote} from '../go-template/quote.js';
import {flagTitle, integerOf, nanoCpus, parseTruth, valueProblem, type FlagSpec} from './flag.js';

/** The values that a command line gave to flags. */
export class Flags {
	readonly #specs: ReadonlyMap<string, FlagSpec>;
	readonly #given: ReadonlyMap<string, readonly string[]>;

	constructor(specs: readonly FlagSpec[], given: ReadonlyMap<string, readonly string[]>) {
		this.#specs = new Map(specs.map(spec => [spec.name, spec]));
		this.#given = given;
	}

	changed(name: string): boolean {
		return this.#given.has(name);
	}

	/** The last value given, or the default. */
	text(name: string): string {
		const spec = must(this.#specs.get(name), `flags: no flag --${name}`);
		return this.#given.get(name)?.at(-1) ?? spec.default ?? '';
	}

	bool(name: string): boolean {
		return parseTruth(this.text(name)) ?? false;
	}

	int(name: string): number {
		return integerOf(this.text(name)) ?? 0;
	}

	bytes(name: string): number {
		const text = this.text(name);
		const size = text === '' ? 0 : (text === '-1' ? -1 : ramInBytes(text));
		return typeof size === 'number' ? size : 0;
	}

	durationNs(name: string): number {
		const duration = parseDuration(this.text(name));
		return typeof duration === 'number' ? duration : 0;
	}

	nanoCpus(name: string): number {
		const text = this.text(name);
		const cpus = text === '' ? 0 : nanoCpus(text);
		return typeof cpus === 'number' ? cpus : 0;
	}

	/** Every value given, in order; `strings` flags also split at commas. */
	list(name: string): readonly string[] {
		const spec = must(this.#specs.get(name), `flags: no flag --${name}`);
		const given = this.#given.get(name) ?? [];
		return spec.type === 'strings' ? given.flatMap(text => text.split(',')) : given;
	}

	/** The flags that were given, by name. */
	names(): readonly string[] {
		return [...this.#given.keys()];
	}
}

export type Parsed =
	| {readonly kind: 'parsed'; readonly flags: Flags; readonly args: readonly string[]}
	| {readonly kind: 'help'; readonly isShort: boolean}
	| {readonly kind: 'error'; readonly message: string};

export type ParseOptions = {
	/** Flags may follow arguments; if not, the first argument ends them (`docker run`, `docker exec`). */
	readonly isInterspersed: boolean;
};

export function parseFlags(specs: readonly FlagSpec[], words: readonly string[], options: ParseOptions): Parsed {
	const reader = new FlagReader(specs, words, options);
	return reader.read();
}

class FlagReader {
	readonly #specs: readonly FlagSpec[];
	readonly #options: ParseOptions;
	readonly #given = new Map<string, string[]>();
	readonly #args: string[] = [];
	#rest: readonly string[];
	#error: string | undefined;
	#help: {readonly isShort: boolean} | undefined;

	constructor(specs: readonly FlagSpec[], words: readonly string[], options: ParseOptions) {
		this.#specs = specs;
		this.#rest = words;
		this.#options = options;
	}

	read(): Parsed {
		while (this.#rest.length > 0 && this.#error === undefined) {
			const [word = '', ...rest] = this.#rest;
			this.#rest = rest;
			if (word === '--') {
				this.#args.push(...this.#rest);
				break;
			}

			if (word.startsWith('--')) {
				this.#long(word);
			} else if (word.startsWith('-') && word.length > 1) {
				this.#shorts(word);
			} else if (this.#options.isInterspersed) {
				this.#args.push(word);
			} else {
				this.#args.push(word, ...this.#rest);
				break;
			}
		}

		if (this.#error !== undefined) {
			return {kind: 'error', message: this.#error};
		}

		return this.#help === undefined ? {kind: 'parsed', flags: new Flags(this.#specs, this.#given), args: this.#args} : {kind: 'help', ...this.#help};
	}

	#long(word: string): void {
		const equals = word.indexOf('=');
		const name = word.slice(2, equals === -1 ? undefined : equals);
		if (name === '' || name.startsWith('-')) {
			this.#error = `bad flag syntax: ${word}`;
			return;
		}

		if (name === 'help') {
			this.#help = {isShort: false};
			return;
		}

		const spec = this.#specs.find(each => each.name === name);
		if (spec === undefined) {
			this.#error = `unknown flag: --${name}`;
		} else if (equals !== -1) {
			this.#set(spec, word.slice(equals + 1));
		} else if (spec.type === 'bool') {
			this.#set(spec, 'true');
		} else {
			this.#setNext(spec, `--${name}`);
		}
	}

	#shorts(word: string): void {
		let letters = word.slice(1);
		while (letters !== '' && this.#error === undefined) {
			const letter = String.fromCodePoint(letters.codePointAt(0)!);
			const spec = this.#specs.find(each => each.short === letter);
			if (spec === undefined) {
				if (letter === 'h') {
					this.#help = {isShort: true};
				} else {
					this.#error = `unknown shorthand flag: '${letter}' in -${letters}`;
				}

				return;
			}

			const after = letters.slice(letter.length);
			if (after.length > 1 && after.startsWith('=')) {
				this.#set(spec, after.slice(1));
				return;
			}

			if (spec.type !== 'bool') {
				if (after === '') {
					this.#setNext(spec, `'${letter}' in -${letters}`);
				} else {
					this.#set(spec, after);
				}

				return;
			}

			this.#set(spec, 'true');
			letters = after;
		}
	}

	#setNext(spec: FlagSpec, shown: string): void {
		const [value, ...rest] = this.#rest;
		if (value === undefined) {
			this.#error = `flag needs an argument: ${shown}`;
			return;
		}

		this.#rest = rest;
		this.#set(spec, value);
	}

	#set(spec: FlagSpec, value: string): void {
		const problem = valueProblem(spec, value);
		if (problem !== undefined) {
			this.#error = `invalid argument ${quote(value)} for ${quote(flagTitle(spec))} flag: ${problem}`;
			return;
		}

		const name = spec.aliasOf ?? spec.name;
		const values = this.#given.get(name);
		if (values === undefined) {
			this.#given.set(name, [value]);
		} else {
			values.push(value);
		}
	}
}
