// The files of /proc about the kernel as a whole. Source: proc(5) and the pages it names; Linux fs/proc/.

import {nowNs, wallTime} from '../../../base/clock.js';
import {type ComputedEntry, directory, textFile, type View} from '../computed-filesystem.js';
import type {Task} from '../schema.js';
import {allTasks} from '../tasks.js';
import {memoryOf} from './memory.js';
import {modules} from './modules.js';
import {isIntel, kernelOf, shownPid, sizeLine, ticks} from './proc-view.js';
import {sysctlEntries} from './sysctl.js';

/** Simplified: the features that virtualization asks for, and those that every processor of the last fifteen years has. */
const cpuFlags = 'fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ht syscall nx rdtscp lm constant_tsc rep_good nopl cpuid pni pclmulqdq ssse3 cx16 sse4_1 sse4_2 x2apic popcnt aes xsave avx';

function cpuinfo(view: View): string {
	const {cpuCount, cpuModel, cpuMhz, owner} = kernelOf(view);
	// On a host the processor offers its extension for guests; in a guest it says that there is a hypervisor.
	const flags = `${cpuFlags} ${owner.startsWith('vm:') ? 'hypervisor' : (isIntel(cpuModel) ? 'vmx ept vpid' : 'svm npt')}`;
	return Array.from({length: cpuCount}, (_, index) => [
		`processor\t: ${index}`,
		`vendor_id\t: ${isIntel(cpuModel) ? 'GenuineIntel' : 'AuthenticAMD'}`,
		`model name\t: ${cpuModel}`,
		`cpu MHz\t\t: ${cpuMhz.toFixed(3)}`,
		'physical id\t: 0',
		`siblings\t: ${cpuCount}`,
		`core id\t\t: ${index}`,
		`cpu cores\t: ${cpuCount}`,
		`apicid\t\t: ${index}`,
		'fpu\t\t: yes',
		`flags\t\t: ${flags}`,
		`bogomips\t: ${(cpuMhz * 2).toFixed(2)}`,
		'address sizes\t: 46 bits physical, 48 bits virtual',
		'power management:',
		'',
		'',
	].join('\n')).join('');
}

function meminfo(view: View): string {
	const memory = memoryOf(view.context.tx, view.context.kernel);
	const {memoryBytes, swapBytes} = kernelOf(view);
	const rows: ReadonlyArray<readonly [string, number]> = [
		['MemTotal', memoryBytes],
		['MemFree', memory.freeBytes],
		['MemAvailable', memory.availableBytes],
		['Buffers', 0],
		['Cached', memory.cachedBytes],
		['SwapCached', 0],
		['Active', memory.anonymousBytes],
		['Inactive', memory.cachedBytes],
		['SwapTotal', swapBytes],
		['SwapFree', swapBytes - memory.swappedBytes],
		['Dirty', 0],
		['Writeback', 0],
		['AnonPages', memory.anonymousBytes],
		['Mapped', 0],
		['Shmem', memory.cachedBytes - memory.reclaimableBytes],
		['Slab', memory.kernelBytes],
		['CommitLimit', Math.floor(memoryBytes / 2) + swapBytes],
		['Committed_AS', memory.anonymousBytes],
	];
	return `${rows.map(([name, bytes]) => sizeLine(name, bytes)).join('')}HugePages_Total:       0\nHugePages_Free:        0\nHugePages_Rsvd:        0\nHugePages_Surp:        0\nHugepagesize:       2048 kB\n`;
}

function runningTasks(view: View): readonly Task[] {
	return [...allTasks(view.context.tx, view.context.kernel)];
}

function idleNs(view: View): number {
	const {cpuCount, bootNs} = kernelOf(view);
	return Math.max((nowNs(view.context.tx) - bootNs) * cpuCount - busyNs(view), 0);
}

/** Simplified: the processor time of the tasks that still exist; Linux counts that of ended ones too. */
function busyNs(view: View): number {
	return runningTasks(view).reduce((sum, task) => sum + task.cpuNs, 0);
}

function stat(view: View): string {
	const {cpuCount, bootNs} = kernelOf(view);
	const tasks = runningTasks(view);
	const line = (name: string, busy: number, idle: number) => `${name} ${ticks(busy)} 0 0 ${ticks(idle)} 0 0 0 0 0 0\n`;
	const busy = busyNs(view);
	const idle = idleNs(view);
	return [
		line('cpu ', busy, idle),
		...Array.from({length: cpuCount}, (_, index) => line(`cpu${index}`, Math.floor(busy / cpuCount), Math.floor(idle / cpuCount))),
		`btime ${wallTime(view.context.tx, bootNs).seconds}\n`,
		`processes ${Math.max(...tasks.map(task => task.id), 0)}\n`,
		`procs_running ${tasks.filter(task => task.state === 'runnable').length}\n`,
		'procs_blocked 0\n',
	].join('');
}

function hundredths(ns: number): string {
	const value = Math.floor(ns / 1e7);
	return `${Math.floor(value / 100)}.${String(value % 100).padStart(2, '0')}`;
}

/** Simplified: the average is the number of tasks that can run now, for all three spans; Linux lets it decay over minutes. */
function loadavg(view: View): string {
	const tasks = runningTasks(view);
	const runnable = tasks.filter(task => task.state === 'runnable').length;
	// The reader itself runs while it reads, but was not in the average before.
	const average = `${Math.max(runnable - 1, 0)}.00`;
	const last = Math.max(...tasks.map(task => shownPid(view, task)), 0);
	return `${average} ${average} ${average} ${runnable}/${tasks.length} ${last}\n`;
}

function filesystems(view: View): string {
	return Array.from(view.context.types.values(), ({name, isVirtual}) => `${isVirtual ? 'nodev' : ''}\t${name}\n`).join('');
}

/** Simplified: device numbers of the drivers that the model has devices of. */
const devices = `Character devices:
  1 mem
  5 /dev/tty
  5 /dev/console
  5 /dev/ptmx
 10 misc
136 pts

Block devices:
  7 loop
252 device-mapper
253 virtblk
`;

export const kernelEntries: Readonly<Record<string, ComputedEntry>> = {
	cmdline: textFile(view => `BOOT_IMAGE=/boot/vmlinuz-${kernelOf(view).release} root=/dev/vda1 ro quiet\n`),
	cpuinfo: textFile(cpuinfo),
	devices: textFile(() => devices),
	filesystems: textFile(filesystems),
	loadavg: textFile(loadavg),
	meminfo: textFile(meminfo),
	modules: textFile(modules),
	partitions: textFile(() => 'major minor  #blocks  name\n\n'),
	stat: textFile(stat),
	swaps: textFile(() => 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n'),
	sys: sysctlEntries,
	uptime: textFile(view => `${hundredths(nowNs(view.context.tx) - kernelOf(view).bootNs)} ${hundredths(idleNs(view))}\n`),
	version: textFile(view => `Linux version ${kernelOf(view).release} (build@virtlab) ${kernelOf(view).version}\n`),
	// Empty directories that software looks into and container runtimes cover.
	acpi: directory({}),
	bus: directory({}),
	fs: directory({}),
	irq: directory({}),
};
