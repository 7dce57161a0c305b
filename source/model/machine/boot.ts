// Two ways for a program to get the machine: as firmware, which begins in real mode at the reset vector as on any PC, or as a kernel that a
// loader has put into memory, in flat 32-bit mode with interrupts off (as Multiboot 1, 3.2, hands over).

import {attribute} from './descriptor.js';
import {cr0Bits, type Cpu} from './cpu.js';
import type {Machine} from './machine.js';
import {CS, DS, ES, FS, GS, SS} from './registers.js';
import {setSegment} from './segments.js';

const flat = attribute.pages | attribute.big | 0xF_0000 | attribute.present | attribute.codeOrData | attribute.accessed | attribute.writable;

/**
 * Puts `image` at `address` and the processor there, in ring 0, with all segments 4 GiB from 0. The GDT is the program's own business: the
 * selectors 8 (code) and 16 (data) are only names until it loads one.
 */
export function bootFlat(machine: Machine, image: Uint8Array, address: number): void {
	machine.memory.write(address, image);
	enterFlat(machine.cpu, address);
}

/** The processor of a loader that hands over at `address`. */
export function enterFlat(cpu: Cpu, address: number): void {
	cpu.cr0 = cr0Bits.ET | cr0Bits.PE;
	for (const index of [ES, SS, DS, FS, GS]) {
		setSegment(cpu, index, {selector: 16, base: 0, limit: 0xFFFF_FFFF, attributes: flat});
	}

	setSegment(cpu, CS, {selector: 8, base: 0, limit: 0xFFFF_FFFF, attributes: flat | attribute.code});
	cpu.eip = address | 0;
	cpu.fetchPage = -1;
}
