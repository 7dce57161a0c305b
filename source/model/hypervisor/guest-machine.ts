// A guest that somebody runs: a kernel, and the bare machine or a virtual processor under a technique to run it. What `vmm` and
// `qemu-system-i386` have in common.

import {Machine} from '../machine/machine.js';
import {frameBytes} from '../machine/physical-memory.js';
import type {Cpu} from '../machine/cpu.js';
import type {Stop} from '../machine/run.js';
import {loadKernel} from './guest-loader.js';
import {OutOfFrames} from './memory/host-memory.js';
import {loadCpu} from './technique/cpu-state.js';
import type {Domain} from './technique/paravirtualization/domain.js';
import {Xen} from './technique/paravirtualization/xen.js';
import {hypervisorBytes, type RunnerName, vcpuUnder} from './technique/techniques.js';
import type {Vcpu} from './technique/vcpu.js';

export type GuestStop =
	| Stop
	| {readonly why: 'out-of-memory'}
	/** A paravirtual kernel asked its hypervisor to end it. */
	| {readonly why: 'shut-down'}
	/** A paravirtual kernel did what its hypervisor cannot let it do. */
	| {readonly why: 'crashed'; readonly detail: string};

/** How a machine begins: with a kernel that a loader hands over to, or with firmware at the reset vector. */
export type GuestImage = {readonly kind: 'kernel' | 'firmware'; readonly bytes: Uint8Array};

export class GuestMachine {
	readonly runner: RunnerName;
	readonly ramBytes: number;
	/** The real machine: the guest's own, or the host's. */
	readonly host: Machine;
	/** Undefined on the bare machine, and for a paravirtual guest. */
	readonly vcpu: Vcpu | undefined;
	/** A paravirtual guest: a domain of Xen's. */
	readonly domain: Domain | undefined;
	readonly #xen: Xen | undefined;
	/** How much of the domain's console is on the host's. */
	#printed = 0;

	constructor(runner: RunnerName, {ramBytes, image: {kind, bytes}}: {readonly ramBytes: number; readonly image: GuestImage}) {
		this.runner = runner;
		this.ramBytes = ramBytes;
		const firmware = kind === 'firmware' ? {firmware: bytes} : {};
		this.#xen = runner === 'paravirtualization' ? new Xen(ramBytes + hypervisorBytes) : undefined;
		this.domain = this.#xen?.addDomain({kernel: bytes, memoryBytes: ramBytes});
		this.vcpu = runner === 'bare' || runner === 'paravirtualization' ? undefined : vcpuUnder(runner, {ramBytes, ...firmware});
		this.host = this.#xen?.host ?? this.vcpu?.host ?? new Machine({ramBytes});
		if (this.domain !== undefined) {
			return;
		}

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
			return this.#xen === undefined ? this.vcpu?.run(budget) ?? this.host.run(budget) : this.#runDomain(this.#xen, budget);
		} catch (thrown) {
			if (thrown instanceof OutOfFrames) {
				return {why: 'out-of-memory'};
			}

			throw thrown;
		}
	}

	/** A domain's console is shown where other guests' debug port is. */
	#runDomain(xen: Xen, budget: number): GuestStop {
		const stop = xen.run(budget);
		const {console, status} = this.domain!;
		for (const byte of console.slice(this.#printed)) {
			this.host.debugConsole.text.add(byte);
		}

		this.#printed = console.length;
		if (typeof status === 'string') {
			return stop;
		}

		return status.shutdown === 'crash' ? {why: 'crashed', detail: status.detail ?? 'it said so itself'} : {why: 'shut-down'};
	}

	/** Frames of the host that nobody has. */
	get freeFrames(): number {
		return (this.vcpu ?? this.#xen)?.pool.freeFrames ?? 0;
	}

	/** Times that the processor came to the hypervisor, and instructions that this one did. */
	get trips(): number {
		const {counts} = this.vcpu ?? {};
		return this.domain?.counts.traps ?? (counts === undefined ? 0 : counts.emulated + [...counts.exits.values()].reduce((sum, count) => sum + count, 0));
	}

	get clock(): number {
		return this.host.cpu.clock;
	}

	/** Part of the clock that passed while the guest was halted. */
	get idle(): number {
		return this.host.cpu.idle;
	}

	get isHalted(): boolean {
		return this.domain === undefined ? this.vcpu?.guest.halted ?? this.host.cpu.halted : this.domain.status !== 'running';
	}

	/** The processor as the guest takes it to be. It is the real one, with the guest's state on it: only for looking. */
	get cpu(): Cpu {
		if (this.domain !== undefined) {
			loadCpu(this.host.cpu, this.domain.state);
		}

		this.vcpu?.view();
		return this.host.cpu;
	}

	/** Where a guest-physical address is in the real memory; undefined if nothing is there, or was ever touched. */
	locate(gpa: number): number | undefined {
		if (this.domain !== undefined) {
			return this.domain.memory.resident(gpa);
		}

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
