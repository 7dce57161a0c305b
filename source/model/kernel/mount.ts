// Mounts: which filesystem is seen where, for each mount namespace. A mount covers a node of its parent mount; mounting again on
// the same place covers the first. The trees are kept by mount-tree.ts, propagation.ts repeats events where they are shared.
// Source: mount(2), mount_namespaces(7), pivot_root(2); Linux fs/namespace.c for the errors and their order.

import {isCapableOver} from './capable.js';
import {type Failure, failed, failure} from './errno.js';
import type {FsId} from './file-types.js';
import {maxMounts} from './limits.js';
import {attachMount, changeMount, childrenOf, findMount, heldMounts, homeOf, placeMount, treeOf} from './mount-tree.js';
import type {MountRequest} from './program.js';
import {copyTree, detachEverywhere, graft, propagatedCopies, type PropagationType, setPropagation} from './propagation.js';
import type {Mount, Place} from './schema.js';
import {type Caller, getMount, resolve, topmost, typeOf} from './vfs.js';

/** Flags of mount(8) that belong to the mount; all other words are options of the filesystem. */
const mountFlags = new Set(['ro', 'rw', 'nosuid', 'suid', 'nodev', 'dev', 'noexec', 'exec', 'noatime', 'relatime', 'strictatime', 'nodiratime', 'sync', 'defaults']);
const opposite: Readonly<Record<string, string>> = {rw: 'ro', suid: 'nosuid', dev: 'nodev', exec: 'noexec'};

type MakeFileSystem = (type: string, source: string, options: readonly string[]) => FsId | Failure;

/** Flags and filesystem options of a request, apart; `rw` and its like only undo. */
function splitOptions(options: readonly string[]): {readonly flags: readonly string[]; readonly fsOptions: readonly string[]} {
	const flags = new Set<string>();
	const fsOptions: string[] = [];
	for (const option of options) {
		if (!mountFlags.has(option)) {
			fsOptions.push(option);
		} else if (opposite[option] !== undefined) {
			flags.delete(opposite[option]);
		} else if (option !== 'defaults') {
			flags.add(option);
		}
	}

	return {flags: [...flags], fsOptions};
}

function mayMount({context, task}: Caller): boolean {
	return isCapableOver(context.tx, task, task.namespaces.mnt, 'CAP_SYS_ADMIN');
}

/** mount(2). `makeFileSystem` makes the superblock of a new mount from its type, source and options. */
export function mount(caller: Caller, request: MountRequest, makeFileSystem: MakeFileSystem): void | Failure {
	if (!mayMount(caller)) {
		return failure('EPERM');
	}

	const found = resolve(caller, request.target, true);
	if (failed(found)) {
		return found;
	}

	const target = topmost(caller, found.place);
	if (homeOf(caller.context.tx, target.mount) !== caller.task.namespaces.mnt) {
		return failure('EINVAL');
	}

	switch (request.how) {
		case 'new': {
			return mountNew(caller, target, request, makeFileSystem);
		}

		case 'bind':
		case 'rbind': {
			return bind(caller, target, request);
		}

		case 'move': {
			return moveMount(caller, target, request.source);
		}

		case 'remount': {
			return remount(caller, target, request.options);
		}

		default: {
			return changePropagation(caller, target, request.how);
		}
	}
}

function typeAt(caller: Caller, at: Place): string | undefined {
	const {fs} = getMount(caller, at.mount);
	const attributes = typeOf(caller.context, fs).attributes(caller.context, fs, at.node);
	return failed(attributes) ? undefined : attributes.type;
}

function hasRoom({context, task}: Caller, count: number): boolean {
	return context.tx.table(`mount:${task.namespaces.mnt}`).size + count <= maxMounts;
}

function mountNew(caller: Caller, at: Place, request: MountRequest, makeFileSystem: MakeFileSystem): void | Failure {
	const {context, task} = caller;
	const {flags, fsOptions} = splitOptions(request.options);
	if (typeAt(caller, at) !== 'directory') {
		return failure('ENOTDIR');
	}

	if (!hasRoom(caller, 1)) {
		return failure('ENOSPC');
	}

	const fs = makeFileSystem(request.type, request.source, fsOptions);
	if (failed(fs)) {
		return fs;
	}

	graft(context, at, attachMount(context.tx, task.namespaces.mnt, {
		parent: undefined, mountpoint: undefined, fs, root: typeOf(context, fs).root(context, fs), source: request.source, type: request.type, flags: withAtime(flags), fsOptions,
	}));
	context.tx.emit({kind: 'mount', namespace: task.namespaces.mnt, type: request.type, target: request.target});
}

/** The kernel's default for access times, which /proc/mounts shows. */
function withAtime(flags: readonly string[]): readonly string[] {
	return flags.some(flag => ['noatime', 'relatime', 'strictatime'].includes(flag)) ? flags : [...flags, 'relatime'];
}

function bind(caller: Caller, at: Place, request: MountRequest): void | Failure {
	const source = resolve(caller, request.source, true);
	if (failed(source)) {
		return source;
	}

	const {tx} = caller.context;
	const namespace = caller.task.namespaces.mnt;
	const original = getMount(caller, source.place.mount);
	const isNamespace = typeOf(caller.context, source.fs).namespaceOf?.(caller.context, source.fs, source.place.node) !== undefined;
	const isRecursive = request.how === 'rbind';
	if (original.isUnbindable || (!isNamespace && homeOf(tx, original.id) !== namespace) || (!isRecursive && childrenOf(tx, original.id).some(child => child.isLocked))) {
		return failure('EINVAL');
	}

	if ((typeAt(caller, at) === 'directory') !== (source.attributes.type === 'directory')) {
		return failure('ENOTDIR');
	}

	if (!hasRoom(caller, isRecursive ? treeOf(tx, original).length : 1)) {
		return failure('ENOSPC');
	}

	graft(caller.context, at, bindSource(caller, original, {root: source.place.node, isRecursive, flags: splitOptions(request.options).flags, isNamespace}));
	tx.emit({kind: 'mount', namespace, type: 'bind', target: request.target});
}

/** A mount of what is at a place, without a place of its own yet. Namespaces are shown by a filesystem of their own, nsfs. */
function bindSource(caller: Caller, original: Mount, {root, isRecursive, flags, isNamespace}: {readonly root: number; readonly isRecursive: boolean; readonly flags: readonly string[]; readonly isNamespace: boolean}): number {
	const {tx} = caller.context;
	const namespace = caller.task.namespaces.mnt;
	if (isNamespace) {
		return attachMount(tx, namespace, {parent: undefined, mountpoint: undefined, fs: original.fs, root, source: 'nsfs', type: 'nsfs', flags: [], fsOptions: []});
	}

	const copy = copyTree(caller.context, original, {namespace, kinship: () => 'peer', root, isAlone: !isRecursive}).get(original.id)!;
	changeMount(tx, copy, {flags: [...new Set([...original.flags, ...flags])]});
	return copy;
}

function moveMount(caller: Caller, at: Place, source: string): void | Failure {
	const found = resolve(caller, source, true);
	if (failed(found)) {
		return found;
	}

	const {tx} = caller.context;
	const moving = getMount(caller, found.place.mount);
	const from = moving.parent === undefined ? undefined : findMount(tx, moving.parent);
	const sharesUnbindable = getMount(caller, at.mount).peerGroup !== 0 && treeOf(tx, moving).some(mount => mount.isUnbindable);
	if (found.place.node !== moving.root || from === undefined || from.peerGroup !== 0 || moving.isLocked || sharesUnbindable) {
		return failure('EINVAL');
	}

	if (treeOf(tx, moving).some(mount => mount.id === at.mount)) {
		return failure('ELOOP');
	}

	graft(caller.context, at, moving.id);
}

/** Restrictions that a namespace with fewer rights cannot lift. */
const restrictions: readonly string[] = ['ro', 'nosuid', 'nodev', 'noexec'];

/** Simplified: a remount changes the mount, never its filesystem, so that other mounts of it keep their flags. */
function remount(caller: Caller, at: Place, options: readonly string[]): void | Failure {
	const mounted = getMount(caller, at.mount);
	if (at.node !== mounted.root) {
		return failure('EINVAL');
	}

	const {flags} = splitOptions(options);
	if (mounted.isLocked && restrictions.some(flag => mounted.flags.includes(flag) && !flags.includes(flag))) {
		return failure('EPERM');
	}

	changeMount(caller.context.tx, mounted.id, {flags: withAtime(flags)});
}

function changePropagation(caller: Caller, at: Place, how: PropagationType | `r${PropagationType}`): void | Failure {
	const mounted = getMount(caller, at.mount);
	if (at.node !== mounted.root) {
		return failure('EINVAL');
	}

	const {tx} = caller.context;
	const isRecursive = how.startsWith('r');
	for (const {id} of isRecursive ? treeOf(tx, mounted) : [mounted]) {
		setPropagation(tx, getMount(caller, id), (isRecursive ? how.slice(1) : how) as PropagationType);
	}
}

/** umount(2): EINVAL unless `target` is a mount point, EBUSY while mounts or tasks stand on it. */
export function umount(caller: Caller, target: string, options: {readonly lazy: boolean}): void | Failure {
	const {tx} = caller.context;
	const found = resolve(caller, target, true);
	if (failed(found)) {
		return mayMount(caller) ? found : failure('EPERM');
	}

	if (!mayMount(caller)) {
		return failure('EPERM');
	}

	const place = topmost(caller, found.place);
	const mounted = getMount(caller, place.mount);
	if (place.node !== mounted.root || homeOf(tx, mounted.id) !== caller.task.namespaces.mnt || mounted.isLocked) {
		return failure('EINVAL');
	}

	// Simplified: the root of a namespace cannot be detached lazily, only covered or changed for another.
	if (mounted.parent === undefined) {
		return failure(options.lazy ? 'EINVAL' : 'EBUSY');
	}

	if (!options.lazy && isBusy(caller, mounted)) {
		return failure('EBUSY');
	}

	detachEverywhere(tx, mounted);
}

function isBusy({context: {tx}}: Caller, mounted: Mount): boolean {
	const held = heldMounts(tx);
	return childrenOf(tx, mounted.id).length > 0 || held.has(mounted.id) || propagatedCopies(tx, mounted).some(({id}) => held.has(id));
}

/** pivot_root(2): the mount at `newRoot` becomes the root of the namespace, and the old root moves to `putOld`. */
export function pivotRoot(caller: Caller, newRoot: string, putOld: string): {readonly from: Place; readonly to: Place} | Failure {
	if (!mayMount(caller)) {
		return failure('EPERM');
	}

	const next = resolve(caller, newRoot, true);
	const old = resolve(caller, putOld, true);
	if (failed(next) || failed(old)) {
		return failed(next) ? next : old as Failure;
	}

	if (next.attributes.type !== 'directory' || old.attributes.type !== 'directory') {
		return failure('ENOTDIR');
	}

	const {tx} = caller.context;
	const {root} = caller.task;
	const refused = refusePivot(caller, next.place, old.place);
	if (refused !== undefined) {
		return refused;
	}

	const {parent, mountpoint, isLocked} = getMount(caller, root.mount);
	const rising = getMount(caller, next.place.mount);
	placeMount(tx, root.mount, undefined);
	placeMount(tx, rising.id, parent === undefined || mountpoint === undefined ? undefined : {mount: parent, node: mountpoint});
	placeMount(tx, root.mount, old.place);
	changeMount(tx, rising.id, {isLocked: rising.isLocked || isLocked});
	changeMount(tx, root.mount, {isLocked: false});
	return {from: root, to: {mount: rising.id, node: rising.root}};
}

function refusePivot(caller: Caller, next: Place, old: Place): Failure | undefined {
	const {tx} = caller.context;
	const namespace = caller.task.namespaces.mnt;
	const parentOf = ({parent}: Mount): Mount | undefined => parent === undefined ? undefined : findMount(tx, parent);
	const [rising, sinking, under] = [getMount(caller, next.mount), getMount(caller, caller.task.root.mount), getMount(caller, old.mount)];
	const isShared = [under, parentOf(rising), parentOf(sinking)].some(each => each !== undefined && each.peerGroup !== 0);
	if (isShared || homeOf(tx, rising.id) !== namespace || homeOf(tx, sinking.id) !== namespace || rising.isLocked) {
		return failure('EINVAL');
	}

	if (rising.id === sinking.id || under.id === sinking.id) {
		return failure('EBUSY');
	}

	const isAtMountPoints = caller.task.root.node === sinking.root && next.node === rising.root && rising.parent !== undefined;
	return isAtMountPoints && isBelow(tx, under, rising) && isBelow(tx, rising, sinking) ? undefined : failure('EINVAL');
}

function isBelow(tx: Caller['context']['tx'], mounted: Mount, ancestor: Mount): boolean {
	for (let at: Mount | undefined = mounted; at !== undefined; at = at.parent === undefined ? undefined : findMount(tx, at.parent)) {
		if (at.id === ancestor.id) {
			return true;
		}
	}

	return false;
}
