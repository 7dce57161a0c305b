// The lab pane: layout and colour only.

import {message, type Locale} from '../../i18n/message.js';
import {labelOf} from '../key-bindings.js';
import {markdownLines} from '../text/markdown.js';
import {line, plain, span, type Line, type Style} from '../text/styled-line.js';
import {wrapLine} from '../text/wrap.js';
import {styles} from '../theme.js';
import type {LabData, LabStepRow} from './select-lab.js';

const marks: Readonly<Record<LabStepRow['state'], string>> = {passed: '✓', current: '▸', open: '○', locked: '○'};
const stepStyles: Readonly<Record<LabStepRow['state'], Style>> = {passed: styles.passed, current: styles.current, open: plain, locked: styles.hint};

export type LabPaneView = {readonly locale: Locale; readonly width: number; /** Rows that are visible at once. */ readonly height: number};

/** Above a third of what is visible, the list of steps would hide the step itself. */
const stepListShare = 1 / 3;

export function labPaneLines(lab: LabData, {locale, width, height}: LabPaneView): Line[] {
	return [
		...(lab.steps.length > height * stepListShare ? [stepMarks(lab)] : lab.steps.flatMap(step => stepLines(step, width))),
		...section(lab.introduction, width),
		...(lab.explanation === undefined ? [] : section(lab.explanation, width)),
		...(lab.current === undefined ? [] : currentLines(lab.current, {locale, width})),
		...(lab.finish === undefined ? [] : [[], line(span(message(locale, 'steps.all-done'), styles.passed)), ...wrapLine([span(message(locale, 'steps.leave', {key: labelOf('quit')}), styles.hint)], width), ...section(lab.finish, width)]),
	];
}

/** All steps in one row: `✓✓▸○○ 3/5`. */
function stepMarks({steps, current}: LabData): Line {
	const position = current === undefined ? '' : ` ${current.number}/${steps.length}`;
	return [...steps.map(step => span(marks[step.state], stepStyles[step.state])), span(position, styles.hint)];
}

function stepLines(step: LabStepRow, width: number): Line[] {
	const count = step.state === 'current' && step.checkCount > 1 ? `  ${step.checksPassed}/${step.checkCount}` : '';
	return wrapLine([span(`${marks[step.state]} `, stepStyles[step.state]), span(step.title, stepStyles[step.state]), span(count, styles.hint)], width, 2);
}

function currentLines(current: NonNullable<LabData['current']>, {locale, width}: {readonly locale: Locale; readonly width: number}): Line[] {
	return [
		[],
		...wrapLine([span(`${current.number}. ${current.title}`, styles.focusedTitle)], width),
		...section(current.body, width),
		...current.feedback.flatMap(text => marked('! ', styles.warning, text, width)),
		...current.hints.flatMap((text, index) => [
			[],
			line(span(message(locale, 'steps.hint', {number: index + 1, total: current.hintCount}), styles.warning)),
			...markdownLines(text, width),
		]),
		...(current.question === undefined ? [] : [
			...marked('? ', styles.focusedTitle, current.question, width),
			line('  ', span(message(locale, 'steps.answer-key', {key: labelOf('answer')}), styles.hint)),
		]),
	];
}

function section(text: string, width: number): Line[] {
	return text.trim() === '' ? [] : [[], ...markdownLines(text, width)];
}

function marked(mark: string, style: Style, text: string, width: number): Line[] {
	return [[], ...markdownLines(text, width - mark.length).map((content, row) => [span(row === 0 ? mark : '  ', style), ...content])];
}
