// A hypervisor sets intercepts; the guest stops exactly before what it asked for, with Intel's reason and qualification (SDM vol. 3, chapter 27 and
// appendix C; the same guests under Bochs' VMX gave the same numbers).

import {describe, expect, test} from 'vitest';
import {eptFormat} from '../../../source/model/machine/page-formats.js';
import type {Intercepts} from '../../../source/model/machine/vm-exit.js';
import {machineWith, origin, register} from './guest.js';

function exitOf(source: string, intercepts: Intercepts, budget = 1000) {
	const machine = machineWith(source);
	machine.cpu.intercepts = intercepts;
	return {machine, stop: machine.run(budget)};
}

describe('instructions that exit', () => {
	test.each([
		['cpuid', {}, 10, 0],
		['invd', {}, 13, 0],
		['vmcall', {}, 18, 0],
		['hlt', {hlt: true}, 12, 0],
		['invlpg [0x123456]', {invlpg: true}, 14, 0x12_3456],
		['rdtsc', {rdtsc: true}, 16, 0],
		['mov cr3, ebx', {cr3Load: true}, 28, 0x303],
		['mov ebx, cr3', {cr3Store: true}, 28, 0x313],
		['mov cr0, eax', {cr0Mask: 1, cr0Shadow: 1}, 28, 0x000],
		['lmsw bx', {cr0Mask: 8, cr0Shadow: 8}, 28, 0x30],
		['clts', {cr0Mask: 8, cr0Shadow: 8}, 28, 0x20],
		['mov cr4, ecx', {cr4Mask: -1, cr4Shadow: 0x10}, 28, 0x104],
		['mov dr7, eax', {drAccess: true}, 29, 7],
		['in al, 0x60', {ports: 'all'}, 30, 0x60_0048],
		['out 0x80, al', {ports: 'all'}, 30, 0x80_0040],
		['mov ecx, 2\nmov edx, 0xe9\nrep outsb', {ports: 'all'}, 30, 0xE9_0030],
		['rdmsr', {}, 31, 0],
		['wrmsr', {}, 32, 0],
		['pause', {pause: true}, 40, 0],
		['sgdt [0x8000]', {descriptorTables: true}, 46, 0],
		['str ax', {descriptorTables: true}, 47, 0],
		['wbinvd', {wbinvd: true}, 54, 0],
	] as ReadonlyArray<readonly [string, Intercepts, number, number]>)('%s: %o', (source, intercepts, reason, qualification) => {
		const {stop} = exitOf(`${source}\nhlt`, intercepts);
		expect(stop).toMatchObject({why: 'exit', exit: {reason, qualification}});
	});

	test('those that never exit by themselves: cli, sti, pushf, popf, smsw, iret', () => {
		const {machine, stop} = exitOf('lgdt [gdtr]\ncli\nsti\npushfd\npopfd\nsmsw eax\npushfd\npush cs\npush dword .n\niretd\n.n: mov ebx, 1\ncli\nvmcall\ngdt: dq 0, 0x00cf9a000000ffff\ngdtr: dw 15\ndd gdt', {cr0Mask: 1, cr0Shadow: 0, externalInterrupts: true});
		expect(stop).toMatchObject({why: 'exit', exit: {reason: 18}});
		// SMSW shows the shadow, not the real CR0.
		expect([register(machine, 'eax') & 1, register(machine, 'ebx')]).toEqual([0, 1]);
	});
});

test('an exit leaves the guest before the instruction, with its length, and it can be skipped', () => {
	const {machine, stop} = exitOf('mov eax, 1\ncpuid\nmov ebx, 2\nvmcall', {});
	expect(stop).toMatchObject({why: 'exit', exit: {reason: 10, instructionLength: 2}});
	expect([machine.cpu.eip, machine.counts().instructions]).toEqual([origin + 5, 1]);
	machine.cpu.eip += 2;
	expect(machine.run(1000)).toMatchObject({why: 'exit', exit: {reason: 18}});
	expect(register(machine, 'ebx')).toBe(2);
	expect([...machine.counts().exits]).toEqual([[10, 1], [18, 1]]);
});

test('a port bitmap: only the ports in it exit', () => {
	const ports = new Uint8Array(8192);
	ports[0x61 >> 3] = 1 << (0x61 & 7);
	const {machine, stop} = exitOf('in al, 0x60\nmov dx, 0x61\nin al, dx\nhlt', {ports});
	expect(stop).toMatchObject({why: 'exit', exit: {reason: 30, qualification: 0x61_0008}});
	expect(machine.cpu.eip).toBe(origin + 6);
});

describe('exceptions', () => {
	test('only those of the bitmap exit, with vector and error code', () => {
		const {stop} = exitOf('mov ax, 0x1234\nmov ds, ax', {exceptions: 1 << 13});
		expect(stop).toMatchObject({why: 'exit', exit: {reason: 0, interruption: {vector: 13, type: 'hardware-exception', errorCode: 0x1234}}});
	});

	test('a page fault tells the address as the qualification, and leaves CR2 alone', () => {
		const {machine, stop} = exitOf('mov eax, 0x20000\nmov cr3, eax\nmov dword [0x20000], 0x21003\nmov dword [0x21040], 0x10003\nmov eax, cr0\nor eax, 0x80000000\nmov cr0, eax\nmov eax, [0x123456]', {exceptions: 1 << 14});
		expect(stop).toMatchObject({why: 'exit', exit: {reason: 0, qualification: 0x12_3456, interruption: {vector: 14, errorCode: 0}}});
		expect(machine.cpu.cr2).toBe(0);
	});

	test('a guest without an IDT: the third fault exits', () => {
		expect(exitOf('lidt [.none]\nud2\n.none: dw 0\ndd 0', {}).stop).toMatchObject({why: 'exit', exit: {reason: 2}});
	});

	test('an exception during the delivery of another exits before the two make a double fault, with the first as what was being delivered', () => {
		const {stop} = exitOf(`
			lidt [idtr]
			mov ax, 0x1234
			mov ds, ax
		align 8
		idt:	times 14 dq 0x00000e0000080000
		idtr:	dw 14*8-1
			dd idt`, {exceptions: 1 << 11});
		expect(stop).toMatchObject({why: 'exit', exit: {reason: 0, interruption: {vector: 11, errorCode: 13 * 8 + 3}, vectoring: {vector: 13, errorCode: 0x1234}}});
	});

	test('INT n exits only where software interrupts are asked for, as a deprivileging VMM does', () => {
		expect(exitOf('int 0x80', {softwareInterrupts: true}).stop).toMatchObject({why: 'exit', exit: {reason: 0, instructionLength: 2, interruption: {vector: 0x80, type: 'software-interrupt'}}});
	});

	test('rules of the guest come first: RDMSR in ring 3 is #GP and no exit', () => {
		const {stop} = exitOf(`
			lgdt [gdtr]
			push dword 0x13
			push dword 0xE000
			push dword 2
			push dword 0x0b
			push dword user
			iretd
		user:	rdmsr
		align 8
		gdt:	dq 0, 0x00cffa000000ffff, 0x00cff2000000ffff
		gdtr:	dw 23
			dd gdt`, {exceptions: 1 << 13});
		expect(stop).toMatchObject({why: 'exit', exit: {reason: 0, interruption: {vector: 13, errorCode: 0}}});
	});
});

test('an interrupt exits also where the guest has them off; a window exits when it opens', () => {
	const timer = 'mov al, 0x11\nout 0x20, al\nmov al, 0x20\nout 0x21, al\nmov al, 4\nout 0x21, al\nmov al, 1\nout 0x21, al\nmov al, 0xfe\nout 0x21, al\nmov al, 0x34\nout 0x43, al\nmov al, 10\nout 0x40, al\nmov al, 0\nout 0x40, al\n';
	expect(exitOf(`${timer}.w: jmp .w`, {externalInterrupts: true}).stop).toMatchObject({why: 'exit', exit: {reason: 1}});
	expect(exitOf('nop\nsti\nnop\nnop', {interruptWindow: true}).stop).toMatchObject({why: 'exit', exit: {reason: 7}});
});

test('an event that the hypervisor injects is delivered before the next instruction', () => {
	const machine = machineWith(`
		lidt [idtr]
		lgdt [gdtr]
		jmp 8:go
	go:	vmcall
		mov ebx, 1
		vmcall
	handler: mov ecx, 5
		iretd
	align 8
	idt:	dw handler - $$, 8, 0x8e00, 1
	idtr:	dw 7
		dd idt
	gdt:	dq 0, 0x00cf9a000000ffff, 0x00cf92000000ffff
	gdtr:	dw 23
		dd gdt`);
	machine.cpu.intercepts = {};
	machine.run(100);
	machine.cpu.eip += 3;
	machine.cpu.injection = {vector: 0, type: 'external', errorCode: undefined};
	expect(machine.run(100)).toMatchObject({why: 'exit', exit: {reason: 18}});
	expect([register(machine, 'ecx'), register(machine, 'ebx')]).toEqual([5, 1]);
});

describe('nested paging', () => {
	/** Guest-physical memory is the upper half of the machine's; one page of it is not there, one is read-only. */
	function guestIn(source: string) {
		const machine = machineWith('hlt');
		const {memory, cpu, mmu} = machine;
		const base = 2 * 2 ** 20;
		const directory = 0x3000;
		const table = 0x4000;
		memory.write(base + origin, machineBytes(source));
		memory.writeDword(directory, table | 7);
		for (let page = 0; page < 256; page++) {
			memory.writeDword(table + 4 * page, page === 0x50 ? 0 : (base + page * 4096) | (page === 0x51 ? 5 : 7));
		}

		mmu.secondStage = {levels: 2, root: directory, format: eptFormat(4), writeProtect: true, checksUser: false};
		mmu.tlb.flush();
		cpu.intercepts = {hlt: true};
		return machine;
	}

	function machineBytes(source: string): Uint8Array {
		const {memory} = machineWith(source);
		return memory.read(origin, 256);
	}

	test('the guest runs in its own memory', () => {
		const machine = guestIn('mov dword [0x8000], 0x1234\nmov eax, [0x8000]\nhlt');
		expect(machine.run(100)).toMatchObject({why: 'exit', exit: {reason: 12}});
		expect([register(machine, 'eax'), machine.memory.readDword(2 * 2 ** 20 + 0x8000), machine.memory.readDword(0x8000)]).toEqual([0x1234, 0x1234, 0]);
	});

	test.each([
		['mov eax, [0x50123]', 0x181, 0x5_0123],
		['mov [0x51004], eax', 0x1AA, 0x5_1004],
	])('%s: a violation with its address', (source, qualification, physical) => {
		expect(guestIn(source).run(100)).toMatchObject({why: 'exit', exit: {reason: 48, qualification, physical, linear: physical}});
	});

	test('a violation on the way to the guest\'s own table', () => {
		const machine = guestIn('mov eax, 0x50000\nmov cr3, eax\nmov eax, cr0\nor eax, 0x80000000\nmov cr0, eax\nnop');
		expect(machine.run(100)).toMatchObject({why: 'exit', exit: {reason: 48, qualification: 0x81, physical: 0x5_0000 + 4 * 0}});
	});

	test('a TLB miss of the guest reads 8 entries, a hit none', () => {
		const machine = guestIn('mov eax, 0x20000\nmov cr3, eax\nmov dword [0x20000], 0x21003\nmov dword [0x21040], 0x10003\nmov dword [0x210c0], 0x30003\nmov eax, cr0\nor eax, 0x80000000\nmov cr0, eax\nvmcall\nmov eax, [0x30000]\nmov ebx, [0x30004]\nvmcall');
		machine.run(100);
		machine.cpu.eip += 3;
		const before = machine.counts();
		machine.run(100);
		const after = machine.counts();
		expect({reads: after.tableReads - before.tableReads, misses: after.tlbMisses - before.tlbMisses, hits: after.tlbHits - before.tlbHits}).toEqual({reads: 8, misses: 1, hits: 1});
	});
});

test('tagged entries: two guests\' translations of one page live side by side, and flushing one leaves the other', () => {
	const {mmu} = machineWith('hlt');
	mmu.controls.paging = true;
	mmu.controls.root = 0x2000;
	mmu.memory.writeDword(0x2000, 0x3007);
	mmu.memory.writeDword(0x3000 + 4 * 8, 0x8007);
	mmu.read32(0x8000);
	mmu.vpid = 5;
	mmu.read32(0x8000);
	expect(mmu.counts()).toMatchObject({tlbMisses: 2, tlbHits: 0});
	mmu.tlb.flush(5);
	mmu.read32(0x8000);
	mmu.vpid = 0;
	mmu.read32(0x8000);
	expect(mmu.counts()).toMatchObject({tlbMisses: 3, tlbHits: 1});
});
