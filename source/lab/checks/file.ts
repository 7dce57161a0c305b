// What a file holds, or that it is not there.

import * as z from 'zod';
import {decodeText} from '../../base/bytes.js';
import {describeValue, isPattern, patternMatches} from '../condition.js';
import {predicate} from '../predicate.js';

export const fileArguments = z.strictObject({
	host: z.string().optional(),
	container: z.string().optional().describe('The container to look in, by name; it need not run.'),
	path: z.string().startsWith('/', 'must be absolute'),
	equals: z.string().optional().describe('The whole content; a newline at the end does not matter.'),
	contains: z.string().optional(),
	matches: z.string().refine(isPattern, 'is not a POSIX extended regular expression').optional(),
	exists: z.boolean().default(true),
}).describe('A regular file on a host or in a container.');

export const file = predicate({
	arguments: fileArguments,
	judge({documents}, args) {
		const bytes = documents.file(args.path, args);
		const place = `${args.path}${args.container === undefined ? '' : ` in container ${args.container}`}`;
		if (!args.exists || bytes === undefined) {
			return {passed: !args.exists && bytes === undefined, expected: `${args.exists ? '' : 'no '}file ${place}`, actual: bytes === undefined ? 'no such file' : 'it is there'};
		}

		const text = decodeText(bytes);
		const wishes = [
			...args.equals === undefined ? [] : [{holds: trimEnd(text) === trimEnd(args.equals), words: `is ${describeValue(args.equals)}`}],
			...args.contains === undefined ? [] : [{holds: text.includes(args.contains), words: `contains ${describeValue(args.contains)}`}],
			...args.matches === undefined ? [] : [{holds: patternMatches(args.matches, text), words: `matches ${describeValue(args.matches)}`}],
		];
		return {
			passed: wishes.every(wish => wish.holds),
			expected: `${place} ${wishes.length === 0 ? 'exists' : wishes.map(wish => wish.words).join(', ')}`,
			actual: describeValue(text),
		};
	},
});

function trimEnd(text: string): string {
	return text.replace(/\n$/v, '');
}
