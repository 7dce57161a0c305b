// RUN --mount: directories that only one command sees. Source: docs "Dockerfile reference", RUN --mount.
//
// Simplified: no secret is ever there, and ssh is refused.

import type {FsId} from '../../kernel/file-types.js';
import {getInode, putInode} from '../../kernel/inode-filesystem.js';
import {layerStack, makeTreeFileSystem} from '../layer-store.js';
import {rootNode} from '../layer-tree.js';
import type {ChainId} from '../schema.js';
import type {BuildCache} from './build-cache.js';
import type {BuildHost, BuildMount} from './build-host.js';
import {storeOf, viewOf} from './build-step.js';
import type {Of} from './instruction.js';
import {sourceHash} from './source-hash.js';
import type {TreeView} from './tree-view.js';

export type MountSources = {
	readonly context: TreeView;
	readonly cache: BuildCache;
	/** The layers of a stage, by its name or number. */
	readonly chainOf: (stage: string) => ChainId | undefined;
};

/** What a RUN's --mount flags ask for. */
export function runMounts(host: BuildHost, {flags}: Of<'run'>, {context, cache, chainOf}: MountSources): readonly BuildMount[] | {readonly error: string} {
	const mounts: BuildMount[] = [];
	for (const text of flags.get('mount') ?? []) {
		const fields = new Map(text.split(',').map(part => [part.split('=', 1)[0]!, part.slice(part.indexOf('=') + 1)] as const));
		const type = fields.get('type') ?? 'bind';
		const target = fields.get('target') ?? fields.get('dst') ?? fields.get('destination');
		if (type === 'secret') {
			if (fields.get('required') === 'true') {
				return {error: `secret ${fields.get('id') ?? ''}: not found`};
			}

			continue;
		}

		if (target === undefined) {
			return {error: 'invalid mount target ""'};
		}

		const from = fields.get('from');
		if (type === 'bind') {
			const lower = from === undefined ? [makeTreeFileSystem(host.tx, context.merged())] : layerStack(storeOf(host), chainOf(from)).map(layer => layer.fs);
			mounts.push({kind: 'bind', target, lower, source: fields.get('source') ?? fields.get('src') ?? '/', isWritable: fields.has('rw') || fields.has('readwrite')});
		} else if (type === 'cache') {
			mounts.push({kind: 'volume', target, fs: cache.mount(fields.get('id') ?? target)});
		} else if (type === 'tmpfs') {
			mounts.push({kind: 'tmpfs', target, sizeBytes: undefined});
		} else {
			return {error: `unsupported mount type ${JSON.stringify(type)}`};
		}
	}

	return mounts;
}

/** What of the context a RUN can read through its bind mounts: all of it. */
export function contextHash(context: TreeView, mounts: readonly BuildMount[]): string {
	const root = context.at([]);
	return root !== undefined && mounts.some(mount => mount.kind === 'bind') ? sourceHash(context, [], root) : '';
}

/** The mount points of /etc/hosts and /etc/resolv.conf are made in the container's own /etc, which thereby is in every RUN's layer. */
export function copyUpEtc(host: BuildHost, chain: ChainId | undefined, fs: FsId): void {
	const {tx} = host;
	const root = getInode(tx, fs, rootNode)!;
	const below = viewOf(host, chain).at(['etc'])?.inode;
	if (root.entries.has('etc') || below?.type !== 'directory') {
		return;
	}

	const record = tx.get('filesystem', fs)!;
	const node = record.nextNode;
	tx.put('filesystem', fs, {...record, nextNode: node + 1});
	putInode(tx, fs, {...below, node, nlink: 2, parent: rootNode, entries: new Map(), xattrs: new Map()});
	putInode(tx, fs, {...root, nlink: root.nlink + 1, entries: new Map(root.entries).set('etc', {node, type: 'directory'})});
}
