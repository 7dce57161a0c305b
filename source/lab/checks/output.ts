// Whether the learner saw something: bytes that really went to the screen, whatever printed them.

import * as z from 'zod';
import {describeValue, isPattern, patternMatches} from '../condition.js';
import {predicate} from '../predicate.js';

export const outputArguments = z.strictObject({
	contains: z.string().min(1).optional(),
	matches: z.string().refine(isPattern, 'is not a POSIX extended regular expression').optional(),
}).refine(args => args.contains !== undefined || args.matches !== undefined, 'needs contains or matches')
	.describe('What one action showed to the learner.');

export const output = predicate({
	arguments: outputArguments,
	judge(moment, args) {
		return {
			passed: (args.contains === undefined || moment.output.includes(args.contains)) && (args.matches === undefined || patternMatches(args.matches, moment.output)),
			expected: `to see ${describeValue(args.contains ?? args.matches ?? '')}`,
			actual: describeValue(moment.output),
		};
	},
});
