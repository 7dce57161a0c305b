// The caller's network interfaces and routes: what real programs ask the kernel for by netlink.

import type {KernelSchema} from '../model/kernel/schema.js';
import type {Process} from '../model/kernel/program.js';
import {parseCidr} from '../model/network/address.js';
import type {Link, Route} from '../model/network/network-schema.js';
import type {Reads} from '../base/transaction.js';

export type Interfaces = {
	readonly links: readonly Link[];
	readonly routes: readonly Route[];
	/** Where the other end of a veth pair is: `if7` after the name, if it is in another namespace. */
	readonly isElsewhere: (link: Link) => boolean;
};

/** The order in which the kernel's trie of prefixes lists them: by address, so that the default route comes first. */
function byPrefix(a: Route, b: Route): number {
	const [left, right] = [parseCidr(a.destination), parseCidr(b.destination)];
	return (left?.base ?? 0) - (right?.base ?? 0) || (left?.prefixLength ?? 0) - (right?.prefixLength ?? 0) || a.metric - b.metric;
}

export function interfacesOf(process: Process): Interfaces {
	const {tx, kernel, task} = process.sys.kernel();
	const reads: Reads<KernelSchema> = tx;
	const namespace = reads.get(`task:${kernel}`, task)!.namespaces.net;
	return {
		links: [...reads.table(`link:${namespace}`).values()].sort((a, b) => a.index - b.index),
		routes: [...reads.table(`route:${namespace}`).values()].sort(byPrefix),
		isElsewhere: link => link.peer !== undefined && link.peer.namespace !== namespace,
	};
}
