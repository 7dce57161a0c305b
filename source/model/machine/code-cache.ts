// Decoded code, by physical frame. A block is a run of instructions up to the next one that may go elsewhere or change how the following
// ones are to be read. Which bytes have been decoded is known byte by byte, so that data beside code costs nothing, and a write to
// decoded bytes throws the frame's blocks away: self-modifying code sees itself.

import type {Instruction} from './instruction.js';

/** One instruction, ready to run. */
export type Operation = () => void;

export type Block = {
	readonly eip: number;
	/** Properties of the CPU that the operations rely on (cpu.ts). */
	readonly mode: number;
	readonly operations: readonly Operation[];
	readonly instructions: readonly Instruction[];
	/** EIP of each instruction and of the one after the last. */
	readonly eips: Int32Array;
};

export class CodePage {
	readonly blocks: Array<Block | undefined> = Array.from({length: 4096}, () => undefined);
	readonly #covered = new Uint8Array(4096);
	readonly #onInvalidate: () => void;

	/** `onInvalidate`: decoded bytes are about to change; nothing that was decoded may be used any more. */
	constructor(onInvalidate: () => void) {
		this.#onInvalidate = onInvalidate;
	}

	cover(offset: number, length: number): void {
		this.#covered.fill(1, offset, offset + length);
	}

	/** Called before bytes of the frame change. */
	invalidate(offset: number, length: number): void {
		if (this.#covered.subarray(offset, offset + length).includes(1)) {
			this.#onInvalidate();
		}
	}
}
