// The vCPUs of a host on its hardware threads, over virtual time. Nothing ticks: between two events the rates are constant, and
// the time that a vCPU ran or waited is the rate times the time since (`Live.ratesSinceNs`), added up exactly when they change.
//
//     event (start, stop, pin, weight, load) ──> settle: add what the old rates made ──> share: new rates and places
//
// Steal time is what a vCPU wanted to run and did not get, because others ran or its quota was used up.
//
// Simplified: the host's own processes take no time away from vCPUs, an idle guest uses none at all, and quotas bite evenly
// instead of at the end of each period.

import {nowNs, type Nanoseconds} from '../../base/clock.js';
import {rates} from '../../base/rates.js';
import type {Accumulated, Domain, Hypervisor, Live, Vcpu} from '../hypervisor/domain-schema.js';
import {allDomains} from '../hypervisor/domain-table.js';
import {demandOf} from '../hypervisor/guest-load.js';
import {type Claim, fairShares, wholeThread} from './fair-share.js';
import {coreCount, type Processors, threadCount} from './topology.js';

/** What has added up at `ppm` since the rates were set. */
export function accumulate({ns, carry}: Accumulated, ppm: number, elapsedNs: Nanoseconds): Accumulated {
	const whole = Math.floor(elapsedNs / wholeThread);
	const rest = ((elapsedNs - (whole * wholeThread)) * ppm) + carry;
	return {ns: ns + (whole * ppm) + Math.floor(rest / wholeThread), carry: rest % wholeThread};
}

/** The vCPUs of a domain with their times as of now. */
export function vcpusAt(live: Live, now: Nanoseconds): readonly Vcpu[] {
	const elapsedNs = now - live.ratesSinceNs;
	return live.vcpus.map(vcpu => ({...vcpu, run: accumulate(vcpu.run, vcpu.runPpm, elapsedNs), wait: accumulate(vcpu.wait, vcpu.waitPpm, elapsedNs)}));
}

/** To be called after every change to domains that run on the host, at the moment of the change. */
export function reschedule(hypervisor: Hypervisor, processors: Processors): void {
	const {tx, kernel} = hypervisor;
	const now = nowNs(tx);
	const running = allDomains(tx, kernel).filter((domain): domain is Domain & {readonly live: Live} => domain.live !== undefined);
	const wanted = running.flatMap(domain => wantsOf(domain));
	const shares = fairShares(wanted, threadCount(processors));
	const placed = place(wanted, processors);
	let at = 0;
	for (const domain of running) {
		const vcpus = vcpusAt(domain.live, now).map((vcpu): Vcpu => {
			const index = at++;
			const want = wanted[index]!;
			const runPpm = shares[index]!;
			const {thread, speedPpm} = placed[index]!;
			return {...vcpu, thread, speedPpm, runPpm, demandPpm: want.wantsPpm, waitPpm: want.wantsPpm - runPpm};
		});
		if (!isSame(domain.live.vcpus, vcpus)) {
			tx.put(`domain:${kernel}`, domain.name, {...domain, live: {...domain.live, vcpus, ratesSinceNs: now}});
		}
	}
}

/** Rates and places are unchanged: then the times need not be added up yet. */
function isSame(before: readonly Vcpu[], after: readonly Vcpu[]): boolean {
	return before.length === after.length && before.every((vcpu, index) => {
		const other = after[index]!;
		return vcpu.thread === other.thread && vcpu.runPpm === other.runPpm && vcpu.demandPpm === other.demandPpm && vcpu.waitPpm === other.waitPpm && vcpu.speedPpm === other.speedPpm;
	});
}

type Want = Claim & {
	/** Without the quota. */
	readonly wantsPpm: number;
	readonly thread: number;
};

function wantsOf({live}: {readonly live: Live}): readonly Want[] {
	const {tune, pins} = live.config;
	const quotaPpm = tune.quotaUs < 0 ? wholeThread : Math.min(wholeThread, Math.floor(tune.quotaUs * wholeThread / tune.periodUs));
	const demand = demandOf(live);
	return live.vcpus.map(({thread}, index) => ({wantsPpm: demand[index]!, demandPpm: Math.min(demand[index]!, quotaPpm), weight: tune.shares, allowed: pins[index], thread}));
}

type Placed = {readonly thread: number; readonly speedPpm: number};

/** Puts busy vCPUs first, on the thread with the least load, then on the core with the least, staying where they are if that is as good. */
function place(wanted: readonly Want[], processors: Processors): readonly Placed[] {
	const threads = threadCount(processors);
	const cores = coreCount(processors);
	const busy: number[] = Array.from({length: threads}, () => 0);
	const crowd: number[] = Array.from({length: threads}, () => 0);
	const order = [...wanted.keys()].sort((a, b) => wanted[b]!.demandPpm - wanted[a]!.demandPpm || a - b);
	const chosen = wanted.map(() => 0);
	for (const index of order) {
		const {allowed, thread, demandPpm} = wanted[index]!;
		const usable = allowed?.filter(cpu => cpu < threads) ?? [];
		const candidates = usable.length === 0 ? busy.keys() : usable.values();
		const key = (cpu: number) => [busy[cpu]!, coreLoad(busy, cpu % cores, cores), crowd[cpu]!, coreLoad(crowd, cpu % cores, cores), cpu === thread ? 0 : 1, cpu];
		let best: {readonly cpu: number; readonly key: readonly number[]} | undefined;
		for (const cpu of candidates) {
			const own = key(cpu);
			if (best === undefined || isBefore(own, best.key)) {
				best = {cpu, key: own};
			}
		}

		chosen[index] = best!.cpu;
		busy[best!.cpu]! += demandPpm;
		crowd[best!.cpu]! += 1;
	}

	return chosen.map(thread => ({thread, speedPpm: siblingsBusy(busy, thread, cores) ? rates.smtThreadPpm : wholeThread}));
}

function coreLoad(load: readonly number[], core: number, cores: number): number {
	let sum = 0;
	for (let cpu = core; cpu < load.length; cpu += cores) {
		sum += load[cpu]!;
	}

	return sum;
}

function siblingsBusy(busy: readonly number[], thread: number, cores: number): boolean {
	return busy.some((load, cpu) => cpu !== thread && cpu % cores === thread % cores && load > 0);
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
	for (const [index, value] of a.entries()) {
		if (value !== b[index]) {
			return value < b[index]!;
		}
	}

	return false;
}
