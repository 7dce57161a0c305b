import {expect, test} from 'vitest';
import {wait} from '../../../source/model/kernel/blocking.js';
import {failed} from '../../../source/model/kernel/errno.js';
import type {Process, Running} from '../../../source/model/kernel/program.js';
import {TestHost} from '../../support/test-host.js';
import {field, filesOf} from './process-files.js';

/** Runs `inspect` as root's process on a fresh host. */
function onHost(inspect: (process: Process) => Running | void): void {
	let hasRun = false;
	const {status} = new TestHost().main(function * (process) {
		const running = inspect(process);
		const result = running === undefined ? 0 : yield * running;
		hasRun = true;
		return result;
	});
	expect({hasRun, status}).toEqual({hasRun: true, status: 0});
}

test('status names the process, its parent, its user and its capabilities', () => onHost(process => {
	const status = filesOf(process).cat('/proc/self/status');
	expect(field(status, 'Pid')).toBe(String(process.sys.getpid()));
	expect(field(status, 'PPid')).toBe('1');
	expect(field(status, 'Uid')).toBe('0\t0\t0\t0');
	expect(field(status, 'CapEff')).toBe('000001ffffffffff');
	expect(field(status, 'State')).toBe('R (running)');
}));

test('a caught and an ignored signal have their bits in status', () => onHost(process => {
	process.sys.sigaction('TERM', 'catch');
	process.sys.sigaction('HUP', 'ignore');
	const status = filesOf(process).cat('/proc/self/status');
	expect(field(status, 'SigCgt')).toBe('0000000000004000');
	expect(field(status, 'SigIgn')).toBe('0000000000000001');
}));

test('memory that a process takes shows in status, statm, stat and meminfo', () => onHost(process => {
	const {cat} = filesOf(process);
	const free = () => Number.parseInt(field(cat('/proc/meminfo'), 'MemFree') ?? '', 10);
	const before = free();
	process.sys.setMemory(8 * 2 ** 20);
	expect(field(cat('/proc/self/status'), 'VmRSS')).toBe('8192 kB');
	expect(cat('/proc/self/statm')).toBe('2048 2048 0 0 0 2048 0\n');
	expect(cat('/proc/self/stat').split(' ')[23]).toBe('2048');
	expect(before - free()).toBe(8192);
}));

test('descriptors are links to what they have open', () => onHost(process => {
	const {link, ls, cat} = filesOf(process);
	const fd = process.sys.open('/etc/hostname', {read: true});
	expect(fd).toBe(3);
	process.sys.read(3, 2);
	expect(ls('/proc/self/fd')).toBe('0 1 2 3');
	expect(link('/proc/self/fd/3')).toBe('/etc/hostname');
	expect(link('/proc/self/fd/0')).toMatch(/^pipe:\[\d+\]$/v);
	expect(cat('/proc/self/fdinfo/3')).toMatch(/^pos:\t2\nflags:\t0100000\nmnt_id:\t\d+\nino:\t\d+\n$/v);
	process.sys.unlink('/etc/hostname');
	expect(link('/proc/self/fd/3')).toBe('/etc/hostname (deleted)');
}));

test('opening /proc/self/fd/N of a pipe opens the pipe again', () => {
	const {stdout} = new TestHost().main(function * (process) {
		expect(filesOf(process).put('/proc/self/fd/1', 'by the link')).toBe('ok');
		return 0;
	});
	expect(stdout).toBe('by the link\n');
});

test('cwd and root lead to the directories themselves', () => onHost(process => {
	const {cat, link} = filesOf(process);
	process.sys.chdir('/etc');
	expect(link('/proc/self/cwd')).toBe('/etc');
	expect(cat('/proc/self/cwd/hostname')).toBe(cat('/etc/hostname'));
	expect(link('/proc/1/root')).toBe('/');
}));

test('a process of another user keeps its links and its environment to itself', () => {
	new TestHost().main(function * (process) {
		process.sys.setuid(1000);
		const {cat, link} = filesOf(process);
		expect(link('/proc/1/cwd')).toBe('EACCES');
		expect(link('/proc/1/ns/net')).toBe('EACCES');
		expect(cat('/proc/1/environ')).toBe('EACCES');
		expect(cat('/proc/1/comm')).toBe('systemd\n');
		return 0;
	}, {});
});

test('a new pid namespace numbers its processes from 1, and a proc mounted in it shows only those', () => onHost(function * (process) {
	const {ls} = filesOf(process);
	const outside = String(process.sys.getpid());
	let inside = '';
	const parent = process.sys.fork(function * (maker) {
		maker.sys.unshare(['pid', 'mnt']);
		maker.sys.mount({source: 'none', target: '/', type: 'none', options: [], how: 'rprivate'});
		maker.sys.fork(firstProcess);
		yield * wait(maker, -1);
		return 0;
	});
	function * firstProcess(first: Process): Running {
		const files = filesOf(first);
		// The old mount still shows the namespace it was made in, where this process has another number.
		const known = files.link('/proc/self');
		const mounted = files.outcome(first.sys.mount({source: 'proc', target: '/proc', type: 'proc', options: [], how: 'new'}));
		inside = [known, mounted, files.link('/proc/self'), files.ls('/proc').split(' ').filter(name => /^\d/v.test(name)).join(' '), field(files.cat('/proc/self/status'), 'PPid')].join(' ');
		return 0;
	}

	expect(failed(parent)).toBe(false);
	yield * wait(process, -1);
	expect(inside).toBe(`${Number(outside) + 2} ok 1 1 0`);
	expect(ls('/proc').split(' ')).toContain(outside);
	return 0;
}));

test('NSpid lists the numbers of a process from the reader\'s namespace inwards', () => onHost(function * (process) {
	let status = '';
	process.sys.unshare(['pid']);
	const child = process.sys.fork(function * () {
		yield {kind: 'sleep', channels: ['never']};
		return 0;
	});
	yield {kind: 'step'};
	status = filesOf(process).cat(`/proc/${String(child)}/status`);
	expect(field(status, 'NSpid')).toBe(`${String(child)}\t1`);
	process.sys.kill(child as number, 'KILL');
	yield * wait(process, -1);
	return 0;
}));

test('an open namespace file is a way into the namespace', () => onHost(function * (process) {
	const {cat, link} = filesOf(process);
	const before = link('/proc/self/ns/uts');
	const fd = process.sys.open('/proc/self/ns/uts', {read: true});
	process.sys.unshare(['uts']);
	process.sys.sethostname('inner');
	expect(link('/proc/self/ns/uts')).not.toBe(before);
	expect(cat('/proc/sys/kernel/hostname')).toBe('inner\n');
	process.sys.setns(fd as number);
	expect(link('/proc/self/ns/uts')).toBe(before);
	expect(cat('/proc/sys/kernel/hostname')).toBe('lab\n');
	yield {kind: 'step'};
	return 0;
}));

test('mounts and mountinfo show what the process can reach', () => onHost(process => {
	const {cat, outcome} = filesOf(process);
	process.sys.mkdir('/mnt/a b');
	expect(outcome(process.sys.mount({source: 'tmpfs', target: '/mnt/a b', type: 'tmpfs', options: ['size=1m', 'ro'], how: 'new'}))).toBe('ok');
	expect(cat('/proc/mounts').split('\n').at(-2)).toBe(String.raw`tmpfs /mnt/a\040b tmpfs ro,relatime,size=1m 0 0`);
	expect(outcome(process.sys.mount({source: '/etc/hostname', target: '/etc/hosts', type: '', options: [], how: 'bind'}))).toBe('ok');
	expect(cat('/proc/self/mountinfo').split('\n').at(-2)).toMatch(/^\d+ \d+ \d+:\d+ \/etc\/hostname \/etc\/hosts rw,relatime shared:1 - ext4 \/dev\/vda1 rw/v);
	expect(cat('/proc/mounts')).toContain('/dev/vda1 /etc/hosts ext4');
}));

test('uid_map can be written once, by one line for oneself without privileges', () => onHost(function * (process) {
	const outcomes: string[] = [];
	process.sys.fork(function * (child) {
		const {cat, put} = filesOf(child);
		child.sys.setgid(1000);
		child.sys.setuid(1000);
		child.sys.unshare(['user']);
		outcomes.push(
			put('/proc/self/uid_map', '0 1000 2'),
			put('/proc/self/gid_map', '0 1000 1'),
			put('/proc/self/setgroups', 'deny'),
			put('/proc/self/uid_map', 'zero'),
			cat('/proc/self/setgroups'),
		);
		return 0;
	});
	yield * wait(process, -1);
	expect(outcomes).toEqual(['EPERM', 'EPERM', 'ok', 'EINVAL', 'deny\n']);
	return 0;
}));

test('parameters are checked, and some cannot be set', () => onHost(process => {
	const {cat, put} = filesOf(process);
	expect(put('/proc/sys/vm/swappiness', '10')).toBe('ok');
	expect(cat('/proc/sys/vm/swappiness')).toBe('10\n');
	expect(put('/proc/sys/vm/swappiness', '201')).toBe('EINVAL');
	expect(put('/proc/sys/vm/swappiness', 'low')).toBe('EINVAL');
	expect(put('/proc/sys/kernel/osrelease', '7.0')).toBe('EACCES');
	expect(put('/proc/version', 'x')).toBe('EIO');
	expect(put('/proc/sys/net/ipv4/ip_forward', '1')).toBe('ok');
	expect(cat('/proc/sys/net/ipv4/ip_forward')).toBe('1\n');
	expect(cat('/proc/sys/kernel/random/uuid')).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}\n$/v);
	expect(cat('/proc/sys/kernel/random/boot_id')).toBe(cat('/proc/sys/kernel/random/boot_id'));
}));

test('a parameter of a network namespace is not that of another', () => onHost(process => {
	const {cat, put} = filesOf(process);
	put('/proc/sys/net/ipv4/ip_unprivileged_port_start', '80');
	process.sys.unshare(['net']);
	expect(cat('/proc/sys/net/ipv4/ip_unprivileged_port_start')).toBe('1024\n');
	expect(cat('/proc/net/dev').split('\n').slice(2)).toEqual(['    lo:        0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0', '']);
}));

test('nothing can be made or removed in /proc', () => onHost(process => {
	const {outcome, put} = filesOf(process);
	expect(outcome(process.sys.mkdir('/proc/x'))).toBe('ENOENT');
	expect(outcome(process.sys.open('/proc/x', {write: true, create: true}))).toBe('ENOENT');
	expect(outcome(process.sys.unlink('/proc/cpuinfo'))).toBe('EPERM');
	expect(outcome(process.sys.chmod('/proc/cpuinfo', 0o777))).toBe('EPERM');
	expect(put('/proc/self/oom_score_adj', '1001')).toBe('EINVAL');
	expect(put('/proc/self/oom_score_adj', '500')).toBe('ok');
}));

test('the directory of a process that has ended is gone', () => onHost(function * (process) {
	const {cat, outcome} = filesOf(process);
	const child = process.sys.fork(function * () {
		return 3;
	});
	yield {kind: 'step'};
	const path = `/proc/${String(child)}`;
	expect(field(cat(`${path}/status`), 'State')).toBe('Z (zombie)');
	expect(cat(`${path}/cmdline`)).toBe('');
	process.sys.chdir(path);
	yield * wait(process, -1);
	expect(outcome(process.sys.stat(path))).toBe('ENOENT');
	expect(outcome(process.sys.stat('.'))).toBe('ENOENT');
	return 0;
}));
