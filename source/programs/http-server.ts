// An HTTP server for programs that are servers: listens, gives each connection a thread, and ends on a signal.

import {concatBytes, noBytes} from '../base/bytes.js';
import {encodeResponse, type HttpRequest, type HttpResponse, keepsAlive, requestParser, type RequestHead} from '../base/http.js';
import {read, write} from '../model/kernel/blocking.js';
import {failed, type Failure} from '../model/kernel/errno.js';
import type {Fd, Process, Running} from '../model/kernel/program.js';
import type {SignalName} from '../model/kernel/signal.js';
import type {Blocking} from './standard-io.js';

export type Served = {readonly request: HttpRequest; readonly head: RequestHead; readonly remoteAddress: string};

/** Answers a request; `response` to requests that are none is undefined. */
export type Handler = (process: Process, served: Served) => Blocking<HttpResponse>;

/** A listening socket, or why there is none. */
export function listenOn({sys}: Process, address: string, port: number): Fd | Failure {
	const fd = sys.socket('inet');
	if (failed(fd)) {
		return fd;
	}

	const bound = sys.bind(fd, {family: 'inet', address, port});
	const listening = failed(bound) ? bound : sys.listen(fd);
	return failed(listening) ? listening : fd;
}

/** Accepts connections until one of the caught signals arrives, which it returns. */
export function * serveUntilSignal(process: Process, socket: Fd, connection: (thread: Process, client: Fd) => Running): Blocking<SignalName> {
	const {sys} = process;
	for (;;) {
		const client = sys.accept(socket);
		if (!failed(client)) {
			sys.fork(thread => connection(thread, client), {thread: true});
			sys.close(client);
			continue;
		}

		const wake = yield {kind: 'sleep', channels: [sys.readChannel(socket)]};
		const [signal] = wake === 'signal' ? sys.takeSignals() : [];
		if (signal !== undefined) {
			return signal;
		}
	}
}

/** Requests of one connection, one after the other. */
export function * serveRequests(process: Process, client: Fd, handler: Handler): Running {
	const {sys} = process;
	const peer = sys.getpeername(client);
	const remoteAddress = failed(peer) || peer.family !== 'inet' ? '127.0.0.1' : peer.address;
	let pending: Uint8Array = noBytes;
	for (;;) {
		const parser = requestParser({bodyBytes: 64 * 1024 * 1024});
		let head: RequestHead | undefined;
		const body: Uint8Array[] = [];
		let isBad = false;
		for (let bytes: Uint8Array = pending; !parser.done;) {
			for (const event of bytes.length === 0 ? [] : parser.push(bytes)) {
				head = event.kind === 'head' ? event.head : head;
				isBad ||= event.kind === 'error';
				if (event.kind === 'body') {
					body.push(event.bytes);
				}
			}

			if (!parser.done) {
				const more = yield * read(process, client, 65_536);
				if (failed(more) || more.length === 0) {
					return 0;
				}

				bytes = more;
			}
		}

		if (isBad || head === undefined) {
			yield * write(process, client, encodeResponse({status: 400, headers: [['Connection', 'close']], body: noBytes}));
			return 0;
		}

		pending = parser.rest;
		const request: HttpRequest = {method: head.method, target: head.target, headers: head.headers, body: concatBytes(body)};
		const response = yield * handler(process, {request, head, remoteAddress});
		const encoded = encodeResponse(response);
		yield * write(process, client, head.method === 'HEAD' ? encoded.subarray(0, encoded.length - response.body.length) : encoded);
		if (!keepsAlive(head)) {
			return 0;
		}
	}
}
