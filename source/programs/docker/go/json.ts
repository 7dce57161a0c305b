// JSON as Go's encoding/json reads and writes it, where that differs from JavaScript's: members keep their order whatever their
// names, integers beyond 2^53 keep their digits (events carry nanoseconds since 1970), `<`, `>` and `&` are escaped. JSON's null
// is `undefined` here. Source: encoding/json of Go 1.24.

import {assert} from '../../../base/assert.js';

export type Json = undefined | boolean | number | bigint | string | readonly Json[] | ReadonlyMap<string, Json>;

/** What may be written: also plain objects, for request bodies. */
export type Writable = undefined | boolean | number | bigint | string | readonly Writable[] | ReadonlyMap<string, Writable> | {readonly [name: string]: Writable};

export type JsonObject = ReadonlyMap<string, Json>;

const depthLimit = 1000;

/** The value that a text holds, or `undefined` inside `{error}` with the reason if it is not JSON. */
export function parseJson(text: string): {readonly value: Json} | {readonly error: string} {
	const reader = new Reader(text);
	try {
		const value = reader.value(0);
		reader.space();
		return reader.atEnd ? {value} : {error: `invalid character ${quotedChar(reader.peek)} after top-level value`};
	} catch (error) {
		if (error instanceof Malformed) {
			return {error: error.message};
		}

		throw error;
	}
}

class Malformed extends Error {}

const literals: ReadonlyArray<readonly [string, Json]> = [['true', true], ['false', false], ['null', undefined]];
const escapes: Readonly<Record<string, string>> = {'"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t'};

class Reader {
	readonly #text: string;
	#at = 0;

	constructor(text: string) {
		this.#text = text;
	}

	get atEnd(): boolean {
		return this.#at >= this.#text.length;
	}

	get peek(): string {
		return this.#text[this.#at] ?? '';
	}

	space(): void {
		while (' \t\n\r'.includes(this.peek) && !this.atEnd) {
			this.#at++;
		}
	}

	value(depth: number): Json {
		if (depth > depthLimit) {
			throw new Malformed('exceeded max depth');
		}

		this.space();
		switch (this.peek) {
			case '{': {
				return this.#object(depth);
			}

			case '[': {
				return this.#array(depth);
			}

			case '"': {
				return this.#string();
			}

			case '': {
				throw new Malformed('unexpected end of JSON input');
			}

			default: {
				return this.#scalar();
			}
		}
	}

	#object(depth: number): JsonObject {
		const members = new Map<string, Json>();
		this.#at++;
		for (this.space(); this.peek !== '}'; this.space()) {
			if (members.size > 0) {
				this.#expect(',', 'after object key:value pair');
				this.space();
			}

			if (this.peek !== '"') {
				this.#refuse('looking for beginning of object key string');
			}

			const name = this.#string();
			this.space();
			this.#expect(':', 'after object key');
			members.set(name, this.value(depth + 1));
		}

		this.#at++;
		return members;
	}

	#array(depth: number): readonly Json[] {
		const items: Json[] = [];
		this.#at++;
		for (this.space(); this.peek !== ']'; this.space()) {
			if (items.length > 0) {
				this.#expect(',', 'after array element');
			}

			items.push(this.value(depth + 1));
		}

		this.#at++;
		return items;
	}

	#string(): string {
		let text = '';
		this.#at++;
		for (;;) {
			const start = this.#at;
			while (!this.atEnd && this.peek !== '"' && this.peek !== '\\') {
				this.#at++;
			}

			text += this.#text.slice(start, this.#at);
			if (this.atEnd) {
				throw new Malformed('unexpected end of JSON input');
			}

			const char = this.#text[this.#at++];
			if (char === '"') {
				return text;
			}

			text += this.#escape();
		}
	}

	#escape(): string {
		const letter = this.#text[this.#at++] ?? '';
		if (letter === 'u') {
			const digits = this.#text.slice(this.#at, this.#at + 4);
			if (!/^[\da-fA-F]{4}$/v.test(digits)) {
				throw new Malformed(`invalid character ${quotedChar(this.peek)} in \\u hexadecimal character escape`);
			}

			this.#at += 4;
			return String.fromCharCode(Number.parseInt(digits, 16));
		}

		const plain = escapes[letter];
		if (plain === undefined) {
			throw new Malformed(`invalid character ${quotedChar(letter)} in string escape code`);
		}

		return plain;
	}

	#scalar(): Json {
		for (const [word, value] of literals) {
			if (this.#text.startsWith(word, this.#at)) {
				this.#at += word.length;
				return value;
			}
		}

		const digits = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][\+\-]?\d+)?/vy;
		digits.lastIndex = this.#at;
		const found = digits.exec(this.#text)?.[0];
		if (found === undefined) {
			this.#refuse('looking for beginning of value');
		}

		this.#at += found.length;
		const number = Number(found);
		return Number.isSafeInteger(number) || /[.eE]/v.test(found) ? number : BigInt(found);
	}

	#expect(char: string, where: string): void {
		if (this.peek !== char) {
			this.#refuse(where);
		}

		this.#at++;
	}

	#refuse(where: string): never {
		throw new Malformed(this.atEnd ? 'unexpected end of JSON input' : `invalid character ${quotedChar(this.peek)} ${where}`);
	}
}

function quotedChar(char: string): string {
	return char === '\'' ? String.raw`'\''` : (char === '"' ? `'"'` : `'${char}'`);
}

export type JsonStyle = {
	/** `<`, `>` and `&` as \u003c, ...: json.Marshal does, an Encoder with SetEscapeHTML(false) does not. */
	readonly escapeHtml: boolean;
	/** Indentation by levels of this many spaces; one line if absent. */
	readonly indent?: number;
};

/** One line, with `<`, `>` and `&` escaped, as json.Marshal writes it. */
export function marshal(value: Writable): string {
	return writeJson(value, {escapeHtml: true});
}

export function writeJson(value: Writable, style: JsonStyle, level = 0): string {
	assert(level <= depthLimit, 'writeJson: too deep');
	switch (typeof value) {
		case 'undefined': {
			return 'null';
		}

		case 'string': {
			return jsonString(value, style.escapeHtml);
		}

		case 'boolean':
		case 'number':
		case 'bigint': {
			return String(value);
		}

		default: {
			return Array.isArray(value) ? writeArray(value as readonly Writable[], style, level) : writeObject(value as ReadonlyMap<string, Writable>, style, level);
		}
	}
}

function writeArray(items: readonly Writable[], style: JsonStyle, level: number): string {
	return bracketed(items.map(item => writeJson(item, style, level + 1)), '[]', style, level);
}

function writeObject(value: ReadonlyMap<string, Writable> | {readonly [name: string]: Writable}, style: JsonStyle, level: number): string {
	const members = value instanceof Map ? [...value as ReadonlyMap<string, Writable>] : Object.entries(value);
	const colon = style.indent === undefined ? ':' : ': ';
	return bracketed(members.map(([name, item]) => jsonString(name, style.escapeHtml) + colon + writeJson(item, style, level + 1)), '{}', style, level);
}

function bracketed(parts: readonly string[], brackets: string, style: JsonStyle, level: number): string {
	if (style.indent === undefined || parts.length === 0) {
		return `${brackets[0]}${parts.join(',')}${brackets[1]}`;
	}

	const inner = ' '.repeat(style.indent * (level + 1));
	const outer = ' '.repeat(style.indent * level);
	return `${brackets[0]}\n${inner}${parts.join(`,\n${inner}`)}\n${outer}${brackets[1]}`;
}

const shortEscapes: Readonly<Record<string, string>> = {
	'"': String.raw`\"`, '\\': String.raw`\\`, '\b': String.raw`\b`, '\f': String.raw`\f`, '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t`,
};

function jsonString(text: string, escapeHtml: boolean): string {
	const pattern = escapeHtml ? /["\\\u0000-\u001f\u2028\u2029<>\&]/gv : /["\\\u0000-\u001f\u2028\u2029]/gv;
	return `"${text.replace(pattern, char => shortEscapes[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}

// Reading documents whose shape the API promises: what is not there is the zero value, as in Go.

export function objectOf(value: Json): JsonObject {
	return value instanceof Map ? value as JsonObject : emptyObject;
}

const emptyObject: JsonObject = new Map();

export function memberOf(value: Json, ...path: readonly string[]): Json {
	let here = value;
	for (const name of path) {
		here = objectOf(here).get(name);
	}

	return here;
}

export function textOf(value: Json): string {
	return typeof value === 'string' ? value : '';
}

export function numberOf(value: Json): number {
	return typeof value === 'number' ? value : (typeof value === 'bigint' ? Number(value) : 0);
}

export function flagOf(value: Json): boolean {
	return value === true;
}

export function listOf(value: Json): readonly Json[] {
	return Array.isArray(value) ? value as readonly Json[] : [];
}

export function textsOf(value: Json): readonly string[] {
	return listOf(value).map(item => textOf(item));
}
