// ip link: making, changing and removing links. Source: ip-link(8); iproute2 6.1, ip/iplink.c.

import {failed} from '../../model/kernel/errno.js';
import type {NamespaceId} from '../../model/kernel/schema.js';
import {findLink, setMaster, setUp} from '../../model/network/link.js';
import type {Link} from '../../model/network/network-schema.js';
import {createLink, createVeth, deleteLink, enslave, macPattern, moveToNamespace, type NetlinkRefusal, rename, setMac, setMtu} from '../../model/network/rtnetlink.js';
import {linksOf} from '../network-view.js';
import type {Blocking} from '../standard-io.js';
import {type IpCall, isWord} from './call.js';
import {namedNamespaces} from './netns.js';
import {briefLine, entry, noSuchDevice, oneLines, type Shown} from './show.js';

export function * link(call: IpCall): Blocking<number> {
	const command = call.next();
	if (command === undefined || isWord(command, 'show', 'list', 'lst')) {
		return yield * showLinks(call, 'link');
	}

	if (isWord(command, 'set', 'change')) {
		return yield * set(call);
	}

	if (isWord(command, 'add', 'replace')) {
		return yield * add(call);
	}

	if (isWord(command, 'delete')) {
		return yield * remove(call);
	}

	return yield * isWord(command, 'help', 'xstats', 'afstats', 'property') ? call.unmodelled(`link ${command}`) : call.unknown('link', command);
}

type Filter = {name?: string; kind?: string; master?: string; isUp?: boolean};

/** Shows links, all or those that the words name. */
export function * showLinks(call: IpCall, shown: Shown): Blocking<number> {
	const filter: Filter = {};
	for (let word = call.next(); word !== undefined; word = call.next()) {
		if (word === 'dev' || (filter.name === undefined && !['type', 'master', 'up', 'scope', 'to', 'label'].includes(word))) {
			filter.name = word === 'dev' ? call.next() ?? '' : word;
		} else if (word === 'type') {
			filter.kind = call.next() ?? '';
		} else if (word === 'master') {
			filter.master = call.next() ?? '';
		} else if (word === 'up') {
			filter.isUp = true;
		} else {
			return yield * call.unmodelled(`${shown} show ${word}`);
		}
	}

	const {tx, namespace} = call.net;
	const all = linksOf(call.t.process);
	if (filter.name !== undefined && !all.some(({name}) => name === filter.name)) {
		return yield * call.say(noSuchDevice(call.t, filter.name), 1);
	}

	const master = filter.master === undefined ? undefined : findLink(tx, namespace, filter.master);
	if (filter.master !== undefined && master === undefined) {
		return yield * call.say('Error: argument "' + filter.master + '" is wrong: Device does not exist\n', 255);
	}

	const names = yield * namedNamespaces(call);
	const {wish} = call;
	for (const each of all) {
		const isWanted = (filter.name === undefined || each.name === filter.name) && (filter.kind === undefined || each.kind === filter.kind) && (master === undefined || each.master === master.index) && (filter.isUp !== true || each.isUp);
		// With a family, links that have no address of it are left out.
		const isEmpty = shown === 'addr' && wish.family !== 'all' && (wish.family === '4' ? each.addresses.length === 0 : each.kind !== 'loopback' || !each.isUp);
		if (isWanted && !isEmpty) {
			yield * call.t.print(wish.brief ? briefLine(call, each, shown) : (wish.oneLine && shown === 'addr' ? oneLines(each, wish) : entry(call, each, {shown, names})));
		}
	}

	return 0;
}

function * add(call: IpCall): Blocking<number> {
	const words: {name?: string; type?: string; peer?: string; mac?: string; peerMac?: string; peerNamespace?: string; namespace?: string; mtu?: string} = {};
	for (let word = call.next(); word !== undefined; word = call.next()) {
		if (word === 'name' || word === 'dev') {
			words.name = call.next() ?? '';
		} else if (word === 'type') {
			words.type = call.next() ?? '';
		} else if (word === 'address') {
			words[words.peer === undefined ? 'mac' : 'peerMac'] = call.next() ?? '';
		} else if (word === 'mtu') {
			words.mtu = call.next() ?? '';
		} else if (word === 'netns') {
			words[words.peer === undefined ? 'namespace' : 'peerNamespace'] = call.next() ?? '';
		} else if (word === 'peer') {
			words.peer = call.peek() === 'name' ? (call.next(), call.next() ?? '') : call.next() ?? '';
		} else if (words.name === undefined) {
			words.name = word;
		} else {
			return yield * call.unmodelled(`link add with ${word}`);
		}
	}

	const {name = '', type, mac, peerMac} = words;
	if (type === undefined) {
		return yield * call.say('Not enough information: "type" argument is required', 1);
	}

	const wrong = [mac, peerMac].find(each => each !== undefined && !macPattern.test(each));
	if (wrong !== undefined) {
		return yield * call.say(`"${wrong}" is invalid lladdr.`, 1);
	}

	if (type !== 'veth' && type !== 'bridge' && type !== 'dummy') {
		return yield * ['vlan', 'vxlan', 'macvlan', 'ipvlan', 'bond', 'tun', 'gre', 'wireguard', 'ifb', 'macvtap', 'team', 'vrf', 'geneve', 'ipip', 'sit'].includes(type) ? call.unmodelled(`link add type ${type}`) : call.say('Error: Unknown device type.', 2);
	}

	const ends = [yield * findNamespace(call, words.namespace), yield * findNamespace(call, words.peerNamespace ?? words.namespace)];
	if (ends.includes(undefined)) {
		return 255;
	}

	return yield * call.change(({tx, namespace}) => {
		const at = ends[0] ?? namespace;
		const given = mac === undefined ? {} : {mac: mac.toLowerCase()};
		const refusal = type === 'veth' ? createVeth(tx, {namespace: at, name, ...given}, {namespace: ends[1] ?? namespace, name: words.peer ?? freeName(call, 'veth'), ...(peerMac === undefined ? {} : {mac: peerMac.toLowerCase()})}) : createLink(tx, at, {name, kind: type, ...given});
		return refusal ?? (words.mtu === undefined ? undefined : setMtu(tx, at, findLink(tx, at, name)!, Number(words.mtu)));
	});
}

function freeName(call: IpCall, prefix: string): string {
	let number = 0;
	while (call.link(`${prefix}${number}`) !== undefined) {
		number++;
	}

	return `${prefix}${number}`;
}

function * remove(call: IpCall): Blocking<number> {
	const first = call.next();
	const name = first === 'dev' ? call.next() : first;
	const found = name === undefined ? undefined : call.link(name);
	if (found === undefined) {
		return yield * name === undefined ? call.say('Not enough information: "dev" argument is required.', 1) : call.noDevice(name);
	}

	return yield * call.change(({tx, namespace}) => deleteLink(tx, namespace, found));
}

type Change = {readonly kind: 'up' | 'down' | 'nomaster'} | {readonly kind: 'master' | 'name' | 'mtu' | 'address' | 'netns'; readonly value: string};

function * set(call: IpCall): Blocking<number> {
	let name: string | undefined;
	const changes: Change[] = [];
	for (let word = call.next(); word !== undefined; word = call.next()) {
		if (word === 'up' || word === 'down' || word === 'nomaster') {
			changes.push({kind: word});
		} else if (word === 'master' || word === 'name' || word === 'mtu' || word === 'address' || word === 'netns') {
			changes.push({kind: word, value: call.next() ?? ''});
		} else if (word === 'dev' || name === undefined) {
			name = word === 'dev' ? call.next() : word;
		} else if (['promisc', 'arp', 'multicast', 'txqueuelen', 'qlen', 'type', 'alias', 'group', 'broadcast', 'brd', 'allmulticast', 'vf', 'xdp', 'addrgenmode'].includes(word)) {
			return yield * call.unmodelled(`link set ${word}`);
		} else {
			return yield * call.garbage(word);
		}
	}

	const master = changes.find(change => change.kind === 'master' && call.link(change.value) === undefined);
	if (master !== undefined && 'value' in master) {
		return yield * call.wrong(master.value, 'Device does not exist\n');
	}

	const found = name === undefined ? undefined : call.link(name);
	if (found === undefined) {
		return yield * name === undefined ? call.say('Not enough of information: "dev" argument is required.', 255) : call.noDevice(name);
	}

	let current = found.name;
	for (const change of changes) {
		const status = yield * apply(call, call.link(current)!, change);
		if (status !== 0 || change.kind === 'netns') {
			return status;
		}

		current = change.kind === 'name' ? change.value : current;
	}

	return 0;
}

function * apply(call: IpCall, target: Link, change: Change): Blocking<number> {
	switch (change.kind) {
		case 'up':
		case 'down':
		case 'nomaster': {
			return yield * call.change(({tx, namespace}) => {
				if (change.kind === 'nomaster') {
					setMaster(tx, namespace, target.index, undefined);
				} else {
					setUp(tx, namespace, target.index, change.kind === 'up');
				}

				return undefined;
			});
		}

		case 'netns': {
			const to = yield * findNamespace(call, change.value);
			return to === undefined ? 255 : yield * call.change(({tx, namespace}) => moveToNamespace(tx, namespace, target, to ?? namespace));
		}

		case 'master': {
			const bridge = call.link(change.value)!;
			return yield * call.change(({tx, namespace}) => enslave(tx, namespace, target, bridge));
		}

		case 'mtu':
		case 'address':
		case 'name': {
			const wrong = change.kind === 'mtu' ? !/^\d{1,6}$/v.test(change.value) : change.kind === 'address' && !macPattern.test(change.value);
			if (wrong) {
				return yield * change.kind === 'mtu' ? call.say(`Error: argument "${change.value}" is wrong: Invalid "mtu" value\n`, 255) : call.say(`"${change.value}" is invalid lladdr.`, 1);
			}

			return yield * call.change(({tx, namespace}): NetlinkRefusal | undefined => change.kind === 'mtu' ? setMtu(tx, namespace, target, Number(change.value))
				: (change.kind === 'address' ? setMac(tx, namespace, target, change.value.toLowerCase()) : rename(tx, namespace, target, change.value)));
		}

		default: {
			return change satisfies never;
		}
	}
}

/** The namespace that a name of /run/netns, or a pid, stands for: null for the caller's own, undefined after a complaint. */
function * findNamespace(call: IpCall, text: string | undefined): Blocking<NamespaceId | null | undefined> {
	if (text === undefined) {
		return null;
	}

	const {sys} = call.t;
	const named = sys.open(`/run/netns/${text}`, {read: true});
	const fd = failed(named) && /^\d+$/v.test(text) ? sys.open(`/proc/${text}/ns/net`, {read: true}) : named;
	const found = failed(fd) ? fd : call.net.namespaceOf(fd);
	if (!failed(fd)) {
		sys.close(fd);
	}

	if (failed(found)) {
		yield * call.say(`Error: argument "${text}" is wrong: Invalid "netns" value\n`, 255);
		return undefined;
	}

	return found;
}

