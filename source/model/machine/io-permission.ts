// May this code use this port? (SDM vol. 1, 18.5.) If the CPL is above the IOPL, the TSS's I/O map decides: a bit per port, 1 forbids.
//
//     TSS + 102: offset of the map in the TSS. Two bytes are read, because an access may lie on two; both must be inside the limit.

import type {Cpu} from './cpu.js';
import {generalProtection} from './fault.js';
import {systemType, typeOf} from './descriptor.js';
import {exitReason, ioQualification, VmExit} from './vm-exit.js';

const mapBase = 102;

export function checkPort(cpu: Cpu, port: number, bytes: number): void {
	if (!cpu.protectedMode || cpu.cpl <= (cpu.systemFlags >> 12 & 3)) {
		return;
	}

	const {tr, mmu} = cpu;
	const type = typeOf(tr.attributes);
	if ((type !== systemType.tss32 && type !== systemType.busyTss32) || tr.limit < mapBase + 1) {
		throw generalProtection();
	}

	const allowed = mmu.asSupervisor(() => {
		const at = mmu.read16((tr.base + mapBase) | 0) + (port >> 3);
		return at + 1 <= tr.limit && ((mmu.read16((tr.base + at) | 0) >> (port & 7)) & ((1 << bytes) - 1)) === 0;
	});
	if (!allowed) {
		throw generalProtection();
	}
}

type PortAccess = {readonly port: number; readonly size: 1 | 2 | 4; readonly input: boolean; readonly string: boolean; readonly repeat: boolean; readonly immediate: boolean};

/** The hypervisor's bitmap; asked after the guest's own permission. */
export function exitForPort(cpu: Cpu, access: PortAccess): void {
	const ports = cpu.intercepts?.ports;
	if (ports === undefined) {
		return;
	}

	for (let index = 0; index < access.size; index++) {
		const port = (access.port + index) & 0xFFFF;
		if (ports === 'all' || (ports[port >> 3]! >> (port & 7) & 1) === 1) {
			throw new VmExit(exitReason.io, {qualification: ioQualification(access)});
		}
	}
}
