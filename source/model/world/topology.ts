// What commands cannot create: hosts with their processors and memory, and the network between them. A lab states its own; named
// scenarios are for the sandbox.

import {must} from '../../base/assert.js';
import {makeTreeFileSystem} from '../container/layer-store.js';
import {buildLayer, type LayerRecipe} from '../container/hub/recipe.js';
import type {FsContext} from '../kernel/filesystem.js';
import {rootNode} from '../container/layer-tree.js';
import type {Host} from '../host/schema.js';
import {bootKernel, startTask} from '../kernel/kernel.js';
import {makeInodeFileSystem} from '../kernel/inode-filesystem.js';
import {attachMount, coveringMount, findMount, rootMount} from '../kernel/mount-tree.js';
import {takeNumber} from '../kernel/counter.js';
import type {RunLoop} from '../kernel/run-loop.js';
import type {KernelId, NamespaceId} from '../kernel/schema.js';
import {failed} from '../kernel/errno.js';
import {addAddress, addLink, addRoute, makeNetNamespace, setUp} from '../network/link.js';
import {typeOf} from '../kernel/vfs.js';
import {addDevices} from './devices.js';
import {hostFiles} from './host-files.js';
import {systemd} from './init.js';
import type {WorldTransaction} from './schema.js';

export type HostTopology = {
	readonly name: string;
	readonly sockets: number;
	readonly coresPerSocket: number;
	readonly threadsPerCore: number;
	readonly cpuMhz: number;
	readonly memoryGib: number;
};

/** The first host is where the learner logs in. */
export type Topology = {readonly hosts: readonly HostTopology[]};

const defaultHost: HostTopology = {name: 'lab', sockets: 1, coresPerSocket: 4, threadsPerCore: 2, cpuMhz: 2600, memoryGib: 16};

/** One host of the course's compute pool: 2 sockets x 16 cores x 2 threads x 2.9 GHz. */
const poolHost: Omit<HostTopology, 'name'> = {sockets: 2, coresPerSocket: 16, threadsPerCore: 2, cpuMhz: 2900, memoryGib: 256};

export const scenarios: Readonly<Record<string, Topology>> = {
	default: {hosts: [defaultHost]},
	pool: {hosts: ['host1', 'host2', 'host3'].map(name => ({...poolHost, name}))},
};

const gibibyte = 2 ** 30;
const rootDiskBytes = 100 * gibibyte;
const segment = 'lan';
const subnet = '10.0.0';
const gateway = `${subnet}.1`;

/** Debian 12's kernel, as `uname -r` and `uname -v` print it. */
export const kernelRelease = '6.1.0-37-amd64';
const kernelVersion = '#1 SMP PREEMPT_DYNAMIC Debian 6.1.140-1 (2025-05-22)';

/** Makes all machines and boots them; when it returns, their first processes are ready to run. */
export function buildTopology(tx: WorldTransaction, loop: RunLoop, topology: Topology): void {
	makeRouter(tx);
	for (const [index, host] of topology.hosts.entries()) {
		bootHost(tx, loop, host, `${subnet}.${11 + index}`);
	}
}

/** The lab's way out: it answers for the gateway's address and serves names. */
function makeRouter(tx: WorldTransaction): void {
	const id = takeNumber(tx, 'namespace');
	makeNetNamespace(tx, id);
	const {index} = addLink(tx, id, {name: 'lan0', kind: 'ether', segment, isUp: true});
	addAddress(tx, id, index, {address: gateway, prefixLength: 24, scope: 'global'});
	tx.put('net-namespace', id, {...must(tx.get('net-namespace', id), 'makeRouter: no namespace'), servesNames: true});
}

function bootHost(tx: WorldTransaction, loop: RunLoop, host: HostTopology, address: string): void {
	const root = makeTreeFileSystem(tx, buildLayer(rootRecipe(host.name), '2026-08-31T12:00:00Z'));
	tx.put('filesystem', root, {...must(tx.get('filesystem', root), 'bootHost: no root'), capacityBytes: rootDiskBytes, device: {major: 254, minor: 1}});
	const kernel = bootKernel(tx, {
		owner: `host:${host.name}`, release: kernelRelease, version: kernelVersion, hostname: host.name, root, rootNode, rootSource: '/dev/vda1',
		cpuCount: host.sockets * host.coresPerSocket * host.threadsPerCore, cpuModel: 'Intel(R) Xeon(R) Platinum 8375C CPU @ 2.90GHz', cpuMhz: host.cpuMhz, memoryBytes: host.memoryGib * gibibyte, swapBytes: 0,
	});
	const {memoryGib, ...rest} = host;
	const record: Host = {...rest, kernel, memoryBytes: memoryGib * gibibyte, address};
	tx.put('host', host.name, record);
	mountVirtual(tx, loop, kernel);
	plugIn(tx, must(tx.get('kernel', kernel), 'bootHost: no kernel').initial.net, address);
	startTask(loop, kernel, {name: 'systemd', newSession: true}, systemd);
}

const recipes = new Map<string, LayerRecipe>();

/** The tree of a host's disk: built once for each name. */
function rootRecipe(hostname: string): LayerRecipe {
	let recipe = recipes.get(hostname);
	if (recipe === undefined) {
		recipe = {createdBy: 'debian-installer', files: () => hostFiles({hostname, nameServer: gateway}), transferSizeBytes: 0};
		recipes.set(hostname, recipe);
	}

	return recipe;
}

type VirtualMount = {readonly at: string; readonly type: string; readonly source: string; readonly flags: readonly string[]; readonly fsOptions?: readonly string[]; readonly owner?: string};

/** What an initramfs and systemd mount before anything else runs. */
const virtualMounts: readonly VirtualMount[] = [
	{at: 'sys', type: 'sysfs', source: 'sysfs', flags: ['nosuid', 'nodev', 'noexec', 'relatime'], owner: 'kernel'},
	{at: 'proc', type: 'proc', source: 'proc', flags: ['nosuid', 'nodev', 'noexec', 'relatime'], owner: 'pid'},
	{at: 'dev', type: 'devtmpfs', source: 'udev', flags: ['nosuid', 'relatime'], fsOptions: ['size=8130584k', 'nr_inodes=2032646', 'mode=755']},
	{at: 'dev/pts', type: 'devpts', source: 'devpts', flags: ['nosuid', 'noexec', 'relatime'], fsOptions: ['gid=5', 'mode=620', 'ptmxmode=000']},
	{at: 'run', type: 'tmpfs', source: 'tmpfs', flags: ['nosuid', 'nodev', 'noexec', 'relatime'], fsOptions: ['size=1630392k', 'mode=755']},
	{at: 'dev/shm', type: 'tmpfs', source: 'tmpfs', flags: ['nosuid', 'nodev'], fsOptions: ['mode=1777']},
	{at: 'sys/fs/cgroup', type: 'cgroup2', source: 'cgroup2', flags: ['nosuid', 'nodev', 'noexec', 'relatime'], fsOptions: ['nsdelegate', 'memory_recursiveprot'], owner: 'kernel'},
];

function mountVirtual(tx: WorldTransaction, loop: RunLoop, kernel: KernelId): void {
	const {initial, memoryBytes} = must(tx.get('kernel', kernel), 'mountVirtual: no kernel');
	const context: FsContext = {tx, kernel, task: undefined, types: loop.types};
	for (const item of virtualMounts) {
		if (!loop.types.has(item.type)) {
			continue;
		}

		const fs = makeVirtual(tx, item, item.owner === 'pid' ? `pid:${initial.pid}` : `kernel:${kernel}`, memoryBytes / 2);
		const place = placeOf(context, initial.mnt, item.at.split('/'));
		const root = typeOf(context, fs).root(context, fs);
		attachMount(tx, initial.mnt, {parent: place.mount, mountpoint: place.node, fs, root, source: item.source, type: item.type, flags: item.flags, fsOptions: item.fsOptions ?? [], peerGroup: takeNumber(tx, 'peer')});
		if (item.type === 'devtmpfs') {
			addDevices(context, fs, root);
		}
	}
}

function makeVirtual(tx: WorldTransaction, item: VirtualMount, owner: string, capacityBytes: number): number {
	if (item.owner === undefined) {
		const options = Object.fromEntries((item.fsOptions ?? []).map(option => option.split('=', 2) as [string, string]));
		return makeInodeFileSystem(tx, item.type, options, item.type === 'devpts' ? undefined : capacityBytes);
	}

	const id = takeNumber(tx, 'filesystem');
	tx.put('filesystem', id, {id, type: item.type, options: {owner}, capacityBytes: undefined, usedBytes: 0, nextNode: 1, device: {major: 0, minor: takeNumber(tx, 'device')}});
	return id;
}

/** Follows names from the root of a mount namespace, through mounts. */
function placeOf(context: FsContext, namespace: NamespaceId, names: readonly string[]): {readonly mount: number; readonly node: number} {
	const {tx} = context;
	const top = must(rootMount(tx, namespace), 'placeOf: no root mount');
	let at = {mount: top.id, node: top.root};
	for (const name of names) {
		const {fs} = must(findMount(tx, at.mount), 'placeOf: no mount');
		const node = typeOf(context, fs).lookup(context, fs, at.node, name);
		must(failed(node) ? undefined : node, `placeOf: no ${name}`);
		at = {mount: at.mount, node: node as number};
		const covering = coveringMount(tx, namespace, at);
		if (covering !== undefined) {
			at = {mount: covering, node: must(findMount(tx, covering), 'placeOf: no mount').root};
		}
	}

	return at;
}

function plugIn(tx: WorldTransaction, namespace: NamespaceId, address: string): void {
	const {index} = addLink(tx, namespace, {name: 'eth0', kind: 'ether', segment, isUp: true});
	addAddress(tx, namespace, index, {address, prefixLength: 24, scope: 'global'});
	setUp(tx, namespace, index, true);
	addRoute(tx, namespace, {destination: '0.0.0.0/0', gateway, device: index, source: undefined, scope: 'global', metric: 0, protocol: 'static'});
}
