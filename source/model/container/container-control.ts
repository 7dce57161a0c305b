// Acting on a container that exists: stop, kill, restart, pause, rename, update, rm. Source: moby/moby daemon/stop.go, kill.go, restart.go,
// pause.go, rename.go, update.go, delete.go.

import {secondNs} from '../../base/clock.js';
import type {Json} from '../../base/json.js';
import {parseSignal, type SignalName, signalNumbers} from '../kernel/signal.js';
import {parseContainerName, nameConflict} from './container-name.js';
import {removeContainerNow} from './container-remove.js';
import type {Container, HostConfig} from './container-schema.js';
import {applyLimits, startContainer} from './container-start.js';
import {changeContainer, containerChannel, findContainer, getContainer, isRunning, logContainerEvent, putContainer} from './container-store.js';
import {engineError, type EngineError, isEngineError} from './engine.js';
import {type EngineHost, liveOf, notifyContainer, sleepOn, type Work} from './engine-host.js';
import {checkResources, parseRestartPolicy} from './host-config.js';
import {JsonFields} from './json-fields.js';
import {addName, removeName} from '../network/name.js';

const defaultStopSeconds = 10;
/** How long a killed process may take to go. */
const killPatienceNs = 10 * secondNs;

function stopSignalOf({config}: Container): SignalName {
	return parseSignal(config.StopSignal ?? 'TERM') ?? 'TERM';
}

/** Sleeps until the container has exited once more than before, or the moment comes. */
function * waitForExit(host: EngineHost, id: string, exitsBefore: number, untilNs?: number): Work<boolean> {
	const live = liveOf(host, id);
	while (live.exits === exitsBefore && !live.isRemoved) {
		if (untilNs !== undefined && host.process.sys.now() >= untilNs) {
			return false;
		}

		yield * sleepOn([containerChannel(id)], untilNs);
	}

	return true;
}

function send(host: EngineHost, container: Container, signal: SignalName): void {
	const {task} = container.state;
	if (task !== undefined) {
		host.access.signal(task, signal);
		logContainerEvent(host, container, 'kill', {signal: String(signalNumbers[signal])});
	}
}

/** POST /containers/{id}/stop. A negative timeout waits for ever. */
export function * stopContainer(host: EngineHost, text: string, timeoutSeconds: number | undefined, signalText?: string): Work<EngineError | 'stopped' | 'already-stopped'> {
	const container = findContainer(host, text);
	if (isEngineError(container)) {
		return container;
	}

	if (container.state.status === 'restarting') {
		cancelRestart(host, container);
		return 'stopped';
	}

	if (!isRunning(container)) {
		return 'already-stopped';
	}

	const signal = signalText === undefined || signalText === '' ? stopSignalOf(container) : parseSignal(signalText);
	if (signal === undefined) {
		return engineError(400, `invalid signal: ${signalText}`);
	}

	const {id} = container;
	const seconds = timeoutSeconds ?? container.config.StopTimeout ?? defaultStopSeconds;
	const {exits} = liveOf(host, id);
	changeContainer(host, id, {state: {isManuallyStopped: true}});
	if (container.state.status === 'paused') {
		unfreeze(host, container);
	}

	send(host, container, signal);
	const hasEnded = yield * waitForExit(host, id, exits, seconds < 0 ? undefined : host.process.sys.now() + seconds * secondNs);
	const late = getContainer(host, id);
	if (!hasEnded && late !== undefined) {
		send(host, late, 'KILL');
		yield * waitForExit(host, id, exits, host.process.sys.now() + killPatienceNs);
	}

	const stopped = getContainer(host, id);
	if (stopped !== undefined) {
		logContainerEvent(host, stopped, 'stop');
	}

	return 'stopped';
}

/** A container that waits for its next start will not get it. */
function cancelRestart(host: EngineHost, container: Container): void {
	changeContainer(host, container.id, {state: {status: 'exited', isManuallyStopped: true}});
	notifyContainer(host, container.id);
	logContainerEvent(host, container, 'stop');
}

/** POST /containers/{id}/kill. Returns when a killed container is gone; other signals are only sent. */
export function * killContainer(host: EngineHost, text: string, signalText: string): Work<EngineError | undefined> {
	const container = findContainer(host, text);
	const refuse = (status: number, problem: string) => engineError(status, `cannot kill container: ${text}: ${problem}`);
	if (isEngineError(container)) {
		return refuse(container.status, container.message);
	}

	const signal = parseSignal(signalText === '' ? 'KILL' : signalText);
	if (signal === undefined) {
		return refuse(400, `invalid signal: ${signalText}`);
	}

	if (container.state.status === 'restarting') {
		cancelRestart(host, container);
		return undefined;
	}

	const {id} = container;
	if (!isRunning(container)) {
		return refuse(409, `container ${id} is not running`);
	}

	if (signal === 'KILL' || signal === stopSignalOf(container)) {
		changeContainer(host, id, {state: {isManuallyStopped: true}});
	}

	const {exits} = liveOf(host, id);
	if (container.state.status === 'paused' && signal === 'KILL') {
		unfreeze(host, container);
	}

	send(host, container, signal);
	if (signal === 'KILL') {
		yield * waitForExit(host, id, exits, host.process.sys.now() + killPatienceNs);
	}

	return undefined;
}

/** POST /containers/{id}/restart. */
export function * restartContainer(host: EngineHost, text: string, timeoutSeconds: number | undefined): Work<EngineError | undefined> {
	const container = findContainer(host, text);
	if (isEngineError(container)) {
		return engineError(container.status, container.message);
	}

	const stopped = yield * stopContainer(host, container.id, timeoutSeconds);
	if (isEngineError(stopped)) {
		return engineError(stopped.status, `Cannot restart container ${text}: ${stopped.message}`);
	}

	const started = yield * startContainer(host, container.id);
	if (isEngineError(started)) {
		return engineError(started.status, `Cannot restart container ${text}: ${started.message}`);
	}

	const restarted = getContainer(host, container.id);
	if (restarted !== undefined) {
		logContainerEvent(host, restarted, 'restart');
	}

	return undefined;
}

/** POST /containers/{id}/pause: the freezer of its cgroup. */
export function pauseContainer(host: EngineHost, text: string): EngineError | undefined {
	const container = findContainer(host, text);
	if (isEngineError(container)) {
		return container;
	}

	const {id, state} = container;
	if (state.status === 'paused') {
		return engineError(409, `Container ${id} is already paused`);
	}

	if (state.status === 'restarting') {
		return engineError(409, `Container ${id} is restarting, wait until the container is running`);
	}

	if (state.status !== 'running') {
		return engineError(409, `Container ${id} is not running`);
	}

	host.access.setFrozen(container.cgroup, true);
	logContainerEvent(host, changeContainer(host, id, {state: {status: 'paused'}})!, 'pause');
	return undefined;
}

export function unpauseContainer(host: EngineHost, text: string): EngineError | undefined {
	const container = findContainer(host, text);
	if (isEngineError(container)) {
		return container;
	}

	if (container.state.status !== 'paused') {
		return engineError(500, `Container ${container.id} is not paused`);
	}

	unfreeze(host, container);
	return undefined;
}

function unfreeze(host: EngineHost, container: Container): void {
	host.access.setFrozen(container.cgroup, false);
	logContainerEvent(host, changeContainer(host, container.id, {state: {status: 'running'}})!, 'unpause');
}

/** POST /containers/{id}/rename. Names on networks follow. */
export function renameContainer(host: EngineHost, text: string, newName: string): EngineError | undefined {
	const container = findContainer(host, text);
	if (isEngineError(container)) {
		return container;
	}

	if (newName === '') {
		return engineError(400, 'Neither old nor new names may be empty');
	}

	if (newName.replace(/^\//v, '') === container.name) {
		return engineError(400, 'Renaming a container with the same name as its current name');
	}

	const name = parseContainerName(newName);
	const conflict = isEngineError(name) ? name : nameConflict(host, name);
	if (isEngineError(name) || conflict !== undefined) {
		return conflict;
	}

	const {tx, engine} = host;
	tx.delete(`container-name:${engine}`, container.name);
	tx.put(`container-name:${engine}`, name, {container: container.id});
	const endpoints = container.endpoints.map(endpoint => {
		if (endpoint.dnsNames === null || endpoint.network === undefined) {
			return endpoint;
		}

		removeName(tx, endpoint.network, container.name, endpoint.address);
		addName(tx, endpoint.network, name, endpoint.address);
		return {...endpoint, dnsNames: endpoint.dnsNames.map(each => each === container.name ? name : each)};
	});
	const renamed = {...container, name, endpoints};
	putContainer(host, renamed);
	logContainerEvent(host, renamed, 'rename', {oldName: `/${container.name}`});
	return undefined;
}

/** POST /containers/{id}/update: limits and restart policy, of a running container at once. */
export function updateContainer(host: EngineHost, text: string, request: Json): EngineError | undefined {
	const container = findContainer(host, text);
	if (isEngineError(container)) {
		return container;
	}

	const fields = new JsonFields(request, 'UpdateConfig');
	const policy = fields.raw('RestartPolicy') === undefined ? container.hostConfig.RestartPolicy : parseRestartPolicy(fields.raw('RestartPolicy'));
	if (isEngineError(policy)) {
		return policy;
	}

	const before = container.hostConfig;
	if (fields.integer('CpuRealtimePeriod') !== 0 || fields.integer('CpuRealtimeRuntime') !== 0) {
		return engineError(400, 'kernel does not support CPU real-time scheduler');
	}

	const number = (key: 'BlkioWeight' | 'CpuShares' | 'Memory' | 'NanoCpus' | 'CpuPeriod' | 'CpuQuota' | 'MemoryReservation' | 'MemorySwap') => fields.integer(key) || before[key];
	const after: HostConfig = {
		...before, BlkioWeight: number('BlkioWeight'), CpuShares: number('CpuShares'), Memory: number('Memory'), NanoCpus: number('NanoCpus'), CpuPeriod: number('CpuPeriod'), CpuQuota: number('CpuQuota'),
		MemoryReservation: number('MemoryReservation'), MemorySwap: number('MemorySwap'), CpusetCpus: fields.text('CpusetCpus') || before.CpusetCpus,
		CpusetMems: fields.text('CpusetMems') || before.CpusetMems, PidsLimit: fields.raw('PidsLimit') === undefined ? before.PidsLimit : fields.integer('PidsLimit') || null,
		RestartPolicy: policy.Name === 'no' && fields.raw('RestartPolicy') !== undefined && new JsonFields(fields.raw('RestartPolicy'), 'RestartPolicy').text('Name') === '' ? before.RestartPolicy : policy,
	};
	if (fields.error !== undefined) {
		return engineError(400, fields.error);
	}

	if (after.AutoRemove && after.RestartPolicy.Name !== 'no') {
		return engineError(400, 'Restart policy cannot be updated because AutoRemove is enabled for the container');
	}

	const cpuCount = host.tx.get('kernel', host.engine)?.cpuCount ?? 1;
	const problem = checkResources(after, cpuCount) ?? (after.Memory > before.MemorySwap && before.MemorySwap > 0 && fields.integer('MemorySwap') === 0
		? engineError(409, 'Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time') : undefined);
	if (problem !== undefined) {
		return problem;
	}

	const changed = changeContainer(host, container.id, {hostConfig: after})!;
	if (isRunning(changed)) {
		applyLimits(host, changed);
	}

	logContainerEvent(host, changed, 'update');
	return undefined;
}

export type RemoveOptions = {readonly isForced: boolean; readonly removeVolumes: boolean};

/** DELETE /containers/{id}. */
export function * removeContainer(host: EngineHost, text: string, options: RemoveOptions): Work<EngineError | undefined> {
	const container = findContainer(host, text);
	if (isEngineError(container)) {
		return container;
	}

	const {status} = container.state;
	if (!options.isForced && (isRunning(container) || status === 'restarting')) {
		const advice = status === 'paused' ? 'unpause and then stop the container before removing or force remove' : 'stop the container before removing or force remove';
		return engineError(409, `cannot remove container "${text.replace(/^\//v, '')}": container is ${status}: ${advice}`);
	}

	if (status === 'removing') {
		return engineError(409, `removal of container ${container.id} is already in progress`);
	}

	if (isRunning(container) || status === 'restarting') {
		yield * killContainer(host, container.id, 'KILL');
	}

	// --rm may have removed it already.
	const ended = getContainer(host, container.id);
	if (ended !== undefined) {
		removeContainerNow(host, ended, options);
	}

	return undefined;
}
