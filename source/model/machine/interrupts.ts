// Delivering exceptions and interrupts through the IDT, and IRET (SDM vol. 3, 6.12; vol. 2, INT and IRET).
//
//     gate  high 31:16 offset   15 P  14:13 DPL  12:8 type   |   low 31:16 selector   15:0 offset
//
// The handler finds on its stack, from the top: [error code] EIP CS EFLAGS and, if it runs in an inner ring, ESP SS. That stack is then
// the one that the TSS names for the ring.

import type {Cpu} from './cpu.js';
import {attributesOf, dplOf, isConforming, isPresent, systemType} from './descriptor.js';
import {checkLimit, enterCode, needCode, needPresent, pushAll, returnTo, switchStack} from './far-transfer.js';
import {Fault, generalProtection, NotModelled, notPresent, vector as vectors} from './fault.js';
import {eflagsOf, IF, IOPL, NT, RF, setEflags, statusFlags, TF, VM, AC, DF, ID} from './flags.js';
import {CS, SS} from './registers.js';
import {segmentOf, selectorError} from './segments.js';
import {SecondStageViolation} from './mmu.js';
import {VmExit, exitReason, type Interruption} from './vm-exit.js';

/** Three faults in a row: the processor stops until it is reset. */
export class TripleFault {}

/** Exceptions that make a double fault of each other (SDM vol. 3, table 6-5). */
const contributory: ReadonlySet<number> = new Set([vectors.DE, vectors.TS, vectors.NP, vectors.SS, vectors.GP]);

function becomesDouble(first: number, second: number): boolean {
	return contributory.has(first) ? contributory.has(second) : first === vectors.PF && (contributory.has(second) || second === vectors.PF);
}

/** Exceptions whose saved EIP is that of the instruction itself. #BP and #OF are traps. */
const isFault = (vector: number): boolean => vector !== vectors.BP && vector !== vectors.OF && vector !== vectors.DB;

/** Delivers a fault of an instruction; a fault on the way is delivered instead, or makes a double fault, or a triple one. */
export function deliverFault(cpu: Cpu, fault: Fault): void {
	deliverChain(cpu, {vector: fault.vector, type: 'hardware-exception', errorCode: fault.errorCode}, fault.address);
}

/** Delivers an event, with what follows if that fails. */
export function deliverChain(cpu: Cpu, event: Interruption, address = 0): void {
	let current: Interruption = event;
	let linear = address;
	let vectoring: Interruption | undefined;
	for (;;) {
		try {
			interceptException(cpu, current, linear, vectoring);
			if (current.type === 'hardware-exception' && current.vector === vectors.PF) {
				cpu.cr2 = linear;
			}

			deliver(cpu, current);
			return;
		} catch (thrown) {
			if (thrown instanceof SecondStageViolation) {
				throw violationExit(thrown, current);
			}

			if (!(thrown instanceof Fault)) {
				throw thrown;
			}

			// A hypervisor that wants this exception gets it before it can make a double or triple fault of the first (SDM vol. 3, 25.2).
			interceptException(cpu, {vector: thrown.vector, type: 'hardware-exception', errorCode: thrown.errorCode}, thrown.address, current);
			vectoring = current;
			linear = thrown.address;
			current = next(cpu, current, thrown);
		}
	}
}

function next(cpu: Cpu, current: Interruption, fault: Fault): Interruption {
	if (current.type === 'hardware-exception' && current.vector === vectors.DF) {
		if (cpu.intercepts !== undefined) {
			throw new VmExit(exitReason.tripleFault);
		}

		throw new TripleFault();
	}

	return current.type === 'hardware-exception' && becomesDouble(current.vector, fault.vector)
		? {vector: vectors.DF, type: 'hardware-exception', errorCode: 0}
		: {vector: fault.vector, type: 'hardware-exception', errorCode: fault.errorCode};
}

/** An exception that the hypervisor asked for never reaches the guest. CR2 stays; the address is the qualification. */
function interceptException(cpu: Cpu, event: Interruption, linear: number, vectoring: Interruption | undefined): void {
	if (cpu.intercepts === undefined) {
		return;
	}

	const software = event.type === 'software-interrupt' || event.type === 'software-exception';
	const wanted = event.type === 'hardware-exception' || event.type === 'software-exception' ? ((cpu.intercepts.exceptions ?? 0) >>> event.vector & 1) === 1 : false;
	if (wanted || (software && cpu.intercepts.softwareInterrupts === true)) {
		throw new VmExit(exitReason.exceptionOrNmi, {
			interruption: event,
			qualification: event.vector === vectors.PF && event.type === 'hardware-exception' ? linear >>> 0 : 0,
			...(vectoring === undefined ? {} : {vectoring}),
		});
	}
}

/** EPT violation or misconfiguration (SDM vol. 3, table 27-7). */
export function violationExit({failure, linear, physical}: SecondStageViolation, vectoring?: Interruption): VmExit {
	const access = failure.access === 'read' ? 1 : (failure.access === 'write' ? 2 : 4);
	const linearIsValid = 0x80;
	const final = failure.duringWalk ? 0 : 0x100;
	return new VmExit(failure.reason === 'reserved' ? exitReason.eptMisconfiguration : exitReason.eptViolation, {
		qualification: failure.reason === 'reserved' ? 0 : access | (failure.rights & 7) << 3 | linearIsValid | final,
		linear, physical,
		...(vectoring === undefined ? {} : {vectoring}),
	});
}

type Gate = {readonly selector: number; readonly offset: number; readonly type: number; readonly attributes: number};

function readGate(cpu: Cpu, vector: number, external: number): Gate {
	const error = vector << 3 | 2 | external;
	if (vector * 8 + 7 > cpu.idtr.limit) {
		throw generalProtection(error);
	}

	const address = (cpu.idtr.base + vector * 8) | 0;
	const [low, high] = cpu.mmu.asSupervisor(() => [cpu.mmu.read32(address), cpu.mmu.read32((address + 4) | 0)] as const);
	return {selector: low >>> 16, offset: (low & 0xFFFF) | (high & 0xFFFF_0000), type: high >> 8 & 31, attributes: high & 0xFFFF};
}

const gateTypes: ReadonlySet<number> = new Set([systemType.taskGate, systemType.interruptGate16, systemType.trapGate16, systemType.interruptGate32, systemType.trapGate32]);

/** One event through its gate; throws what goes wrong. */
function deliver(cpu: Cpu, event: Interruption): void {
	if (!cpu.protectedMode) {
		throw new NotModelled('interrupt in real mode');
	}

	const {vector} = event;
	const software = event.type === 'software-interrupt' || event.type === 'software-exception';
	const external = software ? 0 : 1;
	const gate = readGate(cpu, vector, external);
	const error = vector << 3 | 2;
	if (!gateTypes.has(gate.type) || (software && dplOf(gate.attributes) < cpu.cpl)) {
		throw generalProtection(error | external);
	}

	if (!isPresent(gate.attributes)) {
		throw notPresent(error | external);
	}

	if (gate.type === systemType.taskGate) {
		throw new NotModelled('task gate');
	}

	enterHandler(cpu, gate, event, external);
}

function enterHandler(cpu: Cpu, gate: Gate, event: Interruption, external: number): void {
	const size = gate.type >= systemType.interruptGate32 ? 4 : 2;
	const fails = withExternal(external);
	const descriptor = fails(() => needCode(cpu, gate.selector));
	const attributes = attributesOf(descriptor);
	if (dplOf(attributes) > cpu.cpl) {
		throw generalProtection(selectorError(gate.selector) | external);
	}

	const offset = size === 4 ? gate.offset : gate.offset & 0xFFFF;
	fails(() => {
		needPresent(gate.selector, attributes);
		checkLimit(segmentOf(gate.selector, descriptor), offset);
	});
	const resume = event.type === 'hardware-exception' && isFault(event.vector) ? RF : 0;
	const flags = eflagsOf(cpu) | resume;
	const frame = [flags, cpu.segments[CS]!.selector, cpu.eip, ...(event.errorCode === undefined ? [] : [event.errorCode])];
	const ring = isConforming(attributes) ? cpu.cpl : dplOf(attributes);
	fails(() => {
		if (ring < cpu.cpl) {
			switchStack(cpu, ring, [cpu.segments[SS]!.selector, cpu.regs[4]!, ...frame], size);
		} else {
			pushAll(cpu, frame, size);
		}

		enterCode(cpu, {selector: gate.selector, descriptor, cpl: ring, eip: offset});
	});
	const closes = gate.type === systemType.interruptGate32 || gate.type === systemType.interruptGate16;
	setEflags(cpu, 0, TF | NT | (closes ? IF : 0));
	cpu.halted = false;
}

/** Runs a part of the delivery of an event from outside the program: error codes get the EXT bit (SDM vol. 3, 6.13). */
function withExternal(external: number): <T>(work: () => T) => T {
	return work => {
		try {
			return work();
		} catch (thrown) {
			throw thrown instanceof Fault && thrown.vector !== vectors.PF && thrown.errorCode !== undefined
				? new Fault(thrown.vector, thrown.errorCode | external)
				: thrown;
		}
	};
}

/** INT n, INT3 and INTO: EIP is already past the instruction. */
export function softwareInterrupt(cpu: Cpu, vector: number, type: 'software-interrupt' | 'software-exception'): void {
	const event: Interruption = {vector, type, errorCode: undefined};
	interceptException(cpu, event, 0, undefined);
	deliver(cpu, event);
}

const plainFlags = statusFlags | TF | DF | NT | AC | ID;

/** Which bits of EFLAGS code of this ring may change with POPF and IRET. Those that it may not keep their value, without a word. */
export function changeableFlags(cpu: Cpu): number {
	const iopl = cpu.systemFlags >> 12 & 3;
	return plainFlags | (cpu.cpl <= iopl ? IF : 0) | (cpu.cpl === 0 ? IOPL : 0);
}

export function interruptReturn(cpu: Cpu, size: 2 | 4): void {
	if (!cpu.protectedMode) {
		throw new NotModelled('IRET in real mode');
	}

	if ((cpu.systemFlags & NT) !== 0) {
		throw new NotModelled('return from a task (EFLAGS.NT)');
	}

	const eip = cpu.peek(0, size);
	const selector = cpu.peek(size, size) & 0xFFFF;
	const flags = cpu.peek(2 * size, size);
	if (size === 4 && (flags & VM) !== 0 && cpu.cpl === 0) {
		throw new NotModelled('virtual-8086 mode');
	}

	const changeable = changeableFlags(cpu) & (size === 4 ? -1 : 0xFFFF);
	returnTo(cpu, {eip, selector, size, above: 3 * size, release: 0});
	setEflags(cpu, flags, changeable);
	cpu.attention();
}

