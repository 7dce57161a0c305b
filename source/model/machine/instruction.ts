// A decoded instruction: plain data, from which the CPU makes what it executes and panels make listings.

import type {Mnemonic} from './instruction-table.js';

/** Bytes of an operand. */
export type Size = 1 | 2 | 4;

export type RegisterOperand = {readonly kind: 'register'; readonly size: Size; readonly index: number};

export type MemoryOperand = {
	readonly kind: 'memory';
	/** 0 where the instruction itself knows: LEA, LGDT, far pointers. */
	readonly size: Size | 0;
	readonly segment: number;
	/** Register numbers; `noRegister` for none. */
	readonly base: number;
	readonly index: number;
	/** The index is shifted left by this. */
	readonly scale: number;
	readonly displacement: number;
	readonly addressSize: 2 | 4;
};

export type Operand =
	| RegisterOperand
	| MemoryOperand
	/** `size` 0 stands for a 1 that is not in the bytes (`shl eax, 1`). */
	| {readonly kind: 'immediate'; readonly value: number; readonly size: Size | 0}
	| {readonly kind: 'target'; readonly eip: number}
	| {readonly kind: 'far'; readonly selector: number; readonly offset: number}
	| {readonly kind: 'segment'; readonly index: number}
	| {readonly kind: 'control'; readonly index: number}
	| {readonly kind: 'debug'; readonly index: number};

export type Repeat = 'rep' | 'repne';

export type Instruction = {
	readonly mnemonic: Mnemonic;
	readonly operands: readonly Operand[];
	/** Offset in the code segment, a signed 32-bit integer like all inside the CPU. */
	readonly eip: number;
	readonly length: number;
	readonly operandSize: 2 | 4;
	readonly addressSize: 2 | 4;
	/** Of Jcc, SETcc and CMOVcc: 0 to 15. */
	readonly condition: number;
	readonly repeat: Repeat | undefined;
	readonly lock: boolean;
	/** Segment that a prefix names. */
	readonly segment: number | undefined;
};

export const nextEip = (instruction: Instruction): number => (instruction.eip + instruction.length) | 0;
