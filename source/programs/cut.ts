// cut(1): chosen bytes, characters or fields of each line.
// Simplified: -c counts characters of UTF-8; GNU cut 9.1 still counts bytes there.

import {bytesFromText, textFromBytes} from '../base/byte-text.js';
import {eachLine} from './each-input.js';
import type {Command} from './options.js';
import {tool, type Tool} from './tool.js';

const options = {
	bytes: {short: 'b', long: 'bytes', value: 'LIST', help: 'select only these bytes'},
	characters: {short: 'c', long: 'characters', value: 'LIST', help: 'select only these characters'},
	complement: {long: 'complement', help: 'complement the set of selected bytes, characters or fields', only: 'gnu'},
	delimiter: {short: 'd', long: 'delimiter', value: 'DELIM', help: 'use DELIM instead of TAB for field delimiter'},
	fields: {short: 'f', long: 'fields', value: 'LIST', help: 'select only these fields;  also print any line that contains no delimiter character, unless -s'},
	ignored: {short: 'n', help: '(ignored)'},
	onlyDelimited: {short: 's', long: 'only-delimited', help: 'do not print lines not containing delimiters'},
	outputDelimiter: {long: 'output-delimiter', value: 'STRING', help: 'use STRING as the output delimiter', only: 'gnu'},
	zero: {short: 'z', long: 'zero-terminated', help: 'line delimiter is NUL, not newline', only: 'gnu'},
} as const;

type Name = keyof typeof options;
type Range = {readonly from: number; readonly to: number};

const command: Command<Name> = {name: 'cut', usage: ['OPTION... [FILE]...'], summary: 'Print selected parts of lines from each FILE to standard output.', options};

export const cut = tool(command, function * (t) {
	const lists = t.given.filter(({name}) => name === 'bytes' || name === 'characters' || name === 'fields');
	const [list] = lists;
	if (list === undefined) {
		return yield * t.usageError('you must specify a list of bytes, characters, or fields', 'expected a list of bytes, characters, or fields');
	}

	if (lists.length > 1) {
		return yield * t.usageError('only one list may be specified');
	}

	const delimiter = t.value('delimiter') ?? '\t';
	if ([...delimiter].length > 1) {
		return yield * t.usageError('the delimiter must be a single character');
	}

	if (list.name !== 'fields' && t.has('delimiter', 'onlyDelimited')) {
		return yield * t.usageError(t.has('delimiter')
			? 'an input delimiter may be specified only when operating on fields'
			: 'suppressing non-delimited lines makes sense\n\tonly when operating on fields');
	}

	const ranges = parseList(list.value!, list.name === 'fields' ? 'field' : 'byte/character');
	if (typeof ranges === 'string') {
		return yield * t.usageError(ranges);
	}

	const chosen = t.has('complement') ? complementOf(ranges) : ranges;
	const end = t.has('zero') ? '\0' : '\n';
	return yield * eachLine(t, t.inputs, function * (line) {
		const text = list.name === 'fields' ? cutFields(t, line.text, chosen, delimiter) : cutPositions(t, line.text, chosen, list.name === 'bytes');
		if (text !== undefined) {
			yield * t.print(text + end);
		}
	}, end);
});

function cutFields(t: Tool<Name>, text: string, ranges: readonly Range[], delimiter: string): string | undefined {
	const fields = text.split(delimiter === '' ? '\0' : delimiter);
	if (fields.length === 1) {
		return t.has('onlyDelimited') ? undefined : text;
	}

	return fields.filter((_, index) => ranges.some(({from, to}) => index + 1 >= from && index + 1 <= to)).join(t.value('outputDelimiter') ?? delimiter);
}

function cutPositions(t: Tool<Name>, text: string, ranges: readonly Range[], bytes: boolean): string {
	const characters = bytes ? Array.from(bytesFromText(text), byte => String.fromCharCode(byte)) : [...text];
	const runs = ranges.map(({from, to}) => characters.slice(from - 1, to).join('')).filter(run => run !== '');
	const joined = runs.join(t.value('outputDelimiter') ?? '');
	return bytes ? textFromBytes(Uint8Array.from(joined, character => character.charCodeAt(0))) : joined;
}

/** `1,3-5,7-` as ranges in order, joined where they overlap; a text is what is wrong with it. */
function parseList(list: string, what: string): readonly Range[] | string {
	const ranges: Range[] = [];
	for (const item of list.split(/[,\s]/v)) {
		const match = /^(\d*)(-?)(\d*)$/v.exec(item);
		if (match === null) {
			return what === 'field' ? `invalid field value '${item.replace(/^[\d\-]*/v, '')}'` : `invalid byte/character position '${item.replace(/^[\d\-]*/v, '')}'`;
		}

		if (match[1] === '' && match[3] === '') {
			return match[2] === '-' ? 'invalid range with no endpoint: -' : (what === 'field' ? 'fields are numbered from 1' : 'byte/character positions are numbered from 1');
		}

		const from = match[1] === '' ? 1 : Number(match[1]);
		const to = match[2] === '' ? from : (match[3] === '' ? Infinity : Number(match[3]));
		if (from === 0 || to === 0) {
			return what === 'field' ? 'fields are numbered from 1' : 'byte/character positions are numbered from 1';
		}

		if (to < from) {
			return 'invalid decreasing range';
		}

		ranges.push({from, to});
	}

	const merged: Range[] = [];
	for (const range of ranges.sort((a, b) => a.from - b.from)) {
		const last = merged.at(-1);
		if (last !== undefined && range.from <= last.to) {
			merged[merged.length - 1] = {from: last.from, to: Math.max(last.to, range.to)};
		} else {
			merged.push(range);
		}
	}

	return merged;
}

function complementOf(ranges: readonly Range[]): readonly Range[] {
	const rest: Range[] = [];
	let from = 1;
	for (const range of ranges) {
		if (range.from > from) {
			rest.push({from, to: range.from - 1});
		}

		from = range.to + 1;
	}

	return from === Infinity ? rest : [...rest, {from, to: Infinity}];
}
