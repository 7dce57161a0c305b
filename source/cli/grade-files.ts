// The transcripts that `virtlab grade` was asked for: files, folders, patterns, zip files. Everything in them is untrusted.

import {globSync, readFileSync, readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {unzipSync} from 'fflate';
import {budgets} from '../transcript/read.js';

/** A transcript that is there to be read: a file, or the `index`th member of a zip file. */
export type TranscriptFile = {
	/** What the reports call it. */
	readonly name: string;
	readonly path: string;
	readonly member: number | undefined;
};

/** Of a zip file; and how many transcripts a run takes. */
const fileBudgets = {zipBytes: 1024 * 1024 * 1024, members: 100_000, transcripts: 1_000_000, folderDepth: 32} as const;

const extension = '.cast';

/** All transcripts that the arguments name, in the order of the arguments, each folder's and pattern's by name; and what is wrong with the others. */
export function findTranscripts(args: readonly string[]): {readonly files: readonly TranscriptFile[]; readonly problems: readonly string[]} {
	const files: TranscriptFile[] = [];
	const problems: string[] = [];
	for (const path of args.flatMap(expandPattern)) {
		try {
			files.push(...filesAt(path));
		} catch (error) {
			problems.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
		}

		if (files.length > fileBudgets.transcripts) {
			return {files: [], problems: [`more than ${fileBudgets.transcripts} transcripts`]};
		}
	}

	return {files, problems};
}

/** A name that is there is that file, even with stars in it. */
function expandPattern(arg: string): readonly string[] {
	if (statSync(arg, {throwIfNoEntry: false}) !== undefined || !/[*?\[\{]/v.test(arg)) {
		return [arg];
	}

	const found = globSync(arg).toSorted();
	return found.length === 0 ? [arg] : found;
}

function filesAt(path: string): readonly TranscriptFile[] {
	if (statSync(path).isDirectory()) {
		return inFolder(path, 0);
	}

	return path.endsWith('.zip') ? inZip(path) : [{name: path, path, member: undefined}];
}

/** Links are not followed: they could lead anywhere, and in circles. */
function inFolder(folder: string, depth: number): readonly TranscriptFile[] {
	if (depth > fileBudgets.folderDepth) {
		throw new Error(`more than ${fileBudgets.folderDepth} folders in each other`);
	}

	const entries = readdirSync(folder, {withFileTypes: true}).toSorted((a, b) => a.name < b.name ? -1 : 1);
	return entries.flatMap((entry): readonly TranscriptFile[] => {
		const path = join(folder, entry.name);
		if (entry.isDirectory()) {
			return inFolder(path, depth + 1);
		}

		return entry.isFile() && entry.name.endsWith(extension) ? [{name: path, path, member: undefined}] : (entry.isFile() && entry.name.endsWith('.zip') ? inZip(path) : []);
	});
}

/** The members' names are never used as paths. */
function inZip(path: string): readonly TranscriptFile[] {
	const files: TranscriptFile[] = [];
	let members = 0;
	unzipSync(readZip(path), {filter({name}) {
		members += 1;
		if (members > fileBudgets.members) {
			throw new Error(`the zip file has more than ${fileBudgets.members} members`);
		}

		// macOS puts a second, binary file beside each one.
		if (name.endsWith(extension) && !name.startsWith('__MACOSX/')) {
			files.push({name: `${path}:${name}`, path, member: members - 1});
		}

		return false;
	}});
	return files;
}

function readZip(path: string): Uint8Array {
	if (statSync(path).size > fileBudgets.zipBytes) {
		throw new Error(`the zip file has more than ${fileBudgets.zipBytes} bytes`);
	}

	return readFileSync(path);
}

/** The bytes of a transcript. Throws what the disk or the zip file says. One byte more than a transcript may have is read at most. */
export function readTranscriptFile({path, member}: TranscriptFile): Uint8Array {
	if (member === undefined) {
		if (statSync(path).size > budgets.fileBytes) {
			throw new Error(`the file has more than ${budgets.fileBytes} bytes`);
		}

		return readFileSync(path);
	}

	let at = 0;
	const unzipped = unzipSync(readZip(path), {filter({originalSize}) {
		const isMember = at++ === member;
		if (isMember && originalSize > budgets.fileBytes) {
			throw new Error(`the file has more than ${budgets.fileBytes} bytes`);
		}

		return isMember;
	}});
	return Object.values(unzipped)[0] ?? new Uint8Array(0);
}
