// One client's connection to the daemon: requests in, answers out, and what hijacked connections become.

import {concatBytes, encodeText, noBytes} from '../base/bytes.js';
import {
	encodeChunk, encodeResponse, encodeResponseHead, type Header, headerOf, type HttpRequest, type HttpResponse, keepsAlive, lastChunk, reasonPhrase, requestParser, type RequestHead, upgradeOf,
} from '../base/http.js';
import {encodeHtmlSafeJson, type Json} from '../base/json.js';
import {write} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import type {Fd} from '../model/kernel/program.js';
import {type EngineHost, sleepOn, type Work} from '../model/container/engine-host.js';
import {type ApiRequest, commonHeaders, type HttpProblem, problemResponse} from './api-request.js';

/** Largest body that a request may bring: a build context, an archive to copy. */
const maxBodyBytes = 256 * 1024 * 1024;
const pieceBytes = 65_536;

export type Incoming = {readonly request: HttpRequest; readonly head: RequestHead};

export class Connection {
	readonly host: EngineHost;
	readonly fd: Fd;
	/** Bytes that came and nobody took yet. */
	#pending: Uint8Array = noBytes;
	#isOpen = true;

	constructor(host: EngineHost, fd: Fd) {
		this.host = host;
		this.fd = fd;
	}

	get isOpen(): boolean {
		return this.#isOpen;
	}

	/** The next request; undefined when the client has gone, or said something that is no request (which is answered). */
	* nextRequest(): Work<Incoming | undefined> {
		const parser = requestParser({bodyBytes: maxBodyBytes});
		let head: RequestHead | undefined;
		const body: Uint8Array[] = [];
		let bytes = this.#pending;
		this.#pending = noBytes;
		for (;;) {
			for (const event of bytes.length === 0 ? [] : parser.push(bytes)) {
				if (event.kind === 'head') {
					head = event.head;
					yield * this.#continueBody(head);
				} else if (event.kind === 'body') {
					body.push(event.bytes);
				} else if (event.kind === 'error') {
					const words = `${event.status} ${reasonPhrase(event.status)}`;
					yield * this.send(encodeText(`HTTP/1.1 ${words}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${words}: ${event.message}`));
					return undefined;
				}
			}

			if (parser.done && head !== undefined) {
				this.#pending = parser.rest;
				return {head, request: {method: head.method, target: head.target, headers: head.headers, body: concatBytes(body)}};
			}

			bytes = yield * this.receive();
			if (bytes.length === 0) {
				return undefined;
			}
		}
	}

	* #continueBody({headers}: RequestHead): Work<void> {
		if (headerOf(headers, 'Expect')?.toLowerCase() === '100-continue') {
			yield * this.send(encodeText('HTTP/1.1 100 Continue\r\n\r\n'));
		}
	}

	/** Bytes from the client as they come; none when it will send no more. */
	* receive(): Work<Uint8Array> {
		for (;;) {
			const bytes = this.take();
			if (bytes !== undefined) {
				return bytes;
			}

			yield * sleepOn([this.readChannel]);
		}
	}

	/** What has come already, or undefined if one has to wait. */
	take(): Uint8Array | undefined {
		if (this.#pending.length > 0) {
			const bytes = this.#pending;
			this.#pending = noBytes;
			return bytes;
		}

		const bytes = this.host.process.sys.read(this.fd, pieceBytes);
		return failed(bytes) ? (bytes.errno === 'EAGAIN' ? undefined : noBytes) : bytes;
	}

	get readChannel(): string {
		return this.host.process.sys.readChannel(this.fd);
	}

	* send(bytes: Uint8Array): Work<void> {
		const sent = this.#isOpen ? yield * write(this.host.process, this.fd, bytes) : undefined;
		if (failed(sent)) {
			this.#isOpen = false;
		}
	}

	* respond(response: HttpResponse, head: RequestHead): Work<void> {
		// The length is told to HEAD as to GET, the body is not.
		const encoded = encodeResponse(response);
		yield * this.send(head.method === 'HEAD' ? encoded.subarray(0, encoded.length - response.body.length) : encoded);
		if (!keepsAlive(head)) {
			this.close();
		}
	}

	* refuse(problem: HttpProblem, head: RequestHead): Work<void> {
		yield * this.respond(problemResponse(this.host, problem), head);
	}

	/** Begins an answer whose body comes in pieces: `sendChunk`, then `endChunks`. */
	* beginStream(contentType: string, headers: readonly Header[] = [], status = 200): Work<void> {
		yield * this.send(encodeResponseHead({status, headers: [...commonHeaders(this.host, contentType), ...headers, ['Transfer-Encoding', 'chunked']]}));
	}

	* sendChunk(bytes: Uint8Array): Work<void> {
		yield * this.send(encodeChunk(bytes));
	}

	/** A line of JSON, as progress is told. */
	* sendJsonLine(value: Json): Work<void> {
		yield * this.sendChunk(encodeText(`${encodeHtmlSafeJson(value)}\r\n`));
	}

	* endStream(head: RequestHead): Work<void> {
		yield * this.send(lastChunk);
		if (!keepsAlive(head)) {
			this.close();
		}
	}

	/** Makes the connection a raw stream: 101 if the client asked for an upgrade, 200 without framing if it did not. */
	* hijack({headers}: ApiRequest, hasTerminal: boolean): Work<void> {
		const contentType = hasTerminal ? 'application/vnd.docker.raw-stream' : 'application/vnd.docker.multiplexed-stream';
		const upgrade = upgradeOf(headers);
		yield * this.send(upgrade === undefined
			? encodeResponseHead({status: 200, headers: [['Content-Type', contentType]]})
			: encodeResponseHead({status: 101, reason: 'UPGRADED', headers: [['Content-Type', contentType], ['Connection', 'Upgrade'], ['Upgrade', 'tcp'], ...commonHeaders(this.host).filter(([name]) => name !== 'Date')]}));
	}

	close(): void {
		this.#isOpen = false;
	}
}

/** A frame of a multiplexed stream: which stream, the length, the bytes. Source: Engine API, "Stream format". */
export function frame(stream: 'stdin' | 'stdout' | 'stderr', bytes: Uint8Array): Uint8Array {
	const header = new Uint8Array(8);
	header[0] = stream === 'stdin' ? 0 : (stream === 'stdout' ? 1 : 2);
	new DataView(header.buffer).setUint32(4, bytes.length);
	return concatBytes([header, bytes]);
}
