// Superblocks for mount(2): which types can be mounted, and what their options mean.

import {isCapableEverywhere, isCapableOver} from '../capable.js';
import {takeNumber} from '../counter.js';
import {type Failure, failure} from '../errno.js';
import type {FsId} from '../file-types.js';
import {makeInodeFileSystem} from '../inode-filesystem.js';
import {pageBytes} from '../file-content.js';
import type {NamespaceKind} from '../program.js';
import {getKernel} from '../tasks.js';
import {type IdKind, toKernelId} from '../user-ids.js';
import type {Self} from './self.js';

export type MountableRequest = {readonly type: string; readonly source: string; readonly options: readonly string[]};

/** Types of which a kernel has one instance, shown by every mount: by kernel, or by the namespace they show. */
const singletons: Readonly<Record<string, 'kernel' | 'pid'>> = {sysfs: 'kernel', cgroup2: 'kernel', proc: 'pid'};

export function makeMountable(self: Self, request: MountableRequest): FsId | Failure {
	const {loop, task} = self;
	const options = Object.fromEntries(request.options.map(option => {
		const equals = option.indexOf('=');
		return equals === -1 ? [option, ''] : [option.slice(0, equals), option.slice(equals + 1)];
	}));
	if (!loop.types.has(request.type)) {
		return failure('ENODEV');
	}

	if (!mayMountType(self, request.type)) {
		return failure('EPERM');
	}

	const shared = singletons[request.type];
	if (shared !== undefined) {
		const owner = shared === 'kernel' ? `kernel:${self.kernel}` : `pid:${task.childPidNamespace}`;
		return sharedFileSystem(self, request.type, owner, options);
	}

	const special = loop.mountable.get(request.type);
	if (special !== undefined) {
		return special(self.context, self.caller, options);
	}

	if (!loop.types.get(request.type)!.isVirtual) {
		// Block devices come with the storage model; a mount of one finds none.
		return failure('ENOENT');
	}

	const owner = ownerOfRoot(self, options);
	if (owner === undefined) {
		return failure('EINVAL');
	}

	// devpts and mqueue hold names only: df shows no size for them.
	return makeInodeFileSystem(loop.tx, request.type, {...options, ...request.type === 'tmpfs' ? owner : {}}, request.type === 'tmpfs' || request.type === 'devtmpfs' ? capacity(self, options['size']) : undefined);
}

/** A tmpfs belongs to who mounts it, unless its options name others, by the ids of the mounter's user namespace. */
function ownerOfRoot({task, loop: {tx}}: Self, options: Readonly<Record<string, string>>): {readonly uid: string; readonly gid: string} | undefined {
	const idOf = (kind: IdKind): number | undefined => {
		const given = options[kind];
		return given === undefined ? task[kind] : (/^\d{1,10}$/v.test(given) ? toKernelId(tx, task.namespaces.user, kind, Number(given)) : undefined);
	};

	const [uid, gid] = [idOf('uid'), idOf('gid')];
	const isMode = options['mode'] === undefined || /^[0-7]{1,4}$/v.test(options['mode']);
	return uid === undefined || gid === undefined || !isMode ? undefined : {uid: String(uid), gid: String(gid)};
}

/** Types that user namespaces may mount; by which namespace of the caller must belong to them, where one is shown (FS_USERNS_MOUNT and each type's own check). */
const inUserNamespaces: Readonly<Record<string, NamespaceKind | 'any'>> = {tmpfs: 'any', devpts: 'any', overlay: 'any', proc: 'pid', sysfs: 'net', cgroup2: 'cgroup', mqueue: 'ipc'};

function mayMountType({task, loop: {tx}}: Self, type: string): boolean {
	const kind = inUserNamespaces[type];
	if (kind === undefined) {
		return isCapableEverywhere(tx, task, 'CAP_SYS_ADMIN');
	}

	return kind === 'any' || isCapableOver(tx, task, kind === 'pid' ? task.childPidNamespace : task.namespaces[kind], 'CAP_SYS_ADMIN');
}

function sharedFileSystem(self: Self, type: string, owner: string, options: Readonly<Record<string, string>>): FsId {
	const {tx} = self.loop;
	for (const fs of tx.table('filesystem').values()) {
		if (fs.type === type && fs.options['owner'] === owner) {
			return fs.id;
		}
	}

	const id = takeNumber(tx, 'filesystem');
	tx.put('filesystem', id, {id, type, options: {...options, owner}, capacityBytes: undefined, usedBytes: 0, nextNode: 1, device: {major: 0, minor: takeNumber(tx, 'device')}});
	return id;
}

/** tmpfs takes half of the memory unless told otherwise, tmpfs(5). */
function capacity(self: Self, size: string | undefined): number {
	const {memoryBytes} = getKernel(self.loop.tx, self.kernel);
	const match = /^(?<number>\d+)(?<unit>[kmg%]?)$/iv.exec(size ?? '50%');
	const number = Number(match?.groups?.['number'] ?? 50);
	const unit = match?.groups?.['unit']?.toLowerCase() ?? '';
	const bytes = unit === '%' ? Math.floor(memoryBytes * number / 100) : number * ({k: 2 ** 10, m: 2 ** 20, g: 2 ** 30}[unit] ?? 1);
	return Math.ceil(bytes / pageBytes) * pageBytes;
}
