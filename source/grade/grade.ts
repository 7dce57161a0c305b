// Grades a transcript: a pure function of its bytes and the grader's own labs. The actions are replayed and judged anew; nothing that
// the transcript says about results, of which it says nothing anyway, is believed.
//
// A transcript whose chain is broken, or whose replay shows something else than what was recorded, is not gradable: neither passed
// nor failed, but for a person to look at, with the line and the reason.

import {isComplete, score, type CheckProgress, type Progress} from '../lab/progress.js';
import {maxPoints, type Lab} from '../lab/schema.js';
import {engineVersion} from '../session/engine-version.js';
import {readTranscript, type Refusal, type Transcript} from '../transcript/read.js';
import {replay, type Replayed} from '../transcript/replay.js';

export type StepGrade = {
	readonly id: string;
	readonly title: string;
	readonly passed: boolean;
	readonly points: number;
	readonly maxPoints: number;
	readonly hints: number;
	readonly wrongAnswers: number;
	/** Judged in so far as the step was opened; the others are undefined: neither right nor wrong. */
	readonly checks: readonly {readonly id: string; readonly passed: boolean | undefined; readonly expected: string; readonly actual: string}[];
	/** Where it was passed: the line of the transcript. */
	readonly passedAtLine: number | undefined;
};

type Facts = {
	readonly lab: string | undefined;
	readonly learner: string | undefined;
	readonly seed: number | undefined;
	readonly engine: string | undefined;
	/** The receipt: the seal of the last record. */
	readonly seal: string | undefined;
	/** What a person should know though it does not change the result. */
	readonly notes: readonly string[];
};

export type Grade = Facts & (
	| {readonly result: 'passed' | 'not-passed'; readonly score: number; readonly maxScore: number; readonly actions: number; readonly steps: readonly StepGrade[]}
	| {readonly result: 'not-gradable'; readonly reason: Refusal}
);

export type Grader = {
	/** The grader's own copy of a lab. */
	readonly findLab: (id: string) => Lab | undefined;
	/** The language of the titles. */
	readonly locale: string;
};

const nobody: Facts = {lab: undefined, learner: undefined, seed: undefined, engine: undefined, seal: undefined, notes: []};

export function grade(bytes: Uint8Array, grader: Grader): Grade {
	const transcript = readTranscript(bytes);
	if ('refused' in transcript) {
		return {...nobody, result: 'not-gradable', reason: transcript.refused};
	}

	const {lab: named, learner, seed, engine} = transcript.header.virtlab;
	const lab = named === undefined ? undefined : grader.findLab(named.id);
	const facts: Facts = {lab: named?.id, learner, seed, engine, seal: transcript.seal, notes: notesOn(transcript, lab)};
	if (lab === undefined) {
		const message = named === undefined ? 'a session without a lab: there is nothing to grade' : `there is no lab "${named.id}" here`;
		return {...facts, result: 'not-gradable', reason: {line: 1, message}};
	}

	try {
		return {...facts, ...judge(transcript, lab, grader.locale)};
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

type Judged = Omit<Extract<Grade, {readonly result: 'passed' | 'not-passed'}>, keyof Facts> | Omit<Extract<Grade, {readonly result: 'not-gradable'}>, keyof Facts>;

function judge(transcript: Transcript, lab: Lab, locale: string): Judged {
	const passedAt = new Map<string, number>();
	let progress: Progress | undefined;
	for (const replayed of replay(transcript, lab)) {
		const line = replayed.record?.line ?? 2;
		if (!replayed.agrees) {
			return {result: 'not-gradable', reason: {line, message: disagreement(replayed)}};
		}

		progress = replayed.applied.session.progress;
		for (const step of progress?.steps ?? []) {
			if (step.state === 'passed' && !passedAt.has(step.id)) {
				passedAt.set(step.id, line);
			}
		}
	}

	if (progress === undefined) {
		return {result: 'not-gradable', reason: {line: 1, message: 'the session has no progress'}};
	}

	return {
		result: isComplete(progress) ? 'passed' : 'not-passed',
		score: score(lab, progress),
		maxScore: maxPoints(lab),
		actions: transcript.records.length,
		steps: stepGrades({lab, progress, locale, passedAt}),
	};
}

function disagreement({applied}: Replayed): string {
	return applied.broken === undefined
		? 'the replay shows something else than what was recorded: the record was edited and sealed again, or another engine or lab made it'
		: `virtlab itself failed here; the transcript is not at fault. ${applied.broken}`;
}

function stepGrades({lab, progress, locale, passedAt}: {readonly lab: Lab; readonly progress: Progress; readonly locale: string; readonly passedAt: ReadonlyMap<string, number>}): readonly StepGrade[] {
	const text = lab.texts.get(locale) ?? lab.texts.values().next().value;
	return lab.steps.map((step, index): StepGrade => {
		const done = progress.steps[index]!;
		const judged = (check: CheckProgress): boolean | undefined => done.state === 'locked' ? undefined : check.passed;
		return {
			id: step.id,
			title: text?.steps.get(step.id)?.title ?? step.id,
			passed: done.state === 'passed',
			points: done.state === 'passed' ? step.points : 0,
			maxPoints: step.points,
			hints: done.hints.length,
			wrongAnswers: done.wrongAnswers,
			checks: done.checks.map(check => ({id: check.id, passed: judged(check), expected: check.expected, actual: check.actual})),
			passedAtLine: passedAt.get(step.id),
		};
	});
}
