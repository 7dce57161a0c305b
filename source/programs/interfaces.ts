// The caller's network interfaces and routes: what real programs ask the kernel for by netlink.

import type {KernelSchema} from '../model/kernel/schema.js';
import type {Process} from '../model/kernel/program.js';
import type {Link, Route} from '../model/network/network-schema.js';
import type {Reads} from '../base/transaction.js';

export type Interfaces = {
	readonly links: readonly Link[];
	readonly routes: readonly Route[];
	/** Where the other end of a veth pair is: `if7` after the name, if it is in another namespace. */
	readonly isElsewhere: (link: Link) => boolean;
};

export function interfacesOf(process: Process): Interfaces {
	const {tx, kernel, task} = process.sys.kernel();
	const reads: Reads<KernelSchema> = tx;
	const namespace = reads.get(`task:${kernel}`, task)!.namespaces.net;
	return {
		links: [...reads.table(`link:${namespace}`).values()].sort((a, b) => a.index - b.index),
		routes: [...reads.table(`route:${namespace}`).values()],
		isElsewhere: link => link.peer !== undefined && link.peer.namespace !== namespace,
	};
}
