// The techniques by name: whoever lets people choose one looks here, and a new one is added here and nowhere else.

import type {Ended} from '../../machine/final-state.js';
import {Machine, mebibyte} from '../../machine/machine.js';
import type {Stop} from '../../machine/run.js';
import {BinaryTranslation} from './binary-translation.js';
import {HardwareNested, HardwareShadow} from './hardware-assisted.js';
import {TrapAndEmulate} from './trap-and-emulate.js';
import {type Technique, Vcpu} from './vcpu.js';

export const techniques = {
	'trap-and-emulate': TrapAndEmulate,
	'binary-translation': BinaryTranslation,
	'hardware-shadow': HardwareShadow,
	'hardware-nested': HardwareNested,
} as const satisfies Readonly<Record<string, new (vcpu: Vcpu) => Technique>>;

export type TechniqueName = keyof typeof techniques;

/** `bare` is the machine without a hypervisor, which all others are compared with. */
export type UnmodifiedRunner = 'bare' | TechniqueName;

/** Paravirtualization runs kernels that were ported to it (paravirtualization/xen.ts), and no others. */
export type RunnerName = UnmodifiedRunner | 'paravirtualization';

export const runnerNames: readonly RunnerName[] = ['bare', ...Object.keys(techniques) as TechniqueName[], 'paravirtualization'];

export function isRunnerName(name: string): name is RunnerName {
	return (runnerNames as readonly string[]).includes(name);
}

/** What a hypervisor needs besides its guest's memory: shadow tables for 4 GiB are 1,025 frames, a translation cache 65. */
export const hypervisorBytes = 8 * mebibyte;

/** A virtual processor under a technique, with as much memory behind it as it can ever need. */
export function vcpuUnder(name: TechniqueName, {ramBytes, firmware}: {readonly ramBytes: number; readonly firmware?: Uint8Array}): Vcpu {
	const vcpu = new Vcpu({guestRamBytes: ramBytes, hostRamBytes: ramBytes + hypervisorBytes, ...firmware === undefined ? {} : {firmware}});
	vcpu.use(new techniques[name](vcpu));
	return vcpu;
}

/** Runs a firmware image: why it stopped, and what is to be looked at then, which is the guest as it takes itself to be. */
export function runFirmware(name: UnmodifiedRunner, firmware: Uint8Array, {ramBytes, budget}: {readonly ramBytes: number; readonly budget: number}): {readonly stop: Stop; readonly ended: Ended} {
	if (name === 'bare') {
		const machine = new Machine({ramBytes});
		machine.memory.loadFirmware(firmware);
		return {stop: machine.run(budget), ended: machine};
	}

	const vcpu = vcpuUnder(name, {ramBytes, firmware});
	const stop = vcpu.run(budget);
	return {stop, ended: vcpu.view()};
}
