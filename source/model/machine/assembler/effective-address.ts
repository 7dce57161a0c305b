// ModRM and SIB bytes of a register or memory operand (Intel SDM vol. 2A, 2.1.3 to 2.1.5, tables 2-1 to 2-3). Of the ways to write one
// address NASM takes the shortest; which register is base and which index follows from how the address was written.

import type {Address, Operand} from './operand.js';
import type {Register} from './registers.js';
import {operandBits} from './operand-bits.js';

export type EffectiveAddress = {
	/** ModRM without its reg field, and SIB if there is one. */
	readonly bytes: readonly number[];
	readonly displacementBytes: 0 | 1 | 2 | 4;
};

/** By the number that SIB says them with. */
const scales = [1, 2, 4, 8];
const espNumber = 4;
const ebpNumber = 5;

/** The bytes of an operand, or `undefined` if no bytes say it. */
export function effectiveAddress(operand: Operand, addressSize: 16 | 32): EffectiveAddress | undefined {
	if (operand.register !== undefined) {
		const general = (operand.register.type & operandBits.general) !== 0;
		return general ? {bytes: [0xc0 | operand.register.number], displacementBytes: 0} : undefined;
	}

	const {address} = operand;
	if (address === undefined || isDirect(operand)) {
		return addressSize === 16 ? {bytes: [0x06], displacementBytes: 2} : {bytes: [0x05], displacementBytes: 4};
	}

	const index = address.scale === 0 ? undefined : address.index;
	return [address.base, index].some(register => register?.size === 32)
		? wideAddress(operand, address, index, addressSize)
		: narrowAddress(operand, address, index);
}

/** Whether an address has no registers. `lea eax, 5` takes its number as an address. */
export function isDirect({address}: Operand): boolean {
	return address?.base === undefined && (address?.index === undefined || address.scale === 0);
}

/** mod: whether there is no displacement, a byte, or a whole one. */
function displacementMode(operand: Operand, offset: bigint, whole: 2 | 4, mayOmit: boolean): {readonly mod: number; readonly bytes: 0 | 1 | 2 | 4} {
	const {displacementSize} = operand.address!;
	const known = operand.section === undefined && !operand.unknown;
	if (offset === 0n && known && mayOmit && displacementSize === 0) {
		return {mod: 0, bytes: 0};
	}

	const byte = displacementSize === 8 || (displacementSize === 0 && offset >= -128n && offset <= 127n && known);
	return byte ? {mod: 1, bytes: 1} : {mod: 2, bytes: whole};
}

type Parts = {readonly base: Register | undefined; readonly index: Register | undefined; readonly scale: number};

function wideAddress(operand: Operand, address: Address, writtenIndex: Register | undefined, addressSize: 16 | 32): EffectiveAddress | undefined {
	const wrong = [address.base, writtenIndex].some(register => register !== undefined && (register.size !== 32 || (register.type & operandBits.general) === 0));
	if (wrong || address.displacementSize > 32 || address.displacementSize === 16 || addressSize === 16) {
		return undefined;
	}

	const {base, index, scale} = arrange(address, writtenIndex);
	if (index?.number === espNumber || (index !== undefined && !scales.includes(scale))) {
		return undefined;
	}

	const offset = BigInt.asIntN(32, operand.offset);
	const mode = base === undefined ? {mod: 0, bytes: 4 as const} : displacementMode(operand, offset, 4, base.number !== ebpNumber);
	if (index === undefined && base?.number !== espNumber) {
		return {bytes: [(mode.mod << 6) | (base?.number ?? ebpNumber)], displacementBytes: mode.bytes};
	}

	const sib = (index === undefined ? 0 : scales.indexOf(scale) << 6) | ((index?.number ?? espNumber) << 3) | (base?.number ?? ebpNumber);
	return {bytes: [(mode.mod << 6) | espNumber, sib], displacementBytes: mode.bytes};
}

/** Which register is the base and which the index. */
function arrange(address: Address, writtenIndex: Register | undefined): Parts {
	const {hint, noSplit} = address;
	let {base, scale} = address;
	let index = writtenIndex;
	const hinted = (register: Register | undefined, kind: string) => register !== undefined && hint.register === register.name && hint.kind === kind;
	if (scale === 1 && base !== undefined && index !== undefined && base !== index && (hinted(base, 'not base') || hinted(index, 'base'))) {
		[base, index] = [index, base];
	}

	if (base === undefined && scale === 1 && !hinted(index, 'not base')) {
		[base, index] = [index, undefined];
	}

	// `[eax*2]` is `[eax+eax]`, `[eax*3]` is `[eax+eax*2]`.
	const double = scale === 2 && index?.number !== espNumber && (!noSplit || hint.kind === 'summed');
	if (base === undefined && index !== undefined && (double || scale === 3 || scale === 5 || scale === 9)) {
		base = index;
		scale--;
	}

	if (index === undefined && base !== undefined && base.number !== espNumber && noSplit && hinted(base, 'not base')) {
		[base, index, scale] = [undefined, base, 1];
	}

	if (scale === 1 && index?.number === espNumber) {
		[base, index] = [index, base];
	}

	return {base, index, scale};
}

/** The eight combinations of 16-bit addresses (table 2-1). */
const narrowCombinations = ['bx+si', 'bx+di', 'bp+si', 'bp+di', 'si', 'di', 'bp', 'bx'];

function narrowAddress(operand: Operand, address: Address, index: Register | undefined): EffectiveAddress | undefined {
	if (address.displacementSize > 16 || (index !== undefined && address.scale !== 1)) {
		return undefined;
	}

	const names = [address.base, index].flatMap(register => register === undefined ? [] : [register.name]);
	const number = narrowCombinations.findIndex(combination => combination === names.join('+') || combination === names.toReversed().join('+'));
	if (number === -1) {
		return undefined;
	}

	const mode = displacementMode(operand, BigInt.asIntN(16, operand.offset), 2, number !== 6);
	return {bytes: [(mode.mod << 6) | number], displacementBytes: mode.bytes};
}
