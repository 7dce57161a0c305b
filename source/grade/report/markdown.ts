// The report as Markdown, for pull requests and course pages: a table of the class, then a section for each transcript.

import type {ClassReport, Entry} from '../class-report.js';
import type {StepGrade} from '../grade.js';
import {difference, extrasOf, receiptOf, resultText} from './facts.js';
import {onOneLine} from './one-line.js';

const marks = {passed: '✅', failed: '❌', skipped: '➖'} as const;

export function markdownReport(report: ClassReport): string {
	const {entries} = report;
	return `# Grades\n\n| Learner | Lab | Result | Points | Counts | Receipt |\n|---|---|---|---|---|---|\n${entries.map(row).join('')}${entries.map(section).join('')}`;
}

function points({account}: Entry): string {
	return account === undefined ? '' : `${account.points}/${account.maxPoints}`;
}

function row(entry: Entry): string {
	const {grade, counts} = entry;
	return md`| ${grade.learner ?? 'nobody'} | ${grade.lab ?? 'no lab'} | ${resultText(entry)} | ${points(entry)} | ${counts ? 'yes' : 'no'} | ${receiptOf(entry)} |\n`;
}

function section(entry: Entry): string {
	const {file, grade, account, reason} = entry;
	const body = grade.result === 'not-gradable' ? md`Line ${grade.reason.line}: ${grade.reason.message}\n` : grade.steps.map(stepItem).join('');
	const remarks = [
		...account?.deductions.map(deduction => md`- −${deduction.points}: ${deduction.reason}\n`) ?? [],
		...grade.notes.map(note => md`- Note: ${note}\n`),
		...reason === undefined ? [] : [md`- Does not count: ${reason}\n`],
	];
	return md`\n## ${file}\n\n` + body + (remarks.length === 0 ? '' : `\n${remarks.join('')}`);
}

function stepItem(step: StepGrade): string {
	const extras = extrasOf(step);
	const failed = step.result === 'failed' ? step.checks.filter(check => check.result === 'failed') : [];
	return md`- ${marks[step.result]} **${step.title}**, ${step.points}/${step.maxPoints}${extras.length === 0 ? '' : ` (${extras.join(', ')})`}\n`
		+ failed.map(check => md`  - ${check.id}: ${difference(check)}\n`).join('');
}

/** A template's text with everything that is filled in as plain text of Markdown. */
function md(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
	return strings.map((text, index) => index === 0 ? text : onOneLine(String(values[index - 1])).replaceAll(/[\\`*_\{\}\[\]<>#\|~$\&!]/gv, '\\$&') + text).join('');
}
