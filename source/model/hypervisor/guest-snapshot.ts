// The record of a guest (guest-schema.ts) made from its machine.

import {dplOf, type Segment} from '../machine/descriptor.js';
import {disassemble, type ListedLine} from '../machine/disassemble.js';
import {exitName} from '../machine/exit-names.js';
import {vectorName} from '../machine/fault.js';
import {eflagsOf} from '../machine/flags.js';
import {frameBytes} from '../machine/physical-memory.js';
import {CS, DS, EAX, EBP, EBX, ECX, EDI, EDX, ES, ESI, ESP, FS, GS, SS} from '../machine/registers.js';
import {tlbBits} from '../machine/tlb.js';
import type {GuestMachine} from './guest-machine.js';
import type {BlockRow, CodeRow, ExceptionRow, ExitRow, GuestCounts, GuestMemoryMap, GuestRecord, GuestState, RegisterName, SegmentRow, TlbRow} from './guest-schema.js';
import {walkGuest} from './guest-walk.js';
import type {BlockBytes} from './technique/vcpu.js';

const most = {code: 12, blocks: 64, resident: 256, consoleBytes: 4096} as const;

/** What the machine does not know of itself. */
export type GuestIdentity = Pick<GuestRecord, 'name' | 'task' | 'uid' | 'file'>;

export function guestRecord(guest: GuestMachine, identity: GuestIdentity, {state, detail, version}: {readonly state: GuestState; readonly detail?: string | undefined; readonly version: number}): GuestRecord {
	const {cpu} = guest;
	return {
		...identity, technique: guest.runner, memoryBytes: guest.ramBytes, state, detail, version,
		registers: registersOf(guest), ring: {guest: cpu.cpl, real: realRing(guest)}, segments: segmentsOf(guest),
		gdtr: {base: cpu.gdtr.base >>> 0, limit: cpu.gdtr.limit}, idtr: {base: cpu.idtr.base >>> 0, limit: cpu.idtr.limit},
		code: codeAt(guest, most.code), walks: walksOf(guest), tlb: tlbOf(guest), counts: countsOf(guest), exits: exitsOf(guest), exceptions: exceptionsOf(guest),
		blocks: blocksOf(guest, most.blocks), memory: memoryOf(guest), console: consoleOf(guest),
	};
}

export function registersOf({cpu}: GuestMachine): Readonly<Record<RegisterName, number>> {
	const register = (index: number): number => cpu.regs[index]! >>> 0;
	return {
		EAX: register(EAX), EBX: register(EBX), ECX: register(ECX), EDX: register(EDX), ESI: register(ESI), EDI: register(EDI), EBP: register(EBP), ESP: register(ESP),
		EIP: cpu.eip >>> 0, EFLAGS: eflagsOf(cpu) >>> 0, CR0: cpu.cr0 >>> 0, CR2: cpu.cr2 >>> 0, CR3: cpu.cr3 >>> 0, CR4: cpu.cr4 >>> 0,
	};
}

/** Deprivileged techniques let nothing of the guest run in ring 0. */
function realRing({runner, cpu}: GuestMachine): number {
	return runner === 'bare' || runner === 'hardware-shadow' || runner === 'hardware-nested' ? cpu.cpl : Math.max(1, cpu.cpl);
}

export function segmentsOf({cpu}: GuestMachine): readonly SegmentRow[] {
	const row = (name: SegmentRow['name'], {selector, base, limit, attributes}: Segment): SegmentRow => ({name, selector, base: base >>> 0, limit: limit >>> 0, dpl: dplOf(attributes), attributes});
	const six = ([['CS', CS], ['SS', SS], ['DS', DS], ['ES', ES], ['FS', FS], ['GS', GS]] as const).map(([name, index]) => row(name, cpu.segments[index]!));
	return [...six, row('LDTR', cpu.ldtr), row('TR', cpu.tr)];
}

function codeRow({eip, bytes, text}: ListedLine): CodeRow {
	return {address: eip >>> 0, bytes: hexBytes(bytes), text};
}

export const hexBytes = (bytes: Uint8Array): string => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(' ');

/** Instructions from EIP on. */
export function codeAt(guest: GuestMachine, count: number): readonly CodeRow[] {
	const {cpu} = guest;
	const {base, attributes} = cpu.segments[CS]!;
	const rows: CodeRow[] = [];
	for (let eip = cpu.eip >>> 0; rows.length < count;) {
		const line = disassemble(offset => readLinear(guest, base + eip + offset, 1)?.[0] ?? 0xFF, eip, (attributes & 0x40_0000) !== 0);
		rows.push(codeRow(line));
		eip = (eip + line.bytes.length) >>> 0;
	}

	return rows;
}

/** Bytes at a linear address of the guest; undefined if its tables lead nowhere. */
export function readLinear(guest: GuestMachine, linear: number, length: number): Uint8Array | undefined {
	const bytes: number[] = [];
	for (let at = 0; at < length;) {
		const gva = (linear + at) >>> 0;
		const {gpa} = walkGuest(guest, gva, {user: false});
		if (gpa === undefined) {
			return undefined;
		}

		const part = Math.min(length - at, frameBytes - gva % frameBytes);
		bytes.push(...guest.read(gpa, part));
		at += part;
	}

	return Uint8Array.from(bytes);
}

function walksOf(guest: GuestMachine): GuestRecord['walks'] {
	const {cpu} = guest;
	const code = (cpu.segments[CS]!.base + cpu.eip) >>> 0;
	const stack = (cpu.segments[SS]!.base + cpu.regs[ESP]!) >>> 0;
	return [
		{what: 'EIP', walk: walkGuest(guest, code, {access: 'fetch'})},
		{what: 'ESP', walk: walkGuest(guest, stack)},
		...cpu.cr2 === 0 ? [] : [{what: 'CR2', walk: walkGuest(guest, cpu.cr2 >>> 0)} as const],
	];
}

/** What the real processor's TLB holds of translations. */
function tlbOf({host}: GuestMachine): readonly TlbRow[] {
	return host.mmu.tlb.entries().map(({page, frame, vpid, bits}) => ({
		linear: page * frameBytes, physical: frame * frameBytes, vpid,
		writable: (bits & (tlbBits.supervisorWrite | tlbBits.userWrite)) !== 0, user: (bits & tlbBits.user) !== 0, dirty: (bits & tlbBits.dirty) !== 0, global: (bits & tlbBits.global) !== 0,
	}));
}

export function countsOf(guest: GuestMachine): GuestCounts {
	const {host, vcpu, domain, clock, idle} = guest;
	const {tlbHits, tlbMisses, tableReads} = host.counts();
	const {direct = clock - idle, emulated = 0, exits, shadowFills = 0, nestedFills = 0, hypercalls = 0, translatedBlocks = 0, callouts = 0} = vcpu?.counts ?? {};
	const all = domain?.counts.traps ?? sumOf(exits?.values() ?? []);
	const calls = domain === undefined ? hypercalls : sumOf(domain.counts.hypercalls.values());
	return {clock, idle, direct: domain?.counts.direct ?? direct, emulated, exits: all, shadowFills, nestedFills, hypercalls: calls, translatedBlocks, callouts, tlbHits, tlbMisses, walkReads: tableReads};
}

function sumOf(counts: Iterable<number>): number {
	return [...counts].reduce((sum, count) => sum + count, 0);
}

/** The most frequent first. Xen's guests come to it by exceptions alone. */
function exitsOf({vcpu, domain}: GuestMachine): readonly ExitRow[] {
	return [...vcpu?.counts.exits ?? (domain === undefined ? [] : [[0, domain.counts.traps] as const])].map(([reason, count]) => ({reason, name: exitName(reason), count})).sort((a, b) => b.count - a.count || a.reason - b.reason);
}

function exceptionsOf({vcpu}: GuestMachine): readonly ExceptionRow[] {
	return [...vcpu?.counts.exceptions ?? []].map(([vector, count]) => ({vector, name: vectorName(vector), count})).sort((a, b) => b.count - a.count || a.vector - b.vector);
}

/** By where they are in the guest. */
export function blocksOf({vcpu}: GuestMachine, count: number): readonly BlockRow[] {
	return [...vcpu?.technique.blocks ?? []].sort((a, b) => (a.eip >>> 0) - (b.eip >>> 0)).slice(0, count).map(blockRow);
}

function blockRow({eip, guest, start, code, identical}: BlockBytes): BlockRow {
	return {guestAddress: eip >>> 0, cacheAddress: start, guest: listing(guest, eip >>> 0), translation: listing(code, start), identical};
}

function listing(bytes: Uint8Array, address: number): readonly CodeRow[] {
	const rows: CodeRow[] = [];
	for (let at = 0; at < bytes.length;) {
		const line = disassemble(offset => bytes[at + offset] ?? 0x90, address + at, true);
		rows.push(codeRow(line));
		at += line.bytes.length;
	}

	return rows;
}

export function memoryOf({vcpu, domain, freeFrames}: GuestMachine): GuestMemoryMap | undefined {
	const memory = vcpu?.memory ?? domain?.memory;
	if (memory === undefined) {
		return undefined;
	}

	const resident = [...memory.residentPages()].map(([gpa, hpa]) => ({gpa, hpa}));
	const {shadow, nested} = vcpu?.technique ?? {};
	return {
		slots: memory.slots.map(({slot, gpa, bytes, hva}) => ({slot, gpa, bytes, hva, residentPages: resident.filter(page => page.gpa >= gpa && page.gpa < gpa + bytes).length})),
		resident: resident.slice(0, most.resident),
		tableFrames: (nested ?? shadow)?.tableFrames ?? [...domain?.tables.keys() ?? []],
		freeFrames,
	};
}

function consoleOf({host: {debugConsole, serial}}: GuestMachine): GuestRecord['console'] {
	const port = debugConsole.text.length === 0 ? serial.text : debugConsole.text;
	return {tail: latin1(port.since(Math.max(0, port.length - most.consoleBytes))), bytes: debugConsole.text.length + serial.text.length};
}

/** Bytes as characters of the same number. */
export function latin1(bytes: Uint8Array): string {
	return Array.from(bytes, byte => String.fromCharCode(byte)).join('');
}
