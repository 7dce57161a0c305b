// The files of the controllers. Source: cgroup-v2.rst, "Controllers"; for errors Linux mm/memcontrol.c, kernel/sched/core.c
// (cpu_max_write, cpu_weight_write_u64), kernel/cgroup/pids.c, kernel/cgroup/cpuset.c, block/blk-throttle.c.
//
// Simplified: block devices do no modelled work for groups, so io.stat is empty and io.max is kept but not enforced; there is no pressure
// stall information (PSI).

import {type Failure, failed, failure} from '../errno.js';
import {maxPid} from '../limits.js';
import {getKernel} from '../tasks.js';
import {countTasks, cpuUsageNs} from './accounting.js';
import {type Cgroup, findCgroup, type Limit, rootPath} from './cgroup-schema.js';
import {
	change, changeable, type ControlFile, type ControlView, keyed, readable,
} from './control-file.js';
import {effectiveCpuset} from './cpuset.js';
import {countEvent} from './memory-charge.js';
import {reclaim} from './memory-controller.js';
import {
	formatList, parseBytes, parseLimit, parseList, parseNumber,
} from './values.js';

const memory = {controller: 'memory', onRoot: 'not'} as const;
const cpu = {controller: 'cpu', onRoot: 'not'} as const;
const cpuset = {controller: 'cpuset', onRoot: 'not'} as const;
const pids = {controller: 'pids', onRoot: 'not'} as const;
const io = {controller: 'io', onRoot: 'not'} as const;

type MemoryLimit = 'max' | 'high' | 'low' | 'min' | 'swapMax';

function memoryLimit(name: string, field: MemoryLimit): ControlFile {
	return changeable(name, memory, ({group}) => `${group.memory[field]}\n`, (view, text) => {
		const limit = parseBytes(text);
		if (failed(limit)) {
			return limit;
		}

		change(view, {memory: {...view.group.memory, [field]: limit}});
		shrink(view, limit, field);
	});
}

/** A limit below what is in use: memory goes to swap; for memory.max what does not fit there has somebody killed. */
function shrink({context, group}: ControlView, limit: Limit, field: MemoryLimit): void {
	const {tx, kernel} = context;
	if (limit === 'max' || (field !== 'max' && field !== 'high') || group.memory.currentBytes <= limit) {
		return;
	}

	reclaim(tx, kernel, group.path, group.memory.currentBytes - limit);
	const left = findCgroup(tx, kernel, group.path)?.memory.currentBytes ?? 0;
	if (field === 'max' && left > limit) {
		countEvent(tx, kernel, group.path, 'oom');
		killUntil(group, limit, {context, group});
	}
}

function killUntil(group: Cgroup, limit: number, view: ControlView): void {
	const {context: {tx, kernel, control}} = view;
	let excess = (findCgroup(tx, kernel, group.path)?.memory.currentBytes ?? 0) - limit;
	const members = [...tx.table(`task:${kernel}`).values()]
		.filter(task => (task.cgroup === group.path || task.cgroup.startsWith(`${group.path}/`)) && task.oomScoreAdjust !== -1000 && task.state !== 'zombie')
		.sort((a, b) => b.memoryBytes - a.memoryBytes);
	for (const task of members) {
		if (excess <= 0) {
			return;
		}

		countEvent(tx, kernel, task.cgroup, 'oomKill');
		control?.signal(task.id, 'KILL');
		excess -= task.memoryBytes;
	}
}

/** Simplified: memory of the kernel and of sockets is not modelled, and pages are all on the inactive lists. */
function memoryStat({context, group}: ControlView): string {
	const {currentBytes, fileBytes: file, shmemBytes: shmem} = group.memory;
	const anon = group.path === rootPath
		? [...context.tx.table(`task:${context.kernel}`).values()].reduce((sum, task) => sum + task.memoryBytes, 0)
		: Math.max(currentBytes - file, 0);
	return keyed({anon, file, kernel: 0, sock: 0, shmem, inactive_anon: anon + shmem, active_anon: 0, inactive_file: file - shmem, active_file: 0, unevictable: 0, pgfault: 0, pgmajfault: 0});
}

function memoryEvents({group}: ControlView): string {
	const {low, high, max, oom, oomKill, oomGroupKill} = group.memory.events;
	return keyed({low, high, max, oom, oom_kill: oomKill, oom_group_kill: oomGroupKill});
}

function writeReclaim(view: ControlView, text: string): void | Failure {
	const wanted = parseBytes(text);
	if (failed(wanted) || wanted === 'max') {
		return failure('EINVAL');
	}

	const {context: {tx, kernel}, group} = view;
	return reclaim(tx, kernel, group.path, wanted) < wanted ? failure('EAGAIN') : undefined;
}

function writeCpuMax(view: ControlView, text: string): void | Failure {
	const [first, second, ...more] = text.trim().split(/\s+/v);
	const periodUs = second === undefined ? view.group.cpu.periodUs : parseNumber(second, 1000, 1_000_000, 'EINVAL');
	// The least quota is 1 ms (min_cfs_quota_period), the periods go up to 1 s.
	const quotaUs = first === 'max' ? 'max' : parseNumber(first ?? '', 1000, Number.MAX_SAFE_INTEGER, 'EINVAL');
	if (failed(periodUs) || failed(quotaUs) || more.length > 0) {
		return failure('EINVAL');
	}

	change(view, {cpu: {...view.group.cpu, quotaUs, periodUs}});
}

function cpuStat({context, group}: ControlView): string {
	const usageUs = Math.floor(cpuUsageNs(context.tx, context.kernel, group.path) / 1000);
	const {periods, throttled, throttledNs} = group.cpu;
	const bandwidth = group.path === rootPath ? {} : {nr_periods: periods, nr_throttled: throttled, throttled_usec: Math.floor(throttledNs / 1000), nr_bursts: 0, burst_usec: 0};
	return keyed({usage_usec: usageUs, user_usec: usageUs, system_usec: 0, ...bandwidth});
}

function cpusetList(name: string, field: 'cpus' | 'mems'): ControlFile {
	return changeable(name, cpuset, ({group}) => `${group.cpuset[field]}\n`, (view, text) => {
		const count = field === 'cpus' ? getKernel(view.context.tx, view.context.kernel).cpuCount : 1;
		const members = parseList(text, count);
		return failed(members) ? members : change(view, {cpuset: {...view.group.cpuset, [field]: formatList(members)}});
	});
}

/** From weight (1 to 10000, 100 normal) to the nice value whose share comes nearest: cpu.weight.nice. */
const niceWeights = [
	88_761, 71_755, 56_483, 46_273, 36_291, 29_154, 23_254, 18_705, 14_949, 11_916, 9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277, 1024,
	820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
];

function niceOf(weight: number): number {
	const scaled = Math.round(weight * 1024 / 100);
	const distances = niceWeights.map(each => Math.abs(each - scaled));
	return distances.indexOf(Math.min(...distances)) - 20;
}

function writeWeight(view: ControlView, text: string): void | Failure {
	const weight = parseNumber(text, 1, 10_000);
	return failed(weight) ? weight : change(view, {cpu: {...view.group.cpu, weight}});
}

const throttleKeys = ['rbps', 'wbps', 'riops', 'wiops'] as const;

function writeIoMax(view: ControlView, text: string): void | Failure {
	const [device, ...words] = text.trim().split(/\s+/v);
	if (device === undefined || !/^\d+:\d+$/v.test(device)) {
		return failure('EINVAL');
	}

	let limits: Record<typeof throttleKeys[number], Limit> = {rbps: 'max', wbps: 'max', riops: 'max', wiops: 'max', ...view.group.io.max.get(device)};
	for (const word of words) {
		const [key, value = ''] = word.split('=');
		const field = throttleKeys.find(each => each === key);
		const limit = field === undefined ? failure('EINVAL') : parseLimit(value, 1, Number.MAX_SAFE_INTEGER);
		if (field === undefined || failed(limit)) {
			return failed(limit) ? limit : failure('EINVAL');
		}

		limits = {...limits, [field]: limit};
	}

	const max = new Map(view.group.io.max).set(device, limits);
	if (throttleKeys.every(key => limits[key] === 'max')) {
		max.delete(device);
	}

	change(view, {io: {...view.group.io, max}});
}

function showIoMax({group}: ControlView): string {
	return Array.from(group.io.max, ([device, limits]) => `${device} ${throttleKeys.map(key => `${key}=${limits[key]}`).join(' ')}\n`).join('');
}

function writeIoWeight(view: ControlView, text: string): void | Failure {
	const weight = parseNumber(text.trim().replace(/^default\s+/v, ''), 1, 10_000);
	return failed(weight) ? weight : change(view, {io: {...view.group.io, weight}});
}

export const memoryFiles: readonly ControlFile[] = [
	readable('memory.current', memory, ({group}) => `${group.memory.currentBytes}\n`),
	readable('memory.peak', memory, ({group}) => `${group.memory.peakBytes}\n`),
	memoryLimit('memory.min', 'min'),
	memoryLimit('memory.low', 'low'),
	memoryLimit('memory.high', 'high'),
	memoryLimit('memory.max', 'max'),
	readable('memory.events', memory, memoryEvents),
	readable('memory.stat', {controller: 'memory', onRoot: 'yes'}, memoryStat),
	changeable('memory.oom.group', memory, ({group}) => `${group.memory.oomGroup ? 1 : 0}\n`, (view, text) => {
		const value = parseNumber(text, 0, 1, 'EINVAL');
		return failed(value) ? value : change(view, {memory: {...view.group.memory, oomGroup: value === 1}});
	}),
	{name: 'memory.reclaim', controller: 'memory', onRoot: 'yes', mode: 0o200, write: writeReclaim},
	readable('memory.swap.current', memory, ({group}) => `${group.memory.swapBytes}\n`),
	memoryLimit('memory.swap.max', 'swapMax'),
];

export const cpuFiles: readonly ControlFile[] = [
	// cpu.stat is there even where the controller is off.
	readable('cpu.stat', {onRoot: 'yes'}, cpuStat),
	changeable('cpu.weight', cpu, ({group}) => `${group.cpu.weight}\n`, writeWeight),
	changeable('cpu.weight.nice', cpu, ({group}) => `${niceOf(group.cpu.weight)}\n`, (view, text) => {
		const nice = parseNumber(text, -20, 19);
		return failed(nice) ? nice : change(view, {cpu: {...view.group.cpu, weight: Math.max(Math.round(niceWeights[nice + 20]! * 100 / 1024), 1)}});
	}),
	changeable('cpu.max', cpu, ({group}) => `${group.cpu.quotaUs} ${group.cpu.periodUs}\n`, writeCpuMax),
];

export const cpusetFiles: readonly ControlFile[] = [
	cpusetList('cpuset.cpus', 'cpus'),
	readable('cpuset.cpus.effective', {controller: 'cpuset', onRoot: 'yes'}, ({context, group}) => `${formatList(effectiveCpuset(context.tx, context.kernel, group.path, 'cpus'))}\n`),
	cpusetList('cpuset.mems', 'mems'),
	readable('cpuset.mems.effective', {controller: 'cpuset', onRoot: 'yes'}, ({context, group}) => `${formatList(effectiveCpuset(context.tx, context.kernel, group.path, 'mems'))}\n`),
];

export const pidsFiles: readonly ControlFile[] = [
	readable('pids.current', pids, ({context, group}) => `${countTasks(context.tx, context.kernel, group.path)}\n`),
	changeable('pids.max', pids, ({group}) => `${group.pids.max}\n`, (view, text) => {
		const max = parseLimit(text, 0, maxPid);
		return failed(max) ? failure('EINVAL') : change(view, {pids: {...view.group.pids, max}});
	}),
	readable('pids.peak', pids, ({context, group}) => `${Math.max(group.pids.peak, countTasks(context.tx, context.kernel, group.path))}\n`),
	readable('pids.events', pids, ({group}) => keyed({max: group.pids.maxEvents})),
];

export const ioFiles: readonly ControlFile[] = [
	readable('io.stat', {controller: 'io', onRoot: 'yes'}, () => ''),
	changeable('io.weight', io, ({group}) => `default ${group.io.weight}\n`, writeIoWeight),
	changeable('io.max', io, showIoMax, writeIoMax),
];

