// Labs on the disk: labs/<topic>/<slug>/. The grader's own copy is read from here, never from a transcript.

import {readdirSync, readFileSync, statSync, type Dirent} from 'node:fs';
import {basename, join} from 'node:path';
import {compareText, decodeUtf8} from '../base/bytes.js';
import {loadLab, type Loaded} from '../lab/load.js';

export type LabFolder = {readonly path: string; readonly loaded: Loaded};

const maxFileBytes = 1_048_576;
const maxDepth = 4;
const maxLabs = 1000;

/** Reads the lab in a folder. Errors of the disk become problems, so that one unreadable lab does not stop the others. */
export function readLabFolder(path: string): LabFolder {
	try {
		const files = new Map<string, string>();
		for (const entry of sorted(path)) {
			const file = join(path, entry.name);
			if (entry.isFile() && /\.(?:yaml|md|console)$/v.test(entry.name) && statSync(file).size <= maxFileBytes) {
				files.set(entry.name, readText(file, entry.name));
			}
		}

		return {path, loaded: loadLab(basename(path), files)};
	} catch (error) {
		return {path, loaded: {lab: undefined, problems: [{file: path, line: 1, message: `cannot be read: ${error instanceof Error ? error.message : String(error)}`}]}};
	}
}

function readText(path: string, name: string): string {
	const text = decodeUtf8(readFileSync(path));
	if (text === undefined) {
		throw new Error(`${name} is not UTF-8 text`);
	}

	return text;
}

/** The folders with a lab.yaml at or below `path`, in the order of their names. Symbolic links are not followed. */
export function findLabFolders(path: string, depth = 0): readonly string[] {
	let entries: readonly Dirent[];
	try {
		entries = sorted(path);
	} catch {
		return [];
	}

	if (entries.some(entry => entry.name === 'lab.yaml')) {
		return [path];
	}

	const folders = entries.filter(entry => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules');
	return depth >= maxDepth ? [] : folders.flatMap(entry => findLabFolders(join(path, entry.name), depth + 1)).slice(0, maxLabs);
}

function sorted(path: string): readonly Dirent[] {
	return readdirSync(path, {withFileTypes: true}).sort((a, b) => compareText(a.name, b.name));
}
