// What `vmm` prints of a guest, from its record. Pure functions from records to text.

import type {CostedRow} from '../../model/hypervisor/cost-table.js';
import type {BlockRow, CodeRow, GuestRecord, GuestState, TlbRow, WalkRecord, WalkRow} from '../../model/hypervisor/guest-schema.js';

export const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

const lines = (rows: readonly string[]): string => rows.map(row => `${row}\n`).join('');

/** Columns as wide as their widest cell; numbers to the right. */
export function columns(header: readonly string[], rows: ReadonlyArray<ReadonlyArray<string | number>>): string {
	const widths = header.map((title, index) => Math.max(title.length, ...rows.map(row => String(row[index]).length)));
	const cell = (value: string | number, index: number): string => typeof value === 'number' ? String(value).padStart(widths[index]!) : value.padEnd(widths[index]!);
	const isNumber = header.map((_, index) => rows.some(row => typeof row[index] === 'number'));
	const title = header.map((text, index) => isNumber[index] === true ? text.padStart(widths[index]!) : text.padEnd(widths[index]!)).join('  ').trimEnd();
	return lines([title, ...rows.map(row => row.map((value, index) => cell(value, index)).join('  ').trimEnd())]);
}

const stateTexts: Readonly<Record<GuestState, string>> = {
	running: 'running', paused: 'paused', halted: 'halted: HLT with interrupts off', waiting: 'waits for an interrupt that nothing will send',
	'triple-fault': 'triple fault: the processor has given up', budget: 'the instructions it was given are used up', 'not-modelled': 'not modelled', 'out-of-memory': 'the host has no memory left for it', crashed: 'crashed', 'shut-down': 'shut down',
};

export function stateText(state: GuestState, detail: string | undefined): string {
	return detail === undefined ? stateTexts[state] : `${stateTexts[state]}: ${detail}`;
}

export function showCode(rows: readonly CodeRow[]): string {
	return lines(rows.map(({address, bytes, text}) => `${hex(address)}  ${bytes.padEnd(29)} ${text}`));
}

const flagNames: ReadonlyArray<readonly [bit: number, name: string]> = [[0, 'CF'], [2, 'PF'], [4, 'AF'], [6, 'ZF'], [7, 'SF'], [8, 'TF'], [9, 'IF'], [10, 'DF'], [11, 'OF']];

function flagText(eflags: number): string {
	const set = flagNames.filter(([bit]) => (eflags >> bit & 1) === 1).map(([, name]) => name);
	return [...set, `IOPL=${eflags >> 12 & 3}`].join(' ');
}

export function showRegisters({registers, ring, segments, gdtr, idtr, code, state, detail, technique}: GuestRecord): string {
	const names = [['EAX', 'EBX', 'ECX', 'EDX'], ['ESI', 'EDI', 'EBP', 'ESP'], ['CR0', 'CR2', 'CR3', 'CR4']] as const;
	return lines([
		`state ${stateText(state, detail)}`,
		`ring ${ring.guest} as the guest sees it, ring ${ring.real} of the processor (${technique})`,
		...names.map(row => row.map(name => `${name} ${hex(registers[name])}`).join('  ')),
		`EIP ${hex(registers.EIP)}  EFLAGS ${hex(registers.EFLAGS)} (${flagText(registers.EFLAGS)})`,
		...segments.map(({name, selector, base, limit, dpl}) => `${name.padEnd(4)} 0x${selector.toString(16).padStart(4, '0')}  base ${hex(base)}  limit ${hex(limit)}  DPL ${dpl}`),
		`GDTR base ${hex(gdtr.base)}  limit 0x${gdtr.limit.toString(16)}`, `IDTR base ${hex(idtr.base)}  limit 0x${idtr.limit.toString(16)}`,
	]) + showCode(code.slice(0, 1));
}

/** `hexdump -C`, by 16 bytes. */
export function showMemory(address: number, bytes: Uint8Array): string {
	return lines(Array.from({length: Math.ceil(bytes.length / 16)}, (_, row) => {
		const part = [...bytes.subarray(16 * row, 16 * row + 16)];
		const digits = part.map((byte, index) => byte.toString(16).padStart(2, '0') + (index === 7 ? ' ' : '')).join(' ');
		return `${hex((address + 16 * row) >>> 0)}  ${digits.padEnd(49)} |${part.map(byte => byte >= 0x20 && byte < 0x7F ? String.fromCharCode(byte) : '.').join('')}|`;
	}));
}

const levelNames: Readonly<Record<WalkRow['tables'], readonly string[]>> = {
	guest: ['page table', 'page directory'], shadow: ['shadow page table', 'shadow page directory'], nested: ['EPT PT', 'EPT PD', 'EPT PDPT', 'EPT PML4'],
};

const entryBits: ReadonlyArray<readonly [bit: number, name: string]> = [[0, 'P'], [1, 'W'], [2, 'U'], [5, 'A'], [6, 'D'], [7, 'PS'], [8, 'G']];
const nestedBits: ReadonlyArray<readonly [bit: number, name: string]> = [[0, 'R'], [1, 'W'], [2, 'X']];

function walkLine({tables, asked, level, index, entryAddress, entry}: WalkRow, at: number): string {
	const bits = (tables === 'nested' ? nestedBits : entryBits).filter(([bit]) => Math.floor(entry / 2 ** bit) % 2 === 1).map(([, name]) => name).join(' ');
	const space = tables === 'guest' ? 'GPA' : 'HPA';
	return `${String(at + 1).padStart(2)}  ${levelNames[tables][level]!.padEnd(21)} [${String(index).padStart(4)}]  for ${hex(asked)}  at ${space} ${hex(entryAddress)}  = ${hex(entry)}  ${bits === '' ? 'not present' : bits}`;
}

export function showWalk({gva, access, steps, references, gpa, hva, hpa, failed}: WalkRecord): string {
	const isShadow = steps.some(({tables}) => tables === 'shadow');
	const address = (name: string, value: number | undefined): readonly string[] => value === undefined ? [] : [`${name} 0x${value.toString(16).padStart(8, '0')}`];
	return lines([
		`GVA ${hex(gva)} (${access})`,
		...steps.map((step, index) => walkLine(step, index)),
		...address('GPA', gpa), ...address('HVA', hva), ...hpa === undefined && gpa !== undefined && failed === undefined ? ['HPA none: the page was never touched'] : address('HPA', hpa),
		...failed === undefined ? [] : [`no translation: ${failed}`],
		`${references} table ${references === 1 ? 'entry' : 'entries'} read by the processor${isShadow ? '; the guest\'s own tables only by the hypervisor, when it makes a shadow entry' : ''}`,
	]);
}

const vpidNames = ['machine', 'guest', 'emulation'];

export function showTlb(rows: readonly TlbRow[]): string {
	const flags = ({writable, user, dirty, global}: TlbRow): string => [writable ? 'W' : '-', user ? 'U' : '-', dirty ? 'D' : '-', global ? 'G' : '-'].join('');
	return columns(['LINEAR', 'PHYSICAL', 'FLAGS', 'TAG'], rows.map(row => [hex(row.linear), hex(row.physical), flags(row), vpidNames[row.vpid] ?? String(row.vpid)]));
}

export function showExits({exits, exceptions, counts, technique}: GuestRecord): string {
	if (technique === 'bare') {
		return 'no hypervisor, no exits: this is the bare machine\n';
	}

	const percent = (part: number, whole: number): string => whole === 0 ? '-' : `${(100 * part / whole).toFixed(2)}%`;
	return columns(['EXIT', 'REASON', 'COUNT', 'SHARE'], [
		...exits.map(({reason, name, count}) => [reason, name, count, percent(count, counts.exits)]),
		...exceptions.map(({vector, name, count}) => ['', `  vector ${vector} ${name}`, count, '']),
	]) + lines([
		`${counts.exits} exits; ${counts.direct} instructions ran directly, ${counts.emulated} were emulated: ${percent(counts.direct, counts.direct + counts.emulated)} direct`,
		`${counts.shadowFills} shadow entries made, ${counts.nestedFills} EPT entries made, ${counts.hypercalls} hypercalls, ${counts.translatedBlocks} blocks translated, ${counts.callouts} callouts`,
		`TLB ${counts.tlbHits} hits, ${counts.tlbMisses} misses; ${counts.walkReads} table entries read`,
	]);
}

export function showBlocks(blocks: readonly BlockRow[]): string {
	return blocks.map(({guestAddress, cacheAddress, guest, translation, identical}) => `block ${hex(guestAddress)} -> ${hex(cacheAddress)}: ${guest.length} instructions, ${identical} copied as they are\n  guest\n${indent(showCode(guest))}  translation\n${indent(showCode(translation))}`).join('');
}

const indent = (text: string): string => text.replaceAll(/^(?=.)/gmv, '    ');

export function showMap({memory, memoryBytes}: GuestRecord): string {
	if (memory === undefined) {
		return `0x00000000 to ${hex(memoryBytes - 1)}: the machine's own memory; there is no hypervisor\n`;
	}

	return columns(['SLOT', 'GPA', 'BYTES', 'HVA', 'RESIDENT'], memory.slots.map(({slot, gpa, bytes, hva, residentPages}) => [slot, hex(gpa), bytes, `0x${hva.toString(16)}`, `${residentPages} of ${bytes / 4096} pages`]))
		+ columns(['GPA', 'HPA'], memory.resident.map(({gpa, hpa}) => [hex(gpa), hex(hpa)]))
		+ lines([`${memory.tableFrames.length} frames of tables, ${memory.freeFrames} frames free`]);
}

export function showCosts(rows: readonly CostedRow[], total: number): string {
	return columns(['EVENT', 'COUNT', 'CYCLES EACH', 'CYCLES', 'SOURCE'], rows.map(({event, count, cycles, total: sum, source}) => [event, count, cycles, sum, source])) + lines([`${total} cycles by this table`]);
}

export function showList(guests: readonly GuestRecord[]): string {
	return columns(['NAME', 'PID', 'TECHNIQUE', 'MEMORY', 'INSTRUCTIONS', 'STATE'], guests.map(({name, task, technique, memoryBytes, counts, state, detail}) => [name, task, technique, `${memoryBytes / 2 ** 20} MiB`, counts.clock - counts.idle, stateText(state, detail)]));
}
