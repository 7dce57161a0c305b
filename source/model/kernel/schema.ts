// The kernel's tables. A world may run several kernels (hosts, and virtual machines with kernels of their own); tasks and mounts
// are cut by their owner, so that an action copies only what belongs to the kernel it ran on.

import type {ClockSchema, Nanoseconds} from '../../base/clock.js';
import type {RandomSchema} from '../../base/random.js';
import type {TraceEvent} from '../../base/transaction.js';
import type {NetworkEvent, Way} from '../network/flow.js';
import type {NetworkSchema} from '../network/network-schema.js';
import type {CgroupSchema} from './cgroup/cgroup-schema.js';
import type {FileContent} from './file-content.js';
import type {DeviceNumber, FileTimeUs, FileType, FsId, Mode, NodeId} from './file-types.js';
import type {FileSystem} from './filesystem.js';
import type {OverlaySchema} from './overlay/overlay-schema.js';
import type {ChildStatus, Flavour, NamespaceKind, SocketAddress, Wait} from './program.js';
import type {ResourceLimits} from './resource-limits.js';
import type {SignalName} from './signal.js';

export type KernelId = number;
/** A task's id in its kernel: its pid as the initial pid namespace shows it. */
export type TaskId = number;
/** The inode number that /proc/PID/ns shows: unique in the world. */
export type NamespaceId = number;

export type Kernel = {
	readonly id: KernelId;
	/** `host:NAME` or `vm:NAME`: whose kernel it is. */
	readonly owner: string;
	readonly release: string;
	readonly version: string;
	readonly machine: string;
	readonly bootNs: Nanoseconds;
	readonly cpuCount: number;
	readonly cpuModel: string;
	readonly cpuMhz: number;
	readonly memoryBytes: number;
	readonly swapBytes: number;
	readonly nextPid: number;
	/** Namespaces that the first task lives in. */
	readonly initial: Readonly<Record<NamespaceKind, NamespaceId>>;
	/** Kernel parameters under /proc/sys that are one for the whole kernel, by their dotted names. */
	readonly sysctl: Readonly<Record<string, string>>;
};

export type Namespace = {
	readonly id: NamespaceId;
	readonly kind: NamespaceKind;
	readonly kernel: KernelId;
	/** The user namespace that owns it; 0 for the initial one. */
	readonly owner: NamespaceId;
	/** Of pid and user namespaces. */
	readonly parent: NamespaceId | undefined;
	/** uts: the host name; others: empty. */
	readonly hostname: string;
	/** Of pid namespaces: the next pid, and the pid 1 whose death ends the namespace. */
	readonly nextPid: number;
	readonly init: TaskId | undefined;
	/** Of cgroup namespaces: the path of its root. */
	readonly cgroupRoot: string;
	/** Of user namespaces: uid_map and gid_map; `outside` are ids of the initial namespace. */
	readonly uidMap: readonly IdRange[];
	readonly gidMap: readonly IdRange[];
	/** Made by clone or unshare: it ends when nothing uses it any more. */
	readonly isCounted?: boolean;
	/** Of user namespaces: the user who made it. */
	readonly creator?: number;
	/** Of user namespaces: "deny" was written to /proc/PID/setgroups. */
	readonly setgroupsDenied?: boolean;
};

export type IdRange = {readonly inside: number; readonly outside: number; readonly count: number};

/** Where a path lookup stands: a mount and a node of its filesystem. */
export type Place = {readonly mount: number; readonly node: NodeId};

export type Mount = {
	readonly id: number;
	readonly parent: number | undefined;
	readonly fs: FsId;
	/** The node of `fs` that the mount shows at its mount point: not the root for bind mounts. */
	readonly root: NodeId;
	/** The node of the parent mount's filesystem that it covers. */
	readonly mountpoint: NodeId | undefined;
	readonly source: string;
	readonly type: string;
	readonly flags: readonly string[];
	/** As /proc/mounts shows them after the flags. */
	readonly fsOptions: readonly string[];
	/** The group of mounts with which it shares what is mounted and unmounted below; 0 unless shared. */
	readonly peerGroup: number;
	/** The peer group from which it takes what is mounted and unmounted below; 0 unless a slave. */
	readonly master: number;
	readonly isUnbindable: boolean;
	/** Came from a mount namespace with more rights: cannot be unmounted by itself, nor lose its restrictions. */
	readonly isLocked: boolean;
};

export type Descriptor = {readonly file: number; readonly closeOnExec: boolean};

export type TaskState = 'runnable' | 'sleeping' | 'stopped' | 'zombie' | 'frozen';

export type Task = {
	readonly id: TaskId;
	readonly kernel: KernelId;
	readonly parent: TaskId;
	/** Pids from the task's own pid namespace outwards to the initial one. */
	readonly pids: readonly {readonly namespace: NamespaceId; readonly pid: number}[];
	readonly group: TaskId;
	readonly session: TaskId;
	readonly terminal: number | undefined;
	readonly state: TaskState;
	/** What a sleeping task waits for. */
	readonly wait: Wait | undefined;
	readonly isThread: boolean;
	/** /proc/PID/comm, at most 15 bytes. */
	readonly name: string;
	readonly argv: readonly string[];
	readonly env: readonly string[];
	readonly executable: string;
	/** The program's name in the program table; undefined for kernel threads. */
	readonly program: string | undefined;
	readonly flavour: Flavour;
	readonly uid: number;
	readonly gid: number;
	readonly groups: readonly number[];
	/** The effective and permitted set. */
	readonly capabilities: readonly string[];
	/** What executing a file can give at most, and what other users than root keep over it. */
	readonly bounding: readonly string[];
	readonly ambient: readonly string[];
	readonly noNewPrivileges: boolean;
	readonly namespaces: Readonly<Record<NamespaceKind, NamespaceId>>;
	/** The pid namespace that children are born into (unshare and setns change it for children only). */
	readonly childPidNamespace: NamespaceId;
	readonly root: Place;
	readonly cwd: Place;
	readonly umask: Mode;
	readonly descriptors: ReadonlyMap<number, Descriptor>;
	readonly cgroup: string;
	readonly pendingSignals: readonly SignalName[];
	readonly caughtSignals: readonly SignalName[];
	readonly dispositions: Readonly<Partial<Record<SignalName, 'ignore' | 'catch'>>>;
	/** Sent when the parent ends. */
	readonly parentDeathSignal?: SignalName | undefined;
	/** Changes of state that the parent has not waited for yet. */
	readonly status: ChildStatus | undefined;
	readonly startNs: Nanoseconds;
	readonly cpuNs: Nanoseconds;
	readonly memoryBytes: number;
	readonly oomScoreAdjust: number;
	readonly resourceLimits: ResourceLimits;
	/** The filter for system calls, kept by children and execve; undefined for none. */
	readonly seccomp: undefined | {readonly refusesUserNamespaces: boolean};
};

/** An open file description: what descriptors of one or several tasks point to. */
export type OpenFile = {
	readonly id: number;
	readonly references: number;
	readonly what:
		| {readonly kind: 'node'; readonly fs: FsId; readonly node: NodeId; readonly mount: number; readonly offset: number}
		| {
			readonly kind: 'pipe';
			readonly pipe: number;
			readonly end: PipeEnd;
			/** Of a named pipe: how often its other end had been opened when this one was. While that is so, nobody has come yet. */
			readonly awaits?: number;
		}
		| {readonly kind: 'socket'; readonly socket: number}
		| {readonly kind: 'terminal'; readonly terminal: number}
		/** The program's side of a pseudo-terminal. */
		| {readonly kind: 'master'; readonly terminal: number}
		/** A character device with behaviour of its own: null, zero, full, random, urandom. */
		| {readonly kind: 'device'; readonly device: DeviceNumber}
		/** Where the session reads and writes when there is no terminal: standard output and error of line mode. */
		| {readonly kind: 'sink'; readonly stream: 'stdout' | 'stderr'};
	readonly canRead: boolean;
	readonly canWrite: boolean;
	readonly append: boolean;
	/** The path it was opened by, for /proc/PID/fd. */
	readonly path: string;
};

/** Which ends of a pipe an open file has; a named pipe can be opened for both. */
export type PipeEnd = 'read' | 'write' | 'both';

export type Pipe = {
	readonly id: number;
	readonly chunks: readonly Uint8Array[];
	readonly sizeBytes: number;
	readonly readers: number;
	readonly writers: number;
	/** Of a named pipe: its key in the `fifo` table, and how often its ends were opened. */
	readonly fifo?: {readonly key: string; readonly reads: number; readonly writes: number};
};

export type Terminal = {
	readonly id: number;
	/** Shown by tty(1): `/dev/pts/0`. */
	readonly path: string;
	readonly columns: number;
	readonly rows: number;
	readonly raw: boolean;
	/** What can be read: complete lines, or single bytes in raw mode. An empty chunk is Ctrl-D: the end of the file. */
	readonly input: readonly Uint8Array[];
	/** The line being typed, in cooked mode. */
	readonly editing: Uint8Array;
	readonly foreground: TaskId | undefined;
	readonly session: TaskId | undefined;
	/** Whether a program holds the other side (a pseudo-terminal), or the learner does, whose output the session shows. */
	readonly isPseudo: boolean;
	/** The other side was closed: reads end, writes fail with EIO. */
	readonly hungUp: boolean;
	/** Output not read from the master yet; always empty for the learner's own. */
	readonly output: readonly Uint8Array[];
	/** Its file, once an instance of devpts shows it. */
	readonly devpts: {readonly fs: FsId; readonly node: NodeId; readonly name: string} | undefined;
};

export type Inode = {
	readonly node: NodeId;
	readonly type: FileType;
	readonly mode: Mode;
	readonly nlink: number;
	readonly uid: number;
	readonly gid: number;
	readonly rdev: DeviceNumber;
	readonly atimeUs: FileTimeUs;
	readonly mtimeUs: FileTimeUs;
	readonly ctimeUs: FileTimeUs;
	/** Of regular files. */
	readonly content: FileContent;
	/** Of directories, in order of creation. */
	readonly entries: ReadonlyMap<string, {readonly node: NodeId; readonly type: FileType}>;
	readonly parent: NodeId;
	/** Of symbolic links. */
	readonly target: string;
	readonly xattrs: ReadonlyMap<string, Uint8Array>;
	/** Open files that keep it alive after its last link is gone. */
	readonly opens: number;
};

/** A stream socket, connected to its peer or waiting for connections. */
export type Socket = {
	readonly id: number;
	readonly family: 'unix' | 'inet';
	readonly state: 'new' | 'bound' | 'listening' | 'connected' | 'closed';
	/** Network namespace it was made in. */
	readonly namespace: NamespaceId;
	readonly local: SocketAddress | undefined;
	readonly remote: SocketAddress | undefined;
	readonly listenerKey: string | undefined;
	readonly peer: number | undefined;
	/** Links and rules that what is sent passes, for their counters; empty for unix sockets. */
	readonly way: Way;
	readonly received: readonly Uint8Array[];
	readonly receivedBytes: number;
	/** The peer will send no more. */
	readonly endOfStream: boolean;
	/** Of listening sockets: connected sockets that wait for accept. */
	readonly backlog: readonly number[];
	readonly kernel: KernelId;
};

/** Numbers that only grow: the next ids of namespaces, files, pipes, mounts, ... */
export type Counter = {readonly next: number};

export type KernelSchema = ClockSchema & RandomSchema & NetworkSchema & OverlaySchema & CgroupSchema & {
	kernel: Kernel;
	counter: Counter;
	namespace: Namespace;
	filesystem: FileSystem;
	file: OpenFile;
	pipe: Pipe;
	/** The pipe of a named pipe that somebody has open, by `FS:NODE`. */
	fifo: {readonly pipe: number};
	terminal: Terminal;
	socket: Socket;
	/** Who listens, by `NAMESPACE:ADDRESS:PORT` or `unix:FS:NODE`. */
	listener: {readonly socket: number};
	[tasks: `task:${number}`]: Task;
	[mounts: `mount:${number}`]: Mount;
	/** The mount namespace that a mount is in, 0 for one that was unmounted while somebody stands on it. */
	'mount-home': {readonly namespace: NamespaceId};
	/** By its number: the mounts of a peer group, and those that are its slaves. */
	'peer-group': {readonly members: readonly number[]; readonly slaves: readonly number[]};
	/** By `PARENT:NODE`: the topmost mount that covers a node, so that lookups need not scan the mounts. */
	[mountpoints: `mountpoint:${number}`]: {readonly mount: number};
	[inodes: `inode:${number}`]: Inode;
};

export type KernelEvent =
	| {readonly kind: 'terminal-output'; readonly terminal: number; readonly bytes: Uint8Array}
	| {readonly kind: 'stream-output'; readonly stream: 'stdout' | 'stderr'; readonly bytes: Uint8Array}
	| {readonly kind: 'process-start'; readonly kernel: KernelId; readonly task: TaskId; readonly argv: readonly string[]}
	| {readonly kind: 'process-exit'; readonly kernel: KernelId; readonly task: TaskId; readonly name: string; readonly status: number}
	/** A shell that somebody types at is ready for the next command. */
	| {readonly kind: 'command-status'; readonly task: TaskId; readonly status: number}
	| {readonly kind: 'signal'; readonly kernel: KernelId; readonly task: TaskId; readonly signal: SignalName}
	| {readonly kind: 'mount'; readonly namespace: NamespaceId; readonly type: string; readonly target: string}
	| {readonly kind: 'copy-up'; readonly fs: FsId; readonly path: string; readonly sizeBytes: number}
	| {readonly kind: 'whiteout'; readonly fs: FsId; readonly path: string}
	/** `limitOf` is the group whose limit was met, `/` when the machine was out of memory. */
	| {readonly kind: 'oom-kill'; readonly kernel: KernelId; readonly task: TaskId; readonly name: string; readonly cgroup: string; readonly limitOf: string; readonly memoryBytes: number}
	| {readonly kind: 'connect'; readonly namespace: NamespaceId; readonly to: string; readonly via: readonly string[]}
	| NetworkEvent
	| {readonly kind: 'listen'; readonly namespace: NamespaceId; readonly address: string}
	| TraceEvent;
