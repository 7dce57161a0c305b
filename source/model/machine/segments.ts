// Loading segment registers (SDM vol. 3, 3.4 and 5.4 to 5.6): the selector is looked up in the GDT or LDT, checked against the privilege
// of the code that runs, and its descriptor is kept.
//
//     selector  15:3 index   2 table (0 GDT, 1 LDT)   1:0 RPL

import type {Cpu} from './cpu.js';
import {
	attribute, attributesOf, baseOf, dplOf, isConforming, isPresent, isReadable, isSystem, isWritableData, limitOf, systemType, typeOf,
	type Descriptor, type Segment,
} from './descriptor.js';
import {type Fault, generalProtection, invalidTss, notPresent, stackFault} from './fault.js';
import {CS, SS} from './registers.js';

export const rplOf = (selector: number): number => selector & 3;
export const isNull = (selector: number): boolean => (selector & 0xFFFC) === 0;

/** A selector in an error code: without the RPL (SDM vol. 3, 6.13). */
export const selectorError = (selector: number): number => selector & 0xFFFC;

/** Linear address of a selector's descriptor, or `undefined` beyond the end of its table. */
function descriptorAddress(cpu: Cpu, selector: number): number | undefined {
	const offset = selector & 0xFFF8;
	const table = (selector & 4) === 0 ? cpu.gdtr : cpu.ldtr;
	const hasTable = (selector & 4) === 0 || !isNull(cpu.ldtr.selector);
	return hasTable && offset + 7 <= table.limit ? (table.base + offset) | 0 : undefined;
}

function readDescriptor(cpu: Cpu, selector: number): Descriptor | undefined {
	const address = descriptorAddress(cpu, selector);
	return address === undefined ? undefined : cpu.mmu.asSupervisor(() => ({low: cpu.mmu.read32(address), high: cpu.mmu.read32((address + 4) | 0)}));
}

/** The descriptor, or the fault that its absence is. */
export function needDescriptor(cpu: Cpu, selector: number, fault: (errorCode: number) => Fault = generalProtection): Descriptor {
	const descriptor = readDescriptor(cpu, selector);
	if (descriptor === undefined) {
		throw fault(selectorError(selector));
	}

	return descriptor;
}

/** Sets the accessed bit in the table, if it is not set. */
export function markAccessed(cpu: Cpu, selector: number, descriptor: Descriptor): Descriptor {
	return (descriptor.high & attribute.accessed) === 0 ? setInTable(cpu, selector, descriptor, attribute.accessed) : descriptor;
}

function setInTable(cpu: Cpu, selector: number, {low, high}: Descriptor, bits: number): Descriptor {
	const address = descriptorAddress(cpu, selector);
	if (address !== undefined) {
		cpu.mmu.asSupervisor(() => cpu.mmu.write32((address + 4) | 0, high | bits));
	}

	return {low, high: high | bits};
}

export function segmentOf(selector: number, descriptor: Descriptor): Segment {
	return {selector, base: baseOf(descriptor), limit: limitOf(descriptor), attributes: attributesOf(descriptor)};
}

export function setSegment(cpu: Cpu, index: number, segment: Segment): void {
	cpu.segments[index] = segment;
	cpu.refreshMode();
}

/** MOV, POP and the like to a segment register other than CS. */
export function loadSegment(cpu: Cpu, index: number, selector: number): void {
	if (!cpu.protectedMode) {
		setSegment(cpu, index, {...cpu.segments[index]!, selector, base: selector << 4});
	} else if (index === SS) {
		setSegment(cpu, SS, stackSegment(cpu, selector, cpu.cpl, generalProtection));
	} else {
		setSegment(cpu, index, dataSegment(cpu, selector));
	}

	cpu.endBlock();
}

function dataSegment(cpu: Cpu, selector: number): Segment {
	if (isNull(selector)) {
		return {selector, base: 0, limit: 0, attributes: 0};
	}

	const descriptor = needDescriptor(cpu, selector);
	const attributes = attributesOf(descriptor);
	if (isSystem(attributes) || !isReadable(attributes)) {
		throw generalProtection(selectorError(selector));
	}

	if (!isConforming(attributes) && (rplOf(selector) > dplOf(attributes) || cpu.cpl > dplOf(attributes))) {
		throw generalProtection(selectorError(selector));
	}

	if (!isPresent(attributes)) {
		throw notPresent(selectorError(selector));
	}

	return segmentOf(selector, markAccessed(cpu, selector, descriptor));
}

/** A stack segment for code of privilege `cpl`; `fault` is #TS where the selector comes out of a TSS. */
export function stackSegment(cpu: Cpu, selector: number, cpl: number, fault: (errorCode: number) => Fault): Segment {
	if (isNull(selector)) {
		throw fault(selectorError(selector));
	}

	const descriptor = needDescriptor(cpu, selector, fault);
	const attributes = attributesOf(descriptor);
	if (rplOf(selector) !== cpl || !isWritableData(attributes) || dplOf(attributes) !== cpl) {
		throw fault(selectorError(selector));
	}

	if (!isPresent(attributes)) {
		throw stackFault(selectorError(selector));
	}

	return segmentOf(selector, markAccessed(cpu, selector, descriptor));
}

/** After a change to an outer ring: data segments that the new ring may not use are emptied (SDM vol. 2, IRET and RET). */
export function dropInnerSegments(cpu: Cpu): void {
	for (const [index, segment] of cpu.segments.entries()) {
		const {attributes} = segment;
		if (index !== CS && index !== SS && !isConforming(attributes) && !isSystem(attributes) && dplOf(attributes) < cpu.cpl) {
			cpu.segments[index] = {...segment, selector: 0, attributes: attributes & ~attribute.present};
		}
	}

	cpu.refreshMode();
}

export function loadLdt(cpu: Cpu, selector: number): void {
	if (isNull(selector)) {
		cpu.ldtr = {...cpu.ldtr, selector, base: 0, limit: 0};
		return;
	}

	const descriptor = systemDescriptor(cpu, selector, [systemType.ldt]);
	cpu.ldtr = segmentOf(selector, descriptor);
}

export function loadTask(cpu: Cpu, selector: number): void {
	if (isNull(selector)) {
		throw generalProtection();
	}

	const descriptor = systemDescriptor(cpu, selector, [systemType.tss32, systemType.tss16]);
	// The table's entry becomes busy. What the register keeps is shown by QEMU as it was read.
	cpu.tr = segmentOf(selector, descriptor);
	setInTable(cpu, selector, descriptor, 0x200);
}

function systemDescriptor(cpu: Cpu, selector: number, types: readonly number[]): Descriptor {
	if ((selector & 4) !== 0) {
		throw generalProtection(selectorError(selector));
	}

	const descriptor = needDescriptor(cpu, selector);
	const attributes = attributesOf(descriptor);
	if (!isSystem(attributes) || !types.includes(typeOf(attributes))) {
		throw generalProtection(selectorError(selector));
	}

	if (!isPresent(attributes)) {
		throw notPresent(selectorError(selector));
	}

	return descriptor;
}

/** Stack pointer and segment for an inner ring, out of the TSS (SDM vol. 3, 7.2.1). */
export function stackOfRing(cpu: Cpu, ring: number): {readonly esp: number; readonly ss: number} {
	const wide = typeOf(cpu.tr.attributes) === systemType.tss32 || typeOf(cpu.tr.attributes) === systemType.busyTss32;
	const offset = wide ? 4 + ring * 8 : 2 + ring * 4;
	if (offset + (wide ? 5 : 3) > cpu.tr.limit) {
		throw invalidTss(selectorError(cpu.tr.selector));
	}

	const address = (cpu.tr.base + offset) | 0;
	return cpu.mmu.asSupervisor(() => wide
		? {esp: cpu.mmu.read32(address), ss: cpu.mmu.read16((address + 4) | 0)}
		: {esp: cpu.mmu.read16(address), ss: cpu.mmu.read16((address + 2) | 0)});
}

/** LAR, LSL, VERR, VERW: the descriptor if code of this privilege could name it, and `undefined` otherwise; these do not fault. */
export function visibleDescriptor(cpu: Cpu, selector: number): Descriptor | undefined {
	const descriptor = isNull(selector) ? undefined : readDescriptor(cpu, selector);
	if (descriptor === undefined) {
		return undefined;
	}

	const attributes = attributesOf(descriptor);
	const reachable = isConforming(attributes) || (cpu.cpl <= dplOf(attributes) && rplOf(selector) <= dplOf(attributes));
	return reachable ? descriptor : undefined;
}

