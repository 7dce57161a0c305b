// dockerode, the library that most Node programs speak to docker with, drives the served engine. It names no API version and asks for no
// upgrade where it attaches, unlike the docker client.

import {PassThrough, type Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import {setTimeout as pause} from 'node:timers/promises';
import Docker from 'dockerode';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {writeTar, tarEntry} from '../../source/base/tar.js';
import {encodeText} from '../../source/base/bytes.js';
import {type ServedEngine, serveEngine} from '../support/served-engine.js';

let engine: ServedEngine;
let docker: Docker;

beforeAll(async () => {
	engine = await serveEngine();
	docker = new Docker({socketPath: engine.socketPath});
	await pull('busybox:latest');
});

afterAll(() => {
	engine.stop();
});

async function pull(image: string): Promise<readonly unknown[]> {
	const stream = await docker.pull(image);
	return new Promise((settle, fail) => {
		docker.modem.followProgress(stream, (error, lines) => error === null ? settle(lines) : fail(error));
	});
}

/** Both streams of a multiplexed answer. */
async function demultiplexed(stream: NodeJS.ReadableStream): Promise<{readonly out: string; readonly err: string}> {
	const [out, err] = [new PassThrough(), new PassThrough()];
	docker.modem.demuxStream(stream, out, err);
	stream.on('end', () => {
		out.end();
		err.end();
	});
	return {out: await text(out), err: await text(err)};
}

function archive(name: string, content: string): Buffer {
	const bytes = encodeText(content);
	return Buffer.from(writeTar([tarEntry(name, 'file', {mode: 0o644, uid: 0, gid: 0, mtimeUs: 0, content: {sizeBytes: bytes.length, chunks: [{offset: 0, bytes}]}})]));
}

test('ping, version, info', async () => {
	expect(String(await docker.ping())).toBe('OK');
	expect(await docker.version()).toMatchObject({ApiVersion: '1.51', MinAPIVersion: '1.24', Os: 'linux'});
	expect(await docker.info()).toMatchObject({Name: 'lab', Images: 1});
});

test('run: create, attach without an upgrade, start, wait', async () => {
	const output = new PassThrough();
	const collected = text(output);
	const [result, container] = await docker.run('busybox', ['sh', '-c', 'echo hello; exit 3'], output, {Tty: true}) as [{StatusCode: number}, Docker.Container];
	output.end();
	expect(result).toEqual({StatusCode: 3});
	expect(await collected).toBe('hello\r\n');
	expect(await container.inspect()).toMatchObject({State: {Status: 'exited', ExitCode: 3}, Config: {Tty: true, Image: 'busybox'}});
	await container.remove();
	await expect(container.inspect()).rejects.toMatchObject({statusCode: 404, json: {message: `No such container: ${container.id}`}});
});

test('standard output and error come apart, hijacked or not', async () => {
	for (const hijack of [true, false]) {
		const container = await docker.createContainer({Image: 'busybox', Cmd: ['sh', '-c', 'cat; echo err >&2'], OpenStdin: true, StdinOnce: true, AttachStdin: true});
		const stream = await container.attach({stream: true, stdin: true, stdout: true, stderr: true, hijack});
		const answer = demultiplexed(stream);
		await container.start();
		if (hijack) {
			stream.end('from the client\n');
			expect(await answer).toEqual({out: 'from the client\n', err: 'err\n'});
			expect(await container.wait()).toEqual({StatusCode: 0});
		}

		await container.remove({force: true});
	}
});

test('exec: output, status, and the size of its terminal', async () => {
	const container = await docker.createContainer({Image: 'busybox', Cmd: ['sleep', '1000']});
	await container.start();
	const plain = await container.exec({Cmd: ['sh', '-c', 'echo out; echo err >&2; exit 7'], AttachStdout: true, AttachStderr: true});
	expect(await demultiplexed(await plain.start({}))).toEqual({out: 'out\n', err: 'err\n'});
	expect(await plain.inspect()).toMatchObject({ExitCode: 7, Running: false});
	const terminal = await container.exec({Cmd: ['sh', '-c', 'sleep 0.3; stty size'], AttachStdout: true, Tty: true});
	const stream = await terminal.start({hijack: true, stdin: false, Tty: true});
	await terminal.resize({h: 33, w: 111});
	expect(await text(stream)).toBe('33 111\r\n');
	await container.remove({force: true});
});

test('logs, followed and not; events; stats', async () => {
	const container = await docker.createContainer({Image: 'busybox', name: 'talker', Cmd: ['sh', '-c', 'echo one; sleep 0.5; echo two']});
	const events = await docker.getEvents({filters: {container: ['talker'], event: ['start', 'die']}}) as Readable;
	const seen: string[] = [];
	events.on('data', data => seen.push(...String(data).trim().split('\n').map(line => (JSON.parse(line) as {Action: string}).Action)));
	await container.start();
	const followed = await container.logs({follow: true, stdout: true});
	expect(await demultiplexed(followed)).toEqual({out: 'one\ntwo\n', err: ''});
	expect((await container.logs({stdout: true, tail: 1})).subarray(8).toString()).toBe('two\n');
	await pause(50);
	expect(seen).toEqual(['start', 'die']);
	events.destroy();
	await container.start();
	expect(await container.stats({stream: false, 'one-shot': true})).toMatchObject({name: '/talker', pids_stats: {current: 2}});
	await container.remove({force: true});
});

test('files in and out as archives', async () => {
	const container = await docker.createContainer({Image: 'busybox', Cmd: ['cat', '/tmp/note']});
	await container.putArchive(archive('note', 'from outside\n'), {path: '/tmp'});
	const stream = await container.getArchive({path: '/tmp/note'});
	expect(await text(stream)).toContain('from outside\n');
	await container.start();
	await container.wait();
	expect((await container.logs({stdout: true})).subarray(8).toString()).toBe('from outside\n');
	await container.remove();
});

test('build, tag, inspect, remove an image', async () => {
	const stream = await docker.buildImage(streamOf(archive('Dockerfile', 'FROM busybox\nRUN echo built > /made\nCMD ["cat", "/made"]\n')), {t: 'made:1'});
	const lines = await new Promise<ReadonlyArray<{stream?: string}>>((settle, fail) => {
		docker.modem.followProgress(stream, (error, all) => error === null ? settle(all as ReadonlyArray<{stream?: string}>) : fail(error));
	});
	expect(lines.map(line => line.stream ?? '').join('')).toMatch(/^Step 1\/3 : FROM busybox\n[^]*Successfully tagged made:1\n$/v);
	await docker.getImage('made:1').tag({repo: 'made', tag: '2'});
	expect((await docker.getImage('made:2').inspect()).RepoTags).toEqual(['made:1', 'made:2']);
	await docker.getImage('made:2').remove();
	await docker.getImage('made:1').remove();
	expect((await docker.listImages()).flatMap(({RepoTags}) => RepoTags)).toEqual(['busybox:latest']);
});

function streamOf(bytes: Buffer): NodeJS.ReadableStream {
	const stream = new PassThrough();
	stream.end(bytes);
	return stream;
}

test('networks and volumes', async () => {
	const network = await docker.createNetwork({Name: 'app', Labels: {a: 'b'}});
	const container = await docker.createContainer({Image: 'busybox', name: 'member', Cmd: ['sleep', '1000']});
	await network.connect({Container: 'member'});
	await container.start();
	expect(Object.values((await network.inspect() as {Containers: Record<string, {Name: string}>}).Containers).map(({Name}) => Name)).toEqual(['member']);
	await network.disconnect({Container: 'member'});
	await network.remove();
	await docker.createVolume({Name: 'data'});
	expect((await docker.listVolumes()).Volumes.map(({Name}) => Name)).toContain('data');
	await docker.getVolume('data').remove();
	await container.remove({force: true});
});

test('a pull that fails says so in its stream or as a status', async () => {
	await expect(pull('nosuch/nosuch:1')).rejects.toThrow('pull access denied for nosuch/nosuch, repository does not exist or may require \'docker login\'');
});
