// What the kernel says of a link's state, RFC 2863.

import type {NetworkAccess} from '../model/kernel/kernel-access.js';
import {hasCarrier, portsOf} from '../model/network/link.js';
import type {Link} from '../model/network/network-schema.js';

export function linkState({tx, namespace}: NetworkAccess, link: Link): 'DOWN' | 'UP' | 'UNKNOWN' | 'LOWERLAYERDOWN' {
	if (!link.isUp) {
		return 'DOWN';
	}

	const hasNoEnd = link.kind === 'loopback' || link.kind === 'dummy' || (link.kind === 'bridge' && portsOf(tx, namespace, link.index).length === 0 && link.isMacDrawn);
	return hasNoEnd ? 'UNKNOWN' : (hasCarrier(tx, namespace, link) ? 'UP' : (link.kind === 'veth' ? 'LOWERLAYERDOWN' : 'DOWN'));
}

/** Whether it is up and what it is connected to is, too. */
export function isRunning(net: NetworkAccess, link: Link): boolean {
	const state = linkState(net, link);
	return state === 'UP' || state === 'UNKNOWN';
}
