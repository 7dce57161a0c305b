// /proc/PID/mounts and mountinfo: the mounts of the process's namespace, as far as its root directory reaches.
// Source: proc_pid_mountinfo(5), Linux fs/proc_namespace.c.

import {hiddenMount} from '../mount-tree.js';
import {failed} from '../errno.js';
import type {FsContext} from '../filesystem.js';
import type {Mount, Task} from '../schema.js';
import {pathInFileSystem} from '../node-path.js';
import {typeOf} from '../vfs.js';
import type {View} from '../computed-filesystem.js';
import {fromCgroupRoot, subjectOf} from './proc-view.js';

/** Space, tab, newline and backslash are written as octal escapes. */
function mangle(text: string): string {
	return text.replace(/[ \t\n\\]/gv, character => `\\${character.codePointAt(0)!.toString(8).padStart(3, '0')}`);
}

export type ShownMount = {readonly mount: Mount; readonly path: string};

/** The mounts that a task can reach, with their paths from its root, in the order in which they were made. */
export function shownMounts(context: FsContext, task: Task): readonly ShownMount[] {
	const mounts = context.tx.table(`mount:${task.namespaces.mnt}`);
	const paths = new Map<number, string | undefined>();
	const pathOf = (mount: Mount): string | undefined => {
		if (mount.id === task.root.mount) {
			return mount.root === task.root.node ? '/' : undefined;
		}

		if (!paths.has(mount.id)) {
			paths.set(mount.id, undefined);
			paths.set(mount.id, pathBelow(mount));
		}

		return paths.get(mount.id);
	};

	const pathBelow = (mount: Mount): string | undefined => {
		const parent = mount.parent === undefined ? undefined : mounts.get(mount.parent);
		if (parent === undefined || mount.mountpoint === undefined) {
			return undefined;
		}

		const isRoot = parent.id === task.root.mount;
		const inside = pathInFileSystem(context, parent.fs, mount.mountpoint, isRoot ? task.root.node : parent.root);
		const above = isRoot ? '/' : pathOf(parent);
		return inside === undefined || above === undefined ? undefined : `${above === '/' ? '' : above}${inside === '/' && above !== '/' ? '' : inside}`;
	};

	const shown: ShownMount[] = [];
	for (const mount of mounts.values()) {
		const path = pathOf(mount);
		if (path !== undefined && !mount.flags.includes(hiddenMount)) {
			shown.push({mount, path});
		}
	}

	return shown;
}

/** The words after the type: those of the mount and, after them, those of its filesystem. */
function optionsOf({flags, fsOptions}: Mount): {readonly own: readonly string[]; readonly superblock: readonly string[]} {
	const isReadOnly = flags.includes('ro');
	// strictatime is what is shown by saying nothing.
	const own = [isReadOnly ? 'ro' : 'rw', ...flags.filter(flag => flag !== 'ro' && flag !== 'rw' && flag !== 'strictatime')];
	return {own, superblock: fsOptions};
}

export function mounts(view: View): string {
	return shownMounts(view.context, subjectOf(view)).map(({mount, path}) => {
		const {own, superblock} = optionsOf(mount);
		return `${mangle(mount.source)} ${mangle(path)} ${mount.type} ${[...own, ...superblock].join(',')} 0 0\n`;
	}).join('');
}

/** The optional fields of proc_pid_mountinfo(5). */
function propagationFields({peerGroup, master, isUnbindable}: Mount): string {
	return `${peerGroup === 0 ? '' : ` shared:${peerGroup}`}${master === 0 ? '' : ` master:${master}`}${isUnbindable ? ' unbindable' : ''}`;
}

/** What a bind mount of /proc/PID/ns/KIND shows as its root. */
function namespaceText(context: FsContext, {fs, root}: Mount): string {
	const id = typeOf(context, fs).namespaceOf?.(context, fs, root);
	const namespace = id === undefined || failed(id) ? undefined : context.tx.get('namespace', id);
	return `${namespace?.kind ?? 'mnt'}:[${namespace?.id ?? 0}]`;
}

export function mountinfo(view: View): string {
	const {context} = view;
	return shownMounts(context, subjectOf(view)).map(({mount, path}) => {
		const {own, superblock} = optionsOf(mount);
		const type = typeOf(context, mount.fs);
		const inside = mount.type === 'nsfs' ? '/' : pathInFileSystem(context, mount.fs, mount.root, type.root({...context, task: undefined}, mount.fs)) ?? '/';
		const root = mount.type === 'cgroup2' ? fromCgroupRoot(view, inside) : inside;
		const {major, minor} = context.tx.get('filesystem', mount.fs)?.device ?? {major: 0, minor: 0};
		const parent = mount.parent ?? mount.id;
		return `${mount.id} ${parent} ${major}:${minor} ${mount.type === 'nsfs' ? namespaceText(context, mount) : mangle(root)} ${mangle(path)} ${own.join(',')}${propagationFields(mount)} - ${mount.type} ${mangle(mount.source)} ${['rw', ...superblock].join(',')}\n`;
	}).join('');
}
