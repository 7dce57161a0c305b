// vmm: kernels under a hypervisor, and looking into them.

import {expect, test} from 'vitest';
import {TestHost} from '../../support/test-host.js';

const host = (): TestHost => new TestHost();
const from = '/usr/share/vmm';

test('a kernel runs, prints and ends; its machine stays to be looked at until it is stopped', () => {
	const found = host().sh(`vmm run ${from}/hello.asm; echo status $?; vmm list; vmm regs | head -3; vmm console; vmm stop; vmm list; vmm regs`);
	expect(found.stdout).toBe(`Hello from ring 0
status 0
NAME   PID  TECHNIQUE        MEMORY  INSTRUCTIONS  STATE
hello    6  hardware-nested  16 MiB            96  halted: HLT with interrupts off
state halted: HLT with interrupts off
ring 0 as the guest sees it, ring 0 of the processor (hardware-nested)
EAX 0x2badb000  EBX 0x00000520  ECX 0x00000000  EDX 0x00000000
Hello from ring 0
there is no machine; vmm run FILE.asm starts one
`);
	expect(found.stderr).toBe('vmm: hello: halted: HLT with interrupts off (96 instructions)\nvmm: there is no machine; vmm run FILE.asm starts one\n');
});

test('under nested paging an address takes eight, or without the guest\'s own tables four, reads of tables', () => {
	const found = host().sh(`vmm run ${from}/hello.asm; vmm walk 0x100000`);
	expect(found.stdout).toMatch(/^Hello from ring 0\nGVA 0x00100000 \(read\)\n 1 {2}EPT PML4 .*\n 2 {2}EPT PDPT .*\n 3 {2}EPT PD .*\n 4 {2}EPT PT .*\nGPA 0x00100000\nHVA 0x7f0000100000\nHPA 0x[\da-f]{8}\n4 table entries read by the processor\n$/v);
	expect(host().sh(`vmm run ${from}/processes.asm; vmm walk 0x400800`).stdout).toContain('\n14 table entries read by the processor\n');
});

test('exits by Intel\'s numbers', () => {
	expect(host().sh(`vmm run ${from}/hello.asm; vmm exits`).stdout).toContain(`EXIT  REASON          COUNT  SHARE
  30  IO_INSTRUCTION     18  90.00%
  12  HLT                 1  5.00%
  48  EPT_VIOLATION       1  5.00%
`);
});

test('single steps, from the first instruction on', () => {
	expect(host().sh(`vmm run -S ${from}/hello.asm; vmm step 2; vmm mem 0x100000 8`).stdout).toMatch(/^hello\n0x00100000 {2}be [^\n]*mov esi, 0x100010\n0x00100005 {2}ac [^\n]*lodsb\nnext 0x00100006 {2}84 c0 [^\n]*test al, al\n0x00100000 {2}be 10 00 10 00 ac 84 c0 +\|.{8}\|\n$/v);
});

test('translated code beside the guest\'s', () => {
	const {stdout} = host().sh(`vmm run -t binary-translation ${from}/hello.asm; vmm cache`);
	expect(stdout).toContain('block 0x00100000 -> 0xffc01000: ');
	expect(stdout).toMatch(/cli\n(?:.*\n)* {2}translation\n(?:.*\n)*.*mov dword \[gs:0x0\], 0x0\n/v);
});

test('a kernel without end is stopped when its instructions are used up, and goes on if it may', () => {
	const found = host().sh(`printf 'bits 32\\norg 0x100000\\njmp $\\n' > loop.asm; vmm run --budget 100000 loop.asm; echo status $?; vmm cont --budget 5000; sleep 1; vmm list | tail -n 1`, {cwd: '/root'});
	expect(found.stderr).toBe('vmm: loop: the instructions it was given are used up (100000 instructions)\n');
	expect(found.stdout).toMatch(/^status 1\nloop {3,}\d+ {2}hardware-nested {2}16 MiB {8,}105000 {2}the instructions it was given are used up\n$/v);
});

test('a guest that throws its processor away is a triple fault', () => {
	expect(host().sh('printf \'bits 32\\norg 0x100000\\nint 3\\n\' > three.asm; vmm run three.asm').stderr).toBe('vmm: three: triple fault: the processor has given up (0 instructions)\n');
});

test('what is wrong with a source is said with line and column', () => {
	expect(host().sh('printf \'bits 32\\norg 0x100000\\n\\tmov eax, [\\n\' > bad.asm; vmm run bad.asm; echo $?')).toMatchObject({stdout: '1\n', stderr: expect.stringMatching(/^bad\.asm:3:\d+: error: .+\n {4}\tmov eax, \[\n/v) as string});
});

test.each([
	['vmm run none.asm', 'vmm: none.asm: No such file or directory\n'],
	['vmm run -t magic /usr/share/vmm/hello.asm', 'vmm: there is no technique "magic"; there are: bare, trap-and-emulate, binary-translation, hardware-shadow, hardware-nested, paravirtualization'],
	['vmm run -m 1 /usr/share/vmm/hello.asm', 'vmm: --memory: expected a whole number of MiB from 2 to 64\n'],
	['truncate -s 3M big.bin; vmm run -m 2 big.bin', 'vmm: big.bin: 3145728 bytes from 0x100000 on do not fit into 2 MiB of memory\n'],
	['printf "bits 32\\nnop\\n" > low.asm; vmm run low.asm', 'vmm: low.asm: the code begins at 0x0, but a kernel is loaded at 0x100000: begin it with "bits 32" and "org 0x100000"\n'],
	['vmm fly', 'vmm: there is no command "fly"; vmm --help lists them\n'],
])('%s is refused', (line, message) => {
	const {stderr, status} = host().sh(line);
	expect(stderr.startsWith(message)).toBe(true);
	expect(status).not.toBe(0);
});

test('kill -9 ends a machine, and it is listed no more', () => {
	expect(host().sh(`vmm run -S ${from}/hello.asm; kill -9 $(vmm list | awk 'NR == 2 {print $2}'); sleep 1; vmm list`).stdout).toBe('hello\nthere is no machine; vmm run FILE.asm starts one\n');
});

test('each instruction as Popek and Goldberg class it', () => {
	expect(host().sh('printf \'bits 32\\norg 0x100000\\nmov eax, 1\\ncli\\npopfd\\ntext: db "sgdt", 0\\n\' > c.asm; vmm classify c.asm').stdout).toBe(`LINE  ADDRESS     CLASS       WHY                                    INSTRUCTION
   4  0x00100005  privileged  changes the machine, traps above IOPL  cli
   5  0x00100006  critical    changes the machine, traps nowhere     popfd
3 instructions: 1 innocuous, 1 privileged, 1 critical (sensitive, but not privileged)
Popek and Goldberg: not fulfilled because of popfd. If one of them runs where the answer matters, trap-and-emulate goes wrong; binary translation, paravirtualization or hardware assistance is needed.
`);
});

test('cycles come from a table that the learner can change, and never without it', () => {
	const found = host().sh(`vmm run ${from}/hello.asm; vmm costs | tail -n 1; printf 'exits 1000 measured\\n' > ~/.vmm/costs; vmm costs; echo flights 3 > ~/.vmm/costs; vmm costs`);
	expect(found.stdout.split('\n').slice(1)).toEqual(['37677 cycles by this table', 'EVENT  COUNT  CYCLES EACH  CYCLES  SOURCE', 'exits     20         1000   20000  measured', '20000 cycles by this table', '']);
	expect(found.stderr).toContain('vmm: hello: line 1: there is no event "flights"; there are: direct, emulated, ');
});

test('a kernel that was ported to Xen runs in ring 1 by hypercalls; the unmodified one crashes there', () => {
	const found = host().sh(`vmm run -t paravirtualization ${from}/syscall-xen.asm; echo status $?; vmm regs | sed -n 2p; vmm exits | tail -n 2 | head -n 1; vmm walk 0x101000 | tail -n 1; vmm run -t paravirtualization ${from}/hello.asm; echo status $?`);
	expect(found.stdout).toBe(`kernel: into ring 3
program: hello through INT 0x80
kernel: #GP in ring 3
kernel: the program has ended
status 0
ring 1 as the guest sees it, ring 1 of the processor (paravirtualization)
0 shadow entries made, 0 EPT entries made, 40 hypercalls, 0 blocks translated, 0 callouts
2 table entries read by the processor
status 1
`);
	expect(found.stderr).toBe(`vmm: syscall-xen: shut down (712 instructions)
vmm: hello: crashed: exception 13 without a handler at 0x10000a (4 instructions)
`);
});

test('a paravirtual guest has memory for what Xen builds it', () => {
	expect(host().sh(`vmm run -t paravirtualization -m 2 ${from}/hello-xen.asm`).stderr).toBe('vmm: /usr/share/vmm/hello-xen.asm: a paravirtual guest has at least 4 MiB of memory, and its kernel at most 3145728 bytes\n');
});
