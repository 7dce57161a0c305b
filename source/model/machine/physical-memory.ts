// What the address lines of the processor reach:
//
//     0x00000000  RAM, up to the size of the machine
//     0x000F0000  the firmware image again, 64 KiB (the area below 1 MiB where a PC looks for it), if there is one
//     0xFFFF0000  the firmware image, 64 KiB, read-only: the processor starts here
//
// Everything else answers with ones and forgets what is written to it, as a bus does on which nobody answers.
//
// RAM and firmware are one buffer, so that a translation is an offset into it. Frames that were written to since the last look are
// marked: only those are made again when the machine is saved (state.ts).

import type {CodePage} from './code-cache.js';

export const frameBytes = 4096;
export const firmwareBytes = 0x1_0000;
export const firmwareBase = 0xFFFF_0000;

const firmwareFrames = firmwareBytes / frameBytes;
const shadowFirst = 0xF0;
const topFirst = firmwareBase / frameBytes;

export const noOffset = -1;

/** Memory as a device reaches it by itself, by the addresses that its driver gave it. */
export type BusMemory = Pick<PhysicalMemory, 'readByte' | 'readDword' | 'read' | 'write' | 'writeByte' | 'writeDword'>;

export class PhysicalMemory {
	readonly ramBytes: number;
	readonly bytes: Uint8Array<ArrayBuffer>;
	readonly view: DataView<ArrayBuffer>;
	/** Frames of RAM written to since the last save. */
	readonly dirty: Uint8Array;
	/** Decoded code by frame of the buffer; a write to such a frame must look whether it hits any. */
	readonly code: Array<CodePage | undefined>;
	/** Called before bytes of a frame change (offset in the frame, number of bytes), by the frame's number: a hypervisor's watch. */
	readonly watchers = new Map<number, (offset: number, length: number) => void>();
	hasFirmware = false;

	constructor(ramBytes: number) {
		this.ramBytes = ramBytes;
		const buffer = new ArrayBuffer(ramBytes + firmwareBytes);
		this.bytes = new Uint8Array(buffer);
		this.view = new DataView(buffer);
		this.dirty = new Uint8Array(ramBytes / frameBytes);
		this.code = Array.from({length: buffer.byteLength / frameBytes}, () => undefined);
	}

	/** Puts an image of at most 64 KiB where the processor starts; a shorter one ends at the top. */
	loadFirmware(image: Uint8Array): void {
		this.bytes.set(image, this.ramBytes + firmwareBytes - image.length);
		this.hasFirmware = true;
	}

	/** Where a frame is in the buffer, or `noOffset`. */
	offsetOf(frame: number): number {
		if (this.hasFirmware && frame >= shadowFirst && frame < shadowFirst + firmwareFrames) {
			return this.ramBytes + (frame - shadowFirst) * frameBytes;
		}

		if (frame * frameBytes < this.ramBytes) {
			return frame * frameBytes;
		}

		return this.hasFirmware && frame >= topFirst && frame < topFirst + firmwareFrames ? this.ramBytes + (frame - topFirst) * frameBytes : noOffset;
	}

	/** Whether an offset of the buffer is RAM and no firmware. */
	isRam(offset: number): boolean {
		return offset >= 0 && offset < this.ramBytes;
	}

	/** One byte by physical address, an unsigned number. */
	readByte(address: number): number {
		const offset = this.offsetOf(Math.floor(address / frameBytes));
		return offset === noOffset ? 0xFF : this.bytes[offset + address % frameBytes]!;
	}

	/** A little-endian double word that lies in one frame. */
	readDword(address: number): number {
		const offset = this.offsetOf(Math.floor(address / frameBytes));
		return offset === noOffset ? -1 : this.view.getInt32(offset + address % frameBytes, true);
	}

	writeByte(address: number, value: number): void {
		const offset = this.offsetOf(Math.floor(address / frameBytes)) + address % frameBytes;
		if (this.isRam(offset - address % frameBytes)) {
			this.touch(offset, 1);
			this.bytes[offset] = value;
		}
	}

	writeDword(address: number, value: number): void {
		for (let byte = 0; byte < 4; byte++) {
			this.writeByte(address + byte, value >>> 8 * byte);
		}
	}

	/** Bytes by physical address, for devices and for whoever looks. */
	read(address: number, length: number): Uint8Array {
		const result = new Uint8Array(length).fill(0xFF);
		for (let done = 0; done < length; ) {
			const part = Math.min(length - done, frameBytes - (address + done) % frameBytes);
			const offset = this.offsetOf(Math.floor((address + done) / frameBytes));
			if (offset !== noOffset) {
				const from = offset + (address + done) % frameBytes;
				result.set(this.bytes.subarray(from, from + part), done);
			}

			done += part;
		}

		return result;
	}

	write(address: number, bytes: Uint8Array): void {
		for (let done = 0; done < bytes.length; ) {
			const inFrame = (address + done) % frameBytes;
			const part = Math.min(bytes.length - done, frameBytes - inFrame);
			const offset = this.offsetOf(Math.floor((address + done) / frameBytes));
			if (this.isRam(offset)) {
				this.touch(offset + inFrame, part);
				this.bytes.set(bytes.subarray(done, done + part), offset + inFrame);
			}

			done += part;
		}
	}

	/** Says that bytes of one frame are about to change: marks it, and throws decoded code away that they were part of. */
	touch(offset: number, length: number): void {
		const frame = offset >>> 12;
		this.dirty[frame] = 1;
		this.code[frame]?.invalidate(offset & 0xFFF, length);
		if (this.watchers.size > 0) {
			this.watchers.get(frame)?.(offset & 0xFFF, length);
		}
	}
}
