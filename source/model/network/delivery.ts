// The way of a packet: from a namespace through routes, bridges and translations to the namespace that owns the destination, or to
// the place where it is lost. Sockets ask once when they connect; the answer holds for the connection, as conntrack's entry would.
//
//     send ── OUTPUT nat ── own address? ── route ── link ──> neighbour ── PREROUTING nat ── own address? ── forward ── ...
//
// Source: netfilter packet flow; ip-route(8). A packet that is dropped is a connection that times out; one that has no route fails at
// once; one whose next hop does not answer ARP fails with "No route to host".
//
// Simplified: every packet of a connection takes the way of its first, and answers always find their way back.

import {rates} from '../../base/rates.js';
import type {Reads, Writes} from '../../base/transaction.js';
import {contains, parseCidr, parseIpv4} from './address.js';
import {domainOf, getLink, isLocal, netNamespace} from './link.js';
import {natRule} from './nat.js';
import type {Link, LinkIndex, NetNamespaceId, NetworkSchema, Route, TransportProtocol} from './network-schema.js';

export type Destination = {readonly address: string; readonly port: number; readonly protocol: TransportProtocol};

/** A link that the packet passed, and in which direction. */
export type Hop = {readonly namespace: NetNamespaceId; readonly index: LinkIndex; readonly name: string; readonly direction: 'in' | 'out'};

export type Delivery =
	| {
		readonly kind: 'delivered';
		/** Who receives it, at which address and port after translation. */
		readonly namespace: NetNamespaceId;
		readonly address: string;
		readonly port: number;
		/** The sender's address as the receiver sees it. */
		readonly source: string;
		readonly hops: readonly Hop[];
		readonly roundTripNs: number;
		/** Time to live of the answer: 64 less one for each router. */
		readonly ttl: number;
	}
	| {readonly kind: 'lost'; readonly errno: 'ENETUNREACH' | 'EHOSTUNREACH' | 'ETIMEDOUT'; readonly hops: readonly Hop[]};

type Packet = {
	readonly source: string;
	readonly destination: Destination;
	readonly hops: readonly Hop[];
	readonly ttl: number;
};

/** Where a packet sent in a namespace ends. `source` is the address that the sender is bound to, if any. */
export function deliver(tx: Reads<NetworkSchema>, from: NetNamespaceId, destination: Destination, source?: string): Delivery {
	const translated = isLocal(tx, from, destination.address) ? translate(tx, from, destination) : destination;
	if (isLocal(tx, from, translated.address)) {
		return {
			kind: 'delivered', namespace: from, address: translated.address, port: translated.port, source: source ?? translated.address,
			hops: [{namespace: from, index: 1, name: 'lo', direction: 'out'}], roundTripNs: rates.vethRoundTripNs / 2, ttl: 64,
		};
	}

	const route = lookUpRoute(tx, from, translated.address);
	if (route === undefined) {
		return {kind: 'lost', errno: 'ENETUNREACH', hops: []};
	}

	const link = getLink(tx, from, route.device);
	return transmit(tx, from, link, route, {
		source: source ?? route.source ?? link.addresses[0]?.address ?? '0.0.0.0', destination: translated, hops: [], ttl: 64,
	});
}

/** The route with the longest prefix that contains the address; of equal ones the lowest metric. */
export function lookUpRoute(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, address: string): Route | undefined {
	const value = parseIpv4(address);
	let best: Route | undefined;
	let bestLength = -1;
	for (const route of tx.table(`route:${namespace}`).values()) {
		const block = parseCidr(route.destination);
		if (value === undefined || block === undefined || !contains(block, value) || !getLink(tx, namespace, route.device).isUp) {
			continue;
		}

		if (block.prefixLength > bestLength || (block.prefixLength === bestLength && route.metric < best!.metric)) {
			best = route;
			bestLength = block.prefixLength;
		}
	}

	return best;
}

/** Counts bytes on the links of a way, for `ip -s link` and `docker stats`. */
export function countTraffic(tx: Writes<NetworkSchema>, hops: readonly Hop[], bytes: number, packets = Math.max(Math.ceil(bytes / 1448), 1)): void {
	for (const {namespace, index, direction} of hops) {
		const link = tx.get(`link:${namespace}`, index);
		if (link !== undefined) {
			tx.put(`link:${namespace}`, index, direction === 'in'
				? {...link, receivedBytes: link.receivedBytes + bytes, receivedPackets: link.receivedPackets + packets}
				: {...link, sentBytes: link.sentBytes + bytes, sentPackets: link.sentPackets + packets});
		}
	}
}

function transmit(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, link: Link, route: Route, packet: Packet): Delivery {
	const nextHop = route.gateway ?? packet.destination.address;
	const neighbour = tx.get(`neighbour:${domainOf(tx, namespace, link)}`, nextHop);
	const out: readonly Hop[] = [...packet.hops, {namespace, index: link.index, name: link.name, direction: 'out'}];
	if (neighbour === undefined || (neighbour.namespace === namespace && neighbour.index === link.index)) {
		return {kind: 'lost', errno: 'EHOSTUNREACH', hops: out};
	}

	const received = getLink(tx, neighbour.namespace, neighbour.index);
	const ports = bridgePorts(tx, {namespace, link}, {namespace: neighbour.namespace, link: received});
	if (!received.isUp || ports.some(port => !getLink(tx, port.namespace, port.index).isUp)) {
		return {kind: 'lost', errno: 'EHOSTUNREACH', hops: out};
	}

	const hops = [...out, ...ports, {namespace: neighbour.namespace, index: received.index, name: received.name, direction: 'in'} as const];
	return receive(tx, neighbour.namespace, received, {...packet, hops});
}

type LinkAt = {readonly namespace: NetNamespaceId; readonly link: Link};

/** The bridge ports between two links of one domain: the host's ends of their veth pairs. */
function bridgePorts(tx: Reads<NetworkSchema>, from: LinkAt, to: LinkAt): readonly Hop[] {
	const ports: Hop[] = [];
	for (const [{link}, direction] of [[from, 'in'], [to, 'out']] as const) {
		const other = link.peer === undefined ? undefined : getLink(tx, link.peer.namespace, link.peer.index);
		if (link.peer !== undefined && other?.master !== undefined) {
			ports.push({namespace: link.peer.namespace, index: other.index, name: other.name, direction});
		}
	}

	return ports;
}

function receive(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, link: Link, packet: Packet): Delivery {
	const {hops} = packet;
	const destination = isLocal(tx, namespace, packet.destination.address) ? translate(tx, namespace, packet.destination) : packet.destination;
	if (isLocal(tx, namespace, destination.address)) {
		return {
			kind: 'delivered', namespace, address: destination.address, port: destination.port, source: packet.source, hops,
			roundTripNs: Math.max(Math.floor(hops.length / 2), 1) * rates.vethRoundTripNs, ttl: packet.ttl,
		};
	}

	const route = lookUpRoute(tx, namespace, destination.address);
	if (!netNamespace(tx, namespace).isForwarding || route === undefined || packet.ttl <= 1) {
		return {kind: 'lost', errno: route === undefined ? 'ENETUNREACH' : 'ETIMEDOUT', hops};
	}

	const out = getLink(tx, namespace, route.device);
	if (isDropped(tx, namespace, link, out)) {
		return {kind: 'lost', errno: 'ETIMEDOUT', hops};
	}

	return transmit(tx, namespace, out, route, {
		source: masqueraded(tx, namespace, out, packet.source), destination, hops, ttl: packet.ttl - 1,
	});
}

/** Docker's isolation chains: nothing from one of its bridges to another, nothing in or out of an internal one. */
function isDropped(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, from: Link, to: Link): boolean {
	const {isolatedBridges, internalBridges} = netNamespace(tx, namespace);
	const isBetweenBridges = isolatedBridges.has(from.name) && isolatedBridges.has(to.name) && from.name !== to.name;
	return isBetweenBridges || (from.name !== to.name && (internalBridges.has(from.name) || internalBridges.has(to.name)));
}

function masqueraded(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, out: Link, source: string): string {
	const value = parseIpv4(source) ?? 0;
	const applies = netNamespace(tx, namespace).masquerades.some(({subnet, exceptOut}) => {
		const block = parseCidr(subnet);
		return block !== undefined && contains(block, value) && out.name !== exceptOut;
	});
	return applies ? out.addresses[0]?.address ?? source : source;
}

function translate(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, destination: Destination): Destination {
	const rule = natRule(tx, namespace, destination);
	return rule === undefined ? destination : {...destination, address: rule.toAddress, port: rule.toPort};
}
