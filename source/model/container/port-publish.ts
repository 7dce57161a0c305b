// Publishing a container's ports on its host: a rule that translates, and a process that passes on what no rule turns aside.
// Source: moby/moby libnetwork/drivers/bridge/port_mapping_linux.go, libnetwork/portallocator.

import {must} from '../../base/assert.js';
import {allCapabilities} from '../kernel/capabilities.js';
import {failed} from '../kernel/errno.js';
import type {Fd} from '../kernel/program.js';
import type {TaskId} from '../kernel/schema.js';
import {stopListening} from '../kernel/socket.js';
import {getTask} from '../kernel/tasks.js';
import type {Container, DockerNetwork, Endpoint, PublishedPort} from './container-schema.js';
import {changeContainer} from './container-store.js';
import {closePort, openPort} from './docker-firewall.js';
import {dockerProxy, proxyListenFd} from './docker-proxy.js';
import {hostBindingOption, hostNetwork} from './docker-network.js';
import {engineError, type EngineError, engineInfo, firstHostPort, isEngineError, lastHostPort} from './engine.js';
import type {EngineHost} from './engine-host.js';

type WantedPort = {readonly containerPort: number; readonly protocol: PublishedPort['protocol']; readonly hostAddress: string; readonly first: number; readonly last: number};
type Place = {readonly network: DockerNetwork; readonly endpoint: Endpoint};

/** Makes the host's ports lead to the container. Nothing is published if one of them is taken. */
export function publishPorts(host: EngineHost, container: Container, endpoint = publishingEndpoint(container)): readonly PublishedPort[] | EngineError {
	if (endpoint === undefined) {
		return [];
	}

	const network = must(host.tx.get(`docker-network:${host.engine}`, endpoint.network ?? ''), 'publishPorts: no network');
	const published: PublishedPort[] = [];
	const taken = network.isInternal ? [] : portsInUse(host);
	for (const wanted of network.isInternal ? [] : wantedPorts(container, network)) {
		const port = publishPort(host, wanted, {place: {network, endpoint}, taken: [...taken, ...published]});
		if (isEngineError(port)) {
			unpublishPorts(host, {...container, ports: published, endpoints: [endpoint]});
			return engineError(500, `failed to set up container networking: driver failed programming external connectivity on endpoint ${container.name} (${endpoint.id}): ${port.message}`);
		}

		published.push(port);
		host.tx.emit({kind: 'port-publish', engine: host.engine, container: container.id, hostPort: port.hostPort});
	}

	return published;
}

function portsInUse(host: EngineHost): readonly PublishedPort[] {
	return Array.from(host.tx.table(`container:${host.engine}`).values()).flatMap(({ports}) => ports);
}

function wantedPorts({hostConfig, config}: Container, network: DockerNetwork): readonly WantedPort[] {
	const wanted: WantedPort[] = [];
	const exposed = hostConfig.PublishAllPorts ? Object.keys(config.ExposedPorts ?? {}).filter(port => hostConfig.PortBindings[port] === undefined) : [];
	const bindings = [...Object.entries(hostConfig.PortBindings), ...exposed.map(port => [port, [{HostIp: '', HostPort: ''}]] as const)];
	for (const [key, hosts] of bindings) {
		const [port, protocol = 'tcp'] = key.split('/');
		for (const {HostIp, HostPort} of hosts) {
			const [first = '', last = first] = HostPort.split('-');
			wanted.push({
				containerPort: Number(port), protocol: protocol as PublishedPort['protocol'], hostAddress: HostIp || (network.options[hostBindingOption] ?? '0.0.0.0'), first: Number(first), last: Number(last),
			});
		}
	}

	return wanted.toSorted((a, b) => a.containerPort - b.containerPort);
}

function isAllocated(taken: readonly PublishedPort[], {protocol, hostAddress}: WantedPort, port: number): boolean {
	const any = '0.0.0.0';
	return taken.some(each => each.hostPort === port && each.protocol === protocol && (each.hostAddress === hostAddress || each.hostAddress === any || hostAddress === any));
}

/** The host ports that may serve, in the order of trying. */
function * candidates(host: EngineHost, {first, last}: WantedPort): Generator<number> {
	if (first !== 0) {
		for (let port = first; port <= last; port++) {
			yield port;
		}

		return;
	}

	const count = lastHostPort - firstHostPort + 1;
	for (let tried = 0; tried < count; tried++) {
		const info = engineInfo(host);
		host.tx.put('engine', host.engine, {...info, nextHostPort: info.nextHostPort >= lastHostPort ? firstHostPort : info.nextHostPort + 1});
		yield info.nextHostPort;
	}
}

function publishPort(host: EngineHost, wanted: WantedPort, {place, taken}: {readonly place: Place; readonly taken: readonly PublishedPort[]}): PublishedPort | EngineError {
	const {protocol, hostAddress, containerPort} = wanted;
	let problem = engineError(500, `Bind for ${hostAddress}:${wanted.first} failed: port is already allocated`);
	for (const hostPort of candidates(host, wanted)) {
		if (isAllocated(taken, wanted, hostPort)) {
			continue;
		}

		const proxy = protocol === 'tcp' ? startProxy(host, place.endpoint, {hostAddress, hostPort, containerPort}) : undefined;
		if (isEngineError(proxy)) {
			problem = proxy;
			continue;
		}

		const port: PublishedPort = {containerPort, protocol, hostAddress, hostPort, proxy};
		openPort(host.tx, hostNetwork(host), {bridge: place.network.bridge, address: place.endpoint.address, port});
		return port;
	}

	return problem;
}

type Ports = Pick<PublishedPort, 'hostAddress' | 'hostPort' | 'containerPort'>;

/** Listens, and hands the socket to a process of its own. */
function startProxy(host: EngineHost, endpoint: Endpoint, {hostAddress, hostPort, containerPort}: Ports): TaskId | EngineError {
	const {sys} = host.process;
	const refuse = (words: string) => engineError(500, `failed to bind host port for ${hostAddress}:${hostPort}:${endpoint.address}:${containerPort}/tcp: ${words}`);
	const socket = sys.socket('inet');
	if (failed(socket)) {
		return refuse('too many open files');
	}

	const bound = sys.bind(socket, {family: 'inet', address: hostAddress, port: hostPort});
	const listening = failed(bound) ? bound : sys.listen(socket);
	if (failed(listening)) {
		sys.close(socket);
		return refuse(listening.errno === 'EADDRNOTAVAIL' ? 'cannot assign requested address' : 'address already in use');
	}

	const proxy = spawnProxy(host, endpoint, {socket, hostAddress, hostPort, containerPort});
	sys.close(socket);
	return proxy;
}

function spawnProxy(host: EngineHost, endpoint: Endpoint, {socket, hostAddress, hostPort, containerPort}: Ports & {readonly socket: Fd}): TaskId | EngineError {
	const {initial} = must(host.tx.get('kernel', host.engine), 'spawnProxy: no kernel');
	const daemon = engineInfo(host).daemon ?? host.access.task;
	const {root, cgroup} = getTask(host.tx, host.engine, daemon);
	const task = host.access.spawn({
		name: 'docker-proxy', parent: 1, namespaces: initial, root, cwd: root, cgroup, uid: 0, gid: 0, groups: [0], capabilities: allCapabilities, env: new Map(),
		files: new Map([[proxyListenFd, must(host.access.fileOf(socket), 'spawnProxy: no file')]]),
	}, process => dockerProxy(process, {hostAddress, hostPort, address: endpoint.address, port: containerPort}));
	return failed(task) ? engineError(500, 'fork/exec /usr/bin/docker-proxy: resource temporarily unavailable') : task;
}

/** The endpoint by which a container's ports are reached: its first on a network that leads out. */
function publishingEndpoint({endpoints}: Pick<Container, 'endpoints'>): Endpoint | undefined {
	return endpoints.find(({gateway}) => gateway !== '') ?? endpoints.find(({address}) => address !== '');
}

/** Before a container leaves a network: ports that lead to it there lead nowhere. */
export function withdrawPorts(host: EngineHost, container: Container, leaving: Endpoint): void {
	if (publishingEndpoint(container) === leaving && container.ports.length > 0) {
		unpublishPorts(host, container);
		changeContainer(host, container.id, {ports: []});
	}
}

/** After a container came to a network or left one: its ports lead to where it can be reached now. */
export function movePorts(host: EngineHost, container: Container): EngineError | undefined {
	const endpoint = publishingEndpoint(container);
	if (endpoint === undefined || container.ports.length > 0) {
		return undefined;
	}

	const ports = publishPorts(host, container, endpoint);
	if (isEngineError(ports)) {
		return ports;
	}

	changeContainer(host, container.id, {ports});
	return undefined;
}

/** Takes the rules away and ends the processes; the ports are free at once. */
export function unpublishPorts(host: EngineHost, {ports, endpoints}: Pick<Container, 'ports' | 'endpoints'>): void {
	const namespace = hostNetwork(host);
	const endpoint = publishingEndpoint({endpoints});
	const network = endpoint?.network === undefined ? undefined : host.tx.get(`docker-network:${host.engine}`, endpoint.network);
	for (const port of ports) {
		if (endpoint !== undefined && network !== undefined) {
			closePort(host.tx, namespace, {bridge: network.bridge, address: endpoint.address, port});
		}

		if (port.proxy !== undefined) {
			stopListening(host.tx, namespace, {family: 'inet', address: port.hostAddress, port: port.hostPort});
			host.access.signal(port.proxy, 'INT');
		}
	}
}
