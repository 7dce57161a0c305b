// Shadow page tables: the tables that the processor really walks while a guest runs, made from the guest's own, from guest-virtual
// straight to host-physical. They are a virtual TLB: an entry is made when an access finds none, and goes when the guest does what
// would make a TLB forget it (INVLPG, a load of CR3, a switch of paging). So a guest that changes its tables without telling the
// processor sees what it would see on bare hardware. Source: Adams and Agesen, ASPLOS 2006, section 2.3; SDM vol. 3, 32.3 (virtual TLB).
//
// The guest's accessed and dirty bits are right because an entry of a clean page is made read-only until the first write.
//
//     entry  31:12 frame of the host   2 user   1 writable   0 present

import {type Hpa, toHpa} from '../../../base/address.js';
import {must} from '../../../base/assert.js';
import {ia32Format} from '../../machine/page-formats.js';
import {PageWalk, right, type AccessKind, type DirectStage, type Stage, type WalkResult} from '../../machine/page-walk.js';
import {firmwareBase, frameBytes, type PhysicalMemory} from '../../machine/physical-memory.js';
import type {FramePool} from './frame-pool.js';
import {type GuestMemory} from './guest-memory.js';
import {tableMemory} from './table-memory.js';

const bit = {present: 1, writable: 2, user: 4} as const;
const entries = 1024;

/** What the guest's control registers say of paging. */
export type GuestPaging = {readonly paging: boolean; readonly writeProtect: boolean; readonly root: number; readonly pse: boolean; readonly pge: boolean};

/** What became of a page fault of the real processor. */
export type Filling =
	/** The shadow had nothing, or too little; now the access goes through, and the guest never hears of it. */
	| 'filled'
	/** The guest's own tables refuse it. */
	| 'guest-fault'
	/** The page cannot be mapped for this access: a device, a ROM, or a frame that the hypervisor watches. */
	| 'emulate';

export class ShadowPaging {
	readonly root: Hpa;
	readonly #memory: PhysicalMemory;
	readonly #pool: FramePool;
	readonly #guest: GuestMemory;
	readonly #tables = new Map<number, Hpa>();
	/** Linear page numbers whose translations the guest made global. */
	readonly #global = new Set<number>();
	/** Frames from which the guest's user code must not run directly; their pages are the supervisor's. */
	keepsFromUser: ((frame: Hpa) => boolean) | undefined;
	/** Entries of the hypervisor's own, by page number: they stand whatever the guest does. */
	readonly #fixed = new Map<number, number>();
	/** Frames that must not be written to without the hypervisor's knowing. */
	readonly #watched = new Set<number>();

	constructor(memory: PhysicalMemory, pool: FramePool, guest: GuestMemory) {
		this.#memory = memory;
		this.#pool = pool;
		this.#guest = guest;
		this.root = this.#newTable();
	}

	get tableFrames(): readonly Hpa[] {
		return [this.root, ...this.#tables.values()];
	}

	/** Makes the entry that an access needs. `paging` is the guest's. Throws `OutOfFrames`. */
	fill(linear: number, access: AccessKind, {user, paging}: {readonly user: boolean; readonly paging: GuestPaging}): Filling {
		if (this.#fixed.has(linear >>> 12)) {
			return 'emulate';
		}

		const found = this.#walk(linear, access, {user, paging});
		if (!found.ok) {
			return 'guest-fault';
		}

		const mayWriteFrame = (found.lowerRights & right.write) !== 0;

		const frame = found.address - found.address % frameBytes;
		const isFixed = frame >= firmwareBase || this.#watched.has(frame);
		if (frame === nowhere || (access === 'write' && isFixed)) {
			return 'emulate';
		}

		const isKept = this.keepsFromUser?.(toHpa(frame)) ?? false;
		if (isKept && user) {
			return 'emulate';
		}

		const guestMayWrite = (found.rights & right.write) !== 0;
		// With CR0.WP clear the guest's kernel writes to read-only pages; its user must not, so the page is the kernel's until the user asks.
		const kernelWrites = access === 'write' && !guestMayWrite;
		const isWritable = mayWriteFrame && (kernelWrites || (guestMayWrite && found.dirty && !isFixed));
		const isUser = (found.rights & right.user) !== 0 && !kernelWrites && !isKept;
		this.#put(linear >>> 12, frame + bit.present + (isWritable ? bit.writable : 0) + (isUser ? bit.user : 0));
		if (found.global) {
			this.#global.add(linear >>> 12);
		} else {
			this.#global.delete(linear >>> 12);
		}

		return 'filled';
	}

	/** Walks the guest's tables. A table that the walk has to mark may lie in a page that the host watches: it is asked for, and walked again. */
	#walk(linear: number, access: AccessKind, {user, paging}: {readonly user: boolean; readonly paging: GuestPaging}): WalkResult {
		const slots = paging.paging ? 1 : 0;
		for (;;) {
			const found = new PageWalk(guestStages(paging, this.#guest), tableMemory(this.#memory), user).translate(linear >>> 0, access);
			if (found.ok || found.stage !== slots || this.#guest.backing(found.address, 'write').kind !== 'ram') {
				return found;
			}
		}
	}

	/** Maps a frame of the hypervisor's at a page of its own: for the supervisor, which guest kernels in ring 1 are too. */
	fix(page: number, frame: Hpa): void {
		const entry = frame + bit.present + bit.writable;
		this.#fixed.set(page, entry);
		this.#put(page, entry);
	}

	/** From now on writes to a frame are told of (`emulate`). */
	watch(frame: Hpa): void {
		this.#watched.add(frame);
		this.#change(entry => entry - entry % frameBytes === frame ? entry & ~bit.writable : entry);
	}

	/** A frame is no longer the guest's page: translations to it go. */
	unmapFrame(frame: Hpa): void {
		this.#change(entry => entry - entry % frameBytes === frame ? 0 : entry);
	}

	/** The next write to a frame, or to any, faults and is looked at. */
	protectFrame(frame: Hpa | undefined): void {
		this.#change(entry => frame === undefined || entry - entry % frameBytes === frame ? entry & ~bit.writable : entry);
	}

	unwatch(frame: Hpa): void {
		this.#watched.delete(frame);
	}

	/** INVLPG. A page of a 4 MiB translation takes the whole of it along. */
	forgetPage(page: number): void {
		const first = page - page % entries;
		this.#change((entry, at) => at === page || (at >= first && at < first + entries) ? 0 : entry);
	}

	/** A load of CR3: global pages stay. */
	forgetNonGlobal(): void {
		this.#change((entry, page) => this.#global.has(page) ? entry : 0);
	}

	forgetAll(): void {
		this.#global.clear();
		this.#change(() => 0);
	}

	/** Rewrites the entries that are present. */
	#change(rewrite: (entry: number, page: number) => number): void {
		for (const [directory, table] of this.#tables) {
			for (let index = 0; index < entries; index++) {
				const entry = this.#memory.readDword(table + 4 * index);
				const page = directory * entries + index;
				const next = entry === 0 || this.#fixed.has(page) ? entry : rewrite(entry >>> 0, page);
				if ((next | 0) !== entry) {
					this.#memory.writeDword(table + 4 * index, next | 0);
				}
			}
		}
	}

	#put(page: number, entry: number): void {
		const directory = Math.floor(page / entries);
		let table = this.#tables.get(directory);
		if (table === undefined) {
			table = this.#newTable();
			this.#tables.set(directory, table);
			this.#memory.writeDword(this.root + 4 * directory, (table + bit.present + bit.writable + bit.user) | 0);
		}

		this.#memory.writeDword(table + 4 * (page % entries), entry | 0);
	}

	#newTable(): Hpa {
		return must(this.#pool.take(), 'ShadowPaging: no frame for a table');
	}
}

/** An address that no memory has: what a hole of guest-physical memory is turned into. */
export const nowhere = 0xC000_0000;

/** What stands between a guest's linear addresses and the host's memory: the guest's tables, if it pages, and its slots. */
export function guestStages({paging, writeProtect, root, pse, pge}: GuestPaging, guest: GuestMemory): readonly Stage[] {
	const slots = slotStage(guest);
	return paging ? [{levels: 2, root, format: ia32Format({pse, pge}), writeProtect, checksUser: true}, slots] : [slots];
}

/** Guest-physical to host-physical, page by page. Holes answer nothing: they lie where no memory is. */
export function slotStage(guest: GuestMemory): DirectStage {
	return {
		map(address, access) {
			const backing = guest.backing(address, access === 'write' ? 'write' : 'read');
			return backing.kind === 'hole'
				? {address: nowhere + address % frameBytes, rights: right.read | right.write | right.execute}
				// A ROM takes writes and forgets them.
				: {address: backing.hpa, rights: right.read | right.execute | (backing.kind === 'rom' || backing.isWritable ? right.write : 0)};
		},
	};
}
