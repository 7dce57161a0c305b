// Instructions that load, store or ask about segment registers and their descriptors.

import type {Cpu} from '../cpu.js';
import {attributesOf, isReadable, isSystem, isWritableData, limitOf, systemType, typeOf} from '../descriptor.js';
import {generalProtection, undefinedOpcode} from '../fault.js';
import {setStatus, statusOf, ZF} from '../flags.js';
import type {Operand} from '../instruction.js';
import {CS, DS, ES, FS, GS, SS} from '../registers.js';
import {loadLdt, loadSegment, loadTask, rplOf, visibleDescriptor} from '../segments.js';
import {exitReason} from '../vm-exit.js';
import {farPointer} from './control.js';
import {type Compile, readerOf, writerOf} from './operands.js';
import {checkUmip, exitIf, storeWord} from './system.js';

function segmentIndex(operand: Operand | undefined): number {
	return operand?.kind === 'segment' ? operand.index : -1;
}

/** A load of SS holds interrupts off for one instruction, so that ESP can follow (SDM vol. 3, 6.8.3). */
function load(cpu: Cpu, index: number, selector: number): void {
	loadSegment(cpu, index, selector);
	if (index === SS) {
		cpu.shadow = true;
		cpu.attention();
	}
}

const undefinedMove = (): never => {
	throw undefinedOpcode();
};

const movsr: Compile = (cpu, instruction) => {
	const {operands: [to, from]} = instruction;
	const target = segmentIndex(to);
	if (target >= 0) {
		const read = readerOf(cpu, from);
		return target === CS || target > GS ? undefinedMove : () => load(cpu, target, read() & 0xFFFF);
	}

	const source = segmentIndex(from);
	const write = storeWord(cpu, instruction);
	return source > GS ? undefinedMove : () => write(cpu.segments[source]!.selector);
};

/** A 32-bit push writes a whole double word on processors of this kind: the upper half 0. */
const pushsr: Compile = (cpu, {operands: [from], operandSize}) => {
	const index = segmentIndex(from);
	return () => cpu.push(cpu.segments[index]!.selector, operandSize);
};

const popsr: Compile = (cpu, {operands: [to], operandSize}) => {
	const index = segmentIndex(to);
	return () => {
		const selector = cpu.peek(0, operandSize) & 0xFFFF;
		const after = cpu.stackPointer(operandSize);
		load(cpu, index, selector);
		cpu.setStackPointer(after);
	};
};

/** LDS, LES, LFS, LGS, LSS. */
const loadPointer = (index: number): Compile => (cpu, {operands: [to, from], operandSize}) => {
	const pointer = farPointer(cpu, from, operandSize);
	const write = writerOf(cpu, to);
	return () => {
		const {selector, offset} = pointer();
		loadSegment(cpu, index, selector);
		write(offset);
	};
};

function setZero(cpu: Cpu, zero: boolean): void {
	setStatus(cpu, (statusOf(cpu) & ~ZF) | (zero ? ZF : 0));
}

function needProtectedMode(cpu: Cpu): void {
	if (!cpu.protectedMode) {
		throw undefinedOpcode();
	}
}

const barTypes: ReadonlySet<number> = new Set([systemType.tss16, systemType.ldt, systemType.busyTss16, systemType.callGate16, systemType.taskGate, systemType.tss32, systemType.busyTss32, systemType.callGate32]);
const limitTypes: ReadonlySet<number> = new Set([systemType.tss16, systemType.ldt, systemType.busyTss16, systemType.tss32, systemType.busyTss32]);

/** LAR and LSL: ZF says whether the selector names something that this code may know of (SDM vol. 2, tables 3-53 and 3-62). */
const ask = (types: ReadonlySet<number>, answer: (descriptor: {readonly low: number; readonly high: number}) => number): Compile => (cpu, {operands: [to, from]}) => {
	const read = readerOf(cpu, from);
	const write = writerOf(cpu, to);
	return () => {
		needProtectedMode(cpu);
		const descriptor = visibleDescriptor(cpu, read() & 0xFFFF);
		const known = descriptor !== undefined && (!isSystem(attributesOf(descriptor)) || types.has(typeOf(attributesOf(descriptor))));
		if (known) {
			write(answer(descriptor));
		}

		setZero(cpu, known);
	};
};

/** VERR and VERW. */
const verify = (allowed: (attributes: number) => boolean): Compile => (cpu, {operands: [from]}) => {
	const read = readerOf(cpu, from);
	return () => {
		needProtectedMode(cpu);
		const descriptor = visibleDescriptor(cpu, read() & 0xFFFF);
		setZero(cpu, descriptor !== undefined && !isSystem(attributesOf(descriptor)) && allowed(attributesOf(descriptor)));
	};
};

/** Raises the RPL of one selector to that of another. */
const arpl: Compile = (cpu, {operands: [place, from]}) => {
	const read = readerOf(cpu, place);
	const write = writerOf(cpu, place);
	const other = readerOf(cpu, from);
	return () => {
		needProtectedMode(cpu);
		const selector = read();
		const rpl = rplOf(other());
		const raises = rplOf(selector) < rpl;
		if (raises) {
			write((selector & ~3) | rpl);
		}

		setZero(cpu, raises);
	};
};

const storeSelector = (which: 'ldtr' | 'tr'): Compile => (cpu, instruction) => {
	const write = storeWord(cpu, instruction);
	return () => {
		needProtectedMode(cpu);
		checkUmip(cpu);
		exitIf(cpu, 'descriptorTables', exitReason.taskRegister);
		write(cpu[which].selector);
	};
};

const loadSelector = (loadIt: (cpu: Cpu, selector: number) => void): Compile => (cpu, {operands: [from]}) => {
	const read = readerOf(cpu, from);
	return () => {
		needProtectedMode(cpu);
		if (cpu.cpl !== 0) {
			throw generalProtection();
		}

		exitIf(cpu, 'descriptorTables', exitReason.taskRegister);
		loadIt(cpu, read() & 0xFFFF);
	};
};

export const segmentOperations = {
	movsr, pushsr, popsr, les: loadPointer(ES), lds: loadPointer(DS), lss: loadPointer(SS), lfs: loadPointer(FS), lgs: loadPointer(GS),
	lar: ask(barTypes, descriptor => attributesOf(descriptor)),
	lsl: ask(limitTypes, descriptor => limitOf(descriptor)),
	verr: verify(isReadable), verw: verify(isWritableData), arpl,
	sldt: storeSelector('ldtr'), str: storeSelector('tr'), lldt: loadSelector(loadLdt), ltr: loadSelector(loadTask),
};

