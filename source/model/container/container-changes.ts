// What a container has changed: GET /containers/{id}/changes (docker diff) and its sizes. Read off the upper directory, where overlay has
// put copies, new files and whiteouts. Source: moby/moby pkg/archive/changes.go.

import type {Reads} from '../../base/transaction.js';
import type {FsId} from '../kernel/file-types.js';
import {getInode} from '../kernel/inode-filesystem.js';
import type {Inode, KernelSchema} from '../kernel/schema.js';
import type {Container} from './container-schema.js';
import type {EngineReader} from './engine.js';
import {getImage} from './image-store.js';

const rootNode = 2;

/** 0 modified, 1 added, 2 deleted: the numbers of the API. */
export type Change = {readonly Path: string; readonly Kind: 0 | 1 | 2};

type Tx = Reads<KernelSchema>;

/** In the order of their paths. */
export function containerChanges({tx}: EngineReader, {layer}: Container): readonly Change[] {
	const lower = [layer.init, ...layer.imageLayers];
	const changes: Change[] = [];
	const visit = (directory: Inode, path: readonly string[]): void => {
		for (const [name, entry] of [...directory.entries].toSorted(([a], [b]) => a < b ? -1 : 1)) {
			const inode = getInode(tx, layer.upper, entry.node);
			const at = [...path, name];
			if (inode === undefined) {
				continue;
			}

			const exists = existsBelow(tx, lower, at);
			changes.push({Path: `/${at.join('/')}`, Kind: isWhiteout(inode) ? 2 : (exists ? 0 : 1)});
			if (inode.type === 'directory') {
				visit(inode, at);
			}
		}
	};

	const root = getInode(tx, layer.upper, rootNode);
	if (root !== undefined) {
		visit(root, []);
	}

	return changes;
}

export function isWhiteout(inode: Inode): boolean {
	return inode.type === 'char' && inode.rdev.major === 0 && inode.rdev.minor === 0;
}

function isOpaque(inode: Inode): boolean {
	return inode.xattrs.get('trusted.overlay.opaque')?.[0] === 0x79;
}

/** Whether a stack of layers, uppermost first, shows the path. */
function existsBelow(tx: Tx, layers: readonly FsId[], path: readonly string[]): boolean {
	for (const fs of layers) {
		let inode = getInode(tx, fs, rootNode);
		let hidesBelow = false;
		for (const [index, name] of path.entries()) {
			const entry = inode?.entries.get(name);
			inode = entry === undefined ? undefined : getInode(tx, fs, entry.node);
			if (inode === undefined) {
				break;
			}

			if (isWhiteout(inode)) {
				return false;
			}

			// Something other than a directory on the way hides all below, and so does an opaque one.
			const isLast = index === path.length - 1;
			hidesBelow = hidesBelow || (!isLast && (isOpaque(inode) || inode.type !== 'directory'));
		}

		if (inode !== undefined) {
			return true;
		}

		if (hidesBelow) {
			return false;
		}
	}

	return false;
}

/** Bytes that the container wrote, and those with its image. Hard links count once. */
export function containerSizes(engine: EngineReader, {layer, image}: Container): {readonly writableBytes: number; readonly rootBytes: number} {
	let writableBytes = 0;
	for (const inode of engine.tx.table(`inode:${layer.upper}`).values()) {
		writableBytes += inode.type === 'file' && inode.nlink > 0 ? inode.content.sizeBytes : 0;
	}

	return {writableBytes, rootBytes: writableBytes + (getImage(engine, image)?.sizeBytes ?? 0)};
}
