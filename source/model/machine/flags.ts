// EFLAGS (Intel SDM vol. 1, 3.4.3).
//
//     21 ID  17 VM  16 RF  14 NT  13:12 IOPL  11 OF  10 DF  9 IF  8 TF  7 SF  6 ZF  4 AF  2 PF  1 (always 1)  0 CF
//
// The six status flags are lazy: an instruction keeps its result and a word of carries, and the flags are worked out when somebody
// looks. `flagResult` is the result, sign-extended to 32 bits. `flagCarries` has:
//
//     31  carry out of the highest bit (CF)
//     30  carry into the highest bit   (OF = bit 31 xor bit 30)
//     15:8  xor-ed into the result's low byte before its parity is taken
//      3  carry out of bit 3 (AF)
//      0  inverts SF
//
// Bits 15:8 and 0 exist because POPF can ask for flags that no result has (ZF and SF both set). The scheme is that of Bochs
// (cpu/lazy_flags.h): a branch costs one comparison, whatever instruction came before it.

import type {Cpu} from './cpu.js';

export const CF = 1;
export const PF = 4;
export const AF = 0x10;
export const ZF = 0x40;
export const SF = 0x80;
export const TF = 0x100;
export const IF = 0x200;
export const DF = 0x400;
export const OF = 0x800;
export const IOPL = 0x3000;
export const NT = 0x4000;
export const RF = 0x1_0000;
export const VM = 0x2_0000;
export const AC = 0x4_0000;
export const ID = 0x20_0000;

export const statusFlags = CF | PF | AF | ZF | SF | OF;

/** Bits of `flagCarries` that an arithmetic instruction sets; the rest stay 0. */
export const carryOutAndIn = 0xC000_0000 | 0;
export const auxiliaryCarry = 8;

const evenParity = Uint8Array.from({length: 256}, (_, byte) => {
	let ones = 0;
	for (let rest = byte; rest > 0; rest >>= 1) {
		ones += rest & 1;
	}

	return 1 - (ones & 1);
});

export const carryOf = (cpu: Cpu): 0 | 1 => cpu.flagCarries < 0 ? 1 : 0;
export const zeroOf = (cpu: Cpu): boolean => cpu.flagResult === 0;
export const signOf = (cpu: Cpu): boolean => (cpu.flagResult ^ (cpu.flagCarries << 31)) < 0;
export const overflowOf = (cpu: Cpu): boolean => (cpu.flagCarries ^ (cpu.flagCarries << 1)) < 0;
const parityOf = (cpu: Cpu): boolean => evenParity[(cpu.flagResult ^ (cpu.flagCarries >> 8)) & 0xFF] === 1;
const auxiliaryOf = (cpu: Cpu): boolean => (cpu.flagCarries & auxiliaryCarry) !== 0;

/** The six status flags at their places. */
export function statusOf(cpu: Cpu): number {
	return carryOf(cpu)
		| (parityOf(cpu) ? PF : 0)
		| (auxiliaryOf(cpu) ? AF : 0)
		| (zeroOf(cpu) ? ZF : 0)
		| (signOf(cpu) ? SF : 0)
		| (overflowOf(cpu) ? OF : 0);
}

/** Makes the status flags what `bits` says. */
export function setStatus(cpu: Cpu, bits: number): void {
	const zero = (bits & ZF) !== 0;
	const carry = bits & CF;
	const overflow = (bits & OF) === 0 ? 0 : 1;
	const parityIsEven = (bits & PF) === 0 ? 0 : 1;
	cpu.flagResult = zero ? 0 : 1;
	cpu.flagCarries = (carry << 31)
		| ((carry ^ overflow) << 30)
		| ((zero ? 1 - parityIsEven : parityIsEven) << 8)
		| ((bits & AF) === 0 ? 0 : auxiliaryCarry)
		| ((bits & SF) === 0 ? 0 : 1);
}

/** Changes CF and OF only. */
export function setCarryAndOverflow(cpu: Cpu, carry: number, overflow: number): void {
	cpu.flagCarries = (cpu.flagCarries & ~carryOutAndIn) | (carry << 31) | ((carry ^ overflow) << 30);
}

/** Changes CF only: flipping both carries leaves OF as it is. */
export function setCarry(cpu: Cpu, carry: number): void {
	if (carryOf(cpu) !== carry) {
		cpu.flagCarries ^= carryOutAndIn;
	}
}

export function eflagsOf(cpu: Cpu): number {
	return cpu.systemFlags | statusOf(cpu);
}

/**
 * Bits that can be set at all.
 *
 * Simplified: VM, VIF and VIP belong to virtual-8086 mode, which is not modelled. RF is shown where a fault pushes it and not kept,
 * because it only matters for instruction breakpoints.
 */
const settable = statusFlags | TF | IF | DF | IOPL | NT | AC | ID;

/** Replaces the bits of EFLAGS that are in `mask`. */
export function setEflags(cpu: Cpu, value: number, mask: number): void {
	const merged = (eflagsOf(cpu) & ~mask) | (value & mask);
	setStatus(cpu, merged);
	cpu.systemFlags = (merged & settable & ~statusFlags) | 2;
}

/** The sixteen conditions of Jcc, SETcc and CMOVcc (SDM vol. 2, B.1.4.7), by the low four bits of the opcode. */
export const conditionNames = ['o', 'no', 'c', 'nc', 'z', 'nz', 'na', 'a', 's', 'ns', 'pe', 'po', 'l', 'nl', 'ng', 'g'] as const;

export function conditionHolds(cpu: Cpu, condition: number): boolean {
	return conditionTests[condition >> 1]!(cpu) === ((condition & 1) === 0);
}

const conditionTests: ReadonlyArray<(cpu: Cpu) => boolean> = [
	overflowOf,
	cpu => cpu.flagCarries < 0,
	zeroOf,
	cpu => cpu.flagCarries < 0 || cpu.flagResult === 0,
	signOf,
	parityOf,
	cpu => signOf(cpu) !== overflowOf(cpu),
	cpu => cpu.flagResult === 0 || signOf(cpu) !== overflowOf(cpu),
];
