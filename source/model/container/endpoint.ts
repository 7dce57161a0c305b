// Putting a container's network namespace on docker networks, and publishing its ports on the host.
// Source: moby/moby daemon/container_operations.go, libnetwork/endpoint.go, drivers/bridge/port_mapping_linux.go.

import {must} from '../../base/assert.js';
import {randomHex} from '../../base/random.js';
import {parseCidr} from '../network/address.js';
import {addAddress, addRoute, addVethPair, findLink, netNamespace, removeLink, setMaster, setUp} from '../network/link.js';
import {addName, removeName} from '../network/name.js';
import {addNatRule, conflictingRule, removeNatRule} from '../network/nat.js';
import type {Link, NetNamespaceId} from '../network/network-schema.js';
import type {Container, DockerNetwork, Endpoint, PublishedPort} from './container-schema.js';
import {findNetwork, hostNetwork, logNetworkEvent, putNetwork} from './docker-network.js';
import {type Engine, engineError, type EngineError, engineInfo, firstHostPort, isEngineError, lastHostPort, newId} from './engine.js';
import {returnAddress, takeAddress} from './ipam.js';

/** An endpoint as a request describes it: nothing is connected yet. */
export function newEndpoint(networkName: string, asked: Partial<Pick<Endpoint, 'aliases' | 'links' | 'requestedAddress' | 'requestedMac'>> = {}): Endpoint {
	return {
		networkName, network: undefined, id: '', aliases: null, links: null, requestedAddress: undefined, requestedMac: undefined, ...asked,
		address: '', prefixLength: 0, gateway: '', mac: '', interfaceName: '', dnsNames: null,
	};
}

/** Connects a running container's namespace to a network. */
export function plug(engine: Engine, container: Container, endpoint: Endpoint, sandbox: NetNamespaceId): Endpoint | EngineError {
	const network = findNetwork(engine, endpoint.networkName);
	if (isEngineError(network)) {
		return network;
	}

	const id = newId(engine, 'endpoint-id');
	if (network.driver !== 'bridge') {
		putNetwork(engine, {...network, members: new Map(network.members).set(container.id, id)});
		logNetworkEvent(engine, network, 'connect', {container: container.id});
		return {...endpoint, network: network.id, id};
	}

	if (endpoint.requestedAddress !== undefined && !network.hasExplicitPool) {
		return engineError(400, 'user specified IP address is supported only when connecting to networks with user configured subnets');
	}

	const taken = takeAddress(network, id, endpoint.requestedAddress);
	if (isEngineError(taken)) {
		return taken;
	}

	putNetwork(engine, {...taken.network, members: new Map(network.members).set(container.id, id)});
	const link = plugCable(engine, network, sandbox, taken.address, endpoint.requestedMac);
	const connected: Endpoint = {
		...endpoint, network: network.id, id, address: taken.address, prefixLength: parseCidr(network.subnet)!.prefixLength, gateway: network.isInternal ? '' : network.gateway,
		mac: link.mac, interfaceName: link.name, dnsNames: network.name === 'bridge' ? null : dnsNames(container, endpoint),
	};
	for (const name of connected.dnsNames ?? []) {
		addName(engine.tx, network.id, name, taken.address);
	}

	refreshResolver(engine, sandbox, scope => [...scope, ...(network.name === 'bridge' ? [] : [network.id])]);
	logNetworkEvent(engine, network, 'connect', {container: container.id});
	return connected;
}

/** The names under which other containers of a user-defined network find it. */
export function dnsNames(container: Container, endpoint: Endpoint): readonly string[] {
	const names = [container.name, ...endpoint.aliases ?? [], container.id.slice(0, 12), container.config.Hostname];
	return [...new Set(names)];
}

/** A veth pair: one end in the container with the address, the other a port of the network's bridge. */
function plugCable(engine: Engine, network: DockerNetwork, sandbox: NetNamespaceId, address: string, mac: string | undefined): Link {
	const {tx} = engine;
	const host = hostNetwork(engine);
	const bridge = must(findLink(tx, host, network.bridge), `plugCable: no bridge ${network.bridge}`);
	let number = 0;
	while (findLink(tx, sandbox, `eth${number}`) !== undefined) {
		number++;
	}

	const {first: outer, second: inner} = addVethPair(
		tx,
		{namespace: host, name: `veth${randomHex(tx, 'veth', 7)}`},
		{namespace: sandbox, name: `eth${number}`, ...(mac === undefined ? {} : {mac})},
	);
	setMaster(tx, host, outer.index, bridge.index);
	setUp(tx, host, outer.index, true);
	setUp(tx, sandbox, inner.index, true);
	addAddress(tx, sandbox, inner.index, {address, prefixLength: parseCidr(network.subnet)!.prefixLength, scope: 'global'});
	const hasDefault = [...tx.table(`route:${sandbox}`).values()].some(route => route.destination === '0.0.0.0/0');
	if (!hasDefault && !network.isInternal) {
		addRoute(tx, sandbox, {destination: '0.0.0.0/0', gateway: network.gateway, device: inner.index, source: undefined, scope: 'global', metric: 0, protocol: 'boot'});
	}

	return inner;
}

function refreshResolver(engine: Engine, sandbox: NetNamespaceId, change: (scopes: readonly string[]) => readonly string[]): void {
	const namespace = netNamespace(engine.tx, sandbox);
	engine.tx.put('net-namespace', sandbox, {...namespace, resolverScopes: change(namespace.resolverScopes)});
}

/** Disconnects. The endpoint keeps what was asked for, so that it can be plugged in again. */
export function unplug(engine: Engine, container: Container, endpoint: Endpoint, sandbox: NetNamespaceId | undefined): Endpoint {
	const {tx} = engine;
	const network = endpoint.network === undefined ? undefined : tx.get(`docker-network:${engine.engine}`, endpoint.network);
	if (network !== undefined) {
		const members = new Map(network.members);
		members.delete(container.id);
		putNetwork(engine, {...(endpoint.address === '' ? network : returnAddress(network, endpoint.address)), members});
		for (const name of endpoint.dnsNames ?? []) {
			removeName(tx, network.id, name, endpoint.address);
		}

		logNetworkEvent(engine, network, 'disconnect', {container: container.id});
	}

	const link = sandbox === undefined || endpoint.interfaceName === '' ? undefined : findLink(tx, sandbox, endpoint.interfaceName);
	if (sandbox !== undefined && link !== undefined) {
		removeLink(tx, sandbox, link.index);
		refreshResolver(engine, sandbox, scopes => scopes.filter(scope => scope !== network?.id));
	}

	const {networkName, aliases, links, requestedAddress, requestedMac} = endpoint;
	return {...newEndpoint(networkName, {aliases, links, requestedAddress, requestedMac}), network: endpoint.network};
}

/** Makes the host's ports lead to the container. Nothing is published if one of them is taken. */
export function publishPorts(engine: Engine, container: Container, endpoint: Endpoint): readonly PublishedPort[] | EngineError {
	const published: PublishedPort[] = [];
	for (const wanted of wantedPorts(container)) {
		const port = publishPort(engine, wanted, endpoint);
		if (isEngineError(port)) {
			unpublishPorts(engine, published);
			return engineError(500, `failed to set up container networking: driver failed programming external connectivity on endpoint ${container.name} (${endpoint.id}): ${port.message}`);
		}

		published.push(port);
		engine.tx.emit({kind: 'port-publish', engine: engine.engine, container: container.id, hostPort: port.hostPort});
	}

	return published;
}

type WantedPort = {readonly containerPort: number; readonly protocol: PublishedPort['protocol']; readonly hostAddress: string; readonly first: number; readonly last: number};

function wantedPorts({hostConfig, config}: Container): readonly WantedPort[] {
	const wanted: WantedPort[] = [];
	const exposed = hostConfig.PublishAllPorts ? Object.keys(config.ExposedPorts ?? {}).filter(port => hostConfig.PortBindings[port] === undefined) : [];
	const bindings = [...Object.entries(hostConfig.PortBindings), ...exposed.map(port => [port, [{HostIp: '', HostPort: ''}]] as const)];
	for (const [key, hosts] of bindings) {
		const [port, protocol = 'tcp'] = key.split('/');
		for (const {HostIp, HostPort} of hosts) {
			const [first = '', last = first] = HostPort.split('-');
			wanted.push({containerPort: Number(port), protocol: protocol as PublishedPort['protocol'], hostAddress: HostIp || '0.0.0.0', first: Number(first), last: Number(last)});
		}
	}

	return wanted.toSorted((a, b) => a.containerPort - b.containerPort);
}

function publishPort(engine: Engine, wanted: WantedPort, endpoint: Endpoint): PublishedPort | EngineError {
	const {tx} = engine;
	const host = hostNetwork(engine);
	const {protocol, hostAddress, containerPort} = wanted;
	const isFree = (port: number) => conflictingRule(tx, host, {protocol, address: hostAddress, port}) === undefined;
	const chosen = wanted.first === 0 ? ephemeralPort(engine, isFree) : firstFree(wanted, isFree);
	if (chosen === undefined) {
		return engineError(500, `Bind for ${hostAddress}:${wanted.first} failed: port is already allocated`);
	}

	// Something that is no container listens there: docker-proxy could not bind the port.
	if (protocol === 'tcp' && (tx.get('listener', `${host}:${hostAddress}:${chosen}`) ?? tx.get('listener', `${host}:0.0.0.0:${chosen}`)) !== undefined) {
		return engineError(500, `failed to bind host port for ${hostAddress}:${chosen}:${endpoint.address}:${containerPort}/${protocol}: address already in use`);
	}

	addNatRule(tx, host, {protocol, address: hostAddress, port: chosen, toAddress: endpoint.address, toPort: containerPort, exceptFrom: ''});
	return {containerPort, protocol, hostAddress, hostPort: chosen};
}

function firstFree({first, last}: WantedPort, isFree: (port: number) => boolean): number | undefined {
	for (let port = first; port <= last; port++) {
		if (isFree(port)) {
			return port;
		}
	}

	return undefined;
}

function ephemeralPort(engine: Engine, isFree: (port: number) => boolean): number | undefined {
	const info = engineInfo(engine);
	const count = lastHostPort - firstHostPort + 1;
	for (let tried = 0; tried < count; tried++) {
		const port = firstHostPort + (info.nextHostPort - firstHostPort + tried) % count;
		if (isFree(port)) {
			engine.tx.put('engine', engine.engine, {...info, nextHostPort: port + 1});
			return port;
		}
	}

	return undefined;
}

export function unpublishPorts(engine: Engine, ports: readonly PublishedPort[]): void {
	for (const {protocol, hostAddress, hostPort} of ports) {
		removeNatRule(engine.tx, hostNetwork(engine), {protocol, address: hostAddress, port: hostPort});
	}
}
