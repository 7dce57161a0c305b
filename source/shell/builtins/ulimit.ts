// ulimit: what a process and its children may use. Source: bash 5.2 builtins/ulimit.def; BusyBox 1.36 shell/shell_common.c
// (shell_builtin_ulimit).

import {errorTextOf, failed} from '../../model/kernel/errno.js';
import {resourceNames, type ResourceName, unlimited} from '../../model/kernel/resource-limits.js';
import {complain, print} from '../shell.js';
import type {BuiltinCall, Doing, Shell} from '../shell.js';
import {readOptions} from './usage.js';

type Row = {readonly letter: string; readonly name: ResourceName | 'pipe'; readonly words: string; readonly unit: string; readonly scale: number};

/** In bash's order. `pipe` cannot be set: the atomic size of a pipe in half kilobytes. */
const rows: readonly Row[] = [
	{letter: 'R', name: 'rttime', words: 'real-time non-blocking time', unit: 'microseconds', scale: 1},
	{letter: 'c', name: 'core', words: 'core file size', unit: 'blocks', scale: 1024},
	{letter: 'd', name: 'data', words: 'data seg size', unit: 'kbytes', scale: 1024},
	{letter: 'e', name: 'nice', words: 'scheduling priority', unit: '', scale: 1},
	{letter: 'f', name: 'fsize', words: 'file size', unit: 'blocks', scale: 1024},
	{letter: 'i', name: 'sigpending', words: 'pending signals', unit: '', scale: 1},
	{letter: 'l', name: 'memlock', words: 'max locked memory', unit: 'kbytes', scale: 1024},
	{letter: 'm', name: 'rss', words: 'max memory size', unit: 'kbytes', scale: 1024},
	{letter: 'n', name: 'nofile', words: 'open files', unit: '', scale: 1},
	{letter: 'p', name: 'pipe', words: 'pipe size', unit: '512 bytes', scale: 1},
	{letter: 'q', name: 'msgqueue', words: 'POSIX message queues', unit: 'bytes', scale: 1},
	{letter: 'r', name: 'rtprio', words: 'real-time priority', unit: '', scale: 1},
	{letter: 's', name: 'stack', words: 'stack size', unit: 'kbytes', scale: 1024},
	{letter: 't', name: 'cpu', words: 'cpu time', unit: 'seconds', scale: 1},
	{letter: 'u', name: 'nproc', words: 'max user processes', unit: '', scale: 1},
	{letter: 'v', name: 'as', words: 'virtual memory', unit: 'kbytes', scale: 1024},
	{letter: 'x', name: 'locks', words: 'file locks', unit: '', scale: 1},
];

const pipeBlocks = 8;

/** BusyBox counts files in blocks of 512 bytes, and knows neither pipes nor real-time microseconds. */
function rowsOf(shell: Shell): readonly Row[] {
	return shell.personality.kind === 'busybox'
		? rows.filter(({letter}) => letter !== 'R' && letter !== 'p').map(row => ({...row, unit: row.unit === 'kbytes' ? 'kb' : row.unit, scale: row.unit === 'blocks' ? 512 : row.scale}))
		: rows;
}

export function * ulimit(shell: Shell, {args}: BuiltinCall): Doing {
	const known = rowsOf(shell);
	const options = yield * readOptions(shell, args, `SHa${known.map(({letter}) => letter).join('')}`);
	if (typeof options === 'number') {
		return options;
	}

	const {flags, rest} = options;
	const isHard = flags.has('H') && !flags.has('S');
	const chosen = known.filter(({letter}) => flags.has('a') || flags.has(letter));
	const shown = chosen.length === 0 ? known.filter(({letter}) => letter === 'f') : chosen;
	const [first] = shown;
	if (rest.length > 0 && !flags.has('a') && first !== undefined) {
		return yield * change(shell, first, {text: rest[0]!, isSoft: flags.has('S') || !flags.has('H'), isHard: flags.has('H') || !flags.has('S')});
	}

	const lines = shown.map(row => `${shown.length > 1 ? heading(shell, row) : ''}${valueOf(shell, row, isHard)}\n`);
	return yield * print(shell, lines.join(''));
}

function heading(shell: Shell, {letter, words, unit}: Row): string {
	return shell.personality.kind === 'busybox'
		? `${(unit === '' ? words : `${words} (${unit})`).padEnd(32)}(-${letter}) `
		: `${words.padEnd(20)} ${`(${unit === '' ? '' : `${unit}, `}-${letter}) `.padStart(20)}`;
}

function valueOf({process}: Shell, {name, scale}: Row, isHard: boolean): string {
	if (name === 'pipe') {
		return String(pipeBlocks);
	}

	const limit = process.sys.getResourceLimit(name);
	const value = isHard ? limit.hard : limit.soft;
	return value === unlimited ? 'unlimited' : String(Math.floor(value / scale));
}

type Change = {readonly text: string; readonly isSoft: boolean; readonly isHard: boolean};

function * change(shell: Shell, row: Row, {text, isSoft, isHard}: Change): Doing {
	const name = resourceNames.find(each => each === row.name);
	const isBusybox = shell.personality.kind === 'busybox';
	if (name === undefined) {
		yield * complain(shell, `${row.words}: cannot modify limit: Invalid argument`);
		return 1;
	}

	const now = shell.process.sys.getResourceLimit(name);
	const words: Readonly<Record<string, number>> = {unlimited, hard: now.hard, soft: now.soft};
	const value = words[text] ?? (/^\d{1,15}$/v.test(text) ? Number(text) * row.scale : undefined);
	if (value === undefined) {
		yield * complain(shell, isBusybox ? `invalid number '${text}'` : `${text}: invalid number`);
		return 1;
	}

	const done = shell.process.sys.setResourceLimit(name, {soft: isSoft ? value : now.soft, hard: isHard ? value : now.hard});
	if (failed(done)) {
		yield * complain(shell, isBusybox ? `error setting limit: ${errorTextOf(done)}` : `${row.words}: cannot modify limit: ${errorTextOf(done)}`);
		return 1;
	}

	return 0;
}
