// Start: one booted host with busybox. Images leave the engine and come back: as archives, and by a registry of one's own.

import {expect, test} from 'vitest';
import {TestHost} from '../../support/test-host.js';

const env = {HOME: '/root'};

function prepared(): TestHost {
	const host = new TestHost();
	host.sh('docker pull -q busybox', {env});
	return host;
}

test('an image that was saved and removed is loaded again, with its name', () => {
	const host = prepared();
	const before = host.sh('docker images -q', {env}).stdout;
	const played = host.sh('docker save -o /tmp/b.tar busybox; docker rmi -f busybox > /dev/null; docker load -i /tmp/b.tar', {env});
	expect(played).toMatchObject({status: 0, stdout: 'Loaded image: busybox:latest\n', stderr: ''});
	expect(host.sh('docker images -q', {env}).stdout).toBe(before);
	expect(host.sh('docker save nosuch > /dev/null', {env})).toMatchObject({status: 1, stderr: 'Error response from daemon: No such image: nosuch\n'});
});

test('a container\'s filesystem becomes an image of one layer, with what --change says', () => {
	const host = prepared();
	host.sh('docker run --name c1 busybox sh -c "echo kept > /kept"; docker export c1 | docker import -c \'CMD ["cat", "/kept"]\' - mine:1', {env});
	expect(host.sh('docker run --rm mine:1; docker history --format "{{.Comment}}" mine:1', {env}).stdout).toBe('kept\nImported from -\n');
});

test('a registry of one\'s own keeps what is pushed, and does not take the same layer twice', () => {
	const host = prepared();
	host.sh('docker run -d --name registry -p 5000:5000 registry:2; sleep 1; docker tag busybox localhost:5000/team/app:1', {env});
	const first = host.sh('docker push localhost:5000/team/app:1', {env}).stdout;
	expect(first.replaceAll(/[\da-f]{64}/gv, 'ID').replaceAll(/[\da-f]{12}/gv, 'LAYER')).toBe(
		'The push refers to repository [localhost:5000/team/app]\nLAYER: Preparing\nLAYER: Pushed\n1: digest: sha256:ID size: 524\n',
	);
	expect(host.sh('docker push localhost:5000/team/app:1', {env}).stdout).toBe(first.replace('Pushed', 'Layer already exists'));
	expect(host.sh('curl -s localhost:5000/v2/_catalog; curl -s localhost:5000/v2/team/app/tags/list', {env}).stdout).toBe('{"repositories":["team/app"]}\n{"name":"team/app","tags":["1"]}\n');
	host.sh('docker restart -t 1 registry; docker rmi -f busybox localhost:5000/team/app:1', {env});
	expect(host.sh('docker run --rm localhost:5000/team/app:1 echo back', {env})).toMatchObject({status: 0, stdout: 'back\n'});
	expect(host.sh('docker push localhost:5999/app', {env}).stderr).toBe('An image does not exist locally with the tag: localhost:5999/app\n');
});

test('a program that takes more memory than its container may is killed', () => {
	const host = prepared();
	expect(host.sh('docker run --name t1 -m 16m --memory-swap 16m busybox tail /dev/zero', {env}).status).toBe(137);
	expect(host.sh('docker inspect -f "{{.State.OOMKilled}} {{.State.ExitCode}}" t1', {env}).stdout).toBe('true 137\n');
	expect(host.sh('docker run --rm -m 16m --memory-swap 16m busybox dd if=/dev/zero of=/dev/null bs=64M count=1', {env}).status).toBe(137);
	expect(host.sh('docker run --rm -m 128m busybox dd if=/dev/zero of=/dev/null bs=64M count=1', {env}).status).toBe(0);
});
