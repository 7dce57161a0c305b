// ss(8): TCP sockets. Columns are as wide as what is in them; on a terminal they share its width. Source: iproute2 6.1, misc/ss.c.
//
// Simplified: datagram sockets are not modelled, so -u finds none; the sockets of the unix family are not shown.

import {failed} from '../model/kernel/errno.js';
import {services} from '../model/network/rule-syntax.js';
import type {Command} from './options.js';
import {type SocketEnd, type SocketRow, socketUsers, type SocketUser, tcpSockets} from './socket-table.js';
import {tool, type Tool} from './tool.js';

const options = {
	numeric: {short: 'n', long: 'numeric', help: 'don\'t resolve service names'},
	resolve: {short: 'r', long: 'resolve', help: 'resolve host names'},
	all: {short: 'a', long: 'all', help: 'display all sockets'},
	listening: {short: 'l', long: 'listening', help: 'display listening sockets'},
	processes: {short: 'p', long: 'processes', help: 'show process using socket'},
	tcp: {short: 't', long: 'tcp', help: 'display only TCP sockets'},
	udp: {short: 'u', long: 'udp', help: 'display only UDP sockets'},
	ipv4: {short: '4', long: 'ipv4', help: 'display only IP version 4 sockets'},
	noHeader: {short: 'H', long: 'no-header', help: 'Suppress header line'},
	oneLine: {short: 'O', long: 'oneline', help: 'socket\'s data printed on a single line'},
} as const;

type Name = keyof typeof options;

const ssCommand: Command<Name> = {name: 'ss', usage: ['[ OPTIONS ]', '[ OPTIONS ] [ FILTER ]'], summary: '', options, usageStatus: 255, version: 'utility, iproute2-6.1.0'};

type Column = {readonly title: string; readonly isRight: boolean; readonly delimiter: string};

const columns: readonly Column[] = [
	{title: 'Netid', isRight: false, delimiter: ''}, {title: 'State', isRight: false, delimiter: ' '}, {title: 'Recv-Q', isRight: false, delimiter: ' '}, {title: 'Send-Q', isRight: false, delimiter: ' '},
	{title: 'Local Address:', isRight: true, delimiter: ' '}, {title: 'Port', isRight: false, delimiter: ''}, {title: 'Peer Address:', isRight: true, delimiter: ' '}, {title: 'Port', isRight: false, delimiter: ''}, {title: 'Process', isRight: false, delimiter: ''},
];

export const ss = tool(ssCommand, function * (t) {
	const ports = portFilter(t.operands);
	if (ports === undefined) {
		return yield * t.complain('virtlab: of filters only those for ports are modelled: sport = :80, dport = :80', 255);
	}

	const isTcp = t.has('tcp') || !t.has('udp');
	const rows = (isTcp ? yield * tcpSockets(t.process) : []).filter(row => (t.has('all') || row.isListening === t.has('listening')) && ports.every(({side, port}) => row[side].port === port));
	const users = t.has('processes') ? yield * socketUsers(t.process) : new Map<string, readonly SocketUser[]>();
	const hasNetid = t.has('tcp') === t.has('udp');
	const lines = rows.map(row => [hasNetid ? 'tcp' : '', ...cells(t, row), usersText(users.get(row.inode) ?? [])]);
	const shown = t.has('noHeader') ? lines : [columns.map(({title}, index) => index === 0 && !hasNetid ? '' : title), ...lines];
	const widths = columnWidths(t, shown);
	for (const line of shown) {
		yield * t.print(`${render(line, widths)}\n`);
	}

	return 0;
});

type PortFilter = {readonly side: 'local' | 'remote'; readonly port: number};

/** `sport = :80 and dport = :443`; undefined if there is anything else in it. */
function portFilter(words: readonly string[]): readonly PortFilter[] | undefined {
	const text = words.join(' ').replaceAll(/[\(\)]/gv, ' ').trim();
	const filters = text === '' ? [] : text.split(/\s+and\s+/v).map(part => /^(?<side>[sd])port\s*(?:=|==|eq)\s*:?(?<port>[\w\-]+)$/v.exec(part.trim())?.groups);
	return filters.every(filter => filter !== undefined)
		? filters.map(filter => ({side: filter['side'] === 's' ? 'local' : 'remote', port: services[filter['port']!] ?? Number(filter['port'])}))
		: undefined;
}

function portText(t: Tool<Name>, {port}: SocketEnd): string {
	return port === 0 ? '*' : ((t.has('numeric') ? undefined : Object.entries(services).find(([, number]) => number === port)?.[0]) ?? String(port));
}

function cells(t: Tool<Name>, {local, remote, isListening, received, sent}: SocketRow): readonly string[] {
	return [
		isListening ? 'LISTEN' : 'ESTAB', String(received).padEnd(6), String(isListening ? 4096 : sent).padEnd(6),
		`${local.address}:`, portText(t, local), `${remote.address}:`, portText(t, remote),
	];
}

function usersText(users: readonly SocketUser[]): string {
	return users.length === 0 ? '' : ` users:(${users.map(({name, pid, fd}) => `("${name}",pid=${pid},fd=${fd})`).join(',')})`;
}

/** As wide as the widest cell; on a terminal what is left of the line is shared out. */
function columnWidths(t: Tool<Name>, lines: readonly (readonly string[])[]): readonly number[] {
	const widths = columns.map(({delimiter}, index) => {
		const longest = Math.max(0, ...lines.map(line => line[index]!.length));
		const isFirst = columns.slice(0, index).every((_, before) => lines.every(line => line[before] === ''));
		return longest === 0 || isFirst ? longest : longest + delimiter.length;
	});
	const size = t.sys.isTerminal(1) ? t.sys.windowSize(1) : undefined;
	const total = widths.reduce((sum, width) => sum + width, 0);
	if (size === undefined || failed(size) || total >= size.columns) {
		return widths;
	}

	const used = widths.filter(width => width > 0).length;
	const spacing = Math.floor((size.columns - total) / used);
	let rest = (size.columns - total) % used;
	return widths.toReversed().map(width => width === 0 ? 0 : width + spacing + (rest-- > 0 ? 1 : 0)).toReversed();
}

function render(line: readonly string[], widths: readonly number[]): string {
	let text = '';
	for (const [index, cell] of line.entries()) {
		if (widths[index] !== 0) {
			const delimiter = text === '' ? '' : columns[index]!.delimiter;
			const width = widths[index]! - delimiter.length;
			text += delimiter + (columns[index]!.isRight ? cell.padStart(width) : cell.padEnd(width));
		}
	}

	return text;
}
