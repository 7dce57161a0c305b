// The processes panel's data: what `ps` on the host would show, containers' processes among them, since there is one kernel.

import type {Container} from '../../../model/container/container-schema.js';
import type {NamespaceKind} from '../../../model/kernel/program.js';
import type {Kernel, Task} from '../../../model/kernel/schema.js';
import {isChanged, tableOf, type PanelContext} from '../panel-context.js';

export type ProcessRow = {
	readonly pid: number;
	/** In its own pid namespace, where that is another one. */
	readonly innerPid: number | undefined;
	readonly uid: number;
	readonly state: Task['state'];
	readonly command: string;
	/** Of the container it is in: Docker's or LXC's name, or the namespaces that it has of its own. */
	readonly container: string | undefined;
	readonly memoryBytes: number;
	readonly isNew: boolean;
};

export function selectProcesses(context: PanelContext): readonly ProcessRow[] {
	const {world, before} = context;
	return Array.from(tableOf<Kernel>(world, 'kernel').values()).filter(kernel => kernel.owner.startsWith('host:')).flatMap(kernel => {
		const table = `task:${kernel.id}`;
		const containerOf = containersByNamespace(context, kernel.id);
		return Array.from(tableOf<Task>(world, table).values())
			.filter(task => !task.isThread && task.program !== undefined)
			.map((task): ProcessRow => ({
				pid: task.id,
				innerPid: task.pids.length > 1 ? task.pids[0]?.pid : undefined,
				uid: task.uid,
				state: task.state,
				command: task.argv.length > 0 ? task.argv.join(' ') : task.name,
				container: containerOf.get(task.namespaces.pid) ?? lxcName(task) ?? ownNamespaces(kernel, task),
				memoryBytes: task.memoryBytes,
				isNew: isChanged(context, table, task.id) && tableOf<Task>(before!, table).get(task.id) === undefined,
			}));
	});
}

function containersByNamespace({world}: PanelContext, kernel: number): ReadonlyMap<number, string> {
	return new Map(Array.from(tableOf<Container>(world, `container:${kernel}`).values()).flatMap(container =>
		container.namespaces === undefined ? [] : [[container.namespaces.pid, container.name] as const]));
}

/** LXC has no table of its containers: the name is that of the control group. */
function lxcName({cgroup}: Task): string | undefined {
	return /^\/lxc\.payload\.(?<name>[^\/]+)/v.exec(cgroup)?.groups?.['name'];
}

/** A container made by hand has no name, only what it is made of. */
function ownNamespaces({initial}: Kernel, {namespaces}: Task): string | undefined {
	const kinds = (Object.keys(initial) as NamespaceKind[]).filter(kind => namespaces[kind] !== initial[kind]).sort();
	return kinds.length === 0 ? undefined : kinds.join('+');
}
