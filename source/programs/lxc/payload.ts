// What runs in an LXC container between its birth and its program: namespaces, root filesystem, mounts, devices, capabilities. The same
// calls as a container made by hand. Source: LXC 5.0.2, src/lxc/start.c (do_start), conf.c (lxc_setup).

import {encodeText} from '../../base/bytes.js';
import {read, wait, write} from '../../model/kernel/blocking.js';
import {allCapabilities} from '../../model/kernel/capabilities.js';
import {errorTextOf, failed} from '../../model/kernel/errno.js';
import type {Fd, Process, Running} from '../../model/kernel/program.js';
import {executeByPath} from '../run-command.js';
import {allSettings, type LxcContainer, rootfsOf, setting, writeText} from './container.js';
import {payloadGroup} from './state.js';

/** The program of the container: its first process (`lxc-start`), or the child of one that only waits for it (`lxc-execute`). */
export type Payload = {readonly argv: readonly string[]; readonly isChild: boolean};

type Gates = {readonly ready: Fd; readonly go: Fd; readonly error: Fd};

export function * enterContainer(process: Process, container: LxcContainer, payload: Payload, gates: Gates): Running {
	const {sys} = process;
	const isIn = writeText(process, `${payloadGroup(container.name)}/cgroup.procs`, '0');
	const unshared = sys.unshare(['mnt', 'uts', 'ipc', 'net', 'cgroup']);
	yield * write(process, gates.ready, encodeText('r'));
	yield * read(process, gates.go, 1);
	sys.close(gates.ready);
	sys.close(gates.go);
	sys.setCloseOnExec(gates.error, true);
	const problem = isIn && !failed(unshared) ? setUpRoot(process, container) : 'Failed to unshare namespaces';
	if (problem !== undefined) {
		yield * write(process, gates.error, encodeText(`../src/lxc/conf.c: lxc_setup_rootfs_prepare_root: 4437 ${problem}\n../src/lxc/start.c: do_start: 1274 Failed to setup container "${container.name}"\n`));
		return 1;
	}

	sys.sethostname(setting(container, 'lxc.uts.name') ?? container.name);
	sys.setsid();
	dropCapabilities(process, container);
	const environment = new Map(process.env).set('container', 'lxc');
	for (const text of allSettings(container, 'lxc.environment')) {
		environment.set(text.split('=')[0]!, text.split('=').slice(1).join('='));
	}

	return yield * payload.isChild ? waitForCommand(process, payload.argv, environment, gates.error) : become(process, payload.argv, environment, gates.error);
}

function * become(process: Process, argv: readonly string[], environment: ReadonlyMap<string, string>, error: Fd): Running {
	const image = executeByPath(process, argv, environment);
	if (failed(image)) {
		yield * write(process, error, encodeText(`../src/lxc/start.c: start: 2164 ${errorTextOf(image)} - Failed to exec "${argv[0]}"\n`));
		return 1;
	}

	return yield * image.run();
}

/** init.lxc: runs a command, collects what the container leaves behind, and ends as the command does. */
function * waitForCommand(process: Process, argv: readonly string[], environment: ReadonlyMap<string, string>, error: Fd): Running {
	const {sys} = process;
	sys.setProcessName('lxc-execute');
	sys.setProcessTitle('init');
	const child = sys.fork(function * (command) {
		const image = executeByPath(command, argv, environment);
		return failed(image) ? 255 : yield * image.run();
	});
	sys.close(error);
	for (;;) {
		const ended = yield * wait(process, -1);
		if (failed(ended) && ended.errno !== 'EINTR') {
			return 1;
		}

		if (!failed(ended) && ended.pid === child) {
			return ended.kind === 'exited' ? ended.status : 1;
		}
	}
}

/** The root filesystem, made the root of the new mount namespace, with what belongs into it; a text says what could not be done. */
function setUpRoot({sys}: Process, container: LxcContainer): string | undefined {
	const rootfs = rootfsOf(container);
	if (rootfs === undefined) {
		return undefined;
	}

	const root = rootfs.kind === 'dir' ? rootfs.path : `${container.directory}/rootfs`;
	sys.mount({source: 'none', target: '/', type: 'none', options: [], how: 'rslave'});
	const mounted = rootfs.kind === 'dir'
		? sys.mount({source: root, target: root, type: 'none', options: [], how: 'rbind'})
		: sys.mount({source: rootfs.lower, target: root, type: 'overlay', options: [`lowerdir=${rootfs.lower}`, `upperdir=${rootfs.upper}`, `workdir=${rootfs.work}`], how: 'new'});
	if (failed(mounted)) {
		return `${errorTextOf(mounted)} - Failed to mount rootfs "${setting(container, 'lxc.rootfs.path')}" onto "${root}"`;
	}

	for (const step of standardMounts) {
		mountStandard(sys, root, step);
	}

	for (const entry of allSettings(container, 'lxc.mount.entry')) {
		const problem = mountEntry(sys, root, entry);
		if (problem !== undefined) {
			return problem;
		}
	}

	for (const step of lastMounts) {
		mountStandard(sys, root, step);
	}

	const entered = failed(sys.chdir(root)) ? undefined : sys.pivotRoot('.', '.');
	sys.umount('.', {lazy: true});
	sys.chdir('/');
	return failed(entered) ? `${errorTextOf(entered)} - Failed to pivot into new rootfs` : undefined;
}

type StandardMount = readonly [type: string, target: string, source: string, options: readonly string[]];

/** lxc.autodev = 1 and lxc.mount.auto = cgroup:mixed proc:mixed sys:mixed, which the templates ask for; in between come the container's own. */
const standardMounts: readonly StandardMount[] = [
	['tmpfs', '/dev', 'none', ['size=492k', 'mode=755']],
	['proc', '/proc', 'proc', ['nosuid', 'nodev', 'noexec']],
	['bind', '/proc/sys', '/proc/sys', ['ro']],
	['sysfs', '/sys', 'sysfs', ['ro']],
];
const lastMounts: readonly StandardMount[] = [
	['cgroup2', '/sys/fs/cgroup', 'none', ['nosuid', 'nodev', 'noexec']],
	['devpts', '/dev/pts', 'devpts', ['nosuid', 'noexec', 'gid=5', 'mode=620', 'ptmxmode=666', 'max=1024']],
];

function mountStandard(sys: Process['sys'], root: string, [type, path, source, options]: StandardMount): void {
	const target = `${root}${path}`;
	makePath(sys, target);
	if (type === 'bind') {
		sys.mount({source: `${root}${source}`, target, type: 'none', options: [], how: 'bind'});
		sys.mount({source: 'none', target, type: 'none', options, how: 'remount'});
	} else {
		sys.mount({source, target, type, options, how: 'new'});
	}

	if (path === '/dev') {
		makeDevices(sys, root);
	}
}

const devices: ReadonlyArray<readonly [name: string, major: number, minor: number]> = [['full', 1, 7], ['null', 1, 3], ['random', 1, 8], ['tty', 5, 0], ['urandom', 1, 9], ['zero', 1, 5]];
const links = [['fd', '/proc/self/fd'], ['stdin', '/proc/self/fd/0'], ['stdout', '/proc/self/fd/1'], ['stderr', '/proc/self/fd/2'], ['ptmx', 'pts/ptmx']] as const;

function makeDevices(sys: Process['sys'], root: string): void {
	const mask = sys.umask(0);
	for (const [name, major, minor] of devices) {
		sys.mknod(`${root}/dev/${name}`, 'char', 0o666, {major, minor});
	}

	for (const [name, target] of links) {
		sys.symlink(target, `${root}/dev/${name}`);
	}

	sys.umask(mask);
}

export function makePath(sys: Process['sys'], path: string): void {
	let at = '';
	for (const part of path.split('/').filter(each => each !== '')) {
		at += `/${part}`;
		if (failed(sys.lstat(at))) {
			sys.mkdir(at, 0o755);
		}
	}
}

/** A line of fstab(5) whose mount point is relative to the root filesystem. */
function mountEntry(sys: Process['sys'], root: string, entry: string): string | undefined {
	const [source = '', target = '', type = '', list = 'defaults'] = entry.split(/\s+/v);
	const options = list.split(',');
	const path = `${root}/${target.replace(/^\//v, '')}`;
	if (options.includes('create=dir')) {
		makePath(sys, path);
	}

	if (options.includes('create=file') && failed(sys.stat(path))) {
		makePath(sys, path.slice(0, path.lastIndexOf('/')));
		writeText({sys}, path, '', true);
	}

	const how = options.includes('rbind') ? 'rbind' : (options.includes('bind') ? 'bind' : 'new');
	const rest = options.filter(option => !['bind', 'rbind', 'optional', 'defaults'].includes(option) && !option.startsWith('create='));
	const mounted = sys.mount({source, target: path, type, options: rest, how});
	return failed(mounted) && !options.includes('optional') ? `${errorTextOf(mounted)} - Failed to mount "${source}" on "${path}"` : undefined;
}

/** lxc.cap.drop, on top of what /usr/share/lxc/config/common.conf drops for those that include it. */
function droppedCapabilities(container: LxcContainer): readonly string[] {
	const common = allSettings(container, 'lxc.include').some(path => path.endsWith('/common.conf')) ? ['mac_admin', 'mac_override', 'sys_time', 'sys_module', 'sys_rawio'] : [];
	const names = [...common, ...allSettings(container, 'lxc.cap.drop').flatMap(list => list.split(/\s+/v))].map(name => `CAP_${name.toUpperCase()}`);
	return allCapabilities.filter(name => names.includes(name));
}

export function dropCapabilities({sys}: Process, container: LxcContainer): void {
	for (const from of ['bounding', 'effective'] as const) {
		for (const name of droppedCapabilities(container)) {
			sys.dropCapability(name, from);
		}
	}
}
