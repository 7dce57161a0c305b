// registry(1), the distribution registry 2.8: keeps images as files under /var/lib/registry, where they outlive it if that is a volume.
// Source: distribution docs/spec/api.md, registry/storage/paths.go.
//
// Simplified: the configuration file is not read; storage and port are those of the image's own. Deleting is off, as it is there.

import {digestOf, isDigest} from '../base/digest.js';
import {encodeText} from '../base/bytes.js';
import {httpDate, rfc3339Nano} from '../base/internet-date.js';
import {wallTime} from '../base/clock.js';
import {type Header, headerOf, type HttpResponse} from '../base/http.js';
import {encodeJson, type Json} from '../base/json.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Process, Running} from '../model/kernel/program.js';
import {listenOn, type Served, serveRequests, serveUntilSignal} from './http-server.js';
import {RegistryStorage} from './registry/storage.js';
import {type Blocking, printTo} from './standard-io.js';

const port = 5000;

export function * registry(process: Process): Running {
	const [, command, file] = process.argv;
	if (command !== 'serve' || file === undefined) {
		yield * printTo(process, 2, command === 'serve' ? 'configuration error: configuration path unspecified\nUsage:\n  registry serve <config> [flags]\n' : 'Usage:\n  registry [flags]\n  registry [command]\n\nAvailable Commands:\n  serve         `serve` stores and distributes Docker images\n');
		return 1;
	}

	if (failed(process.sys.stat(file))) {
		yield * printTo(process, 2, `configuration error: open ${file}: no such file or directory\n`);
		return 1;
	}

	const socket = listenOn(process, '0.0.0.0', port);
	if (failed(socket)) {
		yield * printTo(process, 2, `time="${rfc3339Nano(process.sys.now())}" level=fatal msg="listen tcp :${port}: bind: ${errorTextOf(socket).toLowerCase()}"\n`);
		return 1;
	}

	for (const signal of ['TERM', 'INT'] as const) {
		process.sys.sigaction(signal, 'catch');
	}

	process.sys.sigaction('PIPE', 'ignore');
	process.sys.setMemory(12_000_000);
	yield * printTo(process, 2, `time="${rfc3339Nano(process.sys.now())}" level=info msg="listening on [::]:${port}" go.version=go1.20.8 version=2.8.3\n`);
	yield * serveUntilSignal(process, socket, (thread, client) => serveRequests(thread, client, answer));
	return 0;
}

type Reply = {readonly status: number; readonly headers?: readonly Header[]; readonly json?: Json; readonly body?: Uint8Array};

function refusal(status: number, code: string, message: string, detail: Json = null): Reply {
	return {status, json: {errors: [{code, message, detail}]}};
}

function * answer(process: Process, served: Served): Blocking<HttpResponse> {
	const {status, headers = [], json, body} = yield * replyTo(process, served);
	const text = json === undefined ? encodeText('') : encodeText(`${encodeJson(json)}${status === 200 && served.head.target === '/v2/' ? '' : '\n'}`);
	return {
		status, body: body ?? text,
		headers: [
			...json === undefined ? [] : [['Content-Type', 'application/json; charset=utf-8']] as const, ['Docker-Distribution-Api-Version', 'registry/2.0'], ['X-Content-Type-Options', 'nosniff'],
			['Date', httpDate(wallTime(process.sys.now()).seconds)], ...headers,
		],
	};
}

const resourcePattern = /^\/v2\/(?<name>.+?)\/(?<kind>tags\/list|manifests\/(?<reference>[^\/]+)|blobs\/uploads\/(?<upload>[^\/]*)|blobs\/(?<digest>[^\/]+))$/v;

function * replyTo(process: Process, {head, request}: Served): Blocking<Reply> {
	const [path = '', query = ''] = head.target.split('?', 2);
	const reads = head.method === 'GET' || head.method === 'HEAD';
	const storage = new RegistryStorage(process);
	if (path === '/v2/' && reads) {
		return {status: 200, json: {}};
	}

	if (path === '/v2/_catalog' && head.method === 'GET') {
		return {status: 200, json: {repositories: storage.repositories()}};
	}

	const found = resourcePattern.exec(path)?.groups;
	if (found === undefined) {
		return {status: 404, headers: [['Content-Type', 'text/plain; charset=utf-8']], body: encodeText('404 page not found\n')};
	}

	const name = found['name']!;
	if (found['kind'] === 'tags/list' && reads) {
		const tags = storage.tags(name);
		return tags === undefined ? refusal(404, 'NAME_UNKNOWN', 'repository name not known to registry', {name}) : {status: 200, json: {name, tags: tags.length === 0 ? null : tags}};
	}

	if (found['reference'] !== undefined) {
		return yield * manifest(storage, {name, reference: found['reference'], method: head.method, type: headerOf(head.headers, 'Content-Type') ?? '', body: request.body});
	}

	if (found['digest'] !== undefined && reads) {
		const bytes = storage.hasLayer(name, found['digest']) ? yield * storage.blob(found['digest']) : undefined;
		return bytes === undefined
			? refusal(404, 'BLOB_UNKNOWN', 'blob unknown to registry', {digest: found['digest']})
			: {status: 200, headers: [['Content-Type', 'application/octet-stream'], ['Docker-Content-Digest', found['digest']], ['Etag', `"${found['digest']}"`]], body: bytes};
	}

	return found['upload'] === undefined
		? refusal(405, 'UNSUPPORTED', 'The operation is unsupported.')
		: yield * upload(storage, {name, id: found['upload'], method: head.method, query: new Map(query.split('&').map(pair => pair.split('=', 2) as [string, string])), body: request.body});
}

type ManifestRequest = {readonly name: string; readonly reference: string; readonly method: string; readonly type: string; readonly body: Uint8Array};

function * manifest(storage: RegistryStorage, {name, reference, method, type, body}: ManifestRequest): Blocking<Reply> {
	if (method === 'GET' || method === 'HEAD') {
		const found = yield * storage.manifest(name, reference);
		return found === undefined
			? refusal(404, 'MANIFEST_UNKNOWN', 'manifest unknown', isDigest(reference) ? {name, revision: reference} : {Tag: reference})
			: {status: 200, headers: [['Content-Type', found.mediaType], ['Docker-Content-Digest', found.digest], ['Etag', `"${found.digest}"`]], body: found.bytes};
	}

	if (method !== 'PUT') {
		return refusal(405, 'UNSUPPORTED', 'The operation is unsupported.');
	}

	if (isDigest(reference) && digestOf(body) !== reference) {
		return refusal(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
	}

	const problem = yield * storage.putManifest({name, reference, mediaType: type, bytes: body});
	const digest = digestOf(body);
	return problem === undefined
		? {status: 201, headers: [['Docker-Content-Digest', digest], ['Location', `/v2/${name}/manifests/${digest}`]]}
		: refusal(problem.code === 'MANIFEST_INVALID' ? 400 : 404, problem.code, problem.message, problem.detail);
}

type Upload = {readonly name: string; readonly id: string; readonly method: string; readonly query: ReadonlyMap<string, string>; readonly body: Uint8Array};

function * upload(storage: RegistryStorage, {name, id, method, query, body}: Upload): Blocking<Reply> {
	const digest = unescaped(query.get('digest') ?? '');
	if (id === '' && method === 'POST') {
		const mount = unescaped(query.get('mount') ?? '');
		if (mount !== '' && storage.hasLayer(unescaped(query.get('from') ?? ''), mount)) {
			yield * storage.linkLayer(name, mount);
			return stored(name, mount);
		}

		const made = yield * storage.beginUpload(name);
		return {status: 202, headers: [['Location', `/v2/${name}/blobs/uploads/${made}`], ['Docker-Upload-Uuid', made], ['Range', '0-0']]};
	}

	if (!storage.hasUpload(name, id)) {
		return refusal(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
	}

	if (method === 'PATCH') {
		const size = yield * storage.append(name, id, body);
		return {status: 202, headers: [['Location', `/v2/${name}/blobs/uploads/${id}`], ['Docker-Upload-Uuid', id], ['Range', `0-${Math.max(size - 1, 0)}`]]};
	}

	if (method !== 'PUT') {
		return refusal(405, 'UNSUPPORTED', 'The operation is unsupported.');
	}

	yield * storage.append(name, id, body);
	return (yield * storage.finishUpload(name, id, digest)) ? stored(name, digest) : refusal(400, 'DIGEST_INVALID', 'provided digest did not match uploaded content');
}

function stored(name: string, digest: string): Reply {
	return {status: 201, headers: [['Docker-Content-Digest', digest], ['Location', `/v2/${name}/blobs/${digest}`]]};
}

/** A percent-encoded word; one that is none stays as it is. */
function unescaped(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
