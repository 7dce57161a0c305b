// comm(1): compares two sorted files line by line.

import {compareText} from '../base/bytes.js';
import {failed} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {LineReader, type Line} from './standard-io.js';
import {tool} from './tool.js';

const options = {
	one: {short: '1', help: 'suppress column 1 (lines unique to FILE1)'},
	two: {short: '2', help: 'suppress column 2 (lines unique to FILE2)'},
	three: {short: '3', help: 'suppress column 3 (lines that appear in both files)'},
	nocheck: {long: 'nocheck-order', help: 'do not check that the input is correctly sorted', only: 'gnu'},
} as const;

const command: Command<keyof typeof options> = {name: 'comm', usage: ['[OPTION]... FILE1 FILE2'], summary: 'Compare sorted files FILE1 and FILE2 line by line.', options};

export const comm = tool(command, function * (t) {
	if (t.operands.length !== 2) {
		return yield * t.usageError(t.operands.length === 0
			? 'missing operand'
			: (t.operands.length === 1 ? `missing operand after '${t.operands[0]!}'` : `extra operand '${t.operands[2]!}'`), undefined);
	}

	const readers: LineReader[] = [];
	for (const path of t.operands) {
		const fd = t.openInput(path);
		if (failed(fd)) {
			return yield * t.complainOf(path, fd);
		}

		readers.push(new LineReader(t.process, fd));
	}

	const lines: (Line | undefined)[] = [];
	const unsorted = [false, false];
	function * advance(which: 0 | 1) {
		const before = lines[which];
		const line = yield * readers[which]!.next();
		lines[which] = failed(line) ? undefined : line;
		if (before !== undefined && lines[which] !== undefined && compareText(before.text, lines[which].text) > 0 && !unsorted[which] && t.isGnu && !t.has('nocheck')) {
			unsorted[which] = true;
			yield * t.complain(`file ${which + 1} is not in sorted order`);
		}
	}

	yield * advance(0);
	yield * advance(1);
	const indents = ['', t.has('one') ? '' : '\t', `${t.has('one') ? '' : '\t'}${t.has('two') ? '' : '\t'}`];
	while ((lines[0] !== undefined || lines[1] !== undefined) && t.out.failed === undefined) {
		const order = lines[0] === undefined ? 1 : (lines[1] === undefined ? -1 : compareText(lines[0].text, lines[1].text));
		const column = order < 0 ? 0 : (order > 0 ? 1 : 2);
		if (!t.has((['one', 'two', 'three'] as const)[column])) {
			yield * t.print(`${indents[column]!}${(order > 0 ? lines[1] : lines[0])!.text}\n`);
		}

		if (order <= 0) {
			yield * advance(0);
		}

		if (order >= 0) {
			yield * advance(1);
		}
	}

	if (unsorted.includes(true)) {
		return yield * t.complain('input is not in sorted order');
	}

	return 0;
});
