// Programs for the machine, written in assembly: what most tests of it start from.

import {assemble} from '../../../source/model/machine/assembler/assemble.js';
import {bootFlat} from '../../../source/model/machine/boot.js';
import {Machine, type MachineOptions} from '../../../source/model/machine/machine.js';
import type {Stop} from '../../../source/model/machine/run.js';

export const origin = 0x1_0000;

/** The bytes of 32-bit code at 0x10000. */
export function code(source: string): Uint8Array {
	const result = assemble(`bits 32\norg ${origin}\n${source}`);
	if ('errors' in result) {
		throw new Error(result.errors.map(error => JSON.stringify(error)).join('\n'));
	}

	return result.bytes;
}

/** A machine about to run the program, in flat mode with a stack below 0x10000. */
export function machineWith(source: string, options: MachineOptions = {}): Machine {
	const machine = new Machine({ramBytes: 4 * 2 ** 20, ...options});
	bootFlat(machine, code(source), origin);
	machine.cpu.regs[4] = 0xF000;
	return machine;
}

/** Runs a program that ends with HLT, interrupts off. */
export function runToHalt(source: string, options?: MachineOptions): Machine {
	const machine = machineWith(source, options);
	const stop = machine.run(1_000_000);
	if (stop.why !== 'halted') {
		throw new Error(`the program ended otherwise: ${JSON.stringify(stop)} at 0x${machine.cpu.eip.toString(16)}`);
	}

	return machine;
}

export function runFor(source: string, budget: number): {readonly machine: Machine; readonly stop: Stop} {
	const machine = machineWith(source);
	return {machine, stop: machine.run(budget)};
}

const names = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];

/** A register as an unsigned number. */
export function register({cpu}: Machine, name: string): number {
	return cpu.regs[names.indexOf(name)]! >>> 0;
}
