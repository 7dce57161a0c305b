// CR0, CR3 and CR4 (SDM vol. 3, 2.5): what may be written to them, and what happens then.
//
// Simplified: of CR4 the machine has TSD, DE, PSE, MCE, PGE, PCE, UMIP and the two SSE bits (which enable nothing); PAE, VME, PVI and later
// bits end the run as not modelled. CR3's cache bits are ignored.

import {cr0Bits, cr4Bits, type Cpu} from './cpu.js';
import {generalProtection, NotModelled} from './fault.js';
import {crQualification, exitReason, VmExit} from './vm-exit.js';

const cr0Writable = cr0Bits.PE | cr0Bits.MP | cr0Bits.EM | cr0Bits.TS | cr0Bits.NE | cr0Bits.WP | cr0Bits.AM | cr0Bits.NW | cr0Bits.CD | cr0Bits.PG;
const sseBits = 0x600;
const cr4Modelled = cr4Bits.TSD | cr4Bits.DE | cr4Bits.PSE | cr4Bits.MCE | cr4Bits.PGE | cr4Bits.PCE | cr4Bits.UMIP | sseBits;
const cr4OfLaterProcessors = cr4Bits.VME | cr4Bits.PVI | cr4Bits.PAE | 0x37_E000;

/** What a guest sees of CR0 or CR4: the bits that its hypervisor owns come from the shadow. */
export function visibleControl(cpu: Cpu, register: 0 | 4): number {
	const value = register === 0 ? cpu.cr0 : cpu.cr4;
	const mask = (register === 0 ? cpu.intercepts?.cr0Mask : cpu.intercepts?.cr4Mask) ?? 0;
	const shadow = (register === 0 ? cpu.intercepts?.cr0Shadow : cpu.intercepts?.cr4Shadow) ?? 0;
	return (value & ~mask) | (shadow & mask);
}

export function readControl(cpu: Cpu, register: number, general: number): number {
	switch (register) {
		case 0:
		case 4: { return visibleControl(cpu, register); }
		case 2: { return cpu.cr2; }
		default: {
			if (cpu.intercepts?.cr3Store === true) {
				throw new VmExit(exitReason.crAccess, {qualification: crQualification(3, 'from', general)});
			}

			return cpu.cr3;
		}
	}
}

/** A change of a bit that the hypervisor owns, compared with what the guest sees (SDM vol. 3, 25.1.3). */
function touchesOwned(cpu: Cpu, register: 0 | 4, value: number): boolean {
	const mask = (register === 0 ? cpu.intercepts?.cr0Mask : cpu.intercepts?.cr4Mask) ?? 0;
	return ((value ^ visibleControl(cpu, register)) & mask) !== 0;
}

/** What is really written: bits that the hypervisor owns stay as they are. */
function withOwned(cpu: Cpu, register: 0 | 4, value: number): number {
	const mask = (register === 0 ? cpu.intercepts?.cr0Mask : cpu.intercepts?.cr4Mask) ?? 0;
	return (value & ~mask) | ((register === 0 ? cpu.cr0 : cpu.cr4) & mask);
}

export function writeControl(cpu: Cpu, register: number, value: number, general: number): void {
	switch (register) {
		case 0: {
			if (touchesOwned(cpu, 0, value)) {
				throw new VmExit(exitReason.crAccess, {qualification: crQualification(0, 'to', general)});
			}

			setCr0(cpu, withOwned(cpu, 0, value));
			return;
		}

		case 2: {
			cpu.cr2 = value;
			return;
		}

		case 3: {
			if (cpu.intercepts?.cr3Load === true) {
				throw new VmExit(exitReason.crAccess, {qualification: crQualification(3, 'to', general)});
			}

			setCr3(cpu, value);
			return;
		}

		default: {
			if (touchesOwned(cpu, 4, value)) {
				throw new VmExit(exitReason.crAccess, {qualification: crQualification(4, 'to', general)});
			}

			setCr4(cpu, withOwned(cpu, 4, value));
		}
	}
}

/** LMSW: the low four bits of CR0, of which PE can be set and not cleared. */
export function loadMachineStatus(cpu: Cpu, source: number): void {
	const visible = visibleControl(cpu, 0);
	const value = (visible & ~0xE) | (source & 0xF);
	if (touchesOwned(cpu, 0, value)) {
		throw new VmExit(exitReason.crAccess, {qualification: crQualification(0, 'lmsw', 0, source & 0xFFFF)});
	}

	setCr0(cpu, withOwned(cpu, 0, value));
}

export function clearTaskSwitched(cpu: Cpu): void {
	if (((cpu.intercepts?.cr0Mask ?? 0) & cr0Bits.TS) !== 0 && (visibleControl(cpu, 0) & cr0Bits.TS) !== 0) {
		throw new VmExit(exitReason.crAccess, {qualification: crQualification(0, 'clts', 0)});
	}

	setCr0(cpu, withOwned(cpu, 0, visibleControl(cpu, 0) & ~cr0Bits.TS));
}

function setCr0(cpu: Cpu, value: number): void {
	const next = (value & cr0Writable) | cr0Bits.ET;
	const pagingWithoutProtection = (next & cr0Bits.PG) !== 0 && (next & cr0Bits.PE) === 0;
	if (pagingWithoutProtection || ((next & cr0Bits.NW) !== 0 && (next & cr0Bits.CD) === 0)) {
		throw generalProtection();
	}

	const changed = cpu.cr0 ^ next;
	if ((changed & (cr0Bits.PG | cr0Bits.WP | cr0Bits.PE)) !== 0) {
		cpu.mmu.settle();
		cpu.mmu.tlb.flush(cpu.mmu.vpid);
	}

	cpu.cr0 = next;
	refreshPaging(cpu);
	cpu.refreshMode();
	cpu.endBlock();
}

function setCr3(cpu: Cpu, value: number): void {
	cpu.cr3 = value;
	cpu.mmu.tlb.flushNonGlobal(cpu.mmu.vpid);
	refreshPaging(cpu);
	cpu.endBlock();
}

function setCr4(cpu: Cpu, value: number): void {
	if ((value & cr4OfLaterProcessors) !== 0) {
		throw new NotModelled(`CR4 = 0x${(value >>> 0).toString(16)}`);
	}

	if ((value & ~cr4Modelled) !== 0) {
		throw generalProtection();
	}

	if (((cpu.cr4 ^ value) & (cr4Bits.PSE | cr4Bits.PGE)) !== 0) {
		cpu.mmu.tlb.flush(cpu.mmu.vpid);
	}

	cpu.cr4 = value;
	refreshPaging(cpu);
	cpu.endBlock();
}

/** Tells the memory management unit what it needs of the control registers. */
export function refreshPaging(cpu: Cpu): void {
	const {controls} = cpu.mmu;
	controls.paging = (cpu.cr0 & cr0Bits.PG) !== 0;
	controls.writeProtect = (cpu.cr0 & cr0Bits.WP) !== 0;
	controls.root = (cpu.cr3 & 0xFFFF_F000) >>> 0;
	controls.pse = (cpu.cr4 & cr4Bits.PSE) !== 0;
	controls.pge = (cpu.cr4 & cr4Bits.PGE) !== 0;
}
