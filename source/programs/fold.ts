// fold(1): breaks lines that are too wide.

import {eachLine} from './each-input.js';
import type {Command} from './options.js';
import {parseCount} from './sizes.js';
import {tool} from './tool.js';

const options = {
	bytes: {short: 'b', long: 'bytes', help: 'count bytes rather than columns'},
	spaces: {short: 's', long: 'spaces', help: 'break at spaces'},
	width: {short: 'w', long: 'width', value: 'WIDTH', help: 'use WIDTH columns instead of 80'},
} as const;

const command: Command<keyof typeof options> = {name: 'fold', usage: ['[OPTION]... [FILE]...'], summary: 'Wrap input lines in each FILE, writing to standard output.', options, numberOption: 'width'};

export const fold = tool(command, function * (t) {
	const width = parseCount(t.value('width') ?? '80');
	if (width === undefined || width === 0) {
		return yield * t.complain(`invalid number of columns: '${t.value('width')!}'`);
	}

	const style = {width, bytes: t.has('bytes'), spaces: t.has('spaces')};
	return yield * eachLine(t, t.inputs, line => t.print(foldLine(line.text, style) + (line.ended ? '\n' : '')));
});

type Style = {readonly width: number; readonly bytes: boolean; readonly spaces: boolean};

function foldLine(text: string, {width, bytes, spaces}: Style): string {
	const rows: string[] = [];
	let row = '';
	for (const character of text) {
		if (row !== '' && advance(column(row, bytes), character, bytes) > width) {
			const space = spaces ? row.lastIndexOf(' ') : -1;
			rows.push(space < 0 ? row : row.slice(0, space + 1));
			row = space < 0 ? '' : row.slice(space + 1);
		}

		row += character;
	}

	return [...rows, row].join('\n');
}

function column(row: string, bytes: boolean): number {
	let at = 0;
	for (const character of row) {
		at = advance(at, character, bytes);
	}

	return at;
}

function advance(column: number, character: string, bytes: boolean): number {
	if (bytes) {
		return column + 1;
	}

	return character === '\t' ? column + 8 - column % 8 : (character === '\b' ? Math.max(0, column - 1) : (character === '\r' ? 0 : column + 1));
}
