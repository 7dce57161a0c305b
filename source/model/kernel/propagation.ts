// Mount propagation: what is mounted or unmounted below a shared mount is, too, below its peers and below their slaves.
// Source: mount_namespaces(7), "Mount propagation types"; Linux fs/pnode.c, Documentation/filesystems/sharedsubtree.rst.
//
//     shared mount ── peer group ── shared mount       events go both ways
//          │ master
//        slave ── may be shared itself, with peers of its own and slaves below them

import type {Reads, Writes} from '../../base/transaction.js';
import {takeNumber} from './counter.js';
import type {FsContext} from './filesystem.js';
import {attachMount, changeMount, coveringMount, detachMount, findMount, groupOf, homeOf, placeMount, treeOf} from './mount-tree.js';
import {pathInFileSystem} from './node-path.js';
import type {KernelEvent, KernelSchema, Mount, NamespaceId, Place} from './schema.js';

type Tx = Writes<KernelSchema, KernelEvent>;

export type PropagationType = 'private' | 'shared' | 'slave' | 'unbindable';

/** What `mount --make-*` does to one mount; a shared one that was a slave stays a slave besides. */
export function setPropagation(tx: Tx, mount: Mount, type: PropagationType): void {
	if (type === 'shared') {
		changeMount(tx, mount.id, {peerGroup: mount.peerGroup || takeNumber(tx, 'peer'), isUnbindable: false});
		return;
	}

	// A slave takes from the peers it leaves; the last of a group leaves nobody to take from but its own master.
	const hasPeers = groupOf(tx, mount.peerGroup).members.length > 1;
	const master = type === 'slave' ? (hasPeers ? mount.peerGroup : mount.master) : 0;
	changeMount(tx, mount.id, {peerGroup: 0, master, isUnbindable: type === 'unbindable' || (type === 'slave' && mount.isUnbindable)});
}

/** How the copy of a mount is related to it. */
type Kinship = 'peer' | 'slave' | 'private';

type CopyOptions = {
	readonly namespace: NamespaceId;
	readonly kinship: (mount: Mount) => Kinship;
	/** Copies become shared, in new groups if need be. */
	readonly makeShared?: boolean;
	readonly withUnbindable?: boolean;
	/** Copies cannot be taken apart: they go to a namespace with fewer rights. */
	readonly isLocked?: boolean;
	/** The root's copy shows this node instead, and only mounts below it are copied. */
	readonly root?: number;
	/** Nothing below it is copied. */
	readonly isAlone?: boolean;
};

/** Copies a mount and those below it; the copy of the root has no place yet. Answers which mount became which. */
export function copyTree(context: FsContext, top: Mount, options: CopyOptions): ReadonlyMap<number, number> {
	const {tx} = context;
	const copies = new Map<number, number>();
	for (const mount of options.isAlone === true ? [top] : treeOf(tx, top)) {
		const parent = mount.id === top.id ? undefined : copies.get(mount.parent!);
		const isWanted = mount.id === top.id || (parent !== undefined && (options.withUnbindable === true || !mount.isUnbindable) && isShownBelow(context, top, mount, options.root));
		if (!isWanted) {
			continue;
		}

		context.work?.(1);
		const related = kin(tx, mount, options.kinship(mount), options.makeShared ?? false);
		const {id, ...rest} = mount;
		copies.set(id, attachMount(tx, options.namespace, {
			...rest, ...related, isLocked: rest.isLocked || (options.isLocked ?? false), root: id === top.id ? options.root ?? rest.root : rest.root,
			parent, mountpoint: parent === undefined ? undefined : rest.mountpoint,
		}));
	}

	return copies;
}

/** Whether a mount that stands directly on `top` stands below the part of it that is copied. */
function isShownBelow(context: FsContext, top: Mount, mount: Mount, root: number | undefined): boolean {
	return root === undefined || mount.parent !== top.id || shows(context, {...top, root}, mount.mountpoint!);
}

function kin(tx: Tx, mount: Mount, kinship: Kinship, makeShared: boolean): Pick<Mount, 'peerGroup' | 'master' | 'isUnbindable'> {
	const isUnbindable = kinship === 'private' ? false : mount.isUnbindable && mount.peerGroup === 0;
	if (kinship === 'slave' && mount.peerGroup !== 0) {
		return {peerGroup: makeShared ? takeNumber(tx, 'peer') : 0, master: mount.peerGroup, isUnbindable};
	}

	const own = kinship === 'private' ? 0 : mount.peerGroup;
	return {peerGroup: own === 0 && makeShared ? takeNumber(tx, 'peer') : own, master: kinship === 'private' ? 0 : mount.master, isUnbindable};
}

/** Whether a node can be seen through a mount. */
function shows(context: FsContext, mount: Pick<Mount, 'fs' | 'root'>, node: number): boolean {
	return mount.root === node || pathInFileSystem(context, mount.fs, node, mount.root) !== undefined;
}

/** Puts a tree that has no place yet on a place, and copies of it wherever the place's mount propagates to. */
export function graft(context: FsContext, at: Place, root: number): void {
	const {tx} = context;
	placeMount(tx, root, at);
	const under = findMount(tx, at.mount);
	if (under === undefined || under.peerGroup === 0) {
		return;
	}

	for (const mount of treeOf(tx, findMount(tx, root)!)) {
		if (mount.peerGroup === 0) {
			changeMount(tx, mount.id, {peerGroup: takeNumber(tx, 'peer'), isUnbindable: false});
		}
	}

	spread(context, {group: under.peerGroup, origin: under, node: at.node, tree: root});
}

type Spreading = {readonly group: number; readonly origin: Mount; readonly node: number; readonly tree: number};

/** Copies a grafted tree to the other mounts of a group, then to their slaves. */
function spread(context: FsContext, {group, origin, node, tree}: Spreading): void {
	const {tx} = context;
	const copyTo = (target: Mount, source: number, kinship: 'peer' | 'slave'): number => {
		const top = findMount(tx, source)!;
		const namespace = homeOf(tx, target.id);
		const isLocked = ownerOf(tx, namespace) !== ownerOf(tx, homeOf(tx, source));
		const copy = copyTree(context, top, {namespace, kinship: () => kinship, makeShared: target.peerGroup !== 0, isLocked}).get(source)!;
		placeMount(tx, copy, {mount: target.id, node});
		return copy;
	};

	const {members, slaves} = groupOf(tx, group);
	const reachable = (ids: readonly number[]): readonly Mount[] => ids.map(id => findMount(tx, id)!).filter(mount => mount.id !== origin.id && mount.fs === origin.fs && shows(context, mount, node));
	for (const peer of reachable(members)) {
		copyTo(peer, tree, 'peer');
	}

	const groupsDone = new Set<number>();
	for (const slave of reachable(slaves)) {
		if (slave.peerGroup === 0) {
			copyTo(slave, tree, 'slave');
		} else if (!groupsDone.has(slave.peerGroup)) {
			groupsDone.add(slave.peerGroup);
			spread(context, {group: slave.peerGroup, origin: slave, node, tree: copyTo(slave, tree, 'slave')});
		}
	}
}

function ownerOf(tx: Reads<KernelSchema>, namespace: NamespaceId): NamespaceId | undefined {
	return tx.get('namespace', namespace)?.owner;
}

/** All mounts that an event on a mount reaches besides itself. */
function reachedFrom(tx: Reads<KernelSchema>, group: number, done = new Set<number>()): readonly Mount[] {
	if (group === 0 || done.has(group)) {
		return [];
	}

	done.add(group);
	const {members, slaves} = groupOf(tx, group);
	return [
		...members.map(id => findMount(tx, id)!),
		...slaves.map(id => findMount(tx, id)!).flatMap(slave => [slave, ...reachedFrom(tx, slave.peerGroup, done)]),
	];
}

/** The copies of a mount that go when it is unmounted: on the same place of every mount that its parent propagates to, with nothing mounted on them. */
export function propagatedCopies(tx: Reads<KernelSchema>, mount: Mount): readonly Mount[] {
	const parent = mount.parent === undefined ? undefined : findMount(tx, mount.parent);
	if (parent === undefined) {
		return [];
	}

	const copies = new Map<number, Mount>();
	for (const {id} of reachedFrom(tx, parent.peerGroup)) {
		const covering = coveringMount(tx, homeOf(tx, id), {mount: id, node: mount.mountpoint!});
		const copy = covering === undefined || covering === mount.id ? undefined : findMount(tx, covering);
		if (copy !== undefined && copy.fs === mount.fs && treeOf(tx, copy).length === 1) {
			copies.set(copy.id, copy);
		}
	}

	return [...copies.values()];
}

/** Unmounts a mount with all below it, and its propagated copies. */
export function detachEverywhere(tx: Tx, mount: Mount): void {
	for (const each of treeOf(tx, mount).toReversed()) {
		for (const copy of propagatedCopies(tx, each)) {
			detachMount(tx, copy.id);
		}
	}

	detachMount(tx, mount.id);
}
