// unshare(1): runs a program in new namespaces. Source: util-linux 2.38.1, sys-utils/unshare.c.

import {encodeText} from '../base/bytes.js';
import {write} from '../model/kernel/blocking.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {NamespaceKind, Process, Running} from '../model/kernel/program.js';
import {becomeProgram, inChild} from './enter-program.js';
import type {Command} from './options.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	mount: {short: 'm', long: 'mount', help: 'unshare mounts namespace'},
	uts: {short: 'u', long: 'uts', help: 'unshare UTS namespace (hostname etc)'},
	ipc: {short: 'i', long: 'ipc', help: 'unshare System V IPC namespace'},
	net: {short: 'n', long: 'net', help: 'unshare network namespace'},
	pid: {short: 'p', long: 'pid', help: 'unshare pid namespace'},
	user: {short: 'U', long: 'user', help: 'unshare user namespace'},
	cgroup: {short: 'C', long: 'cgroup', help: 'unshare cgroup namespace'},
	fork: {short: 'f', long: 'fork', help: 'fork before launching <program>'},
	mapRootUser: {short: 'r', long: 'map-root-user', help: 'map current user to root (implies --user)'},
	mapCurrentUser: {short: 'c', long: 'map-current-user', help: 'map current user to itself (implies --user)'},
	mountProc: {long: 'mount-proc', value: '<dir>', optional: true, help: 'mount proc filesystem first (implies --mount)'},
	propagation: {long: 'propagation', value: 'slave|shared|private|unchanged', help: 'modify mount propagation in mount namespace'},
	setgroups: {long: 'setgroups', value: 'allow|deny', help: 'control the setgroups syscall in user namespaces'},
	root: {short: 'R', long: 'root', value: '<dir>', help: 'run the command with root directory set to <dir>'},
	wd: {short: 'w', long: 'wd', value: '<dir>', help: 'change working directory to <dir>'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'unshare', usage: ['[options] [<program> [<argument>...]]'], summary: '\nRun a program with some namespaces unshared from the parent.', options, stopAtOperand: true, version: 'from util-linux 2.38.1'};

const kinds: ReadonlyArray<readonly [Name, NamespaceKind]> = [['user', 'user'], ['mount', 'mnt'], ['uts', 'uts'], ['ipc', 'ipc'], ['net', 'net'], ['pid', 'pid'], ['cgroup', 'cgroup']];

export const unshare = tool(command, function * (t) {
	const {uid, gid} = t.sys.credentials();
	const mapsUser = t.has('mapRootUser', 'mapCurrentUser');
	const wanted = kinds.filter(([name]) => t.has(name) || (name === 'user' && mapsUser) || (name === 'mount' && t.has('mountProc'))).map(([, kind]) => kind);
	const propagation = t.value('propagation') ?? 'private';
	if (!['private', 'slave', 'shared', 'unchanged'].includes(propagation)) {
		return yield * t.complain(`unsupported propagation mode: ${propagation}`);
	}

	const refusal = t.sys.unshare(wanted);
	if (failed(refusal)) {
		return yield * t.complain(`unshare failed: ${errorTextOf(refusal)}`);
	}

	const mapped = mapsUser ? yield * mapIds(t, {uid, gid, inside: t.last('mapRootUser', 'mapCurrentUser') === 'mapRootUser' ? {uid: 0, gid: 0} : {uid, gid}}) : (t.has('setgroups') ? yield * writeFile(t, '/proc/self/setgroups', t.value('setgroups')!) : 0);
	if (mapped !== 0) {
		return mapped;
	}

	if (wanted.includes('mnt') && propagation !== 'unchanged') {
		const how = ({private: 'rprivate', slave: 'slave', shared: 'shared'} as const)[propagation as 'private' | 'slave' | 'shared'];
		t.sys.mount({source: 'none', target: '/', type: 'none', options: [], how});
	}

	return yield * t.has('fork') ? inChild(t.process, t.name, child => launch(t, child)) : launch(t, t.process);
});

type Ids = {readonly uid: number; readonly gid: number};

function * mapIds(t: Tool<Name>, {uid, gid, inside}: Ids & {readonly inside: Ids}): Blocking<number> {
	const files = [['/proc/self/uid_map', `${inside.uid} ${uid} 1`], ['/proc/self/setgroups', t.value('setgroups') ?? 'deny'], ['/proc/self/gid_map', `${inside.gid} ${gid} 1`]] as const;
	for (const [path, text] of files) {
		const status = yield * writeFile(t, path, text);
		if (status !== 0) {
			return status;
		}
	}

	return 0;
}

function * writeFile(t: Tool<Name>, path: string, text: string): Blocking<number> {
	const fd = t.sys.open(path, {write: true});
	if (failed(fd)) {
		return yield * t.complain(`cannot open ${path}: ${errorTextOf(fd)}`);
	}

	const refusal = yield * write(t.process, fd, encodeText(text));
	t.sys.close(fd);
	return failed(refusal) ? yield * t.complain(`write failed ${path}: ${errorTextOf(refusal)}`) : 0;
}

/** Root, working directory and /proc of the new program, in the order of the real one. */
function * launch(t: Tool<Name>, process: Process): Running {
	const {sys} = process;
	const root = t.value('root');
	const steps: ReadonlyArray<readonly [string, () => unknown]> = [
		[`cannot change root directory to '${root}'`, () => root === undefined ? undefined : sys.chroot(root)],
		[`cannot chdir to '${t.value('wd') ?? '/'}'`, () => t.has('wd') ? sys.chdir(t.value('wd')!) : (root === undefined ? undefined : sys.chdir('/'))],
		[`mount ${t.value('mountProc') ?? '/proc'} failed`, () => t.has('mountProc') ? sys.mount({source: 'proc', target: t.value('mountProc') ?? '/proc', type: 'proc', options: ['nosuid', 'nodev', 'noexec'], how: 'new'}) : undefined],
	];
	for (const [words, step] of steps) {
		const result = step();
		if (failed(result)) {
			return yield * t.complain(`${words}: ${errorTextOf(result)}`);
		}
	}

	return yield * becomeProgram(process, t.name, t.operands);
}
