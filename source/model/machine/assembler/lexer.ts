// Cuts a line into tokens (NASM manual, 3.1 to 3.4 and 4.1).

import type {Token, TokenKind} from './token.js';

export type LexedLine = {
	readonly tokens: readonly Token[];
	/** The quote that nobody closed, and where the string began. */
	readonly openQuote?: {readonly quote: string; readonly column: number};
};

const nameStart = 'A-Za-z_.?@\\u0080-\\uffff';
const nameRest = `${nameStart}0-9$#~`;

const patterns: ReadonlyArray<readonly [TokenKind, RegExp]> = [
	// A number with an exponent is lexed as one so that floating point can be refused by name.
	['number', /(?:\d[\d_]*\.?\d*[eE][+\-]\d+|\d[\w.]*|\$\d[\da-fA-F_]*)/y],
	['name', new RegExp(`\\$?[${nameStart}][${nameRest}]*`, 'y')],
	['percent', new RegExp(`%(?:%[${nameStart}][${nameRest}]*|\\$+[${nameStart}][${nameRest}]*|[+\\-]?\\d+|\\?\\??|\\+|![${nameStart}][${nameRest}]*|[${nameStart}][${nameRest}]*)`, 'y')],
	['symbol', /<=>|<<<|>>>|<<|>>|<=|>=|<>|!=|==|&&|\|\||\^\^|\/\/|%%|\$\$|[^\s]/y],
];

/** Tokens of one logical line; `offset` is the column before its first character. */
export function lexLine(text: string, offset = 0): LexedLine {
	const tokens: Token[] = [];
	let at = 0;
	let space = false;
	while (at < text.length) {
		const character = text[at]!;
		if (/\s/v.test(character)) {
			space = true;
			at++;
			continue;
		}

		if (character === ';') {
			break;
		}

		const column = offset + at + 1;
		const read = readQuoted(text, at) ?? readBraced(text, at) ?? readPattern(text, at);
		tokens.push({kind: read.kind, text: text.slice(at, read.end), column, space});
		at = read.end;
		space = false;
		if (read.open) {
			return {tokens, openQuote: {quote: character, column}};
		}
	}

	return {tokens};
}

type Read = {readonly kind: TokenKind; readonly end: number; readonly open?: true};

function readQuoted(text: string, start: number): Read | undefined {
	const quote = text[start]!;
	if (quote !== '"' && quote !== '\'' && quote !== '`') {
		return undefined;
	}

	for (let at = start + 1; at < text.length; at++) {
		if (text[at] === quote) {
			return {kind: 'string', end: at + 1};
		}

		if (quote === '`' && text[at] === '\\') {
			at++;
		}
	}

	return {kind: 'symbol', end: text.length, open: true};
}

/** `%{...}` and `%[...]`, whose brackets nest. */
function readBraced(text: string, start: number): Read | undefined {
	const open = text[start + 1];
	if (text[start] !== '%' || (open !== '{' && open !== '[')) {
		return undefined;
	}

	const close = open === '{' ? '}' : ']';
	let depth = 0;
	for (let at = start + 1; at < text.length; at++) {
		const quoted = readQuoted(text, at);
		if (quoted?.kind === 'string') {
			at = quoted.end - 1;
		} else if (text[at] === open) {
			depth++;
		} else if (text[at] === close && --depth === 0) {
			return {kind: 'percent', end: at + 1};
		}
	}

	return undefined;
}

function readPattern(text: string, start: number): Read {
	for (const [kind, pattern] of patterns) {
		pattern.lastIndex = start;
		const match = pattern.exec(text);
		if (match !== null && match[0].length > 0) {
			// A lone `?` is the conditional operator, not a name.
			return {kind: match[0] === '?' ? 'symbol' : kind, end: start + match[0].length};
		}
	}

	return {kind: 'symbol', end: start + 1};
}
