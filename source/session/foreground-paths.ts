// Paths as the shell at hand sees them: its root, its working directory, its mounts; in a container too. For completion. The lookup is
// the kernel's own, on a transaction that is thrown away, so that nothing changes by it.

import {Transaction, type World} from '../base/transaction.js';
import {failed} from '../model/kernel/errno.js';
import {fileSystemTypes} from '../model/kernel/filesystem-types.js';
import type {KernelEvent, KernelSchema} from '../model/kernel/schema.js';
import {findTask} from '../model/kernel/tasks.js';
import {resolve, typeOf, type Caller} from '../model/kernel/vfs.js';

/** Names in a directory ('' is the working directory); those of directories end in a slash. */
export function directoryEntries(world: World, directory: string): readonly string[] {
	const caller = foregroundCaller(world);
	if (caller === undefined) {
		return [];
	}

	const found = resolve(caller, directory === '' ? '.' : directory, true);
	if (failed(found) || found.attributes.type !== 'directory') {
		return [];
	}

	const entries = typeOf(caller.context, found.fs).entries(caller.context, found.fs, found.place.node);
	return failed(entries) ? [] : entries.map(({name, type}) => {
		const target = type === 'symlink' ? resolve(caller, `${directory}${name}`, true) : undefined;
		const isDirectory = type === 'directory' || (target !== undefined && !failed(target) && target.attributes.type === 'directory');
		return isDirectory ? `${name}/` : name;
	});
}

/** Names of the files in the directories of the shell's PATH. */
export function searchPath(world: World): readonly string[] {
	const path = foregroundCaller(world)?.task.env.find(entry => entry.startsWith('PATH='))?.slice('PATH='.length) ?? '/usr/bin:/bin';
	const files = path.split(':').flatMap(directory => directoryEntries(world, directory.endsWith('/') ? directory : `${directory}/`));
	return [...new Set(files.filter(name => !name.endsWith('/')))];
}

/** The foreground of the terminal that was opened last. */
function foregroundCaller(world: World): Caller | undefined {
	const tx = new Transaction<KernelSchema, KernelEvent>(world);
	for (const {foreground, session} of Array.from(tx.table('terminal').values()).reverse()) {
		for (const {id: kernel} of tx.table('kernel').values()) {
			const task = findTask(tx, kernel, foreground ?? -1) ?? findTask(tx, kernel, session ?? -1);
			if (task !== undefined && task.state !== 'zombie') {
				return {context: {tx, kernel, task: task.id, types: fileSystemTypes}, task};
			}
		}
	}

	return undefined;
}
