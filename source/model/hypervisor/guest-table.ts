// The guests of a host. Their records are published by their processes; one that was killed could not take its own away.

import type {Reads} from '../../base/transaction.js';
import type {KernelSchema} from '../kernel/schema.js';
import type {GuestRecord, GuestSchema} from './guest-schema.js';

/** Guests whose process lives, the oldest first. */
export function guestsOf(tx: Reads<GuestSchema & KernelSchema>, kernel: number): readonly GuestRecord[] {
	return [...tx.table(`guest:${kernel}`).values()].filter(({task}) => {
		const found = tx.get(`task:${kernel}`, task);
		return found !== undefined && found.state !== 'zombie';
	}).sort((a, b) => a.task - b.task);
}
