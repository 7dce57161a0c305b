// ss(8): TCP sockets from /proc/net/tcp, and netstat's list of listeners.

import type {Command} from './options.js';
import {readText} from './proc-files.js';
import {tool, type Tool} from './tool.js';

const options = {
	all: {short: 'a', long: 'all', help: 'display all sockets'},
	listening: {short: 'l', long: 'listening', help: 'display listening sockets'},
	numeric: {short: 'n', long: 'numeric', help: 'don\'t resolve service names'},
	tcp: {short: 't', long: 'tcp', help: 'display only TCP sockets'},
} as const;

type Name = keyof typeof options;

type Row = {readonly local: string; readonly remote: string; readonly isListening: boolean; readonly received: number; readonly sent: number};

function endpoint(text: string): string {
	const [address = '', port = ''] = text.split(':');
	const value = Number.parseInt(address, 16);
	const number = Number.parseInt(port, 16);
	return `${[value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24].join('.')}:${number === 0 ? '*' : number}`;
}

function rowsOf(text: string): readonly Row[] {
	return text.split('\n').slice(1).filter(line => line.trim() !== '').map(line => {
		const [, local = '', remote = '', state = '', queues = ''] = line.trim().split(/\s+/v);
		const [sent = '0', received = '0'] = queues.split(':');
		return {local: endpoint(local), remote: endpoint(remote), isListening: state === '0A', received: Number.parseInt(received, 16), sent: Number.parseInt(sent, 16)};
	});
}

function wanted(t: Tool<Name>, rows: readonly Row[]): readonly Row[] {
	return t.has('all') ? rows : rows.filter(({isListening}) => isListening === t.has('listening'));
}

const ssCommand: Command<Name> = {name: 'ss', usage: ['[ OPTIONS ]'], summary: '', options, usageStatus: 255, version: 'utility, iproute2-6.1.0'};

/** Simplified: names of services are never shown, as with -n; only TCP sockets are modelled. */
export const ss = tool(ssCommand, function * (t) {
	const rows = wanted(t, rowsOf((yield * readText(t.process, '/proc/net/tcp')) ?? ''));
	const lines = [
		['State', 'Recv-Q', 'Send-Q', 'Local Address:Port', 'Peer Address:Port', 'Process'],
		...rows.map(({local, remote, isListening, received, sent}) => [isListening ? 'LISTEN' : 'ESTAB', String(received), String(isListening ? 4096 : sent), local, remote, '']),
	];
	const widths = [6, 6, 6, 18, 18, 0].map((least, column) => Math.max(least, ...lines.map(line => line[column]!.length)));
	for (const [index, line] of lines.entries()) {
		yield * t.print(`${line.map((cell, column) => index > 0 && (column === 3 || column === 4) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)).join(' ').trimEnd()}\n`);
	}

	return 0;
});
