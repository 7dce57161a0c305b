// What administrators may ask of a network namespace, and how the kernel refuses: links, addresses, routes and neighbours by their names,
// as ip(8), brctl(8), ifconfig(8) and those who build containers by hand ask for them. Source: rtnetlink(7); Linux net/core/rtnetlink.c,
// net/ipv4/devinet.c, fib_frontend.c. The texts in `message` are the kernel's own (extended acknowledgements).

import {nowNs} from '../../base/clock.js';
import type {Reads, Writes} from '../../base/transaction.js';
import {blockOf, type Cidr, contains, formatCidr, formatIpv4, parseCidr, parseIpv4} from './address.js';
import {addAddress, addLink, addRoute, addVethPair, changeLink, findLink, isLocal, moveLink, removeAddress, removeLink, removeRoutes, setMaster} from './link.js';
import type {Link, LinkIndex, NetNamespaceId, NetworkSchema, Route} from './network-schema.js';

type Tx = Writes<NetworkSchema>;

export type NetlinkRefusal = {readonly errno: NetlinkErrno; readonly message?: string};
export type NetlinkErrno = 'EEXIST' | 'ENODEV' | 'EINVAL' | 'EBUSY' | 'ESRCH' | 'ENETUNREACH' | 'EADDRNOTAVAIL' | 'EOPNOTSUPP' | 'ENOSPC' | 'EPERM' | 'ELOOP' | 'ENETDOWN' | 'ENOENT';

/** Simplified: real namespaces hold as many links as there is memory. */
const maxLinks = 4096;

function refuse(errno: NetlinkErrno, message?: string): NetlinkRefusal {
	return message === undefined ? {errno} : {errno, message};
}

/** IFNAMSIZ with its end; no slash and no space. Source: Linux net/core/dev.c, dev_valid_name. */
function isLinkName(name: string): boolean {
	return name.length > 0 && name.length <= 15 && name !== '.' && name !== '..' && !/[\/:\s]/v.test(name);
}

function checkName(tx: Tx, namespace: NetNamespaceId, name: string): NetlinkRefusal | undefined {
	if (!isLinkName(name)) {
		return refuse('EINVAL', name.length > 15 ? 'Attribute failed policy validation.' : undefined);
	}

	return findLink(tx, namespace, name) === undefined ? (tx.table(`link:${namespace}`).size >= maxLinks ? refuse('ENOSPC') : undefined) : refuse('EEXIST');
}

/** `ip link add NAME type bridge` or `dummy`. */
export function createLink(tx: Tx, namespace: NetNamespaceId, {name, kind, mac}: {readonly name: string; readonly kind: 'bridge' | 'dummy'; readonly mac?: string}): NetlinkRefusal | undefined {
	const refusal = checkName(tx, namespace, name);
	if (refusal === undefined) {
		addLink(tx, namespace, {name, kind, ...(mac === undefined ? {} : {mac})});
	}

	return refusal;
}

type NewEnd = {readonly namespace: NetNamespaceId; readonly name: string; readonly mac?: string};

/** `ip link add NAME type veth peer name PEER`: the peer is made first. */
export function createVeth(tx: Tx, end: NewEnd, peer: NewEnd): NetlinkRefusal | undefined {
	const refusal = checkName(tx, end.namespace, end.name) ?? checkName(tx, peer.namespace, peer.name) ?? (end.namespace === peer.namespace && end.name === peer.name ? refuse('EEXIST') : undefined);
	if (refusal === undefined) {
		addVethPair(tx, peer, end);
	}

	return refusal;
}

export function deleteLink(tx: Tx, namespace: NetNamespaceId, link: Link): NetlinkRefusal | undefined {
	if (link.kind === 'loopback' || link.kind === 'ether') {
		return refuse('EOPNOTSUPP');
	}

	removeLink(tx, namespace, link.index);
	return undefined;
}

/** Makes a link the port of a bridge. A bridge whose address nobody chose takes the lowest one of its ports. */
export function enslave(tx: Tx, namespace: NetNamespaceId, link: Link, bridge: Link): NetlinkRefusal | undefined {
	if (bridge.kind !== 'bridge') {
		return refuse('EOPNOTSUPP');
	}

	if (link.kind === 'bridge' || link.kind === 'loopback') {
		return refuse(link.kind === 'bridge' ? 'ELOOP' : 'EINVAL', link.kind === 'bridge' ? 'Can not enslave a bridge to a bridge.' : undefined);
	}

	setMaster(tx, namespace, link.index, bridge.index);
	return undefined;
}

export function rename(tx: Tx, namespace: NetNamespaceId, link: Link, name: string): NetlinkRefusal | undefined {
	const refusal = name === link.name ? undefined : checkName(tx, namespace, name);
	if (refusal === undefined) {
		changeLink(tx, namespace, link.index, {name});
	}

	return refusal;
}

export function setMtu(tx: Tx, namespace: NetNamespaceId, link: Link, mtu: number): NetlinkRefusal | undefined {
	if (mtu < 68 || mtu > 65_535) {
		return refuse('EINVAL', mtu < 68 ? 'mtu less than device minimum.' : 'mtu greater than device maximum.');
	}

	changeLink(tx, namespace, link.index, {mtu});
	return undefined;
}

export function setMac(tx: Tx, namespace: NetNamespaceId, link: Link, mac: string): NetlinkRefusal | undefined {
	if (link.kind === 'loopback' || (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1) {
		return refuse(link.kind === 'loopback' ? 'EOPNOTSUPP' : 'EADDRNOTAVAIL');
	}

	changeLink(tx, namespace, link.index, {mac});
	return undefined;
}

export function moveToNamespace(tx: Tx, from: NetNamespaceId, link: Link, to: NetNamespaceId): NetlinkRefusal | undefined {
	if (from === to) {
		return undefined;
	}

	if (link.kind === 'loopback' || link.kind === 'bridge') {
		return refuse('EINVAL', 'The interface netns is immutable.');
	}

	if (findLink(tx, to, link.name) !== undefined) {
		return refuse('EEXIST');
	}

	moveLink(tx, from, link.index, to);
	return undefined;
}

/** `ip addr add`. */
export function assign(tx: Tx, namespace: NetNamespaceId, link: Link, {address, prefixLength, hasBroadcast}: {readonly address: string; readonly prefixLength: number; readonly hasBroadcast: boolean}): NetlinkRefusal | undefined {
	if (isLocal(tx, namespace, address) && tx.get(`local-address:${namespace}`, address) !== undefined) {
		return refuse('EEXIST', 'ipv4: Address already assigned.');
	}

	addAddress(tx, namespace, link.index, {address, prefixLength, hasBroadcast, scope: address.startsWith('127.') ? 'host' : 'global'});
	return undefined;
}

/** `ip addr del`. */
export function unassign(tx: Tx, namespace: NetNamespaceId, link: Link, {address, prefixLength}: {readonly address: string; readonly prefixLength: number | undefined}): NetlinkRefusal | undefined {
	const known = link.addresses.find(each => each.address === address && (prefixLength === undefined || each.prefixLength === prefixLength));
	if (known === undefined) {
		return refuse('EADDRNOTAVAIL', 'ipv4: Address not found.');
	}

	removeAddress(tx, namespace, link.index, address);
	return undefined;
}

export type RouteRequest = {
	readonly destination: Cidr;
	readonly gateway: string | undefined;
	readonly device: Link | undefined;
	readonly source: string | undefined;
	readonly metric: number;
	readonly scope: Route['scope'] | undefined;
	readonly protocol: string;
};

/** The link whose own block a gateway is in. */
function deviceTowards(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, gateway: number): Link | undefined {
	let best: {readonly length: number; readonly device: LinkIndex} | undefined;
	for (const {destination, gateway: via, device} of tx.table(`route:${namespace}`).values()) {
		const block = parseCidr(destination);
		if (via === undefined && block !== undefined && contains(block, gateway) && block.prefixLength > (best?.length ?? -1)) {
			best = {length: block.prefixLength, device};
		}
	}

	return best === undefined ? undefined : tx.get(`link:${namespace}`, best.device);
}

/** `ip route add`, or `replace`. */
export function createRoute(tx: Tx, namespace: NetNamespaceId, {destination, gateway, device, source, metric, scope, protocol}: RouteRequest, how: 'add' | 'replace' | 'append' = 'add'): NetlinkRefusal | undefined {
	const via = gateway === undefined ? undefined : deviceTowards(tx, namespace, parseIpv4(gateway) ?? 0);
	if (gateway !== undefined && (via === undefined || (device !== undefined && device.index !== via.index))) {
		return refuse('ENETUNREACH', 'Nexthop has invalid gateway.');
	}

	const out = device ?? via;
	if (out === undefined || !out.isUp) {
		return out === undefined ? refuse('ENODEV', 'No such device') : refuse('ENETDOWN', gateway === undefined ? 'Device for nexthop is not up.' : 'Nexthop has invalid gateway.');
	}

	if (source !== undefined && !isLocal(tx, namespace, source)) {
		return refuse('EINVAL', 'Invalid prefsrc address.');
	}

	const text = formatCidr(destination);
	const isSame = (route: Route) => route.destination === text && route.metric === metric;
	if (how === 'add' && [...tx.table(`route:${namespace}`).values()].some(isSame)) {
		return refuse('EEXIST');
	}

	if (how === 'replace') {
		removeRoutes(tx, namespace, isSame);
	}

	addRoute(tx, namespace, {destination: text, gateway, device: out.index, source, scope: scope ?? (gateway === undefined ? 'link' : 'global'), metric, protocol});
	return undefined;
}

/** `ip route del`: the first route that has all that the request names. */
export function deleteRoute(tx: Tx, namespace: NetNamespaceId, {destination, gateway, device, metric}: {readonly destination: Cidr; readonly gateway: string | undefined; readonly device: Link | undefined; readonly metric: number | undefined}): NetlinkRefusal | undefined {
	const text = formatCidr(destination);
	const found = [...tx.table(`route:${namespace}`).values()].find(route => route.destination === text && (gateway === undefined || route.gateway === gateway)
		&& (device === undefined || route.device === device.index) && (metric === undefined || route.metric === metric));
	if (found === undefined) {
		return refuse('ESRCH');
	}

	removeRoutes(tx, namespace, route => route.id === found.id);
	return undefined;
}

/** `ip neigh add`, or `replace`. */
export function setNeighbour(tx: Tx, namespace: NetNamespaceId, link: Link, {address, mac, mayExist}: {readonly address: string; readonly mac: string; readonly mayExist: boolean}): NetlinkRefusal | undefined {
	const key = `${link.index} ${address}`;
	if (!mayExist && tx.get(`neighbour:${namespace}`, key) !== undefined) {
		return refuse('EEXIST');
	}

	tx.put(`neighbour:${namespace}`, key, {device: link.index, address, mac, isPermanent: true, confirmedNs: nowNs(tx)});
	return undefined;
}

export function deleteNeighbour(tx: Tx, namespace: NetNamespaceId, link: Link, address: string): NetlinkRefusal | undefined {
	const key = `${link.index} ${address}`;
	if (tx.get(`neighbour:${namespace}`, key) === undefined) {
		return refuse('ENOENT');
	}

	tx.delete(`neighbour:${namespace}`, key);
	return undefined;
}

/** `10.0.0.1/24`, or one address; the bits below the prefix are kept apart. */
export function parseInterfaceAddress(text: string): {readonly address: string; readonly prefixLength: number; readonly isExplicit: boolean} | undefined {
	const [address = '', length] = text.split('/');
	const block = parseCidr(length === undefined ? `${address}/32` : text);
	return block === undefined || parseIpv4(address) === undefined ? undefined : {address, prefixLength: block.prefixLength, isExplicit: length !== undefined};
}

/** `default`, `10.0.0.0/8` or one address. Bits below the prefix are an error of the caller's. */
export function parseDestination(text: string): Cidr | undefined {
	if (text === 'default' || text === 'any') {
		return {base: 0, prefixLength: 0};
	}

	const block = parseCidr(text.includes('/') ? text : `${text}/32`);
	return block;
}

export function isBlockAddress(text: string, block: Cidr): boolean {
	return text === 'default' || text === 'any' || formatIpv4(blockOf(block.base, block.prefixLength).base) === text.split('/')[0];
}

export const macPattern = /^[\da-f]{2}(?::[\da-f]{2}){5}$/iv;
