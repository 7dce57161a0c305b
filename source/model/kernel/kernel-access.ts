// What the daemons of the model (dockerd, libvirtd) use where real ones use ioctl, netlink and their own memory: the kernel's
// tables, and the making of processes that are not the daemon's own forks (a container's first process, for one).

import type {Writes} from '../../base/transaction.js';
import type {Failure} from './errno.js';
import type {Mode} from './file-types.js';
import type {FsContext} from './filesystem.js';
import type {Fd, Flavour, NamespaceKind, Process, Running} from './program.js';
import type {ResourceLimits} from './resource-limits.js';
import type {KernelEvent, KernelId, KernelSchema, NamespaceId, Place, Task, TaskId} from './schema.js';
import type {SignalName} from './signal.js';

export type KernelAccess = {
	/** The transaction of the current action. A daemon may use it with its own, wider schema. */
	readonly tx: Writes<KernelSchema, KernelEvent>;
	readonly kernel: KernelId;
	readonly task: TaskId;
	/** Makes a task that starts in given namespaces, root, cgroup and descriptors and runs `main` (which usually executes a file). */
	spawn(options: SpawnOptions, main: (process: Process) => Running): TaskId | Failure;
	/** Sends a signal to a task by its id in this kernel, whatever namespace it is in. */
	signal(task: TaskId, signal: SignalName): void | Failure;
	/** What processes of the same daemon have in common, made when it is first asked for. It outlives each of them. */
	shared<T extends object>(key: string, make: () => T): T;
	/** Counts what the caller did besides its steps towards the limit of the action (RunLoop.work). */
	work(units: number): void;
	/** Wakes everything that sleeps on a channel. */
	wake(channel: string): void;
	/** Freezes or thaws all tasks of a cgroup and those below it, as cgroup.freeze does. */
	setFrozen(cgroup: string, frozen: boolean): void;
	/** All registered filesystem types, for work on filesystems that are not mounted (layers). */
	readonly types: FsContext['types'];
	/** The open file (an id of the `file` table) that one of the caller's descriptors points to, for `SpawnOptions.files`. */
	fileOf(fd: Fd): number | undefined;
	/** A pseudo-terminal: descriptors of the caller for both sides, and the terminal's id for `SpawnOptions.terminal`. */
	makeTerminal(size: {readonly columns: number; readonly rows: number}): {readonly master: Fd; readonly slave: Fd; readonly terminal: number} | Failure;
	/** Gives the caller's terminal its file in the /dev/pts that the caller sees. */
	enterDevpts(): void | Failure;
	resizeTerminal(terminal: number, size: {readonly columns: number; readonly rows: number}): void;
};

/** What netlink(7) shows of a network namespace. */
export type NetworkAccess = {
	readonly tx: Writes<KernelSchema, KernelEvent>;
	readonly namespace: NamespaceId;
	/** Whether the caller has CAP_NET_ADMIN over it. */
	readonly mayChange: boolean;
	/** The namespace of an open file: /proc/PID/ns/net, or one that is bound to it. */
	namespaceOf(fd: Fd): NamespaceId | Failure;
};

export type SpawnOptions = {
	readonly name: string;
	readonly parent?: TaskId;
	readonly namespaces: Readonly<Record<NamespaceKind, NamespaceId>>;
	readonly root: Place;
	readonly cwd: Place;
	readonly cgroup: string;
	readonly uid: number;
	readonly gid: number;
	readonly groups: readonly number[];
	readonly capabilities: readonly string[];
	readonly noNewPrivileges?: boolean;
	readonly env: ReadonlyMap<string, string>;
	readonly umask?: Mode;
	/** Open files (ids of the `file` table) by descriptor; the task takes a reference to each. */
	readonly files: ReadonlyMap<number, number>;
	readonly terminal?: number;
	readonly flavour?: Flavour;
	readonly newSession?: boolean;
	readonly oomScoreAdjust?: number;
	readonly resourceLimits?: ResourceLimits;
	readonly seccomp?: Task['seccomp'];
	/** The task begins as a Go program, as runc is one, whose threads take pids before it executes anything else. */
	readonly startsAsGoProgram?: boolean;
};
