// The instruction table made ready for the decoder: rows by opcode.

import {isaTable, notModelledTable} from './isa-table.js';
import type {Mnemonic} from './instruction-table.js';

export type Encoding = {
	readonly mnemonic: Mnemonic;
	readonly operands: readonly string[];
	/** Opcodes 0F xx are 0x0F00 + xx. */
	readonly opcode: number;
	/** The prefix that must be there, as a byte. */
	readonly prefix: number | undefined;
	/** Has a ModRM byte, and what that must be. */
	readonly modrm: boolean;
	readonly reg: number | undefined;
	readonly form: 'memory' | 'register' | undefined;
	readonly exactModrm: number | undefined;
};

const mandatoryPrefixes = new Set(['66', 'F2', 'F3']);

function parseRow([text, mnemonic, operandText = '']: (typeof isaTable)[number]): readonly Encoding[] {
	const words = text.split(' ');
	const prefix = words.length > 1 && mandatoryPrefixes.has(words[0]!) ? Number.parseInt(words.shift()!, 16) : undefined;
	const twoBytes = words[0] === '0F' && words.length > 1;
	const low = words[twoBytes ? 1 : 0]!;
	const rest = words.slice(twoBytes ? 2 : 1);
	const opcode = (twoBytes ? 0x0F00 : 0) + Number.parseInt(low, 16);
	const slash = rest.find(word => word.startsWith('/'));
	const exact = rest.find(word => /^[\dA-F]{2}$/.test(word));
	const operands = operandText === '' ? [] : operandText.split(',');
	const encoding = {
		mnemonic, operands, prefix,
		modrm: rest.length > 0 || operands.some(operand => /^(?:[EGMRCD][bwdvmpq]?|Sw)$/.test(operand)),
		reg: slash === undefined ? undefined : Number(slash.slice(1)),
		form: rest.includes('mem') ? 'memory' : rest.includes('reg') ? 'register' : undefined,
		exactModrm: exact === undefined ? undefined : Number.parseInt(exact, 16),
	} as const;
	return Array.from({length: low.endsWith('+') ? 8 : 1}, (_, register) => ({...encoding, opcode: opcode + register}));
}

/** How much a row asks for: the more, the earlier it is tried. */
function weight({prefix, reg, form, exactModrm}: Encoding): number {
	return [prefix, reg, form, exactModrm].filter(condition => condition !== undefined).length;
}

const byOpcode = new Map<number, Encoding[]>();
for (const encoding of isaTable.flatMap(parseRow)) {
	const rows = byOpcode.get(encoding.opcode) ?? [];
	rows.push(encoding);
	byOpcode.set(encoding.opcode, rows);
}

for (const rows of byOpcode.values()) {
	rows.sort((a, b) => weight(b) - weight(a));
}

// `90` is both NOP and XCHG EAX, EAX; the first row of the table is meant, and sort() keeps the order of equals.

/** Rows of an opcode, those that ask for more first. */
export function encodingsOf(opcode: number): readonly Encoding[] {
	return byOpcode.get(opcode) ?? [];
}

/** Whether a ModRM byte follows the opcode: the same for all rows of one opcode. */
export function hasModrm(opcode: number): boolean {
	return byOpcode.get(opcode)?.[0]?.modrm ?? false;
}

/** What an opcode outside the table is on real processors; `undefined` if it is undefined there too. */
export function notModelledName(opcode: number, modrm: number): string | undefined {
	return notModelledTable.find(([first, last, , only]) => opcode >= first && opcode <= last
		&& (only?.reg === undefined || only.reg === (modrm >> 3 & 7))
		&& (only?.registers === undefined || modrm >= 0xC0))?.[2];
}
