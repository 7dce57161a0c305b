// The labs that come with virtlab, and labs by path.

import {existsSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {findLabFolders, readLabFolder, type LabFolder} from '../grade/lab-folder.js';
import type {Lab} from '../lab/schema.js';

/** labs/ beside the folder that this program was built into. */
export function builtInLabs(): string {
	let folder = dirname(fileURLToPath(import.meta.url));
	while (!existsSync(join(folder, 'labs')) && dirname(folder) !== folder) {
		folder = dirname(folder);
	}

	return join(folder, 'labs');
}

/** All labs at or below the given paths, or the built-in ones; those with problems too. */
export function labFolders(paths: readonly string[]): readonly LabFolder[] {
	const roots = paths.length === 0 ? [builtInLabs()] : paths.map(path => resolve(path));
	return roots.flatMap(findLabFoldersAt).map(path => readLabFolder(path));
}

function findLabFoldersAt(path: string): readonly string[] {
	const folders = findLabFolders(path);
	// A path without a lab is a mistake to be told of, which reading it does.
	return folders.length === 0 ? [path] : folders;
}

/** In an order in which they can be done: the easy ones first, and each after those that it requires. */
export function allLabs(): readonly Lab[] {
	const waiting = labFolders([]).flatMap(({loaded}) => loaded.lab === undefined ? [] : [loaded.lab]).sort((a, b) => a.difficulty - b.difficulty);
	const ordered: Lab[] = [];
	while (waiting.length > 0) {
		const next = waiting.findIndex(({requires}) => !waiting.some(({id}) => requires.includes(id)));
		ordered.push(...waiting.splice(Math.max(next, 0), 1));
	}

	return ordered;
}

/** A lab by its id, or by a folder (which has a slash or is there). */
export function findLab(name: string): LabFolder | undefined {
	if (name.includes('/') || existsSync(join(name, 'lab.yaml'))) {
		return readLabFolder(resolve(name));
	}

	const path = findLabFolders(builtInLabs()).find(folder => folder.endsWith(`/${name}`));
	return path === undefined ? undefined : readLabFolder(path);
}

export type {LabFolder} from '../grade/lab-folder.js';
