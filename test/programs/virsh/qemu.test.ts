// virsh on a host: domains are processes, and what happens to the processes happens to the domains.

import {expect, test} from 'vitest';
import {TestHost} from '../../support/test-host.js';

const web = `<domain type='kvm'><name>web</name><memory unit='MiB'>512</memory><vcpu>2</vcpu><os><type>hvm</type></os></domain>`;

function hostWithWeb(): TestHost {
	const host = new TestHost();
	expect(host.sh('cat > web.xml; virsh define web.xml; virsh start web', {stdin: web})).toMatchObject({stdout: 'Domain \'web\' defined from web.xml\n\nDomain \'web\' started\n\n', stderr: '', status: 0});
	return host;
}

test('a running domain is a QEMU process of libvirt-qemu, with the memory that its guest uses', () => {
	const host = hostWithWeb();
	expect(host.sh('ps -C qemu-system-x86 -o user,rss,args | tail -1 | cut -c1-69').stdout).toBe('libvirt+ 196608 /usr/bin/qemu-system-x86_64 -name guest=web,debug-thr\n');
});

test('who kills the process stops the domain; a request to end is a shutdown', () => {
	const host = hostWithWeb();
	host.sh('kill -9 $(pidof qemu-system-x86_64)');
	expect(host.sh('virsh -q domstate web --reason').stdout).toBe('shut off (crashed)\n');
	host.sh('virsh start web; kill $(pidof qemu-system-x86_64); sleep 1');
	expect(host.sh('virsh -q domstate web --reason').stdout).toBe('shut off (shutdown)\n');
});

test('shutdown asks the guest, which takes a moment; destroy does not ask', () => {
	const host = hostWithWeb();
	expect(host.sh('virsh -q shutdown web; virsh -q domstate web; sleep 2; virsh -q domstate web --reason').stdout).toBe('running\nshut off (shutdown)\n');
	expect(host.sh('virsh -q start web; virsh destroy web; virsh -q domstate web --reason; pgrep qemu-system').stdout).toBe('Domain \'web\' destroyed\n\nshut off (destroyed)\n');
});

test('a transient domain is gone when it stops', () => {
	const host = new TestHost();
	host.sh('cat > web.xml; virsh create web.xml', {stdin: web});
	expect(host.sh('virsh -q destroy web; virsh list --all')).toMatchObject({stdout: ' Id   Name   State\n--------------------\n\n', status: 0});
});

test('domains outlive their daemon', () => {
	const host = hostWithWeb();
	expect(host.sh('kill $(cat /run/libvirtd.pid); sleep 1; virsh list')).toMatchObject({
		stdout: '', stderr: 'error: failed to connect to the hypervisor\nerror: Failed to connect socket to \'/var/run/libvirt/libvirt-sock\': No such file or directory\n', status: 1,
	});
	expect(host.sh('libvirtd -d; sleep 1; virsh -q list').stdout).toBe(' 1   web   running\n');
});

test('autostart starts a domain with the daemon', () => {
	const host = hostWithWeb();
	host.sh('virsh autostart web; virsh destroy web; kill $(cat /run/libvirtd.pid); sleep 1; libvirtd -d; sleep 1');
	expect(host.sh('virsh -q domstate web --reason').stdout).toBe('running (booted)\n');
});

test('QEMU\'s words where they differ from the test driver\'s', () => {
	const host = hostWithWeb();
	const error = (command: string) => host.sh(`virsh -q "${command}"`).stderr;
	expect(error('setvcpus web 3')).toBe('error: invalid argument: requested vcpus is greater than max allowable vcpus for the live domain: 3 > 2\n');
	expect(error('setvcpus web 1')).toBe('error: operation failed: failed to find appropriate hotpluggable vcpus to reach the desired target vcpu count\n');
	expect(error('setvcpus web 9 --maximum --config')).toBe('error: unsupported configuration: platform policy: domain \'web\' has 9 vCPUs, but host \'lab\' has only 8 hardware threads, the most for one domain\n');
	expect(error('vcpupin web 7 0')).toBe('error: invalid argument: vcpu 7 is out of range of live cpu count 2\n');
	expect(error('setmem web 1G')).toBe('error: invalid argument: cannot set memory higher than max memory\n');
	expect(error('resume web')).toBe('error: Failed to resume domain \'web\'\nerror: Requested operation is not valid: domain is already running\n');
	expect(error('snapshot-list web')).toBe('error: virtlab does not model the command \'snapshot-list\'\n');
	expect(error('list --foo')).toBe('error: command \'list\' doesn\'t support option --foo\n');
	expect(error('schedinfo web colour=1')).toBe('error: invalid scheduler option: colour=1\n');
});

test('more memory than the host has is refused', () => {
	const host = new TestHost();
	expect(host.sh('cat > fat.xml; virsh -q create fat.xml', {stdin: web.replace('MiB', 'GiB')}).stderr).toBe('error: Failed to create domain from fat.xml\nerror: internal error: process exited while connecting to monitor: /usr/bin/qemu-system-x86_64: cannot set up guest memory \'pc.ram\': Cannot allocate memory\n');
});

test('a guest program that is not there, and one that ends by itself', () => {
	const host = hostWithWeb();
	const agent = (execute: object) => host.sh(`virsh -q qemu-agent-command web '${JSON.stringify(execute)}'`);
	expect(agent({execute: 'guest-exec', arguments: {path: '/bin/ls'}}).stderr).toBe('error: internal error: unable to execute QEMU agent command \'guest-exec\': Guest agent command failed, error was \'Failed to execute child process \u201C/bin/ls\u201D (No such file or directory)\'\n');
	expect(agent({execute: 'guest-exec', arguments: {path: '/usr/bin/stress-ng', arg: ['--cpu', '1', '--timeout', '5s']}}).stdout).toBe('{"return":{"pid":1000}}\n');
	expect(agent({execute: 'guest-exec-status', arguments: {pid: 1000}}).stdout).toBe('{"return":{"exited":false}}\n');
	host.sh('sleep 20');
	expect(agent({execute: 'guest-exec-status', arguments: {pid: 1000}}).stdout).toBe('{"return":{"exitcode":0,"exited":true}}\n');
	expect(host.sh('virsh -q domstats --vcpu web | grep vcpu.0').stdout).toBe('  vcpu.0.state=1\n  vcpu.0.time=5000000000\n  vcpu.0.wait=0\n  vcpu.0.delay=0\n');
});

test('lines of commands from standard input', () => {
	const host = hostWithWeb();
	expect(host.sh('virsh -q', {stdin: 'domid web\nfrobnicate\ndomname 1\nquit\n'})).toMatchObject({stdout: 'virsh # 1\nvirsh # virsh # web\nvirsh # ', stderr: 'error: unknown command: \'frobnicate\'\n', status: 0});
});

test('the socket belongs to root and the group libvirt', () => {
	const host = new TestHost();
	expect(host.sh('stat -c "%a %U %G" /run/libvirt/libvirt-sock').stdout).toBe('660 root libvirt\n');
	expect(host.sh('virsh -c qemu:///system list', {uid: 65_534}).stderr).toBe('error: failed to connect to the hypervisor\nerror: Failed to connect socket to \'/var/run/libvirt/libvirt-sock\': Permission denied\n');
});

test('lscpu counts the same threads', () => {
	const host = new TestHost({scenario: 'pool'});
	expect(host.sh('lscpu | grep -E "^CPU\\(s\\)|per|Socket"').stdout).toBe(`CPU(s):                           64
    Thread(s) per core:           2
    Core(s) per socket:           16
    Socket(s):                    2
`);
	expect(host.sh('lscpu -p | grep -v "^#" | sed -n "1p;33p;64p"').stdout).toBe('0,0,0,0\n32,0,0,0\n63,31,1,0\n');
});
