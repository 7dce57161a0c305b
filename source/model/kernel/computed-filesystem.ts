// A filesystem whose files are computed when they are read: what procfs and sysfs are made of. A table of entries says what there
// is; nothing is stored, and so nothing can be out of date. Source: Linux fs/seq_file.c, fs/kernfs/.
//
// Directories may have families of members that come and go: the processes of /proc, the descriptors of /proc/PID/fd, the processors
// of /sys/devices/system/cpu. A member is known by a number, its key; families nest at most twice. A node is its entry's place in
// the table and the keys on the way to it:
//
//     node = first key × 2^29  +  entry × 2^17  +  second key + 1

import {assert, must} from '../../base/assert.js';
import {decodeText, encodeText} from '../../base/bytes.js';
import {type Errno, type Failure, failed, failure} from './errno.js';
import type {Attributes, DirectoryEntry, FileTimeUs, FileType, FsId, Mode, NodeId} from './file-types.js';
import type {FileSystemType, FsContext} from './filesystem.js';
import {fileTime} from './inode-filesystem.js';
import type {NamespaceId, OpenFile, Place} from './schema.js';

/** What the functions of an entry know: who asks, of which mount, and the keys of the family members on the path. */
export type View = {readonly context: FsContext; readonly fs: FsId; readonly keys: readonly number[]};

/** A file is there unless `exists` says that it is not. */
type Conditional = {readonly exists?: (view: View) => boolean};

export type ComputedFile = Conditional & {
	readonly type: 'file';
	readonly mode: Mode;
	readonly read: (view: View) => string | Failure;
	readonly write?: (view: View, text: string) => void | Failure;
	/** What opening it for writing is refused with, where that differs from the rest of the filesystem. */
	readonly openReadOnly?: Errno;
};

export type ComputedLink = Conditional & {
	readonly type: 'symlink';
	readonly target: (view: View) => string | Failure;
	/** Where the link leads, if that is not what the text says (magic links, path_resolution(7)). */
	readonly magic?: (view: View) => Place | Failure | undefined;
	/** Following it gives a file that stands for this namespace. */
	readonly namespace?: (view: View) => NamespaceId | undefined;
	/** Following it gives the file that was opened, though no path leads to it: a pipe, a socket, a terminal. */
	readonly openFile?: (view: View) => OpenFile | undefined;
};

export type Family = {
	readonly members: (view: View) => Iterable<{readonly name: string; readonly key: number}>;
	readonly find: (view: View, name: string) => number | undefined;
	readonly nameOf: (view: View, key: number) => string;
	readonly entry: ComputedEntry;
};

export type ComputedDirectory = Conditional & {
	readonly type: 'directory';
	readonly mode?: Mode;
	readonly entries: Readonly<Record<string, ComputedEntry>>;
	readonly family?: Family;
};

export type ComputedEntry = ComputedFile | ComputedLink | ComputedDirectory;

export type ComputedOptions = {
	readonly name: string;
	readonly root: ComputedDirectory;
	/** What stat(2) shows as the size of files. */
	readonly fileSizeBytes: number;
	readonly owner: (view: View) => {readonly uid: number; readonly gid: number};
	/** Refusals: of making a file and a directory, and of opening a file for writing that cannot be written. */
	readonly refusals: {readonly create: Errno; readonly mkdir: Errno; readonly openReadOnly: Errno | undefined};
};

export function textFile(read: (view: View) => string | Failure, mode: Mode = 0o444): ComputedFile {
	return {type: 'file', mode, read};
}

export function writableFile(read: (view: View) => string | Failure, write: (view: View, text: string) => void | Failure, mode: Mode = 0o644): ComputedFile {
	return {type: 'file', mode, read, write};
}

export function directory(entries: Readonly<Record<string, ComputedEntry>>, more: Partial<Omit<ComputedDirectory, 'type' | 'entries'>> = {}): ComputedDirectory {
	return {type: 'directory', entries, ...more};
}

/** An entry's place in the table. */
type Slot = {
	readonly index: number;
	readonly entry: ComputedEntry;
	readonly name: string;
	readonly parent: Slot | undefined;
	/** It is the member of its parent's family, under its last key. */
	readonly isMember: boolean;
	/** How many keys lead to it. */
	readonly depth: number;
	readonly children: Map<string, Slot>;
	member: Slot | undefined;
};

const secondRange = 2 ** 17;
const firstRange = 2 ** 29;
/** Nodes that stand for a namespace lie above all others: this and the namespace's number. */
const namespaceNodes = 2 ** 52;
/** Above those, nodes that stand for an open file: this and the file's number. */
const openFileNodes = namespaceNodes + 2 ** 40;

function flatten(root: ComputedDirectory): readonly Slot[] {
	const slots: Slot[] = [];
	const add = (entry: ComputedEntry, name: string, parent: Slot | undefined, isMember: boolean): Slot => {
		const slot: Slot = {
			index: slots.length, entry, name, parent, isMember, depth: (parent?.depth ?? 0) + (isMember ? 1 : 0), children: new Map(), member: undefined,
		};
		slots.push(slot);
		assert(slot.depth <= 2 && slots.length * secondRange <= firstRange, `flatten: too many entries or families at ${name}`);
		if (entry.type === 'directory') {
			for (const [childName, child] of Object.entries(entry.entries)) {
				slot.children.set(childName, add(child, childName, slot, false));
			}

			slot.member = entry.family === undefined ? undefined : add(entry.family.entry, '', slot, true);
		}

		return slot;
	};

	add(root, '', undefined, false);
	return slots;
}

type Located = {readonly slot: Slot; readonly view: View};

/** Makes a filesystem type of a table of entries. */
export function computedFileSystem(options: ComputedOptions): FileSystemType {
	const slots = flatten(options.root);
	const locate = (context: FsContext, fs: FsId, node: NodeId): Located => {
		const slot = must(slots[Math.floor((node % firstRange) / secondRange)], `${options.name}: no entry of node ${node}`);
		const keys = [Math.floor(node / firstRange), (node % secondRange) - 1].slice(0, slot.depth);
		return {slot, view: {context, fs, keys}};
	};

	const refuse = (errno: Errno) => () => failure(errno);
	return {
		name: options.name,
		isVirtual: true,
		root: () => nodeOf(slots[0]!, []),
		attributes: (context, fs, node) => node >= openFileNodes
			? openFileAttributes(context, fs, node)
			: (node >= namespaceNodes ? namespaceAttributes(context, fs, node) : attributes(options, locate(context, fs, node), node)),
		lookup: (context, fs, node, name) => lookup(locate(context, fs, node), name),
		parent(context, fs, node) {
			const {slot, view} = locate(context, fs, node);
			return slot.parent === undefined ? node : nodeOf(slot.parent, view.keys.slice(0, slot.parent.depth));
		},
		entries: (context, fs, node) => list(locate(context, fs, node)),
		readlink(context, fs, node) {
			const {slot, view} = locate(context, fs, node);
			const target = slot.entry.type === 'symlink' ? slot.entry.target(view) : failure('EINVAL');
			return failed(target) ? target : {target};
		},
		create: (_context, _fs, _directory, _name, file) => failure(file.type === 'directory' ? options.refusals.mkdir : options.refusals.create),
		link: refuse('EPERM'),
		unlink: refuse('EPERM'),
		rmdir: refuse('EPERM'),
		rename: refuse('EPERM'),
		open(context, fs, node, {forWriting}) {
			const {entry} = node >= namespaceNodes ? {entry: undefined} : locate(context, fs, node).slot;
			const cannot = forWriting && (entry?.type !== 'file' || entry.write === undefined);
			const refusal = (entry?.type === 'file' ? entry.openReadOnly : undefined) ?? options.refusals.openReadOnly;
			return cannot && refusal !== undefined ? failure(refusal) : undefined;
		},
		release() {},
		read(context, fs, node, offset, count) {
			const {slot: {entry}, view} = locate(context, fs, node);
			const text = entry.type === 'file' ? entry.read(view) : failure(entry.type === 'directory' ? 'EISDIR' : 'EINVAL');
			return failed(text) ? text : encodeText(text).subarray(offset, offset + count);
		},
		write(context, fs, node, _offset, bytes) {
			const {slot: {entry}, view} = locate(context, fs, node);
			const done = entry.type === 'file' && entry.write !== undefined ? entry.write(view, decodeText(bytes)) : failure('EIO');
			return failed(done) ? done : bytes.length;
		},
		// Truncation is what `>` asks for; it means nothing here. Other changes are refused.
		setAttributes: (_context, _fs, _node, changes) => changes.mode === undefined && changes.uid === undefined && changes.gid === undefined ? undefined : failure('EPERM'),
		xattrs: () => new Map(),
		setXattr: refuse('EOPNOTSUPP'),
		usage: () => ({type: options.name, totalBytes: 0, freeBytes: 0, totalInodes: 0, freeInodes: 0}),
		magic(context, fs, node) {
			const {slot: {entry}, view} = locate(context, fs, node);
			const namespace = entry.type === 'symlink' ? entry.namespace?.(view) : undefined;
			if (namespace !== undefined) {
				return placeOf(view, namespaceNodes + namespace);
			}

			const file = entry.type === 'symlink' ? entry.openFile?.(view) : undefined;
			if (file !== undefined) {
				return placeOf(view, openFileNodes + file.id);
			}

			return entry.type === 'symlink' ? entry.magic?.(view) : undefined;
		},
		namespaceOf: (_context, _fs, node) => node >= namespaceNodes && node < openFileNodes ? node - namespaceNodes : undefined,
		openFileOf: (_context, _fs, node) => node >= openFileNodes ? node - openFileNodes : undefined,
	};
}

function nodeOf(slot: Slot, keys: readonly number[]): NodeId {
	const [first = 0, second = -1] = keys;
	return first * firstRange + slot.index * secondRange + second + 1;
}

function isThere(slot: Slot, view: View): boolean {
	return slot.entry.exists?.(view) ?? true;
}

function lookup({slot, view}: Located, name: string): NodeId | Failure {
	if (slot.entry.type !== 'directory') {
		return failure('ENOTDIR');
	}

	const child = slot.children.get(name);
	if (child !== undefined && isThere(child, view)) {
		return nodeOf(child, view.keys);
	}

	const key = slot.entry.family?.find(view, name);
	return key === undefined ? failure('ENOENT') : nodeOf(must(slot.member, 'lookup: no member'), [...view.keys, key]);
}

function list({slot, view}: Located): readonly DirectoryEntry[] | Failure {
	const {entry} = slot;
	if (entry.type !== 'directory') {
		return failure('ENOTDIR');
	}

	const entries: DirectoryEntry[] = [];
	for (const [name, child] of slot.children) {
		if (isThere(child, view)) {
			entries.push({name, node: nodeOf(child, view.keys), type: child.entry.type});
		}
	}

	const {member} = slot;
	for (const {name, key} of member === undefined ? [] : entry.family?.members(view) ?? []) {
		entries.push({name, node: nodeOf(must(member, 'list: no member'), [...view.keys, key]), type: must(member, 'list: no member').entry.type});
	}

	return entries;
}

function attributes(options: ComputedOptions, {slot, view}: Located, node: NodeId): Attributes | Failure {
	if (isGone(slot, view)) {
		return failure('ENOENT');
	}

	const {entry} = slot;
	const mode = entry.type === 'directory' ? entry.mode ?? 0o555 : (entry.type === 'symlink' ? 0o777 : entry.mode);
	const subdirectories = [...slot.children.values()].filter(child => child.entry.type === 'directory').length;
	return {
		...plainAttributes(view.fs, node, fileTime(view.context.tx)),
		type: entry.type,
		mode,
		nlink: entry.type === 'directory' ? 2 + subdirectories : 1,
		...options.owner(view),
		sizeBytes: entry.type === 'file' ? options.fileSizeBytes : 0,
	};
}

/** Whether a member on the path has ceased to be: a process that ended while somebody stood in its directory. */
function isGone(slot: Slot, view: View): boolean {
	for (let at: Slot | undefined = slot; at !== undefined; at = at.parent) {
		const {parent} = at;
		if (at.isMember && parent?.entry.type === 'directory') {
			const keys = view.keys.slice(0, parent.depth);
			const name = parent.entry.family!.nameOf({...view, keys}, view.keys[parent.depth]!);
			if (parent.entry.family!.find({...view, keys}, name) === undefined) {
				return true;
			}
		}
	}

	return false;
}

function plainAttributes(fs: FsId, node: NodeId, timeUs: FileTimeUs): Attributes {
	return {
		fs, node, type: 'file', mode: 0o444, nlink: 1, uid: 0, gid: 0, rdev: {major: 0, minor: 0}, sizeBytes: 0, blocks: 0, atimeUs: timeUs, mtimeUs: timeUs, ctimeUs: timeUs,
	};
}

function namespaceAttributes({tx}: FsContext, fs: FsId, node: NodeId): Attributes | Failure {
	const id = node - namespaceNodes;
	return tx.get('namespace', id) === undefined ? failure('ENOENT') : {...plainAttributes(fs, node, fileTime(tx)), node: id};
}

const openFileTypes: Readonly<Record<OpenFile['what']['kind'], FileType>> = {
	node: 'file', pipe: 'fifo', socket: 'socket', terminal: 'char', master: 'char', device: 'char', sink: 'fifo',
};

/** An open file belongs to whoever has it open, as far as the model knows. */
function openFileAttributes({tx, kernel, task}: FsContext, fs: FsId, node: NodeId): Attributes | Failure {
	const file = tx.get('file', node - openFileNodes);
	if (file === undefined) {
		return failure('ENOENT');
	}

	const {what} = file;
	const owner = task === undefined ? undefined : tx.get(`task:${kernel}`, task);
	const rdev = what.kind === 'device' ? what.device : {major: what.kind === 'terminal' ? 136 : 0, minor: what.kind === 'terminal' ? what.terminal : 0};
	return {
		...plainAttributes(fs, node, fileTime(tx)), node: what.kind === 'pipe' ? what.pipe : file.id, type: openFileTypes[what.kind], mode: 0o600, rdev, uid: owner?.uid ?? 0, gid: owner?.gid ?? 0,
	};
}

/** A node of this filesystem in one of the caller's mounts of it. */
function placeOf({context, fs}: View, node: NodeId): Place | Failure {
	const task = context.task === undefined ? undefined : context.tx.get(`task:${context.kernel}`, context.task);
	const mounts = task === undefined ? [] : context.tx.table(`mount:${task.namespaces.mnt}`).values();
	for (const mount of mounts) {
		if (mount.fs === fs) {
			return {mount: mount.id, node};
		}
	}

	return failure('ENOENT');
}
