import fc from 'fast-check';
import {expect, test} from 'vitest';
import {diffLines} from '../../source/base/diff.js';

/** Applies the changes to the first list. */
function patched(first: readonly string[], second: readonly string[]): readonly string[] {
	const result: string[] = [];
	let at = 0;
	for (const {a, deleted, b, inserted} of diffLines(first, second)) {
		result.push(...first.slice(at, a), ...second.slice(b, b + inserted));
		at = a + deleted;
	}

	return [...result, ...first.slice(at)];
}

test('the changes turn the first list into the second', () => {
	const lines = fc.array(fc.constantFrom('a', 'b', 'c'), {maxLength: 30});
	fc.assert(fc.property(lines, lines, (first, second) => {
		expect(patched(first, second)).toEqual(second);
	}), {seed: 1, numRuns: 2000});
});

test('a changed line in the middle is one change', () => {
	expect(diffLines(['a', 'b', 'c'], ['a', 'x', 'c'])).toEqual([{a: 1, deleted: 1, b: 1, inserted: 1}]);
});

test('an insertion among equal lines is shown at the last place it could be', () => {
	expect(diffLines(['a', 'a'], ['a', 'a', 'a'])).toEqual([{a: 2, deleted: 0, b: 2, inserted: 1}]);
});
