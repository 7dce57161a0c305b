import {expect, test} from 'vitest';
import {fnmatch} from '../../source/base/fnmatch.js';

test.each([
	['*', 'abc', true], ['a*c', 'abc', true], ['a*c', 'abd', false], ['?', 'é', true], ['[a-c]x', 'bx', true], ['[!a-c]x', 'bx', false], ['[]]', ']', true], ['[[:digit:]]*', '1a', true],
	[String.raw`\*`, '*', true], [String.raw`\*`, 'a', false], ['[a', '[a', true], ['*a*a*b', 'aaaaab', true], ['', '', true], ['*.txt', '.txt', true], ['a[', 'a[', true],
])('%s and %s', (pattern, text, expected) => {
	expect(fnmatch(pattern, text)).toBe(expected);
});

test('options guard slashes and leading periods, and ignore case', () => {
	expect(fnmatch('*', 'a/b', {pathname: true})).toBe(false);
	expect(fnmatch('*/b', 'a/b', {pathname: true})).toBe(true);
	expect(fnmatch('*', '.a', {period: true})).toBe(false);
	expect(fnmatch('.*', '.a', {period: true})).toBe(true);
	expect(fnmatch('A*', 'abc', {ignoreCase: true})).toBe(true);
});

test('many stars take no longer than pattern times text', () => {
	expect(fnmatch('*a'.repeat(50) + 'b', 'a'.repeat(5000))).toBe(false);
});
