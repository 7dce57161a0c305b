// The daemon at work: an engine with a process to act through, and what the daemon keeps in its memory rather than in its records: who
// is attached to which container, input that no one has read yet, how often a container has exited.
//
// Programs run for many actions, each with a transaction of its own; so `tx` and `access` are asked for anew at every use and must
// not be kept over a `yield`.

import {type Failure, failed} from '../kernel/errno.js';
import type {FsContext} from '../kernel/filesystem.js';
import type {KernelAccess} from '../kernel/kernel-access.js';
import type {Channel, Process, Wait, Wake} from '../kernel/program.js';
import type {NamespaceId, Place} from '../kernel/schema.js';
import {getTask} from '../kernel/tasks.js';
import type {Caller} from '../kernel/vfs.js';
import type {ContainerId} from './container-schema.js';
import {containerChannel, eventChannel} from './container-store.js';
import type {Engine, EngineTx} from './engine.js';

/** Work of a daemon's thread: may sleep. */
export type Work<T> = Generator<Wait, T, Wake>;

export type OutputStream = 'stdout' | 'stderr';

/** Somebody who wants what a container writes, from now on. */
export type Attachment = {
	readonly wants: ReadonlySet<OutputStream>;
	/** What was written and not taken yet. */
	queue: {readonly stream: OutputStream; readonly bytes: Uint8Array}[];
	queuedBytes: number;
	/** The container will write no more. */
	isEnded: boolean;
	readonly channel: Channel;
};

/** What the daemon remembers of one container while it exists or somebody still asks. */
export type Live = {
	readonly attachments: Set<Attachment>;
	/** Input for its first process. */
	input: Uint8Array[];
	isInputEnded: boolean;
	/** How often it has exited, and how the last time. */
	exits: number;
	lastExit: number;
	isRemoved: boolean;
	/** Exits of commands run in it, by task, for those who wait for them. */
	readonly execExits: Map<number, number>;
	/** Keeps the channels of attachments apart. */
	attached: number;
};

export type EngineMemory = {readonly live: Map<ContainerId, Live>; isStopping: boolean};

export function makeEngineMemory(): EngineMemory {
	return {live: new Map(), isStopping: false};
}

export type EngineHost = Engine & {
	readonly process: Process;
	readonly access: KernelAccess;
	readonly memory: EngineMemory;
};

/** The engine as a thread of its daemon sees it. */
export function engineHost(process: Process, memory: EngineMemory): EngineHost {
	return {
		process,
		memory,
		hasHostPath: path => !failed(process.sys.stat(path)),
		wakeEvents() {
			const {kernel, wake} = process.sys.kernel();
			wake(eventChannel(kernel));
		},
		get access() {
			return process.sys.kernel();
		},
		get tx() {
			return process.sys.kernel().tx as unknown as EngineTx;
		},
		get engine() {
			return process.sys.kernel().kernel;
		},
	};
}

export function liveOf({memory}: Pick<EngineHost, 'memory'>, id: ContainerId): Live {
	let live = memory.live.get(id);
	if (live === undefined) {
		live = {
			attachments: new Set(), input: [], isInputEnded: false, exits: 0, lastExit: 0, isRemoved: false, execExits: new Map(), attached: 0,
		};
		memory.live.set(id, live);
	}

	return live;
}

/** Tells everybody who waits for the container that something about it has changed. */
export function notifyContainer({access}: EngineHost, id: ContainerId): void {
	access.wake(containerChannel(id));
}

/** For work on filesystems that no task has mounted. */
export function fsContext({access}: EngineHost): FsContext {
	return {tx: access.tx, kernel: access.kernel, task: undefined, types: access.types};
}

/** The daemon looking up paths of its host. */
export function hostCaller({access}: EngineHost): Caller {
	return {context: {tx: access.tx, kernel: access.kernel, task: access.task, types: access.types}, task: getTask(access.tx, access.kernel, access.task)};
}

/** The daemon looking up paths in a container: its root and mounts, the daemon's rights. */
export function containerCaller(host: EngineHost, mounts: NamespaceId, root: Place): Caller {
	const caller = hostCaller(host);
	return {...caller, task: {...caller.task, namespaces: {...caller.task.namespaces, mnt: mounts}, root, cwd: root}};
}

/** Sleeps until one of the channels is woken, or until the moment; answers what ended the sleep. */
export function * sleepOn(channels: readonly Channel[], untilNs?: number): Work<Wake> {
	return yield untilNs === undefined ? {kind: 'sleep', channels} : {kind: 'sleep', channels, untilNs};
}

export type Refused = Failure;
