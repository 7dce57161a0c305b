// The core files: which tasks are in a group, which controllers it hands down, freezing and killing.
// Source: cgroup-v2.rst, "Core Interface Files"; Linux kernel/cgroup/cgroup.c for the errors and their order.

import {type Failure, failed, failure} from '../errno.js';
import type {Task} from '../schema.js';
import {allTasks, changeTask, findTask, pidIn, taskByPid} from '../tasks.js';
import {moveCharges} from './accounting.js';
import {
	childrenOf, type Controller, controllers, controllersOf, findCgroup, isInside, rootPath, withAncestors,
} from './cgroup-schema.js';
import {
	change, changeable, type ControlFile, type ControlView, keyed, readable,
} from './control-file.js';
import {parseLimit} from './values.js';

function tasksBelow({context, group}: ControlView): readonly Task[] {
	return [...allTasks(context.tx, context.kernel)].filter(task => isInside(task.cgroup, group.path));
}

/** Zombies do not populate a group: one that has nothing else can be removed. */
export function isPopulated(view: ControlView): boolean {
	return tasksBelow(view).some(task => task.state !== 'zombie');
}

function isFrozen({context, group}: ControlView): boolean {
	return withAncestors(context.tx, context.kernel, group.path).some(({frozen}) => frozen);
}

function readerOf({context}: ControlView): Task | undefined {
	return context.task === undefined ? undefined : findTask(context.tx, context.kernel, context.task);
}

/** The tasks that are directly in the group, by the reader's numbers; 0 for one that its pid namespace does not know. */
function listTasks(view: ControlView, withThreads: boolean): string {
	const {context, group} = view;
	const namespace = readerOf(view)?.namespaces.pid ?? context.tx.get('kernel', context.kernel)?.initial.pid ?? 0;
	return [...allTasks(context.tx, context.kernel)]
		.filter(task => task.cgroup === group.path && task.state !== 'zombie' && (withThreads || !task.isThread))
		.map(task => pidIn(task, namespace) ?? 0)
		.sort((a, b) => a - b)
		.map(pid => `${pid}\n`)
		.join('');
}

function moveTask(view: ControlView, text: string): void | Failure {
	const {context: {tx, kernel}, group} = view;
	const writer = readerOf(view);
	const pid = /^\s*\d+\s*$/v.test(text) ? Number(text) : undefined;
	if (pid === undefined || writer === undefined) {
		return failure('EINVAL');
	}

	const task = pid === 0 ? writer : taskByPid(tx, kernel, writer.namespaces.pid, pid);
	if (task === undefined || task.state === 'zombie') {
		return failure('ESRCH');
	}

	const refused = checkMove(view, writer, task);
	if (refused !== undefined) {
		return refused;
	}

	for (const member of [...allTasks(tx, kernel)].filter(each => each.id === task.id || (each.isThread && each.parent === task.id))) {
		moveCharges(tx, member, group.path);
		changeTask(tx, kernel, member.id, {cgroup: group.path});
		view.context.control?.setFrozen(member.id, isFrozen(view));
	}
}

/** Who may move whom (cgroup_procs_write_permission), then whether the group takes processes at all (cgroup_migrate_vet_dst). */
function checkMove(view: ControlView, writer: Task, task: Task): Failure | undefined {
	const {context: {tx, kernel}, group} = view;
	const common = withAncestors(tx, kernel, group.path).find(({path}) => isInside(task.cgroup, path));
	const owner = common?.owners.get('cgroup.procs')?.uid ?? common?.uid ?? 0;
	if (owner !== writer.uid && !writer.capabilities.includes('CAP_DAC_OVERRIDE')) {
		return failure('EACCES');
	}

	// With nsdelegate a cgroup namespace is a border that processes cannot be moved across.
	const border = tx.get('namespace', writer.namespaces.cgroup)?.cgroupRoot ?? rootPath;
	if (!isInside(task.cgroup, border) || !isInside(group.path, border)) {
		return failure('ENOENT');
	}

	// No internal processes: a group that hands controllers down has groups below, not processes.
	return group.path !== rootPath && group.subtreeControl.length > 0 ? failure('EBUSY') : undefined;
}

function writeSubtreeControl(view: ControlView, text: string): void | Failure {
	const {context: {tx, kernel}, group} = view;
	const enable = new Set<Controller>();
	const disable = new Set<Controller>();
	for (const word of text.trim().split(/\s+/v).filter(part => part !== '')) {
		const name = controllers.find(controller => controller === word.slice(1));
		if (name === undefined || !/^[+\-]/v.test(word)) {
			return failure('EINVAL');
		}

		const [into, outOf] = word.startsWith('+') ? [enable, disable] : [disable, enable];
		into.add(name);
		outOf.delete(name);
	}

	const news = [...enable].filter(name => !group.subtreeControl.includes(name));
	const available = controllersOf(tx, kernel, group.path);
	if (news.some(name => !available.includes(name))) {
		return failure('ENOENT');
	}

	const children = childrenOf(tx, kernel, group.path);
	if ([...disable].some(name => children.some(child => child.subtreeControl.includes(name)))) {
		return failure('EBUSY');
	}

	if (news.length > 0 && group.path !== rootPath && tasksBelow(view).some(task => task.cgroup === group.path && task.state !== 'zombie')) {
		return failure('EBUSY');
	}

	change(view, {subtreeControl: controllers.filter(name => enable.has(name) || (group.subtreeControl.includes(name) && !disable.has(name)))});
}

function writeFreeze(view: ControlView, text: string): void | Failure {
	const word = text.trim();
	if (!/^\d+$/v.test(word)) {
		return failure('EINVAL');
	}

	if (word !== '0' && word !== '1') {
		return failure('ERANGE');
	}

	change(view, {frozen: word === '1'});
	applyFreezing(view);
}

/** Holds or lets go every task of the group and those below, as its groups now say. */
function applyFreezing({context, group}: ControlView): void {
	for (const task of tasksBelow({context, group})) {
		const own = findCgroup(context.tx, context.kernel, task.cgroup);
		context.control?.setFrozen(task.id, own !== undefined && isFrozen({context, group: own}));
	}
}

function writeKill(view: ControlView, text: string): void | Failure {
	const word = text.trim();
	if (word !== '1') {
		return failure(/^\d+$/v.test(word) ? 'ERANGE' : 'EINVAL');
	}

	for (const task of tasksBelow(view)) {
		if (!task.isThread) {
			view.context.control?.setFrozen(task.id, false);
			view.context.control?.signal(task.id, 'KILL');
		}
	}
}

function descendants({context, group}: ControlView): number {
	return [...context.tx.table(`cgroup:${context.kernel}`).values()].filter(({path}) => path !== group.path && isInside(path, group.path)).length;
}

/** EAGAIN if cgroup.max.descendants or cgroup.max.depth of a group above forbids another one below `path`. */
export function checkHierarchyLimits(view: ControlView): Failure | undefined {
	const {context, group} = view;
	for (const [level, at] of withAncestors(context.tx, context.kernel, group.path).entries()) {
		const isFull = at.maxDescendants !== 'max' && descendants({context, group: at}) >= at.maxDescendants;
		const isDeep = at.maxDepth !== 'max' && level + 1 > at.maxDepth;
		if (isFull || isDeep) {
			return failure('EAGAIN');
		}
	}

	return undefined;
}

const everywhere = {onRoot: 'yes'} as const;
const belowRoot = {onRoot: 'not'} as const;

export const coreFiles: readonly ControlFile[] = [
	// Simplified: groups of threads are not modelled, so every group is a domain and stays one.
	changeable('cgroup.type', belowRoot, () => 'domain\n', (_view, text) => failure(text.trim() === 'threaded' ? 'EOPNOTSUPP' : 'EINVAL')),
	changeable('cgroup.procs', everywhere, view => listTasks(view, false), moveTask),
	changeable('cgroup.threads', everywhere, view => listTasks(view, true), () => failure('EOPNOTSUPP')),
	readable('cgroup.controllers', everywhere, ({context, group}) => `${controllersOf(context.tx, context.kernel, group.path).join(' ')}\n`),
	changeable('cgroup.subtree_control', everywhere, ({group}) => `${group.subtreeControl.join(' ')}\n`, writeSubtreeControl),
	readable('cgroup.events', belowRoot, view => keyed({populated: isPopulated(view) ? 1 : 0, frozen: isFrozen(view) ? 1 : 0})),
	changeable('cgroup.max.descendants', everywhere, ({group}) => `${group.maxDescendants}\n`, (view, text) => {
		const limit = parseLimit(text, 0, 2_147_483_647);
		return failed(limit) ? limit : change(view, {maxDescendants: limit});
	}),
	changeable('cgroup.max.depth', everywhere, ({group}) => `${group.maxDepth}\n`, (view, text) => {
		const limit = parseLimit(text, 0, 2_147_483_647);
		return failed(limit) ? limit : change(view, {maxDepth: limit});
	}),
	readable('cgroup.stat', everywhere, view => keyed({nr_descendants: descendants(view), nr_dying_descendants: 0})),
	changeable('cgroup.freeze', belowRoot, ({group}) => `${group.frozen ? 1 : 0}\n`, writeFreeze),
	{name: 'cgroup.kill', controller: 'core', onRoot: 'not', mode: 0o200, write: writeKill},
];

