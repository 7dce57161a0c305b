// The filesystem types that kernels of the model know, by name: what /proc/filesystems lists.

import {cgroup2} from './cgroup/cgroup2.js';
import type {FileSystemType} from './filesystem.js';
import {inodeFileSystem} from './inode-filesystem.js';
import {overlay} from './overlay/overlay.js';
import {proc} from './proc/proc.js';
import {sysfs} from './sysfs/sysfs.js';

const types: readonly FileSystemType[] = [
	inodeFileSystem('ext4', false),
	inodeFileSystem('tmpfs', true),
	inodeFileSystem('devtmpfs', true),
	inodeFileSystem('devpts', true),
	inodeFileSystem('mqueue', true),
	overlay,
	proc,
	sysfs,
	cgroup2,
];

export const fileSystemTypes: ReadonlyMap<string, FileSystemType> = new Map(types.map(type => [type.name, type]));
