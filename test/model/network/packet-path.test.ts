// The way of packets: bridges, routes, netfilter and its translations, hop by hop.

import {expect, test} from 'vitest';
import {emptyWorld, Transaction} from '../../../source/base/transaction.js';
import {ask, type NetworkEvent, openConnection, type Opened} from '../../../source/model/network/flow.js';
import {
	addAddress, addLink, addRoute, addVethPair, getLink, makeNetNamespace, removeLink, removeNetNamespace, setMaster, setUp,
} from '../../../source/model/network/link.js';
import {addName, queryName} from '../../../source/model/network/name.js';
import {chainsOf, insertRule, newChain, rulesOf, type TableName} from '../../../source/model/network/netfilter.js';
import type {NetworkSchema} from '../../../source/model/network/network-schema.js';
import {parseRule} from '../../../source/model/network/rule-syntax.js';

const host = 100;

type Tx = Transaction<NetworkSchema, NetworkEvent>;

/** A host with eth0 on the segment `lan`, docker0, and a container for each number: .2, .3, ... */
function hostWithContainers(...containers: readonly number[]): Tx {
	const tx: Tx = new Transaction(emptyWorld);
	makeNetNamespace(tx, host);
	setUp(tx, host, 1, true);
	const eth0 = addLink(tx, host, {name: 'eth0', kind: 'ether', segment: 'lan', isUp: true});
	addAddress(tx, host, eth0.index, {address: '192.168.56.10', prefixLength: 24, scope: 'global'});
	tx.put('net-namespace', host, {...tx.get('net-namespace', host)!, isForwarding: true});
	const bridge = addBridge(tx, 'docker0', '172.17');
	iptables(tx, 'nat', 'POSTROUTING', '-s 172.17.0.0/16 ! -o docker0 -j MASQUERADE');
	for (const number of containers) {
		addContainer(tx, number, {bridge, prefix: '172.17'});
	}

	return tx;
}

function addBridge(tx: Tx, name: string, prefix: string): number {
	const bridge = addLink(tx, host, {name, kind: 'bridge', isUp: true});
	addAddress(tx, host, bridge.index, {address: `${prefix}.0.1`, prefixLength: 16, scope: 'global'});
	return bridge.index;
}

function addContainer(tx: Tx, number: number, {bridge, prefix}: {readonly bridge: number; readonly prefix: string}): void {
	makeNetNamespace(tx, number);
	setUp(tx, number, 1, true);
	const {first, second} = addVethPair(tx, {namespace: number, name: 'eth0'}, {namespace: host, name: `veth${number}`});
	setMaster(tx, host, second.index, bridge);
	addAddress(tx, number, first.index, {address: `${prefix}.0.${number}`, prefixLength: 16, scope: 'global'});
	setUp(tx, number, first.index, true);
	setUp(tx, host, second.index, true);
	addRoute(tx, number, {destination: '0.0.0.0/0', gateway: `${prefix}.0.1`, device: first.index, source: undefined, scope: 'global', metric: 0, protocol: 'boot'});
}

/** Another machine on the segment, which routes to the containers by way of the host. */
function addNeighbour(tx: Tx): void {
	makeNetNamespace(tx, 200);
	const nic = addLink(tx, 200, {name: 'eth0', kind: 'ether', segment: 'lan', isUp: true});
	addAddress(tx, 200, nic.index, {address: '192.168.56.20', prefixLength: 24, scope: 'global'});
	addRoute(tx, 200, {destination: '172.16.0.0/12', gateway: '192.168.56.10', device: nic.index, source: undefined, scope: 'global', metric: 0, protocol: 'static'});
}

function iptables(tx: Tx, table: TableName, chain: string, words: string, index?: number): string {
	const parsed = parseRule(words.split(' '), {has: name => chainsOf(tx, host, table).some(each => each.name === name)});
	return parsed.kind === 'rules' ? parsed.rules.map(spec => insertRule(tx, host, {table, chain, ...(index === undefined ? {} : {index})}, spec) ?? 'ok').join() : JSON.stringify(parsed);
}

function open(tx: Tx, from: number, address: string, port: number): Opened {
	return openConnection(tx, from, {protocol: 'tcp', address, port, sourcePort: 40_000}, () => true);
}

function way(opened: Opened): string {
	return opened.kind === 'lost' ? opened.errno : `${opened.there.hops.map(hop => hop.name).join(' ')} -> ${opened.namespace} ${opened.address}:${opened.port} from ${opened.source}`;
}

/** The steps of the last packet, a line for each. */
function steps(tx: Tx): readonly string[] {
	return tx.get('packet-trace', 'last')!.steps.map(step => {
		switch (step.step) {
			case 'link': {
				return `${step.namespace} ${step.name} ${step.direction}`;
			}

			case 'bridge': {
				return `${step.namespace} ${step.bridge}: ${step.input} to ${step.output}`;
			}

			case 'route': {
				return `${step.namespace} route ${step.destination} ${step.gateway === undefined ? '' : `via ${step.gateway} `}dev ${step.device}`;
			}

			case 'rule': {
				return `${step.namespace} ${step.table} ${step.chain} ${step.number === 0 ? 'policy' : `rule ${step.number}`} ${step.target}`;
			}

			case 'translate': {
				return `${step.namespace} ${step.what} ${step.from} becomes ${step.to}`;
			}

			case 'delivered': {
				return `${step.namespace} delivered to ${step.address}:${step.port}`;
			}

			case 'lost': {
				return `${step.namespace} lost: ${step.reason}`;
			}

			default: {
				return step satisfies never;
			}
		}
	});
}

test('containers on one bridge reach each other through it', () => {
	const tx = hostWithContainers(2, 3);
	expect(way(open(tx, 2, '172.17.0.3', 80))).toBe('eth0 veth2 veth3 eth0 -> 3 172.17.0.3:80 from 172.17.0.2');
	expect(steps(tx)).toEqual(['2 route 172.17.0.0/16 dev eth0', '2 eth0 out', '100 veth2 in', '100 docker0: veth2 to veth3', '100 veth3 out', '3 eth0 in', '3 delivered to 172.17.0.3:80']);
	expect(way(open(tx, host, '172.17.0.3', 80))).toBe('docker0 veth3 eth0 -> 3 172.17.0.3:80 from 172.17.0.1');
	expect(way(open(tx, 2, '172.17.0.1', 80))).toBe('eth0 veth2 docker0 -> 100 172.17.0.1:80 from 172.17.0.2');
	expect(way(open(tx, 2, '127.0.0.1', 80))).toBe('lo -> 2 127.0.0.1:80 from 127.0.0.1');
});

test('neighbours and ports are learned from the packets that come by', () => {
	const tx = hostWithContainers(2, 3);
	open(tx, 2, '172.17.0.3', 80);
	const macOf = (namespace: number) => getLink(tx, namespace, 2).mac;
	expect([...tx.table('neighbour:2').values()].map(({address, mac}) => [address, mac])).toEqual([['172.17.0.3', macOf(3)]]);
	expect([...tx.table(`learned-port:${host}`).values()].map(({mac, port}) => [getLink(tx, host, port).name, mac])).toEqual([['veth2', macOf(2)], ['veth3', macOf(3)]]);
});

test('a connection is translated there and back, and only its first packet asks the nat table', () => {
	const tx = hostWithContainers(2);
	addNeighbour(tx);
	iptables(tx, 'nat', 'PREROUTING', '-p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80');
	expect(way(open(tx, 200, '192.168.56.10', 8080))).toBe('eth0 eth0 docker0 veth2 eth0 -> 2 172.17.0.2:80 from 192.168.56.20');
	expect(steps(tx)).toEqual([
		'200 route 192.168.56.0/24 dev eth0', '200 eth0 out', '100 eth0 in', '100 nat PREROUTING rule 1 DNAT', '100 destination 192.168.56.10:8080 becomes 172.17.0.2:80',
		'100 route 172.17.0.0/16 dev docker0', '100 nat POSTROUTING policy ACCEPT', '100 docker0 out', '100 veth2 out', '2 eth0 in', '2 delivered to 172.17.0.2:80',
	]);
	expect(way(open(tx, 2, '192.168.56.20', 80))).toBe('eth0 veth2 docker0 eth0 eth0 -> 200 192.168.56.20:80 from 192.168.56.10');
	const counted = chainsOf(tx, host, 'nat').flatMap(chain => rulesOf(tx, host, chain)).map(({packets, bytes, target}) => [target.kind, packets, bytes]);
	expect(counted).toEqual([['DNAT', 1, 60], ['MASQUERADE', 1, 60]]);
});

test('what cannot be reached fails in the way that its cause has', () => {
	const tx = hostWithContainers(2, 3);
	expect(way(open(tx, 2, '172.17.0.99', 80))).toBe('EHOSTUNREACH');
	expect(steps(tx).at(-1)).toBe('2 lost: no-neighbour');
	expect(way(open(tx, host, '8.8.8.8', 80))).toBe('ENETUNREACH');
	expect(openConnection(tx, 2, {protocol: 'tcp', address: '172.17.0.3', port: 81, sourcePort: 1}, () => false)).toEqual({kind: 'lost', errno: 'ECONNREFUSED'});
	setUp(tx, host, 4, false);
	expect(way(open(tx, 2, '172.17.0.3', 80))).toBe('EHOSTUNREACH');
	setUp(tx, host, 4, true);
	setUp(tx, 2, 2, false);
	expect(way(open(tx, 2, '172.17.0.3', 80))).toBe('ENETUNREACH');
});

test('rules drop and reject packets in either direction, and those of open connections may pass', () => {
	const tx = hostWithContainers(2, 3);
	const other = addBridge(tx, 'br-app', '172.18');
	addContainer(tx, 9, {bridge: other, prefix: '172.18'});
	expect(way(open(tx, 2, '172.18.0.9', 80))).toBe('eth0 veth2 docker0 br-app veth9 eth0 -> 9 172.18.0.9:80 from 172.18.0.1');
	iptables(tx, 'filter', 'FORWARD', '-m conntrack --ctstate ESTABLISHED -j ACCEPT');
	iptables(tx, 'filter', 'FORWARD', '-i docker0 -o br-app -p tcp --dport 80 -j ACCEPT');
	iptables(tx, 'filter', 'FORWARD', '-i docker0 -j REJECT --reject-with icmp-host-prohibited');
	iptables(tx, 'filter', 'FORWARD', '-j DROP');
	expect(way(open(tx, 2, '172.18.0.9', 80))).toMatch(/^eth0 /v);
	expect(way(open(tx, 2, '172.18.0.9', 81))).toBe('EHOSTUNREACH');
	expect(way(open(tx, 9, '172.17.0.2', 80))).toBe('ETIMEDOUT');
	expect(steps(tx).slice(-2)).toEqual(['100 filter FORWARD rule 4 DROP', '100 lost: filtered']);
	iptables(tx, 'filter', 'FORWARD', '-s 172.18.0.9 -j DROP', 0);
	expect(way(open(tx, 2, '172.18.0.9', 80))).toBe('ETIMEDOUT');
	expect(steps(tx).filter(step => /^9 route|becomes|lost/v.test(step))).toEqual(['9 route 172.18.0.0/16 dev eth0', '100 destination 172.18.0.1:40000 becomes 172.17.0.2:40000', '100 lost: filtered']);
	iptables(tx, 'filter', 'OUTPUT', '-d 172.17.0.3 -j DROP');
	expect(ask(tx, host, {protocol: 'icmp', address: '172.17.0.3', port: 0, sourcePort: 0})).toEqual({kind: 'lost', errno: 'EPERM'});
});

test('netfilter sees what a bridge passes on only if it is told to', () => {
	const tx = hostWithContainers(2, 3);
	iptables(tx, 'filter', 'FORWARD', '-i docker0 -o docker0 -j DROP');
	expect(way(open(tx, 2, '172.17.0.3', 80))).toMatch(/^eth0 veth2 veth3 eth0 /v);
	tx.put('net-namespace', host, {...tx.get('net-namespace', host)!, bridgeCallsNetfilter: true});
	expect(way(open(tx, 2, '172.17.0.3', 80))).toBe('ETIMEDOUT');
});

test('chains jump and return, and nobody can make them go round', () => {
	const tx = hostWithContainers(2);
	for (const name of ['A', 'B']) {
		newChain(tx, host, 'filter', name);
	}

	expect(iptables(tx, 'filter', 'INPUT', '-j A')).toBe('ok');
	expect(iptables(tx, 'filter', 'A', '-p icmp -j RETURN')).toBe('ok');
	expect(iptables(tx, 'filter', 'A', '-j B')).toBe('ok');
	expect(iptables(tx, 'filter', 'B', '-j A')).toBe('loop');
	expect(iptables(tx, 'filter', 'B', '-j DROP')).toBe('ok');
	expect(ask(tx, 2, {protocol: 'icmp', address: '172.17.0.1', port: 0, sourcePort: 0}).kind).toBe('answered');
	expect(way(open(tx, 2, '172.17.0.1', 80))).toBe('ETIMEDOUT');
	expect(steps(tx).slice(-5)).toEqual(['100 docker0 in', '100 filter INPUT rule 1 A', '100 filter A rule 2 B', '100 filter B rule 1 DROP', '100 lost: filtered']);
});

test('bridges that are joined in a circle end, and so do routes that point at each other', () => {
	const tx = hostWithContainers(2);
	const other = addBridge(tx, 'br-app', '172.18');
	for (const number of [1, 2]) {
		const {first, second} = addVethPair(tx, {namespace: host, name: `a${number}`}, {namespace: host, name: `b${number}`});
		setMaster(tx, host, first.index, 3);
		setMaster(tx, host, second.index, other);
		setUp(tx, host, first.index, true);
		setUp(tx, host, second.index, true);
	}

	expect(way(open(tx, 2, '172.17.0.99', 80))).toBe('EHOSTUNREACH');
	addNeighbour(tx);
	tx.put('net-namespace', 200, {...tx.get('net-namespace', 200)!, isForwarding: true});
	addRoute(tx, host, {destination: '172.19.0.0/16', gateway: '192.168.56.20', device: 2, source: undefined, scope: 'global', metric: 0, protocol: 'static'});
	expect(way(open(tx, 2, '172.19.0.1', 80))).toBe('EHOSTUNREACH');
	expect(steps(tx).at(-1)).toBe('200 lost: ttl');
});

test('a removed container leaves nothing behind', () => {
	const tx = hostWithContainers(2, 3);
	open(tx, 2, '172.17.0.3', 80);
	removeNetNamespace(tx, 3);
	expect(way(open(tx, 2, '172.17.0.3', 80))).toBe('EHOSTUNREACH');
	expect([...tx.table(`link:${host}`).values()].map(link => link.name)).toEqual(['lo', 'eth0', 'docker0', 'veth2']);
	expect(tx.table('link:3').size + tx.table('route:3').size + tx.table('local-address:3').size + tx.table('neighbour:3').size).toBe(0);
	removeLink(tx, host, getLink(tx, host, 3).index);
	expect([...tx.table(`bridge-port:${host}`).keys(), ...tx.table(`learned-port:${host}`).keys()]).toEqual([]);
});

test('names are asked of the server that resolv.conf names', () => {
	const tx = hostWithContainers(2);
	addName(tx, 'internet', 'example.com', '93.184.216.34');
	addName(tx, 'net1', 'db', '172.18.0.3');
	expect(queryName(tx, 2, '127.0.0.11', 'db')).toEqual({kind: 'timeout'});
	tx.put('net-namespace', 2, {...tx.get('net-namespace', 2)!, resolver: {scopes: ['net1'], own: new Map([['sql', 'db']]), upstream: {namespace: host, servers: ['192.168.56.1']}}});
	expect(queryName(tx, 2, '127.0.0.11', 'DB')).toEqual({kind: 'addresses', addresses: ['172.18.0.3']});
	expect(queryName(tx, 2, '127.0.0.11', 'sql')).toEqual({kind: 'addresses', addresses: ['172.18.0.3']});
	expect(queryName(tx, 2, '127.0.0.11', 'nosuch')).toEqual({kind: 'server-failure'});
	expect(queryName(tx, host, '192.168.56.1', 'example.com')).toEqual({kind: 'timeout'});
	expect(queryName(tx, 2, '127.0.0.11', 'example.com')).toEqual({kind: 'server-failure'});
	makeNetNamespace(tx, 200);
	const nic = addLink(tx, 200, {name: 'eth0', kind: 'ether', segment: 'lan', isUp: true});
	addAddress(tx, 200, nic.index, {address: '192.168.56.1', prefixLength: 24, scope: 'global'});
	tx.put('net-namespace', 200, {...tx.get('net-namespace', 200)!, servesNames: true});
	expect(queryName(tx, host, '192.168.56.1', 'example.com.')).toEqual({kind: 'addresses', addresses: ['93.184.216.34']});
	expect(queryName(tx, 2, '127.0.0.11', 'example.com')).toEqual({kind: 'addresses', addresses: ['93.184.216.34']});
	expect(queryName(tx, 2, '192.168.56.1', 'nosuch.example')).toEqual({kind: 'no-such-name'});
});
