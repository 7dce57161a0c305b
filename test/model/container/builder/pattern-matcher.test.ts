// Tables of Go's path/filepath and of github.com/moby/patternmatcher (Apache-2.0).
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {IgnoreMatcher, parseIgnoreFile, pathMatch} from '../../../../source/model/container/builder/pattern-matcher.js';

type Tables = {
	readonly match: readonly {readonly pattern: string; readonly s: string; readonly match: boolean; readonly bad: boolean}[];
	readonly ignore: readonly {readonly pattern: string; readonly text: string; readonly pass: boolean}[];
	readonly several: readonly {readonly patterns: readonly string[]; readonly text: string; readonly pass: boolean}[];
};
const tables = JSON.parse(readFileSync(new URL('../../../golden/dockerfile/patterns.json', import.meta.url), 'utf8')) as Tables;

function ignored(patterns: readonly string[], text: string): boolean | string {
	const matcher = IgnoreMatcher.of(patterns);
	return matcher instanceof IgnoreMatcher ? matcher.isIgnored(text) : matcher.error;
}

/** The table's text of .dockerignore matching: a directory's match covers what is in it. */
function matchesOrParent({pattern, s}: {readonly pattern: string; readonly s: string}): boolean | string {
	return ignored([pattern], s);
}

test('malformed patterns are refused, others match as path.Match says', () => {
	for (const row of tables.match) {
		const got = pathMatch(row.pattern, row.s);
		expect([row.pattern, row.s, got === undefined]).toEqual([row.pattern, row.s, row.bad]);
		if (!row.bad) {
			expect([row.pattern, row.s, matchesOrParent(row)]).toEqual([row.pattern, row.s, row.match]);
		}
	}
});

test('.dockerignore', () => {
	const wrong = [...tables.ignore.map(row => ({...row, patterns: [row.pattern]})), ...tables.several].filter(row => ignored(row.patterns, row.text) !== row.pass);
	expect(wrong).toEqual([]);
	expect(ignored(['!'], 'x')).toBe('illegal exclusion pattern: "!"');
	expect(parseIgnoreFile('\uFEFFtest1\r\n/test2\n#comment\n\n/a/file/here\n\nlastfile\n! /inverted/abs/path\n!\n! \n')).toEqual(['test1', 'test2', 'a/file/here', 'lastfile', '!inverted/abs/path', '!', '!']);
});
