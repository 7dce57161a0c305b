import {expect, test} from 'vitest';
import {emptyWorld, Transaction} from '../../../source/base/transaction.js';
import {deliver, type Delivery} from '../../../source/model/network/delivery.js';
import {
	addAddress, addLink, addRoute, addVethPair, getLink, makeNetNamespace, removeLink, removeNetNamespace, setMaster, setUp,
} from '../../../source/model/network/link.js';
import {addName, queryName} from '../../../source/model/network/name.js';
import {addNatRule, conflictingRule} from '../../../source/model/network/nat.js';
import type {NetworkSchema} from '../../../source/model/network/network-schema.js';

const host = 100;

/** A host with eth0 on the segment `lan`, docker0, and a container for each number: .2, .3, ... */
function hostWithContainers(...containers: readonly number[]): Transaction<NetworkSchema> {
	const tx = new Transaction<NetworkSchema>(emptyWorld);
	makeNetNamespace(tx, host);
	setUp(tx, host, 1, true);
	const eth0 = addLink(tx, host, {name: 'eth0', kind: 'ether', segment: 'lan', isUp: true});
	addAddress(tx, host, eth0.index, {address: '192.168.56.10', prefixLength: 24, scope: 'global'});
	const bridge = addLink(tx, host, {name: 'docker0', kind: 'bridge', isUp: true});
	addAddress(tx, host, bridge.index, {address: '172.17.0.1', prefixLength: 16, scope: 'global'});
	tx.put('net-namespace', host, {...tx.get('net-namespace', host)!, isForwarding: true, masquerades: [{subnet: '172.17.0.0/16', exceptOut: 'docker0'}]});
	for (const number of containers) {
		makeNetNamespace(tx, number);
		setUp(tx, number, 1, true);
		const {first, second} = addVethPair(tx, {namespace: number, name: 'eth0'}, {namespace: host, name: `veth${number}`});
		setMaster(tx, host, second.index, bridge.index);
		addAddress(tx, number, first.index, {address: `172.17.0.${number}`, prefixLength: 16, scope: 'global'});
		setUp(tx, number, first.index, true);
		setUp(tx, host, second.index, true);
		addRoute(tx, number, {destination: '0.0.0.0/0', gateway: '172.17.0.1', device: first.index, source: undefined, scope: 'global', metric: 0, protocol: 'boot'});
	}

	return tx;
}

function way(delivery: Delivery): string {
	const names = delivery.hops.map(hop => hop.name).join(' ');
	return delivery.kind === 'delivered' ? `${names} -> ${delivery.namespace} ${delivery.address}:${delivery.port} from ${delivery.source}` : `${names} ${delivery.errno}`;
}

const tcp = (address: string, port: number) => ({address, port, protocol: 'tcp'}) as const;

test('containers on one bridge reach each other through it', () => {
	const tx = hostWithContainers(2, 3);
	expect(way(deliver(tx, 2, tcp('172.17.0.3', 80)))).toBe('eth0 veth2 veth3 eth0 -> 3 172.17.0.3:80 from 172.17.0.2');
	expect(way(deliver(tx, host, tcp('172.17.0.3', 80)))).toBe('docker0 veth3 eth0 -> 3 172.17.0.3:80 from 172.17.0.1');
	expect(way(deliver(tx, 2, tcp('172.17.0.1', 80)))).toBe('eth0 veth2 docker0 -> 100 172.17.0.1:80 from 172.17.0.2');
	expect(way(deliver(tx, 2, tcp('127.0.0.1', 80)))).toBe('lo -> 2 127.0.0.1:80 from 127.0.0.1');
});

test('a published port is translated, whether it is asked for here or from another host', () => {
	const tx = hostWithContainers(2);
	addNatRule(tx, host, {protocol: 'tcp', address: '0.0.0.0', port: 8080, toAddress: '172.17.0.2', toPort: 80, exceptFrom: 'docker0'});
	makeNetNamespace(tx, 200);
	const nic = addLink(tx, 200, {name: 'eth0', kind: 'ether', segment: 'lan', isUp: true});
	addAddress(tx, 200, nic.index, {address: '192.168.56.20', prefixLength: 24, scope: 'global'});
	expect(way(deliver(tx, host, tcp('127.0.0.1', 8080)))).toBe('docker0 veth2 eth0 -> 2 172.17.0.2:80 from 172.17.0.1');
	expect(way(deliver(tx, 200, tcp('192.168.56.10', 8080)))).toBe('eth0 eth0 docker0 veth2 eth0 -> 2 172.17.0.2:80 from 192.168.56.20');
	expect(way(deliver(tx, 2, tcp('192.168.56.20', 80)))).toBe('eth0 veth2 docker0 eth0 eth0 -> 200 192.168.56.20:80 from 192.168.56.10');
	expect(conflictingRule(tx, host, {protocol: 'tcp', address: '127.0.0.1', port: 8080})?.toPort).toBe(80);
	expect(conflictingRule(tx, host, {protocol: 'tcp', address: '127.0.0.1', port: 8081})).toBeUndefined();
});

test('what cannot be reached fails in the way that its cause has', () => {
	const tx = hostWithContainers(2, 3);
	expect(way(deliver(tx, 2, tcp('172.17.0.99', 80)))).toBe('eth0 EHOSTUNREACH');
	expect(way(deliver(tx, host, tcp('8.8.8.8', 80)))).toBe(' ENETUNREACH');
	const bridge = addLink(tx, host, {name: 'br-app', kind: 'bridge', isUp: true});
	addAddress(tx, host, bridge.index, {address: '172.18.0.1', prefixLength: 16, scope: 'global'});
	makeNetNamespace(tx, 9);
	const {first, second} = addVethPair(tx, {namespace: 9, name: 'eth0'}, {namespace: host, name: 'veth9'});
	setMaster(tx, host, second.index, bridge.index);
	addAddress(tx, 9, first.index, {address: '172.18.0.2', prefixLength: 16, scope: 'global'});
	setUp(tx, 9, first.index, true);
	setUp(tx, host, second.index, true);
	tx.put('net-namespace', host, {...tx.get('net-namespace', host)!, isolatedBridges: new Set(['docker0', 'br-app'])});
	expect(way(deliver(tx, 2, tcp('172.18.0.2', 80)))).toBe('eth0 veth2 docker0 ETIMEDOUT');
});

test('a removed container leaves nothing behind', () => {
	const tx = hostWithContainers(2, 3);
	removeNetNamespace(tx, 3);
	expect(way(deliver(tx, 2, tcp('172.17.0.3', 80)))).toBe('eth0 EHOSTUNREACH');
	expect([...tx.table(`link:${host}`).values()].map(link => link.name)).toEqual(['lo', 'eth0', 'docker0', 'veth2']);
	expect(tx.table('link:3').size + tx.table('route:3').size + tx.table('local-address:3').size).toBe(0);
	removeLink(tx, host, getLink(tx, host, 3).index);
	expect(tx.table(`neighbour:bridge:${host}:3`).size).toBe(1);
});

test('names are asked of the server that resolv.conf names', () => {
	const tx = hostWithContainers(2);
	addName(tx, 'internet', 'example.com', '93.184.216.34');
	addName(tx, 'net1', 'db', '172.18.0.3');
	expect(queryName(tx, 2, '127.0.0.11', 'db')).toEqual({kind: 'timeout'});
	tx.put('net-namespace', 2, {...tx.get('net-namespace', 2)!, resolverScopes: ['net1']});
	expect(queryName(tx, 2, '127.0.0.11', 'DB')).toEqual({kind: 'addresses', addresses: ['172.18.0.3']});
	expect(queryName(tx, 2, '127.0.0.11', 'nosuch')).toEqual({kind: 'server-failure'});
	expect(queryName(tx, host, '192.168.56.1', 'example.com')).toEqual({kind: 'timeout'});
	makeNetNamespace(tx, 200);
	const nic = addLink(tx, 200, {name: 'eth0', kind: 'ether', segment: 'lan', isUp: true});
	addAddress(tx, 200, nic.index, {address: '192.168.56.1', prefixLength: 24, scope: 'global'});
	tx.put('net-namespace', 200, {...tx.get('net-namespace', 200)!, servesNames: true});
	expect(queryName(tx, host, '192.168.56.1', 'example.com.')).toEqual({kind: 'addresses', addresses: ['93.184.216.34']});
	expect(queryName(tx, 2, '192.168.56.1', 'nosuch.example')).toEqual({kind: 'no-such-name'});
});
