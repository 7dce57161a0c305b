// Paths: from names to nodes, through mounts, symbolic links and permissions. Filesystem types know nothing of these.
// Source: path_resolution(7); fs/namei.c for the order of errors.

import {must} from '../../base/assert.js';
import {isCapableOf} from './capable.js';
import {type Failure, failed, failure} from './errno.js';
import type {Attributes, FsId, NodeId} from './file-types.js';
import type {FileSystemType, FsContext} from './filesystem.js';
import {maxPathBytes, maxSymlinks} from './limits.js';
import {coveringMount, findMount} from './mount-tree.js';
import {removedFileSystem} from './removed-filesystem.js';
import type {Mount, Place, Task} from './schema.js';

/** On whose behalf a path is looked up: its root, working directory, mount namespace and credentials count. */
export type Caller = {readonly context: FsContext; readonly task: Task};

/** The end of a path that exists. */
export type Found = {readonly place: Place; readonly fs: FsId; readonly attributes: Attributes};

/** The directory in which the last component of a path lies or would lie. */
export type FoundParent = {
	readonly place: Place;
	readonly fs: FsId;
	readonly name: string;
	/** The path ended in a slash, so the name must be a directory's. */
	readonly wantsDirectory: boolean;
};

export function typeOf(context: FsContext, fs: FsId): FileSystemType {
	const type = context.tx.get('filesystem', fs)?.type;
	return type === undefined ? removedFileSystem : must(context.types.get(type), `typeOf: unregistered type ${type}`);
}

/** A mount, usually of the caller's own namespace. */
export function getMount({context: {tx}, task}: Caller, id: number): Mount {
	return must(tx.get(`mount:${task.namespaces.mnt}`, id) ?? findMount(tx, id), `getMount: no mount ${id}`);
}

export function attributesAt(context: FsContext, fs: FsId, node: NodeId): Attributes | Failure {
	return typeOf(context, fs).attributes(context, fs, node);
}

/** Looks a path up. `follow` says what to do when its last component is a symbolic link. */
export function resolve(caller: Caller, path: string, follow: boolean): Found | Failure {
	const walk = startWalk(caller, path);
	if (failed(walk)) {
		return walk;
	}

	const end = walkAll(caller, walk, follow);
	return failed(end) ? end : foundAt(caller, end);
}

/** Looks up the directory that contains the last component, for calls that make or remove a name. */
export function resolveParent(caller: Caller, path: string): FoundParent | Failure {
	const trimmed = path.replace(/\/+$/v, '');
	const slash = trimmed.lastIndexOf('/');
	const name = trimmed.slice(slash + 1);
	if (path === '') {
		return failure('ENOENT');
	}

	if (name === '' || name === '.' || name === '..') {
		return failure(name === '..' ? 'ENOTEMPTY' : (name === '.' ? 'EINVAL' : 'EBUSY'));
	}

	const found = resolve(caller, slash === -1 ? '.' : trimmed.slice(0, slash + 1), true);
	if (failed(found)) {
		return found;
	}

	if (found.attributes.type !== 'directory') {
		return failure('ENOTDIR');
	}

	return {place: found.place, fs: found.fs, name, wantsDirectory: trimmed.length < path.length};
}

type Walk = {place: Place; rest: string[]; symlinks: number};

function startWalk(caller: Caller, path: string): Walk | Failure {
	if (path === '') {
		return failure('ENOENT');
	}

	if (path.length >= maxPathBytes) {
		return failure('ENAMETOOLONG');
	}

	const {root, cwd} = caller.task;
	const rest = path.split('/').filter(part => part !== '' && part !== '.');
	// A trailing slash or dot demands a directory, which one more "." does.
	if (/\/\.?$/v.test(path) || path === '.') {
		rest.push('.');
	}

	return {place: path.startsWith('/') ? root : cwd, rest, symlinks: 0};
}

/** Components of a path that cost as much as a step. */
const componentsPerStep = 2;
/** Entries of a directory. */
export const entriesPerStep = 32;

function walkAll(caller: Caller, walk: Walk, follow: boolean): Place | Failure {
	caller.context.work?.(walk.rest.length / componentsPerStep);
	while (walk.rest.length > 0) {
		const name = must(walk.rest.shift(), 'walkAll: empty');
		const next = walkOne(caller, walk, name, follow || walk.rest.length > 0);
		if (next !== undefined) {
			return next;
		}
	}

	return walk.place;
}

/** One component: moves `walk` on, or answers with the failure. */
function walkOne(caller: Caller, walk: Walk, name: string, follow: boolean): Failure | undefined {
	const {context} = caller;
	const {fs} = getMount(caller, walk.place.mount);
	const type = typeOf(context, fs);
	const here = type.attributes(context, fs, walk.place.node);
	if (failed(here)) {
		return here;
	}

	if (here.type !== 'directory') {
		return failure('ENOTDIR');
	}

	if (!permits(caller, here, 'execute')) {
		return failure('EACCES');
	}

	if (name === '.') {
		return undefined;
	}

	if (name === '..') {
		walk.place = parentOf(caller, walk.place);
		return undefined;
	}

	const node = type.lookup(context, fs, walk.place.node, name);
	if (failed(node)) {
		return node;
	}

	const place = topmost(caller, {mount: walk.place.mount, node});
	return follow ? followLink(caller, walk, place) : void (walk.place = place);
}

/** Moves to `place`, or, if it is a symbolic link, continues with its target before the rest of the path. */
function followLink(caller: Caller, walk: Walk, place: Place): Failure | undefined {
	const {context} = caller;
	const {fs} = getMount(caller, place.mount);
	const type = typeOf(context, fs);
	const attributes = type.attributes(context, fs, place.node);
	if (failed(attributes)) {
		return attributes;
	}

	if (attributes.type !== 'symlink') {
		walk.place = place;
		return undefined;
	}

	walk.symlinks++;
	if (walk.symlinks > maxSymlinks) {
		return failure('ELOOP');
	}

	const magic = magicPlace(caller, fs, place.node);
	if (magic !== undefined) {
		return failed(magic) ? magic : void (walk.place = magic);
	}

	const link = type.readlink(context, fs, place.node);
	if (failed(link)) {
		return link;
	}

	if (link.target.startsWith('/')) {
		walk.place = caller.task.root;
	}

	walk.rest.unshift(...link.target.split('/').filter(part => part !== '' && part !== '.'));
	return undefined;
}

/**
 * Links of /proc such as PID/root and PID/cwd lead to a place, not to a path. A filesystem type that has them says so by the
 * optional `magic` operation.
 */
function magicPlace(caller: Caller, fs: FsId, node: NodeId): Place | Failure | undefined {
	const {context} = caller;
	return typeOf(context, fs).magic?.(context, fs, node);
}

/** The mount on top of a place, or the place itself. */
export function topmost(caller: Caller, place: Place): Place {
	let at = place;
	for (;;) {
		const covering = coveringMount(caller.context.tx, caller.task.namespaces.mnt, at);
		if (covering === undefined) {
			return at;
		}

		at = {mount: covering, node: getMount(caller, covering).root};
	}
}

/** `..`: stays at the caller's root, and leaves a mount from its root. */
export function parentOf(caller: Caller, place: Place): Place {
	const {root} = caller.task;
	let at = place;
	for (;;) {
		if (at.mount === root.mount && at.node === root.node) {
			return at;
		}

		const mount = getMount(caller, at.mount);
		if (at.node !== mount.root) {
			const {context} = caller;
			return topmost(caller, {mount: at.mount, node: typeOf(context, mount.fs).parent(context, mount.fs, at.node)});
		}

		if (mount.parent === undefined || mount.mountpoint === undefined) {
			return at;
		}

		at = {mount: mount.parent, node: mount.mountpoint};
	}
}

function foundAt(caller: Caller, place: Place): Found | Failure {
	const {fs} = getMount(caller, place.mount);
	const attributes = attributesAt(caller.context, fs, place.node);
	return failed(attributes) ? attributes : {place, fs, attributes};
}

export type Permission = 'read' | 'write' | 'execute';

const permissionBits: Readonly<Record<Permission, number>> = {read: 4, write: 2, execute: 1};

/** Whether the mode bits, or a capability that overrides them, allow it (capabilities(7), CAP_DAC_OVERRIDE). */
export function permits({task, context: {tx}}: Caller, attributes: Attributes, want: Permission): boolean {
	const {mode, uid, gid, type} = attributes;
	const bits = task.uid === uid ? mode >> 6 : (task.gid === gid || task.groups.includes(gid) ? mode >> 3 : mode);
	if ((bits & permissionBits[want]) !== 0) {
		return true;
	}

	if (isCapableOf(tx, task, attributes, 'CAP_DAC_OVERRIDE')) {
		return want !== 'execute' || type === 'directory' || (mode & 0o111) !== 0;
	}

	return isCapableOf(tx, task, attributes, 'CAP_DAC_READ_SEARCH') && (want === 'read' || (want === 'execute' && type === 'directory'));
}

/** EROFS if the mount or its filesystem is read-only. */
export function writable(caller: Caller, mount: number): void | Failure {
	const {flags, fs} = getMount(caller, mount);
	if (flags.includes('ro') || caller.context.tx.get('filesystem', fs)?.options['ro'] !== undefined) {
		return failure('EROFS');
	}
}

/** The path of a directory as its caller sees it, by asking each parent for the name. ENOENT once it was removed. */
export function pathOf(caller: Caller, place: Place): {readonly path: string} | Failure {
	const {context} = caller;
	const names: string[] = [];
	let at = place;
	for (;;) {
		const {root} = caller.task;
		if (at.mount === root.mount && at.node === root.node) {
			return {path: `/${names.reverse().join('/')}`};
		}

		const mount = getMount(caller, at.mount);
		if (at.node === mount.root) {
			if (mount.parent === undefined || mount.mountpoint === undefined) {
				// Outside of the caller's root, as after a chroot without chdir: getcwd(2).
				return {path: `(unreachable)/${names.reverse().join('/')}`};
			}

			at = {mount: mount.parent, node: mount.mountpoint};
			continue;
		}

		const {node} = at;
		const parent = typeOf(context, mount.fs).parent(context, mount.fs, node);
		const entries = typeOf(context, mount.fs).entries(context, mount.fs, parent);
		const entry = failed(entries) ? undefined : entries.find(candidate => candidate.node === node);
		if (entry === undefined) {
			return failure('ENOENT');
		}

		context.work?.(1 + ((entries as readonly unknown[]).length / entriesPerStep));
		names.push(entry.name);
		at = {mount: at.mount, node: parent};
	}
}

/** The path of any found file: its directory's path and its own name. */
export function pathOfFile(caller: Caller, directory: Place, name: string): string {
	const path = pathOf(caller, directory);
	return failed(path) ? name : `${path.path === '/' ? '' : path.path}/${name}`;
}
