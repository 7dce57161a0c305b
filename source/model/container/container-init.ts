// What runs in a container between its birth and its program: mounts, devices, credentials, then execve. Real engines leave this to runc.
// Source: opencontainers/runc libcontainer/standard_init_linux.go, rootfs_linux.go; moby/moby oci/defaults.go.

import {encodeText} from '../../base/bytes.js';
import {errorTextOf, failed} from '../kernel/errno.js';
import {attachMount, changeMount, findMount, hiddenMount, placeMount} from '../kernel/mount-tree.js';
import type {Process, Running} from '../kernel/program.js';
import {copyTree} from '../kernel/propagation.js';
import type {Mount, Place} from '../kernel/schema.js';
import type {NodeId, FsId} from '../kernel/file-types.js';
import {getTask} from '../kernel/tasks.js';
import {type Caller, resolve} from '../kernel/vfs.js';
import type {DeviceFile} from './container-devices.js';
import type {Propagation} from './container-schema.js';
import type {ContainerUser} from './container-user.js';
import {dockerInit} from './docker-init.js';
import {execute} from './execute.js';

/** A file or directory of the host that the container sees somewhere. */
export type BindMount = {
	readonly source: {
		readonly fs: FsId; readonly node: NodeId; readonly device: string; readonly type: string; readonly isDirectory: boolean;
		/** The host's mount that shows it, whose mounts below come with it, and how events pass between the two. */
		readonly mount?: number; readonly propagation?: Propagation;
		/** Without what is mounted below it. */
		readonly isAlone?: boolean;
	};
	readonly destination: string;
	readonly isWritable: boolean;
};

export type TmpfsMount = {readonly destination: string; readonly options: readonly string[]; readonly isWritable: boolean};

export type InitRequest = {
	readonly argv: readonly string[];
	readonly env: ReadonlyMap<string, string>;
	readonly workingDir: string;
	readonly user: ContainerUser;
	/** Capabilities that stay; `undefined` for all. */
	readonly capabilities: readonly string[] | undefined;
	readonly hasTerminal: boolean;
	/** `--init`: docker-init is the first process, and the program its child. */
	readonly usesInit: boolean;
	/** What is mounted before the program starts; undefined for a command run in a container that is there. */
	readonly mounts: undefined | {
		readonly binds: readonly (BindMount | TmpfsMount)[];
		readonly shmBytes: number;
		readonly isReadonly: boolean;
		readonly isPrivileged: boolean;
		readonly sysctls: readonly (readonly [name: string, value: string])[];
		readonly terminal: number | undefined;
		readonly devices: readonly DeviceFile[];
		readonly maskedPaths: readonly string[];
		readonly readonlyPaths: readonly string[];
	};
	/** Told once: undefined when the program is about to run, else why it cannot. */
	readonly report: (problem: string | undefined) => void;
};

export function * containerInit(process: Process, request: InitRequest): Running {
	const problem = (request.mounts === undefined ? undefined : setUpMounts(process, request.mounts)) ?? enterWorkingDir(process, request);
	if (problem !== undefined) {
		request.report(problem);
		return 128;
	}

	takeTerminal(process, request);
	dropPrivileges(process, request);
	const path = lookPath(process, request.argv[0] ?? '', request.env);
	if ('problem' in path) {
		request.report(path.problem);
		return 127;
	}

	if (request.usesInit) {
		request.report(undefined);
		return yield * dockerInit(process, {path: path.path, argv: request.argv, env: request.env});
	}

	return yield * execute(process, {path: path.path, argv: request.argv, env: request.env}, () => {
		request.report(undefined);
	});
}

function takeTerminal({sys}: Process, {hasTerminal}: InitRequest): void {
	if (hasTerminal) {
		sys.kernel().enterDevpts();
		sys.tcsetpgrp(0, sys.getpid());
	}
}

/** Credentials last: everything before needs the rights of root. */
function dropPrivileges({sys}: Process, {user, capabilities}: InitRequest): void {
	sys.setgroups(user.groups);
	sys.setgid(user.gid);
	const dropped = capabilities === undefined ? [] : [...sys.credentials().capabilities].filter(name => !capabilities.includes(name));
	for (const name of dropped) {
		sys.dropCapability(name, 'bounding');
	}

	sys.setuid(user.uid);
	for (const name of dropped) {
		sys.dropCapability(name, 'effective');
	}
}

function enterWorkingDir({sys}: Process, {workingDir, mounts}: InitRequest): string | undefined {
	const path = workingDir === '' ? '/' : workingDir;
	if (mounts !== undefined && failed(sys.lstat(path))) {
		makePath(sys, path);
	}

	const entered = sys.chdir(path);
	if (!failed(entered)) {
		return undefined;
	}

	const text = entered.errno === 'ENOTDIR' ? 'not a directory' : (entered.errno === 'EACCES' ? 'permission denied' : 'no such file or directory');
	return `chdir to cwd (${JSON.stringify(path)}) set in config.json failed: ${text}`;
}

function makePath(sys: Process['sys'], path: string): void {
	let at = '';
	for (const part of path.split('/').filter(each => each !== '')) {
		at += `/${part}`;
		if (failed(sys.lstat(at))) {
			sys.mkdir(at, 0o755);
		}
	}
}

/** Where a program is, as Go's exec.LookPath finds it, with its words. */
function lookPath({sys}: Process, file: string, env: ReadonlyMap<string, string>): {readonly path: string} | {readonly problem: string} {
	const isExecutable = (path: string): string | undefined => {
		const attributes = sys.stat(path);
		if (failed(attributes)) {
			return `stat ${path}: ${attributes.errno === 'EACCES' ? 'permission denied' : (attributes.errno === 'ENOTDIR' ? 'not a directory' : 'no such file or directory')}`;
		}

		if (attributes.type === 'directory') {
			return 'is a directory: permission denied';
		}

		return (attributes.mode & 0o111) === 0 || failed(sys.access(path, {execute: true})) ? 'permission denied' : undefined;
	};

	if (file.includes('/')) {
		const problem = isExecutable(file);
		return problem === undefined ? {path: file} : {problem: `exec: ${JSON.stringify(file)}: ${problem}`};
	}

	for (const directory of (env.get('PATH') ?? '').split(':')) {
		const path = `${directory === '' ? '.' : directory}/${file}`;
		if (file !== '' && isExecutable(path) === undefined) {
			return {path};
		}
	}

	return {problem: `exec: ${JSON.stringify(file)}: executable file not found in $PATH`};
}

type Mounts = NonNullable<InitRequest['mounts']>;

/** Mounts of every container, in the order of the default specification. */
function standardMounts({shmBytes, isPrivileged}: Mounts): readonly (readonly [type: string, target: string, options: readonly string[], source: string])[] {
	const readOnly = isPrivileged ? 'rw' : 'ro';
	return [
		['proc', '/proc', ['nosuid', 'nodev', 'noexec'], 'proc'],
		['tmpfs', '/dev', ['nosuid', 'strictatime', 'size=65536k', 'mode=755'], 'tmpfs'],
		['devpts', '/dev/pts', ['nosuid', 'noexec', 'gid=5', 'mode=620', 'ptmxmode=666'], 'devpts'],
		['sysfs', '/sys', ['nosuid', 'nodev', 'noexec', readOnly], 'sysfs'],
		['cgroup2', '/sys/fs/cgroup', ['nosuid', 'nodev', 'noexec', readOnly], 'cgroup'],
		['mqueue', '/dev/mqueue', ['nosuid', 'nodev', 'noexec'], 'mqueue'],
		['tmpfs', '/dev/shm', ['nosuid', 'nodev', 'noexec', `size=${Math.floor(shmBytes / 1024)}k`], 'shm'],
	];
}

const standardDevices: readonly (readonly [name: string, minor: number, major: number])[] = [
	['null', 3, 1], ['zero', 5, 1], ['full', 7, 1], ['random', 8, 1], ['urandom', 9, 1], ['tty', 0, 5],
];
const deviceLinks = [['fd', '/proc/self/fd'], ['stdin', '/proc/self/fd/0'], ['stdout', '/proc/self/fd/1'], ['stderr', '/proc/self/fd/2'], ['core', '/proc/kcore'], ['ptmx', 'pts/ptmx']] as const;

function setUpMounts(process: Process, mounts: Mounts): string | undefined {
	const {sys} = process;
	const mask = sys.umask(0);
	for (const [type, target, options, source] of standardMounts(mounts)) {
		makePath(sys, target);
		const mounted = sys.mount({type, target, options, source, how: 'new'});
		if (failed(mounted) && mounted.errno !== 'ENODEV') {
			return `error mounting ${JSON.stringify(source)} to rootfs at ${JSON.stringify(target)}: mount ${source}:${target}: ${mounted.errno}`;
		}

		if (target === '/dev') {
			makeDevices(sys, mounts);
		}
	}

	for (const bind of mounts.binds) {
		const problem = 'source' in bind ? bindHostFile(process, bind) : mountTmpfs(sys, bind);
		if (problem !== undefined) {
			return problem;
		}
	}

	const refused = setParameters(process, mounts);
	if (refused !== undefined) {
		return refused;
	}

	if (!mounts.isPrivileged) {
		protectPaths(sys, mounts);
	}

	if (mounts.isReadonly) {
		sys.mount({type: '', source: '', target: '/', options: ['ro'], how: 'remount'});
	}

	sys.umask(mask);
	return undefined;
}

/** `--sysctl`: parameters of the container's own namespaces, while /proc/sys can still be written. */
function setParameters({sys}: Process, {sysctls}: Mounts): string | undefined {
	for (const [name, value] of sysctls) {
		const path = `/proc/sys/${name.replaceAll('.', '/')}`;
		const fd = sys.open(path, {write: true});
		const written = failed(fd) ? fd : sys.write(fd, encodeText(value));
		if (!failed(fd)) {
			sys.close(fd);
		}

		if (failed(written)) {
			return `${failed(fd) ? 'open' : 'write'} ${path}: ${errorTextOf(written).toLowerCase()}`;
		}
	}

	return undefined;
}

function makeDevices(sys: Process['sys'], {terminal, devices}: Mounts): void {
	for (const [name, minor, major] of standardDevices) {
		sys.mknod(`/dev/${name}`, 'char', 0o666, {major, minor});
	}

	for (const {path, type, mode, uid, gid, major, minor} of devices) {
		makePath(sys, path.slice(0, path.lastIndexOf('/')));
		// A device that has a standard one's name takes its place.
		sys.unlink(path);
		sys.mknod(path, type, mode, {major, minor});
		sys.chown(path, uid, gid);
	}

	for (const [name, target] of deviceLinks) {
		sys.symlink(target, `/dev/${name}`);
	}

	sys.mkdir('/dev/pts', 0o755);
	sys.mkdir('/dev/shm', 0o777);
	sys.mkdir('/dev/mqueue', 0o755);
	if (terminal !== undefined) {
		sys.mknod('/dev/console', 'char', 0o620, {major: 136, minor: terminal});
	}
}

/** Kernel files that a container may not change, or not see. */
function protectPaths(sys: Process['sys'], {maskedPaths, readonlyPaths}: Mounts): void {
	for (const path of readonlyPaths) {
		if (!failed(sys.lstat(path))) {
			sys.mount({type: '', source: path, target: path, options: ['ro'], how: 'bind'});
		}
	}

	for (const path of maskedPaths) {
		const attributes = sys.lstat(path);
		if (!failed(attributes)) {
			sys.mount(attributes.type === 'directory'
				? {type: 'tmpfs', source: 'tmpfs', target: path, options: ['ro'], how: 'new'}
				: {type: '', source: '/dev/null', target: path, options: [], how: 'bind'});
		}
	}
}

function mountTmpfs(sys: Process['sys'], {destination, options, isWritable}: TmpfsMount): string | undefined {
	makePath(sys, destination);
	const mounted = sys.mount({type: 'tmpfs', source: 'tmpfs', target: destination, options: ['nosuid', 'nodev', 'noexec', ...(isWritable ? [] : ['ro']), ...options], how: 'new'});
	return failed(mounted) ? `error mounting "tmpfs" to rootfs at ${JSON.stringify(destination)}: ${mounted.errno}` : undefined;
}

/** Shows something of the host. Its path means nothing in here, so the mount is attached directly. */
function bindHostFile(process: Process, {source, destination, isWritable}: BindMount): string | undefined {
	const {sys} = process;
	const existing = sys.stat(destination);
	if (failed(existing)) {
		makePath(sys, source.isDirectory ? destination : destination.slice(0, destination.lastIndexOf('/')));
		if (!source.isDirectory) {
			const fd = sys.open(destination, {write: true, create: true}, 0o755);
			if (!failed(fd)) {
				sys.close(fd);
			}
		}
	}

	const {tx, kernel, task, types} = sys.kernel();
	const caller: Caller = {context: {tx, kernel, task, types}, task: getTask(tx, kernel, task)};
	const target = resolve(caller, destination, true);
	if (failed(target) || (target.attributes.type === 'directory') !== source.isDirectory) {
		return `error mounting ${JSON.stringify(destination)} to rootfs at ${JSON.stringify(destination)}: mount: not a directory: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type`;
	}

	const original = source.mount === undefined ? undefined : findMount(tx, source.mount);
	if (original !== undefined) {
		bindTree(caller, original, {...source, place: target.place, isWritable});
		return undefined;
	}

	attachMount(tx, caller.task.namespaces.mnt, {
		parent: target.place.mount, mountpoint: target.place.node, fs: source.fs, root: source.node, source: source.device, type: source.type,
		flags: ['relatime', ...(isWritable ? [] : ['ro'])], fsOptions: [],
	});
	return undefined;
}

/** A mount of the host and those below it, in the container: as peers or slaves, or on their own (`rprivate`). */
function bindTree({context, task}: Caller, original: Mount, {place, node, isWritable, propagation = 'rprivate', isAlone = false}: BindMount['source'] & {readonly place: Place; readonly isWritable: boolean}): void {
	const kinship = propagation.endsWith('shared') ? 'peer' : (propagation.endsWith('slave') ? 'slave' : 'private');
	const copies = copyTree(context, original, {namespace: task.namespaces.mnt, kinship: () => kinship, root: node, isAlone});
	for (const [from, to] of copies) {
		const {flags} = findMount(context.tx, to)!;
		const shown = from === original.id ? flags.filter(flag => flag !== hiddenMount) : flags;
		changeMount(context.tx, to, {flags: [...new Set([...shown, ...isWritable ? [] : ['ro']])]});
	}

	placeMount(context.tx, copies.get(original.id)!, place);
}
