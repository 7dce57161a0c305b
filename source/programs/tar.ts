// tar(1): creating, listing and extracting archives, with or without gzip. Source: GNU tar 1.34; BusyBox 1.36.

import {gunzipSync, gzipSync} from 'fflate';
import {compareText} from '../base/bytes.js';
import {tarPath} from '../base/path.js';
import {isTarError, readTar, type TarEntry, tarEntry, type TarType, writeTar} from '../base/tar.js';
import {civilFromSeconds} from '../base/calendar.js';
import {readAll, step, write} from '../model/kernel/blocking.js';
import {errorTextOf, failed, type Failure} from '../model/kernel/errno.js';
import type {Attributes, FileType} from '../model/kernel/file-types.js';
import {readAccounts, type Accounts} from './account-names.js';
import {modeText} from './file-modes.js';
import type {Command} from './options.js';
import {printTo, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	create: {short: 'c', long: 'create', help: 'create a new archive'},
	extract: {short: 'x', long: 'extract,get', help: 'extract files from an archive'},
	list: {short: 't', long: 'list', help: 'list the contents of an archive'},
	file: {short: 'f', long: 'file', value: 'ARCHIVE', help: 'use archive file or device ARCHIVE'},
	gzip: {short: 'z', long: 'gzip,gunzip', help: 'filter the archive through gzip'},
	verbose: {short: 'v', long: 'verbose', help: 'verbosely list files processed'},
	directory: {short: 'C', long: 'directory', value: 'DIR', help: 'change to directory DIR'},
	strip: {long: 'strip-components', value: 'NUMBER', help: 'strip NUMBER leading components from file names on extraction'},
	exclude: {long: 'exclude', value: 'NAME', help: 'exclude files named NAME'},
	samePermissions: {short: 'p', long: 'preserve-permissions', help: 'extract information about file permissions (default for superuser)'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'tar', usage: ['[OPTION...] [FILE]...'], summary: 'GNU \'tar\' saves many files together into a single tape or disk archive, and can\nrestore individual files from the archive.', options, usageStatus: 2, version: '(GNU tar) 1.34'};

const maxArchiveBytes = 256 * 1024 * 1024;
const maxFiles = 100_000;

const parsed = tool(command, function * (t) {
	const mode = t.last('create', 'extract', 'list');
	if (mode === undefined) {
		yield * printTo(t.process, 2, 'tar: You must specify one of the \'-Acdtrux\', \'--delete\' or \'--test-label\' options\nTry \'tar --help\' or \'tar --usage\' for more information.\n');
		return 2;
	}

	return yield * mode === 'create' ? create(t) : unpack(t, mode);
});

/** `tar czf a.tgz b`: the first word may be a cluster of options without its dash. */
export function * tar(process: Parameters<typeof parsed>[0]) {
	const [name = 'tar', first, ...rest] = process.argv;
	const isBare = first !== undefined && !first.startsWith('-') && /^[cxtfzvCp]+$/v.test(first);
	if (!isBare) {
		return yield * parsed(process);
	}

	// Values of a bare cluster follow in the order of its letters.
	const values = [...first].filter(letter => letter === 'f' || letter === 'C');
	const plain = [...first].filter(letter => letter !== 'f' && letter !== 'C').map(letter => `-${letter}`);
	const given = values.flatMap((letter, index) => rest[index] === undefined ? [`-${letter}`] : [`-${letter}`, rest[index]]);
	return yield * parsed({...process, argv: [name, ...plain, ...given, ...rest.slice(values.length)]});
}

function * create(t: Tool<Name>): Blocking<number> {
	if (t.operands.length === 0) {
		yield * printTo(t.process, 2, 'tar: Cowardly refusing to create an empty archive\nTry \'tar --help\' or \'tar --usage\' for more information.\n');
		return 2;
	}

	const archive = t.value('file') ?? '-';
	const base = t.value('directory');
	const entries: TarEntry[] = [];
	const seen = new Map<string, string>();
	let status = 0;
	for (const operand of t.operands) {
		const name = operand.replace(/^\/+/v, '').replace(/\/+$/v, '');
		if (operand.startsWith('/') && status === 0) {
			yield * printTo(t.process, 2, 'tar: Removing leading `/\' from member names\n');
		}

		status = Math.max(status, yield * collect(t, {path: base === undefined || operand.startsWith('/') ? operand : `${base}/${operand}`, name: name === '' ? '.' : name, entries, seen}));
	}

	const bytes = writeTar(entries);
	const output = t.has('gzip') ? gzipSync(bytes, {mtime: 0}) : bytes;
	const fd = archive === '-' ? 1 : t.sys.open(archive, {write: true, create: true, truncate: true});
	const written = failed(fd) ? fd : yield * write(t.process, fd, output);
	return failed(written) ? yield * fatal(t, `${archive}: Cannot open: ${errorTextOf(written)}`) : status;
}

type Collecting = {readonly path: string; readonly name: string; readonly entries: TarEntry[]; readonly seen: Map<string, string>};

const tarTypes: Partial<Record<FileType, TarType>> = {file: 'file', directory: 'directory', symlink: 'symlink', char: 'char', block: 'block', fifo: 'fifo'};

function * collect(t: Tool<Name>, at: Collecting): Blocking<number> {
	const {path, name, entries, seen} = at;
	yield step;
	const attributes = t.sys.lstat(path);
	if (failed(attributes)) {
		yield * printTo(t.process, 2, `tar: ${path}: Cannot stat: ${errorTextOf(attributes)}\ntar: Exiting with failure status due to previous errors\n`);
		return 2;
	}

	const type = tarTypes[attributes.type];
	if (type === undefined || entries.length >= maxFiles || t.values('exclude').includes(name.replace(/^.*\//v, ''))) {
		return 0;
	}

	yield * announce(t, type === 'directory' ? `${name}/` : name);
	const inode = `${attributes.fs}:${attributes.node}`;
	const linked = attributes.nlink > 1 && type === 'file' ? seen.get(inode) : undefined;
	const entry = linked === undefined ? yield * entryOf(t, path, name, attributes, type) : tarEntry(name, 'hardlink', {linkName: linked});
	if (failed(entry)) {
		yield * printTo(t.process, 2, `tar: ${path}: Cannot open: ${errorTextOf(entry)}\n`);
		return 2;
	}

	seen.set(inode, name);
	entries.push(entry);
	if (type !== 'directory') {
		return 0;
	}

	const children = t.sys.readdir(path);
	let status = 0;
	for (const child of failed(children) ? [] : [...children].sort((a, b) => compareText(a.name, b.name))) {
		status = Math.max(status, yield * collect(t, {...at, path: `${path}/${child.name}`, name: `${name}/${child.name}`}));
	}

	return status;
}

function * entryOf(t: Tool<Name>, path: string, name: string, attributes: Attributes, type: TarType): Blocking<TarEntry | Failure> {
	const {mode, uid, gid, mtimeUs, rdev} = attributes;
	const common = {mode, uid, gid, mtimeUs: Math.floor(mtimeUs / 1e6) * 1e6, major: rdev.major, minor: rdev.minor};
	if (type === 'symlink') {
		const link = t.sys.readlink(path);
		return failed(link) ? link : tarEntry(name, type, {...common, linkName: link.target});
	}

	if (type !== 'file') {
		return tarEntry(name, type, common);
	}

	const fd = t.sys.open(path, {read: true});
	const bytes = failed(fd) ? fd : yield * readAll(t.process, fd, maxArchiveBytes);
	if (failed(bytes)) {
		return bytes;
	}

	t.sys.close(fd as number);
	return tarEntry(name, type, {...common, content: {sizeBytes: bytes.length, chunks: bytes.length === 0 ? [] : [{offset: 0, bytes}]}});
}

function * announce(t: Tool<Name>, name: string): Blocking<void> {
	if (t.has('verbose')) {
		yield * printTo(t.process, t.value('file') === undefined || t.value('file') === '-' ? 2 : 1, `${name}\n`);
	}
}

function * unpack(t: Tool<Name>, mode: 'extract' | 'list'): Blocking<number> {
	const archive = t.value('file') ?? '-';
	const fd = t.openInput(archive);
	const bytes = failed(fd) ? fd : yield * readAll(t.process, fd, maxArchiveBytes);
	if (failed(bytes)) {
		return yield * fatal(t, `${archive}: Cannot open: ${errorTextOf(bytes)}\ntar: Error is not recoverable: exiting now`);
	}

	const raw = bytes[0] === 0x1F && bytes[1] === 0x8B ? inflate(bytes) : bytes;
	const entries = raw === undefined ? undefined : readTar(raw);
	if (entries === undefined || isTarError(entries)) {
		return yield * fatal(t, 'This does not look like a tar archive\ntar: Exiting with failure status due to previous errors');
	}

	const accounts = yield * readAccounts(t.process);
	let status = 0;
	for (const entry of entries.filter(({name}) => isWanted(t, name))) {
		yield step;
		if (mode === 'list') {
			yield * t.print(`${t.has('verbose') ? longLine(entry, accounts) : shownName(entry)}\n`);
		} else {
			yield * announce(t, shownName(entry));
			status = Math.max(status, yield * extract(t, entry));
		}
	}

	return status;
}

function inflate(bytes: Uint8Array): Uint8Array | undefined {
	const claimed = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0, true);
	if (claimed > maxArchiveBytes) {
		return undefined;
	}

	try {
		return gunzipSync(bytes, {out: new Uint8Array(claimed)});
	} catch {
		return undefined;
	}
}

function isWanted(t: Tool<Name>, name: string): boolean {
	return t.operands.length === 0 || t.operands.some(operand => name === operand.replace(/\/$/v, '') || name.startsWith(`${operand.replace(/\/$/v, '')}/`));
}

function shownName({name, type}: TarEntry): string {
	return type === 'directory' ? `${name}/` : name;
}

const letters: Readonly<Record<TarType, string>> = {file: '-', hardlink: 'h', symlink: 'l', char: 'c', block: 'b', directory: 'd', fifo: 'p'};

function longLine(entry: TarEntry, accounts: Accounts): string {
	const {year, month, day, hour, minute} = civilFromSeconds(Math.floor(entry.mtimeUs / 1e6));
	const two = (value: number): string => String(value).padStart(2, '0');
	const owner = `${accounts.userName(entry.uid) ?? entry.uid}/${accounts.groupName(entry.gid) ?? entry.gid}`;
	const size = String(entry.content.sizeBytes);
	const arrow = entry.type === 'symlink' ? ` -> ${entry.linkName}` : (entry.type === 'hardlink' ? ` link to ${entry.linkName}` : '');
	return `${letters[entry.type]}${modeText('file', entry.mode).slice(1)} ${owner} ${size.padStart(Math.max(18 - owner.length, size.length))} ${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)} ${shownName(entry)}${arrow}`;
}

/** Makes one member below the target directory. Names that would leave it are refused. */
function * extract(t: Tool<Name>, entry: TarEntry): Blocking<number> {
	const parts = tarPath(entry.name)?.slice(Number(t.value('strip') ?? 0));
	if (parts === undefined) {
		yield * printTo(t.process, 2, `tar: ${entry.name}: Member name contains '..'\n`);
		return 2;
	}

	if (parts.length === 0) {
		return 0;
	}

	const base = t.value('directory');
	const path = `${base === undefined ? '' : `${base}/`}${parts.join('/')}`;
	for (let depth = 1; depth < parts.length; depth++) {
		t.sys.mkdir(`${base === undefined ? '' : `${base}/`}${parts.slice(0, depth).join('/')}`);
	}

	const made = yield * makeMember(t, entry, path);
	if (failed(made)) {
		yield * printTo(t.process, 2, `tar: ${entry.name}: Cannot open: ${errorTextOf(made)}\ntar: Exiting with failure status due to previous errors\n`);
		return 2;
	}

	if (entry.type !== 'symlink' && entry.type !== 'hardlink') {
		const isRoot = t.sys.credentials().uid === 0;
		t.sys.chmod(path, isRoot || t.has('samePermissions') ? entry.mode : entry.mode & ~t.sys.umask() & 0o777);
		if (isRoot) {
			t.sys.chown(path, entry.uid, entry.gid);
		}

		t.sys.utimes(path, entry.mtimeUs, entry.mtimeUs);
	}

	return 0;
}

function * makeMember(t: Tool<Name>, entry: TarEntry, path: string): Blocking<void | Failure> {
	if (entry.type !== 'directory') {
		t.sys.unlink(path);
	}

	switch (entry.type) {
		case 'directory': {
			const made = t.sys.mkdir(path);
			return failed(made) && made.errno !== 'EEXIST' ? made : undefined;
		}

		case 'symlink': {
			return t.sys.symlink(entry.linkName, path);
		}

		case 'hardlink': {
			const base = t.value('directory');
			return t.sys.link(`${base === undefined ? '' : `${base}/`}${entry.linkName}`, path);
		}

		case 'char':
		case 'block':
		case 'fifo': {
			return t.sys.mknod(path, entry.type, entry.mode, {major: entry.major, minor: entry.minor});
		}

		case 'file': {
			const fd = t.sys.open(path, {write: true, create: true, truncate: true});
			if (failed(fd)) {
				return fd;
			}

			for (const {offset, bytes} of entry.content.chunks) {
				t.sys.seek(fd, offset, 'start');
				const written = yield * write(t.process, fd, bytes);
				if (failed(written)) {
					return written;
				}
			}

			t.sys.ftruncate(fd, entry.content.sizeBytes);
			t.sys.close(fd);
			return undefined;
		}

		default: {
			return entry.type satisfies never;
		}
	}
}

function * fatal(t: Tool<Name>, message: string): Blocking<number> {
	yield * printTo(t.process, 2, `tar: ${message}\n`);
	return 2;
}
