// Links between containers of the default bridge, docker's way before networks had names: lines in /etc/hosts, and variables that tell the
// other's address and ports. Source: moby/moby daemon/links.go, links/links.go, container_operations_unix.go.

import type {Container, Endpoint} from './container-schema.js';
import {findContainer, isRunning} from './container-store.js';
import {type EngineReader, engineError, type EngineError, isEngineError} from './engine.js';

/** `container:alias`; the alias is the name if there is none. */
export function parseLink(text: string): {readonly target: string; readonly alias: string} | EngineError {
	const parts = text.split(':');
	const [target = '', alias = target] = parts;
	return text === '' || target === '' || alias === '' || parts.length > 2 ? engineError(400, text === '' ? 'empty string specified for links' : `bad format for links: ${text}`) : {target, alias: alias.replace(/^.*\//v, '')};
}

type Linked = {readonly alias: string; readonly other: Container; readonly endpoint: Endpoint};

/** The containers that a container is linked to, which must be on the default bridge and run. */
function linkedContainers(engine: EngineReader, {hostConfig, name}: Container): readonly (Linked | EngineError)[] {
	if (hostConfig.NetworkMode !== 'bridge') {
		return [];
	}

	return (hostConfig.Links ?? []).map(link => {
		const parsed = parseLink(link);
		const other = isEngineError(parsed) ? parsed : findContainer(engine, parsed.target);
		if (isEngineError(parsed) || isEngineError(other)) {
			return isEngineError(parsed) ? parsed : engineError(400, `could not get container for ${parsed.target}: ${isEngineError(other) ? other.message : ''}`);
		}

		if (!isRunning(other)) {
			return engineError(400, `Cannot link to a non running container: /${other.name} AS /${name}/${parsed.alias}`);
		}

		const endpoint = other.endpoints.find(({networkName}) => networkName === 'bridge');
		return endpoint === undefined ? engineError(400, `Cannot link to /${other.name}, as it does not belong to the default network`) : {alias: parsed.alias, other, endpoint};
	});
}

/** Why a container cannot be started with its links. */
export function linkProblem(engine: EngineReader, container: Container): EngineError | undefined {
	return linkedContainers(engine, container).find(isEngineError);
}

export function linkedHosts(engine: EngineReader, container: Container): readonly string[] {
	return linkedContainers(engine, container).flatMap(link => {
		if (isEngineError(link)) {
			return [];
		}

		const {alias, other, endpoint} = link;
		return [`${endpoint.address}\t${[alias, other.config.Hostname, ...alias === other.name ? [] : [other.name]].join(' ')}`];
	});
}

/** `DB_PORT=tcp://172.17.0.2:5432` and the like. */
export function linkedEnvironment(engine: EngineReader, container: Container): readonly string[] {
	return linkedContainers(engine, container).flatMap(link => isEngineError(link) ? [] : variablesOf(container, link));
}

function variablesOf({name}: Container, {alias, other, endpoint: {address}}: Linked): readonly string[] {
	const prefix = alias.toUpperCase().replaceAll('-', '_');
	const ports = Object.keys(other.config.ExposedPorts ?? {}).map(key => {
		const [port = '', protocol = 'tcp'] = key.split('/');
		return {port: Number(port), protocol};
	}).toSorted((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1));
	const [first] = [...ports].sort((a, b) => Number(b.protocol === 'tcp') - Number(a.protocol === 'tcp') || a.port - b.port);
	const inherited = other.config.Env.filter(variable => !/^(?:HOME|PATH)=/v.test(variable)).map(variable => `${prefix}_ENV_${variable}`);
	return [
		...first === undefined ? [] : [`${prefix}_PORT=${first.protocol}://${address}:${first.port}`],
		...ports.flatMap(({port, protocol}) => {
			const key = `${prefix}_PORT_${port}_${protocol.toUpperCase()}`;
			return [`${key}=${protocol}://${address}:${port}`, `${key}_ADDR=${address}`, `${key}_PORT=${port}`, `${key}_PROTO=${protocol}`];
		}),
		`${prefix}_NAME=/${name}/${alias}`,
		...inherited,
	];
}
