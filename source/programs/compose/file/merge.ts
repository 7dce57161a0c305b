// One compose file over another: mappings are merged member by member, lists are joined, other values replaced, but for the places
// with a rule of their own. Source: compose-go override/merge.go, override/uncity.go.

import {listOf, memberOf, objectOf, textOf, type Json, type JsonObject} from '../../docker/go/json.js';
import {lookUpPath, type TreePath} from './tree-path.js';

type Rule = (under: Json, over: Json, path: TreePath) => Json;

const rules: Readonly<Record<string, Rule>> = {
	'networks.*.ipam.config': (under, over) => [...listOf(under), ...listOf(over)],
	'networks.*.labels': joinPairs, 'volumes.*.labels': joinPairs,
	'services.*.annotations': joinPairs, 'services.*.build': mergeBuild, 'services.*.build.args': joinPairs, 'services.*.build.additional_contexts': joinPairs,
	'services.*.build.extra_hosts': joinHosts, 'services.*.build.labels': joinPairs, 'services.*.command': replace, 'services.*.depends_on': mergeDependsOn,
	'services.*.deploy.labels': joinPairs, 'services.*.dns': joinPairs, 'services.*.dns_opt': joinPairs, 'services.*.dns_search': joinPairs, 'services.*.entrypoint': replace,
	'services.*.env_file': joinPairs, 'services.*.label_file': joinPairs, 'services.*.environment': joinPairs, 'services.*.extra_hosts': joinHosts, 'services.*.healthcheck.test': replace,
	'services.*.labels': joinPairs, 'services.*.volumes.*.volume.labels': joinPairs, 'services.*.logging': mergeLogging, 'services.*.networks': mergeNetworks,
	'services.*.sysctls': joinPairs, 'services.*.tmpfs': joinPairs, 'services.*.ulimits.*': mergeUlimit,
};

export function merge(under: Json, over: Json, path: TreePath = []): Json {
	if (over === undefined) {
		return under;
	}

	if (under === undefined) {
		return over;
	}

	const rule = lookUpPath(rules, path);
	if (rule !== undefined) {
		return rule(under, over, path);
	}

	if (under instanceof Map && over instanceof Map) {
		return mergeMembers(under as JsonObject, over as JsonObject, path);
	}

	return Array.isArray(under) && Array.isArray(over) ? [...under as readonly Json[], ...over as readonly Json[]] : over;
}

function mergeMembers(under: JsonObject, over: JsonObject, path: TreePath): JsonObject {
	const result = new Map(under);
	for (const [name, value] of over) {
		result.set(name, result.has(name) ? merge(result.get(name), value, [...path, name]) : value);
	}

	return result;
}

function replace(_under: Json, over: Json): Json {
	return over;
}

/** A mapping as the list of `name=value` that it is another way of writing. */
export function asPairs(value: Json): readonly Json[] {
	if (value instanceof Map) {
		return [...value as JsonObject].map(([name, item]) => item === undefined ? name : `${name}=${scalarText(item)}`);
	}

	return Array.isArray(value) ? value as readonly Json[] : (value === undefined ? [] : [value]);
}

export function scalarText(value: Json): string {
	return typeof value === 'string' ? value : String(value ?? '');
}

function joinPairs(under: Json, over: Json): Json {
	return [...asPairs(under), ...asPairs(over)];
}

function joinHosts(under: Json, over: Json): Json {
	const hosts = (value: Json) => value instanceof Map
		? [...value as JsonObject].flatMap(([name, addresses]) => (Array.isArray(addresses) ? addresses as readonly Json[] : [addresses]).map(address => `${name}=${scalarText(address)}`))
		: listOf(value);
	return [...hosts(under), ...hosts(over)];
}

function asBuild(value: Json): JsonObject {
	return typeof value === 'string' ? new Map([['context', value]]) : objectOf(value);
}

function mergeBuild(under: Json, over: Json, path: TreePath): Json {
	return mergeMembers(asBuild(under), asBuild(over), path);
}

export function asDependsOn(value: Json): JsonObject {
	return Array.isArray(value)
		? new Map((value as readonly Json[]).map(name => [textOf(name), new Map<string, Json>([['condition', 'service_started'], ['required', true]])]))
		: objectOf(value);
}

function mergeDependsOn(under: Json, over: Json, path: TreePath): Json {
	return mergeMembers(asDependsOn(under), asDependsOn(over), path);
}

function asNetworks(value: Json): JsonObject {
	return Array.isArray(value) ? new Map((value as readonly Json[]).map(name => [textOf(name), undefined])) : objectOf(value);
}

function mergeNetworks(under: Json, over: Json, path: TreePath): Json {
	return mergeMembers(asNetworks(under), asNetworks(over), path);
}

/** Options belong to their driver: another driver drops them. */
function mergeLogging(under: Json, over: Json, path: TreePath): Json {
	const before = memberOf(under, 'driver');
	const after = memberOf(over, 'driver');
	return before === undefined || after === undefined || before === after ? mergeMembers(objectOf(under), objectOf(over), path) : over;
}

function mergeUlimit(under: Json, over: Json, path: TreePath): Json {
	return under instanceof Map && over instanceof Map ? mergeMembers(under as JsonObject, over as JsonObject, path) : over;
}

type Indexer = (item: Json) => string;

const byName: Indexer = item => {
	const text = scalarText(item);
	const equals = text.indexOf('=');
	return equals === -1 ? text : text.slice(0, equals);
};
const byTarget = (folder: string): Indexer => item => item instanceof Map ? textOf(memberOf(item, 'target')) || `${folder}/${textOf(memberOf(item, 'source'))}` : `${folder}/${scalarText(item)}`;

function byVolumeTarget(item: Json): string {
	if (item instanceof Map) {
		return textOf(memberOf(item, 'target'));
	}

	const parts = scalarText(item).split(':');
	return parts.length === 1 ? parts[0]! : parts[1]!;
}

function byPort(item: Json): string {
	if (!(item instanceof Map)) {
		return scalarText(item);
	}

	const part = (name: string, fallback: string) => scalarText(memberOf(item, name) ?? fallback);
	return `${part('host_ip', '0.0.0.0')}:${part('published', part('target', ''))}:${part('target', '')}/${part('protocol', 'tcp')}`;
}

const byPath: Indexer = item => item instanceof Map ? textOf(memberOf(item, 'path')) : scalarText(item);

/** Lists in which a later entry takes the place of an earlier one for the same thing. */
const unique: Readonly<Record<string, Indexer>> = {
	'networks.*.labels': byName, 'volumes.*.labels': byName, 'services.*.annotations': byName, 'services.*.build.args': byName, 'services.*.build.additional_contexts': byName, 'services.*.build.platforms': byName,
	'services.*.build.tags': byName, 'services.*.build.labels': byName, 'services.*.cap_add': byName, 'services.*.cap_drop': byName, 'services.*.devices': byVolumeTarget,
	'services.*.configs': byTarget(''), 'services.*.deploy.labels': byName, 'services.*.dns': byName, 'services.*.dns_opt': byName, 'services.*.dns_search': byName,
	'services.*.environment': byName, 'services.*.env_file': byPath, 'services.*.expose': byName, 'services.*.labels': byName, 'services.*.links': byName,
	'services.*.networks.*.aliases': byName, 'services.*.networks.*.link_local_ips': byName, 'services.*.ports': byPort, 'services.*.profiles': byName,
	'services.*.secrets': byTarget('/run/secrets'), 'services.*.sysctls': byName, 'services.*.tmpfs': byName, 'services.*.volumes': byVolumeTarget,
};

export function withoutRepeats(value: Json, path: TreePath = []): Json {
	if (value instanceof Map) {
		return new Map([...value as JsonObject].map(([name, item]) => [name, withoutRepeats(item, [...path, name])]));
	}

	if (!Array.isArray(value)) {
		return value;
	}

	const indexer = lookUpPath(unique, path);
	if (indexer === undefined) {
		return value;
	}

	const byKey = new Map<string, Json>();
	for (const item of value as readonly Json[]) {
		byKey.set(indexer(item), item);
	}

	return [...byKey.values()];
}
