// The tables of a hypervisor: its virtual machines, which libvirt calls domains. A domain that is known has a definition (`config`),
// one that is started has a live state, and a transient one has only that. Everything is plain data, so that a driver can
// hand records out as they are. Source: libvirt's domain.html, virsh(1).

import type {ClockSchema, Nanoseconds} from '../../base/clock.js';
import type {RandomSchema} from '../../base/random.js';
import type {TraceEvent, Writes} from '../../base/transaction.js';
import type {GuestSchema} from './guest-schema.js';

/** Weight and quota of a domain's vCPUs, as `virsh schedinfo` names them. */
export type CpuTune = {
	/** cgroup v2's cpu.weight: 1 to 10000. */
	readonly shares: number;
	readonly periodUs: number;
	/** Of each vCPU in one period; negative for no limit. */
	readonly quotaUs: number;
};

/** An element of the description that the model keeps and shows, but does not act on: devices, clock, features. */
export type XmlTree = {
	readonly name: string;
	readonly attributes: Readonly<Record<string, string>>;
	readonly children: readonly (XmlTree | string)[];
};

export type DomainConfig = {
	readonly name: string;
	readonly uuid: string;
	/** `kvm`, `qemu` or `test`. */
	readonly type: string;
	readonly osType: string;
	readonly arch: string;
	readonly machine: string;
	readonly memoryKib: number;
	readonly maxMemoryKib: number;
	readonly vcpus: number;
	readonly maxVcpus: number;
	/** Host threads that a vCPU may run on; a vCPU that is not listed may run on all. */
	readonly pins: Readonly<Record<string, readonly number[]>>;
	readonly tune: CpuTune;
	readonly rest: readonly XmlTree[];
};

/** Time that adds up at a rate: whole nanoseconds, and millionths of one that are left over. */
export type Accumulated = {readonly ns: Nanoseconds; readonly carry: number};

/** A virtual CPU of a running domain. Rates are millionths of a hardware thread and hold since `Live.ratesSinceNs`. */
export type Vcpu = {
	/** The hardware thread that it runs on, or ran on last. */
	readonly thread: number;
	/** How much its guest wants to run. */
	readonly demandPpm: number;
	/** How much it runs. */
	readonly runPpm: number;
	/** How much it is ready but has to wait: steal time in its guest. */
	readonly waitPpm: number;
	/** What a second of running is worth: less than a million while the core's other thread is busy. */
	readonly speedPpm: number;
	readonly run: Accumulated;
	readonly wait: Accumulated;
};

/** A program that the guest runs and that keeps processors busy. */
export type GuestJob = {
	readonly pid: number;
	readonly path: string;
	readonly workers: number;
	/** How busy each worker keeps a processor. */
	readonly loadPpm: number;
	readonly untilNs: Nanoseconds | undefined;
};

export type RunningReason = 'unknown' | 'booted' | 'unpaused';
export type ShutoffReason = 'unknown' | 'shutdown' | 'destroyed' | 'crashed' | 'failed';

export type Live = {
	readonly id: number;
	readonly config: DomainConfig;
	readonly state: 'running' | 'paused';
	readonly reason: RunningReason | 'user';
	/** Its QEMU process; undefined in libvirt's test driver, which has none. */
	readonly task: number | undefined;
	readonly startedNs: Nanoseconds;
	/** vCPUs that it was started with: those cannot be taken out while it runs. */
	readonly bootVcpus: number;
	readonly vcpus: readonly Vcpu[];
	readonly ratesSinceNs: Nanoseconds;
	readonly jobs: readonly GuestJob[];
	readonly nextGuestPid: number;
	readonly powerButton: 'released' | 'shutdown' | 'reboot';
	/** How it will have ended, once its process is gone. */
	readonly ending: ShutoffReason;
};

export type Domain = {
	readonly name: string;
	readonly uuid: string;
	/** undefined for transient domains. */
	readonly config: DomainConfig | undefined;
	readonly live: Live | undefined;
	readonly autostart: boolean;
	/** Why it is shut off, while it is. */
	readonly shutoff: ShutoffReason;
};

export type HypervisorSchema = ClockSchema & RandomSchema & GuestSchema & {
	/** By the kernel that it runs on. */
	hypervisor: {readonly nextId: number};
	/** By name. */
	[domains: `domain:${number}`]: Domain;
};

export type DomainEvent = {readonly kind: 'domain'; readonly kernel: number; readonly name: string; readonly what: 'defined' | 'undefined' | 'started' | 'stopped' | 'suspended' | 'resumed'};

export type HypervisorTx = Writes<HypervisorSchema, DomainEvent | TraceEvent>;

/** A hypervisor: the tables, and whose they are. */
export type Hypervisor = {readonly tx: HypervisorTx; readonly kernel: number};

/** What libvirt says when it cannot: the text behind `error: `. */
export type Refusal = {readonly refused: string};

export function isRefusal(value: unknown): value is Refusal {
	return typeof value === 'object' && value !== null && 'refused' in value;
}

export function refuse(text: string): Refusal {
	return {refused: text};
}
