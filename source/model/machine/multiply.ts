// MUL, IMUL, DIV and IDIV (SDM vol. 2). Products need 64 bits and quotients start from them; JavaScript's exact integers end at 53,
// so 32-bit operands are cut into halves of 16 bits, or go through BigInt where the numbers are rarely large.

import {logic} from './alu.js';
import type {Cpu} from './cpu.js';
import {divideError} from './fault.js';
import {setCarryAndOverflow} from './flags.js';

/** The high 32 bits of an unsigned product. */
export function highUnsigned(a: number, b: number): number {
	const aLow = a & 0xFFFF;
	const aHigh = a >>> 16;
	const bLow = b & 0xFFFF;
	const bHigh = b >>> 16;
	const middle = aHigh * bLow + (aLow * bLow >>> 16);
	const middle2 = aLow * bHigh + (middle % 0x1_0000);
	return (aHigh * bHigh + Math.floor(middle / 0x1_0000) + Math.floor(middle2 / 0x1_0000)) | 0;
}

/** The high 32 bits of a signed product. */
export function highSigned(a: number, b: number): number {
	return (highUnsigned(a, b) - (a < 0 ? b : 0) - (b < 0 ? a : 0)) | 0;
}

/**
 * CF and OF say whether the upper half matters. SF, ZF, AF and PF are undefined; QEMU and Bochs take them from the lower half.
 */
export function setProductFlags(cpu: Cpu, low: number, overflow: boolean, shift: number): void {
	logic(cpu, low, shift);
	setCarryAndOverflow(cpu, overflow ? 1 : 0, overflow ? 1 : 0);
}

/** IMUL of two or three operands: the product cut to the operand's width. */
export function signedProduct(cpu: Cpu, a: number, b: number, shift: number): number {
	const x = a << shift >> shift;
	const y = b << shift >> shift;
	const low = Math.imul(x, y);
	const cut = low << shift >> shift;
	setProductFlags(cpu, low, shift === 0 ? highSigned(x, y) !== low >> 31 : cut !== low, shift);
	return low & (-1 >>> shift);
}

export type Quotient = {readonly quotient: number; readonly remainder: number};

/** Divides high:low by an unsigned divisor; #DE if it is 0 or the quotient does not fit. */
export function divideUnsigned(high: number, low: number, divisor: number): Quotient {
	const d = divisor >>> 0;
	const h = high >>> 0;
	if (h >= d) {
		throw divideError();
	}

	if (h < 0x20_0000) {
		const dividend = h * 0x1_0000_0000 + (low >>> 0);
		const quotient = Math.floor(dividend / d);
		// The quotient of two exact integers may round up to the next one; the remainder tells.
		const remainder = dividend - quotient * d;
		return remainder < 0 ? {quotient: (quotient - 1) | 0, remainder: (remainder + d) | 0} : {quotient: quotient | 0, remainder: remainder | 0};
	}

	const dividend = BigInt(h) << 32n | BigInt(low >>> 0);
	return {quotient: Number(dividend / BigInt(d)) | 0, remainder: Number(dividend % BigInt(d)) | 0};
}

/** Divides high:low by a signed divisor; the quotient is cut towards zero and the remainder has the dividend's sign. */
export function divideSigned(high: number, low: number, divisor: number): Quotient {
	const negative = high < 0;
	const [h, l] = negative ? negate64(high, low) : [high, low];
	const {quotient, remainder} = divideUnsigned(h, l, Math.abs(divisor));
	const opposite = negative !== divisor < 0;
	if (quotient >>> 0 > (opposite ? 0x8000_0000 : 0x7FFF_FFFF)) {
		throw divideError();
	}

	return {quotient: (opposite ? -quotient : quotient) | 0, remainder: (negative ? -remainder : remainder) | 0};
}

function negate64(high: number, low: number): readonly [number, number] {
	return [low === 0 ? -high | 0 : ~high, -low | 0];
}

/** Division of 8 and 16 bits: the dividend fits in 32. */
export function divideNarrow(dividend: number, divisor: number, shift: number, signed: boolean): Quotient {
	const n = signed ? dividend : dividend >>> 0;
	const d = signed ? divisor << shift >> shift : divisor;
	if (d === 0) {
		throw divideError();
	}

	const quotient = Math.trunc(n / d);
	const limit = 2 ** (32 - shift);
	if (signed ? quotient >= limit / 2 || quotient < -limit / 2 : quotient >= limit) {
		throw divideError();
	}

	return {quotient: quotient & (limit - 1), remainder: (n - quotient * d) & (limit - 1)};
}

