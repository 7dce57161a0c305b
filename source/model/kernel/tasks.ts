// The task table of a kernel, and the same task under the numbers of different pid namespaces.

import {must} from '../../base/assert.js';
import type {Reads, Writes} from '../../base/transaction.js';
import type {Pid} from './program.js';
import type {Kernel, KernelId, KernelSchema, NamespaceId, Task, TaskId} from './schema.js';

export function getKernel(tx: Reads<KernelSchema>, id: KernelId): Kernel {
	return must(tx.get('kernel', id), `getKernel: no kernel ${id}`);
}

export function findTask(tx: Reads<KernelSchema>, kernel: KernelId, id: TaskId): Task | undefined {
	return tx.get(`task:${kernel}`, id);
}

export function getTask(tx: Reads<KernelSchema>, kernel: KernelId, id: TaskId): Task {
	return must(findTask(tx, kernel, id), `getTask: no task ${id} in kernel ${kernel}`);
}

export function changeTask(tx: Writes<KernelSchema>, kernel: KernelId, id: TaskId, changes: Partial<Task>): void {
	tx.put(`task:${kernel}`, id, {...getTask(tx, kernel, id), ...changes});
}

export function allTasks(tx: Reads<KernelSchema>, kernel: KernelId): Iterable<Task> {
	return tx.table(`task:${kernel}`).values();
}

/** The pid of a task as a namespace shows it, or undefined where it cannot be seen from. */
export function pidIn(task: Task, namespace: NamespaceId): Pid | undefined {
	return task.pids.find(entry => entry.namespace === namespace)?.pid;
}

/** The task that a namespace knows by a pid. */
export function taskByPid(tx: Reads<KernelSchema>, kernel: KernelId, namespace: NamespaceId, pid: Pid): Task | undefined {
	if (getKernel(tx, kernel).initial.pid === namespace) {
		return findTask(tx, kernel, pid);
	}

	for (const task of allTasks(tx, kernel)) {
		if (pidIn(task, namespace) === pid) {
			return task;
		}
	}

	return undefined;
}

export function isInit(tx: Reads<KernelSchema>, task: Task): boolean {
	return tx.get('namespace', task.namespaces.pid)?.init === task.id;
}
