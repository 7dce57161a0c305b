// Going to another code segment: far JMP, CALL and RET (SDM vol. 3, 5.8). A plain selector must be of the same ring (or conforming);
// a call gate leads to an inner one, with a stack out of the TSS; RET leads out again.
//
// Simplified: jumps to a TSS or through a task gate, and 16-bit call gates, end the run as not modelled.

import type {Cpu} from './cpu.js';
import {attribute, attributesOf, dplOf, isCode, isConforming, isInside, isPresent, isSystem, systemType, typeOf, type Descriptor, type Segment} from './descriptor.js';
import {generalProtection, invalidTss, notPresent, NotModelled, stackFault} from './fault.js';
import {CS, SS} from './registers.js';
import {dropInnerSegments, isNull, markAccessed, needDescriptor, rplOf, segmentOf, selectorError, setSegment, stackOfRing, stackSegment} from './segments.js';

type Size = 2 | 4;

/** Puts a code segment in place, with `cpl` as the RPL of its selector, and goes to `eip` in it. */
export function enterCode(cpu: Cpu, {selector, descriptor, cpl, eip}: {selector: number; descriptor: Descriptor; cpl: number; eip: number}): void {
	const segment = segmentOf((selector & ~3) | cpl, descriptor);
	if (eip >>> 0 > segment.limit) {
		throw generalProtection();
	}

	markAccessed(cpu, selector, descriptor);
	setSegment(cpu, CS, segment);
	cpu.setCpl(cpl);
	cpu.eip = eip;
	cpu.endBlock();
}

/** A descriptor that is code and present. */
export function needCode(cpu: Cpu, selector: number): Descriptor {
	if (isNull(selector)) {
		throw generalProtection();
	}

	const descriptor = needDescriptor(cpu, selector);
	if (!isCode(attributesOf(descriptor))) {
		throw generalProtection(selectorError(selector));
	}

	return descriptor;
}

export function needPresent(selector: number, attributes: number): void {
	if (!isPresent(attributes)) {
		throw notPresent(selectorError(selector));
	}
}

/** Checks a selector that JMP or CALL names directly: it leaves the ring as it is. */
function directTarget(cpu: Cpu, selector: number, descriptor: Descriptor): void {
	const attributes = attributesOf(descriptor);
	const allowed = isConforming(attributes) ? dplOf(attributes) <= cpu.cpl : rplOf(selector) <= cpu.cpl && dplOf(attributes) === cpu.cpl;
	if (!allowed) {
		throw generalProtection(selectorError(selector));
	}

	needPresent(selector, attributes);
}

function realModeJump(cpu: Cpu, selector: number, offset: number): void {
	setSegment(cpu, CS, {...cpu.segments[CS]!, selector, base: selector << 4});
	cpu.eip = offset;
	cpu.endBlock();
}

export function farJump(cpu: Cpu, selector: number, offset: number): void {
	if (!cpu.protectedMode) {
		realModeJump(cpu, selector, offset);
		return;
	}

	if (isNull(selector)) {
		throw generalProtection();
	}

	const descriptor = needDescriptor(cpu, selector);
	if (!isSystem(attributesOf(descriptor))) {
		needCode(cpu, selector);
		directTarget(cpu, selector, descriptor);
		enterCode(cpu, {selector, descriptor, cpl: cpu.cpl, eip: offset});
		return;
	}

	const gate = readGate(cpu, selector, descriptor);
	const target = needCode(cpu, gate.selector);
	directTarget(cpu, gate.selector & ~3, target);
	enterCode(cpu, {selector: gate.selector, descriptor: target, cpl: cpu.cpl, eip: gate.offset});
}

export function farCall(cpu: Cpu, selector: number, offset: number, size: Size): void {
	const returnTo = {cs: cpu.segments[CS]!.selector, eip: cpu.eip};
	if (!cpu.protectedMode) {
		pushAll(cpu, [returnTo.cs, returnTo.eip], size);
		realModeJump(cpu, selector, offset);
		return;
	}

	if (isNull(selector)) {
		throw generalProtection();
	}

	const descriptor = needDescriptor(cpu, selector);
	if (isSystem(attributesOf(descriptor))) {
		callThroughGate(cpu, readGate(cpu, selector, descriptor), returnTo);
		return;
	}

	needCode(cpu, selector);
	directTarget(cpu, selector, descriptor);
	checkLimit(segmentOf(selector, descriptor), offset);
	pushAll(cpu, [returnTo.cs, returnTo.eip], size);
	enterCode(cpu, {selector, descriptor, cpl: cpu.cpl, eip: offset});
}

export function checkLimit(segment: Segment, eip: number): void {
	if (eip >>> 0 > segment.limit) {
		throw generalProtection();
	}
}

/** Pushes values so that a fault on the last leaves ESP as it was. */
export function pushAll(cpu: Cpu, values: readonly number[], size: Size): void {
	const bytes = values.length * size;
	const bottom = cpu.stackPointer(-bytes);
	for (const [index, value] of values.entries()) {
		const at = cpu.linear(SS, cpu.stackPointer(-size * (index + 1)), size, true);
		if (size === 4) {
			cpu.mmu.write32(at, value);
		} else {
			cpu.mmu.write16(at, value);
		}
	}

	cpu.setStackPointer(bottom);
}

type Gate = {readonly selector: number; readonly offset: number; readonly parameters: number};

function readGate(cpu: Cpu, selector: number, descriptor: Descriptor): Gate {
	const attributes = attributesOf(descriptor);
	const type = typeOf(attributes);
	const known: readonly number[] = [systemType.tss16, systemType.tss32, systemType.taskGate, systemType.callGate16, systemType.callGate32];
	if (!known.includes(type) || dplOf(attributes) < cpu.cpl || dplOf(attributes) < rplOf(selector)) {
		throw generalProtection(selectorError(selector));
	}

	needPresent(selector, attributes);
	if (type !== systemType.callGate32) {
		throw new NotModelled(type === systemType.callGate16 ? '16-bit call gate' : 'task switch');
	}

	return {selector: descriptor.low >>> 16, offset: (descriptor.low & 0xFFFF) | (descriptor.high & 0xFFFF_0000), parameters: descriptor.high & 31};
}

function callThroughGate(cpu: Cpu, gate: Gate, returnTo: {readonly cs: number; readonly eip: number}): void {
	const target = needCode(cpu, gate.selector);
	const attributes = attributesOf(target);
	if (dplOf(attributes) > cpu.cpl) {
		throw generalProtection(selectorError(gate.selector));
	}

	needPresent(gate.selector, attributes);
	checkLimit(segmentOf(gate.selector, target), gate.offset);
	if (isConforming(attributes) || dplOf(attributes) === cpu.cpl) {
		pushAll(cpu, [returnTo.cs, returnTo.eip], 4);
		enterCode(cpu, {selector: gate.selector, descriptor: target, cpl: cpu.cpl, eip: gate.offset});
		return;
	}

	const ring = dplOf(attributes);
	const parameters = Array.from({length: gate.parameters}, (_, index) => cpu.peek(4 * (gate.parameters - 1 - index), 4));
	switchStack(cpu, ring, [cpu.segments[SS]!.selector, cpu.regs[4]!, ...parameters, returnTo.cs, returnTo.eip], 4);
	enterCode(cpu, {selector: gate.selector, descriptor: target, cpl: ring, eip: gate.offset});
}

/**
 * Changes to the stack of an inner ring and pushes `values` on it. Everything is checked before anything is changed. The CPL becomes
 * the ring's, because that is whose the new stack is.
 */
export function switchStack(cpu: Cpu, ring: number, values: readonly number[], size: Size): void {
	const {esp, ss} = stackOfRing(cpu, ring);
	const stack = stackSegment(cpu, ss, ring, invalidTss);
	const wide = (stack.attributes & attribute.big) !== 0;
	const wrap = (offset: number): number => wide ? offset | 0 : offset & 0xFFFF;
	const bottom = wrap(esp - values.length * size);
	const user = cpu.mmu.user;
	cpu.mmu.user = ring === 3;
	try {
		for (const [index, value] of values.entries()) {
			const offset = wrap(esp - size * (index + 1));
			if (!isInside(stack, offset, size)) {
				throw stackFault(selectorError(ss));
			}

			const at = (stack.base + offset) | 0;
			if (size === 4) {
				cpu.mmu.write32(at, value);
			} else {
				cpu.mmu.write16(at, value);
			}
		}
	} finally {
		cpu.mmu.user = user;
	}

	setSegment(cpu, SS, stack);
	cpu.regs[4] = wide ? bottom : (cpu.regs[4]! & ~0xFFFF) | bottom;
}

/** RET far. */
export function farReturn(cpu: Cpu, size: Size, release: number): void {
	const eip = cpu.peek(0, size);
	const selector = cpu.peek(size, size) & 0xFFFF;
	if (!cpu.protectedMode) {
		cpu.setStackPointer(cpu.stackPointer(2 * size + release));
		realModeJump(cpu, selector, eip);
		return;
	}

	returnTo(cpu, {eip, selector, size, above: 2 * size, release});
}

/** The part that RET and IRET share: back to code of the same or of an outer ring, whose stack lies above the frame. */
export function returnTo(cpu: Cpu, {eip, selector, size, above, release}: {eip: number; selector: number; size: Size; above: number; release: number}): void {
	const descriptor = needCode(cpu, selector);
	const attributes = attributesOf(descriptor);
	const ring = rplOf(selector);
	const allowed = isConforming(attributes) ? dplOf(attributes) <= ring : dplOf(attributes) === ring;
	if (ring < cpu.cpl || !allowed) {
		throw generalProtection(selectorError(selector));
	}

	needPresent(selector, attributes);
	checkLimit(segmentOf(selector, descriptor), eip);
	if (ring === cpu.cpl) {
		const top = cpu.stackPointer(above + release);
		enterCode(cpu, {selector, descriptor, cpl: ring, eip});
		cpu.setStackPointer(top);
		return;
	}

	const esp = cpu.peek(above + release, size);
	const stack = stackSegment(cpu, cpu.peek(above + release + size, size) & 0xFFFF, ring, generalProtection);
	enterCode(cpu, {selector, descriptor, cpl: ring, eip});
	setSegment(cpu, SS, stack);
	// SDM leaves the upper half of ESP to the processor where the outer stack is a 16-bit one.
	cpu.setStackPointer(esp + release);
	dropInnerSegments(cpu);
}
