// String instructions (SDM vol. 2: MOVS, CMPS, STOS, LODS, SCAS, INS, OUTS; REP). One step moves one element and steps eSI and eDI by its
// size, down if DF is set. With a REP prefix a step repeats while eCX counts down; the instruction can be interrupted between steps, and
// goes on afterwards, because EIP stays on it until it is done. So a fault in the middle leaves the registers at the step that failed.
//
// A step costs as much virtual time as an instruction, and the run loop's budget bounds how many happen at once.

import {type Cpu} from '../cpu.js';
import {sub} from '../alu.js';
import {DF, zeroOf} from '../flags.js';
import type {Instruction, MemoryOperand, Operand, Size} from '../instruction.js';
import {checkPort, exitForPort} from '../io-permission.js';
import {EAX, ECX, EDI, EDX, ESI, ES} from '../registers.js';
import {type Compile, readMemory, writeMemory} from './operands.js';
import type {Operation} from '../code-cache.js';

type Step = (cpu: Cpu) => void;

/** Moves eSI or eDI on by one element. */
function advance(cpu: Cpu, register: number, size: Size, wide: boolean): void {
	const by = (cpu.systemFlags & DF) === 0 ? size : -size;
	const value = cpu.regs[register]!;
	cpu.regs[register] = wide ? (value + by) | 0 : (value & ~0xFFFF) | ((value + by) & 0xFFFF);
}

const indexOf = (cpu: Cpu, register: number, wide: boolean): number => wide ? cpu.regs[register]! : cpu.regs[register]! & 0xFFFF;

type Kind = {readonly size: Size; readonly wide: boolean; readonly source: number};

function kindOf({operands, addressSize}: Instruction): Kind {
	const memory = operands.find((operand: Operand): operand is MemoryOperand => operand.kind === 'memory');
	const from = operands.find((operand: Operand): operand is MemoryOperand => operand.kind === 'memory' && operand.base === ESI);
	return {size: (memory?.size ?? 4) as Size, wide: addressSize === 4, source: from?.segment ?? ES};
}

const sourceAt = (cpu: Cpu, {size, wide, source}: Kind): number => cpu.linear(source, indexOf(cpu, ESI, wide), size, false);
const targetAt = (cpu: Cpu, {size, wide}: Kind, write: boolean): number => cpu.linear(ES, indexOf(cpu, EDI, wide), size, write);

/** Repeats a step while eCX allows, for at most as many iterations as the run loop has left. */
function repeated(cpu: Cpu, instruction: Instruction, step: Step, ends: ((cpu: Cpu) => boolean) | undefined): Operation {
	const wide = instruction.addressSize === 4;
	const {regs} = cpu;
	return () => {
		let allowed = cpu.deadline - cpu.clock;
		let steps = 0;
		try {
			for (; (wide ? regs[ECX]! : regs[ECX]! & 0xFFFF) !== 0; ) {
				if (allowed-- <= 0) {
					cpu.eip = instruction.eip;
					return;
				}

				step(cpu);
				steps++;
				regs[ECX] = wide ? (regs[ECX]! - 1) | 0 : (regs[ECX]! & ~0xFFFF) | ((regs[ECX]! - 1) & 0xFFFF);
				if (ends?.(cpu) === true) {
					return;
				}
			}
		} finally {
			cpu.extra += Math.max(0, steps - 1);
		}
	};
}

/** `compares`: REPE and REPNE also end by the zero flag. */
const stringInstruction = (make: (kind: Kind, instruction: Instruction) => Step, compares = false): Compile => (cpu, instruction) => {
	const step = make(kindOf(instruction), instruction);
	if (instruction.repeat === undefined) {
		return () => step(cpu);
	}

	const wantsZero = instruction.repeat === 'rep';
	return repeated(cpu, instruction, step, compares ? () => zeroOf(cpu) !== wantsZero : undefined);
};

const movs = stringInstruction(kind => cpu => {
	const value = readMemory(cpu, kind.size, sourceAt(cpu, kind));
	writeMemory(cpu, kind.size, targetAt(cpu, kind, true), value);
	advance(cpu, ESI, kind.size, kind.wide);
	advance(cpu, EDI, kind.size, kind.wide);
});

const stos = stringInstruction(kind => cpu => {
	writeMemory(cpu, kind.size, targetAt(cpu, kind, true), cpu.regs[EAX]!);
	advance(cpu, EDI, kind.size, kind.wide);
});

function setAccumulator(cpu: Cpu, size: Size, value: number): void {
	const mask = size === 4 ? -1 : (size === 2 ? 0xFFFF : 0xFF);
	cpu.regs[EAX] = (cpu.regs[EAX]! & ~mask) | (value & mask);
}

const lods = stringInstruction(kind => cpu => {
	setAccumulator(cpu, kind.size, readMemory(cpu, kind.size, sourceAt(cpu, kind)));
	advance(cpu, ESI, kind.size, kind.wide);
});

const cmps = stringInstruction(kind => cpu => {
	const left = readMemory(cpu, kind.size, sourceAt(cpu, kind));
	const right = readMemory(cpu, kind.size, targetAt(cpu, kind, false));
	sub(cpu, left, right, 32 - 8 * kind.size);
	advance(cpu, ESI, kind.size, kind.wide);
	advance(cpu, EDI, kind.size, kind.wide);
}, true);

const scas = stringInstruction(kind => cpu => {
	const shift = 32 - 8 * kind.size;
	const right = readMemory(cpu, kind.size, targetAt(cpu, kind, false));
	sub(cpu, cpu.regs[EAX]! & (-1 >>> shift), right, shift);
	advance(cpu, EDI, kind.size, kind.wide);
}, true);

const ins = stringInstruction((kind, instruction) => cpu => {
	const port = cpu.regs[EDX]! & 0xFFFF;
	checkPort(cpu, port, kind.size);
	exitForPort(cpu, {port, size: kind.size, input: true, string: true, repeat: instruction.repeat !== undefined, immediate: false});
	const at = targetAt(cpu, kind, true);
	cpu.mmu.checkWrite(at, kind.size);
	writeMemory(cpu, kind.size, at, cpu.ports.read(port, kind.size));
	cpu.attention();
	advance(cpu, EDI, kind.size, kind.wide);
});

const outs = stringInstruction((kind, instruction) => cpu => {
	const port = cpu.regs[EDX]! & 0xFFFF;
	checkPort(cpu, port, kind.size);
	exitForPort(cpu, {port, size: kind.size, input: false, string: true, repeat: instruction.repeat !== undefined, immediate: false});
	cpu.ports.write(port, kind.size, readMemory(cpu, kind.size, sourceAt(cpu, kind)));
	cpu.attention();
	advance(cpu, ESI, kind.size, kind.wide);
});

export const stringOperations = {movs, stos, lods, cmps, scas, ins, outs};

