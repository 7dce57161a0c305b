// System calls on who and where a task is: credentials, namespaces, host name, limits, randomness.

import {randomBytes} from '../../../base/random.js';
import {allCapabilities} from '../capabilities.js';
import {isCapableEverywhere, isCapableIn, isCapableOver} from '../capable.js';
import {failed, type Failure, failure} from '../errno.js';
import {rootMount} from '../mount-tree.js';
import {branchNamespaces, endUnused, getNamespace} from '../namespaces.js';
import type {NamespaceKind, SystemCalls} from '../program.js';
import {maxNofile, resourceLimit, type ResourceLimit, type ResourceName} from '../resource-limits.js';
import type {Namespace, NamespaceId, Task} from '../schema.js';
import {changeTask, getKernel} from '../tasks.js';
import {findShownId, isRootOf, shownId, toKernelId} from '../user-ids.js';
import {topmost, typeOf} from '../vfs.js';
import {fileOf} from './descriptor-calls.js';
import type {Self} from './self.js';

type IdentityCalls = Pick<SystemCalls, 'credentials' | 'setuid' | 'setgid' | 'setgroups' | 'dropCapability' | 'raiseAmbient' | 'unshare' | 'setns' | 'uname' | 'sethostname' | 'getrandom' | 'getResourceLimit' | 'setResourceLimit'>;

export function identityCalls(self: Self): IdentityCalls {
	const {loop, kernel} = self;
	return {
		...credentialCalls(self),
		unshare: kinds => unshare(self, kinds),
		setns: fd => setns(self, fd),
		uname() {
			const {release, version, machine} = getKernel(loop.tx, kernel);
			return {sysname: 'Linux', nodename: getNamespace(loop.tx, self.task.namespaces.uts).hostname, release, version, machine};
		},
		sethostname(name) {
			if (!isCapableOver(loop.tx, self.task, self.task.namespaces.uts, 'CAP_SYS_ADMIN')) {
				return failure('EPERM');
			}

			if (name.length > 64) {
				return failure('EINVAL');
			}

			const namespace = getNamespace(loop.tx, self.task.namespaces.uts);
			loop.tx.put('namespace', namespace.id, {...namespace, hostname: name});
		},
		getrandom(count) {
			const bytes = new Uint8Array(count);
			for (let at = 0; at < count; at += 32) {
				bytes.set(randomBytes(loop.tx, 'getrandom', Math.min(32, count - at)), at);
			}

			return bytes;
		},
		getResourceLimit: name => resourceLimit(self.task, name),
		setResourceLimit: (name, limit) => setResourceLimit(self, name, limit),
	};
}

function setResourceLimit(self: Self, name: ResourceName, limit: ResourceLimit): void | Failure {
	const {loop, kernel, id, task} = self;
	if (limit.soft > limit.hard) {
		return failure('EINVAL');
	}

	const mayRaise = isCapableEverywhere(loop.tx, task, 'CAP_SYS_RESOURCE');
	if ((limit.hard > resourceLimit(task, name).hard && !mayRaise) || (name === 'nofile' && limit.hard > maxNofile)) {
		return failure('EPERM');
	}

	changeTask(loop.tx, kernel, id, {resourceLimits: {...task.resourceLimits, [name]: limit}});
}

function credentialCalls(self: Self): Pick<SystemCalls, 'credentials' | 'setuid' | 'setgid' | 'setgroups' | 'dropCapability' | 'raiseAmbient'> {
	const {loop} = self;
	const update = (changes: Partial<Task>) => {
		changeTask(loop.tx, self.kernel, self.id, changes);
	};

	return {
		credentials() {
			const {uid, gid, groups, capabilities, namespaces: {user}} = self.task;
			return {uid: shownId(loop.tx, user, 'uid', uid), gid: shownId(loop.tx, user, 'gid', gid), groups: groups.map(group => shownId(loop.tx, user, 'gid', group)), capabilities: new Set(capabilities)};
		},
		setuid: uid => setuid(self, uid),
		setgid(gid) {
			const {task} = self;
			const id = toKernelId(loop.tx, task.namespaces.user, 'gid', gid);
			return id === undefined ? failure('EINVAL') : (id === task.gid || task.capabilities.includes('CAP_SETGID') ? update({gid: id}) : failure('EPERM'));
		},
		setgroups: groups => setgroups(self, groups),
		dropCapability(name, from) {
			if (!allCapabilities.includes(name)) {
				return failure('EINVAL');
			}

			const {capabilities, bounding, ambient} = self.task;
			if (from === 'bounding' && !capabilities.includes('CAP_SETPCAP')) {
				return failure('EPERM');
			}

			const without = (set: readonly string[]): readonly string[] => set.filter(held => held !== name);
			update(from === 'bounding' ? {bounding: without(bounding)} : {capabilities: without(capabilities), ambient: without(ambient)});
		},
		raiseAmbient(name) {
			const {capabilities, ambient} = self.task;
			return capabilities.includes(name) ? update({ambient: [...new Set([...ambient, name])]}) : failure('EPERM');
		},
	};
}

function setuid(self: Self, uid: number): void | Failure {
	const {task, loop: {tx}} = self;
	const id = toKernelId(tx, task.namespaces.user, 'uid', uid);
	if (id === undefined) {
		return failure('EINVAL');
	}

	if (id !== task.uid && !task.capabilities.includes('CAP_SETUID')) {
		return failure('EPERM');
	}

	// Leaving uid 0 clears the capabilities, capabilities(7).
	const leavesRoot = isRootOf(tx, task, task.uid) && !isRootOf(tx, task, id);
	changeTask(tx, self.kernel, self.id, {uid: id, ...leavesRoot ? {capabilities: [], ambient: []} : {}});
}

/** Refused while the namespace has no map of groups, and for ever once "deny" was written to /proc/PID/setgroups. */
function setgroups(self: Self, groups: readonly number[]): void | Failure {
	const {task, loop: {tx}} = self;
	const {user} = task.namespaces;
	const {parent, gidMap, setgroupsDenied} = getNamespace(tx, user);
	if (!task.capabilities.includes('CAP_SETGID') || (parent !== undefined && (gidMap.length === 0 || setgroupsDenied === true))) {
		return failure('EPERM');
	}

	const ids = groups.map(group => toKernelId(tx, user, 'gid', group));
	return ids.includes(undefined) ? failure('EINVAL') : changeTask(tx, self.kernel, self.id, {groups: ids as readonly number[]});
}

/** How deep user namespaces nest: 32 below the initial one. */
const maxUserLevels = 32;

function unshare(self: Self, kinds: readonly NamespaceKind[]): void | Failure {
	const {loop, kernel, id, task, context} = self;
	if (kinds.length === 0) {
		return;
	}

	const makesUser = kinds.includes('user');
	const refused = makesUser ? refuseUserNamespace(self) : (task.capabilities.includes('CAP_SYS_ADMIN') ? undefined : failure('EPERM'));
	if (refused !== undefined) {
		return refused;
	}

	const {namespaces, root, cwd} = branchNamespaces(context, task, kinds);
	// A new pid namespace is for children only, pid_namespaces(7).
	changeTask(loop.tx, kernel, id, {
		namespaces: {...namespaces, pid: task.namespaces.pid}, root, cwd, ...kinds.includes('pid') ? {childPidNamespace: namespaces.pid} : {}, ...makesUser ? fullRights : {},
	});
	endUnused(loop.tx, loop.types, kernel);
}

/** Who makes or joins a user namespace has all rights in it. */
const fullRights = {capabilities: allCapabilities, bounding: allCapabilities, ambient: []};

/** Whoever is in a chroot, or has ids that their own namespace does not know, cannot make one (kernel/user_namespace.c, create_user_ns). */
function refuseUserNamespace({task, loop: {tx}}: Self): Failure | undefined {
	let levels = 0;
	for (let at = getNamespace(tx, task.namespaces.user); at.parent !== undefined; at = getNamespace(tx, at.parent)) {
		levels++;
	}

	const {user} = task.namespaces;
	const isKnown = findShownId(tx, user, 'uid', task.uid) !== undefined && findShownId(tx, user, 'gid', task.gid) !== undefined;
	const top = rootMount(tx, task.namespaces.mnt);
	const isChrooted = top !== undefined && (task.root.mount !== top.id || task.root.node !== top.root);
	return levels >= maxUserLevels ? failure('ENOSPC') : (isChrooted || !isKnown || task.seccomp?.refusesUserNamespaces === true ? failure('EPERM') : undefined);
}

/** Joins the namespace of an open /proc/PID/ns/KIND. */
function setns(self: Self, fd: number): void | Failure {
	const {loop, kernel, id, context} = self;
	const what = fileOf(self, fd)?.what;
	if (what === undefined) {
		return failure('EBADF');
	}

	const namespaceId = what.kind === 'node' ? typeOf(context, what.fs).namespaceOf?.(context, what.fs, what.node) : undefined;
	if (namespaceId === undefined || failed(namespaceId)) {
		return failure('EINVAL');
	}

	const {task} = self;
	const namespace = getNamespace(loop.tx, namespaceId);
	const refused = refuseEntry(self, namespace);
	if (refused !== undefined) {
		return refused;
	}

	if (namespace.kind === 'pid') {
		changeTask(loop.tx, kernel, id, {childPidNamespace: namespace.id});
		endUnused(loop.tx, loop.types, kernel);
		return;
	}

	const entered = namespace.kind === 'mnt' ? rootOfMounts(self, namespace.id) : undefined;
	changeTask(loop.tx, kernel, id, {
		namespaces: {...task.namespaces, [namespace.kind]: namespace.id}, ...(entered === undefined ? {} : {root: entered, cwd: entered}), ...namespace.kind === 'user' ? fullRights : {},
	});
	endUnused(loop.tx, loop.types, kernel);
}

/** setns(2), EPERM and EINVAL: one needs rights over the namespace and, for all but a user namespace, over one's own. */
function refuseEntry({task, loop: {tx}}: Self, {id, kind, owner}: Namespace): Failure | undefined {
	if (kind === 'user') {
		return id === task.namespaces.user ? failure('EINVAL') : (isCapableIn(tx, task, id, 'CAP_SYS_ADMIN') ? undefined : failure('EPERM'));
	}

	const needed = kind === 'mnt' ? ['CAP_SYS_ADMIN', 'CAP_SYS_CHROOT'] : ['CAP_SYS_ADMIN'];
	if (!isCapableIn(tx, task, owner, 'CAP_SYS_ADMIN') || !needed.every(name => task.capabilities.includes(name))) {
		return failure('EPERM');
	}

	return kind === 'pid' && !isAncestor(tx, task.namespaces.pid, id) ? failure('EINVAL') : undefined;
}

/** Children can be born into the own pid namespace or one below it, not into one above or beside. */
function isAncestor(tx: Self['loop']['tx'], ancestor: NamespaceId, id: NamespaceId): boolean {
	for (let at: NamespaceId | undefined = id; at !== undefined; at = tx.get('namespace', at)?.parent) {
		if (at === ancestor) {
			return true;
		}
	}

	return false;
}

/** Joining a mount namespace moves root and working directory to its root, setns(2). */
function rootOfMounts({context: {tx}, caller}: Self, namespace: NamespaceId): Task['root'] | undefined {
	const mount = rootMount(tx, namespace);
	return mount === undefined ? undefined : topmost(caller, {mount: mount.id, node: mount.root});
}
