// strings(1): runs of printable characters in files.

import {failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {parseCount} from './sizes.js';
import {readBlock, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	all: {short: 'a', long: 'all', help: 'scan the entire file, not just the data section [default]'},
	fileName: {short: 'f', long: 'print-file-name', help: 'print the name of the file before each string'},
	bytes: {short: 'n', long: 'bytes', value: 'number', help: 'locate & print any NUL-terminated sequence of at least [number] characters (default 4)'},
	radix: {short: 't', long: 'radix', value: '{o,d,x}', help: 'print the location of the string in base 8, 10 or 16'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'strings', usage: ['[option(s)] [file(s)]'], summary: 'Display printable strings in [file(s)] (stdin by default)', options, numberOption: 'bytes', version: 'GNU Binutils for Debian) 2.40', hint: () => ''};

export const strings = tool(command, function * (t) {
	const least = parseCount(t.value('bytes') ?? '4');
	if (least === undefined || least === 0) {
		return yield * t.complain(t.says(`invalid integer argument ${t.value('bytes')!}`, `invalid number '${t.value('bytes')!}'`));
	}

	let status = 0;
	for (const path of t.inputs) {
		const fd = t.openInput(path);
		if (failed(fd)) {
			status = yield * t.complain(t.says(`'${path}': No such file`, `${path}: No such file or directory`));
			continue;
		}

		yield * scan(t, fd, path === '-' ? '{standard input}' : path, least);
		t.closeInput(fd);
	}

	return status;
});

function * scan(t: Tool<Name>, fd: number, path: string, least: number): Blocking<void> {
	let run = '';
	let start = 0;
	let offset = 0;
	for (;;) {
		const block = yield * readBlock(t.process, fd);
		if (failed(block) || block.length === 0) {
			break;
		}

		for (const byte of block) {
			if ((byte >= 32 && byte < 127) || byte === 9) {
				start = run === '' ? offset : start;
				run += String.fromCharCode(byte);
			} else {
				yield * show(t, run, {start, path, least});
				run = '';
			}

			offset++;
		}
	}

	yield * show(t, run, {start, path, least});
}

function * show(t: Tool<Name>, run: string, {start, path, least}: {readonly start: number; readonly path: string; readonly least: number}): Blocking<void> {
	if (run.length >= least) {
		const radix = t.value('radix');
		const place = radix === undefined ? '' : `${start.toString({o: 8, d: 10, x: 16}[radix] ?? 10).padStart(7)} `;
		yield * t.print(`${t.has('fileName') ? `${path}: ` : ''}${place}${run}\n`);
	}
}
