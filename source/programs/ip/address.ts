// ip address: which addresses links have, and giving them some. Source: ip-address(8).

import {removeRoutes} from '../../model/network/link.js';
import {assign, parseInterfaceAddress, unassign} from '../../model/network/rtnetlink.js';
import type {Link} from '../../model/network/network-schema.js';
import type {Blocking} from '../standard-io.js';
import {type IpCall, isWord} from './call.js';
import {showLinks} from './link-command.js';

export function * address(call: IpCall): Blocking<number> {
	const command = call.next();
	if (command === undefined || isWord(command, 'show', 'list', 'lst')) {
		return yield * showLinks(call, 'addr');
	}

	if (isWord(command, 'add', 'replace', 'change')) {
		return yield * add(call, !isWord(command, 'add'));
	}

	if (isWord(command, 'delete')) {
		return yield * remove(call);
	}

	if (isWord(command, 'flush')) {
		return yield * flush(call);
	}

	return yield * isWord(command, 'save', 'restore', 'help') ? call.unmodelled(`address ${command}`) : call.unknown('address', command);
}

type Wanted = {readonly address: string; readonly prefixLength: number; readonly isExplicit: boolean; readonly hasBroadcast: boolean; readonly link: Link};

/** The words of `add` and `del`; a number is the exit status of a complaint. */
function * read(call: IpCall): Blocking<Wanted | number> {
	let text: string | undefined;
	let device: string | undefined;
	let hasBroadcast = false;
	for (let word = call.next(); word !== undefined; word = call.next()) {
		if (word === 'dev') {
			device = call.next();
		} else if (isWord(word, 'broadcast') || word === 'brd') {
			hasBroadcast = call.next() !== '-';
		} else if (word === 'label' || word === 'scope') {
			return yield * call.unmodelled(`address with ${word}`);
		} else if (text === undefined) {
			text = word === 'local' ? call.next() : word;
		} else {
			return yield * call.garbage(word);
		}
	}

	if (device === undefined) {
		return yield * call.say('Not enough information: "dev" argument is required.', 1);
	}

	const parsed = text === undefined ? undefined : parseInterfaceAddress(text);
	if (parsed === undefined) {
		return yield * call.say(text?.includes(':') === true ? 'virtlab: addresses of IPv6 are not modelled' : `Error: any valid prefix is expected rather than "${text ?? ''}".`, 1);
	}

	const link = call.link(device);
	return link === undefined ? yield * call.noDevice(device) : {...parsed, hasBroadcast, link};
}

function * add(call: IpCall, mayExist: boolean): Blocking<number> {
	const wanted = yield * read(call);
	if (typeof wanted === 'number') {
		return wanted;
	}

	return yield * call.change(({tx, namespace}) => {
		const refusal = assign(tx, namespace, wanted.link, wanted);
		return refusal?.errno === 'EEXIST' && mayExist ? undefined : refusal;
	});
}

function * remove(call: IpCall): Blocking<number> {
	const wanted = yield * read(call);
	return typeof wanted === 'number' ? wanted
		: yield * call.change(({tx, namespace}) => unassign(tx, namespace, wanted.link, {address: wanted.address, prefixLength: wanted.isExplicit ? wanted.prefixLength : undefined}));
}

function * flush(call: IpCall): Blocking<number> {
	const words = [...call.rest];
	const name = words[0] === 'dev' ? words[1] : words[0];
	if (name === undefined) {
		return yield * call.say('Flush requires arguments.', 1);
	}

	const link = call.link(name);
	if (link === undefined) {
		return yield * call.noDevice(name);
	}

	return yield * call.change(({tx, namespace}) => {
		for (const each of link.addresses) {
			unassign(tx, namespace, call.link(name)!, {address: each.address, prefixLength: undefined});
		}

		removeRoutes(tx, namespace, route => route.device === link.index && route.gateway !== undefined);
		return undefined;
	});
}
