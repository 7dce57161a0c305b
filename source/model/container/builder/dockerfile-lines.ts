// From the bytes of a Dockerfile to its instructions as words: parser directives, comments, continued lines, here-documents, flags,
// and the way in which each instruction's arguments are cut. What the words mean is instruction.ts.
// Source: moby/buildkit frontend/dockerfile/parser (parser.go, line_parsers.go, split_command.go, directives.go).

import {decodeText} from '../../../base/bytes.js';

export type Heredoc = {readonly name: string; readonly isExpanded: boolean; readonly chomp: boolean; readonly content: string};

export type DockerfileNode = {
	/** As it was written; instructions are compared in lower case. */
	readonly keyword: string;
	/** The whole line, continuations joined. */
	readonly original: string;
	readonly flags: readonly string[];
	/** The arguments; of ENV and LABEL in threes: name, value, separator. */
	readonly words: readonly string[];
	readonly isJson: boolean;
	readonly heredocs: readonly Heredoc[];
	/** What ONBUILD triggers. */
	readonly trigger: DockerfileNode | undefined;
	/** Counted from 1. */
	readonly startLine: number;
	readonly endLine: number;
};

export type Dockerfile = {
	readonly nodes: readonly DockerfileNode[];
	readonly lines: readonly string[];
	readonly escape: string;
	/** Lines with NoEmptyContinuation warnings. */
	readonly emptyContinuations: readonly number[];
};

export type DockerfileError = {readonly message: string; readonly startLine: number; readonly endLine: number};

export function isDockerfileError(value: object): value is DockerfileError {
	return 'message' in value;
}

type Words = {readonly words: readonly string[]; readonly isJson?: boolean; readonly trigger?: DockerfileNode};
type Parsed = Words | {readonly error: string};

const whitespace = /[\t\v\f\r ]+/v;

export function parseDockerfile(bytes: Uint8Array): Dockerfile | DockerfileError {
	return new LineParser(decodeText(bytes).replace(/^\uFEFF/v, '')).parse();
}

class LineParser {
	readonly #lines: readonly string[];
	readonly #nodes: DockerfileNode[] = [];
	readonly #emptyContinuations: number[] = [];
	#escape = '\\';
	#isDirectivePart = true;
	readonly #directives = new Set<string>();
	#at = 0;

	constructor(text: string) {
		this.#lines = text.split('\n').map(line => line.replace(/\r$/v, ''));
		if (this.#lines.at(-1) === '') {
			this.#lines = this.#lines.slice(0, -1);
		}
	}

	parse(): Dockerfile | DockerfileError {
		while (this.#at < this.#lines.length) {
			const startLine = this.#at + 1;
			const line = this.#lines[this.#at++]!.trimStart();
			const directiveProblem = this.#directive(line);
			if (directiveProblem !== undefined) {
				return {message: directiveProblem, startLine, endLine: startLine};
			}

			const whole = line.startsWith('#') ? '' : this.#continued(line);
			if (whole === '') {
				continue;
			}

			const problem = this.#instruction(whole, startLine);
			if (problem !== undefined) {
				return {message: problem, startLine, endLine: this.#at};
			}
		}

		return this.#nodes.length === 0
			? {message: 'file with no instructions', startLine: 0, endLine: 0}
			: {nodes: this.#nodes, lines: this.#lines, escape: this.#escape, emptyContinuations: this.#emptyContinuations};
	}

	/** `# escape=\`` counts only in the comments at the very top. */
	#directive(line: string): string | undefined {
		const match = this.#isDirectivePart ? /^#\s*(?<key>[a-zA-Z][a-zA-Z0-9]*)\s*=\s*(?<value>.+?)\s*$/v.exec(line)?.groups : undefined;
		const key = match?.['key']?.toLowerCase();
		if (match === undefined || key === undefined || !['escape', 'syntax', 'check'].includes(key)) {
			this.#isDirectivePart = false;
			return undefined;
		}

		if (this.#directives.has(key)) {
			return `only one ${key} parser directive can be used`;
		}

		this.#directives.add(key);
		const value = match['value']!;
		if (key === 'escape') {
			if (value !== '`' && value !== '\\') {
				return `invalid ESCAPE '${value}'. Must be \` or \\`;
			}

			this.#escape = value;
		}

		return undefined;
	}

	/** Joins the lines that an escape character at the end continues; comment lines and empty lines between them are skipped. */
	#continued(first: string): string {
		let {text, isContinued} = this.#trimContinuation(first);
		while (isContinued && this.#at < this.#lines.length) {
			const next = this.#lines[this.#at++]!;
			if (next.trimStart().startsWith('#')) {
				continue;
			}

			if (next.trim() === '') {
				this.#emptyContinuations.push(this.#at + 1);
				continue;
			}

			const piece = this.#trimContinuation(next);
			text += piece.text;
			({isContinued} = piece);
		}

		return text;
	}

	#trimContinuation(line: string): {readonly text: string; readonly isContinued: boolean} {
		const trimmed = line.replace(/[ \t]+$/v, '');
		return trimmed.endsWith(this.#escape) && trimmed.at(-2) !== this.#escape
			? {text: trimmed.slice(0, -1), isContinued: true}
			: {text: line, isContinued: false};
	}

	#instruction(line: string, startLine: number): string | undefined {
		const node = parseLine(line, this.#escape, startLine);
		if ('error' in node) {
			return node.error;
		}

		const heredocs: Heredoc[] = [];
		for (const opened of heredocsOf(node)) {
			const heredoc = this.#heredoc(opened);
			if (heredoc === undefined) {
				return 'unterminated heredoc';
			}

			heredocs.push(heredoc);
		}

		this.#nodes.push({...node, heredocs, endLine: this.#at});
		return undefined;
	}

	#heredoc(opened: Omit<Heredoc, 'content'>): Heredoc | undefined {
		let content = '';
		while (this.#at < this.#lines.length) {
			const raw = this.#lines[this.#at++]!;
			const line = opened.chomp ? raw.replace(/^\t+/v, '') : raw;
			if (line === opened.name) {
				return {...opened, content};
			}

			content += `${line}\n`;
		}

		return undefined;
	}
}

function parseLine(line: string, escape: string, startLine: number): DockerfileNode | {readonly error: string} {
	const trimmed = line.trim();
	const space = trimmed.search(whitespace);
	const keyword = space === -1 ? trimmed : trimmed.slice(0, space);
	const {flags, rest} = space === -1 ? {flags: [], rest: ''} : takeFlags(trimmed.slice(space).replace(/^[\t\v\f\r ]+/v, ''));
	const parsed = parseArguments(keyword.toLowerCase(), rest.trim(), escape, startLine);
	return 'error' in parsed ? parsed : {
		keyword, original: line, flags, words: parsed.words, isJson: parsed.isJson ?? false, heredocs: [], trigger: parsed.trigger, startLine, endLine: startLine,
	};
}

function parseArguments(instruction: string, rest: string, escape: string, startLine: number): Parsed {
	switch (instruction) {
		case 'add':
		case 'copy':
		case 'volume': {
			const json = parseJsonStrings(rest);
			return json ?? {words: splitWhitespace(rest)};
		}

		case 'cmd':
		case 'entrypoint':
		case 'run':
		case 'shell': {
			return parseJsonStrings(rest) ?? {words: rest === '' ? [] : [rest]};
		}

		case 'env':
		case 'label': {
			return parsePairs(rest, instruction.toUpperCase(), escape);
		}

		case 'arg': {
			return {words: splitWords(rest, escape)};
		}

		case 'expose':
		case 'from': {
			return {words: splitWhitespace(rest)};
		}

		case 'healthcheck': {
			return parseHealthcheck(rest);
		}

		case 'onbuild': {
			const trigger = rest === '' ? undefined : parseLine(rest, escape, startLine);
			return trigger === undefined ? {words: []} : ('error' in trigger ? trigger : {words: [rest], trigger});
		}

		default: {
			return {words: rest === '' ? [] : [rest]};
		}
	}
}

function splitWhitespace(rest: string): readonly string[] {
	return rest === '' ? [] : rest.split(/[\t\v\f\r ]+/v);
}

/** The exec form; undefined if the text is not a JSON array, so that it is the shell form. */
function parseJsonStrings(rest: string): Parsed | undefined {
	if (!rest.startsWith('[')) {
		return undefined;
	}

	try {
		const value: unknown = JSON.parse(rest);
		if (!Array.isArray(value)) {
			return undefined;
		}

		return value.every(item => typeof item === 'string')
			? {words: value, isJson: true}
			: {error: 'when using JSON array syntax, arrays must be comprised of strings only'};
	} catch {
		return undefined;
	}
}

function parseHealthcheck(rest: string): Parsed {
	const space = rest.search(whitespace);
	if (space === -1) {
		return {words: rest === '' ? [] : [rest]};
	}

	const argument = rest.slice(space).trim();
	const json = parseJsonStrings(argument);
	if (json !== undefined && 'error' in json) {
		return json;
	}

	return {words: [rest.slice(0, space), ...json?.words ?? [argument]], isJson: json !== undefined};
}

/** `NAME=value ...`, or the old form `NAME everything else`. */
function parsePairs(rest: string, keyword: string, escape: string): Parsed {
	const words = splitWords(rest, escape);
	const [first] = words;
	if (first === undefined) {
		return {words: []};
	}

	if (!first.includes('=')) {
		const space = rest.search(whitespace);
		return space === -1
			? {error: `${keyword} must have two arguments`}
			: {words: [rest.slice(0, space), rest.slice(space).replace(/^[\t\v\f\r ]+/v, ''), '']};
	}

	const pairs: string[] = [];
	for (const word of words) {
		const equals = word.indexOf('=');
		if (equals === -1) {
			return {error: `Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`};
		}

		pairs.push(word.slice(0, equals), word.slice(equals + 1), '=');
	}

	return {words: pairs};
}

/** Words with their quotes and escapes kept: spaces inside quotes do not separate. */
export function splitWords(rest: string, escape: string): readonly string[] {
	const words: string[] = [];
	let word = '';
	let quote = '';
	for (let at = 0; at < rest.length; at++) {
		const character = rest[at]!;
		if (quote === '' && /\s/v.test(character)) {
			if (word !== '') {
				words.push(word);
				word = '';
			}
		} else if (character === escape && quote !== '\'') {
			// An escape character at the very end is dropped.
			word += at + 1 === rest.length ? '' : character + rest[at + 1]!;
			at++;
		} else {
			word += character;
			if (quote === '') {
				quote = character === '\'' || character === '"' ? character : '';
			} else if (character === quote) {
				quote = '';
			}
		}
	}

	return word === '' ? words : [...words, word];
}

/** `--name=value` words at the beginning; `--` ends them. */
function takeFlags(line: string): {readonly flags: readonly string[]; readonly rest: string} {
	const flags: string[] = [];
	let at = 0;
	for (;;) {
		while (/\s/v.test(line[at] ?? 'x')) {
			at++;
		}

		if (!line.startsWith('--', at)) {
			return {flags, rest: line.slice(at)};
		}

		const {word, end} = takeFlag(line, at);
		at = end;
		if (word === '--') {
			return {flags, rest: line.slice(at)};
		}

		flags.push(word);
	}
}

function takeFlag(line: string, from: number): {readonly word: string; readonly end: number} {
	let word = '';
	let quote = '';
	let at = from;
	for (; at < line.length && (quote !== '' || !/\s/v.test(line[at]!)); at++) {
		const character = line[at]!;
		if (character === quote) {
			quote = '';
		} else if (quote === '' && (character === '\'' || character === '"')) {
			quote = character;
		} else if (character === '\\' && at + 1 < line.length) {
			word += line[++at]!;
		} else {
			word += character;
		}
	}

	return {word, end: at};
}

/** The here-documents that a RUN, COPY or ADD (or the ONBUILD of one) opens. */
function heredocsOf(node: DockerfileNode): readonly Omit<Heredoc, 'content'>[] {
	const target = node.trigger ?? node;
	if (!['add', 'copy', 'run'].includes(target.keyword.toLowerCase()) || target.isJson) {
		return [];
	}

	return splitWords(target.original.trim(), '\\').flatMap(word => {
		const name = /^\d*<<(?<chomp>-?)(?<name>[^<]+)$/v.exec(word)?.groups;
		if (name === undefined) {
			return [];
		}

		const bare = name['name']!.replaceAll(/['"\\]/gv, '');
		return bare === '' ? [] : [{name: bare, isExpanded: bare === name['name'], chomp: name['chomp'] === '-'}];
	});
}
