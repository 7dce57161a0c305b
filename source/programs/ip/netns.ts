// ip netns: network namespaces with names, which are files under /run/netns that the namespace is mounted on. Source: ip-netns(8).

import {errorTextOf, failed} from '../../model/kernel/errno.js';
import type {Process, Running} from '../../model/kernel/program.js';
import type {NamespaceId} from '../../model/kernel/schema.js';
import {awaitChild, executeByPath} from '../run-command.js';
import type {Blocking} from '../standard-io.js';
import type {Tool} from '../tool.js';
import {type IpCall, isWord} from './call.js';
import {netnsId} from './show.js';

const directory = '/run/netns';

export function * netns(call: IpCall): Blocking<number> {
	const command = call.next();
	if (command === undefined || isWord(command, 'list', 'show', 'lst')) {
		return yield * list(call);
	}

	switch (command) {
		case 'add':
		case 'a': {
			return yield * add(call);
		}

		case 'del':
		case 'delete': {
			return yield * remove(call);
		}

		case 'exec':
		case 'e': {
			return yield * execute(call);
		}

		case 'identify':
		case 'pids': {
			return yield * command === 'pids' ? pids(call) : identify(call);
		}

		case 'set':
		case 'attach':
		case 'monitor':
		case 'list-id': {
			return yield * call.unmodelled(`netns ${command}`);
		}

		default: {
			return yield * call.unknown('netns', command);
		}
	}
}

/** The names of namespaces, by which links tell where their other ends are. */
export function * namedNamespaces(call: IpCall): Blocking<ReadonlyMap<NamespaceId, string>> {
	const {sys} = call.t;
	const entries = sys.readdir(directory);
	const names = new Map<NamespaceId, string>();
	for (const {name} of failed(entries) ? [] : entries) {
		const fd = sys.open(`${directory}/${name}`, {read: true});
		const id = failed(fd) ? fd : call.net.namespaceOf(fd);
		if (!failed(fd)) {
			sys.close(fd);
		}

		if (!failed(id)) {
			names.set(id, name);
		}
	}

	return names;
}

function * list(call: IpCall): Blocking<number> {
	const entries = call.t.sys.readdir(directory);
	const names = yield * namedNamespaces(call);
	for (const {name} of failed(entries) ? [] : [...entries].toReversed()) {
		const id = [...names].find(([, each]) => each === name)?.[0];
		const number = id === undefined ? -1 : netnsId(call, id);
		yield * call.t.print(`${name}${number === -1 ? '' : ` (id: ${number})`}\n`);
	}

	return 0;
}

function * add(call: IpCall): Blocking<number> {
	const name = call.next();
	const {sys} = call.t;
	if (name === undefined || name.includes('/')) {
		return yield * call.say(name === undefined ? 'No netns name specified' : `Invalid netns name "${name}"`, 255);
	}

	const path = `${directory}/${name}`;
	sys.mkdir(directory, 0o755);
	const fd = sys.open(path, {read: true, create: true, exclusive: true}, 0);
	if (failed(fd)) {
		return yield * call.say(`Cannot create namespace file "${path}": ${errorTextOf(fd)}`, 1);
	}

	sys.close(fd);
	const refusal = sys.unshare(['net']);
	if (failed(refusal)) {
		sys.unlink(path);
		return yield * call.say(`Failed to create a new network namespace "${name}": ${errorTextOf(refusal)}`, 1);
	}

	const bound = sys.mount({source: '/proc/self/ns/net', target: path, type: 'none', options: [], how: 'bind'});
	return failed(bound) ? yield * call.say(`Bind /proc/self/ns/net -> ${path} failed: ${errorTextOf(bound)}`, 1) : 0;
}

function * remove(call: IpCall): Blocking<number> {
	const {sys} = call.t;
	const name = call.next();
	if (name === undefined && !call.wish.isForAll) {
		return yield * call.say('No netns name specified', 255);
	}

	const entries = name === undefined ? sys.readdir(directory) : [{name}];
	for (const entry of failed(entries) ? [] : entries) {
		const path = `${directory}/${entry.name}`;
		sys.umount(path, {lazy: true});
		const refusal = sys.unlink(path);
		if (failed(refusal)) {
			return yield * call.say(`Cannot remove namespace file "${path}": ${errorTextOf(refusal)}`, 1);
		}
	}

	return 0;
}

function * execute(call: IpCall): Blocking<number> {
	const {sys} = call.t;
	const name = call.wish.isForAll ? undefined : call.next();
	const argv = [...call.rest];
	if (argv.length === 0) {
		return yield * call.say(name === undefined && !call.wish.isForAll ? 'No netns name specified' : 'No command specified', 255);
	}

	if (name !== undefined) {
		return yield * run(call, call.t.process, {name, argv});
	}

	const entries = sys.readdir(directory);
	for (const entry of failed(entries) ? [] : entries) {
		yield * call.t.print(`\nnetns: ${entry.name}\n`);
		yield * call.t.out.flush();
		const child = sys.fork(process => run(call, process, {name: entry.name, argv}));
		if (!failed(child)) {
			yield * awaitChild(call.t.process, child);
		}
	}

	return 0;
}

/**
 * Enters the namespace and becomes the program. /sys is mounted anew there, so that it shows the links of the namespace.
 * Simplified: files of /etc/netns/NAME are not mounted over those of /etc.
 */
function * run(call: IpCall, process: Process, {name, argv}: {readonly name: string; readonly argv: readonly string[]}): Running {
	const {sys} = process;
	if (!(yield * enterNamed(call.t, process, name))) {
		return 255;
	}

	if (!failed(sys.unshare(['mnt']))) {
		sys.mount({source: 'none', target: '/', type: 'none', options: [], how: 'rprivate'});
		sys.umount('/sys', {lazy: true});
		sys.mount({source: name, target: '/sys', type: 'sysfs', options: [], how: 'new'});
	}

	const image = executeByPath(process, argv);
	if (failed(image)) {
		return yield * call.say(`exec of "${argv[0]}" failed: ${errorTextOf(image)}`, 1);
	}

	return yield * image.run();
}

/** Enters a namespace of /run/netns. */
export function * enterNamed(t: Tool<never>, process: Process, name: string): Blocking<boolean> {
	const fd = process.sys.open(`${directory}/${name}`, {read: true});
	if (failed(fd)) {
		yield * t.complainPlain(`Cannot open network namespace "${name}": ${errorTextOf(fd)}\n`);
		return false;
	}

	const refusal = process.sys.setns(fd);
	process.sys.close(fd);
	if (failed(refusal)) {
		yield * t.complainPlain(`setting the network namespace "${name}" failed: ${errorTextOf(refusal)}\n`);
		return false;
	}

	return true;
}

/** The processes in a namespace. */
function * pids(call: IpCall): Blocking<number> {
	const {sys} = call.t;
	const name = call.next();
	const fd = name === undefined ? undefined : sys.open(`${directory}/${name}`, {read: true});
	if (fd === undefined || failed(fd)) {
		return yield * call.say(name === undefined ? 'No netns name specified' : `Cannot open network namespace: ${errorTextOf(fd as Exclude<typeof fd, number | undefined>)}`, name === undefined ? 255 : 1);
	}

	const id = call.net.namespaceOf(fd);
	sys.close(fd);
	const entries = sys.readdir('/proc');
	for (const entry of failed(entries) ? [] : entries) {
		const link = /^\d+$/v.test(entry.name) ? sys.readlink(`/proc/${entry.name}/ns/net`) : undefined;
		if (link !== undefined && !failed(link) && link.target === `net:[${String(id)}]`) {
			yield * call.t.print(`${entry.name}\n`);
		}
	}

	return 0;
}

function * identify(call: IpCall): Blocking<number> {
	const {sys} = call.t;
	const pid = call.next() ?? 'self';
	const fd = sys.open(`/proc/${pid}/ns/net`, {read: true});
	const id = failed(fd) ? fd : call.net.namespaceOf(fd);
	if (!failed(fd)) {
		sys.close(fd);
	}

	const names = yield * namedNamespaces(call);
	yield * call.t.print(`${failed(id) ? '' : names.get(id) ?? ''}\n`);
	return 0;
}
