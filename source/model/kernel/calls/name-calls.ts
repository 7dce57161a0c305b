// System calls on names: stat, directories, links, attributes, mounts.

import {isCapableEverywhere, isCapableOf} from '../capable.js';
import {failed, type Failure, failure} from '../errno.js';
import type {AttributeChanges, Attributes, NewFile} from '../file-types.js';
import {fileTime} from '../inode-filesystem.js';
import {endUnused} from '../namespaces.js';
import {mount, pivotRoot, umount} from '../mount.js';
import {coveringMount} from '../mount-tree.js';
import type {Fd, SystemCalls} from '../program.js';
import type {Place} from '../schema.js';
import {allTasks, changeTask} from '../tasks.js';
import {shownAttributes, toKernelId} from '../user-ids.js';
import {attributesAt, type Found, type FoundParent, pathOf, permits, resolve, resolveParent, typeOf, writable, entriesPerStep} from '../vfs.js';
import {fileOf, groupOfNew, mayChange} from './descriptor-calls.js';
import {makeMountable} from './mountable.js';
import {onFound, type Self} from './self.js';

type NameCalls = Pick<SystemCalls,
	'stat' | 'lstat' | 'access' | 'readdir' | 'readlink' | 'mkdir' | 'rmdir' | 'unlink' | 'link' | 'symlink' | 'rename' | 'mknod' | 'chmod' | 'chown' | 'utimes' | 'truncate'
	| 'getxattr' | 'setxattr' | 'listxattr' | 'removexattr' | 'statfs' | 'chdir' | 'fchdir' | 'getcwd' | 'chroot' | 'pivotRoot' | 'umask' | 'mount' | 'umount'>;

export function nameCalls(self: Self): NameCalls {
	const find = (path: string, follow: boolean) => resolve(self.caller, path, follow);
	return {
		stat: path => onFound(find(path, true), found => shownAttributes(self.loop.tx, self.task, found.attributes)),
		lstat: path => onFound(find(path, false), found => shownAttributes(self.loop.tx, self.task, found.attributes)),
		access: (path, want) => onFound(find(path, true), found => checkAccess(self, found, want)),
		readdir: path => onFound(find(path, true), found => readdir(self, found)),
		readlink: path => onFound(find(path, false), found => found.attributes.type === 'symlink' ? typeOf(self.context, found.fs).readlink(self.context, found.fs, found.place.node) : failure('EINVAL')),
		mkdir: (path, mode = 0o777) => make(self, path, {type: 'directory', mode: mode & ~self.task.umask}),
		symlink: (target, path) => target === '' ? failure('ENOENT') : make(self, path, {type: 'symlink', mode: 0o777, target}),
		mknod: (path, type, mode, rdev) => mknod(self, path, {type, mode: mode & ~self.task.umask, ...(rdev === undefined ? {} : {rdev})}),
		rmdir: path => withParent(self, path, parent => removeName(self, parent, 'directory')),
		unlink: path => withParent(self, path, parent => parent.wantsDirectory ? failure('EISDIR') : removeName(self, parent, 'file')),
		link: (from, to) => link(self, from, to),
		rename: (from, to, options = {}) => rename(self, from, to, options),
		chmod: (path, mode) => onFound(find(path, true), found => change(self, found, {mode: mode & 0o7777})),
		chown: (path, uid, gid, options) => onFound(find(path, options?.noFollow !== true), found => chown(self, found, uid, gid)),
		utimes: (path, atimeUs, mtimeUs, options) => onFound(find(path, options?.noFollow !== true), found => utimes(self, found, atimeUs, mtimeUs)),
		truncate: (path, sizeBytes) => onFound(find(path, true), found => truncate(self, found, sizeBytes)),
		getxattr: (path, name, options) => onFound(find(path, options?.noFollow !== true), found => onFound(typeOf(self.context, found.fs).xattrs(self.context, found.fs, found.place.node), xattrs => xattrs.get(name) ?? failure('ENODATA'))),
		setxattr: (path, name, value, options) => onFound(find(path, options?.noFollow !== true), found => setXattr(self, found, name, value)),
		listxattr: (path, options) => onFound(find(path, options?.noFollow !== true), found => onFound(typeOf(self.context, found.fs).xattrs(self.context, found.fs, found.place.node), xattrs =>
			[...xattrs.keys()].filter(name => !name.startsWith('trusted.') || isCapableEverywhere(self.loop.tx, self.task, 'CAP_SYS_ADMIN')))),
		removexattr: (path, name, options) => onFound(find(path, options?.noFollow !== true), found => setXattr(self, found, name, undefined)),
		statfs: path => onFound(find(path, true), found => typeOf(self.context, found.fs).usage(self.context, found.fs)),
		chdir: path => onFound(find(path, true), found => enter(self, found, 'cwd')),
		// Of a directory outside of the caller's root the kernel says "(unreachable)", which glibc makes ENOENT of (getcwd(3)).
		getcwd: () => onFound(pathOf(self.caller, self.task.cwd), found => found.path.startsWith('/') ? found : failure('ENOENT')),
		chroot: path => onFound(find(path, true), found => enter(self, found, 'root')),
		fchdir: fd => fchdir(self, fd),
		pivotRoot: (newRoot, putOld) => pivot(self, newRoot, putOld),
		umask(mask) {
			const before = self.task.umask;
			if (mask !== undefined) {
				changeTask(self.loop.tx, self.kernel, self.id, {umask: mask & 0o777});
			}

			return before;
		},
		mount: request => mount(self.caller, request, (type, source, options) => makeMountable(self, {type, source, options})),
		umount(target, options) {
			const refused = umount(self.caller, target, {lazy: options?.lazy ?? false});
			// What was mounted may have been the last that kept a namespace.
			if (refused === undefined) {
				endUnused(self.loop.tx, self.loop.types, self.kernel);
			}

			return refused;
		},
	};
}

function checkAccess(self: Self, found: Found, want: {readonly read?: boolean; readonly write?: boolean; readonly execute?: boolean}): void | Failure {
	const {caller} = self;
	if (want.write === true) {
		const readOnly = writable(caller, found.place.mount);
		if (failed(readOnly)) {
			return readOnly;
		}
	}

	const isAllowed = (want.read !== true || permits(caller, found.attributes, 'read'))
		&& (want.write !== true || permits(caller, found.attributes, 'write'))
		&& (want.execute !== true || permits(caller, found.attributes, 'execute'));
	return isAllowed ? undefined : failure('EACCES');
}

function readdir(self: Self, found: Found) {
	if (found.attributes.type !== 'directory') {
		return failure('ENOTDIR');
	}

	const entries = permits(self.caller, found.attributes, 'read') ? typeOf(self.context, found.fs).entries(self.context, found.fs, found.place.node) : failure('EACCES');
	self.loop.work += failed(entries) ? 0 : entries.length / entriesPerStep;
	return entries;
}

function withParent(self: Self, path: string, use: (parent: FoundParent) => void | Failure): void | Failure {
	const parent = resolveParent(self.caller, path);
	if (failed(parent)) {
		return parent;
	}

	return mayChange(self, parent.place.mount, parent.fs, parent.place.node) ?? use(parent);
}

function make(self: Self, path: string, file: Omit<NewFile, 'uid' | 'gid'>): void | Failure {
	const parent = resolveParent(self.caller, path);
	if (failed(parent)) {
		// `mkdir /` and `mkdir .` are told that the name exists.
		return ['EBUSY', 'EINVAL', 'ENOTEMPTY'].includes(parent.errno) ? failure('EEXIST') : parent;
	}

	if (!failed(typeOf(self.context, parent.fs).lookup(self.context, parent.fs, parent.place.node, parent.name))) {
		return failure('EEXIST');
	}

	if (parent.wantsDirectory && file.type !== 'directory') {
		return failure('ENOENT');
	}

	const refused = mayChange(self, parent.place.mount, parent.fs, parent.place.node);
	if (refused !== undefined) {
		return refused;
	}

	const directory = attributesAt(self.context, parent.fs, parent.place.node);
	const inheritsGroup = !failed(directory) && (directory.mode & 0o2000) !== 0 && file.type === 'directory';
	const node = typeOf(self.context, parent.fs).create(self.context, parent.fs, parent.place.node, parent.name, {
		...file, mode: inheritsGroup ? file.mode | 0o2000 : file.mode, uid: self.task.uid, gid: groupOfNew(self, parent.fs, parent.place.node),
	});
	return failed(node) ? node : undefined;
}

function mknod(self: Self, path: string, file: Omit<NewFile, 'uid' | 'gid'>): void | Failure {
	const isDevice = file.type === 'char' || file.type === 'block';
	return isDevice && !isCapableEverywhere(self.loop.tx, self.task, 'CAP_MKNOD') ? failure('EPERM') : make(self, path, file);
}

function removeName(self: Self, parent: FoundParent, want: 'file' | 'directory'): void | Failure {
	const {context} = self;
	const type = typeOf(context, parent.fs);
	const node = type.lookup(context, parent.fs, parent.place.node, parent.name);
	if (failed(node)) {
		return node;
	}

	const sticky = isProtectedBySticky(self, parent, node);
	if (sticky) {
		return failure('EPERM');
	}

	if (coveringMount(context.tx, self.task.namespaces.mnt, {mount: parent.place.mount, node}) !== undefined) {
		return failure('EBUSY');
	}

	return want === 'directory'
		? type.rmdir(context, parent.fs, parent.place.node, parent.name)
		: type.unlink(context, parent.fs, parent.place.node, parent.name);
}

/** In a sticky directory only the owners of the file and of the directory remove names. */
function isProtectedBySticky(self: Self, parent: FoundParent, node: number): boolean {
	const {context, task} = self;
	const directory = attributesAt(context, parent.fs, parent.place.node);
	const file = attributesAt(context, parent.fs, node);
	return !failed(directory) && !failed(file) && (directory.mode & 0o1000) !== 0
		&& task.uid !== file.uid && task.uid !== directory.uid && !isCapableOf(context.tx, task, file, 'CAP_FOWNER');
}

function link(self: Self, from: string, to: string): void | Failure {
	const source = resolve(self.caller, from, false);
	if (failed(source)) {
		return source;
	}

	// A directory is refused by the filesystem, after it has looked for the new name: EEXIST comes before EPERM.
	return withParent(self, to, parent => parent.fs !== source.fs || parent.place.mount !== source.place.mount
		? failure('EXDEV')
		: typeOf(self.context, parent.fs).link(self.context, parent.fs, source.place.node, parent.place.node, parent.name));
}

function rename(self: Self, from: string, to: string, options: {readonly noReplace?: boolean; readonly exchange?: boolean}): void | Failure {
	return withParent(self, from, source => withParent(self, to, target => {
		if (source.fs !== target.fs || source.place.mount !== target.place.mount) {
			return failure('EXDEV');
		}

		const {context} = self;
		const node = typeOf(context, source.fs).lookup(context, source.fs, source.place.node, source.name);
		if (failed(node)) {
			return node;
		}

		if (isProtectedBySticky(self, source, node)) {
			return failure('EPERM');
		}

		const attributes = attributesAt(context, source.fs, node);
		if (!failed(attributes) && attributes.type !== 'directory' && (source.wantsDirectory || target.wantsDirectory)) {
			return failure('ENOTDIR');
		}

		return typeOf(context, source.fs).rename(context, source.fs, {directory: source.place.node, name: source.name}, {directory: target.place.node, name: target.name}, options);
	}));
}

/** Changes attributes on a writable mount, for the owner or who has CAP_FOWNER. */
function change(self: Self, found: Found, changes: AttributeChanges): void | Failure {
	const {task} = self;
	if (task.uid !== found.attributes.uid && !isCapableOf(self.loop.tx, task, found.attributes, 'CAP_FOWNER')) {
		return failure('EPERM');
	}

	return apply(self, found, changes);
}

function apply(self: Self, found: Found, changes: AttributeChanges): void | Failure {
	const readOnly = writable(self.caller, found.place.mount);
	return failed(readOnly) ? readOnly : typeOf(self.context, found.fs).setAttributes(self.context, found.fs, found.place.node, changes);
}

function chown(self: Self, found: Found, givenUid: number | undefined, givenGid: number | undefined): void | Failure {
	const {task, loop: {tx}} = self;
	const {user} = task.namespaces;
	const uid = givenUid === undefined ? undefined : toKernelId(tx, user, 'uid', givenUid);
	const gid = givenGid === undefined ? undefined : toKernelId(tx, user, 'gid', givenGid);
	if ((givenUid !== undefined && uid === undefined) || (givenGid !== undefined && gid === undefined)) {
		return failure('EINVAL');
	}

	const {attributes} = found;
	const isOwnGroup = attributes.uid === task.uid && (gid === undefined || gid === task.gid || task.groups.includes(gid));
	const changesOwner = uid !== undefined && uid !== attributes.uid;
	if (!isCapableOf(tx, task, attributes, 'CAP_CHOWN') && (changesOwner || !isOwnGroup)) {
		return failure('EPERM');
	}

	return apply(self, found, {...(uid === undefined ? {} : {uid}), ...(gid === undefined ? {} : {gid}), ...cleared(attributes)});
}

/** A change of owner takes the set-user-id and set-group-id bits away from executables, chown(2). */
function cleared({type, mode}: Attributes): AttributeChanges {
	return type === 'file' && (mode & 0o6000) !== 0 ? {mode: mode & 0o1777} : {};
}

function utimes(self: Self, found: Found, atimeUs: number | undefined, mtimeUs: number | undefined): void | Failure {
	const {task, caller} = self;
	const isOwner = task.uid === found.attributes.uid || isCapableOf(self.loop.tx, task, found.attributes, 'CAP_FOWNER');
	const setsNow = atimeUs === undefined && mtimeUs === undefined;
	if (!isOwner && !(setsNow && permits(caller, found.attributes, 'write'))) {
		return failure(setsNow ? 'EACCES' : 'EPERM');
	}

	const timeUs = fileTime(self.loop.tx);
	return apply(self, found, setsNow ? {atimeUs: timeUs, mtimeUs: timeUs} : {...(atimeUs === undefined ? {} : {atimeUs}), ...(mtimeUs === undefined ? {} : {mtimeUs})});
}

function truncate(self: Self, found: Found, sizeBytes: number): void | Failure {
	if (found.attributes.type === 'directory') {
		return failure('EISDIR');
	}

	return permits(self.caller, found.attributes, 'write') ? apply(self, found, {sizeBytes}) : failure('EACCES');
}

function setXattr(self: Self, found: Found, name: string, value: Uint8Array | undefined): void | Failure {
	if (!/^(?:user|trusted|security|system)\../v.test(name)) {
		return failure('EOPNOTSUPP');
	}

	// Permission bits of symbolic links and devices say nothing about who may store data there, so only root's attributes are allowed (xattr(7)).
	if (name.startsWith('user.') && found.attributes.type !== 'file' && found.attributes.type !== 'directory') {
		return failure('EPERM');
	}

	const needed = name.startsWith('trusted.') || name.startsWith('security.') ? isCapableEverywhere(self.loop.tx, self.task, 'CAP_SYS_ADMIN') : permits(self.caller, found.attributes, 'write');
	if (!needed) {
		return failure(name.startsWith('user.') ? 'EACCES' : 'EPERM');
	}

	const readOnly = writable(self.caller, found.place.mount);
	return failed(readOnly) ? readOnly : typeOf(self.context, found.fs).setXattr(self.context, found.fs, found.place.node, name, value);
}

function enter(self: Self, found: Found, what: 'cwd' | 'root'): void | Failure {
	if (found.attributes.type !== 'directory') {
		return failure('ENOTDIR');
	}

	if (!permits(self.caller, found.attributes, 'execute')) {
		return failure('EACCES');
	}

	if (what === 'root' && !self.task.capabilities.includes('CAP_SYS_CHROOT')) {
		return failure('EPERM');
	}

	changeTask(self.loop.tx, self.kernel, self.id, {[what]: found.place});
}

function fchdir(self: Self, fd: Fd): void | Failure {
	const what = fileOf(self, fd)?.what;
	if (what?.kind !== 'node') {
		return failure(what === undefined ? 'EBADF' : 'ENOTDIR');
	}

	return onFound(attributesAt(self.context, what.fs, what.node), attributes => enter(self, {place: {mount: what.mount, node: what.node}, fs: what.fs, attributes}, 'cwd'));
}

function pivot(self: Self, newRoot: string, putOld: string): void | Failure {
	const moved = pivotRoot(self.caller, newRoot, putOld);
	if (failed(moved)) {
		return moved;
	}

	// Tasks whose root or working directory was the old root now have the new one (fs/fs_struct.c, chroot_fs_refs).
	const swap = (place: Place): Place => place.mount === moved.from.mount && place.node === moved.from.node ? moved.to : place;
	for (const {id, root, cwd} of [...allTasks(self.loop.tx, self.kernel)]) {
		if (root.mount === moved.from.mount || cwd.mount === moved.from.mount) {
			changeTask(self.loop.tx, self.kernel, id, {root: swap(root), cwd: swap(cwd)});
		}
	}
}
