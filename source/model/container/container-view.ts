// What the API shows of a container: the whole document (`docker inspect`) and a row of the list (`docker ps`), with their fields in the
// order of the real ones. Source: moby/moby daemon/inspect.go, daemon/list.go, container/view.go, container/state.go.

import {wallTime} from '../../base/clock.js';
import {rfc3339OfMoment} from '../../base/internet-date.js';
import type {Json, JsonObject} from '../../base/json.js';
import {configJson} from './container-config.js';
import type {Container, Endpoint, MountPoint, PublishedPort} from './container-schema.js';
import {sinceNs} from './container-store.js';
import type {EngineReader} from './engine.js';
import {hostConfigJson} from './host-config.js';
import {humanDuration} from './human-duration.js';
import {findImage, getImage, isImageError} from './image-store.js';
import {layerStack} from './layer-store.js';
import {topChain} from './image-store.js';

const never = '0001-01-01T00:00:00Z';
const containersRoot = '/var/lib/docker/containers';
/** Where overlay2 keeps its directories. */
export const layersRoot = '/var/lib/docker/overlay2';

function timeText({tx}: EngineReader, ns: number | undefined): string {
	return ns === undefined ? never : rfc3339OfMoment(wallTime(tx, ns));
}

/** Where the daemon keeps the files of a container. */
export function containerDirectory({id}: Pick<Container, 'id'>): string {
	return `${containersRoot}/${id}`;
}

export function logPath({id, hostConfig}: Pick<Container, 'id' | 'hostConfig'>): string {
	return hostConfig.LogConfig.Type === 'local' ? `${containersRoot}/${id}/local-logs/container.log` : `${containersRoot}/${id}/${id}-json.log`;
}

/** The paths under which overlay2 has the layers of a container. */
export function layerPaths(engine: EngineReader, {layer, image}: Container): {readonly lower: string; readonly merged: string; readonly upper: string; readonly work: string} {
	const found = getImage(engine, image);
	const stack = found === undefined ? [] : layerStack(engine, topChain(found));
	const base = `${layersRoot}/${layer.cacheId}`;
	return {
		lower: [`${base}-init/diff`, ...stack.map(each => `${layersRoot}/${each.cacheId}/diff`)].join(':'),
		merged: `${base}/merged`, upper: `${base}/diff`, work: `${base}/work`,
	};
}

/** GET /containers/{id}/json. `sizes` is given for `size=1`. */
export function inspectContainer(engine: EngineReader, container: Container, sizes?: {readonly writableBytes: number; readonly rootBytes: number}): JsonObject {
	const directory = containerDirectory(container);
	const paths = layerPaths(engine, container);
	return {
		Id: container.id, Created: timeText(engine, container.createdNs), Path: container.path, Args: container.args, State: stateJson(engine, container),
		Image: container.image, ResolvConfPath: `${directory}/resolv.conf`, HostnamePath: `${directory}/hostname`, HostsPath: `${directory}/hosts`,
		LogPath: container.hostConfig.LogConfig.Type === 'json-file' ? logPath(container) : '', Name: `/${container.name}`, RestartCount: container.restartCount,
		Driver: 'overlay2', Platform: 'linux', MountLabel: '', ProcessLabel: '', AppArmorProfile: '',
		ExecIDs: container.execs.length === 0 ? null : container.execs, HostConfig: hostConfigJson(container.hostConfig),
		GraphDriver: {
			Data: {ID: container.id, LowerDir: paths.lower, MergedDir: paths.merged, UpperDir: paths.upper, WorkDir: paths.work}, Name: 'overlay2',
		},
		...(sizes === undefined ? {} : {SizeRw: sizes.writableBytes, SizeRootFs: sizes.rootBytes}),
		Mounts: shownMounts(container), Config: configJson(container.config), NetworkSettings: networkSettings(container),
	};
}

function stateJson(engine: EngineReader, {state}: Container): JsonObject {
	const {status, health} = state;
	return {
		Status: status, Running: status === 'running' || status === 'paused' || status === 'restarting', Paused: status === 'paused', Restarting: status === 'restarting',
		OOMKilled: state.isOomKilled, Dead: status === 'dead', Pid: status === 'running' || status === 'paused' ? state.task ?? 0 : 0, ExitCode: state.exitCode, Error: state.error,
		StartedAt: timeText(engine, state.startedNs), FinishedAt: timeText(engine, state.finishedNs),
		...(health === undefined ? {} : {
			Health: {
				Status: health.status, FailingStreak: health.failingStreak,
				Log: health.log.length === 0 ? null : health.log.map(entry => ({Start: timeText(engine, entry.startNs), End: timeText(engine, entry.endNs), ExitCode: entry.exitCode, Output: entry.output})),
			},
		}),
	};
}

/** `Mounts`: everything but what `--tmpfs` made. */
function shownMounts({mounts, hostConfig}: Container): readonly JsonObject[] {
	return mounts.filter(mount => mount.type !== 'tmpfs' || hostConfig.Tmpfs?.[mount.destination] === undefined).map(mount => mountJson(mount));
}

function mountJson(mount: MountPoint): JsonObject {
	return {
		Type: mount.type,
		...(mount.name === undefined ? {} : {Name: mount.name}),
		Source: mount.source, Destination: mount.destination,
		...(mount.type === 'volume' ? {Driver: 'local'} : {}),
		Mode: mount.mode, RW: mount.isWritable, Propagation: mount.type === 'bind' ? mount.propagation : '',
	};
}

function networkSettings(container: Container): JsonObject {
	const bridge = container.endpoints.find(endpoint => endpoint.networkName === 'bridge');
	return {
		Bridge: '', SandboxID: container.sandbox, SandboxKey: container.sandbox === '' ? '' : `/var/run/docker/netns/${container.sandbox.slice(0, 12)}`,
		Ports: portsJson(container), HairpinMode: false, LinkLocalIPv6Address: '', LinkLocalIPv6PrefixLen: 0, SecondaryIPAddresses: null, SecondaryIPv6Addresses: null,
		EndpointID: bridge?.id ?? '', Gateway: bridge?.gateway ?? '', GlobalIPv6Address: '', GlobalIPv6PrefixLen: 0, IPAddress: bridge?.address ?? '',
		IPPrefixLen: bridge?.prefixLength ?? 0, IPv6Gateway: '', MacAddress: bridge?.mac ?? '',
		Networks: Object.fromEntries(container.endpoints.map(endpoint => [endpoint.networkName, endpointJson(endpoint, true)])),
	};
}

function endpointJson(endpoint: Endpoint, withNames: boolean): JsonObject {
	const {requestedAddress} = endpoint;
	return {
		IPAMConfig: requestedAddress === undefined ? null : {IPv4Address: requestedAddress}, Links: endpoint.links, Aliases: endpoint.aliases,
		MacAddress: endpoint.mac, DriverOpts: null, GwPriority: 0, NetworkID: endpoint.network ?? '', EndpointID: endpoint.id, Gateway: endpoint.gateway,
		IPAddress: endpoint.address, IPPrefixLen: endpoint.prefixLength, IPv6Gateway: '', GlobalIPv6Address: '', GlobalIPv6PrefixLen: 0,
		DNSNames: withNames ? endpoint.dnsNames : null,
	};
}

/** A port bound to all addresses is shown for both families. */
function shownAddresses({hostAddress}: PublishedPort): readonly string[] {
	return hostAddress === '0.0.0.0' ? ['0.0.0.0', '::'] : [hostAddress];
}

function portsJson({config, ports, sandbox}: Container): JsonObject {
	if (sandbox === '') {
		return {};
	}

	const byPort = new Map<string, JsonObject[] | null>(Object.keys(config.ExposedPorts ?? {}).map(port => [port, null]));
	for (const port of ports) {
		const key = `${port.containerPort}/${port.protocol}`;
		byPort.set(key, [...byPort.get(key) ?? [], ...shownAddresses(port).map(HostIp => ({HostIp, HostPort: String(port.hostPort)}))]);
	}

	return Object.fromEntries([...byPort].toSorted(([a], [b]) => a < b ? -1 : 1));
}

/** One element of GET /containers/json. */
export function summarizeContainer(engine: EngineReader, container: Container, sizes?: {readonly writableBytes: number; readonly rootBytes: number}): JsonObject {
	return {
		Id: container.id, Names: [`/${container.name}`], Image: shownImage(engine, container), ImageID: container.image, Command: commandText(container),
		Created: wallTime(engine.tx, container.createdNs).seconds, Ports: portList(container),
		...(sizes === undefined ? {} : {SizeRw: sizes.writableBytes, SizeRootFs: sizes.rootBytes}),
		Labels: container.config.Labels, State: container.state.status, Status: statusText(engine, container),
		HostConfig: {NetworkMode: container.hostConfig.NetworkMode},
		NetworkSettings: {Networks: Object.fromEntries(container.endpoints.map(endpoint => [endpoint.networkName, endpointJson(endpoint, false)]))},
		Mounts: shownMounts(container),
	};
}

/** The name it was made from, if that still means the same image. */
function shownImage(engine: EngineReader, {config, image}: Container): string {
	const named = findImage(engine, config.Image);
	return !isImageError(named) && named.id === image ? config.Image : image;
}

export function commandText({path, args}: Container): string {
	return [path, ...args.map(arg => arg.includes(' ') ? `'${arg}'` : arg)].join(' ');
}

function portList({config, ports, sandbox}: Container): readonly Json[] {
	if (sandbox === '') {
		return [];
	}

	const published = new Set(ports.map(port => `${port.containerPort}/${port.protocol}`));
	const exposed = Object.keys(config.ExposedPorts ?? {}).filter(port => !published.has(port)).map(port => {
		const [number, type = 'tcp'] = port.split('/');
		return {PrivatePort: Number(number), Type: type};
	});
	return [
		...exposed,
		...ports.flatMap(port => shownAddresses(port).map(IP => ({IP, PrivatePort: port.containerPort, PublicPort: port.hostPort, Type: port.protocol}))),
	];
}

/** `Up 3 minutes (healthy)`, `Exited (0) 5 seconds ago`, ... */
export function statusText(engine: EngineReader, {state}: Container): string {
	const up = humanDuration(sinceNs(engine, state.startedNs));
	const ago = humanDuration(sinceNs(engine, state.finishedNs));
	switch (state.status) {
		case 'created': return 'Created';
		case 'running': return state.health === undefined ? `Up ${up}` : `Up ${up} (${state.health.status === 'starting' ? 'health: starting' : state.health.status})`;
		case 'paused': return `Up ${up} (Paused)`;
		case 'restarting': return `Restarting (${state.exitCode}) ${ago} ago`;
		case 'removing': return 'Removal In Progress';
		case 'exited': return `Exited (${state.exitCode}) ${ago} ago`;
		case 'dead': return 'Dead';
		default: return state.status satisfies never;
	}
}
