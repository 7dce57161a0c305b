// A virtio network card (VIRTIO 1.0, 5.1): queue 0 receives, queue 1 sends; a frame follows a header of 10 bytes that is all zeros here. Its own
// registers are the MAC address (6) and the link state (2).
//
// What is sent waits in `sent` for whoever plays the network; what arrives is handed to `receive`.
//
// Simplified: no offloads, no control queue; a frame that finds no buffer is dropped and counted, as a full card does.

import type {BusMemory} from '../physical-memory.js';
import type {PortDevice} from '../ports.js';
import {VirtioDevice, type VirtioState} from './virtio-device.js';
import {queueSize, type Chain} from './virtqueue.js';

const headerBytes = 10;
const maxFrameBytes = 1514;
/** Frames that may wait to be taken. */
const mostWaiting = 256;
const linkUp = 1;
const receiveQueue = 0;
const sendQueue = 1;

export type NetworkCardState = {readonly transport: VirtioState; readonly sent: readonly Uint8Array[]; readonly dropped: number};

export class NetworkCard {
	readonly transport: VirtioDevice;
	readonly #memory: BusMemory;
	#sent: Uint8Array[] = [];
	/** Frames that found no room, in either direction. */
	dropped = 0;

	constructor(memory: BusMemory, mac: Uint8Array, base: number, setLine: (high: boolean) => void) {
		this.#memory = memory;
		this.transport = new VirtioDevice(memory, {base, queues: 2, config: Uint8Array.of(...mac, linkUp, 0), setLine, onNotify: queue => this.#notified(queue)});
	}

	get device(): PortDevice {
		return this.transport.device;
	}

	/** The frames that the guest has sent since the last time. */
	takeSent(): readonly Uint8Array[] {
		const frames = this.#sent;
		this.#sent = [];
		return frames;
	}

	/** A frame arrives from the network. */
	receive(frame: Uint8Array): void {
		const queue = this.transport.queues[receiveQueue]!;
		const chain = frame.length <= maxFrameBytes ? queue.take() : undefined;
		if (chain === undefined) {
			this.dropped++;
			return;
		}

		const packet = new Uint8Array(headerBytes + frame.length);
		packet.set(frame, headerBytes);
		queue.give(chain, this.#fill(chain, packet));
		this.transport.interrupt();
	}

	/** Spreads a packet over the buffers of a chain; the number of bytes that found room. */
	#fill({buffers}: Chain, packet: Uint8Array): number {
		let at = 0;
		for (const {address, length, deviceWrites} of buffers) {
			if (deviceWrites) {
				const part = packet.subarray(at, at + length);
				this.#memory.write(address, part);
				at += part.length;
			}
		}

		return at;
	}

	#notified(number: number): void {
		if (number !== sendQueue) {
			return;
		}

		const queue = this.transport.queues[sendQueue]!;
		let done = 0;
		for (; done < queueSize; done++) {
			const chain = queue.take();
			if (chain === undefined) {
				break;
			}

			this.#send(chain);
			queue.give(chain, 0);
		}

		if (done > 0) {
			this.transport.interrupt();
		}
	}

	#send({buffers}: Chain): void {
		const parts = buffers.filter(({deviceWrites}) => !deviceWrites);
		const total = parts.reduce((sum, {length}) => sum + length, 0);
		if (total <= headerBytes || total > headerBytes + maxFrameBytes || this.#sent.length >= mostWaiting) {
			this.dropped++;
			return;
		}

		const packet = Uint8Array.from(parts.flatMap(({address, length}) => [...this.#memory.read(address, length)]));
		this.#sent.push(packet.slice(headerBytes));
	}

	save(): NetworkCardState {
		return {transport: this.transport.save(), sent: [...this.#sent], dropped: this.dropped};
	}

	load({transport, sent, dropped}: NetworkCardState): void {
		this.transport.load(transport);
		this.#sent = [...sent];
		this.dropped = dropped;
	}
}
