// nsenter(1): runs a program in namespaces of other processes. Source: util-linux 2.38.1, sys-utils/nsenter.c.

import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Fd, Process, Running} from '../model/kernel/program.js';
import {becomeProgram, inChild} from './enter-program.js';
import type {Command} from './options.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const file = {value: '<file>', optional: true} as const;

const options = {
	all: {short: 'a', long: 'all', help: 'enter all namespaces'},
	target: {short: 't', long: 'target', value: '<pid>', help: 'target process to get namespaces from'},
	mount: {short: 'm', long: 'mount', ...file, help: 'enter mount namespace'},
	uts: {short: 'u', long: 'uts', ...file, help: 'enter UTS namespace (hostname etc)'},
	ipc: {short: 'i', long: 'ipc', ...file, help: 'enter System V IPC namespace'},
	net: {short: 'n', long: 'net', ...file, help: 'enter network namespace'},
	pid: {short: 'p', long: 'pid', ...file, help: 'enter pid namespace'},
	cgroup: {short: 'C', long: 'cgroup', ...file, help: 'enter cgroup namespace'},
	user: {short: 'U', long: 'user', ...file, help: 'enter user namespace'},
	setuid: {short: 'S', long: 'setuid', value: '<uid>', help: 'set uid in entered namespace'},
	setgid: {short: 'G', long: 'setgid', value: '<gid>', help: 'set gid in entered namespace'},
	root: {short: 'r', long: 'root', value: '<dir>', optional: true, help: 'set the root directory'},
	wd: {short: 'w', long: 'wd', value: '<dir>', optional: true, help: 'set the working directory'},
	noFork: {short: 'F', long: 'no-fork', help: 'do not fork before exec\'ing <program>'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'nsenter', usage: ['[options] [<program> [<argument>...]]'], summary: '\nRun a program with namespaces of other processes.', options, stopAtOperand: true, version: 'from util-linux 2.38.1'};

/** In the order in which they are entered: user first, because it gives the rights to the others. */
const namespaces = [['user', 'user'], ['cgroup', 'cgroup'], ['ipc', 'ipc'], ['uts', 'uts'], ['net', 'net'], ['pid', 'pid'], ['mount', 'mnt']] as const;

type Entry = {readonly kind: string; readonly fd: Fd};

export const nsenter = tool(command, function * (t) {
	const target = t.value('target');
	if (target !== undefined && !/^\d+$/v.test(target)) {
		return yield * t.complain(`failed to parse pid: '${target}'`);
	}

	if (t.has('all') && target === undefined) {
		return yield * t.complain('no target PID specified for --all');
	}

	const entries = yield * openAll(t, target);
	if (typeof entries === 'number') {
		return entries;
	}

	const places = yield * openPlaces(t, target);
	if (typeof places === 'number') {
		return places;
	}

	for (const {kind, fd} of entries) {
		const refusal = t.sys.setns(fd);
		t.sys.close(fd);
		if (failed(refusal)) {
			return yield * t.complain(`reassociate to namespace 'ns/${kind}' failed: ${errorTextOf(refusal)}`);
		}
	}

	const entered = yield * enterPlaces(t, places);
	if (entered !== 0) {
		return entered;
	}

	const needsChild = entries.some(({kind}) => kind === 'pid') && !t.has('noFork');
	return yield * needsChild ? inChild(t.process, t.name, child => launch(t, child)) : launch(t, t.process);
});

function * openAll(t: Tool<Name>, target: string | undefined): Blocking<readonly Entry[] | number> {
	const entries: Entry[] = [];
	for (const [name, kind] of namespaces) {
		if (!t.has(name) && !(t.has('all') && !(yield * isOwn(t, `/proc/${target}/ns/${kind}`, kind)))) {
			continue;
		}

		const written = t.value(name);
		if (written === undefined && target === undefined) {
			return yield * t.complain(`neither filename nor target pid supplied for ns/${kind}`);
		}

		const path = written ?? `/proc/${target}/ns/${kind}`;
		const fd = t.sys.open(path, {read: true});
		if (failed(fd)) {
			return yield * t.complain(`cannot open ${path}: ${errorTextOf(fd)}`);
		}

		entries.push({kind, fd});
	}

	return entries;
}

/** --all leaves out namespaces that the caller is in already. */
function * isOwn(t: Tool<Name>, path: string, kind: string): Blocking<boolean> {
	const [theirs, own] = [t.sys.readlink(path), t.sys.readlink(`/proc/self/ns/${kind}`)];
	return !failed(theirs) && !failed(own) && theirs.target === own.target;
}

type Places = {readonly root: string | undefined; readonly wd: string | undefined};

/**
 * Directories of the target are those of its /proc entry, found before the mount namespace changes.
 * Simplified: after the mount namespace was entered its own root is taken for the target's, and the working directory is looked up again.
 */
function * openPlaces(t: Tool<Name>, target: string | undefined): Blocking<Places | number> {
	for (const name of ['root', 'wd'] as const) {
		if (t.has(name) && t.value(name) === undefined && target === undefined) {
			return yield * t.complain(`neither filename nor target pid supplied for ${name === 'root' ? 'root' : 'cwd'}`);
		}
	}

	const entersMounts = t.has('mount', 'all');
	const cwd = t.sys.readlink(`/proc/${target}/cwd`);
	return {
		root: t.has('root') ? t.value('root') ?? (entersMounts ? '/' : `/proc/${target}/root`) : undefined,
		wd: t.has('wd') ? t.value('wd') ?? (entersMounts && !failed(cwd) ? cwd.target : `/proc/${target}/cwd`) : undefined,
	};
}

function * enterPlaces(t: Tool<Name>, {root, wd}: Places): Blocking<number> {
	if (root !== undefined) {
		const refusal = t.sys.chroot(root);
		if (failed(refusal)) {
			return yield * t.complain(`chroot failed: ${errorTextOf(refusal)}`);
		}

		t.sys.chdir('/');
	}

	const refusal = wd === undefined ? undefined : t.sys.chdir(wd);
	return failed(refusal) ? yield * t.complain(`change directory by working directory file descriptor failed: ${errorTextOf(refusal)}`) : 0;
}

function * launch(t: Tool<Name>, process: Process): Running {
	const [uid, gid] = [t.value('setuid'), t.value('setgid')];
	const steps: ReadonlyArray<readonly [string, () => unknown]> = [
		['setgroups failed', () => gid === undefined ? undefined : process.sys.setgroups([])],
		['setgid failed', () => gid === undefined ? undefined : process.sys.setgid(Number(gid))],
		['setuid failed', () => uid === undefined ? undefined : process.sys.setuid(Number(uid))],
	];
	for (const [words, step] of steps) {
		const result = step();
		if (failed(result)) {
			return yield * t.complain(`${words}: ${errorTextOf(result)}`);
		}
	}

	return yield * becomeProgram(process, t.name, t.operands);
}
