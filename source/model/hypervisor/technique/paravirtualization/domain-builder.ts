// Builds a domain: its memory, its first page tables, what it is told about itself, and the state in which its kernel begins. The layout is
// ours (Xen's builder puts these after the kernel); the kernel finds everything through the start info page.
//
//     0x01000  start info          0x03000  page directory     0x10000  machine frame numbers of its pages
//     0x0A000  top of the stack    0x04000  page table of the first 4 MiB      0x100000  the kernel
//
// Everything is mapped where it is (virtual = pseudo-physical), for the supervisor, which ring 1 is.

import {type Hpa, toHpa} from '../../../../base/address.js';
import {assert, must} from '../../../../base/assert.js';
import {IF} from '../../../machine/flags.js';
import {frameBytes} from '../../../machine/physical-memory.js';
import {GuestMemory} from '../../memory/guest-memory.js';
import {saveCpu, guardedCr0} from '../cpu-state.js';
import {flatSegments} from './bounce.js';
import {type Domain, newCounts} from './domain.js';
import {flatSelector, gdtBase, startInfo} from './interface.js';
import {bit} from './page-tables.js';
import type {Xen} from './xen.js';

export const layout = {startInfo: 0x1000, directory: 0x3000, table: 0x4000, stackTop: 0xA000, frameList: 0x1_0000, kernel: 0x10_0000, mappedBytes: 0x40_0000} as const;

export type DomainOptions = {
	readonly kernel: Uint8Array;
	readonly isPrivileged?: boolean;
	/** A multiple of 4 KiB, from 4 MiB. */
	readonly memoryBytes?: number;
	readonly commandLine?: string;
};

export class KernelTooLarge {}

/** A domain with its kernel, page tables and start information in place. Throws `KernelTooLarge`. */
export function buildDomain(xen: Xen, id: number, {kernel, isPrivileged = false, memoryBytes = layout.mappedBytes, commandLine = ''}: DomainOptions): Domain {
	if (kernel.length > layout.mappedBytes - layout.kernel) {
		throw new KernelTooLarge();
	}

	const memory = new GuestMemory(xen.hostMemory, memoryBytes);
	const frameAt = (address: number): Hpa => {
		const backing = memory.backing(address);
		assert(backing.kind === 'ram', 'buildDomain: no memory there');
		return backing.hpa;
	};

	const frames = Array.from({length: memoryBytes / frameBytes}, (_, page) => frameAt(page * frameBytes));
	const domain: Domain = {
		id, isPrivileged, memory, frames: new Set(frames), tables: new Map(), granted: new Map(),
		sharedFrame: takeFrame(xen), grantFrame: takeFrame(xen), traps: new Map(), ports: new Map(),
		kernelStack: {selector: flatSelector.kernelData, esp: layout.stackTop}, callback: undefined, timerAtNs: undefined,
		state: {
			...saveCpu(xen.host.cpu),
			eip: layout.kernel, cpl: 1, cr0: guardedCr0, cr3: frameAt(layout.directory) | 0, cr4: 0,
			systemFlags: IF | 2, segments: Array.from({length: 6}, (_, index) => ({...flatSegments[index === 1 ? 0 : 1]!})),
			gdtr: {base: gdtBase | 0, limit: 0xFFFF}, ldtr: {selector: 0, base: 0, limit: 0, attributes: 0}, tr: {selector: 0, base: 0, limit: 0, attributes: 0x8B00},
			halted: false, shadow: false,
		},
		status: 'running', console: [], counts: newCounts(),
	};
	writeTables(xen, domain, frames);
	const put = (address: number, bytes: Uint8Array): void => {
		for (const [index, byte] of bytes.entries()) {
			xen.host.memory.writeByte(frameAt(address + index - (address + index) % frameBytes) + (address + index) % frameBytes, byte);
		}
	};

	put(layout.kernel, kernel);
	put(layout.frameList, new Uint8Array(Uint32Array.from(frames, frame => frame / frameBytes).buffer));
	put(layout.startInfo, startInfoPage(domain, frames.length, commandLine));
	domain.state.regs.set([0, 0, 0, 0, layout.stackTop, 0, layout.startInfo, 0]);
	return domain;
}

function takeFrame(xen: Xen): Hpa {
	return toHpa(must(xen.pool.take(), 'buildDomain: no frame'));
}

function writeTables(xen: Xen, domain: Domain, frames: readonly Hpa[]): void {
	const {memory} = xen.host;
	const [directory, table] = [frames[layout.directory / frameBytes]!, frames[layout.table / frameBytes]!];
	for (const [page, frame] of frames.slice(0, layout.mappedBytes / frameBytes).entries()) {
		const isTable = frame === directory || frame === table;
		memory.writeDword(table + 4 * page, (frame | bit.present | (isTable ? 0 : bit.writable)) | 0);
	}

	memory.writeDword(directory, (table | bit.present | bit.writable | bit.user) | 0);
	assert(xen.tables.promote(domain, directory, 'l2') === 0, 'buildDomain: the first tables are refused');
}

function startInfoPage({isPrivileged, sharedFrame}: Domain, pages: number, commandLine: string): Uint8Array {
	const page = new Uint8Array(frameBytes);
	const view = new DataView(page.buffer);
	page.set(new TextEncoder().encode(startInfo.magic));
	view.setUint32(startInfo.nrPages, pages, true);
	view.setUint32(startInfo.sharedInfo, sharedFrame, true);
	view.setUint32(startInfo.flags, isPrivileged ? startInfo.privilegedFlag | startInfo.initialDomainFlag : 0, true);
	view.setUint32(startInfo.ptBase, layout.directory, true);
	view.setUint32(startInfo.nrPtFrames, 2, true);
	view.setUint32(startInfo.mfnList, layout.frameList, true);
	page.set(new TextEncoder().encode(commandLine).subarray(0, 1023), startInfo.commandLine);
	return page;
}
