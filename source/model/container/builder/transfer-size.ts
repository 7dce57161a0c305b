// How much of the build context BuildKit fetches: a packet for each file's attributes, and the contents that it has not seen.
//
// Simplified: packet sizes are fitted to recorded builds; the real ones vary by a few bytes with the numbers in them.

import type {TreeView} from './tree-view.js';

const filePacketBytes = 21;
const directoryPacketBytes = 17;
const contentPacketBytes = 7;

export function transferBytes(context: TreeView, isKnown: boolean): number {
	let total = 0;
	const visit = (path: readonly string[]): void => {
		for (const {name, file: {inode}} of context.entries(context.at(path)!)) {
			const inside = [...path, name];
			const isDirectory = inode.type === 'directory';
			total += (isDirectory ? directoryPacketBytes : filePacketBytes) + inside.join('/').length;
			total += isKnown || inode.type !== 'file' ? 0 : inode.content.sizeBytes + contentPacketBytes;
			if (isDirectory) {
				visit(inside);
			}
		}
	};

	visit([]);
	return total;
}

/** `196B`, `5.12kB`, `1.20MB`. Source: github.com/tonistiigi/units. */
export function transferText(bytes: number): string {
	let size = bytes;
	let unit = 0;
	for (; size >= 1000 && unit < 3; unit++) {
		size /= 1000;
	}

	return unit === 0 ? `${size}B` : `${size.toFixed(2)}${['B', 'kB', 'MB', 'GB'][unit]!}`;
}
