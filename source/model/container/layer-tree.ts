// A layer as a tree of inodes and as a tar archive, and the way between them. In the tree removals are overlay's: a 0/0 character
// device where a lower file is hidden, `trusted.overlay.opaque=y` on a directory that hides what is below it. In the archive they are
// the markers of the image format:
//
//     tree                                        archive
//     data/f1       c 0,0                         data/.wh.f1          an empty file
//     data          trusted.overlay.opaque=y      data/.wh..wh..opq    an empty file, right after its directory
//
// The archive lists names in order of code units, directory by directory, times in whole seconds, and of the extended attributes
// only security.capability. Source: moby/moby pkg/archive archive.go, archive_linux.go; OCI image-spec layer.md, "Whiteouts".

import {decodeText, encodeText, compareText} from '../../base/bytes.js';
import {rootedPath} from '../../base/path.js';
import {defaultTarBudget, isTarError, readTar, type TarEntry, tarEntry, writeTar} from '../../base/tar.js';
import type {Id} from '../../base/transaction.js';
import {emptyContent} from '../kernel/file-content.js';
import type {FileTimeUs, NodeId} from '../kernel/file-types.js';
import type {Inode} from '../kernel/schema.js';

/** The inodes of a filesystem by number, as in its table; the root is number 2. */
export type LayerTree = ReadonlyMap<Id, Inode>;

export const rootNode: NodeId = 2;
const whiteoutPrefix = '.wh.';
const opaqueMarker = '.wh..wh..opq';
const opaqueXattr = 'trusted.overlay.opaque';
const keptXattr = 'security.capability';

export function isWhiteout(inode: Pick<Inode, 'type' | 'rdev'>): boolean {
	return inode.type === 'char' && inode.rdev.major === 0 && inode.rdev.minor === 0;
}

export function isOpaque(inode: Pick<Inode, 'xattrs'>): boolean {
	const mark = inode.xattrs.get(opaqueXattr);
	return mark !== undefined && decodeText(mark) === 'y';
}

/** Sum of the logical sizes of the files, each inode once: the size that docker counts for the layer. */
export function treeSizeBytes(tree: LayerTree): number {
	let size = 0;
	for (const inode of tree.values()) {
		size += inode.type === 'file' && inode.nlink > 0 ? inode.content.sizeBytes : 0;
	}

	return size;
}

export function tarOfTree(tree: LayerTree): Uint8Array {
	return writeTar(treeEntries(tree));
}

function * treeEntries(tree: LayerTree): Generator<TarEntry> {
	const seen = new Map<NodeId, string>();
	yield * directoryEntries(tree, tree.get(rootNode)!, '', seen);
}

function * directoryEntries(tree: LayerTree, directory: Inode, path: string, seen: Map<NodeId, string>): Generator<TarEntry> {
	for (const [name, {node}] of [...directory.entries].sort(([a], [b]) => compareText(a, b))) {
		const inode = tree.get(node)!;
		const entry = entryOf(inode, path, name, seen);
		if (entry === undefined) {
			continue;
		}

		yield entry;
		if (inode.type === 'directory') {
			if (isOpaque(inode)) {
				yield tarEntry(`${path}${name}/${opaqueMarker}`, 'file', {mode: inode.mode & 0o777, uid: inode.uid, gid: inode.gid});
			}

			yield * directoryEntries(tree, inode, `${path}${name}/`, seen);
		}
	}
}

/** Undefined for sockets, which archives cannot hold. */
function entryOf(inode: Inode, path: string, name: string, seen: Map<NodeId, string>): TarEntry | undefined {
	const {mode, uid, gid} = inode;
	const mtimeUs = Math.floor(inode.mtimeUs / 1e6) * 1e6;
	if (isWhiteout(inode)) {
		return tarEntry(`${path}${whiteoutPrefix}${name}`, 'file', {mode: 0o600, uid, gid, mtimeUs});
	}

	const capability = inode.xattrs.get(keptXattr);
	const rest = {mode, uid, gid, mtimeUs, ...capability !== undefined && {xattrs: new Map([[keptXattr, capability]])}};
	const first = seen.get(inode.node);
	const full = path + name;
	if (first !== undefined) {
		return tarEntry(full, 'hardlink', {...rest, linkName: first});
	}

	if (inode.type !== 'directory' && inode.nlink > 1) {
		seen.set(inode.node, full);
	}

	switch (inode.type) {
		case 'file': {
			return tarEntry(full, 'file', {...rest, content: inode.content});
		}

		case 'symlink': {
			return tarEntry(full, 'symlink', {...rest, linkName: inode.target});
		}

		case 'char':
		case 'block': {
			return tarEntry(full, inode.type, {...rest, ...inode.rdev});
		}

		case 'directory':
		case 'fifo': {
			return tarEntry(full, inode.type, rest);
		}

		case 'socket': {
			return undefined;
		}

		default: {
			inode.type satisfies never;
			return undefined;
		}
	}
}

/** A tree under construction: names to inodes, numbers given in order. */
export class TreeBuilder {
	readonly #inodes = new Map<NodeId, Inode>();
	readonly #entries = new Map<NodeId, Map<string, {node: NodeId; type: Inode['type']}>>();
	#nextNode = rootNode + 1;

	constructor(root: {readonly mode?: number; readonly timeUs?: FileTimeUs} = {}) {
		this.#put(rootNode, {type: 'directory', mode: root.mode ?? 0o755, timeUs: root.timeUs ?? 0}, rootNode);
	}

	/** The number of the next inode: what the filesystem's record says. */
	get nextNode(): NodeId {
		return this.#nextNode;
	}

	get(path: readonly string[]): Inode | undefined {
		let inode = this.#inodes.get(rootNode);
		for (const name of path) {
			const entry = inode === undefined ? undefined : this.#entries.get(inode.node)?.get(name);
			inode = entry === undefined ? undefined : this.#inodes.get(entry.node);
		}

		return inode;
	}

	/** Puts a file at a path, in place of what was there; missing directories are made. A directory over a directory keeps its entries. */
	add(path: readonly string[], file: TreeFile): NodeId {
		const name = path.at(-1);
		if (name === undefined) {
			this.#put(rootNode, {...file, type: 'directory'}, rootNode);
			return rootNode;
		}

		const parent = this.#directory(path.slice(0, -1), file.timeUs);
		const old = this.#entries.get(parent)!.get(name);
		if (old?.type === 'directory' && file.type === 'directory') {
			this.#put(old.node, file, parent);
			return old.node;
		}

		this.#unlink(parent, name);
		const node = this.#nextNode++;
		this.#put(node, file, parent);
		this.#entries.get(parent)!.set(name, {node, type: file.type});
		return node;
	}

	/** A second name for a file; false if there is none at `target`. */
	link(path: readonly string[], target: readonly string[]): boolean {
		const inode = this.get(target);
		const name = path.at(-1);
		if (inode === undefined || inode.type === 'directory' || name === undefined) {
			return false;
		}

		const parent = this.#directory(path.slice(0, -1), inode.mtimeUs);
		this.#unlink(parent, name);
		this.#inodes.set(inode.node, {...inode, nlink: inode.nlink + 1});
		this.#entries.get(parent)!.set(name, {node: inode.node, type: inode.type});
		return true;
	}

	/** Marks a directory as hiding what is below it. */
	setOpaque(path: readonly string[]): void {
		const node = this.#directory(path, 0);
		const inode = this.#inodes.get(node)!;
		this.#inodes.set(node, {...inode, xattrs: new Map([...inode.xattrs, [opaqueXattr, encodeText('y')]])});
	}

	/** The finished inodes, with the link counts of directories. */
	finish(): LayerTree {
		const tree = new Map<Id, Inode>();
		for (const [node, inode] of this.#inodes) {
			const entries = this.#entries.get(node);
			const nlink = entries === undefined ? inode.nlink : 2 + [...entries.values()].filter(entry => entry.type === 'directory').length;
			tree.set(node, Object.freeze({...inode, nlink, entries: entries ?? noEntries}));
		}

		return tree;
	}

	#directory(path: readonly string[], timeUs: FileTimeUs): NodeId {
		let node = rootNode;
		for (const [index, name] of path.entries()) {
			const entry = this.#entries.get(node)!.get(name);
			node = entry?.type === 'directory' ? entry.node : this.add(path.slice(0, index + 1), {type: 'directory', mode: 0o755, timeUs});
		}

		return node;
	}

	#unlink(parent: NodeId, name: string): void {
		const entry = this.#entries.get(parent)!.get(name);
		if (entry === undefined) {
			return;
		}

		for (const child of this.#entries.get(entry.node)?.keys() ?? []) {
			this.#unlink(entry.node, child);
		}

		this.#entries.get(parent)!.delete(name);
		const inode = this.#inodes.get(entry.node)!;
		if (inode.type === 'directory' || inode.nlink <= 1) {
			this.#inodes.delete(entry.node);
			this.#entries.delete(entry.node);
		} else {
			this.#inodes.set(entry.node, {...inode, nlink: inode.nlink - 1});
		}
	}

	#put(node: NodeId, file: TreeFile, parent: NodeId): void {
		const {type, mode, timeUs, uid = 0, gid = 0, rdev = noDevice, target = '', content = emptyContent, xattrs = new Map()} = file;
		this.#inodes.set(node, {
			node, type, mode, nlink: 1, uid, gid, rdev, atimeUs: timeUs, mtimeUs: timeUs, ctimeUs: timeUs, content, entries: noEntries,
			parent: type === 'directory' ? parent : 0, target, xattrs, opens: 0,
		});
		if (type === 'directory' && !this.#entries.has(node)) {
			this.#entries.set(node, new Map());
		}
	}
}

const noDevice = {major: 0, minor: 0};
const noEntries: ReadonlyMap<string, {readonly node: NodeId; readonly type: Inode['type']}> = new Map();

export type TreeFile = Pick<Inode, 'type' | 'mode'> & Partial<Pick<Inode, 'uid' | 'gid' | 'rdev' | 'target' | 'content' | 'xattrs'>> & {readonly timeUs: FileTimeUs};

export type TreeError = {readonly error: string};

/** The tree of an archive. `hasMarkers`: it is a layer's, whose markers become whiteouts and opaque directories. */
export function treeOfTar(tar: Uint8Array, {hasMarkers = true}: {readonly hasMarkers?: boolean} = {}): LayerTree | TreeError {
	const entries = readTar(tar, defaultTarBudget);
	if (isTarError(entries)) {
		return {error: entries.message};
	}

	const builder = new TreeBuilder();
	for (const entry of entries) {
		const problem = addEntry(builder, entry, hasMarkers);
		if (problem !== undefined) {
			return {error: problem};
		}
	}

	return builder.finish();
}

/**
 * Adds an archive's entry below `base`. `hasMarkers`: names that begin with `.wh.` are removals, not files. The engine unpacks in a
 * root directory of its own (moby/moby pkg/chrootarchive), so that no name and no link leads out of it.
 */
export function addEntry(builder: TreeBuilder, entry: TarEntry, hasMarkers: boolean, base: readonly string[] = []): string | undefined {
	const inArchive = rootedPath(entry.name);
	const parent = inArchive.length === 0 ? base : followLinks(builder, [...base, ...inArchive.slice(0, -1)], base.length);
	if (parent === undefined) {
		return `mkdir /${inArchive.slice(0, -1).join('/')}: too many levels of symbolic links`;
	}

	const path = inArchive.length === 0 ? base : [...parent, inArchive.at(-1)!];
	const name = path.at(-1) ?? '';
	if (hasMarkers && name.startsWith(whiteoutPrefix)) {
		if (name === opaqueMarker) {
			builder.setOpaque(path.slice(0, -1));
		} else if (!name.startsWith('.wh..wh.')) {
			builder.add([...path.slice(0, -1), name.slice(whiteoutPrefix.length)], {type: 'char', mode: 0, timeUs: entry.mtimeUs});
		}

		return undefined;
	}

	const {mode, uid, gid, mtimeUs: timeUs, xattrs} = entry;
	if (entry.type === 'hardlink') {
		const target = rootedPath(entry.linkName);
		return builder.link(path, [...base, ...target]) ? undefined : `link /${target.join('/')} /${inArchive.join('/')}: no such file or directory`;
	}

	builder.add(path, {
		type: entry.type, mode, uid, gid, timeUs, xattrs, rdev: {major: entry.major, minor: entry.minor},
		target: entry.type === 'symlink' ? entry.linkName : '', content: entry.content,
	});
	return undefined;
}

const maxSymlinks = 40;

/** Where a path leads in the tree so far; its first `rootLength` components are the root that no link leaves. */
function followLinks(builder: TreeBuilder, path: readonly string[], rootLength: number): readonly string[] | undefined {
	const root = path.slice(0, rootLength);
	let done = [...root];
	const pending = path.slice(rootLength);
	for (let links = 0; pending.length > 0;) {
		const name = pending.shift()!;
		if (name === '' || name === '.') {
			continue;
		}

		if (name === '..') {
			done = done.slice(0, Math.max(done.length - 1, rootLength));
			continue;
		}

		const inode = builder.get([...done, name]);
		if (inode?.type !== 'symlink') {
			done.push(name);
			continue;
		}

		if (++links > maxSymlinks) {
			return undefined;
		}

		done = inode.target.startsWith('/') ? [...root] : done;
		pending.unshift(...inode.target.split('/'));
	}

	return done;
}
