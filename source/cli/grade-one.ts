// Grades one transcript file. What grade-worker.ts does in a thread of its own and `virtlab grade --jobs 1` in this one.

import {createPublicKey} from 'node:crypto';
import {grade, type Grade} from '../grade/grade.js';
import type {Lab} from '../lab/schema.js';
import type {Locale} from '../i18n/message.js';
import {allLabs, labFolders} from './catalogue.js';
import {readTranscriptFile, type TranscriptFile} from './grade-files.js';

export type GradeOptions = {
	/** Folders with the grader's own labs, which come before the built-in ones. */
	readonly packs: readonly string[];
	readonly locale: Locale;
	readonly keepsLog: boolean;
	/** The teacher's, as PEM; it was read once already. */
	readonly publicKey: string | undefined;
};

/** The built-in labs, and those of folders that the caller names, which come first. */
export function knownLabs(packs: readonly string[]): ReadonlyMap<string, Lab> {
	const named = packs.length === 0 ? [] : labFolders(packs).flatMap(({loaded}) => loaded.lab === undefined ? [] : [loaded.lab]);
	return new Map([...allLabs(), ...named].map(lab => [lab.id, lab]));
}

/** A function that grades files, with the labs read once. A file that cannot be read is not gradable. */
export function fileGrader({packs, locale, keepsLog, publicKey: pem}: GradeOptions): (file: TranscriptFile) => Grade {
	const publicKey = pem === undefined ? undefined : createPublicKey(pem);
	const labs = knownLabs(packs);
	return file => {
		let bytes: Uint8Array;
		try {
			bytes = readTranscriptFile(file);
		} catch (error) {
			return notGradable(error instanceof Error ? error.message : String(error));
		}

		return grade(bytes, {findLab: id => labs.get(id), locale, keepsLog, publicKey});
	};
}

/** For what went wrong before anything in the transcript was believed. */
export function notGradable(message: string): Grade {
	return {result: 'not-gradable', reason: {line: 1, message}, lab: undefined, learner: undefined, seed: undefined, engine: undefined, startedSeconds: undefined, seal: undefined, notes: []};
}
