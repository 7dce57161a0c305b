// How links are shown: by `ip link` and `ip addr`, whole, on one line, or briefly. Source: iproute2 6.1, ip/ipaddress.c; BusyBox 1.36.

import {blockOf, broadcastOf, formatIpv4, parseIpv4} from '../../model/network/address.js';
import {getLink} from '../../model/network/link.js';
import type {Link} from '../../model/network/network-schema.js';
import {linkState} from '../link-state.js';
import type {Tool} from '../tool.js';
import type {IpCall, Wish} from './call.js';

export type Shown = 'addr' | 'link';

export function stateOf({net}: IpCall, link: Link): string {
	return linkState(net, link);
}

export function flagsOf(call: IpCall, link: Link): string {
	const state = stateOf(call, link);
	const hasLower = link.isUp && (state === 'UP' || state === 'UNKNOWN');
	const {tx, namespace} = call.net;
	const isPeerDown = link.kind === 'veth' && link.peer?.namespace === namespace && !getLink(tx, namespace, link.peer.index).isUp;
	return [
		...link.isUp && !hasLower ? ['NO-CARRIER'] : [], ...link.kind === 'loopback' ? ['LOOPBACK'] : (link.kind === 'dummy' ? ['BROADCAST', 'NOARP'] : ['BROADCAST', 'MULTICAST']),
		...link.isUp ? ['UP'] : [], ...hasLower ? ['LOWER_UP'] : [], ...isPeerDown ? ['M-DOWN'] : [],
	].join(',');
}

export function shownName({net}: IpCall, link: Link): string {
	if (link.peer === undefined) {
		return link.name;
	}

	return `${link.name}@${link.peer.namespace === net.namespace ? getLink(net.tx, net.namespace, link.peer.index).name : `if${link.peer.index}`}`;
}

/** `link-netnsid 0` after the address of a veth whose other end is elsewhere, or that namespace's name. */
function elsewhere(call: IpCall, link: Link, names: ReadonlyMap<number, string>): string {
	if (link.peer === undefined || link.peer.namespace === call.net.namespace) {
		return '';
	}

	const name = names.get(link.peer.namespace);
	return name === undefined ? ` link-netnsid ${netnsId(call, link.peer.namespace)}` : ` link-netns ${name}`;
}

/** The kernel numbers other namespaces in the order in which this one came to know them. */
export function netnsId({net}: IpCall, wanted: number): number {
	const known: number[] = [];
	for (const {peer} of net.tx.table(`link:${net.namespace}`).values()) {
		if (peer !== undefined && peer.namespace !== net.namespace && !known.includes(peer.namespace)) {
			known.push(peer.namespace);
		}
	}

	return known.indexOf(wanted);
}

export function entry(call: IpCall, link: Link, {shown, names}: {readonly shown: Shown; readonly names: ReadonlyMap<number, string>}): string {
	const {t, wish, net} = call;
	const master = link.master === undefined ? '' : `master ${getLink(net.tx, net.namespace, link.master).name} `;
	const queue = link.kind === 'ether' ? 'fq_codel' : (link.wasUp ? 'noqueue' : 'noop');
	const type = link.kind === 'loopback' ? 'loopback' : 'ether';
	const broadcast = link.kind === 'loopback' ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff';
	const hardware = wish.family === 'all' || shown === 'link' ? `    link/${type} ${link.mac} brd ${broadcast}${t.isGnu ? elsewhere(call, link, names) : ''}${detailsOf(call, link)}\n` : '';
	const head = t.isGnu
		? `${link.index}: ${shownName(call, link)}: <${flagsOf(call, link)}> mtu ${link.mtu} qdisc ${queue} ${master}state ${stateOf(call, link)} ${shown === 'link' ? 'mode DEFAULT ' : ''}group default qlen 1000${hardware === '' ? elsewhere(call, link, names) : ''}\n`
		: `${link.index}: ${shownName(call, link)}: <${flagsOf(call, link)}${link.peer === undefined || link.peer.namespace === net.namespace ? '' : ',M-DOWN'}> mtu ${link.mtu} qdisc ${queue} ${master}${link.kind === 'loopback' ? 'qlen 1000' : ''}\n`;
	const addresses = shown === 'addr' ? addressTexts(link, wish).map(text => `    ${text}\n       valid_lft forever preferred_lft forever\n`).join('') : '';
	const statistics = wish.statistics ? statisticsOf(link) : '';
	const whole = head + hardware + (shown === 'addr' ? addresses + statistics : statistics);
	return wish.oneLine ? `${whole.replace(/\n$/v, '').replaceAll('\n', '\\')}\n` : whole;
}

/** Simplified: of -d the kind of the link is shown, not the settings of its driver. */
function detailsOf({wish}: IpCall, {kind}: Link): string {
	return wish.details && kind !== 'ether' && kind !== 'loopback' ? ` promiscuity 0  minmtu 68 maxmtu 65535 \n    ${kind} ` : '';
}

function statisticsOf({receivedBytes, receivedPackets, sentBytes, sentPackets}: Link): string {
	const row = (bytes: number, packets: number) => `    ${String(bytes).padStart(10)} ${String(packets).padStart(7)}${' '.repeat(6)}0       0       0       0 \n`;
	return `    RX:  bytes packets errors dropped  missed   mcast           \n${row(receivedBytes, receivedPackets)}    TX:  bytes packets errors dropped carrier collsns           \n${row(sentBytes, sentPackets)}`;
}

function addressTexts(link: Link, {family}: Pick<Wish, 'family'>): readonly string[] {
	const inet = link.addresses.map(({address, prefixLength, scope, hasBroadcast}) => {
		const broadcast = hasBroadcast ? ` brd ${formatIpv4(broadcastOf(blockOf(parseIpv4(address) ?? 0, prefixLength)))}` : '';
		return `inet ${address}/${prefixLength}${broadcast} scope ${scope} ${link.name}`;
	});
	const inet6 = link.kind === 'loopback' && link.isUp ? ['inet6 ::1/128 scope host '] : [];
	return [...family === '6' ? [] : inet, ...family === '4' ? [] : inet6];
}

export function oneLines(link: Link, wish: Pick<Wish, 'family'>): string {
	return addressTexts(link, wish).map(text => `${link.index}: ${link.name}    ${text}\\       valid_lft forever preferred_lft forever\n`).join('');
}

export function briefLine(call: IpCall, link: Link, shown: Shown): string {
	const {family} = call.wish;
	const inet = family === '6' ? [] : link.addresses.map(({address, prefixLength}) => `${address}/${prefixLength}`);
	const inet6 = family === '4' || link.kind !== 'loopback' || !link.isUp ? [] : ['::1/128'];
	const values = shown === 'addr' ? [...inet, ...inet6].map(text => `${text} `).join('') : `${link.mac} <${flagsOf(call, link)}> `;
	return `${shownName(call, link).padEnd(16)} ${stateOf(call, link).padEnd(14)} ${values}\n`;
}

/** Words that say something else in BusyBox. */
export function noSuchDevice(t: Tool<never>, name: string): string {
	return t.isGnu ? `Device "${name}" does not exist.` : `can't find device '${name}'`;
}
