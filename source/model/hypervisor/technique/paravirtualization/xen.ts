// Xen: domains take turns on one processor. A domain's kernel runs in ring 1 and knows it; what it may not do by itself it asks for with
// hypercalls, often many at once. Source: Barham et al., "Xen and the art of virtualization", SOSP 2003; xen/arch/x86/traps.c.
//
// Simplified: one processor; turns of equal length instead of weighted credits; the first domain has no hardware of its own but its
// console, and instructions that touch ports fail in every domain.

import {type Hpa, toHpa} from '../../../../base/address.js';
import {must} from '../../../../base/assert.js';
import type {Cpu} from '../../../machine/cpu.js';
import {vector} from '../../../machine/fault.js';
import {Machine} from '../../../machine/machine.js';
import {run, type Stop, type Surroundings} from '../../../machine/run.js';
import type {Interruption, VmExit} from '../../../machine/vm-exit.js';
import {FramePool} from '../../memory/frame-pool.js';
import {HostMemory} from '../../memory/host-memory.js';
import {loadCpu, saveCpu} from '../cpu-state.js';
import {ownIdt} from '../trap-and-emulate.js';
import {bounce, flatSegments, type Handler} from './bounce.js';
import {type Domain, isAlive} from './domain.js';
import {buildDomain, type DomainOptions} from './domain-builder.js';
import {EventChannels} from './event-channels.js';
import {BadAddress} from './guest-access.js';
import {nowNs, perform} from './hypercalls.js';
import {flatSelector, gdtBase, hypercallVector, nsPerInstruction, sharedInfo} from './interface.js';
import {bit, PageTables} from './page-tables.js';

/** Instructions of one turn. */
const slice = 50_000;

const quiet: Surroundings = {nextEvent: () => Infinity, advance: () => undefined, interruptPending: () => false, acknowledge: () => 0};

export class Xen {
	readonly host: Machine;
	readonly pool: FramePool;
	readonly hostMemory: HostMemory;
	readonly domains = new Map<number, Domain>();
	readonly tables: PageTables;
	readonly events: EventChannels;
	#current = 0;
	#isSliceOver = false;

	constructor(hostRamBytes: number) {
		this.host = new Machine({ramBytes: hostRamBytes});
		this.pool = new FramePool(this.host.memory);
		this.hostMemory = new HostMemory(this.host.memory, this.pool);
		this.tables = new PageTables(this.host.memory, this.#makeOwnTables());
		this.events = new EventChannels(this.host.memory, this.domains);
	}

	/** The first domain is number 0. Throws `KernelTooLarge`, `OutOfFrames`. */
	addDomain(options: DomainOptions): Domain {
		const domain = buildDomain(this, this.domains.size, options);
		this.domains.set(domain.id, domain);
		return domain;
	}

	/** Lets the domains take turns for at most `budget` units of time. */
	run(budget: number): Stop {
		const {cpu} = this.host;
		const end = cpu.clock + budget;
		while (cpu.clock < end) {
			this.#fireTimers();
			const domain = this.#next();
			if (domain !== undefined) {
				this.#turn(domain, Math.min(end, cpu.clock + slice, this.#nextTimer()));
				continue;
			}

			if (![...this.domains.values()].some(isAlive)) {
				return {why: 'halted'};
			}

			if (this.#nextTimer() === Infinity) {
				return {why: 'waiting'};
			}

			const until = Math.min(end, this.#nextTimer());
			cpu.idle += until - cpu.clock;
			cpu.clock = until;
		}

		return {why: 'budget'};
	}

	/** Forgets what the TLB holds for a domain. */
	flushTlb({id}: Domain, page?: number): void {
		const {tlb} = this.host.mmu;
		if (page === undefined) {
			tlb.flush(id + 1);
		} else {
			tlb.invalidate(page, id + 1);
		}
	}

	/** The domain has another directory. */
	useTables(domain: Domain, cpu: Cpu): void {
		cpu.cr3 = domain.state.cr3;
		cpu.mmu.controls.root = domain.state.cr3 >>> 0;
		this.flushTlb(domain);
	}

	/** The domain gives the rest of its turn away. */
	endSlice(): void {
		this.#isSliceOver = true;
	}

	#next(): Domain | undefined {
		const all = [...this.domains.values()];
		const order = [...all.slice(this.#current + 1), ...all.slice(0, this.#current + 1)];
		const found = order.find(domain => domain.status === 'running');
		this.#current = found?.id ?? this.#current;
		return found;
	}

	#fireTimers(): void {
		for (const domain of this.domains.values()) {
			if (domain.timerAtNs !== undefined && nowNs(this.host.cpu.clock) >= domain.timerAtNs) {
				domain.timerAtNs = undefined;
				this.events.raiseTimer(domain);
			}
		}
	}

	/** The clock at which the next timer is due. */
	#nextTimer(): number {
		return Math.min(Infinity, ...[...this.domains.values()].flatMap(domain => isAlive(domain) && domain.timerAtNs !== undefined ? [Math.ceil(domain.timerAtNs / nsPerInstruction)] : []));
	}

	#turn(domain: Domain, end: number): void {
		const {cpu, mmu, memory} = this.host;
		loadCpu(cpu, domain.state);
		mmu.vpid = domain.id + 1;
		cpu.intercepts = ownIdt;
		this.#isSliceOver = false;
		memory.writeDword(domain.sharedFrame + sharedInfo.systemTime, nowNs(cpu.clock) | 0);
		memory.writeDword(domain.sharedFrame + sharedInfo.systemTime + 4, Math.floor(nowNs(cpu.clock) / 2 ** 32));
		while (cpu.clock < end && domain.status === 'running' && !this.#isSliceOver) {
			this.#guarded(domain, () => {
				this.#upcall(domain);
				const before = cpu.clock;
				const stop = run(cpu, quiet, end - cpu.clock);
				domain.counts.direct += cpu.clock - before;
				this.#handle(domain, stop);
			});
		}

		const {cr3} = domain.state;
		domain.state = {...saveCpu(cpu), cr3};
	}

	/** A kernel whose stack or handlers cannot be used has crashed. */
	#guarded(domain: Domain, work: () => void): void {
		try {
			work();
		} catch (thrown) {
			if (!(thrown instanceof BadAddress)) {
				throw thrown;
			}

			domain.status = {shutdown: 'crash', detail: 'its kernel stack cannot be written'};
		}
	}

	#upcall(domain: Domain): void {
		if (domain.callback !== undefined && this.events.wantsUpcall(domain)) {
			this.#bounce(domain, {...domain.callback, masksEvents: true}, undefined);
		}
	}

	#handle(domain: Domain, stop: Stop): void {
		if (stop.why === 'budget') {
			return;
		}

		domain.counts.traps += 1;
		if (stop.why === 'exit' && stop.exit.interruption !== undefined) {
			this.#handleException(domain, stop.exit, stop.exit.interruption);
		} else {
			domain.status = {shutdown: 'crash', detail: stop.why === 'not-modelled' ? `not modelled: ${stop.what}` : stop.why};
		}
	}

	#handleException(domain: Domain, exit: VmExit, {vector: number, type, errorCode}: Interruption): void {
		const {cpu} = this.host;
		if (type === 'hardware-exception') {
			if (number === vector.PF) {
				this.host.memory.writeDword(domain.sharedFrame + sharedInfo.cr2, exit.qualification | 0);
			}

			this.#raise(domain, number, errorCode);
			return;
		}

		if (number === hypercallVector && cpu.cpl === 1) {
			cpu.eip = (cpu.eip + exit.instructionLength) | 0;
			this.#hypercall(domain);
			return;
		}

		const trap = domain.traps.get(number);
		if (trap === undefined || trap.dpl < cpu.cpl) {
			// As a gate that the ring may not use: #GP with the gate's number.
			this.#raise(domain, vector.GP, number * 8 + 2);
			return;
		}

		cpu.eip = (cpu.eip + exit.instructionLength) | 0;
		this.#bounce(domain, trap, undefined);
	}

	#hypercall(domain: Domain): void {
		const {cpu} = this.host;
		const [eax, ecx, edx, ebx, , , esi, edi] = cpu.regs;
		const result = perform({xen: this, domain, cpu, args: [ebx!, ecx!, edx!, esi!, edi!]}, eax!);
		if (result !== undefined) {
			cpu.regs[0] = result;
		}
	}

	#raise(domain: Domain, number: number, errorCode: number | undefined): void {
		const trap = domain.traps.get(number);
		if (trap === undefined) {
			domain.status = {shutdown: 'crash', detail: `exception ${number} without a handler at 0x${(this.host.cpu.eip >>> 0).toString(16)}`};
			return;
		}

		this.#bounce(domain, trap, errorCode);
	}

	#bounce(domain: Domain, handler: Handler, errorCode: number | undefined): void {
		bounce(this.host.cpu, {domain, events: this.events, handler, errorCode});
	}

	/** Xen's part of every address space: a page of the descriptor table, with the flat segments that guests may load. */
	#makeOwnTables(): ReadonlyMap<number, number> {
		const [table, page] = [this.#take(), this.#take()];
		for (const segment of flatSegments) {
			const [low, high] = descriptorWords(segment);
			const offset = segment.selector & 0xFF8;
			this.host.memory.writeDword(page + offset, low);
			this.host.memory.writeDword(page + offset + 4, high);
		}

		const pageNumber = (gdtBase + (flatSelector.kernelCode & 0xF000)) >>> 12;
		this.host.memory.writeDword(table + 4 * (pageNumber & 0x3FF), (page | bit.present) | 0);
		return new Map([[gdtBase >>> 22, (table | bit.present) | 0]]);
	}

	#take(): Hpa {
		return toHpa(must(this.pool.take(), 'Xen: no frame'));
	}
}

/** The two words of the descriptor of a segment that begins at 0 (model/machine/descriptor.ts). */
function descriptorWords({limit, attributes}: (typeof flatSegments)[number]): readonly [low: number, high: number] {
	const pages = limit >>> 12;
	const high = (attributes & 0x00F0_FF00) | (pages & 0xF_0000);
	return [pages & 0xFFFF, high];
}
