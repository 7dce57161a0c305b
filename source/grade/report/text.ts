// The report for reading in a terminal.

import type {ClassReport, Entry} from '../class-report.js';
import type {StepGrade} from '../grade.js';
import {difference, extrasOf, receiptOf, resultText} from './facts.js';
import {line} from './one-line.js';

const marks = {passed: '+', failed: '-', skipped: '.'} as const;

export function textReport({entries}: ClassReport): string {
	return entries.map(fileReport).join('\n');
}

function fileReport(entry: Entry): string {
	const {file, grade, account} = entry;
	const head = line`${file}: ${headline(entry)} (${grade.lab ?? 'no lab'}, ${grade.learner ?? 'nobody'})`;
	const body = grade.result === 'not-gradable' ? line`  line ${grade.reason.line}: ${grade.reason.message}` : grade.steps.map(stepReport).join('');
	return [
		head,
		body,
		...account?.deductions.map(({reason, points}) => line`  -${points} ${reason}`) ?? [],
		...grade.notes.map(note => line`  note: ${note}`),
		...entry.reason === undefined ? [] : [line`  does not count: ${entry.reason}`],
	].join('');
}

function headline(entry: Entry): string {
	const {grade, account} = entry;
	return grade.result === 'not-gradable' || account === undefined
		? resultText(entry)
		: `${resultText(entry)}, ${account.points} of ${account.maxPoints} points, ${grade.actions} actions, receipt ${receiptOf(entry)}`;
}

function stepReport(step: StepGrade): string {
	const extras = extrasOf(step);
	const head = line`  ${marks[step.result]} ${step.id}: ${step.title}, ${step.points}/${step.maxPoints}${extras.length === 0 ? '' : ` (${extras.join(', ')})`}`;
	const failed = step.result === 'failed' ? step.checks.filter(check => check.result === 'failed') : [];
	return head + failed.map(check => line`      ${check.id}: ${difference(check)}`).join('');
}
