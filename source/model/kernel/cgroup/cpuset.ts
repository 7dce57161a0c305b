// Which processors and memory nodes a group may use: its own list as far as the groups above have them, or all of theirs.
// Source: cgroup-v2.rst, "Cpuset"; Linux kernel/cgroup/cpuset.c (update_cpumasks_hier).

import {failed} from '../errno.js';
import type {KernelId} from '../schema.js';
import {getKernel} from '../tasks.js';
import {type CgroupReads, withAncestors} from './cgroup-schema.js';
import {parseList} from './values.js';

export function effectiveCpuset(tx: CgroupReads, kernel: KernelId, path: string, field: 'cpus' | 'mems'): ReadonlySet<number> {
	const count = field === 'cpus' ? getKernel(tx, kernel).cpuCount : 1;
	let effective: ReadonlySet<number> = new Set(Array.from({length: count}, (_, index) => index));
	for (const {cpuset} of withAncestors(tx, kernel, path).toReversed()) {
		const own = cpuset[field] === '' ? new Set<number>() : parseList(cpuset[field], count);
		const shared: readonly number[] = failed(own) ? [] : [...own].filter(member => effective.has(member));
		effective = shared.length === 0 ? effective : new Set(shared);
	}

	return effective;
}

/** The processors of a group, or undefined if no group on the way to it has a list. */
export function restrictedProcessors(tx: CgroupReads, kernel: KernelId, path: string): ReadonlySet<number> | undefined {
	return withAncestors(tx, kernel, path).every(({cpuset}) => cpuset.cpus === '') ? undefined : effectiveCpuset(tx, kernel, path, 'cpus');
}
