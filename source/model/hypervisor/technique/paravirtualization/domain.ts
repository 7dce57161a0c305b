// A domain: a guest of Xen's. Its state is what is really on the processor while it runs, for a paravirtual kernel knows that it is in
// ring 1; its page tables are walked as they are, for they hold the host's frame numbers.

import type {Hpa} from '../../../../base/address.js';
import type {GuestMemory} from '../../memory/guest-memory.js';
import type {CpuState} from '../cpu-state.js';
import type {HypercallName, ShutdownReason} from './interface.js';

/** What a kernel asks Xen to do with an exception or a software interrupt. */
export type Trap = {readonly selector: number; readonly eip: number; /** The outermost ring that may raise it by INT. */ readonly dpl: number; readonly masksEvents: boolean};

export type Port =
	| {readonly kind: 'unbound'; readonly remote: number}
	| {readonly kind: 'interdomain'; readonly remote: number; readonly remotePort: number}
	| {readonly kind: 'virq'; readonly virq: number};

export type DomainCounts = {
	readonly hypercalls: Map<HypercallName, number>;
	/** Calls that came inside a multicall. */
	multicallEntries: number;
	/** Page-table entries written on request. */
	mmuUpdates: number;
	/** Exceptions and events that Xen handed to the kernel. */
	bounces: number;
	events: number;
	/** Instructions that ran on the processor. */
	direct: number;
	/** Times that the processor came to Xen. */
	traps: number;
};

export type PageType = 'l1' | 'l2';

export type Domain = {
	readonly id: number;
	readonly isPrivileged: boolean;
	readonly memory: GuestMemory;
	/** Frames that belong to it. */
	readonly frames: Set<number>;
	/** Those that are page tables: no mapping of them may be writable. */
	readonly tables: Map<number, PageType>;
	/** Frames of others that they have granted it, and whether for reading only. */
	readonly granted: Map<number, {readonly isReadOnly: boolean}>;
	readonly sharedFrame: Hpa;
	readonly grantFrame: Hpa;
	readonly traps: Map<number, Trap>;
	readonly ports: Map<number, Port>;
	kernelStack: {selector: number; esp: number};
	callback: {selector: number; eip: number} | undefined;
	timerAtNs: number | undefined;
	state: CpuState;
	status: 'running' | 'blocked' | {readonly shutdown: ShutdownReason; readonly detail?: string};
	readonly console: number[];
	readonly counts: DomainCounts;
};

export function newCounts(): DomainCounts {
	return {hypercalls: new Map(), multicallEntries: 0, mmuUpdates: 0, bounces: 0, events: 0, direct: 0, traps: 0};
}

/** Whether it has neither crashed nor shut down. */
export function isAlive({status}: Domain): boolean {
	return typeof status === 'string';
}
