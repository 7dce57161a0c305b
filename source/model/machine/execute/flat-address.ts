// A 32-bit address in a flat segment: base + (index << scale) + displacement, with the register that is always 0 where one is missing.
// A class, so that all have one shape for the JavaScript engine.

import type {MemoryOperand} from '../instruction.js';

export class FlatAddress {
	readonly base: number;
	readonly index: number;
	readonly scale: number;
	readonly displacement: number;

	constructor({base, index, scale, displacement}: MemoryOperand) {
		this.base = base;
		this.index = index;
		this.scale = scale;
		this.displacement = displacement;
	}
}

export function flatAddress(regs: Int32Array, {base, index, scale, displacement}: FlatAddress): number {
	return (regs[base]! + (regs[index]! << scale) + displacement) | 0;
}
