// Nested page tables (Intel: EPT): a second tree, which the processor walks for every guest-physical address. They are empty at the start;
// an access that finds nothing is an EPT violation, and the hypervisor fills the entry in (SDM vol. 3, 28.3).

import type {Gpa, Hpa} from '../../../base/address.js';
import {must} from '../../../base/assert.js';
import type {TableStage} from '../../machine/page-walk.js';
import {eptFormat} from '../../machine/page-formats.js';
import {frameBytes, type PhysicalMemory} from '../../machine/physical-memory.js';
import type {FramePool} from './frame-pool.js';
import type {GuestMemory} from './guest-memory.js';
import {tableMemory} from './table-memory.js';

const levels = 4;
const entryBytes = 8;
const indexBits = 9;
const rights = {read: 1, write: 2, execute: 4} as const;

export class NestedPaging {
	readonly stage: TableStage;
	readonly #pool: FramePool;
	readonly #guest: GuestMemory;
	readonly #tables: ReturnType<typeof tableMemory>;
	/** Frames of the tables, the root first. */
	readonly #own: Hpa[];

	constructor(memory: PhysicalMemory, pool: FramePool, guest: GuestMemory) {
		this.#pool = pool;
		this.#guest = guest;
		this.#tables = tableMemory(memory);
		this.#own = [this.#newTable()];
		this.stage = {levels, root: this.#own[0]!, format: eptFormat(entryBytes), writeProtect: true, checksUser: false};
	}

	get tableFrames(): readonly Hpa[] {
		return this.#own;
	}

	/** Fills in what an access ran into. False: nothing is there, or it may not be written; the access has to be emulated. */
	handleViolation(gpa: Gpa, isWrite: boolean): boolean {
		const backing = this.#guest.backing(gpa, isWrite ? 'write' : 'read');
		if (backing.kind === 'hole' || (backing.kind === 'rom' && isWrite)) {
			return false;
		}

		const page = backing.hpa - backing.hpa % frameBytes;
		this.#tables.store(this.#leafOf(gpa), entryBytes, page + rights.read + rights.execute + (backing.kind === 'ram' && backing.isWritable ? rights.write : 0));
		return true;
	}

	/** The page has lost its frame. */
	unmap(gpa: Gpa): void {
		const leaf = this.#existingLeaf(gpa);
		if (leaf !== undefined) {
			this.#tables.store(leaf, entryBytes, 0);
		}
	}

	/** Takes the right to write away, from one page or from all: the next write is a violation. */
	protect(gpa: Gpa | undefined): void {
		for (const leaf of gpa === undefined ? this.#allLeaves() : [this.#existingLeaf(gpa)]) {
			const entry = leaf === undefined ? 0 : this.#tables.load(leaf, entryBytes);
			if (leaf !== undefined && Math.floor(entry / rights.write) % 2 === 1) {
				this.#tables.store(leaf, entryBytes, entry - rights.write);
			}
		}
	}

	#existingLeaf(gpa: number): number | undefined {
		let table: number = this.stage.root;
		for (let level = levels - 1; level > 0; level--) {
			const entry = this.#tables.load(table + indexAt(gpa, level) * entryBytes, entryBytes);
			if (entry === 0) {
				return undefined;
			}

			table = entry - entry % frameBytes;
		}

		return table + indexAt(gpa, 0) * entryBytes;
	}

	#allLeaves(): readonly number[] {
		return [...this.#guest.residentPages().keys()].map(gpa => this.#existingLeaf(gpa)).filter(leaf => leaf !== undefined);
	}

	/** Where the last entry for an address is; tables on the way are made. */
	#leafOf(gpa: number): number {
		let table: number = this.stage.root;
		for (let level = levels - 1; level > 0; level--) {
			const place = table + indexAt(gpa, level) * entryBytes;
			const entry = this.#tables.load(place, entryBytes);
			if (entry === 0) {
				const next = this.#newTable();
				this.#own.push(next);
				this.#tables.store(place, entryBytes, next + rights.read + rights.write + rights.execute);
				table = next;
			} else {
				table = entry - entry % frameBytes;
			}
		}

		return table + indexAt(gpa, 0) * entryBytes;
	}

	#newTable(): Hpa {
		return must(this.#pool.take(), 'NestedPaging: no frame for a table');
	}
}

function indexAt(gpa: number, level: number): number {
	return Math.floor(gpa / 2 ** (12 + indexBits * level)) % 2 ** indexBits;
}
