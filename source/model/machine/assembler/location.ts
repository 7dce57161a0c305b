// Where the assembler is: section, offset, width of code.

import type {AssemblerLimits} from './limits.js';
import {Section} from './section.js';
import {addressValue} from './value.js';
import type {Value} from './value.js';

/** An open `struc`. */
export type Structure = {readonly name: string; readonly back: Place};

/** A place that one can come back to. */
export type Place = {readonly section: Section; readonly absolute: number | undefined};

export class Location {
	readonly sections: Section[];
	section: Section;
	/** The offset in absolute space, while the assembler is there. */
	absolute: number | undefined;
	bits: 16 | 32 = 16;
	org: number | undefined;
	structure: Structure | undefined;
	/** The open `istruc`: the structure's name and where its instance began. */
	instance: {readonly name: string; readonly start: number} | undefined;
	readonly #limits: AssemblerLimits;

	constructor(limits: AssemblerLimits) {
		this.#limits = limits;
		this.sections = ['.text', '.data', '.bss'].map((name, number) => new Section(name, number));
		this.section = this.sections[0]!;
	}

	/** The offset of the next byte. */
	get offset(): number {
		return this.absolute ?? this.section.offset;
	}

	get sectionNumber(): number | undefined {
		return this.absolute === undefined ? this.section.number : undefined;
	}

	get here(): Value {
		return addressValue(this.sectionNumber, this.offset);
	}

	get base(): Value {
		return addressValue(this.sectionNumber, 0);
	}

	get place(): Place {
		return {section: this.section, absolute: this.absolute};
	}

	goTo(place: Place): void {
		this.section = place.section;
		this.absolute = place.absolute;
	}

	/** Moves on by so many bytes; `false` if that is more than the output may have. */
	advance(length: number): boolean {
		if (this.absolute !== undefined) {
			this.absolute += length;
			return true;
		}

		this.section.offset += length;
		const total = this.sections.reduce((sum, section) => sum + (section.attributes.nobits ? 0 : section.offset), 0);
		return total <= this.#limits.outputBytes && Number.isSafeInteger(this.section.offset);
	}

	/** The section of this name, which is made if there is none. */
	open(name: string): Section {
		const known = this.sections.find(section => section.name === name);
		if (known !== undefined) {
			return known;
		}

		const section = new Section(name, this.sections.length);
		this.sections.push(section);
		return section;
	}
}
