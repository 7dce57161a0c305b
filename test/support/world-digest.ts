// A digest of everything in a World, without any memory of earlier ones: two worlds have the same digest exactly if they hold the same.

import {createHash, type Hash} from 'node:crypto';
import type {World} from '../../source/base/transaction.js';

export function worldDigest(world: World): string {
	return tablesDigest(world, () => true);
}

/** The digest of some tables only. */
export function tablesDigest(world: World, isMeant: (name: string) => boolean): string {
	const hash = createHash('sha256');
	for (const name of [...world.tables.keys()].filter(isMeant).sort()) {
		hash.update(`table ${name}\n`);
		add(hash, world.tables.get(name));
	}

	return hash.digest('hex');
}

function add(hash: Hash, value: unknown): void {
	if (value instanceof Uint8Array) {
		hash.update(`bytes ${value.length}\n`).update(value);
	} else if (typeof value === 'object' && value !== null && Symbol.iterator in value) {
		hash.update('[');
		for (const part of value as Iterable<unknown>) {
			add(hash, part);
		}

		hash.update(']');
	} else if (typeof value === 'object' && value !== null) {
		hash.update('{');
		for (const [name, part] of Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)) {
			hash.update(`${name}:`);
			add(hash, part);
		}

		hash.update('}');
	} else {
		hash.update(`${typeof value} ${String(value)}\n`);
	}
}
