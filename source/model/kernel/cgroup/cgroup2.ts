// cgroup2 as a filesystem: a directory for each group, with a control file for each thing that can be asked or set. Directories are made and
// removed like others; the files come with them. Source: Linux Documentation/admin-guide/cgroup-v2.rst; kernel/cgroup/cgroup.c.
//
// A node is the group's number and, of a file, its place in the table of files:  number × 256 + place + 1.

import {must} from '../../../base/assert.js';
import {decodeText, encodeText} from '../../../base/bytes.js';
import {takeNumber} from '../counter.js';
import {type Failure, failed, failure} from '../errno.js';
import type {Attributes, DirectoryEntry, FsId, NewFile, NodeId} from '../file-types.js';
import type {FileSystemType, FsContext} from '../filesystem.js';
import {fileTime} from '../inode-filesystem.js';
import {findTask} from '../tasks.js';
import {
	addCgroup, type Cgroup, childPath, childrenOf, controllersOf, findCgroup, parentPath, putCgroup, removeCgroup, rootNumber, rootPath,
} from './cgroup-schema.js';
import type {ControlFile} from './control-file.js';
import {
	cpuFiles, cpusetFiles, ioFiles, memoryFiles, pidsFiles,
} from './controller-files.js';
import {adoptPages} from './page-cache.js';
import {checkHierarchyLimits, coreFiles, isPopulated} from './core-files.js';

const files: readonly ControlFile[] = [...coreFiles, ...cpuFiles, ...cpusetFiles, ...ioFiles, ...memoryFiles, ...pidsFiles];
const range = 256;

export const cgroup2: FileSystemType = {
	name: 'cgroup2',
	isVirtual: true,
	root: context => rootFor(context),
	attributes: (context, fs, node) => withGroup(context, node, (group, file) => attributes(context, fs, node, {group, file})),
	lookup: (context, _fs, directory, name) => withGroup(context, directory, (group, file) => file === undefined ? lookup(context, group, name) : failure('ENOTDIR')),
	parent(context, _fs, node) {
		const group = groupOf(context, node);
		const at = node % range > 0 ? group?.path : parentPath(group?.path ?? rootPath);
		return (findCgroup(context.tx, context.kernel, at ?? rootPath)?.number ?? rootNumber) * range;
	},
	entries: (context, _fs, directory) => withGroup(context, directory, (group, file) => file === undefined ? entries(context, group) : failure('ENOTDIR')),
	readlink: () => failure('EINVAL'),
	create: (context, _fs, directory, name, file) => withGroup(context, directory, group => create(context, group, name, file)),
	link: () => failure('EPERM'),
	unlink: () => failure('EPERM'),
	rmdir: (context, _fs, directory, name) => withGroup(context, directory, group => rmdir(context, group, name)),
	rename: () => failure('EPERM'),
	open: () => undefined,
	release() {},
	read: (context, _fs, node, offset, count) => withGroup(context, node, (group, file) =>
		file?.read === undefined ? failure(file === undefined ? 'EISDIR' : 'EINVAL') : encodeText(file.read({context, group})).subarray(offset, offset + count)),
	write: (context, _fs, node, _offset, bytes) => withGroup(context, node, (group, file) => {
		const done = file?.write === undefined ? failure('EINVAL') : file.write({context, group}, decodeText(bytes));
		return failed(done) ? done : bytes.length;
	}),
	setAttributes: (context, _fs, node, {mode, uid, gid}) => withGroup(context, node, (group, file) => {
		if (mode === undefined && uid === undefined && gid === undefined) {
			// Truncation, which `>` asks for, and times mean nothing here.
			return;
		}

		const now = ownerOf(group, file);
		const owner = {mode: mode ?? now.mode, uid: uid ?? now.uid, gid: gid ?? now.gid};
		putCgroup(context.tx, context.kernel, file === undefined ? {...group, ...owner} : {...group, owners: new Map(group.owners).set(file.name, owner)});
	}),
	xattrs: () => new Map(),
	setXattr: () => failure('EOPNOTSUPP'),
	usage: () => ({type: 'cgroup2', totalBytes: 0, freeBytes: 0, totalInodes: 0, freeInodes: 0}),
};

/** A mount shows the tree from the root of the mounter's cgroup namespace on. */
function rootFor(context: FsContext): NodeId {
	const task = context.task === undefined ? undefined : findTask(context.tx, context.kernel, context.task);
	const path = task === undefined ? rootPath : context.tx.get('namespace', task.namespaces.cgroup)?.cgroupRoot ?? rootPath;
	return (findCgroup(context.tx, context.kernel, path)?.number ?? rootNumber) * range;
}

function groupOf({tx, kernel}: FsContext, node: NodeId): Cgroup | undefined {
	const number = Math.floor(node / range);
	const path = number === rootNumber ? rootPath : tx.get(`cgroup-number:${kernel}`, number)?.path;
	return path === undefined ? undefined : findCgroup(tx, kernel, path);
}

function withGroup<T>(context: FsContext, node: NodeId, use: (group: Cgroup, file: ControlFile | undefined) => T | Failure): T | Failure {
	const group = groupOf(context, node);
	const file = node % range === 0 ? undefined : must(files[(node % range) - 1], 'withGroup: no such file');
	return group === undefined ? failure('ENODEV') : use(group, file);
}

function isThere({tx, kernel}: FsContext, group: Cgroup, file: ControlFile): boolean {
	const isRoot = group.path === rootPath;
	const isPlaced = file.onRoot === 'yes' || (file.onRoot === 'only') === isRoot;
	return isPlaced && (file.controller === 'core' || controllersOf(tx, kernel, group.path).includes(file.controller));
}

function ownerOf(group: Cgroup, file: ControlFile | undefined): {readonly mode: number; readonly uid: number; readonly gid: number} {
	return file === undefined ? group : group.owners.get(file.name) ?? {mode: file.mode, uid: group.uid, gid: group.gid};
}

function attributes(context: FsContext, fs: FsId, node: NodeId, {group, file}: {readonly group: Cgroup; readonly file: ControlFile | undefined}): Attributes {
	const timeUs = fileTime(context.tx);
	const {mode, uid, gid} = ownerOf(group, file);
	return {
		fs,
		node,
		type: file === undefined ? 'directory' : 'file',
		mode,
		nlink: file === undefined ? 2 + childrenOf(context.tx, context.kernel, group.path).length : 1,
		uid,
		gid,
		rdev: {major: 0, minor: 0},
		sizeBytes: 0,
		blocks: 0,
		atimeUs: timeUs,
		mtimeUs: timeUs,
		ctimeUs: timeUs,
	};
}

function lookup(context: FsContext, group: Cgroup, name: string): NodeId | Failure {
	const child = findCgroup(context.tx, context.kernel, childPath(group.path, name));
	if (child !== undefined) {
		return child.number * range;
	}

	const index = files.findIndex(file => file.name === name && isThere(context, group, file));
	return index === -1 ? failure('ENOENT') : group.number * range + index + 1;
}

function entries(context: FsContext, group: Cgroup): readonly DirectoryEntry[] {
	const own = files.flatMap((file, index): readonly DirectoryEntry[] =>
		isThere(context, group, file) ? [{name: file.name, node: group.number * range + index + 1, type: 'file'}] : []);
	const children = childrenOf(context.tx, context.kernel, group.path).map((child): DirectoryEntry =>
		({name: child.path.slice(child.path.lastIndexOf('/') + 1), node: child.number * range, type: 'directory'}));
	return [...own, ...children];
}

function create(context: FsContext, group: Cgroup, name: string, file: NewFile): NodeId | Failure {
	if (file.type !== 'directory') {
		return failure(file.type === 'file' ? 'EACCES' : 'EPERM');
	}

	if (!failed(lookup(context, group, name))) {
		return failure('EEXIST');
	}

	const refused = name.includes('\n') ? failure('EINVAL') : checkHierarchyLimits({context, group});
	return refused ?? makeGroup(context, childPath(group.path, name), file).number * range;
}

function makeGroup(context: FsContext, path: string, {mode, uid, gid}: Pick<NewFile, 'mode' | 'uid' | 'gid'>): Cgroup {
	return addCgroup(context.tx, context.kernel, path, {number: rootNumber + takeNumber(context.tx, 'cgroup'), mode, uid, gid});
}

function rmdir(context: FsContext, parent: Cgroup, name: string): void | Failure {
	const group = findCgroup(context.tx, context.kernel, childPath(parent.path, name));
	if (group === undefined) {
		return failure(failed(lookup(context, parent, name)) ? 'ENOENT' : 'ENOTDIR');
	}

	if (isPopulated({context, group}) || childrenOf(context.tx, context.kernel, group.path).length > 0) {
		return failure('EBUSY');
	}

	if (group.memory.fileBytes > 0) {
		adoptPages(context.tx, context.kernel, group.path, parent.path);
	}

	removeCgroup(context.tx, context.kernel, group);
}

/** Makes a group and those above it that are missing, with all controllers handed down to it: what systemd and container runtimes do. */
export function ensureCgroup(context: FsContext, path: string): Cgroup {
	const {tx, kernel} = context;
	const existing = findCgroup(tx, kernel, path);
	if (existing !== undefined) {
		return existing;
	}

	const parent = ensureCgroup(context, parentPath(path));
	const controllers = controllersOf(tx, kernel, parent.path);
	if (controllers.some(name => !parent.subtreeControl.includes(name))) {
		putCgroup(tx, kernel, {...parent, subtreeControl: controllers});
	}

	return makeGroup(context, path, {mode: 0o755, uid: 0, gid: 0});
}

/** Removes a group that has neither tasks nor groups below it; answers whether it could. */
export function dropCgroup(context: FsContext, path: string): boolean {
	const parent = findCgroup(context.tx, context.kernel, parentPath(path));
	return parent !== undefined && !failed(rmdir(context, parent, path.slice(path.lastIndexOf('/') + 1)));
}

/** Writes a control file of a group, as a daemon does that holds the tree. */
export function writeControl(context: FsContext, path: string, name: string, text: string): void | Failure {
	const group = findCgroup(context.tx, context.kernel, path);
	const file = group === undefined ? undefined : files.find(candidate => candidate.name === name && isThere(context, group, candidate));
	return group === undefined || file?.write === undefined ? failure('ENOENT') : file.write({context, group}, text);
}

/** Reads a control file of a group; undefined if there is none. */
export function readControl(context: FsContext, path: string, name: string): string | undefined {
	const group = findCgroup(context.tx, context.kernel, path);
	const file = group === undefined ? undefined : files.find(candidate => candidate.name === name && isThere(context, group, candidate));
	return group === undefined ? undefined : file?.read?.({context, group});
}

