// The hash of a service's configuration, by which `up` knows whether a container is still as the file wants it: SHA-256 of the JSON
// of its fields. What does not make another container (build, depends_on, profiles, scale) is left out.
// Source: docker/compose pkg/compose/hash.go.

import {sha256Hex} from '../../../base/digest.js';
import {marshal, objectOf, type Json, type JsonObject} from '../../docker/go/json.js';
import {serviceStruct} from './struct-tables.js';

const leftOut = new Set(['build', 'pull_policy', 'scale', 'depends_on', 'profiles']);

export function serviceHash(service: JsonObject): string {
	const kept = new Map([...service].filter(([name]) => !leftOut.has(name)).map(([name, value]) => [name, name === 'deploy' ? withoutReplicas(value) : value]));
	return sha256Hex(marshal(serviceJson(kept)));
}

/** Scaling makes no other containers. */
function withoutReplicas(deploy: Json): Json {
	return new Map([...objectOf(deploy)].filter(([name]) => name !== 'replicas'));
}

/** The fields as JSON has them: a command that is not given is null, which is not the same as empty; some parts are there even if empty. */
export function serviceJson(service: JsonObject): JsonObject {
	return new Map(Object.keys(serviceStruct).flatMap((name): ReadonlyArray<readonly [string, Json]> => {
		const isAlways = name === 'command' || name === 'entrypoint';
		return service.has(name) || isAlways ? [[name, name === 'deploy' ? deployJson(objectOf(service.get(name))) : withoutExtensions(service.get(name))]] : [];
	}));
}

function deployJson(deploy: JsonObject): Json {
	const order = ['mode', 'replicas', 'labels', 'update_config', 'rollback_config', 'resources', 'restart_policy', 'placement', 'endpoint_mode'];
	const isAlways = (name: string) => name === 'resources' || name === 'placement';
	return new Map(order.filter(name => deploy.has(name) || isAlways(name)).map(name => [name, withoutExtensions(deploy.get(name) ?? new Map())]));
}

function withoutExtensions(value: Json): Json {
	if (Array.isArray(value)) {
		return (value as readonly Json[]).map(item => withoutExtensions(item));
	}

	return value instanceof Map ? new Map([...value as JsonObject].filter(([name]) => !name.startsWith('x-')).map(([name, item]) => [name, withoutExtensions(item)])) : value;
}

export function networkHash(network: JsonObject): string {
	return sha256Hex(marshal(withoutExtensions(network)));
}

export function volumeHash(volume: JsonObject): string {
	const fields = new Map<string, Json>([['name', volume.get('name')], ['driver', 'local'], ...volume]);
	return sha256Hex(marshal(withoutExtensions(fields)));
}
