// Links of a network namespace: making, joining, moving and removing them, and giving them addresses. Source: ip-link(8), ip-address(8).

import {assert, must} from '../../base/assert.js';
import {randomBytes} from '../../base/random.js';
import type {Reads, Writes} from '../../base/transaction.js';
import {blockOf, contains, formatCidr, formatMac, parseIpv4} from './address.js';
import type {InterfaceAddress, Link, LinkIndex, NetNamespace, NetNamespaceId, NetworkSchema, Route} from './network-schema.js';

type Tx = Writes<NetworkSchema>;

export type NewLink = Pick<Link, 'name' | 'kind'> & Partial<Pick<Link, 'mac' | 'mtu' | 'isUp' | 'segment' | 'peer' | 'index'>>;

/** Makes the network side of a namespace: nothing but a loopback link, which is down as in a fresh one. */
export function makeNetNamespace(tx: Tx, id: NetNamespaceId): void {
	const namespace: NetNamespace = {
		id, isForwarding: false, bridgeCallsNetfilter: false, nextLinkIndex: 1, nextRouteId: 1, nextRuleId: 1, resolver: undefined, servesNames: false,
	};
	tx.put('net-namespace', id, namespace);
	addLink(tx, id, {name: 'lo', kind: 'loopback', mac: '00:00:00:00:00:00', mtu: 65_536});
}

/** Takes a namespace and all its links away; peers of its veth links go with them. */
export function removeNetNamespace(tx: Tx, id: NetNamespaceId): void {
	for (const index of [...tx.table(`link:${id}`).keys()]) {
		removeLink(tx, id, Number(index));
	}

	for (const table of [`route:${id}`, `neighbour:${id}`, `learned-port:${id}`, `chain:${id}`, `rule:${id}`] as const) {
		for (const key of [...tx.table(table).keys()]) {
			tx.delete(table, key);
		}
	}

	tx.delete('net-namespace', id);
}

export function netNamespace(tx: Reads<NetworkSchema>, id: NetNamespaceId): NetNamespace {
	return must(tx.get('net-namespace', id), `netNamespace: no network namespace ${id}`);
}

export function getLink(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, index: LinkIndex): Link {
	return must(tx.get(`link:${namespace}`, index), `getLink: no link ${index} in ${namespace}`);
}

export function findLink(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, name: string): Link | undefined {
	for (const link of tx.table(`link:${namespace}`).values()) {
		if (link.name === name) {
			return link;
		}
	}

	return undefined;
}

function putLink(tx: Tx, namespace: NetNamespaceId, link: Link): Link {
	tx.put(`link:${namespace}`, link.index, link);
	return link;
}

export function changeLink(tx: Tx, namespace: NetNamespaceId, index: LinkIndex, changes: Partial<Pick<Link, 'name' | 'mac' | 'mtu'>>): void {
	const link = getLink(tx, namespace, index);
	putLink(tx, namespace, {...link, ...changes, isMacDrawn: link.isMacDrawn && changes.mac === undefined, isMtuChosen: link.isMtuChosen || changes.mtu !== undefined});
	adaptBridge(tx, namespace, link.master);
}

export function addLink(tx: Tx, namespace: NetNamespaceId, link: NewLink): Link {
	const made = putLink(tx, namespace, {
		mtu: 1500, isMtuChosen: link.mtu !== undefined, isUp: false, segment: undefined, peer: undefined, ...link, index: takeIndex(tx, namespace, link.index), wasUp: link.isUp ?? false, mac: link.mac ?? randomMac(tx), isMacDrawn: link.mac === undefined, master: undefined, addresses: [],
		receivedBytes: 0, receivedPackets: 0, sentBytes: 0, sentPackets: 0,
	});
	if (made.segment !== undefined) {
		tx.put(`segment:${made.segment}`, `${namespace}:${made.index}`, {namespace, index: made.index});
	}

	return made;
}

/** The wanted number if it is free, as for a link that moves here, or else the next one. */
function takeIndex(tx: Tx, namespace: NetNamespaceId, wanted: LinkIndex | undefined): LinkIndex {
	const owner = netNamespace(tx, namespace);
	const index = wanted === undefined || tx.get(`link:${namespace}`, wanted) !== undefined ? owner.nextLinkIndex : wanted;
	tx.put('net-namespace', namespace, {...owner, nextLinkIndex: Math.max(owner.nextLinkIndex, index + 1)});
	return index;
}

/** A MAC address as the kernel draws one for a virtual link. */
export function randomMac(tx: Tx): string {
	return formatMac(randomBytes(tx, 'mac', 6));
}

type VethEnd = {readonly namespace: NetNamespaceId; readonly name: string; readonly mac?: string};

/** Makes two links that are each other's other end. Both are down. */
export function addVethPair(tx: Tx, first: VethEnd, second: VethEnd): {readonly first: Link; readonly second: Link} {
	const a = addLink(tx, first.namespace, {name: first.name, kind: 'veth', ...(first.mac === undefined ? {} : {mac: first.mac})});
	const b = addLink(tx, second.namespace, {name: second.name, kind: 'veth', ...(second.mac === undefined ? {} : {mac: second.mac})});
	return {
		first: putLink(tx, first.namespace, {...a, peer: {namespace: second.namespace, index: b.index}}),
		second: putLink(tx, second.namespace, {...b, peer: {namespace: first.namespace, index: a.index}}),
	};
}

/** Gives a link an address, and the namespace the route to the address's block that comes with it. */
export function addAddress(tx: Tx, namespace: NetNamespaceId, index: LinkIndex, given: Omit<InterfaceAddress, 'hasBroadcast'> & Partial<InterfaceAddress>): void {
	const link = getLink(tx, namespace, index);
	assert(parseIpv4(given.address) !== undefined, `addAddress: ${given.address} is no address`);
	const address: InterfaceAddress = {hasBroadcast: given.scope !== 'host' && given.prefixLength < 31, ...given};
	putLink(tx, namespace, {...link, addresses: [...link.addresses, address]});
	tx.put(`local-address:${namespace}`, address.address, {index});
	if (link.isUp) {
		addConnectedRoute(tx, namespace, index, address);
	}
}

function addConnectedRoute(tx: Tx, namespace: NetNamespaceId, index: LinkIndex, {address, prefixLength, scope}: InterfaceAddress): void {
	if (scope !== 'host' && prefixLength < 32) {
		addRoute(tx, namespace, {
			destination: formatCidr(blockOf(parseIpv4(address)!, prefixLength)), gateway: undefined, device: index, source: address, scope: 'link', metric: 0, protocol: 'kernel',
		});
	}
}

export function removeAddress(tx: Tx, namespace: NetNamespaceId, index: LinkIndex, address: string): void {
	const link = getLink(tx, namespace, index);
	putLink(tx, namespace, {...link, addresses: link.addresses.filter(each => each.address !== address)});
	tx.delete(`local-address:${namespace}`, address);
	removeRoutes(tx, namespace, route => route.device === index && route.source === address);
}

/** Routes through a link last as long as it is up. */
export function setUp(tx: Tx, namespace: NetNamespaceId, index: LinkIndex, isUp: boolean): void {
	const link = getLink(tx, namespace, index);
	if (link.isUp === isUp) {
		return;
	}

	putLink(tx, namespace, {...link, isUp, wasUp: link.wasUp || isUp});
	if (!isUp) {
		removeRoutes(tx, namespace, route => route.device === index);
		forgetNeighbours(tx, namespace, index);
		return;
	}

	for (const address of link.addresses) {
		addConnectedRoute(tx, namespace, index, address);
	}

	if (link.kind === 'loopback' && link.addresses.length === 0) {
		addAddress(tx, namespace, index, {address: '127.0.0.1', prefixLength: 8, scope: 'host'});
	}
}

export function portsOf(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, bridge: LinkIndex): readonly LinkIndex[] {
	return Array.from(tx.table(`bridge-port:${namespace}`).values()).filter(each => each.bridge === bridge).map(({port}) => port);
}

/** Makes a link a port of a bridge of the same namespace, or of none. */
export function setMaster(tx: Tx, namespace: NetNamespaceId, index: LinkIndex, master: LinkIndex | undefined): void {
	assert(master === undefined || getLink(tx, namespace, master).kind === 'bridge', 'setMaster: not a bridge');
	const link = getLink(tx, namespace, index);
	if (link.master !== undefined) {
		tx.delete(`bridge-port:${namespace}`, `${link.master} ${index}`);
		forgetLearned(tx, namespace, learned => learned.port === index);
	}

	putLink(tx, namespace, {...link, master});
	if (master !== undefined) {
		tx.put(`bridge-port:${namespace}`, `${master} ${index}`, {bridge: master, port: index});
	}

	for (const bridge of new Set([link.master, master])) {
		adaptBridge(tx, namespace, bridge);
	}
}

/** What nobody chose a bridge takes from its ports: the lowest address and the lowest MTU. Source: Linux net/bridge/br_stp_if.c, br_if.c. */
function adaptBridge(tx: Tx, namespace: NetNamespaceId, bridge: LinkIndex | undefined): void {
	const link = bridge === undefined ? undefined : tx.get(`link:${namespace}`, bridge);
	const ports = link === undefined ? [] : portsOf(tx, namespace, link.index).map(port => getLink(tx, namespace, port));
	if (link === undefined || ports.length === 0) {
		return;
	}

	const mac = link.isMacDrawn ? ports.map(port => port.mac).sort()[0]! : link.mac;
	const mtu = link.isMtuChosen ? link.mtu : Math.min(...ports.map(port => port.mtu));
	putLink(tx, namespace, {...link, mac, mtu});
}

/** Whether a link could carry a frame: its other end, or some port of a bridge, is up too. A bridge that somebody has just made by hand has one, too. */
export function hasCarrier(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, link: Link): boolean {
	if (link.kind === 'veth') {
		return link.peer !== undefined && tx.get(`link:${link.peer.namespace}`, link.peer.index)?.isUp === true;
	}

	if (link.kind !== 'bridge') {
		return true;
	}

	const ports = portsOf(tx, namespace, link.index);
	return (ports.length === 0 && link.isMacDrawn) || ports.map(port => getLink(tx, namespace, port)).some(port => port.isUp && hasCarrier(tx, namespace, port));
}

/** Moves a link to another namespace. It arrives down and without addresses, and keeps its number if nobody there has it. */
export function moveLink(tx: Tx, from: NetNamespaceId, index: LinkIndex, to: NetNamespaceId): void {
	const {name, kind, mac, mtu, segment, peer} = getLink(tx, from, index);
	detach(tx, from, index);
	const moved = addLink(tx, to, {name, kind, mac, mtu, segment, peer, index});
	const other = peer === undefined ? undefined : tx.get(`link:${peer.namespace}`, peer.index);
	if (peer !== undefined && other !== undefined) {
		putLink(tx, peer.namespace, {...other, peer: {namespace: to, index: moved.index}});
	}
}

export function removeLink(tx: Tx, namespace: NetNamespaceId, index: LinkIndex): void {
	const link = tx.get(`link:${namespace}`, index);
	if (link === undefined) {
		return;
	}

	for (const port of link.kind === 'bridge' ? portsOf(tx, namespace, index) : []) {
		setMaster(tx, namespace, port, undefined);
	}

	detach(tx, namespace, index);
	if (link.peer !== undefined && tx.get(`link:${link.peer.namespace}`, link.peer.index) !== undefined) {
		removeLink(tx, link.peer.namespace, link.peer.index);
	}
}

/** Takes a link out of its namespace with all that is there because of it. */
function detach(tx: Tx, namespace: NetNamespaceId, index: LinkIndex): void {
	const link = getLink(tx, namespace, index);
	if (link.master !== undefined) {
		setMaster(tx, namespace, index, undefined);
	}

	for (const {address} of link.addresses) {
		tx.delete(`local-address:${namespace}`, address);
	}

	removeRoutes(tx, namespace, route => route.device === index);
	forgetNeighbours(tx, namespace, index);
	forgetLearned(tx, namespace, learned => learned.bridge === index || learned.port === index);
	if (link.segment !== undefined) {
		tx.delete(`segment:${link.segment}`, `${namespace}:${index}`);
	}

	tx.delete(`link:${namespace}`, index);
}

function forgetNeighbours(tx: Tx, namespace: NetNamespaceId, device: LinkIndex): void {
	for (const [key, neighbour] of [...tx.table(`neighbour:${namespace}`)]) {
		if (neighbour.device === device) {
			tx.delete(`neighbour:${namespace}`, key);
		}
	}
}

function forgetLearned(tx: Tx, namespace: NetNamespaceId, isGone: (learned: {readonly bridge: LinkIndex; readonly port: LinkIndex}) => boolean): void {
	for (const [key, learned] of [...tx.table(`learned-port:${namespace}`)]) {
		if (isGone(learned)) {
			tx.delete(`learned-port:${namespace}`, key);
		}
	}
}

export type NewRoute = Omit<Route, 'id'>;

export function addRoute(tx: Tx, namespace: NetNamespaceId, route: NewRoute): void {
	const owner = netNamespace(tx, namespace);
	tx.put('net-namespace', namespace, {...owner, nextRouteId: owner.nextRouteId + 1});
	tx.put(`route:${namespace}`, owner.nextRouteId, {...route, id: owner.nextRouteId});
}

export function removeRoutes(tx: Tx, namespace: NetNamespaceId, isGone: (route: Route) => boolean): number {
	const gone = Array.from(tx.table(`route:${namespace}`).values()).filter(route => isGone(route));
	for (const {id} of gone) {
		tx.delete(`route:${namespace}`, id);
	}

	return gone.length;
}

/** Whether an address is the namespace's own. */
export function isLocal(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, address: string): boolean {
	return tx.get(`local-address:${namespace}`, address) !== undefined
		|| (contains({base: 0x7F00_0000, prefixLength: 8}, parseIpv4(address) ?? 0) && tx.get(`local-address:${namespace}`, '127.0.0.1') !== undefined);
}
