// The memory controller: where a charge meets a limit, pages of files are given up (page-cache.ts) and memory is moved into swap as far as
// that has room; if that is not enough, the group is out of memory and a task of it must die. Source: Linux mm/memcontrol.c (try_charge_memcg), mm/oom_kill.c
// (oom_badness), Documentation/admin-guide/cgroup-v2.rst, "Memory".
//
// Simplified: the only memory besides pages of files is the anonymous memory that tasks ask for. A task's pages are not told apart, so freeing gives back swap before memory. Charges follow a task that moves to another group, where Linux leaves them.

import {getKernel, allTasks} from '../tasks.js';
import type {KernelId, Task} from '../schema.js';
import {type CgroupReads, type CgroupTx, type Cgroup, findCgroup, isInside, rootPath, withAncestors} from './cgroup-schema.js';
import {applyCharge, type Charge, countEvent, memoryLimitOf} from './memory-charge.js';
import {reclaimFiles} from './page-cache.js';

/** Done, or the group whose limit stood in the way (`/` when the machine itself is out of memory). */
export type ChargeResult = 'charged' | {readonly outOfMemory: string};

/** Charges anonymous memory to a group and all above it. */
export function chargeMemory(tx: CgroupTx, {kernel, path, bytes}: Charge): ChargeResult {
	makeRoom(tx, {kernel, path, bytes});
	const groups = withAncestors(tx, kernel, path);
	const short = groups.map(group => ({group, excess: group.memory.currentBytes + bytes - memoryLimitOf(tx, kernel, group)})).filter(({excess}) => excess > 0);
	let swapOut = 0;
	for (const {group, excess} of short) {
		if (excess > swapRoom(tx, kernel, groups)) {
			countEvent(tx, kernel, group.path, 'oom');
			return {outOfMemory: group.path};
		}

		swapOut = Math.max(swapOut, excess);
	}

	applyCharge(tx, {kernel, path, bytes: bytes - swapOut, swapBytes: swapOut});
	for (const {path: at, memory} of withAncestors(tx, kernel, path)) {
		if (memory.high !== 'max' && memory.currentBytes > memory.high) {
			reclaimHigh(tx, kernel, at);
		}
	}

	return 'charged';
}

/** Gives up pages of files where a limit is in the way of a charge. Answers whether it would fit now without swap. */
export function makeRoom(tx: CgroupTx, {kernel, path, bytes}: Charge): boolean {
	let hasRoom = true;
	for (const group of withAncestors(tx, kernel, path)) {
		const excess = group.memory.currentBytes + bytes - memoryLimitOf(tx, kernel, group);
		if (excess > 0) {
			countEvent(tx, kernel, group.path, 'max');
			hasRoom = reclaimFiles(tx, kernel, group.path, Math.max(excess, leastReclaimBytes)) >= excess && hasRoom;
		}
	}

	return hasRoom;
}

/** SWAP_CLUSTER_MAX pages: so much is given up at least. */
const leastReclaimBytes = 32 * 4096;

/** Takes a charge back. */
export function unchargeMemory(tx: CgroupTx, {kernel, path, bytes}: Charge): void {
	const own = findCgroup(tx, kernel, path)?.memory.ownSwapBytes ?? 0;
	const swapBytes = Math.min(own, bytes);
	applyCharge(tx, {kernel, path, bytes: swapBytes - bytes, swapBytes: -swapBytes});
}

/** Charges without asking: what a task brings along when it moves, or when it is born. */
export function forceCharge(tx: CgroupTx, {kernel, path, bytes}: Charge): void {
	applyCharge(tx, {kernel, path, bytes});
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

/** Gives up pages of files of a group and those below, then moves memory of their tasks to swap, until `wantedBytes` are free or nothing more fits. Answers how much. */
export function reclaim(tx: CgroupTx, kernel: KernelId, path: string, wantedBytes: number): number {
	let moved = reclaimFiles(tx, kernel, path, wantedBytes);
	for (const member of [...tx.table(`cgroup:${kernel}`).values()].filter(each => isInside(each.path, path))) {
		const resident = ownBytes(tx, kernel, member.path) - member.memory.ownSwapBytes;
		const bytes = Math.max(Math.min(wantedBytes - moved, resident, swapRoom(tx, kernel, withAncestors(tx, kernel, member.path))), 0);
		applyCharge(tx, {kernel, path: member.path, bytes: -bytes, swapBytes: bytes});
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
