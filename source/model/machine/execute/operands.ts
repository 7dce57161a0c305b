// From operands to functions: where an operand is, how it is read and written. Made once, when an instruction is decoded; run many
// times. Values of 1 and 2 bytes are zero-extended, those of 4 are signed 32-bit integers.

import {assert} from '../../../base/assert.js';
import {type Cpu, mode} from '../cpu.js';
import type {Operation} from '../code-cache.js';
import type {Instruction, MemoryOperand, Operand, RegisterOperand, Size} from '../instruction.js';
import {CS, FS, GS, noRegister} from '../registers.js';

export type Read = () => number;
export type Write = (value: number) => void;

/** How an instruction becomes an operation. Runs while the CPU is in the mode that the operation is for. */
export type Compile = (cpu: Cpu, instruction: Instruction) => Operation;

/** The offset in its segment. */
export function offsetOf(cpu: Cpu, {base, index, scale, displacement, addressSize}: MemoryOperand): Read {
	const {regs} = cpu;
	if (addressSize === 2) {
		return () => (regs[base]! + regs[index]! + displacement) & 0xFFFF;
	}

	if (index !== noRegister) {
		return () => (regs[base]! + (regs[index]! << scale) + displacement) | 0;
	}

	return base === noRegister ? () => displacement : () => (regs[base]! + displacement) | 0;
}

/** Whether accesses through this segment need no check. */
export function isFlat(cpu: Cpu, segment: number): boolean {
	return (cpu.mode & mode.flatData) !== 0 && segment !== CS && segment !== FS && segment !== GS;
}

/** The linear address of `bytes` bytes; faults if the segment does not allow them. */
export function addressOf(cpu: Cpu, operand: MemoryOperand, bytes: number, write: boolean): Read {
	const offset = offsetOf(cpu, operand);
	const {segment} = operand;
	return isFlat(cpu, segment) ? offset : () => cpu.linear(segment, offset(), bytes, write);
}

export function needMemory(operand: Operand | undefined): MemoryOperand {
	assert(operand?.kind === 'memory', 'needMemory: the operand is not in memory');
	return operand;
}

export function sizeOf(operand: Operand | undefined): Size {
	assert((operand?.kind === 'register' || operand?.kind === 'memory') && operand.size !== 0, 'sizeOf: the operand has no size');
	return operand.size as Size;
}

/** 32 minus the width of an operand in bits, as alu.ts wants it. */
export const shiftOf = (operand: Operand | undefined): number => 32 - 8 * sizeOf(operand);

export function readMemory(cpu: Cpu, bytes: Size, linear: number): number {
	return bytes === 4 ? cpu.mmu.read32(linear) : (bytes === 2 ? cpu.mmu.read16(linear) : cpu.mmu.read8(linear));
}

export function writeMemory(cpu: Cpu, bytes: Size, linear: number, value: number): void {
	if (bytes === 4) {
		cpu.mmu.write32(linear, value);
	} else if (bytes === 2) {
		cpu.mmu.write16(linear, value);
	} else {
		cpu.mmu.write8(linear, value);
	}
}

function registerReader({regs}: Cpu, {size, index}: RegisterOperand): Read {
	if (size === 4) {
		return () => regs[index]!;
	}

	if (size === 2) {
		return () => regs[index]! & 0xFFFF;
	}

	return index < 4 ? () => regs[index]! & 0xFF : () => regs[index - 4]! >> 8 & 0xFF;
}

function registerWriter({regs}: Cpu, {size, index}: RegisterOperand): Write {
	if (size === 4) {
		return value => {
			regs[index] = value;
		};
	}

	if (size === 2) {
		return value => {
			regs[index] = (regs[index]! & ~0xFFFF) | (value & 0xFFFF);
		};
	}

	return index < 4
		? value => {
			regs[index] = (regs[index]! & ~0xFF) | (value & 0xFF);
		}
		: value => {
			regs[index - 4] = (regs[index - 4]! & ~0xFF00) | (value & 0xFF) << 8;
		};
}

function memoryReader(cpu: Cpu, operand: MemoryOperand): Read {
	const {mmu} = cpu;
	const size = sizeOf(operand);
	const address = addressOf(cpu, operand, size, false);
	if (size === 4) {
		return () => mmu.read32(address());
	}

	return size === 2 ? () => mmu.read16(address()) : () => mmu.read8(address());
}

function memoryWriter(cpu: Cpu, operand: MemoryOperand): Write {
	const {mmu} = cpu;
	const size = sizeOf(operand);
	const address = addressOf(cpu, operand, size, true);
	if (size === 4) {
		return value => mmu.write32(address(), value);
	}

	return size === 2 ? value => mmu.write16(address(), value) : value => mmu.write8(address(), value);
}

export function readerOf(cpu: Cpu, operand: Operand | undefined): Read {
	switch (operand?.kind) {
		case 'register': { return registerReader(cpu, operand); }
		case 'memory': { return memoryReader(cpu, operand); }
		case 'immediate': {
			const {value} = operand;
			return () => value;
		}

		default: { throw new TypeError(`readerOf: ${operand?.kind ?? 'no operand'}`); }
	}
}

export function writerOf(cpu: Cpu, operand: Operand | undefined): Write {
	assert(operand?.kind === 'register' || operand?.kind === 'memory', 'writerOf: not a place');
	return operand.kind === 'register' ? registerWriter(cpu, operand) : memoryWriter(cpu, operand);
}

/**
 * Reads a place, changes what is there and writes it back. Memory is checked for writing before it is read: `add [page], 1` on a
 * read-only page faults as a write.
 */
export function modifierOf(cpu: Cpu, operand: Operand | undefined, change: (value: number) => number): Operation {
	if (operand?.kind === 'memory') {
		const size = sizeOf(operand);
		const address = addressOf(cpu, operand, size, true);
		const readable = addressOf(cpu, operand, size, false);
		const flat = isFlat(cpu, operand.segment);
		return () => {
			const linear = address();
			cpu.mmu.checkWrite(linear, size);
			const value = readMemory(cpu, size, flat ? linear : readable());
			writeMemory(cpu, size, linear, change(value));
		};
	}

	const read = readerOf(cpu, operand);
	const write = writerOf(cpu, operand);
	return () => write(change(read()));
}
