// Grants: a domain lets another one use a page of its own. Entry n of its grant table says whom and how; the other one asks Xen to map it.
// Source: xen/include/public/grant_table.h.
//
//     entry  31:0 frame number    domid:16  flags:16
//
// Simplified: one page of entries; no transfer, no copy.

import type {Cpu} from '../../../machine/cpu.js';
import type {PhysicalMemory} from '../../../machine/physical-memory.js';
import type {Domain} from './domain.js';
import {readGuest, readGuestBytes, writeGuest, writeGuestWord} from './guest-access.js';
import {domIdSelf, grantFlags} from './interface.js';
import {bit, type PageTables} from './page-tables.js';

const entryBytes = 8;
const entriesOfPage = 512;
/** Statuses of an operation. */
const status = {okay: 0, generalError: -1, badDomain: -2, badReference: -3, badAddress: -5} as const;
const mapReadOnly = 4;

export type GrantContext = {readonly cpu: Cpu; readonly memory: PhysicalMemory; readonly tables: PageTables; readonly domains: ReadonlyMap<number, Domain>};

/** struct gnttab_setup_table: where the domain's table is. */
export function setupTable({cpu}: GrantContext, domain: Domain, operation: number): number {
	const [who, frames, list] = [readGuest(cpu, operation) & 0xFFFF, readGuest(cpu, operation + 4), readGuest(cpu, operation + 12)];
	const isOwn = who === domIdSelf || who === domain.id;
	writeGuestWord(cpu, operation + 8, isOwn && frames === 1 ? status.okay : status.generalError);
	if (isOwn && frames === 1) {
		writeGuest(cpu, list, domain.grantFrame >>> 12);
	}

	return 0;
}

/** struct gnttab_map_grant_ref: host_addr:64 flags:32 ref:32 dom:16 status:16 handle:32 dev_bus_addr:64. */
export function mapGrantReference(context: GrantContext, domain: Domain, operation: number): number {
	const {cpu} = context;
	const bytes = new DataView(readGuestBytes(cpu, operation, 20).buffer);
	const wish = {address: bytes.getUint32(0, true), isReadOnly: (bytes.getUint32(8, true) & mapReadOnly) !== 0, reference: bytes.getUint32(12, true), owner: bytes.getUint16(16, true)};
	const result = map(context, domain, wish);
	writeGuestWord(cpu, operation + 18, result);
	writeGuest(cpu, operation + 20, wish.reference);
	return 0;
}

type Wish = {readonly address: number; readonly isReadOnly: boolean; readonly reference: number; readonly owner: number};

function map({memory, tables, domains}: GrantContext, domain: Domain, {address, isReadOnly, reference, owner}: Wish): number {
	const other = domains.get(owner);
	if (other === undefined) {
		return status.badDomain;
	}

	const entry = other.grantFrame + reference * entryBytes;
	const head = reference < entriesOfPage ? memory.readDword(entry) : 0;
	const frame = (memory.readDword(entry + 4) << 12) >>> 0;
	const isForUs = head >>> 16 === domain.id && (head & grantFlags.permitAccess) !== 0 && other.frames.has(frame) && !other.tables.has(frame);
	if (!isForUs || (!isReadOnly && (head & grantFlags.readOnly) !== 0)) {
		return status.badReference;
	}

	const leaf = tables.leafOf(domain, address);
	domain.granted.set(frame, {isReadOnly});
	return leaf !== undefined && tables.update(domain, leaf, frame | bit.present | (isReadOnly ? 0 : bit.writable)) === 0 ? status.okay : status.badAddress;
}

/** struct gnttab_unmap_grant_ref: host_addr:64 dev_bus_addr:64 handle:32 status:16. */
export function unmapGrantReference({cpu, memory, tables}: GrantContext, domain: Domain, operation: number): number {
	const leaf = tables.leafOf(domain, readGuest(cpu, operation));
	const frame = leaf === undefined ? 0 : (memory.readDword(leaf) & 0xFFFF_F000) >>> 0;
	const isMapped = leaf !== undefined && domain.granted.has(frame) && tables.update(domain, leaf, 0) === 0;
	if (isMapped) {
		domain.granted.delete(frame);
	}

	writeGuestWord(cpu, operation + 20, isMapped ? status.okay : status.badAddress);
	return 0;
}

