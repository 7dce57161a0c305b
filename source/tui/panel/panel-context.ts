// What a panel is given: the world, the world before the last command (to mark what changed), and what happened in between.

import type {Id, Table, TraceEvent, World} from '../../base/transaction.js';
import type {Locale} from '../../i18n/message.js';

export type PanelContext = {
	readonly world: World;
	/** undefined before the first command: then nothing is marked. */
	readonly before: World | undefined;
	readonly trace: readonly TraceEvent[];
};

export type PanelView = {readonly locale: Locale; readonly width: number};

const noRecords: Table<never> = new Map<Id, never>();

/** A table, empty if the world has none of that name. The caller names the record type that the table's schema says. */
export function tableOf<R extends object>(world: World, name: string): Table<R> {
	return (world.tables.get(name) ?? noRecords) as Table<R>;
}

/** The ids N of all tables `prefix:N`, ascending. */
export function ownersOf(world: World, prefix: string): readonly number[] {
	return Array.from(world.tables.keys())
		.filter(name => name.startsWith(prefix + ':'))
		.map(name => Number(name.slice(prefix.length + 1)))
		.sort((a, b) => a - b);
}

/** Whether a record was made or changed by the last command: records are immutable, so identity tells. */
export function isChanged({world, before}: PanelContext, table: string, id: Id): boolean {
	return before !== undefined && before.tables.get(table)?.get(id) !== world.tables.get(table)?.get(id);
}

/** Whether anything in a table changed. */
export function isTableChanged({world, before}: PanelContext, table: string): boolean {
	return before !== undefined && before.tables.get(table) !== world.tables.get(table);
}
