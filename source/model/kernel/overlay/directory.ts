// Reading directories: the entries of all layers that a directory is merged of, each name once.
// Source: Linux fs/overlayfs/readdir.c, ovl_dir_read_merged: names of the lowest layer first, in its order, then those that higher
// layers add; whiteouts hide. A directory that is not merged is read as it is, whiteouts included.

import {must} from '../../../base/assert.js';
import {type Failure, failed, failure} from '../errno.js';
import type {DirectoryEntry} from '../file-types.js';
import {typeOf} from '../vfs.js';
import {attributesOf, isWhiteout, type Overlay, overlayXattr, setOverlayXattr} from './layer-file.js';
import {searchChild} from './lookup.js';
import {identify, rootOf, shownInode, upperOf} from './nodes.js';
import type {LayerFile, OverlayNode} from './overlay-schema.js';

export function readDirectory(overlay: Overlay, directory: OverlayNode): readonly DirectoryEntry[] | Failure {
	const names = isMergeRead(overlay, directory) ? mergedNames(overlay, directory) : plainNames(overlay, directory);
	if (failed(names)) {
		return names;
	}

	const root = rootOf(overlay);
	const entries: DirectoryEntry[] = [];
	let hasOrigins = false;
	for (const [name, raw] of names) {
		const found = searchChild(overlay, directory, root, name);
		if (failed(found) || found.merged === undefined) {
			// An entry that cannot be looked up is still listed, as Linux does.
			entries.push({...raw, name});
			continue;
		}

		// Directories get their identity here, because getcwd(2) looks for it; files need none to be listed.
		const needsNode = found.merged.type === 'directory' || !overlay.mount.sameFs;
		const node = needsNode ? identify(overlay, directory, name, found.merged).node : shownInode(overlay, found.merged, raw.node);
		hasOrigins ||= node !== raw.node;
		entries.push({name, type: found.merged.type, node});
	}

	if (!hasOrigins) {
		dropImpure(overlay, directory);
	}

	return entries;
}

/** "A good opportunity to get rid of an unneeded impure flag": nothing in it shows the inode number of an origin (ovl_cache_get_impure). */
function dropImpure(overlay: Overlay, directory: OverlayNode): void {
	const upper = upperOf(overlay, directory);
	if (upper !== undefined && overlay.mount.sameFs && !isMergeRead(overlay, directory) && overlayXattr(overlay, upper, 'impure') !== undefined) {
		setOverlayXattr(overlay, upper, 'impure', undefined);
	}
}

function layersOf(overlay: Overlay, directory: OverlayNode): readonly LayerFile[] {
	const upper = upperOf(overlay, directory);
	return upper === undefined ? directory.lower : [upper, ...directory.lower];
}

/** Whether the directory may have whiteouts: it is merged, or was so before it lost what was below (OVL_WHITEOUTS). */
function isMergeRead(overlay: Overlay, directory: OverlayNode): boolean {
	const upper = upperOf(overlay, directory);
	return layersOf(overlay, directory).length > 1 || (upper !== undefined && overlayXattr(overlay, upper, 'origin') !== undefined);
}

function plainNames(overlay: Overlay, directory: OverlayNode): ReadonlyMap<string, DirectoryEntry> | Failure {
	const [layer] = layersOf(overlay, directory);
	const entries = layer === undefined ? failure('ENOENT') : entriesOf(overlay, layer);
	return failed(entries) ? entries : new Map(entries.map(entry => [entry.name, entry]));
}

function mergedNames(overlay: Overlay, directory: OverlayNode): ReadonlyMap<string, DirectoryEntry> | Failure {
	const layers = layersOf(overlay, directory);
	// The uppermost layer that has the name decides whether it shows.
	const shown = new Map<string, DirectoryEntry | undefined>();
	for (const layer of layers) {
		const entries = entriesOf(overlay, layer);
		if (failed(entries)) {
			return entries;
		}

		for (const entry of entries) {
			if (!shown.has(entry.name)) {
				shown.set(entry.name, isWhiteoutEntry(overlay, layer, entry) ? undefined : entry);
			}
		}
	}

	const lowest = entriesOf(overlay, must(layers.at(-1), 'mergedNames: no layers'));
	const order = [...failed(lowest) ? [] : lowest.map(({name}) => name), ...shown.keys()];
	const names = new Map<string, DirectoryEntry>();
	for (const name of order) {
		const entry = shown.get(name);
		if (entry !== undefined) {
			names.set(name, entry);
		}
	}

	return names;
}

function entriesOf({context}: Overlay, layer: LayerFile): readonly DirectoryEntry[] | Failure {
	return typeOf(context, layer.fs).entries(context, layer.fs, layer.node);
}

function isWhiteoutEntry(overlay: Overlay, layer: LayerFile, entry: DirectoryEntry): boolean {
	const attributes = entry.type === 'char' ? attributesOf(overlay, {fs: layer.fs, node: entry.node}) : undefined;
	return attributes !== undefined && !failed(attributes) && isWhiteout(attributes);
}

/** ENOTEMPTY if the merged directory has entries (ovl_check_empty_dir). */
export function checkEmpty(overlay: Overlay, directory: OverlayNode): void | Failure {
	const names = mergedNames(overlay, directory);
	return failed(names) ? names : (names.size > 0 ? failure('ENOTEMPTY') : undefined);
}

/** Removes the whiteouts that an empty merged directory is left with, so that the upper directory itself is empty. */
export function clearWhiteouts(overlay: Overlay, directory: OverlayNode): void | Failure {
	const upper = upperOf(overlay, directory);
	const entries = upper === undefined ? [] : entriesOf(overlay, upper);
	if (upper === undefined || failed(entries)) {
		return failed(entries) ? entries : undefined;
	}

	for (const entry of entries.filter(candidate => isWhiteoutEntry(overlay, upper, candidate))) {
		const removed = typeOf(overlay.context, upper.fs).unlink(overlay.context, upper.fs, upper.node, entry.name);
		if (failed(removed)) {
			return removed;
		}
	}
}
