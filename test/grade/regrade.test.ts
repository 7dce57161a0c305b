import {expect, test} from 'vitest';
import {encodeText} from '../../source/base/bytes.js';
import {classReport, type ClassReport} from '../../source/grade/class-report.js';
import {grade} from '../../source/grade/grade.js';
import {defaultPolicy} from '../../source/grade/policy.js';
import {regrade, regradeText} from '../../source/grade/regrade.js';
import type {Lab} from '../../source/lab/schema.js';
import {fileLab} from './file-lab.js';
import {record, solution} from './file-session.js';

const files: Readonly<Record<string, Uint8Array>> = {
	'han.cast': record(solution),
	'li.cast': record([{type: 'line', text: 'echo goodbye > notes'}], {learner: 'li.lei'}),
	'wang.cast': record([{type: 'line', text: 'ls'}], {learner: 'wang.fang'}),
	'broken.cast': encodeText('{}\n'),
};

function graded(lab: Lab): ClassReport {
	return classReport(Object.entries(files).map(([file, bytes]) => ({file, grade: grade(bytes, {findLab: () => lab, locale: 'en'})})), defaultPolicy);
}

test('a corrected check changes those whom it concerns, and the report says why', () => {
	const corrected = fileLab({'lab.yaml': text => text.replace('contains: hello', 'contains: goodbye')});
	const changes = regrade(graded(fileLab()), graded(corrected));
	expect(regradeText(changes, 4)).toBe(`han.cast (files, han.meimei): passed, 25 of 25 points -> not passed, 0 of 25 points
  write/hello: passed -> failed (expected file /home/learner/notes; found no such file)
  version/number: passed -> skipped (never opened: it needs write)
  tidy/gone: passed -> skipped (never opened: it needs version)

li.cast (files, li.lei): not passed, 0 of 25 points -> not passed, 10 of 25 points
  write/hello: failed -> passed (since line 6, echo goodbye > notes)
  version/number: skipped -> failed (expected 12.11; found no answer)

2 of 4 transcripts graded otherwise.
`);
});

test('the same lab changes nobody', () => {
	expect(regradeText(regrade(graded(fileLab()), graded(fileLab())), 4)).toBe('0 of 4 transcripts graded otherwise.\n');
});
