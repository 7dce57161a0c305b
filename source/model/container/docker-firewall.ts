// The rules that dockerd keeps in the host's netfilter, written as it hands them to iptables. Isolation of networks, publishing of ports
// and masquerading are these rules and nothing else. Source: moby/moby 28.x libnetwork/drivers/bridge/setup_ip_tables_linux.go,
// port_mapping_linux.go; integration/network/bridge/iptablesdoc.
//
//     filter  FORWARD ─> DOCKER-USER (the administrator's) ─> DOCKER-FORWARD ─┬─> DOCKER-CT (answers)
//                                                                            ├─> DOCKER-ISOLATION-STAGE-1 ─> -2
//                                                                            ├─> DOCKER-BRIDGE ─> DOCKER (published ports, or DROP)
//                                                                            └─> ACCEPT what comes from a bridge

import {must} from '../../base/assert.js';
import type {Writes} from '../../base/transaction.js';
import {deleteRule, findChain, findRule, insertRule, newChain, setPolicy, type TableName} from '../network/netfilter.js';
import {netNamespace} from '../network/link.js';
import type {NetNamespaceId, NetworkSchema} from '../network/network-schema.js';
import {parseRule} from '../network/rule-syntax.js';
import type {DockerNetwork, PublishedPort} from './container-schema.js';

type Tx = Writes<NetworkSchema>;

/** A line of dockerd's: where the rule goes, and its words. */
type Line = {readonly table: TableName; readonly chain: string; readonly at: 'first' | 'last'; readonly words: string};

function last(table: TableName, chain: string, words: string): Line {
	return {table, chain, at: 'last', words};
}

function first(table: TableName, chain: string, words: string): Line {
	return {table, chain, at: 'first', words};
}

const chains: ReadonlyArray<readonly [TableName, string]> = [
	['nat', 'DOCKER'], ['filter', 'DOCKER'], ['filter', 'DOCKER-BRIDGE'], ['filter', 'DOCKER-CT'], ['filter', 'DOCKER-FORWARD'], ['filter', 'DOCKER-ISOLATION-STAGE-1'], ['filter', 'DOCKER-ISOLATION-STAGE-2'], ['filter', 'DOCKER-USER'],
];

const daemonLines: readonly Line[] = [
	last('nat', 'PREROUTING', '-m addrtype --dst-type LOCAL -j DOCKER'),
	last('nat', 'OUTPUT', '! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER'),
	last('filter', 'DOCKER-FORWARD', '-j DOCKER-CT'),
	last('filter', 'DOCKER-FORWARD', '-j DOCKER-ISOLATION-STAGE-1'),
	last('filter', 'DOCKER-FORWARD', '-j DOCKER-BRIDGE'),
	first('filter', 'FORWARD', '-j DOCKER-FORWARD'),
	first('filter', 'FORWARD', '-j DOCKER-USER'),
];

/** What a starting daemon makes. It turns forwarding on, and then lets nothing be forwarded that no rule allows. */
export function installChains(tx: Tx, host: NetNamespaceId): void {
	for (const [table, name] of chains) {
		newChain(tx, host, table, name);
	}

	for (const line of daemonLines) {
		addLine(tx, host, line);
	}

	const namespace = netNamespace(tx, host);
	if (!namespace.isForwarding) {
		tx.put('net-namespace', host, {...namespace, isForwarding: true});
		setPolicy(tx, host, {table: 'filter', chain: 'FORWARD'}, 'DROP');
	}
}

function addLine(tx: Tx, host: NetNamespaceId, {table, chain, at, words}: Line): void {
	const spec = parse(tx, host, table, words);
	insertRule(tx, host, {table, chain, ...(at === 'first' ? {index: 0} : {})}, spec);
}

function removeLine(tx: Tx, host: NetNamespaceId, {table, chain, words}: Line): void {
	const index = findRule(tx, host, {table, chain}, parse(tx, host, table, words));
	if (index !== -1) {
		deleteRule(tx, host, {table, chain, index});
	}
}

/** A chain may be gone, if somebody took docker's away; a jump to it is then refused where it is added. */
function parse(tx: Tx, host: NetNamespaceId, table: TableName, words: string) {
	const known = new Set(chains.map(([, name]) => name));
	const parsed = parseRule(words.split(' '), {has: name => known.has(name) || findChain(tx, host, table, name) !== undefined});
	return must(parsed.kind === 'rules' ? parsed.rules[0] : undefined, `docker-firewall: ${words}`);
}

function networkLines({bridge, subnet, isInternal, options}: DockerNetwork): readonly Line[] {
	const hasIcc = options['com.docker.network.bridge.enable_icc'] !== 'false';
	const masquerades = options['com.docker.network.bridge.enable_ip_masquerade'] !== 'false';
	const within = last('filter', 'DOCKER-FORWARD', `-i ${bridge} -o ${bridge} -j ${hasIcc ? 'ACCEPT' : 'DROP'}`);
	if (isInternal) {
		return [
			within,
			first('filter', 'DOCKER-ISOLATION-STAGE-1', `! -d ${subnet} -i ${bridge} -j DROP`),
			first('filter', 'DOCKER-ISOLATION-STAGE-1', `! -s ${subnet} -o ${bridge} -j DROP`),
		];
	}

	return [
		...masquerades ? [first('nat', 'POSTROUTING', `-s ${subnet} ! -o ${bridge} -j MASQUERADE`)] : [],
		first('nat', 'DOCKER', `-i ${bridge} -j RETURN`),
		last('filter', 'DOCKER', `! -i ${bridge} -o ${bridge} -j DROP`),
		last('filter', 'DOCKER-BRIDGE', `-o ${bridge} -j DOCKER`),
		last('filter', 'DOCKER-CT', `-o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`),
		...hasIcc ? [last('filter', 'DOCKER-FORWARD', `-i ${bridge} -j ACCEPT`)] : [within, last('filter', 'DOCKER-FORWARD', `-i ${bridge} ! -o ${bridge} -j ACCEPT`)],
		last('filter', 'DOCKER-ISOLATION-STAGE-1', `-i ${bridge} ! -o ${bridge} -j DOCKER-ISOLATION-STAGE-2`),
		first('filter', 'DOCKER-ISOLATION-STAGE-2', `-o ${bridge} -j DROP`),
	];
}

/** For a bridge network. Without communication between its containers netfilter must see what the bridge passes on. */
export function allowNetwork(tx: Tx, host: NetNamespaceId, network: DockerNetwork): void {
	for (const line of networkLines(network)) {
		addLine(tx, host, line);
	}

	if (network.options['com.docker.network.bridge.enable_icc'] === 'false') {
		tx.put('net-namespace', host, {...netNamespace(tx, host), bridgeCallsNetfilter: true});
	}
}

/** Takes the rules of a removed network away. */
export function forgetNetwork(tx: Tx, host: NetNamespaceId, network: DockerNetwork): void {
	for (const line of networkLines(network)) {
		removeLine(tx, host, line);
	}
}

/** Nobody reaches a container's address but by its own bridge: not even hosts that route to it. */
function endpointLine({bridge}: DockerNetwork, address: string): Line {
	return last('raw', 'PREROUTING', `-d ${address}/32 ! -i ${bridge} -j DROP`);
}

/** An internal network needs no such rule: nothing leads there. */
export function guardEndpoint(tx: Tx, host: NetNamespaceId, network: DockerNetwork, address: string): void {
	if (!network.isInternal) {
		addLine(tx, host, endpointLine(network, address));
	}
}

/** The address is free again. */
export function releaseEndpoint(tx: Tx, host: NetNamespaceId, network: DockerNetwork, address: string): void {
	removeLine(tx, host, endpointLine(network, address));
}

function portLines(bridge: string, address: string, {protocol, hostAddress, hostPort, containerPort}: Pick<PublishedPort, 'protocol' | 'hostAddress' | 'hostPort' | 'containerPort'>): readonly Line[] {
	const destination = hostAddress === '0.0.0.0' ? '' : `-d ${hostAddress}/32 `;
	return [
		last('nat', 'DOCKER', `${destination}! -i ${bridge} -p ${protocol} -m ${protocol} --dport ${hostPort} -j DNAT --to-destination ${address}:${containerPort}`),
		first('filter', 'DOCKER', `-d ${address}/32 ! -i ${bridge} -o ${bridge} -p ${protocol} -m ${protocol} --dport ${containerPort} -j ACCEPT`),
		...hostAddress.startsWith('127.') ? [last('raw', 'PREROUTING', `-d ${hostAddress}/32 ! -i lo -p ${protocol} -m ${protocol} --dport ${hostPort} -j DROP`)] : [],
	];
}

type ToContainer = {readonly bridge: string; readonly address: string; readonly port: Pick<PublishedPort, 'protocol' | 'hostAddress' | 'hostPort' | 'containerPort'>};

/** For a container that publishes the port: connections to it are turned to the container and let through. */
export function openPort(tx: Tx, host: NetNamespaceId, {bridge, address, port}: ToContainer): void {
	for (const line of portLines(bridge, address, port)) {
		addLine(tx, host, line);
	}
}

/** The rules go with the container that published the port. */
export function closePort(tx: Tx, host: NetNamespaceId, {bridge, address, port}: ToContainer): void {
	for (const line of portLines(bridge, address, port)) {
		removeLine(tx, host, line);
	}
}
