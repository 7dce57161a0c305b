// Makes the view that a running program has of its kernel: its arguments and its system calls.

import {descriptorCalls, fileOf} from './calls/descriptor-calls.js';
import {identityCalls} from './calls/identity-calls.js';
import {nameCalls} from './calls/name-calls.js';
import {processCalls} from './calls/process-calls.js';
import {Self} from './calls/self.js';
import {socketCalls} from './calls/socket-calls.js';
import {enterDevpts} from './devpts.js';
import {failed, failure} from './errno.js';
import {spawn} from './fork.js';
import type {KernelAccess} from './kernel-access.js';
import {installFile, makeFile} from './open-file.js';
import type {Process, SystemCalls} from './program.js';
import type {RunLoop} from './run-loop.js';
import type {Task} from './schema.js';
import {postSignal} from './signal-delivery.js';
import {allTasks, findTask} from './tasks.js';
import {makeTerminal, resizeTerminal} from './terminal.js';

/** The process of a task; `overrides` are what execve has just changed. */
export function makeProcess(loop: RunLoop, task: Task, overrides?: Pick<Process, 'argv' | 'env' | 'flavour'>): Process {
	const self = new Self(loop, task.kernel, task.id);
	const sys: SystemCalls = {
		...descriptorCalls(self),
		...nameCalls(self),
		...processCalls(self, (child, changed) => makeProcess(loop, child, changed)),
		...identityCalls(self),
		...socketCalls(self),
		kernel: () => kernelAccess(self),
	};
	return {argv: overrides?.argv ?? task.argv, env: overrides?.env ?? parseEnvironment(task.env), flavour: overrides?.flavour ?? task.flavour, sys};
}

function parseEnvironment(env: readonly string[]): ReadonlyMap<string, string> {
	return new Map(env.map(line => {
		const equals = line.indexOf('=');
		return [line.slice(0, equals), line.slice(equals + 1)];
	}));
}

function kernelAccess(self: Self): KernelAccess {
	const {loop, kernel, id} = self;
	return {
		tx: loop.tx,
		kernel,
		task: id,
		types: loop.types,
		spawn: (options, main) => spawn(loop, kernel, id, options, main, task => makeProcess(loop, task)),
		signal(task, signal) {
			if (findTask(loop.tx, kernel, task) === undefined) {
				return failure('ESRCH');
			}

			postSignal(loop, kernel, task, signal);
		},
		shared(key, make) {
			const whole = `${kernel}:${key}`;
			const found = loop.shared.get(whole) ?? make();
			loop.shared.set(whole, found);
			return found as ReturnType<typeof make>;
		},
		work(units) {
			loop.work += units;
		},
		wake(channel) {
			loop.wake(channel);
		},
		setFrozen(cgroup, frozen) {
			setFrozen(loop, self, cgroup, frozen);
		},
		fileOf: fd => fileOf(self, fd)?.id,
		makeTerminal(size) {
			const terminal = makeTerminal(loop, {...size, isPseudo: true});
			const access = {canRead: true, canWrite: true, append: false};
			const master = installFile(loop, self.task, makeFile(loop, {...access, what: {kind: 'master', terminal}, path: '/dev/ptmx'}));
			const slave = installFile(loop, self.task, makeFile(loop, {...access, what: {kind: 'terminal', terminal}, path: `/dev/pts/${terminal}`}));
			return failed(master) ? master : (failed(slave) ? slave : {master, slave, terminal});
		},
		enterDevpts: () => self.task.terminal === undefined ? failure('ENOTTY') : enterDevpts(loop, self.caller, self.task.terminal),
		resizeTerminal(terminal, size) {
			resizeTerminal(loop, terminal, size);
		},
	};
}

function setFrozen(loop: RunLoop, self: Self, cgroup: string, frozen: boolean): void {
	for (const task of allTasks(loop.tx, self.kernel)) {
		if (task.cgroup === cgroup || task.cgroup.startsWith(`${cgroup}/`)) {
			if (frozen) {
				loop.hold(self.kernel, task.id);
			} else {
				loop.letGo(self.kernel, task.id);
			}
		}
	}
}
