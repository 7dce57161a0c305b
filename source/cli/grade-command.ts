// `virtlab grade`: which files, how judged, told in which format.

import {readFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {classReport, exitStatus} from '../grade/class-report.js';
import type {Grade} from '../grade/grade.js';
import {defaultPolicy, readPolicy, type Policy} from '../grade/policy.js';
import {formats, type FormatName} from '../grade/report/formats.js';
import type {Locale} from '../i18n/message.js';
import {gradeAll} from './grade-all.js';
import {findTranscripts} from './grade-files.js';
import {progressBar} from './progress-bar.js';
import {complain} from './reports.js';

export type GradeFlags = {
	readonly format: FormatName;
	readonly locale: Locale;
	readonly packs: readonly string[];
	readonly policy: string | undefined;
	readonly jobs: number | undefined;
};

/** 0 all passed, 1 not all, 2 not gradable or a mistake in the arguments. */
export async function gradeCommand(args: readonly string[], {format, locale, packs, policy: policyPath, jobs = availableParallelism()}: GradeFlags): Promise<number> {
	const policy = policyPath === undefined ? defaultPolicy : policyAt(policyPath);
	if (policy === undefined) {
		return 2;
	}

	const {files, problems} = findTranscripts(args);
	for (const problem of problems) {
		complain(problem);
	}

	const graded: {file: string; grade: Grade}[] = [];
	const bar = progressBar(files.length);
	await gradeAll(files, {packs, locale, keepsLog: format === 'html', jobs}, (file, grade) => {
		graded.push({file: file.name, grade});
		bar.step();
	});
	bar.end();
	if (files.length === 0) {
		return complain('grade: no transcripts found');
	}

	const report = classReport(graded, policy);
	process.stdout.write(formats[format](report));
	return problems.length > 0 ? 2 : exitStatus(report);
}

function policyAt(path: string): Policy | undefined {
	try {
		const read = readPolicy(readFileSync(path, 'utf8'));
		if ('policy' in read) {
			return read.policy;
		}

		complain(`${path}: ${read.error}`);
	} catch (error) {
		complain(`${path}: ${error instanceof Error ? error.message : String(error)}`);
	}

	return undefined;
}
