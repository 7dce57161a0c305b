// The monitor of an LXC container: it makes the control groups and the namespaces, plugs the network in, and stays as the parent of the
// container's first process until that ends. Source: LXC 5.0.2, src/lxc/start.c, network.c, cgroups/cgfsng.c.
//
//     lxc-start ── fork ──> [lxc monitor] ── fork ──> init, pid 1 of new pid, mount, uts, ipc, net and cgroup namespaces
//                           /lxc.monitor.NAME         /lxc.payload.NAME

import {encodeText} from '../../base/bytes.js';
import {read, wait, write} from '../../model/kernel/blocking.js';
import {failed} from '../../model/kernel/errno.js';
import type {Fd, Pid, Process} from '../../model/kernel/program.js';
import {addAddress, addLink, addRoute, addVethPair, changeLink, findLink, setMaster, setUp} from '../../model/network/link.js';
import type {Blocking} from '../standard-io.js';
import {allSettings, type LxcContainer, setting, writeText} from './container.js';
import {enterContainer, type Payload} from './payload.js';
import {cgroupRoot, netNamespaceOf, payloadGroup} from './state.js';

/** Messages of what went wrong, innermost first, each with its place in LXC's source. */
export type Trouble = readonly string[];

export type Ending = {readonly status: number; readonly trouble: Trouble};

/** Runs a container to its end. `started` is called once its first program runs. */
export function * runContainer(process: Process, container: LxcContainer, payload: Payload, started: () => Blocking<void>): Blocking<Ending> {
	const {sys} = process;
	const groups = makeGroups(process, container);
	if (groups !== undefined) {
		return {status: 1, trouble: [groups]};
	}

	const pipes = [sys.pipe(), sys.pipe(), sys.pipe()];
	if (pipes.some(failed) || failed(sys.unshare(['pid']))) {
		return {status: 1, trouble: ['../src/lxc/start.c: lxc_spawn: 1790 Failed to clone a new set of namespaces']};
	}

	const [ready, go, error] = pipes as ReadonlyArray<{readonly readEnd: Fd; readonly writeEnd: Fd}>;
	const init = sys.fork(function * (child) {
		child.sys.close(ready!.readEnd);
		child.sys.close(go!.writeEnd);
		child.sys.close(error!.readEnd);
		return yield * enterContainer(child, container, payload, {ready: ready!.writeEnd, go: go!.readEnd, error: error!.writeEnd});
	});
	for (const fd of [ready!.writeEnd, go!.readEnd, error!.writeEnd]) {
		sys.close(fd);
	}

	if (failed(init)) {
		return {status: 1, trouble: ['../src/lxc/start.c: lxc_spawn: 1790 Failed to clone a new set of namespaces']};
	}

	yield * read(process, ready!.readEnd, 1);
	const unplugged = plugIn(process, container, init);
	const trouble = unplugged === undefined ? yield * letGo(process, {go: go!.writeEnd, error: error!.readEnd}) : unplugged;
	if (trouble.length > 0) {
		sys.kill(init, 'KILL');
	} else {
		yield * started();
	}

	const status = yield * awaitEnd(process, init);
	removeGroups(process, container);
	return {status, trouble};
}

/** Lets the first process go on; what it writes before its program runs says why it cannot. */
function * letGo(process: Process, {go, error}: {readonly go: Fd; readonly error: Fd}): Blocking<Trouble> {
	yield * write(process, go, encodeText('g'));
	const bytes = yield * read(process, error, 4096);
	const text = failed(bytes) ? '' : new TextDecoder().decode(bytes);
	return text === '' ? [] : text.split('\n').filter(line => line !== '');
}

function * awaitEnd(process: Process, init: Pid): Blocking<number> {
	for (;;) {
		const ended = yield * wait(process, init);
		if (failed(ended) && ended.errno !== 'EINTR') {
			return 1;
		}

		if (!failed(ended) && (ended.kind === 'exited' || ended.kind === 'killed')) {
			return ended.kind === 'exited' ? ended.status : 0;
		}
	}
}

/** The monitor's group and the container's, with its limits; a text if one cannot be set. */
function makeGroups(process: Process, container: LxcContainer): string | undefined {
	const {sys} = process;
	const monitor = `${cgroupRoot}/lxc.monitor.${container.name}`;
	const payload = payloadGroup(container.name);
	sys.mkdir(monitor, 0o755);
	sys.mkdir(payload, 0o755);
	if (!writeText(process, `${monitor}/cgroup.procs`, '0')) {
		return '../src/lxc/start.c: lxc_init: 865 Failed to enter cgroups';
	}

	for (const {key, value} of container.settings) {
		const file = /^lxc\.cgroup2\.(?<file>.+)$/v.exec(key)?.groups?.['file'];
		if (file !== undefined && !file.startsWith('devices.') && !writeText(process, `${payload}/${file}`, `${value}\n`)) {
			return `../src/lxc/cgroups/cgfsng.c: cgfsng_setup_limits: 3133 Failed to set "${file}" to "${value}"`;
		}
	}

	return undefined;
}

/** Nobody is left in the container's groups; the monitor steps out of its own. */
function removeGroups(process: Process, {name}: LxcContainer): void {
	const {sys} = process;
	writeText(process, `${cgroupRoot}/cgroup.procs`, '0');
	for (const path of [`${payloadGroup(name)}/.lxc`, payloadGroup(name), `${cgroupRoot}/lxc.monitor.${name}`]) {
		sys.rmdir(path);
	}
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Gives the container a link of each kind that its configuration names; what went wrong, or undefined. */
function plugIn(process: Process, container: LxcContainer, init: Pid): Trouble | undefined {
	const numbers = [...new Set(container.settings.flatMap(({key}) => /^lxc\.net\.(?<number>\d+)\./v.exec(key)?.groups?.['number'] ?? []))];
	const namespace = netNamespaceOf(process, init);
	for (const [index, number] of numbers.entries()) {
		const type = setting(container, `lxc.net.${number}.type`);
		if (type === 'empty' || type === 'none' || namespace === undefined) {
			continue;
		}

		const problem = type === 'veth' ? plugVeth(process, container, {prefix: `lxc.net.${number}`, fallbackName: `eth${index}`, namespace}) : `virtlab: lxc.net.${number}.type = ${type} is not modelled`;
		if (problem !== undefined) {
			return [problem, '../src/lxc/network.c: lxc_create_network_priv: 3427 No such file or directory - Failed to create network device', '../src/lxc/start.c: lxc_spawn: 1840 Failed to create the network'];
		}
	}

	return undefined;
}

type Plug = {readonly prefix: string; readonly fallbackName: string; readonly namespace: number};

function plugVeth({sys}: Process, container: LxcContainer, {prefix, fallbackName, namespace}: Plug): string | undefined {
	const {tx, kernel, task} = sys.kernel();
	const host = tx.get(`task:${kernel}`, task)!.namespaces.net;
	const bridgeName = setting(container, `${prefix}.link`);
	const name = setting(container, `${prefix}.veth.pair`) ?? `veth${[...sys.getrandom(6)].map(byte => letters[byte % letters.length]).join('')}`;
	const bridge = bridgeName === undefined ? undefined : findLink(tx, host, bridgeName) ?? (bridgeName === 'lxcbr0' ? makeBridge(tx, host) : undefined);
	if (bridgeName !== undefined && bridge?.kind !== 'bridge') {
		return `../src/lxc/network.c: netdev_configure_server_veth: 711 No such file or directory - Failed to attach "${name}" to bridge "${bridgeName}", bridge interface doesn't exist`;
	}

	const mac = setting(container, `${prefix}.hwaddr`);
	const {first, second} = addVethPair(tx, {namespace: host, name}, {namespace, name: setting(container, `${prefix}.name`) ?? fallbackName, ...mac === undefined ? {} : {mac}});
	if (bridge !== undefined) {
		setMaster(tx, host, first.index, bridge.index);
	}

	changeLink(tx, host, first.index, {mac: `fe${first.mac.slice(2)}`});
	setUp(tx, host, first.index, true);
	setUp(tx, namespace, second.index, setting(container, `${prefix}.flags`) === 'up');
	setUp(tx, namespace, 1, true);
	for (const text of allSettings(container, `${prefix}.ipv4.address`)) {
		const [address = '', length = '24'] = text.split(/[\/\s]/v);
		addAddress(tx, namespace, second.index, {address, prefixLength: Number(length), scope: 'global'});
	}

	const gateway = setting(container, `${prefix}.ipv4.gateway`);
	if (gateway !== undefined) {
		addRoute(tx, namespace, {destination: '0.0.0.0/0', gateway: gateway === 'auto' ? bridge?.addresses[0]?.address : gateway, device: second.index, source: undefined, scope: 'global', metric: 0, protocol: 'boot'});
	}

	return undefined;
}

/**
 * lxcbr0 as /etc/default/lxc-net has it.
 * Simplified: lxc-net.service makes it at boot, with masquerading and a DHCP server; here it comes with the first container that wants it, and leads no further than the host.
 */
function makeBridge(tx: ReturnType<Process['sys']['kernel']>['tx'], host: number) {
	const bridge = addLink(tx, host, {name: 'lxcbr0', kind: 'bridge', mac: '00:16:3e:00:00:00'});
	addAddress(tx, host, bridge.index, {address: '10.0.3.1', prefixLength: 24, scope: 'global'});
	setUp(tx, host, bridge.index, true);
	return findLink(tx, host, 'lxcbr0');
}

