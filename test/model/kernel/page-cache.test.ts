// Pages of files in memory: who is charged for them, and who must give them up. Start state: a host with 16 GiB, and busybox pulled.

import {beforeEach, expect, test} from 'vitest';
import {joined, missingOf} from '../../../source/model/kernel/cgroup/page-cache.js';
import {TestHost} from '../../support/test-host.js';

let host: TestHost;
const mebibyte = 2 ** 20;

beforeEach(() => {
	host = new TestHost();
	host.sh('docker pull -q busybox');
});

/** Numbers of memory.stat and its neighbours, in whole mebibytes, as a script in the container saw them. */
function seen(script: string): Readonly<Record<string, number>> {
	const {stdout} = host.sh(`docker exec m1 sh -c '${script}'; docker exec m1 sh -c 'cat /sys/fs/cgroup/memory.stat; echo current $(cat /sys/fs/cgroup/memory.current)'`);
	return Object.fromEntries(stdout.split('\n').filter(line => /^(?:file|shmem|current) \d+$/v.test(line)).map(line => {
		const [name = '', bytes] = line.split(' ');
		return [name, Math.round(Number(bytes) / mebibyte)];
	}));
}

test('what a container writes stays in memory until the file is removed', () => {
	host.sh('docker run -d --name m1 busybox sleep 10000');
	expect(seen('dd if=/dev/zero of=/big bs=1M count=10 2> /dev/null')).toMatchObject({file: 10, shmem: 0});
	expect(seen('cat /big > /dev/null')).toMatchObject({file: 10});
	expect(seen('truncate -s 4M /big')).toMatchObject({file: 4});
	expect(seen('rm /big')).toMatchObject({file: 0});
});

test('a limit makes room by giving pages up, without killing anybody', () => {
	host.sh('docker run -d --name m1 -m 32m busybox sleep 10000');
	const {file, current} = seen('dd if=/dev/zero of=/big bs=1M count=100 2> /dev/null');
	expect(file).toBeGreaterThan(20);
	expect(current).toBeLessThanOrEqual(32);
	expect(host.sh('docker exec m1 sh -c "grep -E \'oom_kill|max\' /sys/fs/cgroup/memory.events"').stdout).toMatch(/^max [1-9]\d*\noom_kill 0\n$/v);
	// docker stats leaves out what could be given up.
	expect(host.sh('docker stats --no-stream --format "{{.MemUsage}}" m1').stdout).toBe('1.5MiB / 32MiB\n');
});

test('a file that two containers read is charged to the first', () => {
	host.sh('head -c 5M /dev/zero > /srv/shared; echo 1 > /proc/sys/vm/drop_caches');
	host.sh('docker run -d --name m0 -v /srv:/srv busybox sh -c "cat /srv/shared > /dev/null; sleep 10000"; sleep 1; docker run -d --name m1 -v /srv:/srv busybox sleep 10000');
	expect(seen('cat /srv/shared > /dev/null')['file']).toBe(0);
	expect(host.sh('docker exec m0 grep -w file /sys/fs/cgroup/memory.stat').stdout).toMatch(/^file 52\d{5}\n$/v);
	// The pages outlive the container, and count for the slice that it was in.
	expect(host.sh('docker rm -f m0 m1 > /dev/null; grep -w file /sys/fs/cgroup/system.slice/memory.stat').stdout).toMatch(/^file 5[23]\d{5}\n$/v);
});

test('memory.low keeps a group\'s pages while others have some', () => {
	const script = [
		'cd /sys/fs/cgroup; mkdir top top/a top/b; echo "+memory" > top/cgroup.subtree_control; echo 20M > top/memory.max; echo 8M > top/a/memory.low',
		'(echo 0 > top/a/cgroup.procs; head -c 8M /dev/zero > /srv/a)',
		'(echo 0 > top/b/cgroup.procs; head -c 40M /dev/zero > /srv/b)',
		'grep -hw file top/a/memory.stat top/b/memory.stat; grep low top/a/memory.events',
	].join('\n');
	const [a, b, low] = host.sh(script).stdout.split('\n').map(line => Number(line.split(' ')[1]));
	expect(a).toBe(8 * mebibyte);
	expect(b).toBeGreaterThan(8 * mebibyte);
	expect(low).toBe(0);
});

test('files in /dev/shm count like memory, and too many of them kill', () => {
	host.sh('docker run -d --name m1 -m 32m busybox sleep 10000');
	expect(seen('dd if=/dev/zero of=/dev/shm/x bs=1M count=20 2> /dev/null')).toMatchObject({file: 20, shmem: 20});
	expect(host.sh('docker stats --no-stream --format "{{.MemUsage}}" m1').stdout).toBe('21.5MiB / 32MiB\n');
	expect(host.sh('docker exec m1 dd if=/dev/zero of=/dev/shm/y bs=1M count=20').status).toBe(137);
	expect(host.sh('grep -w oom_kill /sys/fs/cgroup/system.slice/docker-*.scope/memory.events').stdout).toBe('oom_kill 1\n');
	expect(host.sh('docker rm -f m1; grep -w shmem /sys/fs/cgroup/system.slice/memory.stat').stdout).toBe('m1\nshmem 0\n');
});

test('free shows pages of files as available, and dropping them frees them', () => {
	const row = () => host.sh('free -m | sed -n 2p').stdout.trim().split(/ +/v).map(Number);
	const [, total, used, free] = row();
	host.sh('head -c 20M /dev/zero > /srv/f');
	expect(row()).toEqual([Number.NaN, total, used, free! - 20, 0, 20, free]);
	host.sh('echo 3 > /proc/sys/vm/drop_caches');
	expect(row()).toEqual([Number.NaN, total, used, free, 0, 0, free]);
});

test('extents: what of a range is missing, and joined again', () => {
	expect(missingOf({from: 0, to: 10}, [{from: 2, to: 4}, {from: 6, to: 20}])).toEqual([{from: 0, to: 2}, {from: 4, to: 6}]);
	expect(missingOf({from: 2, to: 4}, [{from: 0, to: 10}])).toEqual([]);
	expect(joined([{from: 0, to: 2}, {from: 6, to: 8}], [{from: 2, to: 6}])).toEqual([{from: 0, to: 8}]);
	expect(joined([], Array.from({length: 100}, (_, index) => ({from: index * 10, to: index * 10 + 1})))).toHaveLength(32);
});
