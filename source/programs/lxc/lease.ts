// udhcpc(8): asks for an address on eth0, and the lease that dnsmasq gives on lxcbr0. Source: BusyBox networking/udhcp; dnsmasq(8).
//
// Simplified: the packets of DHCP are not modelled. Who asks gets an address of the block of the bridge that its link is plugged into; the
// number in it follows from the link's MAC address, as dnsmasq draws it.

import type {Process} from '../../model/kernel/program.js';
import {formatIpv4, parseIpv4} from '../../model/network/address.js';
import {addAddress, addRoute, findLink, getLink, portsOf} from '../../model/network/link.js';

type Lease = {readonly address: string; readonly server: string};

/** Gives the caller's eth0 an address and a way out; undefined if nobody answers. */
export function takeLease({sys}: Process, name = 'eth0'): Lease | undefined {
	const {tx, kernel, task} = sys.kernel();
	const namespace = tx.get(`task:${kernel}`, task)!.namespaces.net;
	const link = findLink(tx, namespace, name);
	const outside = link?.peer === undefined ? undefined : getLink(tx, link.peer.namespace, link.peer.index);
	const bridge = outside?.master === undefined ? undefined : getLink(tx, link!.peer!.namespace, outside.master);
	const server = bridge?.addresses[0];
	if (link === undefined || bridge === undefined || server === undefined) {
		return undefined;
	}

	const hosts = 2 ** (32 - server.prefixLength) - 3;
	const base = (parseIpv4(server.address)! & ~(2 ** (32 - server.prefixLength) - 1)) >>> 0;
	const {namespace: host} = link.peer!;
	const neighbours = portsOf(tx, host, bridge.index).flatMap(port => getLink(tx, host, port).peer ?? []).flatMap(peer => getLink(tx, peer.namespace, peer.index).addresses);
	const taken = new Set([...neighbours, ...bridge.addresses].map(({address}) => address));
	for (let attempt = 0, at = hashOf(link.mac) % hosts; attempt < hosts; attempt++, at = (at + 1) % hosts) {
		const address = formatIpv4(base + 2 + at);
		if (!taken.has(address)) {
			addAddress(tx, namespace, link.index, {address, prefixLength: server.prefixLength, scope: 'global'});
			addRoute(tx, namespace, {destination: '0.0.0.0/0', gateway: server.address, device: link.index, source: undefined, scope: 'global', metric: 0, protocol: 'boot'});
			return {address, server: server.address};
		}
	}

	return undefined;
}

/** The hash of dnsmasq's address allocation (dhcp.c, address_allocate): sdbm over the hardware address. */
function hashOf(mac: string): number {
	return mac.split(':').reduce((hash, byte) => (Number.parseInt(byte, 16) + (hash * 64) + (hash * 65_536) - hash) % 2 ** 32, 0);
}
