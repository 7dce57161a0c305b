// Instructions that say where to go on. `cpu.eip` already points behind the instruction when one of these runs, because they end a
// block; a fault puts it back.

import type {Cpu} from '../cpu.js';
import {mode} from '../cpu.js';
import {farCall, farJump, farReturn} from '../far-transfer.js';
import {Fault, generalProtection, undefinedOpcode, vector} from '../fault.js';
import {conditionHolds, overflowOf, zeroOf} from '../flags.js';
import {type Instruction, nextEip, type Operand} from '../instruction.js';
import {interruptReturn, softwareInterrupt} from '../interrupts.js';
import {CS, ECX} from '../registers.js';
import {addressOf, type Compile, needMemory, readerOf, readMemory} from './operands.js';

const cut = (eip: number, size: 2 | 4): number => size === 4 ? eip : eip & 0xFFFF;

function targetOf(operand: Operand | undefined): number {
	if (operand?.kind !== 'target') {
		throw new TypeError('targetOf: no jump target');
	}

	return operand.eip;
}

/** Where a near JMP or CALL leads: known already, or read from a register or memory. */
function destination(cpu: Cpu, {operands: [operand], operandSize}: Instruction): () => number {
	if (operand?.kind === 'target') {
		const target = targetOf(operand);
		return () => target;
	}

	const read = readerOf(cpu, operand);
	return operandSize === 4 ? read : () => read() & 0xFFFF;
}

const jmp: Compile = (cpu, instruction) => {
	const target = destination(cpu, instruction);
	return () => cpu.jump(target());
};

const jcc: Compile = (cpu, {operands: [to], condition}) => {
	const target = targetOf(to);
	return () => {
		if (conditionHolds(cpu, condition)) {
			cpu.jump(target);
		}
	};
};

/** The target is checked before the return address is pushed. */
const call: Compile = (cpu, instruction) => {
	const target = destination(cpu, instruction);
	const back = nextEip(instruction);
	const size = instruction.operandSize;
	return () => {
		const to = target();
		if ((cpu.mode & mode.flatCode) === 0 && to >>> 0 > cpu.segments[CS]!.limit) {
			throw generalProtection();
		}

		cpu.push(back, size);
		cpu.eip = to;
	};
};

const ret: Compile = (cpu, {operands: [release], operandSize}) => {
	const extra = release === undefined ? () => 0 : readerOf(cpu, release);
	return () => {
		cpu.jump(cut(cpu.peek(0, operandSize), operandSize));
		cpu.setStackPointer(cpu.stackPointer(operandSize + extra()));
	};
};

/** LOOP counts ECX, or CX with 16-bit addresses, without touching flags. */
const looping = (goesOn: (cpu: Cpu) => boolean): Compile => (cpu, {operands: [to], addressSize}) => {
	const target = targetOf(to);
	return () => {
		const {regs} = cpu;
		const before = regs[ECX]!;
		const count = addressSize === 4 ? (before - 1) | 0 : (before - 1) & 0xFFFF;
		if (count !== 0 && goesOn(cpu)) {
			cpu.jump(target);
		}

		regs[ECX] = addressSize === 4 ? count : (before & ~0xFFFF) | count;
	};
};

const jcxz: Compile = (cpu, {operands: [to], addressSize}) => {
	const target = targetOf(to);
	const mask = addressSize === 4 ? -1 : 0xFFFF;
	return () => {
		if ((cpu.regs[ECX]! & mask) === 0) {
			cpu.jump(target);
		}
	};
};

type Far = {readonly selector: number; readonly offset: number};

/** A far pointer: in the instruction, or in memory with the offset first. */
export function farPointer(cpu: Cpu, operand: Operand | undefined, size: 2 | 4): () => Far {
	if (operand?.kind === 'far') {
		return () => operand;
	}

	const address = addressOf(cpu, needMemory(operand), size + 2, false);
	return () => {
		const at = address();
		return {offset: readMemory(cpu, size, at), selector: cpu.mmu.read16((at + size) | 0)};
	};
}

const jmpf: Compile = (cpu, {operands: [to], operandSize}) => {
	const pointer = farPointer(cpu, to, operandSize);
	return () => {
		const {selector, offset} = pointer();
		farJump(cpu, selector, offset);
	};
};

const callf: Compile = (cpu, {operands: [to], operandSize}) => {
	const pointer = farPointer(cpu, to, operandSize);
	return () => {
		const {selector, offset} = pointer();
		farCall(cpu, selector, offset, operandSize);
	};
};

const retf: Compile = (cpu, {operands: [release], operandSize}) => {
	const extra = release === undefined ? () => 0 : readerOf(cpu, release);
	return () => farReturn(cpu, operandSize, extra());
};

const int: Compile = (cpu, {operands: [number]}) => {
	const read = readerOf(cpu, number);
	return () => softwareInterrupt(cpu, read(), 'software-interrupt');
};

const int3: Compile = cpu => () => softwareInterrupt(cpu, vector.BP, 'software-exception');

const into: Compile = cpu => () => {
	if (overflowOf(cpu)) {
		softwareInterrupt(cpu, vector.OF, 'software-exception');
	}
};

const iret: Compile = (cpu, {operandSize}) => () => interruptReturn(cpu, operandSize);

/** #BR unless lower <= index <= upper, signed. */
const bound: Compile = (cpu, {operands: [register, limits], operandSize}) => {
	const index = readerOf(cpu, register);
	const address = addressOf(cpu, needMemory(limits), 2 * operandSize, false);
	const shift = operandSize === 4 ? 0 : 16;
	return () => {
		const at = address();
		const value = index() << shift >> shift;
		const lower = readMemory(cpu, operandSize, at) << shift >> shift;
		const upper = readMemory(cpu, operandSize, (at + operandSize) | 0) << shift >> shift;
		if (value < lower || value > upper) {
			throw new Fault(vector.BR);
		}
	};
};

/** UD0, UD1, UD2. */
const undefinedInstruction: Compile = () => () => {
	throw undefinedOpcode();
};

export const controlOperations = {
	jmp, jcc, call, ret, loop: looping(() => true), loope: looping(zeroOf), loopne: looping(cpu => !zeroOf(cpu)), jcxz,
	jmpf, callf, retf, int, int3, into, iret, bound, ud0: undefinedInstruction, ud1: undefinedInstruction, ud2: undefinedInstruction,
};

