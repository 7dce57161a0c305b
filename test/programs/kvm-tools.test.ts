// lsmod and kvm_stat: what a host shows of the hypervisor under its guests.

import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

const host = (): TestHost => new TestHost();
const from = '/usr/share/vmm';

const listing = (uses: number): string => `Module                  Size  Used by
kvm_intel             380928  ${uses}
kvm                  1142784  1 kvm_intel
irqbypass              16384  1 kvm
`;

test('lsmod says what /proc/modules says', () => {
	expect(host().sh('lsmod; cat /proc/modules').stdout).toBe(`${listing(0)}kvm_intel 380928 0 - Live 0x0000000000000000
kvm 1142784 1 kvm_intel, Live 0x0000000000000000
irqbypass 16384 1 kvm, Live 0x0000000000000000
`);
});

test('guests use KVM while their processes live, if they run with the processor\'s help', () => {
	const start = (technique: string, name: string): string => `vmm run -S -t ${technique} --name ${name} ${from}/hello.asm > /dev/null`;
	const found = host().sh(`${start('binary-translation', 'a')}; ${start('bare', 'b')}; ${start('paravirtualization', 'c')}; lsmod
${start('hardware-nested', 'd')}; lsmod; ${start('hardware-shadow', 'e')}; lsmod; kill -9 $(vmm list | awk '$1 == "e" {print $2}'); sleep 1; lsmod; vmm stop --name d; lsmod`);
	expect(found.stdout).toBe([0, 2, 4, 2, 0].map(uses => listing(uses)).join(''));
});

test('a domain of libvirt uses KVM if its type is kvm, and is not in the numbers, which is said', () => {
	const define = (type: string): string => `printf '<domain type="${type}"><name>${type}</name><memory>65536</memory><vcpu>2</vcpu><os><type>hvm</type></os></domain>' > ${type}.xml; virsh -q create ${type}.xml`;
	const found = host().sh(`${define('qemu')}; lsmod; ${define('kvm')}; lsmod; kvm_stat -1d | head -n 1; virsh -q destroy kvm; lsmod`);
	expect(found).toMatchObject({
		stdout: `${listing(0)}${listing(2)}exits                                              0         0\n${listing(0)}`,
		stderr: 'kvm_stat: 1 domain of libvirt not counted: virtlab\'s domains execute no instructions\n',
	});
});

test('nested paging: exits are of input and output, and a page fault is taken once for each page', () => {
	const found = host().sh(`vmm run ${from}/processes.asm > /dev/null; vmm exits | head -n 5; kvm_stat -1 -d -i`);
	expect(found.stdout).toBe(`EXIT  REASON            COUNT  SHARE
  30  IO_INSTRUCTION       47  73.44%
  48  EPT_VIOLATION        11  17.19%
   7  INTERRUPT_WINDOW      5  7.81%
  12  HLT                   1  1.56%
exits                                             64         0
halt_exits                                         1         0
hypercalls                                         0         0
invlpg                                             0         0
io_exits                                          47         0
irq_exits                                          0         0
irq_window_exits                                   5         0
pf_fixed                                          11         0
pf_taken                                          11         0
`);
});

test('shadow paging: every page fault comes to KVM', () => {
	expect(host().sh(`vmm run -t hardware-shadow ${from}/processes.asm > /dev/null; kvm_stat --batch --debugfs --debugfs-include-past`).stdout).toBe(`exits                                          50184         0
halt_exits                                         1         0
hypercalls                                         0         0
invlpg                                             0         0
io_exits                                          47         0
irq_exits                                          0         0
irq_window_exits                                   5         0
pf_fixed                                          37         0
pf_taken                                       50115         0
`);
});

test('machines are added up, what was before is left out without -i, and -p means one process', () => {
	const found = host().sh(`vmm run --name a ${from}/hello.asm; vmm run --name b ${from}/hello.asm; vmm run --name c -t bare ${from}/hello.asm
kvm_stat -1di | head -n 1; kvm_stat -1d | head -n 1; kvm_stat -1dip $(vmm list | awk '$1 == "b" {print $2}') | head -n 1; kvm_stat -1di --pid=1 | head -n 1`);
	expect(found.stdout).toBe(`${'Hello from ring 0\n'.repeat(3)}exits                                             40         0
exits                                              0         0
exits                                             20         0
exits                                              0         0
`);
});

test('a guest that runs meanwhile: what is new in this second stands in both columns, or is added to what was', () => {
	const found = host().sh(`vmm run -S ${from}/hello.asm; vmm step 50; kvm_stat -1di | head -n 1; kvm_stat -1d > new & kvm_stat -1di > all & sleep 0.5; vmm cont; wait; head -n 1 new; head -n 1 all`);
	expect(found.stdout.split('\n').filter(line => line.startsWith('exits'))).toEqual([
		'exits                                             11         0',
		'exits                                              9         9',
		'exits                                             20         9',
	]);
});

test('without tracepoints it falls back to debugfs, after five seconds', () => {
	const found = host().sh('date +%s > before; kvm_stat -1 > /dev/null; echo $(($(date +%s) - $(cat before)))');
	expect(found).toMatchObject({stdout: '6\n', stderr: `Please enable CONFIG_TRACING in your kernel when using the option -t (default).
If it is enabled, make /sys/kernel/debug/tracing readable by the current user.
Falling back to debugfs statistics!
`});
});

const usage = 'Usage: kvm_stat [options]\n\nkvm_stat: error: ';

test.each([
	['lsmod kvm', 1, 'Usage: lsmod\n'],
	['kvm_stat', 1, 'kvm_stat: the full-screen view is not modelled: use -1\n'],
	['kvm_stat -1x', 2, `${usage}no such option: -x\n`],
	['kvm_stat --twice', 2, `${usage}no such option: --twice\n`],
	['kvm_stat -1 -l', 2, `${usage}-l is not modelled\n`],
	['kvm_stat -1 --fields=exits', 2, `${usage}--fields is not modelled\n`],
	['kvm_stat -1p', 2, `${usage}-p option requires 1 argument\n`],
	['kvm_stat -1 -p x', 2, `${usage}option -p: invalid integer value: 'x'\n`],
	['kvm_stat -1 more', 2, `${usage}extra argument more: not modelled\n`],
	['kvm_stat -1d -p 999', 1, 'Did you use a (unsupported) tid instead of a pid?\nSpecified pid does not exist.\n'],
])('%s ends with %i', (line, status, stderr) => {
	expect(host().sh(line)).toMatchObject({stdout: '', stderr, status});
});

test('only root sees debugfs', () => {
	expect(host().sh('kvm_stat -1d', {uid: 1000})).toMatchObject({status: 1, stdout: '', stderr: `Please make sure, that debugfs is mounted and readable by the current user:
('mount -t debugfs debugfs /sys/kernel/debug')
Also ensure, that the kvm modules are loaded.
`});
});

test('the processor says that it has VT-x, and the device of KVM is there', () => {
	expect(host().sh('grep -ow vmx /proc/cpuinfo | sort -u; lscpu | grep Virtualization:; ls -l /dev/kvm | cut -c 1-28').stdout).toBe('vmx\n  Virtualization:                 VT-x\ncrw-rw---- 1 root kvm 10, 23\n');
});
