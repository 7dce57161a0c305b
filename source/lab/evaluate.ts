// Judges a lab after an action.
//
// Every open step is judged by the world as it is now and by what the action did. When a step passes, the steps that needed it open
// at once and are judged by the same moment, so that one command may pass several steps. Locked steps are not judged.

import {predicates, type PredicateName} from './checks/table.js';
import {remembering} from './documents.js';
import type {Moment, Verdict} from './predicate.js';
import type {CheckProgress, Progress, StepProgress} from './progress.js';
import type {Check, Lab, LabStep, Test} from './schema.js';

/** The progress after an action, from the progress before it and the moment that the action led to. */
export function evaluate(lab: Lab, progress: Progress, moment: Moment): Progress {
	const now: Moment = {...moment, documents: remembering(moment.documents)};
	const steps = [...progress.steps];
	for (let hasChanged = true; hasChanged;) {
		hasChanged = false;
		for (const [index, step] of lab.steps.entries()) {
			const before = steps[index]!;
			if (before.state === 'passed') {
				continue;
			}

			const isOpen = before.state === 'open' || step.needs.every(id => steps.some(other => other.id === id && other.state === 'passed'));
			// An open step that did not pass is judged once a moment: nothing about it can change.
			if (isOpen && (before.state === 'locked' || before === progress.steps[index])) {
				const after = judgeStep(step, before, now);
				steps[index] = after;
				hasChanged ||= after.state === 'passed';
			}
		}
	}

	return {steps};
}

function judgeStep(step: LabStep, before: StepProgress, moment: Moment): StepProgress {
	const checks = step.checks.map((check, index) => judgeCheck(check, before.checks[index]!, {moment, step: step.id}));
	const isPassed = checks.every(check => check.passed);
	const isAnswer = moment.answer?.step === step.id && step.checks.some(usesAnswer);
	const isRight = step.checks.every((check, index) => !usesAnswer(check) || checks[index]!.passed);
	return {
		...before,
		state: isPassed ? 'passed' : 'open',
		checks,
		wrongAnswers: before.wrongAnswers + (isAnswer && !isRight ? 1 : 0),
	};
}

function judgeCheck(check: Check, before: CheckProgress, {moment, step}: {readonly moment: Moment; readonly step: string}): CheckProgress {
	if (check.when === 'ever' && before.passed) {
		return before;
	}

	return {id: check.id, ...judge(check, moment, step)};
}

/** Judges a combination of predicates by one moment. */
export function judge(test: Test, moment: Moment, step: string): Verdict {
	if (test.all !== undefined) {
		return join(test.all.map(part => judge(part, moment, step)), {isAll: true});
	}

	if (test.any !== undefined) {
		return join(test.any.map(part => judge(part, moment, step)), {isAll: false});
	}

	if (test.not !== undefined) {
		const {passed, expected, actual} = judge(test.not, moment, step);
		return {passed: !passed, expected: `not (${expected})`, actual};
	}

	const name = Object.keys(predicates).find(key => test[key as PredicateName] !== undefined) as PredicateName;
	// The schema has checked that the arguments are those of the predicate.
	const judgeArguments = predicates[name].judge as (moment: Moment, args: unknown, step: string) => Verdict;
	return judgeArguments(moment, test[name], step);
}

function join(verdicts: readonly Verdict[], {isAll}: {readonly isAll: boolean}): Verdict {
	const passed = isAll ? verdicts.every(verdict => verdict.passed) : verdicts.some(verdict => verdict.passed);
	const telling = isAll && !passed ? verdicts.filter(verdict => !verdict.passed) : verdicts;
	return {
		passed,
		expected: telling.map(verdict => verdict.expected).join(isAll ? ' and ' : ' or '),
		actual: telling.map(verdict => verdict.actual).join('; '),
	};
}

/** Whether a check depends on the learner's answer. */
export function usesAnswer(test: Test): boolean {
	return test.answer !== undefined || [...test.all ?? [], ...test.any ?? [], ...test.not === undefined ? [] : [test.not]].some(usesAnswer);
}
