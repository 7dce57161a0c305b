// Grades many transcripts on several threads. The grades come in the order of the files, whichever is done first.

import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Grade} from '../grade/grade.js';
import type {TranscriptFile} from './grade-files.js';
import {fileGrader, notGradable, type GradeOptions} from './grade-one.js';

/** A thread that needs more is ended and its transcript is not gradable: the backstop behind the counted budgets. */
const threadMib = 2048;

/** Calls `onGrade` for each file in their order. `jobs`: how many threads, from 1, which is this one. */
export async function gradeAll(files: readonly TranscriptFile[], options: GradeOptions & {readonly jobs: number}, onGrade: (file: TranscriptFile, grade: Grade) => void): Promise<void> {
	const {jobs, ...rest} = options;
	const worker = workerFile();
	if (jobs === 1 || files.length < 2 || worker === undefined) {
		const gradeFile = fileGrader(rest);
		for (const file of files) {
			onGrade(file, gradeFile(file));
			// Lets the progress bar be drawn and Ctrl-C be heard.
			await new Promise(setImmediate);
		}

		return;
	}

	const {Piscina} = await import('piscina');
	const pool = new Piscina<TranscriptFile, Grade>({filename: worker, minThreads: 1, maxThreads: Math.min(jobs, files.length), workerData: rest, resourceLimits: {maxOldGenerationSizeMb: threadMib}});
	try {
		await inOrder(files, jobs * 4, async file => pool.run(file, {name: 'gradeInThread'}).catch((error: unknown) => notGradable(`virtlab itself failed; the transcript is not at fault. ${String(error)}`)), onGrade);
	} finally {
		await pool.destroy();
	}
}

/** At most `ahead` files are under way, so that a slow one does not pile up the grades of those behind it. */
async function inOrder(files: readonly TranscriptFile[], ahead: number, run: (file: TranscriptFile) => Promise<Grade>, onGrade: (file: TranscriptFile, grade: Grade) => void): Promise<void> {
	const underWay: Promise<Grade>[] = [];
	for (const [index, file] of files.entries()) {
		for (let next = index + underWay.length; underWay.length < ahead && next < files.length; next++) {
			underWay.push(run(files[next]!));
		}

		onGrade(file, await underWay.shift()!);
	}
}

/** Beside the entry of the build, whose chunks lie in a folder below it. */
function workerFile(): string | undefined {
	const here = dirname(fileURLToPath(import.meta.url));
	return [join(here, 'grade-worker.js'), join(here, '..', 'grade-worker.js')].find(path => existsSync(path));
}
