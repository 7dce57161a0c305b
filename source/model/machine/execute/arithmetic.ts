// Arithmetic and logic.

import {adc, add, and, type Arithmetic, dec, inc, logic, maskOf, neg, or, sbb, sub, xor} from '../alu.js';
import type {Cpu} from '../cpu.js';
import {carryOf, setCarry, statusOf, setStatus, AF, CF, ZF} from '../flags.js';
import type {Instruction} from '../instruction.js';
import {divideNarrow, divideSigned, divideUnsigned, highSigned, highUnsigned, setProductFlags, signedProduct} from '../multiply.js';
import {EAX, EBX, ECX, EDX} from '../registers.js';
import {rcl, rcr, rol, ror, sar, type Shift, shl, shld, shr, shrd} from '../shifts.js';
import {addressOf, type Compile, modifierOf, needMemory, readerOf, shiftOf, sizeOf, writerOf} from './operands.js';
import type {Operation} from '../code-cache.js';

const arithmetic = (work: Arithmetic): Compile => (cpu, {operands: [to, from]}) => {
	const shift = shiftOf(to);
	const read = readerOf(cpu, from);
	if (to?.kind === 'register') {
		const left = readerOf(cpu, to);
		const write = writerOf(cpu, to);
		return () => write(work(cpu, left(), read(), shift));
	}

	return modifierOf(cpu, to, value => work(cpu, value, read(), shift));
};

/** CMP and TEST: flags only. */
const comparison = (work: Arithmetic): Compile => (cpu, {operands: [left, right]}) => {
	const shift = shiftOf(left);
	const a = readerOf(cpu, left);
	const b = readerOf(cpu, right);
	return () => {
		work(cpu, a(), b(), shift);
	};
};

const single = (work: (cpu: Cpu, value: number, shift: number) => number): Compile => (cpu, {operands: [place]}) => {
	const shift = shiftOf(place);
	return modifierOf(cpu, place, value => work(cpu, value, shift));
};

const not: Compile = (cpu, {operands: [place]}) => {
	const mask = maskOf(shiftOf(place));
	return modifierOf(cpu, place, value => ~value & mask);
};

const shifting = (work: Shift): Compile => (cpu, {operands: [place, by]}) => {
	const shift = shiftOf(place);
	const count = readerOf(cpu, by);
	return modifierOf(cpu, place, value => {
		const steps = count() & 31;
		return steps === 0 ? value : work(cpu, value, steps, shift);
	});
};

const doubleShifting = (work: typeof shld): Compile => (cpu, {operands: [place, filler, by]}) => {
	const shift = shiftOf(place);
	const fill = readerOf(cpu, filler);
	const count = readerOf(cpu, by);
	return modifierOf(cpu, place, value => {
		const steps = count() & 31;
		return steps === 0 ? value : work(cpu, value, fill(), steps, shift);
	});
};

const xadd: Compile = (cpu, {operands: [place, register]}) => {
	const shift = shiftOf(place);
	const read = readerOf(cpu, register);
	const write = writerOf(cpu, register);
	return modifierOf(cpu, place, value => {
		const sum = add(cpu, value, read(), shift);
		// Where both are one register the sum wins, because modifierOf writes last.
		write(value);
		return sum;
	});
};

/** The destination is written in any case (SDM vol. 2, CMPXCHG): with what it had, if the accumulator differs. */
const cmpxchg: Compile = (cpu, {operands: [place, source]}) => {
	const size = sizeOf(place);
	const accumulator = {kind: 'register', size, index: EAX} as const;
	const read = readerOf(cpu, source);
	const old = readerOf(cpu, accumulator);
	const keep = writerOf(cpu, accumulator);
	const shift = shiftOf(place);
	return modifierOf(cpu, place, value => {
		sub(cpu, old(), value, shift);
		if (cpu.flagResult === 0) {
			return read();
		}

		keep(value);
		return value;
	});
};

const cmpxchg8b: Compile = (cpu, {operands: [place]}) => {
	const address = addressOf(cpu, needMemory(place), 8, true);
	const {regs, mmu} = cpu;
	return () => {
		const at = address();
		mmu.checkWrite(at, 8);
		const low = mmu.read32(at);
		const high = mmu.read32((at + 4) | 0);
		const equal = low === regs[EAX] && high === regs[EDX];
		mmu.write32(at, equal ? regs[EBX]! : low);
		mmu.write32((at + 4) | 0, equal ? regs[ECX]! : high);
		regs[EAX] = low;
		regs[EDX] = high;
		setStatus(cpu, (statusOf(cpu) & ~ZF) | (equal ? ZF : 0));
	};
};

/** MUL, and IMUL of one operand: the product goes to AX, DX:AX or EDX:EAX. */
function wideProduct(cpu: Cpu, {operands: [operand]}: Instruction, signed: boolean): Operation {
	const read = readerOf(cpu, operand);
	const size = sizeOf(operand);
	const {regs} = cpu;
	if (size === 4) {
		return () => {
			const a = regs[EAX]!;
			const b = read();
			const low = Math.imul(a, b);
			const high = signed ? highSigned(a, b) : highUnsigned(a, b);
			regs[EAX] = low;
			regs[EDX] = high;
			setProductFlags(cpu, low, signed ? high !== low >> 31 : high !== 0, 0);
		};
	}

	const shift = 32 - 8 * size;
	return () => {
		const a = signed ? regs[EAX]! << shift >> shift : regs[EAX]! & maskOf(shift);
		const b = signed ? read() << shift >> shift : read();
		const product = Math.imul(a, b);
		const overflow = signed ? product << shift >> shift !== product : product >>> (8 * size) !== 0;
		if (size === 1) {
			regs[EAX] = (regs[EAX]! & ~0xFFFF) | (product & 0xFFFF);
		} else {
			regs[EAX] = (regs[EAX]! & ~0xFFFF) | (product & 0xFFFF);
			regs[EDX] = (regs[EDX]! & ~0xFFFF) | product >>> 16;
		}

		setProductFlags(cpu, product, overflow, shift);
	};
}

const mul: Compile = (cpu, instruction) => wideProduct(cpu, instruction, false);

const imul: Compile = (cpu, instruction) => {
	const {operands: [to, from, times]} = instruction;
	if (from === undefined) {
		return wideProduct(cpu, instruction, true);
	}

	const shift = shiftOf(to);
	const a = readerOf(cpu, times === undefined ? to : from);
	const b = readerOf(cpu, times ?? from);
	const write = writerOf(cpu, to);
	return () => write(signedProduct(cpu, a(), b(), shift));
};

const division = (signed: boolean): Compile => (cpu, {operands: [operand]}) => {
	const read = readerOf(cpu, operand);
	const size = sizeOf(operand);
	const {regs} = cpu;
	const divide = signed ? divideSigned : divideUnsigned;
	if (size === 4) {
		return () => {
			const {quotient, remainder} = divide(regs[EDX]!, regs[EAX]!, read());
			regs[EAX] = quotient;
			regs[EDX] = remainder;
		};
	}

	return () => {
		const low = regs[EAX]! & 0xFFFF;
		const dividend = size === 1 ? (signed ? low << 16 >> 16 : low) : regs[EDX]! << 16 | low;
		const {quotient, remainder} = divideNarrow(dividend, read(), 32 - 8 * size, signed);
		regs[EAX] = (regs[EAX]! & ~0xFFFF) | (size === 1 ? remainder << 8 | quotient : quotient);
		if (size === 2) {
			regs[EDX] = (regs[EDX]! & ~0xFFFF) | remainder;
		}
	};
};

/** AL and AH after the decimal adjustments, which look at AF and CF. */
function setAx(cpu: Cpu, value: number): void {
	cpu.regs[EAX] = (cpu.regs[EAX]! & ~0xFFFF) | (value & 0xFFFF);
}

/** DAA and DAS (SDM vol. 2): `sign` is 1 or -1. OF is undefined and becomes 0. */
const decimalAdjust = (sign: 1 | -1): Compile => cpu => () => {
	const before = cpu.regs[EAX]! & 0xFF;
	const status = statusOf(cpu);
	let value = before;
	let carry = 0;
	let auxiliary = 0;
	if ((before & 15) > 9 || (status & AF) !== 0) {
		value += 6 * sign;
		carry = (status & CF) | (value < 0 || value > 0xFF ? 1 : 0);
		auxiliary = AF;
	}

	if (before > 0x99 || (status & CF) !== 0) {
		value += 0x60 * sign;
		carry = 1;
	} else if (sign === 1) {
		carry = 0;
	}

	cpu.regs[EAX] = (cpu.regs[EAX]! & ~0xFF) | (value & 0xFF);
	logic(cpu, value & 0xFF, 24);
	setStatus(cpu, statusOf(cpu) | carry | auxiliary);
};

/** AAA and AAS. Flags other than AF and CF are undefined; they follow AL, as in Bochs. */
const asciiAdjust = (sign: 1 | -1): Compile => cpu => () => {
	const ax = cpu.regs[EAX]! & 0xFFFF;
	const adjust = (ax & 15) > 9 || (statusOf(cpu) & AF) !== 0;
	const value = adjust ? ax + 0x106 * sign : ax;
	setAx(cpu, value & 0xFF0F);
	logic(cpu, value & 0x0F, 24);
	setStatus(cpu, statusOf(cpu) | (adjust ? AF | CF : 0));
};

const aam: Compile = (cpu, {operands: [base]}) => {
	const read = readerOf(cpu, base);
	return () => {
		const {quotient, remainder} = divideNarrow(cpu.regs[EAX]! & 0xFF, read(), 24, false);
		setAx(cpu, quotient << 8 | remainder);
		logic(cpu, remainder, 24);
	};
};

const aad: Compile = (cpu, {operands: [base]}) => {
	const read = readerOf(cpu, base);
	return () => {
		const ax = cpu.regs[EAX]!;
		const value = ((ax >> 8 & 0xFF) * read() + (ax & 0xFF)) & 0xFF;
		setAx(cpu, value);
		logic(cpu, value, 24);
	};
};

export const arithmeticOperations = {
	add: arithmetic(add), or: arithmetic(or), adc: arithmetic(adc), sbb: arithmetic(sbb), and: arithmetic(and), sub: arithmetic(sub), xor: arithmetic(xor),
	cmp: comparison(sub), test: comparison(and), not, neg: single(neg), inc: single(inc), dec: single(dec),
	rol: shifting(rol), ror: shifting(ror), rcl: shifting(rcl), rcr: shifting(rcr), shl: shifting(shl), shr: shifting(shr), sar: shifting(sar),
	shld: doubleShifting(shld), shrd: doubleShifting(shrd),
	xadd, cmpxchg, cmpxchg8b, mul, imul, div: division(false), idiv: division(true),
	daa: decimalAdjust(1), das: decimalAdjust(-1), aaa: asciiAdjust(1), aas: asciiAdjust(-1), aam, aad,
	clc: (cpu => () => setCarry(cpu, 0)) as Compile,
	stc: (cpu => () => setCarry(cpu, 1)) as Compile,
	cmc: (cpu => () => setCarry(cpu, 1 - carryOf(cpu))) as Compile,
};
