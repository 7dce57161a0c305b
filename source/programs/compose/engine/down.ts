// `down`: dependents are stopped and removed before what they depend on, then networks, and on request images and volumes.
// Source: docker/compose pkg/compose/{down,image_pruner}.go.

import {call, fetchJson, filterQuery, type ApiRequest} from '../../docker/client/request.js';
import {warn} from '../../docker/client/client.js';
import {refusal, refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import {listOf, memberOf, objectOf, textOf, textsOf, type JsonObject} from '../../docker/go/json.js';
import {quote} from '../../docker/go-template/quote.js';
import {together} from '../output/together.js';
import {imageOf, type Project} from '../project/project.js';
import type {Compose} from './compose.js';
import {findContainers, labelOf, type Container} from './containers.js';
import {orphansOf} from './converge.js';
import {dependsOnLabel, projectLabel} from './labels.js';
import {inReverseOrder} from './order.js';
import {labelled} from './resources.js';
import {stopAndRemove} from './stop.js';

type DownOptions = {
	/** Undefined if only the project's name is known. */
	readonly project: Project | undefined;
	readonly name: string;
	readonly services: readonly string[];
	readonly removesOrphans: boolean;
	readonly removesVolumes: boolean;
	/** `local`, `all` or empty. */
	readonly images: string;
	readonly timeoutSeconds: number | undefined;
};

export function * takeDown(compose: Compose, options: DownOptions): Steps<Refusal | undefined> {
	const {project, name, timeoutSeconds, removesVolumes} = options;
	const containers = yield * findContainers(compose, name, {all: true, oneOff: options.removesOrphans ? 'include' : 'exclude'});
	if (refused(containers)) {
		return containers;
	}

	const services = servicesOf(project, containers, options.services);
	const problem = yield * inReverseOrder(compose.client.process, services, service => stopAndRemove(compose, containers.filter(container => container.service === service), {timeoutSeconds, withVolumes: removesVolumes}));
	if (problem !== undefined) {
		return problem;
	}

	const orphans = project === undefined || !options.removesOrphans ? [] : orphansOf(project, containers);
	const orphaned = yield * stopAndRemove(compose, orphans, {timeoutSeconds, withVolumes: false});
	if (orphaned !== undefined) {
		return orphaned;
	}

	const removals = options.services.length > 0 ? [] : yield * removalsOf(compose, options);
	if (refused(removals)) {
		return removals;
	}

	if (containers.length === 0 && removals.length === 0) {
		yield * warn(compose.client, `Warning: No resource found to remove for project ${quote(name)}.\n`);
	}

	const results = yield * together(compose.client.process, removals);
	return results.find(result => result !== undefined);
}

/** Of the project, or of the labels that its containers carry. */
function servicesOf(project: Project | undefined, containers: readonly Container[], names: readonly string[]): ReadonlyMap<string, JsonObject> {
	const all: ReadonlyMap<string, JsonObject> = project === undefined
		? new Map(containers.map(container => [container.service, new Map([['depends_on', dependenciesIn(container)]])]))
		: new Map([...project.services, ...project.disabled]);
	return names.length === 0 ? all : new Map([...all].filter(([name]) => names.includes(name)));
}

/** `db:service_healthy:false,cache:service_started:false`. */
export function dependenciesIn({document}: Container): JsonObject {
	const words = labelOf(document, dependsOnLabel).split(',').filter(word => word !== '');
	return new Map(words.map(word => {
		const [service = '', condition = 'service_started', restart = 'false'] = word.split(':');
		return [service, new Map<string, string | boolean>([['condition', condition], ['restart', restart === 'true'], ['required', true]])];
	}));
}

type Removal = Steps<Refusal | undefined>;

function * removalsOf(compose: Compose, {project, name, images, removesVolumes}: DownOptions): Steps<readonly Removal[] | Refusal> {
	const networks = yield * labelled(compose, '/networks', name);
	if (refused(networks)) {
		return networks;
	}

	const kept = new Set(project === undefined ? [] : [...project.networks].filter(([, network]) => network.get('external') === true).map(([key]) => key));
	const known = project === undefined ? networks : networks.filter(([key]) => project.networks.has(key) && !kept.has(key));
	const result: Removal[] = known.map(([, network]) => removeNetwork(compose, network));
	const toRemove = images === '' || project === undefined ? [] : yield * imagesOf(compose, project, images);
	if (refused(toRemove)) {
		return toRemove;
	}

	result.push(...toRemove.map(image => removeResource(compose, `Image ${image}`, {method: 'DELETE', path: `/images/${image}`})));
	if (removesVolumes) {
		const volumes = project === undefined ? yield * labelled(compose, '/volumes', name) : [...project.volumes].filter(([, volume]) => volume.get('external') !== true).map(([key, volume]) => [key, textOf(volume.get('name'))] as const);
		if (refused(volumes)) {
			return volumes;
		}

		result.push(...volumes.map(([, volume]) => removeResource(compose, `Volume ${volume}`, {method: 'DELETE', path: `/volumes/${volume}`, query: [['force', '1']]})));
	}

	return result;
}

function * removeNetwork(compose: Compose, name: string): Removal {
	const event = `Network ${name}`;
	yield * compose.progress.working(event, 'Removing');
	const found = yield * fetchJson(compose.client, {method: 'GET', path: `/networks/${name}`});
	if (!refused(found) && objectOf(memberOf(found.value, 'Containers')).size > 0) {
		yield * compose.progress.event({id: event, status: 'Resource is still in use', kind: 'warning'});
		return undefined;
	}

	const removed = yield * call(compose.client, {method: 'DELETE', path: `/networks/${name}`});
	if (refused(removed) && removed.httpStatus !== 404) {
		yield * compose.progress.failed(event);
		return refusal(`failed to remove network ${name}: ${removed.message}`);
	}

	yield * compose.progress.done(event, 'Removed');
	return undefined;
}

function * removeResource(compose: Compose, event: string, request: ApiRequest): Removal {
	yield * compose.progress.working(event, 'Removing');
	const removed = yield * call(compose.client, request);
	if (!refused(removed)) {
		yield * compose.progress.done(event, 'Removed');
		return undefined;
	}

	switch (removed.httpStatus) {
		case 409: {
			yield * compose.progress.event({id: event, status: 'Resource is still in use', kind: 'warning'});
			return undefined;
		}

		case 404: {
			yield * compose.progress.done(event, 'Warning: No resource found to remove');
			return undefined;
		}

		default: {
			return removed;
		}
	}
}

/** `local`: what compose built under a name of its own; `all`: whatever the services use. */
function * imagesOf(compose: Compose, project: Project, mode: string): Steps<readonly string[] | Refusal> {
	const named = [...project.services].filter(([, service]) => mode === 'all' || !service.has('image')).map(([name]) => imageOf(project, name));
	const built = yield * fetchJson(compose.client, {method: 'GET', path: '/images/json', query: filterQuery([`label=${projectLabel}=${project.name}`])});
	if (refused(built)) {
		return built;
	}

	const labelledOnes = listOf(built.value).flatMap(image => textsOf(memberOf(image, 'RepoTags')));
	const all = [...new Set([...named, ...labelledOnes].map(image => /:[^\/]*$/v.test(image) ? image : `${image}:latest`))];
	const there: string[] = [];
	for (const image of all) {
		const found = yield * fetchJson(compose.client, {method: 'GET', path: `/images/${image}/json`});
		there.push(...refused(found) ? [] : [image]);
	}

	return there.sort();
}
