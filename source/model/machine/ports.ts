// The I/O address space: 65,536 ports of a byte. A device takes a range; a port that nobody took reads as ones.
//
// Simplified: an access of 2 or 4 bytes goes as a whole to the device of its first port, if that device takes such accesses, and is
// otherwise cut into bytes, as a PC's bus does.

export type PortDevice = {
	/** Bytes that one access may have. */
	readonly widths: readonly number[];
	readonly read: (port: number, bytes: number) => number;
	readonly write: (port: number, bytes: number, value: number) => void;
};

export class Ports {
	readonly #devices = new Map<number, PortDevice>();

	attach(first: number, count: number, device: PortDevice): void {
		for (let port = first; port < first + count; port++) {
			this.#devices.set(port, device);
		}
	}

	read(port: number, bytes: 1 | 2 | 4): number {
		const device = this.#devices.get(port);
		if (device?.widths.includes(bytes) === true) {
			return device.read(port, bytes);
		}

		let value = 0;
		for (let index = 0; index < bytes; index++) {
			const at = port + index & 0xFFFF;
			const byte = this.#devices.get(at)?.read(at, 1) ?? 0xFF;
			value |= (byte & 0xFF) << 8 * index;
		}

		return value;
	}

	write(port: number, bytes: 1 | 2 | 4, value: number): void {
		const device = this.#devices.get(port);
		if (device?.widths.includes(bytes) === true) {
			device.write(port, bytes, value);
			return;
		}

		for (let index = 0; index < bytes; index++) {
			const at = port + index & 0xFFFF;
			this.#devices.get(at)?.write(at, 1, value >>> 8 * index & 0xFF);
		}
	}
}
