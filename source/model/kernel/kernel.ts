// A kernel that boots: its namespaces, its root filesystem and the virtual ones, and its first task.

import {BrokenInvariant, must} from '../../base/assert.js';
import {nowNs} from '../../base/clock.js';
import type {Transaction} from '../../base/transaction.js';
import {setUp} from '../network/link.js';
import {allCapabilities} from './capabilities.js';
import {cgroupAccounting} from './cgroup/accounting.js';
import {takeNumber} from './counter.js';
import {failed} from './errno.js';
import {deliverSignals, programEnded} from './exit.js';
import type {FsId} from './file-types.js';
import type {FileSystemType} from './filesystem.js';
import {spawn} from './fork.js';
import type {SpawnOptions} from './kernel-access.js';
import {attachMount, rootMount} from './mount-tree.js';
import {makeNamespace, namespaceKinds} from './namespaces.js';
import {mountOverlay} from './overlay/mount-overlay.js';
import type {NamespaceKind, Process, ProgramTable, Running} from './program.js';
import {RunLoop} from './run-loop.js';
import type {Kernel, KernelEvent, KernelId, KernelSchema, NamespaceId, Place, TaskId} from './schema.js';
import {postSignal} from './signal-delivery.js';
import {makeProcess} from './system-calls.js';

/** A run loop whose tasks live by the rules of this folder. */
export function makeRunLoop(options: {readonly programs: ProgramTable; readonly types: ReadonlyMap<string, FileSystemType>}): RunLoop {
	const loop = new RunLoop(options);
	loop.accounting = cgroupAccounting;
	loop.mountable.set('overlay', mountOverlay);
	loop.hooks = {
		deliver: (kernel, task) => deliverSignals(loop, kernel, task),
		ended(kernel, task, status) {
			programEnded(loop, kernel, task, status);
		},
		overCpuLimit(kernel, task, limit) {
			postSignal(loop, kernel, task, limit === 'hard' ? 'KILL' : 'XCPU');
		},
		timer() {},
	};
	return loop;
}

export type BootOptions = Pick<Kernel, 'owner' | 'release' | 'version' | 'cpuCount' | 'cpuModel' | 'cpuMhz' | 'memoryBytes' | 'swapBytes'> & {
	readonly hostname: string;
	readonly sysctl?: Readonly<Record<string, string>>;
	/** The root filesystem, with /proc, /sys, /dev and /run in it to mount on. */
	readonly root: FsId;
	readonly rootNode: number;
	readonly rootSource: string;
};

/** Makes a kernel with its first namespaces and its root mount; nothing runs on it yet. */
export function bootKernel(tx: Transaction<KernelSchema, KernelEvent>, options: BootOptions): KernelId {
	const id = takeNumber(tx, 'kernel');
	const {hostname, root, rootNode, rootSource, sysctl, ...machine} = options;
	const initial = makeInitialNamespaces(tx, id, hostname);
	tx.put('kernel', id, {...machine, id, machine: 'x86_64', bootNs: nowNs(tx), nextPid: 1, initial, sysctl: sysctl ?? {}});
	attachMount(tx, initial.mnt, {
		parent: undefined, fs: root, root: rootNode, mountpoint: undefined, source: rootSource, type: must(tx.get('filesystem', root), 'bootKernel: no root').type, flags: ['relatime'], fsOptions: ['errors=remount-ro'], peerGroup: takeNumber(tx, 'peer'),
	});
	setUp(tx, initial.net, 1, true);
	return id;
}

function makeInitialNamespaces(tx: Transaction<KernelSchema, KernelEvent>, kernel: KernelId, hostname: string): Readonly<Record<NamespaceKind, NamespaceId>> {
	const user = makeNamespace(tx, {kind: 'user', kernel, owner: 0});
	tx.put('namespace', user, {...must(tx.get('namespace', user), 'bootKernel: user'), uidMap: [{inside: 0, outside: 0, count: 4_294_967_295}], gidMap: [{inside: 0, outside: 0, count: 4_294_967_295}]});
	const initial: Partial<Record<NamespaceKind, NamespaceId>> = {user};
	for (const kind of namespaceKinds) {
		if (kind !== 'user') {
			initial[kind] = makeNamespace(tx, {kind, kernel, owner: user, hostname: kind === 'uts' ? hostname : ''});
		}
	}

	return initial as Record<NamespaceKind, NamespaceId>;
}

function rootPlace(tx: Transaction<KernelSchema, KernelEvent>, kernel: KernelId): Place {
	const {initial} = must(tx.get('kernel', kernel), 'rootPlace: no kernel');
	const mount = must(rootMount(tx, initial.mnt), `rootPlace: kernel ${kernel} has no root mount`);
	return {mount: mount.id, node: mount.root};
}

/** Starts a task in the initial namespaces; the first one of a kernel is its init, pid 1. */
export function startTask(loop: RunLoop, kernel: KernelId, options: Partial<SpawnOptions> & Pick<SpawnOptions, 'name'>, main: (process: Process) => Running): TaskId {
	const {tx} = loop;
	const {initial} = must(tx.get('kernel', kernel), 'startTask: no kernel');
	const place = rootPlace(tx, kernel);
	const task = spawn(loop, kernel, 1, {
		namespaces: initial, root: place, cwd: place, cgroup: '/', uid: 0, gid: 0, groups: [0], capabilities: allCapabilities, env: new Map([['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']]), files: new Map(), ...options,
	}, main, made => makeProcess(loop, made));
	if (failed(task)) {
		throw new BrokenInvariant(`startTask: ${task.errno}`);
	}

	return task;
}
