// Virtual machines, as the panels need them: the domains of each host's hypervisor.

import type {Host} from '../../model/host/schema.js';
import type {Domain} from '../../model/hypervisor/domain-schema.js';
import {isChanged, ownersOf, tableOf, type PanelContext} from './panel-context.js';

export type MachineRow = {
	readonly name: string;
	/** The host it runs on. */
	readonly host: string | undefined;
	readonly isRunning: boolean;
	readonly isChanged: boolean;
};

export function selectMachines(context: PanelContext): readonly MachineRow[] {
	const {world} = context;
	const hosts = new Map(Array.from(tableOf<Host>(world, 'host').values(), ({kernel, name}) => [kernel, name]));
	return ownersOf(world, 'domain').flatMap(kernel => Array.from(tableOf<Domain>(world, `domain:${kernel}`).values(), ({name, live}) => ({
		name,
		host: hosts.get(kernel),
		isRunning: live?.state === 'running',
		isChanged: isChanged(context, `domain:${kernel}`, name),
	})));
}
