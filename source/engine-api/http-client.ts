// The daemon as a client of HTTP servers, over the network of its host. Source: net/http of Go, for the words of what fails.
//
// Simplified: TLS is not modelled.

import {concatBytes, decodeText, noBytes} from '../base/bytes.js';
import {encodeRequest, type Header, headerOf, reasonPhrase, responseParser} from '../base/http.js';
import {parseHttpDate} from '../base/internet-date.js';
import type {Fetched} from '../model/container/builder/build-host.js';
import type {EngineHost, Work} from '../model/container/engine-host.js';
import {connect, read, readAll, write} from '../model/kernel/blocking.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Fd, Process} from '../model/kernel/program.js';
import {parseIpv4} from '../model/network/address.js';

export type Answer = {readonly status: number; readonly headers: readonly Header[]; readonly body: Uint8Array};

const maxRedirects = 10;

/** A connected socket, or why there is none. */
export function * dial({process}: EngineHost, address: string, port: number): Work<Fd | string> {
	const fd = process.sys.socket('inet');
	const connected = failed(fd) ? fd : yield * connect(process, fd, {family: 'inet', address, port});
	const failure = [fd, connected].find(result => failed(result));
	return failure !== undefined || failed(fd) ? `dial tcp ${address}:${port}: connect: ${failed(failure) ? errorTextOf(failure).toLowerCase() : ''}` : fd;
}

/** The answer to a request that was sent; undefined if it ends before its end. */
export function * receive(process: Process, fd: Fd, method: string): Work<Answer | undefined> {
	const parser = responseParser(method);
	const body: Uint8Array[] = [];
	let head: {readonly status: number; readonly headers: readonly Header[]} | undefined;
	for (;;) {
		const bytes = yield * read(process, fd, 65_536);
		const isOver = failed(bytes) || bytes.length === 0;
		for (const event of isOver ? parser.finish() : parser.push(bytes)) {
			switch (event.kind) {
				case 'head': {
					head = event.head;
					break;
				}

				case 'body': {
					body.push(event.bytes);
					break;
				}

				case 'end': {
					return head === undefined ? undefined : {...head, body: concatBytes(body)};
				}

				case 'error': {
					return undefined;
				}

				default: {
					event satisfies never;
				}
			}
		}

		if (isOver) {
			return undefined;
		}
	}
}

/** The host's /etc/hosts, then its name servers. */
export function * addressOf(host: EngineHost, name: string): Work<string | undefined> {
	if (parseIpv4(name) !== undefined || name === 'localhost') {
		return name === 'localhost' ? '127.0.0.1' : name;
	}

	const known = (yield * wordsOf(host, '/etc/hosts')).find(([, ...names]) => names.includes(name));
	if (known?.[0] !== undefined) {
		return known[0];
	}

	for (const [keyword, server = ''] of yield * wordsOf(host, '/etc/resolv.conf')) {
		const reply = keyword === 'nameserver' ? host.process.sys.queryName(server, name) : undefined;
		if (reply?.kind === 'addresses') {
			return reply.addresses[0];
		}
	}

	return undefined;
}

function * wordsOf({process}: EngineHost, path: string): Work<readonly (readonly string[])[]> {
	const fd = process.sys.open(path, {read: true});
	if (failed(fd)) {
		return [];
	}

	const bytes = yield * readAll(process, fd, 1024 * 1024);
	process.sys.close(fd);
	return failed(bytes) ? [] : decodeText(bytes).split('\n').map(line => line.replace(/#.*$/v, '').split(/[ \t]+/v).filter(word => word !== ''));
}

/** What is behind a URL, redirects followed: for ADD, for contexts, for imports. */
export function * fetchUrl(host: EngineHost, url: string): Work<Fetched> {
	let at = url;
	for (let turn = 0; turn <= maxRedirects; turn++) {
		const answer = yield * getOnce(host, at);
		const location = 'error' in answer || answer.status < 300 || answer.status >= 400 ? undefined : headerOf(answer.headers, 'Location');
		if ('error' in answer) {
			return answer;
		}

		if (location === undefined) {
			return {status: answer.status, reason: `${answer.status} ${reasonPhrase(answer.status)}`, bytes: answer.body, modifiedUs: modifiedUs(answer.headers)};
		}

		at = URL.canParse(location, at) ? new URL(location, at).href : location;
	}

	return {error: `Get ${JSON.stringify(at)}: stopped after ${maxRedirects} redirects`};
}

function modifiedUs(headers: readonly Header[]): number | undefined {
	const seconds = parseHttpDate(headerOf(headers, 'Last-Modified') ?? '');
	return seconds === undefined ? undefined : seconds * 1e6;
}

function * getOnce(host: EngineHost, url: string): Work<Answer | {readonly error: string}> {
	const parsed = URL.canParse(url) ? new URL(url) : undefined;
	const tried = `Get ${JSON.stringify(url)}: `;
	if (parsed === undefined || !['http:', 'https:'].includes(parsed.protocol)) {
		return {error: `${tried}unsupported protocol scheme ${JSON.stringify(parsed?.protocol.slice(0, -1) ?? '')}`};
	}

	const address = yield * addressOf(host, parsed.hostname);
	if (address === undefined) {
		return {error: `${tried}dial tcp: lookup ${parsed.hostname}: no such host`};
	}

	const {process} = host;
	const isPlain = parsed.protocol === 'http:';
	const fd = yield * dial(host, address, parsed.port === '' ? (isPlain ? 80 : 443) : Number(parsed.port));
	if (typeof fd === 'string' || !isPlain) {
		if (typeof fd !== 'string') {
			process.sys.close(fd);
		}

		return {error: tried + (typeof fd === 'string' ? fd : 'http: server gave HTTP response to HTTPS client')};
	}

	yield * write(process, fd, encodeRequest({method: 'GET', target: `${parsed.pathname}${parsed.search}`, headers: [['Host', parsed.host], ['User-Agent', 'Go-http-client/1.1'], ['Connection', 'close']], body: noBytes}));
	const answer = yield * receive(process, fd, 'GET');
	process.sys.close(fd);
	return answer ?? {error: `${tried}EOF`};
}
