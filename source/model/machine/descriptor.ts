// Segment descriptors (SDM vol. 3, 3.4.5), as two double words:
//
//     high  31:24 base   23 G  22 D/B  21 L  20 AVL  19:16 limit  15 P  14:13 DPL  12 S  11:8 type   7:0 base
//     low   31:16 base   15:0 limit
//
// type of code: 11 = 1, 10 conforming, 9 readable, 8 accessed; of data: 11 = 0, 10 expand-down, 9 writable, 8 accessed.

/** What a segment register holds beside the selector: the descriptor's cache. `attributes` is the high word without the base. */
export type Segment = {selector: number; base: number; limit: number; attributes: number};

export type Descriptor = {readonly low: number; readonly high: number};

export const attribute = {
	accessed: 0x100, writable: 0x200, readable: 0x200, expandDown: 0x400, conforming: 0x400, code: 0x800,
	codeOrData: 0x1000, dpl: 0x6000, present: 0x8000, big: 0x40_0000, pages: 0x80_0000,
} as const;

const attributesMask = 0x00FF_FF00;

/** Types of system descriptors (S = 0) that matter here. */
export const systemType = {tss16: 1, ldt: 2, busyTss16: 3, callGate16: 4, taskGate: 5, interruptGate16: 6, trapGate16: 7, tss32: 9, busyTss32: 11, callGate32: 12, interruptGate32: 14, trapGate32: 15} as const;

export const baseOf = ({low, high}: Descriptor): number => (low >>> 16) | (high & 0xFF) << 16 | (high & 0xFF00_0000);

export function limitOf({low, high}: Descriptor): number {
	const limit = (low & 0xFFFF) | (high & 0xF_0000);
	return (high & attribute.pages) === 0 ? limit : limit * 4096 + 4095;
}

export const attributesOf = ({high}: Descriptor): number => high & attributesMask;
export const dplOf = (attributes: number): number => attributes >> 13 & 3;
export const typeOf = (attributes: number): number => attributes >> 8 & 15;
export const isPresent = (attributes: number): boolean => (attributes & attribute.present) !== 0;
export const isSystem = (attributes: number): boolean => (attributes & attribute.codeOrData) === 0;
export const isCode = (attributes: number): boolean => (attributes & (attribute.codeOrData | attribute.code)) === (attribute.codeOrData | attribute.code);
export const isConforming = (attributes: number): boolean => isCode(attributes) && (attributes & attribute.conforming) !== 0;
export const isWritableData = (attributes: number): boolean => (attributes & (attribute.codeOrData | attribute.code | attribute.writable)) === (attribute.codeOrData | attribute.writable);
export const isReadable = (attributes: number): boolean => !isSystem(attributes) && (!isCode(attributes) || (attributes & attribute.readable) !== 0);
export const isExpandDown = (attributes: number): boolean => (attributes & (attribute.codeOrData | attribute.code | attribute.expandDown)) === (attribute.codeOrData | attribute.expandDown);

/**
 * Whether an access of `bytes` bytes at `offset` (a signed or unsigned 32-bit integer) lies inside a segment (SDM vol. 3, 5.3). In a segment of
 * 4 GiB an access may go round from the end to the beginning; the SDM leaves that to the processor, and QEMU and Bochs allow it.
 */
export function isInside({limit, attributes}: Readonly<Segment>, offset: number, bytes: number): boolean {
	const first = offset >>> 0;
	const last = first + bytes - 1;
	if (!isExpandDown(attributes)) {
		return last <= limit || limit === 0xFFFF_FFFF;
	}

	return first > limit && last <= ((attributes & attribute.big) === 0 ? 0xFFFF : 0xFFFF_FFFF);
}

/** The whole 4 GiB, readable and writable: an access needs no check. */
export function isFlatData({base, limit, attributes}: Readonly<Segment>): boolean {
	return base === 0 && limit === 0xFFFF_FFFF && isPresent(attributes) && isWritableData(attributes) && !isExpandDown(attributes);
}
