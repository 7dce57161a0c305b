// What the lab pane says on the way through a lab.

import {expect, test} from 'vitest';
import {startProgress, type Progress} from '../../../source/lab/progress.js';
import type {Locale} from '../../../source/i18n/message.js';
import {labPaneLines} from '../../../source/tui/lab/lab-pane-lines.js';
import {selectLab} from '../../../source/tui/lab/select-lab.js';
import {lineText} from '../../../source/tui/text/styled-line.js';
import {testLab} from '../test-lab.js';

const lab = testLab();
const start = startProgress(lab);

function rows(progress: Progress, {locale = 'en', height = 30}: {readonly locale?: Locale; readonly height?: number} = {}): string {
	return labPaneLines(selectLab(lab, progress, locale), {locale, width: 40, height}).map(line => lineText(line).trimEnd()).join('\n');
}

function progressOf(changes: ReadonlyArray<Partial<Progress['steps'][number]>>): Progress {
	return {steps: start.steps.map((step, index) => ({...step, ...changes[index]}))};
}

test('at the start: steps, what it is about, the first step', () => {
	expect(rows(start)).toBe([
		'▸ Say something',
		'○ Answer a question',
		'',
		'This lab is about echo.',
		'',
		'1. Say something',
		'',
		'Type echo hello and look.',
	].join('\n'));
});

test('in Chinese, and in one row of marks where there is little room', () => {
	expect(rows(start, {locale: 'zh-CN', height: 5})).toBe('▸○ 1/2\n\n这个实验讲的是 echo。\n\n1. 说点什么\n\n输入 echo hello，看看结果。');
});

test('hints that were given, in their order', () => {
	expect(rows(progressOf([{hints: [0]}]))).toContain('Hint 1 of 1\nIt begins with e.');
});

test('what is missing is said once a part is there or an answer was wrong', () => {
	expect(rows(progressOf([{}]))).not.toContain('!');
	expect(rows(progressOf([{wrongAnswers: 1}]))).toContain('! Nothing was heard yet.');
});

test('the next step begins with why the one before worked', () => {
	expect(rows(progressOf([{state: 'passed'}, {state: 'open'}]))).toBe([
		'✓ Say something',
		'▸ Answer a question',
		'',
		'The shell ran it.',
		'',
		'2. Answer a question',
		'',
		'What did it say?',
		'',
		'? Which word came back?',
		'  Press Alt-A to answer.',
	].join('\n'));
});

test('the end', () => {
	expect(rows(progressOf([{state: 'passed'}, {state: 'passed'}]))).toBe([
		'✓ Say something',
		'✓ Answer a question',
		'',
		'Lab finished. Well done!',
		'Press Ctrl-Q to leave. This session is',
		'recorded, and its transcript is kept.',
		'',
		'That was all.',
	].join('\n'));
});
