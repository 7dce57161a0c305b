// The state of a processor as a value, so that a hypervisor can keep a guest's and put it on the one real processor.

import {refreshPaging} from '../../machine/control-registers.js';
import {cr0Bits, type Cpu, type TableRegister} from '../../machine/cpu.js';
import type {Segment} from '../../machine/descriptor.js';

export type CpuState = {
	readonly regs: Int32Array;
	eip: number;
	flagResult: number;
	flagCarries: number;
	systemFlags: number;
	readonly segments: Segment[];
	ldtr: Segment;
	tr: Segment;
	gdtr: TableRegister;
	idtr: TableRegister;
	cr0: number;
	cr2: number;
	cr3: number;
	cr4: number;
	readonly dr: Int32Array;
	cpl: number;
	halted: boolean;
	shadow: boolean;
};

/** CR0 of the processor while a guest runs on tables that its hypervisor made or checked: paging, and read-only for the supervisor too. */
export const guardedCr0 = cr0Bits.PE | cr0Bits.ET | cr0Bits.NE | cr0Bits.WP | cr0Bits.PG;

/** A copy of what the processor holds. */
export function saveCpu(cpu: Cpu): CpuState {
	return {
		regs: cpu.regs.slice(), eip: cpu.eip, flagResult: cpu.flagResult, flagCarries: cpu.flagCarries, systemFlags: cpu.systemFlags,
		segments: cpu.segments.map(segment => ({...segment})), ldtr: {...cpu.ldtr}, tr: {...cpu.tr}, gdtr: {...cpu.gdtr}, idtr: {...cpu.idtr},
		cr0: cpu.cr0, cr2: cpu.cr2, cr3: cpu.cr3, cr4: cpu.cr4, dr: cpu.dr.slice(), cpl: cpu.cpl, halted: cpu.halted, shadow: cpu.shadow,
	};
}

/** Puts a state on the processor. What the TLB holds stays; the caller chooses the tag under which it is looked up. */
export function loadCpu(cpu: Cpu, state: CpuState): void {
	cpu.mmu.settle();
	cpu.regs.set(state.regs);
	cpu.eip = state.eip;
	cpu.flagResult = state.flagResult;
	cpu.flagCarries = state.flagCarries;
	cpu.systemFlags = state.systemFlags;
	for (const [index, segment] of state.segments.entries()) {
		cpu.segments[index] = {...segment};
	}

	cpu.ldtr = {...state.ldtr};
	cpu.tr = {...state.tr};
	Object.assign(cpu.gdtr, state.gdtr);
	Object.assign(cpu.idtr, state.idtr);
	cpu.cr0 = state.cr0;
	cpu.cr2 = state.cr2;
	cpu.cr3 = state.cr3;
	cpu.cr4 = state.cr4;
	cpu.dr.set(state.dr);
	cpu.halted = state.halted;
	cpu.shadow = state.shadow;
	refreshPaging(cpu);
	cpu.setCpl(state.cpl);
	cpu.refreshMode();
}
