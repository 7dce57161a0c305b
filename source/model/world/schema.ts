// Everything simulated, as one schema: the tables of all subsystems, and the events that they report.

import type {Transaction} from '../../base/transaction.js';
import type {ContainerEvent, ContainerSchema} from '../container/container-schema.js';
import type {KernelEvent, KernelId, KernelSchema} from '../kernel/schema.js';

/** A machine with a kernel of its own that the topology made. */
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

export type WorldSchema = KernelSchema & ContainerSchema & {host: Host};

export type WorldEvent = KernelEvent | ContainerEvent;

export type WorldTransaction = Transaction<WorldSchema, WorldEvent>;
