// A guest's memory as KVM has it. The hypervisor's process (QEMU) has the guest's memory among its own: a slot says which addresses of
// the guest are which of the process. The process' pages get frames when they are touched first, and may lose them again.
//
//     GPA --slot--> HVA --page table of the process--> HPA
//
// Whoever has made translations to frames (shadow tables, nested tables) is told when a page loses its frame or may no longer be written,
// as Linux' MMU notifiers tell KVM.
//
// Source: Linux, Documentation/virt/kvm/api.rst, KVM_SET_USER_MEMORY_REGION, KVM_GET_DIRTY_LOG; include/linux/mmu_notifier.h.

import {type Gpa, type Hpa, type Hva, toHpa, toHva} from '../../../base/address.js';
import {firmwareBase, firmwareBytes, frameBytes} from '../../machine/physical-memory.js';
import type {HostMemory} from './host-memory.js';

export type MemorySlot = {
	readonly slot: number;
	readonly gpa: Gpa;
	readonly bytes: number;
	readonly hva: Hva;
	readonly isReadOnly: boolean;
};

/** What lies behind a guest-physical address. */
export type Backing =
	/** A page that is not writable now becomes so when `backing` is asked for a write. */
	| {readonly kind: 'ram'; readonly hpa: Hpa; readonly isWritable: boolean}
	/** The machine's ROM, which is nobody's memory. */
	| {readonly kind: 'rom'; readonly hpa: Hpa}
	/** No slot: an access is a device's, or nobody answers. */
	| {readonly kind: 'hole'};

/** Who keeps translations to this guest's frames. */
export type MemoryListener = {
	/** The page at a guest-physical address no longer has this frame. */
	readonly unmapped: (gpa: Gpa, frame: Hpa) => void;
	/** The page must not be written without asking; without an address, no page. */
	readonly protectedFrom: (page: {readonly gpa: Gpa; readonly frame: Hpa} | undefined) => void;
};

/** A page of the process. */
export type ProcessPage =
	| {readonly in: 'frame'; readonly frame: Hpa; /** Merged with others of the same content: written to only after it has a frame of its own again. */ readonly isMerged: boolean}
	| {readonly in: 'swap'; readonly place: number};

/** Where a process' big mappings lie on x86-64 Linux. */
const firstHva = 0x7F00_0000_0000;
/** Where a PC looks for its firmware below 1 MiB. */
const lowFirmware = 0xF_0000;

export class GuestMemory {
	readonly slots: readonly MemorySlot[];
	listener: MemoryListener | undefined;
	readonly #host: HostMemory;
	readonly #hasFirmware: boolean;
	/** The process' page table, by the number of the HVA's page. In the order in which pages last got their frames. */
	readonly #pages = new Map<number, ProcessPage>();
	/** Pages written to since the log was taken, by guest-physical address; undefined while nobody logs. */
	#dirty: Set<number> | undefined;

	/** `bytes` of RAM from address 0. */
	constructor(host: HostMemory, bytes: number, {hasFirmware = false}: {readonly hasFirmware?: boolean} = {}) {
		this.#host = host;
		this.#hasFirmware = hasFirmware;
		this.slots = [{slot: 0, gpa: 0 as Gpa, bytes, hva: toHva(firstHva), isReadOnly: false}];
		host.register(this);
	}

	slotOf(gpa: number): MemorySlot | undefined {
		return this.slots.find(slot => gpa >= slot.gpa && gpa < slot.gpa + slot.bytes);
	}

	/** What an access finds. A page that has no frame gets one, and one that is merged, swapped or logged becomes what the access needs. Throws `OutOfFrames`. */
	backing(gpa: number, access: 'read' | 'write' = 'read'): Backing {
		const rom = this.#firmware(gpa);
		if (rom !== undefined) {
			return {kind: 'rom', hpa: rom};
		}

		const slot = this.slotOf(gpa);
		if (slot === undefined) {
			return {kind: 'hole'};
		}

		const pageGpa = gpa - gpa % frameBytes;
		const page = this.#present(Math.floor((slot.hva + gpa - slot.gpa) / frameBytes), pageGpa, access);
		if (access === 'write') {
			this.#dirty?.add(pageGpa);
		}

		return {kind: 'ram', hpa: toHpa(page.frame + gpa % frameBytes), isWritable: !page.isMerged && (this.#dirty?.has(pageGpa) ?? true)};
	}

	/** Frames that the guest has, by guest-physical address of their page; the one that got its frame first comes first. */
	residentPages(): ReadonlyMap<number, Hpa> {
		return new Map([...this.pages()].flatMap(([gpa, page]) => page.in === 'frame' ? [[gpa, page.frame] as const] : []));
	}

	/** The frame behind an address, if it has one; looking does not touch it. */
	resident(gpa: number): Hpa | undefined {
		const rom = this.#firmware(gpa);
		const slot = this.slotOf(gpa);
		const page = slot === undefined ? undefined : this.#pages.get(Math.floor((slot.hva + gpa - slot.gpa) / frameBytes));
		return rom ?? (page?.in === 'frame' ? toHpa(page.frame + gpa % frameBytes) : undefined);
	}

	/** Every page that has ever been touched and not been given back, by guest-physical address. */
	* pages(): Generator<readonly [gpa: number, page: ProcessPage]> {
		for (const [number, page] of this.#pages) {
			const hva = number * frameBytes;
			const slot = this.slots.find(candidate => hva >= candidate.hva && hva < candidate.hva + candidate.bytes);
			if (slot !== undefined) {
				yield [slot.gpa + hva - slot.hva, page];
			}
		}
	}

	/** The host puts something else behind a page: another frame, or its place in the swap. */
	replace(gpa: number, page: ProcessPage): void {
		const slot = this.slotOf(gpa)!;
		const number = Math.floor((slot.hva + gpa - slot.gpa) / frameBytes);
		const old = this.#pages.get(number);
		this.#pages.set(number, page);
		if (old?.in === 'frame') {
			this.listener?.unmapped(gpa as Gpa, old.frame);
		}
	}

	/** The guest gives a page back (balloon): its content is lost, and the next access finds an empty one. */
	release(gpa: number): void {
		const slot = this.slotOf(gpa);
		const number = slot === undefined ? -1 : Math.floor((slot.hva + gpa - slot.gpa) / frameBytes);
		const page = this.#pages.get(number);
		if (page === undefined) {
			return;
		}

		this.#pages.delete(number);
		if (page.in === 'frame') {
			this.listener?.unmapped((gpa - gpa % frameBytes) as Gpa, page.frame);
			this.#host.giveBack(page.frame);
		} else {
			this.#host.forgetSwapped(page.place);
		}
	}

	/** From now on the pages that are written to are known. */
	startDirtyLog(): void {
		this.#dirty = new Set();
		this.listener?.protectedFrom(undefined);
	}

	/** Pages written to since the log was started or taken before, in the order of their first write; they are clean again. */
	takeDirtyLog(): readonly number[] {
		const pages = [...this.#dirty ?? []];
		this.startDirtyLog();
		return pages;
	}

	stopDirtyLog(): void {
		this.#dirty = undefined;
	}

	#present(number: number, gpa: number, access: 'read' | 'write'): ProcessPage & {readonly in: 'frame'} {
		const page = this.#pages.get(number);
		if (page?.in === 'frame' && !(page.isMerged && access === 'write')) {
			return page;
		}

		const next = {in: 'frame', frame: this.#newFrame(page), isMerged: false} as const;
		this.#pages.delete(number);
		this.#pages.set(number, next);
		if (page?.in === 'frame') {
			this.listener?.unmapped(gpa as Gpa, page.frame);
			this.#host.giveBack(page.frame);
		}

		return next;
	}

	#newFrame(page: ProcessPage | undefined): Hpa {
		if (page === undefined) {
			return this.#host.takeFrame();
		}

		return page.in === 'swap' ? this.#host.swapIn(page.place) : this.#host.copyFrame(page.frame);
	}

	#firmware(gpa: number): Hpa | undefined {
		if (!this.#hasFirmware) {
			return undefined;
		}

		if (gpa >= firmwareBase) {
			return toHpa(gpa);
		}

		return gpa >= lowFirmware && gpa < lowFirmware + firmwareBytes ? toHpa(gpa - lowFirmware + firmwareBase) : undefined;
	}
}
