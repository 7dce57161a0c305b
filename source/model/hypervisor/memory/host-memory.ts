// The host's memory under its guests: frames are handed out on demand, pages of the same content can share one (kernel same-page merging),
// and when no frame is free, pages go to the swap. So guests may together have more memory than the host.
//
// Source: Linux, Documentation/admin-guide/mm/ksm.rst; mm/swapfile.c.
//
// Simplified: a page is as old as its frame, so the page that got its frame first goes first; Linux watches which ones are used. KSM
// looks at all pages at once instead of some at a time, and compares them whole.

import type {Hpa} from '../../../base/address.js';
import {must} from '../../../base/assert.js';
import {frameBytes, type PhysicalMemory} from '../../machine/physical-memory.js';
import type {FramePool} from './frame-pool.js';
import type {GuestMemory} from './guest-memory.js';

/** The host has no frame left, and nothing that it could swap out. */
export class OutOfFrames {}

export type HostMemoryCounts = {
	/** Pages that share a frame with another one, and the frames that they share (/sys/kernel/mm/ksm: pages_sharing, pages_shared). */
	readonly pagesSharing: number;
	readonly pagesShared: number;
	readonly swapped: number;
	readonly swapIns: number;
	readonly swapOuts: number;
	readonly freeFrames: number;
};

export class HostMemory {
	readonly pool: FramePool;
	readonly #memory: PhysicalMemory;
	readonly #guests: GuestMemory[] = [];
	/** How many pages use a frame, where it is more than one. */
	readonly #users = new Map<number, number>();
	readonly #swap = new Map<number, Uint8Array>();
	readonly #swapPages: number;
	#nextPlace = 0;
	#swapIns = 0;
	#swapOuts = 0;

	/** `swapPages`: how many pages the swap holds; none by default. */
	constructor(memory: PhysicalMemory, pool: FramePool, {swapPages = 0}: {readonly swapPages?: number} = {}) {
		this.#memory = memory;
		this.pool = pool;
		this.#swapPages = swapPages;
	}

	register(guest: GuestMemory): void {
		this.#guests.push(guest);
	}

	/** An empty frame; the oldest page makes room if there is none. Throws `OutOfFrames`. */
	takeFrame(): Hpa {
		const frame = this.pool.take() ?? (this.swapOut(1) === 1 ? this.pool.take() : undefined);
		if (frame === undefined) {
			throw new OutOfFrames();
		}

		return frame;
	}

	/** A frame of one's own with the content of another. Throws `OutOfFrames`. */
	copyFrame(source: Hpa): Hpa {
		const content = this.#memory.read(source, frameBytes);
		const frame = this.takeFrame();
		this.#memory.write(frame, content);
		return frame;
	}

	/** One page less uses a frame; the last one frees it. */
	giveBack(frame: Hpa): void {
		const users = this.#users.get(frame) ?? 1;
		if (users > 2) {
			this.#users.set(frame, users - 1);
		} else if (users === 2) {
			this.#users.delete(frame);
		} else {
			this.pool.give(frame);
		}
	}

	/** Moves up to `count` pages to the swap, those that got their frames first; the answer is how many. Merged pages stay. */
	swapOut(count: number): number {
		let moved = 0;
		for (const guest of this.#guests) {
			for (const [gpa, page] of [...guest.pages()]) {
				if (moved === count || this.#swap.size >= this.#swapPages) {
					return moved;
				}

				if (page.in === 'frame' && !page.isMerged) {
					const place = this.#nextPlace++;
					this.#swap.set(place, this.#memory.read(page.frame, frameBytes));
					guest.replace(gpa, {in: 'swap', place});
					this.pool.give(page.frame);
					this.#swapOuts += 1;
					moved += 1;
				}
			}
		}

		return moved;
	}

	/** A frame with a page from the swap. Throws `OutOfFrames`. */
	swapIn(place: number): Hpa {
		const content = must(this.#swap.get(place), 'swapIn: nothing there');
		// Its place is free before room is made for it, so that a full swap can still turn.
		this.#swap.delete(place);
		const frame = this.takeFrame();
		this.#memory.write(frame, content);
		this.#swapIns += 1;
		return frame;
	}

	forgetSwapped(place: number): void {
		this.#swap.delete(place);
	}

	/** Lets pages of the same content share a frame, in all guests; the answer is how many frames that freed. */
	merge(): number {
		const free = this.pool.freeFrames;
		const byContent = new Map<string, Hpa>();
		for (const guest of this.#guests) {
			for (const [gpa, page] of [...guest.pages()]) {
				if (page.in === 'frame') {
					this.#mergePage(guest, {gpa, frame: page.frame, isMerged: page.isMerged}, byContent);
				}
			}
		}

		return this.pool.freeFrames - free;
	}

	#mergePage(guest: GuestMemory, {gpa, frame, isMerged}: {readonly gpa: number; readonly frame: Hpa; readonly isMerged: boolean}, byContent: Map<string, Hpa>): void {
		const key = contentKey(this.#memory.read(frame, frameBytes));
		const same = byContent.get(key);
		if (same === undefined) {
			byContent.set(key, frame);
			return;
		}

		if (same === frame) {
			return;
		}

		this.#protect(same);
		this.#users.set(same, (this.#users.get(same) ?? 1) + 1);
		guest.replace(gpa, {in: 'frame', frame: same, isMerged: true});
		if (isMerged) {
			this.giveBack(frame);
		} else {
			this.pool.give(frame);
		}
	}

	/** The first page of a frame that is to be shared has to be asked for writes too. */
	#protect(frame: Hpa): void {
		for (const guest of this.#guests) {
			for (const [gpa, page] of [...guest.pages()]) {
				if (page.in === 'frame' && page.frame === frame && !page.isMerged) {
					guest.replace(gpa, {...page, isMerged: true});
				}
			}
		}
	}

	counts(): HostMemoryCounts {
		const shared = [...this.#users.values()];
		return {
			pagesSharing: shared.reduce((sum, users) => sum + users - 1, 0), pagesShared: shared.length,
			swapped: this.#swap.size, swapIns: this.#swapIns, swapOuts: this.#swapOuts, freeFrames: this.pool.freeFrames,
		};
	}
}

/** Equal for equal pages. */
function contentKey(page: Uint8Array): string {
	return String.fromCharCode(...page);
}

