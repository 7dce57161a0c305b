// Copy-up: before a file of a lower layer is changed, it and the directories above it get a copy in the upper layer, with
// metadata, extended attributes and, unless metacopy=on puts that off, data. Source: Linux fs/overlayfs/copy_up.c.
//
//     ovl_copy_up_flags   the topmost ancestor without an upper first, then down to the file
//     ovl_do_copy_up      parent marked impure; a hard link is broken, or goes to the index with index=on
//     ovl_copy_up_metadata  xattrs, origin, metacopy, owner, mode, times
//
// Simplified: the copy is made in its final place; Linux makes it in workdir and renames it, which only a crash could tell apart.

import {must} from '../../../base/assert.js';
import {encodeText, noBytes} from '../../../base/bytes.js';
import {type Failure, failed, failure} from '../errno.js';
import type {Attributes, NodeId} from '../file-types.js';
import {typeOf} from '../vfs.js';
import {
	attributesOf, childOf, copyData, type Overlay, overlayXattr, setOverlayXattr,
} from './layer-file.js';
import {
	dataFile, getNode, lookupNode, metadataFile, pathOfNode, putNode, setUpper, upperOf,
} from './nodes.js';
import {encodeHandle, indexName} from './origin.js';
import type {LayerFile, OverlayNode} from './overlay-schema.js';

/** What the change that asks for the copy needs: only metadata, the data too, or a file that is emptied at once. */
export type CopyUpExtent = 'metadata' | 'data' | 'empty';

/** Makes sure that a node has an upper file with what `extent` says, and a name there. */
export function copyUp(overlay: Overlay, wanted: OverlayNode, extent: CopyUpExtent): OverlayNode | Failure {
	if (overlay.mount.upper === undefined) {
		return failure('EROFS');
	}

	for (;;) {
		const node = must(getNode(overlay, wanted.node), 'copyUp: no such node');
		if (node.upper !== undefined && (node.hasUpperName || node.removed)) {
			return extent === 'metadata' || node.hasUpperData || node.type !== 'file' ? node : copyUpData(overlay, node, extent);
		}

		if (node.removed) {
			return node.type === 'directory' ? failure('ENOENT') : copyUpRemoved(overlay, node);
		}

		let next = node;
		for (;;) {
			const parent = must(getNode(overlay, next.parent), 'copyUp: no parent');
			if (parent.upper !== undefined) {
				break;
			}

			next = parent;
		}

		const copied = copyUpOne(overlay, next, next.node === node.node ? extent : 'metadata');
		if (failed(copied)) {
			return copied;
		}
	}
}

function copyUpOne(overlay: Overlay, node: OverlayNode, extent: CopyUpExtent): void | Failure {
	const parent = must(getNode(overlay, node.parent), 'copyUpOne: no parent');
	const directory = must(upperOf(overlay, parent), 'copyUpOne: parent has no upper');
	const source = metadataFile(overlay, node);
	const attributes = attributesOf(overlay, source);
	const before = attributesOf(overlay, directory);
	if (failed(attributes) || failed(before)) {
		return failed(attributes) ? attributes : before as Failure;
	}

	const toIndex = overlay.mount.index !== undefined && node.type !== 'directory' && attributes.nlink > 1;
	const outcome = toIndex || node.indexed
		? linkUp(overlay, node, attributes, directory, extent)
		: copyTo(overlay, node, attributes, {directory, name: node.name, extent, place: parent});
	// "Restore timestamps on parent": a copy is not a change to the directory.
	typeOf(overlay.context, directory.fs).setAttributes(overlay.context, directory.fs, directory.node, {atimeUs: before.atimeUs, mtimeUs: before.mtimeUs});
	return outcome;
}

type Destination = {
	readonly directory: LayerFile;
	readonly name: string;
	readonly extent: CopyUpExtent;
	/** The directory of the merged tree that gets the entry, or one of the directories in workdir. */
	readonly place: OverlayNode | 'index' | 'work';
};

function copyTo(overlay: Overlay, node: OverlayNode, attributes: Attributes, to: Destination): void | Failure {
	const source = metadataFile(overlay, node);
	const marked = typeof to.place === 'string' ? undefined : setImpure(overlay, to.place);
	if (failed(marked)) {
		return marked;
	}

	const keepsInode = node.type === 'directory' || attributes.nlink === 1 || overlay.mount.index !== undefined;
	const isMetacopy = overlay.mount.options.metacopy && node.type === 'file' && to.extent === 'metadata';
	const file = createCopy(overlay, node, attributes, to);
	if (failed(file)) {
		return file;
	}

	const copied = fillCopy(overlay, node, file, {attributes, source, extent: isMetacopy ? 'metadata' : to.extent, withOrigin: keepsInode, isMetacopy});
	if (failed(copied)) {
		const {context} = overlay;
		typeOf(context, file.fs)[node.type === 'directory' ? 'rmdir' : 'unlink'](context, file.fs, to.directory.node, to.name);
		return copied;
	}

	setUpper(overlay, node, {upper: file.node, hasUpperData: !isMetacopy, hasUpperName: typeof to.place !== 'string', keepsInode, indexed: to.place === 'index'});
	const copiesData = node.type === 'file' && !isMetacopy && to.extent !== 'empty';
	overlay.context.tx.emit({kind: 'copy-up', fs: overlay.mount.fs, path: pathOfNode(overlay, node), sizeBytes: copiesData ? attributes.sizeBytes : 0});
}

function createCopy(overlay: Overlay, node: OverlayNode, attributes: Attributes, to: Destination): LayerFile | Failure {
	const {context} = overlay;
	const {fs} = to.directory;
	const source = metadataFile(overlay, node);
	const link = node.type === 'symlink' ? typeOf(context, source.fs).readlink(context, source.fs, source.node) : undefined;
	if (failed(link)) {
		return link;
	}

	const {type, mode, uid, gid, rdev} = attributes;
	const created = typeOf(context, fs).create(context, fs, to.directory.node, to.name, {type, mode, uid, gid, rdev, ...(link !== undefined && {target: link.target})});
	return failed(created) ? created : {fs, node: created};
}

type Filling = {readonly attributes: Attributes; readonly source: LayerFile; readonly extent: CopyUpExtent; readonly withOrigin: boolean; readonly isMetacopy: boolean};

/** Data, extended attributes, owner, mode and times of a fresh copy. */
function fillCopy(overlay: Overlay, node: OverlayNode, file: LayerFile, {attributes, source, extent, withOrigin, isMetacopy}: Filling): void | Failure {
	const {context} = overlay;
	const type = typeOf(context, file.fs);
	if (node.type === 'file' && !isMetacopy && extent !== 'empty') {
		const copied = copyData(overlay, dataFile(overlay, node), file);
		if (failed(copied)) {
			return copied;
		}
	}

	const xattrs = typeOf(context, source.fs).xattrs(context, source.fs, source.node);
	for (const [name, value] of failed(xattrs) ? [] : xattrs) {
		if (!isPrivateXattr(overlay, name)) {
			type.setXattr(context, file.fs, file.node, name, value);
		}
	}

	if (withOrigin) {
		// A lower overlay hands out no file handles: the attribute then is empty (ovl_set_origin).
		const isNested = context.tx.get('filesystem', source.fs)?.type === 'overlay';
		setOverlayXattr(overlay, file, 'origin', isNested ? noBytes : encodeHandle(node.lower[0] ?? source));
	}

	if (isMetacopy) {
		setOverlayXattr(overlay, file, 'metacopy', noBytes);
	}

	const {uid, gid, mode, atimeUs, mtimeUs, sizeBytes} = attributes;
	return type.setAttributes(context, file.fs, file.node, {uid, gid, mode, ...(isMetacopy && {sizeBytes}), atimeUs, mtimeUs});
}

/** The second half of a copy-up that metacopy=on had put off. */
function copyUpData(overlay: Overlay, node: OverlayNode, extent: CopyUpExtent): OverlayNode | Failure {
	const upper = must(upperOf(overlay, node), 'copyUpData: no upper');
	const attributes = attributesOf(overlay, upper);
	if (failed(attributes)) {
		return attributes;
	}

	if (extent === 'data') {
		const copied = copyData(overlay, dataFile(overlay, node), upper);
		if (failed(copied)) {
			return copied;
		}
	}

	const removed = setOverlayXattr(overlay, upper, 'metacopy', undefined);
	if (failed(removed)) {
		return removed;
	}

	overlay.context.tx.emit({kind: 'copy-up', fs: overlay.mount.fs, path: pathOfNode(overlay, node), sizeBytes: extent === 'data' ? attributes.sizeBytes : 0});
	return setUpper(overlay, node, {upper: upper.node, hasUpperData: true});
}

/** With index=on: one copy in the index directory for all lower hard links, and a link to it for each name (ovl_link_up). */
function linkUp(overlay: Overlay, node: OverlayNode, attributes: Attributes, directory: LayerFile, extent: CopyUpExtent): void | Failure {
	const {context, mount} = overlay;
	const index = {fs: directory.fs, node: must(mount.index, 'linkUp: no index')};
	const nlink = unionLinks(overlay, node) ?? attributes.nlink;
	let upper = upperOf(overlay, node);
	if (upper === undefined) {
		const name = indexName(must(node.lower[0], 'linkUp: no origin'));
		const copied = copyTo(overlay, node, attributes, {directory: index, name, extent, place: 'index'});
		const entry = childOf(overlay, index, name);
		if (failed(copied) || failed(entry)) {
			return failed(copied) ? copied : entry as Failure;
		}

		upper = must(entry, 'linkUp: no index entry');
	}

	const parent = must(getNode(overlay, node.parent), 'linkUp: no parent');
	const marked = setImpure(overlay, parent);
	const linked = failed(marked) ? marked : typeOf(context, directory.fs).link(context, directory.fs, upper.node, directory.node, node.name);
	if (failed(linked)) {
		return linked;
	}

	const copied = must(getNode(overlay, node.node), 'linkUp: node lost');
	putNode(overlay, {...copied, hasUpperName: true});
	setUnionLinks(overlay, upper, nlink);
}

/** How many names an indexed file has in the merged tree: kept as the distance from the upper inode's own count. */
export function unionLinks(overlay: Overlay, node: OverlayNode): number | undefined {
	const upper = upperOf(overlay, node);
	const value = upper === undefined || !node.indexed ? undefined : overlayXattr(overlay, upper, 'nlink');
	const attributes = upper === undefined ? undefined : attributesOf(overlay, upper);
	if (value === undefined || attributes === undefined || failed(attributes)) {
		return undefined;
	}

	return attributes.nlink + Number(String.fromCodePoint(...value).slice(1));
}

export function setUnionLinks(overlay: Overlay, upper: LayerFile, nlink: number): void {
	const attributes = attributesOf(overlay, upper);
	if (!failed(attributes)) {
		const distance = nlink - attributes.nlink;
		setOverlayXattr(overlay, upper, 'nlink', encodeText(`U${distance < 0 ? '' : '+'}${distance}`));
	}
}

/** A file without a name is copied to workdir, and its name there is taken away once the open files hold the copy. */
function copyUpRemoved(overlay: Overlay, node: OverlayNode): OverlayNode | Failure {
	const {context, mount} = overlay;
	const work = {fs: must(mount.upper, 'copyUpRemoved: no upper').fs, node: must(mount.work, 'copyUpRemoved: no workdir')};
	const attributes = attributesOf(overlay, metadataFile(overlay, node));
	if (failed(attributes)) {
		return attributes;
	}

	const name = temporaryName(node.node);
	const copied = copyTo(overlay, node, attributes, {directory: work, name, extent: 'data', place: 'work'});
	const unlinked = failed(copied) ? copied : typeOf(context, work.fs).unlink(context, work.fs, work.node, name);
	return failed(unlinked) ? unlinked : must(getNode(overlay, node.node), 'copyUpRemoved: lost');
}

/** A name in workdir, as ovl_lookup_temp makes them. */
export function temporaryName(number: number): string {
	return `#${number.toString(16)}`;
}

/** Marks the upper directory of a node as one with entries that were copied up (ovl_set_impure). */
export function setImpure(overlay: Overlay, directory: OverlayNode): void | Failure {
	return setMark(overlay, must(upperOf(overlay, directory), 'setImpure: no upper'), 'impure');
}

/** Sets an attribute to "y" unless it is set. */
export function setMark(overlay: Overlay, file: LayerFile, name: 'impure' | 'opaque'): void | Failure {
	return overlayXattr(overlay, file, name) === undefined ? setOverlayXattr(overlay, file, name, encodeText('y')) : undefined;
}

/** Overlay's own attributes; `overlay.overlay.` belongs to an overlay that this one is a layer of. */
export function isPrivateXattr({mount}: Overlay, name: string): boolean {
	const {xattrPrefix} = mount.options;
	return name.startsWith(xattrPrefix) && !name.startsWith(`${xattrPrefix}overlay.`);
}

/** Copies the directory of a change up, then looks the name up there again. */
export function copyUpDirectory(overlay: Overlay, directory: NodeId): OverlayNode | Failure {
	const node = getNode(overlay, directory);
	if (node === undefined || node.removed) {
		return failure('ENOENT');
	}

	return node.type === 'directory' ? copyUp(overlay, node, 'metadata') : failure('ENOTDIR');
}

/** Copies up the entry of a directory. */
export function copyUpEntry(overlay: Overlay, directory: OverlayNode, name: string): OverlayNode | Failure {
	const node = lookupNode(overlay, directory, name);
	return failed(node) ? node : copyUp(overlay, node, 'metadata');
}
