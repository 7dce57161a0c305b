// `virtlab grade`: which files, how judged, told in which format.

import {readFileSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import {classReport, exitStatus, type ClassReport} from '../grade/class-report.js';
import type {Grade} from '../grade/grade.js';
import {defaultPolicy, readPolicy, type Policy} from '../grade/policy.js';
import {regrade, regradeText} from '../grade/regrade.js';
import {formats, type FormatName} from '../grade/report/formats.js';
import type {Locale} from '../i18n/message.js';
import {gradeAll} from './grade-all.js';
import {findTranscripts, type TranscriptFile} from './grade-files.js';
import {progressBar} from './progress-bar.js';
import {readKeyFile} from './ticket-command.js';
import {complain} from './reports.js';

export type GradeFlags = {
	readonly format: FormatName;
	readonly locale: Locale;
	readonly packs: readonly string[];
	readonly policy: string | undefined;
	readonly jobs: number | undefined;
	/** A file with the teacher's public key. */
	readonly publicKey: string | undefined;
	/** A folder with corrected labs, to be compared with those of `packs`. */
	readonly regrade: string | undefined;
};

/** 0 all passed, 1 not all, 2 not gradable or a mistake in the arguments. With `--regrade`: 0 nobody changes, 1 somebody does. */
export async function gradeCommand(args: readonly string[], flags: GradeFlags): Promise<number> {
	const policy = flags.policy === undefined ? defaultPolicy : policyAt(flags.policy);
	const publicKey = flags.publicKey === undefined ? undefined : readKeyFile(flags.publicKey, 'public');
	if (policy === undefined || publicKey === 'none') {
		return 2;
	}

	const {files, problems} = findTranscripts(args);
	for (const problem of problems) {
		complain(problem);
	}

	if (files.length === 0) {
		return complain('grade: no transcripts found');
	}

	const report = await gradedReport(files, {...flags, publicKey: publicKey?.pem}, policy);
	if (flags.regrade !== undefined) {
		const changes = regrade(report, await gradedReport(files, {...flags, publicKey: publicKey?.pem, packs: [flags.regrade]}, policy));
		process.stdout.write(flags.format === 'json' ? `${JSON.stringify(changes, undefined, 2)}\n` : regradeText(changes, files.length));
		return problems.length > 0 ? 2 : Math.min(changes.length, 1);
	}

	process.stdout.write(formats[flags.format](report));
	return problems.length > 0 ? 2 : exitStatus(report);
}

async function gradedReport(files: readonly TranscriptFile[], {format, locale, packs, publicKey, jobs = availableParallelism()}: GradeFlags, policy: Policy): Promise<ClassReport> {
	const graded: {file: string; grade: Grade}[] = [];
	const bar = progressBar(files.length);
	await gradeAll(files, {packs, locale, keepsLog: format === 'html', publicKey, jobs}, (file, grade) => {
		graded.push({file: file.name, grade});
		bar.step();
	});
	bar.end();
	return classReport(graded, policy);
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
