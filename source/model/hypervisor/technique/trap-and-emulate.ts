// Naive trap-and-emulate: the guest's kernel runs in ring 1, everything that faults there is emulated, and everything else runs as it is.
// That is all a VMM needs on a machine where every sensitive instruction is privileged (Popek and Goldberg 1974). IA-32 is not one: POPF,
// PUSHF, SGDT, SIDT, SLDT, SMSW, STR, LAR, LSL, VERR, VERW and moves from segment registers do not trap in ring 1, and so go wrong here,
// as they must (Robin and Irvine, USENIX Security 2000).
//
// The real GDT is empty, so that every load of a segment register traps and is done on the guest's own table. The real I/O permissions
// allow nothing. Memory is kept apart by shadow tables, on which ring 1 is supervisor like ring 0.

import type {Gpa, Hpa} from '../../../base/address.js';
import {type Cpu, type TableRegister} from '../../machine/cpu.js';
import type {Segment} from '../../machine/descriptor.js';
import {IF, IOPL} from '../../machine/flags.js';
import {CS, SS} from '../../machine/registers.js';
import type {Stop} from '../../machine/run.js';
import type {Intercepts, VmExit} from '../../machine/vm-exit.js';
import {ShadowPaging} from '../memory/shadow-paging.js';
import {type CpuState, loadCpu, guardedCr0} from './cpu-state.js';
import {fillShadow, forgetShadow} from './shadow-faults.js';
import type {Technique, Vcpu} from './vcpu.js';

/** Everything that goes through the hypervisor's own IDT. */
export const ownIdt: Intercepts = {idtOnly: true, exceptions: -1, softwareInterrupts: true};

/** Where the hypervisor's tables are said to lie: what SGDT and SIDT leak. The GDT is empty, and the IDT is TypeScript. */
const hypervisorTables = {gdtr: {base: 0xFC40_0000 | 0, limit: 0}, idtr: {base: 0xFC41_0000 | 0, limit: 0x7FF}} as const satisfies Readonly<Record<string, TableRegister>>;

const dplMask = 0x6000;
const dpl1 = 0x2000;

export class TrapAndEmulate implements Technique {
	readonly #vcpu: Vcpu;
	readonly shadow: ShadowPaging;

	constructor(vcpu: Vcpu) {
		this.#vcpu = vcpu;
		this.shadow = new ShadowPaging(vcpu.host.memory, vcpu.pool, vcpu.memory);
	}

	enter(budget: number): Stop | undefined {
		const {cpu} = this.#vcpu.host;
		const entered = deprivileged(this.#vcpu.guest, this.shadow.root);
		loadCpu(cpu, entered);
		cpu.intercepts = ownIdt;
		const stop = this.#vcpu.runDirectly(budget);
		takeBack(this.#vcpu.guest, cpu, entered);
		return stop.why === 'exit' ? this.#handle(stop.exit) : (stop.why === 'budget' ? undefined : stop);
	}

	forget(what: number | 'non-global' | 'all'): void {
		forgetShadow(this.#vcpu, this.shadow, what);
	}

	unmap(_gpa: Gpa, frame: Hpa): void {
		this.shadow.unmapFrame(frame);
	}

	protect(page: {readonly frame: Hpa} | undefined): void {
		this.shadow.protectFrame(page?.frame);
	}

	#handle(exit: VmExit): Stop | undefined {
		countException(this.#vcpu, exit);
		return fillShadow(this.#vcpu, this.shadow, exit) ? undefined : this.#vcpu.emulate();
	}
}

/** Counts an exit that an exception or interrupt made, by its vector. */
export function countException({counts}: Vcpu, {interruption}: VmExit): void {
	if (interruption !== undefined) {
		counts.exceptions.set(interruption.vector, (counts.exceptions.get(interruption.vector) ?? 0) + 1);
	}
}

/** The state with which a guest is let run: ring 0 becomes ring 1, and what the guest believes of the system registers is not there. */
export function deprivileged(guest: CpuState, root: number): CpuState {
	return {
		...guest,
		systemFlags: (guest.systemFlags | IF) & ~IOPL,
		segments: guest.segments.map((segment, index) => inRing1(segment, index === CS || index === SS)),
		ldtr: {selector: 0, base: 0, limit: 0, attributes: 0},
		tr: {selector: 0, base: 0, limit: 0, attributes: 0x8B00},
		...hypervisorTables,
		cr0: guardedCr0,
		cr3: root,
		cr4: 0,
		cpl: Math.max(1, guest.cpl),
	};
}

/** A segment of ring 0 becomes one of ring 1. The selectors of CS and SS must say so, where the guest can read it; the others need not. */
function inRing1(segment: Segment, tellsCpl: boolean): Segment {
	const isNull = (segment.selector & 0xFFFC) === 0 && segment.attributes === 0;
	if (isNull || (segment.attributes & dplMask) !== 0) {
		return segment;
	}

	return {...segment, attributes: segment.attributes | dpl1, selector: tellsCpl && (segment.selector & 3) === 0 ? segment.selector | 1 : segment.selector};
}

/** What the guest did to its own registers. What it could not touch stays as it believes it to be. */
export function takeBack(guest: CpuState, cpu: Cpu, entered: CpuState): void {
	guest.regs.set(cpu.regs);
	guest.eip = cpu.eip;
	guest.flagResult = cpu.flagResult;
	guest.flagCarries = cpu.flagCarries;
	guest.systemFlags = (cpu.systemFlags & ~(IF | IOPL)) | (guest.systemFlags & (IF | IOPL));
	guest.shadow = cpu.shadow;
	for (const [index, segment] of cpu.segments.entries()) {
		// With an empty GDT only the null selector can be loaded.
		if (segment.selector !== entered.segments[index]!.selector) {
			guest.segments[index] = {...segment};
		}
	}
}
