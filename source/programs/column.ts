// column(1): text as a table. Source: util-linux 2.38.1; of its two uses -t, and with -s and -o its separators.
//
// Simplified: filling columns of the screen (without -t), -J and named columns are not modelled.

import {failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {LineReader} from './standard-io.js';
import {tool} from './tool.js';

const options = {
	table: {short: 't', long: 'table', help: 'create a table'},
	separator: {short: 's', long: 'separator', value: '<string>', help: 'possible table delimiters'},
	outputSeparator: {short: 'o', long: 'output-separator', value: '<string>', help: 'columns separator for table output (default is two spaces)'},
} as const;

const command: Command<keyof typeof options> = {name: 'column', usage: ['[options] [<file>...]'], summary: '\nColumnate lists.', options, version: 'from util-linux 2.38.1'};

export const column = tool(command, function * (t) {
	if (!t.has('table')) {
		return yield * t.complain('virtlab: only tables (-t) are modelled');
	}

	const separators = t.value('separator');
	const rows: string[][] = [];
	let status = 0;
	for (const path of t.inputs) {
		const fd = t.openInput(path);
		const lines = failed(fd) ? fd : yield * new LineReader(t.process, fd).all();
		if (failed(lines)) {
			status = yield * t.complainOf(path, lines);
			continue;
		}

		for (const {text} of lines) {
			if (text.trim() !== '') {
				rows.push(separators === undefined ? text.trim().split(/[ \t]+/v) : splitAt(text, separators));
			}
		}
	}

	const widths: number[] = [];
	for (const row of rows) {
		for (const [index, cell] of row.entries()) {
			widths[index] = Math.max(widths[index] ?? 0, [...cell].length);
		}
	}

	for (const row of rows) {
		const padded = widths.map((width, index) => index === widths.length - 1 ? row[index] ?? '' : `${row[index] ?? ''}${' '.repeat(width - [...row[index] ?? ''].length)}`);
		yield * t.print(`${padded.join(t.value('outputSeparator') ?? '  ')}\n`);
	}

	return status;
});

/** Every one of the separators ends a cell. */
function splitAt(text: string, separators: string): string[] {
	const cells = [''];
	for (const character of text) {
		if (separators.includes(character)) {
			cells.push('');
		} else {
			cells[cells.length - 1] += character;
		}
	}

	return cells;
}
