// How the memory of a kernel is used: what /proc/meminfo, sysinfo(2) and the file of a NUMA node show.

import type {Reads} from '../../../base/transaction.js';
import {findCgroup, rootPath} from '../cgroup/cgroup-schema.js';
import type {KernelId, KernelSchema} from '../schema.js';
import {allTasks, getKernel} from '../tasks.js';

export type MemoryUse = {
	readonly anonymousBytes: number;
	/** Pages of files: all, and those that could be given up. */
	readonly cachedBytes: number;
	readonly reclaimableBytes: number;
	readonly kernelBytes: number;
	readonly swappedBytes: number;
	readonly freeBytes: number;
	readonly availableBytes: number;
};

/** What the kernel keeps for itself. Choice: 64 MiB and 1.6 % for the page structures (64 bytes for each 4 KiB page). */
function kernelBytesOf(memoryBytes: number): number {
	return Math.min(64 * 2 ** 20, Math.floor(memoryBytes / 8)) + Math.floor(memoryBytes / 64);
}

/** Simplified: what does not fit into memory is what is swapped out. */
export function memoryOf(tx: Reads<KernelSchema>, kernel: KernelId): MemoryUse {
	const {memoryBytes} = getKernel(tx, kernel);
	let taskBytes = 0;
	for (const task of allTasks(tx, kernel)) {
		taskBytes += task.memoryBytes;
	}

	let shmemBytes = 0;
	for (const bytes of tmpfsOf(tx, kernel)) {
		shmemBytes += bytes;
	}

	const cache = findCgroup(tx, kernel, rootPath)?.memory;
	const reclaimableBytes = Math.max((cache?.fileBytes ?? 0) - (cache?.shmemBytes ?? 0), 0);
	const cachedBytes = shmemBytes + reclaimableBytes;

	const kernelBytes = kernelBytesOf(memoryBytes);
	const room = Math.max(memoryBytes - kernelBytes - shmemBytes, 0);
	const anonymousBytes = Math.min(taskBytes, room);
	const freeBytes = Math.max(room - anonymousBytes - reclaimableBytes, 0);
	return {anonymousBytes, cachedBytes, reclaimableBytes, kernelBytes, swappedBytes: taskBytes - anonymousBytes, freeBytes, availableBytes: freeBytes + reclaimableBytes};
}

/** The sizes of the tmpfs filesystems that some mount namespace of the kernel shows. */
function tmpfsOf(tx: Reads<KernelSchema>, kernel: KernelId): readonly number[] {
	const sizes = new Map<number, number>();
	for (const namespace of tx.table('namespace').values()) {
		if (namespace.kernel !== kernel || namespace.kind !== 'mnt') {
			continue;
		}

		for (const mount of tx.table(`mount:${namespace.id}`).values()) {
			if (mount.type === 'tmpfs') {
				sizes.set(mount.fs, tx.get('filesystem', mount.fs)?.usedBytes ?? 0);
			}
		}
	}

	return [...sizes.values()];
}
