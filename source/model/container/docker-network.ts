// Networks of an engine: `bridge`, `host` and `none`, which are always there, and those that people make. A bridge network is a bridge
// link of the host, a subnet, and translation of what leaves it. Source: moby/moby daemon/network.go, libnetwork/drivers/bridge.

import {nowNs} from '../../base/clock.js';
import {isJsonObject, type Json} from '../../base/json.js';
import {type Cidr, formatCidr, overlaps, parseCidr, parseIpv4} from '../network/address.js';
import {addAddress, addLink, findLink, randomMac, removeLink, setUp} from '../network/link.js';
import type {NetNamespaceId} from '../network/network-schema.js';
import type {DockerNetwork} from './container-schema.js';
import {allowNetwork, forgetNetwork, installChains} from './docker-firewall.js';
import {type Engine, engineError, type EngineError, type EngineReader, isEngineError, logEvent, newId} from './engine.js';
import {checkPool, chooseSubnet, defaultGateway, type Pool} from './ipam.js';
import {JsonFields} from './json-fields.js';

/** The network namespace of the engine's host. */
export function hostNetwork({tx, engine}: EngineReader): NetNamespaceId {
	return tx.get('kernel', engine)!.initial.net;
}

export function networksOf({tx, engine}: EngineReader): readonly DockerNetwork[] {
	return [...tx.table(`docker-network:${engine}`).values()];
}

/** By name, id, or the beginning of an id that no other has. */
export function findNetwork(engine: EngineReader, text: string): DockerNetwork | EngineError {
	const networks = networksOf(engine);
	const exact = engine.tx.get(`docker-network:${engine.engine}`, text) ?? networks.find(network => network.name === text);
	if (exact !== undefined) {
		return exact;
	}

	const matches = text === '' ? [] : networks.filter(network => network.id.startsWith(text));
	if (matches.length > 1) {
		return engineError(400, `network ${text} is ambiguous (${matches.length} matches found based on ID prefix)`);
	}

	return matches[0] ?? engineError(404, `network ${text} not found`);
}

export function putNetwork({tx, engine}: Engine, network: DockerNetwork): void {
	tx.put(`docker-network:${engine}`, network.id, network);
}

const predefined = new Set(['bridge', 'host', 'none']);

const defaultBridgeOptions = {
	'com.docker.network.bridge.default_bridge': 'true',
	'com.docker.network.bridge.enable_icc': 'true',
	'com.docker.network.bridge.enable_ip_masquerade': 'true',
	'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0',
	'com.docker.network.bridge.name': 'docker0',
	'com.docker.network.driver.mtu': '1500',
};

/** Makes what a starting daemon makes: the three predefined networks and docker0. Does nothing if they are there. */
export function makePredefinedNetworks(engine: Engine): void {
	if (networksOf(engine).length > 0) {
		return;
	}

	const base = {
		createdNs: nowNs(engine.tx), subnet: '', gateway: '', ipRange: '', hasExplicitPool: false, bridge: '', isInternal: false, isAttachable: false,
		auxiliary: {}, options: {}, ipamOptions: null, labels: {}, leases: new Map(), members: new Map(), lowestFree: 0,
	} satisfies Partial<DockerNetwork>;
	putNetwork(engine, {...base, id: newId(engine, 'network-id'), name: 'none', driver: 'null'});
	putNetwork(engine, {...base, id: newId(engine, 'network-id'), name: 'host', driver: 'host'});
	installChains(engine.tx, hostNetwork(engine));
	makeBridge(engine, {
		...base, id: newId(engine, 'network-id'), name: 'bridge', driver: 'bridge', subnet: '172.17.0.0/16', gateway: '172.17.0.1', bridge: 'docker0',
		options: defaultBridgeOptions,
	});
}

/** Makes the host's side of a bridge network. */
function makeBridge(engine: Engine, network: DockerNetwork): void {
	const {tx} = engine;
	const namespace = hostNetwork(engine);
	const link = addLink(tx, namespace, {name: network.bridge, kind: 'bridge', mac: randomMac(tx), mtu: mtuOf(network)});
	setUp(tx, namespace, link.index, true);
	addAddress(tx, namespace, link.index, {address: network.gateway, prefixLength: parseCidr(network.subnet)!.prefixLength, scope: 'global'});
	allowNetwork(tx, namespace, network);
	putNetwork(engine, network);
}

/** What `host-gateway` means in `--add-host`: the host's address on the default bridge. */
export function hostGateway(engine: EngineReader): string {
	return networksOf(engine).find(({name}) => name === 'bridge')?.gateway ?? '';
}

export function mtuOf({options}: DockerNetwork): number {
	return Number(options['com.docker.network.driver.mtu'] ?? 1500);
}

const unmodelled = ['Ingress', 'ConfigOnly', 'ConfigFrom', 'EnableIPv6'] as const;

/** POST /networks/create. */
export function createNetwork(engine: Engine, request: Json): DockerNetwork | EngineError {
	const fields = new JsonFields(request, 'CreateRequest');
	const name = fields.text('Name');
	const driver = fields.text('Driver') || 'bridge';
	const problem = checkCreate(engine, fields, name, driver);
	if (problem !== undefined) {
		return problem;
	}

	const ipam = new JsonFields(fields.raw('IPAM'), 'IPAM');
	const pool = poolOf(engine, ipam);
	if (isEngineError(pool)) {
		return pool;
	}

	const options = fields.record('Options') ?? {};
	const wrong = checkOptions(options);
	if (wrong !== undefined) {
		return wrong;
	}

	const id = newId(engine, 'network-id');
	const network: DockerNetwork = {
		id, name, createdNs: nowNs(engine.tx), driver: 'bridge', ...pool, bridge: options['com.docker.network.bridge.name'] ?? `br-${id.slice(0, 12)}`,
		auxiliary: pool.auxiliary, isInternal: fields.flag('Internal'), isAttachable: fields.flag('Attachable'), options, ipamOptions: ipam.record('Options') ?? {},
		labels: fields.record('Labels') ?? {}, leases: new Map(), members: new Map(), lowestFree: parseCidr(pool.subnet)!.base + 1,
		hasExplicitPool: (ipam.objects('Config') ?? []).length > 0,
	};
	if (findLink(engine.tx, hostNetwork(engine), network.bridge) !== undefined) {
		return engineError(403, `Bridge name ${network.bridge} already exists`);
	}

	makeBridge(engine, network);
	logNetworkEvent(engine, network, 'create');
	return network;
}

function checkCreate(engine: EngineReader, fields: JsonFields, name: string, driver: string): EngineError | undefined {
	if (fields.error !== undefined) {
		return engineError(400, fields.error);
	}

	if (name.trim() === '') {
		return engineError(400, 'invalid network name: name is empty');
	}

	if (predefined.has(name) || name === 'default') {
		return engineError(403, `operation is not permitted on predefined ${name} network `);
	}

	if (networksOf(engine).some(network => network.name === name)) {
		return engineError(409, `network with name ${name} already exists`);
	}

	if (driver === 'host' || driver === 'null') {
		return engineError(403, `only one instance of "${driver}" network is allowed`);
	}

	if (driver === 'overlay') {
		return engineError(503, 'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.');
	}

	if (driver === 'macvlan' || driver === 'ipvlan') {
		return engineError(501, `virtlab does not model the network driver ${driver}`);
	}

	if (driver !== 'bridge') {
		return engineError(404, `plugin "${driver}" not found`);
	}

	const set = unmodelled.find(key => fields.raw(key) === true || (isJsonObject(fields.raw(key)) && new JsonFields(fields.raw(key), key).text('Network') !== ''));
	return set === undefined ? undefined : engineError(501, `virtlab does not model networks with ${set}`);
}

const flagOptions = ['enable_icc', 'enable_ip_masquerade', 'inhibit_ipv4'].map(name => `com.docker.network.bridge.${name}`);

/** Options of the bridge driver. Source: libnetwork/drivers/bridge/bridge_linux.go, networkConfiguration.fromLabels. */
function checkOptions(options: Readonly<Record<string, string>>): EngineError | undefined {
	const wrong = (name: string, problem: string) => engineError(400, `failed to parse ${name} value: ${options[name]} (${problem})`);
	for (const [name, value] of Object.entries(options)) {
		if (flagOptions.includes(name) && !/^(?:1|t|T|TRUE|true|True|0|f|F|FALSE|false|False)$/v.test(value)) {
			return wrong(name, `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`);
		}

		if (name === 'com.docker.network.driver.mtu' && !/^\d{1,5}$/v.test(value)) {
			return wrong(name, `strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`);
		}

		if (name === hostBindingOption && parseIpv4(value) === undefined) {
			return wrong(name, 'nil ip');
		}

		if (name === 'com.docker.network.bridge.name' && !/^[\w.\-]{1,15}$/v.test(value)) {
			return engineError(400, `invalid interface name ${JSON.stringify(value)}`);
		}

		if (name.startsWith('com.docker.network.bridge.gateway_mode') && value !== 'nat') {
			return engineError(501, `virtlab does not model the gateway mode ${value}`);
		}
	}

	return undefined;
}

/** The host's address at which ports are published that name none. */
export const hostBindingOption = 'com.docker.network.bridge.host_binding_ipv4';

function poolOf(engine: EngineReader, ipam: JsonFields): Pool | EngineError {
	const configs = ipam.objects('Config') ?? [];
	if (configs.length > 1) {
		return engineError(501, 'virtlab does not model networks with several subnets');
	}

	const taken = takenBlocks(engine);
	const [config] = configs;
	const fields = new JsonFields(config, 'IPAMConfig');
	if (config === undefined || fields.text('Subnet') === '') {
		const subnet = chooseSubnet(taken);
		return isEngineError(subnet) ? subnet : {subnet: formatCidr(subnet), gateway: fields.text('Gateway') || defaultGateway(subnet), ipRange: '', auxiliary: {}};
	}

	const pool = checkPool({Subnet: fields.text('Subnet'), Gateway: fields.text('Gateway'), IPRange: fields.text('IPRange'), AuxiliaryAddresses: fields.record('AuxiliaryAddresses') ?? {}});
	if (isEngineError(pool)) {
		return pool;
	}

	return networkBlocks(engine).some(block => overlaps(block, parseCidr(pool.subnet)!))
		? engineError(403, 'invalid pool request: Pool overlaps with other one on this address space')
		: pool;
}

function networkBlocks(engine: EngineReader): readonly Cidr[] {
	return networksOf(engine).map(network => parseCidr(network.subnet)).filter(block => block !== undefined);
}

/** Blocks that the host has a route to, and those of the other networks. */
function takenBlocks(engine: EngineReader): readonly Cidr[] {
	const routes = [...engine.tx.table(`route:${hostNetwork(engine)}`).values()].filter(route => route.destination !== '0.0.0.0/0');
	return [...networkBlocks(engine), ...routes.map(route => parseCidr(route.destination)).filter(block => block !== undefined)];
}

/** DELETE /networks/{id}. */
export function removeNetwork(engine: Engine, text: string): EngineError | undefined {
	const network = findNetwork(engine, text);
	if (isEngineError(network)) {
		return network;
	}

	if (predefined.has(network.name)) {
		return engineError(403, `${network.name} is a pre-defined network and cannot be removed`);
	}

	if (network.members.size > 0) {
		const members = Array.from(network.members, ([container, endpoint]) =>
			`name:${JSON.stringify(engine.tx.get(`container:${engine.engine}`, container)?.name ?? '')} id:${JSON.stringify(endpoint.slice(0, 12))}`);
		return engineError(403, `error while removing network: network ${network.name} has active endpoints (${members.join(', ')})`);
	}

	removeBridge(engine, network);
	return undefined;
}

/** Removes an unused network and its bridge. */
export function removeBridge(engine: Engine, network: DockerNetwork): void {
	const {tx} = engine;
	const namespace = hostNetwork(engine);
	const link = findLink(tx, namespace, network.bridge);
	if (link !== undefined) {
		removeLink(tx, namespace, link.index);
	}

	forgetNetwork(tx, namespace, network);
	tx.delete(`docker-network:${engine.engine}`, network.id);
	logNetworkEvent(engine, network, 'destroy');
}

export function isPredefined(network: DockerNetwork): boolean {
	return predefined.has(network.name);
}

export function logNetworkEvent(engine: Engine, network: DockerNetwork, action: string, attributes: Readonly<Record<string, string>> = {}): void {
	logEvent(engine, {type: 'network', action, actor: network.id, attributes: {...attributes, name: network.name, type: network.driver}});
}
