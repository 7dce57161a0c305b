// What control groups count of memory: a charge goes up the tree, from the group to the root. Source: Linux mm/memcontrol.c
// (try_charge_memcg, uncharge_batch), mm/page_counter.c.

import type {KernelId} from '../schema.js';
import {getKernel} from '../tasks.js';
import {type Cgroup, type CgroupReads, type CgroupTx, type MemoryEvents, putCgroup, rootPath, withAncestors} from './cgroup-schema.js';

export type Charge = {
	readonly kernel: KernelId;
	readonly path: string;
	/** In memory. */
	readonly bytes: number;
	readonly swapBytes?: number;
	/** The parts of `bytes` that are pages of files, and of those the ones of tmpfs. */
	readonly fileBytes?: number;
	readonly shmemBytes?: number;
};

export function applyCharge(tx: CgroupTx, {kernel, path, bytes, swapBytes = 0, fileBytes = 0, shmemBytes = 0}: Charge): void {
	if (bytes === 0 && swapBytes === 0) {
		return;
	}

	for (const group of withAncestors(tx, kernel, path)) {
		const {memory} = group;
		const currentBytes = Math.max(memory.currentBytes + bytes, 0);
		putCgroup(tx, kernel, {...group, memory: {
			...memory,
			currentBytes,
			fileBytes: Math.max(memory.fileBytes + fileBytes, 0),
			shmemBytes: Math.max(memory.shmemBytes + shmemBytes, 0),
			swapBytes: Math.max(memory.swapBytes + swapBytes, 0),
			ownSwapBytes: Math.max(memory.ownSwapBytes + (group.path === path ? swapBytes : 0), 0),
			peakBytes: Math.max(memory.peakBytes, currentBytes),
		}});
	}
}

/** memory.max; of the root, what the machine has. */
export function memoryLimitOf(tx: CgroupReads, kernel: KernelId, group: Cgroup): number {
	return group.path === rootPath ? getKernel(tx, kernel).memoryBytes : (group.memory.max === 'max' ? Number.POSITIVE_INFINITY : group.memory.max);
}

export function countEvent(tx: CgroupTx, kernel: KernelId, path: string, event: keyof MemoryEvents): void {
	// Events are hierarchical: those below count here too. The root has no such file.
	for (const group of withAncestors(tx, kernel, path)) {
		if (group.path !== rootPath) {
			const {memory} = group;
			putCgroup(tx, kernel, {...group, memory: {...memory, events: {...memory.events, [event]: memory.events[event] + 1}}});
		}
	}
}
