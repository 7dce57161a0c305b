// Layers seen as one filesystem, for reading: what overlay would show if they were mounted. COPY finds its target through it, and
// its sources in another stage; a build context is a view of one tree.

import type {Inode} from '../../kernel/schema.js';
import {isOpaque, isWhiteout, type LayerTree, rootNode} from '../layer-tree.js';

export type ViewFile = {
	readonly inode: Inode;
	/** Where the inode's tree has it: equal for names of one file. */
	readonly tree: LayerTree;
	/** Of directories: the parts that are merged, uppermost first. */
	readonly parts: readonly {readonly tree: LayerTree; readonly inode: Inode}[];
};

const maxSymlinks = 40;

export class TreeView {
	readonly #root: ViewFile | undefined;

	/** @param trees uppermost first */
	constructor(trees: readonly LayerTree[]) {
		const parts = trees.map(tree => ({tree, inode: tree.get(rootNode)!}));
		this.#root = parts[0] === undefined ? undefined : {...parts[0], parts};
	}

	/** The file at a path, without following symbolic links on the way. */
	at(path: readonly string[]): ViewFile | undefined {
		let file = this.#root;
		for (const name of path) {
			file = file === undefined ? undefined : child(file, name);
		}

		return file;
	}

	/** Names and files of a directory, in order. */
	entries(directory: ViewFile): readonly {readonly name: string; readonly file: ViewFile}[] {
		const names = new Set(directory.parts.flatMap(({inode}) => [...inode.entries.keys()]));
		return [...names].sort().flatMap(name => {
			const file = child(directory, name);
			return file === undefined ? [] : [{name, file}];
		});
	}

	/**
	 * Follows symbolic links, as seen from the view's root. What does not exist keeps its name, so that the answer tells where a new
	 * file would go; undefined if links go round in circles.
	 */
	resolve(path: readonly string[], followLast = true): readonly string[] | undefined {
		const done: string[] = [];
		const pending = [...path];
		let links = 0;
		while (pending.length > 0) {
			const name = pending.shift()!;
			if (name === '' || name === '.') {
				continue;
			}

			if (name === '..') {
				done.pop();
				continue;
			}

			const inode = this.at([...done, name])?.inode;
			if (inode?.type !== 'symlink' || (pending.length === 0 && !followLast)) {
				done.push(name);
				continue;
			}

			if (++links > maxSymlinks) {
				return undefined;
			}

			if (inode.target.startsWith('/')) {
				done.length = 0;
			}

			pending.unshift(...inode.target.split('/'));
		}

		return done;
	}
}

function child(directory: ViewFile, name: string): ViewFile | undefined {
	const parts: {tree: LayerTree; inode: Inode}[] = [];
	for (const {tree, inode: parent} of directory.parts) {
		const entry = parent.entries.get(name);
		const inode = entry === undefined ? undefined : tree.get(entry.node);
		if (inode !== undefined && (isWhiteout(inode) || (parts.length > 0 && inode.type !== 'directory'))) {
			break;
		}

		if (inode !== undefined) {
			parts.push({tree, inode});
		}

		if (inode !== undefined && (inode.type !== 'directory' || isOpaque(inode))) {
			break;
		}
	}

	const [top] = parts;
	return top === undefined ? undefined : {...top, parts: top.inode.type === 'directory' ? parts : []};
}
