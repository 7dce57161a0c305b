// One operand of an instruction, as it was written.

import type {RegisterHint} from './expression.js';
import type {Register} from './registers.js';

export type Operand = {
	/** Bits of operand-bits.ts. */
	readonly type: number;
	/** Width in bits that was stated or that the register has; 0 for none. */
	readonly size: number;
	readonly column: number;
	/** The register that the operand is. */
	readonly register: Register | undefined;
	/** The number: an immediate, or the displacement of a memory operand. */
	readonly offset: bigint;
	/** The section that the number is an address in. */
	readonly section: number | undefined;
	/** Whether the number is a distance from the section that the instruction is in. */
	readonly relative: boolean;
	/** Whether the number is not known yet. */
	readonly unknown: boolean;
	/** Whether a symbol was used that is not known yet. */
	readonly forward: boolean;
	readonly address: Address | undefined;
};

/** What stands between brackets beside the displacement. */
export type Address = {
	readonly base: Register | undefined;
	readonly index: Register | undefined;
	readonly scale: number;
	readonly hint: RegisterHint;
	/** Width that was asked for the displacement; 0 for none. */
	readonly displacementSize: number;
	readonly noSplit: boolean;
};
