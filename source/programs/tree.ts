// tree(1): a directory as a drawing.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import {fnmatch} from '../base/fnmatch.js';
import type {Attributes} from '../model/kernel/file-types.js';
import {modeText} from './file-modes.js';
import type {Command} from './options.js';
import {joinPath} from './paths.js';
import {parseCount} from './sizes.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';
import {depthMax, sortedEntries} from './tree-walk.js';

const options = {
	all: {short: 'a', help: 'All files are listed'},
	directories: {short: 'd', help: 'List directories only'},
	full: {short: 'f', help: 'Print the full path prefix for each file'},
	classify: {short: 'F', help: 'Appends \'/\', \'=\', \'*\', \'@\', \'|\' as per ls -F'},
	ignore: {short: 'I', value: 'pattern', help: 'Do not list files that match the given pattern'},
	level: {short: 'L', value: 'level', help: 'Descend only level directories deep'},
	permissions: {short: 'p', help: 'Print the protections for each file'},
	pattern: {short: 'P', value: 'pattern', help: 'List only those files that match the pattern given'},
	size: {short: 's', help: 'Print the size in bytes of each file'},
	noReport: {long: 'noreport', help: 'Turn off file/directory count at end of tree listing'},
	directoriesFirst: {long: 'dirsfirst', help: 'List directories before files'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'tree', usage: ['[OPTION]... [directory ...]'], summary: 'List the contents of directories as a tree.', options, version: 'tree v2.1.0'};

export const tree = tool(command, function * (t) {
	const level = t.has('level') ? parseCount(t.value('level')!) : Infinity;
	if (level === undefined || level === 0) {
		return yield * t.complain('Invalid level, must be greater than 0.');
	}

	const counts = {directories: 0, files: 0};
	let status = 0;
	for (const path of t.operands.length === 0 ? ['.'] : t.operands) {
		const attributes = t.sys.stat(path);
		if (failed(attributes)) {
			yield * t.print(`${path}  [error opening dir]\n`);
			status = 2;
			continue;
		}

		yield * t.print(`${label(t, path, attributes)}\n`);
		counts.directories += attributes.type === 'directory' ? 1 : 0;
		counts.files += attributes.type === 'directory' ? 0 : 1;
		if (attributes.type === 'directory') {
			yield * draw(t, path, '', 1, {level, counts});
		}
	}

	if (!t.has('noReport')) {
		const {directories, files} = counts;
		yield * t.print(`\n${directories} director${directories === 1 ? 'y' : 'ies'}${t.has('directories') ? '' : `, ${files} file${files === 1 ? '' : 's'}`}\n`);
	}

	return status;
});

type Walk = {readonly level: number; readonly counts: {directories: number; files: number}};

function * draw(t: Tool<Name>, path: string, indent: string, depth: number, walk: Walk): Blocking<void> {
	if (depth > walk.level || depth > depthMax) {
		return;
	}

	const entries = yield * sortedEntries(t.process, path);
	if (failed(entries)) {
		yield * t.print(`${indent}└── [${errorTextOf(entries)}]\n`);
		return;
	}

	const shown = entries.filter(({name, type}) => isShown(t, name, type === 'directory'));
	if (t.has('directoriesFirst')) {
		shown.sort((a, b) => Number(b.type === 'directory') - Number(a.type === 'directory'));
	}

	for (const [index, {name}] of shown.entries()) {
		const isLast = index === shown.length - 1;
		const below = joinPath(path, name);
		const attributes = t.sys.lstat(below);
		if (failed(attributes)) {
			continue;
		}

		const link = attributes.type === 'symlink' ? t.sys.readlink(below) : undefined;
		yield * t.print(`${indent}${isLast ? '└── ' : '├── '}${label(t, t.has('full') ? below : name, attributes)}${link === undefined || failed(link) ? '' : ` -> ${link.target}`}\n`);
		const target = attributes.type === 'symlink' ? t.sys.stat(below) : attributes;
		walk.counts[!failed(target) && target.type === 'directory' ? 'directories' : 'files']++;
		if (attributes.type === 'directory') {
			yield * draw(t, below, `${indent}${isLast ? '    ' : '│   '}`, depth + 1, walk);
		}
	}
}

function isShown(t: Tool<Name>, name: string, isDirectory: boolean): boolean {
	const patterns = (option: 'ignore' | 'pattern') => t.values(option).flatMap(pattern => pattern.split('|'));
	const wanted = patterns('pattern');
	return (t.has('all') || !name.startsWith('.')) && (isDirectory || !t.has('directories')) && !patterns('ignore').some(pattern => fnmatch(pattern, name)) && (isDirectory || wanted.length === 0 || wanted.some(pattern => fnmatch(pattern, name)));
}

function label(t: Tool<Name>, shown: string, attributes: Attributes): string {
	const fields = [...t.has('permissions') ? [modeText(attributes.type, attributes.mode)] : [], ...t.has('size') ? [String(attributes.sizeBytes).padStart(11)] : []];
	const mark = t.has('classify') ? {directory: '/', symlink: '', fifo: '|', socket: '=', char: '', block: '', file: (attributes.mode & 0o111) === 0 ? '' : '*'}[attributes.type] : '';
	return `${fields.length === 0 ? '' : `[${fields.join(' ')}]  `}${shown}${mark}`;
}
