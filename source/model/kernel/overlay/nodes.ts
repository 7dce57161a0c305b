// The identity of files in the merged tree. A file keeps its node from its first lookup on: through copy-up, renames, and for as long
// as it is open; that is why a descriptor that was opened before copy-up reads the new data.
//
// A node is found again by what underlies it: `u12` is upper inode 12, `l3:7` inode 7 of lower filesystem 3, and `h3:7:5/name` one
// of several hard links to it, each of which will be a file of its own once it is copied up.
//
// If all layers are on one filesystem, a file's node is the inode number it has there, and it stays so after copy-up
// (Documentation/filesystems/overlayfs.rst, "Inode properties"). Simplified: with layers on several filesystems all numbers are
// overlay's own, where Linux shows those of the layers for files that are not directories.

import {must} from '../../../base/assert.js';
import {type Failure, failed, failure} from '../errno.js';
import type {FsId, NodeId} from '../file-types.js';
import type {FsContext} from '../filesystem.js';
import {typeOf} from '../vfs.js';
import {attributesOf, type Overlay} from './layer-file.js';
import {type Merged, searchChild} from './lookup.js';
import type {LayerFile, LowerFile, OverlayNode} from './overlay-schema.js';

/** Numbers that overlay gives out itself begin here, above all inode numbers of the layers. */
export const firstOwnNode = 2 ** 32;

export function overlayOf(context: FsContext, fs: FsId): Overlay {
	return {context, mount: must(context.tx.get('overlay', fs), 'overlayOf: not an overlay')};
}

export function getNode({context, mount}: Overlay, node: NodeId): OverlayNode | undefined {
	return context.tx.get(`overlay-node:${mount.fs}`, node);
}

export function rootOf(overlay: Overlay): OverlayNode {
	return must(getNode(overlay, overlay.mount.root), 'rootOf: no root');
}

export function upperOf({mount}: Overlay, {upper}: OverlayNode): LayerFile | undefined {
	return upper === undefined || mount.upper === undefined ? undefined : {fs: mount.upper.fs, node: upper};
}

/** The file whose metadata the node shows. */
export function metadataFile(overlay: Overlay, node: OverlayNode): LayerFile {
	return must(upperOf(overlay, node) ?? node.lower[0], 'metadataFile: a node of nothing');
}

/** The file whose bytes the node shows. */
export function dataFile(overlay: Overlay, node: OverlayNode): LayerFile {
	return must((node.hasUpperData ? upperOf(overlay, node) : undefined) ?? node.lower.at(-1), 'dataFile: a node of nothing');
}

/** The node of an entry: ENOENT if there is none. */
export function lookupNode(overlay: Overlay, directory: OverlayNode, name: string): OverlayNode | Failure {
	const found = searchChild(overlay, directory, rootOf(overlay), name);
	if (failed(found)) {
		return found;
	}

	return found.merged === undefined ? failure('ENOENT') : identify(overlay, directory, name, found.merged);
}

/** Finds the node of what a lookup found, or makes one. */
export function identify(overlay: Overlay, directory: OverlayNode, name: string, merged: Merged): OverlayNode {
	const {context, mount} = overlay;
	const key = keyOf(overlay, merged, `${directory.node}/${name}`);
	const known = context.tx.get(`overlay-key:${mount.fs}`, key)?.node;
	const before = known === undefined ? undefined : getNode(overlay, known);
	if (before !== undefined && before.type === merged.type) {
		const now: OverlayNode = {...before, ...merged, parent: directory.node, name, removed: false};
		if (!isSame(before, now)) {
			moveOpens(overlay, before, now);
			putNode(overlay, now);
		}

		return now;
	}

	const node: OverlayNode = {
		...merged, node: newNumber(overlay, merged), parent: directory.node, name, opens: 0, removed: false,
	};
	putNode(overlay, node);
	context.tx.put(`overlay-key:${mount.fs}`, key, {node: node.node});
	return node;
}

export function putNode({context, mount}: Overlay, node: OverlayNode): void {
	context.tx.put(`overlay-node:${mount.fs}`, node.node, node);
}

/** Records that a node has an upper file from now on. */
export function setUpper(overlay: Overlay, before: OverlayNode, changes: Partial<OverlayNode> & {readonly upper: NodeId}): OverlayNode {
	const now: OverlayNode = {...before, ...changes};
	moveOpens(overlay, before, now);
	putNode(overlay, now);
	overlay.context.tx.put(`overlay-key:${overlay.mount.fs}`, `u${now.upper}`, {node: now.node});
	return now;
}

/** The node lost a name. `isLast`: it has no other, so it ends with its last open file. */
export function forgetName(overlay: Overlay, known: OverlayNode, isLast: boolean): void {
	const {context: {tx}, mount} = overlay;
	const node = getNode(overlay, known.node) ?? known;
	const [top] = node.lower;
	if (top !== undefined && !(node.indexed && !isLast)) {
		tx.delete(`overlay-key:${mount.fs}`, lowerKey(top));
		tx.delete(`overlay-key:${mount.fs}`, linkKey(top, `${node.parent}/${node.name}`));
	}

	if (!isLast) {
		return;
	}

	tx.delete(`overlay-key:${mount.fs}`, `u${node.upper}`);
	if (node.opens > 0 || node.type === 'directory') {
		putNode(overlay, {...node, removed: true});
	} else {
		tx.delete(`overlay-node:${mount.fs}`, node.node);
	}
}

/** The path of a node from the overlay's root, for events and redirects. */
export function pathOfNode(overlay: Overlay, node: OverlayNode): string {
	const names: string[] = [];
	for (let at = node; at.node !== overlay.mount.root; at = must(getNode(overlay, at.parent), 'pathOfNode: no parent')) {
		names.push(at.name);
	}

	return `/${names.reverse().join('/')}`;
}

/** The inode number that stat(2) shows (ovl_getattr): the origin's, so that copy-up does not change it. */
export function shownInode(overlay: Overlay, {keepsInode, lower, type, upper}: Merged, own: NodeId): NodeId {
	if (!overlay.mount.sameFs || type === 'directory') {
		return own;
	}

	return (keepsInode || upper === undefined ? lower[0]?.node : undefined) ?? upper ?? own;
}

function newNumber({context, mount}: Overlay, {keepsInode, lower, upper}: Merged): NodeId {
	const {tx} = context;
	const wanted = (keepsInode || upper === undefined ? lower[0]?.node : undefined) ?? upper;
	if (mount.sameFs && wanted !== undefined && tx.get(`overlay-node:${mount.fs}`, wanted) === undefined) {
		return wanted;
	}

	const superblock = must(tx.get('filesystem', mount.fs), 'newNumber: no filesystem');
	tx.put('filesystem', mount.fs, {...superblock, nextNode: superblock.nextNode + 1});
	return superblock.nextNode;
}

function keyOf(overlay: Overlay, merged: Merged, place: string): string {
	const [top] = merged.lower;
	if (merged.upper !== undefined) {
		return `u${merged.upper}`;
	}

	const lower = must(top, 'keyOf: a node of nothing');
	const attributes = attributesOf(overlay, lower);
	const isLink = merged.type !== 'directory' && !overlay.mount.options.index && !failed(attributes) && attributes.nlink > 1;
	return isLink ? linkKey(lower, place) : lowerKey(lower);
}

function lowerKey({fs, node}: LowerFile): string {
	return `l${fs}:${node}`;
}

function linkKey({fs, node}: LowerFile, place: string): string {
	return `h${fs}:${node}:${place}`;
}

function isSame(a: OverlayNode, b: OverlayNode): boolean {
	return a.parent === b.parent && a.name === b.name && a.upper === b.upper && a.opaque === b.opaque && a.redirect === b.redirect
		&& a.hasUpperData === b.hasUpperData && a.hasUpperName === b.hasUpperName && a.indexed === b.indexed && a.keepsInode === b.keepsInode
		&& a.removed === b.removed && a.lower.length === b.lower.length && a.lower.every((file, index) => isSameFile(file, b.lower[index]));
}

function isSameFile(a: LayerFile, b: LayerFile | undefined): boolean {
	return a.fs === b?.fs && a.node === b.node;
}

/** The underlying files that an open file of the node keeps alive. */
export function heldFiles(overlay: Overlay, node: OverlayNode): readonly LayerFile[] {
	const metadata = metadataFile(overlay, node);
	const data = dataFile(overlay, node);
	return isSameFile(metadata, data) ? [data] : [metadata, data];
}

/** Open files of a node go over to the files that underlie it now. */
function moveOpens(overlay: Overlay, before: OverlayNode, now: OverlayNode): void {
	if (before.opens === 0) {
		return;
	}

	const {context} = overlay;
	const held = heldFiles(overlay, before);
	const holding = heldFiles(overlay, now);
	for (let count = 0; count < before.opens; count++) {
		for (const file of holding.filter(candidate => !held.some(other => isSameFile(candidate, other)))) {
			typeOf(context, file.fs).open(context, file.fs, file.node, {forWriting: true, truncate: false});
		}

		for (const file of held.filter(candidate => !holding.some(other => isSameFile(candidate, other)))) {
			typeOf(context, file.fs).release(context, file.fs, file.node);
		}
	}
}
