// sysfs: devices and settings as files, computed from the kernel's tables. /sys/class/net shows the network namespace of the reader.
// Source: sysfs(5); Linux Documentation/ABI/.
//
// Simplified: /sys/class/net has the links themselves where Linux has symbolic links into /sys/devices. One NUMA node.

import {
	type ComputedEntry, computedFileSystem, directory, type Family, textFile, type View, writableFile,
} from '../computed-filesystem.js';
import {type Failure, failure} from '../errno.js';
import type {Link} from '../../network/network-schema.js';
import {memoryOf} from '../proc/memory.js';
import {kernelOf, kib, readerOf} from '../proc/proc-view.js';
import {cpuList} from '../proc/task-entries.js';

/** A setting that is kept with the kernel's parameters, under its path in /sys. */
function setting(path: string, value: string, check: (text: string) => boolean): ComputedEntry {
	const key = `/sys/${path}`;
	return writableFile(view => `${kernelOf(view).sysctl[key] ?? value}\n`, (view, text) => {
		const word = text.trim();
		return check(word) ? keep(view, key, word) : failure('EINVAL');
	});
}

function keep(view: View, key: string, value: string): void {
	const kernel = kernelOf(view);
	view.context.tx.put('kernel', kernel.id, {...kernel, sysctl: {...kernel.sysctl, [key]: value}});
}

/** One of several words, shown as `always [madvise] never`. */
function choice(path: string, words: readonly string[], value: string): ComputedEntry {
	const key = `/sys/${path}`;
	return writableFile(view => {
		const chosen = kernelOf(view).sysctl[key] ?? value;
		return `${words.map(word => word === chosen ? `[${word}]` : word).join(' ')}\n`;
	}, (view, text): void | Failure => words.includes(text.trim()) ? keep(view, key, text.trim()) : failure('EINVAL'));
}

const isNumber = (text: string): boolean => /^\d+$/v.test(text);
const isFlag = (text: string): boolean => text === '0' || text === '1';

/**
 * What kernel same-page merging has found. The memory model of a hypervisor reports its counts under these names in the kernel's
 * parameters (`/sys/kernel/mm/ksm/pages_sharing`); until it does they are 0.
 */
function ksmCount(name: string): ComputedEntry {
	return textFile(view => `${kernelOf(view).sysctl[`/sys/kernel/mm/ksm/${name}`] ?? '0'}\n`);
}

const ksm = directory({
	full_scans: ksmCount('full_scans'),
	max_page_sharing: setting('kernel/mm/ksm/max_page_sharing', '256', text => isNumber(text) && Number(text) >= 2),
	merge_across_nodes: setting('kernel/mm/ksm/merge_across_nodes', '1', isFlag),
	pages_shared: ksmCount('pages_shared'),
	pages_sharing: ksmCount('pages_sharing'),
	pages_to_scan: setting('kernel/mm/ksm/pages_to_scan', '100', isNumber),
	pages_unshared: ksmCount('pages_unshared'),
	pages_volatile: ksmCount('pages_volatile'),
	run: setting('kernel/mm/ksm/run', '0', text => ['0', '1', '2'].includes(text)),
	sleep_millisecs: setting('kernel/mm/ksm/sleep_millisecs', '20', isNumber),
	use_zero_pages: setting('kernel/mm/ksm/use_zero_pages', '0', isFlag),
});

const transparentHugepage = directory({
	defrag: choice('kernel/mm/transparent_hugepage/defrag', ['always', 'defer', 'defer+madvise', 'madvise', 'never'], 'madvise'),
	enabled: choice('kernel/mm/transparent_hugepage/enabled', ['always', 'madvise', 'never'], 'always'),
	hpage_pmd_size: textFile(() => '2097152\n'),
	shmem_enabled: choice('kernel/mm/transparent_hugepage/shmem_enabled', ['always', 'within_size', 'advise', 'never', 'deny', 'force'], 'never'),
	use_zero_page: setting('kernel/mm/transparent_hugepage/use_zero_page', '1', isFlag),
});

/** Members with numbered names: cpu0, cpu1, ... */
function numbered(prefix: string, count: (view: View) => number, entry: ComputedEntry): Family {
	return {
		*members(view) {
			for (let key = 0; key < count(view); key++) {
				yield {name: `${prefix}${key}`, key};
			}
		},
		find(view, name) {
			const digits = name.startsWith(prefix) ? name.slice(prefix.length) : '';
			return /^(?:0|[1-9]\d{0,4})$/v.test(digits) && Number(digits) < count(view) ? Number(digits) : undefined;
		},
		nameOf: (_view, key) => `${prefix}${key}`,
		entry,
	};
}

const cpuCount = (view: View): number => kernelOf(view).cpuCount;
const ownNumber = (view: View): number => view.keys.at(-1)!;
const allCpus = (view: View): string => `${cpuList(cpuCount(view))}\n`;
const mask = (numbers: readonly number[]): string => `${numbers.reduce((sum, each) => sum + 2n ** BigInt(each), 0n).toString(16)}\n`;

/** Simplified: one socket whose cores have one thread each. */
const topology = directory({
	core_id: textFile(view => `${ownNumber(view)}\n`),
	core_siblings_list: textFile(allCpus),
	physical_package_id: textFile(() => '0\n'),
	thread_siblings: textFile(view => mask([ownNumber(view)])),
	thread_siblings_list: textFile(view => `${ownNumber(view)}\n`),
});

const cpus = directory({
	isolated: textFile(() => '\n'),
	kernel_max: textFile(() => '8191\n'),
	offline: textFile(() => '\n'),
	online: textFile(allCpus),
	possible: textFile(allCpus),
	present: textFile(allCpus),
}, {family: numbered('cpu', cpuCount, directory({topology}))});

function nodeMeminfo(view: View): string {
	const memory = memoryOf(view.context.tx, view.context.kernel);
	const {memoryBytes} = kernelOf(view);
	const line = (name: string, bytes: number) => `Node 0 ${`${name}:`.padEnd(16)}${String(kib(bytes)).padStart(8)} kB\n`;
	return [line('MemTotal', memoryBytes), line('MemFree', memory.freeBytes), line('MemUsed', memoryBytes - memory.freeBytes), line('AnonPages', memory.anonymousBytes), line('FilePages', memory.cachedBytes)].join('');
}

const nodes = directory({
	has_cpu: textFile(() => '0\n'),
	has_memory: textFile(() => '0\n'),
	online: textFile(() => '0\n'),
	possible: textFile(() => '0\n'),
}, {family: numbered('node', () => 1, directory({
	cpulist: textFile(allCpus),
	cpumap: textFile(view => mask(Array.from({length: cpuCount(view)}, (_, index) => index))),
	distance: textFile(() => '10\n'),
	meminfo: textFile(nodeMeminfo),
}))});

function links(view: View): readonly Link[] {
	const namespace = readerOf(view)?.namespaces.net ?? kernelOf(view).initial.net;
	return [...view.context.tx.table(`link:${namespace}`).values()];
}

function linkFile(show: (link: Link) => string | number): ComputedEntry {
	return textFile(view => {
		const link = links(view).find(({index}) => index === ownNumber(view));
		return link === undefined ? failure('ENODEV') : `${show(link)}\n`;
	});
}

/** IFF_UP, IFF_BROADCAST, IFF_LOOPBACK, IFF_MULTICAST of include/uapi/linux/if.h. */
function linkFlags({kind, isUp}: Link): string {
	const flags = (isUp ? 0x1 : 0) + (kind === 'loopback' ? 0x8 : 0x1002);
	return `0x${flags.toString(16)}`;
}

const net: Family = {
	members: view => links(view).map(({index, name}) => ({name, key: index})),
	find: (view, name) => links(view).find(link => link.name === name)?.index,
	nameOf: (view, key) => links(view).find(({index}) => index === key)?.name ?? '',
	entry: directory({
		address: linkFile(({mac}) => mac),
		carrier: linkFile(({isUp}) => isUp ? 1 : 0),
		flags: linkFile(linkFlags),
		ifindex: linkFile(({index}) => index),
		iflink: linkFile(({index, peer}) => peer?.index ?? index),
		mtu: linkFile(({mtu}) => mtu),
		operstate: linkFile(({kind, isUp}) => kind === 'loopback' ? 'unknown' : (isUp ? 'up' : 'down')),
		statistics: directory({
			rx_bytes: linkFile(({receivedBytes}) => receivedBytes),
			rx_packets: linkFile(({receivedPackets}) => receivedPackets),
			tx_bytes: linkFile(({sentBytes}) => sentBytes),
			tx_packets: linkFile(({sentPackets}) => sentPackets),
		}),
		// ARPHRD_LOOPBACK and ARPHRD_ETHER.
		type: linkFile(({kind}) => kind === 'loopback' ? 772 : 1),
	}),
};

export const sysfs = computedFileSystem({
	name: 'sysfs',
	fileSizeBytes: 4096,
	root: directory({
		// Simplified: block devices come with the storage model; none is listed yet.
		block: directory({}),
		class: directory({net: directory({}, {family: net})}),
		devices: directory({system: directory({cpu: cpus, node: nodes})}),
		firmware: directory({}),
		fs: directory({cgroup: directory({})}),
		kernel: directory({mm: directory({ksm, transparent_hugepage: transparentHugepage})}),
		module: directory({}),
	}),
	owner: () => ({uid: 0, gid: 0}),
	refusals: {create: 'EACCES', mkdir: 'EPERM', openReadOnly: 'EACCES'},
});
