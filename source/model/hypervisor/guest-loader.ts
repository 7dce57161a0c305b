// Puts a kernel into a guest's memory and the processor at its first instruction: what a Multiboot loader leaves behind (Multiboot
// Specification 0.6.96, 3.2 and 3.3), and a little more, so that a kernel of ten lines needs no preparation.
//
//     0x00000500  GDT: null, 0x08 code, 0x10 data, both flat 4 GiB, ring 0. GDTR points to it
//     0x00000520  Multiboot information: flags = 1, mem_lower, mem_upper in KiB
//     0x00090000  the stack grows down from here: ESP
//     0x00100000  the kernel: EIP
//
// CS = 0x08, the other segments 0x10; EAX = 0x2BADB002, EBX = 0x520; paging off, interrupts off, IDTR limit 0: an exception before
// the kernel has loaded an IDT ends in a triple fault.
//
// Simplified: kernels are flat images without a Multiboot header.

import {enterFlat} from '../machine/boot.js';
import type {Cpu} from '../machine/cpu.js';
import {EAX, EBX, ESP} from '../machine/registers.js';

export const kernelAddress = 0x10_0000;
const gdtAddress = 0x500;
const informationAddress = 0x520;
const stackAddress = 0x9_0000;
const bootMagic = 0x2BAD_B002;
const lowMemoryKib = 640;

const gdt = [0, 0, 0x0000_FFFF, 0x00CF_9B00, 0x0000_FFFF, 0x00CF_9300];

function dwords(values: readonly number[]): Uint8Array {
	const bytes = new Uint8Array(4 * values.length);
	const view = new DataView(bytes.buffer);
	for (const [index, value] of values.entries()) {
		view.setUint32(4 * index, value, true);
	}

	return bytes;
}

/** `write` puts bytes at an address of the guest's memory, of which there are `ramBytes`. */
export function loadKernel(cpu: Cpu, write: (address: number, bytes: Uint8Array) => void, {image, ramBytes}: {readonly image: Uint8Array; readonly ramBytes: number}): void {
	write(gdtAddress, dwords(gdt));
	write(informationAddress, dwords([1, lowMemoryKib, (ramBytes - kernelAddress) / 1024]));
	write(kernelAddress, image);
	enterFlat(cpu, kernelAddress);
	Object.assign(cpu.gdtr, {base: gdtAddress, limit: 4 * gdt.length - 1});
	Object.assign(cpu.idtr, {base: 0, limit: 0});
	cpu.regs.fill(0);
	cpu.regs[EAX] = bootMagic;
	cpu.regs[EBX] = informationAddress;
	cpu.regs[ESP] = stackAddress;
}
