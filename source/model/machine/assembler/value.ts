// What an expression is worth: a number plus registers and sections, each so many times. `[ebx + 4*ecx + label - 2]` is
// ebx*1 + ecx*4 + section*1 + (offset of label - 2). A symbol that no pass has met yet makes the number unknown.

export type Term<Key> = {readonly key: Key; readonly factor: bigint};

export type Value = {
	/** In alphabetical order, which decides base and index when nothing else does. */
	readonly registers: ReadonlyArray<Term<string>>;
	readonly unknown: boolean;
	readonly constant: bigint;
	/** By number of section: how many times its start address. */
	readonly sections: ReadonlyArray<Term<number>>;
};

const nothing: Value = {registers: [], unknown: false, constant: 0n, sections: []};

export const unknownValue: Value = {...nothing, unknown: true};

export function constantValue(constant: bigint): Value {
	return {...nothing, constant: BigInt.asIntN(64, constant)};
}

export function addressValue(section: number | undefined, offset: number): Value {
	return {...nothing, constant: BigInt(offset), sections: section === undefined ? [] : [{key: section, factor: 1n}]};
}

export function registerValue(name: string): Value {
	return {...nothing, registers: [{key: name, factor: 1n}]};
}

export function addValues(a: Value, b: Value): Value {
	const registers = mergeTerms(a.registers, b.registers, (x, y) => x < y);
	if (a.unknown || b.unknown) {
		return {...unknownValue, registers};
	}

	return {registers, unknown: false, constant: BigInt.asIntN(64, a.constant + b.constant), sections: mergeTerms(a.sections, b.sections, (x, y) => x < y)};
}

function mergeTerms<Key>(a: ReadonlyArray<Term<Key>>, b: ReadonlyArray<Term<Key>>, before: (x: Key, y: Key) => boolean): ReadonlyArray<Term<Key>> {
	if (a.length === 0 || b.length === 0) {
		return a.length === 0 ? b : a;
	}

	const merged: Array<Term<Key>> = [];
	let left = 0;
	let right = 0;
	while (left < a.length || right < b.length) {
		const x = a[left];
		const y = b[right];
		if (y === undefined || (x !== undefined && before(x.key, y.key))) {
			merged.push(x!);
			left++;
		} else if (x === undefined || before(y.key, x.key)) {
			merged.push(y);
			right++;
		} else {
			const factor = BigInt.asIntN(64, x.factor + y.factor);
			if (factor !== 0n) {
				merged.push({key: x.key, factor});
			}

			left++;
			right++;
		}
	}

	return merged;
}

export function scaleValue(value: Value, by: bigint): Value {
	const scale = <Key>(term: Term<Key>): Term<Key> => ({key: term.key, factor: BigInt.asIntN(64, term.factor * by)});
	return {
		registers: value.registers.map(scale),
		unknown: value.unknown,
		constant: BigInt.asIntN(64, value.constant * by),
		sections: value.sections.map(scale),
	};
}

function present<Key>(terms: ReadonlyArray<Term<Key>>): boolean {
	return terms.some(term => term.factor !== 0n);
}

/** Only a number. */
export function isSimple(value: Value): boolean {
	return !value.unknown && !present(value.registers) && !present(value.sections);
}

/** Nothing known of it, and no registers. */
export function isJustUnknown(value: Value): boolean {
	return value.unknown && !present(value.registers);
}

export function hasRegisters(value: Value): boolean {
	return present(value.registers);
}

/**
 * A number, an address in one section, or the distance from the section `here` to an address in another: what an immediate or a word of data
 * may be.
 */
export function isRelocatable(value: Value, here: number | undefined): boolean {
	if (value.unknown || hasRegisters(value)) {
		return false;
	}

	const terms = value.sections.filter(term => term.factor !== 0n);
	const added = terms.filter(term => term.factor === 1n);
	const subtracted = terms.filter(term => term.factor === -1n && term.key === here);
	return added.length <= 1 && subtracted.length <= 1 && added.length + subtracted.length === terms.length;
}
