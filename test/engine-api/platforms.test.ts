// Start: one booted host, linux/amd64, and the built-in registries: Docker Hub with images for amd64 and arm64 under each tag, and
// Microsoft's with images of Windows.

import {expect, test} from 'vitest';
import {hubImages} from '../../source/model/container/hub/docker-hub.js';
import {searchHub} from '../../source/model/container/hub/search.js';
import {formatPlatform, parsePlatform} from '../../source/model/container/platform.js';
import {TestHost} from '../support/test-host.js';

const env = {HOME: '/root'};

test('an image of Windows has no manifest for this engine', () => {
	const host = new TestHost();
	expect(host.sh('docker pull mcr.microsoft.com/windows/nanoserver:ltsc2022', {env})).toMatchObject({
		status: 1, stdout: 'ltsc2022: Pulling from windows/nanoserver\n', stderr: 'no matching manifest for linux/amd64 in the manifest list entries\n',
	});
	expect(host.sh('docker pull --platform windows/amd64 mcr.microsoft.com/windows/nanoserver:ltsc2022', {env})).toMatchObject({status: 1, stderr: 'operating system is not supported\n'});
	expect(host.sh('docker images -q; docker pull -q mcr.microsoft.com/nosuch', {env}).stdout).toBe('');
});

test('a tag is an index: of another platform comes another image, whose programs this machine cannot execute', () => {
	const host = new TestHost();
	host.sh('docker pull -q alpine', {env});
	const own = host.sh('docker images -q alpine', {env}).stdout;
	const pulled = host.sh('docker pull --platform linux/arm64 alpine', {env}).stdout;
	expect(pulled).toContain('Status: Downloaded newer image for alpine:latest\n');
	expect(host.sh('docker images -q alpine', {env}).stdout).not.toBe(own);
	expect(host.sh('docker inspect -f "{{.Os}}/{{.Architecture}}/{{.Variant}}" alpine', {env}).stdout).toBe('linux/arm64/v8\n');
	expect(host.sh('docker run --rm alpine uname -m', {env})).toMatchObject({
		status: 255, stdout: '',
		stderr: 'WARNING: The requested image\'s platform (linux/arm64/v8) does not match the detected host platform (linux/amd64/v3) and no specific platform was requested\nexec /bin/uname: exec format error\n',
	});
	// Asked for by name the other one is fetched, without a warning.
	expect(host.sh('docker run --rm --platform linux/amd64 alpine uname -m', {env})).toMatchObject({status: 0, stdout: 'x86_64\n'});
	expect(host.sh('docker run --rm --platform linux/arm64 alpine uname -m', {env})).toMatchObject({status: 255, stdout: ''});
	expect(host.sh('docker pull --platform plan10 alpine', {env}).stderr).toBe('Error response from daemon: "plan10": unknown operating system or architecture: invalid argument\n');
	expect(host.sh('docker pull --platform linux/riscv64 alpine', {env}).stderr).toBe('no matching manifest for linux/riscv64 in the manifest list entries\n');
});

test('the digest of a tag goes to the image that was pulled last, and layers without programs are shared', () => {
	const host = new TestHost();
	host.sh('docker pull -q nginx; docker tag nginx own; docker pull -q --platform linux/arm64 nginx; docker tag nginx arm', {env});
	expect(host.sh(`docker inspect -f '{{len .RepoDigests}}' own arm`, {env}).stdout).toBe('0\n1\n');
	const layers = (name: string) => host.sh(`docker inspect -f '{{range .RootFS.Layers}}{{println .}}{{end}}' ${name}`, {env}).stdout.trim().split('\n');
	const shared = layers('own').filter(layer => layers('arm').includes(layer));
	expect([layers('own').length, shared.length]).toEqual([7, 5]);
});

test('the kernel is the host\'s everywhere, the files are the image\'s', () => {
	const host = new TestHost();
	host.sh('docker pull -q alpine; docker pull -q debian; docker pull -q ubuntu', {env});
	const release = host.sh('uname -r').stdout;
	for (const [image, name] of [['alpine', 'ID=alpine\n'], ['debian', 'ID=debian\n'], ['ubuntu', 'ID=ubuntu\n']] as const) {
		expect(host.sh(`docker run --rm ${image} uname -r; docker run --rm ${image} grep ^ID= /etc/os-release`, {env}).stdout).toBe(release + name);
	}
});

test.each([
	['linux', 'linux/amd64'], ['arm64', 'linux/arm64'], ['aarch64', 'linux/arm64'], ['linux/arm64/v8', 'linux/arm64'], ['linux/arm', 'linux/arm/v7'], ['LINUX/X86_64', 'linux/amd64'], ['windows/amd64', 'windows/amd64'], ['armhf', 'linux/arm/v7'],
])('the platform %s is %s', (text, formatted) => {
	const parsed = parsePlatform(text);
	expect('error' in parsed ? parsed.error : formatPlatform(parsed)).toBe(formatted);
});

test('what docker search finds is there', () => {
	const repositories = new Set(hubImages.map(({repository}) => repository));
	expect(searchHub('').filter(({name}) => !repositories.has(`library/${name}`))).toEqual([]);
});
