// Virtual time. The clock is a number of nanoseconds since the world began, and what will happen later is data: timers, sorted
// by the moment they are due. Nothing here or anywhere below session/ reads the real clock; time passes only by actions.

import {assert} from './assert.js';
import type {Id, Reads, Writes} from './transaction.js';

/** Nanoseconds since the world began: an integer below 2^53, which is 104 days. */
export type Nanoseconds = number;

export const microsecondNs: Nanoseconds = 1e3;
export const millisecondNs: Nanoseconds = 1e6;
export const secondNs: Nanoseconds = 1e9;

/** The moment that simulated hosts believe the world began, unless it was given another: 2026-09-01 08:00:00 UTC, in Unix seconds. */
export const worldEpochSeconds = 1_788_249_600;

export type Clock = {
	readonly nowNs: Nanoseconds;
	readonly nextTimerId: number;
	/** Unix seconds when the world began. */
	readonly epochSeconds: number;
	/** No timer is due before this moment, so that most looks at the timers end here. */
	readonly soonestNs: Nanoseconds;
};

/** `args` is plain data; the function that `kind` names is found in the table that `session/apply` hands to the run loop. */
export type Timer = {
	readonly id: number;
	readonly dueNs: Nanoseconds;
	readonly kind: string;
	readonly args: Readonly<Record<string, Id>>;
};

export type ClockSchema = {clock: Clock; timer: Timer};

const clockId = 'clock';

export function nowNs(tx: Reads<ClockSchema>): Nanoseconds {
	return tx.get('clock', clockId)?.nowNs ?? 0;
}

/** Lets the world begin at another moment of the calendar. Done once, when it is made. */
export function setEpoch(tx: Writes<ClockSchema>, epochSeconds: number): void {
	tx.put('clock', clockId, {...readClock(tx), epochSeconds});
}

/** Unix time as simulated programs see it, now or at another moment, split so that no precision is lost. */
export function wallTime(tx: Reads<ClockSchema>, ns: Nanoseconds = nowNs(tx)): {readonly seconds: number; readonly nanoseconds: number} {
	const seconds = Math.floor(ns / secondNs);
	return {seconds: readClock(tx).epochSeconds + seconds, nanoseconds: ns - seconds * secondNs};
}

/** When that is in the world's own time. */
export function worldTime(tx: Reads<ClockSchema>, {seconds, nanoseconds}: {readonly seconds: number; readonly nanoseconds: number}): Nanoseconds {
	return (seconds - readClock(tx).epochSeconds) * secondNs + nanoseconds;
}

/** Moves the clock forward to `ns`. The caller fires the timers that became due. */
export function advanceTo(tx: Writes<ClockSchema>, ns: Nanoseconds): void {
	const clock = readClock(tx);
	assert(ns >= clock.nowNs && Number.isSafeInteger(ns), `advanceTo: ${ns} is not an integer at or after ${clock.nowNs}`);
	if (ns !== clock.nowNs) {
		tx.put('clock', clockId, {...clock, nowNs: ns});
	}
}

/** Arranges for `kind` to happen at `dueNs`; a moment in the past means at the next opportunity. Returns the timer's id. */
export function addTimer(tx: Writes<ClockSchema>, timer: Omit<Timer, 'id'>): number {
	const clock = readClock(tx);
	const id = clock.nextTimerId;
	tx.put('clock', clockId, {...clock, nextTimerId: id + 1, soonestNs: Math.min(clock.soonestNs, timer.dueNs)});
	tx.put('timer', id, {...timer, id});
	return id;
}

export function cancelTimer(tx: Writes<ClockSchema>, id: number): void {
	tx.delete('timer', id);
}

/** The timer that is due first; of several due at the same moment the one that was added first. */
export function nextTimer(tx: Writes<ClockSchema>): Timer | undefined {
	let first: Timer | undefined;
	for (const timer of tx.table('timer').values()) {
		if (first === undefined || timer.dueNs < first.dueNs || (timer.dueNs === first.dueNs && timer.id < first.id)) {
			first = timer;
		}
	}

	const clock = readClock(tx);
	const soonestNs = first?.dueNs ?? Number.MAX_SAFE_INTEGER;
	if (soonestNs !== clock.soonestNs) {
		tx.put('clock', clockId, {...clock, soonestNs});
	}

	return first;
}

/** Whether a timer may be due now; cheap, for every turn of a run loop. */
export function mayBeDue(tx: Reads<ClockSchema>): boolean {
	const clock = readClock(tx);
	return clock.soonestNs <= clock.nowNs;
}

function readClock(tx: Reads<ClockSchema>): Clock {
	return tx.get('clock', clockId) ?? {nowNs: 0, nextTimerId: 1, epochSeconds: worldEpochSeconds, soonestNs: Number.MAX_SAFE_INTEGER};
}
