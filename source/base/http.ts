// HTTP/1.1 messages as bytes, for servers and clients alike, whatever carries the bytes. Source: RFC 9112.
//
//     start-line CRLF (name ":" value CRLF)* CRLF body
//
// A parser reads exactly one message from bytes that arrive in any pieces, and leaves what follows in `rest`: the next request
// of a kept connection, or the raw stream after `101 Switching Protocols`. Header names keep their case; look them up with
// `headerOf`. Every limit that is passed is an event that names the status a server should answer.

import {concatBytes, decodeText, encodeText, noBytes} from './bytes.js';

export type Header = readonly [name: string, value: string];
export type HttpVersion = '1.0' | '1.1';

export type RequestHead = {
	readonly method: string;
	/** As it was sent: `/v1.50/containers/json?all=1`. */
	readonly target: string;
	readonly version: HttpVersion;
	readonly headers: readonly Header[];
};

export type ResponseHead = {
	readonly version: HttpVersion;
	readonly status: number;
	readonly reason: string;
	readonly headers: readonly Header[];
};

/** A whole request, body included. */
export type HttpRequest = Omit<RequestHead, 'version'> & {readonly body: Uint8Array};

/** A whole response, body included. */
export type HttpResponse = {readonly status: number; readonly headers: readonly Header[]; readonly body: Uint8Array};

export type HttpEvent<H> =
	| {readonly kind: 'head'; readonly head: H}
	| {readonly kind: 'body'; readonly bytes: Uint8Array}
	/** The message is complete; see `rest`. */
	| {readonly kind: 'end'}
	/** Not HTTP, or beyond a limit. The parser takes nothing more. */
	| {readonly kind: 'error'; readonly status: number; readonly message: string};

export type HttpLimits = {
	/** Of the start line and all headers together. */
	readonly headBytes?: number;
	readonly bodyBytes?: number;
};

const defaultHeadBytes = 64 * 1024;
const defaultBodyBytes = 1024 * 1024 * 1024;
const chunkLineBytes = 4096;

/** How the end of the body is found. RFC 9112, 6.3. */
type Framing =
	| {readonly kind: 'none'}
	| {readonly kind: 'length'; readonly bytes: number}
	| {readonly kind: 'chunked'}
	| {readonly kind: 'until-close'}
	/** An informational answer: the message proper is still to come. */
	| {readonly kind: 'skip'};

type Refusal = {readonly status: number; readonly message: string};

type State = 'head' | 'length' | 'until-close' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailer' | 'done';

/** Reads one message. `parseHead` and `framing` are what differs between requests and responses. */
class MessageParser<H extends {readonly headers: readonly Header[]}> {
	readonly #parseHead: (lines: readonly string[]) => H | Refusal;
	readonly #framing: (head: H) => Framing | Refusal;
	readonly #headBytes: number;
	readonly #bodyBytes: number;
	#pending: Uint8Array = noBytes;
	#state: State = 'head';
	#remaining = 0;
	#bodySize = 0;

	constructor(parseHead: (lines: readonly string[]) => H | Refusal, framing: (head: H) => Framing | Refusal, limits: HttpLimits) {
		this.#parseHead = parseHead;
		this.#framing = framing;
		this.#headBytes = limits.headBytes ?? defaultHeadBytes;
		this.#bodyBytes = limits.bodyBytes ?? defaultBodyBytes;
	}

	/** The message is complete or was refused. */
	get done(): boolean {
		return this.#state === 'done';
	}

	/** Bytes after the end of the message. */
	get rest(): Uint8Array {
		return this.#pending;
	}

	push(bytes: Uint8Array): ReadonlyArray<HttpEvent<H>> {
		this.#pending = this.#pending.length === 0 ? bytes : concatBytes([this.#pending, bytes]);
		const events: Array<HttpEvent<H>> = [];
		while (!this.done && this.#step(events)) {
			// Each step takes one part of the message, as long as there is a whole one.
		}

		return events;
	}

	/** The other side will send no more. */
	finish(): ReadonlyArray<HttpEvent<H>> {
		if (this.done) {
			return [];
		}

		if (this.#state === 'until-close') {
			this.#state = 'done';
			return [{kind: 'end'}];
		}

		const nothingCame = this.#state === 'head' && this.#pending.length === 0;
		return this.#refuse({status: 400, message: nothingCame ? 'empty reply' : 'unexpected end of message'});
	}

	/** True if something was taken. */
	#step(events: Array<HttpEvent<H>>): boolean {
		switch (this.#state) {
			case 'head': return this.#takeHead(events);
			case 'length': return this.#takeData(events, 'done');
			case 'chunk-data': return this.#takeData(events, 'chunk-end');
			case 'until-close': return this.#takeAll(events);
			case 'chunk-size': return this.#takeChunkSize(events);
			case 'chunk-end': return this.#takeChunkEnd(events);
			case 'trailer': return this.#takeTrailer(events);
			case 'done': return false;
			default: return this.#state satisfies never;
		}
	}

	#takeHead(events: Array<HttpEvent<H>>): boolean {
		// RFC 9112, 2.2: a server ignores empty lines before the start line.
		while (this.#pending[0] === 0x0d || this.#pending[0] === 0x0a) {
			this.#pending = this.#pending.subarray(1);
		}

		const end = headEnd(this.#pending);
		if (end === undefined || end.at > this.#headBytes) {
			if (this.#pending.length > this.#headBytes) {
				events.push(...this.#refuse({status: 431, message: `header fields are longer than ${this.#headBytes} bytes`}));
			}

			return false;
		}

		const lines = decodeText(this.#pending.subarray(0, end.at)).split(/\r?\n/v);
		this.#pending = this.#pending.subarray(end.next);
		const head = this.#parseHead(lines);
		const framing = 'headers' in head ? this.#framing(head) : head;
		if (!('headers' in head) || 'status' in framing) {
			events.push(...this.#refuse(framing as Refusal));
			return false;
		}

		if (framing.kind !== 'skip') {
			events.push({kind: 'head', head});
			this.#beginBody(events, framing);
		}

		return true;
	}

	#beginBody(events: Array<HttpEvent<H>>, framing: Framing): void {
		if (framing.kind === 'length' && framing.bytes > this.#bodyBytes) {
			events.push(...this.#refuse(this.#tooLarge()));
		} else if (framing.kind === 'length' && framing.bytes > 0) {
			this.#remaining = framing.bytes;
			this.#state = 'length';
		} else if (framing.kind === 'chunked') {
			this.#state = 'chunk-size';
		} else if (framing.kind === 'until-close') {
			this.#state = 'until-close';
		} else {
			this.#end(events);
		}
	}

	#takeData(events: Array<HttpEvent<H>>, next: 'done' | 'chunk-end'): boolean {
		const bytes = this.#pending.subarray(0, this.#remaining);
		if (bytes.length === 0) {
			return false;
		}

		this.#pending = this.#pending.subarray(bytes.length);
		this.#remaining -= bytes.length;
		events.push({kind: 'body', bytes});
		if (this.#remaining === 0) {
			this.#state = next;
			if (next === 'done') {
				events.push({kind: 'end'});
			}
		}

		return true;
	}

	#takeAll(events: Array<HttpEvent<H>>): boolean {
		if (this.#pending.length === 0) {
			return false;
		}

		const bytes = this.#pending;
		this.#pending = noBytes;
		this.#bodySize += bytes.length;
		events.push(...(this.#bodySize > this.#bodyBytes ? this.#refuse(this.#tooLarge()) : [{kind: 'body', bytes} as const]));
		return true;
	}

	#takeChunkSize(events: Array<HttpEvent<H>>): boolean {
		const line = this.#takeLine(events);
		if (line === undefined) {
			return false;
		}

		// Extensions after a semicolon are ignored, as RFC 9112, 7.1.1 demands.
		const digits = line.split(';')[0]!.trim();
		if (!/^[\da-f]{1,12}$/iv.test(digits)) {
			events.push(...this.#refuse({status: 400, message: 'invalid chunk size'}));
			return false;
		}

		this.#remaining = Number.parseInt(digits, 16);
		this.#bodySize += this.#remaining;
		if (this.#bodySize > this.#bodyBytes) {
			events.push(...this.#refuse(this.#tooLarge()));
			return false;
		}

		this.#state = this.#remaining === 0 ? 'trailer' : 'chunk-data';
		return true;
	}

	#takeChunkEnd(events: Array<HttpEvent<H>>): boolean {
		const line = this.#takeLine(events);
		if (line === undefined) {
			return false;
		}

		if (line !== '') {
			events.push(...this.#refuse({status: 400, message: 'chunk is longer than its size'}));
			return false;
		}

		this.#state = 'chunk-size';
		return true;
	}

	#takeTrailer(events: Array<HttpEvent<H>>): boolean {
		const line = this.#takeLine(events);
		if (line === '') {
			this.#end(events);
		}

		return line !== undefined;
	}

	#takeLine(events: Array<HttpEvent<H>>): string | undefined {
		const at = this.#pending.indexOf(0x0a);
		if (at === -1 || at > chunkLineBytes) {
			if (this.#pending.length > chunkLineBytes) {
				events.push(...this.#refuse({status: 400, message: 'chunk line too long'}));
			}

			return undefined;
		}

		const line = decodeText(this.#pending.subarray(0, at)).replace(/\r$/v, '');
		this.#pending = this.#pending.subarray(at + 1);
		return line;
	}

	#end(events: Array<HttpEvent<H>>): void {
		this.#state = 'done';
		events.push({kind: 'end'});
	}

	#tooLarge(): Refusal {
		return {status: 413, message: `body is longer than ${this.#bodyBytes} bytes`};
	}

	#refuse(refusal: Refusal): ReadonlyArray<HttpEvent<H>> {
		this.#state = 'done';
		return [{kind: 'error', ...refusal}];
	}
}

export type RequestParser = MessageParser<RequestHead>;
export type ResponseParser = MessageParser<ResponseHead>;

export function requestParser(limits: HttpLimits = {}): RequestParser {
	return new MessageParser(parseRequestHead, requestFraming, limits);
}

/**
 * Reads the answer to a request of the given method. Informational answers (100 Continue) are skipped; 101 ends at its head, and
 * `rest` begins the raw stream.
 */
export function responseParser(method: string, limits: HttpLimits = {}): ResponseParser {
	return new MessageParser(parseResponseHead, head => responseFraming(head, method), limits);
}

/** The value of the first header of that name in any case. */
export function headerOf(headers: readonly Header[], name: string): string | undefined {
	const wanted = name.toLowerCase();
	return headers.find(([each]) => each.toLowerCase() === wanted)?.[1];
}

/** Whether a comma-separated header has a token: `Connection: keep-alive, Upgrade` has `upgrade`. */
export function hasToken(headers: readonly Header[], name: string, token: string): boolean {
	const wanted = name.toLowerCase();
	return headers.some(([each, value]) => each.toLowerCase() === wanted
		&& value.split(',').some(part => part.trim().toLowerCase() === token.toLowerCase()));
}

/** Whether another request may follow on the connection. RFC 9112, 9.3. */
export function keepsAlive(head: {readonly version: HttpVersion; readonly headers: readonly Header[]}): boolean {
	return head.version === '1.1' ? !hasToken(head.headers, 'Connection', 'close') : hasToken(head.headers, 'Connection', 'keep-alive');
}

/** The value of the `Upgrade` header if the sender asks for it by `Connection: Upgrade`. */
export function upgradeOf(headers: readonly Header[]): string | undefined {
	return hasToken(headers, 'Connection', 'upgrade') ? headerOf(headers, 'Upgrade') : undefined;
}

export function encodeRequestHead(head: Omit<RequestHead, 'version'> & {readonly version?: HttpVersion}): Uint8Array {
	return encodeHead(`${head.method} ${head.target} HTTP/${head.version ?? '1.1'}`, head.headers);
}

export function encodeResponseHead(head: {readonly status: number; readonly reason?: string; readonly headers: readonly Header[]; readonly version?: HttpVersion}): Uint8Array {
	return encodeHead(`HTTP/${head.version ?? '1.1'} ${head.status} ${head.reason ?? reasonPhrase(head.status)}`, head.headers);
}

/** The request with its body; adds `Content-Length` if there is a body and no framing in the headers. */
export function encodeRequest(request: HttpRequest): Uint8Array {
	return concatBytes([encodeRequestHead({...request, headers: framed(request.headers, request.body, false)}), request.body]);
}

/** The response with its body; adds `Content-Length` unless the status forbids a body or the headers frame it. */
export function encodeResponse(response: HttpResponse & {readonly reason?: string}): Uint8Array {
	const bodiless = hasNoBody(response.status);
	const headers = bodiless ? response.headers : framed(response.headers, response.body, true);
	return concatBytes([encodeResponseHead({...response, headers}), bodiless ? noBytes : response.body]);
}

/** One chunk of a chunked body; none for no bytes, because an empty chunk would end the body. */
export function encodeChunk(bytes: Uint8Array): Uint8Array {
	return bytes.length === 0 ? noBytes : concatBytes([encodeText(`${bytes.length.toString(16)}\r\n`), bytes, encodeText('\r\n')]);
}

/** The end of a chunked body. */
export const lastChunk: Uint8Array = encodeText('0\r\n\r\n');

const reasons: Readonly<Record<number, string>> = {
	100: 'Continue', 101: 'Switching Protocols', 200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'No Content',
	206: 'Partial Content', 301: 'Moved Permanently', 302: 'Found', 303: 'See Other', 304: 'Not Modified',
	307: 'Temporary Redirect', 308: 'Permanent Redirect', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden',
	404: 'Not Found', 405: 'Method Not Allowed', 406: 'Not Acceptable', 408: 'Request Timeout', 409: 'Conflict', 410: 'Gone',
	411: 'Length Required', 412: 'Precondition Failed', 413: 'Request Entity Too Large', 414: 'Request URI Too Long',
	415: 'Unsupported Media Type', 416: 'Requested Range Not Satisfiable', 426: 'Upgrade Required', 429: 'Too Many Requests',
	431: 'Request Header Fields Too Large', 500: 'Internal Server Error', 501: 'Not Implemented', 502: 'Bad Gateway',
	503: 'Service Unavailable', 504: 'Gateway Timeout', 505: 'HTTP Version Not Supported',
};

/** The usual words for a status; empty if there are none. */
export function reasonPhrase(status: number): string {
	return reasons[status] ?? '';
}

function encodeHead(startLine: string, headers: readonly Header[]): Uint8Array {
	return encodeText(`${[startLine, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`);
}

function framed(headers: readonly Header[], body: Uint8Array, always: boolean): readonly Header[] {
	const isFramed = headerOf(headers, 'Content-Length') !== undefined || headerOf(headers, 'Transfer-Encoding') !== undefined;
	return isFramed || (body.length === 0 && !always) ? headers : [...headers, ['Content-Length', String(body.length)]];
}

function hasNoBody(status: number): boolean {
	return (status >= 100 && status < 200) || status === 204 || status === 304;
}

/** Where the head ends and the body begins; LF alone is taken for CRLF, as RFC 9112, 2.2 allows. */
function headEnd(bytes: Uint8Array): {readonly at: number; readonly next: number} | undefined {
	for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) {
		const next = bytes[at + 1] === 0x0d ? at + 2 : at + 1;
		if (bytes[next] === 0x0a) {
			return {at: bytes[at - 1] === 0x0d ? at - 1 : at, next: next + 1};
		}
	}

	return undefined;
}

const tokenPattern = /^[\w!#$%\&'*+.\^`\|~\-]+$/v;

function parseHeaders(lines: readonly string[]): readonly Header[] | Refusal {
	const headers: Header[] = [];
	for (const line of lines) {
		const colon = line.indexOf(':');
		const name = line.slice(0, Math.max(colon, 0));
		// A name with a blank before the colon, or a line that continues the one before, is refused: RFC 9112, 5.1 and 5.2.
		if (!tokenPattern.test(name)) {
			return {status: 400, message: 'malformed header field'};
		}

		headers.push([name, line.slice(colon + 1).trim()]);
	}

	return headers;
}

function parseRequestHead(lines: readonly string[]): RequestHead | Refusal {
	const match = /^(?<method>\S+) (?<target>\S+) HTTP\/(?<version>\d\.\d)$/v.exec(lines[0]!);
	if (match === null || !tokenPattern.test(match.groups!['method']!)) {
		return {status: 400, message: 'malformed request line'};
	}

	const version = match.groups!['version'];
	if (version !== '1.1' && version !== '1.0') {
		return {status: 505, message: 'unsupported protocol version'};
	}

	const headers = parseHeaders(lines.slice(1));
	return 'status' in headers ? headers : {method: match.groups!['method']!, target: match.groups!['target']!, version, headers};
}

function parseResponseHead(lines: readonly string[]): ResponseHead | Refusal {
	const match = /^HTTP\/1\.(?<minor>[01]) (?<status>\d{3})(?: (?<reason>.*))?$/v.exec(lines[0]!);
	if (match === null) {
		return {status: 400, message: 'malformed status line'};
	}

	const headers = parseHeaders(lines.slice(1));
	return 'status' in headers ? headers : {
		version: match.groups!['minor'] === '0' ? '1.0' : '1.1',
		status: Number(match.groups!['status']),
		reason: match.groups!['reason'] ?? '',
		headers,
	};
}

function declaredFraming(headers: readonly Header[]): Framing | Refusal | undefined {
	if (hasToken(headers, 'Transfer-Encoding', 'chunked')) {
		return {kind: 'chunked'};
	}

	if (headerOf(headers, 'Transfer-Encoding') !== undefined) {
		return {status: 501, message: 'unsupported transfer encoding'};
	}

	const lengths = new Set(headers.filter(([name]) => name.toLowerCase() === 'content-length').map(([, value]) => value));
	if (lengths.size === 0) {
		return undefined;
	}

	const [length] = lengths;
	return lengths.size === 1 && /^\d{1,15}$/v.test(length!)
		? {kind: 'length', bytes: Number(length)}
		: {status: 400, message: 'invalid Content-Length'};
}

function requestFraming(head: RequestHead): Framing | Refusal {
	return declaredFraming(head.headers) ?? {kind: 'none'};
}

function responseFraming(head: ResponseHead, method: string): Framing | Refusal {
	if (head.status >= 100 && head.status < 200 && head.status !== 101) {
		return {kind: 'skip'};
	}

	if (method === 'HEAD' || hasNoBody(head.status)) {
		return {kind: 'none'};
	}

	return declaredFraming(head.headers) ?? {kind: 'until-close'};
}
