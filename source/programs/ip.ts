// ip(8): showing links, addresses and routes, in iproute2's words and in BusyBox's.
//
// Simplified: addresses of IPv6 are shown for the loopback only where a real kernel makes them by itself; changing the network is refused.

import {blockOf, broadcastOf, formatIpv4, parseIpv4} from '../model/network/address.js';
import type {Link, Route} from '../model/network/network-schema.js';
import {interfacesOf, type Interfaces} from './interfaces.js';
import {printTo, type Blocking} from './standard-io.js';
import {plainTool, type Tool} from './tool.js';

type Wish = {oneLine: boolean; brief: boolean; family: 'all' | '4' | '6'};

const objects: Readonly<Record<string, 'addr' | 'link' | 'route'>> = {a: 'addr', addr: 'addr', address: 'addr', l: 'link', link: 'link', r: 'route', ro: 'route', route: 'route'};

export const ip = plainTool('ip', function * (t) {
	const wish: Wish = {oneLine: false, brief: false, family: 'all'};
	const rest = [...t.operands];
	while (rest[0]?.startsWith('-') === true) {
		const option = rest.shift()!;
		switch (option) {
			case '-4':
			case '-6': {
				wish.family = option === '-4' ? '4' : '6';
				break;
			}

			case '-o':
			case '-oneline': {
				wish.oneLine = true;
				break;
			}

			case '-br':
			case '-brief': {
				wish.brief = true;
				break;
			}

			default: {
				yield * printTo(t.process, 2, `Option "${option}" is unknown, try "ip -help".\n`);
				return 255;
			}
		}
	}

	const object = objects[rest[0] ?? ''];
	if (object === undefined) {
		yield * printTo(t.process, 2, rest[0] === undefined ? 'Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n' : `Object "${rest[0]}" is unknown, try "ip help".\n`);
		return rest[0] === undefined ? 255 : 1;
	}

	return yield * show(t, object, {wish, words: rest.slice(1)});
});

function * show(t: Tool<never>, object: 'addr' | 'link' | 'route', {wish, words}: {readonly wish: Wish; readonly words: readonly string[]}): Blocking<number> {
	const [command = 'show', ...more] = words;
	if (!['show', 'list', 'ls', 's', 'l'].includes(command)) {
		yield * printTo(t.process, 2, `virtlab: ip ${object} ${command} is not modelled\n`);
		return 1;
	}

	const interfaces = interfacesOf(t.process);
	if (object === 'route') {
		yield * t.print(interfaces.routes.map(route => routeLine(t, interfaces, route)).join(''));
		return 0;
	}

	const name = more[0] === 'dev' ? more[1] : more[0];
	const links = interfaces.links.filter(link => name === undefined || link.name === name);
	if (links.length === 0) {
		yield * printTo(t.process, 2, `${t.says('Device', 'ip: can\'t find device')} ${t.says(`"${name}" does not exist.`, `'${name}'`)}\n`);
		return 1;
	}

	for (const link of links) {
		yield * t.print(wish.brief ? briefLine(interfaces, link, object) : (wish.oneLine && object === 'addr' ? oneLines(link, wish) : entry(t, interfaces, link, {object, wish})));
	}

	return 0;
}

function shownName(interfaces: Interfaces, link: Link): string {
	const peer = link.peer === undefined ? '' : (interfaces.isElsewhere(link) ? `@if${link.peer.index}` : `@${interfaces.links.find(each => each.index === link.peer!.index)?.name ?? ''}`);
	return `${link.name}${peer}`;
}

function flagsOf(link: Link): string {
	const own = link.kind === 'loopback' ? ['LOOPBACK'] : ['BROADCAST', 'MULTICAST'];
	return [...own, ...link.isUp ? ['UP', 'LOWER_UP'] : []].join(',');
}

function stateOf(link: Link): string {
	return link.kind === 'loopback' && link.isUp ? 'UNKNOWN' : (link.isUp ? 'UP' : 'DOWN');
}

function entry(t: Tool<never>, interfaces: Interfaces, link: Link, {object, wish}: {readonly object: 'addr' | 'link'; readonly wish: Wish}): string {
	const master = interfaces.links.find(each => each.index === link.master)?.name;
	const queue = link.kind === 'ether' ? 'fq_codel' : 'noqueue';
	const head = t.isGnu
		? `${link.index}: ${shownName(interfaces, link)}: <${flagsOf(link)}> mtu ${link.mtu} qdisc ${link.isUp ? queue : 'noop'} ${master === undefined ? '' : `master ${master} `}state ${stateOf(link)} ${object === 'link' ? 'mode DEFAULT ' : ''}group default qlen 1000\n`
		: `${link.index}: ${shownName(interfaces, link)}: <${flagsOf(link)}${link.peer === undefined ? '' : ',M-DOWN'}> mtu ${link.mtu} qdisc ${link.isUp ? queue : 'noop'} ${master === undefined ? '' : `master ${master} `}${link.kind === 'loopback' ? 'qlen 1000' : ''}\n`;
	const type = link.kind === 'loopback' ? 'loopback' : 'ether';
	const broadcast = link.kind === 'loopback' ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff';
	const hardware = wish.family === 'all' || object === 'link' ? `    link/${type} ${link.mac} brd ${broadcast}${t.isGnu && link.peer !== undefined && interfaces.isElsewhere(link) ? ' link-netnsid 0' : ''}\n` : '';
	const addresses = object === 'addr' ? addressTexts(link, wish).map(text => `    ${text}\n       valid_lft forever preferred_lft forever\n`).join('') : '';
	return head + hardware + addresses;
}

function addressTexts(link: Link, {family}: Wish): readonly string[] {
	const inet = link.addresses.map(({address, prefixLength, scope}) => {
		const broadcast = link.kind === 'loopback' || prefixLength === 32 ? '' : ` brd ${formatIpv4(broadcastOf(blockOf(parseIpv4(address) ?? 0, prefixLength)))}`;
		return `inet ${address}/${prefixLength}${broadcast} scope ${scope} ${link.name}`;
	});
	const inet6 = link.kind === 'loopback' && link.isUp ? ['inet6 ::1/128 scope host '] : [];
	return [...family === '6' ? [] : inet, ...family === '4' ? [] : inet6];
}

function oneLines(link: Link, wish: Wish): string {
	return addressTexts(link, wish).map(text => `${link.index}: ${link.name}    ${text}\\       valid_lft forever preferred_lft forever\n`).join('');
}

function briefLine(interfaces: Interfaces, link: Link, object: 'addr' | 'link'): string {
	const values = object === 'addr' ? [...link.addresses.map(({address, prefixLength}) => `${address}/${prefixLength}`), ...link.kind === 'loopback' ? ['::1/128'] : []].map(text => `${text} `).join('') : `${link.mac} <${flagsOf(link)}> `;
	return `${shownName(interfaces, link).padEnd(16)} ${stateOf(link).padEnd(14)} ${values}\n`;
}

function routeLine(t: Tool<never>, interfaces: Interfaces, {destination, gateway, device, source, scope, metric, protocol}: Route): string {
	const link = interfaces.links.find(({index}) => index === device);
	const words = [
		destination === '0.0.0.0/0' ? 'default' : destination, ...gateway === undefined ? [] : ['via', gateway], 'dev', link?.name ?? '?',
		...t.isGnu && protocol !== 'boot' ? ['proto', protocol] : [], ...scope === 'global' ? [] : ['scope', scope], ...source === undefined ? [] : [t.says('src', ' src'), source], ...metric === 0 ? [] : ['metric', String(metric)],
		...link?.isUp === false ? ['linkdown'] : [],
	];
	return `${words.join(' ')} \n`;
}
