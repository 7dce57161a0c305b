// The vCPU map's data: the threads of each host, which virtual CPUs ran on each, and the time that those waited for it (steal).

import {wholeThread} from '../../../model/host/fair-share.js';
import type {Host} from '../../../model/host/schema.js';
import {placeOf, threadCount} from '../../../model/host/topology.js';
import type {Domain, Vcpu} from '../../../model/hypervisor/domain-schema.js';
import {ownersOf, tableOf, type PanelContext} from '../panel-context.js';

export type VcpuRow = {
	readonly machine: string;
	readonly vcpu: number;
	/** Share of the time in which it was ready to run but another vCPU ran, from 0 to 1. */
	readonly stealShare: number;
	readonly isChanged: boolean;
};

export type ThreadRow = {
	readonly host: string;
	readonly thread: number;
	readonly socket: number;
	readonly core: number;
	readonly vcpus: readonly VcpuRow[];
};

/** Hosts whose hypervisor has domains, thread by thread. */
export function selectVcpuMap(context: PanelContext): readonly ThreadRow[] {
	const {world} = context;
	const hosts = Array.from(tableOf<Host>(world, 'host').values());
	return ownersOf(world, 'domain').flatMap(kernel => {
		const host = hosts.find(candidate => candidate.kernel === kernel);
		return host === undefined ? [] : threadsOf(host, placedVcpus(context, kernel));
	});
}

function threadsOf(host: Host, placed: ReadonlyMap<number, readonly VcpuRow[]>): readonly ThreadRow[] {
	return Array.from({length: threadCount(host)}, (_, thread) => ({host: host.name, thread, ...placeOf(host, thread), vcpus: placed.get(thread) ?? []}));
}

/** The vCPUs of running domains by the thread that they are on. */
function placedVcpus({world, before}: PanelContext, kernel: number): ReadonlyMap<number, readonly VcpuRow[]> {
	const placed = new Map<number, VcpuRow[]>();
	for (const {name, live} of tableOf<Domain>(world, `domain:${kernel}`).values()) {
		const old = before === undefined ? undefined : tableOf<Domain>(before, `domain:${kernel}`).get(name)?.live;
		for (const [vcpu, state] of live?.vcpus.entries() ?? []) {
			const row = {machine: name, vcpu, stealShare: state.waitPpm / wholeThread, isChanged: before !== undefined && !isSame(old?.vcpus[vcpu], state)};
			placed.set(state.thread, [...placed.get(state.thread) ?? [], row]);
		}
	}

	return placed;
}

/** That time passed is no news. */
function isSame(old: Vcpu | undefined, now: Vcpu): boolean {
	return old?.thread === now.thread && old.runPpm === now.runPpm && old.waitPpm === now.waitPpm;
}
