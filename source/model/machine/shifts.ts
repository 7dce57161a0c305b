// Shifts and rotates (SDM vol. 2: RCL/RCR/ROL/ROR, SAL/SAR/SHL/SHR, SHLD, SHRD). The count is taken modulo 32 first; a count of 0
// changes no flag. OF is defined for a count of 1 only; for others it follows the same formula, as in QEMU and Bochs.

import {logic} from './alu.js';
import type {Cpu} from './cpu.js';
import {carryOf, setCarryAndOverflow} from './flags.js';

/** `(cpu, value, count, shift)` to the result; `shift` as in alu.ts; the count is 1 to 31. */
export type Shift = (cpu: Cpu, value: number, count: number, shift: number) => number;

const topBit = (value: number, shift: number): number => value << shift >>> 31;
const secondBit = (value: number, shift: number): number => value << shift >>> 30 & 1;

export function shl(cpu: Cpu, value: number, count: number, shift: number): number {
	const width = 32 - shift;
	const carry = count <= width ? value >>> (width - count) & 1 : 0;
	const result = logic(cpu, value << count, shift);
	setCarryAndOverflow(cpu, carry, carry ^ topBit(result, shift));
	return result;
}

export function shr(cpu: Cpu, value: number, count: number, shift: number): number {
	const carry = value >>> (count - 1) & 1;
	const result = logic(cpu, value >>> count, shift);
	setCarryAndOverflow(cpu, carry, topBit(result, shift) ^ secondBit(result, shift));
	return result;
}

export function sar(cpu: Cpu, value: number, count: number, shift: number): number {
	const signed = value << shift >> shift;
	const carry = signed >> (count - 1) & 1;
	const result = logic(cpu, signed >> count, shift);
	setCarryAndOverflow(cpu, carry, 0);
	return result;
}

export function rol(cpu: Cpu, value: number, count: number, shift: number): number {
	const width = 32 - shift;
	const by = count % width;
	const result = by === 0 ? value : (value << by | (value >>> (width - by))) & (-1 >>> shift);
	setCarryAndOverflow(cpu, result & 1, (result & 1) ^ topBit(result, shift));
	return result;
}

export function ror(cpu: Cpu, value: number, count: number, shift: number): number {
	const width = 32 - shift;
	const by = count % width;
	const result = by === 0 ? value : (value >>> by | value << (width - by)) & (-1 >>> shift);
	setCarryAndOverflow(cpu, topBit(result, shift), topBit(result, shift) ^ secondBit(result, shift));
	return result;
}

/** Rotates through CF: 9, 17 or 33 bits, so that one step at a time says it best. */
export function rcl(cpu: Cpu, value: number, count: number, shift: number): number {
	let carry: number = carryOf(cpu);
	let result = value;
	const steps = shift === 0 ? count : count % (33 - shift);
	for (let step = 0; step < steps; step++) {
		const out = topBit(result, shift);
		result = (result << 1 | carry) & (-1 >>> shift);
		carry = out;
	}

	setCarryAndOverflow(cpu, carry, carry ^ topBit(result, shift));
	return result;
}

export function rcr(cpu: Cpu, value: number, count: number, shift: number): number {
	let carry: number = carryOf(cpu);
	let result = value;
	const steps = shift === 0 ? count : count % (33 - shift);
	for (let step = 0; step < steps; step++) {
		const out = result & 1;
		result = (result >>> 1 | carry << (31 - shift)) & (-1 >>> shift);
		carry = out;
	}

	setCarryAndOverflow(cpu, carry, topBit(result, shift) ^ secondBit(result, shift));
	return result;
}

/**
 * SHLD: shifts `value` left and fills with the high bits of `filler`. A 16-bit operand with a count above 16 is undefined; QEMU and
 * Bochs shift the 48 bits value:filler:value, and so does this.
 */
export function shld(cpu: Cpu, value: number, filler: number, count: number, shift: number): number {
	const [carry, raw] = shift === 0
		? [value >>> (32 - count) & 1, value << count | filler >>> (32 - count)]
		: shiftLeft16(value, filler, count);
	const result = logic(cpu, raw, shift);
	setCarryAndOverflow(cpu, carry, carry ^ topBit(result, shift));
	return result;
}

function shiftLeft16(value: number, filler: number, count: number): readonly [number, number] {
	const pair = value << 16 | filler;
	const carry = count <= 16 ? value >>> (16 - count) & 1 : filler >>> (32 - count) & 1;
	const whole = count <= 16 ? pair << count : pair << count | value << (count - 16);
	return [carry, whole >>> 16];
}

export function shrd(cpu: Cpu, value: number, filler: number, count: number, shift: number): number {
	const [carry, raw] = shift === 0
		? [value >>> (count - 1) & 1, value >>> count | filler << (32 - count)]
		: shiftRight16(value, filler, count);
	const result = logic(cpu, raw, shift);
	setCarryAndOverflow(cpu, carry, topBit(result, shift) ^ secondBit(result, shift));
	return result;
}

function shiftRight16(value: number, filler: number, count: number): readonly [number, number] {
	const pair = filler << 16 | value;
	const whole = count <= 16 ? pair >>> count : pair >>> count | value << (32 - count);
	return [pair >>> (count - 1) & 1, whole & 0xFFFF];
}
