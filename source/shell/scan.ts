// Finds where quotes and substitutions end in raw text, without taking them apart.

import {parse as parseBash} from 'unbash';

/** The index after the quoted thing or substitution that begins at `at`; undefined if none begins there. */
export function skipQuoted(text: string, at: number): number | undefined {
	switch (text[at]) {
		case '\\': {
			return Math.min(at + 2, text.length);
		}

		case '\'': {
			return afterOrEnd(text.indexOf('\'', at + 1), text);
		}

		case '"': {
			return doubleQuoteEnd(text, at + 1) + 1;
		}

		case '`': {
			return backquoteEnd(text, at + 1) + 1;
		}

		case '$': {
			return skipDollar(text, at);
		}

		case '<':
		case '>': {
			return text[at + 1] === '(' ? parenthesisEnd(text, at + 2) + 1 : undefined;
		}

		default: {
			return undefined;
		}
	}
}

/** The same inside double quotes, where only `\`, backquotes and `$` are special. */
function skipInDouble(text: string, at: number): number | undefined {
	const character = text[at];
	if (character === '$' && (text[at + 1] === '(' || text[at + 1] === '{')) {
		return skipDollar(text, at);
	}

	return character === '\\' || character === '`' ? skipQuoted(text, at) : undefined;
}

function skipDollar(text: string, at: number): number | undefined {
	switch (text[at + 1]) {
		case '{': {
			return braceEnd(text, at + 2, false) + 1;
		}

		case '(': {
			return text[at + 2] === '(' ? arithmeticEnd(text, at + 3) ?? parenthesisEnd(text, at + 2) + 1 : parenthesisEnd(text, at + 2) + 1;
		}

		case '\'': {
			return ansiQuoteEnd(text, at + 2) + 1;
		}

		case '"': {
			return doubleQuoteEnd(text, at + 2) + 1;
		}

		default: {
			return undefined;
		}
	}
}

function afterOrEnd(index: number, text: string): number {
	return index === -1 ? text.length : index + 1;
}

/** The closing double quote of text that begins inside of it. */
export function doubleQuoteEnd(text: string, from: number): number {
	let at = from;
	while (at < text.length && text[at] !== '"') {
		at = skipInDouble(text, at) ?? at + 1;
	}

	return at;
}

export function ansiQuoteEnd(text: string, from: number): number {
	let at = from;
	while (at < text.length && text[at] !== '\'') {
		at += text[at] === '\\' ? 2 : 1;
	}

	return Math.min(at, text.length);
}

export function backquoteEnd(text: string, from: number): number {
	let at = from;
	while (at < text.length && text[at] !== '`') {
		at += text[at] === '\\' ? 2 : 1;
	}

	return Math.min(at, text.length);
}

/** The brace that closes `${`. Inside double quotes single quotes are plain. */
export function braceEnd(text: string, from: number, isQuoted: boolean): number {
	let at = from;
	while (at < text.length && text[at] !== '}') {
		const plainQuote = isQuoted && text[at] === '\'';
		at = (plainQuote || text[at] === '<' || text[at] === '>' ? undefined : skipQuoted(text, at)) ?? at + 1;
	}

	return at;
}

/** The index after the `))` that closes `$((`; undefined if the parentheses show that it is a command substitution. */
export function arithmeticEnd(text: string, from: number): number | undefined {
	let depth = 0;
	for (let at = from; at < text.length;) {
		const character = text[at]!;
		if (character === '(') {
			depth++;
			at++;
		} else if (character === ')') {
			if (depth === 0) {
				return text[at + 1] === ')' ? at + 2 : undefined;
			}

			depth--;
			at++;
		} else {
			at = (character === '<' || character === '>' || character === '\'' ? undefined : skipQuoted(text, at)) ?? at + 1;
		}
	}

	return undefined;
}

/** The parenthesis that closes `$(`, `<(` or `>(`; `from` is after the opening one. */
export function parenthesisEnd(text: string, from: number): number {
	const simple = simpleParenthesisEnd(text, from);
	// `case x in a)`, comments and here-documents hold parentheses that do not pair up: those are left to the parser.
	if (!/\bcase\b|#|<</v.test(text.slice(from, simple))) {
		return simple;
	}

	const [statement] = parseBash(`$(${text.slice(from)}`).commands;
	const word = statement?.command.type === 'Command' ? statement.command.name : undefined;
	const part = word?.parts?.[0];
	return part?.type === 'CommandExpansion' ? from + part.end - 3 : simple;
}

function simpleParenthesisEnd(text: string, from: number): number {
	let depth = 0;
	for (let at = from; at < text.length;) {
		const character = text[at]!;
		if (character === '(') {
			depth++;
			at++;
		} else if (character === ')') {
			if (depth-- === 0) {
				return at;
			}

			at++;
		} else {
			at = skipQuoted(text, at) ?? at + 1;
		}
	}

	return text.length;
}

/** The bracket that closes the one at `open`, or -1. */
export function closingBracket(text: string, open: number): number {
	let depth = 0;
	for (let at = open; at < text.length; at++) {
		const character = text[at];
		if (character === '\\') {
			at++;
		} else if (character === '[') {
			depth++;
		} else if (character === ']' && --depth === 0) {
			return at;
		}
	}

	return -1;
}
