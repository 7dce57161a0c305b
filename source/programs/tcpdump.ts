// tcpdump(8): packets as they pass a link. Source: tcpdump 4.99.3.
//
// Simplified: what is modelled of a packet is shown: no sequence numbers, windows or options of TCP, no ARP, and of a filter the
// primitives that stand side by side (`tcp and port 80 and not host 10.0.0.1`). Names are never resolved, as with -n.

import {strftime} from '../base/calendar.js';
import {wallTime} from '../base/clock.js';
import {captureChannel, closeCapture, openCapture, type Sighting, takeSightings} from '../model/network/capture.js';
import {findLink} from '../model/network/link.js';
import type {Packet} from '../model/network/rule-match.js';
import type {Command} from './options.js';
import type {Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	numeric: {short: 'n', help: 'do not resolve names'},
	interface: {short: 'i', long: 'interface', value: '<interface>', help: 'listen on interface'},
	count: {short: 'c', value: '<count>', help: 'exit after receiving count packets'},
	lineBuffered: {short: 'l', help: 'make stdout line buffered'},
	noTime: {short: 't', help: 'do not print a timestamp'},
	quiet: {short: 'q', help: 'print less protocol information'},
	link: {short: 'e', long: 'link-header', help: 'print the link-level header'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'tcpdump', usage: ['[-elnqt] [ -c count ] [ -i interface ] [ expression ]'], summary: '', options, usageStatus: 1, version: '4.99.3'};

export const tcpdump = tool(command, function * (t) {
	const {tx, namespace, mayChange} = t.sys.netlink();
	const name = t.value('interface') ?? firstLink(t);
	const link = name === 'any' ? undefined : findLink(tx, namespace, name);
	if (name !== 'any' && link === undefined) {
		yield * t.complainPlain(`tcpdump: ${name}: No such device exists\n(SIOCGIFHWADDR: No such device)\n`);
		return 1;
	}

	const filter = parseFilter(t.operands);
	if (typeof filter === 'string' || t.has('link')) {
		yield * t.complainPlain(`virtlab: tcpdump with ${typeof filter === 'string' ? `the filter ${filter}` : '-e'} is not modelled\n`);
		return 1;
	}

	if (!mayChange) {
		yield * t.complainPlain(`tcpdump: ${name}: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)\n`);
		return 1;
	}

	yield * t.complainPlain(`tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\nlistening on ${name}, link-type ${name === 'any' ? 'LINUX_SLL2 (Linux cooked v2)' : 'EN10MB (Ethernet)'}, snapshot length 262144 bytes\n`);
	t.sys.sigaction('INT', 'catch');
	t.sys.sigaction('TERM', 'catch');
	const id = openCapture(tx, namespace, link?.index);
	const count = yield * listen(t, id, {filter, limit: Number(t.value('count') ?? Number.POSITIVE_INFINITY), isAny: name === 'any'});
	closeCapture(t.sys.netlink().tx, id);
	yield * t.complainPlain(`${count} packet${count === 1 ? '' : 's'} captured\n${count} packet${count === 1 ? '' : 's'} received by filter\n0 packets dropped by kernel\n`);
	return 0;
});

/** The first link that is up and no loopback. */
function firstLink(t: Tool<Name>): string {
	const {tx, namespace} = t.sys.netlink();
	return [...tx.table(`link:${namespace}`).values()].find(({isUp, kind}) => isUp && kind !== 'loopback')?.name ?? 'lo';
}

type Filter = (packet: Packet) => boolean;

function * listen(t: Tool<Name>, id: number, {filter, limit, isAny}: {readonly filter: Filter; readonly limit: number; readonly isAny: boolean}): Blocking<number> {
	let count = 0;
	while (count < limit) {
		for (const sighting of takeSightings(t.sys.netlink().tx, id)) {
			if (count < limit && filter(sighting.packet)) {
				count++;
				yield * t.print(`${describe(t, sighting, isAny)}\n`);
			}
		}

		yield * t.out.flush();
		if (count < limit && (yield {kind: 'sleep', channels: [captureChannel]}) === 'signal') {
			break;
		}
	}

	return count;
}

const letters: Readonly<Record<string, string>> = {SYN: 'S', FIN: 'F', RST: 'R', PSH: 'P'};

function describe(t: Tool<Name>, {atNs, link, direction, packet, lengthBytes}: Sighting, isAny: boolean): string {
	const time = t.has('noTime') ? '' : `${strftime('%H:%M:%S.%N', wallTime(t.sys.netlink().tx, atNs)).slice(0, 15)} `;
	const where = isAny ? `${link} ${direction === 'in' ? 'In ' : 'Out'} ` : '';
	return `${time}${where}IP ${packetText(packet, lengthBytes)}`;
}

function packetText({protocol, source, sourcePort, destination, port, flags, icmpType}: Packet, lengthBytes: number): string {
	if (protocol === 'icmp') {
		const isRequest = icmpType === 8;
		return `${source} > ${destination}: ICMP echo ${isRequest ? 'request' : 'reply'}, id ${isRequest ? sourcePort : port}, seq ${isRequest ? port : sourcePort}, length ${lengthBytes}`;
	}

	const ends = `${source}.${sourcePort} > ${destination}.${port}`;
	const letter = `${flags.map(flag => letters[flag] ?? '').join('')}${flags.includes('ACK') ? '.' : ''}`;
	return protocol === 'tcp' ? `${ends}: Flags [${letter}], length ${lengthBytes}` : `${ends}: ${protocol.toUpperCase()}, length ${lengthBytes}`;
}

/** Primitives that all must hold; a string is one that is not understood. */
function parseFilter(words: readonly string[]): Filter | string {
	const rest = words.flatMap(word => word.split(/\s+/v)).filter(word => word !== '' && word !== 'and' && word !== '&&');
	const tests: Filter[] = [];
	while (rest.length > 0) {
		let word = rest.shift()!;
		const isInverted = word === 'not' || word === '!';
		word = isInverted ? rest.shift() ?? '' : word;
		const side = word === 'src' || word === 'dst' ? word : undefined;
		word = side === undefined ? word : rest.shift() ?? '';
		const test = primitive(word, side, () => rest.shift() ?? '');
		if (test === undefined) {
			return word;
		}

		tests.push(packet => test(packet) !== isInverted);
	}

	return packet => tests.every(test => test(packet));
}

function primitive(word: string, side: 'src' | 'dst' | undefined, next: () => string): Filter | undefined {
	switch (word) {
		case 'ip': {
			return () => true;
		}

		case 'tcp':
		case 'udp':
		case 'icmp': {
			return ({protocol}) => protocol === word;
		}

		case 'port': {
			const port = Number(next());
			return packet => packet.protocol !== 'icmp' && ((side !== 'dst' && packet.sourcePort === port) || (side !== 'src' && packet.port === port));
		}

		case 'host': {
			const host = next();
			return ({source, destination}) => (side !== 'dst' && source === host) || (side !== 'src' && destination === host);
		}

		default: {
			return undefined;
		}
	}
}
