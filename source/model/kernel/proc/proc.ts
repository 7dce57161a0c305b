// procfs: the kernel's tables as files. Nothing here is stored; each file is computed from the task, namespace, mount and network
// tables when it is read. A mount shows the processes of one pid namespace, by their numbers there. Source: proc(5).

import {
	type ComputedEntry, computedFileSystem, type ComputedLink, directory, type Family, textFile, type View,
} from '../computed-filesystem.js';
import {failure} from '../errno.js';
import type {Task} from '../schema.js';
import {allTasks, findTask, taskByPid} from '../tasks.js';
import {idMapEntries} from './id-maps.js';
import {kernelEntries} from './kernel-entries.js';
import {mountinfo, mounts} from './mount-table.js';
import {netEntries} from './net-entries.js';
import {findSubject, fromCgroupRoot, pidNamespaceOf, readerOf, shownPid, subjectOf} from './proc-view.js';
import {taskEntries} from './task-entries.js';
import {taskLinks} from './task-links.js';

/** The place of a task in the cgroup hierarchy. */
function cgroup(view: View): string {
	return `0::${fromCgroupRoot(view, subjectOf(view).cgroup)}\n`;
}

const threadEntries: Readonly<Record<string, ComputedEntry>> = {
	...taskEntries,
	...taskLinks,
	...idMapEntries,
	cgroup: textFile(cgroup),
	mountinfo: textFile(mountinfo),
	mounts: textFile(mounts),
	net: netEntries,
};

/** The threads of a process; keyed under it, so that the directory of a thread is the thread's own. */
function threadsOf(view: View): readonly Task[] {
	const leader = subjectOf(view);
	return [leader, ...[...allTasks(view.context.tx, view.context.kernel)].filter(task => task.isThread && task.parent === leader.id)];
}

const threads: Family = {
	*members(view) {
		for (const task of threadsOf(view)) {
			yield {name: String(shownPid(view, task)), key: task.id % 2 ** 16};
		}
	},
	find: (view, name) => threadsOf(view).map(task => ({name: String(shownPid(view, task)), key: task.id % 2 ** 16})).find(member => member.name === name)?.key,
	nameOf: (view, key) => String(shownPid(view, threadsOf(view).find(task => task.id % 2 ** 16 === key))),
	entry: directory({
		comm: textFile(view => `${threadOf(view)?.name ?? ''}\n`),
		status: textFile(view => onThread(view, 'status')),
		stat: textFile(view => onThread(view, 'stat')),
	}),
};

function threadOf(view: View): Task | undefined {
	return threadsOf(view).find(task => task.id % 2 ** 16 === view.keys[1]);
}

function onThread(view: View, name: 'status' | 'stat') {
	const thread = threadOf(view);
	const entry = taskEntries[name];
	return thread === undefined || entry?.type !== 'file' ? failure('ESRCH') : entry.read({...view, keys: [thread.id]});
}

const processes: Family = {
	*members(view) {
		const shown = [...allTasks(view.context.tx, view.context.kernel)].filter(task => !task.isThread);
		for (const task of shown.map(each => ({name: String(shownPid(view, each)), key: each.id})).sort((a, b) => Number(a.name) - Number(b.name))) {
			if (task.name !== '0') {
				yield task;
			}
		}
	},
	find: (view, name) => /^[1-9]\d{0,6}$/v.test(name) ? taskByPid(view.context.tx, view.context.kernel, pidNamespaceOf(view), Number(name))?.id : undefined,
	nameOf: (view, key) => String(shownPid(view, findTask(view.context.tx, view.context.kernel, key))),
	entry: directory({...threadEntries, task: directory({}, {family: threads})}),
};

/** A link to the reader's own directory; there is none for a reader that the mount's pid namespace does not know. */
function ownLink(suffix: (pid: number) => string): ComputedLink {
	return {
		type: 'symlink',
		target(view) {
			const pid = shownPid(view, leaderOf(view));
			return pid === 0 ? failure('ENOENT') : suffix(pid);
		},
	};
}

function leaderOf(view: View): Task | undefined {
	const reader = readerOf(view);
	return reader?.isThread === true ? findTask(view.context.tx, view.context.kernel, reader.parent) : reader;
}

export const proc = computedFileSystem({
	name: 'proc',
	fileSizeBytes: 0,
	root: directory({
		...kernelEntries,
		mounts: {type: 'symlink', target: () => 'self/mounts'},
		net: {type: 'symlink', target: () => 'self/net'},
		self: ownLink(String),
		'thread-self': ownLink(pid => `${pid}/task/${pid}`),
	}, {family: processes}),
	owner(view) {
		const task = findSubject(view);
		return task === undefined ? {uid: 0, gid: 0} : {uid: task.uid, gid: task.gid};
	},
	refusals: {create: 'ENOENT', mkdir: 'ENOENT', openReadOnly: undefined},
});
