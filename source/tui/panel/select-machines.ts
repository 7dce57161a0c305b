// Virtual machines, as the panels need them.

import type {Kernel} from '../../model/kernel/schema.js';
import {isChanged, tableOf, type PanelContext} from './panel-context.js';

export type MachineRow = {
	readonly name: string;
	/** The host it runs on. */
	readonly host: string | undefined;
	readonly isRunning: boolean;
	readonly isChanged: boolean;
};

/** Machines that run have a kernel of their own. */
export function selectMachines(context: PanelContext): readonly MachineRow[] {
	return Array.from(tableOf<Kernel>(context.world, 'kernel').values())
		.filter(kernel => kernel.owner.startsWith('vm:'))
		.map(kernel => ({
			name: kernel.owner.slice('vm:'.length),
			host: undefined,
			isRunning: true,
			isChanged: isChanged(context, 'kernel', kernel.id),
		}));
}
