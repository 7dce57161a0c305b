// User and group ids of user namespaces. The kernel keeps the ids of the initial namespace; what a process is told, and what it says,
// goes through the map of its own namespace. An id that the map leaves out is shown as the overflow id. Source: user_namespaces(7),
// "Interaction with system calls that change user or group IDs"; Linux include/linux/uidgid.h, make_kuid and from_kuid_munged.

import type {Reads} from '../../base/transaction.js';
import type {Attributes} from './file-types.js';
import type {IdRange, KernelSchema, NamespaceId, Task} from './schema.js';

export type IdKind = 'uid' | 'gid';

type Tables = Pick<Reads<KernelSchema>, 'get'>;

/** /proc/sys/kernel/overflowuid and overflowgid: nobody and nogroup. */
const overflowId = 65_534;

/** The map of a user namespace, or undefined for the initial one, in which ids are what they are. */
function mapOf(tx: Tables, user: NamespaceId, kind: IdKind): readonly IdRange[] | undefined {
	const namespace = tx.get('namespace', user);
	return namespace?.parent === undefined ? undefined : (kind === 'uid' ? namespace.uidMap : namespace.gidMap);
}

/** The kernel's id for an id of a namespace; undefined if the map leaves it out. */
export function toKernelId(tx: Tables, user: NamespaceId, kind: IdKind, id: number): number | undefined {
	const map = mapOf(tx, user, kind);
	if (map === undefined) {
		return id;
	}

	const range = map.find(({inside, count}) => id >= inside && id < inside + count);
	return range === undefined ? undefined : range.outside + id - range.inside;
}

/** A kernel's id as a namespace has it; undefined if its map leaves it out. */
export function findShownId(tx: Tables, user: NamespaceId, kind: IdKind, id: number): number | undefined {
	const map = mapOf(tx, user, kind);
	if (map === undefined) {
		return id;
	}

	const range = map.find(({outside, count}) => id >= outside && id < outside + count);
	return range === undefined ? undefined : range.inside + id - range.outside;
}

/** A kernel's id as a namespace shows it. */
export function shownId(tx: Tables, user: NamespaceId, kind: IdKind, id: number): number {
	return findShownId(tx, user, kind, id) ?? overflowId;
}

/** A file's attributes as a task sees them. */
export function shownAttributes(tx: Tables, {namespaces: {user}}: Task, attributes: Attributes): Attributes {
	return mapOf(tx, user, 'uid') === undefined ? attributes : {...attributes, uid: shownId(tx, user, 'uid', attributes.uid), gid: shownId(tx, user, 'gid', attributes.gid)};
}

/** Whether a user is the root of a task's user namespace. */
export function isRootOf(tx: Tables, {namespaces: {user}}: Pick<Task, 'namespaces'>, uid: number): boolean {
	return toKernelId(tx, user, 'uid', 0) === uid;
}
