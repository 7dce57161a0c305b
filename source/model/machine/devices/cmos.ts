// The 128 bytes that a battery keeps: port 0x70 chooses one, port 0x71 reads and writes it.
//
// Simplified: no clock and no alarms in them.

import type {PortDevice} from '../ports.js';

const size = 128;

export type CmosState = {readonly index: number; readonly bytes: Uint8Array};

export class Cmos {
	#index = 0;
	#bytes = new Uint8Array(size);

	readonly device: PortDevice = {
		widths: [1],
		read: port => (port & 1) === 0 ? 0xFF : this.#bytes[this.#index]!,
		write: (port, _bytes, value) => {
			if ((port & 1) === 0) {
				this.#index = value & (size - 1);
			} else {
				this.#bytes[this.#index] = value;
			}
		},
	};

	save(): CmosState {
		return {index: this.#index, bytes: this.#bytes.slice()};
	}

	load({index, bytes}: CmosState): void {
		this.#index = index;
		this.#bytes = bytes.slice();
	}
}
