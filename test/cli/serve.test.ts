// `virtlab serve` as whoever starts it and any program with a socket see it: a real process and a real socket. The docker client is not needed
// here; test/engine-api/real-client.test.ts has it.

import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {connect, createServer, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {builtCli} from '../support/built-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'virtlab-serve-'));
const running = new Set<ChildProcess>();
let cli: string;

beforeAll(() => {
	cli = builtCli();
});

afterAll(() => {
	for (const child of running) {
		child.kill('SIGKILL');
	}

	rmSync(folder, {recursive: true});
});

type Served = {readonly line: string; readonly stop: (signal?: NodeJS.Signals) => Promise<{readonly status: number | null; readonly stderr: string}>};

/** Starts a server and waits for its line. */
async function serve(...args: readonly string[]): Promise<Served> {
	const child = spawn(process.execPath, [cli, 'serve', ...args], {env: {...process.env, VIRTLAB_HOME: folder, LANG: 'C'}});
	running.add(child);
	let stderr = '';
	child.stderr.on('data', data => {
		stderr += String(data);
	});
	const line = await new Promise<string>((settle, fail) => {
		child.stdout.once('data', data => settle(String(data)));
		child.once('exit', () => fail(new Error(stderr)));
	});
	return {
		line,
		stop: async (signal = 'SIGTERM') => new Promise(settle => {
			child.once('exit', status => {
				running.delete(child);
				settle({status, stderr});
			});
			child.kill(signal);
		}),
	};
}

/** What a refused start prints; the exit status is 2. */
function refusal(args: readonly string[], language = 'C'): string {
	const {stderr, stdout, status} = spawnSync(process.execPath, [cli, 'serve', ...args], {encoding: 'utf8', env: {...process.env, VIRTLAB_HOME: folder, LANG: language}});
	expect({stdout, status}).toEqual({stdout: '', status: 2});
	return stderr;
}

/** Sends a text over a new connection and answers all that comes until `isEnough`, or the end. */
async function ask(to: string | number, text: string, isEnough: (answer: string) => boolean = () => false): Promise<string> {
	return new Promise((settle, fail) => {
		let answer = '';
		const socket: Socket = typeof to === 'string' ? connect(to) : connect(to, '127.0.0.1');
		socket.on('error', fail).on('end', () => settle(answer)).on('data', data => {
			answer += String(data);
			if (isEnough(answer)) {
				socket.destroy();
				settle(answer);
			}
		});
		socket.write(text);
	});
}

const ping = 'GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n';

test('it says what to export, answers on a socket of one\'s own, and takes the socket away when it goes', async () => {
	const path = join(folder, 'one.sock');
	const {line, stop} = await serve('--engine', `unix://${path}`);
	expect(line).toBe(`The engine of the host "lab" listens. In another terminal:  export DOCKER_HOST=unix://${path}\n`);
	expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
	expect(await ask(path, ping)).toMatch(/^HTTP\/1\.1 200 OK\r\nApi-Version: 1\.51\r\n[^]*\r\n\r\nOK$/v);
	expect(await stop('SIGINT')).toEqual({status: 0, stderr: ''});
	expect(existsSync(path)).toBe(false);
});

test('on a port of this machine too', async () => {
	const {line, stop} = await serve('--engine', 'tcp://127.0.0.1:0');
	const port = Number(/DOCKER_HOST=tcp:\/\/127\.0\.0\.1:(\d+)\n/v.exec(line)?.[1]);
	expect(await ask(port, ping)).toMatch(/OK$/v);
	expect((await stop()).status).toBe(0);
});

test('a socket that a killed server left is used again; one that is listened on is not, nor is any other file', async () => {
	const path = join(folder, 'stale.sock');
	await (await serve('--engine', `unix://${path}`)).stop('SIGKILL');
	expect(existsSync(path)).toBe(true);
	const second = await serve('--engine', `unix://${path}`);
	expect(await ask(path, ping)).toMatch(/OK$/v);
	expect(refusal(['--engine', `unix://${path}`])).toBe(`virtlab: somebody listens on unix://${path} already\n`);
	expect(await ask(path, ping)).toMatch(/OK$/v);
	await second.stop();
	writeFileSync(join(folder, 'letter'), 'dear');
	expect(refusal(['--engine', `unix://${folder}/letter`])).toBe(`virtlab: ${folder}/letter is there already, and it is not a socket\n`);
	expect(readFileSync(join(folder, 'letter'), 'utf8')).toBe('dear');
});

test('addresses that cannot be served are refused in one line', async () => {
	mkdirSync(join(folder, 'a'.repeat(120)));
	expect(refusal([])).toBe('virtlab: serve: say where: --engine unix:///PATH or --engine tcp://127.0.0.1:PORT\n');
	expect(refusal(['--engine', 'unix:///nosuch/d.sock'])).toBe('virtlab: there is no directory /nosuch\n');
	expect(refusal(['--engine', 'unix:///nosuch/d.sock'], 'zh_CN.UTF-8')).toBe('virtlab: 目录 /nosuch 不存在\n');
	expect(refusal(['--engine', 'http://x'])).toBe('virtlab: not an address to listen on: http://x (unix:///PATH or tcp://127.0.0.1:PORT)\n');
	expect(refusal(['--engine', 'tcp://0.0.0.0:2375'])).toBe('virtlab: tcp://0.0.0.0:2375 can be reached from other machines; with --any-address it is served all the same\n');
	const long = join(folder, 'a'.repeat(120), 's');
	expect(refusal(['--engine', `unix://${long}`])).toBe(`virtlab: the path of a socket may have 107 bytes, this one has ${long.length}: ${long}\n`);
	const taken = createServer().listen(0, '127.0.0.1');
	await new Promise(settle => taken.once('listening', settle));
	const {port} = taken.address() as {port: number};
	expect(refusal(['--engine', `tcp://127.0.0.1:${port}`])).toBe(`virtlab: somebody listens on tcp://127.0.0.1:${port} already\n`);
	taken.close();
});

test('an address that others reach is served when asked for, with a warning', async () => {
	const {line, stop} = await serve('--engine', 'tcp://0.0.0.0:0', '--any-address');
	expect(line).toMatch(/DOCKER_HOST=tcp:\/\/0\.0\.0\.0:\d+\n/v);
	expect(await stop()).toEqual({status: 0, stderr: 'virtlab: warning: everybody who can reach tcp://0.0.0.0:0 can use this engine, without a password\n'});
});

test('a second of ours is a second of the world\'s, and a recorded session replays', async () => {
	const path = join(folder, 'time.sock');
	const transcript = join(folder, 'time.cast');
	const {stop} = await serve('--engine', `unix://${path}`, '--record', transcript);
	await ask(path, 'POST /images/create?fromImage=busybox&tag=latest HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n');
	const create = '{"Image":"busybox","Cmd":["sh","-c","sleep 1; echo woke"]}';
	expect(await ask(path, `POST /containers/create?name=c1 HTTP/1.1\r\nHost: docker\r\nContent-Length: ${create.length}\r\nConnection: close\r\n\r\n${create}`)).toMatch(/^HTTP\/1\.1 201 /v);
	const began = performance.now();
	expect(await ask(path, 'POST /containers/c1/start HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 204 /v);
	expect(await ask(path, 'GET /containers/c1/logs?follow=1&stdout=1 HTTP/1.1\r\nHost: docker\r\n\r\n', answer => answer.includes('woke'))).toContain('woke');
	expect(performance.now() - began).toBeGreaterThan(900);
	expect((await stop()).status).toBe(0);
	const replayed = spawnSync(process.execPath, [cli, 'replay', transcript], {encoding: 'utf8'});
	expect({status: replayed.status, stderr: replayed.stderr}).toEqual({status: 0, stderr: ''});
});

test('clients that misbehave harm nobody else', async () => {
	const path = join(folder, 'hostile.sock');
	const {stop} = await serve('--engine', `unix://${path}`);
	const silent = Array.from({length: 40}, () => connect(path).on('error', () => undefined));
	const half = connect(path).on('error', () => undefined);
	half.write('POST /build HTTP/1.1\r\nHost: docker\r\nContent-Length: 1000000\r\n\r\nabc');
	half.end();
	expect(await ask(path, `POST /build HTTP/1.1\r\nHost: docker\r\nContent-Length: ${2 ** 30}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /v);
	expect(await ask(path, '\u0000\u0001\u0002 garbage\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /v);
	// An endless request: its client is not read from faster than the engine takes it, and goes when it is too long.
	const endless = connect(path).on('error', () => undefined);
	endless.write('GET / HTTP/1.1\r\n');
	const pump = () => {
		while (!endless.destroyed && endless.write('X: '.padEnd(1000, 'y') + '\r\n')) {
			// Until the socket is full.
		}
	};
	endless.on('drain', pump).resume();
	pump();
	await new Promise(settle => endless.once('close', settle));
	expect(await ask(path, ping)).toMatch(/OK$/v);
	for (const socket of silent) {
		socket.destroy();
	}

	expect((await stop()).status).toBe(0);
});
