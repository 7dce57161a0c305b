// Who gets how much of the hardware threads: weighted max-min fairness, as Linux' fair scheduler approximates it over time.
//
// Every vCPU wants at most its demand (and at most one thread). A common level rises; a vCPU gets level x weight until its demand is met
// or the threads that it may use are full. Whether given amounts fit on the threads, with every vCPU on its allowed ones, is
// a question of flow: vCPUs with the same allowed threads are one source, threads allowed to the same sources are one sink.
//
// Simplified: a fluid. Amounts are rates in millionths of a thread, without time slices, cache warmth or the cost of moving.

import {assert} from '../../base/assert.js';

export const wholeThread = 1_000_000;

export type Claim = {
	readonly demandPpm: number;
	readonly weight: number;
	/** Threads that it may use, ascending; undefined for all. */
	readonly allowed: readonly number[] | undefined;
};

/** The share of each claim, in their order. */
export function fairShares(claims: readonly Claim[], threads: number): readonly number[] {
	const groups = groupClaims(claims, threads);
	const plan: Plan = {claims, groups, sinks: sinksOf(groups, threads)};
	const shares = claims.map(() => 0);
	const open = new Set(groups.keys());
	while (open.size > 0) {
		const level = highestLevel(plan, shares, open);
		const full = [...open].filter(group => isFull(plan, shares, open, group, level));
		for (const index of [...open].flatMap(group => groups[group]!.members)) {
			shares[index] = shareAt(claims[index]!, level);
		}

		// When only together they can rise no more, what is left is less than a millionth each.
		for (const group of full.length === 0 ? [...open] : full) {
			open.delete(group);
		}
	}

	return shares;
}

type Group = {readonly members: readonly number[]; readonly allowed: ReadonlySet<number>};
type Sink = {readonly groups: readonly number[]; readonly capacity: number};
type Plan = {readonly claims: readonly Claim[]; readonly groups: readonly Group[]; readonly sinks: readonly Sink[]};

/** A level of a million means a whole thread for weight 100, the usual one; weight 1 needs a hundred times that. */
const usualWeight = 100;
const topLevel = wholeThread * usualWeight;

function shareAt({demandPpm, weight}: Claim, level: number): number {
	return Math.min(demandPpm, wholeThread, Math.floor(level * weight / usualWeight));
}

function groupClaims(claims: readonly Claim[], threads: number): readonly Group[] {
	const byThreads = new Map<string, {members: number[]; allowed: ReadonlySet<number>}>();
	for (const [index, {allowed, demandPpm}] of claims.entries()) {
		if (demandPpm === 0) {
			continue;
		}

		const usable = (allowed ?? []).filter(thread => thread < threads);
		const key = allowed === undefined || usable.length === 0 ? 'all' : usable.join(',');
		const group = byThreads.get(key) ?? {members: [], allowed: new Set(key === 'all' ? Array.from({length: threads}, (_, thread) => thread) : usable)};
		group.members.push(index);
		byThreads.set(key, group);
	}

	return [...byThreads.values()];
}

function sinksOf(groups: readonly Group[], threads: number): readonly Sink[] {
	const sinks = new Map<string, {groups: readonly number[]; capacity: number}>();
	for (let thread = 0; thread < threads; thread++) {
		const users = Array.from(groups.keys()).filter(index => groups[index]!.allowed.has(thread));
		const key = users.join(',');
		const sink = sinks.get(key) ?? {groups: users, capacity: 0};
		sinks.set(key, {...sink, capacity: sink.capacity + wholeThread});
	}

	return [...sinks.values()];
}

/** The highest level of the open groups that fits. */
function highestLevel(plan: Plan, shares: readonly number[], open: ReadonlySet<number>): number {
	let low = 0;
	let high = topLevel;
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (fits(plan, amounts(plan, shares, open, () => middle))) {
			low = middle;
		} else {
			high = middle - 1;
		}
	}

	return low;
}

/** Whether a group can get no more: its demand is met, or its threads are full. */
function isFull(plan: Plan, shares: readonly number[], open: ReadonlySet<number>, group: number, level: number): boolean {
	const {claims, groups} = plan;
	if (groups[group]!.members.every(index => shareAt(claims[index]!, level) === Math.min(claims[index]!.demandPpm, wholeThread))) {
		return true;
	}

	// A step large enough to change what weight 1 gets.
	return !fits(plan, amounts(plan, shares, open, index => index === group ? level + (2 * usualWeight) : level));
}

function amounts({claims, groups}: Plan, shares: readonly number[], open: ReadonlySet<number>, levelOf: (group: number) => number): readonly number[] {
	return groups.map(({members}, group) => members.reduce((sum, index) => sum + (open.has(group) ? shareAt(claims[index]!, levelOf(group)) : shares[index]!), 0));
}

/** Whether all amounts find room: Ford and Fulkerson's augmenting paths between groups and sinks. */
function fits({groups, sinks}: Plan, wanted: readonly number[]): boolean {
	const flow = groups.map(() => sinks.map(() => 0));
	const free = sinks.map(({capacity}) => capacity);
	for (const [group, amount] of wanted.entries()) {
		let rest = amount;
		while (rest > 0) {
			const moved = augment({sinks, flow, free}, group, rest);
			if (moved === 0) {
				return false;
			}

			rest -= moved;
		}
	}

	return true;
}

type Network = {readonly sinks: readonly Sink[]; readonly flow: number[][]; readonly free: number[]};

/** Brings up to `amount` of a group into a sink with room, moving other groups aside where needed. Answers how much. */
function augment({sinks, flow, free}: Network, from: number, amount: number): number {
	/** For each reached sink: the group before it; for each reached group: the sink before it. */
	const before = new Map<number, number>();
	const groupBefore = new Map<number, number | undefined>([[from, undefined]]);
	for (const group of groupBefore.keys()) {
		for (const [sink, {groups}] of sinks.entries()) {
			if (!groups.includes(group) || before.has(sink)) {
				continue;
			}

			before.set(sink, group);
			if (free[sink]! > 0) {
				return shift({flow, free, before, groupBefore, sink, amount});
			}

			for (const [other, row] of flow.entries()) {
				if (row[sink]! > 0 && !groupBefore.has(other)) {
					groupBefore.set(other, sink);
				}
			}
		}
	}

	return 0;
}

type Path = Pick<Network, 'flow' | 'free'> & {readonly before: ReadonlyMap<number, number>; readonly groupBefore: ReadonlyMap<number, number | undefined>; readonly sink: number; readonly amount: number};

function shift({flow, free, before, groupBefore, sink, amount}: Path): number {
	const steps: (readonly [group: number, into: number, outOf: number | undefined])[] = [];
	let moved = Math.min(amount, free[sink]!);
	for (let into: number | undefined = sink; into !== undefined;) {
		const group: number = before.get(into)!;
		const outOf = groupBefore.get(group);
		steps.push([group, into, outOf]);
		moved = outOf === undefined ? moved : Math.min(moved, flow[group]![outOf]!);
		into = outOf;
	}

	assert(moved > 0, 'shift: an augmenting path carries nothing');
	free[sink] = free[sink]! - moved;
	for (const [group, into, outOf] of steps) {
		flow[group]![into]! += moved;
		if (outOf !== undefined) {
			flow[group]![outOf]! -= moved;
		}
	}

	return moved;
}
