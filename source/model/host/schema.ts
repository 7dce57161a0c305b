// A machine with a kernel of its own that the topology made: its processors, memory and address.

import type {KernelId} from '../kernel/schema.js';

export type Host = {
	readonly name: string;
	readonly kernel: KernelId;
	readonly sockets: number;
	readonly coresPerSocket: number;
	readonly threadsPerCore: number;
	readonly cpuMhz: number;
	readonly memoryBytes: number;
	/** Its address on the lab's network. */
	readonly address: string;
};

export type HostSchema = {host: Host};
