// Destination translation: how a published port reaches a container. Source: iptables-extensions(8), DNAT; moby/moby
// libnetwork/drivers/bridge/port_mapping_linux.go.
//
// Simplified: docker also runs a docker-proxy process for each published port, for connections that netfilter does not translate
// (from 127.0.0.1, and from the container's own bridge). Here the rule translates those too, and there is no such process.

import type {Reads, Writes} from '../../base/transaction.js';
import type {NatRule, NetNamespaceId, NetworkSchema, TransportProtocol} from './network-schema.js';

export type NatMatch = {readonly protocol: TransportProtocol; readonly address: string; readonly port: number};

function natKey({protocol, address, port}: NatMatch): string {
	return `${protocol} ${address}:${port}`;
}

/** The rule for a local destination: one for its very address, or one for any. */
export function natRule(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, match: NatMatch): NatRule | undefined {
	return tx.get(`nat:${namespace}`, natKey(match)) ?? tx.get(`nat:${namespace}`, natKey({...match, address: '0.0.0.0'}));
}

/** A rule that would clash with a new one: the same port at the same address, or either of them at any address. */
export function conflictingRule(tx: Reads<NetworkSchema>, namespace: NetNamespaceId, match: NatMatch): NatRule | undefined {
	if (match.address !== '0.0.0.0') {
		return natRule(tx, namespace, match);
	}

	for (const rule of tx.table(`nat:${namespace}`).values()) {
		if (rule.port === match.port && rule.protocol === match.protocol) {
			return rule;
		}
	}

	return undefined;
}

export function addNatRule(tx: Writes<NetworkSchema>, namespace: NetNamespaceId, rule: Omit<NatRule, 'key' | 'packets'>): void {
	const key = natKey(rule);
	tx.put(`nat:${namespace}`, key, {...rule, key, packets: 0});
}

export function removeNatRule(tx: Writes<NetworkSchema>, namespace: NetNamespaceId, match: NatMatch): void {
	tx.delete(`nat:${namespace}`, natKey(match));
}
