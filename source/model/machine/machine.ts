// A PC with one 32-bit processor: what a program runs on. It is mutable and belongs to whoever runs it; `saveMachine` and `loadMachine`
// (state.ts) turn it into the immutable value that a World keeps and back.
//
// Nothing here reads a clock: time is the number of instructions that ran (`cpu.clock`), and devices are told it.

import {Cpu} from './cpu.js';
import {AtaDisk} from './devices/ata-disk.js';
import {Cmos} from './devices/cmos.js';
import {DebugConsole, SerialPort} from './devices/console.js';
import {NetworkCard} from './devices/network-card.js';
import {Pic} from './devices/pic.js';
import {Pit} from './devices/pit.js';
import {Sectors} from './devices/sectors.js';
import {virtioPorts} from './devices/virtio-device.js';
import {VirtioDisk} from './devices/virtio-disk.js';
import {Mmu, type MmuCounts} from './mmu.js';
import {type BusMemory, PhysicalMemory} from './physical-memory.js';
import {Ports} from './ports.js';
import {run, type Stop, type Surroundings} from './run.js';

export const mebibyte = 2 ** 20;
export const defaultRamBytes = 16 * mebibyte;

/** As many as Bochs has, so that programs which rely on an entry staying meet it. */
const defaultTlbSize = 1024;

export type MachineOptions = {
	/** A multiple of 4 KiB. */
	readonly ramBytes?: number;
	/** A power of two. */
	readonly tlbSize?: number;
	/** Of each of the two disks, in sectors of 512 bytes. */
	readonly diskSectors?: number;
	readonly mac?: Uint8Array;
	/** What devices reach instead of the machine's memory: an IOMMU, or a hypervisor that emulates them for its guest. */
	readonly bus?: BusMemory;
};

/** Where the devices are: interrupt lines and ports (IBM PC/AT; those of the virtio devices are ours, because there is no PCI to ask). */
const irq = {timer: 0, serial: 4, network: 10, virtioDisk: 11, ata: 14} as const;
export const virtioDiskBase = 0xC000;
export const networkCardBase = 0xC020;

const defaultDiskSectors = 2048;
/** 52:54:00 is what QEMU and libvirt give to machines. */
const defaultMac = Uint8Array.of(0x52, 0x54, 0, 0, 0, 1);

export type Counts = MmuCounts & {
	/** Instructions that ran; each iteration of a repeated string instruction counts. */
	readonly instructions: number;
	/** VM exits by basic reason. */
	readonly exits: ReadonlyMap<number, number>;
};

export class Machine {
	readonly memory: PhysicalMemory;
	readonly mmu: Mmu;
	readonly ports = new Ports();
	readonly cpu: Cpu;
	readonly pic = new Pic();
	readonly pit: Pit;
	readonly cmos = new Cmos();
	readonly debugConsole = new DebugConsole();
	readonly serial: SerialPort;
	readonly ata: AtaDisk;
	readonly virtioDisk: VirtioDisk;
	readonly networkCard: NetworkCard;
	readonly mac: Uint8Array;
	/** Frames as they were when the machine was loaded or saved last (state.ts). */
	savedFrames: ReadonlyMap<number, Uint8Array> = new Map();
	readonly exits = new Map<number, number>();
	readonly #surroundings: Surroundings;

	constructor({ramBytes = defaultRamBytes, tlbSize = defaultTlbSize, diskSectors = defaultDiskSectors, mac = defaultMac, bus: givenBus}: MachineOptions = {}) {
		this.memory = new PhysicalMemory(ramBytes);
		const bus = givenBus ?? this.memory;
		this.mmu = new Mmu(this.memory, tlbSize);
		this.cpu = new Cpu(this.memory, this.mmu, this.ports);
		this.pit = new Pit(() => this.cpu.clock, () => this.pic.pulse(irq.timer));
		this.serial = new SerialPort(high => this.pic.setLine(irq.serial, high));
		this.ata = new AtaDisk(new Sectors(diskSectors), high => this.pic.setLine(irq.ata, high));
		this.virtioDisk = new VirtioDisk(bus, new Sectors(diskSectors), {
			base: virtioDiskBase,
			setLine: high => this.pic.setLine(irq.virtioDisk, high),
			onTime: instructions => {
				this.cpu.extra += instructions;
			},
		});
		this.networkCard = new NetworkCard(bus, mac, networkCardBase, high => this.pic.setLine(irq.network, high));
		this.mac = mac;
		this.#attachDevices();
		this.#surroundings = {
			nextEvent: () => this.pit.nextTick,
			advance: clock => this.pit.advance(clock),
			interruptPending: () => this.pic.pending(),
			acknowledge: () => this.pic.acknowledge(),
		};
	}

	#attachDevices(): void {
		this.ports.attach(0x20, 2, this.pic.device(false));
		this.ports.attach(0xA0, 2, this.pic.device(true));
		this.ports.attach(0x40, 4, this.pit.device);
		this.ports.attach(0x70, 2, this.cmos.device);
		this.ports.attach(0xE9, 1, this.debugConsole.device);
		this.ports.attach(0x3F8, 8, this.serial.device);
		this.ports.attach(0x1F0, 8, this.ata.device);
		this.ports.attach(0x3F6, 1, this.ata.control);
		this.ports.attach(virtioDiskBase, virtioPorts, this.virtioDisk.device);
		this.ports.attach(networkCardBase, virtioPorts, this.networkCard.device);
	}

	/** Runs for at most `budget` units of virtual time, and says why it stopped. */
	run(budget: number): Stop {
		const stop = run(this.cpu, this.#surroundings, budget);
		if (stop.why === 'exit') {
			this.exits.set(stop.exit.reason, (this.exits.get(stop.exit.reason) ?? 0) + 1);
		}

		return stop;
	}

	counts(): Counts {
		return {...this.mmu.counts(), instructions: this.cpu.clock - this.cpu.idle, exits: new Map(this.exits)};
	}
}
