// nsenter(1): runs a program in namespaces of other processes. Source: util-linux 2.38.1, sys-utils/nsenter.c.

import {errorTextOf, failed, type Failure} from '../model/kernel/errno.js';
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
	preserveCredentials: {long: 'preserve-credentials', help: 'do not touch uids or gids'},
	root: {short: 'r', long: 'root', value: '<dir>', optional: true, help: 'set the root directory'},
	wd: {short: 'w', long: 'wd', value: '<dir>', optional: true, help: 'set the working directory'},
	wdns: {short: 'W', long: 'wdns', value: '<dir>', help: 'set the working directory in namespace'},
	time: {short: 'T', long: 'time', ...file, help: 'enter time namespace (not modelled)'},
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

	if (t.has('time')) {
		return yield * t.complain('time namespaces are not modelled by virtlab');
	}

	const entries = yield * openAll(t, target);
	if (typeof entries === 'number') {
		return entries;
	}

	const places = yield * openPlaces(t, target);
	if (typeof places === 'number') {
		return places;
	}

	// Groups are given up before or after the user namespace is entered, wherever it is allowed.
	const setsIds = entries.some(({kind}) => kind === 'user') && !t.has('preserveCredentials');
	const mustClear = setsIds && failed(t.sys.setgroups([]));
	const wrong = (yield * enterAll(t, entries)) ?? (yield * enterPlaces(t, places));
	if (wrong !== undefined) {
		return wrong;
	}

	const needsChild = entries.some(({kind}) => kind === 'pid') && !t.has('noFork');
	return yield * needsChild ? inChild(t.process, t.name, child => launch(t, child, {setsIds, mustClear})) : launch(t, t.process, {setsIds, mustClear});
});

/** In two rounds: what cannot be entered yet may be once the user namespace was. */
function * enterAll(t: Tool<Name>, entries: readonly Entry[]): Blocking<number | undefined> {
	const later: Entry[] = [];
	for (const entry of entries) {
		if (failed(t.sys.setns(entry.fd))) {
			later.push(entry);
		}
	}

	for (const {kind, fd} of later) {
		const refusal = t.sys.setns(fd);
		if (failed(refusal)) {
			return yield * t.complain(`reassociate to namespace 'ns/${kind}' failed: ${errorTextOf(refusal)}`);
		}
	}

	for (const {fd} of entries) {
		t.sys.close(fd);
	}

	return undefined;
}

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

type Places = {readonly root: Fd | undefined; readonly wd: Fd | undefined};

/** Directories are opened before anything is entered, and mean the same afterwards. */
function * openPlaces(t: Tool<Name>, target: string | undefined): Blocking<Places | number> {
	const places: {root: Fd | undefined; wd: Fd | undefined} = {root: undefined, wd: undefined};
	for (const [name, link] of [['root', 'root'], ['wd', 'cwd']] as const) {
		if (!t.has(name)) {
			continue;
		}

		if (t.value(name) === undefined && target === undefined) {
			return yield * t.complain(`neither filename nor target pid supplied for ${link}`);
		}

		const path = t.value(name) ?? `/proc/${target}/${link}`;
		const fd = t.sys.open(path, {read: true});
		if (failed(fd)) {
			return yield * t.complain(`cannot open ${path}: ${errorTextOf(fd)}`);
		}

		places[name] = fd;
	}

	return places;
}

function * enterPlaces(t: Tool<Name>, {root, wd}: Places): Blocking<number | undefined> {
	const {sys} = t;
	const wdns = t.value('wdns');
	const steps: ReadonlyArray<readonly [boolean, string, () => void | Failure]> = [
		[root !== undefined, 'change directory by root file descriptor failed', () => sys.fchdir(root!)],
		[root !== undefined, 'chroot failed', () => sys.chroot('.')],
		[wdns !== undefined, `cannot open ${wdns}`, () => sys.chdir(wdns!)],
		[wd !== undefined && wdns === undefined, 'change directory by working directory file descriptor failed', () => sys.fchdir(wd!)],
	];
	for (const [isWanted, words, step] of steps) {
		const refusal = isWanted ? step() : undefined;
		if (failed(refusal)) {
			return yield * t.complain(`${words}: ${errorTextOf(refusal)}`);
		}
	}

	for (const fd of [root, wd]) {
		if (fd !== undefined) {
			sys.close(fd);
		}
	}

	return undefined;
}

/** Who enters a user namespace becomes its root, unless told otherwise. */
function * launch(t: Tool<Name>, process: Process, {setsIds, mustClear}: {readonly setsIds: boolean; readonly mustClear: boolean}): Running {
	const {sys} = process;
	const uid = t.value('setuid') ?? (setsIds ? '0' : undefined);
	const gid = t.value('setgid') ?? (setsIds ? '0' : undefined);
	const steps: ReadonlyArray<readonly [boolean, string, () => void | Failure]> = [
		[gid !== undefined, 'setgroups failed', () => mustClear ? sys.setgroups([]) : void sys.setgroups([])],
		[gid !== undefined, 'setgid() failed', () => sys.setgid(Number(gid))],
		[uid !== undefined, 'setuid() failed', () => sys.setuid(Number(uid))],
	];
	for (const [isWanted, words, step] of steps) {
		const result = isWanted ? step() : undefined;
		if (failed(result)) {
			return yield * t.complain(`${words}: ${errorTextOf(result)}`);
		}
	}

	return yield * becomeProgram(process, t.name, t.operands);
}
