// Putting a container's network namespace on docker networks. Source: moby/moby daemon/container_operations.go, libnetwork/endpoint.go.

import {must} from '../../base/assert.js';
import {randomHex} from '../../base/random.js';
import {contains, parseCidr, parseIpv4} from '../network/address.js';
import {addAddress, addRoute, addVethPair, changeLink, findLink, getLink, netNamespace, removeLink, setMaster, setUp} from '../network/link.js';
import {addName, removeName} from '../network/name.js';
import type {EmbeddedResolver, Link, NetNamespaceId} from '../network/network-schema.js';
import type {Container, DockerNetwork, Endpoint} from './container-schema.js';
import {guardEndpoint, releaseEndpoint} from './docker-firewall.js';
import {findContainer} from './container-store.js';
import {findNetwork, hostNetwork, logNetworkEvent, mtuOf, putNetwork} from './docker-network.js';
import {type Engine, engineError, type EngineError, type EngineReader, isEngineError, newId} from './engine.js';
import {joinProblems, returnAddress, takeAddress} from './ipam.js';

/** An endpoint as a request describes it: nothing is connected yet. */
export function newEndpoint(networkName: string, asked: Partial<Pick<Endpoint, 'aliases' | 'links' | 'requestedAddress' | 'requestedMac'>> = {}): Endpoint {
	return {
		networkName, network: undefined, id: '', aliases: null, links: null, requestedAddress: undefined, requestedMac: undefined, ...asked,
		address: '', prefixLength: 0, gateway: '', mac: '', interfaceName: '', dnsNames: null,
	};
}

/** What a container may ask of its place on a network. Source: moby/moby daemon/container_operations.go, validateEndpointSettings. */
export function checkEndpoint(engine: EngineReader, {networkName, aliases, requestedAddress}: Endpoint): EngineError | undefined {
	const problem = endpointProblem(engine, {networkName, aliases, requestedAddress});
	return problem === undefined ? undefined : engineError(400, `invalid config for network ${networkName}: invalid endpoint settings:\n${problem}`);
}

function endpointProblem(engine: EngineReader, {networkName, aliases, requestedAddress}: Pick<Endpoint, 'networkName' | 'aliases' | 'requestedAddress'>): string | undefined {
	if (['bridge', 'host', 'none', 'default'].includes(networkName)) {
		const problems = [
			...requestedAddress === undefined ? [] : ['user specified IP address is supported on user defined networks only'],
			...aliases === null || aliases.length === 0 ? [] : ['network-scoped aliases are only supported for user-defined networks'],
		];
		return problems.length === 0 ? undefined : joinProblems(problems);
	}

	const network = requestedAddress === undefined ? undefined : findNetwork(engine, networkName);
	if (network === undefined || isEngineError(network)) {
		return undefined;
	}

	const subnet = parseCidr(network.subnet);
	const value = parseIpv4(requestedAddress!);
	if (value === undefined) {
		return `invalid IPv4 address: ${requestedAddress}`;
	}

	return network.hasExplicitPool ? (subnet === undefined || contains(subnet, value) ? undefined : `no configured subnet or ip-range contain the IP address ${requestedAddress}`)
		: 'user specified IP address is supported only when connecting to networks with user configured subnets';
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

	const problem = endpointProblem(engine, endpoint);
	if (problem !== undefined) {
		return engineError(400, `invalid endpoint settings:\n${problem}`);
	}

	const taken = takeAddress(network, id, endpoint.requestedAddress);
	if (isEngineError(taken)) {
		return taken;
	}

	putNetwork(engine, {...taken.network, members: new Map(network.members).set(container.id, id)});
	guardEndpoint(engine.tx, hostNetwork(engine), network, taken.address);
	const link = plugCable(engine, network, sandbox, taken.address, endpoint.requestedMac);
	const connected: Endpoint = {
		...endpoint, network: network.id, id, address: taken.address, prefixLength: parseCidr(network.subnet)!.prefixLength, gateway: network.isInternal ? '' : network.gateway,
		mac: link.mac, interfaceName: link.name, dnsNames: network.name === 'bridge' ? null : dnsNames(container, endpoint),
	};
	for (const name of connected.dnsNames ?? []) {
		addName(engine.tx, network.id, name, taken.address);
	}

	if (network.name !== 'bridge') {
		changeResolver(engine, sandbox, resolver => ({...resolver, scopes: [...resolver.scopes, network.id], own: withLinks(engine, resolver.own, endpoint)}));
	}

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
	for (const [namespace, link] of [[host, outer], [sandbox, inner]] as const) {
		changeLink(tx, namespace, link.index, {mtu: mtuOf(network)});
	}

	setMaster(tx, host, outer.index, bridge.index);
	setUp(tx, host, outer.index, true);
	setUp(tx, sandbox, inner.index, true);
	addAddress(tx, sandbox, inner.index, {address, prefixLength: parseCidr(network.subnet)!.prefixLength, scope: 'global'});
	const hasDefault = [...tx.table(`route:${sandbox}`).values()].some(route => route.destination === '0.0.0.0/0');
	if (!hasDefault && !network.isInternal) {
		addRoute(tx, sandbox, {destination: '0.0.0.0/0', gateway: network.gateway, device: inner.index, source: undefined, scope: 'global', metric: 0, protocol: 'boot'});
	}

	return getLink(tx, sandbox, inner.index);
}

/** The default route of a network that is left goes over to another one that leads out. */
function moveDefaultRoute({tx}: Engine, container: Container, {sandbox, without}: {readonly sandbox: NetNamespaceId; readonly without: Endpoint}): void {
	const next = container.endpoints.find(each => each !== without && each.gateway !== '' && findLink(tx, sandbox, each.interfaceName) !== undefined);
	const hasDefault = [...tx.table(`route:${sandbox}`).values()].some(route => route.destination === '0.0.0.0/0');
	if (next !== undefined && !hasDefault) {
		const {index} = findLink(tx, sandbox, next.interfaceName)!;
		addRoute(tx, sandbox, {destination: '0.0.0.0/0', gateway: next.gateway, device: index, source: undefined, scope: 'global', metric: 0, protocol: 'boot'});
	}
}

const emptyResolver: EmbeddedResolver = {scopes: [], own: new Map(), upstream: undefined};

/** The server at 127.0.0.11 is there as long as the namespace is on a user-defined network. */
function changeResolver(engine: Engine, sandbox: NetNamespaceId, change: (resolver: EmbeddedResolver) => EmbeddedResolver): void {
	const namespace = netNamespace(engine.tx, sandbox);
	const resolver = change(namespace.resolver ?? emptyResolver);
	engine.tx.put('net-namespace', sandbox, {...namespace, resolver: resolver.scopes.length === 0 ? undefined : resolver});
}

/** Names that `--link container:alias` gives to others for this container alone. */
function withLinks(engine: Engine, own: EmbeddedResolver['own'], {links}: Endpoint): EmbeddedResolver['own'] {
	const names = new Map(own);
	for (const link of links ?? []) {
		const [name = '', alias = name] = link.split(':');
		const other = findContainer(engine, name);
		names.set(alias.toLowerCase(), isEngineError(other) ? name : other.name);
	}

	return names;
}

/** Whom the embedded server asks for names that it does not know: the host's servers, unless no network leads outside. */
export function setUpstream(engine: Engine, container: Container, servers: readonly string[]): void {
	const sandbox = container.namespaces?.net;
	if (sandbox === undefined || engine.tx.get('net-namespace', sandbox)?.resolver === undefined) {
		return;
	}

	const leadsOut = container.endpoints.some(endpoint => endpoint.gateway !== '');
	changeResolver(engine, sandbox, resolver => ({...resolver, upstream: leadsOut ? {namespace: hostNetwork(engine), servers} : undefined}));
}

/** Disconnects. The endpoint keeps what was asked for, so that it can be plugged in again. */
export function unplug(engine: Engine, container: Container, endpoint: Endpoint, sandbox: NetNamespaceId | undefined): Endpoint {
	const {tx} = engine;
	const network = endpoint.network === undefined ? undefined : tx.get(`docker-network:${engine.engine}`, endpoint.network);
	if (network !== undefined) {
		const members = new Map(network.members);
		members.delete(container.id);
		putNetwork(engine, {...(endpoint.address === '' ? network : returnAddress(network, endpoint.address)), members});
		if (endpoint.address !== '') {
			releaseEndpoint(tx, hostNetwork(engine), network, endpoint.address);
		}

		for (const name of endpoint.dnsNames ?? []) {
			removeName(tx, network.id, name, endpoint.address);
		}

		logNetworkEvent(engine, network, 'disconnect', {container: container.id});
	}

	const link = sandbox === undefined || endpoint.interfaceName === '' ? undefined : findLink(tx, sandbox, endpoint.interfaceName);
	if (sandbox !== undefined && link !== undefined) {
		removeLink(tx, sandbox, link.index);
		changeResolver(engine, sandbox, resolver => ({...resolver, scopes: resolver.scopes.filter(scope => scope !== network?.id)}));
		moveDefaultRoute(engine, container, {sandbox, without: endpoint});
	}

	const {networkName, aliases, links, requestedAddress, requestedMac} = endpoint;
	return {...newEndpoint(networkName, {aliases, links, requestedAddress, requestedMac}), network: endpoint.network};
}
