// The text of nginx's configuration as a tree of directives. Source: nginx src/core/ngx_conf_file.c; messages are its own.

import {fnmatch} from '../../base/fnmatch.js';
import {decodeText} from '../../base/bytes.js';
import {readAll} from '../../model/kernel/blocking.js';
import {errorText, failed, type Errno} from '../../model/kernel/errno.js';
import type {Process} from '../../model/kernel/program.js';
import type {Blocking} from '../standard-io.js';

export type Directive = {
	readonly name: string;
	readonly args: readonly string[];
	readonly block: readonly Directive[] | undefined;
	readonly file: string;
	readonly line: number;
};

/** What `nginx: [emerg] ...` says. */
export type ConfigError = {readonly emerg: string};

export function isConfigError(value: unknown): value is ConfigError {
	return typeof value === 'object' && value !== null && 'emerg' in value;
}

/** Linux error numbers that nginx prints with its messages. */
const errnoNumbers: Partial<Record<Errno, number>> = {ENOENT: 2, EACCES: 13, EISDIR: 21, EADDRINUSE: 98, ENOTDIR: 20, EROFS: 30, EADDRNOTAVAIL: 99};

/** `(2: No such file or directory)`. */
export function errnoText(errno: Errno): string {
	return `(${errnoNumbers[errno] ?? 5}: ${errorText[errno]})`;
}

type Token = {readonly text: string; readonly kind: 'word' | ';' | '{' | '}'; readonly line: number};

/** Reads a file and those it includes. `depth` bounds files that include each other. */
export function * readConfiguration(process: Process, file: string, depth = 0): Blocking<readonly Directive[] | ConfigError> {
	const fd = process.sys.open(file, {read: true});
	if (failed(fd)) {
		return {emerg: `open() "${file}" failed ${errnoText(fd.errno)}`};
	}

	const bytes = yield * readAll(process, fd);
	process.sys.close(fd);
	if (failed(bytes)) {
		return {emerg: `read() "${file}" failed ${errnoText(bytes.errno)}`};
	}

	const parsed = parseDirectives(decodeText(bytes), file);
	return isConfigError(parsed) ? parsed : yield * expandIncludes(process, parsed, depth);
}

/** The text of `-g`. */
export function parseGlobal(text: string): readonly Directive[] | ConfigError {
	return parseDirectives(text, 'command line');
}

function * expandIncludes(process: Process, directives: readonly Directive[], depth: number): Blocking<readonly Directive[] | ConfigError> {
	const expanded: Directive[] = [];
	for (const directive of directives) {
		const inner = directive.block === undefined ? undefined : yield * expandIncludes(process, directive.block, depth);
		if (isConfigError(inner)) {
			return inner;
		}

		if (directive.name !== 'include') {
			expanded.push(inner === undefined ? directive : {...directive, block: inner});
			continue;
		}

		for (const file of includedFiles(process, directive.args[0] ?? '')) {
			const included = depth > 10 ? {emerg: `too many nested includes in ${directive.file}:${directive.line}`} : yield * readConfiguration(process, file, depth + 1);
			if (isConfigError(included)) {
				return {emerg: `${included.emerg}${included.emerg.startsWith('open()') ? ` in ${directive.file}:${directive.line}` : ''}`};
			}

			expanded.push(...included);
		}
	}

	return expanded;
}

/** A pattern may match no file; a plain name must exist. Relative names start at /etc/nginx. */
function includedFiles({sys}: Process, pattern: string): readonly string[] {
	const path = pattern.startsWith('/') ? pattern : `/etc/nginx/${pattern}`;
	if (!/[*?\[]/v.test(path)) {
		return [path];
	}

	const slash = path.lastIndexOf('/');
	const entries = sys.readdir(path.slice(0, slash));
	return failed(entries) ? [] : entries.filter(({name}) => !name.startsWith('.') && fnmatch(path.slice(slash + 1), name)).map(({name}) => `${path.slice(0, slash)}/${name}`).toSorted();
}

function parseDirectives(text: string, file: string): readonly Directive[] | ConfigError {
	const tokens = tokenize(text, file);
	if (isConfigError(tokens)) {
		return tokens;
	}

	const top: Directive[] = [];
	const open: Array<{readonly list: Directive[]; readonly name: string; readonly args: readonly string[]; readonly line: number}> = [];
	let list = top;
	let words: Token[] = [];
	for (const token of tokens) {
		if (token.kind === 'word') {
			words.push(token);
			continue;
		}

		const [first, ...rest] = words;
		if (token.kind === '}') {
			const closed = open.pop();
			if (first !== undefined || closed === undefined) {
				return {emerg: `unexpected "}" in ${file}:${token.line}`};
			}

			const block = list;
			list = open.length === 0 ? top : open.at(-1)!.list;
			list.push({name: closed.name, args: closed.args, block, file, line: closed.line});
			continue;
		}

		if (first === undefined) {
			return {emerg: `unexpected "${token.kind}" in ${file}:${token.line}`};
		}

		const args = rest.map(word => word.text);
		words = [];
		if (token.kind === ';') {
			list.push({name: first.text, args, block: undefined, file, line: token.line});
		} else {
			list = [];
			open.push({list, name: first.text, args, line: first.line});
		}
	}

	const lastLine = text.split('\n').length;
	if (words.length > 0 || open.length > 0) {
		return {emerg: `unexpected end of file, expecting ${words.length > 0 ? '";" or "}"' : '"}"'} in ${file}:${lastLine}`};
	}

	return top;
}

function tokenize(text: string, file: string): readonly Token[] | ConfigError {
	const tokens: Token[] = [];
	let line = 1;
	let at = 0;
	while (at < text.length) {
		const character = text[at]!;
		if (character === '\n') {
			line++;
			at++;
		} else if (/\s/v.test(character)) {
			at++;
		} else if (character === '#') {
			const end = text.indexOf('\n', at);
			at = end === -1 ? text.length : end;
		} else if (character === ';' || character === '{' || character === '}') {
			tokens.push({text: character, kind: character, line});
			at++;
		} else {
			const word = takeWord(text, at);
			if (word === undefined) {
				return {emerg: `unexpected end of file, expecting "${character}" in ${file}:${text.split('\n').length}`};
			}

			tokens.push({text: word.text, kind: 'word', line});
			line += text.slice(at, word.end).split('\n').length - 1;
			at = word.end;
		}
	}

	return tokens;
}

/** A bare or quoted word; undefined if its quote is never closed. `${name}` may hold braces. */
function takeWord(text: string, from: number): {readonly text: string; readonly end: number} | undefined {
	const quote = text[from]!;
	const isQuoted = quote === '"' || quote === '\'';
	let word = '';
	for (let at = isQuoted ? from + 1 : from; at < text.length; at++) {
		const character = text[at]!;
		if (character === '\\' && at + 1 < text.length) {
			const next = text[++at]!;
			word += isQuoted && (next === quote || next === '\\') ? next : ({n: '\n', r: '\r', t: '\t'}[next] ?? `\\${next}`);
		} else if (isQuoted ? character === quote : /[\s;\{]/v.test(character) && !(character === '{' && word.endsWith('$'))) {
			return {text: word, end: isQuoted ? at + 1 : at};
		} else {
			word += character;
		}
	}

	return isQuoted ? undefined : {text: word, end: text.length};
}
