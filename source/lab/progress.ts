// How far a learner has come in a lab. Credit once earned stays: cleaning up or undoing loses nothing.

import type {Lab} from './schema.js';

export type CheckProgress = {
	readonly id: string;
	/** Whether it has been credited: `ever` checks keep it, `now` checks show what held after the last action. */
	readonly passed: boolean;
	/** For reports, from the last time it was judged. Not for the learner: it may hold the answer. */
	readonly expected: string;
	readonly actual: string;
};

export type StepProgress = {
	readonly id: string;
	/** A step is open once the steps that it needs are passed. */
	readonly state: 'locked' | 'open' | 'passed';
	readonly checks: readonly CheckProgress[];
	/** Hints given so far, as their index in lab.yaml, in the order in which they were given. */
	readonly hints: readonly number[];
	/** Wrong answers given to its question. */
	readonly wrongAnswers: number;
};

export type Progress = {readonly steps: readonly StepProgress[]};

/** The progress of somebody who has done nothing. */
export function startProgress(lab: Lab): Progress {
	const steps = lab.steps.map((step): StepProgress => ({
		id: step.id,
		state: step.needs.length === 0 ? 'open' : 'locked',
		checks: step.checks.map(check => ({id: check.id, passed: false, expected: '', actual: ''})),
		hints: [],
		wrongAnswers: 0,
	}));
	return {steps};
}

/** The first open step: the one that the learner is asked to do. Undefined once all are passed. */
export function currentStep(progress: Progress): StepProgress | undefined {
	return progress.steps.find(step => step.state === 'open');
}

export function isComplete(progress: Progress): boolean {
	return progress.steps.every(step => step.state === 'passed');
}

/** The points of the steps that are passed. */
export function score(lab: Lab, progress: Progress): number {
	return lab.steps.reduce((sum, step, index) => sum + (progress.steps[index]?.state === 'passed' ? step.points : 0), 0);
}
