// split(1): cuts a file into pieces named xaa, xab, ...

import {failed, errorTextOf} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {parseCount, parseSize} from './sizes.js';
import {LineReader, Output, readFully, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	suffixLength: {short: 'a', long: 'suffix-length', value: 'N', help: 'generate suffixes of length N (default 2)'},
	additional: {long: 'additional-suffix', value: 'SUFFIX', help: 'append an additional SUFFIX to file names', only: 'gnu'},
	bytes: {short: 'b', long: 'bytes', value: 'SIZE', help: 'put SIZE bytes per output file'},
	numeric: {short: 'd', help: 'use numeric suffixes starting at 0, not alphabetic', only: 'gnu'},
	lines: {short: 'l', long: 'lines', value: 'NUMBER', help: 'put NUMBER lines/records per output file'},
	verbose: {long: 'verbose', help: 'print a diagnostic just before each output file is opened', only: 'gnu'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'split', usage: ['[OPTION]... [FILE [PREFIX]]'], summary: 'Output pieces of FILE to PREFIXaa, PREFIXab, ...;\ndefault size is 1000 lines, and default PREFIX is \'x\'.', options, numberOption: 'lines'};

export const split = tool(command, function * (t) {
	if (t.operands.length > 2) {
		return yield * t.usageError(`extra operand '${t.operands[2]!}'`, undefined);
	}

	if (t.has('bytes') && t.has('lines')) {
		return yield * t.usageError('cannot split in more than one way', undefined);
	}

	const size = t.has('bytes') ? parseSize(t.value('bytes')!) : parseCount(t.value('lines') ?? '1000');
	if (size === undefined || size === 0) {
		return yield * t.complain(t.says(`invalid number of ${t.has('bytes') ? 'bytes' : 'lines'}: '${t.value('bytes', 'lines')!}'${size === 0 ? ': Numerical result out of range' : ''}`, `invalid number '${t.value('bytes', 'lines')!}'`));
	}

	const path = t.operands[0] ?? '-';
	const fd = t.openInput(path);
	if (failed(fd)) {
		return yield * t.complainCannot(`cannot open ${t.quoted(path)} for reading`, path, fd);
	}

	return yield * t.has('bytes') ? splitBytes(t, fd, size) : splitLines(t, fd, size);
});

function * pieceName(t: Tool<Name>, index: number): Blocking<string | number> {
	const length = Number(t.value('suffixLength') ?? 2);
	const base = t.has('numeric') ? 10 : 26;
	if (index >= base ** length) {
		return yield * t.complain(t.says('output file suffixes exhausted', 'suffixes exhausted'));
	}

	let suffix = '';
	for (let rest = index, count = 0; count < length; count++) {
		suffix = (base === 10 ? String(rest % 10) : String.fromCharCode(97 + rest % 26)) + suffix;
		rest = Math.floor(rest / base);
	}

	return `${t.operands[1] ?? 'x'}${suffix}${t.value('additional') ?? ''}`;
}

function * openPiece(t: Tool<Name>, index: number): Blocking<Output | number> {
	const name = yield * pieceName(t, index);
	if (typeof name === 'number') {
		return name;
	}

	if (t.has('verbose')) {
		yield * t.print(`creating file ${t.quoted(name)}\n`);
	}

	const fd = t.sys.open(name, {write: true, create: true, truncate: true});
	return failed(fd) ? yield * t.complain(`${name}: ${errorTextOf(fd)}`) : new Output(t.process, fd);
}

function * splitBytes(t: Tool<Name>, fd: number, size: number): Blocking<number> {
	for (let index = 0; ; index++) {
		const bytes = yield * readFully(t.process, fd, size);
		if (failed(bytes)) {
			return yield * t.complain(`read error: ${errorTextOf(bytes)}`);
		}

		if (bytes.length === 0) {
			return 0;
		}

		const out = yield * openPiece(t, index);
		if (typeof out === 'number') {
			return out;
		}

		yield * out.write(bytes);
		yield * out.flush();
	}
}

function * splitLines(t: Tool<Name>, fd: number, size: number): Blocking<number> {
	const reader = new LineReader(t.process, fd);
	let out: Output | undefined;
	for (let number = 0; ; number++) {
		const line = yield * reader.next();
		if (failed(line)) {
			return yield * t.complain(`read error: ${errorTextOf(line)}`);
		}

		if (out !== undefined && (line === undefined || number % size === 0)) {
			yield * out.flush();
		}

		if (line === undefined) {
			return 0;
		}

		if (number % size === 0) {
			const next = yield * openPiece(t, number / size);
			if (typeof next === 'number') {
				return next;
			}

			out = next;
		}

		yield * out!.print(line.text + (line.ended ? '\n' : ''));
	}
}
