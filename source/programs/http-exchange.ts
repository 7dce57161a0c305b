// One HTTP request over a socket, for the clients among the programs.

import {encodeRequest, type HttpEvent, type HttpRequest, type ResponseHead, responseParser} from '../base/http.js';
import {connect, read, write} from '../model/kernel/blocking.js';
import {failed, type Failure} from '../model/kernel/errno.js';
import type {Process, SocketAddress} from '../model/kernel/program.js';
import type {Blocking} from './standard-io.js';

export type Url = {readonly scheme: string; readonly host: string; readonly port: number; readonly path: string};

const defaultPorts: Readonly<Record<string, number>> = {http: 80, https: 443, ftp: 21};

/** Splits a URL; `http://` is assumed where no scheme is given. Undefined if there is no host or the port is no number. */
export function parseUrl(text: string): Url | undefined {
	const match = /^(?:(?<scheme>[a-zA-Z][a-zA-Z\d+.\-]*):\/\/)?(?:[^@\/?#]*@)?(?<host>[^:\/?#]+)(?::(?<port>\d{1,5}))?(?<path>[\/?][^#]*)?(?:#.*)?$/v.exec(text);
	const {scheme = 'http', host, port, path = '/'} = match?.groups ?? {};
	if (host === undefined) {
		return undefined;
	}

	const lower = scheme.toLowerCase();
	const number = port === undefined ? defaultPorts[lower] ?? 80 : Number(port);
	return number > 65_535 ? undefined : {scheme: lower, host, port: number, path: path.startsWith('?') ? `/${path}` : path};
}

export type Exchange =
	| {readonly kind: 'refused'; readonly failure: Failure}
	/** The connection ended before an answer was complete; `head` if it had begun. */
	| {readonly kind: 'cut'; readonly head: ResponseHead | undefined}
	| {readonly kind: 'garbled'; readonly message: string}
	| {readonly kind: 'answered'; readonly head: ResponseHead};

/** Connects, sends, and hands every event of the answer to `take` as it arrives. */
export function * exchange(process: Process, address: SocketAddress, request: HttpRequest, take: (event: HttpEvent<ResponseHead>) => Blocking<void>): Blocking<Exchange> {
	const {sys} = process;
	const fd = sys.socket(address.family === 'unix' ? 'unix' : 'inet');
	if (failed(fd)) {
		return {kind: 'refused', failure: fd};
	}

	const connected = yield * connect(process, fd, address);
	if (failed(connected)) {
		sys.close(fd);
		return {kind: 'refused', failure: connected};
	}

	yield * write(process, fd, encodeRequest(request));
	const result = yield * readAnswer(process, fd, request.method, take);
	sys.close(fd);
	return result;
}

function * readAnswer(process: Process, fd: number, method: string, take: (event: HttpEvent<ResponseHead>) => Blocking<void>): Blocking<Exchange> {
	const parser = responseParser(method);
	let head: ResponseHead | undefined;
	for (;;) {
		const bytes = yield * read(process, fd, 65_536);
		const isOver = failed(bytes) || bytes.length === 0;
		for (const event of isOver ? parser.finish() : parser.push(bytes)) {
			if (event.kind === 'error') {
				return isOver ? {kind: 'cut', head} : {kind: 'garbled', message: event.message};
			}

			head = event.kind === 'head' ? event.head : head;
			yield * take(event);
			if (event.kind === 'end') {
				return head === undefined ? {kind: 'cut', head} : {kind: 'answered', head};
			}
		}

		if (isOver) {
			return {kind: 'cut', head};
		}
	}
}
