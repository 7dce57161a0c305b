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

type Kept = {readonly first: number; readonly end: number};

export class CodePage {
	readonly blocks = new Array<Block | undefined>(4096);
	#kept: Kept[] = [];
	readonly #covered = new Uint8Array(4096);
	readonly #onInvalidate: () => void;
	/** How often decoded bytes changed. Where that happens a lot, long blocks are decoded for nothing. */
	invalidations = 0;

	/** `onInvalidate`: decoded bytes are about to change; the running block may be among them. */
	constructor(onInvalidate: () => void) {
		this.#onInvalidate = onInvalidate;
	}

	keep(offset: number, length: number, block: Block): void {
		this.blocks[offset] = block;
		this.#kept.push({first: offset, end: offset + length});
		this.#covered.fill(1, offset, offset + length);
	}

	/** Called before bytes of the frame change: forgets the blocks that they are part of. */
	invalidate(offset: number, length: number): void {
		if (!this.#covered.subarray(offset, offset + length).includes(1)) {
			return;
		}

		this.invalidations++;
		const left: Kept[] = [];
		for (const kept of this.#kept) {
			if (kept.first < offset + length && kept.end > offset) {
				this.blocks[kept.first] = undefined;
			} else {
				left.push(kept);
			}
		}

		this.#kept = left;
		this.#covered.fill(0);
		for (const {first, end} of left) {
			this.#covered.fill(1, first, end);
		}

		this.#onInvalidate();
	}
}
