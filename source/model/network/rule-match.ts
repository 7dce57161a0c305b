// Whether a packet meets the conditions of a rule. Source: iptables(8), iptables-extensions(8).

import type {Reads} from '../../base/transaction.js';
import {blockSize, parseIpv4} from './address.js';
import {isLocal} from './link.js';
import type {AddressType, ConnectionState, Match, PortRange, Rule, Test} from './netfilter.js';
import type {NetNamespaceId, NetworkSchema, TransportProtocol} from './network-schema.js';

export type Packet = {
	readonly protocol: TransportProtocol | 'icmp';
	readonly source: string;
	readonly destination: string;
	/** Of ICMP both are its identifier. */
	readonly sourcePort: number;
	readonly port: number;
	/** Of TCP: which flags are set. */
	readonly flags: readonly string[];
	/** Of ICMP: 8 asks, 0 answers. */
	readonly icmpType: number | undefined;
	readonly ttl: number;
};

/** A packet where netfilter sees it. */
export type PacketAt = {
	readonly packet: Packet;
	readonly namespace: NetNamespaceId;
	/** Names of the links by which it came and will leave; empty where there is none at this hook. */
	readonly input: string;
	readonly output: string;
	readonly state: ConnectionState;
};

export const protocolNumbers: Readonly<Record<string, number>> = {icmp: 1, igmp: 2, tcp: 6, udp: 17, gre: 47, esp: 50, ah: 51, 'ipv6-icmp': 58, sctp: 132, udplite: 136};

function numberOfProtocol(name: string): number {
	return protocolNumbers[name] ?? Number(name);
}

export function meets(tx: Reads<NetworkSchema>, rule: Rule, at: PacketAt): boolean {
	const {packet} = at;
	return holds(rule.input, name => namesLink(name, at.input))
		&& holds(rule.output, name => namesLink(name, at.output))
		&& holds(rule.protocol, name => name === 'all' || numberOfProtocol(name) === protocolNumbers[packet.protocol])
		&& holds(rule.source, block => isIn(block.base, blockSize(block), packet.source))
		&& holds(rule.destination, block => isIn(block.base, blockSize(block), packet.destination))
		&& rule.matches.every(match => meetsMatch(tx, match, at));
}

function holds<T>(test: Test<T> | undefined, check: (value: T) => boolean): boolean {
	return test === undefined || check(test.value) !== test.isInverted;
}

function namesLink(pattern: string, name: string): boolean {
	return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

function isIn(base: number, size: number, address: string): boolean {
	const value = parseIpv4(address);
	return value !== undefined && value >= base && value < base + size;
}

function within(port: number, {first, last}: PortRange): boolean {
	return port >= first && port <= last;
}

function meetsMatch(tx: Reads<NetworkSchema>, match: Match, at: PacketAt): boolean {
	const {packet} = at;
	switch (match.kind) {
		case 'ports': {
			return packet.protocol === match.module
				&& holds(match.source, range => within(packet.sourcePort, range))
				&& holds(match.destination, range => within(packet.port, range))
				&& holds(match.flags, ({mask, set}) => mask.every(flag => packet.flags.includes(flag) === set.includes(flag)));
		}

		case 'multiport': {
			const ports = match.side === 'source' ? [packet.sourcePort] : (match.side === 'destination' ? [packet.port] : [packet.sourcePort, packet.port]);
			return packet.protocol !== 'icmp' && holds(match.ports, ranges => ports.some(port => ranges.some(range => within(port, range))));
		}

		case 'icmp': {
			return packet.protocol === 'icmp' && holds(match.type, type => type === 255 || packet.icmpType === type);
		}

		case 'state': {
			return holds(match.states, states => states.includes(at.state));
		}

		case 'address-type': {
			return holds(match.source, type => hasType(tx, at.namespace, packet.source, type)) && holds(match.destination, type => hasType(tx, at.namespace, packet.destination, type));
		}

		case 'comment': {
			return true;
		}

		default: {
			return match satisfies never;
		}
	}
}

/** Simplified: of the types of addresses local, broadcast and unicast ones are told apart. */
function hasType(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, address: string, type: AddressType): boolean {
	const isBroadcast = address === '255.255.255.255';
	return type === 'LOCAL' ? isLocal(tx, namespace, address) : (type === 'BROADCAST' ? isBroadcast : !isBroadcast && !isLocal(tx, namespace, address));
}
