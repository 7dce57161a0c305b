// netstat(8): sockets, routes and counters of links, in net-tools' words and in BusyBox's. Source: net-tools 2.10; BusyBox 1.36.
//
// Simplified: datagram sockets are not modelled; the sockets of the unix family are not shown.

import {services} from '../model/network/rule-syntax.js';
import type {Command} from './options.js';
import {interfaceTable} from './ifconfig.js';
import {routeTable} from './route.js';
import {type SocketEnd, type SocketRow, socketUsers, type SocketUser, tcpSockets} from './socket-table.js';
import {tool, type Tool} from './tool.js';

const options = {
	route: {short: 'r', long: 'route', help: 'display routing table'},
	interfaces: {short: 'i', long: 'interfaces', help: 'display interface table'},
	numeric: {short: 'n', long: 'numeric', help: 'don\'t resolve names'},
	programs: {short: 'p', long: 'programs', help: 'display PID/Program name for sockets'},
	listening: {short: 'l', long: 'listening', help: 'display listening server sockets'},
	all: {short: 'a', long: 'all', help: 'display all sockets (default: connected)'},
	tcp: {short: 't', long: 'tcp', help: 'TCP sockets'},
	udp: {short: 'u', long: 'udp', help: 'UDP sockets'},
	extended: {short: 'e', long: 'extend', help: 'display other/more information'},
	wide: {short: 'W', long: 'wide', help: 'don\'t truncate IP addresses'},
	ipv4: {short: '4', help: 'IPv4'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'netstat', usage: ['[-vWeenNcCF] [<Af>] -r', '[-vWnNcaeol] [<Socket> ...]'], summary: '', options, usageStatus: 3, version: 'net-tools 2.10'};

export const netstat = tool(command, function * (t) {
	if (t.has('route')) {
		yield * t.print(routeTable(t, 'netstat'));
		return 0;
	}

	if (t.has('interfaces')) {
		yield * t.print(`Kernel Interface table\n${interfaceTable(t, {isAll: t.has('all'), isWide: true})}`);
		return 0;
	}

	const rows = (t.has('udp') && !t.has('tcp') ? [] : yield * tcpSockets(t.process)).filter(({isListening}) => t.has('all') || isListening === t.has('listening'));
	const users = t.has('programs') ? yield * socketUsers(t.process) : new Map<string, readonly SocketUser[]>();
	const which = t.has('all') ? 'servers and established' : (t.has('listening') ? 'only servers' : 'w/o servers');
	yield * t.print(`Active Internet connections (${which})\nProto Recv-Q Send-Q Local Address           Foreign Address         ${'State'.padEnd(t.isGnu ? 11 : 12)}${t.has('programs') ? ` ${'PID/Program name'.padEnd(t.isGnu ? 20 : 0)}`.slice(t.isGnu ? 0 : 1) : ''}\n`);
	for (const row of rows) {
		yield * t.print(`${line(t, row, users)}\n`);
	}

	return 0;
});

function endText(t: Tool<Name>, {address, port}: SocketEnd): string {
	const name = t.has('numeric') ? undefined : Object.entries(services).find(([, number]) => number === port)?.[0];
	return `${address}:${port === 0 ? '*' : name ?? port}`;
}

function line(t: Tool<Name>, row: SocketRow, users: ReadonlyMap<string, readonly SocketUser[]>): string {
	const {local, remote, isListening, received, sent, inode} = row;
	const [user] = users.get(inode) ?? [];
	const program = user === undefined ? '-' : `${user.pid}/${user.name}`;
	const state = (isListening ? 'LISTEN' : 'ESTABLISHED').padEnd(t.isGnu ? 11 : 12);
	const programs = t.has('programs') ? (t.isGnu ? ` ${program.padEnd(20)}` : program) : '';
	return `tcp   ${String(received).padStart(6)} ${String(sent).padStart(6)} ${endText(t, local).padEnd(23)} ${endText(t, remote).padEnd(23)} ${state}${programs}`;
}
