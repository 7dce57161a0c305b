// The script language of sed(1), parsed into commands. Errors have GNU's words and the number of the character where it noticed.

import {compilePosixRegex} from '../../base/posix-regex.js';
import {parseReplacement, regexEscapes} from './escapes.js';
import type {Action, Address, Regex, SedCommand, SedProgram} from './syntax.js';

/** A piece of script as it was given: where it came from stands in error messages. */
export type ScriptPart = {readonly text: string; readonly name: string};

type Problem = {readonly error: string};

class Refused extends Error {}

/** Parses `-e` and `-f` pieces in order. */
export function parseSed(parts: readonly ScriptPart[], options: {readonly extended: boolean}): SedProgram | Problem {
	const commands: SedCommand[] = [];
	const open: (Action & {kind: '{'})[] = [];
	const joined = joinContinued(parts);
	let parser: Parser | undefined;
	try {
		for (const part of joined) {
			parser = new Parser(part, options.extended, commands, open);
			parser.parse();
		}

		if (open.length > 0) {
			return {error: `${joined.at(-1)!.name}, char 0: unmatched \`{'`};
		}

		const missing = linkLabels(commands);
		return missing === undefined ? {commands, quiet: joined[0]?.text.startsWith('#n\n') ?? false} : {error: `can't find label for jump to \`${missing}'`};
	} catch (error) {
		if (error instanceof Refused) {
			return {error: `${parser!.where}: ${error.message}`};
		}

		throw error;
	}
}

/** `-e 'a\' -e text`: a piece that ends in a backslash goes on in the next. */
function joinContinued(parts: readonly ScriptPart[]): readonly ScriptPart[] {
	const result: ScriptPart[] = [];
	for (const part of parts) {
		const last = result.at(-1);
		if (last !== undefined && /[^\\](?:\\\\)*\\$/v.test(last.text)) {
			result[result.length - 1] = {text: `${last.text}\n${part.text}`, name: last.name};
		} else {
			result.push(part);
		}
	}

	return result;
}

function linkLabels(commands: readonly SedCommand[]): string | undefined {
	const labels = new Map<string, number>();
	for (const [index, {action}] of commands.entries()) {
		if (action.kind === ':') {
			labels.set(action.label, index);
		}
	}

	for (const {action} of commands) {
		if (action.kind === 'b' || action.kind === 't' || action.kind === 'T') {
			const target = action.label === '' ? commands.length : labels.get(action.label);
			if (target === undefined) {
				return action.label;
			}

			action.target = target;
		}
	}

	return undefined;
}

const plainCommands = new Set(['=', 'd', 'D', 'F', 'g', 'G', 'h', 'H', 'n', 'N', 'p', 'P', 'x', 'z']);

class Parser {
	readonly #part: ScriptPart;
	readonly #text: string;
	readonly #extended: boolean;
	readonly #commands: SedCommand[];
	readonly #open: (Action & {kind: '{'})[];
	#at = 0;

	constructor(part: ScriptPart, extended: boolean, commands: SedCommand[], open: (Action & {kind: '{'})[]) {
		this.#part = part;
		this.#text = part.text;
		this.#extended = extended;
		this.#commands = commands;
		this.#open = open;
	}

	/** `-e expression #1, char 5`, or `file.sed: line 2`. */
	get where(): string {
		return this.#part.name.startsWith('-e') ? `${this.#part.name}, char ${this.#at}` : `file ${this.#part.name} line ${this.#text.slice(0, this.#at).split('\n').length}`;
	}

	parse(): void {
		for (;;) {
			this.#skip(/^[\s;]+/v);
			if (this.#at >= this.#text.length) {
				return;
			}

			if (this.#peek() === '#') {
				this.#skip(/^[^\n]*/v);
				continue;
			}

			this.#command();
		}
	}

	#peek(): string {
		return this.#text[this.#at] ?? '';
	}

	#skip(pattern: RegExp): string {
		const match = pattern.exec(this.#text.slice(this.#at))?.[0] ?? '';
		this.#at += match.length;
		return match;
	}

	#fail(message: string): never {
		throw new Refused(message);
	}

	/** Complains of the character that comes next. */
	#failAfter(message: string): never {
		this.#at++;
		return this.#fail(message);
	}

	#command(): void {
		const first = this.#address();
		let second: Address | undefined;
		this.#skip(/^[ \t]+/v);
		if (first !== undefined && this.#peek() === ',') {
			this.#at++;
			this.#skip(/^[ \t]+/v);
			second = this.#address() ?? this.#failAfter('unexpected `,\'');
		}

		if (first?.kind === 'count' || first?.kind === 'multiple') {
			this.#fail('unknown command: `+\'');
		}

		this.#skip(/^[ \t]+/v);
		const marks = this.#skip(/^[! \t]+/v);
		if (marks.replaceAll(/[^!]/gv, '').length > 1) {
			this.#fail('multiple `!\'s');
		}

		const letter = this.#peek();
		if (letter === '' || letter === '\n' || letter === ';') {
			this.#fail('missing command');
		}

		this.#at++;
		if (first?.kind === 'line' && first.line === 0 && second?.kind !== 'regex') {
			this.#fail('invalid usage of line address 0');
		}

		const action = this.#action(letter, first, second);
		this.#commands.push({first, second, negated: marks !== '', action});
		if (action.kind === '{') {
			this.#open.push(action);
		} else if (action.kind === '}') {
			const block = this.#open.pop() ?? this.#fail('unexpected `}\'');
			block.end = this.#commands.length - 1;
		}
	}

	#address(): Address | undefined {
		const digits = this.#skip(/^\d+/v);
		if (digits !== '') {
			const step = this.#skip(/^[ \t]*~[ \t]*\d*/v);
			return step === '' ? {kind: 'line', line: Number(digits)} : {kind: 'step', first: Number(digits), step: Number(step.replace(/^[ \t]*~[ \t]*/v, ''))};
		}

		switch (this.#peek()) {
			case '$': {
				this.#at++;
				return {kind: 'last'};
			}

			case '+':
			case '~': {
				const kind = this.#peek() === '+' ? 'count' : 'multiple';
				this.#at++;
				const number = this.#skip(/^\d+/v);
				return number === '' ? this.#fail('expected number') : {kind, number: Number(number)};
			}

			case '/':
			case '\\': {
				if (this.#peek() === '\\') {
					this.#at++;
				}

				const delimiter = this.#peek();
				this.#at++;
				const pattern = this.#delimited(delimiter, true) ?? this.#fail('unterminated address regex');
				const flags = this.#skip(/^[IM]*/v);
				return {kind: 'regex', regex: this.#regex(pattern, flags)};
			}

			default: {
				return undefined;
			}
		}
	}

	/** Text up to an unescaped delimiter; `\delimiter` is the delimiter itself. Brackets protect it in a regex. */
	#delimited(delimiter: string, isRegex: boolean): string | undefined {
		let result = '';
		while (this.#at < this.#text.length) {
			const character = this.#peek();
			this.#at++;
			if (character === delimiter) {
				return result;
			}

			if (character === '\\') {
				const next = this.#peek();
				this.#at++;
				result += next === delimiter && !(isRegex && /[\(\)\{\}+?\|.*\[\]^$]/v.test(delimiter)) ? delimiter : (next === '\n' && isRegex ? '\n' : `\\${next}`);
			} else if (character === '\n' && isRegex) {
				return undefined;
			} else if (character === '[' && isRegex) {
				const bracket = /^\^?\]?(?:\[[:.=][^\]]*[:.=]\]|[^\]\n])*\]/v.exec(this.#text.slice(this.#at));
				result += character + (bracket?.[0] ?? '');
				this.#at += bracket?.[0].length ?? 0;
			} else {
				result += character;
			}
		}

		return undefined;
	}

	#regex(pattern: string, flags: string): Regex {
		if (pattern === '') {
			return 'last';
		}

		const compiled = compilePosixRegex(regexEscapes(pattern), {extended: this.#extended, ignoreCase: /[Ii]/v.test(flags), multiline: /[Mm]/v.test(flags)});
		return 'error' in compiled ? this.#fail(compiled.error) : compiled;
	}

	#action(letter: string, first: Address | undefined, second: Address | undefined): Action {
		if (plainCommands.has(letter)) {
			this.#end();
			return {kind: letter as 'd'};
		}

		switch (letter) {
			case '{': return {kind: '{', end: 0};
			case '}': {
				if (first !== undefined) {
					this.#fail('} doesn\'t want any addresses');
				}

				this.#end();
				return {kind: '}'};
			}

			case ':': return this.#label(first);
			case 'b':
			case 't':
			case 'T': {
				this.#skip(/^[ \t]+/v);
				return {kind: letter, label: this.#skip(/^[^;\n\}]*/v).trim(), target: 0};
			}

			case 'a':
			case 'i':
			case 'c': return {kind: letter, text: this.#textArgument()};
			case 'q':
			case 'Q':
			case 'l': {
				if (letter !== 'l' && second !== undefined) {
					this.#fail('command only uses one address');
				}

				this.#skip(/^[ \t]+/v);
				const digits = this.#skip(/^\d+/v);
				this.#end();
				return {kind: letter, number: digits === '' ? undefined : Number(digits)};
			}

			case 'r':
			case 'R':
			case 'w':
			case 'W': return {kind: letter, path: this.#path()};
			case 's': return this.#substitute();
			case 'y': return this.#transliterate();
			case ',': return this.#fail('unexpected `,\'');
			default: return this.#fail(`unknown command: \`${letter}'`);
		}
	}

	#end(): void {
		this.#skip(/^[ \t]+/v);
		const next = this.#peek();
		if (next !== '' && !/[;\n#\}]/v.test(next)) {
			this.#at++;
			this.#fail('extra characters after command');
		}
	}

	#label(first: Address | undefined): Action {
		if (first !== undefined) {
			this.#fail(': doesn\'t want any addresses');
		}

		const label = this.#skip(/^[^;\n]*/v).trim();
		return label === '' ? this.#fail('":" lacks a label') : {kind: ':', label};
	}

	#path(): string {
		this.#skip(/^[ \t]+/v);
		const path = this.#skip(/^[^\n]*/v);
		return path === '' ? this.#fail('missing filename in r/R/w/W commands') : path;
	}

	/** `a\` newline text, or GNU's `a text`; lines go on after a backslash. */
	#textArgument(): string {
		this.#skip(/^[ \t]+/v);
		if (this.#at >= this.#text.length) {
			this.#fail('expected \\ after `a\', `c\' or `i\'');
		}

		// After `a\` leading blanks of the text are kept.
		if (this.#skip(/^\\[ \t]*\n/v) === '') {
			this.#skip(/^\\(?=[ \t])/v);
		}

		let text = '';
		while (this.#at < this.#text.length && this.#peek() !== '\n') {
			const character = this.#peek();
			this.#at++;
			if (character === '\\') {
				text += this.#peek() === 't' ? '\t' : this.#peek();
				this.#at++;
			} else {
				text += character;
			}
		}

		return `${text}\n`;
	}

	#substitute(): Action {
		const delimiter = this.#peek();
		this.#at++;
		if (delimiter === '\n' || delimiter === '\\') {
			this.#fail('unterminated `s\' command');
		}

		const pattern = delimiter === '' ? undefined : this.#delimited(delimiter, true);
		const right = pattern === undefined ? undefined : this.#delimited(delimiter, false);
		if (pattern === undefined || right === undefined) {
			this.#at = Math.min(this.#at, this.#text.length);
			this.#fail('unterminated `s\' command');
		}

		const flags = {global: false, print: false, occurrence: 1, path: undefined as string | undefined, regex: ''};
		this.#substituteFlags(flags);
		const regex = this.#regex(pattern, flags.regex);
		const replacement = parseReplacement(right);
		const most = Math.max(0, ...replacement.map(part => part.kind === 'group' ? part.group : 0));
		if (regex !== 'last' && most > regex.groupCount) {
			this.#fail(`invalid reference \\${most} on \`s' command's RHS`);
		}

		return {kind: 's', regex, replacement, global: flags.global, occurrence: flags.occurrence, print: flags.print, path: flags.path};
	}

	#substituteFlags(flags: {global: boolean; print: boolean; occurrence: number; path: string | undefined; regex: string}): void {
		for (;;) {
			const flag = this.#peek();
			if (flag === '' || /[;\n#\} \t]/v.test(flag)) {
				this.#end();
				return;
			}

			if (/\d/v.test(flag)) {
				flags.occurrence = Number(this.#skip(/^\d+/v));
				if (flags.occurrence === 0) {
					this.#fail('number option to `s\' command may not be zero');
				}

				continue;
			}

			this.#at++;
			switch (flag) {
				case 'g': {
					flags.global = true;
					break;
				}

				case 'p': {
					flags.print = true;
					break;
				}

				case 'i':
				case 'I':
				case 'm':
				case 'M': {
					flags.regex += flag;
					break;
				}

				case 'w': {
					flags.path = this.#path();
					return;
				}

				default: {
					this.#fail('unknown option to `s\'');
				}
			}
		}
	}

	#transliterate(): Action {
		const delimiter = this.#peek();
		this.#at++;
		const from = this.#delimited(delimiter, false);
		const to = from === undefined ? undefined : this.#delimited(delimiter, false);
		if (from === undefined || to === undefined) {
			this.#fail('unterminated `y\' command');
		}

		const plain = (text: string): readonly string[] => [...text.replaceAll(/\\([\s\S])/gv, (_, character: string) => character === 'n' ? '\n' : (character === 't' ? '\t' : character))];
		const [left, right] = [plain(from), plain(to)];
		if (left.length !== right.length) {
			this.#fail('strings for `y\' command are different lengths');
		}

		this.#end();
		return {kind: 'y', mapping: new Map(left.map((character, index) => [character, right[index]!]))};
	}
}
