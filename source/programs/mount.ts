// mount(8), umount(8) and mountpoint(1). Source: util-linux 2.38.

import {errorTextOf, failed, type Failure} from '../model/kernel/errno.js';
import type {MountRequest, PropagationChange, SystemCalls} from '../model/kernel/program.js';
import {parseMounts} from './df.js';
import type {Command} from './options.js';
import {readText} from './proc-files.js';
import {resolvePath} from './resolve-path.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	all: {short: 'a', long: 'all', help: 'mount all filesystems mentioned in fstab'},
	bind: {short: 'B', long: 'bind', help: 'mount a subtree somewhere else (same as -o bind)'},
	rbind: {short: 'R', long: 'rbind', help: 'mount a subtree and all submounts somewhere else'},
	move: {short: 'M', long: 'move', help: 'move a subtree to some other place'},
	makeShared: {long: 'make-shared', help: 'mark a subtree as shared'},
	makeSlave: {long: 'make-slave', help: 'mark a subtree as slave'},
	makePrivate: {long: 'make-private', help: 'mark a subtree as private'},
	makeUnbindable: {long: 'make-unbindable', help: 'mark a subtree as unbindable'},
	makeRshared: {long: 'make-rshared', help: 'recursively mark a whole subtree as shared'},
	makeRslave: {long: 'make-rslave', help: 'recursively mark a whole subtree as slave'},
	makeRprivate: {long: 'make-rprivate', help: 'recursively mark a whole subtree as private'},
	makeRunbindable: {long: 'make-runbindable', help: 'recursively mark a whole subtree as unbindable'},
	readOnly: {short: 'r', long: 'read-only', help: 'mount the filesystem read-only (same as -o ro)'},
	options: {short: 'o', long: 'options', value: '<list>', help: 'comma-separated list of mount options'},
	types: {short: 't', long: 'types', value: '<list>', help: 'limit the set of filesystem types'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {
	name: 'mount', usage: ['[-lhV]', '-a [options]', '[options] [--source] <source> | [--target] <directory>', '[options] <source> <directory>', '<operation> <mountpoint> [<target>]'], summary: '\nMount a filesystem.', options, version: 'from util-linux 2.38.1',
};

export const mount = tool(command, function * (t) {
	if (t.operands.length === 0) {
		return t.has('all') ? 0 : yield * list(t);
	}

	// A mount and what it is marked as are two calls; with one operand there is only the second.
	const changes = propagationOf(t).map((how): MountRequest => ({source: 'none', target: t.operands[1] ?? t.operands[0]!, type: 'none', options: [], how}));
	const request = requestOf(t);
	if (request === undefined && changes.length === 0) {
		return yield * t.complain(`${t.operands[0]}: can't find in /etc/fstab.`, 1);
	}

	for (const step of [...request === undefined ? [] : [request], ...changes]) {
		const result = t.sys.mount(step);
		if (failed(result)) {
			return yield * complainOfMount(t, step, result);
		}
	}

	return 0;
});

const propagationOptions = {
	makeShared: 'shared', makeSlave: 'slave', makePrivate: 'private', makeUnbindable: 'unbindable', makeRshared: 'rshared', makeRslave: 'rslave', makeRprivate: 'rprivate', makeRunbindable: 'runbindable',
} as const;

/** Given as options `--make-*` or as words of `-o`. */
function propagationOf(t: Tool<Name>): readonly PropagationChange[] {
	const words = new Set<string>(Object.values(propagationOptions));
	return [
		...t.values('options').flatMap(list => list.split(',')).filter((word): word is PropagationChange => words.has(word)),
		...t.given.flatMap(({name}) => Object.hasOwn(propagationOptions, name) ? [propagationOptions[name as keyof typeof propagationOptions]] : []),
	];
}

/** Mount points are shown without symbolic links, from the root on; what does not exist is shown as written. */
function shownTarget(t: {readonly sys: SystemCalls}, target: string): string {
	const resolved = resolvePath(t.sys, target, 'all');
	return failed(resolved) ? target : resolved;
}

function * list(t: Tool<Name>) {
	const wanted = t.value('types')?.split(',');
	for (const line of ((yield * readText(t.process, '/proc/self/mounts')) ?? '')?.split('\n') ?? []) {
		const [mount] = parseMounts(line);
		const flags = line.split(' ')[3] ?? '';
		if (mount !== undefined && (wanted === undefined || wanted.includes(mount.type))) {
			yield * t.print(`${mount.source} on ${mount.target} type ${mount.type} (${flags})\n`);
		}
	}

	return 0;
}

function requestOf(t: Tool<Name>): MountRequest | undefined {
	const words = [...t.values('options').flatMap(list => list.split(',')), ...t.has('readOnly') ? ['ro'] : []];
	const rest = words.filter(word => !['bind', 'rbind', 'remount', 'move', ...Object.values(propagationOptions)].includes(word));
	const [first = '', second] = t.operands;
	if (words.includes('remount')) {
		return {source: 'none', target: second ?? first, type: 'none', options: rest, how: 'remount'};
	}

	if (second === undefined) {
		return undefined;
	}

	const how = t.has('bind') || words.includes('bind') ? 'bind' : (t.has('rbind') || words.includes('rbind') ? 'rbind' : (t.has('move') || words.includes('move') ? 'move' : 'new'));
	return {source: first, target: second, type: t.value('types') ?? 'auto', options: rest, how};
}

function * complainOfMount(t: Tool<Name>, request: MountRequest, refusal: Failure) {
	const {source, type} = request;
	const target = shownTarget(t, request.target);
	const isRoot = t.sys.credentials().uid === 0;
	const reasons: Partial<Record<Failure['errno'], string>> = {
		EPERM: isRoot ? 'permission denied.' : 'must be superuser to use mount.',
		ENODEV: `unknown filesystem type '${type}'.`,
		ENOENT: `special device ${source} does not exist.`,
		ENOTDIR: 'mount point is not a directory.',
		EINVAL: yield * invalidWords(t, request),
	};
	const missing = failed(t.sys.stat(target)) && refusal.errno !== 'EPERM';
	const text = missing ? 'mount point does not exist.' : reasons[refusal.errno] ?? `mount(2) system call failed: ${errorTextOf(refusal)}.`;
	return yield * t.complain(`${target}: ${text}\n       dmesg(1) may have more information after failed mount system call.`, 32);
}

/** What EINVAL means depends on what was asked for (libmount/src/context_mount.c, mnt_context_get_mount_excode). */
function * invalidWords(t: Tool<Name>, {how, source}: MountRequest): Blocking<string> {
	switch (how) {
		case 'remount': {
			return 'mount point not mounted or bad option.';
		}

		case 'move':
		case 'new':
		case 'bind':
		case 'rbind': {
			if (how === 'move' && (yield * isUnderShared(t, shownTarget(t, source)))) {
				return 'bad option; moving a mount residing under a shared mount is unsupported.';
			}

			return `wrong fs type, bad option, bad superblock on ${how === 'new' ? source : shownTarget(t, source)}, missing codepage or helper program, or other error.`;
		}

		default: {
			return 'not mount point or bad option.';
		}
	}
}

function * isUnderShared(t: Tool<Name>, target: string): Blocking<boolean> {
	const rows = ((yield * readText(t.process, '/proc/self/mountinfo')) ?? '').split('\n').map(line => line.split(' '));
	const parent = rows.find(row => row[4] === target)?.[1];
	return rows.some(row => row[0] === parent && row.slice(6, row.indexOf('-')).some(field => field.startsWith('shared:')));
}

const umountCommand = {
	name: 'umount', usage: ['[options] <source> | <directory>'], summary: '\nUnmount filesystems.', version: 'from util-linux 2.38.1',
	options: {
		lazy: {short: 'l', long: 'lazy', help: 'detach the filesystem now, clean up things later'},
		recursive: {short: 'R', long: 'recursive', help: 'recursively unmount a target with all its children'},
	},
} as const;

export const umount = tool(umountCommand, function * (t) {
	if (t.operands.length === 0) {
		return yield * t.usageError('bad usage');
	}

	let status = 0;
	const targets: string[] = [];
	for (const target of t.operands) {
		targets.push(...t.has('recursive') ? yield * mountsBelow(t, target) : [target]);
	}

	for (const target of targets) {
		const result = t.sys.umount(target, {lazy: t.has('lazy')});
		if (!failed(result)) {
			continue;
		}

		const texts: Partial<Record<Failure['errno'], string>> = {
			EINVAL: 'not mounted.', ENOENT: 'no mount point specified.', EBUSY: 'target is busy.', EPERM: 'must be superuser to unmount.',
		};
		status = yield * t.complain(`${result.errno === 'EINVAL' ? target : shownTarget(t, target)}: ${texts[result.errno] ?? `${errorTextOf(result)}.`}`, 32);
	}

	return status;
});

/** The mount points at and below a path, the last mounted first. */
function * mountsBelow(t: Tool<'lazy' | 'recursive'>, path: string) {
	const top = shownTarget(t, path);
	const lines = ((yield * readText(t.process, '/proc/self/mounts')) ?? '').split('\n');
	const targets = lines.flatMap(line => parseMounts(line)).map(({target}) => target);
	const below = targets.filter(target => target === top || target.startsWith(top === '/' ? '/' : `${top}/`)).toReversed();
	return below.length === 0 ? [path] : below;
}

const mountpointCommand = {
	name: 'mountpoint', usage: ['[-qd] /path/to/directory'], summary: '\nCheck whether a directory or file is a mountpoint.', version: 'from util-linux 2.38.1',
	options: {quiet: {short: 'q', long: 'quiet', help: 'quiet mode - don\'t print anything'}},
} as const;

export const mountpoint = tool(mountpointCommand, function * (t) {
	const [path] = t.operands;
	if (path === undefined) {
		return yield * t.usageError('bad usage');
	}

	const here = t.sys.stat(path);
	if (failed(here)) {
		return t.has('quiet') ? 1 : yield * t.complainOf(path, here);
	}

	const above = t.sys.stat(`${path}/..`);
	const isMountpoint = failed(above) || above.fs !== here.fs || above.node === here.node;
	if (!t.has('quiet')) {
		yield * t.print(`${path} is ${isMountpoint ? '' : 'not '}a mountpoint\n`);
	}

	return isMountpoint ? 0 : 32;
});
