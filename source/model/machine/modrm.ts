// The ModRM and SIB bytes (SDM vol. 2, 2.1.5).
//
//     ModRM  mod:2 reg:3 r/m:3        SIB  scale:2 index:3 base:3

import type {Cursor} from './decode.js';
import type {MemoryOperand} from './instruction.js';
import {DS, EBP, EBX, EDI, ESI, ESP, SS, noRegister} from './registers.js';

type Address = Omit<MemoryOperand, 'size'>;

/** The memory that a ModRM byte with mod 0 to 2 means. */
export function decodeModrm(cursor: Cursor, modrm: number): Address {
	return cursor.addressSize === 4 ? decode32(cursor, modrm) : decode16(cursor, modrm);
}

/** Addresses through EBP and ESP are in the stack segment. */
function withSegment(cursor: Cursor, address: Omit<Address, 'segment' | 'addressSize'>): Address {
	const stack = address.base === EBP || address.base === ESP;
	return {...address, segment: cursor.segment ?? (stack ? SS : DS), addressSize: cursor.addressSize};
}

function decode32(cursor: Cursor, modrm: number): Address {
	const mod = modrm >> 6;
	const rm = modrm & 7;
	if (rm === ESP) {
		return decodeSib(cursor, mod);
	}

	const absolute = mod === 0 && rm === EBP;
	const displacement = absolute || mod === 2 ? cursor.dword() : (mod === 1 ? cursor.signedByte() : 0);
	return withSegment(cursor, {kind: 'memory', base: absolute ? noRegister : rm, index: noRegister, scale: 0, displacement});
}

function decodeSib(cursor: Cursor, mod: number): Address {
	const sib = cursor.byte();
	const index = sib >> 3 & 7;
	const base = sib & 7;
	const absolute = mod === 0 && base === EBP;
	const displacement = absolute || mod === 2 ? cursor.dword() : (mod === 1 ? cursor.signedByte() : 0);
	return withSegment(cursor, {
		kind: 'memory',
		base: absolute ? noRegister : base,
		index: index === ESP ? noRegister : index,
		scale: index === ESP ? 0 : sib >> 6,
		displacement,
	});
}

/** Table 2-1: base and index of the eight 16-bit forms. */
const pairs: ReadonlyArray<readonly [number, number]> = [
	[EBX, ESI], [EBX, EDI], [EBP, ESI], [EBP, EDI], [noRegister, ESI], [noRegister, EDI], [EBP, noRegister], [EBX, noRegister],
];

function decode16(cursor: Cursor, modrm: number): Address {
	const mod = modrm >> 6;
	const rm = modrm & 7;
	if (mod === 0 && rm === 6) {
		return withSegment(cursor, {kind: 'memory', base: noRegister, index: noRegister, scale: 0, displacement: cursor.word()});
	}

	const [base, index] = pairs[rm]!;
	const displacement = mod === 2 ? cursor.word() : (mod === 1 ? cursor.signedByte() : 0);
	return withSegment(cursor, {kind: 'memory', base, index, scale: 0, displacement});
}
