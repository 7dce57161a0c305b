// Two Intel 8259A interrupt controllers as a PC has them: the second one's output is line 2 of the first (8259A data sheet, 1988).
//
//     port 0x20/0xA0  ICW1 (bit 4), OCW2 (EOI), OCW3 (which register a read shows)
//     port 0x21/0xA1  ICW2 vector base, ICW3 wiring, ICW4; then OCW1, the mask
//
// Simplified: priorities do not rotate, lines are edge-triggered, special mask and poll mode do nothing.

import type {PortDevice} from '../ports.js';

export type PicState = {
	readonly request: number; readonly service: number; readonly mask: number; readonly base: number;
	readonly expected: number; readonly needsIcw4: boolean; readonly readsService: boolean; readonly autoEnd: boolean; readonly lines: number;
};

const cascadeLine = 2;
const spuriousLine = 7;

class Controller {
	request = 0;
	service = 0;
	mask = 0xFF;
	base = 0;
	/** Which initialisation word comes next; 0 for none. */
	expected = 0;
	needsIcw4 = false;
	readsService = false;
	autoEnd = false;
	lines = 0;

	/** The line to serve now: the lowest one requested that is not masked and not below one in service; -1 for none. */
	best(): number {
		const waiting = this.request & ~this.mask;
		const line = waiting === 0 ? 8 : 31 - Math.clz32(waiting & -waiting);
		const busy = this.service === 0 ? 8 : 31 - Math.clz32(this.service & -this.service);
		return line < busy ? line : -1;
	}

	setLine(line: number, high: boolean): void {
		const bit = 1 << line;
		if (high && (this.lines & bit) === 0) {
			this.request |= bit;
		}

		this.lines = high ? this.lines | bit : this.lines & ~bit;
		if (!high) {
			this.request &= ~bit;
		}
	}

	/** Tells the processor the vector, and takes the request into service. */
	acknowledge(): number {
		const line = this.best();
		if (line < 0) {
			return this.base + spuriousLine;
		}

		this.request &= ~(1 << line);
		if (!this.autoEnd) {
			this.service |= 1 << line;
		}

		return this.base + line;
	}

	writeCommand(value: number): void {
		if ((value & 0x10) !== 0) {
			this.request = 0;
			this.service = 0;
			this.mask = 0;
			this.expected = 2;
			this.needsIcw4 = (value & 1) !== 0;
			this.readsService = false;
			this.autoEnd = false;
		} else if ((value & 0x08) !== 0) {
			this.readsService = (value & 2) === 0 ? this.readsService : (value & 1) !== 0;
		} else if ((value & 0x20) !== 0) {
			this.#endOfInterrupt((value & 0x40) === 0 ? this.service & -this.service : 1 << (value & 7));
		}
	}

	#endOfInterrupt(bit: number): void {
		this.service &= ~bit;
	}

	writeData(value: number): void {
		switch (this.expected) {
			case 2: {
				this.base = value & 0xF8;
				this.expected = 3;
				break;
			}

			case 3: {
				this.expected = this.needsIcw4 ? 4 : 0;
				break;
			}

			case 4: {
				this.autoEnd = (value & 2) !== 0;
				this.expected = 0;
				break;
			}

			default: {
				this.mask = value;
			}
		}
	}

	read(isData: boolean): number {
		return isData ? this.mask : (this.readsService ? this.service : this.request);
	}

	save(): PicState {
		const {request, service, mask, base, expected, needsIcw4, readsService, autoEnd, lines} = this;
		return {request, service, mask, base, expected, needsIcw4, readsService, autoEnd, lines};
	}
}

export class Pic {
	readonly #first = new Controller();
	readonly #second = new Controller();

	/** The device on two ports of one of the controllers. */
	device(second: boolean): PortDevice {
		const controller = second ? this.#second : this.#first;
		return {
			widths: [1],
			read: port => controller.read((port & 1) === 1),
			write: (port, _bytes, value) => {
				if ((port & 1) === 1) {
					controller.writeData(value);
				} else {
					controller.writeCommand(value);
				}

				this.#cascade();
			},
		};
	}

	/** Raises or lowers one of the sixteen lines. */
	setLine(line: number, high: boolean): void {
		(line < 8 ? this.#first : this.#second).setLine(line & 7, high);
		this.#cascade();
	}

	/** An edge: up and down again. */
	pulse(line: number): void {
		const controller = line < 8 ? this.#first : this.#second;
		controller.request |= 1 << (line & 7);
		this.#cascade();
	}

	#cascade(): void {
		this.#first.setLine(cascadeLine, this.#second.best() >= 0);
	}

	pending(): boolean {
		return this.#first.best() >= 0;
	}

	acknowledge(): number {
		const line = this.#first.best();
		const vector = this.#first.acknowledge();
		if (line !== cascadeLine) {
			return vector;
		}

		const inner = this.#second.acknowledge();
		this.#cascade();
		return inner;
	}

	save(): readonly [PicState, PicState] {
		return [this.#first.save(), this.#second.save()];
	}

	load([first, second]: readonly [PicState, PicState]): void {
		Object.assign(this.#first, first);
		Object.assign(this.#second, second);
	}
}
