// The state of a machine when a test program has ended, in the shape in which the recorded judgements of QEMU and Bochs are (test/golden/
// machine): hexadecimal registers, segments with the attributes as QEMU prints them, and the fault log that programs made with
// rom32.inc leave at 0x5000.

import {attribute} from './descriptor.js';
import type {Cpu} from './cpu.js';
import {eflagsOf} from './flags.js';
import type {Machine} from './machine.js';
import {CS, DS, ES, FS, GS, SS} from './registers.js';
import type {Stop} from './run.js';
import {vectorName} from './fault.js';

export type SegmentView = {readonly sel: number; readonly base: number; readonly limit: number; readonly attr: number};
export type TableView = {readonly base: number; readonly limit: number};

export type FaultRecord = {
	readonly vec: number; readonly err: string; readonly ip: string; readonly cs: string; readonly flags: string; readonly cr2: string;
	readonly sp: string; readonly ss: string; readonly name: string; readonly cpl: number;
};

export type FinalState = {
	readonly end: string;
	/** Only if the program did not end by itself. */
	readonly detail?: string;
	readonly instructions: number;
	readonly regs: Readonly<Record<string, string | SegmentView | TableView>>;
	readonly faults: readonly FaultRecord[];
	readonly finished: boolean;
	readonly mem: Readonly<Record<string, readonly string[]>>;
	readonly port_e9?: string;
	readonly serial?: string;
	/** Bytes of the two that were too many to keep. */
	readonly dropped?: number;
};

/** What is looked at: a machine, or a guest as it takes itself to be. */
export type Ended = Pick<Machine, 'cpu' | 'debugConsole' | 'serial' | 'counts'> & {readonly memory: {readonly readDword: (address: number) => number}};

export type Range = {readonly address: number; readonly bytes: number};

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;
const hex8 = (value: number): string => `0x${(value >>> 0).toString(16).padStart(8, '0')}`;

function segmentView(cpu: Cpu, index: number): SegmentView {
	const {selector, base, limit, attributes} = cpu.segments[index]!;
	// QEMU never shows the accessed bit of a code segment (TCG does not set it on a far transfer); the SDM and Bochs do.
	const attr = index === CS && cpu.protectedMode ? attributes & ~attribute.accessed : attributes;
	return {sel: selector, base: base >>> 0, limit, attr};
}

/** D O S Z A P C, in QEMU's order, with a dash for those that are 0. */
function flagLetters(eflags: number): string {
	const letters: ReadonlyArray<readonly [string, number]> = [['D', 10], ['O', 11], ['S', 7], ['Z', 6], ['A', 4], ['P', 2], ['C', 0]];
	return letters.map(([letter, bit]) => (eflags >> bit & 1) === 1 ? letter : '-').join('');
}

function registers({cpu}: Ended): FinalState['regs'] {
	const [eax, ecx, edx, ebx, esp, ebp, esi, edi] = [...cpu.regs].map(value => hex(value));
	const eflags = eflagsOf(cpu);
	const table = ({base, limit}: TableView): TableView => ({base: base >>> 0, limit});
	const system = ({selector, base, limit, attributes}: Cpu['tr']): SegmentView => ({sel: selector, base: base >>> 0, limit, attr: attributes});
	return {
		EAX: eax!, EBX: ebx!, ECX: ecx!, EDX: edx!, ESI: esi!, EDI: edi!, EBP: ebp!, ESP: esp!, EIP: hex(cpu.eip), EFL: hex(eflags),
		CPL: hex(cpu.cpl), II: hex(Number(cpu.shadow)), A20: '0x1', HLT: hex(Number(cpu.halted)),
		CR0: hex(cpu.cr0), CR2: hex(cpu.cr2), CR3: hex(cpu.cr3), CR4: hex(cpu.cr4), EFER: '0x0',
		ES: segmentView(cpu, ES), CS: segmentView(cpu, CS), SS: segmentView(cpu, SS), DS: segmentView(cpu, DS), FS: segmentView(cpu, FS), GS: segmentView(cpu, GS),
		LDT: system(cpu.ldtr), TR: system(cpu.tr), GDT: table(cpu.gdtr), IDT: table(cpu.idtr), flags: flagLetters(eflags),
	};
}

/** Addresses of rom32.inc. */
const log = {count: 0x5000, mark: 0x5008, first: 0x5010, recordBytes: 32, most: 120, finished: 0x600D_600D} as const;

function faultLog({memory}: Ended): readonly FaultRecord[] {
	const count = Math.min(memory.readDword(log.count) >>> 0, log.most);
	return Array.from({length: count}, (_, index) => {
		const [vec, err, ip, cs, flags, cr2, sp, ss] = Array.from({length: 8}, (__, field) => memory.readDword(log.first + index * log.recordBytes + 4 * field) >>> 0);
		return {
			vec: vec!, err: hex(err!), ip: hex(ip!), cs: hex(cs!), flags: hex(flags!), cr2: hex(cr2!), sp: hex(sp!), ss: hex(ss!),
			name: vec === 0x80 ? 'int 0x80' : vectorName(vec!).replace(/^interrupt .*$/v, String(vec)), cpl: cs! & 3,
		};
	});
}

const dumpPattern = /@([\da-f]{8}):((?:\s*[\da-f]{8})+)/gv;

/** Ranges that the program itself printed on the debug port when it ended (`DUMPLIST` of rom32.inc), without the include's own two. */
function dumpedRanges(text: string): readonly Range[] {
	return [...text.matchAll(dumpPattern)]
		.map(([, address, words]) => ({address: Number.parseInt(address!, 16), bytes: 4 * words!.trim().split(/\s+/v).length}))
		.filter(({address}) => address !== 0x4F00 && address !== log.count);
}

function dwords({memory}: Ended, {address, bytes}: Range): readonly string[] {
	return Array.from({length: Math.floor(bytes / 4)}, (_, index) => hex8(memory.readDword(address + 4 * index)));
}

/** What the program printed, without the dump. */
function withoutDump(text: string): string {
	return text.replaceAll(/@[\da-f]{8}:[^@]*(?=@)|@[\da-f]{8}:[^$]*\$\n/gv, '');
}

function ending(stop: Stop): {readonly end: string; readonly detail?: string} {
	switch (stop.why) {
		case 'halted':
		case 'triple-fault': { return {end: stop.why}; }
		case 'budget': { return {end: 'budget', detail: 'the instructions it was given are used up'}; }
		case 'waiting': { return {end: 'waiting', detail: 'halted with interrupts on, and nothing is set that would interrupt'}; }
		case 'exit': { return {end: 'exit', detail: `VM exit ${stop.exit.reason} that nobody handled`}; }
		case 'not-modelled': {
			const bytes = [...stop.bytes].map(byte => byte.toString(16).padStart(2, '0')).join(' ');
			return {end: 'not-modelled', detail: `not modelled: ${bytes} at ${hex(stop.eip)} (${stop.what})`};
		}
	}
}

/** `ranges`: memory to show beside what the program dumped itself. */
export function finalState(machine: Ended, stop: Stop, ranges: readonly Range[] = []): FinalState {
	const text = latin1(machine.debugConsole.text.bytes);
	const printed = withoutDump(text);
	const serial = latin1(machine.serial.text.bytes);
	const dropped = machine.debugConsole.text.dropped + machine.serial.text.dropped;
	const shown = [...ranges, ...dumpedRanges(text)];
	return {
		...ending(stop),
		instructions: machine.counts().instructions,
		regs: registers(machine),
		faults: faultLog(machine),
		finished: (machine.memory.readDword(log.mark) >>> 0) === log.finished,
		mem: Object.fromEntries(shown.map(range => [hex(range.address), dwords(machine, range)])),
		...(printed === '' ? {} : {port_e9: printed}),
		...(serial === '' ? {} : {serial}),
		...(dropped === 0 ? {} : {dropped}),
	};
}

/** Bytes as characters of the same number. */
function latin1(bytes: Uint8Array): string {
	return Array.from(bytes, byte => String.fromCharCode(byte)).join('');
}

