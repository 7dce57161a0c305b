// What the engine keeps, and getting rid of it: docker system df, prune, update.

import {beforeEach, expect, test} from 'vitest';
import {TestHost} from '../../support/test-host.js';

let host: TestHost;

beforeEach(() => {
	host = new TestHost();
	host.sh('docker pull -q busybox');
});

test('docker system df -v has a table for each kind of thing', () => {
	host.sh('docker run --name writer -v data:/data busybox sh -c "head -c 3000 /dev/zero > /data/f; head -c 500 /dev/zero > /own"');
	const text = host.sh('docker system df -v').stdout.replaceAll(/[\da-f]{12}/gv, 'ID').replaceAll(/(?:\d+ (?:second|month|year)s?|Less than a second)/gv, 'AGE').replaceAll(/ {2,}/gv, '  ').replaceAll(/ +$/gmv, '');
	expect(text).toBe([
		'Images space usage:', '', 'REPOSITORY  TAG  IMAGE ID  CREATED  SIZE  SHARED SIZE  UNIQUE SIZE  CONTAINERS', 'busybox  latest  ID  AGE ago  4.28MB  0B  4.277MB  1', '',
		'Containers space usage:', '', 'CONTAINER ID  IMAGE  COMMAND  LOCAL VOLUMES  SIZE  CREATED  STATUS  NAMES', 'ID  busybox  "sh -c \'head -c 3000…"  1  500B  AGE ago  Exited (0) AGE ago  writer', '',
		'Local Volumes space usage:', '', 'VOLUME NAME  LINKS  SIZE', 'data  1  3kB', '',
		'Build cache usage: 0B', '', 'CACHE ID  CACHE TYPE  SIZE  CREATED  LAST USED  USAGE  SHARED', '',
	].join('\n'));
	expect(host.sh('docker system df --format "{{.Type}} {{.Size}}"').stdout).toContain('Local Volumes 3kB\n');
});

test('until leaves alone what is younger', () => {
	host.sh('docker create --name old busybox; docker network create old; docker tag busybox base; docker commit old made > /dev/null; sleep 100; docker create --name young busybox; docker network create young', {seconds: 200});
	expect(host.sh('docker image prune -af --filter until=1h').stdout).toBe('Total reclaimed space: 0B\n');
	expect(host.sh('docker container prune -f --filter until=1m; docker ps -a --format "{{.Names}}"').stdout).toMatch(/^Deleted Containers:\n[\da-f]{64}\n\nTotal reclaimed space: 0B\nyoung\n$/v);
	expect(host.sh('docker network prune -f --filter until=1m').stdout).toBe('Deleted Networks:\nold\n\n');
	expect(host.sh('docker container prune -f --filter until=soon')).toMatchObject({stderr: expect.stringContaining('parsing time "soon"') as string, status: 1});
});

test('docker update changes limits of a running container at once', () => {
	host.sh('docker run -d --name c1 busybox sleep 1000');
	expect(host.sh('docker update --memory 64m --memory-swap 64m --cpus 1.5 --cpu-shares 512 --pids-limit 9 --cpuset-cpus 0-1 --blkio-weight 500 --restart always c1').stdout).toBe('c1\n');
	expect(host.sh('docker exec c1 sh -c "cd /sys/fs/cgroup; cat memory.max cpu.max cpu.weight pids.max cpuset.cpus io.weight"').stdout).toBe('67108864\n150000 100000\n59\n9\n0-1\ndefault 4950\n');
	expect(host.sh('docker update --cpu-rt-runtime 1000 c1').stderr).toBe('Error response from daemon: kernel does not support CPU real-time scheduler\n');
	expect(host.sh('docker update --cpuset-cpus 8 c1').stderr).toBe('Error response from daemon: Requested CPUs are not available - requested 8, available: 0-7\n');
});
