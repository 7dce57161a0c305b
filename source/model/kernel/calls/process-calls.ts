// System calls on processes: fork, exec, wait, signals, process groups and sessions, memory and time.

import {nowNs, wallTime} from '../../../base/clock.js';
import {isCapableIn} from '../capable.js';
import {execve} from '../exec.js';
import {waitForChild} from '../exit.js';
import {failed, type Failure, failure} from '../errno.js';
import {fork} from '../fork.js';
import type {Pid, Process, SystemCalls} from '../program.js';
import {resourceLimit} from '../resource-limits.js';
import type {RunLoop} from '../run-loop.js';
import type {Task} from '../schema.js';
import type {SignalName} from '../signal.js';
import {childChannel, postSignal, postToGroup} from '../signal-delivery.js';
import {allTasks, changeTask, findTask, pidIn, taskByPid} from '../tasks.js';
import {changeTerminal, getTerminal} from '../terminal.js';
import {fileOf} from './descriptor-calls.js';
import type {Self} from './self.js';

type ProcessCalls = Pick<SystemCalls,
	'getpid' | 'getppid' | 'fork' | 'execve' | 'wait' | 'childChannel' | 'kill' | 'setParentDeathSignal' | 'sigaction' | 'signalDisposition' | 'takeSignals' | 'getpgid' | 'setpgid' | 'setsid'
	| 'tcgetpgrp' | 'tcsetpgrp' | 'setProcessName' | 'setProcessTitle' | 'setMemory' | 'burn' | 'now' | 'realTime'>;

export type MakeProcess = (task: Task, overrides?: Pick<Process, 'argv' | 'env' | 'flavour'>) => Process;

export function processCalls(self: Self, makeProcess: MakeProcess): ProcessCalls {
	const {loop, kernel, id} = self;
	const update = (changes: Partial<Task>) => {
		changeTask(loop.tx, kernel, id, changes);
	};

	return {
		getpid: () => pidOf(self, self.task),
		getppid: () => {
			const parent = findTask(loop.tx, kernel, self.task.parent);
			return parent === undefined ? 0 : pidOf(self, parent);
		},
		fork: (main, options = {}) => {
			const child = fork(loop, self.task, main, options, makeProcess);
			return typeof child === 'number' ? pidOf(self, findTask(loop.tx, kernel, child)!) : child;
		},
		execve: (path, argv, env) => execve(loop, self.caller, {path, argv, env}, makeProcess),
		wait: (pid, options) => waitForChild(loop, self.task, pid, {stopped: options?.stopped ?? false}),
		childChannel: () => childChannel(kernel, id),
		...signalCalls(self),
		getpgid: pid => {
			const task = pid === undefined || pid === 0 ? self.task : taskByPid(loop.tx, kernel, self.task.namespaces.pid, pid);
			return task === undefined ? failure('ESRCH') : groupPid(self, task.group);
		},
		setpgid: (pid, group) => setpgid(self, pid, group),
		setsid() {
			if (self.task.group === id) {
				return failure('EPERM');
			}

			update({session: id, group: id, terminal: undefined});
			return pidOf(self, self.task);
		},
		tcgetpgrp: fd => {
			const what = fileOf(self, fd)?.what;
			return what?.kind === 'terminal' ? groupPid(self, getTerminal(loop, what.terminal).foreground ?? 0) : failure('ENOTTY');
		},
		tcsetpgrp: (fd, group) => tcsetpgrp(self, fd, group),
		setProcessTitle(title) {
			update({argv: [title]});
		},
		setProcessName(name) {
			update({name: name.slice(0, 15)});
		},
		setMemory(bytes) {
			const {task} = self;
			if (bytes > task.memoryBytes && bytes > Math.min(resourceLimit(task, 'as').soft, resourceLimit(task, 'data').soft)) {
				return failure('ENOMEM');
			}

			const result = loop.accounting?.setMemory(loop, self.task, bytes);
			if (failed(result)) {
				return result;
			}

			self.endIfFatal();
			update({memoryBytes: bytes});
		},
		burn(cpuNs) {
			loop.burn(kernel, id, cpuNs);
		},
		now: () => nowNs(loop.tx),
		realTime: () => wallTime(loop.tx),
	};
}

function signalCalls(self: Self): Pick<SystemCalls, 'kill' | 'setParentDeathSignal' | 'sigaction' | 'signalDisposition' | 'takeSignals'> {
	const update = (changes: Partial<Task>) => {
		changeTask(self.loop.tx, self.kernel, self.id, changes);
	};

	return {
		kill: (pid, signal) => kill(self, pid, signal),
		setParentDeathSignal(signal) {
			update({parentDeathSignal: signal});
		},
		sigaction(signal, disposition) {
			const {[signal]: _, ...others} = self.task.dispositions;
			update({dispositions: disposition === 'default' ? others : {...others, [signal]: disposition}});
		},
		signalDisposition: signal => self.task.dispositions[signal] ?? 'default',
		takeSignals() {
			const {caughtSignals} = self.task;
			if (caughtSignals.length > 0) {
				update({caughtSignals: []});
			}

			return caughtSignals;
		},
	};
}

function pidOf(self: Self, task: Task): Pid {
	return pidIn(task, self.task.namespaces.pid) ?? 0;
}

function groupPid(self: Self, group: number): Pid {
	const leader = findTask(self.loop.tx, self.kernel, group);
	// The leader may be gone while its group lives; in the initial namespace its number is the group's.
	return leader === undefined ? group : pidOf(self, leader);
}

function kill(self: Self, pid: Pid, signal: SignalName | 0): void | Failure {
	const {loop, kernel, task} = self;
	const namespace = task.namespaces.pid;
	if (pid <= 0) {
		return killMany(self, pid, signal);
	}

	const target = taskByPid(loop.tx, kernel, namespace, pid);
	if (target === undefined) {
		return failure('ESRCH');
	}

	if (!maySignal(loop.tx, task, target)) {
		return failure('EPERM');
	}

	if (signal !== 0) {
		postSignal(loop, kernel, target.id, signal, namespace);
		self.endIfFatal();
	}
}

/** 0: the own group; -1: everybody one may signal; -n: the group n. */
function killMany(self: Self, pid: Pid, signal: SignalName | 0): void | Failure {
	const {loop, kernel, task} = self;
	const namespace = task.namespaces.pid;
	if (pid === -1) {
		const targets = [...allTasks(loop.tx, kernel)].filter(other => other.id !== 1 && other.id !== task.id && pidIn(other, namespace) !== undefined && pidIn(other, namespace) !== 1 && maySignal(loop.tx, task, other));
		for (const target of signal === 0 ? [] : targets) {
			postSignal(loop, kernel, target.id, signal as SignalName, namespace);
		}

		return targets.length === 0 ? failure('ESRCH') : undefined;
	}

	const leader = pid === 0 ? task.group : (taskByPid(loop.tx, kernel, namespace, -pid)?.id ?? -pid);
	const exists = [...allTasks(loop.tx, kernel)].some(other => other.group === leader && other.state !== 'zombie');
	if (!exists) {
		return failure('ESRCH');
	}

	if (signal !== 0) {
		postToGroup(loop, kernel, leader, signal, namespace);
		self.endIfFatal();
	}
}

function maySignal(tx: RunLoop['tx'], sender: Task, target: Task): boolean {
	return sender.uid === target.uid || isCapableIn(tx, sender, target.namespaces.user, 'CAP_KILL');
}

function setpgid(self: Self, pid: Pid, group: Pid): void | Failure {
	const {loop, kernel, task} = self;
	const namespace = task.namespaces.pid;
	const target = pid === 0 ? task : taskByPid(loop.tx, kernel, namespace, pid);
	if (target === undefined || (target.id !== task.id && target.parent !== task.id)) {
		return failure('ESRCH');
	}

	if (target.session !== task.session || target.id === target.session) {
		return failure('EPERM');
	}

	const leader = group === 0 ? target.id : taskByPid(loop.tx, kernel, namespace, group)?.id;
	const exists = leader === target.id || [...allTasks(loop.tx, kernel)].some(other => other.group === leader && other.session === task.session);
	if (leader === undefined || !exists) {
		return failure('EPERM');
	}

	changeTask(loop.tx, kernel, target.id, {group: leader});
}

function tcsetpgrp(self: Self, fd: number, group: Pid): void | Failure {
	const {loop, kernel, task} = self;
	const what = fileOf(self, fd)?.what;
	if (what?.kind !== 'terminal') {
		return failure('ENOTTY');
	}

	const leader = taskByPid(loop.tx, kernel, task.namespaces.pid, group)?.id ?? group;
	changeTerminal(loop, what.terminal, {foreground: leader, session: task.session});
}
