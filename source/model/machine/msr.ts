// Model-specific registers. One that does not exist is #GP(0) (SDM vol. 2, RDMSR).
//
// Simplified: the time-stamp counter counts instructions; IA32_APIC_BASE says that there is no APIC; IA32_MISC_ENABLE is plain storage;
// the three of SYSENTER do not exist, because CPUID says that SYSENTER does not.

import type {Cpu} from './cpu.js';
import {generalProtection} from './fault.js';
import {exitReason, VmExit} from './vm-exit.js';

const msrNumber = {timeStampCounter: 0x10, apicBase: 0x1B, miscEnable: 0x1A0} as const;

function intercept(cpu: Cpu, number: number, reason: number): void {
	if (cpu.intercepts !== undefined && cpu.intercepts.freeMsrs?.has(number) !== true) {
		throw new VmExit(reason);
	}
}

type Words = readonly [low: number, high: number];

const split = (value: number): Words => [value % 2 ** 32 | 0, Math.floor(value / 2 ** 32) | 0];

/** The counter: instructions, and what WRMSR set it ahead by. `asked`: by RDMSR, which a hypervisor may intercept; RDTSC has its own. */
export function readMsr(cpu: Cpu, number: number, asked = true): Words {
	if (asked) {
		intercept(cpu, number, exitReason.rdmsr);
	}

	const stored = cpu.msrs.get(number);
	switch (number) {
		case msrNumber.timeStampCounter: { return addWords(split(cpu.clock), stored ?? [0, 0]); }
		case msrNumber.apicBase: { return stored ?? [0xFEE0_0100 | 0, 0]; }
		case msrNumber.miscEnable: { return stored ?? [1, 0]; }
		default: { throw generalProtection(); }
	}
}

export function writeMsr(cpu: Cpu, number: number, low: number, high: number): void {
	intercept(cpu, number, exitReason.wrmsr);
	switch (number) {
		case msrNumber.timeStampCounter: {
			const [clockLow, clockHigh] = split(cpu.clock);
			cpu.msrs.set(number, addWords([low, high], negate([clockLow, clockHigh])));
			return;
		}

		case msrNumber.apicBase:
		case msrNumber.miscEnable: {
			cpu.msrs.set(number, [low, high]);
			return;
		}

		default: { throw generalProtection(); }
	}
}

function addWords([aLow, aHigh]: Words, [bLow, bHigh]: Words): Words {
	const low = (aLow >>> 0) + (bLow >>> 0);
	return [low | 0, (aHigh + bHigh + Math.floor(low / 2 ** 32)) | 0];
}

function negate([low, high]: Words): Words {
	return [-low | 0, low === 0 ? -high | 0 : ~high];
}
