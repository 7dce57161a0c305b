// What a hypervisor may ask the processor to stop at, and what it is told then: the part of Intel's VMX that matters here (SDM vol. 3,
// chapters 24 to 27 and appendix C). While `Cpu.intercepts` is set, the processor runs a guest (non-root operation); whoever set it gets
// a `VmExit` from `run()` with the state exactly before the instruction, and may go on, skip it or change anything.
//
// Simplified: there is no VMCS in memory and no VMX instruction for the hypervisor: it is TypeScript above this machine. Intel's VMX cannot
// intercept INT n (AMD's SVM can); here it can be asked for, because a VMM that runs its guest in an outer ring gets INT n through its own IDT.

import type {Gpa, Gva} from '../../base/address.js';

/** Basic exit reasons (SDM vol. 3, appendix C). */
export const exitReason = {
	exceptionOrNmi: 0, externalInterrupt: 1, tripleFault: 2, interruptWindow: 7, cpuid: 10, hlt: 12, invd: 13, invlpg: 14, rdtsc: 16,
	vmcall: 18, crAccess: 28, drAccess: 29, io: 30, rdmsr: 31, wrmsr: 32, pause: 40, descriptorTable: 46, taskRegister: 47,
	eptViolation: 48, eptMisconfiguration: 49, wbinvd: 54,
} as const;

export type InterruptionType = 'external' | 'hardware-exception' | 'software-interrupt' | 'software-exception';

export type Interruption = {readonly vector: number; readonly type: InterruptionType; readonly errorCode: number | undefined};

/** What stops the guest. A missing field means: does not. */
export type Intercepts = {
	/** The guest is deprivileged and not in non-root operation: only what goes through the hypervisor's own IDT comes back, and what VMX makes exit always does not. */
	readonly idtOnly?: boolean;
	/** Bit n: exception n. */
	readonly exceptions?: number;
	/** INT n, INT3, INTO (SVM only). */
	readonly softwareInterrupts?: boolean;
	readonly externalInterrupts?: boolean;
	/** As soon as the guest could take an interrupt. */
	readonly interruptWindow?: boolean;
	readonly hlt?: boolean;
	readonly invlpg?: boolean;
	readonly rdtsc?: boolean;
	readonly wbinvd?: boolean;
	readonly pause?: boolean;
	readonly cr3Load?: boolean;
	readonly cr3Store?: boolean;
	/** Bits of CR0 and CR4 that the hypervisor owns: the guest reads them from the shadow, and changing one of them exits. */
	readonly cr0Mask?: number;
	readonly cr0Shadow?: number;
	readonly cr4Mask?: number;
	readonly cr4Shadow?: number;
	readonly drAccess?: boolean;
	/** LGDT LIDT SGDT SIDT, and LLDT LTR SLDT STR. */
	readonly descriptorTables?: boolean;
	/** A bit for each of 65,536 ports; all ports if it is `all`. */
	readonly ports?: Uint8Array | 'all';
	/** MSRs that do not exit on RDMSR or WRMSR; without the set none is asked about and all exit (no bitmap). */
	readonly freeMsrs?: ReadonlySet<number>;
};

export class VmExit {
	readonly reason: number;
	readonly qualification: number;
	readonly instructionLength: number;
	readonly linear: Gva | undefined;
	readonly physical: Gpa | undefined;
	/** The event that is the reason for exits 0 and 1. */
	readonly interruption: Interruption | undefined;
	/** The event that was being delivered when this happened: it has to be delivered again (IDT-vectoring information). */
	vectoring: Interruption | undefined;

	constructor(reason: number, details: {qualification?: number; instructionLength?: number; linear?: Gva; physical?: Gpa; interruption?: Interruption; vectoring?: Interruption} = {}) {
		this.reason = reason;
		this.qualification = details.qualification ?? 0;
		this.instructionLength = details.instructionLength ?? 0;
		this.linear = details.linear;
		this.physical = details.physical;
		this.interruption = details.interruption;
		this.vectoring = details.vectoring;
	}
}

/** Qualification of exit 28 (SDM vol. 3, table 27-3). */
export function crQualification(register: number, type: 'to' | 'from' | 'clts' | 'lmsw', general: number, source = 0): number {
	return register | {to: 0, from: 1, clts: 2, lmsw: 3}[type] << 4 | general << 8 | source << 16;
}

/** Qualification of exit 30 (SDM vol. 3, table 27-5). */
export function ioQualification(io: {readonly port: number; readonly size: number; readonly input: boolean; readonly string: boolean; readonly repeat: boolean; readonly immediate: boolean}): number {
	return (io.size - 1) | Number(io.input) << 3 | Number(io.string) << 4 | Number(io.repeat) << 5 | Number(io.immediate) << 6 | io.port << 16;
}
