// The arithmetic of two operands, with flags. `shift` is 32 minus the width in bits (24, 16, 0): shifting left by it brings the
// operand's sign to bit 31, which is where the lazy flags want it. Operands come zero-extended; so do results of 8 and 16 bits.

import type {Cpu} from './cpu.js';
import {auxiliaryCarry, carryOf, carryOutAndIn} from './flags.js';

/** `(cpu, a, b, shift)` to the result; sets the flags. */
export type Arithmetic = (cpu: Cpu, a: number, b: number, shift: number) => number;

/** The bits of an operand. */
export const maskOf = (shift: number): number => -1 >>> shift | 0;

function setResult(cpu: Cpu, result: number, carries: number, shift: number): number {
	cpu.flagResult = result << shift >> shift;
	cpu.flagCarries = (carries << shift & carryOutAndIn) | (carries & auxiliaryCarry);
	return result & (-1 >>> shift);
}

/** Which bits of a + b produced a carry: those that both have, or that one has and that the sum lost. */
const carriesOf = (a: number, b: number, sum: number): number => (a & b) | ((a | b) & ~sum);
const borrowsOf = (a: number, b: number, difference: number): number => (~a & b) | (~(a ^ b) & difference);

export function add(cpu: Cpu, a: number, b: number, shift: number): number {
	const sum = (a + b) | 0;
	return setResult(cpu, sum, carriesOf(a, b, sum), shift);
}

export function adc(cpu: Cpu, a: number, b: number, shift: number): number {
	const sum = (a + b + carryOf(cpu)) | 0;
	return setResult(cpu, sum, carriesOf(a, b, sum), shift);
}

export function sub(cpu: Cpu, a: number, b: number, shift: number): number {
	const difference = (a - b) | 0;
	return setResult(cpu, difference, borrowsOf(a, b, difference), shift);
}

export function sbb(cpu: Cpu, a: number, b: number, shift: number): number {
	const difference = (a - b - carryOf(cpu)) | 0;
	return setResult(cpu, difference, borrowsOf(a, b, difference), shift);
}

/** Flags of AND, OR, XOR and TEST: CF and OF 0. AF is undefined (SDM); real processors, QEMU and Bochs clear it. */
export function logic(cpu: Cpu, result: number, shift: number): number {
	cpu.flagResult = result << shift >> shift;
	cpu.flagCarries = 0;
	return result & (-1 >>> shift);
}

export const and: Arithmetic = (cpu, a, b, shift) => logic(cpu, a & b, shift);
export const or: Arithmetic = (cpu, a, b, shift) => logic(cpu, a | b, shift);
export const xor: Arithmetic = (cpu, a, b, shift) => logic(cpu, a ^ b, shift);

/** INC and DEC leave CF alone. */
export function inc(cpu: Cpu, a: number, shift: number): number {
	const before = cpu.flagCarries;
	const result = add(cpu, a, 1, shift);
	keepCarry(cpu, before);
	return result;
}

export function dec(cpu: Cpu, a: number, shift: number): number {
	const before = cpu.flagCarries;
	const result = sub(cpu, a, 1, shift);
	keepCarry(cpu, before);
	return result;
}

/** Gives bit 31 the value it had, by flipping bits 31 and 30 together, which keeps their xor: OF. */
function keepCarry(cpu: Cpu, before: number): void {
	cpu.flagCarries ^= (cpu.flagCarries ^ before) >> 31 & carryOutAndIn;
}

export function neg(cpu: Cpu, a: number, shift: number): number {
	return sub(cpu, 0, a, shift);
}
