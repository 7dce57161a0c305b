// The hosts panel's data: every kernel that belongs to a host, with what runs on it.

import type {Nanoseconds} from '../../../base/clock.js';
import type {Container} from '../../../model/container/container-schema.js';
import type {Host} from '../../../model/host/schema.js';
import type {Domain} from '../../../model/hypervisor/domain-schema.js';
import type {Kernel, Task} from '../../../model/kernel/schema.js';
import {isTableChanged, tableOf, type PanelContext} from '../panel-context.js';
import {selectMachines} from '../select-machines.js';

export type HostRow = {
	readonly name: string;
	readonly cpuCount: number;
	readonly cpuMhz: number;
	/** undefined for a machine whose sockets nobody described. */
	readonly topology: {readonly sockets: number; readonly cores: number; readonly threads: number} | undefined;
	readonly memoryBytes: number;
	readonly usedBytes: number;
	/** Tasks and vCPUs that want a processor. */
	readonly runnable: number;
	readonly processCount: number;
	readonly machines: {readonly count: number; readonly running: number};
	readonly containers: {readonly count: number; readonly running: number};
	readonly uptimeNs: Nanoseconds;
	readonly changed: {readonly processes: boolean; readonly machines: boolean; readonly containers: boolean};
};

export function selectHosts(context: PanelContext): readonly HostRow[] {
	const {world} = context;
	const nowNs = tableOf<{readonly nowNs: Nanoseconds}>(world, 'clock').get('clock')?.nowNs ?? 0;
	const machines = selectMachines(context);
	const described = new Map(Array.from(tableOf<Host>(world, 'host').values(), host => [host.kernel, host]));
	return Array.from(tableOf<Kernel>(world, 'kernel').values())
		.filter(kernel => kernel.owner.startsWith('host:'))
		.map((kernel): HostRow => {
			const host = described.get(kernel.id);
			const tasks = Array.from(tableOf<Task>(world, `task:${kernel.id}`).values()).filter(task => !task.isThread);
			const containers = Array.from(tableOf<Container>(world, `container:${kernel.id}`).values());
			const name = kernel.owner.slice('host:'.length);
			const own = machines.filter(machine => machine.host === name || machine.host === undefined);
			const running = own.filter(machine => machine.isRunning);
			return {
				name,
				cpuCount: kernel.cpuCount,
				cpuMhz: kernel.cpuMhz,
				topology: host === undefined ? undefined : {sockets: host.sockets, cores: host.coresPerSocket, threads: host.threadsPerCore},
				memoryBytes: kernel.memoryBytes,
				usedBytes: tasks.reduce((sum, task) => sum + task.memoryBytes, 0),
				runnable: tasks.filter(task => task.state === 'runnable').length + busyVcpus(world, kernel.id),
				processCount: tasks.length,
				machines: {count: own.length, running: running.length},
				containers: {count: containers.length, running: containers.filter(({state}) => state.status === 'running').length},
				uptimeNs: nowNs - kernel.bootNs,
				changed: {
					processes: countChanged(context, kernel.id),
					machines: own.some(machine => machine.isChanged),
					containers: isTableChanged(context, `container:${kernel.id}`),
				},
			};
		});
}

function busyVcpus(world: PanelContext['world'], kernel: number): number {
	return Array.from(tableOf<Domain>(world, `domain:${kernel}`).values()).flatMap(({live}) => live?.vcpus ?? []).filter(({demandPpm}) => demandPpm > 0).length;
}

/** Processes came or went; that they ran for a while is no news. */
function countChanged({world, before}: PanelContext, kernel: number): boolean {
	return before !== undefined && tableOf<Task>(world, `task:${kernel}`).size !== tableOf<Task>(before, `task:${kernel}`).size;
}
