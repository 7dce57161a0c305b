// Whether images stand on the same layers: the first layers of each are the same, by their diff ids.

import {z} from 'zod';
import {valuesAt} from '../condition.js';
import type {Documents} from '../documents.js';
import {predicate} from '../predicate.js';

export const imageLayersSharedArguments = z.strictObject({
	host: z.string().optional(),
	images: z.array(z.string().min(1)).min(2),
	atLeast: z.int().min(1).default(1).describe('How many layers, counted from the bottom, all images must have in common.'),
}).describe('Images that share their lowest layers, as RootFS.Layers of `docker image inspect` shows.');

export const imageLayersShared = predicate({
	arguments: imageLayersSharedArguments,
	judge({documents}, args) {
		const stacks = args.images.map(reference => layersOf(documents, reference, args.host));
		const [first = [], ...others] = stacks;
		const differing = first.findIndex((layer, index) => others.some(stack => stack[index] !== layer));
		const shared = differing === -1 ? first.length : differing;
		return {
			passed: shared >= args.atLeast,
			expected: `${args.images.join(', ')} share at least ${args.atLeast} layers`,
			actual: stacks.some(stack => stack.length === 0) ? 'not all of these images are there' : `they share ${shared}`,
		};
	},
});

export function layersOf(documents: Documents, reference: string, host: string | undefined): readonly unknown[] {
	const document = documents.engine(`/images/${reference}/json`, {host});
	return document === undefined ? [] : valuesAt(document, 'RootFS.Layers[*]');
}
