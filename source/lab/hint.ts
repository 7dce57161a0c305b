// Which hint to give when one is asked for. A hint with a condition speaks of a mistake that can be seen in the world, so it comes
// before the general ones; those come in their order, from a nudge to one step short of the command.

import {judge} from './evaluate.js';
import type {Moment} from './predicate.js';
import type {Progress} from './progress.js';
import type {Lab} from './schema.js';

/**
 * The index in lab.yaml of the hint to give now. When all that fit have been given, the last of them again; undefined if the
 * step has none.
 */
export function nextHint(lab: Lab, progress: Progress, {step: id, moment}: {readonly step: string; readonly moment: Moment}): number | undefined {
	const step = lab.steps.find(item => item.id === id);
	const given = progress.steps.find(item => item.id === id)?.hints ?? [];
	const fitting = [...step?.hints ?? []].map((hint, index) => ({hint, index})).filter(({hint}) => hint.when === undefined || judge(hint.when, moment, id).passed);
	const fresh = fitting.filter(({index}) => !given.includes(index));
	const special = fresh.find(({hint}) => hint.when !== undefined);
	return (special ?? fresh[0])?.index ?? given.at(-1);
}

/** The progress after the next hint was given. */
export function takeHint(lab: Lab, progress: Progress, request: {readonly step: string; readonly moment: Moment}): Progress {
	const index = nextHint(lab, progress, request);
	if (index === undefined) {
		return progress;
	}

	const steps = progress.steps.map(step => step.id === request.step && step.hints.at(-1) !== index ? {...step, hints: [...step.hints, index]} : step);
	return {steps};
}
