// How tasks end, and what pending signals do to one that is about to run. A dead task closes its files, leaves its children to the
// first process of its namespace and stays as a zombie until its parent has asked for its status; with the first process of a pid
// namespace all others of the namespace die. Source: exit_group(2), wait(2), signal(7), pid_namespaces(7).

import {type Failure, failure} from './errno.js';
import {endUnused} from './namespaces.js';
import {releaseFile} from './open-file.js';
import type {ChildStatus, Pid} from './program.js';
import type {RunLoop} from './run-loop.js';
import type {KernelId, Task, TaskId} from './schema.js';
import {defaultAction, type SignalName, signalNumbers} from './signal.js';
import {notifyParent, postSignal} from './signal-delivery.js';
import {allTasks, changeTask, findTask, getTask, isInit, pidIn} from './tasks.js';
import {leaveTerminal} from './terminal.js';

export type Ending = {readonly kind: 'exited'; readonly status: number} | {readonly kind: 'killed'; readonly signal: SignalName};

/** 128 + n is how shells and docker write a death by signal n. */
export function statusNumber(ending: Ending): number {
	return ending.kind === 'exited' ? ending.status : 128 + signalNumbers[ending.signal];
}

export function endTask(loop: RunLoop, kernel: KernelId, id: TaskId, ending: Ending): void {
	const {tx} = loop;
	const task = findTask(tx, kernel, id);
	if (task === undefined || task.state === 'zombie') {
		return;
	}

	const children = [...loop.children(kernel, id)];
	leaveTerminal(loop, task);
	changeTask(tx, kernel, id, {state: 'zombie', wait: undefined, descriptors: new Map(), memoryBytes: 0});
	loop.accounting?.detach(tx, task);
	for (const {file} of task.descriptors.values()) {
		releaseFile(loop, task, file);
	}

	endThreads(loop, task, children);
	if (isInit(tx, task)) {
		endNamespace(loop, task);
	}

	signalOrphans(loop, task);
	adopt(loop, task);
	loop.remove(kernel, id);
	tx.emit({kind: 'process-exit', kernel, task: id, name: task.name, status: statusNumber(ending)});
	announce(loop, task, ending);
	stopOrphanedNamespace(loop, task);
	leaveNamespaces(loop, task);
}

/** Namespaces that were made for this task may end with it. */
function leaveNamespaces(loop: RunLoop, {kernel, namespaces, childPidNamespace}: Task): void {
	if ([...Object.values(namespaces), childPidNamespace].some(id => loop.tx.get('namespace', id)?.isCounted === true)) {
		endUnused(loop.tx, loop.types, kernel);
	}
}

/** Threads end with the task they belong to. */
function endThreads(loop: RunLoop, task: Task, children: readonly TaskId[]): void {
	for (const child of children) {
		if (findTask(loop.tx, task.kernel, child)?.isThread === true && !task.isThread) {
			endTask(loop, task.kernel, child, {kind: 'killed', signal: 'KILL'});
		}
	}
}

/** The kernel kills every task of a pid namespace whose first process has died. */
function endNamespace(loop: RunLoop, init: Task): void {
	for (const task of [...allTasks(loop.tx, init.kernel)]) {
		if (task.id !== init.id && task.state !== 'zombie' && pidIn(task, init.namespaces.pid) !== undefined) {
			endTask(loop, init.kernel, task.id, {kind: 'killed', signal: 'KILL'});
		}
	}
}

/** Children that asked for it are told by a signal (PR_SET_PDEATHSIG). */
function signalOrphans(loop: RunLoop, {kernel, id}: Task): void {
	for (const child of [...loop.children(kernel, id)]) {
		const {parentDeathSignal, state} = findTask(loop.tx, kernel, child) ?? {};
		if (parentDeathSignal !== undefined && state !== 'zombie') {
			postSignal(loop, kernel, child, parentDeathSignal);
		}
	}
}

/** Children go to the first process of the namespace, which is expected to wait for them. */
function adopt(loop: RunLoop, task: Task): void {
	const {tx} = loop;
	const init = tx.get('namespace', task.namespaces.pid)?.init;
	const heir = init === undefined || init === task.id ? 1 : init;
	for (const child of [...loop.children(task.kernel, task.id)]) {
		const orphan = findTask(tx, task.kernel, child);
		loop.removeChild(task.kernel, task.id, child);
		if (orphan === undefined) {
			continue;
		}

		if (findTask(tx, task.kernel, heir) === undefined || (orphan.state === 'zombie' && orphan.pids.length > task.pids.length)) {
			reap(loop, orphan);
			continue;
		}

		changeTask(tx, task.kernel, child, {parent: heir});
		loop.addChild(task.kernel, heir, child);
		if (orphan.state === 'zombie' && orphan.status !== undefined) {
			notifyParent(loop, getTask(tx, task.kernel, child), orphan.status);
		}
	}
}

/** Tells the parent, unless it does not want to know; then the task is gone at once. */
function announce(loop: RunLoop, task: Task, ending: Ending): void {
	const parent = findTask(loop.tx, task.kernel, task.parent);
	const isUnwanted = parent === undefined || parent.state === 'zombie' || parent.dispositions.CHLD === 'ignore' || task.isThread || task.id === 1;
	if (isUnwanted) {
		reap(loop, task);
		return;
	}

	const status: ChildStatus = ending.kind === 'exited'
		? {pid: 0, kind: 'exited', status: ending.status}
		: {pid: 0, kind: 'killed', signal: ending.signal, coreDumped: false};
	notifyParent(loop, getTask(loop.tx, task.kernel, task.id), status);
}

function reap(loop: RunLoop, task: Task): void {
	loop.removeChild(task.kernel, task.parent, task.id);
	loop.remove(task.kernel, task.id);
	loop.tx.delete(`task:${task.kernel}`, task.id);
	leaveNamespaces(loop, task);
}

/** The namespace's numbers end with its first process: nothing can be born into it any more. */
function stopOrphanedNamespace(loop: RunLoop, task: Task): void {
	const namespace = loop.tx.get('namespace', task.namespaces.pid);
	if (namespace?.init === task.id && namespace.parent !== undefined && findTask(loop.tx, task.kernel, task.id) === undefined) {
		loop.tx.put('namespace', namespace.id, {...namespace, init: undefined});
	}
}

/** wait(2) on behalf of `parent`: a zombie is reaped, a stop or continuation is told once. */
export function waitForChild(loop: RunLoop, parent: Task, pid: Pid, options: {readonly stopped: boolean}): ChildStatus | Failure {
	const {tx} = loop;
	let hasCandidate = false;
	for (const id of loop.children(parent.kernel, parent.id)) {
		const child = findTask(tx, parent.kernel, id);
		if (child === undefined || child.isThread || !isWanted(parent, child, pid)) {
			continue;
		}

		hasCandidate = true;
		if (child.status === undefined) {
			continue;
		}

		const status = {...child.status, pid: pidIn(child, parent.namespaces.pid) ?? 0};
		if (child.state === 'zombie') {
			reap(loop, child);
			return status;
		}

		if (options.stopped && (status.kind === 'stopped' || status.kind === 'continued')) {
			changeTask(tx, child.kernel, child.id, {status: undefined});
			return status;
		}
	}

	return failure(hasCandidate ? 'EAGAIN' : 'ECHILD');
}

function isWanted(parent: Task, child: Task, pid: Pid): boolean {
	if (pid === -1) {
		return true;
	}

	return pid === 0 ? child.group === parent.group : pidIn(child, parent.namespaces.pid) === pid;
}

/** What pending signals do to a task that is about to run. Answers whether it still may. */
export function deliverSignals(loop: RunLoop, kernel: KernelId, id: TaskId): boolean {
	const {tx} = loop;
	for (;;) {
		const task = findTask(tx, kernel, id);
		const [signal, ...rest] = task?.pendingSignals ?? [];
		if (task === undefined || task.state === 'zombie') {
			return false;
		}

		if (signal === undefined) {
			if (task.caughtSignals.length === 0) {
				loop.restart(kernel, id);
			}

			return task.state !== 'stopped';
		}

		changeTask(tx, kernel, id, {pendingSignals: rest});
		const action = signal === 'KILL' ? 'terminate' : defaultAction(signal);
		if (action === 'terminate' || action === 'core') {
			endTask(loop, kernel, id, {kind: 'killed', signal});
			return false;
		}

		if (action === 'stop') {
			changeTask(tx, kernel, id, {state: 'stopped'});
			loop.hold(kernel, id);
			loop.requeue(kernel, id);
			notifyParent(loop, getTask(tx, kernel, id), {pid: 0, kind: 'stopped', signal});
			return false;
		}
	}
}

/** What the run loop calls when a program has returned. */
export function programEnded(loop: RunLoop, kernel: KernelId, id: TaskId, status: number | undefined): void {
	endTask(loop, kernel, id, status === undefined ? {kind: 'killed', signal: 'SEGV'} : {kind: 'exited', status});
}
