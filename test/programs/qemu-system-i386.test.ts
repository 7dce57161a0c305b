// qemu-system-i386: a machine by hand, and its monitor.

import {readFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';
import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

/** A host with the firmware in /root, and what a line in /root does. */
function withFirmware(path: string, line: string): ReturnType<TestHost['sh']> {
	const host = new TestHost();
	host.sh(`printf %s '${gzipSync(readFileSync(path)).toString('base64')}' | base64 -d | gunzip > rom.bin`, {cwd: '/root'});
	return host.sh(line, {cwd: '/root'});
}

test.each(['kvm', 'tcg'])('with -accel %s the monitor shows registers, tables and memory as the real one does', accelerator => {
	const commands = ['info mem', 'info tlb', 'info registers', 'xp /4xb 0x2000', 'x /2xh 0x2000', 'x /2xw 0x9000', 'x /1cb $esp-0x7000+0', 'quit'];
	const found = withFirmware('test/golden/qemu-monitor/paging.bin', `(sleep 1; printf '${commands.join('\\n')}\\n') | qemu-system-i386 -accel ${accelerator} -m 16 -monitor stdio -display none -bios rom.bin`);
	expect(found.stdout.replaceAll(/^\(qemu\) .*\n/gmv, '')).toBe(readFileSync('test/golden/qemu-monitor/paging.txt', 'utf8'));
});

test('a machine that shuts itself down stays as it is with -no-reboot -no-shutdown', () => {
	const found = withFirmware('test/golden/machine/t15-triple.bin', '(sleep 1; printf \'info status\\ncont\\nfoo\\ninfo foo\\nstop 1\\nxp\\nxp /4zz 0\\nquit\\n\') | qemu-system-i386 -accel kvm -no-reboot -no-shutdown -monitor stdio -display none -bios rom.bin; echo status $?');
	expect(found.stdout).toBe(`QEMU 7.2.22 monitor - type 'help' for more information
(qemu) info status
VM status: paused (shutdown)
(qemu) cont
Error: Resetting the Virtual Machine is required
(qemu) foo
unknown command: 'foo'
(qemu) info foo
unknown command: 'info foo'
(qemu) stop 1
stop|s: extraneous characters at the end of line
Try "help stop" for more information
(qemu) xp
unexpected end of expression
Try "help xp" for more information
(qemu) xp /4zz 0
invalid char in format: 'z'
Try "help xp" for more information
(qemu) quit
status 0
`);
});

test('-S waits for cont', () => {
	const found = new TestHost().sh('printf \'info status\\ncont\\ninfo status\\nstop\\ninfo status\\nquit\\n\' | qemu-system-i386 -S -monitor stdio -display none -kernel /usr/share/vmm/hello.asm');
	expect(found.stdout).toBe(`QEMU 7.2.22 monitor - type 'help' for more information
(qemu) info status
VM status: paused (prelaunch)
(qemu) cont
(qemu) info status
VM status: running
(qemu) stop
(qemu) info status
VM status: paused
(qemu) quit
`);
});

test.each([['kvm', 'hello', 'Hello from ring 0\n'], ['tcg', 'hello', 'Hello from ring 0\n'], ['xen', 'hello-xen', 'Hello from ring 1\n']])('-accel %s runs %s', (accelerator, kernel, text) => {
	expect(new TestHost().sh(`timeout 1 qemu-system-i386 -accel ${accelerator} -display none -debugcon stdio -kernel /usr/share/vmm/${kernel}.asm`).stdout).toBe(text);
});

test.each([
	['-foo', 'qemu-system-i386: -foo: invalid option\n'],
	['-m', 'qemu-system-i386: -m: requires an argument\n'],
	['-smp 2', 'qemu-system-i386: virtlab: -smp is not modelled\n'],
	['-display none -accel foo', 'qemu-system-i386: -accel foo: invalid accelerator foo\n'],
	['-display none -bios /none', 'qemu: could not load PC BIOS \'/none\'\n'],
	['-display none -kernel /none', 'qemu: could not open kernel file \'/none\': No such file or directory\n'],
	['-display none -monitor stdio -debugcon stdio -kernel /none', 'qemu-system-i386: -debugcon stdio: cannot use stdio by multiple character devices\nqemu-system-i386: -debugcon stdio: invalid character backend \'stdio\'\n'],
])('%s is refused', (options, message) => {
	expect(new TestHost().sh(`qemu-system-i386 ${options}`)).toMatchObject({stderr: message, status: 1});
});

test('a guest without end is stopped when it has used up its time', () => {
	const found = new TestHost().sh('printf "bits 32\\norg 0x100000\\njmp \\$\\n" > loop.asm; qemu-system-i386 -accel kvm -display none -kernel loop.asm', {cwd: '/root'});
	expect(found).toMatchObject({stdout: '', stderr: 'qemu-system-i386: virtlab: the guest has had 20000000 instructions and did not end\n', status: 1});
});
