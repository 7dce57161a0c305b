// Instructions as text, in NASM's syntax, so that the assembler takes back what is written here.

import {decode, type CodeReader} from './decode.js';
import {Fault, NotModelled} from './fault.js';
import {conditionNames} from './flags.js';
import {factsOf, type Mnemonic} from './instruction-table.js';
import type {Instruction, MemoryOperand, Operand} from './instruction.js';
import {DS, EBP, ESP, noRegister, registerNames, segmentNames, SS} from './registers.js';

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;
const sizeNames = {0: '', 1: 'byte ', 2: 'word ', 4: 'dword '} as const;
const stringMnemonics: ReadonlySet<Mnemonic> = new Set(['movs', 'cmps', 'stos', 'lods', 'scas', 'ins', 'outs']);
const stringSuffix = {0: '', 1: 'b', 2: 'w', 4: 'd'} as const;

/** Mnemonics whose name carries the operand size. */
const sizedNames: Readonly<Partial<Record<Mnemonic, readonly [word: string, double: string]>>> = {
	cbw: ['cbw', 'cwde'], cwd: ['cwd', 'cdq'], pusha: ['pushaw', 'pushad'], popa: ['popaw', 'popad'], pushf: ['pushfw', 'pushfd'],
	popf: ['popfw', 'popfd'], iret: ['iretw', 'iretd'],
};

function nameOf({mnemonic, condition, operandSize, operands, addressSize}: Instruction): string {
	const sized = sizedNames[mnemonic];
	if (sized !== undefined) {
		return sized[operandSize === 4 ? 1 : 0];
	}

	if (stringMnemonics.has(mnemonic)) {
		const memory = operands.find(operand => operand.kind === 'memory');
		return mnemonic + stringSuffix[memory?.size ?? 0];
	}

	switch (mnemonic) {
		case 'jcc':
		case 'setcc':
		case 'cmovcc': { return mnemonic.slice(0, -2) + conditionNames[condition]; }
		case 'jcxz': { return addressSize === 4 ? 'jecxz' : 'jcxz'; }
		default: { return factsOf(mnemonic).text ?? mnemonic; }
	}
}

function displacementText(displacement: number, alone: boolean): string {
	if (alone) {
		return hex(displacement);
	}

	if (displacement === 0) {
		return '';
	}

	return displacement < 0 ? `-${hex(-displacement)}` : `+${hex(displacement)}`;
}

function addressText({base, index, scale, displacement, addressSize}: MemoryOperand): string {
	const names = registerNames[addressSize];
	const parts = [base === noRegister ? '' : names[base]!, index === noRegister ? '' : names[index]! + (scale === 0 ? '' : `*${1 << scale}`)].filter(part => part !== '');
	const cut = addressSize === 2 && parts.length === 0 ? displacement & 0xFFFF : displacement;
	return parts.join('+') + displacementText(cut, parts.length === 0);
}

function memoryText(operand: MemoryOperand): string {
	const usual = operand.base === EBP || operand.base === ESP ? SS : DS;
	const segment = operand.segment === usual ? '' : `${segmentNames[operand.segment]!}:`;
	return `${sizeNames[operand.size]}[${segment}${addressText(operand)}]`;
}

function operandText(operand: Operand): string {
	switch (operand.kind) {
		case 'register': { return registerNames[operand.size][operand.index]!; }
		case 'memory': { return memoryText(operand); }
		case 'immediate': { return hex(operand.value); }
		case 'target': { return hex(operand.eip); }
		case 'far': { return `${hex(operand.selector)}:${hex(operand.offset)}`; }
		case 'segment': { return segmentNames[operand.index] ?? `segment ${operand.index}`; }
		case 'control': { return `cr${operand.index}`; }
		case 'debug': { return `dr${operand.index}`; }
	}
}

/** `add dword [ebx+0x4], 0x5`. */
function instructionText(instruction: Instruction): string {
	const {mnemonic, operands, lock, repeat, segment} = instruction;
	const isString = stringMnemonics.has(mnemonic);
	const compares = mnemonic === 'cmps' || mnemonic === 'scas';
	const prefix = [
		lock ? 'lock ' : '',
		isString && repeat !== undefined ? (repeat === 'repne' ? 'repne ' : (compares ? 'repe ' : 'rep ')) : '',
		(isString || mnemonic === 'xlatb') && segment !== undefined ? `${segmentNames[segment]!} ` : '',
	].join('');
	const shown = isString ? '' : operands.map(operand => operandText(operand)).join(', ');
	const far = (mnemonic === 'jmpf' || mnemonic === 'callf') && operands[0]?.kind === 'far' ? nameOf(instruction).replace(' far', '') : nameOf(instruction);
	return `${prefix}${far}${shown === '' ? '' : ` ${shown}`}`;
}

export type ListedLine = {readonly eip: number; readonly bytes: Uint8Array; readonly text: string; readonly mnemonic: Mnemonic | undefined};

/** The instruction at `eip`, whose bytes `read` gives at offsets 0, 1, ...; what is none is listed as one byte. */
export function disassemble(read: CodeReader, eip: number, code32: boolean): ListedLine {
	const bytesOf = (length: number): Uint8Array => Uint8Array.from({length}, (_, index) => read(index));
	try {
		const instruction = decode(read, eip, code32);
		return {eip, bytes: bytesOf(instruction.length), text: instructionText(instruction), mnemonic: instruction.mnemonic};
	} catch (thrown) {
		if (thrown instanceof Fault || thrown instanceof NotModelled) {
			return {eip, bytes: bytesOf(1), text: thrown instanceof Fault ? `db ${hex(read(0))}` : `db ${hex(read(0))} ; ${thrown.what}`, mnemonic: undefined};
		}

		throw thrown;
	}
}
