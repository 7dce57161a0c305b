// How tasks come to be: forked by another task, or spawned by a daemon that chooses everything about them.

import {must} from '../../base/assert.js';
import {nowNs} from '../../base/clock.js';
import {rates} from '../../base/rates.js';
import {allCapabilities} from './capabilities.js';
import {isCapableEverywhere} from './capable.js';
import {type Failure, failed, failure} from './errno.js';
import type {SpawnOptions} from './kernel-access.js';
import {maxTasks, maxUserTasks} from './limits.js';
import {getNamespace, takePids} from './namespaces.js';
import {retainFile} from './open-file.js';
import type {ForkOptions, Process, Running} from './program.js';
import {resourceLimit} from './resource-limits.js';
import type {RunLoop} from './run-loop.js';
import type {KernelId, NamespaceId, Task, TaskId} from './schema.js';
import {allTasks, findTask, getTask} from './tasks.js';

/** Makes the caller's view of the kernel for a task; see system-calls.ts. Handed in, because calls can fork. */
export type MakeProcess = (task: Task) => Process;

export function fork(loop: RunLoop, parent: Task, main: (child: Process) => Running, options: ForkOptions, makeProcess: MakeProcess): TaskId | Failure {
	const refused = isEnding(loop, parent.childPidNamespace) ? failure('ENOMEM') : mayFork(loop, parent);
	if (refused !== undefined) {
		return refused;
	}

	const pidNamespace = parent.childPidNamespace;
	const child: Task = {
		...parent,
		...newLife(loop, pidNamespace),
		parent: parent.id,
		namespaces: {...parent.namespaces, pid: pidNamespace},
		childPidNamespace: pidNamespace,
		isThread: options.thread ?? false,
		name: options.name ?? parent.name,
		dispositions: parent.dispositions,
		parentDeathSignal: undefined,
		// Pages that a child shares with its parent are charged to the parent, as copy-on-write leaves them.
		memoryBytes: 0,
	};
	return start(loop, child, main, makeProcess);
}

/** Threads of the Go runtime in runc init, which all take a pid. Choice: it varies with the machine; five are what recordings show. */
const goThreads = 5;

/** A pid namespace whose first process has died takes no others, pid_namespaces(7). */
function isEnding(loop: RunLoop, id: NamespaceId): boolean {
	const {init, nextPid, kernel} = getNamespace(loop.tx, id);
	return nextPid > 1 && (init === undefined || findTask(loop.tx, kernel, init)?.state === 'zombie');
}

/** Makes a task that is not a copy of any: a container's first process, a login shell, a daemon. */
export function spawn(loop: RunLoop, kernel: KernelId, creator: TaskId, options: SpawnOptions, main: (process: Process) => Running, makeProcess: MakeProcess): TaskId | Failure {
	const life = newLife(loop, options.namespaces.pid);
	const task: Task = {
		...life,
		kernel,
		parent: options.parent ?? creator,
		group: life.id,
		session: options.newSession === false ? getTask(loop.tx, kernel, creator).session : life.id,
		terminal: options.terminal,
		isThread: false,
		name: options.name,
		argv: [options.name],
		env: Array.from(options.env, ([name, value]) => `${name}=${value}`),
		executable: '',
		program: undefined,
		flavour: options.flavour ?? 'gnu',
		uid: options.uid,
		gid: options.gid,
		groups: options.groups,
		capabilities: options.capabilities,
		bounding: options.uid === 0 ? options.capabilities : allCapabilities,
		ambient: [],
		noNewPrivileges: options.noNewPrivileges ?? false,
		namespaces: options.namespaces,
		childPidNamespace: options.namespaces.pid,
		root: options.root,
		cwd: options.cwd,
		umask: options.umask ?? 0o022,
		descriptors: new Map(Array.from(options.files, ([fd, file]) => [fd, {file, closeOnExec: false}])),
		cgroup: options.cgroup,
		dispositions: {},
		memoryBytes: 0,
		oomScoreAdjust: options.oomScoreAdjust ?? 0,
		resourceLimits: options.resourceLimits ?? {},
		seccomp: options.seccomp,
	};
	if (options.startsAsGoProgram === true) {
		for (let thread = 0; thread < goThreads; thread++) {
			takePids(loop.tx, options.namespaces.pid);
		}
	}

	return start(loop, task, main, makeProcess);
}

type NewLife = Pick<Task, 'id' | 'pids' | 'state' | 'wait' | 'pendingSignals' | 'caughtSignals' | 'status' | 'startNs' | 'cpuNs'>;

function newLife(loop: RunLoop, pidNamespace: NamespaceId): NewLife {
	const pids = takePids(loop.tx, pidNamespace);
	return {
		id: must(pids.at(-1), 'newLife: no pid').pid, pids, state: 'runnable', wait: undefined, pendingSignals: [], caughtSignals: [], status: undefined, startNs: nowNs(loop.tx), cpuNs: 0,
	};
}

function start(loop: RunLoop, task: Task, main: (process: Process) => Running, makeProcess: MakeProcess): TaskId {
	const {tx} = loop;
	for (const {file} of task.descriptors.values()) {
		retainFile(loop, file);
	}

	tx.put(`task:${task.kernel}`, task.id, task);
	const namespace = getNamespace(tx, task.namespaces.pid);
	if (namespace.init === undefined) {
		tx.put('namespace', namespace.id, {...namespace, init: task.id});
	}

	loop.accounting?.attach(loop.tx, task);
	loop.add(task.kernel, task.id, main(makeProcess(task)));
	loop.addChild(task.kernel, task.parent, task.id);
	if (loop.has(task.kernel, task.parent)) {
		loop.burn(task.kernel, task.parent, task.isThread ? 0 : rates.forkNs);
	}

	return task.id;
}

function countTasks(loop: RunLoop, {kernel, uid}: Task): number {
	let count = 0;
	for (const task of allTasks(loop.tx, kernel)) {
		count += task.uid === uid ? 1 : 0;
	}

	return count;
}

/** EAGAIN when the kernel, the user or the cgroup has no room for another task. */
function mayFork(loop: RunLoop, parent: Task): Failure | undefined {
	if (loop.tx.table(`task:${parent.kernel}`).size >= maxTasks) {
		return failure('EAGAIN');
	}

	// Counting is a scan, so it is left out while even all tasks would be few enough.
	// RLIMIT_NPROC does not bind root, but ours does: a container's bomb must leave the host tasks to end it with.
	const isFree = parent.uid === 0 || isCapableEverywhere(loop.tx, parent, 'CAP_SYS_ADMIN');
	const most = isFree ? maxUserTasks : Math.min(resourceLimit(parent, 'nproc').soft, maxUserTasks);
	if (!isCapableEverywhere(loop.tx, parent, 'CAP_SYS_RESOURCE') && loop.tx.table(`task:${parent.kernel}`).size >= most && countTasks(loop, parent) >= most) {
		return failure('EAGAIN');
	}

	const refused = loop.accounting?.mayFork(loop.tx, parent);
	return failed(refused) ? refused : undefined;
}
