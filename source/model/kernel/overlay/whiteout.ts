// Whiteouts: what stands in the upper directory for "nothing here, whatever is below". A whiteout is a character device 0/0; all
// whiteouts of an overlay are links to one inode in workdir. Source: Linux fs/overlayfs/dir.c, ovl_whiteout, ovl_cleanup_and_whiteout.

import {must} from '../../../base/assert.js';
import {type Failure, failed} from '../errno.js';
import type {NodeId} from '../file-types.js';
import {typeOf} from '../vfs.js';
import {temporaryName} from './copy-up.js';
import {attributesOf, childOf, isWhiteout, type Overlay} from './layer-file.js';
import {pathOfNode} from './nodes.js';
import type {LayerFile, OverlayNode} from './overlay-schema.js';

/** Puts a whiteout into an upper directory, in the place of what is there. Directories must be empty. */
export function whiteOut(overlay: Overlay, directory: OverlayNode, upperDirectory: LayerFile, name: string): void | Failure {
	const {context, mount} = overlay;
	const type = typeOf(context, upperDirectory.fs);
	const existing = childOf(overlay, upperDirectory, name);
	const attributes = existing === undefined || failed(existing) ? existing : attributesOf(overlay, existing);
	if (failed(attributes)) {
		return attributes;
	}

	if (attributes !== undefined) {
		const removed = type[attributes.type === 'directory' ? 'rmdir' : 'unlink'](context, upperDirectory.fs, upperDirectory.node, name);
		if (failed(removed)) {
			return removed;
		}
	}

	const whiteout = sharedWhiteout(overlay);
	const linked = failed(whiteout) ? whiteout : type.link(context, upperDirectory.fs, whiteout, upperDirectory.node, name);
	if (failed(linked)) {
		return linked;
	}

	const path = pathOfNode(overlay, directory);
	context.tx.emit({kind: 'whiteout', fs: mount.fs, path: `${path === '/' ? '' : path}/${name}`});
}

function sharedWhiteout(overlay: Overlay): NodeId | Failure {
	const {context} = overlay;
	const mount = must(context.tx.get('overlay', overlay.mount.fs), 'sharedWhiteout: no overlay');
	const {fs} = must(mount.upper, 'sharedWhiteout: no upper');
	const work = must(mount.work, 'sharedWhiteout: no workdir');
	if (mount.whiteout !== undefined && !failed(attributesOf(overlay, {fs, node: mount.whiteout}))) {
		return mount.whiteout;
	}

	const node = typeOf(context, fs).create(context, fs, work, nextTemporaryName(overlay), {type: 'char', mode: 0, uid: 0, gid: 0, rdev: {major: 0, minor: 0}});
	if (!failed(node)) {
		context.tx.put('overlay', mount.fs, {...mount, whiteout: node});
	}

	return node;
}

/** A name that workdir does not have yet. */
export function nextTemporaryName(overlay: Overlay): string {
	const {context, mount} = overlay;
	const superblock = must(context.tx.get('filesystem', mount.fs), 'nextTemporaryName: no filesystem');
	context.tx.put('filesystem', mount.fs, {...superblock, nextNode: superblock.nextNode + 1});
	return temporaryName(superblock.nextNode % 2 ** 32);
}

/** Whether the upper directory has a whiteout of that name. */
export function hasWhiteout(overlay: Overlay, upperDirectory: LayerFile, name: string): boolean {
	const entry = childOf(overlay, upperDirectory, name);
	const attributes = entry === undefined || failed(entry) ? entry : attributesOf(overlay, entry);
	return attributes !== undefined && !failed(attributes) && isWhiteout(attributes);
}

/** Whether a lower layer has something under that name that would show if the upper entry went away (ovl_lower_positive). */
export function isLowerPositive(overlay: Overlay, directory: OverlayNode, entry: OverlayNode): boolean {
	if (!entry.hasUpperName) {
		return true;
	}

	for (const lower of directory.lower) {
		const found = childOf(overlay, lower, entry.name);
		const attributes = found === undefined || failed(found) ? found : attributesOf(overlay, found);
		if (attributes !== undefined) {
			return failed(attributes) || !isWhiteout(attributes);
		}
	}

	return false;
}
