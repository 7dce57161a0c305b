// A table of the class for spreadsheets: one row a transcript. Source of the quoting: RFC 4180.

import type {ClassReport, Entry} from '../class-report.js';
import type {StepGrade} from '../grade.js';
import {receiptOf} from './facts.js';
import {onOneLine} from './one-line.js';

const columns = ['file', 'learner', 'lab', 'result', 'counts', 'points', 'max_points', 'steps_passed', 'steps', 'hints', 'wrong_answers', 'actions', 'seconds', 'started', 'receipt', 'remark'] as const;

export function csvReport({entries}: ClassReport): string {
	return [columns.join(','), ...entries.map(entry => rowOf(entry).map(cell).join(','))].map(row => `${row}\r\n`).join('');
}

function rowOf(entry: Entry): readonly (string | number)[] {
	const {file, grade, account, counts, reason} = entry;
	const start = [file, grade.learner ?? '', grade.lab ?? '', grade.result, counts ? 'yes' : 'no'];
	const begun = grade.startedSeconds === undefined ? '' : isoTime(grade.startedSeconds);
	if (grade.result === 'not-gradable' || account === undefined) {
		const remark = grade.result === 'not-gradable' ? `line ${grade.reason.line}: ${grade.reason.message}` : '';
		return [...start, '', '', '', '', '', '', '', '', begun, receiptOf(entry), remark];
	}

	const total = (of: (step: StepGrade) => number): number => grade.steps.reduce((sum, step) => sum + of(step), 0);
	return [
		...start, account.points, account.maxPoints, total(step => step.result === 'passed' ? 1 : 0), grade.steps.length,
		total(step => step.hints.length), total(step => step.wrongAnswers), grade.actions, grade.seconds, begun, receiptOf(entry),
		[...account.deductions.map(deduction => `-${deduction.points} ${deduction.reason}`), ...grade.notes, ...reason === undefined ? [] : [reason]].join('; '),
	];
}

/** Years beyond 9999 are somebody's joke, not a time. */
function isoTime(seconds: number): string {
	return seconds < 253_402_300_800 ? new Date(seconds * 1000).toISOString().replace('.000', '') : '';
}

/** A spreadsheet takes a cell that begins with one of these characters for a formula; the apostrophe makes it text. */
function cell(value: string | number): string {
	const text = typeof value === 'number' ? String(value) : onOneLine(/^[=+\-@]/v.test(value) ? `'${value}` : value);
	return /[",]/v.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
