// registry(1), the distribution registry 2.8: answers that it is there. Source: distribution docs/spec/api.md.
//
// Simplified: it holds nothing yet. The base of its API and the empty catalogue are answered; everything else says openly that it is
// not modelled.

import {encodeText} from '../base/bytes.js';
import {httpDate, rfc3339Nano} from '../base/internet-date.js';
import {wallTime} from '../base/clock.js';
import type {HttpResponse} from '../base/http.js';
import {encodeJson, type Json} from '../base/json.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Process, Running} from '../model/kernel/program.js';
import {listenOn, type Served, serveRequests, serveUntilSignal} from './http-server.js';
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

function * answer(process: Process, {head}: Served): Blocking<HttpResponse> {
	const path = head.target.split('?', 1)[0]!;
	const reply = (status: number, value: Json): HttpResponse => ({
		status, body: encodeText(`${encodeJson(value)}${status === 200 && path === '/v2/' ? '' : '\n'}`),
		headers: [['Content-Type', 'application/json; charset=utf-8'], ['Docker-Distribution-Api-Version', 'registry/2.0'], ['X-Content-Type-Options', 'nosniff'], ['Date', httpDate(wallTime(process.sys.now()).seconds)]],
	});
	if (path === '/v2/' && (head.method === 'GET' || head.method === 'HEAD')) {
		return reply(200, {});
	}

	if (path === '/v2/_catalog' && head.method === 'GET') {
		return reply(200, {repositories: []});
	}

	const name = /^\/v2\/(?<name>.+?)\/(?:tags\/list|manifests\/|blobs\/)/v.exec(path)?.groups?.['name'];
	if (head.method === 'GET' || head.method === 'HEAD') {
		return name === undefined
			? {status: 404, headers: [['Content-Type', 'text/plain; charset=utf-8']], body: encodeText('404 page not found\n')}
			: reply(404, {errors: [{code: 'NAME_UNKNOWN', message: 'repository name not known to registry', detail: {name}}]});
	}

	return reply(501, {errors: [{code: 'UNSUPPORTED', message: 'virtlab does not model storing images in a registry', detail: null}]});
}
