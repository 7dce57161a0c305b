// POST /containers/create, as far as it is a matter of the daemon's records: checking the request, naming the container, making its
// volumes, and giving it a layer to write to. Source: moby/moby daemon/create.go.

import {nowNs} from '../../base/clock.js';
import {randomHex} from '../../base/random.js';
import {isJsonObject, type Json, type JsonObject} from '../../base/json.js';
import {makeInodeFileSystem} from '../kernel/inode-filesystem.js';
import {parseSignal} from '../kernel/signal.js';
import {commandOf, mergeConfig, parseConfig} from './container-config.js';
import {parseLink} from './container-link.js';
import {drawName, nameConflict, parseContainerName} from './container-name.js';
import type {Container, ContainerConfig, ContainerLayer, Endpoint, HostConfig} from './container-schema.js';
import {findContainer, logContainerEvent, putContainer} from './container-store.js';
import {checkEndpoint, newEndpoint} from './endpoint.js';
import {initLayerOf} from './init-layer.js';
import {type Engine, engineError, type EngineError, isEngineError, newId} from './engine.js';
import {unknownCapability} from './granted-capabilities.js';
import {checkResources, checkSettings, parseHostConfig} from './host-config.js';
import {findImage, isImageError, topChain} from './image-store.js';
import {isZero, JsonFields} from './json-fields.js';
import {layerStack} from './layer-store.js';
import {detectedPlatform, formatPlatform, hostPlatform, type Platform, platformFits, platformOf} from './platform.js';
import {checkLogConfig} from './log-settings.js';
import type {Image, ImageConfig} from './schema.js';
import {resolveMounts, useVolume} from './volume.js';

export type Created = {readonly container: Container; readonly warnings: readonly string[]};

/** Makes a container in state `created`. `name` is empty if the request has none. */
export function createContainer(engine: Engine, name: string, request: Json, {platform, id = newId(engine, 'container-id')}: {readonly platform?: Platform | undefined; readonly id?: string} = {}): Created | EngineError {
	const asked = parseRequest(engine, request);
	if (isEngineError(asked)) {
		return asked;
	}

	const image = findImage(engine, asked.config.Image ?? '');
	if (isImageError(image)) {
		return engineError(image.status, image.message);
	}

	const actual = platformOf(image);
	if (platform !== undefined && !platformFits(platform, actual)) {
		return engineError(404, `image with reference ${asked.config.Image ?? ''} was found but its platform (${formatPlatform(actual)}) does not match the specified platform (${formatPlatform(platform)})`);
	}

	const named = name === '' ? drawName(engine) : parseContainerName(name);
	if (isEngineError(named)) {
		return named;
	}

	const conflict = nameConflict(engine, named);
	const config = mergeConfig(asked.config, image.document.config, id);
	if (conflict !== undefined || isEngineError(config)) {
		return isEngineError(config) ? config : conflict!;
	}

	const mounts = resolveMounts(engine, asked.hostConfig, Object.keys(config.Volumes ?? {}));
	if (isEngineError(mounts)) {
		return mounts;
	}

	const container: Container = {
		id, name: named, createdNs: nowNs(engine.tx), ...commandOf(config), config: withHostname(engine, config, asked.hostConfig), hostConfig: asked.hostConfig,
		image: image.id, restartCount: 0, mounts, endpoints: asked.endpoints, ports: [], sandbox: '', layer: makeContainerLayer(engine, image),
		namespaces: undefined, cgroup: cgroupPath(asked.hostConfig, id), execs: [], backOffNs: 0,
		state: {
			status: 'created', isOomKilled: false, task: undefined, shim: undefined, exitCode: 0, error: '', startedNs: undefined, finishedNs: undefined,
			isManuallyStopped: false, health: undefined,
		},
	};
	for (const mount of mounts) {
		if (mount.name !== undefined) {
			useVolume(engine, mount.name, id);
		}
	}

	engine.tx.put(`container-name:${engine.engine}`, named, {container: id});
	putContainer(engine, container);
	logContainerEvent(engine, container, 'create');
	const warnings = platform === undefined ? platformWarnings(actual) : [];
	return {container, warnings: [...warnings, ...warningsOf(new JsonFields(isJsonObject(request) ? request['HostConfig'] : undefined, 'HostConfig'))]};
}

function platformWarnings(actual: Platform): readonly string[] {
	return platformFits(hostPlatform, actual) ? [] : [
		`The requested image's platform (${formatPlatform(actual)}) does not match the detected host platform (${formatPlatform(detectedPlatform)}) and no specific platform was requested`,
	];
}

/** What control groups of version 2 cannot do is left out with a warning. */
function warningsOf(fields: JsonFields): readonly string[] {
	const swappiness = fields.raw('MemorySwappiness');
	return [
		...swappiness === undefined || swappiness === -1 ? [] : ['Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.'],
		...isZero(fields.raw('BlkioWeightDevice')) ? [] : ['Your kernel does not support Block I/O weight_device or the cgroup is not mounted. Weight-device discarded.'],
		...fields.flag('OomKillDisable') ? ['Your kernel does not support OomKillDisable. OomKillDisable discarded.'] : [],
	];
}

/** systemd puts slices inside each other by the dashes in their names: `a-b.slice` is in `a.slice`. Source: systemd.slice(5). */
function cgroupPath({CgroupParent}: HostConfig, id: string): string {
	const parts = (CgroupParent === '' ? 'system.slice' : CgroupParent).replace(/\.slice$/v, '').split('-');
	const slices = parts.map((_, index) => `/${parts.slice(0, index + 1).join('-')}.slice`);
	return `${slices.join('')}/docker-${id}.scope`;
}

type Request = {readonly config: ImageConfig; readonly hostConfig: HostConfig; readonly endpoints: readonly Endpoint[]};

function parseRequest(engine: Engine, request: Json): Request | EngineError {
	const body: JsonObject = isJsonObject(request) ? request : {};
	const config = parseConfig(request);
	const hostConfig = parseHostConfig(body['HostConfig']);
	if (isEngineError(config) || isEngineError(hostConfig)) {
		return isEngineError(config) ? config : hostConfig as EngineError;
	}

	if (hostConfig.AutoRemove && hostConfig.RestartPolicy.Name !== 'no') {
		return engineError(400, 'can\'t create \'AutoRemove\' container with restart policy');
	}

	const cpuCount = engine.tx.get('kernel', engine.engine)?.cpuCount ?? 1;
	const capability = unknownCapability(hostConfig);
	const {StopSignal = ''} = config;
	const problem = (StopSignal !== '' && parseSignal(StopSignal) === undefined ? engineError(400, `invalid signal: ${StopSignal}`) : undefined)
		?? checkResources(hostConfig, cpuCount) ?? checkSettings(hostConfig) ?? checkLogConfig(hostConfig.LogConfig) ?? checkMode(engine, hostConfig)
		?? (capability === undefined ? undefined : engineError(400, `invalid ${capability.option}: unknown capability: ${JSON.stringify(capability.name)}`));
	const endpoints = parseEndpoints(body['NetworkingConfig'], hostConfig);
	const misplaced = checkSharedNetwork(config, hostConfig) ?? (isEngineError(endpoints) ? undefined : endpoints.map(endpoint => checkEndpoint(engine, endpoint)).find(each => each !== undefined));
	return problem ?? misplaced ?? (isEngineError(endpoints) ? endpoints : {config, hostConfig, endpoints});
}

function checkMode(engine: Engine, {NetworkMode, Links, Sysctls, IpcMode, PidMode, UTSMode}: HostConfig): EngineError | undefined {
	if (NetworkMode === 'container:' || NetworkMode === '') {
		return engineError(400, 'invalid container format container:<name|id>');
	}

	const link = checkLinks(engine, NetworkMode, Links ?? []);
	if (link !== undefined) {
		return link;
	}

	const shared = Object.keys(Sysctls ?? {}).find(name => !isNamespaced(name) || (NetworkMode === 'host' && name.startsWith('net.')));
	if (shared !== undefined) {
		return engineError(400, NetworkMode === 'host' && shared.startsWith('net.') ? `sysctl "${shared}" not allowed in host network namespace` : `sysctl "${shared}" is not in a separate kernel namespace`);
	}

	const isFixed = (mode: string, words: readonly string[]) => words.includes(mode);
	if (!isFixed(IpcMode, ['private', 'shareable', 'host', 'none']) && !IpcMode.startsWith('container:')) {
		return engineError(400, `invalid IPC mode: ${IpcMode}`);
	}

	if (!isFixed(PidMode, ['', 'host']) && !PidMode.startsWith('container:')) {
		return engineError(400, 'invalid PID mode');
	}

	if (!isFixed(UTSMode, ['', 'host'])) {
		return engineError(400, 'invalid UTS mode');
	}

	// An invalid parameter, not a 404, for which a client would fetch the image. Source: daemon/container.go adaptContainerSettings.
	const joined = [IpcMode, PidMode].find(mode => mode.startsWith('container:'));
	const other = joined === undefined ? undefined : findContainer(engine, joined.slice('container:'.length));
	return isEngineError(other) ? engineError(400, other.message) : undefined;
}

function checkLinks(engine: Engine, mode: string, links: readonly string[]): EngineError | undefined {
	if (links.length > 0 && (mode === 'host' || mode.startsWith('container:'))) {
		return engineError(400, `conflicting options: ${mode === 'host' ? 'host type networking' : 'container type network'} can't be used with links. This would result in undefined behavior`);
	}

	for (const link of links) {
		const parsed = parseLink(link);
		const other = isEngineError(parsed) ? parsed : findContainer(engine, parsed.target);
		if (isEngineError(parsed) || isEngineError(other)) {
			return isEngineError(parsed) ? parsed : engineError(400, `could not get container for ${parsed.target}: ${(other as EngineError).message}`);
		}

		if (mode === 'bridge' && other.hostConfig.NetworkMode === 'host') {
			return engineError(400, 'conflicting options: host type networking can\'t be used with links. This would result in undefined behavior');
		}
	}

	return undefined;
}

/** Parameters of which every container has its own. Source: opencontainers/runc libcontainer/configs/validate sysctl(). */
function isNamespaced(name: string): boolean {
	const ofIpc = ['kernel.msgmax', 'kernel.msgmnb', 'kernel.msgmni', 'kernel.sem', 'kernel.shmall', 'kernel.shmmax', 'kernel.shmmni', 'kernel.shm_rmid_forced'];
	return ofIpc.includes(name) || name.startsWith('fs.mqueue.') || name.startsWith('net.') || name === 'kernel.domainname' || name === 'kernel.hostname';
}

function parseEndpoints(networking: Json | undefined, hostConfig: HostConfig): readonly Endpoint[] | EngineError {
	const mode = hostConfig.NetworkMode;
	if (mode.startsWith('container:')) {
		return [];
	}

	const configs = new JsonFields(networking, 'NetworkingConfig').raw('EndpointsConfig');
	const endpoints: Endpoint[] = [];
	for (const [name, value] of Object.entries(isJsonObject(configs) ? configs : {})) {
		const endpoint = parseEndpoint(name === 'default' ? 'bridge' : name, value ?? null);
		if (isEngineError(endpoint)) {
			return endpoint;
		}

		endpoints.push(endpoint);
	}

	return endpoints.some(endpoint => endpoint.networkName === mode) ? endpoints : [newEndpoint(mode), ...endpoints];
}

/** What a container that has the network of another, or of the host, cannot have of its own. Source: moby/moby runconfig/hostconfig_unix.go validateNetMode. */
function checkSharedNetwork(config: ImageConfig, {NetworkMode, Dns, ExtraHosts, PortBindings, PublishAllPorts, Links}: HostConfig): EngineError | undefined {
	if (!NetworkMode.startsWith('container:')) {
		return undefined;
	}

	const conflicts = [
		[(config.Hostname ?? '') !== '', 'conflicting options: hostname and the network mode'],
		[(Links ?? []).length > 0, 'conflicting options: container type network can\'t be used with links. This would result in undefined behavior'],
		[Dns.length > 0, 'conflicting options: dns and the network mode'],
		[(ExtraHosts ?? []).length > 0, 'conflicting options: custom host-to-IP mapping and the network mode'],
		[Object.keys(PortBindings).length > 0 || PublishAllPorts, 'conflicting options: port publishing and the container type network mode'],
		[Object.keys(config.ExposedPorts ?? {}).length > 0, 'conflicting options: port exposing and the container type network mode'],
	] as const;
	const conflict = conflicts.find(([isConflict]) => isConflict);
	return conflict === undefined ? undefined : engineError(400, conflict[1]);
}

/** What `--ip`, `--network-alias` and `--mac-address` say about one network. */
export function parseEndpoint(networkName: string, value: Json): Endpoint | EngineError {
	const fields = new JsonFields(value, 'EndpointSettings');
	const address = new JsonFields(fields.raw('IPAMConfig'), 'EndpointIPAMConfig').text('IPv4Address');
	const aliases = fields.texts('Aliases');
	const links = fields.texts('Links');
	const endpoint = newEndpoint(networkName, {
		aliases: aliases === undefined || aliases.length === 0 ? null : aliases,
		links: links === undefined || links.length === 0 ? null : links,
		requestedAddress: address === '' ? undefined : address,
		requestedMac: fields.text('MacAddress') === '' ? undefined : fields.text('MacAddress'),
	});
	return fields.error === undefined ? endpoint : engineError(400, fields.error);
}

/** With the host's network a container has the host's name, with another container's network that one's. */
function withHostname(engine: Engine, config: ContainerConfig, {NetworkMode}: HostConfig): ContainerConfig {
	if (NetworkMode === 'host') {
		const {uts} = engine.tx.get('kernel', engine.engine)!.initial;
		return {...config, Hostname: engine.tx.get('namespace', uts)?.hostname ?? config.Hostname};
	}

	const other = NetworkMode.startsWith('container:') ? findContainer(engine, NetworkMode.slice('container:'.length)) : undefined;
	return other === undefined || isEngineError(other) ? config : {...config, Hostname: other.config.Hostname};
}

function makeContainerLayer(engine: Engine, image: Image): ContainerLayer {
	const {tx} = engine;
	return {
		cacheId: randomHex(tx, 'layer-cache', 64),
		upper: makeInodeFileSystem(tx, 'ext4'),
		init: initLayerOf(engine),
		imageLayers: layerStack(engine, topChain(image)).map(layer => layer.fs),
		merged: undefined,
	};
}
