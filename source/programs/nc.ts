// nc(1): TCP by hand. Source: netcat-openbsd 1.219; BusyBox 1.36.
//
// Simplified: only TCP over IPv4; services have no names.

import {accept, connect, read, write} from '../model/kernel/blocking.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Fd, Process} from '../model/kernel/program.js';
import {lookUpHost} from './host-lookup.js';
import type {Command} from './options.js';
import {printTo, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	listen: {short: 'l', help: 'Listen mode, for inbound connects'},
	keep: {short: 'k', help: 'Keep inbound sockets open for multiple connects', only: 'gnu'},
	shutdown: {short: 'N', help: 'Shutdown the network socket after EOF on stdin', only: 'gnu'},
	numeric: {short: 'n', help: 'Suppress name/port resolutions', only: 'gnu'},
	port: {short: 'p', value: 'port', help: 'Specify local port for remote connects'},
	verbose: {short: 'v', help: 'Verbose', only: 'gnu'},
	zero: {short: 'z', help: 'Zero-I/O mode [used for scanning]', only: 'gnu'},
} as const;

type Name = keyof typeof options;

const usage = 'usage: nc [-klNnvz] [-p source_port] [destination] [port]\n';

const command: Command<Name> = {name: 'nc', usage: ['[-l] [-p PORT] [IPADDR PORT]'], summary: 'Open a pipe to IP:PORT', options, hint: () => usage};

export const nc = tool(command, function * (t) {
	if (t.has('listen')) {
		return yield * serve(t);
	}

	const [host, portText] = t.operands;
	if (host === undefined) {
		return yield * t.usageError(undefined);
	}

	if (portText === undefined) {
		return yield * t.isGnu ? t.complain('missing port number') : t.usageError(undefined);
	}

	const range = /^(\d+)(?:-(\d+))?$/v.exec(portText);
	if (range === null || Number(range[2] ?? range[1]) > 65_535) {
		return yield * t.complain(t.says(`port number invalid: ${portText}`, `bad port '${portText}'`));
	}

	const found = yield * lookUpHost(t.process, host);
	if (found.kind !== 'addresses') {
		return yield * t.complain(t.says(`getaddrinfo for host "${host}" port ${portText}: ${found.kind === 'unknown' ? 'Name or service not known' : 'Temporary failure in name resolution'}`, `bad address '${host}'`));
	}

	let status = 1;
	for (let port = Number(range[1]); port <= Number(range[2] ?? range[1]); port++) {
		status = Math.min(status, yield * talkTo(t, {host, address: found.addresses[0]!, port}));
	}

	return status;
});

type Destination = {readonly host: string; readonly address: string; readonly port: number};

function * talkTo(t: Tool<Name>, {host, address, port}: Destination): Blocking<number> {
	const fd = t.sys.socket('inet');
	const connected = failed(fd) ? fd : yield * connect(t.process, fd, {family: 'inet', address, port});
	if (failed(fd) || failed(connected)) {
		if (!failed(fd)) {
			t.sys.close(fd);
		}

		const refusal = failed(fd) ? fd : connected;
		if (t.isGnu && !t.has('verbose')) {
			return 1;
		}

		const shown = host === address ? host : `${host} (${address})`;
		return yield * t.complain(t.says(`connect to ${shown} port ${port} (tcp) failed`, `can't connect to remote host (${address})`) + `: ${failed(refusal) ? errorTextOf(refusal) : ''}`);
	}

	if (t.has('verbose')) {
		yield * printTo(t.process, 2, `Connection to ${host}${host === address ? '' : ` (${address})`} ${port} port [tcp/*] succeeded!\n`);
	}

	const status = t.has('zero') ? 0 : yield * exchange(t, fd);
	t.sys.close(fd);
	return status;
}

function * serve(t: Tool<Name>): Blocking<number> {
	const operands = t.has('port') ? [...t.operands, t.value('port')!] : t.operands;
	const portText = operands.at(-1);
	const address = operands.length > 1 ? operands[0]! : '0.0.0.0';
	if (portText === undefined || !/^\d{1,5}$/v.test(portText)) {
		return yield * t.isGnu ? t.complain(portText === undefined ? 'missing port number' : `port number invalid: ${portText}`) : t.usageError(undefined);
	}

	const listener = t.sys.socket('inet');
	const bound = failed(listener) ? listener : t.sys.bind(listener, {family: 'inet', address, port: Number(portText)});
	const listening = failed(listener) || failed(bound) ? bound : t.sys.listen(listener);
	if (failed(listener) || failed(listening)) {
		return yield * t.complain(t.says('', 'bind: ') + (failed(listening) ? errorTextOf(listening) : ''));
	}

	if (t.has('verbose')) {
		yield * printTo(t.process, 2, `Listening on ${address} ${portText}\n`);
	}

	do {
		const fd = yield * accept(t.process, listener);
		if (failed(fd)) {
			return 1;
		}

		const peer = t.sys.getpeername(fd);
		if (t.has('verbose') && !failed(peer) && peer.family === 'inet') {
			yield * printTo(t.process, 2, `Connection received on ${peer.address} ${peer.port}\n`);
		}

		yield * exchange(t, fd);
		t.sys.close(fd);
	} while (t.has('keep'));
	return 0;
}

/** Copies both ways until the other side ends; the end of standard input is passed on with -N, and always by BusyBox. */
function * exchange(t: Tool<Name>, fd: Fd): Blocking<number> {
	const {sys} = t;
	let isInputOpen = true;
	for (;;) {
		if (isInputOpen && sys.canRead(0)) {
			isInputOpen = yield * copy(t.process, 0, fd);
			if (!isInputOpen && (t.has('shutdown') || !t.isGnu)) {
				sys.shutdown(fd);
			}

			continue;
		}

		if (sys.canRead(fd)) {
			if (!(yield * copy(t.process, fd, 1))) {
				return 0;
			}

			continue;
		}

		const channels = [sys.readChannel(fd), ...isInputOpen ? [sys.readChannel(0)] : []];
		if ((yield {kind: 'sleep', channels}) === 'signal') {
			return 130;
		}
	}
}

/** False at the end. */
function * copy(process: Process, from: Fd, to: Fd): Blocking<boolean> {
	const bytes = yield * read(process, from, 16_384);
	return !failed(bytes) && bytes.length > 0 && !failed(yield * write(process, to, bytes));
}
