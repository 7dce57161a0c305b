// Making and removing names. Source: Linux fs/overlayfs/dir.c: ovl_create_or_link, ovl_do_remove.

import {must} from '../../../base/assert.js';
import {encodeText} from '../../../base/bytes.js';
import {type Failure, failed, failure} from '../errno.js';
import type {NewFile, NodeId} from '../file-types.js';
import {typeOf} from '../vfs.js';
import {copyUp, copyUpDirectory, setImpure, setMark, unionLinks} from './copy-up.js';
import {checkEmpty, clearWhiteouts} from './directory.js';
import {attributesOf, type Overlay, setOverlayXattr} from './layer-file.js';
import {searchChild} from './lookup.js';
import {
	forgetName, getNode, lookupNode, pathOfNode, putNode, rootOf, upperOf,
} from './nodes.js';
import {indexName} from './origin.js';
import type {LayerFile, OverlayNode} from './overlay-schema.js';
import {hasWhiteout, isLowerPositive, nextTemporaryName, whiteOut} from './whiteout.js';

export function create(overlay: Overlay, directoryNode: NodeId, name: string, file: NewFile): NodeId | Failure {
	if (file.type === 'char' && file.rdev?.major === 0 && file.rdev.minor === 0) {
		// "Don't allow creation of whiteout on overlay."
		return failure('EPERM');
	}

	const directory = checkFree(overlay, directoryNode, name) ?? copyUpDirectory(overlay, directoryNode);
	if (failed(directory)) {
		return directory;
	}

	const upper = must(upperOf(overlay, directory), 'create: no upper');
	const {context} = overlay;
	const replaces = hasWhiteout(overlay, upper, name);
	const made = replaces
		? overWhiteout(overlay, upper, name, (work, temporary) => typeOf(context, work.fs).create(context, work.fs, work.node, temporary, file))
		: typeOf(context, upper.fs).create(context, upper.fs, upper.node, name, file);
	if (failed(made)) {
		return made;
	}

	// Over a whiteout an opaque mark keeps what was deleted from showing; elsewhere it only saves lookups.
	if (file.type === 'directory' && (replaces || (directory.lower.length > 0 && !allowsOfflineChanges(overlay)))) {
		const marked = setMark(overlay, {fs: upper.fs, node: made}, 'opaque');
		if (failed(marked)) {
			return marked;
		}
	}

	const node = lookupNode(overlay, directory, name);
	return failed(node) ? node : node.node;
}

export function link(overlay: Overlay, nodeNumber: NodeId, directoryNode: NodeId, name: string): void | Failure {
	const node = getNode(overlay, nodeNumber);
	if (node === undefined) {
		return failure('ENOENT');
	}

	const taken = checkFree(overlay, directoryNode, name);
	if (taken !== undefined || node.type === 'directory') {
		return taken ?? failure('EPERM');
	}

	const old = copyUp(overlay, node, 'metadata');
	const directory = failed(old) ? old : copyUpDirectory(overlay, directoryNode);
	if (failed(old) || failed(directory)) {
		return failed(old) ? old : directory as Failure;
	}

	const redirected = old.hasUpperData ? undefined : setRedirect(overlay, old, true);
	const marked = failed(redirected) ? redirected : (old.keepsInode ? setImpure(overlay, directory) : undefined);
	if (failed(marked)) {
		return marked;
	}

	const upper = must(upperOf(overlay, directory), 'link: no upper');
	const linked = must(upperOf(overlay, old), 'link: no upper file');
	const {context} = overlay;
	return hasWhiteout(overlay, upper, name)
		? overWhiteout(overlay, upper, name, (work, temporary) => typeOf(context, work.fs).link(context, work.fs, linked.node, work.node, temporary))
		: typeOf(context, upper.fs).link(context, upper.fs, linked.node, upper.node, name);
}

export function remove(overlay: Overlay, directoryNode: NodeId, name: string, want: 'file' | 'directory'): void | Failure {
	const parent = getNode(overlay, directoryNode);
	const entry = parent === undefined ? failure('ENOENT') : lookupNode(overlay, parent, name);
	if (parent === undefined || failed(entry)) {
		return entry as Failure;
	}

	if ((entry.type === 'directory') !== (want === 'directory')) {
		return failure(want === 'directory' ? 'ENOTDIR' : 'EISDIR');
	}

	if (overlay.mount.upper === undefined) {
		return failure('EROFS');
	}

	const lowerPositive = isLowerPositive(overlay, parent, entry);
	const empty = want === 'directory' && (lowerPositive || !isPureUpper(entry)) ? checkEmpty(overlay, entry) : undefined;
	const directory = failed(empty) ? empty : copyUpDirectory(overlay, directoryNode);
	if (failed(directory)) {
		return directory;
	}

	const prepared = prepareUnlink(overlay, entry);
	const cleared = failed(prepared) ? prepared : clearWhiteouts(overlay, want === 'directory' ? prepared : {...prepared, upper: undefined});
	if (failed(prepared) || failed(cleared)) {
		return failed(prepared) ? prepared : cleared as Failure;
	}

	const {context} = overlay;
	const upper = must(upperOf(overlay, directory), 'remove: no upper');
	const removed = lowerPositive
		? whiteOut(overlay, directory, upper, name)
		: typeOf(context, upper.fs)[want === 'directory' ? 'rmdir' : 'unlink'](context, upper.fs, upper.node, name);
	if (failed(removed)) {
		return removed;
	}

	finishUnlink(overlay, prepared);
}

/** Before an indexed file loses a name it must be in the index, whose attribute counts the names left (ovl_nlink_start). */
export function prepareUnlink(overlay: Overlay, entry: OverlayNode): OverlayNode | Failure {
	if (!overlay.mount.options.index || entry.type === 'directory' || entry.hasUpperName) {
		return entry;
	}

	const [origin] = entry.lower;
	const attributes = origin === undefined ? undefined : attributesOf(overlay, origin);
	return attributes !== undefined && !failed(attributes) && attributes.nlink > 1 ? copyUp(overlay, entry, 'metadata') : entry;
}

/** After a name was taken away: ends the node if it was the last. */
export function finishUnlink(overlay: Overlay, entry: OverlayNode): void {
	const upper = upperOf(overlay, entry);
	const attributes = upper === undefined ? undefined : attributesOf(overlay, upper);
	const left = attributes === undefined || failed(attributes) || entry.type === 'directory' ? 0 : (unionLinks(overlay, entry) ?? attributes.nlink);
	forgetName(overlay, entry, left === 0);
	const {context, mount} = overlay;
	const [origin] = entry.lower;
	if (left === 0 && entry.indexed && mount.index !== undefined && upper !== undefined && origin !== undefined) {
		typeOf(context, upper.fs).unlink(context, upper.fs, mount.index, indexName(origin));
	}
}

/** Writes the name by which the lower layers know a moved directory or metacopy file (ovl_set_redirect). */
export function setRedirect(overlay: Overlay, node: OverlayNode, absolute: boolean): void | Failure {
	const [lower] = node.lower;
	const attributes = lower === undefined || node.type === 'directory' ? undefined : attributesOf(overlay, lower);
	const isAbsolute = absolute || (attributes !== undefined && !failed(attributes) && attributes.nlink > 1);
	if (node.redirect !== undefined && (!isAbsolute || node.redirect.startsWith('/'))) {
		return;
	}

	const redirect = isAbsolute ? lowerPath(overlay, node) : node.name;
	const set = setOverlayXattr(overlay, must(upperOf(overlay, node), 'setRedirect: no upper'), 'redirect', encodeText(redirect));
	if (failed(set)) {
		// Falls back to a copy by the caller, as mv does on EXDEV.
		return failure('EXDEV');
	}

	putNode(overlay, {...must(getNode(overlay, node.node), 'setRedirect: node lost'), redirect});
}

/** The path of a node in the lower layers: redirects in place of names, up to an absolute one. */
function lowerPath(overlay: Overlay, node: OverlayNode): string {
	if (node.redirect?.startsWith('/') === true || node.node === overlay.mount.root) {
		return node.redirect ?? '';
	}

	const parent = must(getNode(overlay, node.parent), `lowerPath: no parent of ${pathOfNode(overlay, node)}`);
	return `${lowerPath(overlay, parent)}/${node.redirect ?? node.name}`;
}

/** A directory that exists only in the upper layer and hides what is below (ovl_pure_upper). */
export function isPureUpper(node: OverlayNode): boolean {
	return node.upper !== undefined && node.lower.length === 0;
}

/** Lower layers may be changed while not mounted only if no feature relies on them (ovl_allow_offline_changes). */
function allowsOfflineChanges({mount: {options}}: Overlay): boolean {
	return !options.index && !options.metacopy && options.redirectDir !== 'on';
}

/** EEXIST if the directory has an entry of that name. */
function checkFree(overlay: Overlay, directoryNode: NodeId, name: string): Failure | undefined {
	const parent = getNode(overlay, directoryNode);
	const existing = parent === undefined ? failure('ENOENT') : searchChild(overlay, parent, rootOf(overlay), name);
	if (failed(existing)) {
		return existing;
	}

	return existing.merged === undefined ? undefined : failure('EEXIST');
}

/** Makes a file in workdir and moves it over a whiteout, so that the name is never without one of them. */
function overWhiteout<T>(overlay: Overlay, upper: LayerFile, name: string, make: (work: LayerFile, temporary: string) => T | Failure): T | Failure {
	const {context, mount} = overlay;
	const work = {fs: upper.fs, node: must(mount.work, 'overWhiteout: no workdir')};
	const temporary = nextTemporaryName(overlay);
	const made = make(work, temporary);
	if (failed(made)) {
		return made;
	}

	const type = typeOf(context, upper.fs);
	const swapped = type.rename(context, upper.fs, {directory: work.node, name: temporary}, {directory: upper.node, name}, {exchange: true});
	const cleaned = failed(swapped) ? swapped : type.unlink(context, upper.fs, work.node, temporary);
	return failed(cleaned) ? cleaned : made;
}
