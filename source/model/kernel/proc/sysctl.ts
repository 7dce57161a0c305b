// /proc/sys: kernel parameters, by the dotted names of sysctl(8). Source: proc_sys(5); Linux Documentation/admin-guide/sysctl/.
//
// A parameter belongs to the kernel or to a namespace; one that is not in the table does not exist here. Numbers are checked as
// proc_dointvec_minmax does.

import {randomBytes} from '../../../base/random.js';
import {type ComputedDirectory, type ComputedEntry, directory, textFile, type View, writableFile} from '../computed-filesystem.js';
import {type Failure, failure} from '../errno.js';
import {rootPath} from '../cgroup/cgroup-schema.js';
import {reclaimFiles} from '../cgroup/page-cache.js';
import {listenBacklog, maxMounts, maxOpenFiles, maxPid, maxTasks} from '../limits.js';
import type {NamespaceKind} from '../program.js';
import type {NamespaceId} from '../schema.js';
import {kernelOf, readerOf} from './proc-view.js';

type Parameter = {
	/** Of which namespace of the reader it is; of the kernel otherwise. */
	readonly namespace?: NamespaceKind;
	readonly value: string;
	/** Bounds of a number; without them any text up to 64 bytes is taken. */
	readonly range?: readonly [number, number];
};

const flag = (value: 0 | 1): Parameter => ({value: String(value), range: [0, 1]});
const number = (value: number, least: number, most: number): Parameter => ({value: String(value), range: [least, most]});
const int32 = 2_147_483_647;

const parameters: Readonly<Record<string, Parameter>> = {
	'fs.file-max': number(9_223_372_036_854_775, 0, Number.MAX_SAFE_INTEGER),
	'fs.mount-max': number(maxMounts, 1, int32),
	'fs.nr_open': number(1_048_576, maxOpenFiles, int32),
	'fs.inotify.max_user_instances': number(128, 0, int32),
	'fs.inotify.max_user_watches': number(65_536, 0, int32),
	'fs.protected_hardlinks': flag(1),
	'fs.protected_symlinks': flag(1),
	'kernel.core_pattern': {value: 'core'},
	'kernel.dmesg_restrict': flag(0),
	'kernel.kptr_restrict': number(0, 0, 2),
	'kernel.msgmax': {...number(8192, 0, int32), namespace: 'ipc'},
	'kernel.panic': number(0, -int32, int32),
	'kernel.pid_max': number(maxPid, 301, 4_194_304),
	'kernel.printk': {value: '4\t4\t1\t7'},
	'kernel.randomize_va_space': number(2, 0, 2),
	'kernel.shmmax': {...number(Number.MAX_SAFE_INTEGER, 0, Number.MAX_SAFE_INTEGER), namespace: 'ipc'},
	'kernel.threads-max': number(maxTasks, 20, int32),
	'kernel.unprivileged_userns_clone': flag(1),
	'net.core.somaxconn': {...number(listenBacklog, 0, int32), namespace: 'net'},
	'net.ipv4.ip_local_port_range': {value: '32768\t60999', namespace: 'net'},
	'net.ipv4.ip_unprivileged_port_start': {...number(1024, 0, 65_535), namespace: 'net'},
	'net.ipv4.ping_group_range': {value: '1\t0', namespace: 'net'},
	'net.ipv4.tcp_syncookies': {...number(1, 0, 2), namespace: 'net'},
	'user.max_user_namespaces': number(63_303, 0, int32),
	'vm.dirty_background_ratio': number(10, 0, 100),
	'vm.dirty_ratio': number(20, 0, 100),
	'vm.drop_caches': number(0, 1, 4),
	'vm.max_map_count': number(65_530, 0, int32),
	'vm.min_free_kbytes': number(67_584, 0, int32),
	'vm.overcommit_memory': number(0, 0, 2),
	'vm.overcommit_ratio': number(50, 0, int32),
	'vm.panic_on_oom': number(0, 0, 2),
	'vm.swappiness': number(60, 0, 200),
	'vm.vfs_cache_pressure': number(100, 0, int32),
};

/** Where a value that was set is kept: under the name, and of a namespace with its number. */
function keyOf(view: View, name: string, {namespace}: Parameter): string {
	const id = namespace === undefined ? undefined : readerOf(view)?.namespaces[namespace];
	return id === undefined || id === kernelOf(view).initial[namespace!] ? name : `${name}@${id}`;
}

/** The value of a parameter for whoever reads; `undefined` if there is no such parameter. */
export function sysctl(view: View, name: string): string | undefined {
	const parameter = parameters[name];
	return parameter === undefined ? undefined : kernelOf(view).sysctl[keyOf(view, name, parameter)] ?? parameter.value;
}

function parameterFile(name: string, parameter: Parameter): ComputedEntry {
	return writableFile(view => `${sysctl(view, name) ?? ''}\n`, (view, text) => setParameter(view, name, parameter, text));
}

function setParameter(view: View, name: string, parameter: Parameter, text: string): void | Failure {
	const value = text.trim().replace(/[ \t]+/gv, '\t');
	const {range} = parameter;
	if (range === undefined ? value.length > 64 : !/^-?\d+$/v.test(value) || Number(value) < range[0] || Number(value) > range[1]) {
		return failure('EINVAL');
	}

	const kernel = kernelOf(view);
	if (name === 'vm.drop_caches' && Number(value) % 2 === 1) {
		reclaimFiles(view.context.tx, kernel.id, rootPath, Number.MAX_SAFE_INTEGER);
	}

	view.context.tx.put('kernel', kernel.id, {...kernel, sysctl: {...kernel.sysctl, [keyOf(view, name, parameter)]: value}});
}

/** A parameter that cannot be set: opening it for writing is refused, even to the superuser (fs/proc/proc_sysctl.c). */
function constantFile(read: (view: View) => string): ComputedEntry {
	return {...textFile(read), openReadOnly: 'EACCES'};
}

function utsOf(view: View): NamespaceId {
	return readerOf(view)?.namespaces.uts ?? kernelOf(view).initial.uts;
}

function hostnameFile(): ComputedEntry {
	return writableFile(view => `${view.context.tx.get('namespace', utsOf(view))?.hostname ?? '(none)'}\n`, (view, text) => {
		const namespace = view.context.tx.get('namespace', utsOf(view));
		if (namespace !== undefined) {
			view.context.tx.put('namespace', namespace.id, {...namespace, hostname: text.replace(/\n[\s\S]*$/v, '').slice(0, 64)});
		}
	});
}

/** A switch of the network namespace that packets are steered by. */
function networkSwitch(name: 'isForwarding' | 'bridgeCallsNetfilter'): ComputedEntry {
	const find = (view: View) => view.context.tx.get('net-namespace', readerOf(view)?.namespaces.net ?? kernelOf(view).initial.net);
	return writableFile(view => find(view)?.[name] === true ? '1\n' : '0\n', (view, text) => {
		const namespace = find(view);
		if (namespace === undefined || !/^\d+$/v.test(text.trim())) {
			return failure('EINVAL');
		}

		view.context.tx.put('net-namespace', namespace.id, {...namespace, [name]: Number(text) !== 0});
	});
}

/** A version 4 uuid from the kernel's random numbers. */
function uuid(bytes: Uint8Array): string {
	const fixed = Uint8Array.from(bytes);
	fixed[6] = (fixed[6]! & 0x0F) | 0x40;
	fixed[8] = (fixed[8]! & 0x3F) | 0x80;
	const hex = Array.from(fixed, byte => byte.toString(16).padStart(2, '0')).join('');
	return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The boot id is drawn at its first reading, and then kept with the parameters. */
function bootId(view: View): string {
	const kernel = kernelOf(view);
	const known = kernel.sysctl['kernel.random.boot_id'];
	if (known !== undefined) {
		return `${known}\n`;
	}

	const id = uuid(randomBytes(view.context.tx, 'boot-id', 16));
	view.context.tx.put('kernel', kernel.id, {...kernel, sysctl: {...kernel.sysctl, 'kernel.random.boot_id': id}});
	return `${id}\n`;
}

const special: Readonly<Record<string, ComputedEntry>> = {
	'kernel.hostname': hostnameFile(),
	'kernel.domainname': constantFile(() => '(none)\n'),
	'kernel.osrelease': constantFile(view => `${kernelOf(view).release}\n`),
	'kernel.ostype': constantFile(() => 'Linux\n'),
	'kernel.version': constantFile(view => `${kernelOf(view).version}\n`),
	'kernel.cap_last_cap': constantFile(() => '40\n'),
	'kernel.ngroups_max': constantFile(() => '65536\n'),
	'kernel.random.boot_id': constantFile(bootId),
	'kernel.random.uuid': constantFile(view => `${uuid(randomBytes(view.context.tx, 'uuid', 16))}\n`),
	'kernel.random.entropy_avail': constantFile(() => '256\n'),
	'kernel.random.poolsize': constantFile(() => '256\n'),
	'net.bridge.bridge-nf-call-iptables': networkSwitch('bridgeCallsNetfilter'),
	'net.ipv4.ip_forward': networkSwitch('isForwarding'),
};

/** The dotted names as directories. */
function buildTree(): ComputedDirectory {
	type Branch = Map<string, Branch | ComputedEntry>;
	const root: Branch = new Map();
	const all = {...special, ...Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, parameterFile(name, parameter)]))};
	for (const name of Object.keys(all).toSorted()) {
		const parts = name.split('.');
		let branch = root;
		for (const part of parts.slice(0, -1)) {
			const next = branch.get(part);
			const below: Branch = next instanceof Map ? next : new Map<string, Branch | ComputedEntry>();
			branch.set(part, below);
			branch = below;
		}

		branch.set(parts.at(-1)!, all[name]!);
	}

	const close = (branch: Branch): ComputedDirectory => directory(Object.fromEntries(Array.from(branch, ([name, entry]) => [name, entry instanceof Map ? close(entry) : entry])));
	return close(root);
}

export const sysctlEntries: ComputedDirectory = buildTree();
