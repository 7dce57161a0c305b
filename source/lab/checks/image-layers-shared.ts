// Whether images stand on the same layers: the lowest layers of each are the same, by their diff ids.

import * as z from 'zod';
import {valuesAt} from '../condition.js';
import type {Documents} from '../documents.js';
import {predicate} from '../predicate.js';

export const imageLayersSharedArguments = z.strictObject({
	host: z.string().optional(),
	images: z.array(z.string().min(1)).min(2),
	atLeast: z.int().min(1).default(1).describe('How many layers, counted from the bottom, all images must have in common.'),
	all: z.boolean().default(false).describe('All layers of the first image must be the lowest ones of the others.'),
	more: z.boolean().default(false).describe('The others must have more layers than the first.'),
}).describe('Images that share their lowest layers, as RootFS.Layers of `docker image inspect` shows.');

export const imageLayersShared = predicate({
	arguments: imageLayersSharedArguments,
	judge({documents}, args) {
		const stacks = args.images.map(reference => layersOf(documents, reference, args.host));
		const [first = [], ...others] = stacks;
		const shared = commonLength(stacks);
		const wanted = args.all ? Math.max(first.length, args.atLeast) : args.atLeast;
		return {
			passed: shared >= wanted && (!args.more || others.every(stack => stack.length > first.length)),
			expected: `${args.images.join(', ')} share at least ${wanted} layers${args.more ? ', and the first has the fewest' : ''}`,
			actual: stacks.some(stack => stack.length === 0) ? 'not all of these images are there' : `they share ${shared} of ${stacks.map(stack => stack.length).join(', ')}`,
		};
	},
});

/** How many layers, from the bottom, all of these images have in common. */
export function sharedLayers(documents: Documents, references: readonly string[], host: string | undefined): number {
	return commonLength(references.map(reference => layersOf(documents, reference, host)));
}

function commonLength([first = [], ...others]: ReadonlyArray<readonly unknown[]>): number {
	const differing = first.findIndex((layer, index) => others.some(stack => stack[index] !== layer));
	return differing === -1 ? first.length : differing;
}

function layersOf(documents: Documents, reference: string, host: string | undefined): readonly unknown[] {
	const document = documents.engine(`/images/${reference}/json`, {host});
	return document === undefined ? [] : valuesAt(document, 'RootFS.Layers[*]');
}
