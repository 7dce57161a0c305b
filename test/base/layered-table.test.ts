// A layered table is a Map with another cost: whatever is put and deleted, in how many transactions ever, both hold the same records in
// the same order.

import fc from 'fast-check';
import {expect, test} from 'vitest';
import {LayeredTable, smallestBase} from '../../source/base/layered-table.js';
import {emptyWorld, Transaction, type World} from '../../source/base/transaction.js';

type Thing = {readonly value: number};
type ThingSchema = {readonly thing: Thing};

function worldOf(count: number): World {
	const tx = new Transaction<ThingSchema>(emptyWorld);
	for (let id = 0; id < count; id++) {
		tx.put('thing', id, {value: id});
	}

	return tx.commit();
}

function thingsIn(world: World): ReadonlyArray<readonly [unknown, unknown]> {
	return [...world.tables.get('thing') ?? []];
}

test('a write to a big table leaves the old world as it was and shares its records', () => {
	const before = worldOf(1000);
	const tx = new Transaction<ThingSchema>(before);
	tx.put('thing', 7, {value: 70});
	tx.delete('thing', 8);
	tx.put('thing', 'new', {value: 1});
	const after = tx.commit();

	expect(after.tables.get('thing')).toBeInstanceOf(LayeredTable);
	expect(after.tables.get('thing')!.size).toBe(1000);
	expect([7, 8, 9, 'new'].map(id => after.tables.get('thing')!.get(id))).toEqual([{value: 70}, undefined, {value: 9}, {value: 1}]);
	expect(thingsIn(after).slice(6, 9)).toEqual([[6, {value: 6}], [7, {value: 70}], [9, {value: 9}]]);
	expect(thingsIn(after).at(-1)).toEqual(['new', {value: 1}]);
	expect(thingsIn(before)).toEqual(thingsIn(worldOf(1000)));
});

test('a deleted record that is put again comes last, as in a Map', () => {
	const tx = new Transaction<ThingSchema>(worldOf(100));
	tx.delete('thing', 3);
	tx.put('thing', 3, {value: 33});
	tx.put('thing', 3, {value: 34});
	expect(tx.table('thing').size).toBe(100);
	expect([...tx.table('thing').keys()].slice(2, 5)).toEqual([2, 4, 5]);
	expect([...tx.table('thing')].at(-1)).toEqual([3, {value: 34}]);
});

test('after many changes the table is plain again', () => {
	let world = worldOf(1000);
	for (let id = 0; id < 126; id++) {
		const tx = new Transaction<ThingSchema>(world);
		tx.put('thing', id, {value: -id});
		world = tx.commit();
		expect(world.tables.get('thing')!.get(id)).toEqual({value: -id});
		expect(world.tables.get('thing') instanceof LayeredTable).toBe(id < 125);
	}
});

test('random transactions agree with a Map', () => {
	const size = smallestBase * 2;
	const change = fc.record({id: fc.integer({min: 0, max: size + 20}), value: fc.option(fc.nat(), {nil: undefined})});
	fc.assert(fc.property(fc.array(fc.array(change, {maxLength: 20}), {maxLength: 12}), transactions => {
		let world = worldOf(size);
		const model = new Map<number, Thing>(thingsIn(world) as ReadonlyArray<readonly [number, Thing]>);
		for (const changes of transactions) {
			const tx = new Transaction<ThingSchema>(world);
			for (const {id, value} of changes) {
				if (value === undefined) {
					tx.delete('thing', id);
					model.delete(id);
				} else {
					tx.put('thing', id, {value});
					model.set(id, {value});
				}

				expect(tx.get('thing', id)).toEqual(model.get(id));
			}

			world = tx.commit();
			const table = world.tables.get('thing')!;
			expect([...table]).toEqual([...model]);
			expect([table.size, [...table.keys()], [...table.values()]]).toEqual([model.size, [...model.keys()], [...model.values()]]);
		}
	}));
});
