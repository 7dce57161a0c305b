// The working copy of a big table: what a transaction changes lies over the table that it began with, which stays shared.
//
//     base      id → record   never changed, of any size
//     changed   id → record   records of the base that were replaced; `undefined` where one was deleted
//     added     id → record   records that the base does not have (or that were deleted from it and put again)
//
// A copy costs as much as its changes, and so does the memory of an old World. Iteration goes as in a Map of the same puts and deletes:
// the base in its order, then what was added. When the changes have grown to a part of the base, `settled` writes them into a new one.

import type {Id, Table} from './transaction.js';

/** Tables of fewer records are copied whole: that is quicker than to look twice. */
export const smallestBase = 64;

/** How many changes a base bears: a share of its size, so that writing the base anew costs a few records for each change. */
const basePerChange = 8;

export class LayeredTable<R extends object> implements Table<R> {
	readonly #base: Table<R>;
	readonly #changed: Map<Id, R | undefined>;
	readonly #added: Map<Id, R>;
	#size: number;

	constructor(table: Table<R>) {
		const isLayered = table instanceof LayeredTable;
		this.#base = isLayered ? table.#base : table;
		this.#changed = new Map<Id, R | undefined>(isLayered ? table.#changed : []);
		this.#added = new Map<Id, R>(isLayered ? table.#added : []);
		this.#size = table.size;
	}

	get size(): number {
		return this.#size;
	}

	get(id: Id): R | undefined {
		const added = this.#added.get(id);
		if (added !== undefined) {
			return added;
		}

		// Records are never undefined, so that undefined here is a deleted one or one that was not changed.
		return this.#changed.get(id) ?? (this.#changed.has(id) ? undefined : this.#base.get(id));
	}

	has(id: Id): boolean {
		return this.get(id) !== undefined;
	}

	set(id: Id, record: R): void {
		if (this.#base.has(id) && !this.#isDeleted(id)) {
			this.#changed.set(id, record);
			return;
		}

		this.#size += this.#added.has(id) ? 0 : 1;
		this.#added.set(id, record);
	}

	delete(id: Id): void {
		if (this.#added.delete(id)) {
			this.#size--;
		} else if (this.#base.has(id) && !this.#isDeleted(id)) {
			this.#changed.set(id, undefined);
			this.#size--;
		}
	}

	/** This table, or a plain one with the same content once the changes are too many. */
	settled(): Table<R> {
		return (this.#changed.size + this.#added.size) * basePerChange > this.#base.size ? new Map<Id, R>(this) : this;
	}

	* entries(): MapIterator<[Id, R]> {
		for (const [id, original] of this.#base) {
			const record = this.#changed.has(id) ? this.#changed.get(id) : original;
			if (record !== undefined) {
				yield [id, record];
			}
		}

		yield * this.#added;
	}

	* keys(): MapIterator<Id> {
		for (const [id] of this.entries()) {
			yield id;
		}
	}

	* values(): MapIterator<R> {
		for (const [, record] of this.entries()) {
			yield record;
		}
	}

	[Symbol.iterator](): MapIterator<[Id, R]> {
		return this.entries();
	}

	forEach(visit: (record: R, id: Id, table: Table<R>) => void): void {
		for (const [id, record] of this.entries()) {
			visit(record, id, this);
		}
	}

	#isDeleted(id: Id): boolean {
		return this.#changed.has(id) && this.#changed.get(id) === undefined;
	}
}
