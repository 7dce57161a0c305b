// A guest's memory as KVM has it. The hypervisor's process (QEMU) has the guest's memory among its own: a slot says which addresses of
// the guest are which of the process. The process' pages get frames when they are touched first.
//
//     GPA --slot--> HVA --page table of the process--> HPA
//
// Source: Linux, Documentation/virt/kvm/api.rst, KVM_SET_USER_MEMORY_REGION; include/uapi/linux/kvm.h.

import {type Gpa, type Hpa, type Hva, toHpa, toHva} from '../../../base/address.js';
import {firmwareBase, firmwareBytes, frameBytes} from '../../machine/physical-memory.js';
import type {FramePool} from './frame-pool.js';

export type MemorySlot = {
	readonly slot: number;
	readonly gpa: Gpa;
	readonly bytes: number;
	readonly hva: Hva;
	readonly isReadOnly: boolean;
};

/** What lies behind a guest-physical address. */
export type Backing =
	| {readonly kind: 'ram'; readonly hpa: Hpa}
	/** The machine's ROM, which is nobody's memory. */
	| {readonly kind: 'rom'; readonly hpa: Hpa}
	/** No slot: an access is a device's, or nobody answers. */
	| {readonly kind: 'hole'};

/** The host has no frame left for a page that a guest touches. */
export class OutOfFrames {}

/** Where a process' big mappings lie on x86-64 Linux. */
const firstHva = 0x7F00_0000_0000;
/** Where a PC looks for its firmware below 1 MiB. */
const lowFirmware = 0xF_0000;

export class GuestMemory {
	readonly slots: readonly MemorySlot[];
	readonly #pool: FramePool;
	readonly #hasFirmware: boolean;
	/** The process' page table: frames by the number of the HVA's page. */
	readonly #frames = new Map<number, Hpa>();

	/** `bytes` of RAM from address 0. */
	constructor(pool: FramePool, bytes: number, {hasFirmware = false}: {readonly hasFirmware?: boolean} = {}) {
		this.#pool = pool;
		this.#hasFirmware = hasFirmware;
		this.slots = [{slot: 0, gpa: 0 as Gpa, bytes, hva: toHva(firstHva), isReadOnly: false}];
	}

	slotOf(gpa: number): MemorySlot | undefined {
		return this.slots.find(slot => gpa >= slot.gpa && gpa < slot.gpa + slot.bytes);
	}

	/** Throws `OutOfFrames`. */
	backing(gpa: number): Backing {
		const rom = this.#firmware(gpa);
		if (rom !== undefined) {
			return {kind: 'rom', hpa: rom};
		}

		const slot = this.slotOf(gpa);
		return slot === undefined ? {kind: 'hole'} : {kind: 'ram', hpa: this.touch(toHva(slot.hva + gpa - slot.gpa))};
	}

	/** The host-physical address of one of the process; a page that was never touched gets an empty frame. Throws `OutOfFrames`. */
	touch(hva: Hva): Hpa {
		const page = Math.floor(hva / frameBytes);
		let frame = this.#frames.get(page);
		if (frame === undefined) {
			frame = this.#pool.take();
			if (frame === undefined) {
				throw new OutOfFrames();
			}

			this.#frames.set(page, frame);
		}

		return toHpa(frame + hva % frameBytes);
	}

	/** Frames that the guest has, by guest-physical address of their page. */
	residentPages(): ReadonlyMap<number, Hpa> {
		return new Map(this.slots.flatMap(({gpa, bytes, hva}) => Array.from({length: bytes / frameBytes}, (_, index) => index)
			.flatMap(index => {
				const frame = this.#frames.get(Math.floor(hva / frameBytes) + index);
				return frame === undefined ? [] : [[gpa + index * frameBytes, frame] as const];
			})));
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
