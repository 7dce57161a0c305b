// POSIX basic and extended regular expressions (POSIX.1-2017, chapter 9), with GNU's extensions `\+ \? \|` in basic ones and
// `\w \W \s \S \b \B \< \> \` \'` in both. They are translated to RE2 syntax and matched by re2js, which takes time linear in the
// text whatever the learner wrote. The leftmost match is found, and of these the longest.
//
//     pattern ── Translator ──> RE2 syntax ── re2js ──> spans of groups
//
// Simplified: back-references are refused, because no linear-time matcher has them.
// Simplified: character classes such as [[:alpha:]] know ASCII only, as in the C locale.

import {RE2JS} from 're2js';

/** Offsets into the text, in UTF-16 units; `end` is exclusive. */
export type Span = {readonly start: number; readonly end: number};

/** The whole match and its groups; a group that took no part is `undefined`. */
export type RegexMatch = readonly [Span, ...(Span | undefined)[]];

export type PosixRegex = {
	readonly groupCount: number;
	/** The leftmost longest match that begins at or after `from`. Anchors see the whole text. */
	find(text: string, from?: number): RegexMatch | undefined;
	test(text: string): boolean;
};

export type RegexOptions = {
	readonly extended: boolean;
	readonly ignoreCase: boolean;
	/** `^` and `$` also match beside newlines (sed's M flag). */
	readonly multiline?: boolean;
};

const maxPatternLength = 8192;
const maxRepeats = 1000;

/** Compiles a pattern, or says in the words of regcomp(3) why it cannot. */
export function compilePosixRegex(pattern: string, options: RegexOptions): PosixRegex | {readonly error: string} {
	if (pattern.length > maxPatternLength) {
		return {error: 'Regular expression too big'};
	}

	if (!options.ignoreCase && !/[\\^$.*+?\(\)\[\]\{\}\|]/v.test(pattern)) {
		return literalRegex(pattern);
	}

	const translator = new Translator(pattern, options);
	const translated = translator.translate();
	if (typeof translated !== 'string') {
		return translated;
	}

	try {
		const flags = RE2JS.DOTALL | RE2JS.LONGEST_MATCH | RE2JS.LOOKBEHINDS | (options.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
		return regexOf(RE2JS.compile(translated, flags));
	} catch {
		return {error: 'Regular expression too big'};
	}
}

/** A regex that matches a fixed string, as `grep -F` does. */
export function literalRegex(literal: string): PosixRegex {
	return {
		groupCount: 0,
		find(text, from = 0) {
			const start = text.indexOf(literal, from);
			return start < 0 ? undefined : [{start, end: start + literal.length}];
		},
		test: text => text.includes(literal),
	};
}

function regexOf(compiled: RE2JS): PosixRegex {
	const groupCount = compiled.groupCount();
	return {
		groupCount,
		find(text, from = 0) {
			if (from > text.length) {
				return undefined;
			}

			const matcher = compiled.matcher(text);
			if (!matcher.find(from)) {
				return undefined;
			}

			const groups: [Span, ...(Span | undefined)[]] = [{start: matcher.start(), end: matcher.end()}];
			for (let group = 1; group <= groupCount; group++) {
				const start = matcher.start(group);
				groups.push(start < 0 ? undefined : {start, end: matcher.end(group)});
			}

			return groups;
		},
		test: text => compiled.test(text),
	};
}

const classes: Readonly<Record<string, string>> = {
	alpha: 'A-Za-z', digit: '0-9', alnum: '0-9A-Za-z', upper: 'A-Z', lower: 'a-z', space: String.raw`\t\n\x0B\f\r `, blank: String.raw`\t `,
	punct: String.raw`!-\/:-@\[-\x60\{-~`, print: ' -~', graph: '!-~', cntrl: String.raw`\x00-\x1F\x7F`, xdigit: '0-9A-Fa-f',
};

const escapes: Readonly<Record<string, string>> = {
	'w': '[0-9A-Za-z_]', 'W': '[^0-9A-Za-z_]', 's': String.raw`[\t\n\x0B\f\r ]`, 'S': String.raw`[^\t\n\x0B\f\r ]`, 'b': String.raw`\b`, 'B': String.raw`\B`,
	'<': String.raw`\b(?<!\w)`, '>': String.raw`\b(?<=\w)`, '`': String.raw`\A`, '\'': String.raw`\z`, 'n': String.raw`\n`,
};

type Refusal = {readonly error: string};

type Token =
	| {readonly kind: 'open' | 'close' | 'or' | 'begin' | 'end'}
	| {readonly kind: 'repeat'; readonly text: string}
	| {readonly kind: 'atom'; readonly text: string};

/** Reads tokens, in which the two syntaxes differ, and puts them together, in which they do not. */
class Translator {
	readonly #pattern: string;
	readonly #options: RegexOptions;
	#at = 0;
	#depth = 0;
	/** What the current group or branch holds so far; the last element can be repeated. */
	#parts: string[] = [];
	#canRepeat = false;
	#repeated = false;

	constructor(pattern: string, options: RegexOptions) {
		this.#pattern = pattern;
		this.#options = options;
	}

	translate(): string | Refusal {
		while (this.#at < this.#pattern.length) {
			const token = this.#next();
			if ('error' in token) {
				return token;
			}

			const refusal = this.#add(token);
			if (refusal !== undefined) {
				return refusal;
			}
		}

		return this.#depth > 0 ? {error: String.raw`Unmatched ( or \(`} : this.#parts.join('');
	}

	#add(token: Token): Refusal | undefined {
		switch (token.kind) {
			case 'atom': {
				this.#push(token.text, true);
				return undefined;
			}

			case 'begin': {
				this.#push(this.#options.multiline === true ? '(?m:^)' : String.raw`\A`, false);
				return undefined;
			}

			case 'end': {
				this.#push(this.#options.multiline === true ? '(?m:$)' : String.raw`\z`, false);
				return undefined;
			}

			case 'or': {
				this.#push('|', false);
				return undefined;
			}

			case 'open': {
				this.#depth++;
				this.#push('(', false);
				return undefined;
			}

			case 'close': {
				return this.#closeGroup();
			}

			case 'repeat': {
				return this.#repeat(token.text);
			}

			default: {
				return token satisfies never;
			}
		}
	}

	#push(text: string, canRepeat: boolean): void {
		this.#parts.push(text);
		this.#canRepeat = canRepeat;
		this.#repeated = false;
	}

	#closeGroup(): Refusal | undefined {
		if (this.#depth === 0) {
			return {error: String.raw`Unmatched ) or \)`};
		}

		this.#depth--;
		const open = this.#parts.lastIndexOf('(');
		const inside = this.#parts.splice(open).slice(1).join('');
		this.#push(`(${inside})`, true);
		return undefined;
	}

	#repeat(text: string): Refusal | undefined {
		if (!this.#canRepeat) {
			return {error: 'Invalid preceding regular expression'};
		}

		const last = this.#parts.pop()!;
		this.#parts.push((this.#repeated ? `(?:${last})` : last) + text);
		this.#repeated = true;
		return undefined;
	}

	#next(): Token | Refusal {
		const character = String.fromCodePoint(this.#pattern.codePointAt(this.#at)!);
		this.#at += character.length;
		switch (character) {
			case '\\': {
				return this.#escape();
			}

			case '[': {
				return this.#bracket();
			}

			case '.': {
				return {kind: 'atom', text: '.'};
			}

			case '*': {
				// In a basic expression a star at the beginning stands for itself.
				return this.#canRepeat || this.#options.extended ? {kind: 'repeat', text: '*'} : {kind: 'atom', text: String.raw`\*`};
			}

			case '^': {
				return this.#options.extended || this.#atBeginning() ? {kind: 'begin'} : {kind: 'atom', text: String.raw`\^`};
			}

			case '$': {
				return this.#options.extended || this.#beforeEnd() ? {kind: 'end'} : {kind: 'atom', text: String.raw`\$`};
			}

			default: {
				return this.#options.extended ? this.#operator(character) : {kind: 'atom', text: literal(character)};
			}
		}
	}

	#operator(character: string): Token | Refusal {
		switch (character) {
			case '(': {
				return {kind: 'open'};
			}

			case ')': {
				// An unmatched right parenthesis of an extended expression is undefined; glibc reports it.
				return {kind: 'close'};
			}

			case '|': {
				return {kind: 'or'};
			}

			case '+':
			case '?': {
				return {kind: 'repeat', text: character};
			}

			case '{': {
				return this.#interval('}');
			}

			default: {
				return {kind: 'atom', text: literal(character)};
			}
		}
	}

	#escape(): Token | Refusal {
		const character = this.#pattern[this.#at];
		if (character === undefined) {
			return {error: 'Trailing backslash'};
		}

		this.#at++;
		const escaped = escapes[character];
		if (escaped !== undefined) {
			return {kind: 'atom', text: escaped};
		}

		if (character >= '1' && character <= '9') {
			return {error: 'back-references are not modelled'};
		}

		if (!this.#options.extended) {
			switch (character) {
				case '(': {
					return {kind: 'open'};
				}

				case ')': {
					return {kind: 'close'};
				}

				case '|': {
					return {kind: 'or'};
				}

				case '{': {
					return this.#canRepeat ? this.#interval(String.raw`\}`) : {error: 'Invalid preceding regular expression'};
				}

				case '+':
				case '?': {
					return this.#canRepeat ? {kind: 'repeat', text: character} : {kind: 'atom', text: literal(character)};
				}

				default:
			}
		}

		return {kind: 'atom', text: literal(character)};
	}

	/** `{m}`, `{m,}`, `{,n}` or `{m,n}`, of which the opening was read. */
	#interval(close: string): Token | Refusal {
		const end = this.#pattern.indexOf(close, this.#at);
		const inside = end < 0 ? '' : this.#pattern.slice(this.#at, end);
		const parts = /^(\d*)(,?)(\d*)$/v.exec(inside);
		if (parts === null || inside === '' || inside === ',') {
			// GNU: a brace that begins no interval of an extended expression stands for itself.
			if (this.#options.extended) {
				return {kind: 'atom', text: String.raw`\{`};
			}

			return {error: end < 0 ? String.raw`Unmatched \{` : String.raw`Invalid content of \{\}`};
		}

		this.#at = end + close.length;
		const least = Number(parts[1] === '' ? 0 : parts[1]);
		const most = parts[2] === '' ? least : (parts[3] === '' ? undefined : Number(parts[3]));
		if (least > maxRepeats || (most ?? 0) > maxRepeats) {
			return {error: 'Regular expression too big'};
		}

		if (most !== undefined && most < least) {
			return {error: String.raw`Invalid content of \{\}`};
		}

		return {kind: 'repeat', text: `{${least}${most === least ? '' : `,${most ?? ''}`}}`};
	}

	/** A bracket expression, of which `[` was read. */
	#bracket(): Token | Refusal {
		let text = '[';
		if (this.#pattern[this.#at] === '^') {
			text += '^';
			this.#at++;
		}

		for (let first = true; ; first = false) {
			const character = this.#pattern[this.#at];
			if (character === undefined) {
				return {error: 'Unmatched [, [^, [:, [., or [='};
			}

			if (character === ']' && !first) {
				this.#at++;
				return {kind: 'atom', text: `${text}]`};
			}

			const item = this.#bracketItem();
			if (typeof item !== 'string') {
				return item;
			}

			text += item;
		}
	}

	#bracketItem(): string | Refusal {
		if (this.#pattern.startsWith('[:', this.#at)) {
			const end = this.#pattern.indexOf(':]', this.#at + 2);
			const name = end < 0 ? undefined : classes[this.#pattern.slice(this.#at + 2, end)];
			if (end < 0 || name === undefined) {
				return {error: end < 0 ? 'Unmatched [, [^, [:, [., or [=' : 'Invalid character class name'};
			}

			this.#at = end + 2;
			// `[[:upper:]]` ignores case as letters do; RE2 folds the ranges.
			return name;
		}

		const from = this.#bracketCharacter();
		if (typeof from !== 'string') {
			return from;
		}

		if (this.#pattern[this.#at] !== '-' || this.#pattern[this.#at + 1] === ']' || this.#pattern[this.#at + 1] === undefined) {
			return inBracket(from);
		}

		this.#at++;
		const to = this.#bracketCharacter();
		if (typeof to !== 'string') {
			return to;
		}

		return from.codePointAt(0)! > to.codePointAt(0)! ? {error: 'Invalid range end'} : `${inBracket(from)}-${inBracket(to)}`;
	}

	#bracketCharacter(): string | Refusal {
		for (const mark of ['.', '=']) {
			if (this.#pattern.startsWith(`[${mark}`, this.#at)) {
				const end = this.#pattern.indexOf(`${mark}]`, this.#at + 2);
				const name = this.#pattern.slice(this.#at + 2, end);
				if (end < 0 || [...name].length !== 1) {
					return {error: end < 0 ? 'Unmatched [, [^, [:, [., or [=' : 'Invalid collation character'};
				}

				this.#at = end + 2;
				return name;
			}
		}

		const character = String.fromCodePoint(this.#pattern.codePointAt(this.#at)!);
		this.#at += character.length;
		return character;
	}

	#atBeginning(): boolean {
		const last = this.#parts.at(-1);
		return last === undefined || last === '(' || last === '|';
	}

	#beforeEnd(): boolean {
		const rest = this.#pattern.slice(this.#at);
		return rest === '' || rest.startsWith(String.raw`\)`) || rest.startsWith(String.raw`\|`);
	}
}

function literal(character: string): string {
	const code = character.codePointAt(0)!;
	return /^[0-9A-Za-z_\-]$/v.test(character) ? character : (code < 0x80 ? String.raw`\x` + code.toString(16).padStart(2, '0') : String.raw`\x{${code.toString(16)}}`);
}

function inBracket(character: string): string {
	return character === '-' ? String.raw`\-` : literal(character);
}
