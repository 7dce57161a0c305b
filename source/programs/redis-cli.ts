// redis-cli(1): sends commands to a Redis server and prints the answers; one command from its arguments, or one for each line of input.
// Source: redis 7.4 src/redis-cli.c.

import {connect, read, write} from '../model/kernel/blocking.js';
import {errorTextOf, failed} from '../model/kernel/errno.js';
import type {Fd, Process, Running} from '../model/kernel/program.js';
import {lookUpHost} from './host-lookup.js';
import {encodeCommand, type Reply, RespReader} from './redis/resp.js';
import {type Blocking, LineReader, printTo} from './standard-io.js';

type Options = {readonly host: string; readonly port: number; readonly password: string | undefined; readonly words: readonly string[]; readonly isRaw: boolean};

export function * redisCli(process: Process): Running {
	const options = parseOptions(process);
	if (typeof options === 'string') {
		yield * printTo(process, 2, options);
		return 1;
	}

	if (options.words[0] === '--version') {
		yield * printTo(process, 1, 'redis-cli 7.4.1\n');
		return 0;
	}

	const link = yield * open(process, options);
	if (link === undefined) {
		return 1;
	}

	if (options.password !== undefined) {
		yield * ask(process, link, ['AUTH', options.password]);
	}

	return options.words.length > 0 ? yield * once(process, link, options) : yield * interactive(process, link, options);
}

function parseOptions({argv, sys}: Process): Options | string {
	let options: Options = {host: '127.0.0.1', port: 6379, password: undefined, words: [], isRaw: !sys.isTerminal(1)};
	for (let at = 1; at < argv.length; at++) {
		const word = argv[at]!;
		const value = argv[at + 1];
		if (word === '-h' || word === '-p' || word === '-a' || word === '-n') {
			if (value === undefined || (word === '-n' && value !== '0')) {
				return value === undefined ? `Unrecognized option or bad number of args for: '${word}'\n` : 'virtlab models database 0 only\n';
			}

			options = word === '-h' ? {...options, host: value} : (word === '-p' ? {...options, port: Number(value)} : (word === '-a' ? {...options, password: value} : options));
			at++;
		} else if (word === '--raw' || word === '--no-raw') {
			options = {...options, isRaw: word === '--raw'};
		} else if (word === '--version' || word === '-v') {
			return {...options, words: ['--version']};
		} else if (word.startsWith('-')) {
			return `Unrecognized option or bad number of args for: '${word}'\n`;
		} else {
			return {...options, words: argv.slice(at)};
		}
	}

	return options;
}

type Link = {readonly fd: Fd; readonly reader: RespReader};

function * open(process: Process, {host, port}: Options): Blocking<Link | undefined> {
	const found = yield * lookUpHost(process, host);
	if (found.kind !== 'addresses') {
		yield * printTo(process, 2, `Could not connect to Redis at ${host}:${port}: Temporary failure in name resolution\n`);
		return undefined;
	}

	const fd = process.sys.socket('inet');
	const connected = failed(fd) ? fd : yield * connect(process, fd, {family: 'inet', address: found.addresses[0]!, port});
	if (failed(fd) || failed(connected)) {
		yield * printTo(process, 2, `Could not connect to Redis at ${host}:${port}: ${errorTextOf(failed(fd) ? fd : connected as {errno: 'ECONNREFUSED'})}\n`);
		return undefined;
	}

	return {fd, reader: new RespReader()};
}

/** The answer to one command; undefined if the server has gone. */
function * ask(process: Process, {fd, reader}: Link, words: readonly string[]): Blocking<Reply | undefined> {
	const sent = yield * write(process, fd, encodeCommand(words));
	for (;;) {
		const reply = reader.next();
		if (reply !== undefined && !('protocolError' in reply)) {
			return reply;
		}

		const bytes = failed(sent) ? sent : yield * read(process, fd, 65_536);
		if (failed(bytes) || bytes.length === 0) {
			return undefined;
		}

		reader.push(bytes);
	}
}

/** As for people: types are shown, strings quoted; or as for scripts: the texts alone. */
function format(reply: Reply, isRaw: boolean, indent = ''): string {
	switch (reply.kind) {
		case 'simple': return `${reply.text}\n`;
		case 'error': return isRaw ? `${reply.text}\n` : `(error) ${reply.text}\n`;
		case 'integer': return isRaw ? `${reply.value}\n` : `(integer) ${reply.value}\n`;
		case 'nil': return isRaw ? '\n' : '(nil)\n';
		case 'bulk': return isRaw ? `${reply.text}\n` : `${JSON.stringify(reply.text)}\n`;
		case 'array': return reply.items.length === 0
			? (isRaw ? '\n' : '(empty array)\n')
			: reply.items.map((item, index) => `${isRaw || index === 0 ? '' : indent}${isRaw ? '' : `${index + 1}) `}${format(item, isRaw, `${indent}   `)}`).join('');
		default: return reply satisfies never;
	}
}

function * once(process: Process, link: Link, {words, isRaw}: Options): Running {
	const reply = yield * ask(process, link, words);
	if (reply === undefined) {
		yield * printTo(process, 2, 'Error: Server closed the connection\n');
		return 1;
	}

	const isInfo = words[0]!.toUpperCase() === 'INFO' && reply.kind === 'bulk';
	yield * printTo(process, 1, isInfo ? reply.text : format(reply, isRaw));
	return reply.kind === 'error' ? 1 : 0;
}

function * interactive(process: Process, link: Link, {host, port, isRaw}: Options): Running {
	const lines = new LineReader(process, 0);
	const isTerminal = process.sys.isTerminal(0);
	for (;;) {
		if (isTerminal) {
			yield * printTo(process, 1, `${host}:${port}> `);
		}

		const line = yield * lines.next();
		if (line === undefined || failed(line)) {
			return 0;
		}

		const words = line.text.match(/"[^"]*"|\S+/gv)?.map(word => word.replace(/^"|"$/gv, '')) ?? [];
		if (words[0] === 'quit' || words[0] === 'exit') {
			return 0;
		}

		const reply = words.length === 0 ? undefined : yield * ask(process, link, words);
		if (reply !== undefined) {
			yield * printTo(process, 1, words[0]!.toUpperCase() === 'INFO' && reply.kind === 'bulk' ? reply.text : format(reply, isRaw));
		} else if (words.length > 0) {
			yield * printTo(process, 2, 'Error: Server closed the connection\n');
			return 1;
		}
	}
}
