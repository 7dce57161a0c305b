// A virtual machine as checks and panels see it: what `virsh list --all`, `dominfo`, `vcpucount`, `schedinfo` and `domstats --vcpu` show.

import type {Nanoseconds} from '../../base/clock.js';
import type {Domain} from '../hypervisor/domain-schema.js';
import {currentConfig} from '../hypervisor/domain-table.js';
import {vcpusAt} from './vcpu-schedule.js';

export type DomainDocument = {
	readonly name: string;
	readonly uuid: string;
	/** In virsh's words: running, paused, shut off. */
	readonly state: string;
	readonly reason: string;
	readonly persistent: boolean;
	readonly autostart: boolean;
	readonly vcpus: number;
	readonly maxVcpus: number;
	readonly memoryKib: number;
	readonly maxMemoryKib: number;
	readonly cpuShares: number;
	readonly vcpuQuotaUs: number;
	/** All its vCPUs together since it was started: time on a thread, and time ready but waiting, which the guest sees as steal. */
	readonly runMs: number;
	readonly stealMs: number;
	readonly vcpu: readonly {readonly thread: number; readonly affinity: readonly number[] | null; readonly runMs: number; readonly stealMs: number; readonly runPercent: number; readonly stealPercent: number}[];
};

export function domainDocument(domain: Domain, now: Nanoseconds): DomainDocument {
	const config = currentConfig(domain);
	const vcpu = domain.live === undefined ? [] : vcpusAt(domain.live, now).map(({thread, run, wait, runPpm, waitPpm}, index) => ({
		thread, affinity: config.pins[index] ?? null, runMs: wholeMs(run.ns), stealMs: wholeMs(wait.ns), runPercent: Math.round(runPpm / 10_000), stealPercent: Math.round(waitPpm / 10_000),
	}));
	return {
		name: domain.name, uuid: domain.uuid, state: domain.live?.state ?? 'shut off', reason: domain.live?.reason ?? domain.shutoff, persistent: domain.config !== undefined, autostart: domain.autostart,
		vcpus: config.vcpus, maxVcpus: config.maxVcpus, memoryKib: config.memoryKib, maxMemoryKib: config.maxMemoryKib, cpuShares: config.tune.shares, vcpuQuotaUs: config.tune.quotaUs,
		runMs: sum(vcpu.map(({runMs}) => runMs)), stealMs: sum(vcpu.map(({stealMs}) => stealMs)), vcpu,
	};
}

function wholeMs(ns: Nanoseconds): number {
	return Math.floor(ns / 1e6);
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}
