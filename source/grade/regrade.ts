// What a corrected lab changes: the same transcripts graded with both, compared check by check.

import type {ClassReport, Entry} from './class-report.js';
import type {CheckGrade, Grade, StepGrade} from './grade.js';
import {difference} from './report/facts.js';
import {line} from './report/one-line.js';

export type CheckChange = {readonly step: string; readonly check: string; readonly before: CheckGrade['result'] | undefined; readonly after: CheckGrade['result'] | undefined; /** What the new lab expected and found. */ readonly why: string};

export type Change = {
	readonly file: string;
	readonly lab: string | undefined;
	readonly learner: string | undefined;
	readonly before: Standing;
	readonly after: Standing;
	readonly checks: readonly CheckChange[];
};

export type Standing = {readonly result: Grade['result']; readonly points: number | undefined; readonly maxPoints: number | undefined; readonly reason: string | undefined};

/** Those whose result, points or checks differ, in the order of the files. Both reports are of the same files. */
export function regrade(before: ClassReport, after: ClassReport): readonly Change[] {
	return before.entries.flatMap((old, index): readonly Change[] => {
		const now = after.entries[index]!;
		const change: Change = {file: now.file, lab: now.grade.lab, learner: now.grade.learner, before: standing(old), after: standing(now), checks: checkChanges(old.grade, now.grade)};
		return change.checks.length === 0 && JSON.stringify(change.before) === JSON.stringify(change.after) ? [] : [change];
	});
}

function standing({grade, account}: Entry): Standing {
	const reason = grade.result === 'not-gradable' ? `line ${grade.reason.line}: ${grade.reason.message}` : undefined;
	return {result: grade.result, points: account?.points, maxPoints: account?.maxPoints, reason};
}

function checkChanges(before: Grade, after: Grade): readonly CheckChange[] {
	const [old, now] = [checksOf(before), checksOf(after)];
	return [...new Set([...old.keys(), ...now.keys()])].flatMap((key): readonly CheckChange[] => {
		const [was, is] = [old.get(key), now.get(key)];
		const known = is ?? was;
		if (known === undefined || was?.check.result === is?.check.result) {
			return [];
		}

		return [{step: known.step.id, check: known.check.id, before: was?.check.result, after: is?.check.result, why: why(is)}];
	});
}

type Checked = {readonly step: StepGrade; readonly check: CheckGrade};

function checksOf(grade: Grade): ReadonlyMap<string, Checked> {
	const steps = grade.result === 'not-gradable' ? [] : grade.steps;
	return new Map(steps.flatMap(step => step.checks.map(check => [`${step.id} ${check.id}`, {step, check}] as const)));
}

function why(checked: Checked | undefined): string {
	if (checked === undefined) {
		return 'the corrected lab has no such check';
	}

	const {step, check} = checked;
	switch (check.result) {
		case 'passed': {
			return check.evidence === undefined ? '' : `since line ${check.evidence.line}${check.evidence.deed === '' ? '' : `, ${check.evidence.deed}`}`;
		}

		case 'failed': {
			return difference(check);
		}

		case 'skipped': {
			return step.reason ?? '';
		}

		default: {
			return check.result satisfies never;
		}
	}
}

/** For reading: who changes, and why. */
export function regradeText(changes: readonly Change[], files: number): string {
	return `${changes.map(changeText).join('\n')}${changes.length === 0 ? '' : '\n'}${changes.length} of ${files} ${files === 1 ? 'transcript' : 'transcripts'} graded otherwise.\n`;
}

function changeText({file, lab, learner, before, after, checks}: Change): string {
	return line`${file} (${lab ?? 'no lab'}, ${learner ?? 'nobody'}): ${standingText(before)} -> ${standingText(after)}`
		+ checks.map(check => line`  ${check.step}/${check.check}: ${check.before ?? 'none'} -> ${check.after ?? 'none'} (${check.why})`).join('');
}

function standingText({result, points, maxPoints, reason}: Standing): string {
	return points === undefined ? `not gradable (${reason ?? ''})` : `${result.replace('-', ' ')}, ${points} of ${maxPoints} points`;
}
