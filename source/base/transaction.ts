// A World is an immutable value: named tables of small frozen records. It changes only through a Transaction, which reads
// through to the World it began on and commits a new World that shares every table nobody wrote to.
//
//     World ──> new Transaction(world) ── get / put / delete / emit ──> commit() ──> World'
//
// A small table is copied on its first write, a big one is layered over (layered-table.ts), so a commit costs as much as what it
// touched. Big things are cut by owner besides: the inodes of filesystem 7 are the table `inode:7`.

import {must} from './assert.js';
import {LayeredTable, smallestBase} from './layered-table.js';

export type Id = string | number;

/** A schema maps table names to record types. Tables cut by owner have a template-literal key: `inode:${number}`. */
export type Schema = object;

export type Table<R> = ReadonlyMap<Id, R>;

/** The state of everything simulated, at one moment. */
export type World = {
	readonly tables: ReadonlyMap<string, Table<object>>;
};

/** Something that happened during an action, for panels and checks. The model never reads events back. */
export type TraceEvent = {readonly kind: string};

export const emptyWorld: World = {tables: new Map()};

type Name<S> = keyof S & string;

/**
 * What a subsystem needs of a transaction to read its tables. A wide transaction is assignable to a narrow one, so a
 * function says in its signature which tables it may touch.
 */
export type Reads<S extends Schema> = {
	get<T extends Name<S>>(table: T, id: Id): S[T] | undefined;
	table<T extends Name<S>>(table: T): Table<S[T]>;
};

/** What a subsystem needs of a transaction to change its tables and to report events of type `E`. */
export type Writes<S extends Schema, E extends TraceEvent = TraceEvent> = Reads<S> & {
	put<T extends Name<S>>(table: T, id: Id, record: S[T]): void;
	delete<T extends Name<S>>(table: T, id: Id): void;
	emit(event: E): void;
};

/** A table while a transaction writes to it. */
type Working<R extends object = object> = Map<Id, R> | LayeredTable<R>;

function workingCopy<R extends object>(table: Table<R>): Working<R> {
	return table.size < smallestBase ? new Map<Id, R>(table) : new LayeredTable(table);
}

function settled<R extends object>(table: Working<R>): Table<R> {
	return table instanceof LayeredTable ? table.settled() : table;
}

const noRecords: Table<never> = new Map<Id, never>();

/** The one mutable thing about a World: a working copy that becomes the next World, or is thrown away. */
export class Transaction<S extends Schema, E extends TraceEvent = TraceEvent> implements Writes<S, E> {
	readonly #base: World;
	readonly #written = new Map<string, Working>();
	readonly #events: E[] = [];

	constructor(base: World) {
		this.#base = base;
	}

	get<T extends Name<S>>(table: T, id: Id): S[T] | undefined {
		return this.table(table).get(id);
	}

	/** All records of a table, in the order in which their ids were first put. Do not change the table while iterating. */
	table<T extends Name<S>>(table: T): Table<S[T]> {
		const records: Table<object> = this.#written.get(table) ?? this.#base.tables.get(table) ?? noRecords;
		return records as Table<S[T]>;
	}

	put<T extends Name<S>>(table: T, id: Id, record: S[T]): void {
		this.#writable(table).set(id, Object.freeze(record) as object);
	}

	delete<T extends Name<S>>(table: T, id: Id): void {
		if (this.table(table).has(id)) {
			this.#writable(table).delete(id);
		}
	}

	emit(event: E): void {
		this.#events.push(event);
	}

	/** Events so far, oldest first. */
	get trace(): readonly E[] {
		return this.#events;
	}

	/** The World with all writes of this transaction. Untouched tables are the very same objects; empty ones are dropped. */
	commit(): World {
		if (this.#written.size === 0) {
			return this.#base;
		}

		const tables = workingCopy(this.#base.tables);
		for (const [name, records] of this.#written) {
			if (records.size === 0) {
				tables.delete(name);
			} else {
				tables.set(name, settled(records));
			}
		}

		return Object.freeze({tables: settled(tables) as ReadonlyMap<string, Table<object>>});
	}

	#writable(table: string): Working {
		const written = this.#written.get(table);
		if (written !== undefined) {
			return written;
		}

		const copy = workingCopy<object>(this.#base.tables.get(table) ?? noRecords);
		this.#written.set(table, copy);
		return copy;
	}
}

/** Reads a committed World as a subsystem sees it. */
export function reader<S extends Schema>(world: World): Reads<S> {
	return {
		get: (table, id) => world.tables.get(table)?.get(id) as never,
		table: table => (world.tables.get(table) ?? noRecords) as never,
	};
}

/** The record, or `BrokenInvariant`: for ids that a relation promises to exist. */
export function required<S extends Schema, T extends Name<S>>(tx: Reads<S>, table: T, id: Id): S[T] {
	return must(tx.get(table, id), `required: no ${table} ${id}`);
}
