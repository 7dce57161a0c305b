// The data of all panels about running guests: what each guest last published, and what it had published before the last command.

import type {GuestRecord} from '../../../model/hypervisor/guest-schema.js';
import {ownersOf, tableOf, type PanelContext} from '../panel-context.js';

export type GuestView = {
	readonly guest: GuestRecord;
	/** Undefined if it was not there, or nothing was before. */
	readonly before: GuestRecord | undefined;
};

/** Guests whose process is still there, the one that published last first. */
export function selectGuests({world, before}: PanelContext): readonly GuestView[] {
	return ownersOf(world, 'guest').flatMap(kernel => {
		const table = `guest:${kernel}`;
		const tasks = tableOf(world, `task:${kernel}`);
		return Array.from(tableOf<GuestRecord>(world, table))
			.filter(([, guest]) => tasks.has(guest.task))
			.map(([id, guest]): GuestView => ({guest, before: before === undefined ? undefined : tableOf<GuestRecord>(before, table).get(id)}));
	}).sort((a, b) => b.guest.task - a.guest.task);
}
