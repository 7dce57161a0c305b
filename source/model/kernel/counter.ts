// Numbers that only grow. One counter a purpose, so that ids of one kind do not depend on how many of another were made.

import type {Reads, Writes} from '../../base/transaction.js';
import type {KernelSchema} from './schema.js';

const firstValues: Readonly<Record<string, number>> = {
	// Linux gives namespaces inode numbers from here on (PROC_DYNAMIC_FIRST in include/linux/proc_ns.h).
	namespace: 0xF000_0000,
	filesystem: 1, file: 1, pipe: 1, mount: 21, terminal: 0, socket: 1, device: 38, kernel: 1, peer: 1,
};

/** The next number of a counter. */
export function takeNumber(tx: Writes<KernelSchema>, name: string): number {
	const next = (tx as Reads<KernelSchema>).get('counter', name)?.next ?? firstValues[name] ?? 1;
	tx.put('counter', name, {next: next + 1});
	return next;
}
