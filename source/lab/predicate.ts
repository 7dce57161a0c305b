// A predicate is a named question about one moment of a session. Predicates ask for effects, never for the text of a command, so
// that every right way passes.

import type {z} from 'zod';
import type {TraceEvent} from '../base/transaction.js';
import type {Documents} from './documents.js';

/** The moment after an action: the world as documents, and what the action did. */
export type Moment = {
	readonly documents: Documents;
	readonly trace: readonly TraceEvent[];
	/** What the learner saw during the action, all streams in order. */
	readonly output: string;
	/** The answer that the action was, if it was one. */
	readonly answer: {readonly step: string; readonly text: string} | undefined;
};

/** `expected` and `actual` are for reports; learners are shown the message that the lab's text has for the check. */
export type Verdict = {readonly passed: boolean; readonly expected: string; readonly actual: string};

export type Predicate<Schema extends z.ZodType> = {
	readonly arguments: Schema;
	/** `step` is the step that the check belongs to. */
	judge(moment: Moment, args: z.infer<Schema>, step: string): Verdict;
};

export function predicate<Schema extends z.ZodType>(definition: Predicate<Schema>): Predicate<Schema> {
	return definition;
}
