import {expect, test} from 'vitest';
import type {Json} from '../../source/base/json.js';
import type {Documents} from '../../source/lab/documents.js';
import {evaluate} from '../../source/lab/evaluate.js';
import {nextHint, takeHint} from '../../source/lab/hint.js';
import {loadLab} from '../../source/lab/load.js';
import type {Moment} from '../../source/lab/predicate.js';
import {isComplete, score, startProgress} from '../../source/lab/progress.js';
import type {Lab} from '../../source/lab/schema.js';
import {smallFiles, withFile} from './small-lab.js';

const nginx: Json = {Id: 'sha256:1', RootFS: {Layers: ['sha256:a', 'sha256:b']}};

function documentsWith(answers: Readonly<Record<string, Json>>): Documents {
	return {engine: path => answers[path], file: () => undefined, domains: () => [], node: () => undefined};
}

function moment(answers: Readonly<Record<string, Json>>, answer?: {readonly step: string; readonly text: string}): Moment {
	return {documents: documentsWith(answers), trace: [], output: '', answer};
}

const empty = moment({});
const pulled = moment({'/images/nginx/json': nginx});

function small(files: ReadonlyMap<string, string> = smallFiles): Lab {
	return loadLab('small', files).lab!;
}

function states(lab: Lab, ...moments: readonly Moment[]): readonly string[] {
	let progress = startProgress(lab);
	for (const each of moments) {
		progress = evaluate(lab, progress, each);
	}

	return progress.steps.map(step => step.state);
}

test('a step opens when the step before it is passed', () => {
	expect(states(small())).toEqual(['open', 'locked']);
	expect(states(small(), empty)).toEqual(['open', 'locked']);
	expect(states(small(), empty, pulled)).toEqual(['passed', 'open']);
});

test('the right answer is read from the learner\'s world, and full-width digits will do', () => {
	const right = moment({'/images/nginx/json': nginx}, {step: 'count', text: ' ２'});
	const wrong = moment({'/images/nginx/json': nginx}, {step: 'count', text: '3'});
	expect(states(small(), pulled, wrong)).toEqual(['passed', 'open']);
	expect(states(small(), pulled, wrong, right)).toEqual(['passed', 'passed']);
});

test('an answer to a step that is still locked is not counted', () => {
	const early = moment({}, {step: 'count', text: '2'});
	expect(states(small(), early, pulled)).toEqual(['passed', 'open']);
});

test('credit once earned is kept when the learner cleans up', () => {
	expect(states(small(), pulled, empty)).toEqual(['passed', 'open']);
});

test('one moment may pass several steps', () => {
	expect(states(small(), moment({'/images/nginx/json': nginx}, {step: 'count', text: '2'}))).toEqual(['passed', 'passed']);
});

test('`ever` keeps its credit until the step passes; `now` must hold when the last check is met', () => {
	const files = withFile('lab.yaml', text => text.replace('        image: {reference: nginx}\n', `        image: {reference: nginx}
      - id: second
        when: ever
        image: {reference: redis}
`));
	const both = (when: string): Lab => small(new Map([...files,
		['lab.yaml', files.get('lab.yaml')!.replace('      - id: there\n', `      - id: there\n        when: ${when}\n`)],
		['text.en.md', smallFiles.get('text.en.md')!.replace('### check there', '### check second\nNo redis.\n### check there')]]));
	const redis = moment({'/images/redis/json': nginx});
	expect(states(both('ever'), pulled, redis)[0]).toBe('passed');
	expect(states(both('now'), pulled, redis)[0]).toBe('open');
});

test('a hint for a mistake that can be seen comes before the general ones', () => {
	const lab = small();
	const mistaken = moment({'/images/ngnix/json': nginx});
	let progress = startProgress(lab);
	expect(nextHint(lab, progress, {step: 'pull', moment: empty})).toBe(0);
	expect(nextHint(lab, progress, {step: 'pull', moment: mistaken})).toBe(1);
	progress = takeHint(lab, progress, {step: 'pull', moment: mistaken});
	progress = takeHint(lab, progress, {step: 'pull', moment: mistaken});
	expect(progress.steps[0]?.hints).toEqual([1, 0]);
	expect(takeHint(lab, progress, {step: 'pull', moment: mistaken}).steps[0]?.hints).toEqual([1, 0]);
});

test('wrong answers and points are counted', () => {
	const lab = small();
	const wrong = evaluate(lab, evaluate(lab, startProgress(lab), pulled), moment({'/images/nginx/json': nginx}, {step: 'count', text: 'two'}));
	expect(wrong.steps[1]?.wrongAnswers).toBe(1);
	expect(wrong.steps[1]?.checks).toEqual([{id: 'layers', passed: false, expected: '2', actual: '"two"'}]);
	expect([isComplete(wrong), score(lab, wrong)]).toEqual([false, 10]);
});
