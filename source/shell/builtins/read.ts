// Builtins that read: `read`, `mapfile`.

import {secondNs} from '../../base/clock.js';
import {concatBytes} from '../../base/bytes.js';
import {failed} from '../../model/kernel/errno.js';
import type {Fd} from '../../model/kernel/program.js';
import {assignText, isName, parseAssignment} from '../assign.js';
import {readRawLine, readSome} from '../read-input.js';
import {Abandoned, complain, writeText} from '../shell.js';
import type {BuiltinCall, Doing, Shell} from '../shell.js';
import {decodeShellText} from '../text.js';
import {readOptions} from './usage.js';

type Request = {
	readonly fd: Fd;
	readonly isRaw: boolean;
	readonly delimiter: number;
	/** Stop after so many characters. */
	readonly count: number | undefined;
	/** `-N`: the delimiter is a character like any other. */
	readonly ignoresDelimiter: boolean;
	readonly untilNs: number | undefined;
};

type Line = {readonly text: string; /** Positions of characters that a backslash protects. */ readonly escaped: ReadonlySet<number>; readonly end: 'delimiter' | 'count' | 'end' | 'timeout' | 'signal'};

export function * read(shell: Shell, {args}: BuiltinCall): Doing {
	const options = yield * readOptions(shell, args, 'ersa:d:i:n:N:p:t:u:');
	if (typeof options === 'number') {
		return options;
	}

	const {flags, values, rest} = options;
	const invalid = rest.map(name => parseAssignment(name).name).find(name => !isName(name));
	if (invalid !== undefined) {
		yield * complain(shell, `\`${invalid}': not a valid identifier`);
		return 1;
	}

	const request = yield * readRequest(shell, {flags, values});
	if (typeof request === 'number') {
		return request;
	}

	const prompt = values.get('p');
	if (prompt !== undefined && shell.process.sys.isTerminal(request.fd)) {
		yield * writeText(shell, 2, prompt);
	}

	if (values.get('t') === '0') {
		return shell.process.sys.canRead(request.fd) ? 0 : 1;
	}

	const line = yield * readUpTo(shell, request);
	if (line === undefined) {
		yield * complain(shell, `read error: ${request.fd}: Bad file descriptor`);
		return 1;
	}

	if (line.end === 'signal') {
		return 130;
	}

	yield * store(shell, {line, names: rest, array: values.get('a'), isWhole: request.ignoresDelimiter});
	return line.end === 'timeout' ? 142 : (line.end === 'end' ? 1 : 0);
}

function * readRequest(shell: Shell, {flags, values}: {readonly flags: ReadonlySet<string>; readonly values: ReadonlyMap<string, string>}): Doing<Request | number> {
	const timeout = values.get('t');
	if (timeout !== undefined && !/^\d*\.?\d*$/v.test(timeout)) {
		yield * complain(shell, `${timeout}: invalid timeout specification`);
		return 1;
	}

	const fd = values.get('u') ?? '0';
	if (!/^\d+$/v.test(fd)) {
		yield * complain(shell, `${fd}: invalid file descriptor specification`);
		return 1;
	}

	const count = values.get('N') ?? values.get('n');
	if (count !== undefined && !/^\d+$/v.test(count)) {
		yield * complain(shell, `${count}: invalid number`);
		return 1;
	}

	const delimiter = values.get('d');
	return {
		fd: Number(fd), isRaw: flags.has('r'),
		delimiter: delimiter === undefined ? 10 : (delimiter === '' ? 0 : delimiter.codePointAt(0)!),
		count: count === undefined ? undefined : Number(count),
		ignoresDelimiter: values.has('N'),
		untilNs: timeout === undefined ? undefined : shell.process.sys.now() + Math.round(Number(timeout) * secondNs),
	};
}

/** Reads byte by byte, so that nothing after the delimiter is taken. */
function * readUpTo(shell: Shell, request: Request): Doing<Line | undefined> {
	let text = '';
	const escaped = new Set<number>();
	let isEscaped = false;
	let pending: number[] = [];
	for (;;) {
		if (request.count !== undefined && text.length >= request.count) {
			return {text, escaped, end: 'count'};
		}

		const bytes = yield * readSome(shell, request.fd, 1, request.untilNs);
		if (failed(bytes)) {
			return bytes.errno === 'EINTR' ? {text, escaped, end: 'signal'} : (bytes.errno === 'ETIMEDOUT' ? {text, escaped, end: 'timeout'} : undefined);
		}

		const byte = bytes[0];
		if (byte === undefined) {
			return {text: text + decodeShellText(Uint8Array.from(pending)), escaped, end: 'end'};
		}

		if (byte === request.delimiter && !isEscaped && !request.ignoresDelimiter) {
			return {text: text + decodeShellText(Uint8Array.from(pending)), escaped, end: 'delimiter'};
		}

		if (byte === 0x5C && !request.isRaw && !isEscaped) {
			isEscaped = true;
			continue;
		}

		if (isEscaped && byte === 10) {
			isEscaped = false;
			continue;
		}

		pending.push(byte);
		const isPartial = byte >= 0x80 && pending.length < sequenceLength(pending[0]!);
		if (!isPartial && byte !== 0) {
			if (isEscaped) {
				escaped.add(text.length);
			}

			text += decodeShellText(Uint8Array.from(pending));
			pending = [];
			isEscaped = false;
		} else if (byte === 0) {
			pending = [];
		}
	}
}

function sequenceLength(first: number): number {
	return first >= 0xF0 ? 4 : (first >= 0xE0 ? 3 : (first >= 0xC0 ? 2 : 1));
}

function * store(shell: Shell, {line, names, array, isWhole}: {readonly line: Line; readonly names: readonly string[]; readonly array: string | undefined; readonly isWhole: boolean}): Doing<void> {
	const ifs = shell.variables.get('IFS') ?? ' \t\n';
	if (array !== undefined) {
		const variable = shell.variables.setArray(array, 'indexed', false);
		if (typeof variable === 'string') {
			yield * complain(shell, `${array}: readonly variable`);
			throw new Abandoned(1, false);
		}

		for (const [index, field] of splitLine(line, ifs, Number.MAX_SAFE_INTEGER).entries()) {
			variable.indexed.set(index, field);
		}

		return;
	}

	if (names.length === 0) {
		yield * assignText(shell, {name: 'REPLY', subscript: undefined, append: false}, line.text);
		return;
	}

	const fields = isWhole ? [line.text] : splitLine(line, ifs, names.length);
	for (const [index, name] of names.entries()) {
		const target = parseAssignment(name);
		yield * assignText(shell, {name: target.name, subscript: target.subscript, append: false}, fields[index] ?? '');
	}
}

/** At most `limit` fields; the last one keeps the separators inside of it. */
export function splitLine({text, escaped}: Pick<Line, 'text' | 'escaped'>, ifs: string, limit: number): readonly string[] {
	const isBlank = (at: number): boolean => !escaped.has(at) && ' \t\n'.includes(text[at]!) && ifs.includes(text[at]!);
	const isSeparator = (at: number): boolean => !escaped.has(at) && ifs.includes(text[at]!);
	let end = text.length;
	while (end > 0 && isBlank(end - 1)) {
		end--;
	}

	let at = 0;
	while (at < end && isBlank(at)) {
		at++;
	}

	const fields: string[] = [];
	while (at < end) {
		const start = at;
		while (at < end && !isSeparator(at)) {
			at++;
		}

		if (fields.length + 1 === limit) {
			const next = afterSeparator(at, end, {isBlank, isSeparator});
			// One trailing separator belongs to the last field's end, not to its text.
			fields.push(next >= end ? text.slice(start, at) : text.slice(start, end));
			return fields;
		}

		fields.push(text.slice(start, at));
		at = afterSeparator(at, end, {isBlank, isSeparator});
	}

	return fields;
}

function afterSeparator(from: number, end: number, {isBlank, isSeparator}: {readonly isBlank: (at: number) => boolean; readonly isSeparator: (at: number) => boolean}): number {
	let at = from;
	while (at < end && isBlank(at)) {
		at++;
	}

	if (at < end && isSeparator(at)) {
		at++;
		while (at < end && isBlank(at)) {
			at++;
		}
	}

	return at;
}

/** More lines than this are refused. */
const linesMax = 100_000;

export function * mapfile(shell: Shell, {args}: BuiltinCall): Doing {
	const options = yield * readOptions(shell, args, 'td:n:O:s:u:C:c:');
	if (typeof options === 'number') {
		return options;
	}

	const {flags, values, rest} = options;
	if (values.has('C') || values.has('c')) {
		yield * complain(shell, '-C: callbacks are not supported by this shell');
		return 2;
	}

	const name = rest[0] ?? 'MAPFILE';
	const variable = shell.variables.setArray(name, 'indexed', values.has('O'));
	if (typeof variable === 'string') {
		yield * complain(shell, `${name}: readonly variable`);
		return 1;
	}

	const numberOf = (letter: string): number => Number(values.get(letter) ?? '0') || 0;
	let skip = numberOf('s');
	let index = numberOf('O');
	const limit = numberOf('n') === 0 ? linesMax : numberOf('n');
	for (let count = 0; count < limit;) {
		const line = yield * readDelimited(shell, numberOf('u'), values.get('d'));
		if (line === undefined) {
			return 0;
		}

		if (skip > 0) {
			skip--;
			continue;
		}

		variable.indexed.set(index++, flags.has('t') ? line.replace(values.has('d') ? values.get('d')!.slice(0, 1) : /\n$/v, '') : line);
		count++;
	}

	return 0;
}

function * readDelimited(shell: Shell, fd: Fd, delimiter: string | undefined): Doing<string | undefined> {
	if (delimiter === undefined) {
		const line = yield * readRawLine(shell, fd);
		return line === undefined || failed(line) ? undefined : decodeShellText(line);
	}

	const end = delimiter === '' ? 0 : delimiter.codePointAt(0)!;
	const parts: Uint8Array[] = [];
	for (;;) {
		const bytes = yield * readSome(shell, fd, 1);
		if (failed(bytes) || bytes.length === 0) {
			return parts.length === 0 ? undefined : decodeShellText(concatBytes(parts));
		}

		parts.push(bytes);
		if (bytes[0] === end) {
			return decodeShellText(concatBytes(parts));
		}
	}
}
