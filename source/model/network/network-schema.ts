// Networking as Linux keeps it: every network namespace has links (interfaces) with addresses, routes, and rules of netfilter that drop
// or translate. Links lead to other namespaces: a veth pair is two links that are each other's peer, a bridge has other links as
// ports, and a physical link is plugged into a segment, the cable or switch between hosts.
//
//     namespace of container        namespace of the host
//     eth0 ─────── veth pair ────── veth1a2b3c ── docker0 (bridge) ··· routing, netfilter ··· eth0 ── segment ── other hosts
//
// Tables are cut by namespace, named by the inode number that /proc/PID/ns/net shows.

import type {ClockSchema, Nanoseconds} from '../../base/clock.js';
import type {RandomSchema} from '../../base/random.js';
import type {Capture} from './capture.js';
import type {Chain, Rule} from './netfilter.js';
import type {PacketTrace} from './packet-path.js';

export type NetNamespaceId = number;
export type LinkIndex = number;

export type InterfaceAddress = {
	readonly address: string;
	readonly prefixLength: number;
	readonly scope: 'global' | 'host' | 'link';
	/** Whether it has a broadcast address, as those that DHCP or docker configure have. */
	readonly hasBroadcast: boolean;
};

export type LinkKind = 'loopback' | 'ether' | 'veth' | 'bridge' | 'dummy';

export type Link = {
	/** Unique in the namespace, as `ip link` numbers it. */
	readonly index: LinkIndex;
	readonly name: string;
	readonly kind: LinkKind;
	readonly mac: string;
	/** Nobody chose the address; of a bridge it is then the lowest of its ports'. */
	readonly isMacDrawn: boolean;
	readonly mtu: number;
	readonly isUp: boolean;
	/** It has been up before, and so has a queue. */
	readonly wasUp: boolean;
	/** Somebody chose the MTU; a bridge has the lowest of its ports' otherwise. */
	readonly isMtuChosen: boolean;
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

/** What ARP has found out: `ip neigh`. */
export type Neighbour = {readonly device: LinkIndex; readonly address: string; readonly mac: string; readonly isPermanent: boolean; readonly confirmedNs: Nanoseconds};

/** What a bridge has learned: behind which port a MAC address is. `bridge fdb`. */
export type LearnedPort = {readonly bridge: LinkIndex; readonly mac: string; readonly port: LinkIndex; readonly seenNs: Nanoseconds};

export type TransportProtocol = 'tcp' | 'udp' | 'sctp';

/** The name server at 127.0.0.11 of a container: in which scopes it looks names up, and whom it asks then. */
export type EmbeddedResolver = {
	readonly scopes: readonly string[];
	/** Names that hold for this container only, those of its links, and which container each of them means. */
	readonly own: ReadonlyMap<string, string>;
	/** From which namespace and at which servers it asks for what it does not know; undefined on internal networks. */
	readonly upstream: {readonly namespace: NetNamespaceId; readonly servers: readonly string[]} | undefined;
};

export type NetNamespace = {
	readonly id: NetNamespaceId;
	/** Sysctl net.ipv4.ip_forward. */
	readonly isForwarding: boolean;
	/** Sysctl net.bridge.bridge-nf-call-iptables: whether frames that a bridge passes on are shown to netfilter. */
	readonly bridgeCallsNetfilter: boolean;
	readonly nextLinkIndex: LinkIndex;
	readonly nextRouteId: number;
	readonly nextRuleId: number;
	readonly resolver: EmbeddedResolver | undefined;
	/** A name server for all public names listens here on port 53. */
	readonly servesNames: boolean;
};

/** A name in a scope: `internet`, or the id of a docker network. Its id in the table is `SCOPE NAME`. */
export type NameRecord = {readonly scope: string; readonly name: string; readonly addresses: readonly string[]};

export type NetworkSchema = ClockSchema & RandomSchema & {
	'net-namespace': NetNamespace;
	'name-record': NameRecord;
	/** Under `last`. */
	'packet-trace': PacketTrace;
	capture: Capture;
	[links: `link:${number}`]: Link;
	/** By `BRIDGE PORT`, the ports of the bridges of a namespace. */
	[ports: `bridge-port:${number}`]: {readonly bridge: LinkIndex; readonly port: LinkIndex};
	/** By address. */
	[addresses: `local-address:${number}`]: {readonly index: LinkIndex};
	[routes: `route:${number}`]: Route;
	/** By `DEVICE ADDRESS`. */
	[neighbours: `neighbour:${number}`]: Neighbour;
	/** By `BRIDGE MAC`. */
	[learned: `learned-port:${number}`]: LearnedPort;
	/** By `TABLE CHAIN`; a built-in chain that is not there accepts and has no rules. */
	[chains: `chain:${number}`]: Chain;
	[rules: `rule:${number}`]: Rule;
	/** What is plugged into a segment, by `NAMESPACE:INDEX`. */
	[plugs: `segment:${string}`]: {readonly namespace: NetNamespaceId; readonly index: LinkIndex};
};
