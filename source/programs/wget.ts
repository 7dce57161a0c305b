// wget(1) over plain HTTP: GNU's and BusyBox's common options.
//
// Simplified: the progress bar is not drawn; GNU's lines are written as with -nv.

import {concatBytes} from '../base/bytes.js';
import {write} from '../model/kernel/blocking.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import {lookUpHost} from './host-lookup.js';
import {exchange, parseUrl, type Exchange} from './http-exchange.js';
import type {Command} from './options.js';
import {printTo, type Blocking} from './standard-io.js';
import {tool, type Tool} from './tool.js';

const options = {
	outputDocument: {short: 'O', long: 'output-document', value: 'FILE', help: 'write documents to FILE'},
	quiet: {short: 'q', long: 'quiet', help: 'quiet (no output)'},
	spider: {long: 'spider', help: 'don\'t download anything'},
	serverResponse: {short: 'S', long: 'server-response', help: 'print server response'},
} as const;

type Name = keyof typeof options;

const command: Command<Name> = {name: 'wget', usage: ['[OPTION]... [URL]...'], summary: 'Non-interactive network retriever.', options, usageStatus: 2, version: '1.21.3'};

export const wget = tool(command, function * (t) {
	const [text] = t.operands;
	if (text === undefined) {
		return yield * t.usageError('missing URL');
	}

	const url = parseUrl(text);
	if (url === undefined || url.scheme !== 'http') {
		return yield * t.complain(url === undefined ? `${text}: Invalid host name.` : `virtlab: ${url.scheme} is not modelled; use http://`);
	}

	const answer = yield * lookUpHost(t.process, url.host === 'localhost' ? '127.0.0.1' : url.host);
	const address = answer.kind === 'addresses' ? answer.addresses[0] : undefined;
	if (address === undefined) {
		return yield * t.complain(t.says(`unable to resolve host address ‘${url.host}’`, `bad address '${url.host}'`), t.isGnu ? 4 : 1);
	}

	yield * talk(t, `Connecting to ${url.host} (${address}:${url.port})\n`);
	const parts: Uint8Array[] = [];
	const host = url.port === 80 ? url.host : `${url.host}:${url.port}`;
	const result = yield * exchange(t.process, {family: 'inet', address, port: url.port}, {
		method: t.has('spider') ? 'HEAD' : 'GET', target: url.path, headers: [['Host', host], ['User-Agent', t.says('Wget/1.21.3', 'Wget')], ['Connection', 'close']], body: new Uint8Array(0),
	}, function * (event) {
		if (event.kind === 'body') {
			parts.push(event.bytes);
		}
	});
	if (result.kind !== 'answered' || result.head.status >= 400) {
		return yield * complainOf(t, result, host);
	}

	const fallback = url.path.replace(/\?.*$/v, '').replace(/^.*\//v, '');
	return t.has('spider') ? 0 : yield * save(t, t.value('outputDocument') ?? (fallback === '' ? 'index.html' : fallback), concatBytes(parts.length === 0 ? [new Uint8Array(0)] : parts));
});

function * talk(t: Tool<Name>, text: string): Blocking<void> {
	if (!t.has('quiet') && !t.isGnu) {
		yield * printTo(t.process, 2, text);
	}
}

function * complainOf(t: Tool<Name>, result: Exchange, host: string): Blocking<number> {
	switch (result.kind) {
		case 'refused': {
			return t.isGnu && t.has('quiet') ? 4 : yield * t.complain(t.says(`failed: ${errorTextOf(result.failure)}.`, `can't connect to remote host (${host.split(':')[0]}): ${errorTextOf(result.failure)}`), t.isGnu ? 4 : 1);
		}

		case 'answered': {
			const {status, reason} = result.head;
			return t.isGnu && t.has('quiet') ? 8 : yield * t.complain(t.says(`ERROR ${status}: ${reason}.`, `server returned error: HTTP/1.1 ${status} ${reason}`), t.isGnu ? 8 : 1);
		}

		case 'cut':
		case 'garbled': {
			return yield * t.complain(t.says('No data received.', 'error getting response'), t.isGnu ? 4 : 1);
		}

		default: {
			return result satisfies never;
		}
	}
}

function * save(t: Tool<Name>, path: string, bytes: Uint8Array): Blocking<number> {
	if (path === '-') {
		yield * t.out.write(bytes);
		return 0;
	}

	const fd = t.sys.open(path, {write: true, create: true, truncate: true});
	const written = failed(fd) ? fd : yield * write(t.process, fd, bytes);
	if (failed(written)) {
		return yield * t.complain(t.says(`${path}: ${errorTextOf(written)}`, `can't open '${path}': ${errorTextOf(written)}`), t.isGnu ? 3 : 1);
	}

	yield * talk(t, `saving to '${path}'\n'${path}' saved\n`);
	return 0;
}
