// uniq(1): joins equal lines that follow each other.

import {failed, type Failure} from '../model/kernel/errno.js';
import type {Command} from './options.js';
import {parseCount} from './sizes.js';
import {LineReader, Output, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	count: {short: 'c', long: 'count', help: 'prefix lines by the number of occurrences'},
	repeated: {short: 'd', long: 'repeated', help: 'only print duplicate lines, one for each group'},
	all: {short: 'D', help: 'print all duplicate lines', only: 'gnu'},
	skipFields: {short: 'f', long: 'skip-fields', value: 'N', help: 'avoid comparing the first N fields'},
	ignoreCase: {short: 'i', long: 'ignore-case', help: 'ignore differences in case when comparing'},
	skipChars: {short: 's', long: 'skip-chars', value: 'N', help: 'avoid comparing the first N characters'},
	unique: {short: 'u', long: 'unique', help: 'only print unique lines'},
	checkChars: {short: 'w', long: 'check-chars', value: 'N', help: 'compare no more than N characters in lines'},
	zero: {short: 'z', long: 'zero-terminated', help: 'line delimiter is NUL, not newline'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {
	name: 'uniq', usage: ['[OPTION]... [INPUT [OUTPUT]]'], summary: 'Filter adjacent matching lines from INPUT (or standard input),\nwriting to OUTPUT (or standard output).', options,
};

export const uniq = tool(command, function * (t) {
	if (t.operands.length > 2) {
		return yield * t.usageError(`extra operand '${t.operands[2]!}'`, undefined);
	}

	for (const name of ['skipFields', 'skipChars', 'checkChars'] as const) {
		if (t.has(name) && parseCount(t.value(name)!) === undefined) {
			const words = {skipFields: 'fields to skip', skipChars: 'bytes to skip', checkChars: 'bytes to compare'}[name];
			return yield * t.complain(t.says(`${t.value(name)!}: invalid number of ${words}`, `invalid number '${t.value(name)!}'`));
		}
	}

	const input = t.openInput(t.operands[0] ?? '-');
	if (failed(input)) {
		return yield * t.complainOf(t.operands[0]!, input);
	}

	let {out} = t;
	if (t.operands[1] !== undefined && t.operands[1] !== '-') {
		const fd = t.sys.open(t.operands[1], {write: true, create: true, truncate: true});
		if (failed(fd)) {
			return yield * t.complainOf(t.operands[1], fd);
		}

		out = new Output(t.process, fd);
	}

	const refusal = yield * filter(t, new LineReader(t.process, input, t.has('zero') ? '\0' : '\n'), out);
	yield * out.flush();
	return refusal === undefined ? 0 : yield * t.complainCannot(`error reading ${t.quoted(t.operands[0] ?? '-')}`, t.operands[0] ?? '-', refusal);
});

function * filter(t: Tool<Name>, reader: LineReader, out: Output): Blocking<Failure | undefined> {
	let group: string[] = [];
	let size = 0;
	let key = '';
	for (;;) {
		const line = yield * reader.next();
		if (failed(line)) {
			return line;
		}

		const nextKey = line === undefined ? '' : keyOf(t, line.text);
		if (line !== undefined && size > 0 && nextKey === key) {
			size++;
			if (t.has('all')) {
				group.push(line.text);
			}

			continue;
		}

		if (size > 0) {
			yield * printGroup(t, group, size, out);
		}

		if (line === undefined || out.failed !== undefined) {
			return undefined;
		}

		group = [line.text];
		size = 1;
		key = nextKey;
	}
}

function * printGroup(t: Tool<Name>, group: readonly string[], size: number, out: Output): Blocking<void> {
	const end = t.has('zero') ? '\0' : '\n';
	if ((t.has('unique') && size > 1) || (t.has('repeated', 'all') && size === 1)) {
		return;
	}

	for (const line of group) {
		yield * out.print(`${t.has('count') ? `${String(size).padStart(7)} ` : ''}${line}${end}`);
	}
}

function keyOf(t: Tool<Name>, text: string): string {
	let rest = text;
	for (let skipped = 0; skipped < Number(t.value('skipFields') ?? 0); skipped++) {
		rest = rest.replace(/^[ \t]*[^ \t]*/v, '');
	}

	const from = Number(t.value('skipChars') ?? 0);
	const checked = t.value('checkChars');
	const cut = rest.slice(from, checked === undefined ? undefined : from + Number(checked));
	return t.has('ignoreCase') ? cut.toLowerCase() : cut;
}
