// A virtual processor, and the loop around every technique: devices get the time, interrupts are delivered, and the guest runs on the
// real processor until it comes back.
//
// What a technique cannot let the guest do by itself it has done by `emulate`: the guest's own state is put on the processor, with the
// guest's memory and devices behind it, and one instruction runs there, whatever it is. An instruction that only trapped because the
// guest is deprivileged then does what it should; one that really faults is delivered to the guest's own handler. A hypervisor's
// instruction emulator does the same with code of its own (KVM: arch/x86/kvm/emulate.c).

import {must} from '../../../base/assert.js';
import {cr0Bits} from '../../machine/cpu.js';
import type {Ended} from '../../machine/final-state.js';
import {IF} from '../../machine/flags.js';
import {Machine} from '../../machine/machine.js';
import {run, type Stop, type Surroundings} from '../../machine/run.js';
import type {Gpa, Hpa} from '../../../base/address.js';
import {FramePool} from '../memory/frame-pool.js';
import {GuestBus} from '../memory/guest-bus.js';
import {GuestMemory} from '../memory/guest-memory.js';
import {HostMemory} from '../memory/host-memory.js';
import type {NestedPaging} from '../memory/nested-paging.js';
import {type GuestPaging, type ShadowPaging, slotStage} from '../memory/shadow-paging.js';
import {type CpuState, loadCpu, saveCpu} from './cpu-state.js';
import {newCounts, type TechniqueCounts} from './technique-counts.js';

/** How a guest is run. */
export type Technique = {
	/** Runs the guest on the processor for at most `budget` of its time and sees to why it came back. A `Stop` if the guest has ended. */
	enter(budget: number): Stop | undefined;
	/** The guest did what makes a TLB forget: one page, all but the global ones, or everything. */
	forget(what: number | 'non-global' | 'all'): void;
	/** The host took a page's frame away. */
	unmap(gpa: Gpa, frame: Hpa): void;
	/** The host wants to know of the next write to a page, or to any. */
	protect(page: {readonly gpa: Gpa; readonly frame: Hpa} | undefined): void;
	/** What it keeps, for whoever looks: the tables that stand in for the guest's, the second dimension, and translated code. */
	readonly shadow?: ShadowPaging;
	readonly nested?: NestedPaging;
	readonly blocks?: readonly BlockBytes[];
};

/** A block of translated code: the guest's bytes, and those that run in their place now, links included. */
export type BlockBytes = {readonly eip: number; readonly guest: Uint8Array; readonly start: number; readonly code: Uint8Array; readonly identical: number};

/** Tags of the TLB: the guest on the processor, and the hypervisor at work for it. */
const vpid = {guest: 1, emulation: 2} as const;

/** Nothing interrupts a guest while it runs: the loop below looks between its entries. */
const quiet: Surroundings = {nextEvent: () => Infinity, advance: () => undefined, interruptPending: () => false, acknowledge: () => 0};

export type VcpuOptions = {
	/** What the guest has. */
	readonly guestRamBytes: number;
	/** What the host has; more, because the hypervisor needs some. */
	readonly hostRamBytes: number;
	readonly firmware?: Uint8Array;
	/** Pages that the host's swap holds. */
	readonly swapPages?: number;
};

export class Vcpu {
	/** The real machine; its devices are those that the guest is given. */
	readonly host: Machine;
	readonly pool: FramePool;
	readonly hostMemory: HostMemory;
	readonly memory: GuestMemory;
	/** The guest's memory as its devices, and a loader, reach it. */
	readonly bus: GuestBus;
	/** What the guest takes for the processor's state. */
	guest: CpuState;
	readonly counts: TechniqueCounts = newCounts();
	#technique: Technique | undefined;

	constructor({guestRamBytes, hostRamBytes, firmware, swapPages = 0}: VcpuOptions) {
		this.bus = new GuestBus();
		this.host = new Machine({ramBytes: hostRamBytes, bus: this.bus});
		if (firmware !== undefined) {
			this.host.memory.loadFirmware(firmware);
		}

		this.pool = new FramePool(this.host.memory);
		this.hostMemory = new HostMemory(this.host.memory, this.pool, {swapPages});
		this.memory = new GuestMemory(this.hostMemory, guestRamBytes, {hasFirmware: firmware !== undefined});
		this.bus.attach(this.host.memory, this.memory);
		this.guest = saveCpu(this.host.cpu);
	}

	use(technique: Technique): void {
		this.#technique = technique;
		this.memory.listener = {
			unmapped: (gpa, frame) => {
				technique.unmap(gpa, frame);
				this.flushGuestTlb();
			},
			protectedFrom: page => {
				technique.protect(page);
				this.flushGuestTlb();
			},
		};
	}

	get technique(): Technique {
		return must(this.#technique, 'Vcpu: no technique');
	}

	get clock(): number {
		return this.host.cpu.clock;
	}

	/** Runs the guest for at most `budget` units of its time. */
	run(budget: number): Stop {
		const end = this.clock + budget;
		for (;;) {
			const stop = this.clock >= end ? {why: 'budget'} as const : this.#next(end);
			if (stop !== undefined) {
				return stop;
			}
		}
	}

	#next(end: number): Stop | undefined {
		const {pit} = this.host;
		pit.advance(this.clock);
		if (this.guest.halted) {
			return this.#sleep(end);
		}

		if (this.canInterrupt || (this.guest.cr0 & cr0Bits.PE) === 0) {
			return this.emulate();
		}

		return this.technique.enter(Math.max(1, Math.min(end, pit.nextTick) - this.clock));
	}

	/** An interrupt waits and the guest lets it in. */
	get canInterrupt(): boolean {
		return this.isInterruptPending && (this.guest.systemFlags & IF) !== 0 && !this.guest.shadow;
	}

	get isInterruptPending(): boolean {
		return this.host.pic.pending();
	}

	#sleep(end: number): Stop | undefined {
		const {cpu, pit} = this.host;
		if ((this.guest.systemFlags & IF) === 0) {
			return {why: 'halted'};
		}

		if (!this.isInterruptPending) {
			if (pit.nextTick === Infinity) {
				return {why: 'waiting'};
			}

			const until = Math.max(cpu.clock, Math.min(pit.nextTick, end));
			cpu.idle += until - cpu.clock;
			cpu.clock = until;
			pit.advance(until);
		}

		return this.isInterruptPending ? this.emulate() : undefined;
	}

	/** Lets the processor run the guest as the technique has prepared it. */
	runDirectly(budget: number): Stop {
		const {cpu} = this.host;
		cpu.mmu.vpid = vpid.guest;
		const before = cpu.clock;
		const stop = run(cpu, quiet, budget);
		this.counts.direct += cpu.clock - before;
		if (stop.why === 'exit') {
			this.counts.exits.set(stop.exit.reason, (this.counts.exits.get(stop.exit.reason) ?? 0) + 1);
		}

		return stop;
	}

	/** Forgets what the real TLB holds for the guest, after its tables were changed. */
	flushGuestTlb(page?: number): void {
		const {tlb} = this.host.mmu;
		const listener = tlb.onForget;
		tlb.onForget = undefined;
		if (page === undefined) {
			tlb.flush(vpid.guest);
		} else {
			tlb.invalidate(page, vpid.guest);
		}

		tlb.onForget = listener;
	}

	/** Does one instruction of the guest, or takes an interrupt first, on the guest's own state. */
	emulate(): Stop | undefined {
		const {cpu, mmu} = this.host;
		loadCpu(cpu, this.guest);
		cpu.intercepts = undefined;
		mmu.secondStage = slotStage(this.memory);
		mmu.vpid = vpid.emulation;
		mmu.tlb.flush(vpid.emulation);
		mmu.tlb.onForget = what => {
			this.#technique?.forget(what);
		};
		const before = cpu.clock;
		const stop = this.host.run(1);
		this.counts.emulated += cpu.clock - before;
		mmu.tlb.onForget = undefined;
		mmu.secondStage = undefined;
		this.guest = saveCpu(cpu);
		if (stop.why === 'exit' && stop.exit.physical !== undefined) {
			// A table that the walk marks, in a page that the host watches: once it may be written, the instruction is done anew.
			this.memory.backing(stop.exit.physical, 'write');
			return undefined;
		}

		return stop.why === 'budget' || stop.why === 'halted' || stop.why === 'waiting' ? undefined : stop;
	}

	/** Takes what the processor holds now for the guest's state: a loader has set it up. */
	takeState(): void {
		this.guest = saveCpu(this.host.cpu);
	}

	/** The guest as it takes itself to be, for whoever looks at it when it has ended. */
	view(): Ended {
		const {host, memory} = this;
		loadCpu(host.cpu, this.guest);
		return {
			cpu: host.cpu, debugConsole: host.debugConsole, serial: host.serial, counts: () => host.counts(),
			memory: {
				readDword(address) {
					const backing = memory.backing(address);
					return backing.kind === 'hole' ? -1 : host.memory.readDword(backing.hpa);
				},
			},
		};
	}

	/** What the guest's control registers say of paging. */
	get paging(): GuestPaging {
		const {cr0, cr3, cr4} = this.guest;
		return {paging: (cr0 & cr0Bits.PG) !== 0, writeProtect: (cr0 & cr0Bits.WP) !== 0, root: (cr3 & 0xFFFF_F000) >>> 0, pse: (cr4 & 0x10) !== 0, pge: (cr4 & 0x80) !== 0};
	}
}
