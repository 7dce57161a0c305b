// A registry behind an address, spoken to over the network of the daemon's host. Source: OCI distribution-spec; moby/moby
// registry/service_v2.go (who may be spoken to without TLS), distribution/errors.go.
//
// Simplified: TLS is not modelled, and no server has it. Addresses of the loopback network and those of `insecure-registries` are asked
// without it, as dockerd does; to others the daemon says what it says when TLS fails.

import {encodeBase64} from '../base/base64.js';
import {decodeText, encodeText, noBytes} from '../base/bytes.js';
import type {Digest} from '../base/digest.js';
import {encodeRequest, type Header, headerOf, reasonPhrase} from '../base/http.js';
import type {EngineHost, Work} from '../model/container/engine-host.js';
import type {Registry, RegistryError} from '../model/container/registry.js';
import {makeBlob, mediaTypes} from '../model/container/manifest.js';
import type {Blob} from '../model/container/schema.js';
import {engineVersion} from '../model/container/version.js';
import {write} from '../model/kernel/blocking.js';
import {addressOf, type Answer, dial, receive} from './http-client.js';

type Asked = {readonly method: string; readonly path: string; readonly headers?: readonly Header[]; readonly body?: Uint8Array};

/** Whose images these are, for registries that ask. */
export type Credentials = {readonly username: string; readonly password: string};

const manifestTypes = ['application/json', mediaTypes.docker.manifest, mediaTypes.docker.index, mediaTypes.oci.index, mediaTypes.oci.manifest, 'application/vnd.docker.distribution.manifest.v1+prettyjws'];
const acceptManifests: readonly Header[] = [['Accept', manifestTypes.join(', ')]];

/** A registry that takes images, too. */
export class HttpRegistry implements Registry {
	readonly #host: EngineHost;
	readonly #credentials: Credentials | undefined;
	readonly #isInsecure: boolean;
	/** What the first request found out: whether it wants a name and a password. Undefined before. */
	#asksForPassword: boolean | undefined;
	readonly domain: string;

	constructor(host: EngineHost, domain: string, {credentials, isInsecure = false}: {readonly credentials?: Credentials | undefined; readonly isInsecure?: boolean} = {}) {
		this.#host = host;
		this.domain = domain;
		this.#credentials = credentials;
		this.#isInsecure = isInsecure;
	}

	/** A tag is asked for its digest first, and the manifest by that. */
	* resolve(repository: string, tagOrDigest: string): Work<Blob | RegistryError> {
		const pathOf = (reference: string) => `/v2/${repository}/manifests/${reference}`;
		const isTag = !tagOrDigest.includes(':');
		const head = isTag ? yield * this.ask({method: 'HEAD', path: pathOf(tagOrDigest), headers: acceptManifests}) : undefined;
		if (head !== undefined && 'kind' in head) {
			return head;
		}

		const found = head?.status === 200 ? headerOf(head.headers, 'Docker-Content-Digest') : undefined;
		const answer = yield * this.ask({method: 'GET', path: pathOf(found ?? tagOrDigest), headers: acceptManifests});
		if ('kind' in answer) {
			return answer;
		}

		if (answer.status !== 200) {
			return answer.status === 404
				? refused(404, `manifest for ${this.domain}/${repository}${isTag ? ':' : '@'}${tagOrDigest} not found: ${reasonOf(answer)}`)
				: refused(answer.status === 401 ? 401 : 500, reasonOf(answer));
		}

		const manifest = makeBlob(headerOf(answer.headers, 'Content-Type') ?? mediaTypes.docker.manifest, answer.body);
		return isTag || manifest.digest === tagOrDigest ? manifest : refused(500, `manifest verification failed for digest ${tagOrDigest}`);
	}

	* blob(repository: string, digest: Digest): Work<Blob | RegistryError> {
		const answer = yield * this.ask({method: 'GET', path: `/v2/${repository}/blobs/${digest}`});
		return 'kind' in answer ? answer : (answer.status === 200 ? makeBlob('application/octet-stream', answer.body) : refused(404, reasonOf(answer)));
	}

	/** `docker login`: whether the registry takes the name and password, or wants none. */
	* login(): Work<RegistryError | undefined> {
		const answer = yield * this.ask({method: 'GET', path: '/v2/'});
		if ('kind' in answer) {
			return answer;
		}

		return answer.status === 200 ? undefined : refused(answer.status === 401 ? 401 : 500, `login attempt to ${yield * this.#origin()}/v2/ failed with status: ${answer.status} ${reasonPhrase(answer.status)}`);
	}

	/** Looks who is there, once. */
	* greet(): Work<RegistryError | undefined> {
		const greeting = this.#asksForPassword === undefined ? yield * this.#send({method: 'GET', path: '/v2/'}, 'Get', '/v2/') : undefined;
		if (greeting === undefined || 'kind' in greeting) {
			return greeting;
		}

		this.#asksForPassword = greeting.status === 401 && /^basic /iv.test(headerOf(greeting.headers, 'Www-Authenticate') ?? '');
		return undefined;
	}

	/** One request on a connection of its own. */
	* ask(asked: Asked): Work<Answer | RegistryError> {
		const problem = yield * this.greet();
		if (problem !== undefined) {
			return problem;
		}

		const url = asked.path.replace(/^https?:\/\/[^\/]+/v, '');
		const verb = asked.method.charAt(0) + asked.method.slice(1).toLowerCase();
		if (!this.#asksForPassword) {
			return yield * this.#send({...asked, path: url}, verb, url);
		}

		if (this.#credentials === undefined) {
			// Where nothing is sent there is no place to name but the request itself.
			return refused(500, asked.method === 'GET' || asked.method === 'HEAD' ? `${verb} "${yield * this.#origin()}${url}": no basic auth credentials` : 'no basic auth credentials');
		}

		const {username, password} = this.#credentials;
		const authorization: Header = ['Authorization', `Basic ${encodeBase64(encodeText(`${username}:${password}`))}`];
		return yield * this.#send({...asked, path: url, headers: [...asked.headers ?? [], authorization]}, verb, url);
	}

	* #origin(): Work<string> {
		const address = yield * addressOf(this.#host, this.#nameAndPort().name);
		return `${this.#isPlain(address) ? 'http' : 'https'}://${this.domain}`;
	}

	#isPlain(address: string | undefined): boolean {
		return this.#isInsecure || (address?.startsWith('127.') ?? false);
	}

	#nameAndPort(): {readonly name: string; readonly port: string | undefined} {
		const [name = '', port] = this.domain.split(':');
		return {name, port};
	}

	* #send({method, path, headers = [], body = noBytes}: Asked, verb: string, url: string): Work<Answer | RegistryError> {
		const {process} = this.#host;
		const {name, port} = this.#nameAndPort();
		const address = yield * addressOf(this.#host, name);
		const isPlain = this.#isPlain(address);
		const number = Number(port ?? (isPlain ? 80 : 443));
		const tried = `${verb} "${isPlain ? 'http' : 'https'}://${this.domain}${url}": `;
		if (address === undefined) {
			return refused(500, `${tried}dial tcp: lookup ${name}: no such host`);
		}

		const fd = yield * dial(this.#host, address, number);
		if (typeof fd === 'string') {
			return refused(500, tried + fd);
		}

		if (!isPlain) {
			process.sys.close(fd);
			return refused(500, `${tried}http: server gave HTTP response to HTTPS client`);
		}

		const length: readonly Header[] = method === 'GET' || method === 'HEAD' ? [] : [['Content-Length', String(body.length)]];
		yield * write(process, fd, encodeRequest({method, target: path, headers: [['Host', this.domain], ['User-Agent', `docker/${engineVersion}`], ['Connection', 'close'], ...length, ...headers], body}));
		const answer = yield * receive(process, fd, method);
		process.sys.close(fd);
		return answer ?? refused(500, `${tried}EOF`);
	}
}

function refused(status: 401 | 404 | 500, message: string): RegistryError {
	return {kind: 'registry-error', status, message};
}

/** `manifest unknown: manifest unknown`: code and message of the first error of an answer. */
export function reasonOf({status, body}: Answer): string {
	const error = /"code":"(?<code>[A-Z_]+)","message":"(?<message>[^"]*)"/v.exec(decodeText(body))?.groups;
	return error === undefined ? `received unexpected HTTP status: ${status} ${reasonPhrase(status)}` : `${error['code']!.toLowerCase().replaceAll('_', ' ')}: ${error['message']}`;
}
