// How table entries read.
//
//     32-bit paging (SDM vol. 3, tables 4-4 to 4-6)
//         31:12 frame   8 G (leaf)   7 PS (directory)   6 D (leaf)   5 A   4 PCD   3 PWT   2 U/S   1 R/W   0 P
//     4 MiB page in the directory (CR4.PSE)
//         31:22 frame   21 reserved   20:13 bits 39:32 of the frame   8 G   7 PS = 1   the rest as above
//     EPT (SDM vol. 3, tables 28-1 to 28-6)
//         frame   7 large   2 X   1 W   0 R
//
// Simplified: PAT, cacheability and the bits that the formats ignore have no effect; EPT entries have no accessed and dirty bits and
// no memory type.

import {right, type Entry, type EntryFormat} from './page-walk.js';

const present = 1;
const writable = 2;
const user = 4;
const large = 0x80;
const global = 0x100;
const reservedIn4M = 0x20_0000;

const frameOf = (entry: number): number => entry - entry % 4096;

/** 32-bit paging: two levels of 1,024 entries. `pse` and `pge` are the bits of CR4. */
export function ia32Format({pse, pge}: {readonly pse: boolean; readonly pge: boolean}): EntryFormat {
	return {
		entryBytes: 4, indexBits: 10, accessed: 0x20, dirty: 0x40,
		interpret(raw, level): Entry {
			const isLarge = level === 1 && pse && (raw & large) !== 0;
			const leaf = level === 0 || isLarge;
			const rights = right.read | right.execute | ((raw & writable) === 0 ? 0 : right.write) | ((raw & user) === 0 ? 0 : right.user);
			return {
				present: (raw & present) !== 0, leaf, rights,
				reserved: isLarge && (raw & reservedIn4M) !== 0,
				// Bits 20:13 are the frame's bits 39:32 (PSE-36).
				frame: isLarge ? (raw >>> 22) * 0x40_0000 + (raw >>> 13 & 0xFF) * 0x1_0000_0000 : frameOf(raw),
				global: leaf && pge && (raw & global) !== 0,
			};
		},
	};
}

/** A tree of the same rights with 8-byte entries, 9 bits a level: what 4- and 5-level paging look like, without their large pages. */
export const longFormat: EntryFormat = {
	entryBytes: 8, indexBits: 9, accessed: 0x20, dirty: 0x40,
	interpret: (raw, level) => ({
		present: (raw & present) !== 0,
		leaf: level === 0,
		reserved: false,
		rights: right.read | right.execute | ((raw & writable) === 0 ? 0 : right.write) | ((raw & user) === 0 ? 0 : right.user),
		frame: frameOf(raw),
		global: false,
	}),
};

/** Extended page tables: bits 0 to 2 are read, write, execute. A writable entry that is not readable is a misconfiguration (28.3.3.1). */
export function eptFormat(entryBytes: 4 | 8): EntryFormat {
	const indexBits = entryBytes === 4 ? 10 : 9;
	return {
		entryBytes, indexBits, accessed: 0, dirty: 0,
		interpret(raw, level): Entry {
			const leaf = level === 0 || (raw & large) !== 0;
			const size = 2 ** (12 + indexBits * (leaf ? level : 0));
			return {
				present: (raw & 7) !== 0, leaf,
				reserved: (raw & 3) === 2,
				rights: raw & 7,
				frame: raw - raw % size,
				global: false,
			};
		},
	};
}
