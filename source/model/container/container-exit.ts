// What happens when a container's first process has ended: its resources are given back, and its restart policy decides what comes next.
// Source: moby/moby daemon/monitor.go, restartmanager.

import {millisecondNs, nowNs, secondNs} from '../../base/clock.js';
import {dropCgroup, readControl} from '../kernel/cgroup/cgroup2.js';
import {failed} from '../kernel/errno.js';
import {detachEverywhere} from '../kernel/propagation.js';
import type {FsId} from '../kernel/file-types.js';
import type {Running} from '../kernel/program.js';
import {getMount, resolve} from '../kernel/vfs.js';
import type {Container, ContainerId} from './container-schema.js';
import {changeContainer, containerChannel, getContainer, logContainerEvent} from './container-store.js';
import {layerPaths} from './container-view.js';
import {unplug} from './endpoint.js';
import {type EngineError} from './engine.js';
import {type EngineHost, fsContext, hostCaller, liveOf, notifyContainer, sleepOn, type Work} from './engine-host.js';
import {removeContainerNow} from './container-remove.js';
import {removeInodes} from './layer-store.js';
import {unpublishPorts} from './port-publish.js';
import {endNamespaces} from './sandbox.js';
import {unmountVolumes} from './volume-mount.js';

/** First pause before a restart; doubled each time up to the longest, and forgotten after a good run. Source: restartmanager.go. */
const firstBackOffNs = 100 * millisecondNs;
const longestBackOffNs = 60 * secondNs;
const goodRunNs = 10 * secondNs;

type Start = (host: EngineHost, id: ContainerId) => Work<EngineError | 'started' | 'already-started'>;

/** Runs in the shim, last. Returns the shim's own exit status. */
export function * containerExited(host: EngineHost, id: ContainerId, exitCode: number, start: Start): Running {
	const before = getContainer(host, id);
	if (before === undefined) {
		return 0;
	}

	const isOomKilled = wasOomKilled(host, before);
	releaseResources(host, before);
	const ranNs = nowNs(host.tx) - (before.state.startedNs ?? 0);
	const exited = changeContainer(host, id, {execs: [], state: {
		status: 'exited', exitCode, isOomKilled, task: undefined, shim: undefined, finishedNs: nowNs(host.tx), health: before.state.health,
	}})!;
	if (isOomKilled) {
		logContainerEvent(host, exited, 'oom');
	}

	logContainerEvent(host, exited, 'die', {execDuration: String(Math.floor(ranNs / secondNs)), exitCode: String(exitCode)});
	const willRestart = mayRestart(exited, exitCode) && !host.memory.isStopping;
	const backOffNs = ranNs >= goodRunNs || exited.backOffNs === 0 ? firstBackOffNs : Math.min(exited.backOffNs * 2, longestBackOffNs);
	if (willRestart) {
		changeContainer(host, id, {backOffNs, state: {status: 'restarting'}});
	}

	const live = liveOf(host, id);
	live.exits++;
	live.lastExit = exitCode;
	notifyContainer(host, id);
	if (willRestart) {
		yield * restartLater(host, id, backOffNs, start);
	} else if (exited.hostConfig.AutoRemove) {
		removeContainerNow(host, exited, {removeVolumes: true});
	}

	return 0;
}

/** Whether the policy asks for another start. */
function mayRestart({hostConfig: {RestartPolicy: policy}, state, restartCount}: Container, exitCode: number): boolean {
	switch (policy.Name) {
		case 'always':
		case 'unless-stopped': return !state.isManuallyStopped;
		case 'on-failure': return !state.isManuallyStopped && exitCode !== 0 && (policy.MaximumRetryCount === 0 || restartCount < policy.MaximumRetryCount);
		case '':
		case 'no': return false;
		default: return policy.Name satisfies never;
	}
}

function * restartLater(host: EngineHost, id: ContainerId, backOffNs: number, start: Start): Work<void> {
	const dueNs = host.process.sys.now() + backOffNs;
	while (host.process.sys.now() < dueNs) {
		if (getContainer(host, id)?.state.status !== 'restarting') {
			return;
		}

		yield * sleepOn([containerChannel(id)], dueNs);
	}

	const container = getContainer(host, id);
	if (container?.state.status === 'restarting') {
		changeContainer(host, id, {restartCount: container.restartCount + 1});
		yield * start(host, id);
	}
}

/** memory.events of the container's cgroup counts what the kernel killed. */
function wasOomKilled(host: EngineHost, {cgroup}: Container): boolean {
	const events = readControl(fsContext(host), cgroup, 'memory.events') ?? '';
	return /^oom_kill [1-9]/mv.test(events);
}

/** Gives back what only a running container has: ports, networks, mounts, namespaces, its cgroup. */
export function releaseResources(host: EngineHost, container: Container): void {
	unpublishPorts(host, container);
	const endpoints = container.endpoints.map(endpoint => unplug(host, container, endpoint, container.namespaces?.net));
	unmountFromHost(host, container);
	const memoryFilesystems = tmpfsOf(host, container);
	endNamespaces(host, container);
	unmountVolumes(host, container);
	freeUnmounted(host, memoryFilesystems);
	dropCgroup(fsContext(host), container.cgroup);
	changeContainer(host, container.id, {endpoints, ports: [], sandbox: '', namespaces: undefined});
}

/** The filesystems in memory that a container has mounted. */
function tmpfsOf({tx}: EngineHost, {namespaces}: Container): Set<FsId> {
	const mounts = namespaces === undefined ? [] : [...tx.table(`mount:${namespaces.mnt}`).values()];
	return new Set(mounts.filter(({type}) => type === 'tmpfs').map(({fs}) => fs));
}

/** What nobody else has mounted is gone, with the memory that it took. */
function freeUnmounted({tx}: EngineHost, filesystems: Set<FsId>): void {
	for (const namespace of filesystems.size === 0 ? [] : tx.table('namespace').values()) {
		for (const {fs} of namespace.kind === 'mnt' ? tx.table(`mount:${namespace.id}`).values() : []) {
			filesystems.delete(fs);
		}
	}

	for (const fs of filesystems) {
		removeInodes(tx, fs);
	}
}

function unmountFromHost(host: EngineHost, container: Container): void {
	const caller = hostCaller(host);
	const found = resolve(caller, layerPaths(host, container).merged, true);
	if (!failed(found) && found.fs === container.layer.merged) {
		detachEverywhere(host.tx, getMount(caller, found.place.mount));
	}
}
