// unshare(1): runs a program in new namespaces. Source: util-linux 2.38.1, sys-utils/unshare.c.

import {encodeText} from '../base/bytes.js';
import {read, write} from '../model/kernel/blocking.js';
import {errorTextOf, failed, type Failure} from '../model/kernel/errno.js';
import type {NamespaceKind, Pid, Process, PropagationChange, Running} from '../model/kernel/program.js';
import {parseSignal, type SignalName} from '../model/kernel/signal.js';
import {readAccounts, type Accounts} from './account-names.js';
import {becomeProgram, inChild} from './enter-program.js';
import type {Command} from './options.js';
import {awaitChild, executeByPath} from './run-command.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';
import {parseRange, rangeArguments, type Range, subordinateRange} from './unshare-maps.js';

const file = {value: '<file>', optional: true, longValue: true} as const;

const options = {
	mount: {short: 'm', long: 'mount', ...file, help: 'unshare mounts namespace'},
	uts: {short: 'u', long: 'uts', ...file, help: 'unshare UTS namespace (hostname etc)'},
	ipc: {short: 'i', long: 'ipc', ...file, help: 'unshare System V IPC namespace'},
	net: {short: 'n', long: 'net', ...file, help: 'unshare network namespace'},
	pid: {short: 'p', long: 'pid', ...file, help: 'unshare pid namespace'},
	user: {short: 'U', long: 'user', ...file, help: 'unshare user namespace'},
	cgroup: {short: 'C', long: 'cgroup', ...file, help: 'unshare cgroup namespace'},
	time: {short: 'T', long: 'time', ...file, help: 'unshare time namespace (not modelled)'},
	fork: {short: 'f', long: 'fork', help: 'fork before launching <program>'},
	mapUser: {long: 'map-user', value: '<uid>|<name>', help: 'map current user to uid (implies --user)'},
	mapGroup: {long: 'map-group', value: '<gid>|<name>', help: 'map current group to gid (implies --user)'},
	mapRootUser: {short: 'r', long: 'map-root-user', help: 'map current user to root (implies --user)'},
	mapCurrentUser: {short: 'c', long: 'map-current-user', help: 'map current user to itself (implies --user)'},
	mapAuto: {long: 'map-auto', help: 'map users and groups automatically (implies --user)'},
	mapUsers: {long: 'map-users', value: '<outeruid>,<inneruid>,<count>', help: 'map count users from outeruid to inneruid (implies --user)'},
	mapGroups: {long: 'map-groups', value: '<outergid>,<innergid>,<count>', help: 'map count groups from outergid to innergid (implies --user)'},
	killChild: {long: 'kill-child', value: '<signame>', optional: true, help: 'when dying, kill the forked child (implies --fork)'},
	mountProc: {long: 'mount-proc', value: '<dir>', optional: true, help: 'mount proc filesystem first (implies --mount)'},
	propagation: {long: 'propagation', value: 'slave|shared|private|unchanged', help: 'modify mount propagation in mount namespace'},
	setgroups: {long: 'setgroups', value: 'allow|deny', help: 'control the setgroups syscall in user namespaces'},
	keepCaps: {long: 'keep-caps', help: 'retain capabilities granted in user namespaces'},
	root: {short: 'R', long: 'root', value: '<dir>', help: 'run the command with root directory set to <dir>'},
	wd: {short: 'w', long: 'wd', value: '<dir>', help: 'change working directory to <dir>'},
	setuid: {short: 'S', long: 'setuid', value: '<uid>', help: 'set uid in entered namespace'},
	setgid: {short: 'G', long: 'setgid', value: '<gid>', help: 'set gid in entered namespace'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'unshare', usage: ['[options] [<program> [<argument>...]]'], summary: '\nRun a program with some namespaces unshared from the parent.', options, stopAtOperand: true, version: 'from util-linux 2.38.1'};

const kinds: ReadonlyArray<readonly [Name, NamespaceKind]> = [['user', 'user'], ['cgroup', 'cgroup'], ['ipc', 'ipc'], ['uts', 'uts'], ['net', 'net'], ['pid', 'pid'], ['mount', 'mnt']];

/** What the options ask for, once they were found to make sense. */
type Plan = {
	readonly kinds: readonly NamespaceKind[];
	readonly propagation: PropagationChange | undefined;
	/** Whose ids are mapped. */
	readonly own: Ids;
	/** The id inside that the caller's own becomes. */
	readonly user: number | undefined;
	readonly group: number | undefined;
	readonly userRange: Range | undefined;
	readonly groupRange: Range | undefined;
	readonly deathSignal: SignalName | undefined;
	readonly forks: boolean;
	/** Files that are to stand for the new namespaces. */
	readonly kept: ReadonlyArray<{readonly kind: NamespaceKind; readonly path: string}>;
};

export const unshare = tool(command, function * (t) {
	const plan = yield * planOf(t);
	if (typeof plan === 'string') {
		return yield * t.complain(plan);
	}

	const helpers = yield * startHelpers(t, plan);
	const refusal = t.sys.unshare(plan.kinds);
	if (failed(refusal)) {
		return yield * t.complain(`unshare failed: ${errorTextOf(refusal)}`);
	}

	const helped = yield * helpers();
	if (helped !== 0) {
		return helped;
	}

	if (!plan.forks) {
		const kept = yield * keepNamespaces(t, plan, 'others');
		return kept === 0 ? yield * launch(t, t.process, plan) : kept;
	}

	return yield * inChild(t.process, t.name, function * (child) {
		if (plan.deathSignal !== undefined) {
			child.sys.setParentDeathSignal(plan.deathSignal);
		}

		return yield * launch(t, child, plan);
	}, {afterFork: () => keepNamespaces(t, plan, 'others'), isShielded: true});
});

/** A text says what is wrong with the options. */
function * planOf(t: Tool<Name>): Blocking<Plan | string> {
	const accounts = yield * readAccounts(t.process);
	const {uid, gid} = t.sys.credentials();
	if (t.has('time')) {
		return 'time namespaces are not modelled by virtlab';
	}

	const [ids, maps] = [ownIds(t, accounts, {uid, gid}), yield * rangesOf(t, accounts, {uid, gid})];
	const propagation = propagationOf(t.value('propagation') ?? 'private');
	const deathSignal = t.has('killChild') ? parseSignal(t.value('killChild') ?? 'KILL') : undefined;
	const setgroups = t.value('setgroups');
	const wrong = [
		ids, maps, propagation === undefined ? `unsupported propagation mode: ${t.value('propagation')}` : undefined, setgroups === undefined || ['allow', 'deny'].includes(setgroups) ? undefined : `unsupported --setgroups argument '${setgroups}'`,
		!t.has('killChild') || deathSignal !== undefined ? undefined : `unknown signal: ${t.value('killChild')}`,
	].find(each => typeof each === 'string');
	if (wrong !== undefined || typeof ids === 'string' || typeof maps === 'string') {
		return String(wrong);
	}

	const makesUser = t.has('user', 'mapUser', 'mapGroup', 'mapRootUser', 'mapCurrentUser', 'mapAuto', 'mapUsers', 'mapGroups');
	return {
		...ids, ...maps, own: {uid, gid}, deathSignal, forks: t.has('fork', 'killChild'),
		kinds: kinds.filter(([name]) => t.has(name) || (name === 'user' && makesUser) || (name === 'mount' && t.has('mountProc'))).map(([, kind]) => kind),
		propagation: propagation === 'unchanged' ? undefined : propagation,
		kept: kinds.flatMap(([name, kind]) => t.value(name) === undefined ? [] : [{kind, path: t.value(name)!}]),
	};
}

function propagationOf(word: string): PropagationChange | 'unchanged' | undefined {
	return ({slave: 'rslave', shared: 'rshared', private: 'rprivate', unchanged: 'unchanged'} as const)[word];
}

type Ids = {readonly uid: number; readonly gid: number};

/** The last option that maps the caller's own ids counts; a text if it names nobody. */
function ownIds(t: Tool<Name>, accounts: Accounts, {uid, gid}: Ids): Pick<Plan, 'user' | 'group'> | string {
	let user: number | undefined;
	let group: number | undefined;
	for (const {name, value} of t.given) {
		if (name === 'mapRootUser') {
			[user, group] = [0, 0];
		} else if (name === 'mapCurrentUser') {
			[user, group] = [uid, gid];
		} else if (name === 'mapUser') {
			user = accounts.uidOf(value!);
			if (user === undefined) {
				return 'failed to parse uid';
			}
		} else if (name === 'mapGroup') {
			group = accounts.gidOf(value!);
			if (group === undefined) {
				return 'failed to parse gid';
			}
		}
	}

	return {user, group};
}

/** Ranges of ids, given or from /etc/subuid and /etc/subgid; a text if there are none. */
function * rangesOf(t: Tool<Name>, accounts: Accounts, {uid}: Ids): Blocking<Pick<Plan, 'userRange' | 'groupRange'> | string> {
	const ranges: Record<'user' | 'group', Range | undefined> = {user: undefined, group: undefined};
	for (const {name, value} of t.given) {
		for (const [option, kind, path] of [['mapUsers', 'user', '/etc/subuid'], ['mapGroups', 'group', '/etc/subgid']] as const) {
			if (name !== option && name !== 'mapAuto') {
				continue;
			}

			const range = name === 'mapAuto' || value === 'auto' ? yield * subordinateRange(t.process, path, accounts.userName(uid) ?? String(uid), uid) : parseRange(value!);
			if (typeof range === 'string') {
				return range;
			}

			ranges[kind] = range;
		}
	}

	return {userRange: ranges.user, groupRange: ranges.group};
}

/**
 * Processes that must start before the caller leaves its namespaces, because they need the rights or the mounts that it has now. They
 * wait until the answer is called.
 */
function * startHelpers(t: Tool<Name>, plan: Plan): Blocking<() => Blocking<number>> {
	const pid = t.sys.getpid();
	const works: Array<(child: Process) => Running> = [];
	for (const [program, range, own, outer] of [['newuidmap', plan.userRange, plan.user, t.sys.credentials().uid], ['newgidmap', plan.groupRange, plan.group, t.sys.credentials().gid]] as const) {
		if (range !== undefined) {
			works.push(child => runMapper(t, child, [program, String(pid), ...rangeArguments(range, own === undefined ? undefined : {inner: own, outer})]));
		}
	}

	if (plan.kept.length > 0 && plan.kinds.includes('mnt')) {
		works.push(child => keepNamespaces({process: child, sys: child.sys, name: t.name, complain: (message, status) => t.complain(message, status)}, {...plan, pid}, 'mnt'));
	}

	const started: Array<{readonly pid: Pid; readonly gate: number}> = [];
	for (const work of works) {
		const pipe = t.sys.pipe();
		const child = failed(pipe) ? pipe : t.sys.fork(function * (process) {
			for (const gate of [pipe.writeEnd, ...started.map(other => other.gate)]) {
				process.sys.close(gate);
			}

			// The end without a byte: the caller has given up.
			const word = yield * read(process, pipe.readEnd, 1);
			return failed(word) || word.length === 0 ? 1 : yield * work(process);
		});
		if (!failed(pipe) && !failed(child)) {
			t.sys.close(pipe.readEnd);
			started.push({pid: child, gate: pipe.writeEnd});
		}
	}

	return function * () {
		for (const {pid: child, gate} of started) {
			yield * write(t.process, gate, encodeText('g'));
			t.sys.close(gate);
			const status = (yield * awaitChild(t.process, child)) ?? 1;
			if (status !== 0) {
				return status;
			}
		}

		return 0;
	};
}

function * runMapper(t: Tool<Name>, child: Process, argv: readonly string[]): Running {
	const image = executeByPath(child, argv);
	return failed(image) ? yield * t.complain(`failed to execute ${argv[0]}: ${errorTextOf(image)}`, image.errno === 'ENOENT' ? 127 : 126) : yield * image.run();
}

type Keeper = Pick<Tool<Name>, 'process' | 'sys' | 'name'> & {complain(message: string, status?: number): Blocking<number>};

/** Binds the files of the new namespaces to the paths that were given with the options. The mount namespace's can be bound in its parent only. */
function * keepNamespaces(t: Keeper, {kept, kinds: made, pid}: Plan & {readonly pid?: Pid}, which: 'mnt' | 'others'): Blocking<number> {
	const isMine = made.includes('mnt') === (which === 'mnt');
	for (const {kind, path} of isMine ? kept : []) {
		const source = `/proc/${pid ?? t.sys.getpid()}/ns/${kind === 'pid' ? 'pid_for_children' : kind}`;
		const refusal = t.sys.mount({source, target: path, type: 'none', options: [], how: 'bind'});
		if (failed(refusal)) {
			return yield * t.complain(`mount ${source} on ${path} failed: ${errorTextOf(refusal)}`);
		}
	}

	return 0;
}

/** What is done in the new namespaces before the program runs, in the order of the real one. */
function * launch(t: Tool<Name>, process: Process, plan: Plan): Running {
	const mapped = yield * mapOwnIds(t, process, plan);
	if (mapped !== 0) {
		return mapped;
	}

	const {sys} = process;
	const root = t.value('root');
	const [uid, gid] = [t.value('setuid'), t.value('setgid')];
	const wd = t.value('wd') ?? (root === undefined ? undefined : '/');
	const proc = t.value('mountProc') ?? '/proc';
	const steps: ReadonlyArray<readonly [boolean, string, () => void | Failure]> = [
		[plan.kinds.includes('mnt') && plan.propagation !== undefined, 'cannot change root filesystem propagation', () => sys.mount({source: 'none', target: '/', type: 'none', options: [], how: plan.propagation!})],
		[root !== undefined, `cannot change root directory to '${root}'`, () => sys.chroot(root!)],
		[wd !== undefined, `cannot chdir to '${wd}'`, () => sys.chdir(wd!)],
		[t.has('mountProc'), `mount ${proc} failed`, () => sys.mount({source: 'proc', target: proc, type: 'proc', options: ['nosuid', 'nodev', 'noexec'], how: 'new'})],
		[gid !== undefined, 'setgroups failed', () => sys.setgroups([])],
		[gid !== undefined, 'setgid failed', () => sys.setgid(Number(gid))],
		[uid !== undefined, 'setuid failed', () => sys.setuid(Number(uid))],
	];
	for (const [isWanted, words, step] of steps) {
		const result = isWanted ? step() : undefined;
		if (failed(result)) {
			return yield * t.complain(`${words}: ${errorTextOf(result)}`);
		}
	}

	if (t.has('keepCaps') && plan.kinds.includes('user')) {
		for (const name of sys.credentials().capabilities) {
			sys.raiseAmbient(name);
		}
	}

	return yield * becomeProgram(process, t.name, t.operands);
}

/** One line of each map, for the caller's own ids; ranges were written by newuidmap and newgidmap. */
function * mapOwnIds(t: Tool<Name>, process: Process, {own, user, group, userRange, groupRange}: Plan): Blocking<number> {
	const setgroups = t.value('setgroups');
	const mapsGroup = group !== undefined && groupRange === undefined;
	if (mapsGroup && setgroups === 'allow') {
		return yield * t.complain('options --setgroups=allow and --map-group are mutually exclusive');
	}

	const files: ReadonlyArray<readonly [boolean, string, string]> = [
		[user !== undefined && userRange === undefined, '/proc/self/uid_map', `${user} ${own.uid} 1`],
		[mapsGroup, '/proc/self/setgroups', 'deny'],
		[mapsGroup, '/proc/self/gid_map', `${group} ${own.gid} 1`],
		[setgroups !== undefined, '/proc/self/setgroups', setgroups ?? ''],
	];
	for (const [isWanted, path, text] of files) {
		const status = isWanted ? yield * writeFile(t, process, path, text) : 0;
		if (status !== 0) {
			return status;
		}
	}

	return 0;
}

function * writeFile(t: Tool<Name>, process: Process, path: string, text: string): Blocking<number> {
	const fd = process.sys.open(path, {write: true});
	if (failed(fd)) {
		return yield * t.complain(`cannot open ${path}: ${errorTextOf(fd)}`);
	}

	const refusal = yield * write(process, fd, encodeText(text));
	process.sys.close(fd);
	return failed(refusal) ? yield * t.complain(`write failed ${path}: ${errorTextOf(refusal)}`) : 0;
}
