// What `docker run` takes away from a container or gives to it: resource limits, devices, the filter of system calls, block I/O, slices.

import {beforeAll, expect, test} from 'vitest';
import {TestHost} from '../../support/test-host.js';

let host: TestHost;
const help = '\n\nRun \'docker run --help\' for more information\n';

beforeAll(() => {
	host = new TestHost();
	host.sh('docker pull -q busybox');
});

test('a container has the limits of containerd, not those of a login', () => {
	expect(host.sh('ulimit -n; ulimit -Hn').stdout).toBe('1024\n1048576\n');
	expect(host.sh('docker run --rm busybox sh -c "ulimit -n; ulimit -c; grep -E \'core|open\' /proc/self/limits"').stdout).toBe([
		'1048576', 'unlimited',
		'Max core file size        unlimited            unlimited            bytes     ',
		'Max open files            1048576              1048576              files     ', '',
	].join('\n'));
});

test('--ulimit nofile bounds the descriptors; the soft limit can be raised to the hard one and no further', () => {
	const script = 'ulimit -n; ulimit -n 5; ulimit -n; exec 3</etc/passwd 4</etc/passwd; cat /etc/hostname | wc -l';
	expect(host.sh(`docker run --rm --ulimit nofile=100:200 busybox sh -c '${script}'`)).toMatchObject({stdout: '100\n5\n', stderr: 'sh: pipe error: Too many open files\n', status: 1});
	expect(host.sh('docker run --rm --ulimit nofile=100:200 busybox sh -c "ulimit -Sn 200; ulimit -n; ulimit -n 300"')).toMatchObject({
		stdout: '200\n', stderr: 'sh: ulimit: line 1: error setting limit: Operation not permitted\n', status: 1,
	});
});

test('--ulimit fsize cuts a file off, and SIGXFSZ ends who writes on', () => {
	expect(host.sh('docker run --rm --ulimit fsize=1000 busybox sh -c "yes > /tmp/x; echo $?; wc -c < /tmp/x"'.replace('$?', String.raw`\$?`))).toMatchObject({
		stdout: '153\n1000\n', stderr: 'File size limit exceeded\n',
	});
});

test('--ulimit nproc counts the processes of a user, but not of root', () => {
	const script = 'sleep 1 & sleep 1 & sleep 1 & echo made';
	expect(host.sh(`docker run --rm -u 1000 --ulimit nproc=3 busybox sh -c '${script}'`)).toMatchObject({stdout: '', stderr: 'sh: can\'t fork: Resource temporarily unavailable\n'});
	expect(host.sh(`docker run --rm --ulimit nproc=3 busybox sh -c '${script}'`).stdout).toBe('made\n');
});

test('--ulimit cpu ends a loop after its seconds of processor time', () => {
	expect(host.sh('docker run --rm --ulimit cpu=1:5 --init busybox sh -c "while :; do :; done"').status).toBe(152);
});

test('a user namespace needs CAP_SYS_ADMIN or a container without the filter', () => {
	expect(host.sh('docker run --rm busybox unshare -U true').status).toBe(1);
	expect(host.sh('docker run --rm busybox grep Seccomp: /proc/self/status').stdout).toBe('Seccomp:\t2\n');
	for (const option of ['--security-opt seccomp=unconfined', '--cap-add SYS_ADMIN', '--privileged']) {
		expect(host.sh(`docker run --rm ${option} busybox unshare -U true`)).toMatchObject({stderr: '', status: 0});
	}
});

test('--device shows a device of the host under the name that was asked for; --privileged shows all', () => {
	expect(host.sh('docker run --rm --device /dev/kvm:/dev/virt busybox stat -c "%n %F %t:%T" /dev/virt').stdout).toBe('/dev/virt character special file a:e8\n');
	expect(host.sh('docker run --rm --privileged busybox sh -c "ls /dev | grep -E \'kvm|vda\'"').stdout).toBe('kvm\nvda\nvda1\n');
	expect(host.sh('docker run --rm busybox sh -c "ls /dev | grep -cE \'kvm|vda\'"').stdout).toBe('0\n');
	for (const [device, reason, status] of [['/dev/nope', 'no such file or directory', 127], ['/etc/passwd', 'not a device node', 125]] as const) {
		expect(host.sh(`docker run --rm --device ${device} busybox true`)).toMatchObject({
			stderr: `docker: Error response from daemon: error gathering device information while adding custom device "${device}": ${reason}${help}`, status,
		});
	}
});

test('block I/O limits are lines of the group\'s control files', () => {
	const script = 'cat /sys/fs/cgroup/io.max /sys/fs/cgroup/io.weight';
	expect(host.sh(`docker run --rm --blkio-weight 500 --device-read-bps /dev/vda:1mb --device-write-iops /dev/vda:50 busybox sh -c '${script}'`).stdout)
		.toBe('254:0 rbps=1048576 wbps=max riops=max wiops=50\ndefault 4950\n');
	expect(host.sh('docker run --rm --device-read-bps /dev/nope:1mb busybox true').stderr).toBe(`docker: Error response from daemon: stat /dev/nope: no such file or directory${help}`);
});

test('--cgroup-parent is a slice, inside the slices of its name', () => {
	expect(host.sh('docker run --rm --cgroup-parent a-b.slice --cgroupns host busybox cat /proc/1/cgroup').stdout).toMatch(/^0::\/a\.slice\/a-b\.slice\/docker-[\da-f]{64}\.scope\n$/v);
	expect(host.sh('docker run --rm --cgroup-parent /a busybox true').stderr).toBe(`docker: Error response from daemon: cgroup-parent for systemd cgroup should be a valid slice named as "xxx.slice"${help}`);
});

test('what control groups of version 2 cannot do is discarded with a warning', () => {
	expect(host.sh('docker run --rm --memory-swappiness 10 --oom-kill-disable busybox echo done')).toMatchObject({
		stdout: 'done\n', status: 0,
		stderr: 'WARNING: Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.\n'
			+ 'WARNING: Your kernel does not support OomKillDisable. OomKillDisable discarded.\n',
	});
});

test.each([
	['--cpuset-cpus 9', 'Requested CPUs are not available - requested 9, available: 0-7'],
	['--cpuset-mems 1', 'Requested memory nodes are not available - requested 1, available: 0'],
	['--oom-score-adj 2000', 'Invalid value 2000, range for oom score adj is [-1000, 1000]'],
	['--shm-size -1', 'SHM size can not be less than 0'],
	['--stop-signal FOO', 'invalid signal: FOO'],
	['--tmpfs run', 'invalid mount path: \'run\' mount path must be absolute'],
	['--runtime foo', 'unknown or invalid runtime name: foo'],
	['--gpus all', 'could not select device driver "" with capabilities: [[gpu]]'],
	['--storage-opt size=1G', '--storage-opt is supported only for overlay over xfs with \'pquota\' mount option'],
	['--blkio-weight 5', 'Range of blkio weight is from 10 to 1000'],
	['--security-opt seccomp:foo:x', 'opening seccomp profile (foo:x) failed: open foo:x: no such file or directory'],
])('docker run %s is refused', (option, reason) => {
	const isClient = reason.startsWith('opening');
	expect(host.sh(`docker run --rm ${option} busybox true`)).toMatchObject({stdout: '', stderr: `docker: ${isClient ? '' : 'Error response from daemon: '}${reason}${help}`, status: 125});
});

test('the first process is pid 1 and the next one 7, after the threads of runc', () => {
	expect(host.sh('docker run --rm busybox sh -c "ps; true"').stdout).toBe('PID   USER     COMMAND\n    1 root     sh -c ps; true\n    7 root     ps\n');
});
