// What nginx's configuration means: servers, locations, files. A directive that nginx has and the model has not is refused by name, so that
// nobody believes in it. Source: nginx documentation, "Module ngx_http_core_module".

import {type ConfigError, type Directive, isConfigError} from './configuration.js';

export type Listen = {readonly address: string; readonly port: number; readonly isDefault: boolean};

export type ErrorPage = {readonly codes: readonly number[]; readonly uri: string; readonly replacement: number | undefined};

/** What http, server and location blocks hand down to the blocks in them. */
export type Inherited = {
	readonly root: string;
	readonly index: readonly string[];
	readonly errorPages: readonly ErrorPage[];
	readonly accessLogs: ReadonlyArray<{readonly path: string; readonly format: string}>;
	readonly defaultType: string;
	readonly autoindex: boolean;
	readonly headers: ReadonlyArray<readonly [string, string]>;
	readonly tryFiles: readonly string[];
	readonly deniesAll: boolean;
};

export type Location = Inherited & {
	readonly modifier: '' | '=' | '^~' | '~' | '~*';
	readonly pattern: string;
	readonly alias: string | undefined;
	readonly answer: {readonly code: number; readonly text: string} | undefined;
};

export type Server = Inherited & {
	readonly listens: readonly Listen[];
	readonly names: readonly string[];
	readonly locations: readonly Location[];
	readonly answer: Location['answer'];
};

export type Site = {
	readonly user: string | undefined;
	readonly userDirective: Directive | undefined;
	/** `auto` is 0. */
	readonly workers: number;
	readonly pidPath: string;
	readonly errorLog: {readonly path: string; readonly level: string};
	readonly isDaemon: boolean;
	readonly hidesVersion: boolean;
	readonly formats: ReadonlyMap<string, string>;
	readonly types: ReadonlyMap<string, string>;
	readonly servers: readonly Server[];
};

const combined = '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';

/** Tuning without an effect that anybody could see here. */
const tuning = new Set([
	'sendfile', 'tcp_nopush', 'tcp_nodelay', 'keepalive_timeout', 'keepalive_requests', 'types_hash_max_size', 'types_hash_bucket_size', 'server_names_hash_bucket_size', 'worker_rlimit_nofile',
	'worker_connections', 'use', 'multi_accept', 'client_body_buffer_size', 'client_header_buffer_size', 'large_client_header_buffers', 'open_file_cache', 'aio', 'output_buffers', 'log_not_found',
]);

/** Directives of nginx that are refused because nothing is behind them. */
const unmodelled = new Set([
	'proxy_pass', 'proxy_set_header', 'proxy_http_version', 'fastcgi_pass', 'fastcgi_param', 'uwsgi_pass', 'upstream', 'rewrite', 'if', 'set', 'map', 'gzip_types', 'ssl_certificate', 'ssl_certificate_key',
	'ssl_protocols', 'auth_basic', 'auth_basic_user_file', 'limit_req', 'limit_conn', 'limit_req_zone', 'expires', 'stream', 'mail', 'load_module', 'resolver', 'charset', 'client_max_body_size', 'allow', 'internal', 'sub_filter', 'geo',
]);

function at({file, line}: Directive): string {
	return `in ${file}:${line}`;
}

function wrongCount(directive: Directive): ConfigError {
	return {emerg: `invalid number of arguments in "${directive.name}" directive ${at(directive)}`};
}

function unknown(directive: Directive): ConfigError {
	return {emerg: unmodelled.has(directive.name) ? `virtlab does not model the directive "${directive.name}" ${at(directive)}` : `unknown directive "${directive.name}" ${at(directive)}`};
}

const outermost: Inherited = {
	root: '/etc/nginx/html', index: ['index.html'], errorPages: [], accessLogs: [{path: '/var/log/nginx/access.log', format: 'combined'}], defaultType: 'text/plain', autoindex: false, headers: [],
	tryFiles: [], deniesAll: false,
};

/** The meaning of the whole configuration. */
export function siteOf(directives: readonly Directive[]): Site | ConfigError {
	let site: Site = {
		user: undefined, userDirective: undefined, workers: 1, pidPath: '/var/run/nginx.pid', errorLog: {path: '/var/log/nginx/error.log', level: 'error'}, isDaemon: true, hidesVersion: false,
		formats: new Map([['combined', combined]]), types: new Map(), servers: [],
	};
	let hasEvents = false;
	for (const directive of directives) {
		const changed = directive.name === 'http' ? readHttp(site, directive) : readMain(site, directive);
		if (isConfigError(changed)) {
			return changed;
		}

		hasEvents ||= directive.name === 'events';
		site = changed;
	}

	return hasEvents ? site : {emerg: 'no "events" section in configuration'};
}

function readMain(site: Site, directive: Directive): Site | ConfigError {
	const {name, args} = directive;
	const [first = ''] = args;
	switch (name) {
		case 'user': return {...site, user: first, userDirective: directive};
		case 'worker_processes': return /^(?:auto|\d{1,4})$/v.test(first) ? {...site, workers: first === 'auto' ? 0 : Number(first)} : {emerg: `invalid value "${first}" in "worker_processes" directive ${at(directive)}`};
		case 'pid': return {...site, pidPath: first};
		case 'error_log': return {...site, errorLog: {path: first, level: args[1] ?? 'error'}};
		case 'daemon': return first === 'on' || first === 'off' ? {...site, isDaemon: first === 'on'} : {emerg: `invalid value "${first}" in "daemon" directive, it must be "on" or "off" ${at(directive)}`};
		case 'events': return directive.block === undefined ? {emerg: `directive "events" has no opening "{" ${at(directive)}`} : directive.block.find(each => !tuning.has(each.name)) === undefined ? site : unknown(directive.block.find(each => !tuning.has(each.name))!);
		default: return tuning.has(name) ? site : unknown(directive);
	}
}

function readHttp(site: Site, http: Directive): Site | ConfigError {
	let next = site;
	let scope = outermost;
	const servers: Directive[] = [];
	for (const directive of http.block ?? []) {
		if (directive.name === 'server') {
			servers.push(directive);
		} else if (directive.name === 'types') {
			next = {...next, types: new Map((directive.block ?? []).flatMap(type => type.args.map(extension => [extension, type.name] as const)))};
		} else if (directive.name === 'log_format') {
			const [name = '', ...parts] = directive.args;
			next = {...next, formats: new Map(next.formats).set(name, parts.filter(part => !part.startsWith('escape=')).join(''))};
		} else if (directive.name === 'server_tokens') {
			next = {...next, hidesVersion: directive.args[0] === 'off'};
		} else {
			const changed = readScope(scope, directive, next);
			if (isConfigError(changed)) {
				return changed;
			}

			scope = changed;
		}
	}

	for (const directive of servers) {
		const server = readServer(next, scope, directive);
		if (isConfigError(server)) {
			return server;
		}

		next = {...next, servers: [...next.servers, server]};
	}

	return next;
}

/** Directives that may stand in http, server and location alike. */
function readScope(scope: Inherited, directive: Directive, site: Site): Inherited | ConfigError {
	const {name, args} = directive;
	const [first] = args;
	if (first === undefined) {
		return tuning.has(name) || ['root', 'index', 'error_page', 'access_log', 'autoindex', 'try_files'].includes(name) ? wrongCount(directive) : unknown(directive);
	}

	switch (name) {
		case 'root': return {...scope, root: first.startsWith('/') ? first : `/etc/nginx/${first}`};
		case 'index': return {...scope, index: args};
		case 'default_type': return {...scope, defaultType: first};
		case 'autoindex': return {...scope, autoindex: first === 'on'};
		case 'add_header': return args.length < 2 ? wrongCount(directive) : {...scope, headers: [...scope.headers, [first, args[1]!]]};
		case 'error_page': return readErrorPage(scope, directive);
		case 'try_files': return args.length < 2 ? wrongCount(directive) : {...scope, tryFiles: args};
		case 'deny': return first === 'all' ? {...scope, deniesAll: true} : {emerg: `virtlab models "deny all" only ${at(directive)}`};
		case 'gzip': return first === 'off' ? scope : {emerg: `virtlab does not model "gzip on" ${at(directive)}`};
		case 'access_log': {
			if (first !== 'off' && args[1] !== undefined && !site.formats.has(args[1])) {
				return {emerg: `unknown log format "${args[1]}" ${at(directive)}`};
			}

			return {...scope, accessLogs: first === 'off' ? [] : [{path: first, format: args[1] ?? 'combined'}]};
		}

		case 'error_log': return {emerg: `virtlab models "error_log" outside of http only ${at(directive)}`};
		default: return tuning.has(name) ? scope : unknown(directive);
	}
}

function readErrorPage(scope: Inherited, directive: Directive): Inherited | ConfigError {
	const uri = directive.args.at(-1)!;
	const codes = directive.args.slice(0, -1).filter(word => /^\d{3}$/v.test(word)).map(Number);
	const replacement = directive.args.slice(0, -1).find(word => word.startsWith('='));
	return codes.length === 0 ? wrongCount(directive) : {...scope, errorPages: [{codes, uri, replacement: replacement === undefined ? undefined : Number(replacement.slice(1)) || undefined}, ...scope.errorPages]};
}

/** `return 301 /new`, `return 200 "text"`, `return 404`, `return http://...`. */
function readReturn(directive: Directive): Location['answer'] | ConfigError {
	const [first = '', text = ''] = directive.args;
	if (/^https?:\/\//v.test(first)) {
		return {code: 302, text: first};
	}

	return /^\d{3}$/v.test(first) ? {code: Number(first), text} : {emerg: `invalid return code "${first}" ${at(directive)}`};
}

function readServer(site: Site, outer: Inherited, block: Directive): Server | ConfigError {
	let scope: Inherited = outer;
	let answer: Location['answer'];
	const listens: Listen[] = [];
	const names: string[] = [];
	const locations: Location[] = [];
	for (const directive of block.block ?? []) {
		if (directive.name === 'listen') {
			const listen = readListen(directive);
			if (isConfigError(listen)) {
				return listen;
			}

			listens.push(...listen);
		} else if (directive.name === 'server_name') {
			names.push(...directive.args);
		} else if (directive.name === 'return') {
			const returned = readReturn(directive);
			if (isConfigError(returned)) {
				return returned;
			}

			answer = returned;
		} else if (directive.name !== 'location') {
			const changed = readScope(scope, directive, site);
			if (isConfigError(changed)) {
				return changed;
			}

			scope = changed;
		}
	}

	for (const directive of (block.block ?? []).filter(each => each.name === 'location')) {
		const location = readLocation(site, scope, directive);
		if (isConfigError(location)) {
			return location;
		}

		locations.push(location);
	}

	return {...scope, listens: (block.block ?? []).some(each => each.name === 'listen') ? listens : [{address: '0.0.0.0', port: 80, isDefault: false}], names, locations, answer};
}

/** `80`, `127.0.0.1:8080 default_server`, `[::]:80`. Simplified: IPv6 addresses are accepted and nothing listens on them. */
function readListen(directive: Directive): readonly Listen[] | ConfigError {
	const [value = '', ...flags] = directive.args;
	if (value.startsWith('[')) {
		return [];
	}

	const match = /^(?:(?<address>[\d.]+|\*|localhost):)?(?<port>\d{1,5})$/v.exec(value)?.groups;
	const onlyAddress = /^\d+\.\d+\.\d+\.\d+$/v.test(value);
	const port = onlyAddress ? 80 : Number(match?.['port'] ?? 'NaN');
	if (!(port >= 1 && port <= 65_535)) {
		return {emerg: match === undefined ? `host not found in "${value}" of the "listen" directive ${at(directive)}` : `invalid port in "${value}" of the "listen" directive ${at(directive)}`};
	}

	const refused = flags.find(flag => !['default_server', 'reuseport', 'backlog'].includes(flag.split('=')[0]!));
	if (refused !== undefined) {
		return {emerg: ['ssl', 'http2', 'quic', 'proxy_protocol'].includes(refused) ? `virtlab does not model the "${refused}" parameter of "listen" ${at(directive)}` : `invalid parameter "${refused}" ${at(directive)}`};
	}

	const address = onlyAddress ? value : match?.['address'];
	return [{address: address === undefined || address === '*' ? '0.0.0.0' : (address === 'localhost' ? '127.0.0.1' : address), port, isDefault: flags.includes('default_server')}];
}

const modifiers = new Set(['=', '^~', '~', '~*']);

function readLocation(site: Site, outer: Inherited, block: Directive): Location | ConfigError {
	const [first = '', second] = block.args;
	const modifier = (modifiers.has(first) ? first : '') as Location['modifier'];
	const pattern = modifier === '' ? first : second ?? '';
	if (block.args.length === 0 || block.block === undefined) {
		return wrongCount(block);
	}

	let location: Location = {...outer, headers: outer.headers, modifier, pattern, alias: undefined, answer: undefined};
	let hasOwnHeaders = false;
	for (const directive of block.block) {
		if (directive.name === 'alias') {
			location = {...location, alias: directive.args[0] ?? ''};
		} else if (directive.name === 'return') {
			const answer = readReturn(directive);
			if (isConfigError(answer)) {
				return answer;
			}

			location = {...location, answer};
		} else if (directive.name === 'location') {
			return {emerg: `virtlab does not model nested locations ${at(directive)}`};
		} else {
			// Headers of outer blocks are inherited only if a block has none of its own.
			const isOwn: boolean = directive.name === 'add_header' && !hasOwnHeaders;
			const changed = readScope(isOwn ? {...location, headers: []} : location, directive, site);
			if (isConfigError(changed)) {
				return changed;
			}

			hasOwnHeaders ||= isOwn;
			location = {...location, ...changed};
		}
	}

	return location;
}
