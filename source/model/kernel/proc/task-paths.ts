// Paths of places and nodes as a process sees them, for the links of /proc/PID.

import type {View} from '../computed-filesystem.js';
import type {FsId, NodeId} from '../file-types.js';
import type {Place} from '../schema.js';
import {findMount} from '../mount-tree.js';
import {pathInFileSystem} from '../node-path.js';
import {shownMounts} from './mount-table.js';
import {readerOf, subjectOf} from './proc-view.js';

/** The path of a place in the mount namespace of the process, from the reader's root if both share the namespace. */
export function pathOf(view: View, place: Place): string {
	const subject = subjectOf(view);
	const reader = readerOf(view);
	const eye = reader !== undefined && reader.namespaces.mnt === subject.namespaces.mnt ? reader : subject;
	if (place.mount === eye.root.mount && place.node === eye.root.node) {
		return '/';
	}

	const mount = findMount(view.context.tx, place.mount);
	const above = mount === undefined ? undefined : (mount.id === eye.root.mount ? '/' : shownMounts(view.context, eye).find(shown => shown.mount.id === place.mount)?.path);
	if (mount === undefined || above === undefined) {
		// Not below the reader's root: fs/d_path.c shows it from the root of its mount.
		return '/';
	}

	const inside = pathInFileSystem(view.context, mount.fs, place.node, mount.id === eye.root.mount ? eye.root.node : mount.root);
	return inside === undefined ? '(deleted)' : `${above === '/' ? '' : above}${inside === '/' && above !== '/' ? '' : inside}`;
}

/** The path of an open file's node; undefined once it is deleted. */
export function pathOfNode(view: View, what: {readonly fs: FsId; readonly node: NodeId; readonly mount: number}): string | undefined {
	const mount = findMount(view.context.tx, what.mount);
	if (mount === undefined || pathInFileSystem(view.context, what.fs, what.node, mount.root) === undefined) {
		return undefined;
	}

	return pathOf(view, {mount: what.mount, node: what.node});
}
