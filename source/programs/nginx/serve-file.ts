// How nginx answers a request: the server, the location, the file, and what is said when there is none.
// Source: nginx src/http/ngx_http_core_module.c, ngx_http_static_module.c, ngx_http_special_response.c.

import {RE2JS} from 're2js';
import {encodeText, noBytes} from '../../base/bytes.js';
import {type Header, headerOf, type HttpResponse, reasonPhrase, type RequestHead} from '../../base/http.js';
import {httpDate} from '../../base/internet-date.js';
import {readAll} from '../../model/kernel/blocking.js';
import {failed, type Failure} from '../../model/kernel/errno.js';
import type {Attributes} from '../../model/kernel/file-types.js';
import type {Process} from '../../model/kernel/program.js';
import type {Blocking} from '../standard-io.js';
import {errnoText} from './configuration.js';
import type {ErrorPage, Inherited, Listen, Location, Server, Site} from './site.js';

export const nginxVersion = '1.27.3';

/** An answer, and what the error log says about it. */
export type Answer = {readonly response: HttpResponse; readonly complaint: string | undefined; readonly scope: Inherited};

type Result =
	| {readonly kind: 'file'; readonly path: string; readonly attributes: Attributes}
	| {readonly kind: 'status'; readonly status: number; readonly headers?: readonly Header[]; readonly text?: string; readonly complaint?: string}
	| {readonly kind: 'redirect'; readonly uri: string};

export type Request = {readonly head: RequestHead; readonly local: {readonly address: string; readonly port: number}};

/** The server for a request: by address and port, then by the Host header; else the default of that port. */
export function chooseServer(site: Site, request: Request): Server {
	const {port, address} = request.local;
	const fits = (listen: Listen) => listen.port === port && (listen.address === '0.0.0.0' || listen.address === address);
	const candidates = site.servers.filter(server => server.listens.some(fits));
	const host = (headerOf(request.head.headers, 'Host') ?? '').replace(/:\d+$/v, '').toLowerCase();
	return candidates.find(server => server.names.includes(host))
		?? candidates.find(server => server.names.some(name => (name.startsWith('*.') && host.endsWith(name.slice(1))) || (name.endsWith('.*') && host.startsWith(name.slice(0, -1)))))
		?? candidates.find(server => server.listens.some(listen => fits(listen) && listen.isDefault)) ?? candidates[0] ?? site.servers[0]!;
}

/** `=` first, then the longest prefix; regular expressions before it unless it says `^~`. */
function chooseLocation(server: Server, uri: string): Location | undefined {
	const exact = server.locations.find(location => location.modifier === '=' && location.pattern === uri);
	if (exact !== undefined) {
		return exact;
	}

	const [longest] = server.locations.filter(({modifier, pattern}) => (modifier === '' || modifier === '^~') && uri.startsWith(pattern)).toSorted((a, b) => b.pattern.length - a.pattern.length);
	if (longest?.modifier === '^~') {
		return longest;
	}

	return server.locations.find(({modifier, pattern}) => (modifier === '~' || modifier === '~*') && matches(pattern, uri, modifier === '~*')) ?? longest;
}

function matches(pattern: string, uri: string, ignoresCase: boolean): boolean {
	try {
		return RE2JS.compile(pattern, ignoresCase ? RE2JS.CASE_INSENSITIVE : 0).matcher(uri).find();
	} catch {
		return false;
	}
}

/** The path without its query, decoded, without empty and dot segments; undefined if it leads out of the root. */
export function normalizeUri(target: string): string | undefined {
	let path = target.split(/[?#]/v, 1)[0]!.replace(/^https?:\/\/[^\/]*/v, '');
	try {
		path = decodeURIComponent(path);
	} catch {
		return undefined;
	}

	const parts: string[] = [];
	for (const part of path.split('/').slice(1)) {
		if (part === '..' && parts.pop() === undefined) {
			return undefined;
		}

		if (part !== '' && part !== '.' && part !== '..') {
			parts.push(part);
		}
	}

	const isDirectory = /\/\.{0,2}$/v.test(path);
	return path.includes('\0') || !path.startsWith('/') ? undefined : `/${parts.join('/')}${isDirectory && parts.length > 0 ? '/' : ''}`;
}

/** Internal redirects (index, try_files, error_page) allowed for one request. */
const maxRedirects = 10;

export function * answerRequest(process: Process, site: Site, request: Request): Blocking<Answer> {
	const server = chooseServer(site, request);
	const asked = normalizeUri(request.head.target);
	if (asked === undefined) {
		return errorAnswer(process, site, server, {kind: 'status', status: 400});
	}

	let uri = asked;
	let scope: Inherited = server;
	let status: number | undefined;
	let complaint: string | undefined;
	for (let redirects = 0; redirects < maxRedirects; redirects++) {
		const location = chooseLocation(server, uri);
		scope = location ?? server;
		const result = server.answer === undefined ? find(process, request.head, {server, location, uri}) : {kind: 'status', ...returned(server.answer)} as const;
		if (result.kind === 'redirect') {
			uri = result.uri;
			continue;
		}

		if (result.kind === 'file') {
			return yield * fileAnswer(process, site, request, {scope, ...result, status, complaint});
		}

		complaint ??= result.complaint;
		const page = status === undefined ? scope.errorPages.find(each => each.codes.includes(result.status)) : undefined;
		if (page === undefined || !page.uri.startsWith('/')) {
			return errorAnswer(process, site, scope, {...result, status: status ?? result.status, ...(complaint === undefined ? {} : {complaint})});
		}

		status = statusOf(page, result.status);
		uri = page.uri;
	}

	return errorAnswer(process, site, scope, {kind: 'status', status: 500, complaint: `rewrite or internal redirection cycle while internally redirecting to "${uri}"`});
}

function statusOf({replacement}: ErrorPage, status: number): number {
	return replacement ?? status;
}

function returned({code, text}: NonNullable<Location['answer']>): {readonly status: number; readonly headers?: readonly Header[]; readonly text?: string} {
	return code >= 301 && code <= 308 && text !== '' ? {status: code, headers: [['Location', text]]} : (text === '' ? {status: code} : {status: code, text});
}

type Place = {readonly server: Server; readonly location: Location | undefined; readonly uri: string};

function filePath({server, location, uri}: Place, name = uri): string {
	return location?.alias === undefined ? `${(location ?? server).root.replace(/\/$/v, '')}${name}` : `${location.alias}${name.slice(location.pattern.length)}`;
}

function find(process: Process, head: RequestHead, place: Place): Result {
	const {location, server, uri} = place;
	const scope = location ?? server;
	if (location?.answer !== undefined) {
		return {kind: 'status', ...returned(location.answer)};
	}

	if (scope.deniesAll) {
		return {kind: 'status', status: 403, complaint: 'access forbidden by rule'};
	}

	if (head.method !== 'GET' && head.method !== 'HEAD') {
		return {kind: 'status', status: 405};
	}

	if (scope.tryFiles.length > 0) {
		return tryFiles(process, place, scope.tryFiles);
	}

	return uri.endsWith('/') ? findIndex(process, place, scope) : findFile(process, head, place);
}

function tryFiles(process: Process, place: Place, names: readonly string[]): Result {
	const expand = (name: string) => name.replaceAll('$uri', place.uri.replace(/\/$/v, '') || '/').replaceAll('//', '/');
	for (const name of names.slice(0, -1)) {
		const path = filePath(place, expand(name.replace(/\/$/v, '')));
		const attributes = process.sys.stat(path);
		if (failed(attributes)) {
			continue;
		}

		if (name.endsWith('/') && attributes.type === 'directory') {
			return findIndex(process, {...place, uri: `${place.uri.replace(/\/$/v, '')}/`}, place.location ?? place.server);
		}

		if (!name.endsWith('/') && attributes.type === 'file') {
			return {kind: 'file', path, attributes};
		}
	}

	const last = names.at(-1)!;
	return last.startsWith('=') ? {kind: 'status', status: Number(last.slice(1))} : {kind: 'redirect', uri: expand(last).split('?', 1)[0]!};
}

function findIndex(process: Process, place: Place, scope: Inherited): Result {
	const directory = filePath(place);
	for (const name of scope.index) {
		const path = `${directory}${name}`;
		const attributes = process.sys.stat(path);
		if (!failed(attributes) && attributes.type === 'file') {
			return {kind: 'file', path, attributes};
		}

		if (failed(attributes) && attributes.errno === 'EACCES') {
			return refusedFile(path, attributes);
		}
	}

	const attributes = process.sys.stat(directory);
	if (failed(attributes)) {
		return {kind: 'status', status: 404, complaint: `"${directory}${scope.index[0] ?? 'index.html'}" is not found ${errnoText('ENOENT')}`};
	}

	return scope.autoindex ? listDirectory(process, place, directory) : {kind: 'status', status: 403, complaint: `directory index of "${directory}" is forbidden`};
}

function findFile(process: Process, head: RequestHead, place: Place): Result {
	const path = filePath(place);
	const attributes = process.sys.stat(path);
	if (failed(attributes)) {
		return refusedFile(path, attributes);
	}

	if (attributes.type === 'directory') {
		const host = headerOf(head.headers, 'Host') ?? 'localhost';
		return {kind: 'status', status: 301, headers: [['Location', `http://${host}${place.uri}/`]]};
	}

	return {kind: 'file', path, attributes};
}

function refusedFile(path: string, {errno}: Failure): Result {
	return {kind: 'status', status: errno === 'EACCES' ? 403 : 404, complaint: `open() "${path}" failed ${errnoText(errno)}`};
}

function listDirectory({sys}: Process, {uri}: Place, directory: string): Result {
	const entries = sys.readdir(directory);
	const names = failed(entries) ? [] : entries.filter(({name}) => !name.startsWith('.')).map(({name, type}) => type === 'directory' ? `${name}/` : name).toSorted();
	const lines = names.map(name => `<a href="${name}">${name}</a>\r\n`).join('');
	return {kind: 'status', status: 200, headers: [['Content-Type', 'text/html']], text: `<html>\r\n<head><title>Index of ${uri}</title></head>\r\n<body>\r\n<h1>Index of ${uri}</h1><hr><pre><a href="../">../</a>\r\n${lines}</pre><hr></body>\r\n</html>\r\n`};
}

function serverHeaders(process: Process, site: Site): readonly Header[] {
	return [['Server', site.hidesVersion ? 'nginx' : `nginx/${nginxVersion}`], ['Date', httpDate(process.sys.realTime().seconds)]];
}

type Found = {readonly scope: Inherited; readonly path: string; readonly attributes: Attributes; readonly status: number | undefined; readonly complaint: string | undefined};

function * fileAnswer(process: Process, site: Site, {head}: Request, {scope, path, attributes, status, complaint}: Found): Blocking<Answer> {
	const seconds = Math.floor(attributes.mtimeUs / 1e6);
	const modified = httpDate(seconds);
	const etag = `"${seconds.toString(16)}-${attributes.sizeBytes.toString(16)}"`;
	const common = serverHeaders(process, site);
	if (status === undefined && (headerOf(head.headers, 'If-None-Match') === etag || (headerOf(head.headers, 'If-None-Match') === undefined && headerOf(head.headers, 'If-Modified-Since') === modified))) {
		return {response: {status: 304, headers: [...common, ['Last-Modified', modified], ['Connection', 'keep-alive'], ['ETag', etag]], body: noBytes}, complaint, scope};
	}

	const fd = process.sys.open(path, {read: true});
	const bytes = failed(fd) ? fd : yield * readAll(process, fd);
	if (!failed(fd)) {
		process.sys.close(fd);
	}

	if (failed(bytes)) {
		const refused = refusedFile(path, bytes);
		return errorAnswer(process, site, scope, refused.kind === 'status' ? refused : {kind: 'status', status: 500});
	}

	const type = contentType(site, scope, path);
	const range = status === undefined ? parseRange(headerOf(head.headers, 'Range'), bytes.length) : undefined;
	const body = range === undefined ? bytes : bytes.subarray(range.from, range.to);
	return {
		complaint, scope,
		response: {
			status: range === undefined ? status ?? 200 : 206, body,
			headers: [
				...common, ['Content-Type', type], ['Content-Length', String(body.length)], ['Last-Modified', modified], ['Connection', 'keep-alive'], ['ETag', etag],
				...scope.headers, range === undefined ? ['Accept-Ranges', 'bytes'] as const : ['Content-Range', `bytes ${range.from}-${range.to - 1}/${bytes.length}`] as const,
			],
		},
	};
}

function contentType(site: Site, scope: Inherited, path: string): string {
	const extension = /\.(?<extension>[^.\/]+)$/v.exec(path)?.groups?.['extension']?.toLowerCase();
	return (extension === undefined ? undefined : site.types.get(extension)) ?? scope.defaultType;
}

/** One range of bytes; several, or none that can be met, are answered with the whole. */
function parseRange(header: string | undefined, size: number): {readonly from: number; readonly to: number} | undefined {
	const groups = /^bytes=(?<from>\d{0,15})-(?<to>\d{0,15})$/v.exec(header ?? '')?.groups;
	if (groups === undefined || (groups['from'] === '' && groups['to'] === '')) {
		return undefined;
	}

	const from = groups['from'] === '' ? Math.max(size - Number(groups['to']), 0) : Number(groups['from']);
	const to = groups['from'] === '' || groups['to'] === '' ? size : Math.min(Number(groups['to']) + 1, size);
	return from < to ? {from, to} : undefined;
}

/** The page that nginx makes itself, or the text of `return`. */
function errorAnswer(process: Process, site: Site, scope: Inherited, result: Extract<Result, {kind: 'status'}>): Answer {
	const {status, headers = [], text, complaint} = result;
	const title = `${status} ${reasonPhrase(status)}`;
	const tail = site.hidesVersion ? 'nginx' : `nginx/${nginxVersion}`;
	const page = status < 300 ? '' : `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>${tail}</center>\r\n</body>\r\n</html>\r\n`;
	const body = encodeText(text ?? page);
	const ownType = headerOf(headers, 'Content-Type');
	const type = ownType ?? (text === undefined ? 'text/html' : scope.defaultType);
	const common = serverHeaders(process, site);
	return {
		complaint, scope,
		response: {
			status, body, headers: [
				...common, ['Content-Type', type], ['Content-Length', String(body.length)], ['Connection', 'keep-alive'], ...headers.filter(([name]) => name !== 'Content-Type'), ...(status < 400 ? scope.headers : []),
			],
		},
	};
}
