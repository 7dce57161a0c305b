// The text files of /proc/PID. Source: proc_pid_status(5), proc_pid_stat(5) and their neighbours; Linux fs/proc/array.c, base.c.
//
// Simplified: a task's memory is one number, its anonymous memory; sizes of text, libraries and stack are not modelled, and lines of
// status whose facts are not (context switches, NUMA) are left out.

import {pageBytes} from '../file-content.js';
import {allCapabilities} from '../capabilities.js';
import {isCapableEverywhere} from '../capable.js';
import {type ComputedEntry, textFile, type View, writableFile} from '../computed-filesystem.js';
import {type Failure, failure} from '../errno.js';
import {resourceLimit, type ResourceName, unlimited} from '../resource-limits.js';
import type {Task} from '../schema.js';
import {type SignalName, signalNumbers} from '../signal.js';
import {allTasks, changeTask, findTask} from '../tasks.js';
import {effectiveCpuset} from '../cgroup/cpuset.js';
import {formatList} from '../cgroup/values.js';
import {shownId} from '../user-ids.js';
import {kernelOf, kib, readerOf, shownLeader, shownPid, subjectOf, ticks} from './proc-view.js';

const stateLetters: Readonly<Record<Task['state'], string>> = {
	runnable: 'R (running)', sleeping: 'S (sleeping)', stopped: 'T (stopped)', zombie: 'Z (zombie)', frozen: 'S (sleeping)',
};

/** 0 for the first process, which nobody made. */
function parentPid(view: View, task: Task): number {
	return task.parent === task.id ? 0 : shownPid(view, findTask(view.context.tx, view.context.kernel, task.parent));
}

function status(view: View): string {
	const task = subjectOf(view);
	const {tx, kernel} = view.context;
	const leader = task.isThread ? findTask(tx, kernel, task.parent) ?? task : task;
	const inner = task.pids.slice(0, task.pids.findIndex(({pid}) => pid === shownPid(view, task)) + 1).map(({pid}) => pid).reverse();
	const pending = [...task.pendingSignals, ...task.caughtSignals];
	const isKernelThread = task.argv.length === 0;
	const processors = effectiveCpuset(tx, kernel, task.cgroup, 'cpus');
	const eye = (readerOf(view) ?? task).namespaces.user;
	return [
		`Name:\t${task.name}`,
		`Umask:\t${task.umask.toString(8).padStart(4, '0')}`,
		`State:\t${stateLetters[task.state]}`,
		`Tgid:\t${shownPid(view, leader)}`,
		'Ngid:\t0',
		`Pid:\t${shownPid(view, task)}`,
		`PPid:\t${parentPid(view, leader)}`,
		'TracerPid:\t0',
		`Uid:\t${Array.from({length: 4}, () => shownId(tx, eye, 'uid', task.uid)).join('\t')}`,
		`Gid:\t${Array.from({length: 4}, () => shownId(tx, eye, 'gid', task.gid)).join('\t')}`,
		`FDSize:\t${fdSize(task)}`,
		`Groups:\t${task.groups.map(group => `${shownId(tx, eye, 'gid', group)} `).join('')}`,
		`NStgid:\t${inner.join('\t')}`,
		`NSpid:\t${inner.join('\t')}`,
		`NSpgid:\t${shownLeader(view, task.group)}`,
		`NSsid:\t${shownLeader(view, task.session)}`,
		`Kthread:\t${isKernelThread ? 1 : 0}`,
		...task.state === 'zombie' ? [] : memoryLines(task),
		`Threads:\t${threadCount(view, leader)}`,
		`SigPnd:\t${signalMask([])}`,
		`ShdPnd:\t${signalMask(pending)}`,
		`SigBlk:\t${signalMask([])}`,
		`SigIgn:\t${signalMask(signalsWith(task, 'ignore'))}`,
		`SigCgt:\t${signalMask(signalsWith(task, 'catch'))}`,
		...capabilityLines(task),
		`NoNewPrivs:\t${task.noNewPrivileges ? 1 : 0}`,
		`Seccomp:\t${task.seccomp === undefined ? 0 : 2}`,
		`Seccomp_filters:\t${task.seccomp === undefined ? 0 : 1}`,
		`Cpus_allowed:\t${cpuMask(processors)}`,
		`Cpus_allowed_list:\t${formatList(processors)}`,
		'',
	].join('\n');
}

/** The descriptor table grows by doubling, from 64. */
function fdSize(task: Task): number {
	let size = 64;
	while (size <= Math.max(...task.descriptors.keys(), 0)) {
		size *= 2;
	}

	return size;
}

function memoryLines(task: Task): readonly string[] {
	const size = String(kib(task.memoryBytes)).padStart(8);
	return [`VmSize:\t${size} kB`, `VmRSS:\t${size} kB`, `RssAnon:\t${size} kB`, `VmData:\t${size} kB`];
}

function threadCount({context}: View, leader: Task): number {
	return 1 + [...allTasks(context.tx, context.kernel)].filter(task => task.isThread && task.parent === leader.id).length;
}

function signalsWith(task: Task, disposition: 'ignore' | 'catch'): readonly SignalName[] {
	return (Object.keys(task.dispositions) as SignalName[]).filter(name => task.dispositions[name] === disposition);
}

/** A bit for each signal, the first one lowest, as 16 hexadecimal digits. */
function signalMask(signals: readonly SignalName[]): string {
	return mask(signals.map(name => signalNumbers[name] - 1));
}

function mask(bits: readonly number[]): string {
	return [...new Set(bits)].reduce((sum, bit) => sum + 2n ** BigInt(bit), 0n).toString(16).padStart(16, '0');
}

/** Simplified: what is permitted is effective, and the inheritable set is empty but for what is ambient. */
function capabilityLines({capabilities, bounding, ambient}: Task): readonly string[] {
	const set = (names: readonly string[]): string => mask(names.map(name => allCapabilities.indexOf(name)).filter(bit => bit >= 0));
	return [`CapInh:\t${set(ambient)}`, `CapPrm:\t${set(capabilities)}`, `CapEff:\t${set(capabilities)}`, `CapBnd:\t${set(bounding)}`, `CapAmb:\t${set(ambient)}`];
}

/** A bit for each processor, in hexadecimal digits, groups of eight between commas; without leading zeros as small machines show it. */
function cpuMask(processors: ReadonlySet<number>): string {
	return [...processors].reduce((sum, processor) => sum + 2n ** BigInt(processor), 0n).toString(16).replaceAll(/\B(?=(?:[\da-f]{8})+$)/gv, ',');
}

export function cpuList(count: number): string {
	return count === 1 ? '0' : `0-${count - 1}`;
}

/** The 52 fields of stat; those that the model has no facts for are 0. */
function stat(view: View): string {
	const task = subjectOf(view);
	const {tx} = view.context;
	const fields: Array<number | string> = Array.from({length: 52}, () => 0);
	const known: Readonly<Record<number, number | string>> = {
		1: shownPid(view, task),
		2: `(${task.name})`,
		3: stateLetters[task.state].slice(0, 1),
		4: parentPid(view, task),
		5: shownLeader(view, task.group),
		6: shownLeader(view, task.session),
		// Pseudo-terminals have major number 136; the field packs both numbers.
		7: task.terminal === undefined ? 0 : 136 * 256 + task.terminal,
		8: task.terminal === undefined ? -1 : shownLeader(view, tx.get('terminal', task.terminal)?.foreground ?? 0),
		14: ticks(task.cpuNs),
		18: 20,
		20: threadCount(view, task),
		22: ticks(task.startNs - kernelOf(view).bootNs),
		23: task.memoryBytes,
		24: Math.floor(task.memoryBytes / pageBytes),
		25: '18446744073709551615',
		38: signalNumbers.CHLD,
	};
	for (const [number, value] of Object.entries(known)) {
		fields[Number(number) - 1] = value;
	}

	return `${fields.join(' ')}\n`;
}

function statm(view: View): string {
	const pages = Math.floor(subjectOf(view).memoryBytes / pageBytes);
	return `${pages} ${pages} 0 0 0 ${pages} 0\n`;
}

/** Simplified: the executable and one region of anonymous memory, at the addresses where a static executable has them. */
function maps(view: View): string {
	const task = subjectOf(view);
	const range = (from: number, bytes: number) => `${from.toString(16).padStart(8, '0')}-${(from + bytes).toString(16).padStart(8, '0')}`;
	const row = (text: string, name: string) => name === '' ? `${text} \n` : `${text.padEnd(73)}${name}\n`;
	const text = task.executable === '' ? '' : row(`${range(0x40_0000, pageBytes)} r-xp 00000000 00:00 0 `, task.executable);
	const heap = Math.ceil(task.memoryBytes / pageBytes) * pageBytes;
	return text + (heap === 0 ? '' : row(`${range(0x100_0000, heap)} rw-p 00000000 00:00 0 `, '[heap]'));
}

/** In the kernel's order; the words of fs/proc/base.c, lnames. */
const limitRows: ReadonlyArray<readonly [name: ResourceName, words: string, unit: string]> = [
	['cpu', 'Max cpu time', 'seconds'], ['fsize', 'Max file size', 'bytes'], ['data', 'Max data size', 'bytes'], ['stack', 'Max stack size', 'bytes'], ['core', 'Max core file size', 'bytes'],
	['rss', 'Max resident set', 'bytes'], ['nproc', 'Max processes', 'processes'], ['nofile', 'Max open files', 'files'], ['memlock', 'Max locked memory', 'bytes'], ['as', 'Max address space', 'bytes'],
	['locks', 'Max file locks', 'locks'], ['sigpending', 'Max pending signals', 'signals'], ['msgqueue', 'Max msgqueue size', 'bytes'], ['nice', 'Max nice priority', ''],
	['rtprio', 'Max realtime priority', ''], ['rttime', 'Max realtime timeout', 'us'],
];

function limits(view: View): string {
	const task = subjectOf(view);
	const shown = (value: number) => value === unlimited ? 'unlimited' : value;
	const rows = limitRows.map(([name, words, unit]) => {
		const {soft, hard} = resourceLimit(task, name);
		return [words, shown(soft), shown(hard), unit] as const;
	});
	const line = (name: string, soft: number | string, hard: number | string, unit: string) => `${name.padEnd(26)}${String(soft).padEnd(21)}${String(hard).padEnd(21)}${unit === '' ? '' : unit.padEnd(10)}\n`;
	return line('Limit', 'Soft Limit', 'Hard Limit', 'Units') + rows.map(row => line(...row)).join('');
}

/** How bad it would be to keep this process when memory is short: its share of memory in thousandths, shifted by the adjustment. */
function oomScore(task: Task, totalBytes: number): number {
	// fs/proc/base.c, proc_oom_score: badness over total pages, times 1000, plus 1000 at two thirds.
	const points = Math.floor(task.memoryBytes * 1000 / Math.max(totalBytes, 1)) + task.oomScoreAdjust;
	return Math.max(0, Math.floor((1000 + points) * 2 / 3));
}

function setOomScoreAdjust(view: View, text: string): void | Failure {
	const value = Number(text.trim());
	if (!/^[+\-]?\d+$/v.test(text.trim()) || value < -1000 || value > 1000) {
		return failure('EINVAL');
	}

	const task = subjectOf(view);
	if (value < task.oomScoreAdjust && (readerOf(view) !== undefined && !isCapableEverywhere(view.context.tx, readerOf(view)!, 'CAP_SYS_RESOURCE'))) {
		return failure('EACCES');
	}

	changeTask(view.context.tx, task.kernel, task.id, {oomScoreAdjust: value});
}

function setName(view: View, text: string): void | Failure {
	const task = subjectOf(view);
	if (readerOf(view)?.id !== task.id && readerOf(view)?.id !== task.parent) {
		return failure('EINVAL');
	}

	changeTask(view.context.tx, task.kernel, task.id, {name: text.replace(/\n$/v, '').slice(0, 15)});
}

const zeroTerminated = (parts: readonly string[]): string => parts.map(part => `${part}\0`).join('');

export const taskEntries: Readonly<Record<string, ComputedEntry>> = {
	status: textFile(status),
	stat: textFile(stat),
	statm: textFile(statm),
	// A zombie has given its memory back, and its arguments with it.
	cmdline: textFile(view => zeroTerminated(subjectOf(view).state === 'zombie' ? [] : subjectOf(view).argv)),
	comm: writableFile(view => `${subjectOf(view).name}\n`, setName),
	environ: textFile(view => zeroTerminated(subjectOf(view).env), 0o400),
	maps: textFile(maps),
	limits: textFile(limits),
	oom_score: textFile(view => `${oomScore(subjectOf(view), kernelOf(view).memoryBytes + kernelOf(view).swapBytes)}\n`),
	oom_score_adj: writableFile(view => `${subjectOf(view).oomScoreAdjust}\n`, setOomScoreAdjust),
};
