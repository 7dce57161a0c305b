// The lab pane: layout and colour only.

import {message, type Locale} from '../../i18n/message.js';
import {markdownLines} from '../text/markdown.js';
import {line, plain, span, type Line, type Style} from '../text/styled-line.js';
import {wrapLine} from '../text/wrap.js';
import {styles} from '../theme.js';
import type {LabData, LabStepRow} from './select-lab.js';

const marks: Readonly<Record<LabStepRow['state'], string>> = {passed: '✓', current: '▸', open: '○', locked: '○'};
const stepStyles: Readonly<Record<LabStepRow['state'], Style>> = {passed: styles.passed, current: styles.current, open: plain, locked: styles.hint};

export function labPaneLines(lab: LabData, {locale, width}: {readonly locale: Locale; readonly width: number}): Line[] {
	return [
		...lab.steps.flatMap(step => stepLines(step, width)),
		...section(lab.introduction, width),
		...(lab.explanation === undefined ? [] : section(lab.explanation, width)),
		...(lab.current === undefined ? [] : currentLines(lab.current, {locale, width})),
		...(lab.finish === undefined ? [] : [[], line(span(message(locale, 'steps.all-done'), styles.passed)), ...section(lab.finish, width)]),
	];
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
		...(current.question === undefined ? [] : marked('? ', styles.focusedTitle, current.question, width)),
	];
}

function section(text: string, width: number): Line[] {
	return text.trim() === '' ? [] : [[], ...markdownLines(text, width)];
}

function marked(mark: string, style: Style, text: string, width: number): Line[] {
	return [[], ...markdownLines(text, width - mark.length).map((content, row) => [span(row === 0 ? mark : '  ', style), ...content])];
}
