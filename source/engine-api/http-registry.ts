// A registry behind an address, spoken to over the network of the daemon's host. Source: OCI distribution-spec; moby/moby
// registry/service_v2.go (who may be spoken to without TLS), distribution/errors.go.
//
// Simplified: TLS is not modelled, and no server has it. Addresses of the loopback network are asked without it, as dockerd does by
// default; to others the daemon says what it says when TLS fails.

import {concatBytes, decodeText, noBytes} from '../base/bytes.js';
import type {Digest} from '../base/digest.js';
import {encodeRequest, type Header, headerOf, responseParser} from '../base/http.js';
import type {EngineHost, Work} from '../model/container/engine-host.js';
import type {Registry, RegistryError} from '../model/container/registry.js';
import {makeBlob, mediaTypes} from '../model/container/manifest.js';
import type {Blob} from '../model/container/schema.js';
import {connect, read, readAll, write} from '../model/kernel/blocking.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import {parseIpv4} from '../model/network/address.js';

export type Answer = {readonly status: number; readonly headers: readonly Header[]; readonly body: Uint8Array};

type Asked = {readonly method: string; readonly path: string; readonly headers?: readonly Header[]; readonly body?: Uint8Array};

/** A registry that takes images, too. */
export class HttpRegistry implements Registry {
	readonly #host: EngineHost;
	readonly domain: string;

	constructor(host: EngineHost, domain: string) {
		this.#host = host;
		this.domain = domain;
	}

	* resolve(repository: string, tagOrDigest: string): Work<Blob | RegistryError> {
		const answer = yield * this.ask({method: 'GET', path: `/v2/${repository}/manifests/${tagOrDigest}`, headers: [['Accept', mediaTypes.docker.manifest], ['Accept', mediaTypes.oci.manifest]]});
		if ('kind' in answer) {
			return answer;
		}

		return answer.status === 200
			? makeBlob(headerOf(answer.headers, 'Content-Type') ?? mediaTypes.docker.manifest, answer.body)
			: refused(404, `manifest for ${this.domain}/${repository}${tagOrDigest.includes(':') ? '@' : ':'}${tagOrDigest} not found: ${reasonOf(answer)}`);
	}

	* blob(repository: string, digest: Digest): Work<Blob | RegistryError> {
		const answer = yield * this.ask({method: 'GET', path: `/v2/${repository}/blobs/${digest}`});
		return 'kind' in answer ? answer : (answer.status === 200 ? makeBlob('application/octet-stream', answer.body) : refused(404, reasonOf(answer)));
	}

	/** One request on a connection of its own. */
	* ask({method, path, headers = [], body = noBytes}: Asked): Work<Answer | RegistryError> {
		const {process} = this.#host;
		const [name = '', port] = this.domain.split(':');
		const address = yield * this.#addressOf(name);
		const isTrusted = address?.startsWith('127.') ?? false;
		const number = Number(port ?? (isTrusted ? 80 : 443));
		const get = `Get "${isTrusted ? 'http' : 'https'}://${this.domain}/v2/": `;
		if (address === undefined) {
			return refused(500, `${get}dial tcp: lookup ${name}: no such host`);
		}

		const fd = process.sys.socket('inet');
		const connected = failed(fd) ? fd : yield * connect(process, fd, {family: 'inet', address, port: number});
		const failure = [fd, connected].find(result => failed(result));
		if (failure !== undefined || failed(fd)) {
			return refused(500, `${get}dial tcp ${address}:${number}: connect: ${failed(failure) ? errorTextOf(failure).toLowerCase() : ''}`);
		}

		if (!isTrusted) {
			process.sys.close(fd);
			return refused(500, `${get}http: server gave HTTP response to HTTPS client`);
		}

		const length: readonly Header[] = method === 'GET' || method === 'HEAD' ? [] : [['Content-Length', String(body.length)]];
		yield * write(process, fd, encodeRequest({method, target: path, headers: [['Host', this.domain], ['User-Agent', 'docker/28.5.2'], ['Connection', 'close'], ...length, ...headers], body}));
		const answer = yield * this.#receive(fd, method);
		process.sys.close(fd);
		return answer ?? refused(500, `${get}EOF`);
	}

	* #receive(fd: number, method: string): Work<Answer | undefined> {
		const parser = responseParser(method);
		const body: Uint8Array[] = [];
		let head: {readonly status: number; readonly headers: readonly Header[]} | undefined;
		for (;;) {
			const bytes = yield * read(this.#host.process, fd, 65_536);
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
	* #addressOf(name: string): Work<string | undefined> {
		if (parseIpv4(name) !== undefined || name === 'localhost') {
			return name === 'localhost' ? '127.0.0.1' : name;
		}

		const known = (yield * this.#words('/etc/hosts')).find(([, ...names]) => names.includes(name));
		if (known?.[0] !== undefined) {
			return known[0];
		}

		for (const [keyword, server = ''] of yield * this.#words('/etc/resolv.conf')) {
			const reply = keyword === 'nameserver' ? this.#host.process.sys.queryName(server, name) : undefined;
			if (reply?.kind === 'addresses') {
				return reply.addresses[0];
			}
		}

		return undefined;
	}

	* #words(path: string): Work<readonly (readonly string[])[]> {
		const {process} = this.#host;
		const fd = process.sys.open(path, {read: true});
		if (failed(fd)) {
			return [];
		}

		const bytes = yield * readAll(process, fd, 1024 * 1024);
		process.sys.close(fd);
		return failed(bytes) ? [] : decodeText(bytes).split('\n').map(line => line.replace(/#.*$/v, '').split(/[ \t]+/v).filter(word => word !== ''));
	}
}

function refused(status: 404 | 500, message: string): RegistryError {
	return {kind: 'registry-error', status, message};
}

/** `manifest unknown: manifest unknown`: code and message of the first error of an answer. */
function reasonOf({status, body}: Answer): string {
	const error = /"code":"(?<code>[A-Z_]+)","message":"(?<message>[^"]*)"/v.exec(decodeText(body))?.groups;
	return error === undefined ? `received unexpected HTTP status: ${status}` : `${error['code']!.toLowerCase().replaceAll('_', ' ')}: ${error['message']}`;
}
