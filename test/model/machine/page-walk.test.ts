// The walk itself, over tables made here: how many entries it reads, and what refuses it.

import {describe, expect, test} from 'vitest';
import {eptFormat, ia32Format, longFormat} from '../../../source/model/machine/page-formats.js';
import {type EntryFormat, PageWalk, type Stage, type TableMemory, type WalkStep} from '../../../source/model/machine/page-walk.js';

/** Host-physical memory as a map of entries, and a way to build trees in it. */
class Tables implements TableMemory {
	readonly entries = new Map<number, number>();
	#next = 0x1000_0000;

	readonly load = (address: number): number => this.entries.get(address) ?? 0;
	readonly store = (address: number, _bytes: 4 | 8, entry: number): void => {
		this.entries.set(address, entry);
	};

	newTable(): number {
		this.#next += 4096;
		return this.#next;
	}

	/** Maps one page in a tree; `place` says where a table's address lies in this memory. */
	map(format: EntryFormat, levels: number, {root, address, frame, bits, place = at => at}: {root: number; address: number; frame: number; bits: number; place?: (address: number) => number}): void {
		let table = root;
		for (let level = levels - 1; level >= 0; level--) {
			const index = Math.floor(address / 2 ** (12 + format.indexBits * level)) % 2 ** format.indexBits;
			const at = place(table) + index * format.entryBytes;
			const below = level === 0 ? frame : (this.entries.get(at) ?? this.newTable());
			table = below - below % 4096;
			this.entries.set(at, table + bits);
		}
	}
}

/** A guest of n levels under a hypervisor of m: every guest-physical page is mapped to the host page of the same number. */
function nested(n: number, m: number): {readonly stages: readonly Stage[]; readonly tables: Tables; readonly address: number} {
	const tables = new Tables();
	const guestFormat = n === 2 ? ia32Format({pse: false, pge: false}) : longFormat;
	const hostFormat = m === 2 ? eptFormat(4) : eptFormat(8);
	const guestRoot = tables.newTable();
	const hostRoot = tables.newTable();
	const address = 0x12_3456;
	tables.map(guestFormat, n, {root: guestRoot, address, frame: 0x5000, bits: 7});
	for (const page of [0x5000, ...[...tables.entries.keys()].map(at => at - at % 4096)]) {
		tables.map(hostFormat, m, {root: hostRoot, address: page, frame: page, bits: 7});
	}

	const guest: Stage = {levels: n, root: guestRoot, format: guestFormat, writeProtect: true, checksUser: true};
	return {stages: [guest, {levels: m, root: hostRoot, format: hostFormat, writeProtect: true, checksUser: false}], tables, address};
}

describe('table reads of a nested walk: (n + 1)(m + 1) - 1', () => {
	const pairs = [2, 3, 4, 5].flatMap(n => [2, 3, 4, 5].map(m => [n, m] as const));
	test.each(pairs)('%i levels in %i', (n, m) => {
		const {stages, tables, address} = nested(n, m);
		const walk = new PageWalk(stages, tables, true);
		expect(walk.translate(address, 'read')).toMatchObject({ok: true, address: 0x5456});
		expect(walk.references).toBe((n + 1) * (m + 1) - 1);
	});

	test('2 in 2 are 8, 4 in 4 are 24, 5 in 5 are 35; alone, a walk reads one entry a level', () => {
		const counts = ([[2, 2], [4, 4], [5, 5]] as const).map(([n, m]) => {
			const {stages, tables, address} = nested(n, m);
			const walk = new PageWalk(stages, tables, true);
			walk.translate(address, 'read');
			const native = new PageWalk(stages.slice(0, 1), tables, true);
			native.translate(address, 'read');
			return [walk.references, native.references];
		});
		expect(counts).toEqual([[8, 2], [24, 4], [35, 5]]);
	});
});

test('the order of the looks: each guest entry costs a walk of the second stage first', () => {
	const {stages, tables, address} = nested(2, 2);
	const steps: WalkStep[] = [];
	new PageWalk(stages, tables, true, step => steps.push(step)).translate(address, 'read');
	expect(steps.map(({stage, level}) => `${stage}.${level}`)).toEqual(['1.1', '1.0', '0.1', '1.1', '1.0', '0.0', '1.1', '1.0']);
});

describe('what a walk refuses', () => {
	const format = ia32Format({pse: true, pge: true});
	function one(bits: number, {user = true, writeProtect = true, directory = 7}: {user?: boolean; writeProtect?: boolean; directory?: number} = {}) {
		const tables = new Tables();
		tables.map(format, 2, {root: 0x1000, address: 0x40_0000, frame: 0x9000, bits});
		tables.entries.set(0x1004, tables.entries.get(0x1004)! - bits + directory);
		const walk = new PageWalk([{levels: 2, root: 0x1000, format, writeProtect, checksUser: true}], tables, user);
		return {walk, tables};
	}

	test('user code on a supervisor page', () => {
		expect(one(3).walk.translate(0x40_0000, 'read')).toMatchObject({ok: false, reason: 'rights'});
	});

	test('the supervisor writes to a read-only page: only with CR0.WP', () => {
		expect(one(1, {user: false}).walk.translate(0x40_0000, 'write')).toMatchObject({ok: false, reason: 'rights'});
		expect(one(1, {user: false, writeProtect: false}).walk.translate(0x40_0000, 'write')).toMatchObject({ok: true});
	});

	test('rights are those that both levels give', () => {
		expect(one(7, {directory: 5}).walk.translate(0x40_0000, 'write')).toMatchObject({ok: false, reason: 'rights'});
	});

	test('a reserved bit of a large page', () => {
		const {walk} = one(7, {directory: 0x20_0087});
		expect(walk.translate(0x40_0000, 'read')).toMatchObject({ok: false, reason: 'reserved'});
	});

	test('accessed and dirty bits are set when the access is allowed, and only then', () => {
		const {walk, tables} = one(7);
		walk.translate(0x40_0000, 'read');
		const leaf = [...tables.entries].find(([, entry]) => entry - entry % 4096 === 0x9000)!;
		expect(leaf[1] % 4096).toBe(0x27);
		walk.translate(0x40_0000, 'write');
		expect(tables.entries.get(leaf[0])! % 4096).toBe(0x67);
		expect(tables.entries.get(0x1004)! % 4096).toBe(0x27);
		const refused = one(3);
		refused.walk.translate(0x40_0000, 'read');
		expect(refused.tables.entries.get(0x1004)! % 4096).toBe(7);
	});
});
