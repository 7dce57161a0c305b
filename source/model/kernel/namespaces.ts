// Namespaces: which resources a task can see. Made by clone, unshare, or a daemon; joined by setns. Source: namespaces(7) and the pages of
// each kind.

import {must} from '../../base/assert.js';
import type {Writes} from '../../base/transaction.js';
import {makeNetNamespace} from '../network/link.js';
import {takeNumber} from './counter.js';
import {copyMounts} from './mount.js';
import type {NamespaceKind} from './program.js';
import type {KernelEvent, KernelId, KernelSchema, Namespace, NamespaceId, Task} from './schema.js';

type Tx = Writes<KernelSchema, KernelEvent>;

export const namespaceKinds: readonly NamespaceKind[] = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'];

export function getNamespace(tx: Tx, id: NamespaceId): Namespace {
	return must(tx.get('namespace', id), `getNamespace: no namespace ${id}`);
}

export type NamespaceOptions = {
	readonly kind: NamespaceKind;
	readonly kernel: KernelId;
	/** The user namespace that owns it. */
	readonly owner: NamespaceId;
	readonly parent?: NamespaceId;
	readonly hostname?: string;
	readonly cgroupRoot?: string;
};

/** Makes an empty namespace: no mounts, a loopback that is down, pids from 1. */
export function makeNamespace(tx: Tx, options: NamespaceOptions): NamespaceId {
	const id = takeNumber(tx, 'namespace');
	const {kind, kernel, owner} = options;
	tx.put('namespace', id, {
		id, kind, kernel, owner, parent: options.parent, hostname: options.hostname ?? '', nextPid: 1, init: undefined, cgroupRoot: options.cgroupRoot ?? '/', uidMap: [], gidMap: [],
	});
	if (kind === 'net') {
		makeNetNamespace(tx, id);
	}

	return id;
}

/** A new namespace as clone(2) and unshare(2) make it: a copy of the task's for mounts and host name, empty for the others. */
export function branchNamespace(tx: Tx, task: Task, kind: NamespaceKind, owner: NamespaceId): NamespaceId {
	const current = getNamespace(tx, task.namespaces[kind]);
	const id = makeNamespace(tx, {
		kind, kernel: task.kernel, owner, hostname: current.hostname, cgroupRoot: kind === 'cgroup' ? task.cgroup : current.cgroupRoot, ...(kind === 'pid' ? {parent: task.childPidNamespace} : (kind === 'user' ? {parent: current.id} : {})),
	});
	if (kind === 'mnt') {
		copyMounts(tx, current.id, id);
	}

	return id;
}

/** Pids for a new task: one in its own pid namespace and one in each above it. */
export function takePids(tx: Tx, namespace: NamespaceId): Task['pids'] {
	const pids: Array<Task['pids'][number]> = [];
	for (let at: NamespaceId | undefined = namespace; at !== undefined;) {
		const current = getNamespace(tx, at);
		pids.push({namespace: at, pid: current.nextPid});
		tx.put('namespace', at, {...current, nextPid: current.nextPid + 1});
		at = current.parent;
	}

	return pids;
}
