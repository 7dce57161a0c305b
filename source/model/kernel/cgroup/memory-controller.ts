// The memory controller: a charge goes up the tree; where it meets a limit, memory is reclaimed into swap as far as that has room; if that
// is not enough, the group is out of memory and a task of it must die. Source: Linux mm/memcontrol.c (try_charge_memcg), mm/oom_kill.c
// (oom_badness), Documentation/admin-guide/cgroup-v2.rst, "Memory".
//
// Simplified: the only memory is the anonymous memory that tasks ask for; there is no page cache to reclaim first. A task's pages are
// not told apart, so freeing gives back swap before memory. Charges follow a task that moves to another group, where Linux leaves them.

import {getKernel, allTasks} from '../tasks.js';
import type {KernelId, Task} from '../schema.js';
import {
	type Cgroup, type CgroupReads, type CgroupTx, findCgroup, isInside, type MemoryEvents, putCgroup, rootPath, withAncestors,
} from './cgroup-schema.js';

/** Done, or the group whose limit stood in the way (`/` when the machine itself is out of memory). */
export type ChargeResult = 'charged' | {readonly outOfMemory: string};

export type Charge = {readonly kernel: KernelId; readonly path: string; readonly bytes: number};

/** Charges anonymous memory to a group and all above it. */
export function chargeMemory(tx: CgroupTx, {kernel, path, bytes}: Charge): ChargeResult {
	const groups = withAncestors(tx, kernel, path);
	const short = groups.map(group => ({group, excess: group.memory.currentBytes + bytes - limitOf(tx, kernel, group)})).filter(({excess}) => excess > 0);
	let swapOut = 0;
	for (const {group, excess} of short) {
		countEvent(tx, kernel, group.path, 'max');
		if (excess > swapRoom(tx, kernel, groups)) {
			countEvent(tx, kernel, group.path, 'oom');
			return {outOfMemory: group.path};
		}

		swapOut = Math.max(swapOut, excess);
	}

	apply(tx, {kernel, path, bytes: bytes - swapOut, swapBytes: swapOut});
	for (const {path: at, memory} of withAncestors(tx, kernel, path)) {
		if (memory.high !== 'max' && memory.currentBytes > memory.high) {
			reclaimHigh(tx, kernel, at);
		}
	}

	return 'charged';
}

/** Takes a charge back. */
export function unchargeMemory(tx: CgroupTx, {kernel, path, bytes}: Charge): void {
	const own = findCgroup(tx, kernel, path)?.memory.ownSwapBytes ?? 0;
	const swapBytes = Math.min(own, bytes);
	apply(tx, {kernel, path, bytes: swapBytes - bytes, swapBytes: -swapBytes});
}

/** Charges without asking: what a task brings along when it moves, or when it is born. */
export function forceCharge(tx: CgroupTx, {kernel, path, bytes}: Charge): void {
	apply(tx, {kernel, path, bytes, swapBytes: 0});
}

function apply(tx: CgroupTx, {kernel, path, bytes, swapBytes}: Charge & {readonly swapBytes: number}): void {
	if (bytes === 0 && swapBytes === 0) {
		return;
	}

	for (const group of withAncestors(tx, kernel, path)) {
		const {memory} = group;
		const currentBytes = Math.max(memory.currentBytes + bytes, 0);
		putCgroup(tx, kernel, {...group, memory: {
			...memory,
			currentBytes,
			swapBytes: Math.max(memory.swapBytes + swapBytes, 0),
			ownSwapBytes: Math.max(memory.ownSwapBytes + (group.path === path ? swapBytes : 0), 0),
			peakBytes: Math.max(memory.peakBytes, currentBytes),
		}});
	}
}

/** memory.max; of the root, what the machine has. */
function limitOf(tx: CgroupReads, kernel: KernelId, group: Cgroup): number {
	return group.path === rootPath ? getKernel(tx, kernel).memoryBytes : (group.memory.max === 'max' ? Number.POSITIVE_INFINITY : group.memory.max);
}

/** How much more the group may have in swap, by its limits and by what the machine has. */
function swapRoom(tx: CgroupReads, kernel: KernelId, groups: readonly Cgroup[]): number {
	return Math.min(...groups.map(({path, memory}) => {
		const limit = path === rootPath ? getKernel(tx, kernel).swapBytes : (memory.swapMax === 'max' ? Number.POSITIVE_INFINITY : memory.swapMax);
		return Math.max(limit - memory.swapBytes, 0);
	}));
}

/** Above memory.high nothing is refused, but what fits into swap goes there. Simplified: the delay of the allocating task is not modelled. */
function reclaimHigh(tx: CgroupTx, kernel: KernelId, path: string): void {
	countEvent(tx, kernel, path, 'high');
	const memory = findCgroup(tx, kernel, path)?.memory;
	if (memory !== undefined && memory.high !== 'max') {
		reclaim(tx, kernel, path, memory.currentBytes - memory.high);
	}
}

/** Moves memory of the tasks of a group and those below to swap, until `wantedBytes` are free or nothing more fits. Answers how much. */
export function reclaim(tx: CgroupTx, kernel: KernelId, path: string, wantedBytes: number): number {
	let moved = 0;
	for (const member of [...tx.table(`cgroup:${kernel}`).values()].filter(each => isInside(each.path, path))) {
		const resident = ownBytes(tx, kernel, member.path) - member.memory.ownSwapBytes;
		const bytes = Math.max(Math.min(wantedBytes - moved, resident, swapRoom(tx, kernel, withAncestors(tx, kernel, member.path))), 0);
		apply(tx, {kernel, path: member.path, bytes: -bytes, swapBytes: bytes});
		moved += bytes;
	}

	return moved;
}

/** What the tasks that are directly in a group have. */
function ownBytes(tx: CgroupReads, kernel: KernelId, path: string): number {
	let sum = 0;
	for (const task of allTasks(tx, kernel)) {
		sum += task.cgroup === path && !task.isThread ? task.memoryBytes : 0;
	}

	return sum;
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

/** How much would be gained by killing a task: its memory, shifted by oom_score_adj thousandths of what the group may have. */
function badness(task: Task, totalBytes: number): number {
	return task.memoryBytes + Math.floor(task.oomScoreAdjust * totalBytes / 1000);
}

/** The tasks that must die for a group that is out of memory: the worst one or, with memory.oom.group, all of its group. */
export function chooseVictims(tx: CgroupReads, kernel: KernelId, outOfMemory: string): readonly Task[] {
	const {memoryBytes, swapBytes} = getKernel(tx, kernel);
	const limit = findCgroup(tx, kernel, outOfMemory)?.memory.max ?? 'max';
	const totalBytes = limit === 'max' ? memoryBytes + swapBytes : limit;
	let worst: Task | undefined;
	const members = [...allTasks(tx, kernel)].filter(task => isInside(task.cgroup, outOfMemory) && task.state !== 'zombie' && !task.isThread);
	for (const task of members) {
		const isProtected = task.id === 1 || task.oomScoreAdjust === -1000;
		if (!isProtected && (worst === undefined || badness(task, totalBytes) > badness(worst, totalBytes))) {
			worst = task;
		}
	}

	if (worst === undefined) {
		return [];
	}

	const together = withAncestors(tx, kernel, worst.cgroup).findLast(group => group.memory.oomGroup && isInside(group.path, outOfMemory));
	return together === undefined ? [worst] : members.filter(task => isInside(task.cgroup, together.path) && task.oomScoreAdjust !== -1000);
}
