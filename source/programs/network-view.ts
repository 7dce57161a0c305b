// What programs ask the kernel about their network namespace by netlink, in the kernel's order.

import type {Process} from '../model/kernel/program.js';
import {parseCidr} from '../model/network/address.js';
import type {Link, Route} from '../model/network/network-schema.js';

/** The links by their numbers. */
export function linksOf({sys}: Process): readonly Link[] {
	const {tx, namespace} = sys.netlink();
	return [...tx.table(`link:${namespace}`).values()].sort((a, b) => a.index - b.index);
}

/** The routes as the kernel's trie of prefixes has them: by address, so that the default route comes first. */
export function routesOf({sys}: Process): readonly Route[] {
	const {tx, namespace} = sys.netlink();
	return [...tx.table(`route:${namespace}`).values()].sort(byPrefix);
}

function byPrefix(a: Route, b: Route): number {
	const [left, right] = [parseCidr(a.destination), parseCidr(b.destination)];
	return (left?.base ?? 0) - (right?.base ?? 0) || (left?.prefixLength ?? 0) - (right?.prefixLength ?? 0) || a.metric - b.metric;
}
