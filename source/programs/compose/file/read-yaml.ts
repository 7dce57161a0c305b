// The text of a compose file as values. What a plain scalar is follows go-yaml (YAML 1.2 with the octal numbers and merge keys of
// 1.1), which the real program uses. Everything is counted: depth, and the nodes that aliases unfold to; a real compose took 22 GB
// for a file of aliases of aliases.
//
// Simplified: the words for a syntax error are libyaml's, chosen by the kind of the mistake; its line is where our parser saw it.

import {CST, isAlias, isMap, isPair, isScalar, isSeq, LineCounter, Parser, parseAllDocuments, type Document, type Node, type Scalar, type YAMLMap} from 'yaml';
import type {Json} from '../../docker/go/json.js';
import {quote} from '../../docker/go-template/quote.js';

type YamlProblem = {readonly kind: 'syntax' | 'keys' | 'limit'; readonly message: string};

const bytesMax = 1024 * 1024;
const depthMax = 100;
const nodesMax = 100_000;

/** The documents of a file, in order; empty ones are left out. */
export function readYaml(text: string): {readonly documents: readonly Json[]} | YamlProblem {
	if (text.length > bytesMax) {
		return {kind: 'limit', message: `virtlab: compose files of more than ${bytesMax / 1024} KiB are not modelled`};
	}

	if (isTooDeep(text)) {
		return {kind: 'limit', message: `virtlab: compose files nested deeper than ${depthMax} levels are not modelled`};
	}

	const lines = new LineCounter();
	const documents = parseAllDocuments(text, {lineCounter: lines, uniqueKeys: false, logLevel: 'silent', merge: true, prettyErrors: false, stringKeys: false});
	const list: readonly Document[] = Array.isArray(documents) ? documents : [];
	const mistake = list.flatMap(document => document.errors)[0];
	if (mistake !== undefined) {
		return {kind: 'syntax', message: `yaml: line ${lines.linePos(mistake.pos[0]).line}: ${syntaxWords(mistake.code, mistake.message)}`};
	}

	const values: Json[] = [];
	for (const document of list) {
		const reader = new Reader(document, lines);
		const value = reader.value(document.contents as Node | null, 0);
		if (reader.problem !== undefined) {
			return reader.problem;
		}

		if (reader.duplicates.length > 0) {
			return {kind: 'keys', message: `yaml: unmarshal errors:\n${reader.duplicates.map(line => `  ${line}`).join('\n')}`};
		}

		if (value !== undefined) {
			values.push(value);
		}
	}

	return {documents: values};
}

/** Measured on the tokens, which are read without recursion, before anything that recurses sees the text. */
function isTooDeep(text: string): boolean {
	const open: Array<{readonly token: CST.Token; readonly depth: number}> = [...new Parser().parse(text)].map(token => ({token, depth: 0}));
	for (let next = open.pop(); next !== undefined; next = open.pop()) {
		const {token, depth} = next;
		if (depth > depthMax) {
			return true;
		}

		if (token.type === 'document' && token.value !== undefined) {
			open.push({token: token.value, depth});
		} else if (CST.isCollection(token)) {
			const inner = token.items.flatMap(item => [item.key, item.value]).filter(each => each !== undefined && each !== null);
			open.push(...inner.map(each => ({token: each, depth: depth + 1})));
		}
	}

	return false;
}

function syntaxWords(code: string, message: string): string {
	if (/^Flow (?:sequence|map)/v.test(message)) {
		return `did not find expected ',' or '${message.startsWith('Flow map') ? '}' : ']'}'`;
	}

	switch (code) {
		case 'TAB_AS_INDENT': {
			return 'found character that cannot start any token';
		}

		case 'BLOCK_AS_IMPLICIT_KEY':
		case 'BLOCK_IN_FLOW': {
			return 'mapping values are not allowed in this context';
		}

		case 'MULTILINE_IMPLICIT_KEY': {
			return 'could not find expected \':\'';
		}

		case 'MISSING_CHAR': {
			return message.includes('quote') ? 'found unexpected end of stream' : 'could not find expected \':\'';
		}

		case 'BAD_ALIAS': {
			return `unknown anchor '${/alias (?:\(.*\): )?(\S+)/v.exec(message)?.[1] ?? ''}' referenced`;
		}

		default: {
			return 'did not find expected key';
		}
	}
}

class Reader {
	problem: YamlProblem | undefined;
	readonly duplicates: string[] = [];
	readonly #document: Document;
	readonly #lines: LineCounter;
	readonly #open = new Set<Node>();
	#count = 0;

	constructor(document: Document, lines: LineCounter) {
		this.#document = document;
		this.#lines = lines;
	}

	value(node: Node | null | undefined, depth: number): Json {
		this.#count++;
		if (this.#count > nodesMax || depth > depthMax) {
			this.problem ??= {kind: 'limit', message: 'yaml: document contains excessive aliasing'};
		}

		if (this.problem !== undefined || node === null || node === undefined) {
			return undefined;
		}

		if (isAlias(node)) {
			return this.#alias(node.resolve(this.#document), node.source, depth);
		}

		if (isScalar(node)) {
			return scalarValue(node);
		}

		if (isSeq(node)) {
			return node.items.map(item => this.value(item as Node, depth + 1));
		}

		return isMap(node) ? this.#map(node, depth) : undefined;
	}

	#alias(target: Node | undefined, name: string, depth: number): Json {
		if (target === undefined) {
			this.problem ??= {kind: 'syntax', message: `yaml: unknown anchor '${name}' referenced`};
			return undefined;
		}

		if (this.#open.has(target)) {
			this.problem ??= {kind: 'syntax', message: `yaml: anchor '${name}' value contains itself`};
			return undefined;
		}

		this.#open.add(target);
		const value = this.value(target, depth + 1);
		this.#open.delete(target);
		return value;
	}

	#map(node: YAMLMap, depth: number): Json {
		const own = new Map<string, Json>();
		const merged: Json[] = [];
		const lineOf = new Map<string, number>();
		for (const pair of node.items) {
			if (!isPair(pair)) {
				continue;
			}

			const key = pair.key as Node;
			const line = this.#lines.linePos(key?.range?.[0] ?? 0).line;
			const isMerge = isScalar(key) && (key.value === '<<' || typeof key.value === 'symbol') && key.type === 'PLAIN';
			const name = isMerge ? '<<' : keyText(this.value(key, depth + 1));
			const first = lineOf.get(name);
			if (first !== undefined) {
				this.duplicates.push(`line ${line}: mapping key ${quote(name)} already defined at line ${first}`);
			}

			lineOf.set(name, line);
			const value = this.value(pair.value as Node, depth + 1);
			if (isMerge) {
				merged.push(...Array.isArray(value) ? value as readonly Json[] : [value]);
			} else {
				own.set(name, value);
			}
		}

		return this.#withMerged(own, merged);
	}

	/** What `<<` brings stands behind what the mapping says itself; of several sources the first wins. */
	#withMerged(own: ReadonlyMap<string, Json>, sources: readonly Json[]): Json {
		const result = new Map(own);
		for (const source of sources) {
			if (!(source instanceof Map)) {
				this.problem ??= {kind: 'syntax', message: 'yaml: map merge requires map or sequence of maps as the value'};
				continue;
			}

			for (const [name, value] of source as ReadonlyMap<string, Json>) {
				if (!result.has(name)) {
					result.set(name, value);
				}
			}
		}

		return result;
	}
}

/** Keys of compose files are texts; a number or a truth value is taken for how it is written. */
function keyText(key: Json): string {
	return typeof key === 'string' ? key : String(key ?? 'null');
}

function scalarValue(node: Scalar): Json {
	if (node.type !== 'PLAIN' || typeof node.value === 'string') {
		return typeof node.value === 'string' ? octal(node) ?? node.value : String(node.value ?? '');
	}

	const source = node.source ?? '';
	if (typeof node.value === 'number') {
		return octal(node) ?? node.value;
	}

	return typeof node.value === 'boolean' ? node.value : (node.value === null ? undefined : source);
}

/** `0755` is a number of base eight for go-yaml, as in YAML 1.1. */
function octal({type, source}: Scalar): number | undefined {
	return type === 'PLAIN' && source !== undefined && /^[\+\-]?0[0-7]+$/v.test(source) ? Number.parseInt(source, 8) : undefined;
}
