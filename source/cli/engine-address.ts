// The real socket that `virtlab serve` listens on: which addresses are accepted, and a socket file left behind by a server that was killed.

import {chmodSync, lstatSync, statSync, unlinkSync} from 'node:fs';
import {connect, type Server} from 'node:net';
import {dirname, resolve} from 'node:path';

import {message, type Locale} from '../i18n/message.js';

type UnixAddress = {readonly kind: 'unix'; readonly path: string};

export type EngineAddress = UnixAddress | {readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly isLoopback: boolean};

/** sun_path of unix(7) has 108 bytes, the last of them zero. */
const maxSocketPathBytes = 107;
const loopback: readonly string[] = ['127.0.0.1', 'localhost', '::1'];

/** Something is in the way: a line for people. */
export type Problem = {readonly problem: (locale: Locale) => string};

export function isProblem(value: EngineAddress | Problem): value is Problem {
	return 'problem' in value;
}

/** An address as DOCKER_HOST has it: `unix:///PATH`, `tcp://HOST:PORT`. */
export function parseEngineAddress(text: string): EngineAddress | Problem {
	const unix = /^unix:\/\/(?<path>.+)$/v.exec(text)?.groups?.['path'];
	if (unix !== undefined) {
		const path = resolve(unix);
		const bytes = Buffer.byteLength(path);
		return bytes > maxSocketPathBytes ? {problem: locale => message(locale, 'serve.path-long', {most: maxSocketPathBytes, bytes, path})} : {kind: 'unix', path};
	}

	const tcp = /^tcp:\/\/(?:\[(?<six>[\da-f:]+)\]|(?<four>[\w.\-]+)):(?<port>\d{1,5})$/iv.exec(text)?.groups;
	const port = Number(tcp?.['port']);
	if (tcp === undefined || port > 65_535) {
		return {problem: locale => message(locale, 'serve.address-wrong', {address: text})};
	}

	const host = tcp['six'] ?? tcp['four']!;
	return {kind: 'tcp', host, port, isLoopback: loopback.includes(host.toLowerCase())};
}

/** What to export so that a client finds the address. */
export function dockerHost(address: EngineAddress): string {
	return address.kind === 'unix' ? `unix://${address.path}` : `tcp://${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Listens; answers the address with the port that was given. */
export async function listenAt(server: Server, address: EngineAddress): Promise<EngineAddress | Problem> {
	if (address.kind === 'unix') {
		return await makeRoom(address) ?? listenAtPath(server, address);
	}

	const failure = await tryListen(server, () => server.listen({host: address.host, port: address.port}));
	const bound = server.address();
	return failure === undefined ? {...address, port: typeof bound === 'object' && bound !== null ? bound.port : address.port} : problemOf(address, failure);
}

async function listenAtPath(server: Server, address: UnixAddress): Promise<EngineAddress | Problem> {
	// Nobody else may ever connect, not even between bind and chmod.
	const before = process.umask(0o177);
	const listening = tryListen(server, () => server.listen(address.path));
	process.umask(before);
	const failure = await listening;
	if (failure !== undefined) {
		return problemOf(address, failure);
	}

	chmodSync(address.path, 0o600);
	return address;
}

async function tryListen(server: Server, listen: () => void): Promise<NodeJS.ErrnoException | undefined> {
	return new Promise(settle => {
		server.once('error', settle).once('listening', () => {
			server.off('error', settle);
			settle(undefined);
		});
		listen();
	});
}

/** Removes a socket file that nobody listens on any more. */
async function makeRoom(address: UnixAddress): Promise<Problem | undefined> {
	const {path} = address;
	const directory = dirname(path);
	if (statSync(directory, {throwIfNoEntry: false})?.isDirectory() !== true) {
		return {problem: locale => message(locale, 'serve.no-directory', {path: directory})};
	}

	const file = lstatSync(path, {throwIfNoEntry: false});
	if (file === undefined) {
		return undefined;
	}

	if (!file.isSocket()) {
		return {problem: locale => message(locale, 'serve.no-socket', {path})};
	}

	const failure = await knock(path);
	if (failure?.code !== 'ECONNREFUSED') {
		return problemOf(address, failure ?? {code: 'EADDRINUSE', name: '', message: ''});
	}

	unlinkSync(path);
	return undefined;
}

/** Why nobody answers at a socket file; undefined if somebody does. */
async function knock(path: string): Promise<NodeJS.ErrnoException | undefined> {
	return new Promise(settle => {
		const socket = connect(path, () => {
			socket.destroy();
			settle(undefined);
		}).once('error', settle);
	});
}

function problemOf(address: EngineAddress, {code, message: text}: NodeJS.ErrnoException): Problem {
	const reason = code === 'EACCES' ? 'permission denied' : text;
	return {problem: locale => code === 'EADDRINUSE' ? message(locale, 'serve.taken', {address: dockerHost(address)}) : message(locale, 'serve.cannot', {address: dockerHost(address), reason})};
}
