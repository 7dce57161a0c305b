// Hardware assistance (Intel VT-x): the guest runs unchanged in ring 0 of non-root operation, on its own system registers; what the
// hypervisor asked for exits to it. Its memory is kept apart in one of two ways:
//
//     shadow    the processor walks shadow tables; loads of CR3, INVLPG and page faults exit, to keep them in step
//     nested    the processor walks the guest's own tables and the hypervisor's (EPT); paging exits only where EPT has nothing yet
//
// Source: SDM vol. 3, chapters 24 to 28 and 32.3.

import type {Gpa, Hpa} from '../../../base/address.js';
import {cr4Bits, type Cpu} from '../../machine/cpu.js';
import {vector} from '../../machine/fault.js';
import type {Stop} from '../../machine/run.js';
import {exitReason, type Intercepts, type VmExit} from '../../machine/vm-exit.js';
import {NestedPaging} from '../memory/nested-paging.js';
import {ShadowPaging} from '../memory/shadow-paging.js';
import {type CpuState, loadCpu, saveCpu, guardedCr0} from './cpu-state.js';
import {fillShadow, forgetShadow} from './shadow-faults.js';
import {countException} from './trap-and-emulate.js';
import type {Technique, Vcpu} from './vcpu.js';

const always: Intercepts = {hlt: true, ports: 'all', freeMsrs: new Set()};

/** VT-x with nested tables. */
export class HardwareNested implements Technique {
	readonly #vcpu: Vcpu;
	readonly nested: NestedPaging;

	constructor(vcpu: Vcpu) {
		this.#vcpu = vcpu;
		this.nested = new NestedPaging(vcpu.host.memory, vcpu.pool, vcpu.memory);
	}

	enter(budget: number): Stop | undefined {
		const {cpu, mmu} = this.#vcpu.host;
		loadCpu(cpu, this.#vcpu.guest);
		cpu.intercepts = {...always, interruptWindow: this.#vcpu.isInterruptPending};
		mmu.secondStage = this.nested.stage;
		const stop = this.#vcpu.runDirectly(budget);
		mmu.secondStage = undefined;
		this.#vcpu.guest = saveCpu(cpu);
		return stop.why === 'exit' ? this.#handle(stop.exit) : (stop.why === 'budget' ? undefined : stop);
	}

	forget(what: number | 'non-global' | 'all'): void {
		// The processor's own TLB is all there is: what was emulated may have changed what it holds for the guest.
		this.#vcpu.flushGuestTlb(typeof what === 'number' ? what : undefined);
	}

	unmap(gpa: Gpa): void {
		this.nested.unmap(gpa);
	}

	protect(page: {readonly gpa: Gpa} | undefined): void {
		this.nested.protect(page?.gpa);
	}

	#handle(exit: VmExit): Stop | undefined {
		switch (exit.reason) {
			case exitReason.interruptWindow: {
				return undefined;
			}

			case exitReason.tripleFault: {
				return {why: 'triple-fault'};
			}

			case exitReason.eptViolation: {
				const isWrite = (exit.qualification & 2) !== 0;
				if (exit.physical !== undefined && this.nested.handleViolation(exit.physical, isWrite)) {
					this.#vcpu.counts.nestedFills += 1;
					return undefined;
				}

				return this.#vcpu.emulate();
			}

			default: {
				return this.#vcpu.emulate();
			}
		}
	}
}

/** VT-x with shadow tables. */
export class HardwareShadow implements Technique {
	readonly #vcpu: Vcpu;
	readonly shadow: ShadowPaging;

	constructor(vcpu: Vcpu) {
		this.#vcpu = vcpu;
		this.shadow = new ShadowPaging(vcpu.host.memory, vcpu.pool, vcpu.memory);
	}

	enter(budget: number): Stop | undefined {
		const {guest} = this.#vcpu;
		const {cpu} = this.#vcpu.host;
		loadCpu(cpu, {...guest, cr0: guardedCr0, cr3: this.shadow.root, cr4: guest.cr4 & (cr4Bits.TSD | cr4Bits.UMIP)});
		cpu.intercepts = {
			...always, interruptWindow: this.#vcpu.isInterruptPending, exceptions: 1 << vector.PF, invlpg: true, cr3Load: true, cr3Store: true,
			cr0Mask: -1, cr0Shadow: guest.cr0, cr4Mask: -1, cr4Shadow: guest.cr4,
		};
		const stop = this.#vcpu.runDirectly(budget);
		takeBackAll(guest, cpu);
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
		switch (exit.reason) {
			case exitReason.interruptWindow: {
				return undefined;
			}

			case exitReason.tripleFault: {
				return {why: 'triple-fault'};
			}

			default: {
				countException(this.#vcpu, exit);
				return fillShadow(this.#vcpu, this.shadow, exit) ? undefined : this.#vcpu.emulate();
			}
		}
	}
}

/** Everything but the control registers that the hypervisor owns. */
function takeBackAll(guest: CpuState, cpu: Cpu): void {
	const {cr0, cr3, cr4} = guest;
	Object.assign(guest, {...saveCpu(cpu), cr0, cr3, cr4});
}
