// Names: what a name server answers. Docker's own server at 127.0.0.11 knows the containers of the networks that a container is
// on; for anything else it asks the host's server. Source: moby/moby libnetwork/resolver.go.
//
// Simplified: queries are answered at once, without a datagram; only addresses of IPv4 (A records) exist. So the rules by which dockerd turns
// port 53 of 127.0.0.11 to the port that it listens on are not there, and iptables in a container shows none.

import {randomBelow} from '../../base/random.js';
import type {Reads, Writes} from '../../base/transaction.js';
import {ask, type NetworkEvent} from './flow.js';
import {netNamespace} from './link.js';
import type {NameRecord, NetNamespaceId, NetworkSchema} from './network-schema.js';

/** The scope of names that every host can look up, if it reaches a name server. */
const publicScope = 'internet';

export const embeddedServer = '127.0.0.11';

export type NameAnswer =
	| {readonly kind: 'addresses'; readonly addresses: readonly string[]}
	| {readonly kind: 'no-such-name'}
	| {readonly kind: 'server-failure'}
	/** Nobody answered. */
	| {readonly kind: 'timeout'};

/** What the server at `server` answers to a query of a namespace. */
export function queryName(tx: Writes<NetworkSchema, NetworkEvent>, namespace: NetNamespaceId, server: string, name: string): NameAnswer {
	const wanted = name.toLowerCase().replace(/\.$/v, '');
	const {resolver} = netNamespace(tx, namespace);
	if (server !== embeddedServer || resolver === undefined) {
		return askServer(tx, namespace, server, wanted);
	}

	const asked = resolver.own.get(wanted) ?? wanted;
	const known = resolver.scopes.map(scope => tx.get('name-record', recordId(scope, asked.toLowerCase()))).find(record => record !== undefined);
	if (known !== undefined) {
		return {kind: 'addresses', addresses: rotated(tx, known.addresses)};
	}

	// A name without a dot is never asked for upstream; the real server answers SERVFAIL when it has nobody to ask.
	const {upstream} = resolver;
	const answers = upstream === undefined || !wanted.includes('.') ? [] : upstream.servers.map(each => askServer(tx, upstream.namespace, each, wanted));
	return answers.find(answer => answer.kind !== 'timeout') ?? {kind: 'server-failure'};
}

function askServer(tx: Writes<NetworkSchema, NetworkEvent>, namespace: NetNamespaceId, server: string, name: string): NameAnswer {
	const delivery = ask(tx, namespace, {protocol: 'udp', address: server, port: 53, sourcePort: 32_768 + randomBelow(tx, 'query-port', 28_232)});
	if (delivery.kind === 'lost' || !netNamespace(tx, delivery.namespace).servesNames) {
		return {kind: 'timeout'};
	}

	const record = tx.get('name-record', recordId(publicScope, name));
	return record === undefined ? {kind: 'no-such-name'} : {kind: 'addresses', addresses: record.addresses};
}

/** Several addresses come in another order each time, so that callers that take the first share the work. Source: libnetwork resolver.go, shuffleAddr. */
function rotated(tx: Writes<NetworkSchema>, addresses: readonly string[]): readonly string[] {
	const shuffled = [...addresses];
	for (let last = shuffled.length - 1; last > 0; last--) {
		const other = randomBelow(tx, 'name-order', last + 1);
		[shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
	}

	return shuffled;
}

/** Adds an address to a name; several addresses answer in the order in which they came. */
export function addName(tx: Writes<NetworkSchema>, scope: string, name: string, address: string): void {
	const id = recordId(scope, name.toLowerCase());
	const addresses = (tx as Reads<NetworkSchema>).get('name-record', id)?.addresses ?? [];
	tx.put('name-record', id, {scope, name: name.toLowerCase(), addresses: [...addresses, address]});
}

export function removeName(tx: Writes<NetworkSchema>, scope: string, name: string, address: string): void {
	const id = recordId(scope, name.toLowerCase());
	const record: NameRecord | undefined = tx.get('name-record', id);
	const at = record?.addresses.indexOf(address) ?? -1;
	if (record === undefined || at === -1) {
		return;
	}

	const addresses = record.addresses.toSpliced(at, 1);
	if (addresses.length === 0) {
		tx.delete('name-record', id);
	} else {
		tx.put('name-record', id, {...record, addresses});
	}
}

function recordId(scope: string, name: string): string {
	return `${scope} ${name}`;
}
