// What a lab says to somebody in line mode: the step to do, what has passed, a hint. On standard error, so that a script's output stays
// the programs'.

import {currentStep, isComplete, type Progress} from '../lab/progress.js';
import type {Lab} from '../lab/schema.js';
import type {LabText, StepText} from '../lab/text.js';
import type {Action} from '../session/action.js';
import type {Session} from '../session/session.js';

function textOf(lab: Lab, locale: string): LabText | undefined {
	return lab.texts.get(locale) ?? lab.texts.get('en');
}

function stepText(lab: Lab, locale: string, id: string): StepText | undefined {
	return textOf(lab, locale)?.steps.get(id);
}

/** The lab's introduction, for the start of a session. */
export function introduction(lab: Lab, locale: string): string {
	const text = textOf(lab, locale);
	return text === undefined ? '' : `# ${text.title}\n\n${text.introduction}\n`;
}

/** The current step with its question; the closing words once all steps are passed. */
export function stepWords({origin, progress}: Session, locale: string): string {
	const {lab} = origin;
	if (lab === undefined || progress === undefined) {
		return 'virtlab: no lab, no steps\n';
	}

	const step = currentStep(progress);
	if (step === undefined) {
		return `${textOf(lab, locale)?.finish ?? ''}\n`;
	}

	const text = stepText(lab, locale, step.id);
	const number = lab.steps.findIndex(({id}) => id === step.id) + 1;
	return `## ${number}/${lab.steps.length} ${text?.title ?? step.id}\n\n${text?.body ?? ''}\n${text?.question === undefined ? '' : `\n? ${text.question}  (#: answer TEXT)\n`}`;
}

/** What changed by an action: steps that passed, a wrong answer's message, the hint that was given. */
export function news({lab, locale, before, after, action}: {readonly lab: Lab; readonly locale: string; readonly before: Progress; readonly after: Progress; readonly action: Action}): string {
	const parts: string[] = [];
	for (const [index, step] of after.steps.entries()) {
		const was = before.steps[index]!;
		const text = stepText(lab, locale, step.id);
		if (step.state === 'passed' && was.state !== 'passed') {
			parts.push(`[+] ${text?.title ?? step.id}\n${text?.explanation ?? ''}\n`);
		} else if (step.wrongAnswers > was.wrongAnswers) {
			const failing = step.checks.find(check => !check.passed)?.id;
			parts.push(`[-] ${failing === undefined ? '' : text?.checks.get(failing) ?? failing}\n`);
		} else if (action.type === 'hint' && action.step === step.id) {
			const hint = step.hints.at(-1);
			parts.push(`[?] ${hint === undefined ? '' : text?.hints[hint] ?? ''}\n`);
		}
	}

	return isComplete(after) && !isComplete(before) ? `${parts.join('')}\n${textOf(lab, locale)?.finish ?? ''}\n` : parts.join('');
}
