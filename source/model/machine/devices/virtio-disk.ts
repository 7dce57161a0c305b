// A virtio block device (VIRTIO 1.0, 5.2). A request is one chain of buffers:
//
//     header, read by the device    type (4: 0 read, 1 write, 4 flush), reserved (4), sector (8)
//     data                          any number of buffers of whole sectors
//     status, written by the device one byte: 0 done, 1 error, 2 unknown type
//
// However many sectors and however many requests: one notification, one interrupt.

import type {BusMemory} from '../physical-memory.js';
import type {PortDevice} from '../ports.js';
import {sectorBytes, type Sectors} from './sectors.js';
import {VirtioDevice, type VirtioState} from './virtio-device.js';
import {queueSize, type Buffer, type Chain} from './virtqueue.js';

const requestType = {read: 0, write: 1, flush: 4} as const;
const status = {done: 0, error: 1, unsupported: 2} as const;

/** Virtual time, in instructions, that a sector takes. */
const sectorTime = 32;

export class VirtioDisk {
	readonly sectors: Sectors;
	readonly transport: VirtioDevice;
	readonly #memory: BusMemory;
	readonly #onTime: (instructions: number) => void;

	/** `onTime`: virtual time that the disk's work takes. */
	constructor(memory: BusMemory, sectors: Sectors, {base, setLine, onTime}: {base: number; setLine: (high: boolean) => void; onTime: (instructions: number) => void}) {
		this.#memory = memory;
		this.#onTime = onTime;
		this.sectors = sectors;
		const capacity = new DataView(new ArrayBuffer(8));
		capacity.setUint32(0, sectors.count, true);
		this.transport = new VirtioDevice(memory, {base, queues: 1, config: new Uint8Array(capacity.buffer), setLine, onNotify: () => this.#work()});
	}

	get device(): PortDevice {
		return this.transport.device;
	}

	#work(): void {
		const [queue] = this.transport.queues;
		let done = 0;
		for (; done < queueSize; done++) {
			const chain = queue!.take();
			if (chain === undefined) {
				break;
			}

			queue!.give(chain, this.#request(chain));
		}

		if (done > 0) {
			this.transport.interrupt();
		}
	}

	/** Does one request; the number of bytes that were written to memory. */
	#request({buffers}: Chain): number {
		const header = buffers[0]!;
		const last = buffers.at(-1)!;
		const data = buffers.slice(1, -1);
		if (header.deviceWrites || header.length < 16 || !last.deviceWrites || last.length < 1 || buffers.length < 2) {
			return 0;
		}

		const type = this.#memory.readDword(header.address);
		const sector = this.#memory.readDword(header.address + 8) >>> 0;
		const result = this.#move(type, sector, data);
		this.#memory.writeByte(last.address, result);
		return 1 + (type === requestType.read && result === status.done ? data.reduce((sum, {length}) => sum + length, 0) : 0);
	}

	#move(type: number, first: number, data: readonly Buffer[]): number {
		if (type === requestType.flush) {
			return status.done;
		}

		if (type !== requestType.read && type !== requestType.write) {
			return status.unsupported;
		}

		let sector = first;
		for (const {address, length, deviceWrites} of data) {
			if (length % sectorBytes !== 0 || deviceWrites !== (type === requestType.read)) {
				return status.error;
			}

			for (let offset = 0; offset < length; offset += sectorBytes, sector++) {
				if (!this.#moveSector(type, sector, address + offset)) {
					return status.error;
				}
			}
		}

		return status.done;
	}

	#moveSector(type: number, sector: number, address: number): boolean {
		this.#onTime(sectorTime);
		if (type === requestType.write) {
			return this.sectors.write(sector, this.#memory.read(address, sectorBytes));
		}

		const bytes = this.sectors.read(sector);
		if (bytes === undefined) {
			return false;
		}

		this.#memory.write(address, bytes);
		return true;
	}

	save(): VirtioState {
		return this.transport.save();
	}

	load(state: VirtioState): void {
		this.transport.load(state);
	}
}
