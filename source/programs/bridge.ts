// bridge(8): ports of bridges and what bridges have learned. Source: iproute2 6.1, bridge/link.c, fdb.c.

import {nowNs, secondNs} from '../base/clock.js';
import {findLink, getLink} from '../model/network/link.js';
import type {Link} from '../model/network/network-schema.js';
import {IpCall, isWord} from './ip/call.js';
import {flagsOf, shownName, stateOf} from './ip/show.js';
import {linksOf} from './network-view.js';
import type {Blocking} from './standard-io.js';
import {plainTool} from './tool.js';

export const bridge = plainTool('bridge', function * (t) {
	const [object, ...words] = t.operands.filter(word => !/^-(?:4|6|N|n)$/v.test(word));
	const call = new IpCall(t, {oneLine: false, brief: false, statistics: false, details: false, family: 'all', isForAll: false}, words);
	if (isWord(object, 'link')) {
		return yield * links(call);
	}

	if (isWord(object, 'fdb')) {
		return yield * fdb(call);
	}

	if (object === undefined || isWord(object, 'mdb', 'vlan', 'vni', 'monitor')) {
		yield * t.complainPlain(object === undefined ? 'Usage: bridge [ OPTIONS ] OBJECT { COMMAND | help }\nwhere  OBJECT := { link | fdb | mdb | vlan | vni | monitor }\n' : `virtlab: bridge ${object} is not modelled\n`);
		return object === undefined ? 255 : 1;
	}

	yield * t.complainPlain(`Object "${object}" is unknown, try "bridge help".\n`);
	return 255;
});

type Chosen = {readonly device: Link | undefined; readonly master: Link | undefined};

/** `dev NAME`, `br NAME`; a number is the exit status of a complaint. */
function * choose(call: IpCall): Blocking<Chosen | number> {
	const {tx, namespace} = call.net;
	let chosen: Chosen = {device: undefined, master: undefined};
	for (let word = call.next(); word !== undefined; word = call.next()) {
		const name = word === 'dev' || word === 'br' || word === 'brport' || word === 'master' ? call.next() ?? '' : word;
		const link = findLink(tx, namespace, name);
		const isBridge = word === 'br' || word === 'master';
		if (link === undefined) {
			return yield * call.say(isBridge ? `Cannot find bridge device "${name}"` : `Cannot find device "${name}"`, 255);
		}

		chosen = isBridge ? {...chosen, master: link} : {...chosen, device: link};
	}

	return chosen;
}

function * links(call: IpCall): Blocking<number> {
	const command = call.next();
	if (command !== undefined && !isWord(command, 'show', 'list', 'lst')) {
		return yield * isWord(command, 'set') ? call.say('virtlab: bridge link set is not modelled', 1) : say(call, `Command "${command}" is unknown, try "bridge link help".`);
	}

	const chosen = yield * choose(call);
	if (typeof chosen === 'number') {
		return chosen;
	}

	const {tx, namespace} = call.net;
	for (const link of linksOf(call.t.process)) {
		if (link.master !== undefined && (chosen.device === undefined || chosen.device.index === link.index)) {
			const state = stateOf(call, link) === 'UP' ? 'forwarding' : 'disabled';
			yield * call.t.print(`${link.index}: ${shownName(call, link)}: <${flagsOf(call, link)}> mtu ${link.mtu} master ${getLink(tx, namespace, link.master).name} state ${state} priority 32 cost 2 \n`);
		}
	}

	return 0;
}

function say(call: IpCall, text: string): Blocking<number> {
	return call.say(text, 255);
}

function * fdb(call: IpCall): Blocking<number> {
	const command = call.next();
	if (command !== undefined && !isWord(command, 'show', 'list', 'lst')) {
		return yield * isWord(command, 'add', 'append', 'delete', 'replace', 'get', 'flush') ? call.say(`virtlab: bridge fdb ${command} is not modelled`, 1) : say(call, `Command "${command}" is unknown, try "bridge fdb help".`);
	}

	const chosen = yield * choose(call);
	if (typeof chosen === 'number') {
		return chosen;
	}

	for (const line of entriesOf(call, chosen)) {
		yield * call.t.print(`${line}\n`);
	}

	return 0;
}

/** Seconds after which a bridge forgets where an address was: its ageing time. */
const ageingSeconds = 300;

/** Of each port its own address, which is permanent, and those that were seen behind it lately. Multicast is not modelled. */
function * entriesOf(call: IpCall, {device, master}: Chosen): Generator<string> {
	const {tx, namespace} = call.net;
	for (const link of linksOf(call.t.process)) {
		const bridgeOf = link.kind === 'bridge' ? link : (link.master === undefined ? undefined : getLink(tx, namespace, link.master));
		if (bridgeOf === undefined || (device !== undefined && device.index !== link.index) || (master !== undefined && master.index !== bridgeOf.index)) {
			continue;
		}

		const place = `${device === undefined ? `dev ${link.name} ` : ''}master ${bridgeOf.name}`;
		for (const {mac, port, seenNs} of tx.table(`learned-port:${namespace}`).values()) {
			if (port === link.index && (nowNs(tx) - seenNs) / secondNs < ageingSeconds) {
				yield `${mac} ${place} `;
			}
		}

		yield `${link.mac} ${place} permanent`;
	}
}
