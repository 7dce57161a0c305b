// The way of one address through every table on it, as a list: what `vmm walk` and the panels show. Looking changes nothing: no accessed
// or dirty bit is set, no page gets a frame.

import {must} from '../../base/assert.js';
import {ia32Format} from '../machine/page-formats.js';
import {type AccessKind, PageWalk, right, type Stage, type TableMemory, type TableStage, type WalkResult, type WalkStep} from '../machine/page-walk.js';
import type {PagingControls} from '../machine/mmu.js';
import {frameBytes} from '../machine/physical-memory.js';
import type {GuestMachine} from './guest-machine.js';
import type {WalkRecord, WalkRow} from './guest-schema.js';
import {tableMemory} from './memory/table-memory.js';
import type {Domain} from './technique/paravirtualization/domain.js';

/** Pages that were never touched lie here while somebody looks: they read as zeros. */
const untouched = 2 ** 40;
const everything = right.read | right.write | right.execute;

type Walked = {readonly rows: readonly WalkRow[]; readonly result: WalkResult};

/** The walk of `gva` as the guest would make it, by default a read in the ring that it is in. */
export function walkGuest(guest: GuestMachine, gva: number, {access = 'read', user = guest.cpu.cpl === 3}: {readonly access?: AccessKind; readonly user?: boolean} = {}): WalkRecord {
	const {cpu} = guest;
	const controls = pagingOf(guest);
	if (guest.domain !== undefined) {
		return walkDomain(guest.domain, {gva, access, user, memory: lookingMemory(guest)}, controls);
	}

	const own = controls.paging ? [ownTables(controls)] : [];
	const ask = {gva, access, user, memory: lookingMemory(guest)};
	const plain = walk(ask, [...own, slots(guest)], own.length === 0 ? [] : ['guest']);
	const gpa = plain.result.ok ? gpaOf(ask, guest, own) : undefined;
	const hpa = gpa === undefined ? undefined : guest.locate(gpa);
	const slot = gpa === undefined ? undefined : guest.vcpu?.memory.slotOf(gpa);
	const real = realWalk(guest, ask, own, plain);
	return {
		gva, access, ...real, gpa, hpa,
		hva: gpa === undefined || slot === undefined ? undefined : slot.hva + gpa - slot.gpa,
		failed: plain.result.ok ? real.failed : `${cpu.cpl === 3 ? 'user' : 'supervisor'} ${access}: ${reasonOf(plain)}`,
	};
}

/** A paravirtual guest's own tables are what the processor walks, and lead to the host's frames. */
function walkDomain({memory}: Domain, ask: Ask, controls: PagingControls): WalkRecord {
	const found = walk(ask, [ownTables(controls)], ['guest']);
	const hpa = found.result.ok ? found.result.address : undefined;
	const page = hpa === undefined ? undefined : [...memory.residentPages()].find(([, frame]) => hpa >= frame && hpa < frame + frameBytes);
	const gpa = page === undefined ? undefined : page[0] + hpa! - page[1];
	const slot = gpa === undefined ? undefined : memory.slotOf(gpa);
	return {
		gva: ask.gva, access: ask.access, steps: found.rows, references: found.rows.length, gpa, hpa,
		hva: gpa === undefined || slot === undefined ? undefined : slot.hva + gpa - slot.gpa,
		failed: found.result.ok ? undefined : reasonOf(found),
	};
}

type Ask = {readonly gva: number; readonly access: AccessKind; readonly user: boolean; readonly memory: TableMemory};

/** What the processor itself reads, by what stands between the guest and the memory. */
function realWalk(guest: GuestMachine, ask: Ask, own: readonly Stage[], plain: Walked): Pick<WalkRecord, 'steps' | 'references' | 'failed'> {
	const {shadow, nested} = guest.vcpu?.technique ?? {};
	if (nested !== undefined) {
		const both = walk(ask, [...own, nested.stage], [...own.map(() => 'guest' as const), 'nested']);
		return {steps: both.rows, references: both.rows.length, failed: both.result.ok ? undefined : `EPT: ${reasonOf(both)}: the first access makes the entry`};
	}

	if (shadow !== undefined) {
		const tables: TableStage = {levels: 2, root: shadow.root, format: ia32Format({pse: false, pge: false}), writeProtect: true, checksUser: true};
		const found = walk(ask, [tables], ['shadow']);
		return {steps: [...plain.rows, ...found.rows], references: found.rows.length, failed: found.result.ok ? undefined : `shadow: ${reasonOf(found)}: the next access makes the entry`};
	}

	return {steps: plain.rows, references: plain.rows.length, failed: undefined};
}

function walk({gva, access, user, memory}: Ask, stages: readonly Stage[], names: ReadonlyArray<WalkRow['tables']>): Walked {
	const steps: WalkStep[] = [];
	const result = new PageWalk(stages, memory, user, step => steps.push(step)).translate(gva, access);
	return {rows: named(steps, names, {gva, result}), result};
}

/** What each step was asked for: those of the second dimension lead to the next table of the first, or in the end to the page. */
function named(steps: readonly WalkStep[], names: ReadonlyArray<WalkRow['tables']>, {gva, result}: {readonly gva: number; readonly result: WalkResult}): readonly WalkRow[] {
	return steps.map(({stage, ...step}, index) => {
		const tables = must(names[stage], 'walkGuest: a stage without tables');
		const next = steps.slice(index).find(other => other.stage < stage);
		const asked = stage === 0 ? gva : (next?.entryAddress ?? lastAsked(steps, gva, result));
		return {tables, asked, ...step};
	});
}

/** The guest-physical address of the page: from the last entry of the guest's own. */
function lastAsked(steps: readonly WalkStep[], gva: number, result: WalkResult): number {
	const last = steps.findLast(({stage}) => stage === 0);
	if (!result.ok && result.stage > 0) {
		return result.address;
	}

	const pageBytes = last?.level === 1 ? 2 ** 22 : 4096;
	return last === undefined || steps.every(({stage}) => stage === 0) ? gva : last.entry - last.entry % pageBytes + gva % pageBytes;
}

const tableNames = ['page table', 'page directory', 'page directory pointer table', 'PML4'];

function reasonOf({rows, result}: Walked): string {
	const last = rows.at(-1);
	if (result.ok || last === undefined) {
		return 'nothing is there';
	}

	const entry = `${last.tables === 'nested' ? `level ${last.level + 1}` : tableNames[last.level]!} entry ${last.index}`;
	switch (result.reason) {
		case 'not-present': { return `${entry} is not present`; }
		case 'reserved': { return `${entry} has a reserved bit set`; }
		case 'rights': { return `${entry} does not allow it`; }
	}
}

function pagingOf(guest: GuestMachine): PagingControls {
	const {vcpu} = guest;
	return vcpu?.paging ?? guest.host.mmu.controls;
}

function ownTables({root, pse, pge, writeProtect}: PagingControls): TableStage {
	return {levels: 2, root, format: ia32Format({pse, pge}), writeProtect, checksUser: true};
}

function gpaOf(ask: Ask, guest: GuestMachine, own: readonly Stage[]): number | undefined {
	// Tables are at guest-physical addresses; read them there and stop before the last stage.
	const memory: TableMemory = {load: (address, bytes) => dword(guest.read(address, bytes)), store: () => undefined};
	const found = walk({...ask, memory}, own, ['guest']).result;
	return found.ok ? found.address : undefined;
}

const dword = (bytes: Uint8Array): number => new DataView(bytes.buffer).getUint32(0, true);

/** Guest-physical to host-physical without touching. */
function slots(guest: GuestMachine): Stage {
	return {map: address => ({address: guest.locate(address) ?? (guest.isMemory(address) ? untouched : 2 * untouched), rights: everything})};
}

function lookingMemory({host}: GuestMachine): TableMemory {
	const real = tableMemory(host.memory);
	return {
		load: (address, bytes) => address >= 2 * untouched ? 2 ** 32 - 1 : (address >= untouched ? 0 : real.load(address, bytes)),
		store: () => undefined,
	};
}

