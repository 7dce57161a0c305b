// Quoting: text written so that a shell reads it back, and the escapes of `$'...'`, `echo -e` and `printf`.

import {decodeShellText, encodeShellText} from './text.js';

/** As bash's `%q` and completion write it: backslashes, or `$'...'` where control characters demand it. */
export function quoteBackslash(text: string): string {
	if (text === '') {
		return '\'\'';
	}

	if (/[\0-\x1F\x7F]/v.test(text)) {
		return quoteAnsi(text);
	}

	return text.replace(/[^\w%+,.\/:=@\-\u{80}-\u{10FFFF}]/gv, String.raw`\$&`).replace(/^~/v, String.raw`\~`);
}

/** As `${x@Q}`, `set` and `trap -p` write it: single quotes always. */
export function quoteSingle(text: string): string {
	return /[\0-\x1F\x7F]/v.test(text) ? quoteAnsi(text) : `'${text.replaceAll('\'', String.raw`'\''`)}'`;
}

/** As `set` without arguments writes values: quotes only where they are needed. */
export function quoteIfNeeded(text: string): string {
	if (text === '') {
		return '';
	}

	if (/[\0-\x1F\x7F]/v.test(text)) {
		return quoteAnsi(text);
	}

	return /[^\w%+,.\/:=@\-\u{80}-\u{10FFFF}]|^~/v.test(text) ? quoteSingle(text) : text;
}

/** As `declare -p` writes values. */
export function quoteDouble(text: string): string {
	return /[\0-\x1F\x7F]/v.test(text) ? quoteAnsi(text) : `"${text.replace(/["$\\`]/gv, String.raw`\$&`)}"`;
}

const ansiNames: Readonly<Record<string, string>> = {
	'\u0007': 'a', '\b': 'b', '\u001B': 'E', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't', '\v': 'v', '\\': '\\', '\'': '\'',
};

function quoteAnsi(text: string): string {
	const escaped = text.replace(/[\0-\x1F\x7F\\']/gv, character => Object.hasOwn(ansiNames, character)
		? `\\${ansiNames[character]}`
		: `\\${character.codePointAt(0)!.toString(8).padStart(3, '0')}`);
	return `$'${escaped}'`;
}

const simpleEscapes: Readonly<Record<string, string>> = {
	a: '\u0007', b: '\b', e: '\u001B', E: '\u001B', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\',
};

/**
 * Replaces backslash escapes. `quote`: `$'...'` (also `\'`, `\"`, `\cx`, octal without leading 0). `echo`: `echo -e` and `%b`
 * (octal as `\0nnn`, and `\c` ends the output). `printf`: the format of printf (octal as `\nnn`, `\"`).
 */
export function unescapeAnsi(text: string, rules: 'quote' | 'echo' | 'printf'): {readonly text: string; readonly stopped: boolean} {
	let result = '';
	for (let at = 0; at < text.length;) {
		if (text[at] !== '\\' || at + 1 === text.length) {
			result += text[at++]!;
			continue;
		}

		const rest = text.slice(at + 1, at + 12);
		if (rest.startsWith('c') && rules !== 'printf') {
			if (rules === 'echo') {
				return {text: result, stopped: true};
			}

			result += String.fromCodePoint((rest.codePointAt(1) ?? 0) & 0x1F);
			at += 3;
			continue;
		}

		const escape = escapeAt(rest, rules);
		result += escape.text;
		at += 1 + escape.length;
	}

	return {text: decodeByteRuns(result), stopped: false};
}

type Escape = {readonly text: string; readonly length: number};

function escapeAt(rest: string, rules: 'quote' | 'echo' | 'printf'): Escape {
	const first = rest[0]!;
	if (Object.hasOwn(simpleEscapes, first)) {
		return {text: simpleEscapes[first]!, length: 1};
	}

	if ((first === '\'' || first === '"' || first === '?') && rules !== 'echo') {
		return {text: first, length: 1};
	}

	const octal = (rules === 'echo' ? /^0(?<digits>[0-7]{0,3})/v : /^(?<digits>[0-7]{1,3})/v).exec(rest);
	if (octal !== null) {
		return {text: byte(Number.parseInt(octal.groups!['digits']! || '0', 8) & 0xFF), length: octal[0].length};
	}

	const hexadecimal = /^x(?<digits>[\dA-Fa-f]{1,2})/v.exec(rest);
	if (hexadecimal !== null) {
		return {text: byte(Number.parseInt(hexadecimal.groups!['digits']!, 16)), length: hexadecimal[0].length};
	}

	const unicode = /^(?:u(?<short>[\dA-Fa-f]{1,4})|U(?<long>[\dA-Fa-f]{1,8}))/v.exec(rest);
	if (unicode !== null) {
		const code = Number.parseInt(unicode.groups!['short'] ?? unicode.groups!['long']!, 16);
		return {text: code <= 0x10_FFFF ? String.fromCodePoint(code) : '\u{FFFD}', length: unicode[0].length};
	}

	return {text: `\\${first}`, length: 1};
}

/** A byte above 127 is kept as a lone surrogate until it can be joined with its neighbours to a character (text.ts). */
function byte(value: number): string {
	return value < 0x80 ? String.fromCodePoint(value) : String.fromCharCode(0xDC00 + value);
}

function decodeByteRuns(text: string): string {
	return /[\uDC80-\uDCFF]/v.test(text) ? decodeShellText(encodeShellText(text)) : text;
}
