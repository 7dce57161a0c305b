// What containers wrote, kept by the log drivers and read again.

import {beforeEach, expect, test} from 'vitest';
import {TestHost} from '../../support/test-host.js';

let host: TestHost;
const help = '\n\nRun \'docker run --help\' for more information\n';
const lines = (from: number, to: number) => Array.from({length: to - from + 1}, (_, index) => `line ${from + index}\n`).join('');
const hundred = 'sh -c "for i in \\$(seq 100); do echo line \\$i; done"';

beforeEach(() => {
	host = new TestHost();
	host.sh('docker pull -q busybox');
});

test('max-size puts full files aside, and max-file bounds how many are kept', () => {
	host.sh(`docker run --name c1 --log-opt max-size=1k --log-opt max-file=3 busybox ${hundred}`);
	const directory = '/var/lib/docker/containers/$(docker inspect -f "{{.Id}}" c1)';
	const sizes = host.sh(`cd ${directory}; for f in *-json.log*; do echo "\${f#*-json} $(wc -c < $f)"; done`).stdout;
	// A line takes some 74 bytes; a file is put aside once it has a thousand.
	expect(sizes).toMatch(/^\.log \d{1,4}\n\.log\.1 10\d\d\n\.log\.2 10\d\d\n$/v);
	const kept = Number(host.sh('docker logs c1 | wc -l').stdout);
	expect(kept).toBeGreaterThan(28);
	expect(host.sh('docker logs c1').stdout).toBe(lines(101 - kept, 100));
	expect(host.sh('docker logs --tail 20 c1').stdout).toBe(lines(81, 100));
});

test('a follower goes on with the file that takes the place of a full one', () => {
	host.sh('docker run -d --name c1 --log-opt max-size=1k --log-opt max-file=2 busybox sh -c "for i in \\$(seq 60); do echo line \\$i; sleep 0.1; done"');
	expect(host.sh('docker logs -f c1').stdout.endsWith(lines(20, 60))).toBe(true);
});

test('the driver local keeps messages of its own format', () => {
	host.sh(`docker run --name c1 --log-driver local busybox ${hundred}`);
	expect(host.sh('docker inspect -f "{{.LogPath}}|{{json .HostConfig.LogConfig}}" c1').stdout).toBe('|{"Type":"local","Config":{}}\n');
	expect(host.sh('docker logs --tail 3 c1').stdout).toBe(lines(98, 100));
	host.sh('docker run --name c2 --log-driver local busybox sh -c "echo out; echo err >&2; printf rest"');
	expect(host.sh('docker logs c2')).toMatchObject({stdout: 'out\nrest', stderr: 'err\n'});
	expect(host.sh('head -c 12 /var/lib/docker/containers/$(docker inspect -f "{{.Id}}" c2)/local-logs/container.log | od -An -c').stdout).toBe('  \\0  \\0  \\0 027  \\n 006   s   t   d   o   u   t\n');
});

test('labels and variables that the options name are details of each line', () => {
	host.sh('docker run --name c1 -l com.x="a b" -l other=c -e COLOUR=red --log-opt labels=com.x,none --log-opt env=COLOUR busybox echo hello');
	expect(host.sh('docker logs --details c1; docker logs c1').stdout).toBe('com.x=a+b,COLOUR=red hello\nhello\n');
	expect(host.sh('docker logs -t --details c1').stdout).toMatch(/^2026-09-01T\S+Z com\.x=a\+b,COLOUR=red hello\n$/v);
});

test('since and until choose by time', () => {
	host.sh('docker run --name c1 busybox sh -c "echo one; sleep 10; echo two; sleep 10; echo three"');
	expect(host.sh('docker logs --since 15s c1; docker logs --until 15s c1').stdout).toBe('two\nthree\none\n');
});

test('the driver none keeps nothing', () => {
	host.sh('docker run --name c1 --log-driver none busybox echo hello');
	expect(host.sh('docker logs c1').stderr).toBe('Error response from daemon: configured logging driver does not support reading\n');
});

test.each([
	['--log-driver nope', 'logger: no log driver named \'nope\' is registered'],
	['--log-driver syslog', 'virtlab does not model the log driver syslog'],
	['--log-opt size=1', 'unknown log opt \'size\' for json-file log driver'],
	['--log-driver local --log-opt labels=a', 'unknown log opt \'labels\' for log driver local'],
	['--log-opt tag=x', 'virtlab does not model the log option tag=x'],
	['--log-opt max-size=big', 'failed to create task for container: failed to initialize logging driver: invalid size: \'big\''],
	['--log-opt max-size=1k --log-opt max-file=0', 'failed to create task for container: failed to initialize logging driver: max-file cannot be less than 1'],
])('docker run %s is refused', (options, reason) => {
	expect(host.sh(`docker run --rm ${options} busybox true`)).toMatchObject({stderr: `docker: Error response from daemon: ${reason}${help}`, status: 125});
});

test('a flood of output is read from its end, not from its beginning', () => {
	host.sh('docker run --name c1 busybox sh -c "yes 0123456789012345678901234567890123456789 | head -n 200000"');
	expect(host.sh('docker logs --tail 2 c1').stdout).toBe('0123456789012345678901234567890123456789\n'.repeat(2));
});
