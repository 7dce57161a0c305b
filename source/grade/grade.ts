// Grades a transcript: a pure function of its bytes and the grader's own labs. The actions are replayed and judged anew; nothing that
// the transcript says about results, of which it says nothing anyway, is believed.
//
// A transcript whose chain is broken, or whose replay shows something else than what was recorded, is not gradable: neither passed
// nor failed, but for a person to look at, with the line and the reason.

import type {KeyObject} from 'node:crypto';
import {isComplete, score, type CheckProgress, type Progress, type StepProgress} from '../lab/progress.js';
import {maxPoints, type Lab, type LabStep} from '../lab/schema.js';
import {engineVersion} from '../session/engine-version.js';
import {readTranscript, type Refusal, type Transcript, type TranscriptRecord} from '../transcript/read.js';
import {replay, type Replayed} from '../transcript/replay.js';
import {ticketProblem} from '../transcript/ticket.js';
import {deedText} from './deed-text.js';
import {Log, type LoggedAction} from './log.js';

/** The moment that a check or a step was met: what was done, and where the transcript has it. */
export type Evidence = {
	/** The line of the transcript. */
	readonly line: number;
	/** What was done, as `deedText` tells it; empty for the start. */
	readonly deed: string;
	/** Real seconds from the start, as the learner's machine wrote them down: information, not evidence. */
	readonly atSeconds: number;
};

export type CheckGrade = {
	readonly id: string;
	readonly when: 'ever' | 'now';
	/** Skipped: its step never opened, so it is neither right nor wrong. */
	readonly result: 'passed' | 'failed' | 'skipped';
	readonly expected: string;
	readonly actual: string;
	/** What the lab tells a learner of whom it does not hold. */
	readonly message: string;
	/** Since when it holds. Undefined unless it passed. */
	readonly evidence: Evidence | undefined;
};

export type StepGrade = {
	readonly id: string;
	readonly title: string;
	readonly result: 'passed' | 'failed' | 'skipped';
	/** Why it was skipped. */
	readonly reason: string | undefined;
	readonly points: number;
	readonly maxPoints: number;
	/** Levels of the hints that were taken, in order. */
	readonly hints: readonly HintLevel[];
	readonly wrongAnswers: number;
	readonly checks: readonly CheckGrade[];
	/** Where the last check was met. Undefined unless it passed. */
	readonly evidence: Evidence | undefined;
};

export type HintLevel = LabStep['hints'][number]['level'];

type Facts = {
	readonly lab: string | undefined;
	readonly learner: string | undefined;
	readonly seed: number | undefined;
	readonly engine: string | undefined;
	/** When it began, in Unix seconds, as the learner's machine wrote it down. */
	readonly startedSeconds: number | undefined;
	/** The receipt: the seal of the last record. */
	readonly seal: string | undefined;
	/** What a person should know though it does not change the result. */
	readonly notes: readonly string[];
};

export type Graded = Facts & {
	readonly result: 'passed' | 'not-passed';
	readonly score: number;
	readonly maxScore: number;
	readonly actions: number;
	/** Real seconds from the start to the last action, as written down. */
	readonly seconds: number;
	readonly steps: readonly StepGrade[];
	/** The session, action by action, if the grader asked for it. */
	readonly log: readonly LoggedAction[] | undefined;
};

export type Ungraded = Facts & {readonly result: 'not-gradable'; readonly reason: Refusal};

export type Grade = Graded | Ungraded;

export type Grader = {
	/** The grader's own copy of a lab. */
	readonly findLab: (id: string) => Lab | undefined;
	/** The language of the titles. */
	readonly locale: string;
	/** Of the teacher: transcripts without a good ticket are not gradable. */
	readonly publicKey?: KeyObject | undefined;
	/** Whether to keep what was shown, for a report that shows it. */
	readonly keepsLog?: boolean;
};

const nobody: Facts = {lab: undefined, learner: undefined, seed: undefined, engine: undefined, startedSeconds: undefined, seal: undefined, notes: []};

/** Reads a transcript, runs it again, and judges every step. What cannot be judged is a result too, with the line and the reason. */
export function grade(bytes: Uint8Array, grader: Grader): Grade {
	const transcript = readTranscript(bytes);
	if ('refused' in transcript) {
		return {...nobody, result: 'not-gradable', reason: transcript.refused};
	}

	const {lab: named, learner, seed, engine} = transcript.header.virtlab;
	const lab = named === undefined ? undefined : grader.findLab(named.id);
	const facts: Facts = {lab: named?.id, learner, seed, engine, startedSeconds: transcript.header.timestamp, seal: transcript.seal, notes: notesOn(transcript, lab)};
	if (lab === undefined) {
		const message = named === undefined ? 'a session without a lab: there is nothing to grade' : `there is no lab "${named.id}" here`;
		return {...facts, result: 'not-gradable', reason: {line: 1, message}};
	}

	const problem = grader.publicKey === undefined ? undefined : ticketProblem(transcript.header, grader.publicKey);
	if (problem !== undefined) {
		return {...facts, result: 'not-gradable', reason: {line: 1, message: problem}};
	}

	try {
		return {...facts, ...judge(transcript, lab, grader)};
	} catch (error) {
		// One transcript that finds a fault of ours must not stop the class.
		return {...facts, result: 'not-gradable', reason: {line: 1, message: `virtlab itself failed; the transcript is not at fault. ${String(error)}`}};
	}
}

function notesOn({header, cutOff}: Transcript, lab: Lab | undefined): readonly string[] {
	const {engine, lab: named} = header.virtlab;
	return [
		...cutOff === undefined ? [] : [`line ${cutOff.line}: ${cutOff.message}`],
		...engine === engineVersion ? [] : [`recorded with virtlab ${engine}, graded with ${engineVersion}`],
		...lab === undefined || named?.digest === lab.digest ? [] : [`recorded with another copy of the lab (version ${named?.version}; here it is version ${lab.version})`],
	];
}

type Judged = Omit<Graded, keyof Facts> | Omit<Ungraded, keyof Facts>;

function judge(transcript: Transcript, lab: Lab, {locale, keepsLog = false}: Grader): Judged {
	const moments = new Moments();
	const log = keepsLog ? new Log() : undefined;
	let progress: Progress | undefined;
	for (const replayed of replay(transcript, lab)) {
		if (!replayed.agrees) {
			return {result: 'not-gradable', reason: {line: replayed.record?.line ?? 2, message: disagreement(replayed)}};
		}

		progress = replayed.applied.session.progress;
		moments.note(progress, replayed.record);
		log?.note(replayed);
	}

	if (progress === undefined) {
		return {result: 'not-gradable', reason: {line: 1, message: 'the session has no progress'}};
	}

	return {
		result: isComplete(progress) ? 'passed' : 'not-passed',
		score: score(lab, progress),
		maxScore: maxPoints(lab),
		actions: transcript.records.length,
		seconds: Math.round(transcript.records.at(-1)?.atSeconds ?? 0),
		steps: stepGrades({lab, progress, locale, moments}),
		log: log?.actions,
	};
}

/** Remembers since when each check and each step holds. */
class Moments {
	readonly #since = new Map<string, Evidence>();

	note(progress: Progress | undefined, record: TranscriptRecord | undefined): void {
		const evidence: Evidence = {line: record?.line ?? 2, deed: record === undefined ? '' : deedText(record.action), atSeconds: record?.atSeconds ?? 0};
		for (const step of progress?.steps ?? []) {
			this.#keep(step.id, step.state === 'passed', evidence);
			for (const check of step.checks) {
				this.#keep(`${step.id} ${check.id}`, check.passed, evidence);
			}
		}
	}

	#keep(key: string, holds: boolean, evidence: Evidence): void {
		if (!holds) {
			this.#since.delete(key);
		} else if (!this.#since.has(key)) {
			this.#since.set(key, evidence);
		}
	}

	ofStep(step: string): Evidence | undefined {
		return this.#since.get(step);
	}

	ofCheck(step: string, check: string): Evidence | undefined {
		return this.#since.get(`${step} ${check}`);
	}
}

function disagreement({applied}: Replayed): string {
	return applied.broken === undefined
		? 'the replay shows something else than what was recorded: the record was edited and sealed again, or another engine or lab made it'
		: `virtlab itself failed here; the transcript is not at fault. ${applied.broken}`;
}

function stepGrades({lab, progress, locale, moments}: {readonly lab: Lab; readonly progress: Progress; readonly locale: string; readonly moments: Moments}): readonly StepGrade[] {
	const text = lab.texts.get(locale) ?? lab.texts.values().next().value;
	return lab.steps.map((step, index): StepGrade => {
		const done = progress.steps[index]!;
		const isLocked = done.state === 'locked';
		const isPassed = done.state === 'passed';
		return {
			id: step.id,
			title: text?.steps.get(step.id)?.title ?? step.id,
			result: isLocked ? 'skipped' : (isPassed ? 'passed' : 'failed'),
			reason: isLocked ? skipReason(step, progress) : undefined,
			points: isPassed ? step.points : 0,
			maxPoints: step.points,
			hints: done.hints.map(hint => step.hints[hint]!.level),
			wrongAnswers: done.wrongAnswers,
			checks: done.checks.map((check, at) => ({...checkGrade(check, {step, at, done, moments}), message: text?.steps.get(step.id)?.checks.get(check.id) ?? ''})),
			evidence: isPassed ? moments.ofStep(step.id) : undefined,
		};
	});
}

function skipReason({needs}: LabStep, progress: Progress): string {
	const missing = needs.filter(id => progress.steps.some(step => step.id === id && step.state !== 'passed'));
	return `never opened: it needs ${missing.join(', ')}`;
}

function checkGrade({id, passed, expected, actual}: CheckProgress, {step, at, done, moments}: {readonly step: LabStep; readonly at: number; readonly done: StepProgress; readonly moments: Moments}): Omit<CheckGrade, 'message'> {
	return {
		id,
		when: step.checks[at]!.when,
		result: done.state === 'locked' ? 'skipped' : (passed ? 'passed' : 'failed'),
		expected,
		actual,
		evidence: passed ? moments.ofCheck(step.id, id) : undefined,
	};
}
