// The registers of a virtio device as legacy drivers see them (VIRTIO 1.0, 4.1.4.8):
//
//     +0 device features (4)   +4 driver features (4)   +8 queue page (4)   +12 queue size (2)   +14 queue select (2)
//     +16 queue notify (2)     +18 device status (1)    +19 interrupt status (1, reading clears)   +20 the device's own
//
// Simplified: the device is at a fixed port instead of behind PCI, has no optional features, and does its work at once when it is notified.

import type {BusMemory} from '../physical-memory.js';
import type {PortDevice} from '../ports.js';
import {queueSize, Virtqueue, type QueueState} from './virtqueue.js';

export const virtioPorts = 32;

export type VirtioState = {readonly queues: readonly QueueState[]; readonly selected: number; readonly status: number; readonly interrupt: number; readonly notifications: number};

export class VirtioDevice {
	readonly queues: readonly Virtqueue[];
	readonly #base: number;
	readonly #setLine: (high: boolean) => void;
	readonly #onNotify: (queue: number) => void;
	readonly #config: Uint8Array;
	#selected = 0;
	#status = 0;
	#interrupt = 0;
	/** How often the driver had to tell the device something. */
	notifications = 0;

	constructor(memory: BusMemory, options: {base: number; queues: number; config: Uint8Array; setLine: (high: boolean) => void; onNotify: (queue: number) => void}) {
		this.queues = Array.from({length: options.queues}, () => new Virtqueue(memory));
		this.#base = options.base;
		this.#config = options.config;
		this.#setLine = options.setLine;
		this.#onNotify = options.onNotify;
	}

	readonly device: PortDevice = {
		widths: [1, 2, 4],
		read: (port, bytes) => this.#read(port - this.#base, bytes),
		write: (port, bytes, value) => this.#write(port - this.#base, value & (bytes === 4 ? -1 : 2 ** (8 * bytes) - 1)),
	};

	/** Tells the driver that buffers came back. */
	interrupt(): void {
		this.#interrupt = 1;
		this.#setLine(true);
	}

	#read(offset: number, bytes: number): number {
		switch (offset) {
			case 8: { return this.queues[this.#selected]?.frame ?? 0; }
			case 12: { return this.#selected < this.queues.length ? queueSize : 0; }
			case 14: { return this.#selected; }
			case 18: { return this.#status; }
			case 19: {
				const value = this.#interrupt;
				this.#interrupt = 0;
				this.#setLine(false);
				return value;
			}

			default: { return offset >= 20 ? this.#readConfig(offset - 20, bytes) : 0; }
		}
	}

	#readConfig(offset: number, bytes: number): number {
		let value = 0;
		for (let index = 0; index < bytes; index++) {
			value |= (this.#config[offset + index] ?? 0) << 8 * index;
		}

		return value;
	}

	#write(offset: number, value: number): void {
		switch (offset) {
			case 8: {
				const queue = this.queues[this.#selected];
				if (queue !== undefined) {
					queue.reset();
					queue.frame = value & 0xF_FFFF;
				}

				break;
			}

			case 14: {
				this.#selected = value;
				break;
			}

			case 16: {
				this.notifications++;
				this.#onNotify(value);
				break;
			}

			case 18: {
				this.#setStatus(value);
				break;
			}

			default: {
				// Features, of which there are none, and what is read-only.
			}
		}
	}

	/** Writing 0 resets the device. */
	#setStatus(value: number): void {
		this.#status = value;
		if (value === 0) {
			this.#interrupt = 0;
			this.#setLine(false);
			for (const queue of this.queues) {
				queue.reset();
			}
		}
	}

	save(): VirtioState {
		return {queues: this.queues.map(queue => queue.save()), selected: this.#selected, status: this.#status, interrupt: this.#interrupt, notifications: this.notifications};
	}

	load({queues, selected, status, interrupt, notifications}: VirtioState): void {
		for (const [index, queue] of queues.entries()) {
			this.queues[index]!.load(queue);
		}

		this.#selected = selected;
		this.#status = status;
		this.#interrupt = interrupt;
		this.notifications = notifications;
	}
}
