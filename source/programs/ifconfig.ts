// ifconfig(8): links and their addresses, in net-tools' words and in BusyBox's. Source: net-tools 2.10; BusyBox 1.36.

import {blockOf, broadcastOf, formatIpv4, parseIpv4} from '../model/network/address.js';
import {findLink, setUp} from '../model/network/link.js';
import type {Link} from '../model/network/network-schema.js';
import {assign, macPattern, type NetlinkRefusal, setMac, setMtu, unassign} from '../model/network/rtnetlink.js';
import {errorText} from '../model/kernel/errno.js';
import {isRunning} from './link-state.js';
import {linksOf} from './network-view.js';
import type {Blocking} from './standard-io.js';
import {plainTool, type Tool} from './tool.js';

export const ifconfig = plainTool('ifconfig', function * (t) {
	const options = t.operands.filter(word => /^-[asv]+$/v.test(word)).join('');
	const [name, ...words] = t.operands.filter(word => !/^-[asv]+$/v.test(word));
	if (name === undefined && options.includes('s')) {
		yield * t.print(interfaceTable(t, {isAll: options.includes('a'), isWide: false}));
		return 0;
	}

	if (name === undefined) {
		for (const link of shown(t, options.includes('a'))) {
			yield * t.print(describe(t, link));
		}

		return 0;
	}

	const link = findLink(t.sys.netlink().tx, t.sys.netlink().namespace, name);
	if (link === undefined) {
		yield * t.complainPlain(words.length > 0 ? `SIOCSIFADDR: No such device\n${name}: ERROR while getting interface flags: No such device\n` : (t.isGnu ? `${name}: error fetching interface information: Device not found\n` : `ifconfig: ${name}: error fetching interface information: Device not found\n`));
		return 1;
	}

	if (words.length === 0) {
		yield * t.print(describe(t, link));
		return 0;
	}

	return yield * change(t, name, words);
});

/** Links by name, those that are down only with -a. */
function shown(t: Pick<Tool, 'process' | 'isGnu'>, isAll: boolean): readonly Link[] {
	const links = linksOf(t.process).filter(({isUp}) => isAll || isUp);
	return t.isGnu ? links.toSorted((a, b) => a.name < b.name ? -1 : 1) : links;
}

const flagBits: ReadonlyArray<readonly [string, number]> = [['UP', 1], ['BROADCAST', 2], ['LOOPBACK', 8], ['RUNNING', 64], ['NOARP', 128], ['MULTICAST', 4096]];

function flagsOf(t: Tool<never>, link: Link): readonly string[] {
	const has: Readonly<Record<string, boolean>> = {
		UP: link.isUp, BROADCAST: link.kind !== 'loopback', LOOPBACK: link.kind === 'loopback', RUNNING: isRunning(t.sys.netlink(), link), NOARP: link.kind === 'dummy', MULTICAST: link.kind !== 'loopback' && link.kind !== 'dummy',
	};
	return flagBits.filter(([flag]) => has[flag]).map(([flag]) => flag);
}

function maskOf(prefixLength: number): string {
	return formatIpv4(2 ** 32 - 2 ** (32 - prefixLength));
}

function broadcastText(address: string, prefixLength: number): string {
	return formatIpv4(broadcastOf(blockOf(parseIpv4(address)!, prefixLength)));
}

/** 1234 as `1.2 KiB`. */
function human(bytes: number): string {
	const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
	let [value, unit] = [bytes, 0];
	while (value >= 1024 && unit < units.length - 1) {
		value /= 1024;
		unit++;
	}

	return `${(Math.trunc(value * 10) / 10).toFixed(1)} ${units[unit]}`;
}

function describe(t: Tool<never>, link: Link): string {
	return t.isGnu ? describeGnu(t, link) : describeBusybox(t, link);
}

function describeGnu(t: Tool<never>, link: Link): string {
	const flags = flagsOf(t, link);
	const number = flagBits.filter(([flag]) => flags.includes(flag)).reduce((sum, [, bit]) => sum + bit, 0);
	const [address] = link.addresses;
	const indent = ' '.repeat(8);
	return [
		`${link.name}: flags=${number}<${flags.join(',')}>  mtu ${link.mtu}`,
		...address === undefined ? [] : [`${indent}inet ${address.address}  netmask ${maskOf(address.prefixLength)}${link.kind === 'loopback' ? '' : `  broadcast ${address.hasBroadcast ? broadcastText(address.address, address.prefixLength) : '0.0.0.0'}`}`],
		link.kind === 'loopback' ? `${indent}loop  txqueuelen 1000  (Local Loopback)` : `${indent}ether ${link.mac}  txqueuelen 1000  (Ethernet)`,
		`${indent}RX packets ${link.receivedPackets}  bytes ${link.receivedBytes} (${human(link.receivedBytes)})`,
		`${indent}RX errors 0  dropped 0  overruns 0  frame 0`,
		`${indent}TX packets ${link.sentPackets}  bytes ${link.sentBytes} (${human(link.sentBytes)})`,
		`${indent}TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0`,
		'', '',
	].join('\n');
}

function describeBusybox(t: Tool<never>, link: Link): string {
	const indent = ' '.repeat(10);
	const isLoopback = link.kind === 'loopback';
	const [address] = link.addresses;
	return [
		`${link.name.padEnd(9)} Link encap:${isLoopback ? 'Local Loopback  ' : `Ethernet  HWaddr ${link.mac.toUpperCase()}  `}`,
		...address === undefined ? [] : [`${indent}inet addr:${address.address}${isLoopback ? '' : `  Bcast:${broadcastText(address.address, address.prefixLength)}`}  Mask:${maskOf(address.prefixLength)}`],
		`${indent}${flagsOf(t, link).join(' ')}  MTU:${link.mtu}  Metric:1`,
		`${indent}RX packets:${link.receivedPackets} errors:0 dropped:0 overruns:0 frame:0`,
		`${indent}TX packets:${link.sentPackets} errors:0 dropped:0 overruns:0 carrier:0`,
		`${indent}collisions:0 txqueuelen:1000 `,
		`${indent}RX bytes:${link.receivedBytes} (${human(link.receivedBytes)})  TX bytes:${link.sentBytes} (${human(link.sentBytes)})`,
		'', '',
	].join('\n');
}

/** The short table of -s, and of `netstat -i`. */
export function interfaceTable(t: Pick<Tool, 'sys' | 'process' | 'isGnu'>, {isAll, isWide}: {readonly isAll: boolean; readonly isWide: boolean}): string {
	const letters = (link: Link) => `${link.kind === 'loopback' ? 'L' : 'B'}${link.kind === 'loopback' || link.kind === 'dummy' ? '' : 'M'}${isRunning(t.sys.netlink(), link) ? 'R' : ''}${link.isUp ? 'U' : ''}`;
	const rows = shown(t, isAll).map(link => `${link.name.padEnd(15)} ${String(link.mtu).padStart(5)} ${String(link.receivedPackets).padStart(8)}      0      0 0      ${String(link.sentPackets).padStart(8)}      0      0      0 ${letters(link)}\n`);
	return `${isWide ? 'Iface             MTU' : 'Iface      MTU'}    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n${rows.join('')}`;
}

/** The prefix length that an address has by its class. */
function classLength(address: string): number {
	const first = Number(address.split('.')[0]);
	return first < 128 ? 8 : (first < 192 ? 16 : 24);
}

function lengthOfMask(mask: string): number | undefined {
	const value = parseIpv4(mask);
	const length = value === undefined ? -1 : value.toString(2).replace(/0+$/v, '').length;
	return value !== undefined && value === 2 ** 32 - 2 ** (32 - length) ? length : undefined;
}

function * change(t: Tool<never>, name: string, words: readonly string[]): Blocking<number> {
	const {tx, namespace, mayChange} = t.sys.netlink();
	const current = () => findLink(tx, namespace, name)!;
	if (!mayChange) {
		yield * t.complainPlain('SIOCSIFFLAGS: Operation not permitted\n');
		return 255;
	}

	const rest = [...words];
	for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
		let refusal: NetlinkRefusal | undefined;
		if (word === 'up' || word === 'down') {
			setUp(tx, namespace, current().index, word === 'up');
		} else if (word === 'mtu') {
			refusal = setMtu(tx, namespace, current(), Number(rest.shift()));
		} else if (word === 'hw') {
			const mac = rest.shift() === 'ether' ? rest.shift() ?? '' : '';
			refusal = macPattern.test(mac) ? setMac(tx, namespace, current(), mac.toLowerCase()) : {errno: 'EINVAL'};
		} else if (word === 'netmask' || word === 'broadcast') {
			const length = word === 'netmask' ? lengthOfMask(rest.shift() ?? '') : (rest.shift(), current().addresses[0]?.prefixLength);
			refusal = setLength(t, current(), length);
		} else if (parseIpv4(word.split('/')[0]!) === undefined) {
			yield * t.complainPlain(['promisc', '-promisc', 'arp', '-arp', 'add', 'del', 'metric', 'txqueuelen', 'multicast'].includes(word) ? `virtlab: ifconfig ${word} is not modelled\n` : `${word}: Unknown host\nifconfig: \`--help' gives usage information.\n`);
			return 1;
		} else {
			refusal = setAddress(t, current(), word);
		}

		if (refusal !== undefined) {
			yield * t.complainPlain(`SIOCSIFADDR: ${errorText[refusal.errno]}\n`);
			return 255;
		}
	}

	return 0;
}

/** The one address of a link, which comes up with it. */
function setAddress(t: Tool<never>, link: Link, text: string): NetlinkRefusal | undefined {
	const {tx, namespace} = t.sys.netlink();
	const [address = '', length] = text.split('/');
	for (const each of link.addresses) {
		unassign(tx, namespace, findLink(tx, namespace, link.name)!, {address: each.address, prefixLength: undefined});
	}

	const refusal = assign(tx, namespace, findLink(tx, namespace, link.name)!, {address, prefixLength: length === undefined ? classLength(address) : Number(length), hasBroadcast: true});
	if (refusal === undefined) {
		setUp(tx, namespace, link.index, true);
	}

	return refusal;
}

function setLength(t: Tool<never>, link: Link, prefixLength: number | undefined): NetlinkRefusal | undefined {
	const {tx, namespace} = t.sys.netlink();
	const [first] = link.addresses;
	if (first === undefined || prefixLength === undefined) {
		return {errno: first === undefined ? 'EADDRNOTAVAIL' : 'EINVAL'};
	}

	unassign(tx, namespace, link, {address: first.address, prefixLength: undefined});
	return assign(tx, namespace, findLink(tx, namespace, link.name)!, {address: first.address, prefixLength, hasBroadcast: true});
}
