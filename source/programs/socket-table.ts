// Sockets as ss(8) and netstat(8) find them: the lines of /proc/net/tcp, and whose descriptors lead to them.

import {failed} from '../model/kernel/errno.js';
import type {Process} from '../model/kernel/program.js';
import {readText} from './proc-files.js';
import type {Blocking} from './standard-io.js';

export type SocketEnd = {readonly address: string; readonly port: number};

export type SocketRow = {
	readonly local: SocketEnd;
	readonly remote: SocketEnd;
	readonly isListening: boolean;
	readonly received: number;
	readonly sent: number;
	readonly inode: string;
};

function endpoint(text: string): SocketEnd {
	const [address = '', port = ''] = text.split(':');
	const value = Number.parseInt(address, 16);
	return {address: [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24].join('.'), port: Number.parseInt(port, 16)};
}

/** TCP sockets; those that listen come first, as the kernel gives them. */
export function * tcpSockets(process: Process): Blocking<readonly SocketRow[]> {
	const text = (yield * readText(process, '/proc/net/tcp')) ?? '';
	const rows = text.split('\n').slice(1).filter(line => line.trim() !== '').map((line): SocketRow => {
		const [, local = '', remote = '', state = '', queues = '', , , , , inode = ''] = line.trim().split(/\s+/v);
		const [sent = '0', received = '0'] = queues.split(':');
		return {local: endpoint(local), remote: endpoint(remote), isListening: state === '0A', received: Number.parseInt(received, 16), sent: Number.parseInt(sent, 16), inode};
	});
	return rows.toSorted((a, b) => Number(b.isListening) - Number(a.isListening));
}

export type SocketUser = {readonly name: string; readonly pid: number; readonly fd: number};

/** Who has each socket open, by its number, as far as the caller may look. */
export function * socketUsers(process: Process): Blocking<ReadonlyMap<string, readonly SocketUser[]>> {
	const {sys} = process;
	const users = new Map<string, SocketUser[]>();
	const entries = sys.readdir('/proc');
	for (const {name: pid} of failed(entries) ? [] : entries) {
		const descriptors = /^\d+$/v.test(pid) ? sys.readdir(`/proc/${pid}/fd`) : [];
		for (const {name: fd} of failed(descriptors) ? [] : descriptors) {
			const link = sys.readlink(`/proc/${pid}/fd/${fd}`);
			const inode = failed(link) ? undefined : /^socket:\[(?<inode>\d+)\]$/v.exec(link.target)?.groups?.['inode'];
			if (inode !== undefined) {
				const name = ((yield * readText(process, `/proc/${pid}/comm`)) ?? '').trim();
				users.set(inode, [...users.get(inode) ?? [], {name, pid: Number(pid), fd: Number(fd)}]);
			}
		}
	}

	return users;
}
