// What a disk keeps: sectors of 512 bytes, of which only those that were ever written take room.

export const sectorBytes = 512;

export type SectorMap = {readonly count: number; readonly sectors: ReadonlyMap<number, Uint8Array>};

const zeros = new Uint8Array(sectorBytes);

export class Sectors {
	#count: number;
	#sectors = new Map<number, Uint8Array>();

	constructor(count: number) {
		this.#count = count;
	}

	get count(): number {
		return this.#count;
	}

	/** `undefined` beyond the end. The array is not to be changed. */
	read(sector: number): Uint8Array | undefined {
		return sector < this.#count ? this.#sectors.get(sector) ?? zeros : undefined;
	}

	/** Keeps a copy; `false` beyond the end. */
	write(sector: number, bytes: Uint8Array): boolean {
		if (sector >= this.#count) {
			return false;
		}

		this.#sectors.set(sector, bytes.slice(0, sectorBytes));
		return true;
	}

	save(): SectorMap {
		return {count: this.#count, sectors: new Map(this.#sectors)};
	}

	load({count, sectors}: SectorMap): void {
		this.#count = count;
		this.#sectors = new Map(sectors);
	}
}
