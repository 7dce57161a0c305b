// Whether an image is (or is not) on the host.

import * as z from 'zod';
import {describeCondition, firstUnmet, whereSchema} from '../condition.js';
import {predicate} from '../predicate.js';

export const imageArguments = z.strictObject({
	host: z.string().optional(),
	reference: z.string().min(1),
	where: whereSchema.default({}).describe('Conditions on `docker image inspect`.'),
	exists: z.boolean().default(true),
}).describe('An image, as `docker image inspect` shows it.');

export const image = predicate({
	arguments: imageArguments,
	judge({documents}, args) {
		const document = documents.engine(`/images/${args.reference}/json`, args);
		const unmet = document === undefined ? undefined : firstUnmet(document, args.where);
		const fits = document !== undefined && unmet === undefined;
		return {
			passed: fits === args.exists,
			expected: `${args.exists ? '' : 'no '}image ${args.reference}${Object.entries(args.where).map(([path, condition]) => `, ${path} ${describeCondition(condition)}`).join('')}`,
			actual: document === undefined ? 'no such image' : (unmet === undefined ? 'it is there' : `${unmet.path} is ${unmet.actual}`),
		};
	},
});
