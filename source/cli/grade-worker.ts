// A thread that grades transcripts. An entry of its own in the build, because a thread begins with a file.

import {workerData} from 'node:worker_threads';
import type {Grade} from '../grade/grade.js';
import type {TranscriptFile} from './grade-files.js';
import {fileGrader, type GradeOptions} from './grade-one.js';

const gradeFile = fileGrader(workerData as GradeOptions);

/** The task that piscina calls, once for each file. */
export function gradeInThread(file: TranscriptFile): Grade {
	return gradeFile(file);
}
