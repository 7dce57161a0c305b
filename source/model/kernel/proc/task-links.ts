// The links of /proc/PID: to its executable, its directories, its open files and its namespaces. Source: proc_pid_exe(5),
// proc_pid_fd(5), namespaces(7).

import {isCapableIn} from '../capable.js';
import {
	type ComputedDirectory, type ComputedEntry, type ComputedLink, directory, textFile, type View,
} from '../computed-filesystem.js';
import {type Failure, failure} from '../errno.js';
import type {NamespaceKind} from '../program.js';
import type {NamespaceId, OpenFile, Place, Task} from '../schema.js';
import {pathOf, pathOfNode} from './task-paths.js';
import {readerOf, subjectOf} from './proc-view.js';

/** Links into another process are for its owner and for CAP_SYS_PTRACE: ptrace(2), PTRACE_MODE_READ. */
function mayFollow(view: View): boolean {
	const reader = readerOf(view);
	const task = subjectOf(view);
	return reader === undefined || reader.id === task.id || reader.uid === task.uid || isCapableIn(view.context.tx, reader, task.namespaces.user, 'CAP_SYS_PTRACE');
}

function placeLink(place: (task: Task) => Place): ComputedLink {
	return {
		type: 'symlink',
		target: view => mayFollow(view) ? pathOf(view, place(subjectOf(view))) : failure('EACCES'),
		magic: view => mayFollow(view) ? place(subjectOf(view)) : failure('EACCES'),
	};
}

const exe: ComputedLink = {
	type: 'symlink',
	target(view) {
		const {executable} = subjectOf(view);
		return mayFollow(view) ? (executable === '' ? failure('ENOENT') : executable) : failure('EACCES');
	},
};

function fileAt(view: View): OpenFile | undefined {
	const descriptor = subjectOf(view).descriptors.get(view.keys[1]!);
	return descriptor === undefined ? undefined : view.context.tx.get('file', descriptor.file);
}

/** What the link of a descriptor says: a path, or the kind and number of what has none. */
function describeFile(view: View, file: OpenFile): string | Failure {
	const {what} = file;
	switch (what.kind) {
		case 'node': {
			return pathOfNode(view, what) ?? `${file.path} (deleted)`;
		}

		case 'pipe': {
			return view.context.tx.get('pipe', what.pipe)?.fifo === undefined ? `pipe:[${what.pipe}]` : file.path;
		}

		case 'socket': {
			return `socket:[${what.socket}]`;
		}

		case 'terminal': {
			return view.context.tx.get('terminal', what.terminal)?.path ?? file.path;
		}

		case 'master': {
			return '/dev/ptmx';
		}

		case 'device': {
			return file.path;
		}

		case 'sink': {
			// Where the session shows what is written, as a pipe to the outside world.
			return `pipe:[${file.id}]`;
		}

		default: {
			throw new Error(`describeFile: ${what satisfies never}`);
		}
	}
}

const descriptorMembers = {
	*members(view: View) {
		for (const fd of [...subjectOf(view).descriptors.keys()].sort((a, b) => a - b)) {
			yield {name: String(fd), key: fd};
		}
	},
	find(view: View, name: string): number | undefined {
		return /^(?:0|[1-9]\d*)$/v.test(name) && subjectOf(view).descriptors.has(Number(name)) ? Number(name) : undefined;
	},
	nameOf: (_view: View, key: number) => String(key),
};

const fd: ComputedDirectory = directory({}, {
	mode: 0o500,
	family: {
		...descriptorMembers,
		entry: {
			type: 'symlink',
			target(view) {
				const file = fileAt(view);
				return file === undefined ? failure('ENOENT') : (mayFollow(view) ? describeFile(view, file) : failure('EACCES'));
			},
			magic(view) {
				const file = fileAt(view);
				if (file === undefined || !mayFollow(view)) {
					return failure(file === undefined ? 'ENOENT' : 'EACCES');
				}

				return file.what.kind === 'node' ? {mount: file.what.mount, node: file.what.node} : undefined;
			},
			openFile(view) {
				const file = fileAt(view);
				return file === undefined || file.what.kind === 'node' || !mayFollow(view) ? undefined : file;
			},
		},
	},
});

function fdinfo(view: View): string | Failure {
	const file = fileAt(view);
	if (file === undefined) {
		return failure('ENOENT');
	}

	const access = file.canRead ? (file.canWrite ? 0o2 : 0o0) : 0o1;
	const flags = access + (file.append ? 0o2000 : 0) + (subjectOf(view).descriptors.get(view.keys[1]!)?.closeOnExec === true ? 0o2_000_000 : 0);
	const {what} = file;
	const [offset, mount] = what.kind === 'node' ? [what.offset, what.mount] : [0, 0];
	const inode = what.kind === 'node' ? what.node : (what.kind === 'pipe' ? what.pipe : file.id);
	return `pos:\t${offset}\nflags:\t0${(flags + 0o100_000).toString(8)}\nmnt_id:\t${mount}\nino:\t${inode}\n`;
}

function namespaceLink(kind: string, of: (task: Task) => NamespaceId): ComputedLink {
	return {
		type: 'symlink',
		target: view => mayFollow(view) ? `${kind}:[${of(subjectOf(view))}]` : failure('EACCES'),
		namespace: view => mayFollow(view) ? of(subjectOf(view)) : undefined,
		magic: () => failure('EACCES'),
	};
}

const kinds: readonly NamespaceKind[] = ['cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'];

const ns: ComputedDirectory = directory({
	...Object.fromEntries(kinds.map(kind => [kind, namespaceLink(kind, task => task.namespaces[kind])])),
	pid_for_children: namespaceLink('pid', task => task.childPidNamespace),
}, {mode: 0o511});

export const taskLinks: Readonly<Record<string, ComputedEntry>> = {
	cwd: placeLink(task => task.cwd),
	root: placeLink(task => task.root),
	exe,
	fd,
	fdinfo: directory({}, {family: {...descriptorMembers, entry: textFile(fdinfo)}}),
	ns,
};

