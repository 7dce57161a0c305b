// A slice of a guest's time in a process of the host, and what it costs this one.

import {rates} from '../../base/rates.js';
import type {GuestMachine, GuestStop} from '../../model/hypervisor/guest-machine.js';
import type {Process} from '../../model/kernel/program.js';

/** Units of guest time between two looks around: what takes longest of them, emulation of each, is some tens of milliseconds of real time. */
const sliceUnits = 2000;
/** A halted guest does nothing until its timer comes: it may sleep as long as this. */
const mostIdleUnits = 50_000_000;
/**
 * What a step of a program takes of real time, measured in what a guest does: instructions run directly, exceptions delivered, and trips to
 * the hypervisor, of which those of binary translation take the longest.
 */
const directPerUnit = 100;
const unitsPerFault = 0.5;
const unitsPerTrip = 4;
const unitsPerTranslatedTrip = 20;
/** One slice of at most `most` units; how many of them the guest was halted. */
export function runSlice({sys}: Process, guest: GuestMachine, most: number): {readonly stop: GuestStop; readonly idle: number} {
	const before = {clock: guest.clock, idle: guest.idle, work: workOf(guest)};
	const stop = guest.run(Math.min(most, guest.isHalted ? mostIdleUnits : sliceUnits));
	const idle = guest.idle - before.idle;
	const busy = guest.clock - before.clock - idle;
	sys.kernel().work(busy / directPerUnit + workOf(guest) - before.work);
	sys.burn(busy * rates.guestInstructionNs);
	return {stop, idle};
}

/** Everything but instructions, in steps. */
function workOf({host: {cpu}, trips, runner}: GuestMachine): number {
	return cpu.faults * unitsPerFault + trips * (runner === 'binary-translation' ? unitsPerTranslatedTrip : unitsPerTrip);
}
