import {expect, test} from 'vitest';
import {expandBraces} from '../../source/shell/brace-expansion.js';
import {compilePattern, findMatches, matches, matchPrefix, matchSuffix} from '../../source/shell/pattern.js';

test.each([
	['*', '', true], ['?', '', false], ['a?c', 'abc', true], ['[!a]', 'b', true], ['[^a]', 'a', false], ['[]x]', ']', true], ['[a-c-]', '-', true],
	['[[:digit:]]*', '7up', true], ['[z-a]', 'm', false], ['[', '[', true], ['[a', '[a', true], [String.raw`\*`, '*', true], [String.raw`\*`, 'x', false],
	['*.tar.gz', 'a.tar.gz', true], ['?', '\u{1F600}', true], ['a*b*c', 'aXbYbZc', true], ['a*b*c', 'aXbYbZ', false],
])('%s matches %s: %s', (pattern, text, expected) => {
	expect(matches(compilePattern(pattern), text)).toBe(expected);
});

test.each([
	['@(a|b)', 'a', true], ['?(a)b', 'b', true], ['*(ab)', 'ababab', true], ['+(ab)', '', false], ['!(a)', 'a', false], ['!(a)', 'ab', true], ['!(*.txt)', 'x.txt', false],
	['*.!(txt)', 'x.txt', false], ['@(a|+(b|c))d', 'bcbcd', true],
])('with extglob %s matches %s: %s', (pattern, text, expected) => {
	expect(matches(compilePattern(pattern, {extended: true}), text)).toBe(expected);
});

test('prefixes, suffixes and places inside', () => {
	const star = compilePattern('*/');
	expect([matchPrefix(star, 'a/b/c', false), matchPrefix(star, 'a/b/c', true), matchPrefix(star, 'abc', true)]).toEqual([2, 4, undefined]);
	const dot = compilePattern('.*');
	expect([matchSuffix(dot, 'a.b.c', false), matchSuffix(dot, 'a.b.c', true)]).toEqual([2, 4]);
	expect(findMatches(compilePattern('b?'), 'abcbd', true)).toEqual([{from: 1, to: 3}, {from: 3, to: 5}]);
});

test.each([
	['a{b,c}d', ['abd', 'acd']], ['{1..3}', ['1', '2', '3']], ['{3..1}', ['3', '2', '1']], ['{01..10..4}', ['01', '05', '09']], ['{a..e..2}', ['a', 'c', 'e']], ['{a}', ['{a}']], ['{}', ['{}']],
	['{a,b', ['{a,b']], ['"{a,b}"', ['"{a,b}"']], ['${x}{a,b}', ['${x}a', '${x}b']], ['{a,{b,c}}', ['a', 'b', 'c']], ['$(echo {a,b})', ['$(echo {a,b})']], ['{1..1000000}', undefined],
])('braces in %s', (text, expected) => {
	expect(expandBraces(text)).toEqual(expected);
});
