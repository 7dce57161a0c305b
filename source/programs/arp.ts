// arp(8): the kernel's table of neighbours. Source: net-tools 2.10; BusyBox 1.36.

import {parseIpv4} from '../model/network/address.js';
import {findLink, getLink} from '../model/network/link.js';
import type {Neighbour} from '../model/network/network-schema.js';
import {lookUpRoute} from '../model/network/packet-path.js';
import {deleteNeighbour, macPattern, setNeighbour} from '../model/network/rtnetlink.js';
import type {Command} from './options.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	all: {short: 'a', help: 'display (all) hosts in alternative (BSD) style'},
	numeric: {short: 'n', long: 'numeric', help: 'don\'t resolve names'},
	delete: {short: 'd', long: 'delete', help: 'delete a specified entry'},
	set: {short: 's', long: 'set', help: 'set a new ARP entry'},
	device: {short: 'i', long: 'device', value: '<if>', help: 'specify network interface (e.g. eth0)'},
	linux: {short: 'e', help: 'display (all) hosts in default (Linux) style'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'arp', usage: ['[-vn]  [<HW>] [-i <if>] [-a] [<hostname>]'], summary: '', options, usageStatus: 255, version: 'net-tools 2.10'};

export const arp = tool(command, function * (t) {
	const [address, mac = ''] = t.operands;
	if (t.has('delete') || t.has('set')) {
		return yield * change(t, address, mac);
	}

	const {tx, namespace} = t.sys.netlink();
	const device = t.value('device');
	const wanted = [...tx.table(`neighbour:${namespace}`).values()].filter(each => (address === undefined || each.address === address) && (device === undefined || getLink(tx, namespace, each.device).name === device));
	if (address !== undefined && wanted.length === 0) {
		yield * t.print(`${address} (${address}) -- no entry\n`);
		return 1;
	}

	const isBsd = t.has('all') || !t.isGnu;
	yield * t.print(isBsd || wanted.length === 0 ? '' : 'Address                  HWtype  HWaddress           Flags Mask            Iface\n');
	for (const each of wanted) {
		yield * t.print(isBsd ? bsdLine(t, each) : linuxLine(t, each));
	}

	return 0;
});

function nameOf(t: Tool<Name>, {device}: Neighbour): string {
	const {tx, namespace} = t.sys.netlink();
	return getLink(tx, namespace, device).name;
}

function linuxLine(t: Tool<Name>, neighbour: Neighbour): string {
	return `${neighbour.address.padEnd(24)} ether   ${neighbour.mac.padEnd(19)} ${(neighbour.isPermanent ? 'CM' : 'C').padEnd(5)} ${' '.repeat(16)}${nameOf(t, neighbour)}\n`;
}

function bsdLine(t: Tool<Name>, neighbour: Neighbour): string {
	return `? (${neighbour.address}) at ${neighbour.mac} [ether] ${neighbour.isPermanent ? 'PERM ' : (t.isGnu ? '' : ' ')}on ${nameOf(t, neighbour)}\n`;
}

function * change(t: Tool<Name>, address: string | undefined, mac: string): Blocking<number> {
	const {tx, namespace, mayChange} = t.sys.netlink();
	const fail = function * (text: string): Blocking<number> {
		yield * t.complainPlain(`${text}\n`);
		return 255;
	};

	if (address === undefined || parseIpv4(address) === undefined) {
		return yield * fail(address === undefined ? 'arp: need host name' : `${address}: Unknown host`);
	}

	if (!mayChange) {
		return yield * fail(`${t.has('delete') ? 'SIOCDARP(dontpub)' : 'SIOCSARP'}: Operation not permitted`);
	}

	const asked = t.value('device');
	const route = asked === undefined ? lookUpRoute(tx, namespace, address) : undefined;
	const known = [...tx.table(`neighbour:${namespace}`).values()].find(each => each.address === address);
	const link = asked === undefined ? (known === undefined ? (route === undefined ? undefined : getLink(tx, namespace, route.device)) : getLink(tx, namespace, known.device)) : findLink(tx, namespace, asked);
	if (t.has('delete')) {
		const refusal = link === undefined ? {errno: 'ENOENT'} : deleteNeighbour(tx, namespace, link, address);
		return refusal === undefined ? 0 : yield * fail(`No ARP entry for ${address}`);
	}

	if (!macPattern.test(mac)) {
		return yield * fail(mac === '' ? 'arp: need hardware address' : `arp: invalid hardware address`);
	}

	if (link === undefined) {
		return yield * fail('SIOCSARP: Network is unreachable');
	}

	setNeighbour(tx, namespace, link, {address, mac: mac.toLowerCase(), mayExist: true});
	return 0;
}
