// Every lab that comes with the program: well formed, in both languages, and proved.

import {basename} from 'node:path';
import {expect, test} from 'vitest';
import {findLabFolders, readLabFolder} from '../../source/grade/lab-folder.js';
import {prove} from '../../source/grade/prove.js';
import {describeProblem} from '../../source/lab/load.js';

const folders = findLabFolders('labs');

test.each(folders.map(path => [basename(path), path]))('%s is well formed, in English and Chinese', (_, path) => {
	const {loaded} = readLabFolder(path!);
	expect(loaded.problems.map(describeProblem)).toEqual([]);
	expect([...loaded.lab!.texts.keys()]).toEqual(['en', 'zh-CN']);
});

test.each(folders.map(path => [basename(path), path]))('%s proves itself', (_, path) => {
	const {lab} = readLabFolder(path!).loaded;
	expect(prove(lab!).flaws.map(flaw => `${flaw.where}: ${flaw.message}`)).toEqual([]);
}, 120_000);
