// Start: one booted host with busybox and a container of it. Archives that somebody made to get out of the place where they are
// unpacked, or to take more than there is, or that are broken, come by load, import, cp and ADD. The engine unpacks in a root
// directory of its own: what leads out of it stays inside, the rest is refused, and nothing of it is kept.

import {gzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {encodeText} from '../../source/base/bytes.js';
import {digestOf} from '../../source/base/digest.js';
import {denseContent, tarEntry, type TarEntry, writeTar} from '../../source/base/tar.js';
import {TestHost} from '../support/test-host.js';
import {tablesDigest} from '../support/world-digest.js';
import {writeWorldFile} from '../support/world-files.js';

const env = {HOME: '/root'};
const text = (name: string, content: string) => tarEntry(name, 'file', {content: denseContent(encodeText(content))});

/** A docker archive of an image with one layer, whatever is in it. */
function dockerArchive(layer: Uint8Array, changes: {readonly diff?: string; readonly os?: string; readonly entries?: readonly TarEntry[]} = {}): Uint8Array {
	const config = JSON.stringify({architecture: 'amd64', os: changes.os ?? 'linux', config: {}, created: '2026-01-01T00:00:00Z', history: [{created: '2026-01-01T00:00:00Z'}], rootfs: {type: 'layers', diff_ids: [changes.diff ?? digestOf(layer)]}});
	return writeTar(changes.entries ?? [
		text('config.json', config), tarEntry('layer.tar', 'file', {content: denseContent(layer)}), text('manifest.json', '[{"Config":"config.json","RepoTags":["bad:1"],"Layers":["layer.tar"]}]'),
	]);
}

const outside = writeTar([
	text('../../../etc/evil', 'climbed\n'), text('/tmp/absolute', 'rooted\n'), tarEntry('etc', 'directory'), tarEntry('link', 'symlink', {linkName: '/etc'}), text('link/through', 'followed\n'),
	tarEntry('up', 'symlink', {linkName: '../../..'}), text('up/etc/above', 'bounded\n'), tarEntry('hard', 'hardlink', {linkName: '../../etc/evil'}),
]);

function host(): TestHost {
	const made = new TestHost();
	made.sh('docker pull -q busybox; docker run -d --name c1 busybox sleep 100000; mkdir -p /root/ctx', {env});
	return made;
}

/** What an engine keeps of images, and the files of all filesystems but the daemon's temporary ones. */
const kept = (world: TestHost) => tablesDigest(world.world, name => /^(?:image|layer|image-name|build-cache|container):/v.test(name));
const hostFiles = (world: TestHost) => world.sh('ls -R /etc /tmp /root | sort; cat /etc/passwd').stdout;

const found = (world: TestHost, image: string) => world.sh(`docker create --name got ${image} x > /dev/null; mkdir got; cd got; docker export got | tar xf -; cat etc/evil etc/through etc/above tmp/absolute hard; cd ..; rm -r got; docker rm got > /dev/null`, {env, cwd: '/root'}).stdout;
const inside = 'climbed\nfollowed\nbounded\nrooted\nclimbed\n';

test('names and links that lead out of a layer stay inside of it', () => {
	const world = host();
	const before = hostFiles(world);
	writeWorldFile(world, '/root/bad.tar', dockerArchive(outside));
	writeWorldFile(world, '/root/files.tar', outside);
	writeWorldFile(world, '/root/ctx/files.tar', outside);
	expect(world.sh('docker load -i /root/bad.tar; docker import /root/files.tar bad:2 | cut -c 1-7; cd /root/ctx; printf "FROM scratch\\nADD files.tar /\\nENV a=b\\n" > Dockerfile; docker build -q -t bad:3 . | cut -c 1-7', {env})).toMatchObject({status: 0, stdout: 'Loaded image: bad:1\nsha256:\nsha256:\n', stderr: ''});
	for (const image of ['bad:1', 'bad:2', 'bad:3']) {
		expect(found(world, image).split('\n').sort()).toEqual(inside.split('\n').sort());
	}

	world.sh('rm -r /root/bad.tar /root/files.tar /root/ctx/*');
	expect(hostFiles(world)).toBe(before);
});

test('docker cp refuses what leads out of its target, and makes the directories on the way', () => {
	const world = host();
	const before = hostFiles(world);
	world.sh('docker exec c1 mkdir /in', {env});
	const copied = (...entries: readonly TarEntry[]) => {
		writeWorldFile(world, '/root/files.tar', writeTar(entries));
		return world.sh('docker cp - c1:/in < /root/files.tar', {env});
	};

	expect(copied(text('a/b/c', 'made\n'))).toMatchObject({status: 0, stderr: ''});
	const refused = 'Error response from daemon: ';
	expect(copied(text('../../../etc/evil', 'x'))).toMatchObject({status: 1, stderr: `${refused}"../../../etc/evil" is outside of "/in"\n`});
	expect(copied(tarEntry('up', 'symlink', {linkName: '../..'}))).toMatchObject({status: 1, stderr: `${refused}invalid symlink "/in/up" -> "../.."\n`});
	expect(copied(tarEntry('hard', 'hardlink', {linkName: '../etc/passwd'}))).toMatchObject({status: 1, stderr: `${refused}invalid hardlink "/etc/passwd" -> "../etc/passwd"\n`});
	// A link to an absolute path leads through the container's root, and no further.
	expect(copied(tarEntry('link', 'symlink', {linkName: '/etc'}), text('link/through', 'followed\n'))).toMatchObject({status: 0, stderr: ''});
	expect(world.sh('docker exec c1 sh -c "cat /in/a/b/c /etc/through; ls /in"', {env}).stdout).toBe('made\nfollowed\na\nlink\n');
	world.sh('rm /root/files.tar');
	expect(hostFiles(world)).toBe(before);
});

const layer = writeTar([text('a', 'a\n')]);
const huge = writeTar([tarEntry('big', 'file', {content: {sizeBytes: 2 ** 50, chunks: []}})]);
const cases: ReadonlyArray<readonly [name: string, archive: () => Uint8Array, message: RegExp]> = [
	['a truncated archive', () => dockerArchive(layer).subarray(0, 600), /^unexpected EOF\n$/v],
	['an archive cut inside of a compressed stream', () => gzipSync(dockerArchive(layer)).subarray(0, 100), /^unexpected EOF\n$/v],
	['bytes that are no archive', () => encodeText('x'.repeat(2000)), /^archive\/tar: invalid tar header\n$/v],
	['a hard link to what is not there', () => dockerArchive(writeTar([tarEntry('passwd', 'hardlink', {linkName: '../../etc/passwd'})])), /^link \/etc\/passwd \/passwd: no such file or directory\n$/v],
	['a digest that does not fit', () => dockerArchive(layer, {diff: `sha256:${'0'.repeat(64)}`}), /^invalid diffID for layer 0: expected "sha256:0{64}", got "sha256:[\da-f]{64}"\n$/v],
	['a digest that is none', () => dockerArchive(layer, {diff: 'sha256:xyz'}), /^invalid checksum digest/v],
	['an image of Windows', () => dockerArchive(layer, {os: 'windows'}), /^cannot load windows image on linux\n$/v],
	['a list that is none', () => dockerArchive(layer, {entries: [text('manifest.json', 'hello')]}), /^invalid character 'h' looking for beginning of value\n$/v],
	['a list of null', () => dockerArchive(layer, {entries: [text('manifest.json', 'null')]}), /^invalid manifest, manifest cannot be null \(but can be \[\]\)\n$/v],
	['a list with a link to itself', () => dockerArchive(layer, {entries: [tarEntry('manifest.json', 'symlink', {linkName: 'manifest.json'})]}), /^open \/var\/lib\/docker\/tmp\/docker-import-\d+\/repositories: no such file or directory\n$/v],
	['a file of a petabyte that is a hole', () => dockerArchive(huge), /^file too large\n$/v],
	['half a gigabyte of zeros in half a megabyte', () => gzipSync(new Uint8Array(512 * 2 ** 20)), /^gzip: more than \d+ bytes\n$/v],
	['more names than an archive may have', () => gzipSync(writeTar(Array.from({length: 120_000}, (_, index) => tarEntry(`f${index}`, 'file')))), /^archive has more than 100000 entries\n$/v],
];

test.each(cases)('%s is refused, and nothing is kept of it', (_, archive, message) => {
	const world = new TestHost();
	world.sh('docker pull -q busybox', {env});
	writeWorldFile(world, '/root/bad.tar', archive());
	const before = kept(world);
	const refused = world.sh('docker load -i /root/bad.tar', {env});
	expect(refused.stderr).toMatch(message);
	expect(refused).toMatchObject({status: 1, stdout: ''});
	expect(kept(world)).toBe(before);
}, 60_000);

test('an import of what is no archive, a name that is none, and names at the limits of the grammar', () => {
	const world = new TestHost();
	writeWorldFile(world, '/root/bad.tar', encodeText('x'.repeat(2000)));
	writeWorldFile(world, '/root/good.tar', layer);
	const before = kept(world);
	expect(world.sh('docker import /root/bad.tar bad:1', {env})).toMatchObject({status: 1, stderr: 'Error response from daemon: archive/tar: invalid tar header\n'});
	const name = (length: number) => 'a'.repeat(length);
	for (const [tag, message] of [
		[name(241) + 'bbbbbbb', 'repository name must not be more than 255 characters'], [`a:${name(129)}`, 'invalid reference format'], ['a--b__c/..d', 'invalid reference format'], ['A', 'invalid reference format: repository name (library/A) must be lowercase'],
	] as const) {
		const refused = world.sh(`docker import /root/good.tar ${tag}`, {env});
		expect(refused).toMatchObject({status: 1, stdout: ''});
		expect(refused.stderr).toContain(message);
	}

	expect(kept(world)).toBe(before);
	expect(world.sh(`docker import /root/good.tar ${name(247)}:${name(128)} | cut -c 1-7`, {env}).stdout).toBe('sha256:\n');
});
