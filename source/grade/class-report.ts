// Everything that was graded together: the one model that all formats of report are made from.

import type {Grade} from './grade.js';
import {account, type Account, type Policy} from './policy.js';

export type Entry = {
	/** The name of the file, as the grader gave it. */
	readonly file: string;
	readonly grade: Grade;
	readonly account: Account | undefined;
	/** Whether it is the attempt that counts for its learner and lab. */
	readonly counts: boolean;
	/** Why it does not. */
	readonly reason: string | undefined;
};

export type ClassReport = {readonly entries: readonly Entry[]};

/** Makes accounts of grades, and says which attempt of each learner counts. The entries keep the order of the files. */
export function classReport(graded: readonly {readonly file: string; readonly grade: Grade}[], policy: Policy): ClassReport {
	const all = graded.map(({file, grade}, index): Attempt => ({file, grade, index, account: account(grade, policy)}));
	const verdicts = new Map<number, string | undefined>();
	for (const attempts of Map.groupBy(all, keyOf).values()) {
		for (const [index, reason] of choose(attempts, policy)) {
			verdicts.set(index, reason);
		}
	}

	return {entries: all.map(({file, grade, account: worth, index}) => ({file, grade, account: worth, counts: verdicts.get(index) === undefined, reason: verdicts.get(index)}))};
}

type Attempt = {readonly file: string; readonly grade: Grade; readonly index: number; readonly account: Account | undefined};

/** Attempts of one learner at one lab belong together; what names nobody stands alone. */
function keyOf({grade: {lab, learner}, index}: Attempt): string {
	return lab === undefined || learner === undefined ? `file ${index}` : JSON.stringify([lab, learner]);
}

/** For each attempt why it does not count, and undefined for the one that does. */
function choose(attempts: readonly Attempt[], policy: Policy): ReadonlyMap<number, string | undefined> {
	const inOrder = attempts.toSorted((a, b) => (a.grade.startedSeconds ?? 0) - (b.grade.startedSeconds ?? 0) || a.index - b.index);
	const seen = inOrder.slice(0, policy.attempts ?? inOrder.length);
	const gradable = seen.filter(attempt => attempt.account !== undefined);
	const kept = keep(gradable, policy) ?? seen[0];
	return new Map(inOrder.map((attempt, at) => {
		const tooMany = at >= seen.length ? `attempt ${at + 1} of ${seen.length} allowed` : undefined;
		return [attempt.index, attempt === kept ? undefined : tooMany ?? `${policy.keep} attempt counts: ${kept?.file ?? 'none'}`];
	}));
}

function keep(attempts: readonly Attempt[], policy: Policy): Attempt | undefined {
	switch (policy.keep) {
		case 'first': {
			return attempts[0];
		}

		case 'last': {
			return attempts.at(-1);
		}

		case 'best': {
			// The earliest of the best ones.
			return attempts.reduce<Attempt | undefined>((best, attempt) => best === undefined || attempt.account!.points > best.account!.points ? attempt : best, undefined);
		}

		default: {
			return policy.keep satisfies never;
		}
	}
}

/** Exit status of `virtlab grade`: 2 if a file is not gradable, 1 if an attempt that counts did not pass, else 0. */
export function exitStatus({entries}: ClassReport): 0 | 1 | 2 {
	if (entries.some(({grade}) => grade.result === 'not-gradable')) {
		return 2;
	}

	return entries.some(({counts, grade}) => counts && grade.result === 'not-passed') ? 1 : 0;
}
