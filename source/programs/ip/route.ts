// ip route: the main table. Source: ip-route(8).

import {formatCidr} from '../../model/network/address.js';
import {findLink, getLink, hasCarrier, isLocal, removeRoutes} from '../../model/network/link.js';
import type {Link, Route} from '../../model/network/network-schema.js';
import {lookUpRoute} from '../../model/network/packet-path.js';
import {createRoute, deleteRoute, isBlockAddress, parseDestination} from '../../model/network/rtnetlink.js';
import {parseIpv4, type Cidr} from '../../model/network/address.js';
import {routesOf} from '../network-view.js';
import type {Blocking} from '../standard-io.js';
import {type IpCall, isWord} from './call.js';

export function * route(call: IpCall): Blocking<number> {
	const command = call.next();
	if (command === undefined || isWord(command, 'show', 'list', 'lst')) {
		return yield * show(call);
	}

	if (command === 'get') {
		return yield * get(call);
	}

	if (isWord(command, 'flush')) {
		return yield * flush(call);
	}

	const how = isWord(command, 'add') ? 'add' : (isWord(command, 'replace') || isWord(command, 'change') ? 'replace' : (isWord(command, 'append') ? 'append' : (isWord(command, 'delete') ? 'delete' : undefined)));
	return yield * how === undefined ? call.unknown('route', command) : change(call, how);
}

type Words = {destination?: string; via?: string; device?: string; source?: string; metric?: number; scope?: Route['scope']; protocol?: string};

/** The words of a request; a number is the exit status of a complaint. */
function * readWords(call: IpCall): Blocking<Words | number> {
	const words: Words = {};
	for (let word = call.next(); word !== undefined; word = call.next()) {
		switch (word) {
			case 'via': {
				words.via = call.next() ?? '';
				break;
			}

			case 'dev': {
				words.device = call.next() ?? '';
				break;
			}

			case 'src': {
				words.source = call.next() ?? '';
				break;
			}

			case 'metric': {
				words.metric = Number(call.next() ?? '0');
				break;
			}

			case 'scope': {
				words.scope = (call.next() ?? 'global') as Route['scope'];
				break;
			}

			case 'proto': {
				words.protocol = call.next() ?? 'boot';
				break;
			}

			case 'onlink':
			case 'table':
			case 'mtu':
			case 'nexthop':
			case 'blackhole':
			case 'unreachable':
			case 'prohibit': {
				return yield * call.unmodelled(`route with ${word}`);
			}

			default: {
				if (words.destination !== undefined) {
					return yield * call.garbage(word);
				}

				words.destination = word === 'to' ? call.next() ?? '' : word;
			}
		}
	}

	return words;
}

type Parsed = {readonly destination: Cidr; readonly gateway: string | undefined; readonly device: Link | undefined};

function * parse(call: IpCall, {destination = 'default', via, device}: Words): Blocking<Parsed | number> {
	const block = parseDestination(destination);
	if (block === undefined) {
		return yield * call.say(destination.includes(':') ? 'virtlab: routes of IPv6 are not modelled' : `Error: any valid prefix is expected rather than "${destination}".`, 1);
	}

	if (via !== undefined && parseIpv4(via) === undefined) {
		return yield * call.say(`Error: any valid address is expected rather than "${via}".`, 1);
	}

	const link = device === undefined ? undefined : call.link(device);
	if (device !== undefined && link === undefined) {
		return yield * call.noDevice(device);
	}

	return {destination: block, gateway: via, device: link};
}

function * change(call: IpCall, how: 'add' | 'replace' | 'append' | 'delete'): Blocking<number> {
	const words = yield * readWords(call);
	const parsed = typeof words === 'number' ? words : yield * parse(call, words);
	if (typeof words === 'number' || typeof parsed === 'number') {
		return parsed as number;
	}

	if (words.destination === undefined && words.via === undefined && words.device === undefined) {
		return yield * call.say('RTNETLINK answers: No such device', 2);
	}

	if (words.destination !== undefined && !isBlockAddress(words.destination, parsed.destination)) {
		return yield * call.say('Error: Invalid prefix for given prefix length.', 2);
	}

	return yield * call.change(({tx, namespace}) => how === 'delete'
		? deleteRoute(tx, namespace, {...parsed, metric: words.metric})
		: createRoute(tx, namespace, {...parsed, source: words.source, metric: words.metric ?? 0, scope: words.scope, protocol: words.protocol ?? 'boot'}, how));
}

function * flush(call: IpCall): Blocking<number> {
	const words = [...call.rest];
	const name = words[0] === 'dev' ? words[1] : undefined;
	const link = name === undefined ? undefined : call.link(name);
	if (name !== undefined && link === undefined) {
		return yield * call.noDevice(name);
	}

	if (words.length === 0 || (words[0] !== 'dev' && words[0] !== 'cache')) {
		return yield * words.length === 0 ? call.say('"ip route flush" requires arguments.', 255) : call.unmodelled(`route flush ${words.join(' ')}`);
	}

	return yield * call.change(({tx, namespace}) => {
		removeRoutes(tx, namespace, each => each.device === link?.index);
		return undefined;
	});
}

function * show(call: IpCall): Blocking<number> {
	const words = yield * readWords(call);
	if (typeof words === 'number') {
		return words;
	}

	const {tx, namespace} = call.net;
	const device = words.device === undefined ? undefined : findLink(tx, namespace, words.device);
	if (words.device !== undefined && device === undefined) {
		return yield * call.noDevice(words.device);
	}

	const wanted = words.destination === undefined ? undefined : parseDestination(words.destination);
	for (const each of routesOf(call.t.process)) {
		if ((device === undefined || each.device === device.index) && (wanted === undefined || each.destination === formatCidr(wanted))) {
			yield * call.t.print(routeLine(call, each, device !== undefined));
		}
	}

	return 0;
}

function routeLine({t, net}: IpCall, {destination, gateway, device, source, scope, metric, protocol}: Route, hidesDevice: boolean): string {
	const link = getLink(net.tx, net.namespace, device);
	const shown = destination === '0.0.0.0/0' ? 'default' : destination.replace(/\/32$/v, '');
	const words = [
		shown, ...gateway === undefined ? [] : ['via', gateway], ...hidesDevice ? [] : ['dev', link.name],
		...t.isGnu && protocol !== 'boot' ? ['proto', protocol] : [], ...scope === 'global' ? [] : ['scope', scope], ...source === undefined ? [] : [t.says('src', ' src'), source], ...metric === 0 ? [] : ['metric', String(metric)],
		...t.isGnu && !hasCarrier(net.tx, net.namespace, link) ? ['linkdown'] : [],
	];
	return `${words.join(' ')} \n`;
}

/** Which way a packet would take. */
function * get(call: IpCall): Blocking<number> {
	const words = yield * readWords(call);
	if (typeof words === 'number') {
		return words;
	}

	const address = words.destination ?? '';
	if (parseIpv4(address) === undefined) {
		return yield * call.say(address === '' ? 'need at least a destination address' : `Error: any valid prefix is expected rather than "${address}".`, 1);
	}

	const {tx, namespace} = call.net;
	const {uid} = call.t.sys.credentials();
	if (isLocal(tx, namespace, address)) {
		yield * call.t.print(`local ${address} dev lo src ${address} uid ${uid} \n    cache <local> \n`);
		return 0;
	}

	const found = lookUpRoute(tx, namespace, address);
	if (found === undefined) {
		return yield * call.say('RTNETLINK answers: Network is unreachable', 2);
	}

	const link = getLink(tx, namespace, found.device);
	const source = found.source ?? link.addresses[0]?.address;
	yield * call.t.print(`${address} ${found.gateway === undefined ? '' : `via ${found.gateway} `}dev ${link.name} ${source === undefined ? '' : `src ${source} `}uid ${uid} \n    cache \n`);
	return 0;
}
