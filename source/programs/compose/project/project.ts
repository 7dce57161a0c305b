// A loaded compose project: what the files say, complete and checked, each part in the form in which `docker compose config` shows it.

import {compareText} from '../../../base/bytes.js';
import {listOf, memberOf, numberOf, objectOf, textOf, textsOf, type Json, type JsonObject} from '../../docker/go/json.js';
import {refusal, refused, type Refusal} from '../../docker/command/refusal.js';

export type Parts = ReadonlyMap<string, JsonObject>;

export type Project = {
	readonly name: string;
	readonly workingDir: string;
	/** Absolute paths of the compose files. */
	readonly files: readonly string[];
	/** Of the process, completed by `.env`. */
	readonly environment: ReadonlyMap<string, string>;
	/** Given by --env-file. */
	readonly envFiles: readonly string[];
	/** By name, in order of names. */
	readonly services: Parts;
	/** Services whose profiles are not active, or that were not chosen. */
	readonly disabled: Parts;
	readonly networks: Parts;
	readonly volumes: Parts;
	readonly secrets: Parts;
	readonly configs: Parts;
	/** Top-level members that begin with `x-`. */
	readonly extensions: JsonObject;
};

export type Dependency = {readonly service: string; readonly condition: string; readonly isRestarted: boolean; readonly isRequired: boolean};

export function dependenciesOf(service: JsonObject): readonly Dependency[] {
	return [...objectOf(service.get('depends_on'))].map(([name, value]) => ({
		service: name, condition: textOf(memberOf(value, 'condition')), isRestarted: memberOf(value, 'restart') === true, isRequired: memberOf(value, 'required') !== false,
	}));
}

/** How many containers the service has. */
export function scaleOf(service: JsonObject): number {
	const scale = service.get('scale') ?? memberOf(service, 'deploy', 'replicas');
	return scale === undefined ? 1 : numberOf(scale);
}

export function imageOf(project: Project, name: string): string {
	return textOf(project.services.get(name)?.get('image')) || `${project.name}-${name}`;
}

/** Networks of a service, the one with the highest priority first. */
export function networksByPriority(service: JsonObject): readonly string[] {
	const priority = (settings: Json) => numberOf(memberOf(settings, 'priority'));
	return [...objectOf(service.get('networks'))].sort(([a, settingsA], [b, settingsB]) => priority(settingsB) - priority(settingsA) || compareText(a, b)).map(([name]) => name);
}

/** Keeps the named services and, unless told otherwise, what they depend on. Nothing named is everything. */
export function selectServices(project: Project, names: readonly string[], withDependencies: boolean): Project | Refusal {
	const enabled = names.length === 0 ? project : enableServices(project, names);
	if (refused(enabled) || names.length === 0) {
		return enabled;
	}

	const chosen = new Set<string>();
	const open = [...names];
	for (let name = open.pop(); name !== undefined; name = open.pop()) {
		const service = enabled.services.get(name);
		if (service === undefined || chosen.has(name)) {
			continue;
		}

		chosen.add(name);
		open.push(...withDependencies ? dependenciesOf(service).map(each => each.service) : []);
	}

	const kept = (isKept: boolean) => [...enabled.services].filter(([name]) => chosen.has(name) === isKept);
	const services = new Map(kept(true).map(([name, service]) => [name, withDependencies ? service : withoutUnchosen(service, chosen)]));
	return {...enabled, services, disabled: new Map([...enabled.disabled, ...kept(false)])};
}

/** Without --no-deps what is not chosen is no dependency. */
function withoutUnchosen(service: JsonObject, chosen: ReadonlySet<string>): JsonObject {
	const kept = [...objectOf(service.get('depends_on'))].filter(([name]) => chosen.has(name));
	const rest = [...service].filter(([name]) => name !== 'depends_on');
	return new Map(kept.length === 0 ? rest : [...service].map(([name, value]) => name === 'depends_on' ? [name, new Map(kept)] : [name, value]));
}

/** A service that is named is wanted, whatever its profiles. */
export function enableServices(project: Project, names: readonly string[]): Project | Refusal {
	const missing = names.find(name => !project.services.has(name) && !project.disabled.has(name));
	if (missing !== undefined) {
		return refusal(`no such service: ${missing}`);
	}

	const woken = [...project.disabled].filter(([name]) => names.includes(name));
	return {
		...project,
		services: new Map([...project.services, ...woken].sort(([a], [b]) => compareText(a, b))),
		disabled: new Map([...project.disabled].filter(([name]) => !names.includes(name))),
	};
}

/** Leaves out networks, volumes, secrets and configs that no service uses. */
export function withoutUnused(project: Project): Project {
	const services = [...project.services.values()];
	const sources = (field: string, type?: string) => new Set(services.flatMap(service => listOf(service.get(field)).filter(each => type === undefined || memberOf(each, 'type') === type).map(each => textOf(memberOf(each, 'source')))));
	const networks = new Set(services.flatMap(service => [...objectOf(service.get('networks')).keys()]));
	const buildSecrets = services.flatMap(service => listOf(memberOf(service, 'build', 'secrets')).map(each => textOf(memberOf(each, 'source'))));
	const only = (parts: Parts, used: ReadonlySet<string>) => new Map([...parts].filter(([name]) => used.has(name)));
	return {
		...project, networks: only(project.networks, networks), volumes: only(project.volumes, sources('volumes', 'volume')),
		secrets: only(project.secrets, new Set([...sources('secrets'), ...buildSecrets])), configs: only(project.configs, sources('configs')),
	};
}

export function activeProfiles(service: JsonObject): readonly string[] {
	return textsOf(service.get('profiles'));
}

/** The whole as one document, as `docker compose config` writes it. */
export function projectDocument(project: Project): JsonObject {
	const part = (name: string, parts: Parts): ReadonlyArray<readonly [string, Json]> => parts.size === 0 ? [] : [[name, new Map([...parts].map(([each, value]) => [each, written(value)]))]];
	return new Map<string, Json>([
		['name', project.name], ['services', new Map([...project.services].map(([name, value]) => [name, written(value)]))], ...part('networks', project.networks), ...part('volumes', project.volumes),
		...part('secrets', project.secrets), ...part('configs', project.configs), ...project.extensions,
	]);
}

/** Structures that are all zero are not written, though the hash has them. */
function written(value: JsonObject): Json {
	return new Map([...value].flatMap(([name, item]): ReadonlyArray<readonly [string, Json]> => {
		const isEmpty = (name === 'ipam' || name === 'resources' || name === 'placement') && item instanceof Map && item.size === 0;
		return isEmpty ? [] : [[name, name === 'deploy' ? written(objectOf(item)) : item]];
	}));
}
