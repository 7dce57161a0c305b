// A split virtqueue in guest memory (VIRTIO 1.0, 2.4; laid out as legacy devices have it, 2.4.2):
//
//     descriptors   16 bytes each: address (8), length (4), flags (2), next (2)
//     available     flags (2), index (2), ring of descriptor numbers (2 each)
//     used          at the next page: flags (2), index (2), ring of number (4) and written length (4)
//
// The driver puts descriptors and an index into memory and tells the device once; the device works through all of them and tells the
// driver once. Memory is the channel: that is what makes it cheap under a hypervisor.
//
// A guest may write anything here. A chain is followed for at most as many descriptors as the queue has, and addresses above 4 GiB are refused.

import type {BusMemory} from '../physical-memory.js';

export const queueSize = 64;

const descriptorBytes = 16;
const pageBytes = 4096;
const flagNext = 1;
const flagWrite = 2;

export type Buffer = {readonly address: number; readonly length: number; /** The device writes it, the driver reads. */ readonly deviceWrites: boolean};
export type Chain = {readonly head: number; readonly buffers: readonly Buffer[]};
export type QueueState = {readonly frame: number; readonly seen: number};

/** The most that the buffers of one chain may have together: a guest cannot make us move more at once. */
const maxChainBytes = 2 ** 20;

export class Virtqueue {
	readonly #memory: BusMemory;
	/** Page number of the queue; 0 while the driver has not set it up. */
	frame = 0;
	/** How many entries of the available ring have been taken. */
	#seen = 0;

	constructor(memory: BusMemory) {
		this.#memory = memory;
	}

	#word(address: number): number {
		return this.#memory.readByte(address) | this.#memory.readByte(address + 1) << 8;
	}

	get #available(): number {
		return this.frame * pageBytes + descriptorBytes * queueSize;
	}

	get #used(): number {
		return Math.ceil((this.#available + 6 + 2 * queueSize) / pageBytes) * pageBytes;
	}

	reset(): void {
		this.frame = 0;
		this.#seen = 0;
	}

	/** The next chain that the driver offers; `undefined` if there is none. */
	take(): Chain | undefined {
		if (this.frame === 0 || this.#word(this.#available + 2) === this.#seen) {
			return undefined;
		}

		const head = this.#word(this.#available + 4 + 2 * (this.#seen % queueSize)) % queueSize;
		this.#seen = (this.#seen + 1) & 0xFFFF;
		return {head, buffers: this.#follow(head)};
	}

	#follow(head: number): readonly Buffer[] {
		const buffers: Buffer[] = [];
		let room = maxChainBytes;
		for (let index = head; buffers.length < queueSize; ) {
			const at = this.frame * pageBytes + descriptorBytes * index;
			const flags = this.#word(at + 12);
			const high = this.#memory.readDword(at + 4);
			const length = high === 0 ? Math.min(this.#memory.readDword(at + 8) >>> 0, room) : 0;
			room -= length;
			buffers.push({address: this.#memory.readDword(at) >>> 0, length, deviceWrites: (flags & flagWrite) !== 0});
			if ((flags & flagNext) === 0) {
				break;
			}

			index = this.#word(at + 14) % queueSize;
		}

		return buffers;
	}

	/** Gives a chain back; `written` bytes of it are new. */
	give({head}: Chain, written: number): void {
		const index = this.#word(this.#used + 2);
		const entry = this.#used + 4 + 8 * (index % queueSize);
		this.#memory.writeDword(entry, head);
		this.#memory.writeDword(entry + 4, written);
		this.#memory.writeByte(this.#used + 2, (index + 1) & 0xFF);
		this.#memory.writeByte(this.#used + 3, (index + 1) >> 8 & 0xFF);
	}

	save(): QueueState {
		return {frame: this.frame, seen: this.#seen};
	}

	load({frame, seen}: QueueState): void {
		this.frame = frame;
		this.#seen = seen;
	}
}
