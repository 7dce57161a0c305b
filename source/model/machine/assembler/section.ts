// Sections of a flat binary file (NASM manual, 8.1): pieces of the output that get their places at the end. Numbers that depend on a place
// are kept as fixups until then.

export type SectionAttributes = {
	nobits: boolean;
	align: number | undefined;
	start: number | undefined;
	virtualAlign: number | undefined;
	virtualStart: number | undefined;
	follows: string | undefined;
	virtualFollows: string | undefined;
};

/** A number in the output to which section addresses must be added. */
export type Fixup = {
	readonly at: number;
	readonly bytes: number;
	readonly value: bigint;
	readonly add: number | undefined;
	readonly subtract: number | undefined;
};

export class Section {
	readonly name: string;
	readonly number: number;
	readonly attributes: SectionAttributes;
	readonly fixups: Fixup[] = [];
	/** Where the next byte goes. */
	offset = 0;
	#bytes = new Uint8Array(256);
	#used = 0;

	constructor(name: string, number: number) {
		this.name = name;
		this.number = number;
		this.attributes = {nobits: name === '.bss', align: undefined, start: undefined, virtualAlign: undefined, virtualStart: undefined, follows: undefined, virtualFollows: undefined};
	}

	/** What has been written in the last pass; zeros where nothing was. */
	get bytes(): Uint8Array {
		return this.#bytes.subarray(0, this.#used);
	}

	write(bytes: ArrayLike<number>, at: number): void {
		this.#reserve(at + bytes.length);
		this.#bytes.set(bytes, at);
	}

	/** Writes the low bytes of a number, least significant first. */
	writeNumber(value: bigint, size: number, at: number): void {
		this.#reserve(at + size);
		let rest = BigInt.asUintN(size * 8, value);
		for (let index = 0; index < size; index++) {
			this.#bytes[at + index] = Number(rest & 0xffn);
			rest >>= 8n;
		}
	}

	/** Repeats `length` bytes that stand at `at` so many times behind themselves. */
	repeat(at: number, length: number, times: number): void {
		this.#reserve(at + length * (times + 1));
		for (let copy = 1; copy <= times; copy++) {
			this.#bytes.copyWithin(at + copy * length, at, at + length);
		}
	}

	/** Makes the section so long. */
	extend(length: number): void {
		this.#reserve(length);
	}

	#reserve(length: number): void {
		if (length > this.#bytes.length) {
			const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2));
			larger.set(this.#bytes);
			this.#bytes = larger;
		}

		this.#used = Math.max(this.#used, length);
	}
}
