// A machine as a value: what a World keeps between actions. Memory is a map of frames of 4 KiB, each an array that nobody changes; a frame of
// zeros is not in it. Saving makes new arrays only for frames that were written to since the machine was loaded or saved, so that two
// states share all others: the copy-on-write of the model is that of the lesson.
//
// Decoded code is not part of the state; it is made again. Everything that a program or a count can notice is.

import type {Cpu} from './cpu.js';
import type {Segment} from './descriptor.js';
import type {AtaState} from './devices/ata-disk.js';
import type {CmosState} from './devices/cmos.js';
import type {SerialState, TextState} from './devices/console.js';
import type {NetworkCardState} from './devices/network-card.js';
import type {PicState} from './devices/pic.js';
import type {PitState} from './devices/pit.js';
import type {SectorMap} from './devices/sectors.js';
import type {VirtioState} from './devices/virtio-device.js';
import {eflagsOf, setEflags} from './flags.js';
import {Machine} from './machine.js';
import {refreshPaging} from './control-registers.js';
import type {MmuCounts} from './mmu.js';
import {firmwareBytes, frameBytes} from './physical-memory.js';
import type {TlbEntry} from './tlb.js';
import type {Interruption, Intercepts} from './vm-exit.js';

/** 4 KiB that nobody changes. */
export type Frame = Uint8Array;

export type CpuState = {
	readonly regs: readonly number[];
	readonly eip: number;
	readonly eflags: number;
	readonly segments: readonly Readonly<Segment>[];
	readonly ldtr: Readonly<Segment>;
	readonly tr: Readonly<Segment>;
	readonly gdtr: {readonly base: number; readonly limit: number};
	readonly idtr: {readonly base: number; readonly limit: number};
	readonly cr0: number;
	readonly cr2: number;
	readonly cr3: number;
	readonly cr4: number;
	readonly dr: readonly number[];
	readonly msrs: ReadonlyArray<readonly [number, readonly [number, number]]>;
	readonly cpl: number;
	readonly halted: boolean;
	readonly shadow: boolean;
	readonly clock: number;
	readonly idle: number;
	readonly fetchPage: number;
	readonly fetchOffset: number;
	readonly intercepts: Intercepts | undefined;
	readonly injection: Interruption | undefined;
};

export type DeviceStates = {
	readonly pic: readonly [PicState, PicState];
	readonly pit: PitState;
	readonly cmos: CmosState;
	readonly debugConsole: TextState;
	readonly serial: SerialState;
	readonly ata: AtaState;
	readonly virtioDisk: VirtioState;
	readonly networkCard: NetworkCardState;
};

export type MachineState = {
	readonly ramBytes: number;
	readonly tlbSize: number;
	readonly frames: ReadonlyMap<number, Frame>;
	readonly firmware: Uint8Array | undefined;
	readonly cpu: CpuState;
	readonly tlb: readonly TlbEntry[];
	readonly vpid: number;
	readonly counts: Readonly<MmuCounts>;
	readonly exits: ReadonlyMap<number, number>;
	readonly devices: DeviceStates;
	readonly mac: Uint8Array;
	readonly disks: {readonly ata: SectorMap; readonly virtio: SectorMap};
};

function saveCpu(cpu: Cpu): CpuState {
	const {eip, ldtr, tr, gdtr, idtr, cr0, cr2, cr3, cr4, cpl, halted, shadow, clock, idle, fetchPage, fetchOffset, intercepts, injection} = cpu;
	return {
		regs: [...cpu.regs], eip, eflags: eflagsOf(cpu), segments: cpu.segments.map(segment => ({...segment})), ldtr: {...ldtr}, tr: {...tr},
		gdtr: {...gdtr}, idtr: {...idtr}, cr0, cr2, cr3, cr4, dr: [...cpu.dr], msrs: [...cpu.msrs], cpl, halted, shadow, clock, idle,
		fetchPage, fetchOffset, intercepts, injection,
	};
}

function loadCpu(cpu: Cpu, state: CpuState): void {
	const {regs, eflags, segments, gdtr, idtr, dr, msrs, cpl, fetchPage, fetchOffset, ldtr, tr, ...plain} = state;
	Object.assign(cpu, plain);
	cpu.regs.set(regs);
	cpu.dr.set(dr);
	setEflags(cpu, eflags, -1);
	for (const [index, segment] of segments.entries()) {
		cpu.segments[index] = {...segment};
	}

	cpu.ldtr = {...ldtr};
	cpu.tr = {...tr};
	Object.assign(cpu.gdtr, gdtr);
	Object.assign(cpu.idtr, idtr);
	cpu.msrs.clear();
	for (const [number, words] of msrs) {
		cpu.msrs.set(number, words);
	}

	cpu.setCpl(cpl);
	cpu.fetchPage = fetchPage;
	cpu.fetchOffset = fetchOffset;
	cpu.refreshMode();
	refreshPaging(cpu);
}

/** Frames that were written to, made anew; the others as they were. */
function saveFrames({memory, savedFrames}: Machine): ReadonlyMap<number, Frame> {
	if (!memory.dirty.includes(1)) {
		return savedFrames;
	}

	const frames = new Map(savedFrames);
	for (const [frame, dirty] of memory.dirty.entries()) {
		if (dirty === 1) {
			const bytes = memory.bytes.slice(frame * frameBytes, (frame + 1) * frameBytes);
			if (bytes.some(byte => byte !== 0)) {
				frames.set(frame, bytes);
			} else {
				frames.delete(frame);
			}
		}
	}

	return frames;
}

/** The machine as a value. The machine can go on; it remembers what was saved. */
export function saveMachine(machine: Machine): MachineState {
	const {memory, mmu, cpu} = machine;
	const frames = saveFrames(machine);
	machine.savedFrames = frames;
	memory.dirty.fill(0);
	mmu.tlb.forbidQuickWrites();
	return {
		ramBytes: memory.ramBytes,
		tlbSize: mmu.tlb.size,
		frames,
		firmware: memory.hasFirmware ? memory.bytes.slice(memory.ramBytes, memory.ramBytes + firmwareBytes) : undefined,
		cpu: saveCpu(cpu),
		tlb: mmu.tlb.all(),
		vpid: mmu.vpid,
		counts: mmu.counts(),
		exits: new Map(machine.exits),
		devices: {
			pic: machine.pic.save(), pit: machine.pit.save(), cmos: machine.cmos.save(), debugConsole: machine.debugConsole.text.save(), serial: machine.serial.save(),
			ata: machine.ata.save(), virtioDisk: machine.virtioDisk.save(), networkCard: machine.networkCard.save(),
		},
		mac: machine.mac,
		disks: {ata: machine.ata.sectors.save(), virtio: machine.virtioDisk.sectors.save()},
	};
}

export function loadMachine(state: MachineState): Machine {
	const machine = new Machine({ramBytes: state.ramBytes, tlbSize: state.tlbSize, diskSectors: state.disks.virtio.count, mac: state.mac});
	const {memory, mmu, cpu} = machine;
	for (const [frame, bytes] of state.frames) {
		memory.bytes.set(bytes, frame * frameBytes);
	}

	machine.savedFrames = state.frames;
	if (state.firmware !== undefined) {
		memory.loadFirmware(state.firmware);
	}

	loadCpu(cpu, state.cpu);
	mmu.vpid = state.vpid;
	mmu.tlb.load(state.tlb);
	mmu.setCounts(state.counts);
	for (const [reason, count] of state.exits) {
		machine.exits.set(reason, count);
	}

	const {devices, disks} = state;
	machine.pic.load(devices.pic);
	machine.pit.load(devices.pit);
	machine.cmos.load(devices.cmos);
	machine.debugConsole.text.load(devices.debugConsole);
	machine.serial.load(devices.serial);
	machine.ata.load(devices.ata);
	machine.virtioDisk.load(devices.virtioDisk);
	machine.networkCard.load(devices.networkCard);
	machine.ata.sectors.load(disks.ata);
	machine.virtioDisk.sectors.load(disks.virtio);
	return machine;
}
