// The words of stat(2): types of files, their attributes, and the names of directory entries.

declare const fsBrand: unique symbol;

/** Identifies a filesystem (a superblock) among all filesystems of the world. */
export type FsId = number & {readonly [fsBrand]?: 'FsId'};

/** Identifies a file within its filesystem. For filesystems that store inodes it is the inode number. */
export type NodeId = number;

export type FileType = 'file' | 'directory' | 'symlink' | 'char' | 'block' | 'fifo' | 'socket';

export type DeviceNumber = {readonly major: number; readonly minor: number};

/** Unix time in microseconds: an integer that reaches far past and future without losing precision. */
export type FileTimeUs = number;

/** Permission bits of a mode: set-user-id 0o4000, set-group-id 0o2000, sticky 0o1000, rwxrwxrwx. */
export type Mode = number;

/** The answer of stat(2), without the type bits in `mode`. */
export type Attributes = {
	readonly fs: FsId;
	readonly node: NodeId;
	readonly type: FileType;
	readonly mode: Mode;
	readonly nlink: number;
	readonly uid: number;
	readonly gid: number;
	/** Of device files; 0/0 is overlay's whiteout. */
	readonly rdev: DeviceNumber;
	readonly sizeBytes: number;
	/** Space in use, in units of 512 bytes; below sizeBytes / 512 for sparse files. */
	readonly blocks: number;
	readonly atimeUs: FileTimeUs;
	readonly mtimeUs: FileTimeUs;
	readonly ctimeUs: FileTimeUs;
};

export type DirectoryEntry = {readonly name: string; readonly node: NodeId; readonly type: FileType};

/** What a new file starts with; `target` is a symbolic link's. */
export type NewFile = {
	readonly type: FileType;
	readonly mode: Mode;
	readonly uid: number;
	readonly gid: number;
	readonly rdev?: DeviceNumber;
	readonly target?: string;
};

/** What chmod, chown, truncate and utimensat change. */
export type AttributeChanges = {
	readonly mode?: Mode;
	readonly uid?: number;
	readonly gid?: number;
	readonly sizeBytes?: number;
	readonly atimeUs?: FileTimeUs;
	readonly mtimeUs?: FileTimeUs;
};

/** The answer of statfs(2), sizes in bytes. */
export type FsUsage = {
	readonly type: string;
	readonly totalBytes: number;
	readonly freeBytes: number;
	readonly totalInodes: number;
	readonly freeInodes: number;
};
