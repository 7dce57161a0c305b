// Paths as the shell in the foreground sees them: its root, its working directory, its mounts. The lookup is the kernel's own, on a
// transaction that is thrown away.

import {Transaction, type World} from '../../base/transaction.js';
import {failed} from '../../model/kernel/errno.js';
import {fileSystemTypes} from '../../model/kernel/filesystem-types.js';
import type {Kernel, KernelEvent, KernelSchema, Task, Terminal} from '../../model/kernel/schema.js';
import {resolve, typeOf, type Caller} from '../../model/kernel/vfs.js';
import {tableOf} from '../panel/panel-context.js';

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

/** Names that can be run: the files in the directories of PATH, and the shell's own. */
export function searchPath(world: World): readonly string[] {
	const path = foregroundCaller(world)?.task.env.find(entry => entry.startsWith('PATH='))?.slice('PATH='.length) ?? '/usr/bin:/bin';
	const files = path.split(':').flatMap(directory => directoryEntries(world, directory.endsWith('/') ? directory : `${directory}/`));
	return [...new Set([...builtins, ...files.filter(name => !name.endsWith('/'))])];
}

const builtins = ['alias', 'bg', 'cd', 'echo', 'exit', 'export', 'fg', 'jobs', 'kill', 'printf', 'pwd', 'read', 'set', 'test', 'type', 'ulimit', 'umask', 'unset', 'wait'];

/** The leader of the foreground of the terminal that was opened last: the shell at hand, in a container too. */
function foregroundCaller(world: World): Caller | undefined {
	const terminals = Array.from(tableOf<Terminal>(world, 'terminal').values()).reverse();
	for (const {foreground, session} of terminals) {
		for (const kernel of tableOf<Kernel>(world, 'kernel').values()) {
			const tasks = tableOf<Task>(world, `task:${kernel.id}`);
			const task = tasks.get(foreground ?? -1) ?? tasks.get(session ?? -1);
			if (task !== undefined) {
				const tx = new Transaction<KernelSchema, KernelEvent>(world);
				return {context: {tx, kernel: kernel.id, task: task.id, types: fileSystemTypes}, task};
			}
		}
	}

	return undefined;
}
