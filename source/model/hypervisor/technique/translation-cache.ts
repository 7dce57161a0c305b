// The translation cache: memory of the hypervisor's, mapped into the guest's linear addresses, that holds translated code. It is filled
// from the bottom; when it is full, everything is thrown away and made again as it is needed.
//
//     0xFFC00000  a page of the hypervisor's data, which translated code reaches through GS
//     0xFFC01000  translated code
//
// Guests in ring 1 have their segments end below it, as VMware's did; what a guest does with addresses above faults and is emulated.

import type {Hpa} from '../../../base/address.js';
import {must} from '../../../base/assert.js';
import {frameBytes, type PhysicalMemory} from '../../machine/physical-memory.js';
import type {FramePool} from '../memory/frame-pool.js';
import type {ShadowPaging} from '../memory/shadow-paging.js';

export const hypervisorBase = 0xFFC0_0000;
const codeBase = hypervisorBase + frameBytes;
const codeFrames = 64;
export const codeBytes = codeFrames * frameBytes;

/** INT3: what ends translated code where the hypervisor has to act. It comes back to it as #BP. */
export const callout = 0xCC;

export class TranslationCache {
	readonly #memory: PhysicalMemory;
	readonly #dataFrame: Hpa;
	readonly #codeFrames: readonly Hpa[];
	#used = 0;

	constructor(memory: PhysicalMemory, pool: FramePool, shadow: ShadowPaging) {
		this.#memory = memory;
		const take = (): Hpa => must(pool.take(), 'TranslationCache: no frame');
		this.#dataFrame = take();
		this.#codeFrames = Array.from({length: codeFrames}, take);
		shadow.fix(hypervisorBase / frameBytes, this.#dataFrame);
		for (const [index, frame] of this.#codeFrames.entries()) {
			shadow.fix(codeBase / frameBytes + index, frame);
		}
	}

	get usedBytes(): number {
		return this.#used;
	}

	/** Where the next code will be, if it fits. */
	room(bytes: number): number | undefined {
		return this.#used + bytes <= codeBytes ? codeBase + this.#used : undefined;
	}

	/** Appends code; the answer is where it begins. */
	append(code: Uint8Array): number {
		const at = codeBase + this.#used;
		for (const [index, byte] of code.entries()) {
			this.#memory.writeByte(this.#physical(at + index), byte);
		}

		this.#used += code.length;
		return at;
	}

	/** Changes the four bytes of a jump's displacement so that it goes to `target`. */
	patchJump(place: number, target: number): void {
		const displacement = (target - (place + 4)) | 0;
		for (let index = 0; index < 4; index++) {
			this.#memory.writeByte(this.#physical(place + index), displacement >>> 8 * index & 0xFF);
		}
	}

	read(address: number, length: number): Uint8Array {
		return Uint8Array.from({length}, (_, index) => this.#memory.readByte(this.#physical(address + index)));
	}

	empty(): void {
		this.#used = 0;
	}

	/** The virtual interrupt flag, where translated code changes it without leaving. */
	get interruptFlag(): boolean {
		return this.#memory.readDword(this.#dataFrame) !== 0;
	}

	set interruptFlag(flag: boolean) {
		this.#memory.writeDword(this.#dataFrame, Number(flag));
	}

	#physical(address: number): number {
		const offset = address - codeBase;
		return this.#codeFrames[Math.floor(offset / frameBytes)]! + offset % frameBytes;
	}
}
