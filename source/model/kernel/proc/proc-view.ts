// What the entries of /proc ask for: the process a path is about, the pid namespace that the mount shows, and who reads.

import {must} from '../../../base/assert.js';
import {type View} from '../computed-filesystem.js';
import type {Kernel, NamespaceId, Task} from '../schema.js';
import {findTask, getKernel, pidIn} from '../tasks.js';

export function kernelOf({context}: View): Kernel {
	return getKernel(context.tx, context.kernel);
}

/** Whose processor it is, by its name: Intel's or AMD's. */
export function isIntel(cpuModel: string): boolean {
	return !/amd|epyc/iv.test(cpuModel);
}

/** The pid namespace that a mount of proc shows: that of the process that mounted it, pid_namespaces(7). */
export function pidNamespaceOf(view: View): NamespaceId {
	const owner = view.context.tx.get('filesystem', view.fs)?.options['owner'] ?? '';
	return owner.startsWith('pid:') ? Number(owner.slice('pid:'.length)) : kernelOf(view).initial.pid;
}

/** The process whose directory the path goes through, if it is still there. */
export function findSubject({context, keys}: View): Task | undefined {
	return keys[0] === undefined ? undefined : findTask(context.tx, context.kernel, keys[0]);
}

export function subjectOf(view: View): Task {
	return must(findSubject(view), 'subjectOf: the process is gone');
}

/** Who reads. */
export function readerOf({context}: View): Task | undefined {
	return context.task === undefined ? undefined : findTask(context.tx, context.kernel, context.task);
}

/** A task's pid as the mount shows it; 0 for one that the namespace cannot see. */
export function shownPid(view: View, task: Task | undefined): number {
	return task === undefined ? 0 : pidIn(task, pidNamespaceOf(view)) ?? 0;
}

/** The number of a process group or session, whose leader may be gone. */
export function shownLeader(view: View, leader: number): number {
	const task = findTask(view.context.tx, view.context.kernel, leader);
	return task === undefined ? (pidNamespaceOf(view) === kernelOf(view).initial.pid ? leader : 0) : shownPid(view, task);
}

export function kib(bytes: number): number {
	return Math.floor(bytes / 1024);
}

/** `USER_HZ`: the ticks in which /proc/PID/stat counts processor time. */
export const ticksPerSecond = 100;

export function ticks(ns: number): number {
	return Math.floor(ns * ticksPerSecond / 1e9);
}

/** One line per row, `Name:` padded to the value as in /proc/meminfo. */
export function sizeLine(name: string, bytes: number): string {
	return `${`${name}:`.padEnd(16)}${String(kib(bytes)).padStart(8)} kB\n`;
}

/** The path of a control group from the root of the reader's cgroup namespace, with `..` for what lies above it (cgroup_namespaces(7)). */
export function fromCgroupRoot(view: View, path: string): string {
	const reader = readerOf(view) ?? findSubject(view);
	const root = reader === undefined ? '/' : view.context.tx.get('namespace', reader.namespaces.cgroup)?.cgroupRoot ?? '/';
	return relativePath(path, root);
}

function relativePath(path: string, root: string): string {
	if (root === '/' || path === root) {
		return path === root ? '/' : path;
	}

	const from = root.split('/').slice(1);
	const to = path === '/' ? [] : path.split('/').slice(1);
	let shared = 0;
	while (shared < Math.min(from.length, to.length) && from[shared] === to[shared]) {
		shared++;
	}

	return `/${[...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/')}`;
}
