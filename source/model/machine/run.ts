// The run loop: finds the block at EIP, runs it, and between blocks looks whether time is up, an interrupt is due, or a fault came.

import type {Block} from './code-cache.js';
import type {Cpu} from './cpu.js';
import {Fault, NotModelled, vector} from './fault.js';
import {IF, TF} from './flags.js';
import {deliverChain, deliverFault, TripleFault, violationExit} from './interrupts.js';
import {SecondStageViolation} from './mmu.js';
import {noOffset} from './physical-memory.js';
import {CS} from './registers.js';
import {translateBlock} from './translate-block.js';
import {exitReason, VmExit} from './vm-exit.js';

/** Why `run` came back. */
export type Stop =
	/** The virtual time it was given is used up, or it changed its own code so often that decoding cost too much; it can go on. */
	| {readonly why: 'budget'}
	/** HLT with interrupts off: nothing inside the machine or out can wake it. */
	| {readonly why: 'halted'}
	/** HLT with interrupts on and no timer set: somebody outside may wake it. */
	| {readonly why: 'waiting'}
	| {readonly why: 'triple-fault'}
	| {readonly why: 'not-modelled'; readonly what: string; readonly eip: number; readonly bytes: Uint8Array}
	/** An intercept of the hypervisor; the state is that before the instruction. */
	| {readonly why: 'exit'; readonly exit: VmExit};

/** What is around the processor. */
export type Surroundings = {
	/** The clock at which a device next has something to do; Infinity if none has. */
	readonly nextEvent: () => number;
	/** Lets devices do what is due. */
	readonly advance: (clock: number) => void;
	readonly interruptPending: () => boolean;
	/** Takes the interrupt of the highest priority: its vector. */
	readonly acknowledge: () => number;
};

/** Runs for at most `budget` units of virtual time: an instruction takes one, and a halted processor lets time pass until the next event. */
export function run(cpu: Cpu, surroundings: Surroundings, budget: number): Stop {
	const loop = new RunLoop(cpu, surroundings, cpu.clock + budget);
	for (;;) {
		const stop = loop.step();
		if (stop !== undefined) {
			return stop;
		}
	}
}

/** Instructions that one run may have decoded: a few seconds of our time. A program that does not change its code needs some thousands. */
const mostTranslated = 2_000_000;

class RunLoop {
	readonly #cpu: Cpu;
	readonly #around: Surroundings;
	readonly #end: number;
	readonly #mostTranslated: number;
	/** A single step (EFLAGS.TF) is being taken. */
	#stepping = false;

	constructor(cpu: Cpu, around: Surroundings, end: number) {
		this.#cpu = cpu;
		this.#around = around;
		this.#end = end;
		this.#mostTranslated = cpu.translated + mostTranslated;
		cpu.deadline = 0;
	}

	/** Runs blocks until something has to be thought about. */
	step(): Stop | undefined {
		const cpu = this.#cpu;
		let block: Block | undefined;
		let index = 0;
		try {
			for (;;) {
				if (cpu.clock >= cpu.deadline) {
					const stop = this.#lookAround();
					if (stop !== undefined) {
						return stop;
					}
				}

				const found = findBlock(cpu);
				block = found;
				const {operations, eips} = found;
				const count = operations.length;
				cpu.eip = eips[count]!;
				cpu.limit = Math.min(count, cpu.deadline - cpu.clock);
				for (index = 0; index < cpu.limit; index++) {
					operations[index]!();
				}

				if (index < count) {
					cpu.eip = eips[index]!;
				}

				cpu.clock += index + cpu.extra;
				cpu.extra = 0;
				block = undefined;
				if (cpu.translated >= this.#mostTranslated) {
					cpu.deadline = 0;
				}

				if (this.#stepping) {
					this.#singleStep();
				}
			}
		} catch (thrown) {
			if (block !== undefined) {
				cpu.clock += index + cpu.extra;
				cpu.extra = 0;
				cpu.eip = block.eips[index]!;
			}

			const at = block?.instructions[index];
			return this.#handle(thrown, at?.length ?? 0);
		}
	}

	/** What an instruction, or the delivery of an event, ran into. */
	#handle(thrown: unknown, instructionLength: number): Stop | undefined {
		const cpu = this.#cpu;
		try {
			if (thrown instanceof Fault) {
				cpu.faults++;
				deliverFault(cpu, thrown);
				// Time passes, or a handler that faults itself would never come to an end.
				cpu.clock++;
				cpu.deadline = 0;
				return undefined;
			}

			throw thrown instanceof SecondStageViolation ? violationExit(thrown) : thrown;
		} catch (final) {
			if (final instanceof VmExit) {
				cpu.deadline = 0;
				return {why: 'exit', exit: new VmExit(final.reason, {...defined(final), instructionLength})};
			}

			if (final instanceof TripleFault) {
				return {why: 'triple-fault'};
			}

			if (final instanceof NotModelled) {
				return {why: 'not-modelled', what: final.what, eip: cpu.eip >>> 0, bytes: codeBytes(cpu)};
			}

			throw final;
		}
	}

	#singleStep(): void {
		const cpu = this.#cpu;
		this.#stepping = false;
		cpu.deadline = 0;
		cpu.dr[6] = cpu.dr[6]! | 0x4000;
		deliverChain(cpu, {vector: vector.DB, type: 'hardware-exception', errorCode: undefined});
	}

	/** Time, events, interrupts: everything between two instructions. */
	#lookAround(): Stop | undefined {
		const cpu = this.#cpu;
		const around = this.#around;
		around.advance(cpu.clock);
		this.#inject();
		const shadow = cpu.shadow;
		if (!shadow) {
			this.#interrupt();
		}

		while (cpu.halted) {
			const stop = this.#sleep();
			if (stop !== undefined) {
				return stop;
			}

			this.#interrupt();
		}

		if (cpu.clock >= this.#end || cpu.translated >= this.#mostTranslated) {
			return {why: 'budget'};
		}

		cpu.shadow = false;
		this.#stepping = (cpu.systemFlags & TF) !== 0;
		cpu.deadline = shadow || this.#stepping ? cpu.clock + 1 : Math.min(this.#end, around.nextEvent());
		return undefined;
	}

	#inject(): void {
		const event = this.#cpu.injection;
		if (event !== undefined) {
			this.#cpu.injection = undefined;
			deliverChain(this.#cpu, event, this.#cpu.cr2);
		}
	}

	/** Takes an interrupt, if one is pending and the processor lets it in. */
	#interrupt(): void {
		const cpu = this.#cpu;
		const {intercepts} = cpu;
		const open = (cpu.systemFlags & IF) !== 0;
		if (open && intercepts?.interruptWindow === true) {
			throw new VmExit(exitReason.interruptWindow);
		}

		if (!this.#around.interruptPending()) {
			return;
		}

		if (intercepts?.externalInterrupts === true) {
			throw new VmExit(exitReason.externalInterrupt);
		}

		if (open) {
			deliverChain(cpu, {vector: this.#around.acknowledge(), type: 'external', errorCode: undefined});
		}
	}

	/** A halted processor lets time pass to the next event. */
	#sleep(): Stop | undefined {
		const cpu = this.#cpu;
		if ((cpu.systemFlags & IF) === 0) {
			return {why: 'halted'};
		}

		const event = this.#around.nextEvent();
		if (event === Infinity) {
			return {why: 'waiting'};
		}

		const until = Math.max(cpu.clock, Math.min(event, this.#end));
		cpu.idle += until - cpu.clock;
		cpu.clock = until;
		this.#around.advance(until);
		return until >= this.#end && event > this.#end ? {why: 'budget'} : undefined;
	}
}

function defined({qualification, linear, physical, interruption, vectoring}: VmExit): NonNullable<ConstructorParameters<typeof VmExit>[1]> {
	return {
		qualification,
		...(linear === undefined ? {} : {linear}),
		...(physical === undefined ? {} : {physical}),
		...(interruption === undefined ? {} : {interruption}),
		...(vectoring === undefined ? {} : {vectoring}),
	};
}

function findBlock(cpu: Cpu): Block {
	const linear = (cpu.segments[CS]!.base + cpu.eip) | 0;
	if (linear >>> 12 !== cpu.fetchPage) {
		cpu.fetchOffset = pageOffset(cpu.mmu.fetch(linear));
		cpu.fetchPage = linear >>> 12;
	}

	const block = cpu.fetchOffset === noOffset ? undefined : cpu.memory.code[cpu.fetchOffset >>> 12]?.blocks[linear & 0xFFF];
	if (block !== undefined && block.eip === cpu.eip && block.mode === cpu.mode && isInsideCode(cpu, block)) {
		return block;
	}

	return translateBlock(cpu);
}

const pageOffset = (offset: number): number => offset === noOffset ? noOffset : offset & ~0xFFF;

function isInsideCode(cpu: Cpu, {eips}: Block): boolean {
	const {limit} = cpu.segments[CS]!;
	return limit === 0xFFFF_FFFF || ((eips[eips.length - 1]! - 1) | 0) >>> 0 <= limit;
}

/** The bytes at EIP, as many as an instruction can have and as can be read. */
function codeBytes(cpu: Cpu): Uint8Array {
	const linear = (cpu.segments[CS]!.base + cpu.eip) | 0;
	const bytes: number[] = [];
	for (let index = 0; index < 15; index++) {
		const found = cpu.mmu.walk((linear + index) | 0, 'fetch', false);
		if (!found.ok) {
			break;
		}

		bytes.push(cpu.memory.readByte(found.address));
	}

	return Uint8Array.from(bytes);
}
