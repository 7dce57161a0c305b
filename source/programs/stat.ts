// stat(1): shows everything the kernel keeps about a file, or about the filesystem it is on (-f).

import {strftime} from '../base/calendar.js';
import {formatInteger, formatString, interpretEscapes} from '../base/printf.js';
import {failed} from '../model/kernel/errno.js';
import type {Attributes, FsUsage} from '../model/kernel/file-types.js';
import {readAccounts, type Accounts} from './account-names.js';
import {modeText, typeBits} from './file-modes.js';
import type {Command} from './options.js';
import {quoted} from './quoting.js';
import {typeWord} from './remove-files.js';
import {tool, type Tool} from './tool.js';

const options = {
	dereference: {short: 'L', long: 'dereference', help: 'follow links'},
	fileSystem: {short: 'f', long: 'file-system', help: 'display file system status instead of file status'},
	format: {short: 'c', long: 'format', value: 'FORMAT', help: 'use the specified FORMAT instead of the default; output a newline after each use of FORMAT'},
	printf: {long: 'printf', value: 'FORMAT', help: 'like --format, but interpret backslash escapes, and do not output a mandatory trailing newline', only: 'gnu'},
	terse: {short: 't', long: 'terse', help: 'print the information in terse form'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'stat', usage: ['[OPTION]... FILE...'], summary: 'Display file or file system status.', options};

const fileFormat = '  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\nDevice: %Hd,%Ld\tInode: %-11i Links: %h\nAccess: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\nAccess: %x\nModify: %y\nChange: %z\n Birth: %w\n';
const busyboxFormat = '  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\nDevice: %Dh/%dd\tInode: %-10i  Links: %h\nAccess: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\nAccess: %x\nModify: %y\nChange: %z\n';
const fileSystemFormat = '  File: "%n"\n    ID: %-8i Namelen: %-7l Type: %T\nBlock size: %-10s Fundamental block size: %S\nBlocks: Total: %-10b Free: %-10f Available: %a\nInodes: Total: %-10c Free: %d\n';
const deviceFields = 'Device: %Hd,%Ld\tInode: %-11i Links: %h';
const specialFields = 'Device: %Hd,%Ld\tInode: %-11i Links: %-5h Device type: %Hr,%Lr';

export const stat = tool(command, function * (t) {
	if (t.operands.length === 0) {
		return yield * t.usageError('missing operand', undefined);
	}

	const accounts = yield * readAccounts(t.process);
	let status = 0;
	for (const path of t.operands) {
		if (t.has('fileSystem')) {
			const usage = t.sys.statfs(path);
			if (failed(usage)) {
				status = yield * t.complainCannot(`cannot read file system information for ${quoted(path)}`, `can't read file system information for '${path}'`, usage);
			} else {
				yield * t.print(expand(t, letter => fileSystemField(letter, path, usage), fileSystemFormat));
			}

			continue;
		}

		const attributes = path === '-' ? t.sys.fstat(0) : (t.has('dereference') ? t.sys.stat(path) : t.sys.lstat(path));
		if (failed(attributes)) {
			status = yield * t.complainCannot(`cannot ${path === '-' ? 'stat standard input' : `statx ${quoted(path)}`}`, `can't stat '${path}'`, attributes);
			continue;
		}

		const special = attributes.type === 'char' || attributes.type === 'block';
		const standard = t.isGnu ? (special ? fileFormat.replace(deviceFields, specialFields) : fileFormat) : busyboxFormat;
		const terse = '%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o\n';
		yield * t.print(expand(t, letter => fileField(t, letter, path, {attributes, accounts}), t.has('terse') ? terse : standard));
	}

	return status;
});

type Value = string | number;

/** Replaces `%` directives with their flags and widths; letters may have H or L before them. */
function expand(t: Tool<Name>, field: (letter: string) => Value | undefined, standard: string): string {
	const chosen = t.last('format', 'printf');
	const format = chosen === undefined ? standard : (chosen === 'printf' ? interpretEscapes(t.value('printf')!, {octal: 'plain'}).text : `${t.value('format')!}\n`);
	return format.replaceAll(/%([\-+ #0']*)(\d*)(?:\.(\d+))?([HL]?[A-Za-z%])/gv, (_whole, flags: string, width: string, precision: string | undefined, letter: string) => {
		if (letter === '%') {
			return '%';
		}

		const value = field(letter);
		const size = {flags, width: width === '' ? undefined : Number(width), precision: precision === undefined ? undefined : Number(precision)};
		if (value === undefined) {
			return '?';
		}

		if (typeof value === 'string') {
			return formatString({...size, conversion: 's'}, value);
		}

		const conversion = letter === 'a' ? 'o' : (['f', 'D', 't', 'T', 'R'].includes(letter) ? 'x' : 'd');
		return formatInteger({...size, conversion}, BigInt(value));
	});
}

function time(us: number): string {
	const seconds = Math.floor(us / 1e6);
	return strftime('%Y-%m-%d %H:%M:%S.%N %z', {seconds, nanoseconds: (us - seconds * 1e6) * 1000});
}

function fileField(t: Tool<Name>, letter: string, path: string, {attributes, accounts}: {readonly attributes: Attributes; readonly accounts: Accounts}): Value | undefined {
	switch (letter) {
		case 'n': return path;
		case 'N': return shownName(t, path, attributes);
		case 's': return attributes.sizeBytes;
		case 'b': return attributes.blocks;
		case 'B': return 512;
		case 'o': return 4096;
		case 'F': return typeWord(attributes);
		case 'a': return attributes.mode;
		case 'A': return modeText(attributes.type, attributes.mode);
		case 'f': return typeBits[attributes.type] + attributes.mode;
		case 'u': return attributes.uid;
		case 'U': return accounts.userName(attributes.uid) ?? 'UNKNOWN';
		case 'g': return attributes.gid;
		case 'G': return accounts.groupName(attributes.gid) ?? 'UNKNOWN';
		case 'h': return attributes.nlink;
		case 'i': return attributes.node;
		// Simplified: a filesystem's device number is 0:ID.
		case 'd':
		case 'D':
		case 'Ld': return attributes.fs;
		case 'Hd': return 0;
		case 't':
		case 'Hr': return attributes.rdev.major;
		case 'T':
		case 'Lr': return attributes.rdev.minor;
		case 'x': return time(attributes.atimeUs);
		case 'X': return Math.floor(attributes.atimeUs / 1e6);
		case 'y': return time(attributes.mtimeUs);
		case 'Y': return Math.floor(attributes.mtimeUs / 1e6);
		case 'z': return time(attributes.ctimeUs);
		case 'Z': return Math.floor(attributes.ctimeUs / 1e6);
		// Simplified: the model keeps no time of birth.
		case 'w': return '-';
		case 'W': return 0;
		default: return undefined;
	}
}

function shownName(t: Tool<Name>, path: string, attributes: Attributes): string {
	const shown = t.isGnu && t.has('format', 'printf') ? quoted(path) : (t.isGnu ? path : (t.has('format') ? `'${path}'` : path));
	const link = attributes.type === 'symlink' ? t.sys.readlink(path) : undefined;
	return link === undefined || failed(link) ? shown : `${shown} -> ${t.isGnu && t.has('format', 'printf') ? quoted(link.target) : (t.has('format') ? `'${link.target}'` : link.target)}`;
}

const magicNumbers: Readonly<Record<string, string>> = {ext4: 'ext2/ext3', overlay: 'overlayfs', tmpfs: 'tmpfs', proc: 'proc', sysfs: 'sysfs', cgroup2: 'cgroup2fs', devtmpfs: 'tmpfs', devpts: 'devpts'};

const blockBytes = 4096;

function fileSystemField(letter: string, path: string, usage: FsUsage): Value | undefined {
	switch (letter) {
		case 'n': return path;
		case 'i': return '0';
		case 'l': return 255;
		case 's':
		case 'S': return blockBytes;
		case 'b': return Math.floor(usage.totalBytes / blockBytes);
		case 'f':
		case 'a': return Math.floor(usage.freeBytes / blockBytes);
		case 'c': return usage.totalInodes;
		case 'd': return usage.freeInodes;
		case 'T': return magicNumbers[usage.type] ?? usage.type;
		default: return undefined;
	}
}
