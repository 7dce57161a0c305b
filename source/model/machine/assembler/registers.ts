// Registers of the 32-bit machine (Intel SDM vol. 2, tables 2-2 and 3-1) and the keywords of NASM's operands.

import {operandBits} from './operand-bits.js';

export type Register = {
	readonly name: string;
	/** Its number in ModRM, SIB and opcodes. */
	readonly number: number;
	/** Bits of operand-bits.ts that operands of this register have. */
	readonly type: number;
	/** Width in bits. */
	readonly size: number;
};

const {register, registerOrMemory, general, accumulator, count, port, notAccumulator, segment, control, debug} = operandBits;

function generalRegisters(names: string, size: number): readonly Register[] {
	return names.split(' ').map((name, number) => {
		const extra = number === 0 ? accumulator : notAccumulator | (number === 1 ? count : 0) | (name === 'dx' ? port : 0);
		return {name, number, size, type: register | registerOrMemory | general | extra};
	});
}

const all: readonly Register[] = [
	...generalRegisters('al cl dl bl ah ch dh bh', 8),
	...generalRegisters('ax cx dx bx sp bp si di', 16),
	...generalRegisters('eax ecx edx ebx esp ebp esi edi', 32),
	...'es cs ss ds fs gs'.split(' ').map((name, number) => ({name, number, size: 16, type: register | segment | operandBits[name as 'es']})),
	...[0, 1, 2, 3, 4, 5, 6, 7].map(number => ({name: `cr${number}`, number, size: 32, type: register | control})),
	...[0, 1, 2, 3, 4, 5, 6, 7].map(number => ({name: `dr${number}`, number, size: 32, type: register | debug})),
];

export const registers: ReadonlyMap<string, Register> = new Map(all.map(entry => [entry.name, entry]));

/** Bits that the size keywords mean. */
export const sizeKeywords: ReadonlyMap<string, number> = new Map([
	['byte', 8], ['word', 16], ['dword', 32], ['long', 32], ['qword', 64], ['tword', 80], ['oword', 128], ['yword', 256], ['zword', 512],
]);

export const specialKeywords: ReadonlySet<string> = new Set(['strict', 'near', 'far', 'short', 'to', 'nosplit', 'abs', 'rel']);

export type PrefixSlot = 'repeat' | 'lock' | 'segment' | 'operandSize' | 'addressSize';

/** Prefixes that are written as words before an instruction. */
export const prefixKeywords: ReadonlyMap<string, PrefixSlot> = new Map([
	['lock', 'lock'],
	['rep', 'repeat'], ['repe', 'repeat'], ['repz', 'repeat'], ['repne', 'repeat'], ['repnz', 'repeat'],
	['o16', 'operandSize'], ['o32', 'operandSize'], ['a16', 'addressSize'], ['a32', 'addressSize'],
]);
