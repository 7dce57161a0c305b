// sort(1): sorts the lines of files, by keys if asked to. Comparison is by code points, as in the C locale; a last comparison of
// whole lines makes the order complete, unless -s or -u.

import {compareText} from '../base/bytes.js';
import {monthNames} from '../base/calendar.js';
import {step} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import {eachInput} from './each-input.js';
import type {Command} from './options.js';
import {Output, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	ignoreBlanks: {short: 'b', long: 'ignore-leading-blanks', help: 'ignore leading blanks'},
	check: {short: 'c', long: 'check', help: 'check for sorted input; do not sort'},
	checkQuiet: {short: 'C', help: 'like -c, but do not report first bad line', only: 'gnu'},
	dictionary: {short: 'd', long: 'dictionary-order', help: 'consider only blanks and alphanumeric characters'},
	foldCase: {short: 'f', long: 'ignore-case', help: 'fold lower case to upper case characters'},
	general: {short: 'g', long: 'general-numeric-sort', help: 'compare according to general numerical value'},
	human: {short: 'h', long: 'human-numeric-sort', help: 'compare human readable numbers (e.g., 2K 1G)'},
	printable: {short: 'i', long: 'ignore-nonprinting', help: 'consider only printable characters'},
	key: {short: 'k', long: 'key', value: 'KEYDEF', help: 'sort via a key; KEYDEF gives location and type'},
	merge: {short: 'm', long: 'merge', help: 'merge already sorted files; do not sort'},
	month: {short: 'M', long: 'month-sort', help: 'compare (unknown) < \'JAN\' < ... < \'DEC\''},
	numeric: {short: 'n', long: 'numeric-sort', help: 'compare according to string numerical value'},
	output: {short: 'o', long: 'output', value: 'FILE', help: 'write result to FILE instead of standard output'},
	reverse: {short: 'r', long: 'reverse', help: 'reverse the result of comparisons'},
	stable: {short: 's', long: 'stable', help: 'stabilize sort by disabling last-resort comparison'},
	separator: {short: 't', long: 'field-separator', value: 'SEP', help: 'use SEP instead of non-blank to blank transition'},
	unique: {short: 'u', long: 'unique', help: 'with -c, check for strict ordering; without -c, output only the first of an equal run'},
	version: {short: 'V', long: 'version-sort', help: 'natural sort of (version) numbers within text'},
	zero: {short: 'z', long: 'zero-terminated', help: 'line delimiter is NUL, not newline'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'sort', usage: ['[OPTION]... [FILE]...'], summary: 'Write sorted concatenation of all FILE(s) to standard output.', options, usageStatus: 2};

type Place = {readonly field: number; readonly character: number};
type Key = {readonly from: Place; readonly to: Place | undefined; readonly flags: string};

export const sort = tool(command, function * (t) {
	const separator = t.value('separator');
	if (separator !== undefined && [...separator].length !== 1 && separator !== String.raw`\0`) {
		return yield * t.complain(separator === '' ? 'empty tab' : t.says(`multi-character tab '${separator}'`, 'bad -t parameter'), 2);
	}

	const globalFlags = flagNames.filter(([name]) => t.has(name)).map(([, flag]) => flag).join('');
	const keys: Key[] = [];
	for (const text of t.values('key')) {
		const key = parseKey(text);
		if (typeof key === 'string') {
			return yield * t.complain(key, 2);
		}

		keys.push(key.flags === '' ? {...key, flags: globalFlags} : key);
	}

	const lines: string[] = [];
	const end = t.has('zero') ? '\0' : '\n';
	for (const path of t.inputs) {
		const fd = t.openInput(path);
		if (failed(fd)) {
			return yield * t.complainCannot(`cannot read: ${path}`, path, fd, 2);
		}

		t.closeInput(fd);
	}

	const status = yield * eachInput(t, t.inputs, function * (reader, path) {
		const all = yield * reader.all();
		if (failed(all)) {
			yield * t.complainCannot(`read failed: ${path}`, path, all, 2);
			return undefined;
		}

		for (const line of all) {
			lines.push(line.text);
		}

		return undefined;
	}, end);
	const order = new Order(t, keys, globalFlags, separator === String.raw`\0` ? '\0' : separator);
	if (t.has('check', 'checkQuiet')) {
		return yield * check(t, lines, order);
	}

	yield * output(t, yield * sorted(lines, order), end);
	return status;
});

function * output(t: Tool<Name>, lines: readonly string[], end: string): Blocking<void> {
	const path = t.value('output');
	const fd = path === undefined ? 1 : t.sys.open(path, {write: true, create: true, truncate: true});
	if (failed(fd)) {
		yield * t.complainCannot(`open failed: ${path!}`, path!, fd, 2);
		return;
	}

	const out = fd === 1 ? t.out : new Output(t.process, fd);
	for (const line of lines) {
		if (out.failed !== undefined) {
			break;
		}

		yield * out.print(line + end);
	}

	yield * out.flush();
}

/** Merge sort: stable, and a step of work for every run it merges. */
function * sorted(lines: readonly string[], order: Order): Blocking<readonly string[]> {
	if (lines.length > 512) {
		const middle = lines.length >> 1;
		const low = yield * sorted(lines.slice(0, middle), order);
		const high = yield * sorted(lines.slice(middle), order);
		yield step;
		return order.dropEqual(mergeSorted(low, high, order));
	}

	yield step;
	return order.dropEqual([...lines].sort((a, b) => order.compare(a, b)));
}

function mergeSorted(low: readonly string[], high: readonly string[], order: Order): readonly string[] {
	const result: string[] = [];
	let left = 0;
	for (const line of high) {
		while (left < low.length && order.compare(low[left]!, line) <= 0) {
			result.push(low[left++]!);
		}

		result.push(line);
	}

	for (; left < low.length; left++) {
		result.push(low[left]!);
	}

	return result;
}

function * check(t: Tool<Name>, lines: readonly string[], order: Order): Blocking<number> {
	for (let index = 1; index < lines.length; index++) {
		const compared = order.compare(lines[index - 1]!, lines[index]!);
		if (compared > 0 || (compared === 0 && t.has('unique'))) {
			return t.has('checkQuiet') ? 1 : yield * t.complain(`${t.inputs[0]!}:${index + 1}: disorder: ${lines[index]!}`);
		}
	}

	return 0;
}

const flagNames: ReadonlyArray<readonly [Name, string]> = [
	['ignoreBlanks', 'b'], ['dictionary', 'd'], ['foldCase', 'f'], ['general', 'g'], ['human', 'h'], ['printable', 'i'], ['month', 'M'], ['numeric', 'n'], ['reverse', 'r'], ['version', 'V'],
];

function parseKey(text: string): Key | string {
	const match = /^(\d+)(?:\.(\d+))?([bdfgiMhnrV]*)(?:,(\d+)(?:\.(\d+))?([bdfgiMhnrV]*))?$/v.exec(text);
	if (match === null) {
		return /^\d/v.test(text) ? `stray character in field spec: invalid field specification '${text}'` : `invalid number at field start: invalid count at start of '${text}'`;
	}

	if (Number(match[1]) === 0) {
		return `field number is zero: invalid field specification '${text}'`;
	}

	const to = match[4] === undefined ? undefined : {field: Number(match[4]), character: Number(match[5] ?? 0)};
	return {from: {field: Number(match[1]), character: Number(match[2] ?? 1)}, to, flags: `${match[3]!}${match[6] ?? ''}`};
}

/** The order of lines that the options ask for. */
class Order {
	readonly #keys: readonly Key[];
	readonly #flags: string;
	readonly #separator: string | undefined;
	readonly #lastResort: boolean;
	readonly #unique: boolean;

	constructor(t: Tool<Name>, keys: readonly Key[], flags: string, separator: string | undefined) {
		this.#keys = keys;
		this.#flags = flags;
		this.#separator = separator;
		this.#unique = t.has('unique');
		this.#lastResort = !this.#unique && !t.has('stable');
	}

	compare(a: string, b: string): number {
		if (this.#keys.length === 0) {
			const result = compareBy(this.#flags, a, b);
			return result !== 0 || !this.#lastResort ? result : compareText(a, b) * (this.#flags.includes('r') ? -1 : 1);
		}

		for (const key of this.#keys) {
			const result = compareBy(key.flags, this.#cut(a, key), this.#cut(b, key));
			if (result !== 0) {
				return result;
			}
		}

		return this.#lastResort ? compareText(a, b) * (this.#flags.includes('r') ? -1 : 1) : 0;
	}

	dropEqual(lines: readonly string[]): readonly string[] {
		return this.#unique ? lines.filter((line, index) => index === 0 || this.compare(lines[index - 1]!, line) !== 0) : lines;
	}

	#cut(line: string, key: Key): string {
		const starts = fieldSpans(line, this.#separator);
		const from = place(line, starts, key.from, key.flags.includes('b'));
		if (key.to === undefined) {
			return line.slice(from);
		}

		const last = starts[key.to.field - 1];
		const to = last === undefined ? line.length : (key.to.character === 0 ? last.end : Math.min(last.end, place(line, starts, key.to, key.flags.includes('b')) + 1));
		return line.slice(from, Math.max(from, to));
	}
}

type FieldSpan = {readonly start: number; readonly end: number};

/** Without a separator a field begins with the blanks before it. */
function fieldSpans(line: string, separator: string | undefined): readonly FieldSpan[] {
	const spans: FieldSpan[] = [];
	if (separator === undefined) {
		for (const match of line.matchAll(/[ \t]*[^ \t]+|[ \t]+$/gv)) {
			spans.push({start: match.index, end: match.index + match[0].length});
		}

		return spans;
	}

	let start = 0;
	for (const field of line.split(separator)) {
		spans.push({start, end: start + field.length});
		start += field.length + separator.length;
	}

	return spans;
}

function place(line: string, spans: readonly FieldSpan[], {field, character}: Place, skipBlanks: boolean): number {
	const span = spans[field - 1];
	if (span === undefined) {
		return line.length;
	}

	let start = span.start;
	while (skipBlanks && start < span.end && /^[ \t]$/v.test(line[start]!)) {
		start++;
	}

	return Math.min(start + Math.max(0, character - 1), line.length);
}

function compareBy(flags: string, a: string, b: string): number {
	const result = compareAs(flags, a, b);
	return flags.includes('r') ? -result : result;
}

function compareAs(flags: string, a: string, b: string): number {
	if (flags.includes('n')) {
		return compareNumeric(a, b);
	}

	if (flags.includes('h')) {
		return compareHuman(a, b);
	}

	if (flags.includes('g')) {
		const [left, right] = [generalValue(a), generalValue(b)];
		return left < right ? -1 : (left > right ? 1 : 0);
	}

	if (flags.includes('M')) {
		return monthIndex(a) - monthIndex(b);
	}

	const [left, right] = [normalised(flags, a), normalised(flags, b)];
	return flags.includes('V') ? compareVersions(left, right) : compareText(left, right);
}

function normalised(flags: string, text: string): string {
	let result = flags.includes('b') ? text.replace(/^[ \t]+/v, '') : text;
	result = flags.includes('d') ? result.replaceAll(/[^0-9A-Za-z \t]/gv, '') : result;
	result = flags.includes('i') ? result.replaceAll(/[^ -~]/gv, '') : result;
	return flags.includes('f') ? result.toUpperCase() : result;
}

/** By decimal digits of any length, as sort -n does; what is no number is zero. */
function compareNumeric(a: string, b: string): number {
	const [left, right] = [decimal(a), decimal(b)];
	if (left.sign !== right.sign) {
		return left.sign - right.sign;
	}

	const order = left.whole.length - right.whole.length || compareText(left.whole, right.whole) || compareText(left.fraction, right.fraction);
	return left.sign < 0 ? -order : order;
}

function decimal(text: string): {readonly sign: number; readonly whole: string; readonly fraction: string} {
	const match = /^[ \t]*(-?)(\d*)(?:\.(\d*))?/v.exec(text)!;
	const whole = match[2]!.replace(/^0+/v, '');
	const fraction = (match[3] ?? '').replace(/0+$/v, '');
	return {sign: whole === '' && fraction === '' ? 0 : (match[1] === '-' ? -1 : 1), whole, fraction};
}

function compareHuman(a: string, b: string): number {
	const rank = (text: string): number => {
		const match = /^[ \t]*-?\d*(?:\.\d*)?([KkMGTPEZY]?)/v.exec(text)!;
		const power = ['', 'K', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'].indexOf(match[1]!.toUpperCase());
		return decimal(text).sign * (power + 1);
	};

	return rank(a) - rank(b) || compareNumeric(a, b);
}

function generalValue(text: string): number {
	const match = /^\s*[+\-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+\-]?\d+)?/v.exec(text);
	return match === null ? -Infinity : Number(match[0]);
}

function monthIndex(text: string): number {
	const name = text.trim().slice(0, 3).toLowerCase();
	return name.length < 3 ? -1 : monthNames.findIndex(month => month.toLowerCase().startsWith(name));
}

/** Natural order: runs of digits compare as numbers, `~` before everything, letters before other characters. */
export function compareVersions(a: string, b: string): number {
	const parts = (text: string) => [...text.matchAll(/(\D*)(\d*)/gv)].map(match => ({text: match[1]!, digits: match[2]!.replace(/^0+/v, '')}));
	const [left, right] = [parts(a), parts(b)];
	for (let index = 0; index < Math.max(left.length, right.length); index++) {
		const one = left[index] ?? {text: '', digits: ''};
		const two = right[index] ?? {text: '', digits: ''};
		const order = compareVersionText(one.text, two.text) || one.digits.length - two.digits.length || compareText(one.digits, two.digits);
		if (order !== 0) {
			return order;
		}
	}

	return 0;
}

function compareVersionText(a: string, b: string): number {
	const weight = (character: string | undefined): number => {
		if (character === undefined) {
			return 0;
		}

		return character === '~' ? -1 : (/^[A-Za-z]$/v.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256);
	};

	for (let index = 0; index < Math.max(a.length, b.length); index++) {
		const order = weight(a[index]) - weight(b[index]);
		if (order !== 0) {
			return order;
		}
	}

	return 0;
}
