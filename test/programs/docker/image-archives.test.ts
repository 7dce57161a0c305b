// Start: one booted host. What `docker save` writes is read by skopeo and umoci, where they are installed, and must have the digests
// that they found when test/golden/images/inspected.json was recorded (UPDATE_ARCHIVES=1 records it again). What they write is
// loaded: small-docker.tar.gz and small-oci.tar.gz hold one image of three layers, made by umoci and packed by skopeo.

import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gunzipSync} from 'node:zlib';
import {afterAll, expect, test} from 'vitest';
import {digestOf} from '../../../source/base/digest.js';
import {isTarError, readTar, type TarEntry} from '../../../source/base/tar.js';
import {TestHost} from '../../support/test-host.js';
import {readWorldFile, writeWorldFile} from '../../support/world-files.js';

const env = {HOME: '/root'};
const golden = new URL('../../golden/images/', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'virtlab-images-'));
afterAll(() => {
	rmSync(folder, {recursive: true, force: true});
});

type Inspected = {readonly Digest: string; readonly Layers: readonly string[]; readonly Architecture: string; readonly Os: string; readonly Env: readonly string[]};
type Recorded = {readonly dockerArchive: Inspected; readonly ociArchive: Inspected; readonly unpacked: readonly string[]};

const hasTools = ['skopeo', 'umoci'].every(tool => spawnSync(tool, ['--version']).status === 0);
const withTools = hasTools ? test : test.skip;
if (!hasTools) {
	console.log('image archives: skopeo or umoci is not installed, so that only what they answered once is compared');
}

function tool(command: string, ...args: readonly string[]): string {
	const {status, stdout, stderr} = spawnSync(command, args, {encoding: 'utf8', maxBuffer: 1 << 26});
	expect(status, `${command} ${args.join(' ')}: ${stderr}`).toBe(0);
	return stdout;
}

/** The archive that a save made after some commands. */
function saved(script: string): Uint8Array {
	const host = new TestHost();
	writeWorldFile(host, '/tmp/small.tar', smallImage());
	host.sh('docker load -i /tmp/small.tar', {env});
	expect(host.sh(script, {env})).toMatchObject({status: 0, stderr: ''});
	return readWorldFile(host, '/tmp/saved.tar');
}

function smallImage(): Uint8Array {
	return gunzipSync(readFileSync(new URL('small-docker.tar.gz', golden)));
}

function files(tar: Uint8Array): ReadonlyMap<string, TarEntry> {
	const entries = readTar(tar);
	expect(isTarError(entries)).toBe(false);
	return new Map((isTarError(entries) ? [] : entries).map(entry => [entry.name, entry]));
}

function json(entries: ReadonlyMap<string, TarEntry>, name: string): unknown {
	return JSON.parse(Buffer.from(entries.get(name)!.content.chunks[0]!.bytes).toString());
}

type Index = {readonly manifests: ReadonlyArray<{readonly digest: string; readonly annotations: Readonly<Record<string, string>>}>};

/** What skopeo says of an archive, and the files that umoci unpacks of it: `-rw-r--r-- 4 data/one`. */
function inspect(tar: Uint8Array, tag: string): Recorded {
	const place = mkdtempSync(join(folder, 'archive-'));
	const path = join(place, 'saved.tar');
	writeFileSync(path, tar);
	const inspected = {dockerArchive: inspectedBy('docker-archive', `${path}:${tag}`), ociArchive: inspectedBy('oci-archive', `${path}:${tag.slice(tag.indexOf(':') + 1)}`)};
	const layout = join(place, 'layout');
	tool('mkdir', layout);
	tool('tar', '-C', layout, '-xf', path);
	tool('umoci', 'unpack', '--rootless', '--image', `${layout}:${tag.slice(tag.indexOf(':') + 1)}`, join(place, 'bundle'));
	const unpacked = tool('find', join(place, 'bundle/rootfs'), '-printf', '%M %s %P %l\n').trim().split('\n').map(line => line.replace(/^(?<mode>d\S+) \d+/v, '$<mode> -').trim()).sort();
	return {...inspected, unpacked};
}

function inspectedBy(transport: string, where: string): Inspected {
	return JSON.parse(tool('skopeo', 'inspect', `${transport}:${where}`)) as Inspected;
}

const recordedFile = new URL('inspected.json', golden);

withTools('skopeo and umoci read what docker save writes', () => {
	const inspected = inspect(saved('docker save -o /tmp/saved.tar team/small'), 'team/small:1');
	if (process.env['UPDATE_ARCHIVES'] !== undefined) {
		writeFileSync(recordedFile, `${JSON.stringify(inspected, undefined, '\t')}\n`);
	}

	expect(inspected).toEqual(JSON.parse(readFileSync(recordedFile, 'utf8')));
});

const build = String.raw`docker pull -q busybox; mkdir /ctx; cd /ctx; printf 'FROM busybox\nRUN mkdir -p /d/sub && echo one > /d/one && ln /d/one /d/hard && ln -s ../d/one /d/sub/link && echo two > /d/two && chown 1000:50 /d/sub\nRUN rm /d/two && rm -r /d/sub && mkdir /d/sub && echo again > /d/sub/new\nENV A="b c" D="<&>"\n' > Dockerfile; docker build -q -t team/app:1 .; docker tag team/app:1 team/app:2; docker save -o /tmp/saved.tar team/app`;

withTools('and what it writes of an image whose layers hide each other\'s files', () => {
	const tar = saved(build);
	const {dockerArchive, ociArchive, unpacked} = inspect(tar, 'team/app:2');
	const entries = files(tar);
	expect(dockerArchive.Env.slice(1)).toEqual(['A=b c', 'D=<&>']);
	expect((json(entries, 'index.json') as Index).manifests.map(({digest}) => digest)).toEqual([ociArchive.Digest, ociArchive.Digest]);
	expect(unpacked.filter(line => / d(?:\/|$)/v.test(line))).toEqual(['-rw-r--r-- 4 d/hard', '-rw-r--r-- 4 d/one', '-rw-r--r-- 6 d/sub/new', 'drwxr-xr-x - d', 'drwxr-xr-x - d/sub']);
});

test('the archive has the digests that the tools computed, every blob under its own', () => {
	const recorded = JSON.parse(readFileSync(recordedFile, 'utf8')) as Recorded;
	const entries = files(saved('docker tag team/small:1 team/small:2; docker save -o /tmp/saved.tar team/small'));
	expect((json(entries, 'index.json') as Index).manifests.map(({digest, annotations}) => [digest, annotations['io.containerd.image.name'], annotations['org.opencontainers.image.ref.name']])).toEqual([
		[recorded.ociArchive.Digest, 'docker.io/team/small:1', '1'], [recorded.ociArchive.Digest, 'docker.io/team/small:2', '2'],
	]);
	const [listed] = json(entries, 'manifest.json') as ReadonlyArray<{readonly RepoTags: readonly string[]; readonly Layers: readonly string[]}>;
	expect(listed!.RepoTags).toEqual(['team/small:1', 'team/small:2']);
	expect(listed!.Layers.map(path => path.replace('blobs/sha256/', 'sha256:'))).toEqual(recorded.ociArchive.Layers);
	expect(recorded.dockerArchive.Layers).toEqual(recorded.ociArchive.Layers);
	const blobs = [...entries].filter(([name, {type}]) => name.startsWith('blobs/sha256/') && type === 'file');
	// Three layers, a record of each for old engines, the config and the manifest.
	expect(blobs).toHaveLength(8);
	for (const [name, {content}] of blobs) {
		expect(`blobs/sha256/${digestOf(content.chunks[0]!.bytes).slice(7)}`).toBe(name);
	}

	expect([...entries.keys()]).toEqual([...entries.keys()].sort());
});

test('an archive of skopeo is loaded: its layers are links, as in those of old engines', () => {
	const host = new TestHost();
	writeWorldFile(host, '/tmp/small.tar', smallImage());
	expect(host.sh('docker load -i /tmp/small.tar', {env})).toMatchObject({status: 0, stdout: 'Loaded image: team/small:1\n', stderr: ''});
	expect(host.sh(`docker inspect -f '{{.Id}} {{len .RootFS.Layers}} {{json .Config.Env}} {{.Config.Labels.made}}' team/small:1`, {env}).stdout).toBe(
		'sha256:5841a75515d6b0def936e4d595590ec87e0c4e825516dc6c09373bd8a10d0a4c 3 ["A=1"] umoci\n',
	);
	host.sh('docker create --name c1 team/small:1; docker cp c1:/etc/motd /tmp/motd', {env});
	expect(host.sh('cat /tmp/motd; docker export c1 | tar tf - | grep ^data', {env}).stdout).toBe('changed\ndata/\ndata/hard\ndata/link\ndata/one\n');
	// Saved and loaded again it is the same image.
	expect(host.sh('docker save team/small:1 | gzip > /tmp/again.tar.gz; docker rm c1; docker rmi team/small:1; docker load -q -i /tmp/again.tar.gz; docker images --no-trunc -q', {env}).stdout).toContain(
		'Loaded image: team/small:1\nsha256:5841a75515d6b0def936e4d595590ec87e0c4e825516dc6c09373bd8a10d0a4c\n',
	);
});

test('an OCI layout without docker\'s list is refused in the words of the real engine, which takes it for an archive from before 1.10', () => {
	const host = new TestHost();
	writeWorldFile(host, '/tmp/small.tar', gunzipSync(readFileSync(new URL('small-oci.tar.gz', golden))));
	const refused = host.sh('docker load -i /tmp/small.tar', {env});
	expect(refused.status).toBe(1);
	expect(refused.stderr).toMatch(/^open \/var\/lib\/docker\/tmp\/docker-import-\d+\/blobs\/json: no such file or directory\n$/v);
});

test('several images of one save share their layers, and an image without a name is loaded by its id', () => {
	const host = new TestHost();
	host.sh('docker pull -q busybox; docker run --name c1 busybox touch /x; docker commit c1; docker rm c1', {env});
	host.sh('docker save -o /tmp/all.tar busybox $(docker images -qf dangling=true)', {env});
	const listed = json(files(readWorldFile(host, '/tmp/all.tar')), 'manifest.json') as ReadonlyArray<{readonly RepoTags: readonly string[] | null; readonly Parent?: string}>;
	expect(listed.map(({RepoTags, Parent}) => [RepoTags, Parent === undefined])).toEqual([[['busybox:latest'], true], [null, false]]);
	expect(host.sh('docker rmi -f $(docker images -q) > /dev/null; docker load -i /tmp/all.tar', {env}).stdout).toMatch(/^Loaded image: busybox:latest\nLoaded image ID: sha256:[\da-f]{64}\nLoaded image ID: sha256:[\da-f]{64}\n$/v);
});

test('where nothing can be written or read the client says so, before it asks the daemon', () => {
	const host = new TestHost();
	expect(host.sh('docker save -o /nosuch/x busybox; docker save -o /tmp busybox; docker export -o /nosuch/x c1; docker load -i /nosuch; docker import /nosuch', {env})).toMatchObject({
		status: 1, stdout: '',
		stderr: 'failed to save image: invalid output path: stat /nosuch: no such file or directory\nfailed to save image: cannot write to a directory\nfailed to export container: invalid output path: stat /nosuch: no such file or directory\nopen /nosuch: no such file or directory\nopen /nosuch: no such file or directory\n',
	});
});
