import {expect, test} from 'vitest';
import {classReport} from '../../source/grade/class-report.js';
import {grade, type Grade} from '../../source/grade/grade.js';
import {account, readPolicy, type Policy} from '../../source/grade/policy.js';
import {fileLab} from './file-lab.js';
import {record, solution} from './file-session.js';

const lab = fileLab();
const friday = Date.UTC(2026, 10, 20) / 1000;

function gradeOf(bytes: Uint8Array): Grade {
	return grade(bytes, {findLab: () => lab, locale: 'en'});
}

function policy(text: string): Policy {
	const read = readPolicy(text);
	if ('error' in read) {
		throw new Error(read.error);
	}

	return read.policy;
}

test('without a policy everything counts in full', () => {
	expect(account(gradeOf(record(solution)), policy(''))).toEqual({steps: [10, 5, 10], earned: 25, deductions: [], points: 25, maxPoints: 25});
});

test('a hint costs points of its step, and never more than the step gave', () => {
	const done = gradeOf(record(solution));
	expect(account(done, policy('hintCost: {nudge: 2.5}'))).toMatchObject({points: 22.5, deductions: [{reason: 'write: hints (nudge)', points: 2.5}]});
	expect(account(done, policy('hintCost: {nudge: 1000}'))).toMatchObject({points: 15, deductions: [{reason: 'write: hints (nudge)', points: 10}]});
});

test('late work loses a share for each day begun', () => {
	const done = gradeOf(record(solution, {timestampSeconds: friday}));
	const due = (time: string): object | undefined => account(done, policy(`late: {due: '${time}', percentPerDay: 20}`));
	expect(due('2026-11-20T08:00:00+08:00')).toMatchObject({points: 20, deductions: [{reason: 'late by 1 day, 20 %', points: 5}]});
	expect(due('2026-11-20T00:00:06Z')).toMatchObject({points: 25, deductions: []});
	expect(due('2026-11-01T00:00:00Z')).toMatchObject({points: 0, deductions: [{reason: 'late by 20 days, 100 %', points: 25}]});
});

test('partial credit is the share of the checks that hold, of steps that opened', () => {
	const tidyFirst = fileLab({'lab.yaml': text => text.replace('      - id: hello\n', '      - id: there\n        file: {path: /home/learner/notes}\n      - id: hello\n'), 'text.en.md': text => text.replace('### check hello\n', '### check there\nIt is not there.\n### check hello\n')});
	const half = grade(record([{type: 'line', text: 'ls'}]), {findLab: () => tidyFirst, locale: 'en'});
	expect(account(half, policy('partialCredit: true'))).toMatchObject({steps: [5, 0, 0], points: 5});
	expect(account(half, policy('partialCredit: false'))).toMatchObject({points: 0});
});

test('of several attempts the best, the first or the last counts, of those that are allowed', () => {
	const graded = [
		{file: 'third', grade: gradeOf(record(solution, {timestampSeconds: friday + 200}))},
		{file: 'first', grade: gradeOf(record(solution.slice(0, 2), {timestampSeconds: friday}))},
		{file: 'second', grade: gradeOf(record([], {timestampSeconds: friday + 100}))},
		{file: 'somebody else', grade: gradeOf(record([], {learner: 'li.lei', timestampSeconds: friday}))},
	];
	const counting = (text: string): readonly string[] => classReport(graded, policy(text)).entries.map(({file, counts, reason}) => `${file}: ${counts ? 'counts' : reason}`);
	expect(counting('')).toEqual(['third: counts', 'first: best attempt counts: third', 'second: best attempt counts: third', 'somebody else: counts']);
	expect(counting('keep: last')[0]).toBe('third: counts');
	expect(counting('keep: first')).toEqual(['third: first attempt counts: first', 'first: counts', 'second: first attempt counts: first', 'somebody else: counts']);
	expect(counting('attempts: 2')).toEqual(['third: attempt 3 of 2 allowed', 'first: counts', 'second: best attempt counts: first', 'somebody else: counts']);
});

test('a policy with a mistake is refused with its place', () => {
	expect([
		'hintcost: {nudge: 1}', 'late: {due: tomorrow}', 'keep: [best', 'attempts: 0', `a: &a [${'x, '.repeat(9)}]\nb: [${'*a, '.repeat(40)}]`,
	].map(readPolicy)).toEqual([
		{error: ': Unrecognized key: "hintcost"'},
		{error: 'late.due: Invalid ISO datetime'},
		{error: 'line 1: Flow sequence in block collection must be sufficiently indented and end with a ]'},
		{error: 'attempts: Too small: expected number to be >=1'},
		{error: ': Invalid input: expected object, received string'},
	]);
});
