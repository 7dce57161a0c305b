// The namespaces of a container: which are its own, which it shares with the host or another container, and how they end.
// Source: moby/moby daemon/oci_linux.go WithNamespaces; libnetwork/osl.

import {must} from '../../base/assert.js';
import {endNamespace, makeNamespace} from '../kernel/namespaces.js';
import type {NamespaceKind} from '../kernel/program.js';
import type {NamespaceId} from '../kernel/schema.js';
import {setUp} from '../network/link.js';
import type {Container} from './container-schema.js';
import {findContainer, isRunning} from './container-store.js';
import {type Engine, engineError, type EngineError, isEngineError} from './engine.js';

export type Namespaces = Readonly<Record<NamespaceKind, NamespaceId>>;

/** Makes the namespaces of a container that is about to start. */
export function makeNamespaces(engine: Engine, container: Container): Namespaces | EngineError {
	const {hostConfig, config, cgroup} = container;
	const {tx} = engine;
	const {initial, id: kernel} = must(tx.get('kernel', engine.engine), 'makeNamespaces: no kernel');
	const owner = initial.user;
	const net = joined(engine, hostConfig.NetworkMode, 'net', 'network');
	const pid = joined(engine, hostConfig.PidMode, 'pid', 'PID');
	const ipc = joined(engine, hostConfig.IpcMode, 'ipc', 'IPC');
	if (isEngineError(net) || isEngineError(pid) || isEngineError(ipc)) {
		return [net, pid, ipc].find(isEngineError)!;
	}

	const hasHostName = hostConfig.UTSMode === 'host' || hostConfig.NetworkMode === 'host';
	return {
		user: initial.user,
		mnt: makeNamespace(tx, {kind: 'mnt', kernel, owner}),
		pid: pid ?? (hostConfig.PidMode === 'host' ? initial.pid : makeNamespace(tx, {kind: 'pid', kernel, owner, parent: initial.pid})),
		ipc: ipc ?? (hostConfig.IpcMode === 'host' ? initial.ipc : makeNamespace(tx, {kind: 'ipc', kernel, owner})),
		uts: hasHostName ? initial.uts : makeNamespace(tx, {kind: 'uts', kernel, owner, hostname: config.Hostname}),
		cgroup: hostConfig.CgroupnsMode === 'host' ? initial.cgroup : makeNamespace(tx, {kind: 'cgroup', kernel, owner, cgroupRoot: cgroup}),
		net: net ?? (hostConfig.NetworkMode === 'host' ? initial.net : makeOwnNetwork(engine, kernel, owner)),
	};
}

function makeOwnNetwork({tx}: Engine, kernel: number, owner: NamespaceId): NamespaceId {
	const net = makeNamespace(tx, {kind: 'net', kernel, owner});
	setUp(tx, net, 1, true);
	return net;
}

/** The namespace of another container, for modes like `container:web`. */
function joined(engine: Engine, mode: string, kind: NamespaceKind, word: string): NamespaceId | undefined | EngineError {
	if (!mode.startsWith('container:')) {
		return undefined;
	}

	const other = findContainer(engine, mode.slice('container:'.length));
	if (isEngineError(other)) {
		return engineError(500, `joining ${word} namespace of container: ${other.message}`);
	}

	// Whether the donor let others in was decided when it was created. Source: daemon/container_operations_unix.go getIPCContainer.
	const {IpcMode} = other.hostConfig;
	if (kind === 'ipc' && isRunning(other) && IpcMode !== 'shareable' && IpcMode !== 'host') {
		return engineError(400, `failed to join IPC namespace: container ${other.id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`);
	}

	return isRunning(other) && other.namespaces !== undefined
		? other.namespaces[kind]
		: engineError(409, `cannot join ${word} namespace of a non running container: container ${other.id} is ${other.state.status}`);
}

/** Takes the namespaces away that were the container's own. */
export function endNamespaces(engine: Engine, {namespaces, hostConfig}: Container): void {
	if (namespaces === undefined) {
		return;
	}

	const {tx} = engine;
	const {initial} = must(tx.get('kernel', engine.engine), 'endNamespaces: no kernel');
	const shared: Readonly<Partial<Record<NamespaceKind, string>>> = {net: hostConfig.NetworkMode, pid: hostConfig.PidMode, ipc: hostConfig.IpcMode};
	for (const [kind, id] of Object.entries(namespaces) as Array<[NamespaceKind, NamespaceId]>) {
		if (id === initial[kind] || shared[kind]?.startsWith('container:') === true) {
			continue;
		}

		endNamespace(tx, id, kind);
	}
}
