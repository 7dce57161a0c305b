// Containers that write, fork or fail without end: the host stays usable, and they can be removed. Start state: a host with busybox.

import {beforeEach, expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

let host: TestHost;

beforeEach(() => {
	host = new TestHost();
	host.sh('docker pull -q busybox');
});

test('a flood of output leaves the client its turns', () => {
	host.sh('docker run -d --name flood busybox yes');
	expect(host.sh('docker logs --tail 1 flood; docker rm -f flood; docker ps -q').stdout).toBe('y\nflood\n');
});

test('all of a long output arrives in the log', () => {
	host.sh('docker run --name long busybox seq 5000');
	expect(host.sh('docker logs long | tail -n 1; docker logs long | wc -l').stdout).toBe('5000\n5000\n');
});

test('a fork bomb in a container leaves the host tasks to end it with', () => {
	host.sh('docker run -d --name bomb busybox sh -c "b(){ b|b& }; b; sleep 1000"; sleep 5');
	expect(Number(host.sh('docker stats --no-stream --format "{{.PIDs}}" bomb').stdout)).toBeGreaterThan(1000);
	expect(host.sh('docker rm -f bomb; pidof sh | wc -w').stdout).toBe('bomb\n0\n');
});

test('health checks cannot be more frequent than a thousand a second', () => {
	expect(host.sh('docker run -d --health-cmd true --health-interval 1us busybox sleep 10').stderr)
		.toBe('docker: Error response from daemon: Interval in Healthcheck cannot be less than 1ms\n\nRun \'docker run --help\' for more information\n');
});

test('containers that fail at once are started again ever more rarely', () => {
	host.sh('for i in 1 2 3; do docker run -d --name c$i --restart always busybox false; done');
	host.sh('sleep 600', {seconds: 700});
	// 100 ms doubled up to a minute takes 10 starts in the first 102 seconds, then one a minute.
	const counts = host.sh('docker inspect -f "{{.RestartCount}}" c1 c2 c3').stdout.trim().split('\n').map(Number);
	expect(Math.max(...counts)).toBeLessThanOrEqual(19);
	expect(Math.min(...counts)).toBeGreaterThanOrEqual(16);
});
