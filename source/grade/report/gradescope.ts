// Gradescope's results.json. The learner reads it, so it holds what the lab says of a failed check and never what was expected, which
// may be the answer. Source: gradescope-autograders.readthedocs.io, "Specifications".

import type {ClassReport, Entry} from '../class-report.js';
import type {StepGrade} from '../grade.js';
import {receiptOf} from './facts.js';
import {onOneLine} from './one-line.js';

type GradescopeTest = {readonly name: string; readonly score: number; readonly max_score: number; readonly status: 'passed' | 'failed'; readonly output: string; readonly visibility: 'visible'};

/** One submission may hold transcripts of several labs; those that count are summed. */
export function gradescopeReport({entries}: ClassReport): string {
	const counted = entries.filter(({counts}) => counts);
	const score = counted.reduce((sum, {account}) => sum + (account?.points ?? 0), 0);
	return `${JSON.stringify({score, output: entries.map(summary).join('\n'), visibility: 'visible', tests: counted.flatMap(testsOf)}, undefined, 2)}\n`;
}

function summary(entry: Entry): string {
	const {file, grade, account, reason} = entry;
	const result = account === undefined ? 'not gradable' : `${account.points} of ${account.maxPoints} points, receipt ${receiptOf(entry)}`;
	const why = grade.result === 'not-gradable' ? ` (line ${grade.reason.line}: ${grade.reason.message})` : (reason === undefined ? '' : ` (${reason})`);
	return onOneLine(`${file}: ${result}${why}`);
}

function testsOf({file, grade, account}: Entry): readonly GradescopeTest[] {
	if (grade.result === 'not-gradable') {
		return [{name: onOneLine(file), score: 0, max_score: 0, status: 'failed', output: onOneLine(`line ${grade.reason.line}: ${grade.reason.message}`), visibility: 'visible'}];
	}

	const deductions = account?.deductions ?? [];
	return [
		...grade.steps.map((step, index) => stepTest(grade.lab ?? '', step, account?.steps[index] ?? 0)),
		...deductions.map(({reason, points}): GradescopeTest => ({name: onOneLine(reason), score: -points, max_score: 0, status: 'failed', output: '', visibility: 'visible'})),
	];
}

function stepTest(lab: string, step: StepGrade, score: number): GradescopeTest {
	const told = step.checks.filter(check => check.result === 'failed').map(check => check.message);
	return {
		name: onOneLine(`${lab}: ${step.title}`),
		score,
		max_score: step.maxPoints,
		status: step.result === 'passed' ? 'passed' : 'failed',
		output: [...step.reason === undefined ? [] : [step.reason], ...step.result === 'failed' ? told : []].join('\n'),
		visibility: 'visible',
	};
}
