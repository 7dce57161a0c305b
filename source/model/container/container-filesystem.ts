// The files of a container: its image's layers, what docker prepares in every container, and on top what the container writes, merged
// by overlay. Source: moby/moby daemon/graphdriver/overlay2, daemon/initlayer/setup_unix.go.
//
// Simplified: the init layer is one for all containers of an engine; real ones have one each, with the same content.

import {assert, must} from '../../base/assert.js';
import {decodeText} from '../../base/bytes.js';
import {failed} from '../kernel/errno.js';
import type {FsId, NodeId} from '../kernel/file-types.js';
import type {FsContext} from '../kernel/filesystem.js';
import {addFile, fileTime, getInode, makeInodeFileSystem, putInode} from '../kernel/inode-filesystem.js';
import {makeOverlay} from '../kernel/overlay/make-overlay.js';
import {type OverlayWords, parseOverlayOptions} from '../kernel/overlay/overlay-options.js';
import type {Caller} from '../kernel/vfs.js';
import {resolve, typeOf} from '../kernel/vfs.js';
import type {Container} from './container-schema.js';
import {layerPaths} from './container-view.js';
import type {EngineReader} from './engine.js';

const directories = ['dev/pts', 'dev/shm', 'proc', 'sys', 'etc'];
const files = ['etc/hostname', 'etc/hosts', 'etc/resolv.conf', '.dockerenv', 'dev/console'];

/** Fills an empty filesystem with the mount points that every container needs. */
export function fillInitLayer(context: FsContext, fs: FsId): void {
	const root = typeOf(context, fs).root(context, fs);
	const inDirectory = (path: string): {readonly directory: NodeId; readonly name: string} => {
		const parts = path.split('/');
		let directory = root;
		for (const part of parts.slice(0, -1)) {
			directory = addFile(context, fs, directory, part, {type: 'directory', mode: 0o755, uid: 0, gid: 0});
		}

		return {directory, name: parts.at(-1)!};
	};

	for (const path of directories) {
		const {directory, name} = inDirectory(path);
		addFile(context, fs, directory, name, {type: 'directory', mode: 0o755, uid: 0, gid: 0});
	}

	for (const path of files) {
		const {directory, name} = inDirectory(path);
		addFile(context, fs, directory, name, {type: 'file', mode: 0o755, uid: 0, gid: 0});
	}

	addFile(context, fs, inDirectory('etc/mtab').directory, 'mtab', {type: 'symlink', mode: 0o777, uid: 0, gid: 0, target: '/proc/mounts'});
}

/** The union of a container's layers, not mounted yet. */
export function makeMerged(context: FsContext, engine: EngineReader, container: Container): FsId {
	const {upper, init, imageLayers} = container.layer;
	const paths = layerPaths(engine, container);
	return overlayOf(context, {lower: [init, ...imageLayers], upper, words: {lowerdir: paths.lower, upperdir: paths.upper, workdir: paths.work}});
}

/** An overlay of whole filesystems, uppermost first. */
export function overlayOf(context: FsContext, layers: {readonly lower: readonly FsId[]; readonly upper: FsId; readonly words: Readonly<Record<string, string>>}): FsId {
	const rootOf = (fs: FsId) => ({fs, node: typeOf(context, fs).root(context, fs)});
	const made = makeOverlay(context, {
		lower: layers.lower.map(fs => rootOf(fs)), upper: rootOf(layers.upper), work: {fs: layers.upper, node: makeWorkDirectory(context, layers.upper)},
		options: overlayOptions(), words: layers.words,
	});
	assert(!failed(made), `overlayOf: ${failed(made) ? made.errno : ''}`);
	return made;
}

/** The options with which overlay2 mounts; the paths stand for directories that are handed over looked up. */
function overlayOptions(): OverlayWords['options'] {
	const parsed = parseOverlayOptions(['lowerdir=/l', 'upperdir=/u', 'workdir=/w', 'index=off']);
	assert(!failed(parsed), 'overlayOptions: refused');
	return parsed.options;
}

/** A directory beside the root rather than in it: overlay wants its workdir on the upper filesystem and apart from the upper directory. */
function makeWorkDirectory({tx}: FsContext, fs: FsId): NodeId {
	const superblock = must(tx.get('filesystem', fs), 'makeWorkDirectory: no filesystem');
	const node = superblock.nextNode;
	const root = must(getInode(tx, fs, 2), 'makeWorkDirectory: no root');
	tx.put('filesystem', fs, {...superblock, nextNode: node + 1});
	const timeUs = fileTime(tx);
	putInode(tx, fs, {...root, node, mode: 0o700, parent: node, entries: new Map(), xattrs: new Map(), opens: 1, atimeUs: timeUs, mtimeUs: timeUs, ctimeUs: timeUs});
	return node;
}

/** The text of a file, or undefined if it cannot be read. */
export function readTextFile(caller: Caller, path: string): string | undefined {
	const found = resolve(caller, path, true);
	if (failed(found) || found.attributes.type !== 'file') {
		return undefined;
	}

	const {context} = caller;
	const bytes = typeOf(context, found.fs).read(context, found.fs, found.place.node, 0, found.attributes.sizeBytes);
	return failed(bytes) ? undefined : decodeText(bytes);
}

/** An empty filesystem for what a container writes. */
export function makeUpper(context: FsContext): FsId {
	return makeInodeFileSystem(context.tx, 'ext4');
}
