// What a compose file leaves unsaid: the default network, names of networks and volumes, dependencies that follow from sharing a
// namespace or volumes, where a build's Dockerfile is. Source: compose-go loader/normalize.go.

import {listOf, objectOf, textOf, textsOf, type Json, type JsonObject} from '../../docker/go/json.js';
import {asPairs, scalarText} from '../file/merge.js';

export function normalize(model: JsonObject, projectName: string, environment: ReadonlyMap<string, string>): JsonObject {
	const services = new Map([...objectOf(model.get('services'))].map(([name, service]) => [name, normalService(objectOf(service), environment)]));
	const usesDefault = [...services.values()].some(service => objectOf(service.get('networks')).has('default'));
	const given = objectOf(model.get('networks'));
	const networks: JsonObject = usesDefault && !given.has('default') ? new Map([...given, ['default', undefined]]) : given;
	const named = (parts: JsonObject) => new Map([...parts].map(([key, part]) => [key, withName(objectOf(part), key, projectName)]));
	const result = new Map<string, Json>([...model, ['name', projectName], ['services', services]]);
	for (const [field, parts] of [['networks', networks], ...(['volumes', 'secrets', 'configs'] as const).map(field => [field, objectOf(model.get(field))] as const)] as const) {
		if (parts.size > 0) {
			result.set(field, named(parts));
		}
	}

	return result;
}

function withName(part: JsonObject, key: string, projectName: string): JsonObject {
	if (textOf(part.get('name')) !== '') {
		return part;
	}

	const isExternal = ![undefined, false, 'false'].includes(part.get('external') as string | boolean | undefined);
	return new Map([...part, ['name', isExternal ? key : `${projectName}_${key}`]]);
}

function normalService(service: JsonObject, environment: ReadonlyMap<string, string>): JsonObject {
	const result = new Map(service);
	const hasNetworks = objectOf(service.get('networks')).size > 0;
	if (!hasNetworks && !service.has('network_mode') && !service.has('provider')) {
		result.set('networks', new Map([['default', undefined]]));
	}

	if (service.get('pull_policy') === 'if_not_present') {
		result.set('pull_policy', 'missing');
	}

	if (service.has('build')) {
		result.set('build', normalBuild(objectOf(service.get('build')), environment));
	}

	if (service.has('environment')) {
		result.set('environment', fromEnvironment(service.get('environment'), environment));
	}

	const dependencies = impliedDependencies(service);
	if (dependencies.size > 0) {
		result.set('depends_on', new Map([...dependencies, ...objectOf(service.get('depends_on'))]));
	}

	return result;
}

function normalBuild(build: JsonObject, environment: ReadonlyMap<string, string>): JsonObject {
	const result = new Map(build);
	if (!build.has('context')) {
		result.set('context', '.');
	}

	if (!build.has('dockerfile') && !build.has('dockerfile_inline')) {
		result.set('dockerfile', 'Dockerfile');
	}

	if (build.has('args')) {
		result.set('args', fromEnvironment(build.get('args'), environment));
	}

	return result;
}

/** A name alone takes its value from the environment, if that has one. */
function fromEnvironment(value: Json, environment: ReadonlyMap<string, string>): Json {
	return asPairs(value).map(pair => {
		const name = scalarText(pair);
		return name.includes('=') || !environment.has(name) ? name : `${name}=${environment.get(name)!}`;
	});
}

function impliedDependencies(service: JsonObject): JsonObject {
	const started = (isRestarted: boolean): Json => new Map<string, Json>([['condition', 'service_started'], ...isRestarted ? [['restart', true]] as const : [], ['required', true]]);
	const result = new Map<string, Json>();
	for (const link of textsOf(service.get('links'))) {
		result.set(link.split(':')[0]!, started(true));
	}

	for (const field of ['network_mode', 'ipc', 'pid', 'uts', 'cgroup']) {
		const mode = textOf(service.get(field));
		if (mode.startsWith('service:')) {
			result.set(mode.slice('service:'.length), started(true));
		}
	}

	for (const from of listOf(service.get('volumes_from')).map(each => scalarText(each))) {
		if (!from.startsWith('container:')) {
			result.set(from.split(':')[0]!, started(false));
		}
	}

	return result;
}
