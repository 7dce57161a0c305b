// What an LXC container is doing: its monitor, a process of the host, and the container's first process, the monitor's child.
//
// Simplified: real tools ask the monitor over an abstract unix socket; ours find it among the processes by its title.

import {failed} from '../../model/kernel/errno.js';
import type {Pid, Process} from '../../model/kernel/program.js';
import {readProcesses} from '../proc-files.js';
import type {Blocking} from '../standard-io.js';
import {lxcPath, readFile} from './container.js';

export type LxcState = 'STOPPED' | 'RUNNING' | 'FROZEN';

export type Running = {readonly monitor: Pid; readonly init: Pid; readonly state: LxcState};

export const cgroupRoot = '/sys/fs/cgroup';

export function payloadGroup(name: string): string {
	return `${cgroupRoot}/lxc.payload.${name}`;
}

export function monitorTitle(name: string): string {
	return `[lxc monitor] ${lxcPath} ${name}`;
}

/** The container's processes, if it runs. */
export function * findRunning(process: Process, name: string): Blocking<Running | undefined> {
	const processes = yield * readProcesses(process);
	const monitor = processes.find(({argv, state}) => argv.length === 1 && argv[0] === monitorTitle(name) && state !== 'Z');
	const init = monitor === undefined ? undefined : processes.find(({ppid, state}) => ppid === monitor.pid && state !== 'Z');
	if (monitor === undefined || init === undefined) {
		return undefined;
	}

	const isFrozen = readFile(process.sys, `${payloadGroup(name)}/cgroup.freeze`)?.trim() === '1';
	return {monitor: monitor.pid, init: init.pid, state: isFrozen ? 'FROZEN' : 'RUNNING'};
}

/** The number of the network namespace that a process is in. */
export function netNamespaceOf({sys}: Process, pid: Pid): number | undefined {
	const link = sys.readlink(`/proc/${pid}/ns/net`);
	return failed(link) ? undefined : Number(/\[(?<id>\d+)\]/v.exec(link.target)?.groups?.['id']);
}

/** Links of the container, loopback aside, with their addresses. */
export function linksOf(process: Process, pid: Pid) {
	const id = netNamespaceOf(process, pid);
	return id === undefined ? [] : [...process.sys.kernel().tx.table(`link:${id}`).values()];
}
