// A line of source as the assembler understands it.

import type {Mnemonic} from './encoding.js';
import type {Operand} from './operand.js';
import type {PrefixSlot} from './registers.js';
import type {Value} from './value.js';

/** The prefix words of an instruction, by the place they take before it. */
export type Prefixes = Readonly<Partial<Record<PrefixSlot, string>>>;

export type Instruction = {
	readonly name: string;
	readonly column: number;
	readonly mnemonic: Mnemonic;
	readonly operands: readonly Operand[];
	readonly prefixes: Prefixes;
};

/** One element of `db` and its like. */
export type DataItem =
	| {readonly kind: 'number'; readonly value: Value; readonly column: number}
	| {readonly kind: 'string'; readonly bytes: Uint8Array}
	| {readonly kind: 'reserve'}
	| {readonly kind: 'repeat'; readonly count: number; readonly items: readonly DataItem[]};

export type Statement =
	| {readonly kind: 'instruction'; readonly instruction: Instruction}
	| {readonly kind: 'data'; readonly size: number; readonly items: readonly DataItem[]}
	| {readonly kind: 'reserve'; readonly size: number; readonly count: Operand}
	| {readonly kind: 'equ'; readonly operands: readonly Operand[]; readonly column: number}
	/** Prefixes alone. */
	| {readonly kind: 'prefixes'; readonly prefixes: Prefixes};
