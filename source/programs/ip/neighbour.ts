// ip neighbour: what ARP has found out. Source: ip-neighbour(8).
//
// Simplified: an entry is reachable for half a minute after it was used and stale from then on; it does not go by itself.

import {nowNs} from '../../base/clock.js';
import {parseIpv4} from '../../model/network/address.js';
import {getLink} from '../../model/network/link.js';
import {deleteNeighbour, macPattern, setNeighbour} from '../../model/network/rtnetlink.js';
import type {Neighbour} from '../../model/network/network-schema.js';
import type {Blocking} from '../standard-io.js';
import {type IpCall, isWord} from './call.js';

const reachableNs = 30_000_000_000;

export function * neighbour(call: IpCall): Blocking<number> {
	const command = call.next();
	if (command === undefined || isWord(command, 'show', 'list', 'lst')) {
		return yield * show(call);
	}

	if (isWord(command, 'add', 'replace', 'change')) {
		return yield * change(call, isWord(command, 'add') ? 'add' : 'replace');
	}

	if (isWord(command, 'delete')) {
		return yield * change(call, 'delete');
	}

	return yield * isWord(command, 'flush') ? flush(call) : (command === 'get' ? call.unmodelled('neigh get') : call.unknown('neighbour', command));
}

function stateOfNeighbour(call: Pick<IpCall, 'net'>, {isPermanent, confirmedNs}: Neighbour): 'PERMANENT' | 'REACHABLE' | 'STALE' {
	return isPermanent ? 'PERMANENT' : (nowNs(call.net.tx) - confirmedNs < reachableNs ? 'REACHABLE' : 'STALE');
}

function * show(call: IpCall): Blocking<number> {
	const words = [...call.rest];
	const device = words[0] === 'dev' ? words[1] : undefined;
	if (device !== undefined && call.link(device) === undefined) {
		return yield * call.noDevice(device);
	}

	const {tx, namespace} = call.net;
	for (const each of tx.table(`neighbour:${namespace}`).values()) {
		const {name} = getLink(tx, namespace, each.device);
		if (device === undefined || name === device) {
			yield * call.t.print(`${each.address} ${device === undefined ? `dev ${name} ` : ''}lladdr ${each.mac} ${stateOfNeighbour(call, each)} \n`);
		}
	}

	return 0;
}

function * change(call: IpCall, how: 'add' | 'replace' | 'delete'): Blocking<number> {
	let [address, mac, device]: Array<string | undefined> = [];
	for (let word = call.next(); word !== undefined; word = call.next()) {
		if (word === 'lladdr') {
			mac = call.next();
		} else if (word === 'dev') {
			device = call.next();
		} else if (word === 'nud') {
			call.next();
		} else {
			address = word === 'to' ? call.next() : word;
		}
	}

	if (device === undefined || address === undefined || parseIpv4(address) === undefined) {
		return yield * call.say('Device and destination are required arguments.', 255);
	}

	const link = call.link(device);
	if (link === undefined) {
		return yield * call.noDevice(device);
	}

	if (how !== 'delete' && (mac === undefined || !macPattern.test(mac))) {
		return yield * mac === undefined ? call.say('RTNETLINK answers: Invalid argument', 2) : call.say(`"${mac}" is invalid lladdr.`, 1);
	}

	return yield * call.change(({tx, namespace}) => how === 'delete' ? deleteNeighbour(tx, namespace, link, address) : setNeighbour(tx, namespace, link, {address, mac: mac!.toLowerCase(), mayExist: how === 'replace'}));
}

function * flush(call: IpCall): Blocking<number> {
	const words = [...call.rest];
	const device = words[0] === 'dev' ? call.link(words[1] ?? '') : undefined;
	if (words[0] === 'dev' && device === undefined) {
		return yield * call.noDevice(words[1] ?? '');
	}

	if (words.length === 0) {
		return yield * call.say('Flush requires arguments.', 1);
	}

	return yield * call.change(({tx, namespace}) => {
		for (const each of [...tx.table(`neighbour:${namespace}`).values()]) {
			if (!each.isPermanent && (device === undefined || each.device === device.index)) {
				deleteNeighbour(tx, namespace, getLink(tx, namespace, each.device), each.address);
			}
		}

		return undefined;
	});
}
