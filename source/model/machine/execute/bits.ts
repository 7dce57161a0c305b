// Single bits: BT and its family, BSF, BSR.

import type {Cpu} from '../cpu.js';
import {setCarry, setStatus, statusOf, ZF} from '../flags.js';
import type {MemoryOperand, Operand} from '../instruction.js';
import {type Compile, isFlat, modifierOf, offsetOf, readerOf, readMemory, sizeOf, writeMemory, writerOf} from './operands.js';
import type {Operation} from '../code-cache.js';

type Change = (value: number, bit: number) => number;

/** BT only reads; the others leave `change` of the value. */
const bitTest = (change: Change | undefined): Compile => (cpu, {operands: [place, number]}) => {
	const size = sizeOf(place);
	if (place?.kind === 'memory' && number?.kind === 'register') {
		return bitString(cpu, place, number, change);
	}

	const index = readerOf(cpu, number);
	const width = 8 * size;
	if (change === undefined) {
		const read = readerOf(cpu, place);
		return () => setCarry(cpu, read() >>> (index() & (width - 1)) & 1);
	}

	return modifierOf(cpu, place, value => {
		const bit = index() & (width - 1);
		setCarry(cpu, value >>> bit & 1);
		return change(value, 1 << bit);
	});
};

/** With the bit's number in a register, memory is one long string of bits and the number may point far away (SDM vol. 2, BT). */
function bitString(cpu: Cpu, place: MemoryOperand, number: Operand, change: Change | undefined): Operation {
	const size = sizeOf(place);
	const index = readerOf(cpu, number);
	const start = offsetOf(cpu, place);
	const width = 8 * size;
	const wrap = place.addressSize === 2 ? 0xFFFF : -1;
	const flat = isFlat(cpu, place.segment);
	return () => {
		const bit = size === 4 ? index() : index() << 16 >> 16;
		const offset = (start() + (bit >> (size === 4 ? 5 : 4)) * size) & wrap;
		const linear = flat ? offset : cpu.linear(place.segment, offset, size, change !== undefined);
		if (change !== undefined) {
			cpu.mmu.checkWrite(linear, size);
		}

		const value = readMemory(cpu, size, linear);
		const mask = 1 << (bit & (width - 1));
		setCarry(cpu, (value & mask) === 0 ? 0 : 1);
		if (change !== undefined) {
			writeMemory(cpu, size, linear, change(value, mask));
		}
	};
}

/** With a source of 0, ZF is set and the destination stays as it was (undefined by the SDM; what processors, QEMU and Bochs do). */
const scan = (find: (value: number) => number): Compile => (cpu, {operands: [to, from]}) => {
	const read = readerOf(cpu, from);
	const write = writerOf(cpu, to);
	return () => {
		const value = read();
		setStatus(cpu, (statusOf(cpu) & ~ZF) | (value === 0 ? ZF : 0));
		if (value !== 0) {
			write(find(value));
		}
	};
};

export const bitOperations = {
	bt: bitTest(undefined),
	bts: bitTest((value, mask) => value | mask),
	btr: bitTest((value, mask) => value & ~mask),
	btc: bitTest((value, mask) => value ^ mask),
	bsf: scan(value => 31 - Math.clz32(value & -value)),
	bsr: scan(value => 31 - Math.clz32(value)),
};
