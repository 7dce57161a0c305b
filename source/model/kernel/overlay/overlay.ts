// Overlay: one tree merged of several. Reads go to the uppermost layer that has the file; a change first copies it up.
// Source: Linux Documentation/filesystems/overlayfs.rst; fs/overlayfs/inode.c (ovl_getattr, ovl_setattr), file.c (ovl_open).

import {must} from '../../../base/assert.js';
import {type Failure, failed, failure} from '../errno.js';
import type {FileContent} from '../file-content.js';
import type {Attributes, FsId, NodeId} from '../file-types.js';
import type {FileSystemType, FsContext} from '../filesystem.js';
import {typeOf} from '../vfs.js';
import {create, link, remove} from './change.js';
import {type CopyUpExtent, copyUp, isPrivateXattr, unionLinks} from './copy-up.js';
import {readDirectory} from './directory.js';
import {attributesOf, type Overlay} from './layer-file.js';
import {
	dataFile, getNode, heldFiles, lookupNode, metadataFile, overlayOf, putNode, rootOf, shownInode, upperOf,
} from './nodes.js';
import type {LayerFile, OverlayNode} from './overlay-schema.js';
import {rename} from './rename.js';

export const overlay: FileSystemType = {
	name: 'overlay',
	isVirtual: true,
	root: (context, fs) => overlayOf(context, fs).mount.root,
	attributes: (context, fs, node) => withNode(context, fs, node, attributes),
	lookup: (context, fs, directory, name) => withNode(context, fs, directory, (merged, parent) => {
		if (parent.type !== 'directory' || parent.removed) {
			return failure(parent.removed ? 'ENOENT' : 'ENOTDIR');
		}

		const node = lookupNode(merged, parent, name);
		return failed(node) ? node : node.node;
	}),
	parent: (context, fs, directory) => must(getNode(overlayOf(context, fs), directory), 'parent: no such node').parent,
	entries: (context, fs, directory) => withNode(context, fs, directory, (merged, node) =>
		node.type === 'directory' ? (node.removed ? [] : readDirectory(merged, node)) : failure('ENOTDIR')),
	readlink: (context, fs, node) => withFile(context, fs, node, file => typeOf(context, file.fs).readlink(context, file.fs, file.node)),
	create: (context, fs, directory, name, file) => create(overlayOf(context, fs), directory, name, file),
	link: (context, fs, node, directory, name) => link(overlayOf(context, fs), node, directory, name),
	unlink: (context, fs, directory, name) => remove(overlayOf(context, fs), directory, name, 'file'),
	rmdir: (context, fs, directory, name) => remove(overlayOf(context, fs), directory, name, 'directory'),
	rename: (context, fs, from, to, options) => rename(overlayOf(context, fs), from, to, options),
	open,
	release,
	read: (context, fs, node, offset, count) => withNode(context, fs, node, (merged, found) => {
		const file = dataFile(merged, found);
		return typeOf(context, file.fs).read(context, file.fs, file.node, offset, count);
	}),
	write: (context, fs, node, offset, bytes) => withUpper(context, fs, node, 'data', file => typeOf(context, file.fs).write(context, file.fs, file.node, offset, bytes)),
	setAttributes: (context, fs, node, changes) => withUpper(context, fs, node, changes.sizeBytes === undefined ? 'metadata' : 'data', file =>
		typeOf(context, file.fs).setAttributes(context, file.fs, file.node, changes)),
	xattrs,
	setXattr,
	usage: (context, fs) => {
		const merged = overlayOf(context, fs);
		const file = metadataFile(merged, rootOf(merged));
		return {...typeOf(context, file.fs).usage(context, file.fs), type: 'overlay'};
	},
	content: (context, fs, node) => withNode<FileContent | undefined>(context, fs, node, (merged, found) => {
		const file = dataFile(merged, found);
		return typeOf(context, file.fs).content?.(context, file.fs, file.node);
	}),
};

function withNode<T>(context: FsContext, fs: FsId, node: NodeId, use: (merged: Overlay, node: OverlayNode) => T | Failure): T | Failure {
	const merged = overlayOf(context, fs);
	const found = getNode(merged, node);
	return found === undefined ? failure('ENOENT') : use(merged, found);
}

function withFile<T>(context: FsContext, fs: FsId, node: NodeId, use: (file: LayerFile) => T | Failure): T | Failure {
	return withNode(context, fs, node, (merged, found) => use(metadataFile(merged, found)));
}

/** Copies the node up and hands the upper file out. */
function withUpper<T>(context: FsContext, fs: FsId, node: NodeId, extent: CopyUpExtent, use: (file: LayerFile) => T | Failure): T | Failure {
	return withNode(context, fs, node, (merged, found) => {
		const copied = copyUp(merged, found, extent);
		return failed(copied) ? copied : use(must(upperOf(merged, copied), 'withUpper: no upper'));
	});
}

function attributes(merged: Overlay, node: OverlayNode): Attributes | Failure {
	const real = attributesOf(merged, metadataFile(merged, node));
	if (failed(real)) {
		return real;
	}

	const isDirectory = node.type === 'directory';
	const isMerge = isDirectory && node.lower.length + (node.upper === undefined ? 0 : 1) > 1;
	const data = node.hasUpperData || isDirectory || node.upper === undefined ? undefined : attributesOf(merged, dataFile(merged, node));
	return {
		...real,
		fs: merged.mount.fs,
		node: shownInode(merged, node, node.node),
		// A merged directory does not count its subdirectories: 1 tells find(1) so.
		nlink: isMerge ? 1 : (unionLinks(merged, node) ?? real.nlink),
		// Of a metacopy the data, and with it the space, is below.
		...(data !== undefined && !failed(data) && {blocks: data.blocks}),
	};
}

function open(context: FsContext, fs: FsId, node: NodeId, how: {readonly forWriting: boolean; readonly truncate: boolean}): void | Failure {
	return withNode(context, fs, node, (merged, found) => {
		const copied = how.forWriting || how.truncate ? copyUp(merged, found, how.truncate ? 'empty' : 'data') : found;
		if (failed(copied)) {
			return copied;
		}

		for (const file of heldFiles(merged, copied)) {
			const opened = typeOf(context, file.fs).open(context, file.fs, file.node, how);
			if (failed(opened)) {
				return opened;
			}
		}

		putNode(merged, {...copied, opens: copied.opens + 1});
	});
}

function release(context: FsContext, fs: FsId, node: NodeId): void {
	const merged = overlayOf(context, fs);
	const found = getNode(merged, node);
	if (found === undefined || found.opens === 0) {
		return;
	}

	for (const file of heldFiles(merged, found)) {
		typeOf(context, file.fs).release(context, file.fs, file.node);
	}

	if (found.opens === 1 && found.removed && found.type !== 'directory') {
		context.tx.delete(`overlay-node:${fs}`, node);
	} else {
		putNode(merged, {...found, opens: found.opens - 1});
	}
}

/** Overlay's own attributes do not show; those of an overlay on top of this one are stored under a longer name (fs/overlayfs/xattrs.c). */
function xattrs(context: FsContext, fs: FsId, node: NodeId): ReadonlyMap<string, Uint8Array> | Failure {
	return withNode(context, fs, node, (merged, found) => {
		const file = metadataFile(merged, found);
		const real = typeOf(context, file.fs).xattrs(context, file.fs, file.node);
		const {xattrPrefix} = merged.mount.options;
		return failed(real) ? real : new Map(Array.from(real)
			.filter(([name]) => !isPrivateXattr(merged, name))
			.map(([name, value]) => [name.startsWith(xattrPrefix) ? xattrPrefix + name.slice(`${xattrPrefix}overlay.`.length) : name, value]));
	});
}

function setXattr(context: FsContext, fs: FsId, node: NodeId, name: string, value: Uint8Array | undefined): void | Failure {
	return withNode(context, fs, node, (merged, found) => {
		const {xattrPrefix} = merged.mount.options;
		const stored = name.startsWith(xattrPrefix) ? `${xattrPrefix}overlay.${name.slice(xattrPrefix.length)}` : name;
		const before = metadataFile(merged, found);
		const existing = typeOf(context, before.fs).xattrs(context, before.fs, before.node);
		if (value === undefined && (failed(existing) || !existing.has(stored))) {
			// Asked before copy-up, so that a failing removal copies nothing.
			return failed(existing) ? existing : failure('ENODATA');
		}

		// An upper inode that is only in the index is enough: the name stays a lower one (ovl_xattr_set).
		const copied = found.upper === undefined ? copyUp(merged, found, 'metadata') : found;
		const file = failed(copied) ? copied : must(upperOf(merged, copied), 'setXattr: no upper');
		return failed(file) ? file : typeOf(context, file.fs).setXattr(context, file.fs, file.node, stored, value);
	});
}
