// Paths of nodes inside their filesystem, found by asking each directory for the name of what it contains.

import {failed} from './errno.js';
import type {FsId, NodeId} from './file-types.js';
import type {FsContext} from './filesystem.js';
import {typeOf} from './vfs.js';

/** The path of a node from the root of its filesystem; undefined once nothing leads to it. */
export function pathInFileSystem(context: FsContext, fs: FsId, node: NodeId, top: NodeId): string | undefined {
	const names: string[] = [];
	for (let at = node; at !== top; ) {
		const step = stepUp(context, fs, at);
		if (step === undefined || step.directory === at) {
			return undefined;
		}

		names.push(step.name);
		at = step.directory;
	}

	return `/${names.reverse().join('/')}`;
}

function stepUp(context: FsContext, fs: FsId, node: NodeId): {readonly directory: NodeId; readonly name: string} | undefined {
	const type = typeOf(context, fs);
	const attributes = type.attributes(context, fs, node);
	const stored = context.tx.table(`inode:${fs}`);
	if (!failed(attributes) && attributes.type !== 'directory' && stored.size > 0) {
		// Inodes of files do not know their directory. A mount point that is a file is rare enough to search for.
		for (const inode of stored.values()) {
			for (const [name, entry] of inode.entries) {
				if (entry.node === node) {
					return {directory: inode.node, name};
				}
			}
		}

		return undefined;
	}

	const merged = context.tx.get(`overlay-node:${fs}`, node);
	if (merged !== undefined) {
		return {directory: merged.parent, name: merged.name};
	}

	const directory = type.parent(context, fs, node);
	const entries = type.entries(context, fs, directory);
	const entry = failed(entries) ? undefined : entries.find(candidate => candidate.node === node);
	return entry === undefined ? undefined : {directory, name: entry.name};
}
