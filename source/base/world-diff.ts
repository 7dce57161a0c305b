// What changed between two Worlds, record by record. Records are immutable and tables shared, so what is the same object is the same,
// and a comparison costs as much as what differs.

import type {Id, Table, World} from './transaction.js';

/** One field of a record; `undefined` where it was not or is no more. */
export type FieldChange = {readonly field: string; readonly before: unknown; readonly after: unknown};

export type RecordChange = {
	readonly table: string;
	readonly id: Id;
	readonly kind: 'added' | 'removed' | 'changed';
	readonly fields: readonly FieldChange[];
};

const noRecords: Table<object> = new Map<Id, object>();

/** All changes, by the names of the tables, in each table in the order of its records. */
export function worldDiff(before: World, after: World): readonly RecordChange[] {
	const names = new Set([...before.tables.keys(), ...after.tables.keys()]);
	return [...names].toSorted().flatMap(name => {
		const [old, now] = [before.tables.get(name) ?? noRecords, after.tables.get(name) ?? noRecords];
		return old === now ? [] : tableDiff(name, old, now);
	});
}

function tableDiff(table: string, before: Table<object>, after: Table<object>): readonly RecordChange[] {
	const changes: RecordChange[] = [];
	for (const [id, old] of before) {
		const now = after.get(id);
		if (now === undefined) {
			changes.push({table, id, kind: 'removed', fields: fieldChanges(old, {})});
		} else if (now !== old) {
			const fields = fieldChanges(old, now);
			if (fields.length > 0) {
				changes.push({table, id, kind: 'changed', fields});
			}
		}
	}

	for (const [id, now] of after) {
		if (!before.has(id)) {
			changes.push({table, id, kind: 'added', fields: fieldChanges({}, now)});
		}
	}

	return changes;
}

function fieldChanges(before: object, after: object): readonly FieldChange[] {
	const [old, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
	return [...new Set([...old.keys(), ...now.keys()])]
		.map((field): FieldChange => ({field, before: plain(old.get(field)), after: plain(now.get(field))}))
		.filter(({before: one, after: other}) => JSON.stringify(one) !== JSON.stringify(other));
}

/** As JSON can tell it: bytes by their number and beginning, maps and other collections as lists. */
function plain(value: unknown): unknown {
	if (value instanceof Uint8Array) {
		return {bytes: value.length, begins: Array.from(value.subarray(0, 16), byte => byte.toString(16).padStart(2, '0')).join('')};
	}

	if (typeof value !== 'object' || value === null) {
		return typeof value === 'bigint' ? String(value) : value;
	}

	return Symbol.iterator in value ? Array.from(value as Iterable<unknown>, plain) : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
