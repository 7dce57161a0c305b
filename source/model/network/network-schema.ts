// Networking as Linux keeps it: every network namespace has links (interfaces) with addresses, routes, and rules that translate or
// drop. Links lead to other namespaces: a veth pair is two links that are each other's peer, a bridge has other links as ports, and
// a physical link is plugged into a segment, the cable or switch between hosts.
//
//     namespace of container        namespace of the host
//     eth0 ─────── veth pair ────── veth1a2b3c ── docker0 (bridge) ··· routing, NAT ··· eth0 ── segment ── other hosts
//
// Tables are cut by namespace, named by the inode number that /proc/PID/ns/net shows.

import type {ClockSchema} from '../../base/clock.js';
import type {RandomSchema} from '../../base/random.js';

export type NetNamespaceId = number;
export type LinkIndex = number;

export type InterfaceAddress = {
	readonly address: string;
	readonly prefixLength: number;
	readonly scope: 'global' | 'host' | 'link';
};

export type Link = {
	/** Unique in the namespace, as `ip link` numbers it. */
	readonly index: LinkIndex;
	readonly name: string;
	readonly kind: 'loopback' | 'ether' | 'veth' | 'bridge';
	readonly mac: string;
	readonly mtu: number;
	readonly isUp: boolean;
	/** The bridge whose port it is. */
	readonly master: LinkIndex | undefined;
	readonly addresses: readonly InterfaceAddress[];
	/** The other end of a veth pair. */
	readonly peer: {readonly namespace: NetNamespaceId; readonly index: LinkIndex} | undefined;
	/** What an `ether` link is plugged into. */
	readonly segment: string | undefined;
	readonly receivedBytes: number;
	readonly receivedPackets: number;
	readonly sentBytes: number;
	readonly sentPackets: number;
};

export type Route = {
	readonly id: number;
	/** `0.0.0.0/0` is the default route. */
	readonly destination: string;
	readonly gateway: string | undefined;
	readonly device: LinkIndex;
	/** The preferred source address. */
	readonly source: string | undefined;
	readonly scope: 'global' | 'link' | 'host';
	readonly metric: number;
	/** Who made it, as `ip route` shows: `kernel`, `boot`, `static`, `dhcp`. */
	readonly protocol: string;
};

export type TransportProtocol = 'tcp' | 'udp' | 'sctp';

/** A destination translation: what `iptables -t nat` has in the chain that PREROUTING and OUTPUT jump to. */
export type NatRule = {
	/** `tcp:8080` and the address: see `natKey`. */
	readonly key: string;
	readonly protocol: TransportProtocol;
	/** The local address it is for; `0.0.0.0` for any. */
	readonly address: string;
	readonly port: number;
	readonly toAddress: string;
	readonly toPort: number;
	/** Packets that come in by this link are not translated (`! -i docker0`). */
	readonly exceptFrom: string;
	readonly packets: number;
};

/** Source translation of what leaves a subnet by another link than its own: `-s 172.17.0.0/16 ! -o docker0 -j MASQUERADE`. */
export type Masquerade = {readonly subnet: string; readonly exceptOut: string};

export type NetNamespace = {
	readonly id: NetNamespaceId;
	/** Sysctl net.ipv4.ip_forward. */
	readonly isForwarding: boolean;
	readonly nextLinkIndex: LinkIndex;
	readonly nextRouteId: number;
	readonly masquerades: readonly Masquerade[];
	/** Bridges between which nothing is forwarded (docker's isolation chains). */
	readonly isolatedBridges: ReadonlySet<string>;
	/** Of those, the ones that reach nothing outside either (`docker network create --internal`). */
	readonly internalBridges: ReadonlySet<string>;
	/** Answers at 127.0.0.11:53 of this namespace: the scopes in which names are looked up, and where to ask next. */
	readonly resolverScopes: readonly string[];
	/** A name server for all public names listens here on port 53. */
	readonly servesNames: boolean;
};

/** A name in a scope: `internet`, or the id of a docker network. Its id in the table is `SCOPE NAME`. */
export type NameRecord = {readonly scope: string; readonly name: string; readonly addresses: readonly string[]};

export type NetworkSchema = ClockSchema & RandomSchema & {
	'net-namespace': NetNamespace;
	'name-record': NameRecord;
	[links: `link:${number}`]: Link;
	[addresses: `local-address:${number}`]: {readonly index: LinkIndex};
	[routes: `route:${number}`]: Route;
	[nat: `nat:${number}`]: NatRule;
	/** By address, the links on one broadcast domain: `segment:lan`, `bridge:NAMESPACE:INDEX`. */
	[neighbours: `neighbour:${string}`]: {readonly namespace: NetNamespaceId; readonly index: LinkIndex};
};
