// The blocks of the translation cache: found by where their code is in the host's memory, linked to each other, and forgotten when that
// code changes.

import type {Translation} from './translate.js';
import type {TranslationCache} from './translation-cache.js';

export type TranslatedBlock = {
	/** Of the guest: its linear address and the frame of the host that it is in. */
	readonly eip: number;
	readonly frame: number;
	/** Of its first byte, in the host's memory. */
	readonly physical: number;
	/** In the cache. */
	readonly start: number;
	readonly translation: Translation;
};

/** A jump out of one block: where it goes when it is not linked. Addresses in the cache. */
export type OpenLink = {readonly place: number; readonly stub: number; readonly target: number; readonly from: TranslatedBlock};

type Linked = {readonly link: OpenLink; readonly to: TranslatedBlock};

export class BlockStore {
	readonly #cache: TranslationCache;
	readonly #byKey = new Map<string, TranslatedBlock>();
	readonly #byFrame = new Map<number, Set<TranslatedBlock>>();
	/** Guest addresses by address in the cache. */
	readonly #guestAt = new Map<number, number>();
	readonly #emulated = new Set<number>();
	readonly #stubs = new Map<number, OpenLink>();
	readonly #linked = new Map<number, Linked>();

	constructor(cache: TranslationCache) {
		this.#cache = cache;
	}

	get blocks(): readonly TranslatedBlock[] {
		return [...this.#byKey.values()];
	}

	find(physical: number, eip: number): TranslatedBlock | undefined {
		return this.#byKey.get(`${physical} ${eip}`);
	}

	/** Puts a block into the cache. */
	add(physical: number, eip: number, translation: Translation): TranslatedBlock {
		const start = this.#cache.append(translation.code);
		const block: TranslatedBlock = {eip, frame: Math.floor(physical / 4096), physical, start, translation};
		this.#byKey.set(`${physical} ${eip}`, block);
		this.#byFrame.set(block.frame, (this.#byFrame.get(block.frame) ?? new Set()).add(block));
		for (const [offset, guest] of translation.guestAt) {
			this.#guestAt.set(start + offset, guest);
		}

		for (const offset of translation.emulated) {
			this.#emulated.add(start + offset);
		}

		for (const {place, stub, target} of translation.links) {
			this.#stubs.set(start + stub, {place: start + place, stub: start + stub, target, from: block});
		}

		return block;
	}

	/** Where the guest is when the processor is at this address of the cache. */
	guestAddress(address: number): number | undefined {
		return this.#guestAt.get(address);
	}

	/** Whether the callout at this address stands for an instruction. */
	isEmulated(address: number): boolean {
		return this.#emulated.has(address);
	}

	/** The unlinked jump that ended in the callout at this address. */
	openLink(address: number): OpenLink | undefined {
		return this.#stubs.get(address);
	}

	/** From now on the jump goes straight to the block. */
	link(link: OpenLink, to: TranslatedBlock): void {
		this.#cache.patchJump(link.place, to.start);
		this.#linked.set(link.place, {link, to});
	}

	/** Jumps from page to page hold only while the guest's tables stay as they are. */
	unlinkAcrossPages(): void {
		this.#unlink(({link, to}) => (link.from.eip >>> 12) !== (to.eip >>> 12));
	}

	/** The code in a frame changed: its blocks, and every jump to them, are gone. */
	dropFrame(frame: number): void {
		const gone = this.#byFrame.get(frame);
		if (gone === undefined) {
			return;
		}

		this.#unlink(({to}) => gone.has(to));
		this.#byFrame.delete(frame);
		for (const [key, block] of this.#byKey) {
			if (gone.has(block)) {
				this.#byKey.delete(key);
			}
		}
	}

	clear(): void {
		for (const map of [this.#byKey, this.#byFrame, this.#guestAt, this.#stubs, this.#linked]) {
			map.clear();
		}

		this.#emulated.clear();
		this.#cache.empty();
	}

	get frames(): readonly number[] {
		return [...this.#byFrame.keys()];
	}

	#unlink(condition: (linked: Linked) => boolean): void {
		for (const [place, linked] of this.#linked) {
			if (condition(linked)) {
				this.#cache.patchJump(place, linked.link.stub);
				this.#linked.delete(place);
			}
		}
	}
}

