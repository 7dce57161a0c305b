// Links of a network namespace: making, joining and removing them, and giving them addresses. Source: ip-link(8), ip-address(8).
//
// Links that can reach each other without a router share a broadcast domain. Addresses are announced in the domain of their link,
// which stands for ARP: looking up a neighbour is one lookup, however many containers are on a bridge.

import {assert, must} from '../../base/assert.js';
import {randomBytes} from '../../base/random.js';
import type {Reads, Writes} from '../../base/transaction.js';
import {blockOf, contains, formatCidr, formatMac, parseIpv4} from './address.js';
import type {InterfaceAddress, Link, LinkIndex, NetNamespace, NetNamespaceId, NetworkSchema, Route} from './network-schema.js';

type Tx = Writes<NetworkSchema>;

export type NewLink = Pick<Link, 'name' | 'kind'> & Partial<Pick<Link, 'mac' | 'mtu' | 'isUp' | 'master' | 'segment' | 'peer'>>;

/** Makes the network side of a namespace: nothing but a loopback link, which is down as in a fresh one. */
export function makeNetNamespace(tx: Tx, id: NetNamespaceId): void {
	const namespace: NetNamespace = {
		id, isForwarding: false, nextLinkIndex: 1, nextRouteId: 1, masquerades: [],
		isolatedBridges: new Set(), internalBridges: new Set(), resolverScopes: [], servesNames: false,
	};
	tx.put('net-namespace', id, namespace);
	addLink(tx, id, {name: 'lo', kind: 'loopback', mac: '00:00:00:00:00:00', mtu: 65_536});
}

/** Takes a namespace and all its links away; peers of its veth links go with them. */
export function removeNetNamespace(tx: Tx, id: NetNamespaceId): void {
	for (const index of [...tx.table(`link:${id}`).keys()]) {
		removeLink(tx, id, Number(index));
	}

	for (const table of [`route:${id}`, `nat:${id}`] as const) {
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

export function addLink(tx: Tx, namespace: NetNamespaceId, link: NewLink): Link {
	const owner = netNamespace(tx, namespace);
	const index = owner.nextLinkIndex;
	tx.put('net-namespace', namespace, {...owner, nextLinkIndex: index + 1});
	const made: Link = {
		mtu: 1500, isUp: false, master: undefined, segment: undefined, peer: undefined, ...link, index, mac: link.mac ?? randomMac(tx), addresses: [],
		receivedBytes: 0, receivedPackets: 0, sentBytes: 0, sentPackets: 0,
	};
	tx.put(`link:${namespace}`, index, made);
	return made;
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
	const linkedA = {...a, peer: {namespace: second.namespace, index: b.index}};
	const linkedB = {...b, peer: {namespace: first.namespace, index: a.index}};
	tx.put(`link:${first.namespace}`, a.index, linkedA);
	tx.put(`link:${second.namespace}`, b.index, linkedB);
	return {first: linkedA, second: linkedB};
}

/** The name of the broadcast domain that a link's packets go to. */
export function domainOf(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, link: Link): string {
	if (link.master !== undefined) {
		return `bridge:${namespace}:${link.master}`;
	}

	if (link.kind === 'bridge') {
		return `bridge:${namespace}:${link.index}`;
	}

	if (link.segment !== undefined) {
		return `segment:${link.segment}`;
	}

	if (link.peer === undefined) {
		return `alone:${namespace}:${link.index}`;
	}

	const {peer} = link;
	const other = getLink(tx, peer.namespace, peer.index);
	if (other.master !== undefined) {
		return `bridge:${peer.namespace}:${other.master}`;
	}

	const [low, high] = [`${namespace}:${link.index}`, `${peer.namespace}:${peer.index}`].toSorted();
	return `veth:${low}:${high}`;
}

/** Gives a link an address, and the namespace the route to the address's block that comes with it. */
export function addAddress(tx: Tx, namespace: NetNamespaceId, index: LinkIndex, address: InterfaceAddress): void {
	const link = getLink(tx, namespace, index);
	const value = must(parseIpv4(address.address), `addAddress: ${address.address} is no address`);
	tx.put(`link:${namespace}`, index, {...link, addresses: [...link.addresses, address]});
	tx.put(`local-address:${namespace}`, address.address, {index});
	announce(tx, namespace, getLink(tx, namespace, index));
	if (address.scope !== 'host' && address.prefixLength < 32) {
		addRoute(tx, namespace, {
			destination: formatCidr(blockOf(value, address.prefixLength)), gateway: undefined, device: index, source: address.address,
			scope: 'link', metric: 0, protocol: 'kernel',
		});
	}
}

export function removeAddress(tx: Tx, namespace: NetNamespaceId, index: LinkIndex, address: string): void {
	const link = getLink(tx, namespace, index);
	withdraw(tx, namespace, link);
	tx.put(`link:${namespace}`, index, {...link, addresses: link.addresses.filter(each => each.address !== address)});
	tx.delete(`local-address:${namespace}`, address);
	announce(tx, namespace, getLink(tx, namespace, index));
	for (const route of [...tx.table(`route:${namespace}`).values()]) {
		if (route.device === index && route.source === address) {
			tx.delete(`route:${namespace}`, route.id);
		}
	}
}

export function setUp(tx: Tx, namespace: NetNamespaceId, index: LinkIndex, isUp: boolean): void {
	const link = getLink(tx, namespace, index);
	tx.put(`link:${namespace}`, index, {...link, isUp});
	if (isUp && link.kind === 'loopback' && link.addresses.length === 0) {
		addAddress(tx, namespace, index, {address: '127.0.0.1', prefixLength: 8, scope: 'host'});
	}
}

/** Makes a link a port of a bridge of the same namespace, or of none. */
export function setMaster(tx: Tx, namespace: NetNamespaceId, index: LinkIndex, master: LinkIndex | undefined): void {
	assert(master === undefined || getLink(tx, namespace, master).kind === 'bridge', 'setMaster: not a bridge');
	const link = getLink(tx, namespace, index);
	const other = link.peer;
	if (other !== undefined) {
		withdraw(tx, other.namespace, getLink(tx, other.namespace, other.index));
	}

	withdraw(tx, namespace, link);
	tx.put(`link:${namespace}`, index, {...link, master});
	announce(tx, namespace, getLink(tx, namespace, index));
	if (other !== undefined) {
		announce(tx, other.namespace, getLink(tx, other.namespace, other.index));
	}
}

export function removeLink(tx: Tx, namespace: NetNamespaceId, index: LinkIndex): void {
	const link = tx.get(`link:${namespace}`, index);
	if (link === undefined) {
		return;
	}

	for (const {address} of link.addresses) {
		removeAddress(tx, namespace, index, address);
	}

	for (const route of [...tx.table(`route:${namespace}`).values()]) {
		if (route.device === index) {
			tx.delete(`route:${namespace}`, route.id);
		}
	}

	const other = link.peer === undefined ? undefined : tx.get(`link:${link.peer.namespace}`, link.peer.index);
	if (link.peer !== undefined && other !== undefined) {
		for (const {address} of other.addresses) {
			removeAddress(tx, link.peer.namespace, other.index, address);
		}

		tx.put(`link:${link.peer.namespace}`, other.index, {...other, addresses: [], peer: undefined});
		removeLink(tx, link.peer.namespace, other.index);
	}

	tx.delete(`link:${namespace}`, index);
}

export type NewRoute = Omit<Route, 'id'>;

export function addRoute(tx: Tx, namespace: NetNamespaceId, route: NewRoute): void {
	const owner = netNamespace(tx, namespace);
	tx.put('net-namespace', namespace, {...owner, nextRouteId: owner.nextRouteId + 1});
	tx.put(`route:${namespace}`, owner.nextRouteId, {...route, id: owner.nextRouteId});
}

/** Whether an address is the namespace's own. */
export function isLocal(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, address: string): boolean {
	return tx.get(`local-address:${namespace}`, address) !== undefined
		|| (contains({base: 0x7F00_0000, prefixLength: 8}, parseIpv4(address) ?? 0) && tx.get(`local-address:${namespace}`, '127.0.0.1') !== undefined);
}

function announce(tx: Tx, namespace: NetNamespaceId, link: Link): void {
	for (const {address, scope} of link.addresses) {
		if (scope !== 'host') {
			tx.put(`neighbour:${domainOf(tx, namespace, link)}`, address, {namespace, index: link.index});
		}
	}
}

function withdraw(tx: Tx, namespace: NetNamespaceId, link: Link): void {
	const domain = domainOf(tx, namespace, link);
	for (const {address} of link.addresses) {
		const known = tx.get(`neighbour:${domain}`, address);
		if (known?.namespace === namespace && known.index === link.index) {
			tx.delete(`neighbour:${domain}`, address);
		}
	}
}
