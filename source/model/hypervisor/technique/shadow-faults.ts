// Page faults of a guest that runs on shadow tables: filled in, emulated, or the guest's own.

import type {VmExit} from '../../machine/vm-exit.js';
import {pageFaultBits, vector} from '../../machine/fault.js';
import type {ShadowPaging} from '../memory/shadow-paging.js';
import type {Vcpu} from './vcpu.js';

/** True if the guest can go on where it was; false if the instruction has to be emulated, which may deliver the fault to the guest. */
export function fillShadow(vcpu: Vcpu, shadow: ShadowPaging, exit: VmExit): boolean {
	if (exit.interruption?.vector !== vector.PF || exit.interruption.type !== 'hardware-exception') {
		return false;
	}

	const isWrite = ((exit.interruption.errorCode ?? 0) & pageFaultBits.write) !== 0;
	const filling = shadow.fill(exit.qualification, isWrite ? 'write' : 'read', {user: vcpu.guest.cpl === 3, paging: vcpu.paging});
	if (filling !== 'filled') {
		return false;
	}

	vcpu.counts.shadowFills += 1;
	vcpu.flushGuestTlb(exit.qualification >>> 12);
	return true;
}

/** Drops the shadow entries of a page or of all pages, and what the processor's TLB holds for the guest. */
export function forgetShadow(vcpu: Vcpu, shadow: ShadowPaging, what: number | 'non-global' | 'all'): void {
	if (what === 'all') {
		shadow.forgetAll();
	} else if (what === 'non-global') {
		shadow.forgetNonGlobal();
	} else {
		shadow.forgetPage(what);
	}

	vcpu.flushGuestTlb();
}
