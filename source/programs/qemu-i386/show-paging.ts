// `info mem` and `info tlb`: what the guest's own tables map, as target/i386/monitor.c of QEMU 7.2 prints it for 32-bit paging.

import {cr0Bits, cr4Bits} from '../../model/machine/cpu.js';
import type {GuestMachine} from '../../model/hypervisor/guest-machine.js';

const bit = {present: 1, write: 2, user: 4, large: 0x80} as const;
const disabled = 'PG disabled\n';
const hex = (value: number): string => value.toString(16).padStart(16, '0');

/** A page that is mapped, or a gap: `rights` is 0 then. */
type Mapped = {readonly linear: number; readonly entry: number; readonly rights: number; readonly isLarge: boolean};

export function showTlb(guest: GuestMachine): string {
	return hasPaging(guest) ? [...mappings(guest)].filter(({rights}) => rights !== 0).map(line => tlbLine(line)).join('') : disabled;
}

/** Of a page of 4 MiB QEMU shows bit 21, too, and of one of 4 KiB not the PAT bit, which lies where PS does. */
function tlbLine({linear, entry, isLarge}: Mapped): string {
	const flags = isLarge ? entry : entry & ~bit.large;
	const letters = ([[8, 'G'], [7, 'P'], [6, 'D'], [5, 'A'], [4, 'C'], [3, 'T'], [2, 'U'], [1, 'W']] as const).map(([at, letter]) => (flags >> at & 1) === 1 ? letter : '-').join('');
	return `${hex(linear)}: ${hex((entry & (isLarge ? 0xFFE0_0000 : 0xFFFF_F000)) >>> 0)} -${letters}\n`;
}

export function showMemory(guest: GuestMachine): string {
	if (!hasPaging(guest)) {
		return disabled;
	}

	let text = '';
	let start = 0;
	let last = 0;
	for (const {linear, rights} of [...mappings(guest), {linear: 2 ** 32, rights: 0}]) {
		if (rights !== last) {
			text += last === 0 ? '' : `${hex(start)}-${hex(linear)} ${hex(linear - start)} ${(last & bit.user) === 0 ? '-' : 'u'}r${(last & bit.write) === 0 ? '-' : 'w'}\n`;
			start = linear;
			last = rights;
		}
	}

	return text;
}

function hasPaging({cpu}: GuestMachine): boolean {
	return (cpu.cr0 & cr0Bits.PG) !== 0;
}

function * mappings(guest: GuestMachine): Generator<Mapped> {
	const {cr3, cr4} = guest.cpu;
	for (const [index, entry] of table(guest, cr3).entries()) {
		const linear = index * 2 ** 22;
		if ((entry & bit.present) === 0) {
			yield {linear, entry, rights: 0, isLarge: false};
		} else if ((entry & bit.large) !== 0 && (cr4 & cr4Bits.PSE) !== 0) {
			yield {linear, entry, rights: entry & 7, isLarge: true};
		} else {
			for (const [page, leaf] of table(guest, entry).entries()) {
				yield {linear: linear + page * 4096, entry: leaf, rights: (leaf & bit.present) === 0 ? 0 : leaf & entry & 7, isLarge: false};
			}
		}
	}
}

function table(guest: GuestMachine, entry: number): Uint32Array {
	const bytes = guest.read((entry & 0xFFFF_F000) >>> 0, 4096);
	const view = new DataView(bytes.buffer);
	return Uint32Array.from({length: 1024}, (_, index) => view.getUint32(4 * index, true));
}
