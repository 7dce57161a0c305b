// The way of one packet, step by step: through netfilter's hooks and the routes of a namespace, over links to the next one, until it is
// delivered or lost.
//
//     a program sends ── route ── OUTPUT ── POSTROUTING ── link ══> neighbour
//     neighbour ══> link ── PREROUTING ─┬─ own address ── INPUT ── delivered
//                                       └─ route ── FORWARD ── POSTROUTING ── link ══> ...
//
// At each hook the tables are asked in the order raw, (connection tracking), mangle, nat for the destination, filter, nat for the source.
// Source: netfilter packet flow (Jan Engelhardt); Linux net/ipv4/ip_forward.c, net/bridge/br_netfilter_hooks.c.

import type {Reads} from '../../base/transaction.js';
import {contains, parseCidr, parseIpv4} from './address.js';
import {type Conntrack, stateOf, type Tracked, withDestination, withSource} from './conntrack.js';
import {type Crossing, type Hop, reach, type Reached} from './ethernet.js';
import {findLink, getLink, isLocal, netNamespace} from './link.js';
import {builtInChains, type ConnectionState, type HookName, type RejectWith, type TableName} from './netfilter.js';
import {type RuleHit, type Translation, walkChain} from './netfilter-walk.js';
import type {Link, LinkIndex, NetNamespaceId, NetworkSchema, Route} from './network-schema.js';
import type {Packet} from './rule-match.js';

/** Why a packet was lost. */
export type LossReason = 'no-route' | 'no-neighbour' | 'not-forwarding' | 'ttl' | 'filtered' | 'rejected';

/** What happened to a packet, in order. */
export type PacketStep =
	| {readonly step: 'link'; readonly namespace: NetNamespaceId; readonly name: string; readonly kind: Link['kind']; readonly direction: 'in' | 'out'}
	| {readonly step: 'bridge'; readonly namespace: NetNamespaceId; readonly bridge: string; readonly input: string; readonly output: string}
	| {readonly step: 'route'; readonly namespace: NetNamespaceId; readonly destination: string; readonly gateway: string | undefined; readonly device: string}
	| ({readonly step: 'rule'; readonly hook: HookName} & RuleHit)
	| {readonly step: 'translate'; readonly namespace: NetNamespaceId; readonly what: 'source' | 'destination'; readonly from: string; readonly to: string}
	| {readonly step: 'delivered'; readonly namespace: NetNamespaceId; readonly address: string; readonly port: number}
	| {readonly step: 'lost'; readonly namespace: NetNamespaceId; readonly reason: LossReason; readonly errno: LossErrno};

export type LossErrno = 'ENETUNREACH' | 'EHOSTUNREACH' | 'ETIMEDOUT' | 'ECONNREFUSED' | 'EPERM';

/** What a packet on its way lets others know: whose MAC address an IP address has, and behind which port of a bridge it is. */
export type Learned =
	| {readonly kind: 'neighbour'; readonly namespace: NetNamespaceId; readonly device: LinkIndex; readonly address: string; readonly mac: string}
	| {readonly kind: 'port'; readonly namespace: NetNamespaceId; readonly bridge: LinkIndex; readonly mac: string; readonly port: LinkIndex};

/** The way of one packet. */
export type Journey = {
	/** As it was sent. */
	readonly packet: Packet;
	readonly from: NetNamespaceId;
	readonly hops: readonly Hop[];
	/** How it looked at each hop. */
	readonly packets: readonly Packet[];
	readonly steps: readonly PacketStep[];
	readonly learned: readonly Learned[];
	readonly end:
		| {readonly kind: 'delivered'; readonly namespace: NetNamespaceId; readonly packet: Packet}
		| {readonly kind: 'lost'; readonly reason: LossReason; readonly errno: LossErrno};
};

/** A journey as it is shown. */
export type PacketTrace = {readonly from: NetNamespaceId; readonly packet: Packet; readonly steps: readonly PacketStep[]; readonly isDelivered: boolean};

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

type LinkNames = {readonly input: string; readonly output: string};

/** Where the packet stands: which namespace, and by which link it came (none where it was made). */
type Standing = {readonly namespace: NetNamespaceId; readonly input: Link | undefined; readonly tracked: Tracked | undefined};

type Lost = Extract<Journey['end'], {kind: 'lost'}>;

/** Sends a packet out of a namespace. An empty source is filled in by the route. */
export function sendPacket(tx: Reads<NetworkSchema>, conntrack: Conntrack, from: NetNamespaceId, packet: Packet): Journey {
	return new Walk(tx, conntrack, from, packet).run();
}

class Walk {
	readonly #tx: Reads<NetworkSchema>;
	readonly #conntrack: Conntrack;
	readonly #from: NetNamespaceId;
	readonly #hops: Hop[] = [];
	readonly #packets: Packet[] = [];
	readonly #steps: PacketStep[] = [];
	readonly #learned: Learned[] = [];
	#sent: Packet;
	#packet: Packet;

	constructor(tx: Reads<NetworkSchema>, conntrack: Conntrack, from: NetNamespaceId, packet: Packet) {
		this.#tx = tx;
		this.#conntrack = conntrack;
		this.#from = from;
		this.#sent = packet;
		this.#packet = packet;
	}

	run(): Journey {
		const end = this.#send();
		if (end.kind === 'delivered') {
			this.#steps.push({step: 'delivered', namespace: end.namespace, address: end.packet.destination, port: end.packet.protocol === 'icmp' ? 0 : end.packet.port});
		}

		return {packet: this.#sent, from: this.#from, hops: this.#hops, packets: this.#packets, steps: this.#steps, learned: this.#learned, end};
	}

	#lose(namespace: NetNamespaceId, reason: LossReason, errno: LossErrno): Lost {
		this.#steps.push({step: 'lost', namespace, reason, errno});
		return {kind: 'lost', reason, errno};
	}

	#send(): Journey['end'] {
		const namespace = this.#from;
		const first = this.#route(namespace);
		if (first === undefined) {
			return this.#lose(namespace, 'no-route', 'ENETUNREACH');
		}

		if (this.#packet.source === '') {
			this.#packet = {...this.#packet, source: first.route === undefined ? this.#packet.destination : first.route.source ?? first.link.addresses[0]?.address ?? '0.0.0.0'};
			this.#sent = this.#packet;
		}

		const before = this.#packet.destination;
		const standing: Standing = {namespace, input: undefined, tracked: undefined};
		const judged = this.#hook('OUTPUT', standing, {input: '', output: first.link.name});
		if (judged.lost !== undefined) {
			return judged.lost;
		}

		const way = this.#packet.destination === before ? first : this.#route(namespace);
		return way === undefined ? this.#lose(namespace, 'no-route', 'ENETUNREACH') : this.#leave({...standing, tracked: judged.tracked}, way);
	}

	/** The link by which the packet leaves; the loopback for the namespace's own addresses. */
	#route(namespace: NetNamespaceId): {readonly link: Link; readonly route: Route | undefined} | undefined {
		const {destination} = this.#packet;
		if (isLocal(this.#tx, namespace, destination)) {
			const loopback = findLink(this.#tx, namespace, 'lo');
			return loopback?.isUp === true ? {link: loopback, route: undefined} : undefined;
		}

		const route = lookUpRoute(this.#tx, namespace, destination);
		if (route === undefined) {
			return undefined;
		}

		const link = getLink(this.#tx, namespace, route.device);
		this.#steps.push({step: 'route', namespace, destination: route.destination, gateway: route.gateway, device: link.name});
		return {link, route};
	}

	/** POSTROUTING, and out. */
	#leave(standing: Standing, {link, route}: {readonly link: Link; readonly route: Route | undefined}): Journey['end'] {
		const {namespace} = standing;
		const judged = this.#hook('POSTROUTING', standing, {input: '', output: link.name});
		if (judged.lost !== undefined) {
			return judged.lost;
		}

		if (link.kind === 'loopback') {
			this.#pass({namespace, index: link.index, name: link.name, kind: link.kind, direction: 'out'});
			return this.#arrive({namespace, input: link, tracked: judged.tracked});
		}

		const nextHop = route?.gateway ?? this.#packet.destination;
		const reached = reach(this.#tx, {namespace, link}, nextHop);
		if (reached === undefined) {
			this.#pass({namespace, index: link.index, name: link.name, kind: link.kind, direction: 'out'});
			return this.#lose(namespace, 'no-neighbour', 'EHOSTUNREACH');
		}

		this.#learn(namespace, link, {nextHop, reached});
		let passed = 0;
		for (const crossing of reached.crossings) {
			this.#passAll(reached.hops.slice(passed, crossing.hopsBefore));
			passed = crossing.hopsBefore;
			const lost = this.#cross(crossing);
			if (lost !== undefined) {
				return lost;
			}
		}

		this.#passAll(reached.hops.slice(passed));
		return this.#arrive({namespace: reached.namespace, input: reached.link, tracked: undefined});
	}

	#learn(namespace: NetNamespaceId, link: Link, {nextHop, reached}: {readonly nextHop: string; readonly reached: Reached}): void {
		this.#learned.push({kind: 'neighbour', namespace, device: link.index, address: nextHop, mac: reached.link.mac});
		for (const hop of reached.hops) {
			const {master} = getLink(this.#tx, hop.namespace, hop.index);
			if (hop.direction === 'in' && master !== undefined) {
				this.#learned.push({kind: 'port', namespace: hop.namespace, bridge: master, mac: link.mac, port: hop.index});
			}
		}
	}

	#pass(hop: Hop): void {
		this.#hops.push(hop);
		this.#packets.push(this.#packet);
		this.#steps.push({step: 'link', namespace: hop.namespace, name: hop.name, kind: hop.kind, direction: hop.direction});
	}

	#passAll(hops: readonly Hop[]): void {
		for (const hop of hops) {
			this.#pass(hop);
		}
	}

	/**
	 * A bridge hands a frame from port to port; netfilter sees it only if net.bridge.bridge-nf-call-iptables says so.
	 * Simplified: a translation there does not turn the frame aside from its way.
	 */
	#cross({namespace, bridge, input, output}: Crossing): Lost | undefined {
		this.#steps.push({step: 'bridge', namespace, bridge: bridge.name, input: input.name, output: output.name});
		if (!netNamespace(this.#tx, namespace).bridgeCallsNetfilter) {
			return undefined;
		}

		let standing: Standing = {namespace, input: bridge, tracked: undefined};
		for (const [hook, names] of [['PREROUTING', {input: bridge.name, output: ''}], ['FORWARD', {input: bridge.name, output: bridge.name}], ['POSTROUTING', {input: '', output: bridge.name}]] as const) {
			const judged = this.#hook(hook, standing, names);
			if (judged.lost !== undefined) {
				return judged.lost;
			}

			standing = {...standing, tracked: judged.tracked};
		}

		return undefined;
	}

	#arrive(standing: Standing): Journey['end'] {
		const {namespace} = standing;
		const input = standing.input!;
		const judged = this.#hook('PREROUTING', standing, {input: input.name, output: ''});
		if (judged.lost !== undefined) {
			return judged.lost;
		}

		const here: Standing = {...standing, tracked: judged.tracked};
		if (isLocal(this.#tx, namespace, this.#packet.destination)) {
			const accepted = this.#hook('INPUT', here, {input: input.name, output: ''});
			return accepted.lost ?? {kind: 'delivered', namespace, packet: this.#packet};
		}

		return this.#forward(here, input);
	}

	#forward(standing: Standing, input: Link): Journey['end'] {
		const {namespace} = standing;
		if (!netNamespace(this.#tx, namespace).isForwarding) {
			return this.#lose(namespace, 'not-forwarding', 'ETIMEDOUT');
		}

		const way = this.#route(namespace);
		if (way === undefined) {
			return this.#lose(namespace, 'no-route', 'ENETUNREACH');
		}

		if (this.#packet.ttl <= 1) {
			return this.#lose(namespace, 'ttl', 'EHOSTUNREACH');
		}

		this.#packet = {...this.#packet, ttl: this.#packet.ttl - 1};
		const judged = this.#hook('FORWARD', standing, {input: input.name, output: way.link.name});
		return judged.lost ?? this.#leave({...standing, tracked: judged.tracked}, way);
	}

	/** All tables of one hook. */
	#hook(hook: HookName, {namespace, tracked: known}: Standing, names: LinkNames): {readonly tracked: Tracked; readonly lost?: Lost} {
		const raw = known === undefined ? this.#ask('raw', hook, {namespace, names, state: 'UNTRACKED'}) : undefined;
		const tracked = known ?? this.#conntrack.track(namespace, this.#packet);
		const changesSource = hook === 'POSTROUTING' || hook === 'INPUT';
		const lost = raw?.lost ?? this.#ask('mangle', hook, {namespace, names, state: stateOf(tracked)}).lost
			?? (changesSource ? undefined : this.#translate(hook, {namespace, names, tracked}))
			?? this.#ask('filter', hook, {namespace, names, state: stateOf(tracked)}).lost
			?? (changesSource ? this.#translate(hook, {namespace, names, tracked}) : undefined);
		return lost === undefined ? {tracked} : {tracked, lost};
	}

	#ask(table: TableName, hook: HookName, {namespace, names, state}: {readonly namespace: NetNamespaceId; readonly names: LinkNames; readonly state: ConnectionState}): {readonly lost?: Lost; readonly translation?: Translation} {
		if (!builtInChains[table].includes(hook) || this.#tx.get(`chain:${namespace}`, `${table} ${hook}`) === undefined) {
			return {};
		}

		const hits: RuleHit[] = [];
		const verdict = walkChain(this.#tx, {packet: this.#packet, namespace, ...names, state}, {table, hook}, hits);
		this.#steps.push(...hits.map(hit => ({step: 'rule', hook, ...hit}) as const));
		switch (verdict.kind) {
			case 'accept': {
				return {};
			}

			case 'drop': {
				return {lost: this.#lose(namespace, 'filtered', hook === 'OUTPUT' ? 'EPERM' : 'ETIMEDOUT')};
			}

			case 'reject': {
				return {lost: this.#lose(namespace, 'rejected', rejectErrnos[verdict.with])};
			}

			case 'translate': {
				return {translation: verdict.target};
			}

			default: {
				return verdict satisfies never;
			}
		}
	}

	/** The nat table decides for the first packet of a connection; the others are translated as that one was. */
	#translate(hook: HookName, {namespace, names, tracked}: {readonly namespace: NetNamespaceId; readonly names: LinkNames; readonly tracked: Tracked}): Lost | undefined {
		const {connection} = tracked;
		const changesSource = hook === 'POSTROUTING' || hook === 'INPUT';
		const isDecided = changesSource ? connection.sourceDone : connection.destinationDone;
		// The source is decided before the packet leaves; INPUT only turns translations back.
		if (!isDecided && tracked.direction === 'original' && !connection.hasReply && hook !== 'FORWARD') {
			const {lost, translation} = this.#ask('nat', hook, {namespace, names, state: 'NEW'});
			if (lost !== undefined) {
				return lost;
			}

			connection.destinationDone ||= !changesSource;
			connection.sourceDone ||= changesSource;
			if (translation !== undefined) {
				connection.reply = this.#replyAfter(connection.reply, translation, {namespace, names});
			}
		}

		if (hook !== 'FORWARD') {
			this.#apply(namespace, tracked, changesSource);
		}

		return undefined;
	}

	#replyAfter(reply: Tracked['connection']['reply'], target: Translation, {namespace, names}: {readonly namespace: NetNamespaceId; readonly names: LinkNames}): Tracked['connection']['reply'] {
		switch (target.kind) {
			case 'DNAT': {
				return {...reply, source: target.address ?? reply.source, sourcePort: target.port ?? reply.sourcePort};
			}

			case 'REDIRECT': {
				const address = findLink(this.#tx, namespace, names.input)?.addresses[0]?.address ?? '127.0.0.1';
				return {...reply, source: address, sourcePort: target.port};
			}

			case 'SNAT': {
				return {...reply, destination: target.address ?? reply.destination, port: target.port ?? reply.port};
			}

			case 'MASQUERADE': {
				return {...reply, destination: findLink(this.#tx, namespace, names.output)?.addresses[0]?.address ?? reply.destination};
			}

			default: {
				return target satisfies never;
			}
		}
	}

	#apply(namespace: NetNamespaceId, tracked: Tracked, changesSource: boolean): void {
		const before = this.#packet;
		const after = changesSource ? withSource(before, tracked) : withDestination(before, tracked);
		const show = ({source, sourcePort, destination, port, protocol}: Packet) => {
			const [address, number] = changesSource ? [source, sourcePort] : [destination, port];
			return protocol === 'icmp' ? address : `${address}:${number}`;
		};

		if (show(before) !== show(after)) {
			this.#steps.push({step: 'translate', namespace, what: changesSource ? 'source' : 'destination', from: show(before), to: show(after)});
		}

		this.#packet = after;
	}
}

/** What connect(2) says of each refusal. Source: Linux net/ipv4/icmp.c icmp_err_convert. */
const rejectErrnos: Readonly<Record<RejectWith, LossErrno>> = {
	'icmp-net-unreachable': 'ENETUNREACH', 'icmp-host-unreachable': 'EHOSTUNREACH', 'icmp-proto-unreachable': 'ECONNREFUSED', 'icmp-port-unreachable': 'ECONNREFUSED',
	'icmp-net-prohibited': 'ENETUNREACH', 'icmp-host-prohibited': 'EHOSTUNREACH', 'icmp-admin-prohibited': 'EHOSTUNREACH', 'tcp-reset': 'ECONNREFUSED',
};
