// du(1): the space that files take, summed up by directory. A file with several links counts once.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import {fnmatch} from '../base/fnmatch.js';
import type {Command} from './options.js';
import {baseName, joinPath} from './paths.js';
import {busyboxHumanSize, humanSize, parseCount, parseSize} from './sizes.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';
import {depthMax, sortedEntries} from './tree-walk.js';

const options = {
	all: {short: 'a', long: 'all', help: 'write counts for all files, not just directories'},
	apparent: {long: 'apparent-size', help: 'print apparent sizes rather than device usage', only: 'gnu'},
	bytes: {short: 'b', long: 'bytes', help: 'equivalent to \'--apparent-size --block-size=1\''},
	blockSize: {short: 'B', long: 'block-size', value: 'SIZE', help: 'scale sizes by SIZE before printing them', only: 'gnu'},
	total: {short: 'c', long: 'total', help: 'produce a grand total'},
	depth: {short: 'd', long: 'max-depth', value: 'N', help: 'print the total for a directory (or file, with --all) only if it is N or fewer levels below the command line argument'},
	dereference: {short: 'L', long: 'dereference', help: 'dereference all symbolic links'},
	exclude: {long: 'exclude', value: 'PATTERN', help: 'exclude files that match PATTERN', only: 'gnu'},
	human: {short: 'h', long: 'human-readable', help: 'print sizes in human readable format (e.g., 1K 234M 2G)'},
	kibibytes: {short: 'k', help: 'like --block-size=1K'},
	countLinks: {short: 'l', long: 'count-links', help: 'count sizes many times if hard linked'},
	mebibytes: {short: 'm', help: 'like --block-size=1M'},
	summarize: {short: 's', long: 'summarize', help: 'display only a total for each argument'},
	oneFileSystem: {short: 'x', long: 'one-file-system', help: 'skip directories on different file systems'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'du', usage: ['[OPTION]... [FILE]...'], summary: 'Summarize device usage of the set of FILEs, recursively for directories.', options};

export const du = tool(command, function * (t) {
	const depth = t.value('depth');
	if (depth !== undefined && parseCount(depth) === undefined) {
		return yield * t.isGnu ? t.usageError(`invalid maximum depth '${depth}'`) : t.complain(`invalid number '${depth}'`);
	}

	if (t.has('summarize') && t.has('all')) {
		return yield * t.usageError('cannot both summarize and show all entries');
	}

	const blockSize = t.value('blockSize');
	if (blockSize !== undefined && parseSize(/^\d/v.test(blockSize) ? blockSize : `1${blockSize}`) === undefined) {
		return yield * t.complain(`invalid -B argument '${blockSize}'`);
	}

	const counter = new Counter(t);
	let total = 0;
	for (const path of t.operands.length === 0 ? ['.'] : t.operands) {
		total += yield * counter.count(path, 0, undefined);
	}

	if (t.has('total')) {
		yield * t.print(`${counter.size(total)}\ttotal\n`);
	}

	return counter.status;
});

class Counter {
	status = 0;
	readonly #t: Tool<Name>;
	readonly #seen = new Set<string>();
	readonly #shownDepth: number;

	constructor(t: Tool<Name>) {
		this.#t = t;
		this.#shownDepth = t.has('summarize') ? 0 : Number(t.value('depth') ?? Infinity);
	}

	* count(path: string, depth: number, fs: number | undefined): Blocking<number> {
		const t = this.#t;
		const attributes = t.has('dereference') ? t.sys.stat(path) : t.sys.lstat(path);
		if (failed(attributes)) {
			this.status = 1;
			yield * t.complain(t.says(`cannot access ${t.quoted(path)}: ${errorTextOf(attributes)}`, `${path}: ${errorTextOf(attributes)}`));
			return 0;
		}

		const key = `${attributes.fs}:${attributes.node}`;
		const again = this.#seen.has(key) && !t.has('countLinks');
		if (again || (t.has('oneFileSystem') && fs !== undefined && attributes.fs !== fs) || t.values('exclude').some(pattern => fnmatch(pattern, baseName(path)) || fnmatch(pattern, path))) {
			return 0;
		}

		if (attributes.nlink > 1 || attributes.type === 'directory') {
			this.#seen.add(key);
		}

		let size = t.has('apparent', 'bytes') ? attributes.sizeBytes : attributes.blocks * 512;
		if (attributes.type === 'directory' && depth < depthMax) {
			const entries = yield * sortedEntries(t.process, path);
			if (failed(entries)) {
				this.status = 1;
				yield * t.complain(t.says(`cannot read directory ${t.quoted(path)}: ${errorTextOf(entries)}`, `can't open '${path}': ${errorTextOf(entries)}`));
			} else {
				for (const {name} of entries) {
					size += yield * this.count(joinPath(path, name), depth + 1, fs ?? attributes.fs);
				}
			}
		}

		if (depth <= this.#shownDepth && (depth === 0 || attributes.type === 'directory' || t.has('all'))) {
			yield * t.print(`${this.size(size)}\t${path}\n`);
		}

		return size;
	}

	size(bytes: number): string {
		const t = this.#t;
		if (t.has('human')) {
			return t.isGnu ? humanSize(bytes) : busyboxHumanSize(bytes);
		}

		const blockSize = t.value('blockSize');
		const unit = t.has('bytes') ? 1 : (t.has('mebibytes') ? 1024 ** 2 : (blockSize === undefined ? 1024 : parseSize(/^\d/v.test(blockSize) ? blockSize : `1${blockSize}`)!));
		return String(Math.ceil(bytes / unit)) + (blockSize !== undefined && !/^\d/v.test(blockSize) ? blockSize : '');
	}
}
