// The vCPU map's data: the threads of each host, which virtual CPUs ran on each, and the time that those waited for it (steal).

import type {PanelContext} from '../panel-context.js';

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

export function selectVcpuMap(_context: PanelContext): readonly ThreadRow[] {
	return [];
}
