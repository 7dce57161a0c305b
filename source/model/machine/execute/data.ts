// Moving data: MOV and its family, the stack, conversions.

import type {Cpu} from '../cpu.js';
import {mode} from '../cpu.js';
import {conditionHolds, setStatus, statusFlags, statusOf, OF} from '../flags.js';
import {DS, EAX, EBP, EBX, EDX, ESP, noRegister, SS} from '../registers.js';
import {addressOf, type Compile, modifierOf, needMemory, offsetOf, readerOf, readMemory, sizeOf, writeMemory, writerOf} from './operands.js';
import {stackFault} from '../fault.js';
import {isInside} from '../descriptor.js';

const mov: Compile = (cpu, {operands: [to, from]}) => {
	const read = readerOf(cpu, from);
	const write = writerOf(cpu, to);
	return () => write(read());
};

const movsx: Compile = (cpu, {operands: [to, from]}) => {
	const read = readerOf(cpu, from);
	const write = writerOf(cpu, to);
	const shift = 32 - 8 * sizeOf(from);
	return () => write(read() << shift >> shift);
};

const xchg: Compile = (cpu, {operands: [place, register]}) => {
	const read = readerOf(cpu, register);
	const write = writerOf(cpu, register);
	return modifierOf(cpu, place, value => {
		const other = read();
		write(value);
		return other;
	});
};

const bswap: Compile = (cpu, {operands: [register]}) => {
	const read = readerOf(cpu, register);
	const write = writerOf(cpu, register);
	return () => {
		const value = read();
		write(value >>> 24 | (value >> 8 & 0xFF00) | (value << 8 & 0xFF_0000) | value << 24);
	};
};

const lea: Compile = (cpu, {operands: [to, memory]}) => {
	const offset = offsetOf(cpu, needMemory(memory));
	const write = writerOf(cpu, to);
	return () => write(offset());
};

const xlatb: Compile = (cpu, {segment, addressSize}) => {
	const operand = {kind: 'memory', size: 1, segment: segment ?? DS, base: EBX, index: noRegister, scale: 0, displacement: 0, addressSize} as const;
	const offset = offsetOf(cpu, operand);
	const wrap = addressSize === 2 ? 0xFFFF : -1;
	return () => {
		const at = (offset() + (cpu.regs[EAX]! & 0xFF)) & wrap;
		const byte = cpu.mmu.read8(cpu.linear(operand.segment, at, 1, false));
		cpu.regs[EAX] = (cpu.regs[EAX]! & ~0xFF) | byte;
	};
};

/** The source is read also where the condition does not hold, and may fault. */
const cmovcc: Compile = (cpu, {operands: [to, from], condition}) => {
	const read = readerOf(cpu, from);
	const write = writerOf(cpu, to);
	return () => {
		const value = read();
		if (conditionHolds(cpu, condition)) {
			write(value);
		}
	};
};

const setcc: Compile = (cpu, {operands: [to], condition}) => {
	const write = writerOf(cpu, to);
	return () => write(conditionHolds(cpu, condition) ? 1 : 0);
};

const push: Compile = (cpu, {operands: [from], operandSize}) => {
	const read = readerOf(cpu, from);
	return () => cpu.push(read(), operandSize);
};

/** An address through ESP counts from after the pop (SDM vol. 2, POP). */
const pop: Compile = (cpu, {operands: [to], operandSize}) => {
	if (to?.kind === 'register') {
		const write = writerOf(cpu, to);
		return () => {
			const value = cpu.peek(0, operandSize);
			cpu.setStackPointer(cpu.stackPointer(operandSize));
			write(value);
		};
	}

	const address = addressOf(cpu, needMemory(to), operandSize, true);
	return () => {
		const value = cpu.peek(0, operandSize);
		const before = cpu.regs[ESP]!;
		cpu.setStackPointer(cpu.stackPointer(operandSize));
		try {
			writeMemory(cpu, operandSize, address(), value);
		} catch (fault) {
			cpu.regs[ESP] = before;
			throw fault;
		}
	};
};

const pusha: Compile = (cpu, {operandSize}) => () => {
	checkStackWrite(cpu, 8 * operandSize);
	const before = cpu.regs[ESP]!;
	for (let register = 0; register < 8; register++) {
		cpu.push(register === ESP ? before : cpu.regs[register]!, operandSize);
	}
};

const popa: Compile = (cpu, {operandSize}) => () => {
	const values = Array.from({length: 8}, (_, index) => cpu.peek(operandSize * (7 - index), operandSize));
	for (const [register, value] of values.entries()) {
		if (register !== ESP) {
			cpu.regs[register] = operandSize === 4 ? value : (cpu.regs[register]! & ~0xFFFF) | value;
		}
	}

	cpu.setStackPointer(cpu.stackPointer(8 * operandSize));
};

/** Faults now if `bytes` bytes below the top of the stack cannot be written, so that an instruction that pushes several does all or nothing. */
function checkStackWrite(cpu: Cpu, bytes: number): void {
	const wide = (cpu.mode & mode.stack32) !== 0;
	const bottom = cpu.stackPointer(-bytes);
	if (wide || bottom + bytes <= 0x1_0000) {
		cpu.mmu.checkWrite(cpu.linear(SS, bottom, bytes, true), bytes);
	}
}

/** ENTER (SDM vol. 2): a frame of `locals` bytes, with `level` - 1 pointers to the frames around it. */
const enter: Compile = (cpu, {operands: [locals, nesting], operandSize}) => {
	const size = readerOf(cpu, locals);
	const level = readerOf(cpu, nesting);
	return () => {
		const depth = level() & 31;
		const framePointer = cpu.regs[EBP]!;
		const saved = cpu.regs[ESP]!;
		checkStackWrite(cpu, operandSize * (depth + 1) + size());
		cpu.push(framePointer, operandSize);
		const frame = cpu.regs[ESP]!;
		try {
			for (let index = 1; index < depth; index++) {
				const offset = (cpu.mode & mode.stack32) === 0 ? (framePointer - operandSize * index) & 0xFFFF : (framePointer - operandSize * index) | 0;
				cpu.push(readMemory(cpu, operandSize, cpu.linear(SS, offset, operandSize, false)), operandSize);
			}

			if (depth > 0) {
				cpu.push(frame, operandSize);
			}
		} catch (fault) {
			cpu.regs[ESP] = saved;
			throw fault;
		}

		cpu.regs[EBP] = operandSize === 4 ? frame : (framePointer & ~0xFFFF) | (frame & 0xFFFF);
		cpu.setStackPointer(cpu.stackPointer(-size()));
	};
};

const leave: Compile = (cpu, {operandSize}) => () => {
	const {regs} = cpu;
	const wide = (cpu.mode & mode.stack32) !== 0;
	const frame = wide ? regs[EBP]! : regs[EBP]! & 0xFFFF;
	if (!isInside(cpu.segments[SS]!, frame, operandSize)) {
		throw stackFault();
	}

	const value = readMemory(cpu, operandSize, cpu.linear(SS, frame, operandSize, false));
	cpu.setStackPointer(wide ? (frame + operandSize) | 0 : (frame + operandSize) & 0xFFFF);
	regs[EBP] = operandSize === 4 ? value : (regs[EBP]! & ~0xFFFF) | value;
};

/** CBW and CWDE. */
const cbw: Compile = (cpu, {operandSize}) => () => {
	const eax = cpu.regs[EAX]!;
	cpu.regs[EAX] = operandSize === 4 ? eax << 16 >> 16 : (eax & ~0xFFFF) | (eax << 24 >> 24 & 0xFFFF);
};

/** CWD and CDQ. */
const cwd: Compile = (cpu, {operandSize}) => () => {
	const eax = cpu.regs[EAX]!;
	cpu.regs[EDX] = operandSize === 4 ? eax >> 31 : (cpu.regs[EDX]! & ~0xFFFF) | (eax << 16 >> 31 & 0xFFFF);
};

const lahf: Compile = cpu => () => {
	cpu.regs[EAX] = (cpu.regs[EAX]! & ~0xFF00) | ((statusOf(cpu) & 0xFF) | 2) << 8;
};

const sahf: Compile = cpu => () => {
	setStatus(cpu, (statusOf(cpu) & OF) | (cpu.regs[EAX]! >> 8 & statusFlags & ~OF));
};

const nop: Compile = () => () => {
	// Nothing.
};

export const dataOperations = {
	mov, movzx: mov, movsx, xchg, bswap, lea, xlatb, cmovcc, setcc, push, pop, pusha, popa, enter, leave, cbw, cwd, lahf, sahf, nop,
};

