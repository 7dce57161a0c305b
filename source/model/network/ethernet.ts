// Frames between neighbours: from a link over veth pairs, bridges and cables to the link that answers for an address. Source: Linux
// drivers/net/veth.c, net/bridge/br_forward.c, net/ipv4/arp.c.
//
// ARP's question goes to every port of every bridge on the way; the answer comes from the first that has the address. Linux answers
// for any address of the namespace on any of its links (arp_ignore 0).
//
// Simplified: a bridge passes each question once to each port. In a loop of bridges without spanning tree a real one would circle for ever
// and drown the network; here the loop is only not followed twice.

import type {Reads} from '../../base/transaction.js';
import {getLink, isLocal, portsOf} from './link.js';
import type {Link, LinkIndex, NetNamespaceId, NetworkSchema} from './network-schema.js';

/** A link that a frame passed, and in which direction. */
export type Hop = {readonly namespace: NetNamespaceId; readonly index: LinkIndex; readonly name: string; readonly kind: Link['kind']; readonly direction: 'in' | 'out'};

/** A bridge that a frame crossed, and through which ports. */
export type Crossing = {readonly namespace: NetNamespaceId; readonly bridge: Link; readonly input: Link; readonly output: Link; readonly hopsBefore: number};

export type Reached = {
	readonly namespace: NetNamespaceId;
	/** The link whose namespace answered: a bridge itself, if the frame came in by one of its ports. */
	readonly link: Link;
	readonly hops: readonly Hop[];
	readonly crossings: readonly Crossing[];
};

type LinkAt = {readonly namespace: NetNamespaceId; readonly link: Link};
type Path = {readonly hops: readonly Hop[]; readonly crossings: readonly Crossing[]};
type Arrival = LinkAt & Path;

function hop({namespace, link}: LinkAt, direction: Hop['direction']): Hop {
	return {namespace, index: link.index, name: link.name, kind: link.kind, direction};
}

/** Who answers when a link asks for an address; `undefined` if nobody does. */
export function reach(tx: Reads<NetworkSchema>, from: LinkAt, address: string): Reached | undefined {
	const seen = new Set<string>();
	let wave = leave(tx, from, {hops: [], crossings: []});
	while (wave.length > 0) {
		const next: Arrival[] = [];
		for (const arrival of wave) {
			const key = `${arrival.namespace}:${arrival.link.index}`;
			if (seen.has(key)) {
				continue;
			}

			seen.add(key);
			const answer = receive(tx, arrival, address);
			if (answer !== undefined && 'hops' in answer) {
				return answer;
			}

			next.push(...answer?.passedOn ?? []);
		}

		wave = next;
	}

	return undefined;
}

/** Where a frame arrives that leaves by a link. */
function leave(tx: Reads<NetworkSchema>, at: LinkAt, path: Path): readonly Arrival[] {
	const {namespace, link} = at;
	if (!link.isUp) {
		return [];
	}

	const out: Path = {...path, hops: [...path.hops, hop(at, 'out')]};
	switch (link.kind) {
		case 'veth': {
			return link.peer === undefined ? [] : arrive(tx, [link.peer], out);
		}

		case 'ether': {
			return arrive(tx, Array.from(tx.table(`segment:${link.segment ?? ''}`).values()).filter(plug => plug.namespace !== namespace || plug.index !== link.index), out);
		}

		case 'bridge': {
			return portsOf(tx, namespace, link.index).flatMap(port => leave(tx, {namespace, link: getLink(tx, namespace, port)}, out));
		}

		case 'loopback':
		case 'dummy': {
			return [];
		}

		default: {
			return link.kind satisfies never;
		}
	}
}

function arrive(tx: Reads<NetworkSchema>, ends: readonly {readonly namespace: NetNamespaceId; readonly index: LinkIndex}[], path: Path): readonly Arrival[] {
	return ends.map(({namespace, index}) => ({namespace, link: getLink(tx, namespace, index)})).filter(({link}) => link.isUp)
		.map(at => ({...at, ...path, hops: [...path.hops, hop(at, 'in')]}));
}

/** What becomes of a frame at a link: an answer, or the ports by which a bridge passes it on. */
function receive(tx: Reads<NetworkSchema>, {namespace, link, hops, crossings}: Arrival, address: string): Reached | {readonly passedOn: readonly Arrival[]} | undefined {
	if (link.master === undefined) {
		return isLocal(tx, namespace, address) ? {namespace, link, hops, crossings} : undefined;
	}

	const bridge = getLink(tx, namespace, link.master);
	if (!bridge.isUp) {
		return undefined;
	}

	if (isLocal(tx, namespace, address)) {
		return {namespace, link: bridge, hops: [...hops, hop({namespace, link: bridge}, 'in')], crossings};
	}

	const others = portsOf(tx, namespace, bridge.index).filter(port => port !== link.index).map(port => getLink(tx, namespace, port));
	return {passedOn: others.flatMap(output => leave(tx, {namespace, link: output}, {hops, crossings: [...crossings, {namespace, bridge, input: link, output, hopsBefore: hops.length}]}))};
}
