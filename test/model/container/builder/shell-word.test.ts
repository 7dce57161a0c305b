// The table envVarTest of moby/buildkit frontend/dockerfile/shell (Apache-2.0), with its environment.
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {expandWord} from '../../../../source/model/container/builder/shell-word.js';

const environment = new Map([['PWD', '/home'], ['SHELL', 'bash'], ['KOREAN', '한국어'], ['NULL', '']]);

test('words expand as the table says', () => {
	const wrong: string[] = [];
	for (const line of readFileSync(new URL('../../../golden/dockerfile/env-words.txt', import.meta.url), 'utf8').split('\n')) {
		const [platform, word, expected] = line.replace(/#.*/v, match => line.startsWith('#') ? '' : match).split('|').map(part => part.trim());
		if (word === undefined || expected === undefined || platform === 'W') {
			continue;
		}

		const expansion = expandWord(word, environment, {escape: '\\'});
		const got = 'error' in expansion ? 'error' : expansion.text;
		if (got !== expected) {
			wrong.push(`${word} gave ${got}, not ${expected}`);
		}
	}

	expect(wrong).toEqual([]);
});

test('patterns cut and replace', () => {
	const value = new Map([['V', 'xxxyyyzzz'], ['P', 'a.tar.gz']]);
	const text = (word: string) => expandWord(word, value, {escape: '\\'});
	expect(text('${V#x*y}')).toMatchObject({text: 'yyzzz'});
	expect(text('${V##x*y}')).toMatchObject({text: 'zzz'});
	expect(text('${P%.*}')).toMatchObject({text: 'a.tar'});
	expect(text('${P%%.*}')).toMatchObject({text: 'a'});
	expect(text('${V/x/_}')).toMatchObject({text: '_xxyyyzzz'});
	expect(text('${V//[xz]/_}')).toMatchObject({text: '___yyy___'});
	expect(text('${MISSING:?must be given}')).toEqual({error: 'MISSING: must be given'});
	expect(text('a "b c" $V')).toMatchObject({words: ['a', 'b c', 'xxxyyyzzz']});
});
