// CPUID: what the processor says of itself. It says of this machine what is true of this machine: no FPU, no PAE, no APIC, no SIMD; so a
// guest that asks before it uses does not meet anything that is missing.
//
// Family 6, model 6, stepping 3 are those of QEMU's qemu32.

import type {Cpu} from './cpu.js';
import {EAX, EBX, ECX, EDX} from './registers.js';

const signature = 0x663;
const features = {DE: 1 << 2, PSE: 1 << 3, TSC: 1 << 4, MSR: 1 << 5, MCE: 1 << 7, CX8: 1 << 8, PGE: 1 << 13, CMOV: 1 << 15} as const;
const featureBits = Object.values(features).reduce((all, bit) => all | bit, 0);
const umip = 1 << 2;

/** Four characters as the bytes of a register. */
const characters = (text: string): number => [...text].reduce((word, character, index) => word | character.charCodeAt(0) << (8 * index), 0);

type Leaf = readonly [eax: number, ebx: number, ecx: number, edx: number];

const none: Leaf = [0, 0, 0, 0];
const vendor: Leaf = [7, characters('Genu'), characters('ntel'), characters('ineI')];
const extended: Leaf = [0x8000_0004 | 0, 0, 0, 0];
const brand = 'virtlab 32-bit processor'.padEnd(48, '\0');

const leaves = new Map<number, Leaf>([
	[0, vendor],
	[1, [signature, 0, 0, featureBits]],
	[7, [0, 0, umip, 0]],
	[0x8000_0000, extended],
	...[0, 1, 2].map((part): [number, Leaf] => [0x8000_0002 + part, [0, 4, 8, 12].map(at => characters(brand.slice(16 * part + at, 16 * part + at + 4))) as unknown as Leaf]),
]);

/** A leaf above the highest basic one answers as the highest does (SDM vol. 2, CPUID); other unknown ones are zero. */
export function cpuid({regs}: Cpu): void {
	const asked = regs[EAX]! >>> 0;
	const [eax, ebx, ecx, edx] = leaves.get(asked) ?? (asked > 7 && asked < 0x8000_0000 ? leaves.get(7)! : none);
	regs[EAX] = eax;
	regs[EBX] = ebx;
	regs[ECX] = ecx;
	regs[EDX] = edx;
}
