// How Xen hands an exception, a software interrupt or an event to a domain's kernel: it makes the frame that the processor would have made,
// on the kernel's stack, and lets the domain go on at the handler. Source: xen/arch/x86/x86_32/entry.S, create_bounce_frame.
//
//     [error code] EIP CS EFLAGS, and ESP SS if it came from user code. CS has the event mask of before in its upper half; IF in EFLAGS
//     is what the mask says.

import type {Cpu} from '../../../machine/cpu.js';
import {attribute, type Segment} from '../../../machine/descriptor.js';
import {eflagsOf, IF, TF} from '../../../machine/flags.js';
import {CS, ESP, SS} from '../../../machine/registers.js';
import type {Domain} from './domain.js';
import type {EventChannels} from './event-channels.js';
import {writeGuest} from './guest-access.js';
import {flatSelector, hypervisorStart} from './interface.js';

export type Handler = {readonly selector: number; readonly eip: number; readonly masksEvents: boolean};

const common = attribute.present | attribute.codeOrData | attribute.accessed | attribute.big | attribute.pages;
const dpl = (ring: number): number => ring << 13;

/** The flat segments that Xen's descriptor table has for guests; they end where Xen begins. */
export const flatSegments: readonly Segment[] = [
	{selector: flatSelector.kernelCode, base: 0, limit: hypervisorStart - 1, attributes: common | attribute.code | attribute.readable | dpl(1)},
	{selector: flatSelector.kernelData, base: 0, limit: hypervisorStart - 1, attributes: common | attribute.writable | dpl(1)},
	{selector: flatSelector.userCode, base: 0, limit: hypervisorStart - 1, attributes: common | attribute.code | attribute.readable | dpl(3)},
	{selector: flatSelector.userData, base: 0, limit: hypervisorStart - 1, attributes: common | attribute.writable | dpl(3)},
];

/** The flat segment of exactly this selector; undefined if there is none. */
export function flatSegment(selector: number): Segment | undefined {
	return flatSegments.find(segment => segment.selector === (selector & 0xFFFF));
}

/** Throws `BadAddress` if the kernel's stack cannot take the frame, or its handler's segment is none: the domain crashes. */
export function bounce(cpu: Cpu, {domain, events, handler, errorCode}: {readonly domain: Domain; readonly events: EventChannels; readonly handler: Handler; readonly errorCode: number | undefined}): void {
	const isMasked = events.isMasked(domain);
	const flags = (eflagsOf(cpu) & ~IF) | (isMasked ? 0 : IF);
	const code = cpu.segments[CS]!.selector | Number(isMasked) << 16;
	const frame = [flags, code, cpu.eip, ...errorCode === undefined ? [] : [errorCode]];
	if (cpu.cpl === 3) {
		frame.unshift(cpu.segments[SS]!.selector, cpu.regs[ESP]!);
		cpu.segments[SS] = {...flatSegments[1]!};
		cpu.regs[ESP] = domain.kernelStack.esp;
	}

	for (const word of frame) {
		const top = (cpu.regs[ESP]! - 4) | 0;
		writeGuest(cpu, top, word);
		cpu.regs[ESP] = top;
	}

	cpu.segments[CS] = {...flatSegments[0]!};
	cpu.eip = handler.eip;
	cpu.systemFlags &= ~TF;
	cpu.setCpl(1);
	cpu.refreshMode();
	if (handler.masksEvents) {
		events.setMask(domain, true);
	}

	domain.counts.bounces += 1;
}
