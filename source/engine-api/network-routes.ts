// Requests that act on networks and volumes.

import {parseEndpoint} from '../model/container/container-create.js';
import {makeDirectories} from '../model/container/container-files.js';
import {matchesLabels, parseFilters} from '../model/container/container-list.js';
import {forgetVolume} from '../model/container/container-remove.js';
import {changeContainer, findContainer, isRunning} from '../model/container/container-store.js';
import {createNetwork, findNetwork, isPredefined, networksOf, removeBridge, removeNetwork} from '../model/container/docker-network.js';
import {checkEndpoint, plug, unplug} from '../model/container/endpoint.js';
import {engineError, type EngineError, isEngineError, logEvent} from '../model/container/engine.js';
import {JsonFields} from '../model/container/json-fields.js';
import {volumeJson} from '../model/container/network-view.js';
import {refreshNetworkFiles} from '../model/container/container-prepare.js';
import {movePorts, withdrawPorts} from '../model/container/port-publish.js';
import {createVolume, getVolume, removeVolume} from '../model/container/volume.js';
import {volumeBytes} from '../model/container/volume-mount.js';
import {type Act, type ActHandler, atOnce, idOf, jsonOf, once} from './act.js';
import {flagOf} from './api-request.js';
import {isOldEnough} from './prune-until.js';
import type {Route} from './router.js';

/** Networks that go with no other. Source: moby/moby runconfig/errors.go. */
function modeConflict(mode: string, network: string): EngineError | undefined {
	if (mode.startsWith('container:')) {
		return engineError(400, 'container sharing network namespace with another container or host cannot be connected to any other network');
	}

	if (mode === 'none' || network === 'none') {
		return engineError(400, 'container cannot be connected to multiple networks with one of the networks in private (none) mode');
	}

	return mode === 'host' || network === 'host' ? engineError(400, 'container cannot be disconnected from host network or connected to host network') : undefined;
}

const connect = once(function * (act) {
	const {host} = act;
	const fields = new JsonFields(jsonOf(act), 'ConnectOptions');
	const container = findContainer(host, fields.text('Container'));
	if (isEngineError(container)) {
		return container;
	}

	const network = findNetwork(host, idOf(act));
	// A container that does not run may be connected to what does not exist yet; starting it finds out.
	const name = isEngineError(network) ? idOf(act) : network.name;
	if (isEngineError(network) && isRunning(container)) {
		return network;
	}

	if (container.endpoints.some(endpoint => endpoint.networkName === name)) {
		return engineError(403, `endpoint with name ${container.name} already exists in network ${name}`);
	}

	const conflict = modeConflict(container.hostConfig.NetworkMode, name);
	if (conflict !== undefined) {
		return conflict;
	}

	const endpoint = parseEndpoint(name, fields.raw('EndpointConfig') ?? null);
	const wrong = isEngineError(endpoint) ? endpoint : checkEndpoint(host, endpoint);
	if (isEngineError(endpoint) || wrong !== undefined) {
		return wrong!;
	}

	const plugged = isRunning(container) ? plug(host, container, endpoint, container.namespaces!.net) : endpoint;
	if (isEngineError(plugged)) {
		return plugged;
	}

	const changed = changeContainer(host, container.id, {endpoints: [...container.endpoints, plugged]})!;
	if (isRunning(changed)) {
		yield * refreshNetworkFiles(host, changed);
		return movePorts(host, changed) ?? 200;
	}

	return 200;
});

const disconnect = once(function * (act) {
	const {host} = act;
	const fields = new JsonFields(jsonOf(act), 'DisconnectOptions');
	const network = findNetwork(host, idOf(act));
	if (isEngineError(network)) {
		return network;
	}

	const container = findContainer(host, fields.text('Container'));
	if (isEngineError(container)) {
		return container;
	}

	const endpoint = container.endpoints.find(each => each.networkName === network.name || each.network === network.id);
	if (endpoint === undefined) {
		return engineError(500, `container ${container.id} is not connected to network ${network.name}`);
	}

	withdrawPorts(host, container, endpoint);
	unplug(host, container, endpoint, container.namespaces?.net);
	const changed = changeContainer(host, container.id, {endpoints: container.endpoints.filter(each => each !== endpoint)})!;
	if (isRunning(changed)) {
		yield * refreshNetworkFiles(host, changed);
		return movePorts(host, changed) ?? 200;
	}

	return 200;
});

function newNetwork(act: Act): EngineError | {readonly status: number; readonly body: {readonly Id: string; readonly Warning: string}} {
	const network = createNetwork(act.host, jsonOf(act));
	return isEngineError(network) ? network : {status: 201, body: {Id: network.id, Warning: ''}};
}

const pruneNetworks = atOnce(({host, request}) => {
	const filters = parseFilters(request.query.get('filters') ?? undefined, ['label', 'until']);
	if (isEngineError(filters)) {
		return filters;
	}

	const isOld = isOldEnough(host.tx, filters);
	if (isEngineError(isOld)) {
		return isOld;
	}

	const unused = networksOf(host).filter(network => isOld(network.createdNs) && !isPredefined(network) && network.members.size === 0 && matchesLabels(network.labels, filters.get('label')));
	for (const network of unused) {
		removeBridge(host, network);
	}

	return {status: 200, body: {NetworksDeleted: unused.length === 0 ? null : unused.map(network => network.name)}};
});

const newVolume = atOnce(act => {
	const volume = createVolume(act.host, jsonOf(act));
	if (isEngineError(volume)) {
		return volume;
	}

	makeDirectories(act.host.process, volume.mountpoint, 0o755);
	return {status: 201, body: volumeJson(act.host, volume)};
});

const deleteVolume = atOnce(act => {
	const name = act.params.get('name')!;
	const volume = getVolume(act.host, name);
	if (!isEngineError(volume) && volume.users.size === 0) {
		forgetVolume(act.host, name);
		return undefined;
	}

	const removed = removeVolume(act.host, name, flagOf(act.request.query, 'force'));
	return isEngineError(removed) ? removed : undefined;
});

const pruneVolumes = atOnce(({host, request}) => {
	const filters = parseFilters(request.query.get('filters') ?? undefined, ['label', 'all']);
	if (isEngineError(filters)) {
		return filters;
	}

	const wantsAll = ['true', '1'].includes(filters.get('all')?.[0] ?? '');
	const unused = [...host.tx.table(`volume:${host.engine}`).values()].filter(volume => volume.users.size === 0 && (wantsAll || volume.isAnonymous) && matchesLabels(volume.labels, filters.get('label')));
	let reclaimedBytes = 0;
	for (const volume of unused) {
		reclaimedBytes += volumeBytes(host, volume.mountpoint);
		forgetVolume(host, volume.name);
	}

	if (unused.length > 0) {
		logEvent(host, {type: 'volume', action: 'prune', actor: '', attributes: {reclaimed: String(reclaimedBytes)}});
	}

	return {status: 200, body: {VolumesDeleted: unused.length === 0 ? null : unused.map(volume => volume.name), SpaceReclaimed: reclaimedBytes}};
});

export const networkRoutes: ReadonlyArray<Route<ActHandler>> = [
	{method: 'POST', pattern: '/networks/create', handler: atOnce(newNetwork)},
	{method: 'POST', pattern: '/networks/prune', handler: pruneNetworks},
	{method: 'POST', pattern: '/networks/:id/connect', handler: connect},
	{method: 'POST', pattern: '/networks/:id/disconnect', handler: disconnect},
	{method: 'DELETE', pattern: '/networks/:id', handler: atOnce(act => removeNetwork(act.host, idOf(act)))},
	{method: 'POST', pattern: '/volumes/create', handler: newVolume},
	{method: 'POST', pattern: '/volumes/prune', handler: pruneVolumes},
	{method: 'DELETE', pattern: '/volumes/:name', handler: deleteVolume},
];
