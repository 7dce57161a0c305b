import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {decodeText, encodeText} from '../../source/base/bytes.js';
import {Transaction} from '../../source/base/transaction.js';
import {handle} from '../../source/engine-api/handle.js';
import {createContainer} from '../../source/model/container/container-create.js';
import type {ContainerEvent, ContainerSchema} from '../../source/model/container/container-schema.js';
import {isEngineError} from '../../source/model/container/engine.js';
import {TestHost} from '../support/test-host.js';

type Document = {readonly [key: string]: unknown};

/** Documents of a real engine 28.5.2. */
const golden = JSON.parse(readFileSync(new URL('../golden/engine-api/documents.json', import.meta.url), 'utf8')) as Record<string, Document>;

/** The names of all fields, in order, down to `depth` objects below. */
function fields(value: unknown, depth: number): unknown {
	if (typeof value !== 'object' || value === null || Array.isArray(value) || depth === 0) {
		return null;
	}

	return Object.entries(value).map(([key, inner]) => [key, fields(inner, depth - 1)]);
}

const host = new TestHost();
host.sh('docker run -d --name c1 busybox sleep 1000; docker volume create data; docker create --name c2 busybox true');

function get(target: string): Document {
	const tx = new Transaction<ContainerSchema, ContainerEvent>(host.world);
	const [engine] = tx.table('engine').keys();
	const response = handle({tx, engine: Number(engine)}, {method: 'GET', target, headers: [], body: encodeText('')});
	expect(response?.status).toBe(200);
	return JSON.parse(decodeText(response!.body)) as Document;
}

test('a container is inspected with the fields of the real engine, in their order', () => {
	const document = get('/v1.51/containers/c1/json');
	expect(fields(document, 2)).toEqual(fields(golden['inspect'], 2));
	const networks = (value: Document) => (value['NetworkSettings'] as Document)['Networks'];
	expect(fields(networks(document), 2)).toEqual(fields(networks(golden['inspect']!), 2));
	// The model has a cgroup namespace for each container, as engines on cgroup v2 do; the golden engine ran on v1.
	expect({...document['HostConfig'] as Document, CgroupnsMode: 'host'}).toEqual(golden['inspect']!['HostConfig']);
});

test('the list, networks, volumes and images have theirs', () => {
	const [row] = get('/containers/json') as unknown as readonly Document[];
	expect(fields(row, 1)).toEqual(fields(golden['list'], 1));
	expect(fields(get('/networks/bridge'), 2)).toEqual(fields({...golden['network'], Containers: get('/networks/bridge')['Containers']}, 2));
	expect((get('/networks/bridge'))['Options']).toEqual(golden['network']!['Options']);
	expect(fields(get('/volumes/data'), 1)).toEqual(fields(golden['volume'], 1));
	expect(fields(get('/images/busybox/json'), 1)).toEqual(fields(golden['image'], 1));
});

test('requests that change something are not answered without a daemon', () => {
	const tx = new Transaction<ContainerSchema, ContainerEvent>(host.world);
	expect(handle({tx, engine: 1}, {method: 'POST', target: '/containers/c1/stop', headers: [], body: encodeText('')})).toBeUndefined();
});

test.each<[string, Document, number, string]>([
	['', {Image: 'nosuch'}, 404, 'No such image: nosuch:latest'],
	['bad name', {}, 400, 'Invalid container name (bad name), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed'],
	['x', {}, 400, 'Invalid container name (x), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed'],
	['', {Entrypoint: ['']}, 400, 'no command specified'],
	['', {WorkingDir: 'relative'}, 400, 'the working directory \'relative\' is invalid, it needs to be an absolute path'],
	['', {HostConfig: {Memory: 1_048_576}}, 400, 'Minimum memory limit allowed is 6MB'],
	['', {HostConfig: {Memory: 67_108_864, MemorySwap: 33_554_432}}, 400, 'Minimum memoryswap limit should be larger than memory limit, see usage'],
	['', {HostConfig: {NanoCpus: 100e9}}, 400, 'range of CPUs is from 0.01 to 8.00, as there are only 8 CPUs available'],
	['', {HostConfig: {Binds: ['a:/x:zz']}}, 500, 'invalid mode: zz'],
	['', {HostConfig: {Binds: ['/host:relative']}}, 500, 'invalid volume specification: \'/host:relative\': invalid mount config for type "bind": invalid mount path: \'relative\' mount path must be absolute'],
	['', {HostConfig: {Binds: ['bad/name:/x']}}, 400, 'create bad/name: "bad/name" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path'],
	['', {HostConfig: {RestartPolicy: {Name: 'sometimes'}}}, 400, 'invalid restart policy: unknown policy \'sometimes\'; use one of \'no\', \'always\', \'on-failure\', or \'unless-stopped\''],
	['', {HostConfig: {CpuCount: 2}}, 501, 'virtlab does not model HostConfig.CpuCount'],
	['', {HostConfig: {CapAdd: ['NOSUCH']}}, 400, 'invalid CapAdd: unknown capability: "CAP_NOSUCH"'],
	['', {Cmd: 'ls'}, 400, 'json: cannot unmarshal string into Go struct field Config.Cmd of type []string'],
])('create %j %j is refused', (name, request, status, message) => {
	const tx = new Transaction<ContainerSchema, ContainerEvent>(host.world);
	const [engine] = tx.table('engine').keys();
	const result = createContainer({tx, engine: Number(engine)}, name, {Image: 'busybox', ...request} as never);
	expect(isEngineError(result) ? {status: result.status, message: result.message} : result.container.name).toEqual({status, message});
});

test('the request of the real client is accepted as it is', () => {
	const tx = new Transaction<ContainerSchema, ContainerEvent>(host.world);
	const [engine] = tx.table('engine').keys();
	const result = createContainer({tx, engine: Number(engine)}, '', golden['create'] as never);
	expect(isEngineError(result)).toBe(false);
});
