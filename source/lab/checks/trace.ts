// Whether something happened during an action: an event of the trace, as the panels show them.

import * as z from 'zod';
import type {Json} from '../../base/json.js';
import {countHolds, countSchema, describeCondition, firstUnmet, whereSchema} from '../condition.js';
import {predicate} from '../predicate.js';

export const traceArguments = z.strictObject({
	kind: z.string().min(1).describe('The kind of event: copy-up, whiteout, oom-kill, ...'),
	where: whereSchema.default({}),
	count: countSchema.default({atLeast: 1}),
}).describe('Events that happened during one action.');

export const trace = predicate({
	arguments: traceArguments,
	judge(moment, args) {
		const ofKind = moment.trace.filter(event => event.kind === args.kind);
		const fitting = ofKind.filter(event => firstUnmet(event as unknown as Json, args.where) === undefined);
		return {
			passed: countHolds(fitting.length, args.count),
			expected: `event ${args.kind}${Object.entries(args.where).map(([path, condition]) => `, ${path} ${describeCondition(condition)}`).join('')}`,
			actual: `${fitting.length} such, ${ofKind.length} of this kind`,
		};
	},
});
