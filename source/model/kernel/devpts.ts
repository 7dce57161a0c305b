// /dev/pts: a filesystem with one file for each terminal that belongs to it. Every mount of it is an instance with numbers of its own, so
// the first terminal of a container is /dev/pts/0, as the host's first is. Source: Documentation/filesystems/devpts.rst.
//
// Simplified: the minor number of a terminal's file is its number among all terminals, not that of its instance.

import {type Failure, failed, failure} from './errno.js';
import {addFile, getInode} from './inode-filesystem.js';
import type {RunLoop} from './run-loop.js';
import type {Terminal} from './schema.js';
import {type Caller, resolve, typeOf} from './vfs.js';

const terminalMajor = 136;
const ttyGroup = 5;
const mountpoint = '/dev/pts';

/** Gives a terminal its file in the instance that the caller sees at /dev/pts, and with it its path. */
export function enterDevpts(loop: RunLoop, caller: Caller, id: number): void | Failure {
	const {context, task} = caller;
	const terminal = loop.tx.get('terminal', id);
	const found = resolve(caller, mountpoint, true);
	if (failed(found)) {
		return found;
	}

	if (terminal === undefined || loop.tx.get('filesystem', found.fs)?.type !== 'devpts') {
		return failure('ENXIO');
	}

	const entries = getInode(loop.tx, found.fs, found.place.node)?.entries ?? new Map();
	let number = 0;
	while (entries.has(String(number))) {
		number++;
	}

	addFile(context, found.fs, found.place.node, String(number), {type: 'char', mode: 0o620, uid: task.uid, gid: ttyGroup, rdev: {major: terminalMajor, minor: id}});
	const path = `${mountpoint}/${number}`;
	loop.tx.put('terminal', id, {...terminal, path, devpts: {fs: found.fs, node: found.place.node, name: String(number)}});
	for (const file of [...loop.tx.table('file').values()]) {
		if (file.what.kind === 'terminal' && file.what.terminal === id) {
			loop.tx.put('file', file.id, {...file, path});
		}
	}
}

/** Takes the file of a terminal away, if its instance is still there. */
export function leaveDevpts(loop: RunLoop, {devpts}: Terminal): void {
	if (devpts !== undefined && loop.tx.get('filesystem', devpts.fs) !== undefined) {
		const context = {tx: loop.tx, kernel: 0, task: undefined, types: loop.types};
		typeOf(context, devpts.fs).unlink(context, devpts.fs, devpts.node, devpts.name);
	}
}
