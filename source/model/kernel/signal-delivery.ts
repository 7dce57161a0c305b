// Signals on their way. Posting marks a signal pending and wakes the task; what it does to the task is decided when the task is about to
// run again (exit.ts, `deliverSignals`), as a real kernel decides on the return to user mode. Source: signal(7), pid_namespaces(7).

import type {ChildStatus} from './program.js';
import type {KernelId, Task, TaskId} from './schema.js';
import type {RunLoop} from './run-loop.js';
import {defaultAction, type SignalName} from './signal.js';
import {allTasks, changeTask, findTask, isInit} from './tasks.js';

/** What a task that waits for its children sleeps on. */
export function childChannel(kernel: KernelId, task: TaskId): string {
	return `child:${kernel}:${task}`;
}

/**
 * Sends a signal to a task. `fromNamespace` is the sender's pid namespace: the first process of a namespace is immune to signals
 * from inside that it does not catch, and from outside only SIGKILL and SIGSTOP reach it.
 */
export function postSignal(loop: RunLoop, kernel: KernelId, id: TaskId, signal: SignalName, fromNamespace?: number): void {
	const {tx} = loop;
	const task = findTask(tx, kernel, id);
	if (task === undefined || task.state === 'zombie') {
		return;
	}

	const disposition = task.dispositions[signal] ?? 'default';
	const isForced = signal === 'KILL' || signal === 'STOP';
	if (isInit(tx, task) && disposition !== 'catch') {
		const isFromOutside = fromNamespace !== task.namespaces.pid;
		if (!isForced || !isFromOutside) {
			return;
		}
	}

	if (signal === 'CONT' || signal === 'KILL') {
		resume(loop, task);
	}

	const action = defaultAction(signal);
	if (!isForced && (disposition === 'ignore' || (disposition === 'default' && (action === 'ignore' || action === 'continue')))) {
		return;
	}

	tx.emit({kind: 'signal', kernel, task: id, signal});
	const current = findTask(tx, kernel, id)!;
	if (disposition === 'catch' && !isForced) {
		changeTask(tx, kernel, id, {caughtSignals: [...current.caughtSignals, signal]});
	} else {
		changeTask(tx, kernel, id, {pendingSignals: [...current.pendingSignals, signal]});
	}

	loop.interrupt(kernel, id);
}

/** A stopped task goes on; its parent may ask for that too. */
function resume(loop: RunLoop, task: Task): void {
	if (task.state === 'stopped') {
		changeTask(loop.tx, task.kernel, task.id, {state: 'runnable', pendingSignals: task.pendingSignals.filter(name => defaultAction(name) !== 'stop')});
		loop.letGo(task.kernel, task.id);
		notifyParent(loop, task, {pid: 0, kind: 'continued'});
	}
}

export function postToGroup(loop: RunLoop, kernel: KernelId, group: TaskId, signal: SignalName, fromNamespace?: number): boolean {
	const members = [...allTasks(loop.tx, kernel)].filter(task => task.group === group && task.state !== 'zombie' && !task.isThread);
	for (const task of members) {
		postSignal(loop, kernel, task.id, signal, fromNamespace);
	}

	return members.length > 0;
}

/** Records what a parent can learn by wait(2), tells it by SIGCHLD, and wakes it if it waits. */
export function notifyParent(loop: RunLoop, task: Task, status: ChildStatus): void {
	const {tx} = loop;
	if (findTask(tx, task.kernel, task.id) !== undefined) {
		changeTask(tx, task.kernel, task.id, {status});
	}

	postSignal(loop, task.kernel, task.parent, 'CHLD');
	loop.wake(childChannel(task.kernel, task.parent));
}
