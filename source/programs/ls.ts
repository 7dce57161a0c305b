// ls(1): lists directories. The columns of the long format are as wide as their widest entry; on a terminal names stand in columns
// and names that a shell would not take as they are get quotes.

import {failed, errorTextOf} from '../model/kernel/errno.js';
import type {Attributes} from '../model/kernel/file-types.js';
import {readAccounts} from './account-names.js';
import {compareListed, LsFormatter, type Listed} from './ls-format.js';
import type {Command} from './options.js';
import {joinPath} from './paths.js';
import type {Blocking} from './standard-io.js';
import {fnmatch} from '../base/fnmatch.js';
import {tool, type Tool} from './tool.js';
import {sortedEntries} from './tree-walk.js';

export const lsOptions = {
	all: {short: 'a', long: 'all', help: 'do not ignore entries starting with .'},
	almostAll: {short: 'A', long: 'almost-all', help: 'do not list implied . and ..'},
	escape: {short: 'b', long: 'escape', help: 'print C-style escapes for nongraphic characters', only: 'gnu'},
	ignoreBackups: {short: 'B', long: 'ignore-backups', help: 'do not list implied entries ending with ~', only: 'gnu'},
	changeTime: {short: 'c', help: 'with -lt: sort by, and show, ctime; with -l: show ctime; otherwise: sort by ctime'},
	columns: {short: 'C', help: 'list entries by columns'},
	color: {long: 'color', value: 'WHEN', optional: true, help: 'color the output WHEN: always, auto, or never'},
	directory: {short: 'd', long: 'directory', help: 'list directories themselves, not their contents'},
	unsorted: {short: 'f', help: 'list all entries in directory order', only: 'gnu'},
	classify: {short: 'F', long: 'classify', help: 'append indicator (one of */=>@|) to entries'},
	fullTime: {long: 'full-time', help: 'like -l --time-style=full-iso'},
	longNoOwner: {short: 'g', help: 'like -l, but do not list owner'},
	directoriesFirst: {long: 'group-directories-first', help: 'group directories before files'},
	noGroup: {short: 'G', long: 'no-group', help: 'in a long listing, don\'t print group names', only: 'gnu'},
	human: {short: 'h', long: 'human-readable', help: 'with -l and -s, print sizes like 1K 234M 2G etc.'},
	si: {long: 'si', help: 'likewise, but use powers of 1000 not 1024', only: 'gnu'},
	dereferenceCommandLine: {short: 'H', long: 'dereference-command-line', help: 'follow symbolic links listed on the command line'},
	ignore: {short: 'I', long: 'ignore', value: 'PATTERN', help: 'do not list implied entries matching shell PATTERN', only: 'gnu'},
	inode: {short: 'i', long: 'inode', help: 'print the index number of each file'},
	kibibytes: {short: 'k', long: 'kibibytes', help: 'default to 1024-byte blocks for file system usage', only: 'gnu'},
	long: {short: 'l', help: 'use a long listing format'},
	dereference: {short: 'L', long: 'dereference', help: 'show information for the file a symbolic link references'},
	commas: {short: 'm', help: 'fill width with a comma separated list of entries', only: 'gnu'},
	numeric: {short: 'n', long: 'numeric-uid-gid', help: 'like -l, but list numeric user and group IDs'},
	literal: {short: 'N', long: 'literal', help: 'print entry names without quoting', only: 'gnu'},
	longNoGroup: {short: 'o', help: 'like -l, but do not list group information', only: 'gnu'},
	slash: {short: 'p', help: 'append / indicator to directories'},
	hideControl: {short: 'q', long: 'hide-control-chars', help: 'print ? instead of nongraphic characters', only: 'gnu'},
	quoteName: {short: 'Q', long: 'quote-name', help: 'enclose entry names in double quotes', only: 'gnu'},
	reverse: {short: 'r', long: 'reverse', help: 'reverse order while sorting'},
	recursive: {short: 'R', long: 'recursive', help: 'list subdirectories recursively'},
	size: {short: 's', long: 'size', help: 'print the allocated size of each file, in blocks'},
	sortSize: {short: 'S', help: 'sort by file size, largest first'},
	sort: {long: 'sort', value: 'WORD', help: 'sort by WORD instead of name: none (-U), size (-S), time (-t), version (-v), extension (-X)', only: 'gnu'},
	time: {long: 'time', value: 'WORD', help: 'show and sort by WORD: atime, access, use; ctime, status; mtime, modification', only: 'gnu'},
	timeStyle: {long: 'time-style', value: 'STYLE', help: 'time/date format with -l: full-iso, long-iso, iso, locale, or +FORMAT', only: 'gnu'},
	sortTime: {short: 't', help: 'sort by time, newest first'},
	accessTime: {short: 'u', help: 'with -lt: sort by, and show, access time; with -l: show access time; otherwise: sort by access time'},
	sortNone: {short: 'U', help: 'do not sort; list entries in directory order', only: 'gnu'},
	sortVersion: {short: 'v', help: 'natural sort of (version) numbers within text'},
	width: {short: 'w', long: 'width', value: 'COLS', help: 'set output width to COLS'},
	across: {short: 'x', help: 'list entries by lines instead of by columns'},
	sortExtension: {short: 'X', help: 'sort alphabetically by entry extension'},
	one: {short: '1', help: 'list one file per line'},
} as const;

export type LsName = keyof typeof lsOptions;

const command: Command<LsName> = {name: 'ls', usage: ['[OPTION]... [FILE]...'], summary: 'List information about the FILEs (the current directory by default).\nSort entries alphabetically if none of -cftuvSUX nor --sort is specified.', options: lsOptions, usageStatus: 2};

/** The words that an option takes; those of a row mean the same. */
const values: Partial<Record<LsName, readonly (readonly string[])[]>> = {
	color: [['always', 'yes', 'force'], ['never', 'no', 'none'], ['auto', 'tty', 'if-tty']],
	sort: [['none'], ['time'], ['size'], ['extension'], ['version'], ['width']],
	time: [['atime', 'access', 'use'], ['ctime', 'status'], ['mtime', 'modification']],
};

export const ls = tool(command, function * (t) {
	for (const {name, value} of t.given) {
		if (value !== undefined && values[name]?.flat().includes(value) === false) {
			yield * t.complain(`invalid argument '${value}' for '--${name}'\nValid arguments are:\n${values[name].map(words => `  - ${words.map(word => `'${word}'`).join(', ')}`).join('\n')}\nTry '${t.name} --help' for more information.`);
			return 1;
		}
	}

	const formatter = new LsFormatter(t, yield * readAccounts(t.process));
	return yield * new Lister(t, formatter).run();
});

class Lister {
	readonly #t: Tool<LsName>;
	readonly #formatter: LsFormatter;
	#status = 0;
	#printed = false;

	constructor(t: Tool<LsName>, formatter: LsFormatter) {
		this.#t = t;
		this.#formatter = formatter;
	}

	* run(): Blocking<number> {
		const t = this.#t;
		const operands = t.operands.length === 0 ? ['.'] : t.operands;
		const files: Listed[] = [];
		const directories: Listed[] = [];
		for (const path of operands) {
			const listed = yield * this.#operand(path);
			if (listed !== undefined) {
				(listed.attributes.type === 'directory' && !t.has('directory') ? directories : files).push(listed);
			}
		}

		this.#sort(files);
		this.#sort(directories);
		if (files.length > 0) {
			yield * this.#formatter.print(files);
			this.#printed = true;
		}

		const headers = operands.length > 1 || t.has('recursive');
		for (const directory of directories) {
			yield * this.#directory(directory.name, headers, 0, true);
		}

		return this.#status;
	}

	* #operand(path: string): Blocking<Listed | undefined> {
		const t = this.#t;
		const followed = t.has('dereference', 'dereferenceCommandLine') || !(this.#formatter.isLong || t.has('directory', 'classify'));
		let attributes = followed ? t.sys.stat(path) : t.sys.lstat(path);
		if (failed(attributes) && followed) {
			const link = t.sys.lstat(path);
			attributes = t.has('dereference') || failed(link) ? attributes : link;
		}

		if (failed(attributes)) {
			yield * t.complain(t.says(`cannot access ${t.quoted(path)}: ${errorTextOf(attributes)}`, `${path}: ${errorTextOf(attributes)}`));
			this.#status = t.isGnu ? 2 : 1;
			return undefined;
		}

		return this.#listed(path, path, attributes);
	}

	#listed(name: string, path: string, attributes: Attributes): Listed {
		const link = attributes.type === 'symlink' ? this.#t.sys.readlink(path) : undefined;
		const target = link === undefined || failed(link) ? undefined : this.#t.sys.stat(path);
		return {
			name, path, attributes,
			target: link === undefined || failed(link) ? undefined : link.target,
			targetAttributes: failed(target) ? undefined : target,
		};
	}

	* #directory(path: string, header: boolean, depth: number, isOperand: boolean): Blocking<void> {
		const t = this.#t;
		const entries = yield * sortedEntries(t.process, path);
		if (failed(entries)) {
			yield * t.out.flush();
			yield * t.complain(t.says(`cannot open directory ${t.quoted(path)}: ${errorTextOf(entries)}`, `can't open '${path}': ${errorTextOf(entries)}`));
			this.#status = isOperand && t.isGnu ? 2 : Math.max(this.#status, 1);
			return;
		}

		const names = [...t.has('all', 'unsorted') ? ['.', '..'] : [], ...entries.map(({name}) => name).filter(name => this.#wanted(name))];
		const listed: Listed[] = [];
		for (const name of names) {
			const full = joinPath(path, name);
			const attributes = t.has('dereference') ? t.sys.stat(full) : t.sys.lstat(full);
			if (failed(attributes)) {
				yield * t.complain(t.says(`cannot access ${t.quoted(full)}: ${errorTextOf(attributes)}`, `${full}: ${errorTextOf(attributes)}`));
				this.#status = 1;
			} else {
				listed.push(this.#listed(name, full, attributes));
			}
		}

		this.#sort(listed);
		if (header) {
			yield * t.print(`${this.#printed ? '\n' : ''}${this.#formatter.quote(path)}:\n`);
		}

		this.#printed = true;
		yield * this.#formatter.printDirectory(listed);
		if (t.has('recursive') && depth < 1000) {
			for (const {name, path: below, attributes} of listed) {
				if (attributes.type === 'directory' && name !== '.' && name !== '..') {
					yield * this.#directory(below, true, depth + 1, false);
				}
			}
		}
	}

	#wanted(name: string): boolean {
		const hidden = name.startsWith('.') && !this.#t.has('all', 'almostAll', 'unsorted');
		const backup = name.endsWith('~') && this.#t.has('ignoreBackups');
		return !hidden && !backup && !this.#t.values('ignore').some(pattern => fnmatch(pattern, name, {period: true}));
	}

	#sort(listed: Listed[]): void {
		listed.sort((a, b) => compareListed(this.#t, a, b));
	}
}
