// paste(1): puts the lines of files side by side, or (-s) the lines of one file into one.

import {failed, type Failure} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {interpretEscapes} from '../base/printf.js';
import {LineReader, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	delimiters: {short: 'd', long: 'delimiters', value: 'LIST', help: 'reuse characters from LIST instead of TABs'},
	serial: {short: 's', long: 'serial', help: 'paste one file at a time instead of in parallel'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'paste', usage: ['[OPTION]... [FILE]...'], summary: 'Write lines consisting of the sequentially corresponding lines from each FILE.', options};

export const paste = tool(command, function * (t) {
	// In the list `\0` is the empty delimiter.
	const list = [...(t.value('delimiters') ?? '\t').replaceAll(String.raw`\0`, '\0')].join('');
	const delimiters = [...interpretEscapes(list, {octal: 'zero'}).text].map(character => character === '\0' ? '' : character);
	const between = (index: number) => delimiters.length === 0 ? '' : delimiters[index % delimiters.length]!;
	const readers: LineReader[] = [];
	const standardInput = new LineReader(t.process, 0);
	for (const path of t.inputs) {
		const fd = t.openInput(path);
		if (failed(fd)) {
			return yield * t.complainOf(path, fd);
		}

		readers.push(fd === 0 ? standardInput : new LineReader(t.process, fd));
	}

	const refusal = yield * t.has('serial') ? pasteSerially(t, readers, between) : pasteInParallel(t, readers, between);
	return refusal === undefined ? 0 : yield * t.complainOf(t.inputs[0]!, refusal);
});

function * pasteSerially(t: Tool<Name>, readers: readonly LineReader[], between: (index: number) => string): Blocking<Failure | undefined> {
	for (const reader of readers) {
		const lines = yield * reader.all();
		if (failed(lines)) {
			return lines;
		}

		yield * t.print(`${lines.map((line, index) => (index === 0 ? '' : between(index - 1)) + line.text).join('')}\n`);
	}

	return undefined;
}

function * pasteInParallel(t: Tool<Name>, readers: readonly LineReader[], between: (index: number) => string): Blocking<Failure | undefined> {
	while (t.out.failed === undefined) {
		let any = false;
		let row = '';
		for (const [index, reader] of readers.entries()) {
			const line = yield * reader.next();
			if (failed(line)) {
				return line;
			}

			any ||= line !== undefined;
			row += (index === 0 ? '' : between(index - 1)) + (line?.text ?? '');
		}

		if (!any) {
			break;
		}

		yield * t.print(`${row}\n`);
	}

	return undefined;
}
