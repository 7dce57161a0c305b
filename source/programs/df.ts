// df(1): the usage of mounted filesystems, from /proc/self/mounts and statfs.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {FsUsage} from '../model/kernel/file-types.js';
import type {Command} from './options.js';
import {readText} from './proc-files.js';
import {tool, type Tool} from './tool.js';

const options = {
	all: {short: 'a', long: 'all', help: 'include pseudo, duplicate, inaccessible file systems'},
	human: {short: 'h', long: 'human-readable', help: 'print sizes in powers of 1024 (e.g., 1023M)'},
	inodes: {short: 'i', long: 'inodes', help: 'list inode information instead of block usage'},
	kilo: {short: 'k', help: 'like --block-size=1K'},
	mega: {short: 'm', help: 'like --block-size=1M'},
	type: {short: 't', long: 'type', value: 'TYPE', help: 'limit listing to file systems of type TYPE', only: 'gnu'},
	printType: {short: 'T', long: 'print-type', help: 'print file system type'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'df', usage: ['[OPTION]... [FILE]...'], summary: 'Show information about the file system on which each FILE resides,\nor all file systems by default.', options};

type Row = {readonly source: string; readonly type: string; readonly target: string; readonly usage: FsUsage};
type MountLine = {readonly source: string; readonly target: string; readonly type: string};

export const df = tool(command, function * (t) {
	const mounts = parseMounts((yield * readText(t.process, '/proc/self/mounts')) ?? '');
	const rows: Row[] = [];
	let status = 0;
	if (t.operands.length === 0) {
		rows.push(...everything(t, mounts));
	}

	for (const path of t.operands) {
		const row = rowOf(t, mounts, path);
		if (typeof row === 'string') {
			status = yield * t.complain(row);
		} else {
			rows.push(row);
		}
	}

	if (rows.length === 0) {
		return status === 0 ? yield * t.complain('no file systems processed') : status;
	}

	yield * t.print(table(t, rows));
	return status;
});

/** `\040` and the like stand for blanks in /proc/mounts. */
export function parseMounts(text: string): readonly MountLine[] {
	const unescape = (word: string): string => word.replaceAll(/\\(?<octal>[0-7]{3})/gv, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)));
	return text.split('\n').filter(line => line !== '').map(line => {
		const [source = '', target = '', type = ''] = line.split(' ').map(word => unescape(word));
		return {source, target, type};
	});
}

/** Without -a: nothing without blocks, and of several mounts of one device the one with the shortest path. */
function everything(t: Tool<Name>, mounts: readonly MountLine[]): readonly Row[] {
	const rows = mounts.flatMap(mount => {
		const usage = t.sys.statfs(mount.target);
		return failed(usage) ? [] : [{...mount, usage}];
	});
	const wanted = t.value('type');
	const shown = rows.filter(({type, usage}) => (wanted === undefined || type === wanted) && (t.has('all') || usage.totalBytes > 0));
	const isDuplicate = (row: Row): boolean => row.source.startsWith('/') && shown.some(other => other !== row && other.source === row.source && other.target.length < row.target.length);
	return t.has('all') ? shown : shown.filter(row => !isDuplicate(row));
}

function rowOf(t: Tool<Name>, mounts: readonly MountLine[], path: string): Row | string {
	const usage = t.sys.statfs(path);
	if (failed(usage)) {
		return `${path}: ${errorTextOf(usage)}`;
	}

	const {path: cwd = '/'} = t.sys.getcwd() as {path?: string};
	const absolute = path.startsWith('/') ? path : `${cwd}/${path}`;
	const clean = `/${absolute.split('/').filter(part => part !== '' && part !== '.').join('/')}`;
	const mount = mounts.filter(({target}) => target === '/' || clean === target || clean.startsWith(`${target}/`)).reduce<MountLine | undefined>((best, each) => best === undefined || each.target.length >= best.target.length ? each : best, undefined);
	return {source: mount?.source ?? '-', type: mount?.type ?? usage.type, target: mount?.target ?? '-', usage};
}

function table(t: Tool<Name>, rows: readonly Row[]): string {
	const isInodes = t.has('inodes');
	const unit = t.last('human', 'kilo', 'mega');
	const size = (bytes: number): string => isInodes ? String(bytes) : (unit === 'human' ? human(bytes) : String(Math.ceil(bytes / (unit === 'mega' ? 2 ** 20 : 1024))));
	const sizeHeader = isInodes ? 'Inodes' : (unit === 'human' ? 'Size' : (unit === 'mega' ? '1M-blocks' : '1K-blocks'));
	const header = ['Filesystem', ...t.has('printType') ? ['Type'] : [], sizeHeader, isInodes ? 'IUsed' : 'Used', isInodes ? 'IFree' : (unit === 'human' ? 'Avail' : 'Available'), isInodes ? 'IUse%' : 'Use%', 'Mounted on'];
	const lines = rows.map(({source, type, target, usage}) => {
		const total = isInodes ? usage.totalInodes : usage.totalBytes;
		const free = isInodes ? usage.freeInodes : usage.freeBytes;
		const used = total - free;
		const share = total === 0 ? '-' : `${Math.ceil(used / total * 100)}%`;
		return [source, ...t.has('printType') ? [type] : [], size(total), size(used), size(free), share, target];
	});
	const all = [header, ...lines];
	const leftColumns = t.has('printType') ? 2 : 1;
	const widths = header.map((_, column) => Math.max(column >= leftColumns && column < header.length - 1 ? 5 * Number(column < header.length - 2) : (column === 0 ? 14 : 0), ...all.map(line => line[column]!.length)));
	return all.map(line => `${line.map((cell, column) => column === line.length - 1 ? cell : (column < leftColumns ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join(' ')}\n`).join('');
}

function human(bytes: number): string {
	const units = ['', 'K', 'M', 'G', 'T'];
	let value = bytes;
	let unit = 0;
	while (value >= 1024 && unit < units.length - 1) {
		value /= 1024;
		unit++;
	}

	// df rounds up, with one digit below ten.
	return unit === 0 ? String(value) : `${value < 10 ? (Math.ceil(value * 10) / 10).toFixed(1) : Math.ceil(value)}${units[unit]}`;
}
