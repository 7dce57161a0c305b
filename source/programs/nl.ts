// nl(1): numbers lines.
// Simplified: logical pages (sections delimited by \:\:\:) are not modelled.

import {compilePosixRegex} from '../base/posix-regex.js';
import {eachLine} from './each-input.js';
import type {Command} from './options.js';
import {parseCount} from './sizes.js';
import {tool} from './tool.js';

const options = {
	body: {short: 'b', long: 'body-numbering', value: 'STYLE', help: 'use STYLE for numbering body lines: a all, t nonempty, n none, pBRE matching'},
	increment: {short: 'i', long: 'line-increment', value: 'NUMBER', help: 'line number increment at each line'},
	format: {short: 'n', long: 'number-format', value: 'FORMAT', help: 'insert line numbers according to FORMAT: ln, rn, rz'},
	separator: {short: 's', long: 'number-separator', value: 'STRING', help: 'add STRING after (possible) line number'},
	start: {short: 'v', long: 'starting-line-number', value: 'NUMBER', help: 'first line number'},
	width: {short: 'w', long: 'number-width', value: 'NUMBER', help: 'use NUMBER columns for line numbers'},
} as const;

const command: Command<keyof typeof options> = {name: 'nl', usage: ['[OPTION]... [FILE]...'], summary: 'Write each FILE to standard output, with line numbers added.', options};

export const nl = tool(command, function * (t) {
	const style = t.value('body') ?? 't';
	const regex = style.startsWith('p') ? compilePosixRegex(style.slice(1), {extended: false, ignoreCase: false}) : undefined;
	if (!/^(?:[atn]$|p)/v.test(style)) {
		return yield * t.usageError(`invalid body numbering style: '${style}'`);
	}

	if (regex !== undefined && 'error' in regex) {
		return yield * t.complain(regex.error);
	}

	const increment = parseCount(t.value('increment') ?? '1');
	const width = parseCount(t.value('width') ?? '6');
	let number = Number(t.value('start') ?? '1');
	if (increment === undefined || width === undefined || width < 1 || !Number.isSafeInteger(number)) {
		return yield * t.complain(increment === undefined
			? `invalid line number increment: '${t.value('increment')!}'`
			: (width === undefined || width < 1 ? `invalid line number field width: '${t.value('width')!}'` : `invalid starting line number: '${t.value('start')!}'`));
	}

	const format = t.value('format') ?? 'rn';
	if (!/^(?:ln|rn|rz)$/v.test(format)) {
		return yield * t.usageError(`invalid line numbering format: '${format}'`);
	}

	const separator = t.value('separator') ?? '\t';
	return yield * eachLine(t, t.inputs, function * ({text, ended}) {
		const numbered = style === 'a' || (style === 't' && text !== '') || (regex?.test(text) ?? false);
		const digits = String(number);
		const column = numbered
			? (format === 'ln' ? digits.padEnd(width) : digits.padStart(width, format === 'rz' ? '0' : ' ')) + separator
			: ' '.repeat(width + separator.length);
		number += numbered ? increment : 0;
		yield * t.print(`${column}${text}${ended || t.isGnu ? '\n' : ''}`);
	});
});
