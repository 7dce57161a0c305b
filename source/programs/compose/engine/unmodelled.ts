// What the specification allows and nothing here models is refused with its place, before anything is made.

import {listOf, memberOf, objectOf, textOf, textsOf, type Json, type JsonObject} from '../../docker/go/json.js';
import {scaleOf, type Project} from '../project/project.js';

const serviceFields = [
	'blkio_config', 'cgroup_parent', 'cpu_count', 'cpu_percent', 'cpu_rt_period', 'cpu_rt_runtime', 'credential_spec', 'device_cgroup_rules', 'devices', 'external_links', 'gpus', 'isolation', 'mem_swappiness',
	'models', 'post_start', 'pre_stop', 'provider', 'pull_refresh_after', 'storage_opt', 'use_api_socket', 'annotations',
];
const buildFields = ['additional_contexts', 'cache_from', 'cache_to', 'entitlements', 'extra_hosts', 'isolation', 'platforms', 'privileged', 'secrets', 'shm_size', 'ssh', 'ulimits'];
const endpointFields = ['driver_opts', 'gw_priority', 'interface_name', 'link_local_ips'];
/** More containers than a learner's machine would hold, either. */
const scaleMax = 250;
const volumeTypes = new Set(['bind', 'volume', 'tmpfs']);

/** The place of the first such field: `services.web.gpus`. */
export function unmodelledField(project: Project): string | undefined {
	for (const [name, service] of project.services) {
		const field = fieldOf(service, serviceFields) ?? inPart(service, 'build', buildFields) ?? deployField(service) ?? networkField(service) ?? volumeField(service) ?? modeField(service) ?? (scaleOf(service) > scaleMax ? `scale ${scaleOf(service)}` : undefined);
		if (field !== undefined) {
			return `services.${name}.${field}`;
		}
	}

	for (const [name, network] of project.networks) {
		const pool = listOf(memberOf(network, 'ipam', 'config')).find(each => memberOf(each, 'aux_addresses') !== undefined);
		const options = memberOf(network, 'ipam', 'options') === undefined ? undefined : 'ipam.options';
		const field = network.get('enable_ipv6') === true ? 'enable_ipv6' : (pool === undefined ? options : 'ipam.config.aux_addresses');
		if (field !== undefined) {
			return `networks.${name}.${field}`;
		}
	}

	return undefined;
}

function fieldOf(part: JsonObject, fields: readonly string[]): string | undefined {
	return fields.find(field => part.has(field));
}

function inPart(service: JsonObject, name: string, fields: readonly string[]): string | undefined {
	const field = fieldOf(objectOf(service.get(name)), fields);
	return field === undefined ? undefined : `${name}.${field}`;
}

/** Of `deploy`, real compose, too, passes over what is for a cluster. */
function deployField(service: JsonObject): string | undefined {
	for (const part of ['limits', 'reservations'] as const) {
		const field = ['devices', 'generic_resources'].find(name => memberOf(service, 'deploy', 'resources', part, name) !== undefined);
		if (field !== undefined) {
			return `deploy.resources.${part}.${field}`;
		}
	}

	return undefined;
}

function networkField(service: JsonObject): string | undefined {
	for (const [name, settings] of objectOf(service.get('networks'))) {
		const field = fieldOf(objectOf(settings), endpointFields);
		if (field !== undefined) {
			return `networks.${name}.${field}`;
		}
	}

	return undefined;
}

function volumeField(service: JsonObject): string | undefined {
	const problem = (volume: Json) => {
		if (!volumeTypes.has(textOf(memberOf(volume, 'type')))) {
			return `type ${textOf(memberOf(volume, 'type'))}`;
		}

		return [['bind', 'propagation'], ['bind', 'recursive'], ['bind', 'selinux'], ['volume', 'subpath'], ['volume', 'labels']].find(path => memberOf(volume, ...path) !== undefined)?.join('.');
	};
	const found = listOf(service.get('volumes')).map(volume => problem(volume)).find(each => each !== undefined);
	return found === undefined ? undefined : `volumes: ${found}`;
}

function modeField(service: JsonObject): string | undefined {
	const policy = textOf(service.get('pull_policy'));
	if (/^(?:refresh|daily|weekly|every_)/v.test(policy)) {
		return `pull_policy ${policy}`;
	}

	const own = ['uts', 'cgroup'].find(field => textOf(service.get(field)).startsWith('service:'));
	return own ?? (textsOf(service.get('links')).length > 0 && service.has('network_mode') ? 'links' : undefined);
}
