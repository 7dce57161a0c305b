// What the subcommands of `vmm` and a guest's process say to each other: a line of JSON each.

import {z} from 'zod';
import type {Json} from '../../base/json.js';
import type {GuestState} from '../../model/hypervisor/guest-schema.js';

const request = z.discriminatedUnion('command', [
	z.object({command: z.enum(['regs', 'tlb', 'exits', 'cache', 'map', 'console', 'state', 'pause', 'stop'])}),
	z.object({command: z.literal('step'), count: z.int().min(1)}),
	z.object({command: z.literal('cont'), budget: z.int().min(1)}),
	z.object({command: z.literal('mem'), address: z.int().min(0), length: z.int().min(1), isPhysical: z.boolean()}),
	z.object({command: z.literal('walk'), address: z.int().min(0), access: z.enum(['read', 'write', 'fetch']), user: z.boolean().optional()}),
	z.object({command: z.literal('costs'), table: z.string()}),
]);

export type Request = z.infer<typeof request>;
export type Answer = {readonly text: string; readonly status: number};

export function readRequest(value: Json): Request | undefined {
	return request.safeParse(value).data;
}

export function readAnswer(value: Json): Answer | undefined {
	return z.object({text: z.string(), status: z.int()}).safeParse(value).data;
}

/** What a guest's process tells the one that started it, through a pipe. */
export type Report =
	| {readonly kind: 'ready'}
	| {readonly kind: 'refused'; readonly why: string}
	| {readonly kind: 'stopped'; readonly state: GuestState; readonly detail?: string; readonly instructions: number; readonly dropped: number};
