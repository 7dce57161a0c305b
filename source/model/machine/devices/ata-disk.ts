// A disk on the first ATA channel, programmed byte by byte (ATA-6, T13/1410D, PIO data transfer), as an emulated device is:
//
//     0x1F0 data (16 bits)   1 error   2 sector count   3 LBA 7:0   4 LBA 15:8   5 LBA 23:16   6 device and LBA 27:24   7 status, command
//     0x3F6 alternate status, device control (bit 1: no interrupts)
//
// Reading one sector takes six writes of registers, and 256 reads of the data port, each of which is an exit under a hypervisor. That is
// what a paravirtual disk (virtio-disk.ts) does away with.
//
// Simplified: one drive, LBA addresses, the commands IDENTIFY DEVICE, READ SECTORS, WRITE SECTORS and FLUSH CACHE; no DMA; the disk is always ready.

import type {PortDevice} from '../ports.js';
import {sectorBytes, type Sectors} from './sectors.js';

const status = {error: 0x01, dataRequest: 0x08, ready: 0x40, writeFault: 0x20, seekDone: 0x10} as const;
const aborted = 0x04;
const idNotFound = 0x10;
const command = {read: 0x20, write: 0x30, flush: 0xE7, identify: 0xEC} as const;

export type AtaState = {
	readonly registers: Uint8Array; readonly status: number; readonly error: number; readonly buffer: Uint8Array; readonly position: number;
	readonly left: number; readonly writing: boolean; readonly quiet: boolean;
};

export class AtaDisk {
	readonly sectors: Sectors;
	readonly #setLine: (high: boolean) => void;
	#registers = new Uint8Array(8);
	#status: number = status.ready | status.seekDone;
	#error = 0;
	#buffer = new Uint8Array(sectorBytes);
	#position = sectorBytes;
	/** Sectors of the command that are still to be moved, the one in the buffer included. */
	#left = 0;
	#writing = false;
	#quiet = false;

	constructor(sectors: Sectors, setLine: (high: boolean) => void) {
		this.sectors = sectors;
		this.#setLine = setLine;
	}

	readonly device: PortDevice = {
		widths: [1, 2, 4],
		read: (port, bytes) => (port & 7) === 0 ? this.#readData(bytes) : this.#readRegister(port & 7),
		write: (port, bytes, value) => {
			if ((port & 7) === 0) {
				this.#writeData(bytes, value);
			} else if ((port & 7) === 7) {
				this.#execute(value & 0xFF);
			} else {
				this.#registers[port & 7] = value;
			}
		},
	};

	readonly control: PortDevice = {
		widths: [1],
		read: () => this.#status,
		write: (_port, _bytes, value) => {
			this.#quiet = (value & 2) !== 0;
		},
	};

	#readRegister(register: number): number {
		switch (register) {
			case 1: { return this.#error; }
			case 7: {
				this.#setLine(false);
				return this.#status;
			}

			default: { return this.#registers[register]!; }
		}
	}

	get #lba(): number {
		const [, , , low, middle, high, device] = this.#registers;
		return low! | middle! << 8 | high! << 16 | (device! & 15) << 24;
	}

	set #lba(lba: number) {
		this.#registers[3] = lba;
		this.#registers[4] = lba >> 8;
		this.#registers[5] = lba >> 16;
		this.#registers[6] = (this.#registers[6]! & 0xF0) | (lba >> 24 & 15);
	}

	#execute(code: number): void {
		this.#error = 0;
		this.#left = this.#registers[2] === 0 ? 256 : this.#registers[2]!;
		this.#writing = code === command.write;
		switch (code) {
			case command.read: {
				this.#fill();
				break;
			}

			case command.write: {
				this.#position = 0;
				this.#status = status.ready | status.seekDone | status.dataRequest;
				break;
			}

			case command.identify: {
				this.#left = 1;
				this.#offer(identity(this.sectors.count));
				break;
			}

			case command.flush: {
				this.#finish(0);
				break;
			}

			default: {
				this.#finish(aborted);
			}
		}
	}

	/** Ends the command, well if `error` is 0. */
	#finish(error: number): void {
		this.#error = error;
		this.#status = status.ready | status.seekDone | (error === 0 ? 0 : status.error);
		this.#position = sectorBytes;
		this.#interrupt();
	}

	#interrupt(): void {
		if (!this.#quiet) {
			this.#setLine(true);
		}
	}

	/** Puts a sector's bytes where the data port reads. */
	#offer(bytes: Uint8Array): void {
		this.#buffer.set(bytes);
		this.#position = 0;
		this.#status = status.ready | status.seekDone | status.dataRequest;
		this.#interrupt();
	}

	#fill(): void {
		const bytes = this.sectors.read(this.#lba);
		if (bytes === undefined) {
			this.#finish(idNotFound);
		} else {
			this.#offer(bytes);
		}
	}

	#readData(bytes: number): number {
		let value = 0;
		for (let index = 0; index < bytes; index++) {
			value |= (this.#buffer[this.#position + index] ?? 0xFF) << 8 * index;
		}

		this.#advance(bytes);
		return value;
	}

	#writeData(bytes: number, value: number): void {
		if (this.#writing && this.#position < sectorBytes) {
			for (let index = 0; index < bytes; index++) {
				this.#buffer[this.#position + index] = value >>> 8 * index;
			}

			this.#advance(bytes);
		}
	}

	#advance(bytes: number): void {
		if (this.#position >= sectorBytes) {
			return;
		}

		this.#position += bytes;
		if (this.#position >= sectorBytes) {
			this.#endOfSector();
		}
	}

	#endOfSector(): void {
		if (this.#writing && !this.sectors.write(this.#lba, this.#buffer)) {
			this.#finish(idNotFound);
			return;
		}

		this.#left--;
		if (this.#left === 0) {
			this.#status = status.ready | status.seekDone;
			if (this.#writing) {
				this.#interrupt();
			}

			return;
		}

		this.#lba = (this.#lba + 1) & 0xFFF_FFFF;
		if (this.#writing) {
			this.#position = 0;
			this.#interrupt();
		} else {
			this.#fill();
		}
	}

	save(): AtaState {
		return {
			registers: this.#registers.slice(), status: this.#status, error: this.#error, buffer: this.#buffer.slice(), position: this.#position,
			left: this.#left, writing: this.#writing, quiet: this.#quiet,
		};
	}

	load({registers, status: saved, error, buffer, position, left, writing, quiet}: AtaState): void {
		this.#registers = registers.slice();
		this.#status = saved;
		this.#error = error;
		this.#buffer = buffer.slice();
		this.#position = position;
		this.#left = left;
		this.#writing = writing;
		this.#quiet = quiet;
	}
}

/** What IDENTIFY DEVICE says: words of 16 bits; texts have their bytes swapped. */
function identity(sectors: number): Uint8Array {
	const words = new Uint16Array(256);
	const text = (first: number, count: number, value: string): void => {
		const padded = value.padEnd(2 * count);
		for (let index = 0; index < count; index++) {
			words[first + index] = padded.charCodeAt(2 * index) << 8 | padded.charCodeAt(2 * index + 1);
		}
	};

	text(10, 10, 'VL0001');
	text(23, 4, '1');
	text(27, 20, 'virtlab ATA disk');
	words[49] = 0x0200;
	words[60] = sectors & 0xFFFF;
	words[61] = sectors >>> 16;
	return new Uint8Array(words.buffer);
}
