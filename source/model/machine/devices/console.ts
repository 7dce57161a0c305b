// Where a guest's text goes: the debug port 0xE9 of emulators (a byte written is a byte shown, nothing else), and a serial line.
//
// A guest may write for ever, so each keeps the first megabyte and counts the rest.

import type {PortDevice} from '../ports.js';

export const maxConsoleBytes = 2 ** 20;

export type TextState = {readonly bytes: Uint8Array; readonly dropped: number};

/** Bytes in the order they came. */
class Text {
	#bytes = new Uint8Array(64);
	#length = 0;
	dropped = 0;

	add(byte: number): void {
		if (this.#length === maxConsoleBytes) {
			this.dropped++;
			return;
		}

		if (this.#length === this.#bytes.length) {
			const larger = new Uint8Array(2 * this.#length);
			larger.set(this.#bytes);
			this.#bytes = larger;
		}

		this.#bytes[this.#length++] = byte;
	}

	get bytes(): Uint8Array {
		return this.since(0);
	}

	get length(): number {
		return this.#length;
	}

	/** What came after the first `start` bytes. */
	since(start: number): Uint8Array {
		return this.#bytes.slice(start, this.#length);
	}

	save(): TextState {
		return {bytes: this.bytes, dropped: this.dropped};
	}

	load({bytes, dropped}: TextState): void {
		this.#length = bytes.length;
		this.#bytes = new Uint8Array(Math.max(64, bytes.length));
		this.#bytes.set(bytes);
		this.dropped = dropped;
	}
}

export class DebugConsole {
	readonly text = new Text();

	/** Reading tells whether it is there, as Bochs and QEMU do. */
	readonly device: PortDevice = {
		widths: [1],
		read: () => 0xE9,
		write: (_port, _bytes, value) => this.text.add(value),
	};
}

const lineStatus = {dataReady: 1, transmitterEmpty: 0x60} as const;

export type SerialState = {readonly text: TextState; readonly input: readonly number[]; readonly registers: Uint8Array};

/**
 * A 16550 serial port (National Semiconductor PC16550D): offset 0 data, 1 interrupt enable, 2 identification, 3 line control (bit 7 shows
 * the divisor at 0 and 1), 5 line status.
 *
 * Simplified: characters leave at once; no FIFO control, no modem lines; the only interrupt is that data has come.
 */
export class SerialPort {
	readonly text = new Text();
	readonly #setLine: (high: boolean) => void;
	#input: number[] = [];
	#registers = new Uint8Array(10);

	constructor(setLine: (high: boolean) => void) {
		this.#setLine = setLine;
	}

	/** Somebody types. What does not fit into the buffer of 4096 is lost. */
	type(bytes: Uint8Array): void {
		this.#input.push(...bytes.subarray(0, 4096 - this.#input.length));
		this.#updateLine();
	}

	readonly device: PortDevice = {
		widths: [1],
		read: port => this.#read(port & 7),
		write: (port, _bytes, value) => this.#write(port & 7, value),
	};

	get #divisorShown(): boolean {
		return (this.#registers[3]! & 0x80) !== 0;
	}

	#read(offset: number): number {
		if (offset < 2 && this.#divisorShown) {
			return this.#registers[8 + offset]!;
		}

		switch (offset) {
			case 0: {
				const byte = this.#input.shift() ?? 0;
				this.#updateLine();
				return byte;
			}

			case 2: { return this.#interrupts() ? 4 : 1; }
			case 5: { return lineStatus.transmitterEmpty | (this.#input.length > 0 ? lineStatus.dataReady : 0); }
			case 6: { return 0xB0; }
			default: { return this.#registers[offset]!; }
		}
	}

	#write(offset: number, value: number): void {
		if (offset < 2 && this.#divisorShown) {
			this.#registers[8 + offset] = value;
		} else if (offset === 0) {
			this.text.add(value);
		} else {
			this.#registers[offset] = value;
			this.#updateLine();
		}
	}

	#interrupts(): boolean {
		return (this.#registers[1]! & 1) !== 0 && this.#input.length > 0;
	}

	#updateLine(): void {
		this.#setLine(this.#interrupts());
	}

	save(): SerialState {
		return {text: this.text.save(), input: [...this.#input], registers: this.#registers.slice()};
	}

	load({text, input, registers}: SerialState): void {
		this.text.load(text);
		this.#input = [...input];
		this.#registers = registers.slice();
	}
}
