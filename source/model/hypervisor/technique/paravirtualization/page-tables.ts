// Xen's rule for page tables that the processor walks as the guest wrote them (Barham et al., SOSP 2003, 3.3.3): the guest may read its
// tables and not write them; every change is asked for and checked. An entry may name only frames that belong to the domain or were
// granted to it; a frame is a table or writable, never both; so no address space ever reaches a frame that its domain was not given.
//
// Simplified: Xen counts references to each frame; here the tables are searched.

import type {PhysicalMemory} from '../../../machine/physical-memory.js';
import type {Domain, PageType} from './domain.js';
import {errno, hypervisorStart} from './interface.js';

export const bit = {present: 1, writable: 2, user: 4, large: 0x80} as const;
export const entries = 1024;
const firstOfXen = hypervisorStart >>> 22;

const frameOf = (entry: number): number => (entry & 0xFFFF_F000) >>> 0;

export class PageTables {
	readonly #memory: PhysicalMemory;
	/** Entries of Xen's that every directory has, by index. */
	readonly #ownEntries: ReadonlyMap<number, number>;

	constructor(memory: PhysicalMemory, ownEntries: ReadonlyMap<number, number>) {
		this.#memory = memory;
		this.#ownEntries = ownEntries;
	}

	/** 0, or why the entry at a machine address may not become `value`; then it is as it was. */
	update(domain: Domain, address: number, value: number): number {
		const type = domain.tables.get(frameOf(address));
		if (type === undefined || address % 4 !== 0) {
			return errno.EINVAL;
		}

		const index = (address % 4096) / 4;
		const problem = type === 'l1' ? this.#checkL1(domain, value) : this.#checkL2(domain, index, value);
		if (problem === 0) {
			this.#memory.writeDword(address, value | 0);
		}

		return problem;
	}

	/** Makes a page of the domain's a table. */
	promote(domain: Domain, frame: number, type: PageType): number {
		const known = domain.tables.get(frame);
		if (known !== undefined) {
			return known === type ? 0 : errno.EINVAL;
		}

		if (!domain.frames.has(frame) || this.#isMappedWritable(domain, frame)) {
			return errno.EINVAL;
		}

		// While its entries are checked it is a table already: it may not map itself writable.
		domain.tables.set(frame, type);
		for (let index = 0; index < entries; index++) {
			const entry = this.#memory.readDword(frame + 4 * index);
			const isOwn = type === 'l2' && index >= firstOfXen;
			const problem = isOwn ? 0 : (type === 'l1' ? this.#checkL1(domain, entry) : this.#checkL2(domain, index, entry));
			if (problem !== 0) {
				domain.tables.delete(frame);
				return problem;
			}
		}

		if (type === 'l2') {
			this.#addOwn(frame);
		}

		return 0;
	}

	/** Makes a table an ordinary page again, if nothing needs it as one. */
	demote(domain: Domain, frame: number): number {
		const type = domain.tables.get(frame);
		const isUsed = frameOf(domain.state.cr3) === frame || this.#entriesOf(domain, 'l2').some(entry => (entry & bit.present) !== 0 && frameOf(entry) === frame);
		if (type === undefined || isUsed) {
			return errno.EINVAL;
		}

		domain.tables.delete(frame);
		return 0;
	}

	/** The machine address of the last entry for a linear address, or undefined if there is no table for it. */
	leafOf(domain: Domain, linear: number): number | undefined {
		if (linear >>> 0 >= hypervisorStart) {
			return undefined;
		}

		const directory = this.#memory.readDword(frameOf(domain.state.cr3) + 4 * (linear >>> 22));
		return (directory & bit.present) === 0 ? undefined : frameOf(directory) + 4 * (linear >>> 12 & 0x3FF);
	}

	#checkL1(domain: Domain, entry: number): number {
		if ((entry & bit.present) === 0) {
			return 0;
		}

		const frame = frameOf(entry);
		const isWritable = (entry & bit.writable) !== 0;
		const grant = domain.granted.get(frame);
		const isGranted = grant !== undefined && !(grant.isReadOnly && isWritable);
		const isReachable = domain.frames.has(frame) || frame === domain.sharedFrame || frame === domain.grantFrame || isGranted;
		return isReachable && !(isWritable && domain.tables.has(frame)) ? 0 : errno.EINVAL;
	}

	#checkL2(domain: Domain, index: number, entry: number): number {
		if (index >= firstOfXen) {
			return errno.EPERM;
		}

		if ((entry & bit.present) === 0) {
			return 0;
		}

		return (entry & bit.large) === 0 ? this.promote(domain, frameOf(entry), 'l1') : errno.EINVAL;
	}

	#addOwn(frame: number): void {
		for (let index = firstOfXen; index < entries; index++) {
			this.#memory.writeDword(frame + 4 * index, this.#ownEntries.get(index) ?? 0);
		}
	}

	#isMappedWritable(domain: Domain, frame: number): boolean {
		return this.#entriesOf(domain, 'l1').some(entry => (entry & bit.present) !== 0 && (entry & bit.writable) !== 0 && frameOf(entry) === frame);
	}

	#entriesOf(domain: Domain, type: PageType): readonly number[] {
		return [...domain.tables].flatMap(([frame, known]) => known === type ? Array.from({length: type === 'l2' ? firstOfXen : entries}, (_, index) => this.#memory.readDword(frame + 4 * index)) : []);
	}
}
