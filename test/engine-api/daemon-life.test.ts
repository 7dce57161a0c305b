// The daemon stops, is killed, and comes back: what becomes of its containers. Start state: a host with busybox and three containers.

import {beforeEach, expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

let host: TestHost;
const states = () => host.sh('docker ps -a --format "{{.Names}} {{.State}} {{.Status}}" | sort | sed -E "s/ [0-9]+ seconds?| Less than a second//"').stdout;

beforeEach(() => {
	host = new TestHost();
	host.sh([
		'docker pull -q busybox',
		'docker run -d --name always --restart always busybox sleep 1000',
		'docker run -d --name plain busybox sleep 1000',
		'docker run -d --name unless --restart unless-stopped busybox sleep 1000',
	].join('\n'));
});

test('a daemon that is told to stop stops its containers, all at the same time', () => {
	expect(host.sh('kill $(pidof dockerd); time (while pidof dockerd > /dev/null; do sleep 0.5; done); pidof sleep', {seconds: 100})).toMatchObject({
		stdout: '', stderr: expect.stringMatching(/^\nreal\t0m1[56]\./v) as string, status: 1,
	});
	host.sh('dockerd & sleep 5', {seconds: 20});
	expect(states()).toBe('always running Up\nplain exited Exited (137) ago\nunless running Up\n');
});

test('a killed daemon leaves containers running; the next one stops them and starts those that want it', () => {
	host.sh('kill -9 $(pidof dockerd); sleep 1');
	expect(host.sh('docker ps; pidof sleep | wc -w')).toMatchObject({stdout: '3\n', stderr: 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n'});
	host.sh('dockerd & sleep 20', {seconds: 30});
	expect(states()).toBe('always running Up\nplain exited Exited (137) ago\nunless running Up\n');
	expect(host.sh('docker inspect -f "{{.RestartCount}}" always').stdout).toBe('0\n');
});

test('with live-restore containers outlive the daemon, and the next one hears of their ends', () => {
	host.sh('echo \'{"live-restore": true}\' > /etc/docker/daemon.json; kill -HUP $(pidof dockerd); sleep 1');
	const before = host.sh('docker inspect -f "{{.State.Pid}}" always plain; docker info -f "{{.LiveRestoreEnabled}}"').stdout;
	host.sh('kill $(pidof dockerd); sleep 2; dockerd & sleep 5', {seconds: 20});
	expect(host.sh('docker inspect -f "{{.State.Pid}}" always plain; docker info -f "{{.LiveRestoreEnabled}}"').stdout).toBe(before);
	expect(host.sh('docker exec plain echo hello; docker wait plain & sleep 1; docker kill plain; wait').stdout).toBe('hello\n137\nplain\n');
	host.sh('docker exec always kill -9 1; kill -9 $(docker inspect -f "{{.State.Pid}}" always); sleep 1');
	expect(host.sh('docker inspect -f "{{.State.Status}} {{.RestartCount}}" always').stdout).toBe('running 1\n');
});
