// Hardware threads of a host and where they are, and the arithmetic of a pool of computing power.
//
// Threads are numbered as Linux numbers them on common servers: first one thread of every core, socket by socket, then the second
// threads in the same order. Thread 0 and thread 32 of a host with 2 x 16 x 2 are therefore siblings.

import type {Host} from './schema.js';

export type Processors = Pick<Host, 'sockets' | 'coresPerSocket' | 'threadsPerCore'>;

export function threadCount({sockets, coresPerSocket, threadsPerCore}: Processors): number {
	return sockets * coresPerSocket * threadsPerCore;
}

export function coreCount({sockets, coresPerSocket}: Processors): number {
	return sockets * coresPerSocket;
}

export type ThreadPlace = {readonly socket: number; readonly core: number};

/** Where a thread is: its socket, and its core counted over the whole host. */
export function placeOf(processors: Processors, thread: number): ThreadPlace {
	const core = thread % coreCount(processors);
	return {socket: Math.floor(core / processors.coresPerSocket), core};
}

/** Computing power as the course counts it: every thread with the clock rate of its core. */
export function hostMhz(host: Processors & Pick<Host, 'cpuMhz'>): number {
	return threadCount(host) * host.cpuMhz;
}

export function poolMhz(hosts: Iterable<Processors & Pick<Host, 'cpuMhz'>>): number {
	let sum = 0;
	for (const host of hosts) {
		sum += hostMhz(host);
	}

	return sum;
}

/** The share of a virtual machine: one thread for each vCPU. */
export function shareMhz({cpuMhz}: Pick<Host, 'cpuMhz'>, vcpus: number): number {
	return vcpus * cpuMhz;
}

/** MHz as GHz with one decimal: 185600 is "185.6". */
export function formatGhz(mhz: number): string {
	const tenths = Math.round(mhz / 100);
	return `${Math.floor(tenths / 10)}.${tenths % 10}`;
}
