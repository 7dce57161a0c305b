// Phrases that several formats share.

import type {Entry} from '../class-report.js';
import type {CheckGrade, StepGrade} from '../grade.js';

/** Digits of the receipt that are written on paper. */
const receiptDigits = 12;

/** The first digits of the last seal: a learner compares them with what was handed in. */
export function receiptOf({grade}: Entry): string {
	return grade.seal?.slice(0, receiptDigits) ?? '';
}

/** `passed`, `not passed`, `not gradable`. */
export function resultText({grade}: Entry): string {
	return grade.result.replace('-', ' ');
}

/** What a failed check wanted and what there was. */
export function difference({expected, actual}: CheckGrade): string {
	return `expected ${expected}; found ${actual === '' ? 'nothing yet' : actual}`;
}

/** Where a step was passed, and what it took. */
export function extrasOf(step: StepGrade): readonly string[] {
	return [
		...step.evidence === undefined ? [] : [`line ${step.evidence.line}${step.evidence.deed === '' ? '' : ` after ${step.evidence.deed}`}`],
		...step.reason === undefined ? [] : [step.reason],
		...step.hints.length === 0 ? [] : [`hints ${step.hints.length}`],
		...step.wrongAnswers === 0 ? [] : [`wrong answers ${step.wrongAnswers}`],
	];
}
