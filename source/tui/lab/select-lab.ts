// What the lab pane says: the steps and how far they are, the text of the current one, its hints, and what is still missing.

import {currentStep, isComplete, type Progress, type StepProgress} from '../../lab/progress.js';
import type {Lab} from '../../lab/schema.js';
import type {LabText, StepText} from '../../lab/text.js';
import type {Locale} from '../../i18n/message.js';

export type LabStepRow = {
	readonly id: string;
	readonly title: string;
	readonly state: 'passed' | 'current' | 'open' | 'locked';
	readonly checksPassed: number;
	readonly checkCount: number;
};

export type LabData = {
	readonly title: string;
	readonly steps: readonly LabStepRow[];
	readonly introduction: string;
	/** Markdown. */
	readonly current: {
		readonly id: string;
		readonly number: number;
		readonly title: string;
		readonly body: string;
		readonly question: string | undefined;
		readonly hints: readonly string[];
		readonly hintCount: number;
		readonly feedback: readonly string[];
	} | undefined;
	/** Why the step before worked. */
	readonly explanation: string | undefined;
	readonly finish: string | undefined;
};

/** The words in the learner's language, or in English, or in whatever language the lab has. */
export function labTextOf(lab: Lab, locale: Locale): LabText | undefined {
	return lab.texts.get(locale) ?? lab.texts.get('en') ?? lab.texts.values().next().value;
}

export function selectLab(lab: Lab, progress: Progress, locale: Locale): LabData {
	const text = labTextOf(lab, locale);
	const current = currentStep(progress);
	const index = progress.steps.findIndex(step => step === current);
	const before = progress.steps[(index === -1 ? progress.steps.length : index) - 1];
	return {
		title: text?.title ?? lab.id,
		introduction: index <= 0 && !isComplete(progress) ? text?.introduction ?? '' : '',
		steps: progress.steps.map((step): LabStepRow => ({
			id: step.id,
			title: text?.steps.get(step.id)?.title ?? step.id,
			state: step === current ? 'current' : step.state,
			checksPassed: step.checks.filter(check => check.passed).length,
			checkCount: step.checks.length,
		})),
		current: current === undefined ? undefined : currentOf({lab, step: current, text: text?.steps.get(current.id), number: index + 1}),
		explanation: before?.state === 'passed' ? text?.steps.get(before.id)?.explanation : undefined,
		finish: isComplete(progress) ? text?.finish ?? '' : undefined,
	};
}

type CurrentSource = {readonly lab: Lab; readonly step: StepProgress; readonly text: StepText | undefined; readonly number: number};

function currentOf({lab, step, text, number}: CurrentSource): LabData['current'] {
	return {
		id: step.id,
		number,
		title: text?.title ?? step.id,
		body: text?.body ?? '',
		question: text?.question,
		hints: step.hints.flatMap(hint => text?.hints[hint] ?? []),
		hintCount: lab.steps.find(({id}) => id === step.id)?.hints.length ?? 0,
		feedback: missingChecks(lab, step).flatMap(check => text?.checks.get(check) ?? []),
	};
}

/**
 * The checks to speak of, once the learner has done a part of the step or answered wrongly: before, they would say only "begin". An
 * answer that was not given yet is not wrong.
 */
export function missingChecks(lab: Lab, step: StepProgress): readonly string[] {
	const checks = lab.steps.find(({id}) => id === step.id)?.checks ?? [];
	// What must hold `now` may have held before the learner did anything.
	const hasBegun = step.wrongAnswers > 0 || step.checks.some((check, index) => check.passed && checks[index]?.when === 'ever');
	return hasBegun
		? step.checks.filter((check, index) => !check.passed && (step.wrongAnswers > 0 || checks[index]?.answer === undefined)).map(({id}) => id)
		: [];
}
