// Layers seen as one filesystem, for reading: what overlay would show if they were mounted. COPY finds its target through it, and
// its sources in another stage; a build context is a view of one tree.

import type {Inode} from '../../kernel/schema.js';
import {isOpaque, isWhiteout, type LayerTree, rootNode, TreeBuilder} from '../layer-tree.js';

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
	 * A tree of its own with the files below a directory for which `isMeant` holds; directories that are left out come back if
	 * something in them does not. Names of one file stay names of one file.
	 */
	merged(isMeant: (path: readonly string[]) => boolean = () => true, top = this.#root): LayerTree {
		const builder = new TreeBuilder();
		const known = new Map<Inode, readonly string[]>();
		const visit = (path: readonly string[], directory: ViewFile): void => {
			for (const {name, file} of this.entries(directory)) {
				const inside = [...path, name];
				const first = file.inode.type === 'directory' ? undefined : known.get(file.inode);
				if (isMeant(inside) && (first === undefined || !builder.link(inside, first))) {
					builder.add(inside, {...file.inode, xattrs: withoutOverlay(file.inode.xattrs), timeUs: file.inode.mtimeUs});
					known.set(file.inode, inside);
				}

				if (file.inode.type === 'directory') {
					visit(inside, file);
				}
			}
		};

		if (top !== undefined) {
			builder.add([], {...top.inode, xattrs: withoutOverlay(top.inode.xattrs), timeUs: top.inode.mtimeUs});
			visit([], top);
		}

		return builder.finish();
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

/** What overlay notes on a directory says nothing about the merged one. */
export function withoutOverlay(xattrs: Inode['xattrs']): Inode['xattrs'] {
	return new Map([...xattrs].filter(([name]) => !name.startsWith('trusted.overlay.')));
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
