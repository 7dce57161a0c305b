// From text to syntax tree. The parser is the package unbash, which is tolerant: it always answers a tree, beside a list of
// errors. This file puts a cap on what it is given, tells text that is merely not finished (the prompt then reads on) from
// text that is wrong, and finds the token that a shell would complain about.

import {forEachChild, parse as parseBash} from 'unbash';
import type {ParsedScript, ParseError, SyntaxNode} from 'unbash';
import {convertScript, Refused} from './convert.js';
import type {List} from './syntax.js';

/** The longest command that is parsed at once, in UTF-16 units. */
export const sourceMax = 65_536;

/** How deep brackets of all kinds may nest before the text is refused unparsed. */
const nestingMax = 200;

export type SyntaxFailure = {
	readonly kind: 'error';
	readonly line: number;
	readonly reason:
		/** `near` is a token, or `newline`. */
		| {readonly kind: 'unexpected'; readonly near: string; /** What would have been right, where dash says so. */ readonly expected: string | undefined}
		| {readonly kind: 'end-of-file'; readonly expected: string | undefined}
		/** A quote or bracket that is never closed. */
		| {readonly kind: 'unclosed'; readonly quote: string}
		| {readonly kind: 'other'; readonly message: string};
	/** The line the token is on, as bash shows it. */
	readonly lineText: string;
	/** The text ends in the middle of a line, after which bash counts another one. */
	readonly isLineOpen: boolean;
};

export type Parsed =
	| {readonly kind: 'complete'; readonly list: List}
	/** More text may make it right; `failure` is what to say if there is none, `list` what bash runs anyhow (an open here-document). */
	| {readonly kind: 'incomplete'; readonly failure: SyntaxFailure; readonly list: List | undefined}
	| SyntaxFailure;

/** Parses commands whose first line is number `firstLine` of the script. */
export function parse(source: string, firstLine = 1): Parsed {
	const lineOf = (position: number): number => firstLine + countNewlines(source, position);
	const refuse = (message: string): SyntaxFailure => ({kind: 'error', line: firstLine, reason: {kind: 'other', message}, lineText: '', isLineOpen: false});
	if (source.length > sourceMax) {
		return refuse(`command is longer than ${sourceMax} characters`);
	}

	if (deepestNesting(source) > nestingMax) {
		return refuse('maximum nesting depth exceeded');
	}

	try {
		const script = parseBash(source);
		const error = firstError(script, source);
		if (error !== undefined) {
			return classify(atToken(error, script, source), {source, lineOf});
		}

		const {list, hasOpenHereDocument} = convertScript(script, source, lineOf);
		if (hasOpenHereDocument || endsInBackslash(source)) {
			return {kind: 'incomplete', failure: failureAtEnd({kind: 'end-of-file', expected: undefined}, {source, lineOf}), list};
		}

		return {kind: 'complete', list};
	} catch (error) {
		if (error instanceof Refused) {
			return error.near === undefined
				? {...refuse(error.message), line: lineOf(error.position)}
				: failureAt({kind: 'unexpected', near: error.near, expected: undefined}, error.position, {source, lineOf});
		}

		// Hostile nesting that the count above does not see, as `f() f() f() ...`, exhausts the parser's stack.
		if (error instanceof RangeError) {
			return refuse('maximum nesting depth exceeded');
		}

		throw error;
	}
}

type Text = {readonly source: string; readonly lineOf: (position: number) => number};

function firstError(script: ParsedScript, source: string): ParseError | undefined {
	const errors = [...script.errors ?? []].sort((a, b) => a.pos - b.pos);
	const [first] = errors;
	if (first === undefined || !isEmptyBody(first.message)) {
		return first;
	}

	// An empty body is reported at its opening bracket; what matters is what stands where a command was expected.
	const closing = errors.find(error => error !== first);
	return closing !== undefined && isBlank(source, closing.pos) ? closing : {message: first.message, pos: afterOpening(source, first.pos)};
}

/**
 * Where `then` or `do` was expected the parser reports the place after the token it found. If that is the end of the text, the
 * token is what follows the last word that became part of the tree.
 */
function atToken(error: ParseError, script: ParsedScript, source: string): ParseError {
	if (!/^expected '(?:then|do)'$/v.test(error.message)) {
		return error;
	}

	let last = 0;
	const visit = (node: SyntaxNode): void => {
		if (node.type === 'Word' && node.end <= error.pos) {
			last = Math.max(last, node.end);
		}

		forEachChild(node, child => {
			// What the parser took for the body of a loop without `do` is not part of it.
			const isBody = (node.type === 'For' || node.type === 'Select') && child === node.body;
			if (!isBody || /\b(?:do|\{)\s*$/v.test(source.slice(0, child.pos))) {
				visit(child);
			}
		});
	};

	visit(script);
	const gap = /^[\s;\&\)\}]*/v.exec(source.slice(last, error.pos))![0];
	const token = source.slice(last + gap.length, error.pos);
	return token === '' || /^(?:if|while|until|for|select|case|elif)\b/v.test(token) ? error : {...error, pos: last + gap.length};
}

function isEmptyBody(message: string): boolean {
	return message === 'expected command in subshell' || message === 'expected command in brace group';
}

function afterOpening(source: string, position: number): number {
	let at = position;
	while (at < source.length && '({ \t\n'.includes(source[at]!)) {
		at++;
	}

	return at;
}

function classify(error: ParseError, text: Text): Parsed {
	const {source} = text;
	const unclosed = unclosedQuotes.get(error.message);
	if (unclosed !== undefined) {
		return {kind: 'incomplete', failure: unclosed === ')' ? failureAtEnd({kind: 'unclosed', quote: unclosed}, text) : failureAt({kind: 'unclosed', quote: unclosed}, error.pos, text), list: undefined};
	}

	if (error.message.includes('nesting depth')) {
		return failureAt({kind: 'other', message: 'maximum nesting depth exceeded'}, error.pos, text);
	}

	const expected = /^expected '(?<token>[^']+)'/v.exec(error.message)?.groups?.['token'];
	if (isBlank(source, error.pos) && error.message !== 'expected redirect target') {
		return {kind: 'incomplete', failure: failureAtEnd({kind: 'end-of-file', expected}, text), list: undefined};
	}

	return failureAt({kind: 'unexpected', near: tokenAt(source, error.pos), expected}, error.pos, text);
}

const unclosedQuotes = new Map([
	['unterminated double quote', '"'],
	['unterminated single quote', '\''],
	['unterminated ANSI-C quote', '\''],
	['unterminated backtick', '`'],
	['unterminated command substitution', ')'],
	['unterminated process substitution', ')'],
	['unterminated parameter expansion', '}'],
	['unterminated arithmetic expansion', ')'],
	['unterminated arithmetic command', ')'],
	['unterminated arithmetic for header', ')'],
	['unterminated extended glob', ')'],
	['unterminated array subscript', ']'],
]);

/** At the end of the text. */
function failureAtEnd(reason: SyntaxFailure['reason'], text: Text): SyntaxFailure {
	const {source, lineOf} = text;
	return {kind: 'error', line: lineOf(source.length), reason, lineText: '', isLineOpen: !source.endsWith('\n')};
}

function failureAt(reason: SyntaxFailure['reason'], position: number, {source, lineOf}: Text): SyntaxFailure {
	const start = source.lastIndexOf('\n', Math.max(position - 1, 0)) + 1;
	const end = source.indexOf('\n', Math.max(position, start));
	return {kind: 'error', line: lineOf(position), reason, lineText: source.slice(start, end === -1 ? undefined : end), isLineOpen: false};
}

/** Whether nothing but blanks and comments follow. */
function isBlank(source: string, position: number): boolean {
	return /^(?:[ \t\n]|#[^\n]*)*$/v.test(source.slice(position));
}

/** An odd number of backslashes at the end of the text, which is joined with the line that follows. */
function endsInBackslash(source: string): boolean {
	const backslashes = /\\+\n?$/v.exec(source)?.[0].replace('\n', '').length ?? 0;
	return backslashes % 2 === 1 && !insideComment(source);
}

function insideComment(source: string): boolean {
	const line = source.replace(/\n$/v, '').slice(source.replace(/\n$/v, '').lastIndexOf('\n') + 1);
	return /^[ \t]*#/v.test(line);
}

const operatorPattern = /^(?:;;&|&>>|<<<|<<-|&&|\|\||;;|;&|\|&|&>|<<|>>|<&|>&|<>|>\||[\n;\&\|\(\)<>])/v;

function tokenAt(source: string, position: number): string {
	const rest = source.slice(position).replace(/^[ \t]+/v, '');
	const operator = operatorPattern.exec(rest)?.[0];
	if (operator !== undefined) {
		return operator === '\n' ? 'newline' : operator;
	}

	return /^[^ \t\n;\&\|\(\)<>]*/v.exec(rest)?.[0] || 'newline';
}

function countNewlines(source: string, end: number): number {
	let count = 0;
	for (let at = source.indexOf('\n'); at !== -1 && at < end; at = source.indexOf('\n', at + 1)) {
		count++;
	}

	return count;
}

/** An estimate from above that needs no parser: quotes are not looked at. */
function deepestNesting(source: string): number {
	let depth = 0;
	let deepest = 0;
	for (const character of source) {
		if (character === '(' || character === '{') {
			deepest = Math.max(deepest, ++depth);
		} else if ((character === ')' || character === '}') && depth > 0) {
			depth--;
		}
	}

	return deepest;
}
