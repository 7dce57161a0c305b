// Namespaces: which resources a task can see. Made by clone, unshare, or a daemon; joined by setns. Source: namespaces(7) and the pages of
// each kind.

import {must} from '../../base/assert.js';
import type {Writes} from '../../base/transaction.js';
import {makeNetNamespace, removeNetNamespace} from '../network/link.js';
import {takeNumber} from './counter.js';
import type {FsContext} from './filesystem.js';
import {detachAll, rootMount} from './mount-tree.js';
import type {NamespaceKind} from './program.js';
import {copyTree} from './propagation.js';
import type {KernelEvent, KernelId, KernelSchema, Namespace, NamespaceId, Place, Task} from './schema.js';
import {allTasks} from './tasks.js';

type Tx = Writes<KernelSchema, KernelEvent>;

export const namespaceKinds: readonly NamespaceKind[] = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'];

export function getNamespace(tx: Tx, id: NamespaceId): Namespace {
	return must(tx.get('namespace', id), `getNamespace: no namespace ${id}`);
}

type NamespaceOptions = {
	readonly kind: NamespaceKind;
	readonly kernel: KernelId;
	/** The user namespace that owns it. */
	readonly owner: NamespaceId;
	readonly parent?: NamespaceId;
	readonly hostname?: string;
	readonly cgroupRoot?: string;
	/** It ends with its last user; those that daemons make end when they say so. */
	readonly isCounted?: boolean;
	/** Of user namespaces: the user who made it, and who has all rights over it. */
	readonly creator?: number;
};

/** Makes an empty namespace: no mounts, a loopback that is down, pids from 1. */
export function makeNamespace(tx: Tx, options: NamespaceOptions): NamespaceId {
	const id = takeNumber(tx, 'namespace');
	const {kind, kernel, owner} = options;
	tx.put('namespace', id, {
		id, kind, kernel, owner, parent: options.parent, hostname: options.hostname ?? '', nextPid: 1, init: undefined, cgroupRoot: options.cgroupRoot ?? '/', uidMap: [], gidMap: [],
		...options.isCounted === true ? {isCounted: true} : {}, ...kind === 'user' ? {creator: options.creator ?? 0} : {},
	});
	if (kind === 'net') {
		makeNetNamespace(tx, id);
	}

	return id;
}

/** New namespaces as clone(2) and unshare(2) make them, a user namespace first, because it owns the others; with root and working directory in the new mounts. */
export function branchNamespaces(context: FsContext, task: Task, kinds: readonly NamespaceKind[]): Pick<Task, 'namespaces' | 'root' | 'cwd'> {
	const {tx} = context;
	const namespaces: Record<NamespaceKind, NamespaceId> = {...task.namespaces};
	let {root, cwd} = task;
	for (const kind of [...kinds].sort((a, b) => Number(b === 'user') - Number(a === 'user'))) {
		const current = getNamespace(tx, kind === 'pid' ? task.childPidNamespace : task.namespaces[kind]);
		const made = makeNamespace(tx, {
			kind, kernel: task.kernel, owner: kind === 'user' ? current.id : namespaces.user, hostname: current.hostname, cgroupRoot: kind === 'cgroup' ? task.cgroup : current.cgroupRoot,
			isCounted: true, creator: task.uid, ...kind === 'pid' || kind === 'user' ? {parent: current.id} : {},
		});
		namespaces[kind] = made;
		if (kind === 'mnt') {
			const copies = copyMounts(context, current.id, made);
			const moved = (place: Place): Place => ({...place, mount: copies.get(place.mount) ?? place.mount});
			[root, cwd] = [moved(root), moved(cwd)];
		}
	}

	return {namespaces, root, cwd};
}

/** Gives a new namespace copies of all mounts of another. One that belongs to another user namespace takes what is mounted, gives nothing back, and cannot take anything away. */
function copyMounts(context: FsContext, from: NamespaceId, to: NamespaceId): ReadonlyMap<number, number> {
	const {tx} = context;
	const top = rootMount(tx, from);
	const isForeign = getNamespace(tx, from).owner !== getNamespace(tx, to).owner;
	return top === undefined ? new Map() : copyTree(context, top, {namespace: to, kinship: () => isForeign ? 'slave' : 'peer', withUnbindable: true, isLocked: isForeign});
}

/** Ends namespaces made by clone or unshare that nothing is in, nobody has open and no mount keeps. Source: namespaces(7), "Namespace lifetime". */
export function endUnused(tx: Tx, types: FsContext['types'], kernel: KernelId): void {
	for (;;) {
		const used = usedByTasks(tx, kernel);
		const candidates = [...tx.table('namespace').values()].filter(namespace => namespace.isCounted === true && namespace.kernel === kernel && !used.has(namespace.id));
		const kept = candidates.length === 0 ? used : keptByFiles(tx, types);
		const ending = candidates.filter(({id}) => !kept.has(id));
		if (ending.length === 0) {
			return;
		}

		for (const {id, kind} of ending) {
			endNamespace(tx, id, kind);
		}
	}
}

/** Takes a namespace away, with the links or mounts that are in it. */
export function endNamespace(tx: Tx, id: NamespaceId, kind: NamespaceKind): void {
	if (kind === 'net') {
		removeNetNamespace(tx, id);
	} else if (kind === 'mnt') {
		detachAll(tx, id);
	}

	tx.delete('namespace', id);
}

/** Namespaces of tasks, and of what these belong to. A zombie has only its number left. */
function usedByTasks(tx: Tx, kernel: KernelId): Set<NamespaceId> {
	const used = new Set<NamespaceId>();
	const add = (id: NamespaceId | undefined): void => {
		const namespace = id === undefined || used.has(id) ? undefined : tx.get('namespace', id);
		if (namespace !== undefined) {
			used.add(namespace.id);
			add(namespace.parent);
			add(namespace.owner);
		}
	};

	for (const task of allTasks(tx, kernel)) {
		add(task.namespaces.pid);
		if (task.state !== 'zombie') {
			Object.values(task.namespaces).forEach(add);
			add(task.childPidNamespace);
		}
	}

	for (const namespace of tx.table('namespace').values()) {
		if (namespace.isCounted !== true && namespace.kernel === kernel) {
			add(namespace.id);
		}
	}

	return used;
}

/** Namespaces that somebody has open or that a bind mount stands for. */
function keptByFiles(tx: Tx, types: FsContext['types']): ReadonlySet<NamespaceId> {
	const namespaceAt = types.get('proc')?.namespaceOf;
	const nodes = [
		...[...tx.table('file').values()].flatMap(({what}) => what.kind === 'node' ? [what] : []),
		...[...tx.table('namespace').values()].filter(({kind}) => kind === 'mnt').flatMap(({id}) => [...tx.table(`mount:${id}`).values()]).filter(({type}) => type === 'nsfs').map(({fs, root}) => ({fs, node: root})),
	];
	return new Set(nodes.filter(({fs}) => tx.get('filesystem', fs)?.type === 'proc').flatMap(({node}) => namespaceAt?.({} as FsContext, 0, node) as number ?? []));
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
