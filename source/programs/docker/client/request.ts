// Requests to the daemon: HTTP/1.1 over the socket, one connection each. Source: moby client/request.go, client/errors.go,
// client/hijack.go; errors in their words.
//
// Simplified: the real client keeps a connection for the next request.

import {compareText, concatBytes, decodeText, encodeText, noBytes} from '../../../base/bytes.js';
import {encodeChunk, encodeRequestHead, headerOf, lastChunk, responseParser, type Header, type ResponseHead} from '../../../base/http.js';
import {connect, read, write} from '../../../model/kernel/blocking.js';
import {errorTextOf, failed, type Failure} from '../../../model/kernel/errno.js';
import type {Fd} from '../../../model/kernel/program.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {memberOf, objectOf, parseJson, textOf, writeJson, type Json, type Writable} from '../go/json.js';
import {clientApiVersion, clientVersion, type Client} from './client.js';

export type Query = ReadonlyArray<readonly [name: string, value: string]>;

export type ApiRequest = {
	readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
	/** Without the version: `/containers/json`. */
	readonly path: string;
	readonly query?: Query;
	/** A JSON document. */
	readonly json?: Writable;
	/** Any other body, sent in chunks. */
	readonly bytes?: {readonly type: string; readonly content: Uint8Array};
	readonly headers?: readonly Header[];
};

/** An answer whose body is still arriving. */
export type Stream = {
	readonly head: ResponseHead;
	readonly fd: Fd;
	/** The next bytes of the body; none at its end. */
	readonly next: () => Steps<Uint8Array | undefined>;
	readonly close: () => void;
};

/** A connection taken over from HTTP: bytes both ways. */
export type Hijacked = {
	readonly head: ResponseHead;
	readonly fd: Fd;
	/** What the daemon sent behind its answer's head. */
	readonly first: Uint8Array;
};

const pieceBytes = 65_536;

/** The answer's head, and its body as it comes. Answers from 400 on are refusals with the daemon's message. */
export function * stream(client: Client, request: ApiRequest): Steps<Stream | Refusal> {
	yield * negotiate(client);
	const opened = yield * openStream(client, request, `/v${client.session.version}${request.path}`);
	if (refused(opened)) {
		return opened;
	}

	if (opened.head.status >= 400) {
		const body = yield * bodyOf(opened);
		opened.close();
		return daemonRefusal(opened.head.status, body, request.path);
	}

	return opened;
}

/** The whole answer. */
export function * call(client: Client, request: ApiRequest): Steps<{readonly head: ResponseHead; readonly body: Uint8Array} | Refusal> {
	const opened = yield * stream(client, request);
	if (refused(opened)) {
		return opened;
	}

	const body = yield * bodyOf(opened);
	opened.close();
	return {head: opened.head, body};
}

/** The answer's JSON document. */
export function * fetchJson(client: Client, request: ApiRequest): Steps<{readonly value: Json} | Refusal> {
	const answer = yield * call(client, request);
	if (refused(answer)) {
		return answer;
	}

	const parsed = parseJson(decodeText(answer.body));
	return 'error' in parsed ? refusal(`Error reading remote info: ${parsed.error}`) : parsed;
}

/** POST that ends in a raw stream (`attach`, `exec start`). */
export function * hijack(client: Client, request: ApiRequest): Steps<Hijacked | Refusal> {
	yield * negotiate(client);
	const upgrade: readonly Header[] = [['Connection', 'Upgrade'], ['Upgrade', 'tcp']];
	const opened = yield * openStream(client, {...request, headers: [...request.headers ?? [], ...upgrade]}, `/v${client.session.version}${request.path}`);
	if (refused(opened)) {
		return opened;
	}

	if (opened.head.status === 101) {
		return {head: opened.head, fd: opened.fd, first: opened.rest()};
	}

	const body = yield * bodyOf(opened);
	opened.close();
	return opened.head.status >= 400 ? daemonRefusal(opened.head.status, body, request.path) : refusal(`unable to upgrade to tcp, received ${opened.head.status}`);
}

/** `HEAD /_ping` tells the daemon's API version; the lower of both is spoken. */
export function * negotiate(client: Client): Steps<void> {
	if (client.session.version !== undefined) {
		return;
	}

	client.session.version = clientApiVersion;
	const opened = yield * openStream(client, {method: 'HEAD', path: '/_ping'}, '/_ping');
	if (refused(opened)) {
		return;
	}

	opened.close();
	const theirs = headerOf(opened.head.headers, 'Api-Version') ?? '1.24';
	client.session.version = isLower(theirs, clientApiVersion) ? theirs : clientApiVersion;
}

function isLower(a: string, b: string): boolean {
	const [majorA = 0, minorA = 0] = a.split('.').map(Number);
	const [majorB = 0, minorB = 0] = b.split('.').map(Number);
	return majorA < majorB || (majorA === majorB && minorA < minorB);
}

/** `?all=1&filters=...`, names in order, as url.Values.Encode writes them. */
export function queryText(query: Query): string {
	if (query.length === 0) {
		return '';
	}

	const ordered = query.toSorted(([a], [b]) => compareText(a, b));
	return `?${ordered.map(([name, value]) => `${queryEscape(name)}=${queryEscape(value)}`).join('&')}`;
}

export function queryEscape(text: string): string {
	return encodeURIComponent(text).replace(/[!'\(\)*]/gv, char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`).replaceAll('%20', '+');
}

function * openStream(client: Client, request: ApiRequest, path: string): Steps<Stream & {readonly rest: () => Uint8Array} | Refusal> {
	const {sys} = client.process;
	const target = encodeURI(path).replaceAll('?', '%3F').replaceAll('#', '%23') + queryText(request.query ?? []);
	const fd = sys.socket(client.host.address.family);
	if (failed(fd)) {
		return connectionRefusal(client, request, target, fd);
	}

	sys.setCloseOnExec(fd, true);
	const connected = yield * connect(client.process, fd, client.host.address);
	if (failed(connected)) {
		sys.close(fd);
		return connectionRefusal(client, request, target, connected);
	}

	const sent = yield * send(client, fd, request, target);
	const opened = failed(sent) && sent.errno !== 'EPIPE' && sent.errno !== 'ECONNRESET' ? connectionRefusal(client, request, target, sent) : yield * receive(client, fd, request);
	if (refused(opened)) {
		sys.close(fd);
	}

	return opened;
}

function * send(client: Client, fd: Fd, request: ApiRequest, target: string): Steps<void | Failure> {
	// Go's json.Encoder ends a document with a newline and escapes `<`, `>` and `&`.
	const json = request.json === undefined ? undefined : encodeText(`${writeJson(request.json, {escapeHtml: true})}\n`);
	const content: readonly Header[] = json === undefined
		? (request.bytes === undefined ? (request.method === 'POST' ? [['Content-Length', '0']] : []) : [['Transfer-Encoding', 'chunked'], ['Content-Type', request.bytes.type]])
		: [['Content-Length', String(json.length)], ['Content-Type', 'application/json']];
	const headers: readonly Header[] = [['Host', 'api.moby.localhost'], ['User-Agent', `Docker-Client/${clientVersion} (linux)`], ...content, ...request.headers ?? []];
	const written = yield * write(client.process, fd, concatBytes([encodeRequestHead({method: request.method, target, headers}), json ?? noBytes]));
	if (failed(written) || request.bytes === undefined) {
		return written;
	}

	const {content: bytes} = request.bytes;
	for (let at = 0; at < bytes.length; at += pieceBytes) {
		const piece = yield * write(client.process, fd, encodeChunk(bytes.subarray(at, at + pieceBytes)));
		if (failed(piece)) {
			return piece;
		}
	}

	return yield * write(client.process, fd, lastChunk);
}

/** Reads up to the end of the answer's head. */
function * receive(client: Client, fd: Fd, request: ApiRequest): Steps<Stream & {readonly rest: () => Uint8Array} | Refusal> {
	const parser = responseParser(request.method);
	let head: ResponseHead | undefined;
	let isComplete = false;
	const bodies: Uint8Array[] = [];
	const take = function * (): Steps<Refusal | undefined> {
		const bytes = yield * read(client.process, fd, pieceBytes);
		if (failed(bytes)) {
			return bytes.errno === 'EINTR' ? undefined : refusal(`error during connect: ${errorTextOf(bytes).toLowerCase()}`);
		}

		for (const event of bytes.length === 0 ? parser.finish() : parser.push(bytes)) {
			if (event.kind === 'error') {
				isComplete = true;
				return head === undefined ? refusal(`error during connect: ${event.message === 'empty reply' ? 'EOF' : event.message}`) : undefined;
			}

			head = event.kind === 'head' ? event.head : head;
			isComplete ||= event.kind === 'end';
			if (event.kind === 'body') {
				bodies.push(event.bytes);
			}
		}

		return undefined;
	};

	while (head === undefined) {
		const problem = yield * take();
		if (problem !== undefined) {
			return problem;
		}
	}

	return {
		head,
		fd,
		* next() {
			while (bodies.length === 0 && !isComplete) {
				const problem = yield * take();
				isComplete ||= problem !== undefined;
			}

			return bodies.shift();
		},
		close: () => {
			client.process.sys.close(fd);
		},
		rest: () => parser.rest,
	};
}

export function * bodyOf(opened: Stream): Steps<Uint8Array> {
	const parts: Uint8Array[] = [];
	for (let part = yield * opened.next(); part !== undefined; part = yield * opened.next()) {
		parts.push(part);
	}

	return concatBytes(parts);
}

function daemonRefusal(httpStatus: number, body: Uint8Array, path: string): Refusal {
	const text = decodeText(body);
	const parsed = parseJson(text);
	const message = 'error' in parsed ? text.trim() : textOf(memberOf(parsed.value, 'message'));
	if (text === '') {
		return {...refusal(`request returned ${statusWords(httpStatus)} for API route and version ${path}, check if the server supports the requested API version`), httpStatus};
	}

	return {...refusal(`Error response from daemon: ${message.trim()}`), httpStatus};
}

function statusWords(status: number): string {
	const words: Readonly<Record<number, string>> = {404: 'Not Found', 500: 'Internal Server Error', 501: 'Not Implemented'};
	return status in words ? words[status]! : String(status);
}

function connectionRefusal({host}: Client, request: ApiRequest, target: string, problem: Failure): Refusal {
	if (problem.errno === 'EACCES' && host.address.family === 'unix') {
		const verb = request.method[0]! + request.method.slice(1).toLowerCase();
		return refusal(`permission denied while trying to connect to the Docker daemon socket at ${host.url}: ${verb} "http://${encodeURIComponent(host.address.path)}${target}": dial unix ${host.address.path}: connect: permission denied`);
	}

	return refusal(`Cannot connect to the Docker daemon at ${host.url}. Is the docker daemon running?`);
}

/** The lines of a stream of JSON documents, as pull, push, build and events send them. */
export function * jsonLines(opened: Stream, onLine: (line: Json) => Steps<Refusal | undefined>): Steps<Refusal | undefined> {
	let pending: Uint8Array = noBytes;
	for (;;) {
		const part = yield * opened.next();
		pending = part === undefined ? pending : concatBytes([pending, part]);
		let start = 0;
		for (let end = pending.indexOf(0x0a); end !== -1; end = pending.indexOf(0x0a, start)) {
			const problem = yield * jsonLine(pending.subarray(start, end), onLine);
			if (problem !== undefined) {
				return problem;
			}

			start = end + 1;
		}

		pending = pending.subarray(start);
		if (part === undefined) {
			return yield * jsonLine(pending, onLine);
		}
	}
}

function * jsonLine(bytes: Uint8Array, onLine: (line: Json) => Steps<Refusal | undefined>): Steps<Refusal | undefined> {
	const text = decodeText(bytes).trim();
	if (text === '') {
		return undefined;
	}

	const parsed = parseJson(text);
	return 'error' in parsed ? refusal(parsed.error) : yield * onLine(objectOf(parsed.value));
}

/** `{"status":{"running":true}}`: filters as the API takes them, from `status=running` words. */
export function filterQuery(words: readonly string[]): Query {
	const filters = new Map<string, Map<string, Json>>();
	for (const word of words) {
		const equals = word.indexOf('=');
		const name = word.slice(0, equals).trim().toLowerCase();
		const values = filters.get(name) ?? new Map<string, Json>();
		values.set(word.slice(equals + 1).trim(), true);
		filters.set(name, values);
	}

	return filters.size === 0 ? [] : [['filters', writeJson(sorted(new Map([...filters].map(([name, values]) => [name, sorted(values)]))), {escapeHtml: true})]];
}

function sorted(map: ReadonlyMap<string, Json>): ReadonlyMap<string, Json> {
	return new Map([...map].sort(([a], [b]) => compareText(a, b)));
}
