// Whether the addresses of an instruction are 16 or 32 bits wide, and whether that takes a prefix.

import type {Instruction} from './instruction.js';
import {operandBits} from './operand-bits.js';
import type {Operand} from './operand.js';

export type AddressSize = {
	readonly size: 16 | 32;
	/** The instruction with that prefix, and with operands that can be direct addresses marked so. */
	readonly instruction: Instruction;
	readonly impossible: boolean;
};

export function chooseAddressSize(instruction: Instruction, bits: 16 | 32): AddressSize {
	const asked = instruction.prefixes.addressSize;
	let valid = asked === undefined ? 16 | 32 : Number(asked.slice(1));
	for (const {address} of instruction.operands) {
		if (address === undefined) {
			continue;
		}

		const registers = [address.base, address.scale === 0 ? undefined : address.index].filter(register => register !== undefined);
		for (const register of registers) {
			valid &= (register.type & operandBits.general) !== 0 && register.size > 8 ? register.size : 16 | 32;
		}

		if (registers.length === 0 && address.displacementSize > 8) {
			valid &= address.displacementSize;
		}
	}

	const other = bits === 32 ? 16 : 32;
	const impossible = (valid & (bits | other)) === 0;
	const size = (valid & bits) !== 0 || impossible ? bits : other;
	const prefixes = size === bits ? instruction.prefixes : {...instruction.prefixes, addressSize: `a${size}`};
	return {size, impossible, instruction: {...instruction, prefixes, operands: instruction.operands.map(operand => keepDirect(operand, size))}};
}

/** A displacement of another width than the address cannot be the address of `mov eax, [moffs]`. */
function keepDirect(operand: Operand, size: 16 | 32): Operand {
	const stated = operand.address?.displacementSize ?? 0;
	return stated === 0 || stated === size ? operand : {...operand, type: operand.type & ~operandBits.directMemory};
}
