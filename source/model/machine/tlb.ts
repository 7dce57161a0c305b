// The translation look-aside buffer (SDM vol. 3, 4.10): translations that walks have found, kept until something removes them. It is
// never told that a table has changed; INVLPG, a load of CR3, or a replacement is what makes a change seen, as on real hardware.
//
// Simplified: one level, direct-mapped: a page has one slot, by the low bits of its number and its tag. Entries are of 4 KiB also where the page
// is larger. Every entry carries a tag (Intel: VPID), so that a hypervisor need not empty it when it changes guests.
//
// Beside each entry stand quick tags, which say for which accesses the slot may be used without looking further: reads and writes,
// by supervisor (first half) and by user (second half). They are not part of the model but what makes it quick.

/** Bits of an entry. */
export const tlbBits = {read: 1, supervisorWrite: 2, execute: 4, user: 8, userWrite: 16, dirty: 32, global: 64, large: 128, unpaged: 256} as const;

export type TlbEntry = {readonly page: number; readonly frame: number; readonly vpid: number; readonly bits: number};

const none = -1;

/** So that the pages of two guests, which mostly have the same numbers, do not meet in the same slots. */
export const saltOf = (vpid: number): number => vpid * 0x155;

export const slotOf = (key: number, size: number): number => ((key & 0xF_FFFF) ^ saltOf(key >> 20)) & (size - 1);

/** A page's number with the tag above it. */
export const tlbKey = (page: number, vpid: number): number => page | vpid << 20;

export class Tlb {
	readonly size: number;
	readonly keys: Int32Array;
	readonly frames: Float64Array;
	readonly bits: Int32Array;
	/** Offsets in the buffer of physical memory; valid where a quick tag is. */
	readonly offsets: Int32Array;
	readonly readTags: Int32Array;
	readonly writeTags: Int32Array;
	#hasLarge = false;
	/** Told of what the program makes the TLB forget, while a hypervisor emulates it: one page, all but the global ones, or everything. */
	onForget: ((what: number | 'non-global' | 'all') => void) | undefined;

	constructor(size: number) {
		this.size = size;
		this.keys = new Int32Array(size).fill(none);
		this.frames = new Float64Array(size);
		this.bits = new Int32Array(size);
		this.offsets = new Int32Array(size);
		this.readTags = new Int32Array(2 * size).fill(none);
		this.writeTags = new Int32Array(2 * size).fill(none);
	}

	insert(key: number, frame: number, bits: number): void {
		const slot = slotOf(key, this.size);
		this.drop(slot);
		this.keys[slot] = key;
		this.frames[slot] = frame;
		this.bits[slot] = bits;
		this.#hasLarge ||= (bits & tlbBits.large) !== 0;
	}

	drop(slot: number): void {
		this.keys[slot] = none;
		this.readTags[slot] = none;
		this.readTags[slot + this.size] = none;
		this.writeTags[slot] = none;
		this.writeTags[slot + this.size] = none;
	}

	/** INVLPG: removes what is known about one page, global or not; of a large page, all of it. */
	invalidate(page: number, vpid: number): void {
		this.onForget?.(page);
		const key = tlbKey(page, vpid);
		this.#dropIf(slot => this.keys[slot] === key, slotOf(key, this.size));
		if (this.#hasLarge) {
			for (let slot = 0; slot < this.size; slot++) {
				this.#dropIf(at => (this.keys[at]! >> 10) === (key >> 10) && (this.bits[at]! & tlbBits.large) !== 0, slot);
			}
		}
	}

	#dropIf(condition: (slot: number) => boolean, slot: number): void {
		if (this.keys[slot] !== none && condition(slot)) {
			this.drop(slot);
		}
	}

	/** A load of CR3: everything of this tag that is not global. */
	flushNonGlobal(vpid: number): void {
		this.onForget?.('non-global');
		for (let slot = 0; slot < this.size; slot++) {
			this.#dropIf(at => this.keys[at]! >> 20 === vpid && (this.bits[at]! & tlbBits.global) === 0, slot);
		}
	}

	/** Everything of one tag, or of all. */
	flush(vpid?: number): void {
		this.onForget?.('all');
		if (vpid === undefined) {
			this.keys.fill(none);
			this.readTags.fill(none);
			this.writeTags.fill(none);
			this.#hasLarge = false;
			return;
		}

		for (let slot = 0; slot < this.size; slot++) {
			this.#dropIf(at => this.keys[at]! >> 20 === vpid, slot);
		}
	}

	/** Takes the leave to write quickly away, from every page or from those that lie at an offset of the buffer. */
	forbidQuickWrites(offset?: number): void {
		for (let slot = 0; slot < this.size; slot++) {
			if (offset === undefined || this.offsets[slot] === offset) {
				this.writeTags[slot] = none;
				this.writeTags[slot + this.size] = none;
			}
		}
	}

	/** The translations that it holds, in the order of the slots. */
	entries(): readonly TlbEntry[] {
		return this.all().filter(({bits}) => (bits & tlbBits.unpaged) === 0);
	}

	/** Also what stands in slots while paging is off. */
	all(): readonly TlbEntry[] {
		const found: TlbEntry[] = [];
		for (const [slot, key] of this.keys.entries()) {
			if (key !== none) {
				found.push({page: key & 0xF_FFFF, frame: this.frames[slot]!, vpid: key >> 20, bits: this.bits[slot]!});
			}
		}

		return found;
	}

	load(entries: readonly TlbEntry[]): void {
		this.flush();
		for (const {page, frame, vpid, bits} of entries) {
			this.insert(tlbKey(page, vpid), frame, bits);
		}
	}
}
