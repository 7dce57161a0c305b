import {expect, test} from 'vitest';
import {encodeText} from '../../source/base/bytes.js';
import {grade, type Grade} from '../../source/grade/grade.js';
import {classReport, exitStatus} from '../../source/grade/class-report.js';
import {defaultPolicy} from '../../source/grade/policy.js';
import {jsonReport} from '../../source/grade/report/json.js';
import {textReport} from '../../source/grade/report/text.js';
import type {Lab} from '../../source/lab/schema.js';
import {fileLab} from './file-lab.js';
import {record, solution} from './file-session.js';

const lab = fileLab();

function gradeOf(bytes: Uint8Array, labs: readonly Lab[] = [lab]): Grade {
	return grade(bytes, {findLab: id => labs.find(item => item.id === id), locale: 'en'});
}

function report(bytes: Uint8Array): string {
	return textReport(classReport([{file: 'a.cast', grade: gradeOf(bytes)}], defaultPolicy)).replace(/receipt [\da-f]{12}/v, 'receipt ...');
}

function reasonOf(result: Grade): string {
	return result.result === 'not-gradable' ? `${result.reason.line}: ${result.reason.message}` : result.result;
}

test('a finished lab is passed, with points, hints, wrong answers and the lines that passed it', () => {
	expect(report(record(solution))).toBe(`a.cast: passed, 25 of 25 points, 5 actions, receipt ... (files, han.meimei)
  + write: Write, 10/10 (line 7 after echo hello > notes, hints 1)
  + version: Version, 5/5 (line 9 after answer version: 12.11, wrong answers 1)
  + tidy: Tidy, 10/10 (line 12 after rm notes)
`);
});

test('an unfinished lab is not passed, and the report says what was expected and found', () => {
	expect(report(record([...solution.slice(0, 4), {type: 'line', text: 'ls'}]))).toBe(`a.cast: not passed, 15 of 25 points, 5 actions, receipt ... (files, han.meimei)
  + write: Write, 10/10 (line 7 after echo hello > notes, hints 1)
  + version: Version, 5/5 (line 9 after answer version: 12.11, wrong answers 1)
  - tidy: Tidy, 0/10
      gone: expected no file /home/learner/notes; found it is there
`);
});

test('a locked step is judged neither right nor wrong', () => {
	const result = gradeOf(record([]));
	expect(result.result === 'not-passed' && result.steps.map(step => step.checks.map(check => check.result))).toEqual([['failed'], ['skipped'], ['skipped']]);
});

test('the same bytes are graded the same', () => {
	const bytes = record(solution);
	expect(gradeOf(bytes)).toEqual(gradeOf(bytes));
});

test('a record that was edited and sealed again is not gradable, with its line', () => {
	const forged = record([{type: 'line', text: 'cat /etc/hostname'}, ...solution], {forge: text => text.replace('\nlab\r', '\nweb\r')});
	expect(reasonOf(gradeOf(forged))).toBe('6: the replay shows something else than what was recorded: the record was edited and sealed again, or another engine or lab made it');
});

test('a changed byte is not gradable, with its line', () => {
	const bytes = record(solution);
	const text = new TextDecoder().decode(bytes);
	expect(reasonOf(gradeOf(encodeText(text.replace('rm notes\\r', 'rm votes\\r'))))).toMatch(/^12: the seal does not fit/v);
});

test('nothing to grade, and nothing to grade with', () => {
	expect(reasonOf(gradeOf(record([], {isSandbox: true})))).toBe('1: a session without a lab: there is nothing to grade');
	expect(reasonOf(gradeOf(record(solution), []))).toBe('1: there is no lab "files" here');
	expect(reasonOf(gradeOf(encodeText('not json')))).toBe('1: the header is cut off');
});

test('what was cut off is noted and the rest is graded', () => {
	const bytes = record(solution);
	const result = gradeOf(bytes.slice(0, -10));
	expect([result.result, result.notes]).toEqual(['not-passed', ['line 10: the last record is cut off; what is before it is kept']]);
});

test('the grader\'s own lab decides: a corrected check is applied to an old transcript', () => {
	const corrected = fileLab({'lab.yaml': text => text.replace('contains: hello', 'contains: goodbye')});
	const result = gradeOf(record(solution), [corrected]);
	expect([result.result, result.notes]).toEqual(['not-passed', ['recorded with another copy of the lab (version 1; here it is version 1)']]);
});

test('what a transcript says cannot speak to the grader\'s terminal, nor write lines of the report', () => {
	const text = report(record([], {learner: 'x\u001B]0;title\u0007\nb.cast: passed\u202E'}));
	expect(text.split('\n')[0]).toBe('a.cast: not passed, 0 of 25 points, 0 actions, receipt ... (files, x\\x1b]0;title\\x07\\x0ab.cast: passed\\u202e)');
});

test('the exit status is 0 if all passed, 1 if one did not, 2 if one is not gradable', () => {
	const passed = {file: 'a', grade: gradeOf(record(solution))};
	const failed = {file: 'b', grade: gradeOf(record([], {learner: 'li.lei'}))};
	const broken = {file: 'c', grade: gradeOf(encodeText('{}\n'))};
	expect([[passed], [passed, failed], [passed, failed, broken]].map(graded => exitStatus(classReport(graded, defaultPolicy)))).toEqual([0, 1, 2]);
	expect(JSON.parse(jsonReport(classReport([passed, broken], defaultPolicy)))).toMatchObject([{file: 'a', result: 'passed', score: 25}, {file: 'c', result: 'not-gradable', reason: {line: 1}}]);
});
