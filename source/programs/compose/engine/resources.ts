// Networks and volumes of a project: found by their names, made if they are not there, and checked to be the project's own.
// Source: docker/compose pkg/compose/create.go (ensureNetworks, ensureVolume).

import {call, fetchJson, filterQuery} from '../../docker/client/request.js';
import {refusal, refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import {listOf, memberOf, objectOf, textOf, type Json, type JsonObject, type Writable} from '../../docker/go/json.js';
import {quote} from '../../docker/go-template/quote.js';
import {logWarning} from '../output/log-line.js';
import {networkHash, volumeHash} from '../project/hash.js';
import type {Project} from '../project/project.js';
import {composeVersion, type Compose} from './compose.js';
import {findContainers} from './containers.js';
import {configHashLabel, networkLabel, projectLabel, versionLabel, volumeLabel} from './labels.js';
import {stopContainers} from './stop.js';

/** Ids by the names that the files use. */
export type NetworkIds = ReadonlyMap<string, string>;

export function * ensureNetworks(compose: Compose, project: Project): Steps<NetworkIds | Refusal> {
	const ids = new Map<string, string>();
	for (const [key, network] of project.networks) {
		const id = network.get('external') === true ? yield * externalNetwork(compose, network) : yield * ensureNetwork(compose, project, key, network);
		if (refused(id)) {
			return id;
		}

		ids.set(key, id);
	}

	return ids;
}

function * externalNetwork({client}: Compose, network: JsonObject): Steps<string | Refusal> {
	const name = textOf(network.get('name'));
	const found = yield * fetchJson(client, {method: 'GET', path: `/networks/${name}`});
	if (refused(found)) {
		return found.httpStatus === 404 ? refusal(`network ${name} declared as external, but could not be found`) : found;
	}

	return textOf(memberOf(found.value, 'Id'));
}

function * ensureNetwork(compose: Compose, project: Project, key: string, network: JsonObject): Steps<string | Refusal> {
	const name = textOf(network.get('name'));
	const found = yield * fetchJson(compose.client, {method: 'GET', path: `/networks/${name}`});
	if (!refused(found) && textOf(memberOf(found.value, 'Name')) === name) {
		const kept = yield * checkNetwork(compose, project, {key, network, document: found.value});
		if (kept !== undefined) {
			return kept;
		}
	} else if (refused(found) && found.httpStatus !== 404) {
		return found;
	}

	return yield * makeNetwork(compose, project, key, network);
}

type FoundNetwork = {readonly key: string; readonly network: JsonObject; readonly document: Json};

/** The id of a network that is as it should be; one of another shape is removed, so that it can be made again. */
function * checkNetwork(compose: Compose, project: Project, {key, network, document}: FoundNetwork): Steps<string | Refusal | undefined> {
	const name = textOf(network.get('name'));
	const labels = objectOf(memberOf(document, 'Labels'));
	const owner = labels.get(projectLabel);
	if (owner === undefined) {
		yield * logWarning(compose.client, `a network with name ${name} exists but was not created by compose.\nSet \`external: true\` to use an existing network`);
	} else if (owner !== project.name) {
		yield * logWarning(compose.client, `a network with name ${name} exists but was not created for project ${quote(project.name)}.\nSet \`external: true\` to use an existing network`);
	}

	const ownLabel = textOf(labels.get(networkLabel));
	if (ownLabel !== key) {
		return refusal(`network ${name} was found but has incorrect label ${networkLabel} set to ${quote(ownLabel)} (expected: ${quote(key)})`);
	}

	const hash = textOf(labels.get(configHashLabel));
	if (hash === '' || hash === networkHash(network)) {
		return textOf(memberOf(document, 'Id'));
	}

	const services = [...project.services].filter(([, service]) => objectOf(service.get('networks')).has(key)).map(([service]) => service);
	const containers = yield * findContainers(compose, project.name, {all: true, services});
	if (refused(containers)) {
		return containers;
	}

	const stopped = yield * stopContainers(compose, containers.filter(({state}) => state === 'running'));
	if (stopped !== undefined) {
		return stopped;
	}

	for (const {id} of containers) {
		yield * call(compose.client, {method: 'POST', path: `/networks/${name}/disconnect`, json: {Container: id, Force: true}});
	}

	const removed = yield * call(compose.client, {method: 'DELETE', path: `/networks/${name}`});
	if (refused(removed)) {
		return removed;
	}

	yield * compose.progress.done(`Network ${name}`, 'Removed');
	return undefined;
}

function * makeNetwork(compose: Compose, project: Project, key: string, network: JsonObject): Steps<string | Refusal> {
	const name = textOf(network.get('name'));
	const text = (field: string) => textOf(network.get(field));
	const ipam = objectOf(network.get('ipam'));
	const pools = listOf(ipam.get('config')).map(pool => {
		const part = (field: string) => textOf(memberOf(pool, field));
		return {...part('subnet') === '' ? {} : {Subnet: part('subnet')}, ...part('ip_range') === '' ? {} : {IPRange: part('ip_range')}, ...part('gateway') === '' ? {} : {Gateway: part('gateway')}};
	});
	const json: Writable = {
		Name: name, Driver: text('driver'), Scope: '', IPAM: ipam.size === 0 ? undefined : {Driver: textOf(ipam.get('driver')) || 'default', Config: pools}, Internal: network.get('internal') === true,
		Attachable: network.get('attachable') === true, Ingress: false, ConfigOnly: false, ConfigFrom: undefined, Options: network.get('driver_opts'),
		...network.has('enable_ipv4') ? {EnableIPv4: network.get('enable_ipv4')} : {},
		Labels: {...textMap(network.get('labels')), [configHashLabel]: networkHash(network), [networkLabel]: key, [projectLabel]: project.name, [versionLabel]: composeVersion},
	};
	const event = `Network ${name}`;
	yield * compose.progress.working(event, 'Creating');
	const made = yield * fetchJson(compose.client, {method: 'POST', path: '/networks/create', json});
	if (refused(made)) {
		yield * compose.progress.failed(event);
		return refusal(`failed to create network ${name}: ${made.message}`);
	}

	yield * compose.progress.done(event, 'Created');
	return textOf(memberOf(made.value, 'Id'));
}

export function textMap(value: Json): Readonly<Record<string, string>> {
	return Object.fromEntries([...objectOf(value)].map(([name, item]) => [name, textOf(item)]));
}

export function * ensureVolumes(compose: Compose, project: Project): Steps<Refusal | undefined> {
	for (const [key, volume] of project.volumes) {
		const problem = yield * ensureVolume(compose, project, key, volume);
		if (problem !== undefined) {
			return problem;
		}
	}

	return undefined;
}

function * ensureVolume(compose: Compose, project: Project, key: string, volume: JsonObject): Steps<Refusal | undefined> {
	const name = textOf(volume.get('name'));
	const isExternal = volume.get('external') === true;
	const found = yield * fetchJson(compose.client, {method: 'GET', path: `/volumes/${name}`});
	if (refused(found)) {
		if (found.httpStatus !== 404) {
			return found;
		}

		return isExternal ? refusal(`external volume ${quote(name)} not found`) : yield * makeVolume(compose, project, key, volume);
	}

	if (isExternal) {
		return undefined;
	}

	const labels = objectOf(memberOf(found.value, 'Labels'));
	const owner = labels.get(projectLabel);
	if (owner === undefined) {
		yield * logWarning(compose.client, `volume ${quote(name)} already exists but was not created by Docker Compose. Use \`external: true\` to use an existing volume`);
	} else if (owner !== project.name) {
		yield * logWarning(compose.client, `volume ${quote(name)} already exists but was created for project ${quote(textOf(owner))} (expected ${quote(project.name)}). Use \`external: true\` to use an existing volume`);
	}

	// Simplified: the real program asks whether to make a changed volume anew, its data lost; ours keeps it, as after the answer no.
	const hash = textOf(labels.get(configHashLabel));
	if (hash !== '' && hash !== volumeHash(volume)) {
		yield * logWarning(compose.client, `volume ${quote(name)} exists but doesn't match configuration in compose file`);
	}

	return undefined;
}

function * makeVolume(compose: Compose, project: Project, key: string, volume: JsonObject): Steps<Refusal | undefined> {
	const name = textOf(volume.get('name'));
	const event = `Volume ${name}`;
	const options = textMap(volume.get('driver_opts'));
	yield * compose.progress.working(event, 'Creating');
	const made = yield * call(compose.client, {
		method: 'POST', path: '/volumes/create', json: {
			Name: name, Driver: textOf(volume.get('driver')) || 'local', DriverOpts: Object.keys(options).length === 0 ? undefined : options,
			Labels: {...textMap(volume.get('labels')), [configHashLabel]: volumeHash(volume), [projectLabel]: project.name, [versionLabel]: composeVersion, [volumeLabel]: key},
		},
	});
	if (refused(made)) {
		yield * compose.progress.failed(event);
		return made;
	}

	yield * compose.progress.done(event, 'Created');
	return undefined;
}

/** Networks or volumes that carry the project's label, by the name the files have for them. */
export function * labelled({client}: Compose, path: '/networks' | '/volumes', project: string): Steps<ReadonlyArray<readonly [key: string, name: string]> | Refusal> {
	const answer = yield * fetchJson(client, {method: 'GET', path, query: filterQuery([`label=${projectLabel}=${project}`])});
	if (refused(answer)) {
		return answer;
	}

	const list = path === '/networks' ? listOf(answer.value) : listOf(memberOf(answer.value, 'Volumes'));
	const label = path === '/networks' ? networkLabel : volumeLabel;
	return list.map(each => [textOf(memberOf(each, 'Labels', label)), textOf(memberOf(each, 'Name'))]);
}
