// Control groups, version 2: one tree a kernel, whose directories have limits and counters. A task is in one of them; what it uses
// counts for the group and for all above. Source: Linux Documentation/admin-guide/cgroup-v2.rst.

import type {Nanoseconds} from '../../../base/clock.js';
import type {Reads, Writes} from '../../../base/transaction.js';
import type {KernelEvent, KernelId, KernelSchema} from '../schema.js';
import type {CachedFile} from './page-cache.js';

/** The controllers of the model, in the kernel's order. Simplified: hugetlb, rdma and misc are not modelled. */
export const controllers = ['cpuset', 'cpu', 'io', 'memory', 'pids'] as const;
export type Controller = typeof controllers[number];

/** A limit: a number, or `max` for none. */
export type Limit = number | 'max';

export type MemoryEvents = {
	readonly low: number;
	readonly high: number;
	readonly max: number;
	readonly oom: number;
	readonly oomKill: number;
	readonly oomGroupKill: number;
};

export type Cgroup = {
	/** From the root of the hierarchy: `/`, `/system.slice/docker-1a2b.scope`. */
	readonly path: string;
	/** Its node in the filesystem is made of this number. */
	readonly number: number;
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	/** Of control files that chown or chmod changed, as delegation does. */
	readonly owners: ReadonlyMap<string, {readonly mode: number; readonly uid: number; readonly gid: number}>;
	/** Controllers for the groups directly below. */
	readonly subtreeControl: readonly Controller[];
	/** What was written to cgroup.freeze; groups above may freeze it too. */
	readonly frozen: boolean;
	readonly maxDescendants: Limit;
	readonly maxDepth: Limit;
	readonly memory: {
		readonly max: Limit;
		readonly high: Limit;
		readonly low: Limit;
		readonly min: Limit;
		readonly swapMax: Limit;
		readonly oomGroup: boolean;
		/** In memory and in swap, of this group and those below. */
		readonly currentBytes: number;
		/** Pages of files among them, and of those the ones of tmpfs. */
		readonly fileBytes: number;
		readonly shmemBytes: number;
		readonly swapBytes: number;
		readonly peakBytes: number;
		/** The part of swapBytes that the group's own tasks have. */
		readonly ownSwapBytes: number;
		readonly events: MemoryEvents;
	};
	readonly cpu: {
		readonly weight: number;
		readonly quotaUs: Limit;
		readonly periodUs: number;
		/** Of tasks that ended or left; those that came bring theirs as a debt. */
		readonly pastNs: Nanoseconds;
		/** The quota of the period that runs now (counted from the beginning of time), and what of it was used. */
		readonly period: number;
		readonly usedNs: Nanoseconds;
		readonly periods: number;
		readonly throttled: number;
		readonly throttledNs: Nanoseconds;
	};
	readonly cpuset: {readonly cpus: string; readonly mems: string};
	readonly pids: {readonly max: Limit; readonly peak: number; readonly maxEvents: number};
	readonly io: {
		readonly weight: number;
		/** By device `MAJOR:MINOR`. */
		readonly max: ReadonlyMap<string, Readonly<Record<'rbps' | 'wbps' | 'riops' | 'wiops', Limit>>>;
	};
};

export type CgroupSchema = {
	/** By `FS:NODE`. */
	'page-cache': CachedFile;
	[groups: `cgroup:${number}`]: Cgroup;
	/** The path of a group by its number. */
	[numbers: `cgroup-number:${number}`]: {readonly path: string};
};

export type CgroupTx = Writes<KernelSchema, KernelEvent>;
export type CgroupReads = Reads<KernelSchema>;

export const rootPath = '/';
export const rootNumber = 1;

function freshCgroup(path: string, number: number): Cgroup {
	return {
		path,
		number,
		mode: 0o755,
		uid: 0,
		gid: 0,
		owners: new Map(),
		subtreeControl: [],
		frozen: false,
		maxDescendants: 'max',
		maxDepth: 'max',
		memory: {
			max: 'max', high: 'max', low: 0, min: 0, swapMax: 'max', oomGroup: false, currentBytes: 0, fileBytes: 0, shmemBytes: 0, swapBytes: 0, peakBytes: 0, ownSwapBytes: 0,
			events: {low: 0, high: 0, max: 0, oom: 0, oomKill: 0, oomGroupKill: 0},
		},
		cpu: {weight: 100, quotaUs: 'max', periodUs: 100_000, pastNs: 0, period: 0, usedNs: 0, periods: 0, throttled: 0, throttledNs: 0},
		cpuset: {cpus: '', mems: ''},
		pids: {max: 'max', peak: 0, maxEvents: 0},
		io: {weight: 100, max: new Map()},
	};
}

/** A group, or undefined. The root is there before anything was written to it; there all controllers are on for the groups below. */
export function findCgroup(tx: CgroupReads, kernel: KernelId, path: string): Cgroup | undefined {
	const found = tx.get(`cgroup:${kernel}`, path);
	return found ?? (path === rootPath ? {...freshCgroup(rootPath, rootNumber), mode: 0o555, subtreeControl: controllers} : undefined);
}

export function putCgroup(tx: CgroupTx, kernel: KernelId, group: Cgroup): void {
	tx.put(`cgroup:${kernel}`, group.path, group);
	if (tx.get(`cgroup-number:${kernel}`, group.number) === undefined) {
		tx.put(`cgroup-number:${kernel}`, group.number, {path: group.path});
	}
}

/** Makes a group; the caller has checked that its parent exists and that it does not. */
export function addCgroup(tx: CgroupTx, kernel: KernelId, path: string, made: Pick<Cgroup, 'number' | 'mode' | 'uid' | 'gid'>): Cgroup {
	const group = {...freshCgroup(path, made.number), ...made};
	putCgroup(tx, kernel, group);
	return group;
}

export function removeCgroup(tx: CgroupTx, kernel: KernelId, group: Cgroup): void {
	tx.delete(`cgroup:${kernel}`, group.path);
	tx.delete(`cgroup-number:${kernel}`, group.number);
}

export function parentPath(path: string): string {
	const slash = path.lastIndexOf('/');
	return slash <= 0 ? rootPath : path.slice(0, slash);
}

export function childPath(path: string, name: string): string {
	return path === rootPath ? `/${name}` : `${path}/${name}`;
}

/** Whether a path is that of a group or below it. */
export function isInside(path: string, group: string): boolean {
	return group === rootPath || path === group || path.startsWith(`${group}/`);
}

/** The group and all above it, the root last. Missing groups (a task of a group that nobody made) are passed over. */
export function withAncestors(tx: CgroupReads, kernel: KernelId, path: string): readonly Cgroup[] {
	const groups: Cgroup[] = [];
	for (let at = path; ; at = parentPath(at)) {
		const group = findCgroup(tx, kernel, at);
		if (group !== undefined) {
			groups.push(group);
		}

		if (at === rootPath) {
			return groups;
		}
	}
}

export function childrenOf(tx: CgroupReads, kernel: KernelId, path: string): readonly Cgroup[] {
	return [...tx.table(`cgroup:${kernel}`).values()].filter(group => group.path !== rootPath && parentPath(group.path) === path);
}

/** The controllers that a group has: those that its parent hands down. */
export function controllersOf(tx: CgroupReads, kernel: KernelId, path: string): readonly Controller[] {
	return path === rootPath ? controllers : findCgroup(tx, kernel, parentPath(path))?.subtreeControl ?? [];
}
