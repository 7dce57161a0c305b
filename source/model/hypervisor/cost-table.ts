// What events cost, as a table that people can see and change. Nothing else turns counts into cycles, and a number without a row is none.
// A row whose number has no source that could be read says "unverified".
//
//     # event        cycles  source
//     direct              1  unverified: ...

import type {GuestCounts} from './guest-schema.js';

/** Events of `GuestCounts` that take the processor's time. */
const costlyEvents = ['direct', 'emulated', 'exits', 'shadowFills', 'nestedFills', 'hypercalls', 'translatedBlocks', 'callouts', 'walkReads'] as const satisfies ReadonlyArray<keyof GuestCounts>;

export type CostlyEvent = (typeof costlyEvents)[number];

export type CostRow = {readonly event: CostlyEvent; readonly cycles: number; readonly source: string};

export const defaultCosts = `# What an event costs, in cycles of the processor. Change the numbers: they are used from the next look on.
# A number is only as good as its source. Rows without one say so, and are there to be replaced by what you measure or read.
#
# event           cycles  source
direct                 1  unverified: one instruction a cycle, without caches and pipelines
emulated             500  unverified: decoding and doing an instruction in software
exits               1350  vmrun round trip of 1344 to 1376 cycles on AMD, measured on the Linux kernel mailing list, December 2020
shadowFills         1000  unverified: walking the guest's tables and writing one shadow entry
nestedFills         1000  unverified: finding a frame and writing one EPT entry
hypercalls           300  unverified: without the exit itself, which is counted as one
translatedBlocks    3000  unverified: decoding and translating a block of at most 12 instructions
callouts             200  unverified: looking a block up
walkReads             20  unverified: a table entry from a cache
`;

const mostCycles = 1e9;

/** The rows of a table; what is wrong with it, with the line. An event without a row costs nothing and is not counted. */
export function parseCosts(text: string): readonly CostRow[] | {readonly refused: string} {
	const rows: CostRow[] = [];
	for (const [index, line] of text.split('\n').entries()) {
		if (/^\s*(?:#|$)/v.test(line)) {
			continue;
		}

		const [, event, cycles, source] = /^\s*(\S+)\s+(\d+(?:\.\d+)?)(?:\s+(.*?))?\s*$/v.exec(line) ?? [];
		if (event === undefined || Number(cycles) > mostCycles) {
			return {refused: `line ${index + 1}: expected an event, a number of cycles up to ${mostCycles} and a source: ${line.trim()}`};
		}

		if (!(costlyEvents as readonly string[]).includes(event)) {
			return {refused: `line ${index + 1}: there is no event "${event}"; there are: ${costlyEvents.join(', ')}`};
		}

		if (rows.some(row => row.event === event)) {
			return {refused: `line ${index + 1}: a second row for ${event}`};
		}

		rows.push({event: event as CostlyEvent, cycles: Number(cycles), source: source === undefined || source === '' ? 'unverified: no source is given' : source});
	}

	return rows;
}

export type CostedRow = CostRow & {readonly count: number; readonly total: number};

/** What the counted events cost by the table: each row with its total, and all together. */
export function costOf(counts: GuestCounts, rows: readonly CostRow[]): {readonly rows: readonly CostedRow[]; readonly total: number} {
	const costed = rows.map(row => ({...row, count: counts[row.event], total: counts[row.event] * row.cycles}));
	return {rows: costed, total: costed.reduce((sum, {total}) => sum + total, 0)};
}
