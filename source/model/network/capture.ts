// Packets as somebody who listens at a link sees them: what tcpdump reads from its packet socket. Source: packet(7).

import {nowNs, type Nanoseconds} from '../../base/clock.js';
import type {Writes} from '../../base/transaction.js';
import type {Hop} from './ethernet.js';
import type {LinkIndex, NetNamespaceId, NetworkSchema} from './network-schema.js';
import type {Packet} from './rule-match.js';

export type Sighting = {readonly atNs: Nanoseconds; readonly link: string; readonly direction: Hop['direction']; readonly packet: Packet; readonly lengthBytes: number};

/** Who listens, at which link or at all of a namespace, and what was seen and not read yet. */
export type Capture = {readonly id: number; readonly namespace: NetNamespaceId; readonly device: LinkIndex | undefined; readonly seen: readonly Sighting[]; readonly droppedCount: number};

/** As many packets wait for the reader; more are lost and counted. */
const maxSeen = 1000;

/** What wakes those who listen. */
export const captureChannel = 'capture';

type Tx = Writes<NetworkSchema>;

export function openCapture(tx: Tx, namespace: NetNamespaceId, device: LinkIndex | undefined): number {
	const id = Math.max(0, ...[...tx.table('capture').keys()].map(Number)) + 1;
	tx.put('capture', id, {id, namespace, device, seen: [], droppedCount: 0});
	return id;
}

export function closeCapture(tx: Tx, id: number): void {
	tx.delete('capture', id);
}

/** What was seen since the last call. */
export function takeSightings(tx: Tx, id: number): readonly Sighting[] {
	const capture = tx.get('capture', id);
	if (capture === undefined || capture.seen.length === 0) {
		return [];
	}

	tx.put('capture', id, {...capture, seen: []});
	return capture.seen;
}

/** Shows a packet to everybody who listens on its way; `packets` are how it looked at each hop. */
export function showPacket(tx: Tx, {hops, packets}: {readonly hops: readonly Hop[]; readonly packets: readonly Packet[]}, {lengthBytes, flags}: {readonly lengthBytes: number; readonly flags?: readonly string[]}): void {
	for (const capture of [...tx.table('capture').values()]) {
		const seen = hops.flatMap((hop, index): Sighting[] => {
			const packet = packets[index];
			return packet === undefined || hop.namespace !== capture.namespace || (capture.device !== undefined && capture.device !== hop.index) ? []
				: [{atNs: nowNs(tx), link: hop.name, direction: hop.direction, packet: flags === undefined ? packet : {...packet, flags}, lengthBytes}];
		});
		if (seen.length > 0) {
			const all = [...capture.seen, ...seen];
			tx.put('capture', capture.id, {...capture, seen: all.slice(0, maxSeen), droppedCount: capture.droppedCount + Math.max(all.length - maxSeen, 0)});
		}
	}
}
