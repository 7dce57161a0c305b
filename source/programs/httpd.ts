// httpd(8), Apache 2.4: serves the files below its DocumentRoot. Source: Apache httpd 2.4 server/core.c, modules/http/http_protocol.c,
// docs "Core Features".
//
// Simplified: of the configuration, the listening ports, the document root, index files, logs and types; containers (<Directory>) grant
// everything. Directives beyond that are refused by name. Worker processes are threads of the one process.

import {decodeText, encodeText, noBytes} from '../base/bytes.js';
import {civilFromSeconds, monthNames, weekdayNames} from '../base/calendar.js';
import {headerOf, type Header, type HttpResponse, reasonPhrase} from '../base/http.js';
import {clockText, commonLogDate, httpDate} from '../base/internet-date.js';
import {readAll} from '../model/kernel/blocking.js';
import {errorText, failed} from '../model/kernel/errno.js';
import type {Fd, Process, Running} from '../model/kernel/program.js';
import {listenOn, type Served, serveRequests, serveUntilSignal} from './http-server.js';
import {normalizeUri} from './nginx/serve-file.js';
import {type Blocking, printTo} from './standard-io.js';

const version = 'Apache/2.4.62 (Unix)';

type Config = {
	readonly serverRoot: string;
	readonly listen: readonly {readonly address: string; readonly port: number}[];
	readonly documentRoot: string;
	readonly indexes: readonly string[];
	readonly serverName: string | undefined;
	readonly errorLog: string;
	readonly accessLog: string | undefined;
	readonly typesFile: string | undefined;
};

const inert = new Set(['loadmodule', 'user', 'group', 'serveradmin', 'options', 'allowoverride', 'require', 'loglevel', 'logformat', 'addtype', 'requestheader', 'pidfile', 'timeout', 'keepalive', 'serversignature', 'servertokens']);

function parseConfig(text: string, file: string): Config | {readonly problem: string} {
	let config: Config = {serverRoot: '/usr/local/apache2', listen: [], documentRoot: '/usr/local/apache2/htdocs', indexes: ['index.html'], serverName: undefined, errorLog: '/proc/self/fd/2', accessLog: undefined, typesFile: undefined};
	for (const [index, raw] of text.split('\n').entries()) {
		const [name = '', ...args] = (raw.trim().match(/"[^"]*"|\S+/gv) ?? []).map(word => word.replace(/^"|"$/gv, ''));
		const [first = ''] = args;
		if (name === '' || name.startsWith('#') || /^<\/?(?:IfModule|Directory|Files)\b/iv.test(name) || inert.has(name.toLowerCase())) {
			continue;
		}

		switch (name.toLowerCase()) {
			case 'serverroot': config = {...config, serverRoot: first}; break;
			case 'listen': {
				const [address, port] = first.includes(':') ? first.split(':') : ['0.0.0.0', first];
				config = {...config, listen: [...config.listen, {address: address!, port: Number(port)}]};
				break;
			}

			case 'documentroot': config = {...config, documentRoot: first}; break;
			case 'directoryindex': config = {...config, indexes: args}; break;
			case 'servername': config = {...config, serverName: first}; break;
			case 'errorlog': config = {...config, errorLog: first}; break;
			case 'customlog': config = {...config, accessLog: first}; break;
			case 'typesconfig': config = {...config, typesFile: first}; break;
			default: return {problem: `AH00526: Syntax error on line ${index + 1} of ${file}:\nInvalid command '${name}', perhaps misspelled or defined by a module not included in the server configuration`};
		}
	}

	return config.listen.length === 0 ? {problem: '(22)Invalid argument: AH00014: Configuration check failed\nno listening sockets available, shutting down'} : config;
}

function * readText(process: Process, path: string): Blocking<string | undefined> {
	const fd = process.sys.open(path, {read: true});
	const bytes = failed(fd) ? fd : yield * readAll(process, fd);
	if (!failed(fd)) {
		process.sys.close(fd);
	}

	return failed(bytes) ? undefined : decodeText(bytes);
}

type ServerState = {readonly config: Config; readonly types: ReadonlyMap<string, string>; readonly error: Fd; readonly access: Fd | undefined};

export function * httpd(process: Process): Running {
	const {sys} = process;
	const refused = yield * options(process);
	if (refused !== undefined) {
		return refused;
	}

	const file = '/usr/local/apache2/conf/httpd.conf';
	const text = yield * readText(process, file);
	const config = text === undefined ? {problem: `httpd: Could not open configuration file ${file}: No such file or directory`} : parseConfig(text, file);
	if ('problem' in config) {
		yield * printTo(process, 2, `${config.problem}\n`);
		return 1;
	}

	if (process.argv.includes('-t')) {
		yield * printTo(process, 2, 'Syntax OK\n');
		return 0;
	}

	const server = yield * start(process, config);
	const [first] = config.listen;
	const socket = listenOn(process, first!.address, first!.port);
	if (failed(socket)) {
		yield * printTo(process, 2, `(98)${errorText[socket.errno]}: AH00072: make_sock: could not bind to address ${first!.address}:${first!.port}\nno listening sockets available, shutting down\nAH00015: Unable to open logs\n`);
		return 1;
	}

	for (const signal of ['TERM', 'INT', 'WINCH', 'HUP', 'USR1'] as const) {
		sys.sigaction(signal, 'catch');
	}

	sys.sigaction('PIPE', 'ignore');
	sys.setMemory(6_000_000);
	log(process, server, 'mpm_event:notice', `AH00489: ${version} configured -- resuming normal operations`);
	log(process, server, 'core:notice', `AH00094: Command line: '${['httpd', ...process.argv.slice(1).map(word => word.replace(/^-D(?=\w)/v, '-D '))].join(' ')}'`);
	const signal = yield * serveUntilSignal(process, socket, (thread, client) => serveRequests(thread, client, (at, served) => answer(at, server, served)));
	log(process, server, 'mpm_event:notice', signal === 'WINCH' ? 'AH00492: caught SIGWINCH, shutting down gracefully' : `AH00491: caught SIG${signal}, shutting down`);
	return 0;
}

function * options(process: Process): Blocking<number | undefined> {
	for (const word of process.argv.slice(1)) {
		if (word === '-v') {
			yield * printTo(process, 1, `Server version: ${version}\nServer built:   Jul 16 2024 18:00:00\n`);
			return 0;
		}

		if (!['-DFOREGROUND', '-D', 'FOREGROUND', '-t'].includes(word)) {
			yield * printTo(process, 2, `httpd: virtlab does not model the option ${word}\n`);
			return 1;
		}
	}

	return undefined;
}

function * start(process: Process, config: Config): Blocking<ServerState> {
	const {sys} = process;
	const path = (name: string) => name.startsWith('/') ? name : `${config.serverRoot}/${name}`;
	const open = (name: string) => sys.open(path(name), {write: true, create: true, append: true}, 0o644);
	const error = open(config.errorLog);
	const access = config.accessLog === undefined ? undefined : open(config.accessLog);
	const types = new Map<string, string>();
	for (const line of (config.typesFile === undefined ? '' : (yield * readText(process, path(config.typesFile))) ?? '').split('\n')) {
		const [type = '', ...extensions] = line.trim().split(/\s+/v);
		for (const extension of type.startsWith('#') ? [] : extensions) {
			types.set(extension, type);
		}
	}

	if (config.serverName === undefined) {
		const own = /^(?<address>[\d.]+)\s+\S+$/v.exec(((yield * readText(process, '/etc/hosts')) ?? '').trim().split('\n').at(-1) ?? '')?.groups?.['address'] ?? '127.0.0.1';
		const line = `AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${own}. Set the 'ServerName' directive globally to suppress this message\n`;
		yield * printTo(process, 2, line + line);
	}

	return {config, types, error: failed(error) ? 2 : error, access: access === undefined || failed(access) ? undefined : access};
}

function log(process: Process, {error}: ServerState, module: string, message: string): void {
	const {seconds, nanoseconds} = process.sys.realTime();
	const time = civilFromSeconds(seconds);
	const stamp = `${weekdayNames[time.weekday]!.slice(0, 3)} ${monthNames[time.month - 1]!.slice(0, 3)} ${String(time.day).padStart(2, '0')} ${clockText(time)}.${String(Math.floor(nanoseconds / 1000)).padStart(6, '0')} ${time.year}`;
	process.sys.write(error, encodeText(`[${stamp}] [${module}] [pid ${process.sys.getpid()}:tid ${process.sys.getpid()}] ${message}\n`));
}

function * answer(process: Process, server: ServerState, served: Served): Blocking<HttpResponse> {
	const response = yield * find(process, server, served);
	const {head} = served;
	const size = head.method === 'HEAD' || response.body.length === 0 ? '-' : String(response.body.length);
	if (server.access !== undefined) {
		process.sys.write(server.access, encodeText(`${served.remoteAddress} - - [${commonLogDate(process.sys.realTime().seconds)}] "${head.method} ${head.target} HTTP/${head.version}" ${response.status} ${size}\n`));
	}

	return response;
}

function * find(process: Process, server: ServerState, {head}: Served): Blocking<HttpResponse> {
	const {config} = server;
	const uri = normalizeUri(head.target);
	if (uri === undefined) {
		return page(process, 400);
	}

	if (!['GET', 'HEAD', 'POST'].includes(head.method)) {
		return page(process, 405);
	}

	let path = `${config.documentRoot}${uri}`;
	let attributes = process.sys.stat(path);
	if (!failed(attributes) && attributes.type === 'directory') {
		if (!uri.endsWith('/')) {
			return page(process, 301, [['Location', `http://${headerOf(head.headers, 'Host') ?? 'localhost'}${uri}/`]]);
		}

		const index = config.indexes.find(name => !failed(process.sys.stat(`${path}${name}`)));
		if (index === undefined) {
			return listing(process, path, uri);
		}

		path += index;
		attributes = process.sys.stat(path);
	}

	const fd = failed(attributes) ? attributes : process.sys.open(path, {read: true});
	const bytes = failed(fd) ? fd : yield * readAll(process, fd);
	if (!failed(fd)) {
		process.sys.close(fd);
	}

	if (failed(bytes) || failed(attributes)) {
		return page(process, failed(bytes) && bytes.errno === 'EACCES' ? 403 : 404);
	}

	const etag = `"${attributes.sizeBytes.toString(16)}-${attributes.mtimeUs.toString(16)}"`;
	const type = server.types.get(/\.(?<extension>[^.\/]+)$/v.exec(path)?.groups?.['extension'] ?? '');
	const common: readonly Header[] = [...serverHeaders(process), ['Last-Modified', httpDate(Math.floor(attributes.mtimeUs / 1e6))], ['ETag', etag], ['Accept-Ranges', 'bytes']];
	return headerOf(head.headers, 'If-None-Match') === etag
		? {status: 304, headers: common, body: noBytes}
		: {status: 200, headers: [...common, ['Content-Length', String(bytes.length)], ...(type === undefined ? [] : [['Content-Type', type] as const])], body: bytes};
}

function serverHeaders(process: Process): readonly Header[] {
	return [['Date', httpDate(process.sys.realTime().seconds)], ['Server', version]];
}

const explanations: Readonly<Record<number, string>> = {
	400: 'Your browser sent a request that this server could not understand.<br />\n', 403: 'You don\'t have permission to access this resource.', 404: 'The requested URL was not found on this server.',
	405: 'The requested method is not allowed for this URL.', 301: 'The document has moved.',
};

function page(process: Process, status: number, headers: readonly Header[] = []): HttpResponse {
	const reason = reasonPhrase(status);
	const body = encodeText(`<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${status} ${reason}</title>\n</head><body>\n<h1>${reason}</h1>\n<p>${explanations[status] ?? ''}</p>\n</body></html>\n`);
	return {status, headers: [...serverHeaders(process), ...headers, ['Content-Length', String(body.length)], ['Content-Type', 'text/html; charset=iso-8859-1']], body};
}

function listing(process: Process, path: string, uri: string): HttpResponse {
	const entries = process.sys.readdir(path);
	const names = failed(entries) ? [] : entries.filter(({name}) => !name.startsWith('.')).map(({name, type}) => type === 'directory' ? `${name}/` : name).toSorted();
	const up = uri === '/' ? '' : `<li><a href="${uri.replace(/[^\/]+\/$/v, '')}"> Parent Directory</a></li>\n`;
	const body = encodeText(`<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n  <title>Index of ${uri}</title>\n </head>\n <body>\n<h1>Index of ${uri}</h1>\n<ul>${up}${names.map(name => `<li><a href="${name}"> ${name}</a></li>\n`).join('')}</ul>\n</body></html>\n`);
	return {status: 200, headers: [...serverHeaders(process), ['Content-Length', String(body.length)], ['Content-Type', 'text/html;charset=ISO-8859-1']], body};
}
