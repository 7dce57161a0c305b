// Whether the parts of a project fit each other: every name is declared, nothing depends on itself, nothing is said twice
// differently. Source: compose-go loader/validate.go, graph/cycle.go, validation/validation.go; errors in their words.

import {listOf, memberOf, numberOf, objectOf, textOf, textsOf, type Json, type JsonObject} from '../../docker/go/json.js';
import {quote} from '../../docker/go-template/quote.js';
import {dependenciesOf, scaleOf, type Parts, type Project} from './project.js';

const invalid = (text: string) => `${text}: invalid compose project`;

export function consistencyProblem(project: Project): string | undefined {
	for (const [name, service] of project.services) {
		const problem = ownProblem(name, service) ?? referenceProblem(project, name, service) ?? doubleProblem(name, service);
		if (problem !== undefined) {
			return problem;
		}
	}

	for (const [name, secret] of project.secrets) {
		if (secret.get('external') !== true && !secret.has('file') && !secret.has('environment') && !secret.has('driver')) {
			return invalid(`secret ${quote(name)} must declare either \`file\` or \`environment\``);
		}
	}

	const cycle = findCycle(project.services);
	return cycle === undefined ? undefined : `dependency cycle detected: ${cycle.join(' -> ')}`;
}

function ownProblem(name: string, service: JsonObject): string | undefined {
	if (!service.has('build') && !service.has('image') && !service.has('provider')) {
		return invalid(`service ${quote(name)} has neither an image nor a build context specified`);
	}

	if (memberOf(service, 'build', 'dockerfile') !== undefined && memberOf(service, 'build', 'dockerfile_inline') !== undefined) {
		return invalid(`service ${quote(name)} declares mutualy exclusive dockerfile and dockerfile_inline`);
	}

	if (service.has('network_mode') && objectOf(service.get('networks')).size > 0) {
		return invalid(`service ${name} declares mutually exclusive \`network_mode\` and \`networks\``);
	}

	const [first] = textsOf(memberOf(service, 'healthcheck', 'test'));
	return first === undefined || ['CMD', 'CMD-SHELL', 'NONE'].includes(first) ? undefined : 'healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"';
}

function referenceProblem(project: Project, name: string, service: JsonObject): string | undefined {
	const network = [...objectOf(service.get('networks')).keys()].find(each => !project.networks.has(each));
	if (network !== undefined) {
		return invalid(`service ${quote(name)} refers to undefined network ${network}`);
	}

	const dependency = dependenciesOf(service).find(each => !project.services.has(each.service) && !(project.disabled.has(each.service) && !each.isRequired));
	if (dependency !== undefined) {
		return invalid(`service ${quote(name)} depends on undefined service ${quote(dependency.service)}`);
	}

	const volume = listOf(service.get('volumes')).filter(each => memberOf(each, 'type') === 'volume').map(each => textOf(memberOf(each, 'source'))).find(each => each !== '' && !project.volumes.has(each));
	if (volume !== undefined) {
		return invalid(`service ${quote(name)} refers to undefined volume ${volume}`);
	}

	for (const [field, parts, word] of [[memberOf(service, 'build', 'secrets'), project.secrets, 'build secret'], [service.get('configs'), project.configs, 'config'], [service.get('secrets'), project.secrets, 'secret']] as const) {
		const missing = undeclared(field, parts);
		if (missing !== undefined) {
			return invalid(`service ${quote(name)} refers to undefined ${word} ${missing}`);
		}
	}

	return undefined;
}

function undeclared(references: Json, parts: Parts): string | undefined {
	return listOf(references).map(each => textOf(memberOf(each, 'source'))).find(source => !parts.has(source));
}

/** What can be said in two places must be said the same in both. */
function doubleProblem(name: string, service: JsonObject): string | undefined {
	const limits = memberOf(service, 'deploy', 'resources', 'limits');
	for (const [own, theirs, value] of [
		['scale', 'deploy.replicas', memberOf(service, 'deploy', 'replicas')], ['cpus', 'deploy.resources.limits.cpus', memberOf(limits, 'cpus')],
		['mem_limit', 'deploy.resources.limits.memory', memberOf(limits, 'memory')], ['pids_limit', 'deploy.resources.limits.pids', memberOf(limits, 'pids')],
	] as const) {
		const mine = service.get(own);
		if (mine !== undefined && value !== undefined && mine !== value) {
			return invalid(`services.${name}: can't set distinct values on '${own}' and '${theirs}'`);
		}
	}

	if (scaleOf(service) > 1 && service.has('container_name')) {
		return invalid(`services.${service.has('scale') ? 'scale' : 'deploy.replicas'}: can't set container_name and ${name} as container name must be unique`);
	}

	const targets = new Map<string, number>();
	for (const [index, volume] of listOf(service.get('volumes')).entries()) {
		const target = textOf(memberOf(volume, 'target'));
		if (targets.has(target)) {
			return invalid(`services.${name}.volumes[${index}]: target ${target} already mounted as services.${name}.volumes[${numberOf(targets.get(target))}]`);
		}

		targets.set(target, index);
	}

	return undefined;
}

/** A way from a service back to itself, as `['a', 'b', 'a']`; found without recursion, so that a long chain is no harm. */
function findCycle(services: Parts): readonly string[] | undefined {
	const done = new Set<string>();
	for (const start of services.keys()) {
		const way: Array<{readonly name: string; readonly open: string[]}> = [];
		const enter = (name: string) => way.push({name, open: dependenciesOf(services.get(name)!).map(each => each.service).filter(each => services.has(each)).reverse()});
		if (!done.has(start)) {
			enter(start);
		}

		const inside = new Set([start]);
		while (way.length > 0) {
			const here = way.at(-1)!;
			const next = here.open.pop();
			if (next === undefined) {
				done.add(here.name);
				inside.delete(here.name);
				way.pop();
			} else if (inside.has(next)) {
				return [...way.slice(way.findIndex(each => each.name === next)).map(each => each.name), next];
			} else if (!done.has(next)) {
				inside.add(next);
				enter(next);
			}
		}
	}

	return undefined;
}

/** Configs and secrets must say where their content comes from. */
export function fileObjectProblem(model: JsonObject): string | undefined {
	for (const [part, keys] of [['configs', ['file', 'environment', 'content']], ['secrets', ['file', 'environment']]] as const) {
		for (const [name, value] of objectOf(model.get(part))) {
			const object = objectOf(value);
			const count = keys.filter(key => object.has(key)).length;
			if (count > 1) {
				return `${part}.${name}: ${keys.join('|')} attributes are mutually exclusive`;
			}

			if (count === 0 && !object.has('driver') && !object.has('external')) {
				return `${part}.${name}: one of ${keys.join('|')} must be set`;
			}
		}
	}

	for (const [name, value] of objectOf(model.get('volumes'))) {
		const object = objectOf(value);
		const other = [...object.keys()].find(key => key !== 'external' && key !== 'name' && !key.startsWith('x-'));
		if (object.get('external') === true && other !== undefined) {
			return `volumes.${name}: conflicting parameters "external" and ${quote(other)} specified`;
		}
	}

	return undefined;
}
