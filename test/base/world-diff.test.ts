import {expect, test} from 'vitest';
import {emptyWorld, Transaction, type World} from '../../source/base/transaction.js';
import {worldDiff} from '../../source/base/world-diff.js';

type Schema = {readonly file: {readonly name: string; readonly content?: Uint8Array; readonly entries?: ReadonlyMap<string, number>}; readonly task: {readonly state: string}};

function changed(world: World, change: (tx: Transaction<Schema>) => void): World {
	const tx = new Transaction<Schema>(world);
	change(tx);
	return tx.commit();
}

const start = changed(emptyWorld, tx => {
	tx.put('file', 1, {name: 'a'});
	tx.put('file', 2, {name: 'b'});
	tx.put('task', 7, {state: 'sleeping'});
});

test('records that came, went and changed, with their fields; bytes and maps as JSON can tell them', () => {
	const end = changed(start, tx => {
		tx.delete('file', 1);
		tx.put('file', 2, {name: 'b', content: Uint8Array.of(104, 105)});
		tx.put('file', 3, {name: 'c', entries: new Map([['x', 2]])});
	});
	expect(worldDiff(start, end)).toEqual([
		{table: 'file', id: 1, kind: 'removed', fields: [{field: 'name', before: 'a', after: undefined}]},
		{table: 'file', id: 2, kind: 'changed', fields: [{field: 'content', before: undefined, after: {bytes: 2, begins: '6869'}}]},
		{table: 'file', id: 3, kind: 'added', fields: [{field: 'name', before: undefined, after: 'c'}, {field: 'entries', before: undefined, after: [['x', 2]]}]},
	]);
});

test('a record that was written again as it was is no change, nor is an untouched world', () => {
	expect(worldDiff(start, start)).toEqual([]);
	expect(worldDiff(start, changed(start, tx => {
		tx.put('task', 7, {state: 'sleeping'});
	}))).toEqual([]);
});
