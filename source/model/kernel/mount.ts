// Mounts: which filesystem is seen where, for each mount namespace. A mount covers a node of its parent mount; mounting again on
// the same place covers the first. Source: mount(2), mount_namespaces(7), pivot_root(2).
//
// Simplified: propagation is recorded and shown, but events do not propagate between peer groups.

import {isCapableOver} from './capable.js';
import type {Writes} from '../../base/transaction.js';
import {takeNumber} from './counter.js';
import {type Failure, failed, failure} from './errno.js';
import type {FsId} from './file-types.js';
import {maxMounts} from './limits.js';
import type {MountRequest} from './program.js';
import type {KernelEvent, KernelSchema, Mount, NamespaceId, Place} from './schema.js';
import {type Caller, getMount, resolve, typeOf} from './vfs.js';

type Tx = Writes<KernelSchema, KernelEvent>;

/** Flags of mount(8) that belong to the mount; all other words are options of the filesystem. */
const mountFlags = new Set(['ro', 'rw', 'nosuid', 'suid', 'nodev', 'dev', 'noexec', 'exec', 'noatime', 'relatime', 'strictatime', 'nodiratime', 'sync', 'defaults']);
const opposite: Readonly<Record<string, string>> = {rw: 'ro', suid: 'nosuid', dev: 'nodev', exec: 'noexec'};

/** A flag of ours: the mount stands for a plain directory, so lists of mounts leave it out. */
export const hiddenMount = 'hidden';

export type NewMount = Omit<Mount, 'id' | 'propagation' | 'peerGroup'> & {readonly propagation?: Mount['propagation']};

/** Adds a mount to a namespace; `parent` and `mountpoint` are undefined for the root. */
export function attachMount(tx: Tx, namespace: NamespaceId, mount: NewMount): number {
	const id = takeNumber(tx, 'mount');
	tx.put(`mount:${namespace}`, id, {propagation: 'private', peerGroup: 0, ...mount, id});
	if (mount.parent !== undefined) {
		tx.put(`mountpoint:${namespace}`, `${mount.parent}:${mount.mountpoint}`, {mount: id});
	}

	return id;
}

/** Gives a new namespace all mounts of another; places keep their meaning. */
export function copyMounts(tx: Tx, from: NamespaceId, to: NamespaceId): void {
	for (const [id, mount] of tx.table(`mount:${from}`)) {
		tx.put(`mount:${to}`, id, mount);
	}

	for (const [key, mountpoint] of tx.table(`mountpoint:${from}`)) {
		tx.put(`mountpoint:${to}`, key, mountpoint);
	}
}

/** Flags and filesystem options of a request, apart; `rw` and its like only undo. */
export function splitOptions(options: readonly string[]): {readonly flags: readonly string[]; readonly fsOptions: readonly string[]} {
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

/** mount(2). `makeFileSystem` makes the superblock of a new mount from its type, source and options. */
export function mount(caller: Caller, request: MountRequest, makeFileSystem: (type: string, source: string, options: readonly string[]) => FsId | Failure): void | Failure {
	if (!isCapableOver(caller.context.tx, caller.task, caller.task.namespaces.mnt, 'CAP_SYS_ADMIN')) {
		return failure('EPERM');
	}

	const target = resolve(caller, request.target, true);
	if (failed(target)) {
		return target;
	}

	switch (request.how) {
		case 'new': {
			return mountNew(caller, target.place, request, makeFileSystem);
		}

		case 'bind':
		case 'rbind': {
			return bind(caller, target.place, request);
		}

		case 'move': {
			return moveMount(caller, target.place, request.source);
		}

		case 'remount': {
			return remount(caller, target.place, request.options);
		}

		case 'private':
		case 'rprivate':
		case 'shared':
		case 'slave': {
			return setPropagation(caller, target.place, request.how);
		}

		default: {
			throw new Error(`mount: ${request.how satisfies never}`);
		}
	}
}

function mountNew(caller: Caller, at: Place, request: MountRequest, makeFileSystem: (type: string, source: string, options: readonly string[]) => FsId | Failure): void | Failure {
	const {context, task} = caller;
	const {flags, fsOptions} = splitOptions(request.options);
	const attributes = typeOf(context, getMount(caller, at.mount).fs).attributes(context, getMount(caller, at.mount).fs, at.node);
	if (failed(attributes)) {
		return attributes;
	}

	if (attributes.type !== 'directory') {
		return failure('ENOTDIR');
	}

	if (context.tx.table(`mount:${task.namespaces.mnt}`).size >= maxMounts) {
		return failure('ENOSPC');
	}

	const fs = makeFileSystem(request.type, request.source, fsOptions);
	if (failed(fs)) {
		return fs;
	}

	attachMount(context.tx, task.namespaces.mnt, {
		parent: at.mount, fs, root: typeOf(context, fs).root(context, fs), mountpoint: at.node, source: request.source, type: request.type, flags: withAtime(flags), fsOptions,
	});
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
	const target = typeOf(caller.context, getMount(caller, at.mount).fs).attributes(caller.context, getMount(caller, at.mount).fs, at.node);
	if (!failed(target) && (target.type === 'directory') !== (source.attributes.type === 'directory')) {
		return failure('ENOTDIR');
	}

	const original = getMount(caller, source.place.mount);
	const {flags} = splitOptions(request.options);
	const id = attachMount(tx, namespace, {
		parent: at.mount, fs: original.fs, root: source.place.node, mountpoint: at.node, source: original.source, type: original.type, flags: [...new Set([...original.flags, ...flags])], fsOptions: original.fsOptions,
	});
	if (request.how === 'rbind') {
		bindChildren(tx, namespace, original.id, id);
	}

	tx.emit({kind: 'mount', namespace, type: 'bind', target: request.target});
}

/** Repeats the mounts below one mount below another. */
function bindChildren(tx: Tx, namespace: NamespaceId, from: number, to: number): void {
	for (const child of [...tx.table(`mount:${namespace}`).values()]) {
		if (child.parent === from && child.id !== to) {
			const {id, ...rest} = child;
			bindChildren(tx, namespace, id, attachMount(tx, namespace, {...rest, parent: to}));
		}
	}
}

function moveMount(caller: Caller, at: Place, source: string): void | Failure {
	const found = resolve(caller, source, true);
	if (failed(found)) {
		return found;
	}

	const moving = getMount(caller, found.place.mount);
	if (found.place.node !== moving.root || moving.parent === undefined) {
		return failure('EINVAL');
	}

	const {tx} = caller.context;
	const namespace = caller.task.namespaces.mnt;
	uncover(tx, namespace, moving);
	tx.put(`mount:${namespace}`, moving.id, {...moving, parent: at.mount, mountpoint: at.node});
	tx.put(`mountpoint:${namespace}`, `${at.mount}:${at.node}`, {mount: moving.id});
}

function remount(caller: Caller, at: Place, options: readonly string[]): void | Failure {
	const mounted = getMount(caller, at.mount);
	if (at.node !== mounted.root) {
		return failure('EINVAL');
	}

	const {flags} = splitOptions(options);
	caller.context.tx.put(`mount:${caller.task.namespaces.mnt}`, mounted.id, {...mounted, flags: withAtime(flags)});
}

function setPropagation(caller: Caller, at: Place, how: 'private' | 'rprivate' | 'shared' | 'slave'): void | Failure {
	const mounted = getMount(caller, at.mount);
	if (at.node !== mounted.root) {
		return failure('EINVAL');
	}

	const {tx} = caller.context;
	const namespace = caller.task.namespaces.mnt;
	const propagation = how === 'rprivate' ? 'private' : how;
	const peerGroup = propagation === 'private' ? 0 : (mounted.peerGroup || takeNumber(tx, 'peer'));
	for (const mount of [...tx.table(`mount:${namespace}`).values()]) {
		if (mount.id === mounted.id || (how === 'rprivate' && isBelow(tx, namespace, mount, mounted.id))) {
			tx.put(`mount:${namespace}`, mount.id, {...mount, propagation, peerGroup});
		}
	}
}

function isBelow(tx: Tx, namespace: NamespaceId, mount: Mount, ancestor: number): boolean {
	for (let at: Mount | undefined = mount; at?.parent !== undefined; at = tx.get(`mount:${namespace}`, at.parent)) {
		if (at.parent === ancestor) {
			return true;
		}
	}

	return false;
}

/** umount(2): EINVAL unless `target` is a mount point, EBUSY while mounts or tasks stand on it. */
export function umount(caller: Caller, target: string, options: {readonly lazy: boolean; readonly isBusy: (mount: number) => boolean}): void | Failure {
	if (!isCapableOver(caller.context.tx, caller.task, caller.task.namespaces.mnt, 'CAP_SYS_ADMIN')) {
		return failure('EPERM');
	}

	const found = resolve(caller, target, true);
	if (failed(found)) {
		return found;
	}

	const mounted = getMount(caller, found.place.mount);
	if (found.place.node !== mounted.root || mounted.parent === undefined) {
		return failure('EINVAL');
	}

	const {tx} = caller.context;
	const namespace = caller.task.namespaces.mnt;
	const hasChildren = [...tx.table(`mount:${namespace}`).values()].some(mount => mount.parent === mounted.id);
	if (!options.lazy && (hasChildren || options.isBusy(mounted.id))) {
		return failure('EBUSY');
	}

	detachMount(tx, namespace, mounted.id);
}

/** Removes a mount and all below it from a namespace. */
export function detachMount(tx: Tx, namespace: NamespaceId, id: number): void {
	for (const child of [...tx.table(`mount:${namespace}`).values()]) {
		if (child.parent === id) {
			detachMount(tx, namespace, child.id);
		}
	}

	const mount = tx.get(`mount:${namespace}`, id);
	if (mount !== undefined) {
		uncover(tx, namespace, mount);
		tx.delete(`mount:${namespace}`, id);
	}
}

/** Makes what a mount covered visible again: the mount that it was stacked on, or the bare node. */
function uncover(tx: Tx, namespace: NamespaceId, mount: Mount): void {
	if (mount.parent !== undefined) {
		tx.delete(`mountpoint:${namespace}`, `${mount.parent}:${mount.mountpoint}`);
	}
}

/** pivot_root(2): the mount at `newRoot` becomes the root of the namespace, and the old root moves to `putOld`. */
export function pivotRoot(caller: Caller, newRoot: string, putOld: string): {readonly root: Place; readonly oldRoot: number} | Failure {
	if (!isCapableOver(caller.context.tx, caller.task, caller.task.namespaces.mnt, 'CAP_SYS_ADMIN')) {
		return failure('EPERM');
	}

	const next = resolve(caller, newRoot, true);
	const old = resolve(caller, putOld, true);
	if (failed(next) || failed(old)) {
		return failed(next) ? next : old as Failure;
	}

	const {tx} = caller.context;
	const namespace = caller.task.namespaces.mnt;
	const rising = getMount(caller, next.place.mount);
	const sinking = getMount(caller, caller.task.root.mount);
	if (next.place.node !== rising.root || rising.id === sinking.id || rising.parent === undefined) {
		return failure(rising.id === sinking.id ? 'EBUSY' : 'EINVAL');
	}

	uncover(tx, namespace, rising);
	const {parent, mountpoint} = sinking;
	uncover(tx, namespace, sinking);
	tx.put(`mount:${namespace}`, rising.id, {...rising, parent, mountpoint});
	if (parent !== undefined) {
		tx.put(`mountpoint:${namespace}`, `${parent}:${mountpoint}`, {mount: rising.id});
	}

	if (old.place.mount === sinking.id) {
		return failure('EINVAL');
	}

	const at = old.place;
	tx.put(`mount:${namespace}`, sinking.id, {...sinking, parent: at.mount, mountpoint: at.node});
	tx.put(`mountpoint:${namespace}`, `${at.mount}:${at.node}`, {mount: sinking.id});
	return {root: {mount: rising.id, node: rising.root}, oldRoot: sinking.id};
}
