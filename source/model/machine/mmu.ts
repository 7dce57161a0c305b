// The memory management unit: every access of a program to a linear address goes through here. The quick way is one comparison with a
// tag of the TLB; what that does not answer looks at the TLB entry, then walks the tables (page-walk.ts), then faults.
//
// An access that lies on two pages is checked on both before anything of it happens, so that a page fault leaves no half-done write.

import {toGpa, toGva, type Gpa, type Gva} from '../../base/address.js';
import {Fault, pageFaultBits, vector} from './fault.js';
import {ia32Format} from './page-formats.js';
import {PageWalk, right, type AccessKind, type Stage, type TableMemory, type WalkFailure, type WalkStep, type WalkSuccess} from './page-walk.js';
import {frameBytes, noOffset, type PhysicalMemory} from './physical-memory.js';
import {saltOf, slotOf, Tlb, tlbBits, tlbKey} from './tlb.js';

/** Pages of guest-physical memory that the second stage refused. Thrown like a fault; becomes a VM exit (vm-exit.ts). */
export class SecondStageViolation {
	readonly failure: WalkFailure;
	readonly linear: Gva;
	readonly physical: Gpa;

	constructor(failure: WalkFailure, linear: number) {
		this.failure = failure;
		this.linear = toGva(linear >>> 0);
		this.physical = toGpa(failure.address);
	}
}

export type PagingControls = {
	paging: boolean;
	writeProtect: boolean;
	/** Physical address of the page directory. */
	root: number;
	pse: boolean;
	pge: boolean;
};

export type MmuCounts = {tlbHits: number; tlbMisses: number; walks: number; tableReads: number; pageFaults: number};

const offsetMask = 0xFFF;

export class Mmu {
	readonly memory: PhysicalMemory;
	readonly tlb: Tlb;
	readonly #ram: DataView<ArrayBuffer>;
	readonly #bytes: Uint8Array<ArrayBuffer>;
	readonly #readTags: Int32Array;
	readonly #writeTags: Int32Array;
	readonly #offsets: Int32Array;
	readonly #mask: number;
	/** Where the tags of the present privilege begin: 0 for supervisor, the size of the TLB for user. */
	#half = 0;
	/** The VPID where the tags want it. */
	#tag = 0;
	/** What moves the slots of this VPID away from those of others. */
	#salt = 0;
	#hits = 0;
	readonly #counts: MmuCounts = {tlbHits: 0, tlbMisses: 0, walks: 0, tableReads: 0, pageFaults: 0};
	readonly controls: PagingControls = {paging: false, writeProtect: false, root: 0, pse: false, pge: false};
	/** What stands between guest-physical and host-physical, if anything. */
	secondStage: Stage | undefined;
	/** Told of every look into a table, while somebody watches. */
	onStep: ((step: WalkStep) => void) | undefined;
	readonly #tables: TableMemory;

	constructor(memory: PhysicalMemory, tlbSize: number) {
		this.memory = memory;
		this.tlb = new Tlb(tlbSize);
		this.#ram = memory.view;
		this.#bytes = memory.bytes;
		this.#readTags = this.tlb.readTags;
		this.#writeTags = this.tlb.writeTags;
		this.#offsets = this.tlb.offsets;
		this.#mask = tlbSize - 1;
		this.#tables = {
			load: (address, bytes) => (memory.readDword(address) >>> 0) + (bytes === 8 ? (memory.readDword(address + 4) >>> 0) * 2 ** 32 : 0),
			store: (address, _bytes, entry) => memory.writeDword(address, entry % 2 ** 32 | 0),
		};
	}

	get user(): boolean {
		return this.#half !== 0;
	}

	set user(user: boolean) {
		this.#half = user ? this.tlb.size : 0;
	}

	get vpid(): number {
		return this.#tag >> 20;
	}

	set vpid(vpid: number) {
		this.#tag = vpid << 20;
		this.#salt = saltOf(vpid);
	}

	/** Runs with the rights of the supervisor: descriptor tables and the TSS are read so whatever the CPL (SDM vol. 3, 4.6.1). */
	asSupervisor<T>(work: () => T): T {
		const half = this.#half;
		this.#half = 0;
		try {
			return work();
		} finally {
			this.#half = half;
		}
	}

	/** What has been counted so far. A look-up that an access needs counts once, as a hit or as a miss. */
	counts(): Readonly<MmuCounts> {
		this.settle();
		return {...this.#counts};
	}

	setCounts(counts: Readonly<MmuCounts>): void {
		this.#hits = 0;
		Object.assign(this.#counts, counts);
	}

	/** Books the quick hits: to be called before paging is switched, because without paging there are none. */
	settle(): void {
		if (this.controls.paging || this.secondStage !== undefined) {
			this.#counts.tlbHits += this.#hits;
		}

		this.#hits = 0;
	}

	read8(linear: number): number {
		const slot = (((linear >>> 12) ^ this.#salt) & this.#mask) + this.#half;
		if (this.#readTags[slot] === (linear >>> 12 | this.#tag)) {
			this.#hits++;
			return this.#bytes[this.#offsets[slot & this.#mask]! + (linear & offsetMask)]!;
		}

		const offset = this.#locate(linear, 'read');
		return offset < 0 ? 0xFF : this.#bytes[offset]!;
	}

	read16(linear: number): number {
		const slot = (((linear >>> 12) ^ this.#salt) & this.#mask) + this.#half;
		if (this.#readTags[slot] === (linear >>> 12 | this.#tag) && (linear & offsetMask) < 0xFFF) {
			this.#hits++;
			return this.#ram.getUint16(this.#offsets[slot & this.#mask]! + (linear & offsetMask), true);
		}

		return this.#readSlowly(linear, 2);
	}

	read32(linear: number): number {
		const slot = (((linear >>> 12) ^ this.#salt) & this.#mask) + this.#half;
		if (this.#readTags[slot] === (linear >>> 12 | this.#tag) && (linear & offsetMask) < 0xFFD) {
			this.#hits++;
			return this.#ram.getInt32(this.#offsets[slot & this.#mask]! + (linear & offsetMask), true);
		}

		return this.#readSlowly(linear, 4);
	}

	write8(linear: number, value: number): void {
		const slot = (((linear >>> 12) ^ this.#salt) & this.#mask) + this.#half;
		if (this.#writeTags[slot] === (linear >>> 12 | this.#tag)) {
			this.#hits++;
			this.#bytes[this.#offsets[slot & this.#mask]! + (linear & offsetMask)] = value;
		} else {
			this.#writeSlowly(linear, 1, value);
		}
	}

	write16(linear: number, value: number): void {
		const slot = (((linear >>> 12) ^ this.#salt) & this.#mask) + this.#half;
		if (this.#writeTags[slot] === (linear >>> 12 | this.#tag) && (linear & offsetMask) < 0xFFF) {
			this.#hits++;
			this.#ram.setInt16(this.#offsets[slot & this.#mask]! + (linear & offsetMask), value, true);
		} else {
			this.#writeSlowly(linear, 2, value);
		}
	}

	write32(linear: number, value: number): void {
		const slot = (((linear >>> 12) ^ this.#salt) & this.#mask) + this.#half;
		if (this.#writeTags[slot] === (linear >>> 12 | this.#tag) && (linear & offsetMask) < 0xFFD) {
			this.#hits++;
			this.#ram.setInt32(this.#offsets[slot & this.#mask]! + (linear & offsetMask), value, true);
		} else {
			this.#writeSlowly(linear, 4, value);
		}
	}

	/** Faults if `bytes` bytes cannot be written, and does nothing else. What reads before it writes asks this first; it counts no hit. */
	checkWrite(linear: number, bytes: number): void {
		const slot = (((linear >>> 12) ^ this.#salt) & this.#mask) + this.#half;
		if (this.#writeTags[slot] !== (linear >>> 12 | this.#tag) || (linear & offsetMask) + bytes > frameBytes) {
			const {tlbHits} = this.#counts;
			this.#locate(linear, 'write');
			this.#locateLast(linear, bytes, 'write');
			this.#counts.tlbHits = tlbHits;
		}
	}

	/** Buffer offset of an instruction byte, or `noOffset`. */
	fetch(linear: number): number {
		return this.#locate(linear, 'fetch');
	}

	#locateLast(linear: number, bytes: number, access: AccessKind): void {
		if ((linear & offsetMask) + bytes > frameBytes) {
			this.#locate(((linear + bytes - 1) & ~offsetMask) | 0, access);
		}
	}

	#readSlowly(linear: number, bytes: 2 | 4): number {
		const offset = this.#locate(linear, 'read');
		this.#locateLast(linear, bytes, 'read');
		if (offset >= 0 && (linear & offsetMask) + bytes <= frameBytes) {
			return bytes === 4 ? this.#ram.getInt32(offset, true) : this.#ram.getUint16(offset, true);
		}

		// The first page may have changed places in the TLB with the second: look each byte up.
		let value = 0;
		for (let index = 0; index < bytes; index++) {
			const at = this.#locate((linear + index) | 0, 'read');
			value |= (at < 0 ? 0xFF : this.#bytes[at]!) << (8 * index);
		}

		return value;
	}

	#writeSlowly(linear: number, bytes: 1 | 2 | 4, value: number): void {
		const offset = this.#locate(linear, 'write');
		if ((linear & offsetMask) + bytes > frameBytes) {
			this.#locateLast(linear, bytes, 'write');
			for (let index = 0; index < bytes; index++) {
				this.#put(this.#locate((linear + index) | 0, 'write'), 1, value >>> (8 * index));
			}
		} else {
			this.#put(offset, bytes, value);
		}
	}

	#put(offset: number, bytes: 1 | 2 | 4, value: number): void {
		if (!this.memory.isRam(offset)) {
			return;
		}

		this.memory.touch(offset, bytes);
		for (let index = 0; index < bytes; index++) {
			this.#bytes[offset + index] = value >>> (8 * index);
		}
	}

	/** Where in the buffer of physical memory an access goes (`noOffset` if nothing is there); faults if it may not. */
	#locate(linear: number, access: AccessKind): number {
		const page = linear >>> 12;
		const key = tlbKey(page, this.vpid);
		const slot = slotOf(key, this.tlb.size);
		const wanted = this.#wanted(access);
		const counted = this.controls.paging || this.secondStage !== undefined;
		if (this.tlb.keys[slot] === key && (this.tlb.bits[slot]! & wanted) === wanted) {
			this.#counts.tlbHits += counted ? 1 : 0;
		} else {
			this.#counts.tlbMisses += counted ? 1 : 0;
			this.#fill(linear, access, key);
		}

		const offset = this.memory.offsetOf(this.tlb.frames[slot]!);
		if (offset === noOffset) {
			return noOffset;
		}

		this.#grant(slot, key, offset, access);
		return offset + (linear & offsetMask);
	}

	/** What a TLB entry must have for this access to need no walk. */
	#wanted(access: AccessKind): number {
		switch (access) {
			case 'read': { return tlbBits.read | (this.user ? tlbBits.user : 0); }
			case 'fetch': { return tlbBits.execute | (this.user ? tlbBits.user : 0); }
			case 'write': { return tlbBits.dirty | (this.user ? tlbBits.userWrite : tlbBits.supervisorWrite); }
		}
	}

	/** Lets accesses of this kind go the quick way from now on. */
	#grant(slot: number, key: number, offset: number, access: AccessKind): void {
		const {tlb, memory} = this;
		tlb.offsets[slot] = offset;
		if (access === 'write') {
			const frame = offset >>> 12;
			if (memory.isRam(offset) && memory.code[frame] === undefined && !memory.watchers.has(frame)) {
				memory.dirty[frame] = 1;
				tlb.writeTags[slot + this.#half] = key;
			}
		} else if ((tlb.bits[slot]! & tlbBits.read) !== 0 && access === 'read') {
			tlb.readTags[slot + this.#half] = key;
		}
	}

	#fill(linear: number, access: AccessKind, key: number): void {
		const found = this.walk(linear, access, this.user);
		if (!found.ok) {
			throw this.#refusal(found, linear);
		}

		const {rights, lowerRights} = found;
		const paged = this.controls.paging;
		const supervisorWrites = (rights & right.write) !== 0 || (!this.controls.writeProtect && (lowerRights & right.write) !== 0);
		this.tlb.insert(key, Math.floor(found.address / frameBytes), ((rights & right.read) === 0 ? 0 : tlbBits.read)
			| ((rights & right.execute) === 0 ? 0 : tlbBits.execute)
			| ((rights & right.user) === 0 ? 0 : tlbBits.user)
			| (supervisorWrites ? tlbBits.supervisorWrite : 0)
			| ((rights & (right.write | right.user)) === (right.write | right.user) ? tlbBits.userWrite : 0)
			| (found.dirty ? tlbBits.dirty : 0)
			| (found.global ? tlbBits.global : 0)
			| (found.pageBits > 12 && paged ? tlbBits.large : 0)
			| (paged || this.secondStage !== undefined ? 0 : tlbBits.unpaged));
	}

	/** Walks the tables for one access, as a TLB miss does, and puts nothing into the TLB. */
	walk(linear: number, access: AccessKind, user: boolean): WalkSuccess | WalkFailure {
		const stages = this.stages();
		const walk = new PageWalk(stages, this.#tables, user, this.onStep);
		const result = walk.translate(linear >>> 0, access);
		this.#counts.walks += stages.length > 0 ? 1 : 0;
		this.#counts.tableReads += walk.references;
		return result;
	}

	stages(): readonly Stage[] {
		const {paging, root, writeProtect, pse, pge} = this.controls;
		const first = paging ? [{levels: 2, root, format: ia32Format({pse, pge}), writeProtect, checksUser: true}] : [];
		return this.secondStage === undefined ? first : [...first, this.secondStage];
	}

	#refusal(failure: WalkFailure, linear: number): Fault | SecondStageViolation {
		if (failure.stage === (this.controls.paging ? 1 : 0)) {
			return new SecondStageViolation(failure, linear);
		}

		this.#counts.pageFaults++;
		const code = (failure.reason === 'not-present' ? 0 : pageFaultBits.present)
			| (failure.access === 'write' ? pageFaultBits.write : 0)
			| (this.user ? pageFaultBits.user : 0)
			| (failure.reason === 'reserved' ? pageFaultBits.reserved : 0);
		return new Fault(vector.PF, code, linear);
	}
}
