// What travels between programs: a connection that is opened with three segments, a question with its answer. Each packet walks its
// whole way, and the answer walks back, so rules for either direction hold. Source: tcp(7), RFC 9293, icmp(7).
//
// Simplified: once a connection is open its packets take the way of the first ones: rules and routes that change later do not touch it.

import {nowNs} from '../../base/clock.js';
import {rates} from '../../base/rates.js';
import type {TraceEvent, Writes} from '../../base/transaction.js';
import {showPacket} from './capture.js';
import {Conntrack} from './conntrack.js';
import type {Hop} from './ethernet.js';
import type {RuleId} from './netfilter.js';
import type {NetNamespaceId, NetworkSchema} from './network-schema.js';
import {type Journey, type LossErrno, type PacketTrace, sendPacket} from './packet-path.js';
import type {Packet} from './rule-match.js';

type Tx = Writes<NetworkSchema, NetworkEvent>;

/** A packet was sent: every step of its way. */
export type NetworkEvent = TraceEvent | ({readonly kind: 'packet'} & PacketTrace);

/** Links and rules that packets pass, for their counters. */
export type Way = {readonly hops: readonly Hop[]; readonly packets: readonly Packet[]; readonly rules: readonly {readonly namespace: NetNamespaceId; readonly rule: RuleId | undefined; readonly chain: string}[]};

export const noWay: Way = {hops: [], packets: [], rules: []};

export type Question = {readonly protocol: Packet['protocol']; readonly address: string; readonly port: number; readonly source?: string; readonly sourcePort: number};

export type Receiver = {
	/** Who receives it, at which address and port after translation. */
	readonly namespace: NetNamespaceId;
	readonly address: string;
	readonly port: number;
	/** The sender's address as the receiver sees it. */
	readonly source: string;
	readonly sourcePort: number;
};

export type Opened =
	| ({readonly kind: 'open'; readonly local: string; readonly there: Way; readonly back: Way} & Receiver)
	| {readonly kind: 'lost'; readonly errno: LossErrno};

export type Answer =
	| ({readonly kind: 'answered'; readonly roundTripNs: number; readonly ttl: number} & Receiver)
	| {readonly kind: 'lost'; readonly errno: LossErrno};

/** Ethernet, IP and TCP headers with time stamps; the first two segments have more options. */
const segmentHeaderBytes = 66;
const openingSegmentBytes = 74;
const ethernetHeaderBytes = 14;
const echoBytes = 98;
/** What ping sends behind the IP header: 8 bytes of its own and 56 of data. */
const icmpBytes = 64;

const newPacket = {flags: [], icmpType: undefined, ttl: 64} as const;

/** Opens a TCP connection: SYN there, SYN and ACK back, ACK there. `accepts` tells whether somebody listens. */
export function openConnection(tx: Tx, from: NetNamespaceId, question: Question, accepts: (receiver: Receiver) => boolean): Opened {
	const conntrack = new Conntrack();
	const syn = sendPacket(tx, conntrack, from, {...newPacket, ...packetOf(question), flags: ['SYN']});
	note(tx, syn, openingSegmentBytes);
	remember(tx, syn);
	if (syn.end.kind === 'lost') {
		// A segment that the own rules drop is sent again and again, until time is up.
		return {kind: 'lost', errno: syn.end.errno === 'EPERM' ? 'ETIMEDOUT' : syn.end.errno};
	}

	const receiver = receiverOf(syn.end);
	const isAccepted = accepts(receiver);
	const answer = sendPacket(tx, conntrack, receiver.namespace, {...answerTo(syn.end.packet), flags: isAccepted ? ['SYN', 'ACK'] : ['RST', 'ACK']});
	note(tx, answer, isAccepted ? openingSegmentBytes : ethernetHeaderBytes + 40);
	if (answer.end.kind === 'lost' || answer.end.namespace !== from) {
		remember(tx, answer);
		return {kind: 'lost', errno: 'ETIMEDOUT'};
	}

	if (!isAccepted) {
		return {kind: 'lost', errno: 'ECONNREFUSED'};
	}

	const ack = sendPacket(tx, conntrack, from, {...syn.packet, flags: ['ACK']});
	note(tx, ack, segmentHeaderBytes);
	return ack.end.kind === 'lost' ? {kind: 'lost', errno: 'ETIMEDOUT'} : {kind: 'open', local: syn.packet.source, there: wayOf(ack), back: wayOf(answer), ...receiver};
}

/** An ICMP echo, or a datagram, and the answer to it. */
export function ask(tx: Tx, from: NetNamespaceId, question: Question): Answer {
	const conntrack = new Conntrack();
	const icmp = (type: number) => question.protocol === 'icmp' ? {icmpType: type} : {};
	const request = sendPacket(tx, conntrack, from, {...newPacket, ...packetOf(question), ...icmp(8)});
	note(tx, request, echoBytes);
	remember(tx, request);
	if (request.end.kind === 'lost') {
		return {kind: 'lost', errno: request.end.errno};
	}

	const receiver = receiverOf(request.end);
	const answer = sendPacket(tx, conntrack, receiver.namespace, {...answerTo(request.end.packet), ...icmp(0)});
	note(tx, answer, echoBytes);
	if (answer.end.kind === 'lost' || answer.end.namespace !== from) {
		remember(tx, answer);
		return {kind: 'lost', errno: 'ETIMEDOUT'};
	}

	return {kind: 'answered', roundTripNs: roundTripNs(request.hops), ttl: answer.end.packet.ttl, ...receiver};
}

function packetOf({protocol, address, port, source, sourcePort}: Question): Pick<Packet, 'protocol' | 'source' | 'sourcePort' | 'destination' | 'port'> {
	return {protocol, source: source ?? '', sourcePort, destination: address, port};
}

function answerTo({protocol, source, sourcePort, destination, port}: Packet): Packet {
	return {...newPacket, protocol, source: destination, sourcePort: port, destination: source, port: sourcePort};
}

function receiverOf({namespace, packet}: Extract<Journey['end'], {kind: 'delivered'}>): Receiver {
	return {namespace, address: packet.destination, port: packet.port, source: packet.source, sourcePort: packet.sourcePort};
}

function roundTripNs(hops: readonly Hop[]): number {
	return hops.every(({kind}) => kind === 'loopback') ? rates.vethRoundTripNs / 2 : Math.max(Math.floor(hops.length / 2), 1) * rates.vethRoundTripNs;
}

function wayOf({hops, packets, steps}: Journey): Way {
	return {hops, packets, rules: steps.filter(step => step.step === 'rule').map(({namespace, rule, table, chain}) => ({namespace, rule, chain: `${table} ${chain}`}))};
}

/** Packets of one action whose steps are kept as events; those after them are only counted. */
const maxTraced = 2000;
const tracedOf = new WeakMap<object, number>();

/** Counts a packet, remembers what it taught, and reports its way. */
function note(tx: Tx, journey: Journey, bytes: number): void {
	countTraffic(tx, wayOf(journey), {bytes, packets: 1});
	showPacket(tx, journey, {lengthBytes: journey.packet.protocol === 'icmp' ? icmpBytes : 0});
	learn(tx, journey);
	const traced = tracedOf.get(tx) ?? 0;
	if (traced < maxTraced) {
		tracedOf.set(tx, traced + 1);
		tx.emit({kind: 'packet', ...traceOf(journey)});
	}
}

function traceOf({from, packet, steps, end}: Journey): PacketTrace {
	return {from, packet, steps, isDelivered: end.kind === 'delivered'};
}

/** Keeps the way of the last packet that a program sent, or of the answer if that one was lost. */
function remember(tx: Tx, journey: Journey): void {
	tx.put('packet-trace', 'last', traceOf(journey));
}

function learn(tx: Tx, {learned}: Journey): void {
	for (const item of learned) {
		const {namespace} = item;
		if (item.kind === 'neighbour') {
			const key = `${item.device} ${item.address}`;
			if (tx.get(`neighbour:${namespace}`, key)?.isPermanent !== true) {
				tx.put(`neighbour:${namespace}`, key, {device: item.device, address: item.address, mac: item.mac, isPermanent: false, confirmedNs: nowNs(tx)});
			}
		} else {
			tx.put(`learned-port:${namespace}`, `${item.bridge} ${item.mac}`, {bridge: item.bridge, mac: item.mac, port: item.port, seenNs: nowNs(tx)});
		}
	}
}

/** Counts packets on the links and rules of a way, for `ip -s link`, `docker stats` and `iptables -v`. */
export function countTraffic(tx: Writes<NetworkSchema>, {hops, rules}: Way, {bytes, packets}: {readonly bytes: number; readonly packets: number}): void {
	for (const {namespace, index, direction} of hops) {
		const link = tx.get(`link:${namespace}`, index);
		if (link !== undefined) {
			tx.put(`link:${namespace}`, index, direction === 'in' || link.kind === 'loopback'
				? {...link, receivedBytes: link.receivedBytes + bytes, receivedPackets: link.receivedPackets + packets, ...(link.kind === 'loopback' ? {sentBytes: link.sentBytes + bytes, sentPackets: link.sentPackets + packets} : {})}
				: {...link, sentBytes: link.sentBytes + bytes, sentPackets: link.sentPackets + packets});
		}
	}

	const counted = bytes - ethernetHeaderBytes * packets;
	for (const {namespace, rule, chain} of rules) {
		const [table, id] = rule === undefined ? [`chain:${namespace}`, chain] as const : [`rule:${namespace}`, rule] as const;
		const record = tx.get(table, id);
		if (record !== undefined) {
			tx.put(table, id, {...record, packets: record.packets + packets, bytes: record.bytes + counted} as never);
		}
	}
}
