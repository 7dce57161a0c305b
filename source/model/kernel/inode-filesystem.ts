// A filesystem that stores inodes: what ext4, tmpfs, devtmpfs and an image's layer have in common. A directory is a map from names to
// inodes; an inode lives as long as something links to it or holds it open.
//
// Simplified: no journal, no block map. Space is counted in pages (file-content.ts), and a full filesystem answers ENOSPC.

import {must} from '../../base/assert.js';
import {noBytes} from '../../base/bytes.js';
import {wallTime} from '../../base/clock.js';
import {LayeredMap} from '../../base/layered-map.js';
import type {Reads, Writes} from '../../base/transaction.js';
import {forgetPages} from './cgroup/page-cache.js';
import {touchPages} from './cgroup/touch-pages.js';
import {takeNumber} from './counter.js';
import {type Failure, failed, failure} from './errno.js';
import {allocatedBytes, contentOf, emptyContent, type FileContent, readContent, resizeContent, storedBytes, writeContent} from './file-content.js';
import type {AttributeChanges, Attributes, FileTimeUs, FsId, NewFile, NodeId} from './file-types.js';
import type {FileSystem, FileSystemType, FsContext} from './filesystem.js';
import {maxFileBytes, maxNameBytes, maxStoredBytes} from './limits.js';
import type {Inode, KernelSchema} from './schema.js';

const rootNode = 2;

type Tx = Writes<KernelSchema>;

/** Now, as files record it. */
export function fileTime(tx: Reads<KernelSchema>): FileTimeUs {
	const {seconds, nanoseconds} = wallTime(tx);
	return seconds * 1e6 + Math.floor(nanoseconds / 1000);
}

/** Makes an empty filesystem (a root directory of mode 0755 owned by root) that is not mounted anywhere. */
export function makeInodeFileSystem(tx: Tx, type: string, options: Readonly<Record<string, string>> = {}, capacityBytes?: number): FsId {
	const id = takeNumber(tx, 'filesystem');
	const fs: FileSystem = {
		id, type, options, capacityBytes, usedBytes: 0, nextNode: rootNode + 1, device: {major: 0, minor: takeNumber(tx, 'device')},
	};
	tx.put('filesystem', id, fs);
	const mode = type === 'tmpfs' ? Number.parseInt(options['mode'] ?? '1777', 8) : 0o755;
	putInode(tx, id, {...newInode(fileTime(tx), rootNode, {type: 'directory', mode, uid: Number(options['uid'] ?? 0), gid: Number(options['gid'] ?? 0)}), parent: rootNode});
	return id;
}

export function getInode(tx: Reads<KernelSchema>, fs: FsId, node: NodeId): Inode | undefined {
	return tx.get(`inode:${fs}`, node);
}

export function putInode(tx: Tx, fs: FsId, inode: Inode): void {
	tx.put(`inode:${fs}`, inode.node, inode);
}

function newInode(timeUs: FileTimeUs, node: NodeId, file: NewFile): Inode {
	return {
		node,
		type: file.type,
		mode: file.mode,
		nlink: file.type === 'directory' ? 2 : 1,
		uid: file.uid,
		gid: file.gid,
		rdev: file.rdev ?? {major: 0, minor: 0},
		atimeUs: timeUs,
		mtimeUs: timeUs,
		ctimeUs: timeUs,
		content: emptyContent,
		entries: new Map(),
		parent: 0,
		target: file.target ?? '',
		xattrs: new Map(),
		opens: 0,
	};
}

/** The implementation for a type name; `isVirtual` types have no block device (`nodev`). */
export function inodeFileSystem(name: string, isVirtual: boolean): FileSystemType {
	return {
		name,
		isVirtual,
		root: () => rootNode,
		attributes: (context, fs, node) => withInode(context, fs, node, inode => attributesOf(fs, inode)),
		lookup: (context, fs, directory, entry) => withDirectory(context, fs, directory, inode => inode.entries.get(entry)?.node ?? failure('ENOENT')),
		parent: (context, fs, directory) => must(getInode(context.tx, fs, directory), 'parent: no such directory').parent,
		entries: (context, fs, directory) => withDirectory(context, fs, directory, inode =>
			Array.from(inode.entries, ([entry, {node, type}]) => ({name: entry, node, type}))),
		readlink: (context, fs, node) => withInode(context, fs, node, inode => inode.type === 'symlink' ? {target: inode.target} : failure('EINVAL')),
		create,
		link,
		unlink: ({tx}, fs, directory, entry) => removeEntry(tx, fs, directory, entry, 'file'),
		rmdir: ({tx}, fs, directory, entry) => removeEntry(tx, fs, directory, entry, 'directory'),
		rename,
		open,
		release,
		read: (context, fs, node, offset, count) => withInode(context, fs, node, inode => {
			if (!isVirtual && inode.type === 'file') {
				touchPages(context, {fs, node, offset, count: Math.min(count, inode.content.sizeBytes - offset), isShmem: false});
			}

			return readContent(inode.content, offset, count);
		}),
		write(context, fs, node, offset, bytes) {
			const written = write(context, fs, node, offset, bytes);
			if (!failed(written) && (!isVirtual || name === 'tmpfs')) {
				touchPages(context, {fs, node, offset, count: written, isShmem: isVirtual});
			}

			return written;
		},
		setAttributes,
		xattrs: (context, fs, node) => withInode(context, fs, node, inode => inode.xattrs),
		setXattr,
		usage,
		content: (context, fs, node) => withInode(context, fs, node, inode => inode.content),
		setContent,
	};
}

export function attributesOf(fs: FsId, inode: Inode): Attributes {
	const isFile = inode.type === 'file';
	const isDirectory = inode.type === 'directory';
	return {
		fs,
		node: inode.node,
		type: inode.type,
		mode: inode.mode,
		nlink: inode.nlink,
		uid: inode.uid,
		gid: inode.gid,
		rdev: inode.rdev,
		// A directory shows one block; a symbolic link the length of its target, kept in the inode itself.
		sizeBytes: isFile ? inode.content.sizeBytes : (isDirectory ? 4096 : inode.target.length),
		blocks: isFile ? allocatedBytes(inode.content) / 512 : (isDirectory ? 8 : 0),
		atimeUs: inode.atimeUs,
		mtimeUs: inode.mtimeUs,
		ctimeUs: inode.ctimeUs,
	};
}

function withInode<T>({tx}: FsContext, fs: FsId, node: NodeId, use: (inode: Inode) => T): T | Failure {
	const inode = getInode(tx, fs, node);
	return inode === undefined ? failure('ENOENT') : use(inode);
}

function withDirectory<T>(context: FsContext, fs: FsId, node: NodeId, use: (inode: Inode) => T): T | Failure {
	return withInode(context, fs, node, inode => inode.type === 'directory' ? use(inode) : failure('ENOTDIR'));
}

function create({tx}: FsContext, fs: FsId, directory: NodeId, name: string, file: NewFile): NodeId | Failure {
	const parent = must(getInode(tx, fs, directory), 'create: no such directory');
	if (parent.entries.has(name)) {
		return failure('EEXIST');
	}

	if (new TextEncoder().encode(name).length > maxNameBytes) {
		return failure('ENAMETOOLONG');
	}

	if (parent.nlink === 0) {
		return failure('ENOENT');
	}

	const superblock = must(tx.get('filesystem', fs), 'create: no such filesystem');
	const node = superblock.nextNode;
	tx.put('filesystem', fs, {...superblock, nextNode: node + 1});
	const timeUs = fileTime(tx);
	const inode = newInode(timeUs, node, file);
	putInode(tx, fs, file.type === 'directory' ? {...inode, parent: directory} : inode);
	putInode(tx, fs, touched({...parent, nlink: parent.nlink + (file.type === 'directory' ? 1 : 0), entries: withEntry(parent, name, {node, type: file.type})}, timeUs));
	return node;
}

function link({tx}: FsContext, fs: FsId, node: NodeId, directory: NodeId, name: string): void | Failure {
	const inode = must(getInode(tx, fs, node), 'link: no such inode');
	const parent = must(getInode(tx, fs, directory), 'link: no such directory');
	if (parent.entries.has(name)) {
		return failure('EEXIST');
	}

	if (inode.type === 'directory') {
		return failure('EPERM');
	}

	const timeUs = fileTime(tx);
	putInode(tx, fs, {...inode, nlink: inode.nlink + 1, ctimeUs: timeUs});
	putInode(tx, fs, touched({...parent, entries: withEntry(parent, name, {node, type: inode.type})}, timeUs));
}

function removeEntry(tx: Tx, fs: FsId, directory: NodeId, name: string, want: 'file' | 'directory'): void | Failure {
	const parent = must(getInode(tx, fs, directory), 'removeEntry: no such directory');
	const entry = parent.entries.get(name);
	if (entry === undefined) {
		return failure('ENOENT');
	}

	const inode = must(getInode(tx, fs, entry.node), 'removeEntry: dangling entry');
	if (want === 'directory') {
		if (inode.type !== 'directory') {
			return failure('ENOTDIR');
		}

		if (inode.entries.size > 0) {
			return failure('ENOTEMPTY');
		}
	} else if (inode.type === 'directory') {
		return failure('EISDIR');
	}

	const timeUs = fileTime(tx);
	const entries = LayeredMap.of(parent.entries).without(name);
	putInode(tx, fs, touched({...parent, nlink: parent.nlink - (want === 'directory' ? 1 : 0), entries}, timeUs));
	dropLink(tx, fs, {...inode, ctimeUs: timeUs}, want === 'directory' ? 2 : 1);
}

/** Takes links from an inode, and with the last one and the last open file the inode itself. */
function dropLink(tx: Tx, fs: FsId, inode: Inode, count: number): void {
	const left = {...inode, nlink: inode.nlink - count};
	if (left.nlink > 0 || left.opens > 0) {
		putInode(tx, fs, left);
		return;
	}

	chargeSpace(tx, fs, inode.content, emptyContent);
	forgetPages(tx, fs, inode.node);
	tx.delete(`inode:${fs}`, inode.node);
}

type End = {readonly directory: NodeId; readonly name: string};

function rename(context: FsContext, fs: FsId, from: End, to: End, options: {readonly noReplace?: boolean; readonly exchange?: boolean}): void | Failure {
	const {tx} = context;
	const source = getInode(tx, fs, from.directory)?.entries.get(from.name);
	const target = getInode(tx, fs, to.directory)?.entries.get(to.name);
	if (source === undefined || (options.exchange === true && target === undefined)) {
		return failure('ENOENT');
	}

	if (target !== undefined && options.noReplace === true) {
		return failure('EEXIST');
	}

	const wouldSwallowItself = options.exchange === true && target?.type === 'directory' && isWithin(tx, fs, from.directory, target.node);
	if (wouldSwallowItself || (source.type === 'directory' && isWithin(tx, fs, to.directory, source.node))) {
		return failure('EINVAL');
	}

	if (source.node === target?.node) {
		return;
	}

	if (options.exchange === true) {
		const exchanged = must(target, 'rename: nothing to exchange');
		const moved = (source.type === 'directory' ? 1 : 0) - (exchanged.type === 'directory' ? 1 : 0);
		addSubdirectories(tx, fs, from.directory, -moved);
		addSubdirectories(tx, fs, to.directory, moved);
		move(tx, fs, exchanged, to, from);
	} else if (target !== undefined) {
		if (source.type === 'directory' && target.type !== 'directory') {
			return failure('ENOTDIR');
		}

		const removed = removeEntry(tx, fs, to.directory, to.name, source.type === 'directory' ? 'directory' : 'file');
		if (failed(removed)) {
			return removed;
		}
	}

	if (options.exchange !== true) {
		const directory = must(getInode(tx, fs, from.directory), 'rename: no such directory');
		const entries = LayeredMap.of(directory.entries).without(from.name);
		putInode(tx, fs, touched({...directory, entries, nlink: directory.nlink - (source.type === 'directory' ? 1 : 0)}, fileTime(tx)));
	}

	move(tx, fs, source, from, to, options.exchange !== true);
}

/** A directory counts a link for the `..` of each directory in it. */
function addSubdirectories(tx: Tx, fs: FsId, node: NodeId, count: number): void {
	const directory = must(getInode(tx, fs, node), 'addSubdirectories: no such directory');
	putInode(tx, fs, {...directory, nlink: directory.nlink + count});
}

/** Puts an entry at `to` and, of a directory, tells it its new parent. */
function move(tx: Tx, fs: FsId, entry: {readonly node: NodeId; readonly type: Inode['type']}, from: End, to: End, isNewEntry = false): void {
	const timeUs = fileTime(tx);
	const directory = must(getInode(tx, fs, to.directory), 'move: no such directory');
	const isDirectory = entry.type === 'directory';
	putInode(tx, fs, touched({...directory, nlink: directory.nlink + (isDirectory && isNewEntry ? 1 : 0), entries: withEntry(directory, to.name, entry)}, timeUs));
	const inode = must(getInode(tx, fs, entry.node), 'move: dangling entry');
	putInode(tx, fs, {...inode, ctimeUs: timeUs, parent: isDirectory ? to.directory : inode.parent});
}

function isWithin(tx: Reads<KernelSchema>, fs: FsId, directory: NodeId, ancestor: NodeId): boolean {
	for (let node = directory; ; ) {
		if (node === ancestor) {
			return true;
		}

		const parent = getInode(tx, fs, node)?.parent ?? rootNode;
		if (parent === node) {
			return false;
		}

		node = parent;
	}
}

function open({tx}: FsContext, fs: FsId, node: NodeId, how: {readonly forWriting: boolean; readonly truncate: boolean}): void | Failure {
	const inode = getInode(tx, fs, node);
	if (inode === undefined) {
		return failure('ENOENT');
	}

	if (!how.truncate || inode.type !== 'file') {
		putInode(tx, fs, {...inode, opens: inode.opens + 1});
		return;
	}

	chargeSpace(tx, fs, inode.content, emptyContent);
	forgetPages(tx, fs, node);
	putInode(tx, fs, touched({...inode, opens: inode.opens + 1, content: emptyContent}, fileTime(tx)));
}

function release({tx}: FsContext, fs: FsId, node: NodeId): void {
	const inode = getInode(tx, fs, node);
	if (inode !== undefined) {
		dropLink(tx, fs, {...inode, opens: Math.max(inode.opens - 1, 0)}, 0);
	}
}

function write({tx}: FsContext, fs: FsId, node: NodeId, offset: number, bytes: Uint8Array): number | Failure {
	const inode = getInode(tx, fs, node);
	if (inode === undefined) {
		return failure('ENOENT');
	}

	if (offset + bytes.length > maxFileBytes) {
		return failure('EFBIG');
	}

	const content = writeContent(inode.content, offset, bytes);
	const charged = chargeSpace(tx, fs, inode.content, content);
	if (failed(charged)) {
		return charged;
	}

	putInode(tx, fs, touched({...inode, content}, fileTime(tx)));
	return bytes.length;
}

function setContent({tx}: FsContext, fs: FsId, node: NodeId, content: FileContent): void | Failure {
	const inode = getInode(tx, fs, node);
	if (inode === undefined) {
		return failure('ENOENT');
	}

	const charged = chargeSpace(tx, fs, inode.content, content);
	if (failed(charged)) {
		return charged;
	}

	putInode(tx, fs, touched({...inode, content}, fileTime(tx)));
}

function setAttributes({tx}: FsContext, fs: FsId, node: NodeId, changes: AttributeChanges): void | Failure {
	const inode = getInode(tx, fs, node);
	if (inode === undefined) {
		return failure('ENOENT');
	}

	const {sizeBytes, ...rest} = changes;
	const timeUs = fileTime(tx);
	const next = {...inode, ...rest, ctimeUs: timeUs};
	if (sizeBytes === undefined) {
		putInode(tx, fs, next);
		return;
	}

	if (sizeBytes > maxFileBytes) {
		return failure('EFBIG');
	}

	const content = resizeContent(inode.content, sizeBytes);
	chargeSpace(tx, fs, inode.content, content);
	forgetPages(tx, fs, node, sizeBytes);
	putInode(tx, fs, {...next, content, mtimeUs: changes.mtimeUs ?? timeUs});
}

function setXattr({tx}: FsContext, fs: FsId, node: NodeId, name: string, value: Uint8Array | undefined): void | Failure {
	const inode = getInode(tx, fs, node);
	if (inode === undefined) {
		return failure('ENOENT');
	}

	const xattrs = new Map(inode.xattrs);
	if (value === undefined) {
		if (!xattrs.delete(name)) {
			return failure('ENODATA');
		}
	} else {
		xattrs.set(name, value);
	}

	putInode(tx, fs, {...inode, xattrs, ctimeUs: fileTime(tx)});
}

function usage({tx}: FsContext, fs: FsId) {
	const {type, capacityBytes = 0, usedBytes} = must(tx.get('filesystem', fs), 'usage: no such filesystem');
	const totalInodes = Math.floor(capacityBytes / 16_384);
	return {
		type, totalBytes: capacityBytes, freeBytes: Math.max(capacityBytes - usedBytes, 0), totalInodes, freeInodes: Math.max(totalInodes - tx.table(`inode:${fs}`).size, 0),
	};
}

/** Takes or gives back space as one content follows another; ENOSPC if the filesystem has a capacity and it, or our own, is used up. */
function chargeSpace(tx: Tx, fs: FsId, before: FileContent, after: FileContent): void | Failure {
	const bytes = allocatedBytes(after) - allocatedBytes(before);
	const stored = storedBytes(after) - storedBytes(before);
	if (bytes === 0 && stored === 0) {
		return;
	}

	const superblock = must(tx.get('filesystem', fs), 'chargeSpace: no such filesystem');
	if (superblock.capacityBytes !== undefined && bytes > 0 && superblock.usedBytes + bytes > superblock.capacityBytes) {
		return failure('ENOSPC');
	}

	const storedNow = Math.max((superblock.storedBytes ?? 0) + stored, 0);
	if (stored > 0 && Math.floor(storedNow / storedBytesStride) > Math.floor((superblock.storedBytes ?? 0) / storedBytesStride) && allStoredBytes(tx) + stored > maxStoredBytes) {
		return failure('ENOSPC');
	}

	tx.put('filesystem', fs, {...superblock, usedBytes: Math.max(superblock.usedBytes + bytes, 0), storedBytes: storedNow});
}

/** What all filesystems hold is added up when one of them has grown by this much more. */
const storedBytesStride = 4 * 2 ** 20;

function allStoredBytes(tx: Tx): number {
	let sum = 0;
	for (const {storedBytes: bytes = 0} of tx.table('filesystem').values()) {
		sum += bytes;
	}

	return sum;
}

function withEntry(directory: Inode, name: string, entry: {readonly node: NodeId; readonly type: Inode['type']}): Inode['entries'] {
	return LayeredMap.of(directory.entries).with(name, entry);
}

function touched(inode: Inode, timeUs: FileTimeUs): Inode {
	return {...inode, mtimeUs: timeUs, ctimeUs: timeUs};
}

/** Adds a file with its bytes, for trees that are laid out rather than written by programs (host images, layers). */
export function addFile(context: FsContext, fs: FsId, directory: NodeId, name: string, file: NewFile & {readonly content?: Inode['content']; readonly timeUs?: FileTimeUs}): NodeId {
	const node = create(context, fs, directory, name, file);
	if (failed(node)) {
		return must(getInode(context.tx, fs, directory)?.entries.get(name)?.node, `addFile: ${name} refused`);
	}

	const inode = must(getInode(context.tx, fs, node), 'addFile: lost');
	const content = file.content ?? contentOf(noBytes);
	const timeUs = file.timeUs ?? inode.mtimeUs;
	chargeSpace(context.tx, fs, emptyContent, content);
	putInode(context.tx, fs, {...inode, content, atimeUs: timeUs, mtimeUs: timeUs, ctimeUs: timeUs});
	return node;
}
