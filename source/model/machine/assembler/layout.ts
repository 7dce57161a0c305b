// Gives the sections their places in the file and in memory, and finishes the numbers that waited for them (NASM manual, 8.1.1 to 8.1.3).

import type {Section} from './section.js';

export type Layout = {
	/** The address of the first byte of the file. */
	readonly origin: number;
	readonly bytes: Uint8Array;
	/** By number of section: its first byte's address, and its place in the file (`undefined` if it has none). */
	readonly addresses: readonly number[];
	readonly places: ReadonlyArray<number | undefined>;
};

type Placed = {readonly section: Section; readonly start: number};

const alignUp = (value: number, alignment: number): number => Math.ceil(value / alignment) * alignment;

/** The finished file, or what is wrong with the places. */
export function layOut(sections: readonly Section[], org: number | undefined, outputLimit: number): Layout | string {
	const stored = fileOrder(sections.filter(section => !section.attributes.nobits));
	if (typeof stored === 'string') {
		return stored;
	}

	const origin = org ?? (stored[0]?.attributes.start ?? 0);
	const placed = place(stored, origin);
	const problem = checkPlaces(placed, origin);
	if (problem !== undefined) {
		return problem;
	}

	const end = Math.max(origin, ...placed.filter(({section}) => section.offset > 0).map(({section, start}) => start + section.offset));
	const empty = sections.filter(section => section.attributes.nobits);
	const starts = new Map([...placed, ...place(empty, end)].map(({section, start}) => [section, start]));
	const addresses = virtualAddresses(sections, starts);
	if (typeof addresses === 'string') {
		return addresses;
	}

	if (end - origin > outputLimit) {
		return `the output is longer than ${outputLimit} bytes`;
	}

	const bytes = new Uint8Array(end - origin);
	for (const {section, start} of placed.filter(item => item.section.offset > 0)) {
		applyFixups(section, addresses);
		bytes.set(section.bytes, start - origin);
	}

	const places = sections.map(section => section.attributes.nobits ? undefined : starts.get(section)! - origin);
	return {origin, bytes, addresses, places};
}

/** `.text` first, then the others as they came; a section that follows another stands behind it; those with a start of their own last. */
function fileOrder(sections: readonly Section[]): readonly Section[] | string {
	const text = sections.filter(section => section.name === '.text');
	const order = [...text, ...sections.filter(section => section.name !== '.text' && section.attributes.follows === undefined)];
	for (const section of sections.filter(({attributes}) => attributes.follows !== undefined)) {
		const before = order.findIndex(other => other.name === section.attributes.follows);
		if (before === -1) {
			return `section ${section.name} follows an invalid or unknown section (${section.attributes.follows})`;
		}

		order.splice(before + 1, 0, section);
	}

	return order;
}

function place(sections: readonly Section[], from: number): readonly Placed[] {
	let next = from;
	return sections.map((section, index) => {
		const {attributes} = section;
		const start = attributes.start ?? alignUp(next, attributes.align ?? (index === 0 && section.name === '.text' ? 1 : 4));
		next = start + section.offset;
		return {section, start};
	});
}

function checkPlaces(placed: readonly Placed[], origin: number): string | undefined {
	const early = placed.find(({section, start}) => start < origin && section.offset > 0);
	if (early !== undefined) {
		return `section ${early.section.name} begins before program origin`;
	}

	const ordered = placed.filter(({section}) => section.offset > 0).toSorted((a, b) => a.start - b.start);
	const clash = ordered.findIndex((item, index) => index > 0 && ordered[index - 1]!.start + ordered[index - 1]!.section.offset > item.start);
	return clash === -1 ? undefined : `sections ${ordered[clash - 1]!.section.name} and ${ordered[clash]!.section.name} overlap!`;
}

function virtualAddresses(sections: readonly Section[], starts: ReadonlyMap<Section, number>): readonly number[] | string {
	const addresses: number[] = [];
	for (const section of sections) {
		const {virtualStart, virtualFollows, virtualAlign} = section.attributes;
		const before = virtualFollows === undefined ? undefined : sections.findIndex(other => other.name === virtualFollows);
		if (before !== undefined && addresses[before] === undefined) {
			return `section ${section.name} vfollows unknown section (${virtualFollows})`;
		}

		const base = before === undefined ? virtualStart ?? starts.get(section)! : addresses[before]! + sections[before]!.offset;
		addresses.push(alignUp(base, virtualAlign ?? 1));
	}

	return addresses;
}

function applyFixups(section: Section, addresses: readonly number[]): void {
	for (const {at, bytes, value, add, subtract} of section.fixups) {
		const added = add === undefined ? 0 : addresses[add]!;
		const subtracted = subtract === undefined ? 0 : addresses[subtract]!;
		section.writeNumber(value + BigInt(added) - BigInt(subtracted), bytes, at);
	}
}
