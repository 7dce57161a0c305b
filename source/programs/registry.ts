// registry(1), the distribution registry 2.8: keeps images as files under /var/lib/registry, where they outlive it if that is a volume.
// Source: distribution cmd/registry, registry/registry.go.
//
// Simplified: of its logs only the line at the start and the line of each request are written.

import {encodeText} from '../base/bytes.js';
import {sha256Hex} from '../base/digest.js';
import {headerOf, type HttpResponse} from '../base/http.js';
import {commonLogDate, httpDate, rfc3339OfMoment} from '../base/internet-date.js';
import {encodeJson} from '../base/json.js';
import {readAll} from '../model/kernel/blocking.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Process, Running} from '../model/kernel/program.js';
import {listenOn, type Served, serveRequests, serveUntilSignal} from './http-server.js';
import {type Registry, replyTo} from './registry/api.js';
import {registryConfig} from './registry/config.js';
import {type Blocking, printTo} from './standard-io.js';

const usage = 'Usage:\n  registry [flags]\n  registry [command]\n\nAvailable Commands:\n  serve         `serve` stores and distributes Docker images\n';
const maxConfigBytes = 1024 * 1024;

export function * registry(process: Process): Running {
	const [, command, file] = process.argv;
	if (command !== 'serve' || file === undefined) {
		yield * printTo(process, 2, command === 'serve' ? 'configuration error: configuration path unspecified\nUsage:\n  registry serve <config> [flags]\n' : usage);
		return 1;
	}

	const config = yield * readConfig(process, file);
	if ('error' in config) {
		yield * printTo(process, 2, `configuration error: ${config.error}\n`);
		return 1;
	}

	const log = (level: string, message: string) => printTo(process, 2, `time="${rfc3339OfMoment(process.sys.realTime())}" level=${level} msg=${JSON.stringify(message)} go.version=go1.20.8 version=2.8.3\n`);
	const socket = listenOn(process, '0.0.0.0', config.port);
	if (failed(socket)) {
		yield * log('fatal', `listen tcp :${config.port}: bind: ${errorTextOf(socket).toLowerCase()}`);
		return 1;
	}

	for (const signal of ['TERM', 'INT'] as const) {
		process.sys.sigaction(signal, 'catch');
	}

	process.sys.sigaction('PIPE', 'ignore');
	process.sys.setMemory(12_000_000);
	yield * log('info', `listening on [::]:${config.port}`);
	const started: Registry = {config, secret: sha256Hex(process.sys.getrandom(16))};
	yield * serveUntilSignal(process, socket, (thread, client) => serveRequests(thread, client, (handler, served) => answer(handler, started, served)));
	return 0;
}

function * readConfig(process: Process, file: string): Blocking<ReturnType<typeof registryConfig>> {
	const fd = process.sys.open(file, {read: true});
	const bytes = failed(fd) ? fd : yield * readAll(process, fd, maxConfigBytes);
	if (failed(fd) || failed(bytes)) {
		return {error: `open ${file}: no such file or directory`};
	}

	process.sys.close(fd);
	return registryConfig(new TextDecoder().decode(bytes), process.env);
}

function * answer(process: Process, registry: Registry, served: Served): Blocking<HttpResponse> {
	const {status, headers = [], json, body} = yield * replyTo(process, registry, served);
	const {head: {method, target, version, headers: asked}, remoteAddress} = served;
	// The greeting is the one answer that is not written by an encoder, which ends what it writes by a newline.
	const bytes = body ?? encodeText(json === undefined ? '' : `${encodeJson(json)}${status === 200 && target === '/v2/' ? '' : '\n'}`);
	const {seconds} = process.sys.realTime();
	yield * printTo(process, 1, `${remoteAddress} - - [${commonLogDate(seconds)}] "${method} ${target} HTTP/${version}" ${status} ${method === 'HEAD' ? 0 : bytes.length} "" ${JSON.stringify(headerOf(asked, 'User-Agent') ?? '')}\n`);
	return {
		status, body: bytes,
		headers: [
			...json === undefined ? [] : [['Content-Type', 'application/json; charset=utf-8']] as const, ['Docker-Distribution-Api-Version', 'registry/2.0'], ['X-Content-Type-Options', 'nosniff'], ['Date', httpDate(seconds)], ...headers,
		],
	};
}
