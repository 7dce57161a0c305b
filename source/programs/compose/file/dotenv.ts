// Files of variables: `.env`, `--env-file` and a service's `env_file`. Source: compose-go dotenv/parser.go, godotenv.go.
//
//     NAME=value # comment     export NAME=value     NAME: value     'as it is'     "with $OTHER and \n"     NAME (from the environment)

import {quote} from '../../docker/go-template/quote.js';
import {substitute, type Lookup} from './interpolate.js';

type DotenvResult = {readonly values: ReadonlyMap<string, string>} | {readonly error: string};

type Rest = {readonly value: string; readonly end: number} | {readonly error: string};

/** `lookup` is the environment that values may name, and that goes before the file's own values. */
export function parseDotenv(source: string, lookup: Lookup): DotenvResult {
	const text = source.replace(/^\uFEFF/v, '').replaceAll('\r\n', '\n');
	const values = new Map<string, string>();
	const look: Lookup = name => lookup(name) ?? values.get(name);
	const lineOf = (at: number) => text.slice(0, at).split('\n').length;
	let at = 0;
	for (;;) {
		at = statementStart(text, at);
		if (at >= text.length) {
			return {values};
		}

		const head = /^(?:export[ \t]+)?([^=:\n]*)([=:\n]|$)/v.exec(text.slice(at))!;
		const name = head[1]!.trim();
		const bad = /[^\p{L}\p{N}_.\-\[\]\s]/v.exec(name)?.[0];
		if (bad !== undefined) {
			return {error: `line ${lineOf(at)}: unexpected character ${quote(bad)} in variable name ${quote(text.slice(at).split('\n')[0]!)}`};
		}

		if (/\s/v.test(name)) {
			return {error: `line ${lineOf(at)}: key cannot contain a space`};
		}

		at += head[0].length;
		if (head[2] === '\n' || head[2] === '') {
			const inherited = lookup(name);
			if (inherited !== undefined) {
				values.set(name, inherited);
			}

			continue;
		}

		const rest = valueAt(text, at, look);
		if ('error' in rest) {
			return {error: `line ${lineOf(at)}: ${rest.error}`};
		}

		values.set(name, rest.value);
		at = rest.end;
	}
}

function statementStart(text: string, from: number): number {
	let at = from;
	for (;;) {
		while (at < text.length && /\s/v.test(text[at]!)) {
			at++;
		}

		if (text[at] !== '#') {
			return at;
		}

		const newline = text.indexOf('\n', at);
		at = newline === -1 ? text.length : newline;
	}
}

function valueAt(text: string, from: number, lookup: Lookup): Rest {
	let at = from;
	while (text[at] === ' ' || text[at] === '\t') {
		at++;
	}

	const mark = text[at];
	if (mark !== '"' && mark !== '\'') {
		const newline = text.indexOf('\n', at);
		const end = newline === -1 ? text.length : newline;
		const raw = text.slice(at, end).replace(/(?:^|\s)#.*$/v, '').trimEnd();
		return expanded(raw, end, lookup);
	}

	for (let end = at + 1; end < text.length; end++) {
		if (text[end] === mark && text[end - 1] !== '\\') {
			const inside = text.slice(at + 1, end);
			return mark === '\'' ? {value: inside, end: end + 1} : expanded(unescaped(inside), end + 1, lookup);
		}
	}

	return {error: `unterminated quoted value ${text.slice(at).split('\n')[0]!}`};
}

function expanded(raw: string, end: number, lookup: Lookup): Rest {
	const result = substitute(raw, {lookup, onUnset() {}});
	return 'error' in result ? {error: result.error === '' ? `invalid template: ${quote(raw)}` : result.error} : {value: result.text, end};
}

const escapes: Readonly<Record<string, string>> = {n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$$'};

function unescaped(text: string): string {
	return text.replace(/\\([\s\S])/gv, (whole, char: string) => escapes[char] ?? whole);
}
