// /proc/PID/net: the network namespace of the process. Source: proc_pid_net(5), Linux net/core/net-procfs.c, net/ipv4/tcp_ipv4.c.

import {parseCidr, parseIpv4} from '../../network/address.js';
import {type ComputedDirectory, directory, textFile, type View} from '../computed-filesystem.js';
import type {InetAddress} from '../program.js';
import type {NamespaceId, Socket} from '../schema.js';
import {subjectOf} from './proc-view.js';

function namespaceOf(view: View): NamespaceId {
	return subjectOf(view).namespaces.net;
}

function dev(view: View): string {
	const rows = Array.from(view.context.tx.table(`link:${namespaceOf(view)}`).values(), link => {
		const half = (bytes: number, packets: number, widths: readonly number[]) =>
			[String(bytes).padStart(8), String(packets).padStart(7), ...widths.map(width => '0'.padStart(width))].join(' ');
		return `${link.name.padStart(6)}: ${half(link.receivedBytes, link.receivedPackets, [4, 4, 4, 5, 10, 9])} ${half(link.sentBytes, link.sentPackets, [4, 4, 4, 5, 7, 10])}\n`;
	});
	return `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
${rows.join('')}`;
}

/** Addresses are shown as the hexadecimal number that their four bytes are on a little-endian machine. */
function hexAddress(value: number): string {
	const bytes = [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
	return bytes.map(byte => byte.toString(16).padStart(2, '0')).join('').toUpperCase();
}

const routeUp = 1;
const routeGateway = 2;
const routeHost = 4;

function route(view: View): string {
	const {tx} = view.context;
	const namespace = namespaceOf(view);
	const line = (text: string) => `${text.padEnd(127)}\n`;
	const rows = Array.from(tx.table(`route:${namespace}`).values(), ({destination, gateway, device, metric}) => {
		const cidr = parseCidr(destination) ?? {base: 0, prefixLength: 0};
		const mask = cidr.prefixLength === 0 ? 0 : (-1 << (32 - cidr.prefixLength)) >>> 0;
		const flags = routeUp + (gateway === undefined ? 0 : routeGateway) + (cidr.prefixLength === 32 ? routeHost : 0);
		const name = tx.get(`link:${namespace}`, device)?.name ?? '*';
		return line([name, hexAddress(cidr.base), hexAddress(parseIpv4(gateway ?? '0.0.0.0') ?? 0), flags.toString(16).padStart(4, '0'), 0, 0, metric, hexAddress(mask), 0, 0, 0].join('\t'));
	});
	return line('Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT') + rows.join('');
}

/** enum in include/net/tcp_states.h. */
const tcpStates: Readonly<Record<Socket['state'], number>> = {new: 7, bound: 7, listening: 10, connected: 1, closed: 7};

function tcp(view: View): string {
	const endpoint = (address: InetAddress | undefined) => `${hexAddress(parseIpv4(address?.address ?? '0.0.0.0') ?? 0)}:${(address?.port ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
	const sockets = [...view.context.tx.table('socket').values()].filter(socket =>
		socket.family === 'inet' && socket.namespace === namespaceOf(view) && (socket.state === 'listening' || socket.state === 'connected'));
	const rows = sockets.map((socket, index) => {
		const [local, remote] = [socket.local, socket.remote].map(address => endpoint(address?.family === 'inet' ? address : undefined));
		const state = tcpStates[socket.state].toString(16).toUpperCase().padStart(2, '0');
		const received = socket.state === 'listening' ? socket.backlog.length : socket.receivedBytes;
		const queues = `00000000:${received.toString(16).toUpperCase().padStart(8, '0')}`;
		return `${`${String(index).padStart(4)}: ${local} ${remote} ${state} ${queues} 00:00000000 00000000     0        0 ${socket.id} 1 0000000000000000 100 0 0 10 0`.padEnd(149)}\n`;
	});
	return `${'  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'.padEnd(149)}\n${rows.join('')}`;
}

function unix(view: View): string {
	const sockets = [...view.context.tx.table('socket').values()].filter(socket => socket.family === 'unix' && socket.kernel === view.context.kernel);
	const rows = sockets.map(socket => {
		const isListening = socket.state === 'listening';
		const path = socket.local?.family === 'unix' ? ` ${socket.local.path}` : '';
		return `0000000000000000: 00000002 00000000 ${isListening ? '00010000' : '00000000'} 0001 ${isListening ? '01' : '03'} ${String(socket.id).padStart(5)}${path}\n`;
	});
	return `Num       RefCount Protocol Flags    Type St Inode Path\n${rows.join('')}`;
}

export const netEntries: ComputedDirectory = directory({
	dev: textFile(dev),
	route: textFile(route),
	tcp: textFile(tcp),
	unix: textFile(unix),
});
