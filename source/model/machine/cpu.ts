// The processor's state, and what every instruction needs of it: registers, memory through a segment, the stack, jumps.
//
// Simplified: one processor, in order, without caches, so that memory ordering and LOCK have nothing to order. Alignment checks
// (EFLAGS.AC with CR0.AM), debug breakpoints and task switches are not modelled. Real mode is there as far as firmware needs it to
// reach protected mode: segments and 16-bit code, but no interrupts.

import {attribute, isFlatData, isInside, isPresent, isReadable, isWritableData, type Segment} from './descriptor.js';
import {generalProtection, stackFault} from './fault.js';
import type {Mmu} from './mmu.js';
import type {PhysicalMemory} from './physical-memory.js';
import type {Ports} from './ports.js';
import {CS, DS, ES, ESP, SS} from './registers.js';
import type {Interruption, Intercepts} from './vm-exit.js';

export type TableRegister = {base: number; limit: number};

/** Properties of the CPU that decoded code may rely on; a block runs only while they are as they were. */
export const mode = {code32: 1, stack32: 2, flatData: 4, flatCode: 8} as const;

export const cr0Bits = {PE: 1, MP: 2, EM: 4, TS: 8, ET: 16, NE: 32, WP: 0x1_0000, AM: 0x4_0000, NW: 0x2000_0000, CD: 0x4000_0000, PG: 0x8000_0000 | 0} as const;
export const cr4Bits = {VME: 1, PVI: 2, TSD: 4, DE: 8, PSE: 0x10, PAE: 0x20, MCE: 0x40, PGE: 0x80, PCE: 0x100, UMIP: 0x800} as const;

const newSegment = (selector: number, base: number): Segment => ({selector, base, limit: 0xFFFF, attributes: attribute.present | attribute.codeOrData | attribute.writable | attribute.accessed});

export class Cpu {
	readonly memory: PhysicalMemory;
	readonly mmu: Mmu;
	readonly ports: Ports;
	/** EAX ECX EDX EBX ESP EBP ESI EDI, and a ninth that stays 0 (registers.ts). */
	readonly regs = new Int32Array(9);
	/** Where to go on. Inside a block it is the end of the block until an instruction sets it. */
	eip = 0xFFF0;
	flagResult = 1;
	flagCarries = 0;
	/** EFLAGS without the status flags (flags.ts). */
	systemFlags = 2;
	readonly segments: Segment[];
	ldtr: Segment = {selector: 0, base: 0, limit: 0xFFFF, attributes: 0x8200};
	tr: Segment = {selector: 0, base: 0, limit: 0xFFFF, attributes: 0x8B00};
	readonly gdtr: TableRegister = {base: 0, limit: 0xFFFF};
	readonly idtr: TableRegister = {base: 0, limit: 0xFFFF};
	cr0: number = cr0Bits.ET | cr0Bits.NW | cr0Bits.CD;
	cr2 = 0;
	cr3 = 0;
	cr4 = 0;
	readonly dr = Int32Array.of(0, 0, 0, 0, 0, 0, 0xFFFF_0FF0 | 0, 0x400);
	readonly msrs = new Map<number, readonly [low: number, high: number]>();
	cpl = 0;
	mode = 0;
	halted = false;
	/** Interrupts wait for one more instruction, after STI and loads of SS. */
	shadow = false;
	/** Virtual time: instructions retired; each iteration of a repeated string instruction counts as one. */
	clock = 0;
	/** The run loop goes back to look around when the clock is there. */
	deadline = 0;
	/** How many instructions of the present block to run; 0 ends it after the present one. */
	limit = 0;
	/** Iterations beyond the first of the instruction that just ran. */
	extra = 0;
	/** Instructions decoded so far; what a guest that changes its code all the time costs us (run.ts). */
	translated = 0;
	/** Exceptions that were delivered: what takes the simulation longest of all that the processor does. */
	faults = 0;
	/** Part of the clock that passed while the processor was halted. */
	idle = 0;
	/**
	 * The linear page that instructions come from, and where its frame is in the buffer. The TLB is looked up when execution comes to
	 * another page or after what may have changed the translation, as a prefetch buffer would, and not for each instruction.
	 */
	fetchPage = -1;
	fetchOffset = 0;
	intercepts: Intercepts | undefined;
	/** An event that the hypervisor wants the guest to take before anything else. */
	injection: Interruption | undefined;

	constructor(memory: PhysicalMemory, mmu: Mmu, ports: Ports) {
		this.memory = memory;
		this.mmu = mmu;
		this.ports = ports;
		this.segments = Array.from({length: 6}, (_, index) => index === CS ? newSegment(0xF000, 0xFFFF_0000 | 0) : newSegment(0, 0));
		// EDX at reset: the processor's signature (SDM vol. 3, 9.1.1); QEMU's qemu32 has the same.
		this.regs[2] = 0x663;
		this.refreshMode();
	}

	get protectedMode(): boolean {
		return (this.cr0 & cr0Bits.PE) !== 0;
	}

	/** To be called after segments changed. */
	refreshMode(): void {
		const code = this.segments[CS]!;
		const stack = this.segments[SS]!;
		this.mode = ((code.attributes & attribute.big) === 0 ? 0 : mode.code32)
			| ((stack.attributes & attribute.big) === 0 ? 0 : mode.stack32)
			| (isFlatData(stack) && isFlatData(this.segments[DS]!) && isFlatData(this.segments[ES]!) ? mode.flatData : 0)
			| (code.limit === 0xFFFF_FFFF ? mode.flatCode : 0);
	}

	setCpl(cpl: number): void {
		this.fetchPage = -1;
		this.cpl = cpl;
		this.mmu.user = cpl === 3;
	}

	/** Ends the block that is running after this instruction: the next ones may have to be read anew, or may lie elsewhere. */
	endBlock(): void {
		this.limit = 0;
		this.fetchPage = -1;
	}

	/** Makes the run loop look around after this instruction: an interrupt may be possible now, or due. */
	attention(): void {
		this.limit = 0;
		this.deadline = 0;
	}

	/** The linear address of an access, if the segment allows it. */
	linear(index: number, offset: number, bytes: number, write: boolean): number {
		const segment = this.segments[index]!;
		const {attributes} = segment;
		const typeFits = write ? isWritableData(attributes) : isReadable(attributes);
		if (!isPresent(attributes) || !typeFits || !isInside(segment, offset, bytes)) {
			throw index === SS ? stackFault() : generalProtection();
		}

		return (segment.base + offset) | 0;
	}

	push(value: number, bytes: 2 | 4): void {
		const top = this.stackPointer(-bytes);
		const at = this.linear(SS, top, bytes, true);
		if (bytes === 4) {
			this.mmu.write32(at, value);
		} else {
			this.mmu.write16(at, value);
		}

		this.setStackPointer(top);
	}

	/** What is `above` bytes above the top of the stack. */
	peek(above: number, bytes: 2 | 4): number {
		const at = this.linear(SS, this.stackPointer(above), bytes, false);
		return bytes === 4 ? this.mmu.read32(at) : this.mmu.read16(at);
	}

	/** ESP, or SP where the stack segment is a 16-bit one, moved by so many bytes. */
	stackPointer(by: number): number {
		const moved = (this.regs[ESP]! + by) | 0;
		return (this.mode & mode.stack32) === 0 ? moved & 0xFFFF : moved;
	}

	setStackPointer(value: number): void {
		this.regs[ESP] = (this.mode & mode.stack32) === 0 ? (this.regs[ESP]! & ~0xFFFF) | (value & 0xFFFF) : value;
	}

	/** A near jump; #GP(0) beyond the end of the code segment. */
	jump(target: number): void {
		if ((this.mode & mode.flatCode) === 0 && target >>> 0 > this.segments[CS]!.limit) {
			throw generalProtection();
		}

		this.eip = target;
	}
}
