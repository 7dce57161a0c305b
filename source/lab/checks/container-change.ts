// What a container's own layer holds that its image does not: files added, changed or deleted.

import * as z from 'zod';
import type {Json} from '../../base/json.js';
import {valuesAt} from '../condition.js';
import {predicate} from '../predicate.js';
import {containers} from './container.js';

/** The numbers of the Engine API's `Kind`. */
const kinds = {changed: 0, added: 1, deleted: 2} as const;

export const containerChangeArguments = z.strictObject({
	host: z.string().optional(),
	name: z.string().optional(),
	image: z.string().optional(),
	path: z.string().startsWith('/', 'must be absolute'),
	kind: z.enum(['added', 'changed', 'deleted']).optional().describe('Without it, the path must not differ from the image.'),
}).describe('A file in the layer of a container, as `docker diff` shows it.');

export const containerChange = predicate({
	arguments: containerChangeArguments,
	judge({documents}, args) {
		const found = containers(documents, args).map(document => {
			const changes = documents.engine(`/containers/${String(valuesAt(document, 'Id')[0])}/changes`, args);
			const change = (Array.isArray(changes) ? changes as readonly Json[] : []).find(item => valuesAt(item, 'Path')[0] === args.path);
			return change === undefined ? undefined : valuesAt(change, 'Kind')[0];
		});
		const nameOf = (kind: Json | undefined): string => Object.entries(kinds).find(([, number]) => number === kind)?.[0] ?? 'as in the image';
		return {
			passed: found.some(kind => kind === (args.kind === undefined ? undefined : kinds[args.kind])),
			expected: `${args.path} ${args.kind ?? 'as in the image'}`,
			actual: found.length === 0 ? 'no such container' : found.map(nameOf).join('; '),
		};
	},
});
