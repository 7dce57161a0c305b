// Testcontainers, which other people's tests start their databases with, runs on the served engine. Published ports are not on the real host,
// so it waits for a line of the log and not for a port.

import {afterAll, beforeAll, expect, test} from 'vitest';
import type {StartedTestContainer} from 'testcontainers';
import {type ServedEngine, serveEngine} from '../support/served-engine.js';

let engine: ServedEngine;
let testcontainers: typeof import('testcontainers');

beforeAll(async () => {
	engine = await serveEngine();
	process.env['DOCKER_HOST'] = `unix://${engine.socketPath}`;
	// Its reaper is an image of its own that would have to run here.
	process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
	testcontainers = await import('testcontainers');
}, 60_000);

afterAll(() => {
	engine.stop();
});

async function startRedis(): Promise<StartedTestContainer> {
	const {GenericContainer, Wait} = testcontainers;
	return new GenericContainer('redis:7-alpine')
		.withName('cache').withEnvironment({GREETING: 'hello'}).withLabels({team: 'blue'})
		.withCopyContentToContainer([{content: 'written before it starts\n', target: '/etc/note'}])
		.withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/v)).withStartupTimeout(20_000)
		.start();
}

test('a container is pulled, started, waited for by its log, used and stopped', async () => {
	const container = await startRedis();
	expect(container.getName()).toBe('/cache');
	expect(container.getLabels()).toMatchObject({team: 'blue'});
	expect(await container.exec(['redis-cli', 'SET', 'a', '1'])).toMatchObject({exitCode: 0, output: 'OK\n'});
	expect(await container.exec(['redis-cli', 'GET', 'a'])).toMatchObject({exitCode: 0, output: '1\n'});
	expect(await container.exec(['sh', '-c', 'echo $GREETING; cat /etc/note; exit 4'])).toMatchObject({exitCode: 4, output: 'hello\nwritten before it starts\n'});
	await container.copyContentToContainer([{content: 'written later\n', target: '/tmp/later'}]);
	expect((await container.exec(['cat', '/tmp/later'])).output).toBe('written later\n');
	const archive = await container.copyArchiveFromContainer('/tmp/later');
	const chunks: Buffer[] = [];
	for await (const chunk of archive) {
		chunks.push(Buffer.from(chunk as Uint8Array));
	}

	expect(Buffer.concat(chunks).toString()).toContain('written later\n');
	await container.restart();
	expect((await container.exec(['redis-cli', 'PING'])).output).toBe('PONG\n');
	await container.stop();
}, 60_000);

test('two containers on a network find each other by name', async () => {
	const {GenericContainer, Network, Wait} = testcontainers;
	const network = await new Network().start();
	const server = await new GenericContainer('nginx').withNetwork(network).withNetworkAliases('web').withWaitStrategy(Wait.forLogMessage(/start worker process/v)).start();
	const client = await new GenericContainer('busybox').withNetwork(network).withCommand(['sleep', '1000']).start();
	expect((await client.exec(['wget', '-qO-', 'http://web/'])).output).toContain('<h1>Welcome to nginx!</h1>');
	await client.stop();
	await server.stop();
	await network.stop();
}, 60_000);

test('an image is built from a Dockerfile', async () => {
	const {mkdtempSync, writeFileSync} = await import('node:fs');
	const {join} = await import('node:path');
	const {tmpdir} = await import('node:os');
	const context = mkdtempSync(join(tmpdir(), 'virtlab-context-'));
	writeFileSync(join(context, 'Dockerfile'), 'FROM busybox\nRUN echo made > /made\nCMD ["sh", "-c", "echo up; sleep 1000"]\n');
	const {GenericContainer, Wait} = testcontainers;
	const image = await GenericContainer.fromDockerfile(context).build('made-here', {deleteOnExit: false});
	const container = await image.withWaitStrategy(Wait.forLogMessage('up')).start();
	expect((await container.exec(['cat', '/made'])).output).toBe('made\n');
	await container.stop();
}, 60_000);
