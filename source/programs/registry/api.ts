// The registry's HTTP interface: which path means what. Source: distribution docs/spec/api.md, registry/handlers.
//
// Simplified: a manifest is answered as it was pushed, whatever the client accepts; real registries of version 2 convert to the old
// schema 1 for clients that do not say that they know a newer one.

import {compareText, encodeText} from '../../base/bytes.js';
import {digestOf, isDigest} from '../../base/digest.js';
import {headerOf} from '../../base/http.js';
import type {Process} from '../../model/kernel/program.js';
import type {Served} from '../http-server.js';
import type {Blocking} from '../standard-io.js';
import {refuseStranger} from './access.js';
import type {RegistryConfig} from './config.js';
import {refuse, type Reply} from './reply.js';
import {RegistryStorage} from './storage.js';
import {upload} from './uploads.js';

export type Registry = {readonly config: RegistryConfig; readonly secret: string};

const component = String.raw`[a-z\d]+(?:(?:\.|__?|-+)[a-z\d]+)*`;
const resourcePattern = new RegExp(String.raw`^/v2/(?<name>${component}(?:/${component})*)/(?<kind>tags/list|manifests/(?<reference>\w[\w.\-]{0,127}|sha256:[\da-f]{64})|blobs/uploads/(?<upload>[\da-f\-]*)|blobs/(?<digest>sha256:[\da-f]{64}))$`, 'v');
const maxNameLength = 255;

/** What a request means: none of the paths is undefined. */
type Resource = Readonly<Record<string, string | undefined>> & {readonly name: string};

function resourceOf(path: string): Resource | undefined {
	const found = resourcePattern.exec(path)?.groups;
	return found?.['name'] === undefined || found['name'].length > maxNameLength ? undefined : {...found, name: found['name']};
}

export function * replyTo(process: Process, registry: Registry, served: Served): Blocking<Reply> {
	const {head: {method, target}} = served;
	const [path = '', search = ''] = target.split('?', 2);
	const resource = resourceOf(path);
	const isCatalog = path === '/v2/_catalog';
	if (path !== '/v2/' && !isCatalog && resource === undefined) {
		return path === '/v2' ? {status: 301, headers: [['Location', '/v2/']]} : {status: 404, headers: [['Content-Type', 'text/plain; charset=utf-8']], body: encodeText('404 page not found\n')};
	}

	const stranger = yield * refuseStranger(process, registry.config, served.head, isCatalog ? 'catalog' : resource?.name);
	if (stranger !== undefined) {
		return stranger;
	}

	const reads = method === 'GET' || method === 'HEAD';
	const storage = new RegistryStorage(process, registry.config.root);
	const query = queryOf(search);
	if (resource === undefined) {
		return reads ? (isCatalog ? catalog(storage, path, query) : {status: 200, json: {}}) : methodNotAllowed;
	}

	if (resource['reference'] !== undefined) {
		return yield * manifest(storage, registry.config, {resource, served});
	}

	if (resource['digest'] !== undefined) {
		return yield * blob(storage, registry.config, {resource, served});
	}

	return resource['upload'] === undefined ? (reads ? tags(storage, resource.name) : methodNotAllowed) : yield * upload(storage, {
		process, origin: `http://${headerOf(served.head.headers, 'Host') ?? ''}`, secret: registry.secret, name: resource.name, id: resource['upload'], method, query, body: served.request.body,
	});
}

const methodNotAllowed: Reply = {status: 405, headers: [['Allow', 'GET'], ['Content-Type', 'text/plain; charset=utf-8']], body: encodeText('Method Not Allowed\n')};

function queryOf(text: string): ReadonlyMap<string, string> {
	return new Map(new URLSearchParams(text));
}

const defaultEntries = 100;
const maxEntries = 1000;

/** Names behind `last`, `n` at most, and where the next ones are. */
function catalog(storage: RegistryStorage, path: string, query: ReadonlyMap<string, string>): Reply {
	const asked = query.get('n') ?? '';
	const number = /^\d+$/v.test(asked) ? Number(asked) : defaultEntries;
	if (number > maxEntries) {
		return refuse('PAGINATION_NUMBER_INVALID', {n: number});
	}

	const last = query.get('last') ?? '';
	const all = storage.repositories().filter(name => compareText(name, last) > 0);
	const repositories = all.slice(0, number);
	const hasMore = repositories.length > 0 && all.length > number;
	return {status: 200, json: {repositories}, ...hasMore && {headers: [['Link', `<${path}?last=${encodeURIComponent(repositories.at(-1)!)}&n=${number}>; rel="next"`]]}};
}

/** Version 2 of the registry lists all of them, whatever `n` says. */
function tags(storage: RegistryStorage, name: string): Reply {
	const found = storage.tags(name);
	return found === undefined ? refuse('NAME_UNKNOWN', {name}) : {status: 200, json: {name, tags: found.length === 0 ? null : found}};
}

type Asked = {readonly resource: Resource; readonly served: Served};

function * manifest(storage: RegistryStorage, {isDeleteEnabled}: RegistryConfig, {resource: {name, reference = ''}, served: {head, request}}: Asked): Blocking<Reply> {
	switch (head.method) {
		case 'GET':
		case 'HEAD': {
			const found = yield * storage.manifest(name, reference);
			return found === undefined
				? refuse('MANIFEST_UNKNOWN', isDigest(reference) ? {Name: name, Revision: reference} : {Tag: reference})
				: {status: 200, headers: [['Content-Type', found.mediaType], ['Docker-Content-Digest', found.digest], ['Etag', `"${found.digest}"`]], body: found.bytes};
		}

		case 'PUT': {
			const digest = digestOf(request.body);
			if (isDigest(reference) && digest !== reference) {
				return refuse('DIGEST_INVALID');
			}

			const problem = yield * storage.putManifest(name, reference, request.body);
			return problem === undefined
				? {status: 201, headers: [['Docker-Content-Digest', digest], ['Location', `http://${headerOf(head.headers, 'Host') ?? ''}/v2/${name}/manifests/${digest}`]]}
				: refuse(problem.code, problem.detail);
		}

		case 'DELETE': {
			if (!isDeleteEnabled) {
				return refuse('UNSUPPORTED');
			}

			return isDigest(reference) ? ((yield * storage.removeManifest(name, reference)) ? {status: 202} : refuse('MANIFEST_UNKNOWN')) : refuse('DIGEST_INVALID');
		}

		default: {
			return methodNotAllowed;
		}
	}
}

function * blob(storage: RegistryStorage, {isDeleteEnabled}: RegistryConfig, {resource: {name, digest = ''}, served: {head}}: Asked): Blocking<Reply> {
	if (head.method === 'DELETE' && !isDeleteEnabled) {
		return refuse('UNSUPPORTED');
	}

	if (!['GET', 'HEAD', 'DELETE'].includes(head.method)) {
		return methodNotAllowed;
	}

	const bytes = storage.hasLayer(name, digest) ? yield * storage.blob(digest) : undefined;
	if (bytes === undefined) {
		return refuse('BLOB_UNKNOWN', {digest});
	}

	if (head.method === 'DELETE') {
		storage.unlinkLayer(name, digest);
		return {status: 202};
	}

	const headers = [
		['Accept-Ranges', 'bytes'], ['Cache-Control', 'max-age=31536000'], ['Content-Type', 'application/octet-stream'], ['Docker-Content-Digest', digest], ['Etag', `"${digest}"`],
	] as const;
	const range = /^bytes=(?<first>\d+)-(?<last>\d*)$/v.exec(headerOf(head.headers, 'Range') ?? '')?.groups;
	if (range === undefined) {
		return {status: 200, headers, body: bytes};
	}

	const first = Number(range['first']);
	const last = range['last'] === '' ? bytes.length - 1 : Math.min(Number(range['last']), bytes.length - 1);
	return first > last
		? {status: 416, headers: [['Content-Range', `bytes */${bytes.length}`]], body: encodeText('invalid range: failed to overlap\n')}
		: {status: 206, headers: [...headers, ['Content-Range', `bytes ${first}-${last}/${bytes.length}`]], body: bytes.subarray(first, last + 1)};
}
