// Which capabilities count where. A capability is held in the task's user namespace: it counts for what that namespace or one below it
// owns, and for files only if their owner and group are mapped into it. Source: user_namespaces(7), "Capabilities"; Linux
// kernel/capability.c, capable_wrt_inode_uidgid.

import type {Reads} from '../../base/transaction.js';
import type {KernelSchema, IdRange, Namespace, NamespaceId, Task} from './schema.js';

type Tables = Pick<Reads<KernelSchema>, 'get'>;

/** Of a namespace of the task that is still the first one, nothing lies outside. */
function limitOf(tx: Tables, task: Task): Namespace | undefined {
	const own = tx.get('namespace', task.namespaces.user);
	return own?.parent === undefined ? undefined : own;
}

/** Whether the task has a capability over what a user namespace owns. Who made a namespace has all of them over it. */
export function isCapableIn(tx: Tables, task: Task, user: NamespaceId, capability: string): boolean {
	const own = task.namespaces.user;
	if (user === 0) {
		return isCapableEverywhere(tx, task, capability);
	}

	for (let at = tx.get('namespace', user); at !== undefined; at = at.parent === undefined ? undefined : tx.get('namespace', at.parent)) {
		if (at.id === own) {
			return task.capabilities.includes(capability);
		}

		if (at.parent === own && at.creator === task.uid) {
			return true;
		}
	}

	return false;
}

/** Whether the task has a capability over a namespace of any kind. */
export function isCapableOver(tx: Tables, task: Task, namespace: NamespaceId, capability: string): boolean {
	return isCapableIn(tx, task, tx.get('namespace', namespace)?.owner ?? 0, capability);
}

/** Whether the task has a capability that counts on the whole machine. */
export function isCapableEverywhere(tx: Tables, task: Task, capability: string): boolean {
	return task.capabilities.includes(capability) && limitOf(tx, task) === undefined;
}

/** Whether the task has a capability over a file with these owners. */
export function isCapableOf(tx: Tables, task: Task, file: {readonly uid: number; readonly gid: number}, capability: string): boolean {
	if (!task.capabilities.includes(capability)) {
		return false;
	}

	const limit = limitOf(tx, task);
	return limit === undefined || (isMapped(limit.uidMap, file.uid) && isMapped(limit.gidMap, file.gid));
}

function isMapped(ranges: readonly IdRange[], id: number): boolean {
	return ranges.some(({outside, count}) => id >= outside && id < outside + count);
}
