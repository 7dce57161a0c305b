// What the kernel core asks the control groups: at birth and death of tasks, before a fork, when a task wants memory, and after each turn on a
// processor.

import {microsecondNs, type Nanoseconds, nowNs} from '../../../base/clock.js';
import type {Transaction} from '../../../base/transaction.js';
import {failure} from '../errno.js';
import {endTask} from '../exit.js';
import type {Accounting, RunLoop} from '../run-loop.js';
import type {KernelEvent, KernelId, KernelSchema, Task} from '../schema.js';
import {postSignal} from '../signal-delivery.js';
import {allTasks, findTask} from '../tasks.js';
import {
	type Cgroup, type CgroupReads, type CgroupTx, findCgroup, isInside, putCgroup, withAncestors,
} from './cgroup-schema.js';
import {restrictedProcessors} from './cpuset.js';
import {countEvent} from './memory-charge.js';
import {chargeMemory, chooseVictims, forceCharge, unchargeMemory} from './memory-controller.js';

type Tx = Transaction<KernelSchema, KernelEvent>;

/** How many tasks are in a group and below, zombies included until they are waited for. */
export function countTasks(tx: CgroupReads, kernel: KernelId, path: string): number {
	let count = 0;
	for (const task of allTasks(tx, kernel)) {
		count += isInside(task.cgroup, path) ? 1 : 0;
	}

	return count;
}

/** Whether pids.max of the group and of all above it leaves room for another task; counts the refusal. */
function mayHaveAnotherTask(tx: CgroupTx, kernel: KernelId, path: string): boolean {
	for (const group of withAncestors(tx, kernel, path)) {
		if (group.pids.max !== 'max' && countTasks(tx, kernel, group.path) >= group.pids.max) {
			putCgroup(tx, kernel, {...group, pids: {...group.pids, maxEvents: group.pids.maxEvents + 1}});
			return false;
		}
	}

	return true;
}

/** Moves what is counted for a task from its group to another. */
export function moveCharges(tx: CgroupTx, task: Task, to: string): void {
	const {kernel} = task;
	if (!task.isThread) {
		unchargeMemory(tx, {kernel, path: task.cgroup, bytes: task.memoryBytes});
		forceCharge(tx, {kernel, path: to, bytes: task.memoryBytes});
	}

	addPastCpu(tx, task, task.cgroup, task.cpuNs);
	addPastCpu(tx, task, to, -task.cpuNs);
	notePeak(tx, kernel, to, isInside(task.cgroup, to) ? 0 : 1);
}

function addPastCpu(tx: CgroupTx, {kernel}: Task, path: string, ns: number): void {
	const group = findCgroup(tx, kernel, path);
	if (group !== undefined && ns !== 0) {
		putCgroup(tx, kernel, {...group, cpu: {...group.cpu, pastNs: group.cpu.pastNs + ns}});
	}
}

/** Remembers the most tasks that limited groups have had. */
function notePeak(tx: CgroupTx, kernel: KernelId, path: string, coming: number): void {
	for (const group of withAncestors(tx, kernel, path)) {
		// Without a limit nobody asks for the peak, and counting costs a look at every task.
		if (group.pids.max !== 'max') {
			const peak = Math.max(group.pids.peak, countTasks(tx, kernel, group.path) + coming);
			putCgroup(tx, kernel, {...group, pids: {...group.pids, peak}});
		}
	}
}

/** The counting and limiting of control groups, for the run loop. */
export const cgroupAccounting: Accounting = {
	attach(tx: Tx, task) {
		if (!task.isThread) {
			forceCharge(tx, {kernel: task.kernel, path: task.cgroup, bytes: task.memoryBytes});
		}

		notePeak(tx, task.kernel, task.cgroup, 0);
	},
	detach(tx: Tx, task) {
		if (!task.isThread) {
			unchargeMemory(tx, {kernel: task.kernel, path: task.cgroup, bytes: task.memoryBytes});
		}

		addPastCpu(tx, task, task.cgroup, task.cpuNs);
	},
	mayFork: (tx: Tx, parent) => mayHaveAnotherTask(tx, parent.kernel, parent.cgroup) ? undefined : failure('EAGAIN'),
	setMemory(loop, task, bytes) {
		const {tx} = loop;
		const {kernel, cgroup: path} = task;
		const more = bytes - task.memoryBytes;
		if (more <= 0) {
			unchargeMemory(tx, {kernel, path, bytes: -more});
			return;
		}

		for (;;) {
			const result = chargeMemory(tx, {kernel, path, bytes: more});
			if (result === 'charged') {
				return;
			}

			const victims = chooseVictims(tx, kernel, result.outOfMemory);
			if (victims.length === 0) {
				return failure('ENOMEM');
			}

			kill(loop, task, victims, result.outOfMemory);
			if (victims.some(({id}) => id === task.id)) {
				return;
			}
		}
	},
	chargeCpu(tx: Tx, task, cpuNs) {
		let latestNs: Nanoseconds | undefined;
		for (const group of withAncestors(tx, task.kernel, task.cgroup)) {
			const untilNs = throttle(tx, task.kernel, group, cpuNs);
			latestNs = untilNs === undefined ? latestNs : Math.max(latestNs ?? 0, untilNs);
		}

		return latestNs;
	},
	cpuWeight: (tx: Tx, kernel, path) => findCgroup(tx, kernel, path)?.cpu.weight ?? 100,
	processors: (tx: Tx, kernel, path) => restrictedProcessors(tx, kernel, path),
};

/**
 * cpu.max: in each period a group and all below it may use its quota; who uses more waits for the periods that make up for it.
 * Source: Linux Documentation/scheduler/sched-bwc.rst. Simplified: the quota is not handed out in slices to each processor.
 */
function throttle(tx: Tx, kernel: KernelId, group: Cgroup, cpuNs: Nanoseconds): Nanoseconds | undefined {
	const {cpu} = group;
	if (cpu.quotaUs === 'max') {
		return undefined;
	}

	const atNs = nowNs(tx);
	const quotaNs = cpu.quotaUs * microsecondNs;
	const periodNs = cpu.periodUs * microsecondNs;
	const period = Math.floor(atNs / periodNs);
	const passed = period - cpu.period;
	const usedNs = Math.max(cpu.usedNs - passed * quotaNs, 0) + cpuNs;
	const untilNs = usedNs < quotaNs ? undefined : (period + Math.floor(usedNs / quotaNs)) * periodNs;
	putCgroup(tx, kernel, {...group, cpu: {
		...cpu,
		period,
		usedNs,
		periods: cpu.periods + (passed > 0 ? 1 : 0),
		throttled: cpu.throttled + (untilNs === undefined ? 0 : 1),
		throttledNs: cpu.throttledNs + (untilNs === undefined ? 0 : Math.max(untilNs - atNs - cpuNs, 0)),
	}});
	return untilNs;
}

/** The OOM killer: the memory of the others is free at once, as the OOM reaper makes it; the caller dies on its way out. */
function kill(loop: RunLoop, caller: Task, victims: readonly Task[], outOfMemory: string): void {
	const {tx} = loop;
	for (const victim of victims) {
		countEvent(tx, victim.kernel, victim.cgroup, 'oomKill');
		tx.emit({kind: 'oom-kill', kernel: victim.kernel, task: victim.id, name: victim.name, cgroup: victim.cgroup, limitOf: outOfMemory, memoryBytes: victim.memoryBytes});
	}

	const [first] = victims;
	if (victims.length > 1 && first !== undefined) {
		countEvent(tx, first.kernel, first.cgroup, 'oomGroupKill');
	}

	for (const {kernel, id} of victims) {
		if (id === caller.id) {
			postSignal(loop, kernel, id, 'KILL');
		} else if (findTask(tx, kernel, id) !== undefined) {
			endTask(loop, kernel, id, {kind: 'killed', signal: 'KILL'});
		}
	}
}

/** The processor time of a group and those below. */
export function cpuUsageNs(tx: CgroupReads, kernel: KernelId, path: string): number {
	let ns = 0;
	for (const group of tx.table(`cgroup:${kernel}`).values()) {
		ns += isInside(group.path, path) ? group.cpu.pastNs : 0;
	}

	for (const task of allTasks(tx, kernel)) {
		ns += isInside(task.cgroup, path) && task.state !== 'zombie' ? task.cpuNs : 0;
	}

	return Math.max(ns, 0);
}
