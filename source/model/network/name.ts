// Names: what a name server answers. Docker's own server at 127.0.0.11 knows the containers of the networks that a container is
// on; for anything else it asks the host's server. Source: moby/moby libnetwork/resolver.go.
//
// Simplified: queries are answered at once, without a datagram; only addresses of IPv4 (A records) exist.

import type {Reads, Writes} from '../../base/transaction.js';
import {deliver} from './delivery.js';
import {netNamespace} from './link.js';
import type {NameRecord, NetNamespaceId, NetworkSchema} from './network-schema.js';

/** The scope of names that every host can look up, if it reaches a name server. */
export const publicScope = 'internet';

export const embeddedServer = '127.0.0.11';

export type NameAnswer =
	| {readonly kind: 'addresses'; readonly addresses: readonly string[]}
	| {readonly kind: 'no-such-name'}
	| {readonly kind: 'server-failure'}
	/** Nobody answered. */
	| {readonly kind: 'timeout'};

/** What the server at `server` answers to a query of a namespace. */
export function queryName(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, server: string, name: string): NameAnswer {
	const wanted = name.toLowerCase().replace(/\.$/v, '');
	const {resolverScopes} = netNamespace(tx, namespace);
	if (server === embeddedServer && resolverScopes.length > 0) {
		const known = resolverScopes.map(scope => tx.get('name-record', recordId(scope, wanted))).find(record => record !== undefined);
		if (known !== undefined) {
			return {kind: 'addresses', addresses: known.addresses};
		}

		// A name without a dot is never asked for upstream; the real server answers SERVFAIL when it has nobody to ask.
		const upstream = tx.get('name-record', recordId(publicScope, wanted));
		return upstream === undefined ? {kind: 'server-failure'} : {kind: 'addresses', addresses: upstream.addresses};
	}

	const delivery = deliver(tx, namespace, {address: server, port: 53, protocol: 'udp'});
	if (delivery.kind === 'lost' || !netNamespace(tx, delivery.namespace).servesNames) {
		return {kind: 'timeout'};
	}

	const record = tx.get('name-record', recordId(publicScope, wanted));
	return record === undefined ? {kind: 'no-such-name'} : {kind: 'addresses', addresses: record.addresses};
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
