// A filesystem type, as the VFS sees it: the operations on nodes, without paths, permissions or mounts, which are the VFS's work
// (vfs.ts). One suite of behaviours (test/model/kernel/filesystem-suite.ts) runs over every implementation.
//
//     vfs.ts ── paths, permissions, mounts ──> FileSystemType ── inode-filesystem.ts   ext4, tmpfs, devtmpfs, devpts
//                                                             ├─ overlay/              lowerdir, upperdir, whiteouts, copy-up
//                                                             ├─ proc/                 views of tasks and of the kernel
//                                                             ├─ sysfs/                views of devices, KSM, ...
//                                                             └─ cgroup/               cgroup2: the control files

import type {Writes} from '../../base/transaction.js';
import type {Failure} from './errno.js';
import type {FileContent} from './file-content.js';
import type {
	AttributeChanges, Attributes, DirectoryEntry, FsId, FsUsage, NewFile, NodeId,
} from './file-types.js';
import type {KernelEvent, KernelId, KernelSchema, NamespaceId, Place, TaskId} from './schema.js';
import type {SignalName} from './signal.js';

/** What a write to a control file does to tasks at once: cgroup.kill, cgroup.freeze. */
export type TaskControl = {
	signal(task: TaskId, signal: SignalName): void;
	/** Keeps a task from running, or lets it run again. */
	setFrozen(task: TaskId, frozen: boolean): void;
};

/** Who asks and on which kernel: what /proc/self and the cgroup files depend on. `task` is undefined for the kernel itself. */
export type FsContext = {
	readonly tx: Writes<KernelSchema, KernelEvent>;
	readonly kernel: KernelId;
	readonly task: TaskId | undefined;
	/** All registered types, for those that stand on others (overlay) without importing them. */
	readonly types: ReadonlyMap<string, FileSystemType>;
	/** Absent where nothing runs: while a world is laid out, and for those who only look. */
	readonly control?: TaskControl;
	/** Counts what a call did towards the limit of the action (RunLoop.work). */
	work?(units: number): void;
};

/** A mounted filesystem (the superblock). What each type needs to know is in `options`. */
export type FileSystem = {
	readonly id: FsId;
	readonly type: string;
	/** `lowerdir`, `upperdir` and `workdir` resolved to nodes live in the overlay type's own tables; these are the words. */
	readonly options: Readonly<Record<string, string>>;
	/** Capacity in bytes, or undefined where nothing is stored. */
	readonly capacityBytes: number | undefined;
	readonly usedBytes: number;
	/** Bytes that this process really holds for it (storedBytes of file-content.ts). */
	readonly storedBytes?: number;
	readonly nextNode: NodeId;
	/** Device number shown by stat(1) and /proc/PID/mountinfo, in the order in which filesystems were made. */
	readonly device: {readonly major: number; readonly minor: number};
};

export type FileSystemType = {
	readonly name: string;
	/** No block device behind it: `nodev` in /proc/filesystems. */
	readonly isVirtual: boolean;
	root(context: FsContext, fs: FsId): NodeId;
	attributes(context: FsContext, fs: FsId, node: NodeId): Attributes | Failure;
	/** ENOENT if `directory` has no such entry. Never called with `.` or `..`. */
	lookup(context: FsContext, fs: FsId, directory: NodeId, name: string): NodeId | Failure;
	/** The directory that contains this directory; the root contains itself. */
	parent(context: FsContext, fs: FsId, directory: NodeId): NodeId;
	entries(context: FsContext, fs: FsId, directory: NodeId): readonly DirectoryEntry[] | Failure;
	readlink(context: FsContext, fs: FsId, node: NodeId): {readonly target: string} | Failure;
	create(context: FsContext, fs: FsId, directory: NodeId, name: string, file: NewFile): NodeId | Failure;
	link(context: FsContext, fs: FsId, node: NodeId, directory: NodeId, name: string): void | Failure;
	/** Removes an entry that is not a directory; its node lives on while it has links or is open (see `release`). */
	unlink(context: FsContext, fs: FsId, directory: NodeId, name: string): void | Failure;
	/** ENOTEMPTY unless empty. */
	rmdir(context: FsContext, fs: FsId, directory: NodeId, name: string): void | Failure;
	rename(context: FsContext, fs: FsId, from: {readonly directory: NodeId; readonly name: string}, to: {readonly directory: NodeId; readonly name: string}, options: {readonly noReplace?: boolean; readonly exchange?: boolean}): void | Failure;
	/** Called before data is read or written through a new open file; overlay copies up here when `forWriting`. */
	open(context: FsContext, fs: FsId, node: NodeId, how: {readonly forWriting: boolean; readonly truncate: boolean}): void | Failure;
	/** The last open file of a node was closed. */
	release(context: FsContext, fs: FsId, node: NodeId): void;
	read(context: FsContext, fs: FsId, node: NodeId, offset: number, count: number): Uint8Array | Failure;
	/** How many bytes were taken; ENOSPC when none fits. */
	write(context: FsContext, fs: FsId, node: NodeId, offset: number, bytes: Uint8Array): number | Failure;
	setAttributes(context: FsContext, fs: FsId, node: NodeId, changes: AttributeChanges): void | Failure;
	xattrs(context: FsContext, fs: FsId, node: NodeId): ReadonlyMap<string, Uint8Array> | Failure;
	/** `undefined` removes; ENODATA if there was none. */
	setXattr(context: FsContext, fs: FsId, node: NodeId, name: string, value: Uint8Array | undefined): void | Failure;
	usage(context: FsContext, fs: FsId): FsUsage;
	/** The bytes of a regular file as a value, which a copy can share (FICLONE, ioctl_ficlonerange(2)). Types that store none leave it out. */
	content?(context: FsContext, fs: FsId, node: NodeId): FileContent | Failure | undefined;
	/** Gives a regular file the bytes of another. */
	setContent?(context: FsContext, fs: FsId, node: NodeId, content: FileContent): void | Failure;
	/** Of a symbolic link that leads to a place rather than a path (/proc/PID/root, /proc/PID/fd/N): where to. */
	magic?(context: FsContext, fs: FsId, node: NodeId): Place | Failure | undefined;
	/** Of a node that stands for a namespace (/proc/PID/ns/KIND): which, for setns(2). */
	namespaceOf?(context: FsContext, fs: FsId, node: NodeId): NamespaceId | Failure | undefined;
	/** Of a node that stands for an open file without a path (/proc/PID/fd/N of a pipe): its number in the `file` table. */
	openFileOf?(context: FsContext, fs: FsId, node: NodeId): number | undefined;
};
