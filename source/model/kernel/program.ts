// What a program is, and what it may do: the border between the kernel and everything that runs on it.
//
// A program is a generator function. It calls the kernel through `process.sys`, whose functions never block: where Linux would
// put the caller to sleep they answer EAGAIN, and the program yields a `Wait` that names the channels whose next event makes it
// worth while to ask again. `blocking.ts` has the loops that do so (read, write, wait, connect, ...), so that program texts read
// like C: `const bytes = yield* read(process, 0, 4096)`.
//
// Programs are deterministic: their only inputs are argv, the environment and what system calls answer. They keep their state in
// local variables, as real ones do; that state is rebuilt after an undo by running the actions again (session/replay).

import type {Nanoseconds} from '../../base/clock.js';
import type {Failure} from './errno.js';
import type {
	Attributes, DeviceNumber, DirectoryEntry, FileTimeUs, FileType, FsUsage, Mode,
} from './file-types.js';
import type {NameAnswer} from '../network/name.js';
import type {KernelAccess, NetworkAccess} from './kernel-access.js';
import type {ResourceLimit, ResourceName} from './resource-limits.js';
import type {SignalName} from './signal.js';

/** Something that a task can sleep on, as `pipe:7` or `child:12`. Made only by the kernel. */
export type Channel = string;

/** Why a task gives up the processor. */
export type Wait =
	/** Still runnable: one step of work done, others may run. Loops without system calls must yield it. */
	| {readonly kind: 'step'}
	/** Asleep until a channel is woken, the deadline passes, or a signal arrives. */
	| {readonly kind: 'sleep'; readonly channels: readonly Channel[]; readonly untilNs?: Nanoseconds};

/** What ended a sleep. After 'signal' a caught signal waits in `takeSignals`. */
export type Wake = 'woken' | 'deadline' | 'signal';

/** 0 to 255; 0 is success. */
export type ExitStatus = number;

/** The body of a running program. */
export type Running = Generator<Wait, ExitStatus, Wake>;

export type Program = (process: Process) => Running;

/** Programs by the name that executables carry in their note (see exec.ts). */
export type ProgramTable = ReadonlyMap<string, Program>;

/** Which family's words a program uses where they differ: GNU coreutils or BusyBox. */
export type Flavour = 'gnu' | 'busybox';

/** A running program's view of itself. */
export type Process = {
	/** `argv[0]` is the name it was called by. */
	readonly argv: readonly string[];
	readonly env: ReadonlyMap<string, string>;
	readonly flavour: Flavour;
	readonly sys: SystemCalls;
};

export type Fd = number;
export type Pid = number;

export type OpenFlags = {
	readonly read?: boolean;
	readonly write?: boolean;
	readonly create?: boolean;
	readonly exclusive?: boolean;
	readonly truncate?: boolean;
	readonly append?: boolean;
	readonly directory?: boolean;
	readonly noFollow?: boolean;
	/** Of a named pipe: does not wait for its other end. */
	readonly nonBlock?: boolean;
	/** O_PATH: names the file without opening it. */
	readonly path?: boolean;
};

/** How a child ended, or that it stopped or went on. */
export type ChildStatus =
	| {readonly pid: Pid; readonly kind: 'exited'; readonly status: ExitStatus}
	| {readonly pid: Pid; readonly kind: 'killed'; readonly signal: SignalName; readonly coreDumped: boolean}
	| {readonly pid: Pid; readonly kind: 'stopped'; readonly signal: SignalName}
	| {readonly pid: Pid; readonly kind: 'continued'};

export type NamespaceKind = 'mnt' | 'pid' | 'uts' | 'ipc' | 'net' | 'user' | 'cgroup';

export type UnixAddress = {readonly family: 'unix'; readonly path: string};
export type InetAddress = {readonly family: 'inet'; readonly address: string; readonly port: number};
export type SocketAddress = UnixAddress | InetAddress;

/** What `mount --make-*` changes, of one mount or (`r`) of all below it too. */
export type PropagationChange = 'private' | 'rprivate' | 'shared' | 'rshared' | 'slave' | 'rslave' | 'unbindable' | 'runbindable';

export type MountRequest = {
	/** What `mount` shows first: a device, a filesystem's name, or the source of a bind. */
	readonly source: string;
	readonly target: string;
	/** `ext4`, `tmpfs`, `proc`, `sysfs`, `cgroup2`, `overlay`, `devpts`, `mqueue`; ignored for bind, move and remount. */
	readonly type: string;
	/** Filesystem options as `lowerdir=/a:/b` or `size=64m`, and flags `ro`, `nosuid`, `nodev`, `noexec`, `relatime`. */
	readonly options: readonly string[];
	readonly how: 'new' | 'bind' | 'rbind' | 'move' | 'remount' | PropagationChange;
};

export type Uname = {
	readonly sysname: string;
	readonly nodename: string;
	readonly release: string;
	readonly version: string;
	readonly machine: string;
};

export type Credentials = {
	readonly uid: number;
	readonly gid: number;
	readonly groups: readonly number[];
	/** Effective capabilities by their names: `CAP_SYS_ADMIN`, ... */
	readonly capabilities: ReadonlySet<string>;
};

/** An executable made ready by execve: run it with `return yield* image.run()` as the caller's last act. */
export type ExecutableImage = {run(): Running};

export type ForkOptions = {
	/** A kernel thread or helper of a daemon: hidden from process listings like a thread of its parent. */
	readonly thread?: boolean;
	/** The child's name in `ps` when it differs from its parent's. */
	readonly name?: string;
};

/**
 * The system calls, by their Linux names (man pages section 2). Paths are looked up from the caller's root and working directory
 * in its mount namespace. Each answers at once: a value, or a `Failure`; EAGAIN where Linux would block.
 */
export type SystemCalls = {
	// Files
	open(path: string, flags: OpenFlags, mode?: Mode): Fd | Failure;
	close(fd: Fd): void | Failure;
	/** At most `count` bytes; none at the end of the file. EAGAIN: sleep on `readChannel`. */
	read(fd: Fd, count: number): Uint8Array | Failure;
	/** How many bytes were taken. EAGAIN: sleep on `writeChannel`. EPIPE also raises SIGPIPE. */
	write(fd: Fd, bytes: Uint8Array): number | Failure;
	pread(fd: Fd, count: number, offset: number): Uint8Array | Failure;
	seek(fd: Fd, offset: number, from: 'start' | 'current' | 'end'): number | Failure;
	ftruncate(fd: Fd, sizeBytes: number): void | Failure;
	dup(fd: Fd, atLeast?: Fd): Fd | Failure;
	dup2(from: Fd, to: Fd): Fd | Failure;
	setCloseOnExec(fd: Fd, closeOnExec: boolean): void | Failure;
	/** The open descriptors, ascending. */
	descriptors(): readonly Fd[];
	pipe(): {readonly readEnd: Fd; readonly writeEnd: Fd} | Failure;
	isTerminal(fd: Fd): boolean;
	windowSize(fd: Fd): {readonly columns: number; readonly rows: number} | Failure;
	/** Raw mode of the terminal: no echo, no line editing, no signals from keys. */
	setRawMode(fd: Fd, raw: boolean): void | Failure;
	readChannel(fd: Fd): Channel;
	writeChannel(fd: Fd): Channel;
	/** Whether `read` would answer at once. */
	canRead(fd: Fd): boolean;
	/** Of a named pipe: whether somebody has come to its other end since it was opened. True of everything else. */
	isMet(fd: Fd): boolean;

	// Names
	stat(path: string): Attributes | Failure;
	lstat(path: string): Attributes | Failure;
	fstat(fd: Fd): Attributes | Failure;
	access(path: string, want: {readonly read?: boolean; readonly write?: boolean; readonly execute?: boolean}): void | Failure;
	/** Without `.` and `..`, in the filesystem's own order. */
	readdir(path: string): readonly DirectoryEntry[] | Failure;
	readlink(path: string): {readonly target: string} | Failure;
	mkdir(path: string, mode?: Mode): void | Failure;
	rmdir(path: string): void | Failure;
	unlink(path: string): void | Failure;
	link(from: string, to: string): void | Failure;
	symlink(target: string, path: string): void | Failure;
	rename(from: string, to: string, options?: {readonly noReplace?: boolean; readonly exchange?: boolean}): void | Failure;
	mknod(path: string, type: FileType, mode: Mode, rdev?: DeviceNumber): void | Failure;
	chmod(path: string, mode: Mode): void | Failure;
	chown(path: string, uid: number | undefined, gid: number | undefined, options?: {readonly noFollow?: boolean}): void | Failure;
	utimes(path: string, atimeUs: FileTimeUs | undefined, mtimeUs: FileTimeUs | undefined, options?: {readonly noFollow?: boolean}): void | Failure;
	truncate(path: string, sizeBytes: number): void | Failure;
	getxattr(path: string, name: string, options?: {readonly noFollow?: boolean}): Uint8Array | Failure;
	setxattr(path: string, name: string, value: Uint8Array, options?: {readonly noFollow?: boolean}): void | Failure;
	listxattr(path: string, options?: {readonly noFollow?: boolean}): readonly string[] | Failure;
	removexattr(path: string, name: string, options?: {readonly noFollow?: boolean}): void | Failure;
	statfs(path: string): FsUsage | Failure;
	chdir(path: string): void | Failure;
	fchdir(fd: Fd): void | Failure;
	getcwd(): {readonly path: string} | Failure;
	chroot(path: string): void | Failure;
	pivotRoot(newRoot: string, putOld: string): void | Failure;
	umask(mask?: Mode): Mode;
	mount(request: MountRequest): void | Failure;
	umount(target: string, options?: {readonly lazy?: boolean}): void | Failure;

	// Processes
	getpid(): Pid;
	getppid(): Pid;
	/** A child that shares open files and runs `main`, which must capture what it needs of its parent's state. */
	fork(main: (child: Process) => Running, options?: ForkOptions): Pid | Failure;
	/** Replaces the caller's program. On success the caller must end with `return yield* image.run()`. */
	execve(path: string, argv: readonly string[], env: ReadonlyMap<string, string>): ExecutableImage | Failure;
	/** A child that changed state: `pid` of one child, 0 for the own group, -1 for any. EAGAIN: sleep on `childChannel`. */
	wait(pid: Pid, options?: {readonly stopped?: boolean}): ChildStatus | Failure;
	childChannel(): Channel;
	kill(pid: Pid, signal: SignalName | 0): void | Failure;
	/** Whether a signal has its default effect, is ignored, or is caught and handed out by `takeSignals`. */
	/** PR_SET_PDEATHSIG: what the caller is sent when its parent ends. */
	setParentDeathSignal(signal: SignalName): void;
	sigaction(signal: SignalName, disposition: 'default' | 'ignore' | 'catch'): void;
	signalDisposition(signal: SignalName): 'default' | 'ignore' | 'catch';
	/** Caught signals since the last call, in order of arrival. */
	takeSignals(): readonly SignalName[];
	getpgid(pid?: Pid): Pid | Failure;
	setpgid(pid: Pid, group: Pid): void | Failure;
	setsid(): Pid | Failure;
	/** The foreground process group of the caller's terminal. */
	tcgetpgrp(fd: Fd): Pid | Failure;
	tcsetpgrp(fd: Fd, group: Pid): void | Failure;
	setProcessName(name: string): void;
	/** Writes over the arguments that ps shows (PR_SET_MM_ARG_START). */
	setProcessTitle(title: string): void;
	/** Sets the size of the caller's anonymous memory, charged to its cgroup. ENOMEM, or death by the OOM killer. */
	setMemory(bytes: number): void | Failure;
	/** Charges the caller with time on a processor; takes effect when it next yields. */
	burn(cpuNs: Nanoseconds): void;

	// Credentials, namespaces, system
	credentials(): Credentials;
	setuid(uid: number): void | Failure;
	setgid(gid: number): void | Failure;
	setgroups(groups: readonly number[]): void | Failure;
	/** Gives a capability up; out of the bounding set, executing files cannot give it back either. */
	dropCapability(name: string, from: 'effective' | 'bounding'): void | Failure;
	/** Lets a capability survive the execution of a file by another user than root. */
	raiseAmbient(name: string): void | Failure;
	unshare(namespaces: readonly NamespaceKind[]): void | Failure;
	/** Joins the namespace that an open /proc/PID/ns file names. */
	setns(fd: Fd): void | Failure;
	uname(): Uname;
	sethostname(name: string): void | Failure;
	/** Nanoseconds since the world began (CLOCK_MONOTONIC counts from there too). */
	now(): Nanoseconds;
	/** CLOCK_REALTIME: Unix time. */
	realTime(): {readonly seconds: number; readonly nanoseconds: number};
	getrandom(count: number): Uint8Array;
	getResourceLimit(name: ResourceName): ResourceLimit;
	/** EINVAL for a soft limit above the hard one, EPERM for a higher hard limit without CAP_SYS_RESOURCE. */
	setResourceLimit(name: ResourceName, limit: ResourceLimit): void | Failure;

	// Sockets
	socket(family: 'unix' | 'inet'): Fd | Failure;
	bind(fd: Fd, address: SocketAddress): void | Failure;
	listen(fd: Fd): void | Failure;
	/** EAGAIN: sleep on `readChannel`. */
	accept(fd: Fd): Fd | Failure;
	connect(fd: Fd, address: SocketAddress): void | Failure;
	/** Half-close: the other side reads the end of the stream. */
	shutdown(fd: Fd): void | Failure;
	getsockname(fd: Fd): SocketAddress | Failure;
	getpeername(fd: Fd): SocketAddress | Failure;
	/** Reachability and round-trip time of an address: what ICMP echo would show. */
	echo(address: string, sequence?: number): {readonly roundTripNs: Nanoseconds; readonly ttl: number} | Failure;

	/**
	 * Asks a name server for the addresses of a name.
	 * Simplified: datagrams are not modelled; this is the question and its answer.
	 */
	queryName(server: string, name: string): NameAnswer;

	/** A netlink socket: the caller's network namespace, to look at and, with CAP_NET_ADMIN over it, to change (model/network/rtnetlink, netfilter). */
	netlink(): NetworkAccess;

	/** For the daemons that own part of the model (dockerd, libvirtd): the kernel's tables, which Linux would not hand out. */
	kernel(): KernelAccess;
};
