// mount(8), umount(8) and mountpoint(1). Source: util-linux 2.38.

import {errorTextOf, failed, type Failure} from '../model/kernel/errno.js';
import type {MountRequest, SystemCalls} from '../model/kernel/program.js';
import {parseMounts} from './df.js';
import type {Command} from './options.js';
import {readText} from './proc-files.js';
import {resolvePath} from './resolve-path.js';
import {tool, type Tool} from './tool.js';

const options = {
	all: {short: 'a', long: 'all', help: 'mount all filesystems mentioned in fstab'},
	bind: {short: 'B', long: 'bind', help: 'mount a subtree somewhere else (same as -o bind)'},
	rbind: {short: 'R', long: 'rbind', help: 'mount a subtree and all submounts somewhere else'},
	move: {short: 'M', long: 'move', help: 'move a subtree to some other place'},
	makePrivate: {long: 'make-private', help: 'mark a subtree as private'},
	makeRprivate: {long: 'make-rprivate', help: 'recursively mark a whole subtree as private'},
	makeShared: {long: 'make-shared', help: 'mark a subtree as shared'},
	makeSlave: {long: 'make-slave', help: 'mark a subtree as slave'},
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

	const request = requestOf(t);
	if (request === undefined) {
		return yield * t.complain(`${t.operands[0]}: can't find in /etc/fstab.`, 1);
	}

	const result = t.sys.mount(request);
	return failed(result) ? yield * complainOfMount(t, request, result) : 0;
});

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
	const rest = words.filter(word => !['bind', 'rbind', 'remount', 'move'].includes(word));
	const propagation = t.last('makePrivate', 'makeRprivate', 'makeShared', 'makeSlave');
	const [first = '', second] = t.operands;
	if (propagation !== undefined) {
		const how = ({makePrivate: 'private', makeRprivate: 'rprivate', makeShared: 'shared', makeSlave: 'slave'} as const)[propagation];
		return {source: 'none', target: first, type: 'none', options: [], how};
	}

	if (words.includes('remount')) {
		return {source: 'none', target: second ?? first, type: 'none', options: rest, how: 'remount'};
	}

	if (second === undefined) {
		return undefined;
	}

	const how = t.has('bind') || words.includes('bind') ? 'bind' : (t.has('rbind') || words.includes('rbind') ? 'rbind' : (t.has('move') || words.includes('move') ? 'move' : 'new'));
	return {source: first, target: second, type: t.value('types') ?? 'auto', options: rest, how};
}

function * complainOfMount(t: Tool<Name>, {source, target: written, type}: MountRequest, refusal: Failure) {
	const target = shownTarget(t, written);
	const {errno} = refusal;
	const {uid} = t.sys.credentials();
	if (errno === 'EPERM' && uid !== 0) {
		return yield * t.complain(`${target}: must be superuser to use mount.\n       dmesg(1) may have more information after failed mount system call.`, 32);
	}

	const missing = failed(t.sys.stat(target));
	const text = missing
		? `${target}: mount point does not exist.`
		: (errno === 'ENODEV' ? `${target}: unknown filesystem type '${type}'.`
			: (errno === 'ENOENT' ? `${target}: special device ${source} does not exist.`
				: (errno === 'ENOTDIR' ? `${target}: mount point is not a directory.`
					: (errno === 'EINVAL' ? `${target}: wrong fs type, bad option, bad superblock on ${source}, missing codepage or helper program, or other error.` : `${target}: mount(2) system call failed: ${errorTextOf(refusal)}.`))));
	return yield * t.complain(`${text}\n       dmesg(1) may have more information after failed mount system call.`, 32);
}

const umountCommand = {
	name: 'umount', usage: ['[options] <source> | <directory>'], summary: '\nUnmount filesystems.', version: 'from util-linux 2.38.1',
	options: {lazy: {short: 'l', long: 'lazy', help: 'detach the filesystem now, clean up things later'}},
} as const;

export const umount = tool(umountCommand, function * (t) {
	if (t.operands.length === 0) {
		return yield * t.usageError('bad usage');
	}

	let status = 0;
	for (const target of t.operands) {
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
