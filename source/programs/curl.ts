// curl(1) 7.88 over plain HTTP: TCP and unix sockets, methods, headers, data, redirects, output files. Exit statuses are curl's own.
//
// Simplified: no TLS, so https URLs fail as against a server that speaks none; the progress meter is not drawn, as with -s.

import {encodeBase64} from '../base/base64.js';
import {bytesFromText} from '../base/byte-text.js';
import {concatBytes, encodeText} from '../base/bytes.js';
import {headerOf, type Header, type ResponseHead} from '../base/http.js';
import {readAll, write} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import type {SocketAddress} from '../model/kernel/program.js';
import {lookUpHost} from './host-lookup.js';
import {exchange, parseUrl, type Url} from './http-exchange.js';
import type {Command} from './options.js';
import {printTo, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	data: {short: 'd', long: 'data', value: '<data>', help: 'HTTP POST data'},
	dataBinary: {long: 'data-binary', value: '<data>', help: 'HTTP POST binary data'},
	fail: {short: 'f', long: 'fail', help: 'Fail fast with no output on HTTP errors'},
	head: {short: 'I', long: 'head', help: 'Show document info only'},
	header: {short: 'H', long: 'header', value: '<header>', help: 'Pass custom header to server'},
	include: {short: 'i', long: 'include', help: 'Include protocol response headers in the output'},
	location: {short: 'L', long: 'location', help: 'Follow redirects'},
	output: {short: 'o', long: 'output', value: '<file>', help: 'Write to file instead of stdout'},
	remoteName: {short: 'O', long: 'remote-name', help: 'Write output to a file named as the remote file'},
	request: {short: 'X', long: 'request', value: '<method>', help: 'Specify request method to use'},
	showError: {short: 'S', long: 'show-error', help: 'Show error even when -s is used'},
	silent: {short: 's', long: 'silent', help: 'Silent mode'},
	unixSocket: {long: 'unix-socket', value: '<path>', help: 'Connect through this Unix domain socket'},
	user: {short: 'u', long: 'user', value: '<user:password>', help: 'Server user and password'},
	userAgent: {short: 'A', long: 'user-agent', value: '<name>', help: 'Send User-Agent <name> to server'},
	verbose: {short: 'v', long: 'verbose', help: 'Make the operation more talkative'},
	writeOut: {short: 'w', long: 'write-out', value: '<format>', help: 'Use output FORMAT after completion'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {
	name: 'curl', usage: ['[options...] <url>'], summary: '', options, usageStatus: 2, version: '7.88.1 (x86_64-pc-linux-gnu)',
	hint: () => 'curl: try \'curl --help\' for more information\n',
};

const maxRedirects = 50;

export const curl = tool(command, function * (t) {
	if (t.operands.length === 0) {
		yield * printTo(t.process, 2, 'curl: no URL specified!\ncurl: try \'curl --help\' or \'curl --manual\' for more information\n');
		return 2;
	}

	let status = 0;
	for (const url of t.operands) {
		status = yield * transfer(t, url);
	}

	return status;
});

/** What was received of one URL, for -w and for -o. */
type Received = {head: ResponseHead | undefined; size: number};

function * transfer(t: Tool<Name>, text: string): Blocking<number> {
	const url = parseUrl(text);
	if (url === undefined) {
		return yield * fail(t, 3, 'URL using bad/illegal format or missing URL');
	}

	const body = yield * requestBody(t);
	if (typeof body === 'string') {
		return yield * fail(t, 26, body);
	}

	const target = t.has('remoteName') ? url.path.slice(url.path.lastIndexOf('/') + 1) : t.value('output');
	if (target === '') {
		return yield * fail(t, 23, 'Remote file name has no length!');
	}

	const received: Received = {head: undefined, size: 0};
	const parts: Uint8Array[] = [];
	const sink = target === undefined ? undefined : parts;
	const status = yield * follow(t, url, body, {received, sink});
	if (sink !== undefined && (status === 0 || parts.length > 0)) {
		const written = yield * saveAs(t, target!, parts);
		if (written !== 0) {
			return written;
		}
	}

	yield * writeOut(t, received, text);
	return status;
}

type Sinks = {readonly received: Received; readonly sink: Uint8Array[] | undefined};

function * follow(t: Tool<Name>, first: Url, body: Uint8Array | undefined, sinks: Sinks): Blocking<number> {
	let url = first;
	for (let redirects = 0; ; redirects++) {
		const status = yield * request(t, url, body, sinks);
		const {head} = sinks.received;
		const location = head === undefined || head.status < 300 || head.status >= 400 ? undefined : headerOf(head.headers, 'Location');
		if (status !== 0 || !t.has('location') || location === undefined) {
			return status;
		}

		if (redirects >= maxRedirects) {
			return yield * fail(t, 47, `Maximum (${maxRedirects}) redirects followed`);
		}

		const next = location.startsWith('/') ? {...url, path: location} : parseUrl(location);
		if (next === undefined) {
			return yield * fail(t, 3, 'URL using bad/illegal format or missing URL');
		}

		url = next;
	}
}

function * request(t: Tool<Name>, url: Url, body: Uint8Array | undefined, {received, sink}: Sinks): Blocking<number> {
	const address = yield * addressOf(t, url);
	if (typeof address === 'number') {
		return address;
	}

	const method = t.value('request') ?? (t.has('head') ? 'HEAD' : (body === undefined ? 'GET' : 'POST'));
	const headers = requestHeaders(t, url, body);
	yield * talk(t, [`${method} ${url.path} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`), ''].map(line => `> ${line}`));
	const result = yield * exchange(t.process, address, {method, target: url.path, headers, body: body ?? new Uint8Array(0)}, function * (event) {
		if (event.kind === 'head') {
			received.head = event.head;
			yield * showHead(t, event.head, sink);
		} else if (event.kind === 'body' && !(t.has('fail') && received.head!.status >= 400) && !isFollowed(t, received.head)) {
			received.size += event.bytes.length;
			yield * put(t, event.bytes, sink);
		}
	});
	const where = `${url.host} port ${url.port}`;
	switch (result.kind) {
		case 'refused': {
			return yield * fail(t, result.failure.errno === 'ETIMEDOUT' ? 28 : 7, t.value('unixSocket') === undefined
				? `Failed to connect to ${where} after 0 ms: ${result.failure.errno === 'ETIMEDOUT' ? 'Connection timed out' : 'Couldn\'t connect to server'}`
				: `Failed to connect to ${url.host} port ${url.port} after 0 ms: Couldn't connect to server`);
		}

		case 'cut': {
			return result.head === undefined ? yield * fail(t, 52, 'Empty reply from server') : yield * fail(t, 18, 'transfer closed with outstanding read data remaining');
		}

		case 'garbled': {
			return yield * fail(t, 1, 'Received HTTP/0.9 when not allowed');
		}

		case 'answered': {
			return t.has('fail') && result.head.status >= 400 ? yield * fail(t, 22, `The requested URL returned error: ${result.head.status}`) : 0;
		}

		default: {
			return result satisfies never;
		}
	}
}

function isFollowed(t: Tool<Name>, head: ResponseHead | undefined): boolean {
	return t.has('location') && head !== undefined && head.status >= 300 && head.status < 400 && headerOf(head.headers, 'Location') !== undefined;
}

/** The socket's address, or the exit status after the complaint. */
function * addressOf(t: Tool<Name>, url: Url): Blocking<SocketAddress | number> {
	const path = t.value('unixSocket');
	if (url.scheme === 'https') {
		return yield * fail(t, 35, 'virtlab: TLS is not modelled; use http://');
	}

	if (url.scheme !== 'http') {
		return yield * fail(t, 1, `Protocol "${url.scheme}" not supported or disabled in libcurl`);
	}

	if (path !== undefined) {
		return {family: 'unix', path};
	}

	const name = url.host === 'localhost' ? '127.0.0.1' : url.host;
	const answer = yield * lookUpHost(t.process, name);
	const address = answer.kind === 'addresses' ? answer.addresses[0] : undefined;
	return address === undefined ? yield * fail(t, 6, `Could not resolve host: ${url.host}`) : {family: 'inet', address, port: url.port};
}

function requestHeaders(t: Tool<Name>, url: Url, body: Uint8Array | undefined): Header[] {
	const own = t.values('header').map((line): Header => {
		const colon = line.indexOf(':');
		return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
	});
	const user = t.value('user');
	const standard: Header[] = [
		['Host', url.port === 80 ? url.host : `${url.host}:${url.port}`], ...user === undefined ? [] : [['Authorization', `Basic ${encodeBase64(encodeText(user))}`] as Header], ['User-Agent', t.value('userAgent') ?? 'curl/7.88.1'], ['Accept', '*/*'],
		...(body === undefined ? [] : [['Content-Type', 'application/x-www-form-urlencoded'] as Header]),
	];
	const replaced = new Set(own.map(([name]) => name.toLowerCase()));
	return [...standard.filter(([name]) => !replaced.has(name.toLowerCase())), ...own.filter(([, value]) => value !== '')];
}

/** The data of -d and --data-binary joined by `&`; a text if a file of them cannot be read. */
function * requestBody(t: Tool<Name>): Blocking<Uint8Array | string | undefined> {
	const parts: Uint8Array[] = [];
	for (const {name, value} of t.given) {
		if ((name !== 'data' && name !== 'dataBinary') || value === undefined) {
			continue;
		}

		const part = value.startsWith('@') ? yield * readData(t, value.slice(1), name === 'data') : bytesFromText(value);
		if (typeof part === 'string') {
			return part;
		}

		parts.push(...(parts.length > 0 ? [encodeText('&')] : []), part);
	}

	return parts.length === 0 ? undefined : concatBytes(parts);
}

function * readData(t: Tool<Name>, path: string, stripsLines: boolean): Blocking<Uint8Array | string> {
	const fd = t.openInput(path);
	const bytes = failed(fd) ? fd : yield * readAll(t.process, fd);
	if (failed(bytes)) {
		return `Failed to open ${path}`;
	}

	return stripsLines ? bytes.filter(byte => byte !== 10 && byte !== 13) : bytes;
}

function * showHead(t: Tool<Name>, head: ResponseHead, sink: Uint8Array[] | undefined): Blocking<void> {
	const lines = [`HTTP/${head.version} ${head.status} ${head.reason}`, ...head.headers.map(([name, value]) => `${name}: ${value}`), ''];
	yield * talk(t, lines.map(line => `< ${line}`));
	if (t.has('include', 'head')) {
		yield * put(t, encodeText(lines.map(line => `${line}\r\n`).join('')), sink);
	}
}

function * put(t: Tool<Name>, bytes: Uint8Array, sink: Uint8Array[] | undefined): Blocking<void> {
	if (sink === undefined) {
		yield * t.out.write(bytes);
	} else {
		sink.push(bytes);
	}
}

/** What -v says, on standard error. */
function * talk(t: Tool<Name>, lines: readonly string[]): Blocking<void> {
	if (t.has('verbose')) {
		yield * printTo(t.process, 2, lines.map(line => `${line}\n`).join(''));
	}
}

function * saveAs(t: Tool<Name>, path: string, parts: readonly Uint8Array[]): Blocking<number> {
	const fd = path === '-' ? 1 : t.sys.open(path, {write: true, create: true, truncate: true});
	const written = failed(fd) ? fd : yield * write(t.process, fd, concatBytes(parts));
	return failed(written) ? yield * fail(t, 23, 'Failure writing output to destination') : 0;
}

function * writeOut(t: Tool<Name>, {head, size}: Received, url: string): Blocking<void> {
	const format = t.value('writeOut');
	if (format === undefined) {
		return;
	}

	const values: Readonly<Record<string, string>> = {
		http_code: String(head?.status ?? 0).padStart(3, '0'), response_code: String(head?.status ?? 0).padStart(3, '0'), size_download: String(size), url, content_type: headerOf(head?.headers ?? [], 'Content-Type') ?? '', method: t.value('request') ?? 'GET',
	};
	const text = format.replaceAll(/%\{(?<name>\w+)\}/gv, (whole, name: string) => values[name] ?? `curl: unknown --write-out variable: '${name}'\n`);
	yield * t.print(text.replaceAll('\\n', '\n').replaceAll('\\t', '\t').replaceAll('\\r', '\r').replaceAll('%%', '%'));
}

function * fail(t: Tool<Name>, status: number, message: string): Blocking<number> {
	if (!t.has('silent') || t.has('showError')) {
		yield * t.out.flush();
		yield * printTo(t.process, 2, `curl: (${status}) ${message}\n`);
	}

	return status;
}
