// A guest that somebody runs: a kernel, and the bare machine or a virtual processor under a technique to run it. What `vmm` and
// `qemu-system-i386` have in common.

import {Machine} from '../machine/machine.js';
import {frameBytes} from '../machine/physical-memory.js';
import type {Cpu} from '../machine/cpu.js';
import type {Stop} from '../machine/run.js';
import {loadKernel} from './guest-loader.js';
import {OutOfFrames} from './memory/host-memory.js';
import {type RunnerName, vcpuUnder} from './technique/techniques.js';
import type {Vcpu} from './technique/vcpu.js';

export type GuestStop = Stop | {readonly why: 'out-of-memory'};

/** How a machine begins: with a kernel that a loader hands over to, or with firmware at the reset vector. */
export type GuestImage = {readonly kind: 'kernel' | 'firmware'; readonly bytes: Uint8Array};

export class GuestMachine {
	readonly runner: RunnerName;
	readonly ramBytes: number;
	/** The real machine: the guest's own, or the host's. */
	readonly host: Machine;
	/** Undefined on the bare machine. */
	readonly vcpu: Vcpu | undefined;

	constructor(runner: RunnerName, {ramBytes, image: {kind, bytes}}: {readonly ramBytes: number; readonly image: GuestImage}) {
		this.runner = runner;
		this.ramBytes = ramBytes;
		const firmware = kind === 'firmware' ? {firmware: bytes} : {};
		this.vcpu = runner === 'bare' ? undefined : vcpuUnder(runner, {ramBytes, ...firmware});
		this.host = this.vcpu?.host ?? new Machine({ramBytes});
		if (kind === 'kernel') {
			loadKernel(this.host.cpu, (address, part) => this.#write(address, part), {image: bytes, ramBytes});
			this.vcpu?.takeState();
		} else if (this.vcpu === undefined) {
			this.host.memory.loadFirmware(bytes);
		}
	}

	/** Runs for at most `budget` units of the guest's time. */
	run(budget: number): GuestStop {
		try {
			return this.vcpu?.run(budget) ?? this.host.run(budget);
		} catch (thrown) {
			if (thrown instanceof OutOfFrames) {
				return {why: 'out-of-memory'};
			}

			throw thrown;
		}
	}

	get clock(): number {
		return this.host.cpu.clock;
	}

	/** Part of the clock that passed while the guest was halted. */
	get idle(): number {
		return this.host.cpu.idle;
	}

	get isHalted(): boolean {
		return this.vcpu?.guest.halted ?? this.host.cpu.halted;
	}

	/** The processor as the guest takes it to be. It is the real one, with the guest's state on it: only for looking. */
	get cpu(): Cpu {
		this.vcpu?.view();
		return this.host.cpu;
	}

	/** Where a guest-physical address is in the real memory; undefined if nothing is there, or was ever touched. */
	locate(gpa: number): number | undefined {
		return this.vcpu === undefined ? (this.host.memory.offsetOf(Math.floor(gpa / frameBytes)) < 0 ? undefined : gpa) : this.vcpu.memory.resident(gpa);
	}

	/** Whether a guest-physical address is memory. */
	isMemory(gpa: number): boolean {
		return gpa < this.ramBytes || this.locate(gpa) !== undefined;
	}

	/** Bytes of guest-physical memory. A page that was never touched is empty, and looking leaves it so; where nothing is, all bits are ones. */
	read(gpa: number, length: number): Uint8Array {
		return Uint8Array.from({length}, (_, index) => {
			const at = this.locate(gpa + index);
			return at === undefined ? (this.isMemory(gpa + index) ? 0 : 0xFF) : this.host.memory.readByte(at);
		});
	}

	#write(gpa: number, bytes: Uint8Array): void {
		if (this.vcpu === undefined) {
			this.host.memory.write(gpa, bytes);
		} else {
			this.vcpu.bus.write(gpa, bytes);
		}
	}
}
