// System calls on who and where a task is: credentials, namespaces, host name, limits, randomness.

import {randomBytes} from '../../../base/random.js';
import {allCapabilities} from '../capabilities.js';
import {isCapableIn, isCapableOver} from '../capable.js';
import {failed, type Failure, failure} from '../errno.js';
import {branchNamespace, getNamespace} from '../namespaces.js';
import type {NamespaceKind, SystemCalls} from '../program.js';
import {maxNofile, resourceLimit, type ResourceLimit, type ResourceName} from '../resource-limits.js';
import type {NamespaceId, Task} from '../schema.js';
import {changeTask, getKernel} from '../tasks.js';
import {typeOf} from '../vfs.js';
import {fileOf} from './descriptor-calls.js';
import type {Self} from './self.js';

type IdentityCalls = Pick<SystemCalls, 'credentials' | 'setuid' | 'setgid' | 'setgroups' | 'dropCapability' | 'unshare' | 'setns' | 'uname' | 'sethostname' | 'getrandom' | 'getResourceLimit' | 'setResourceLimit'>;

export function identityCalls(self: Self): IdentityCalls {
	const {loop, kernel, id} = self;
	const update = (changes: Partial<Task>) => {
		changeTask(loop.tx, kernel, id, changes);
	};

	return {
		credentials() {
			const {uid, gid, groups, capabilities} = self.task;
			return {uid, gid, groups, capabilities: new Set(capabilities)};
		},
		setuid(uid) {
			const {task} = self;
			if (uid !== task.uid && !task.capabilities.includes('CAP_SETUID')) {
				return failure('EPERM');
			}

			// Leaving uid 0 clears the capabilities, capabilities(7).
			update({uid, ...(task.uid === 0 && uid !== 0 ? {capabilities: []} : {})});
		},
		setgid: gid => gid === self.task.gid || self.task.capabilities.includes('CAP_SETGID') ? update({gid}) : failure('EPERM'),
		setgroups: groups => self.task.capabilities.includes('CAP_SETGID') ? update({groups}) : failure('EPERM'),
		dropCapability: name => allCapabilities.includes(name) ? update({capabilities: self.task.capabilities.filter(held => held !== name)}) : failure('EINVAL'),
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

	const mayRaise = task.capabilities.includes('CAP_SYS_RESOURCE');
	if ((limit.hard > resourceLimit(task, name).hard && !mayRaise) || (name === 'nofile' && limit.hard > maxNofile)) {
		return failure('EPERM');
	}

	changeTask(loop.tx, kernel, id, {resourceLimits: {...task.resourceLimits, [name]: limit}});
}

function unshare(self: Self, kinds: readonly NamespaceKind[]): void | Failure {
	const {loop, kernel, id} = self;
	if (!kinds.includes('user') && kinds.length > 0 && !self.task.capabilities.includes('CAP_SYS_ADMIN')) {
		return failure('EPERM');
	}

	if (kinds.includes('user') && self.task.seccomp?.refusesUserNamespaces === true) {
		return failure('EPERM');
	}

	if (kinds.includes('user')) {
		const user = branchNamespace(loop.tx, self.task, 'user', self.task.namespaces.user);
		changeTask(loop.tx, kernel, id, {namespaces: {...self.task.namespaces, user}, capabilities: allCapabilities});
	}

	for (const kind of kinds) {
		const {task} = self;
		if (kind === 'pid') {
			// Takes effect for children only, pid_namespaces(7).
			changeTask(loop.tx, kernel, id, {childPidNamespace: branchNamespace(loop.tx, task, 'pid', task.namespaces.user)});
		} else if (kind !== 'user') {
			changeTask(loop.tx, kernel, id, {namespaces: {...task.namespaces, [kind]: branchNamespace(loop.tx, task, kind, task.namespaces.user)}});
		}
	}
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
	if (!isCapableIn(loop.tx, task, namespace.kind === 'user' ? namespace.id : namespace.owner, 'CAP_SYS_ADMIN')) {
		return failure('EPERM');
	}

	if (namespace.kind === 'pid') {
		changeTask(loop.tx, kernel, id, {childPidNamespace: namespace.id});
		return;
	}

	const entered = namespace.kind === 'mnt' ? rootOfMounts(self, namespace.id) : undefined;
	changeTask(loop.tx, kernel, id, {
		namespaces: {...task.namespaces, [namespace.kind]: namespace.id}, ...(entered === undefined ? {} : {root: entered, cwd: entered}),
	});
}

/** Joining a mount namespace moves root and working directory to its root, setns(2). */
function rootOfMounts(self: Self, namespace: NamespaceId): Task['root'] | undefined {
	for (const mount of self.loop.tx.table(`mount:${namespace}`).values()) {
		if (mount.parent === undefined) {
			return {mount: mount.id, node: mount.root};
		}
	}

	return undefined;
}
