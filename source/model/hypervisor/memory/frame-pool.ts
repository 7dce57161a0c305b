// The host's free frames. A hypervisor takes from here what it gives to guests and what it needs for tables of its own.
//
// Simplified: a host that ran for a while hands out frames in no order; here every other one comes first, so that what is contiguous
// for a guest is not so for the host.

import {type Hpa, toHpa} from '../../../base/address.js';
import {assert} from '../../../base/assert.js';
import {frameBytes, type PhysicalMemory} from '../../machine/physical-memory.js';

export class FramePool {
	readonly #memory: PhysicalMemory;
	readonly #free: Hpa[];

	constructor(memory: PhysicalMemory) {
		this.#memory = memory;
		const count = memory.ramBytes / frameBytes;
		const order = [...Array.from({length: count / 2}, (_, index) => 2 * index), ...Array.from({length: count / 2}, (_, index) => 2 * index + 1)];
		// The last one is handed out first.
		this.#free = order.map(frame => toHpa(frame * frameBytes));
	}

	get freeFrames(): number {
		return this.#free.length;
	}

	/** An empty frame, or undefined if there is none left. */
	take(): Hpa | undefined {
		const frame = this.#free.pop();
		if (frame !== undefined) {
			this.#memory.write(frame, new Uint8Array(frameBytes));
		}

		return frame;
	}

	give(frame: Hpa): void {
		assert(frame % frameBytes === 0, 'FramePool.give: not a frame');
		this.#free.push(frame);
	}
}
