// diff(1): the differences of files and trees, in the normal and the unified format.

import {diffLines, type Change} from '../base/diff.js';
import {compareText} from '../base/bytes.js';
import {strftime} from '../base/calendar.js';
import {textFromBytes} from '../base/byte-text.js';
import {readAll} from '../model/kernel/blocking.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Attributes} from '../model/kernel/file-types.js';
import type {Command} from './options.js';
import {baseName, joinPath} from './paths.js';
import {parseCount} from './sizes.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';
import {depthMax, sortedEntries} from './tree-walk.js';

const options = {
	ignoreBlankLines: {short: 'B', long: 'ignore-blank-lines', help: 'ignore changes where lines are all blank'},
	brief: {short: 'q', long: 'brief', help: 'report only when files differ'},
	ignoreCase: {short: 'i', long: 'ignore-case', help: 'ignore case differences in file contents'},
	ignoreSpaceChange: {short: 'b', long: 'ignore-space-change', help: 'ignore changes in the amount of white space'},
	label: {short: 'L', long: 'label', value: 'LABEL', help: 'use LABEL instead of file name and timestamp'},
	newFile: {short: 'N', long: 'new-file', help: 'treat absent files as empty'},
	recursive: {short: 'r', long: 'recursive', help: 'recursively compare any subdirectories found'},
	reportSame: {short: 's', long: 'report-identical-files', help: 'report when two files are the same'},
	text: {short: 'a', long: 'text', help: 'treat all files as text'},
	unified: {short: 'u', help: 'output 3 lines of unified context'},
	unifiedLines: {short: 'U', long: 'unified', value: 'NUM', help: 'output NUM lines of unified context'},
	ignoreAllSpace: {short: 'w', long: 'ignore-all-space', help: 'ignore all white space'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {
	name: 'diff', usage: ['[OPTION]... FILES'], summary: 'Compare FILES line by line.', options, usageStatus: 2, version: 'GNU diffutils) 3.8',
	hint: calledAs => `${calledAs}: Try '${calledAs} --help' for more information.\n`,
};

export const diff = tool(command, function * (t) {
	const [first, second, surplus] = t.operands;
	if (first === undefined || second === undefined || surplus !== undefined) {
		return yield * t.usageError(surplus === undefined ? `missing operand after '${first ?? t.name}'` : `extra operand '${surplus}'`, undefined);
	}

	const context = t.value('unifiedLines');
	if (context !== undefined && parseCount(context) === undefined) {
		return yield * t.usageError(`invalid context length '${context}'`, `invalid number '${context}'`);
	}

	// A file beside a directory is compared with the file of the same name in it.
	const [one, two] = [look(t, first), look(t, second)];
	if (one?.type === 'directory' && two !== undefined && two.type !== 'directory') {
		return yield * comparePaths(t, joinPath(first, baseName(second)), second, 0);
	}

	if (two?.type === 'directory' && one !== undefined && one.type !== 'directory') {
		return yield * comparePaths(t, first, joinPath(second, baseName(first)), 0);
	}

	return yield * comparePaths(t, first, second, 0);
});

function look(t: Tool<Name>, path: string): Attributes | undefined {
	const attributes = path === '-' ? t.sys.fstat(0) : t.sys.stat(path);
	return failed(attributes) ? undefined : attributes;
}

function * comparePaths(t: Tool<Name>, first: string, second: string, depth: number): Blocking<number> {
	const [one, two] = [look(t, first), look(t, second)];
	const missing = [...one === undefined ? [first] : [], ...two === undefined ? [second] : []];
	if (missing.length > 0 && !(t.has('newFile') && missing.length === 1)) {
		for (const path of missing) {
			yield * t.complain(`${path}: No such file or directory`);
		}

		return 2;
	}

	if (one?.type === 'directory' && two?.type === 'directory') {
		return yield * compareDirectories(t, first, second, depth);
	}

	if (one !== undefined && two !== undefined && (one.type === 'directory' || two.type === 'directory')) {
		const word = (attributes: Attributes): string => attributes.type === 'directory' ? 'directory' : (attributes.sizeBytes === 0 ? 'regular empty file' : 'regular file');
		yield * t.print(`File ${first} is a ${word(one)} while file ${second} is a ${word(two)}\n`);
		return 1;
	}

	return yield * compareFiles(t, {path: first, attributes: one}, {path: second, attributes: two}, depth);
}

function * compareDirectories(t: Tool<Name>, first: string, second: string, depth: number): Blocking<number> {
	const [one, two] = [yield * sortedEntries(t.process, first), yield * sortedEntries(t.process, second)];
	if (failed(one) || failed(two)) {
		return yield * t.complain(`${failed(one) ? first : second}: ${errorTextOf(failed(one) ? one : two as never)}`, 2);
	}

	let status = 0;
	const names = [...new Set([...one, ...two].map(({name}) => name))].sort(compareText);
	for (const name of names) {
		const [left, right] = [one.find(entry => entry.name === name), two.find(entry => entry.name === name)];
		if (left === undefined || right === undefined) {
			const only = left === undefined ? right : left;
			if (!t.has('newFile') || only?.type === 'directory') {
				yield * t.print(`Only in ${left === undefined ? second : first}: ${name}\n`);
				status = Math.max(status, 1);
				continue;
			}
		}

		if (left?.type === 'directory' && right?.type === 'directory' && (!t.has('recursive') || depth >= depthMax)) {
			yield * t.print(`Common subdirectories: ${joinPath(first, name)} and ${joinPath(second, name)}\n`);
			continue;
		}

		status = Math.max(status, yield * comparePaths(t, joinPath(first, name), joinPath(second, name), depth + 1));
	}

	return status;
}

type Side = {readonly path: string; readonly attributes: Attributes | undefined};

function * readSide(t: Tool<Name>, {path, attributes}: Side): Blocking<string | undefined> {
	if (attributes === undefined) {
		return '';
	}

	const fd = t.openInput(path);
	const bytes = failed(fd) ? fd : yield * readAll(t.process, fd);
	if (failed(bytes)) {
		yield * t.complain(`${path}: ${errorTextOf(bytes)}`);
		return undefined;
	}

	if (!failed(fd)) {
		t.closeInput(fd);
	}

	return textFromBytes(bytes);
}

function * compareFiles(t: Tool<Name>, one: Side, two: Side, depth: number): Blocking<number> {
	const first = yield * readSide(t, one);
	const second = yield * readSide(t, two);
	if (first === undefined || second === undefined) {
		return 2;
	}

	const same = (): string => t.has('reportSame') ? `Files ${one.path} and ${two.path} are identical\n` : '';
	if (first === second) {
		yield * t.print(same());
		return 0;
	}

	if ((first.includes('\0') || second.includes('\0')) && !t.has('text')) {
		yield * t.print(t.has('brief') ? `Files ${one.path} and ${two.path} differ\n` : `Binary files ${one.path} and ${two.path} differ\n`);
		return 1;
	}

	const [left, right] = [linesOf(first), linesOf(second)];
	const key = (line: string): string => normalised(t, line);
	const changes = diffLines(left.map(line => key(line)), right.map(line => key(line))).filter(change => !t.has('ignoreBlankLines') || ![...left.slice(change.a, change.a + change.deleted), ...right.slice(change.b, change.b + change.inserted)].every(line => line.trim() === ''));
	if (changes.length === 0) {
		yield * t.print(same());
		return 0;
	}

	if (t.has('brief')) {
		yield * t.print(`Files ${one.path} and ${two.path} differ\n`);
		return 1;
	}

	if (depth > 0) {
		yield * t.print(`diff ${t.process.argv.slice(1).filter(argument => argument.startsWith('-') && argument !== '-').join(' ')} ${one.path} ${two.path}\n`.replace('diff  ', 'diff '));
	}

	yield * t.print(t.has('unified', 'unifiedLines') ? unified(t, {one, two, left, right, changes}) : normal(left, right, changes));
	return 1;
}

/** Lines with their ends, so that a missing last newline is a difference. */
function linesOf(text: string): readonly string[] {
	return text.match(/[^\n]*\n|[^\n]+$/gv) ?? [];
}

function normalised(t: Tool<Name>, line: string): string {
	const spaced = t.has('ignoreAllSpace') ? line.replaceAll(/\s/gv, '') : (t.has('ignoreSpaceChange') ? line.replaceAll(/[ \t\r]+/gv, ' ').trimEnd() : line);
	return t.has('ignoreCase') ? spaced.toLowerCase() : spaced;
}

function marked(mark: string, lines: readonly string[]): string {
	return lines.map(line => mark + line + (line.endsWith('\n') ? '' : '\n\\ No newline at end of file\n')).join('');
}

function normal(left: readonly string[], right: readonly string[], changes: readonly Change[]): string {
	const range = (start: number, count: number): string => count <= 1 ? String(count === 0 ? start : start + 1) : `${start + 1},${start + count}`;
	return changes.map(({a, deleted, b, inserted}) => {
		const letter = deleted === 0 ? 'a' : (inserted === 0 ? 'd' : 'c');
		const separator = letter === 'c' ? '---\n' : '';
		return `${range(a, deleted)}${letter}${range(b, inserted)}\n${marked('< ', left.slice(a, a + deleted))}${separator}${marked('> ', right.slice(b, b + inserted))}`;
	}).join('');
}

type Comparison = {readonly one: Side; readonly two: Side; readonly left: readonly string[]; readonly right: readonly string[]; readonly changes: readonly Change[]};

function unified(t: Tool<Name>, {one, two, left, right, changes}: Comparison): string {
	const context = Number(t.value('unifiedLines') ?? 3);
	const groups: Change[][] = [];
	for (const change of changes) {
		const last = groups.at(-1)?.at(-1);
		if (last !== undefined && change.a - (last.a + last.deleted) <= 2 * context) {
			groups.at(-1)!.push(change);
		} else {
			groups.push([change]);
		}
	}

	const labels = t.values('label');
	const header = `--- ${labels[0] ?? heading(t, one)}\n+++ ${labels[1] ?? heading(t, two)}\n`;
	return header + groups.map(group => hunk(left, right, group, context)).join('');
}

function heading(t: Tool<Name>, {path, attributes}: Side): string {
	const timeUs = attributes?.mtimeUs ?? 0;
	const seconds = Math.floor(timeUs / 1e6);
	return t.isGnu ? `${path}\t${strftime('%Y-%m-%d %H:%M:%S.%N %z', {seconds, nanoseconds: (timeUs - seconds * 1e6) * 1000})}` : path;
}

function hunk(left: readonly string[], right: readonly string[], group: readonly Change[], context: number): string {
	const first = group[0]!;
	const last = group.at(-1)!;
	const before = Math.min(context, first.a, first.b);
	const after = Math.min(context, left.length - last.a - last.deleted, right.length - last.b - last.inserted);
	const range = (start: number, count: number): string => count === 1 ? String(start + 1) : `${count === 0 ? start : start + 1},${count}`;
	const aStart = first.a - before;
	const bStart = first.b - before;
	let body = marked(' ', left.slice(aStart, first.a));
	for (const [index, {a, deleted, b, inserted}] of group.entries()) {
		const next = group[index + 1];
		body += marked('-', left.slice(a, a + deleted)) + marked('+', right.slice(b, b + inserted)) + marked(' ', left.slice(a + deleted, next === undefined ? a + deleted + after : next.a));
	}

	return `@@ -${range(aStart, last.a + last.deleted + after - aStart)} +${range(bStart, last.b + last.inserted + after - bStart)} @@\n${body}`;
}
