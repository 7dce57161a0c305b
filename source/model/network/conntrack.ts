// Connections as a host's netfilter tracks them: the tuple of the first packet, and the tuple that answers to it will have. Address
// translation is nothing but a reply tuple that is not the mirror image. Source: Linux net/netfilter/nf_conntrack_core.c, nf_nat_core.c.
//
// Simplified: a table lives as long as one connection is being opened, or one question and its answer are on their way, so connections do
// not meet in it: two that masquerading gives the same source port are not told apart by another port. For the same reason there is nothing
// to list: neither `conntrack` nor /proc/net/nf_conntrack exists.

import type {ConnectionState} from './netfilter.js';
import type {NetNamespaceId} from './network-schema.js';
import type {Packet} from './rule-match.js';

export type Tuple = Pick<Packet, 'protocol' | 'source' | 'sourcePort' | 'destination' | 'port'>;

export type Connection = {
	readonly original: Tuple;
	/** What an answer looks like when it comes. */
	reply: Tuple;
	hasReply: boolean;
	/** Whether the rules for the destination, and for the source, have been asked: they are asked once. */
	destinationDone: boolean;
	sourceDone: boolean;
};

export type Tracked = {readonly connection: Connection; readonly direction: 'original' | 'reply'};

function tupleOf({protocol, source, sourcePort, destination, port}: Tuple): Tuple {
	return {protocol, source, sourcePort, destination, port};
}

function mirrored({protocol, source, sourcePort, destination, port}: Tuple): Tuple {
	return {protocol, source: destination, sourcePort: port, destination: source, port: sourcePort};
}

function isSame(a: Tuple, b: Tuple): boolean {
	return a.protocol === b.protocol && a.source === b.source && a.sourcePort === b.sourcePort && a.destination === b.destination && a.port === b.port;
}

export class Conntrack {
	readonly #connections = new Map<NetNamespaceId, Connection[]>();

	/** The connection that a packet belongs to, which begins with it if there is none. */
	track(namespace: NetNamespaceId, packet: Tuple): Tracked {
		const known = this.#connections.get(namespace) ?? [];
		for (const connection of known) {
			if (isSame(connection.original, packet)) {
				return {connection, direction: 'original'};
			}

			if (isSame(connection.reply, packet)) {
				connection.hasReply = true;
				return {connection, direction: 'reply'};
			}
		}

		const connection: Connection = {original: tupleOf(packet), reply: mirrored(packet), hasReply: false, destinationDone: false, sourceDone: false};
		this.#connections.set(namespace, [...known, connection]);
		return {connection, direction: 'original'};
	}
}

export function stateOf({connection, direction}: Tracked): ConnectionState {
	return direction === 'reply' || connection.hasReply ? 'ESTABLISHED' : 'NEW';
}

/** The packet with the destination that translation gives it. */
export function withDestination(packet: Packet, {connection, direction}: Tracked): Packet {
	const {source: destination, sourcePort: port} = direction === 'original' ? connection.reply : connection.original;
	return {...packet, destination, port};
}

/** The packet with the source that translation gives it. */
export function withSource(packet: Packet, {connection, direction}: Tracked): Packet {
	const {destination: source, port: sourcePort} = direction === 'original' ? connection.reply : connection.original;
	return {...packet, source, sourcePort};
}
