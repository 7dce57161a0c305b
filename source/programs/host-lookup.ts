// From a host's name to its addresses, as the C library's resolver does it: /etc/hosts first, then the name servers of
// /etc/resolv.conf. Source: nsswitch.conf(5), resolv.conf(5).

import {textFromBytes} from '../base/byte-text.js';
import {readAll} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import type {Process} from '../model/kernel/program.js';
import {parseIpv4} from '../model/network/address.js';
import type {Blocking} from './standard-io.js';

export type Lookup =
	| {readonly kind: 'addresses'; readonly addresses: readonly string[]}
	/** Nobody knows the name. */
	| {readonly kind: 'unknown'}
	/** No server answered, or it could not. */
	| {readonly kind: 'try-again'};

export function * lookUpHost(process: Process, name: string): Blocking<Lookup> {
	if (parseIpv4(name) !== undefined) {
		return {kind: 'addresses', addresses: [name]};
	}

	const wanted = name.toLowerCase();
	const known = (yield * readWords(process, '/etc/hosts')).filter(([address = '', ...names]) => parseIpv4(address) !== undefined && names.some(each => each.toLowerCase() === wanted));
	if (known.length > 0) {
		return {kind: 'addresses', addresses: known.map(([address = '']) => address)};
	}

	let answer: Lookup = {kind: 'try-again'};
	for (const server of yield * nameServers(process)) {
		const reply = process.sys.queryName(server, name);
		if (reply.kind === 'addresses') {
			return reply;
		}

		answer = reply.kind === 'timeout' ? answer : {kind: reply.kind === 'no-such-name' ? 'unknown' : 'try-again'};
	}

	return answer;
}

/** The servers of /etc/resolv.conf, at most three. */
export function * nameServers(process: Process): Blocking<readonly string[]> {
	const lines = yield * readWords(process, '/etc/resolv.conf');
	return lines.filter(([keyword]) => keyword === 'nameserver').map(([, address = '']) => address).slice(0, 3);
}

/** The words of a file's lines, comments left out; nothing if it cannot be read. */
function * readWords(process: Process, path: string): Blocking<readonly (readonly string[])[]> {
	const fd = process.sys.open(path, {read: true});
	if (failed(fd)) {
		return [];
	}

	const bytes = yield * readAll(process, fd, 1024 * 1024);
	process.sys.close(fd);
	const text = failed(bytes) ? '' : textFromBytes(bytes);
	return text.split('\n').map(line => line.replace(/[#;].*$/v, '').split(/[ \t]+/v).filter(word => word !== '')).filter(words => words.length > 0);
}
