// The trees of mounts, one a mount namespace: which mount stands where, and what covers a place. A mount's number is unique in the
// world, so a place means the same to everybody: who holds a directory of another namespace open walks on in that namespace.
// Source: Linux fs/namespace.c, fs/mount.h.

import type {Reads, Writes} from '../../base/transaction.js';
import {takeNumber} from './counter.js';
import type {KernelEvent, KernelSchema, Mount, NamespaceId, Place} from './schema.js';

type Tx = Writes<KernelSchema, KernelEvent>;

type NewMount = Omit<Mount, 'id' | 'peerGroup' | 'master' | 'isUnbindable' | 'isLocked'> & Partial<Pick<Mount, 'peerGroup' | 'master' | 'isUnbindable' | 'isLocked'>>;

/** A flag of ours: the mount stands for a plain directory, so lists of mounts leave it out. */
export const hiddenMount = 'hidden';

/** Where mounts are that no namespace has any more. */
const nowhere = 0;

export function homeOf(tx: Reads<KernelSchema>, mount: number): NamespaceId {
	return tx.get('mount-home', mount)?.namespace ?? nowhere;
}

export function findMount(tx: Reads<KernelSchema>, mount: number): Mount | undefined {
	return tx.get(`mount:${homeOf(tx, mount)}`, mount);
}

/** The mount that directly covers a place; `namespace` is where it is looked for first. */
export function coveringMount(tx: Reads<KernelSchema>, namespace: NamespaceId, {mount, node}: Place): number | undefined {
	const home = tx.get(`mount:${namespace}`, mount) === undefined ? homeOf(tx, mount) : namespace;
	return tx.get(`mountpoint:${home}`, `${mount}:${node}`)?.mount;
}

export function childrenOf(tx: Reads<KernelSchema>, parent: number): readonly Mount[] {
	return [...tx.table(`mount:${homeOf(tx, parent)}`).values()].filter(mount => mount.parent === parent);
}

/** The root of a namespace's tree. */
export function rootMount(tx: Reads<KernelSchema>, namespace: NamespaceId): Mount | undefined {
	for (const mount of tx.table(`mount:${namespace}`).values()) {
		if (mount.parent === undefined) {
			return mount;
		}
	}

	return undefined;
}

/** Adds a mount to a namespace, on top of what is there; `parent` and `mountpoint` are undefined for the root. Nothing is propagated. */
export function attachMount(tx: Tx, namespace: NamespaceId, mount: NewMount): number {
	const id = takeNumber(tx, 'mount');
	const made: Mount = {peerGroup: 0, master: 0, isUnbindable: false, isLocked: false, ...mount, id};
	tx.put('mount-home', id, {namespace});
	tx.put(`mount:${namespace}`, id, made);
	enterGroups(tx, made);
	cover(tx, made);
	return id;
}

export function changeMount(tx: Tx, id: number, changes: Partial<Omit<Mount, 'id'>>): Mount | undefined {
	const mount = findMount(tx, id);
	if (mount === undefined) {
		return undefined;
	}

	const changed = {...mount, ...changes};
	if (changed.peerGroup !== mount.peerGroup || changed.master !== mount.master) {
		leaveGroups(tx, mount);
		enterGroups(tx, changed);
	}

	tx.put(`mount:${homeOf(tx, id)}`, id, changed);
	return changed;
}

/** Moves a mount, with all below it, to another place of its namespace; undefined for the root's. */
export function placeMount(tx: Tx, id: number, place: Place | undefined): void {
	const mount = findMount(tx, id);
	if (mount !== undefined) {
		uncover(tx, mount);
		const changed = changeMount(tx, id, {parent: place?.mount, mountpoint: place?.node});
		cover(tx, changed!);
	}
}

function cover(tx: Tx, {id, parent, mountpoint}: Mount): void {
	if (parent !== undefined) {
		tx.put(`mountpoint:${homeOf(tx, id)}`, `${parent}:${mountpoint}`, {mount: id});
	}
}

/** Makes what a mount covered visible again: a mount below it on the same place, or the bare node. */
function uncover(tx: Tx, {id, parent, mountpoint}: Mount): void {
	const table = `mountpoint:${homeOf(tx, id)}` as const;
	if (parent !== undefined && tx.get(table, `${parent}:${mountpoint}`)?.mount === id) {
		tx.delete(table, `${parent}:${mountpoint}`);
	}
}

/** Removes a mount and all below it. */
export function detachMount(tx: Tx, id: number): void {
	const mount = findMount(tx, id);
	if (mount !== undefined) {
		const tree = treeOf(tx, mount);
		for (const each of tree.toReversed()) {
			uncover(tx, each);
		}

		dropMounts(tx, tree);
	}
}

/** Removes all mounts of a namespace, which ends. */
export function detachAll(tx: Tx, namespace: NamespaceId): void {
	dropMounts(tx, [...tx.table(`mount:${namespace}`).values()]);
	for (const key of [...tx.table(`mountpoint:${namespace}`).keys()]) {
		tx.delete(`mountpoint:${namespace}`, key);
	}
}

/** A mount that somebody stands on or has a file of open lives on, without a place, until they are gone. */
function dropMounts(tx: Tx, mounts: readonly Mount[]): void {
	const held = heldMounts(tx);
	for (const {id} of [...tx.table(`mount:${nowhere}`).values()]) {
		if (!held.has(id)) {
			tx.delete(`mount:${nowhere}`, id);
			tx.delete('mount-home', id);
		}
	}

	for (const mount of mounts) {
		leaveGroups(tx, mount);
		tx.delete(`mount:${homeOf(tx, mount.id)}`, mount.id);
		if (held.has(mount.id)) {
			tx.put('mount-home', mount.id, {namespace: nowhere});
			tx.put(`mount:${nowhere}`, mount.id, {...mount, parent: undefined, mountpoint: undefined, peerGroup: 0, master: 0});
		} else {
			tx.delete('mount-home', mount.id);
		}
	}
}

/** The mounts that tasks work in or have files of open. */
export function heldMounts(tx: Reads<KernelSchema>): ReadonlySet<number> {
	const held = new Set<number>();
	for (const kernel of tx.table('kernel').values()) {
		for (const {cwd, root} of tx.table(`task:${kernel.id}`).values()) {
			held.add(cwd.mount).add(root.mount);
		}
	}

	for (const {what} of tx.table('file').values()) {
		if (what.kind === 'node') {
			held.add(what.mount);
		}
	}

	return held;
}

/** The mounts of a tree, each after its parent. */
export function treeOf(tx: Reads<KernelSchema>, root: Mount): readonly Mount[] {
	const below = new Map<number, Mount[]>();
	for (const mount of tx.table(`mount:${homeOf(tx, root.id)}`).values()) {
		if (mount.parent !== undefined) {
			const siblings = below.get(mount.parent) ?? [];
			siblings.push(mount);
			below.set(mount.parent, siblings);
		}
	}

	const tree = [root];
	for (let index = 0; index < tree.length; index++) {
		tree.push(...below.get(tree[index]!.id) ?? []);
	}

	return tree;
}

const noGroup = {members: [], slaves: []} as const;

export function groupOf(tx: Reads<KernelSchema>, group: number): KernelSchema['peer-group'] {
	return tx.get('peer-group', group) ?? noGroup;
}

function putGroup(tx: Tx, number: number, group: KernelSchema['peer-group']): void {
	if (group.members.length === 0 && group.slaves.length === 0) {
		tx.delete('peer-group', number);
	} else {
		tx.put('peer-group', number, group);
	}
}

function enterGroups(tx: Tx, {id, peerGroup, master}: Mount): void {
	if (peerGroup !== 0) {
		const group = groupOf(tx, peerGroup);
		putGroup(tx, peerGroup, {...group, members: [...group.members, id]});
	}

	if (master !== 0) {
		const group = groupOf(tx, master);
		putGroup(tx, master, {...group, slaves: [...group.slaves, id]});
	}
}

/** The slaves of a group whose last member leaves take from its master, or from nobody. */
function leaveGroups(tx: Tx, {id, peerGroup, master}: Mount): void {
	if (master !== 0) {
		const group = groupOf(tx, master);
		putGroup(tx, master, {...group, slaves: group.slaves.filter(slave => slave !== id)});
	}

	if (peerGroup === 0) {
		return;
	}

	const group = groupOf(tx, peerGroup);
	const members = group.members.filter(member => member !== id);
	if (members.length > 0) {
		putGroup(tx, peerGroup, {...group, members});
		return;
	}

	tx.delete('peer-group', peerGroup);
	for (const slave of group.slaves) {
		const orphan = findMount(tx, slave);
		if (orphan !== undefined) {
			const freed = {...orphan, master};
			tx.put(`mount:${homeOf(tx, slave)}`, slave, freed);
			enterGroups(tx, {...freed, peerGroup: 0});
		}
	}
}
