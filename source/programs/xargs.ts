// xargs(1): builds command lines from standard input and runs them.
// Simplified: -P runs commands one after the other too, which is one of the orders that real parallelism allows.

import {textFromBytes} from '../base/byte-text.js';
import {failed} from '../model/kernel/errno.js';
import {readAll} from '../model/kernel/blocking.js';
import type {Command} from './options.js';
import {runCommand} from './run-command.js';
import {parseCount} from './sizes.js';
import {printTo, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	null: {short: '0', long: 'null', help: 'items are separated by a null, not whitespace; disables quote and backslash processing'},
	argFile: {short: 'a', long: 'arg-file', value: 'FILE', help: 'read arguments from FILE, not standard input'},
	delimiter: {short: 'd', long: 'delimiter', value: 'CHARACTER', help: 'items in input stream are separated by CHARACTER, not by whitespace', only: 'gnu'},
	end: {short: 'E', value: 'END', help: 'set logical EOF string'},
	replace: {short: 'I', value: 'R', help: 'replace R in INITIAL-ARGS with names read from standard input'},
	maxLines: {short: 'L', long: 'max-lines', value: 'MAX-LINES', help: 'use at most MAX-LINES non-blank input lines per command line', only: 'gnu'},
	maxArgs: {short: 'n', long: 'max-args', value: 'MAX-ARGS', help: 'use at most MAX-ARGS arguments per command line'},
	maxProcs: {short: 'P', long: 'max-procs', value: 'MAX-PROCS', help: 'run at most MAX-PROCS processes at a time'},
	noRunIfEmpty: {short: 'r', long: 'no-run-if-empty', help: 'if there are no arguments, then do not run COMMAND'},
	verbose: {short: 't', long: 'verbose', help: 'print commands before executing them'},
	exit: {short: 'x', long: 'exit', help: 'exit if the size is exceeded'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {
	name: 'xargs', usage: ['[OPTION]... COMMAND [INITIAL-ARGS]...'], summary: 'Run COMMAND with arguments INITIAL-ARGS and more arguments read from input.', options, stopAtOperand: true, version: 'GNU findutils) 4.9.0',
};

/** All input is read first; more than this fails with E2BIG. */
const inputBytesMax = 8 * 1024 * 1024;
/** The bytes of one command line, as the real default on Linux. */
const commandBytesMax = 131_072;

export const xargs = tool(command, function * (t) {
	for (const name of ['maxArgs', 'maxLines', 'maxProcs'] as const) {
		const value = t.value(name);
		const count = value === undefined ? 1 : parseCount(value);
		if (count === undefined || (count < 1 && name !== 'maxProcs')) {
			const letter = {maxArgs: 'n', maxLines: 'L', maxProcs: 'P'}[name];
			return yield * t.isGnu ? t.usageError(count === undefined ? `invalid number "${value!}" for -${letter} option` : `value ${value!} for -${letter} option should be >= 1`) : t.complain(`invalid number '${value!}'`);
		}
	}

	const file = t.value('argFile');
	const fd = file === undefined ? 0 : t.sys.open(file, {read: true});
	if (failed(fd)) {
		return yield * t.complainCannot(`Cannot open input file ${t.quoted(file!)}`, file!, fd);
	}

	const bytes = yield * readAll(t.process, fd, inputBytesMax);
	if (failed(bytes)) {
		return yield * t.complainCannot('read error', 'read error', bytes);
	}

	const items = readItems(t, textFromBytes(bytes));
	if (typeof items === 'string') {
		return yield * t.complain(items);
	}

	return yield * runAll(t, items);
});

type Item = {readonly text: string; readonly line: number};

/** The items of the input, each with the number of its line; a text is what is wrong with the input. */
function readItems(t: Tool<Name>, text: string): readonly Item[] | string {
	const separator = t.has('null') ? '\0' : unescaped(t.value('delimiter'));
	if (separator !== undefined) {
		const items = text.split(separator);
		if (items.at(-1) === '') {
			items.pop();
		}

		return items.map((item, line) => ({text: item, line}));
	}

	if (t.has('replace')) {
		return text.split('\n').map((line, index) => ({text: line.replace(/^[ \t]+/v, ''), line: index})).filter(item => item.text !== '').map(item => ({...item, text: unquoted(item.text)}));
	}

	return readWords(t, text);
}

function unescaped(delimiter: string | undefined): string | undefined {
	return delimiter === undefined ? undefined : ({'\\n': '\n', '\\t': '\t', '\\0': '\0'}[delimiter] ?? delimiter);
}

function unquoted(text: string): string {
	return text.replaceAll(/"([^"]*)"|'([^']*)'|\\([\s\S])/gv, (_, double?: string, single?: string, escaped?: string) => double ?? single ?? escaped ?? '');
}

function readWords(t: Tool<Name>, text: string): readonly Item[] | string {
	const items: Item[] = [];
	let line = 0;
	for (const row of text.split('\n')) {
		const words = [...row.matchAll(/(?:"[^"]*"|'[^']*'|\\[\s\S]|[^\s"'\\])+|["']/gv)].map(match => match[0]);
		const bad = words.find(word => word === '"' || word === '\'');
		if (bad !== undefined) {
			return t.says(`unmatched ${bad === '"' ? 'double' : 'single'} quote; by default quotes are special to xargs unless you use the -0 option`, `unmatched ${bad === '"' ? 'double' : 'single'} quote`);
		}

		for (const word of words) {
			if (word === t.value('end')) {
				return items;
			}

			items.push({text: unquoted(word), line});
		}

		line += words.length > 0 ? 1 : 0;
	}

	return items;
}

function * runAll(t: Tool<Name>, items: readonly Item[]): Blocking<number> {
	const base = t.operands.length === 0 ? ['echo'] : t.operands;
	const replace = t.value('replace');
	if (replace !== undefined) {
		const lines = items.map(({text}) => base.map((argument, index) => index === 0 && argument !== replace ? argument : argument.replaceAll(replace, text)));
		return yield * runEach(t, lines);
	}

	if (items.length === 0) {
		return t.has('noRunIfEmpty') ? 0 : yield * runEach(t, [base]);
	}

	return yield * runEach(t, batches(t, items, base).map(batch => [...base, ...batch]));
}

function batches(t: Tool<Name>, items: readonly Item[], base: readonly string[]): readonly (readonly string[])[] {
	const most = Number(t.value('maxArgs') ?? Infinity);
	const mostLines = Number(t.value('maxLines') ?? Infinity);
	const room = commandBytesMax - base.join(' ').length;
	const result: string[][] = [];
	let batch: string[] = [];
	let size = 0;
	let firstLine = 0;
	for (const {text, line} of items) {
		if (batch.length > 0 && (batch.length >= most || line - firstLine >= mostLines || size + text.length + 1 > room)) {
			result.push(batch);
			batch = [];
			size = 0;
		}

		firstLine = batch.length === 0 ? line : firstLine;
		batch.push(text);
		size += text.length + 1;
	}

	return [...result, batch];
}

/** 123 if a command failed, 124 if one asked to stop with 255, 125 if one was killed, 126 and 127 if it cannot run. */
function * runEach(t: Tool<Name>, lines: readonly (readonly string[])[]): Blocking<number> {
	let status = 0;
	for (const argv of lines) {
		if (t.has('verbose')) {
			yield * printTo(t.process, 2, `${argv.join(' ')}\n`);
		}

		const result = yield * runCommand(t, argv, name => name);
		if (result === 255) {
			return yield * t.complain(`${argv[0]!}: exited with status 255; aborting`, 124);
		}

		if (result === 126 || result === 127) {
			return result;
		}

		if (result > 128) {
			return yield * t.complain(`${argv[0]!}: terminated by signal ${result - 128}`, 125);
		}

		status = result === 0 ? status : 123;
	}

	return status;
}
