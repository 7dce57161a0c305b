// The guest's memory as its devices reach it: the hypervisor emulates them, so the addresses that a driver gives them are guest-physical.
// An address that is no memory reads as ones and takes nothing.

import {type BusMemory, frameBytes, type PhysicalMemory} from '../../machine/physical-memory.js';
import type {GuestMemory} from './guest-memory.js';

export class GuestBus implements BusMemory {
	#host: PhysicalMemory | undefined;
	#guest: GuestMemory | undefined;

	/** The machine's devices are made before the guest's memory is. */
	attach(host: PhysicalMemory, guest: GuestMemory): void {
		this.#host = host;
		this.#guest = guest;
	}

	readByte(address: number): number {
		return this.read(address, 1)[0]!;
	}

	readDword(address: number): number {
		return new DataView(this.read(address, 4).buffer).getInt32(0, true);
	}

	writeByte(address: number, value: number): void {
		this.write(address, Uint8Array.of(value));
	}

	writeDword(address: number, value: number): void {
		this.write(address, Uint8Array.of(value, value >> 8, value >> 16, value >> 24));
	}

	read(address: number, length: number): Uint8Array<ArrayBuffer> {
		const bytes = new Uint8Array(length).fill(0xFF);
		this.#pieces(address, length, 'read', (hpa, from, to) => bytes.set(this.#host!.read(hpa, to - from), from));
		return bytes;
	}

	write(address: number, bytes: Uint8Array): void {
		this.#pieces(address, bytes.length, 'write', (hpa, from, to) => this.#host!.write(hpa, bytes.subarray(from, to)));
	}

	/** Page by page, since neighbours of the guest's are none of the host's. */
	#pieces(address: number, length: number, access: 'read' | 'write', each: (hpa: number, from: number, to: number) => void): void {
		for (let done = 0; done < length;) {
			const part = Math.min(length - done, frameBytes - (address + done) % frameBytes);
			const backing = this.#guest?.backing(address + done, access);
			if (backing?.kind === 'ram' || (backing?.kind === 'rom' && access === 'read')) {
				each(backing.hpa, done, done + part);
			}

			done += part;
		}
	}
}
