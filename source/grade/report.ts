// Grades as text and as JSON, and the exit status of `virtlab grade`. Everything that comes from a transcript is untrusted, so control
// characters are shown, never obeyed.

import type {Grade, StepGrade} from './grade.js';

/** A file and what became of it. */
export type FileGrade = {readonly file: string; readonly grade: Grade};

/** 0 if all passed, 2 if one is not gradable, else 1. */
export function exitStatus(grades: readonly FileGrade[]): 0 | 1 | 2 {
	const results = new Set(grades.map(({grade}) => grade.result));
	return results.has('not-gradable') ? 2 : (results.has('not-passed') ? 1 : 0);
}

/** One object for each file, in their order. */
export function jsonReport(grades: readonly FileGrade[]): string {
	return `${JSON.stringify(grades.map(({file, grade}) => ({file, ...grade})), undefined, 2)}\n`;
}

export function textReport(grades: readonly FileGrade[]): string {
	return grades.map(({file, grade}) => fileReport(file, grade)).join('\n');
}

function fileReport(file: string, grade: Grade): string {
	const head = line`${file}: ${headline(grade)} (${grade.lab ?? 'no lab'}, ${grade.learner ?? 'nobody'})`;
	const body = grade.result === 'not-gradable' ? line`  line ${grade.reason.line}: ${grade.reason.message}` : grade.steps.map(stepReport).join('');
	return head + body + grade.notes.map(note => line`  note: ${note}`).join('');
}

function headline(grade: Grade): string {
	return grade.result === 'not-gradable'
		? 'not gradable'
		: `${grade.result === 'passed' ? 'passed' : 'not passed'}, ${grade.score} of ${grade.maxScore} points, ${grade.actions} actions, receipt ${grade.seal?.slice(0, 12)}`;
}

function stepReport(step: StepGrade): string {
	const extras = [
		...step.passedAtLine === undefined ? [] : [`line ${step.passedAtLine}`],
		...step.hints === 0 ? [] : [`hints ${step.hints}`],
		...step.wrongAnswers === 0 ? [] : [`wrong answers ${step.wrongAnswers}`],
	];
	const head = line`  ${step.passed ? '+' : '-'} ${step.id}: ${step.title}, ${step.points}/${step.maxPoints}${extras.length === 0 ? '' : ` (${extras.join(', ')})`}`;
	const failed = step.passed ? [] : step.checks.filter(check => check.passed === false);
	return head + failed.map(check => line`      ${check.id}: expected ${check.expected}; found ${check.actual === '' ? 'nothing yet' : check.actual}`).join('');
}

/** One line of the report. What is filled in cannot begin another line, nor speak to the terminal. */
function line(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
	return `${strings.map((text, index) => index === 0 ? text : visible(String(values[index - 1])) + text).join('')}\n`;
}

/** Control characters as `\x1b`; marks that turn the direction of text too. */
function visible(text: string): string {
	return text.replaceAll(/[\u0000-\u001F\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069]/gv, character => {
		const code = character.charCodeAt(0);
		return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
	});
}
