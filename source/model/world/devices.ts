// The device files of a host's /dev, as devtmpfs makes them. Source: Documentation/admin-guide/devices.txt; modes of udev's rules.

import type {FsContext} from '../kernel/filesystem.js';
import type {FsId, NewFile} from '../kernel/file-types.js';
import {addFile} from '../kernel/inode-filesystem.js';

const ttyGroup = 5;
const kvmGroup = 104;
const diskGroup = 6;

const characterDevices: ReadonlyArray<readonly [name: string, major: number, minor: number, mode: number, gid: number]> = [
	['null', 1, 3, 0o666, 0], ['zero', 1, 5, 0o666, 0], ['full', 1, 7, 0o666, 0], ['random', 1, 8, 0o666, 0], ['urandom', 1, 9, 0o666, 0],
	['tty', 5, 0, 0o666, ttyGroup], ['console', 5, 1, 0o600, 0], ['ptmx', 5, 2, 0o666, ttyGroup], ['kvm', 10, 232, 0o660, kvmGroup],
];

const links: ReadonlyArray<readonly [name: string, target: string]> = [
	['fd', '/proc/self/fd'], ['stdin', '/proc/self/fd/0'], ['stdout', '/proc/self/fd/1'], ['stderr', '/proc/self/fd/2'],
];

/** Fills an empty devtmpfs. */
export function addDevices(context: FsContext, fs: FsId, root: number): void {
	const file = (type: NewFile['type'], mode: number, gid = 0): NewFile => ({type, mode, uid: 0, gid});
	for (const [name, major, minor, mode, gid] of characterDevices) {
		addFile(context, fs, root, name, {...file('char', mode, gid), rdev: {major, minor}});
	}

	addFile(context, fs, root, 'vda', {...file('block', 0o660, diskGroup), rdev: {major: 254, minor: 0}});
	addFile(context, fs, root, 'vda1', {...file('block', 0o660, diskGroup), rdev: {major: 254, minor: 1}});
	for (const [name, target] of links) {
		addFile(context, fs, root, name, {...file('symlink', 0o777), target});
	}

	for (const name of ['pts', 'shm', 'mqueue']) {
		addFile(context, fs, root, name, file('directory', 0o755));
	}
}
