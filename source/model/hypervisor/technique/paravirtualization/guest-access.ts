// Xen reading and writing a domain's memory by the domain's own addresses, while that domain's state is on the processor: what the guest
// itself could not touch, Xen does not touch for it.

import type {Cpu} from '../../../machine/cpu.js';
import {Fault} from '../../../machine/fault.js';
import {hypervisorStart} from './interface.js';

/** The guest gave an address that it cannot use (EFAULT). */
export class BadAddress {}

function guarded<T>(address: number, bytes: number, work: () => T): T {
	if ((address >>> 0) + bytes > hypervisorStart) {
		throw new BadAddress();
	}

	try {
		return work();
	} catch (thrown) {
		throw thrown instanceof Fault ? new BadAddress() : thrown;
	}
}

/** As the kernel in ring 1 would: as supervisor. */
export function readGuest(cpu: Cpu, address: number): number {
	return guarded(address, 4, () => cpu.mmu.asSupervisor(() => cpu.mmu.read32(address | 0)));
}

/** Throws `BadAddress` where the kernel could not read. */
export function readGuestBytes(cpu: Cpu, address: number, length: number): Uint8Array {
	return guarded(address, length, () => cpu.mmu.asSupervisor(() => Uint8Array.from({length}, (_, index) => cpu.mmu.read8((address + index) | 0))));
}

/** 4 bytes. Throws `BadAddress` where the kernel could not write. */
export function writeGuest(cpu: Cpu, address: number, value: number): void {
	guarded(address, 4, () => {
		cpu.mmu.asSupervisor(() => {
			cpu.mmu.write32(address | 0, value | 0);
		});
	});
}

/** 2 bytes. Throws `BadAddress` where the kernel could not write. */
export function writeGuestWord(cpu: Cpu, address: number, value: number): void {
	guarded(address, 2, () => {
		cpu.mmu.asSupervisor(() => {
			cpu.mmu.write16(address | 0, value);
		});
	});
}
