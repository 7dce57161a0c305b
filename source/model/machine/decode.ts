// From bytes to an instruction (SDM vol. 2, 2.1):
//
//     [prefixes] opcode [ModRM [SIB] [displacement]] [immediate]
//
// At most 15 bytes; a longer one is #GP(0). The bytes come from a function, because the next one may lie on a page that is not there.

import {NotModelled, generalProtection, undefinedOpcode} from './fault.js';
import {encodingsOf, hasModrm, notModelledName, type Encoding} from './isa.js';
import type {Instruction, MemoryOperand, Operand, Repeat, Size} from './instruction.js';
import type {Mnemonic} from './instruction-table.js';
import {decodeModrm} from './modrm.js';
import {CS, DS, ES, FS, GS, SS, EAX, ECX, EDX, noRegister} from './registers.js';

export type CodeReader = (offset: number) => number;

const maxLength = 15;

const segmentPrefixes: Readonly<Record<number, number>> = {0x26: ES, 0x2E: CS, 0x36: SS, 0x3E: DS, 0x64: FS, 0x65: GS};

/** Where the decoder stands; read by modrm.ts too. */
export class Cursor {
	readonly #read: CodeReader;
	length = 0;
	operandSize: 2 | 4;
	addressSize: 2 | 4;
	segment: number | undefined;
	repeat: Repeat | undefined;
	lock = false;
	operandPrefix = false;

	constructor(read: CodeReader, code32: boolean) {
		this.#read = read;
		this.operandSize = code32 ? 4 : 2;
		this.addressSize = code32 ? 4 : 2;
	}

	byte(): number {
		if (this.length === maxLength) {
			throw generalProtection();
		}

		return this.#read(this.length++);
	}

	word(): number {
		const low = this.byte();
		return low | this.byte() << 8;
	}

	dword(): number {
		const low = this.word();
		return low | this.word() << 16;
	}

	signedByte(): number {
		return this.byte() << 24 >> 24;
	}
}

/** Decodes what `read` gives at offsets 0, 1, ...; throws `Fault` or `NotModelled`. */
export function decode(read: CodeReader, eip: number, code32: boolean): Instruction {
	const cursor = new Cursor(read, code32);
	const opcode = decodePrefixes(cursor, code32);
	const needsModrm = hasModrm(opcode) || notModelledName(opcode, 0) !== notModelledName(opcode, 0xFF);
	const modrm = needsModrm ? cursor.byte() : 0;
	const encoding = encodingsOf(opcode).find(row => fits(row, modrm, cursor));
	if (encoding === undefined) {
		const name = notModelledName(opcode, modrm);
		throw name === undefined ? undefinedOpcode() : new NotModelled(name);
	}

	const memory = needsModrm && modrm < 0xC0 && usesControlRegisters(encoding) === false ? decodeModrm(cursor, modrm) : undefined;
	const operands = encoding.operands.map(code => decodeOperand(cursor, code, {opcode, modrm, memory, eip}));
	const instruction: Instruction = {
		mnemonic: encoding.mnemonic, operands, eip,
		length: cursor.length,
		operandSize: cursor.operandSize,
		addressSize: cursor.addressSize,
		condition: opcode & 15,
		repeat: cursor.repeat,
		lock: cursor.lock,
		segment: cursor.segment,
	};
	checkLock(instruction);
	return instruction;
}

function decodePrefixes(cursor: Cursor, code32: boolean): number {
	for (;;) {
		const byte = cursor.byte();
		switch (byte) {
			case 0x66: { cursor.operandPrefix = true; cursor.operandSize = code32 ? 2 : 4; break; }
			case 0x67: { cursor.addressSize = code32 ? 2 : 4; break; }
			case 0xF0: { cursor.lock = true; break; }
			case 0xF2: { cursor.repeat = 'repne'; break; }
			case 0xF3: { cursor.repeat = 'rep'; break; }
			case 0x0F: { return 0x0F00 + cursor.byte(); }
			default: {
				const segment = segmentPrefixes[byte];
				if (segment === undefined) {
					return byte;
				}

				cursor.segment = segment;
			}
		}
	}
}

function fits(row: Encoding, modrm: number, cursor: Cursor): boolean {
	return (row.prefix === undefined || hasPrefix(row.prefix, cursor))
		&& (row.reg === undefined || row.reg === (modrm >> 3 & 7))
		&& (row.exactModrm === undefined || row.exactModrm === modrm)
		&& (row.form === undefined || (row.form === 'memory') === modrm < 0xC0);
}

function hasPrefix(prefix: number, cursor: Cursor): boolean {
	switch (prefix) {
		case 0x66: { return cursor.operandPrefix; }
		case 0xF2: { return cursor.repeat === 'repne'; }
		default: { return cursor.repeat === 'rep'; }
	}
}

/** MOV to and from control and debug registers takes ModRM for registers, whatever its mod field says (SDM vol. 2, MOV). */
function usesControlRegisters({operands}: Encoding): boolean {
	return operands.includes('Cd') || operands.includes('Dd');
}

type Place = {readonly opcode: number; readonly modrm: number; readonly memory: Omit<MemoryOperand, 'size'> | undefined; readonly eip: number};

const fixedRegisters: Readonly<Record<string, Operand>> = {
	AL: {kind: 'register', size: 1, index: EAX}, CL: {kind: 'register', size: 1, index: ECX}, DX: {kind: 'register', size: 2, index: EDX},
	ES: {kind: 'segment', index: ES}, CS: {kind: 'segment', index: CS}, SS: {kind: 'segment', index: SS},
	DS: {kind: 'segment', index: DS}, FS: {kind: 'segment', index: FS}, GS: {kind: 'segment', index: GS},
	1: {kind: 'immediate', value: 1, size: 0},
};

function decodeOperand(cursor: Cursor, code: string, place: Place): Operand {
	const fixed = fixedRegisters[code];
	if (fixed !== undefined) {
		return fixed;
	}

	if (code === 'eAX') {
		return {kind: 'register', size: cursor.operandSize, index: EAX};
	}

	const reg = place.modrm >> 3 & 7;
	switch (code[0]) {
		case 'E': { return decodeRm(cursor, code, place); }
		case 'M': { return {...place.memory!, size: 0}; }
		case 'G': { return {kind: 'register', size: sizeOf(code, cursor), index: reg}; }
		case 'R': { return {kind: 'register', size: 4, index: place.modrm & 7}; }
		case 'Z': { return {kind: 'register', size: sizeOf(code, cursor), index: place.opcode & 7}; }
		case 'S': { return {kind: 'segment', index: reg}; }
		case 'C': { return {kind: 'control', index: reg}; }
		case 'D': { return {kind: 'debug', index: reg}; }
		case 'I': { return decodeImmediate(cursor, code); }
		case 'J': { return decodeTarget(cursor, code, place.eip); }
		case 'A': { return decodeFar(cursor); }
		case 'O': { return decodeOffset(cursor, code); }
		default: { return stringOperand(cursor, code); }
	}
}

function sizeOf(code: string, cursor: Cursor): Size {
	switch (code[1]) {
		case 'b': { return 1; }
		case 'w': { return 2; }
		case 'd': { return 4; }
		default: { return cursor.operandSize; }
	}
}

function decodeRm(cursor: Cursor, code: string, {modrm, memory}: Place): Operand {
	if (memory !== undefined) {
		return {...memory, size: code === 'Em' ? 2 : sizeOf(code, cursor)};
	}

	return {kind: 'register', size: sizeOf(code, cursor), index: modrm & 7};
}

function decodeImmediate(cursor: Cursor, code: string): Operand {
	switch (code) {
		case 'Ib': { return {kind: 'immediate', value: cursor.byte(), size: 1}; }
		case 'Iw': { return {kind: 'immediate', value: cursor.word(), size: 2}; }
		case 'Is': { return {kind: 'immediate', value: cut(cursor.signedByte(), cursor.operandSize), size: 1}; }
		default: { return {kind: 'immediate', value: cursor.operandSize === 4 ? cursor.dword() : cursor.word(), size: cursor.operandSize}; }
	}
}

const cut = (value: number, size: 2 | 4): number => size === 4 ? value : value & 0xFFFF;

/** A jump of 16-bit operand size goes on with the low 16 bits of EIP (SDM vol. 2, JMP). */
function decodeTarget(cursor: Cursor, code: string, eip: number): Operand {
	const distance = code === 'Jb' ? cursor.signedByte() : (cursor.operandSize === 4 ? cursor.dword() : cursor.word());
	return {kind: 'target', eip: cut((eip + cursor.length + distance) | 0, cursor.operandSize)};
}

function decodeFar(cursor: Cursor): Operand {
	const offset = cursor.operandSize === 4 ? cursor.dword() : cursor.word();
	return {kind: 'far', offset, selector: cursor.word()};
}

function decodeOffset(cursor: Cursor, code: string): Operand {
	const displacement = cursor.addressSize === 4 ? cursor.dword() : cursor.word();
	return {
		kind: 'memory', size: sizeOf(code, cursor), segment: cursor.segment ?? DS,
		base: noRegister, index: noRegister, scale: 0, displacement, addressSize: cursor.addressSize,
	};
}

/** X is DS:eSI and can be given another segment; Y is ES:eDI and cannot. */
function stringOperand(cursor: Cursor, code: string): Operand {
	const source = code[0] === 'X';
	return {
		kind: 'memory', size: sizeOf(code, cursor), segment: source ? cursor.segment ?? DS : ES,
		base: source ? 6 : 7, index: noRegister, scale: 0, displacement: 0, addressSize: cursor.addressSize,
	};
}

/** Instructions that LOCK may stand before, if they write memory (SDM vol. 2, LOCK); any other is #UD. */
const lockable: ReadonlySet<Mnemonic> = new Set([
	'add', 'adc', 'and', 'btc', 'btr', 'bts', 'cmpxchg', 'cmpxchg8b', 'dec', 'inc', 'neg', 'not', 'or', 'sbb', 'sub', 'xor', 'xadd', 'xchg',
]);

function checkLock({lock, mnemonic, operands}: Instruction): void {
	const exchangesMemory = mnemonic === 'xchg' && operands[1]?.kind === 'memory';
	if (lock && !(lockable.has(mnemonic) && (operands[0]?.kind === 'memory' || exchangesMemory))) {
		throw undefinedOpcode();
	}
}

