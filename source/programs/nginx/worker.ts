// A worker of nginx: takes connections from the master's sockets, answers requests, and ends when it is told to.
//
// Simplified: a worker gives each connection a thread, where the real one has an event loop. Neither is visible from outside.

import {noBytes} from '../../base/bytes.js';
import {encodeResponse, type Header, headerOf, keepsAlive, requestParser, type RequestHead} from '../../base/http.js';
import {encodeText} from '../../base/bytes.js';
import {read, write} from '../../model/kernel/blocking.js';
import {failed} from '../../model/kernel/errno.js';
import type {Fd, Process, Running} from '../../model/kernel/program.js';
import type {Blocking} from '../standard-io.js';
import {type ErrorLog, formatAccess, logError} from './log.js';
import {type Answer, answerRequest, chooseServer} from './serve-file.js';
import type {Site} from './site.js';

export type Logs = {readonly error: ErrorLog; readonly access: ReadonlyMap<string, Fd>};
export type Listening = {readonly fd: Fd; readonly address: string; readonly port: number};
export type WorkerUser = {readonly uid: number; readonly gid: number} | undefined;

/** Private memory of a worker. Source: smaps of nginx:1.27 after start, 2 to 3 MB. */
const workerBytes = 2_400_000;

export function * worker(process: Process, site: Site, options: {readonly logs: Logs; readonly sockets: readonly Listening[]; readonly user: WorkerUser}): Running {
	const {sys} = process;
	const {logs, sockets, user} = options;
	if (user !== undefined) {
		sys.setgroups([user.gid]);
		sys.setgid(user.gid);
		sys.setuid(user.uid);
	}

	sys.sigaction('PIPE', 'ignore');
	sys.setMemory(workerBytes);
	for (const signal of ['TERM', 'INT', 'QUIT', 'HUP', 'USR1', 'WINCH'] as const) {
		sys.sigaction(signal, signal === 'TERM' || signal === 'INT' || signal === 'QUIT' ? 'catch' : 'ignore');
	}

	const pid = sys.getpid();
	for (let number = 1; ;) {
		const accepted = acceptOne(process, sockets);
		if (accepted !== undefined) {
			const connection: Connection = {logs, ...accepted, pid, number: number++};
			sys.fork(thread => serveConnection(thread, site, connection), {thread: true});
			sys.close(accepted.client);
			continue;
		}

		const wake = yield {kind: 'sleep', channels: sockets.map(socket => sys.readChannel(socket.fd))};
		if (wake === 'signal') {
			const signals = sys.takeSignals();
			if (signals.length > 0) {
				return leave(process, logs, signals.includes('QUIT') ? 'gracefully shutting down' : 'exiting');
			}
		}
	}
}

function leave(process: Process, {error}: Logs, how: string): number {
	logError(process, error, 'notice', how);
	if (how !== 'exiting') {
		logError(process, error, 'notice', 'exiting');
	}

	logError(process, error, 'notice', 'exit');
	return 0;
}

function acceptOne({sys}: Process, sockets: readonly Listening[]): {readonly client: Fd; readonly listening: Listening} | undefined {
	for (const listening of sockets) {
		const client = sys.accept(listening.fd);
		if (!failed(client)) {
			return {client, listening};
		}
	}

	return undefined;
}

type Connection = {readonly logs: Logs; readonly client: Fd; readonly listening: Listening; /** The worker's. */ readonly pid: number; readonly number: number};

/** Requests of one connection, until one side closes it. */
function * serveConnection(process: Process, site: Site, connection: Connection): Running {
	const {sys} = process;
	let pending: Uint8Array = noBytes;
	for (;;) {
		const parser = requestParser({headBytes: 32 * 1024, bodyBytes: 1024 * 1024});
		let head: RequestHead | undefined;
		let problem: number | undefined;
		for (let bytes: Uint8Array = pending; !parser.done;) {
			for (const event of bytes.length === 0 ? [] : parser.push(bytes)) {
				head = event.kind === 'head' ? event.head : head;
				problem = event.kind === 'error' ? event.status : problem;
			}

			if (!parser.done) {
				const more = yield * read(process, connection.client, 65_536);
				if (failed(more) || more.length === 0) {
					return 0;
				}

				bytes = more;
			}
		}

		pending = parser.rest;
		const isKept = yield * answerOne(process, site, {connection, head, problem});
		if (!isKept) {
			sys.shutdown(connection.client);
			return 0;
		}
	}
}

type Incoming = {readonly connection: Connection; readonly head: RequestHead | undefined; readonly problem: number | undefined};

/** Answers, logs, and says whether the connection stays. */
function * answerOne(process: Process, site: Site, {connection, head, problem}: Incoming): Blocking<boolean> {
	const {sys} = process;
	const {client, logs} = connection;
	const name = sys.getsockname(client);
	const peer = sys.getpeername(client);
	const local = failed(name) || name.family !== 'inet' ? {address: connection.listening.address, port: connection.listening.port} : name;
	const remoteAddress = failed(peer) || peer.family !== 'inet' ? '127.0.0.1' : peer.address;
	if (problem !== undefined || head === undefined || (head.version === '1.1' && headerOf(head.headers, 'Host') === undefined)) {
		const bad: RequestHead = head ?? {method: 'GET', target: '/', version: '1.0', headers: []};
		yield * write(process, client, encodeText(`HTTP/1.1 400 Bad Request\r\nServer: nginx\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>\r\n<head><title>400 Bad Request</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n</body>\r\n</html>\r\n`));
		logError(process, logs.error, 'info', `client sent invalid request while reading client request line, client: ${remoteAddress}, request: "${bad.method} ${bad.target} HTTP/${bad.version}"`);
		return false;
	}

	const answer = yield * answerRequest(process, site, {head, local});
	const isKept = keepsAlive(head);
	const headers = answer.response.headers.map(([key, value]): Header => key === 'Connection' ? [key, isKept ? 'keep-alive' : 'close'] : [key, value]);
	const encoded = encodeResponse({...answer.response, headers});
	const sent = head.method === 'HEAD' ? encoded.subarray(0, encoded.length - answer.response.body.length) : encoded;
	const written = yield * write(process, client, sent);
	logAnswer(process, site, {head, answer, remoteAddress, sentBytes: sent.length, connection, local});
	return isKept && !failed(written);
}

type Answered = {
	readonly head: RequestHead;
	readonly answer: Answer;
	readonly remoteAddress: string;
	readonly sentBytes: number;
	readonly connection: Connection;
	readonly local: {readonly address: string; readonly port: number};
};

function logAnswer(process: Process, site: Site, {head, answer, remoteAddress, sentBytes, connection: {logs, pid, number}, local}: Answered): void {
	const server = chooseServer(site, {head, local});
	const serverName = server.names[0] ?? '';
	if (answer.complaint !== undefined) {
		const host = headerOf(head.headers, 'Host') ?? '';
		logError(process, logs.error, 'error', `*${number} ${answer.complaint}, client: ${remoteAddress}, server: ${serverName}, request: "${head.method} ${head.target} HTTP/${head.version}", host: "${host}"`, pid);
	}

	for (const {path, format} of answer.scope.accessLogs) {
		const fd = logs.access.get(path);
		if (fd !== undefined) {
			const line = formatAccess(process, site.formats.get(format) ?? '', {head, response: answer.response, remoteAddress, serverName, sentBytes});
			process.sys.write(fd, encodeText(`${line}\n`));
		}
	}
}
