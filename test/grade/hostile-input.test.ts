// Whatever the bytes are: a lab or a transcript is used or refused with a line, and nothing throws.

import fc from 'fast-check';
import {expect, test} from 'vitest';
import {encodeText} from '../../source/base/bytes.js';
import {grade} from '../../source/grade/grade.js';
import {loadLab} from '../../source/lab/load.js';
import {readTranscript} from '../../source/transcript/read.js';
import {encodeHappening, encodeHeader} from '../../source/transcript/encode.js';
import {fileLab, fileLabFiles} from './file-lab.js';

const header = encodeHeader({version: 3, term: {cols: 80, rows: 24}, virtlab: {format: 1, engine: '1', lab: {id: 'files', version: 1, digest: fileLab().digest}, scenario: 'default', seed: 1, learner: 'x', interactive: true}});
const start = encodeHappening({action: undefined, output: [], seconds: 0}, header.seal);
const transcript = `${[...header.lines, ...start.lines].join('\n')}\n`;

/** A text with some of its lines doubled, dropped, swapped or replaced, and some characters changed. */
function mutated(text: string): fc.Arbitrary<string> {
	const lines = text.split('\n');
	const change = fc.record({
		line: fc.nat(lines.length - 1),
		how: fc.constantFrom('drop', 'double', 'junk', 'indent', 'character'),
		junk: fc.oneof(fc.string(), fc.constantFrom('__proto__: {a: 1}', 'constructor: 1', '- [[[[', '&a [*a, *a]', '! x', '\u0000', '{"version":3}', '[0,"A","x"]', '? ', '<<: 1', 'steps: 1e999')),
		at: fc.nat(200),
	});
	return fc.array(change, {minLength: 1, maxLength: 4}).map(changes => {
		const result = [...lines];
		for (const {line, how, junk, at} of changes) {
			const old = result[line] ?? '';
			result[line] = {drop: '', double: `${old}\n${old}`, junk, indent: `  ${old}`, character: old.slice(0, at) + junk.slice(0, 1) + old.slice(at + 1)}[how];
		}

		return result.join('\n');
	});
}

const runs = {numRuns: 300};

test('labs', () => {
	const file = fc.constantFrom(...fileLabFiles.keys());
	fc.assert(fc.property(file.chain(name => mutated(fileLabFiles.get(name)!).map(text => [name, text] as const)), ([name, text]) => {
		const {lab, problems} = loadLab('files', new Map([...fileLabFiles, [name, text]]));
		expect(lab === undefined).toBe(problems.length > 0);
		expect(problems.every(problem => problem.line >= 1 && problem.message !== '')).toBe(true);
	}), runs);
	expect(({} as {a?: unknown}).a).toBeUndefined();
});

test('transcripts', () => {
	fc.assert(fc.property(fc.oneof(mutated(transcript).map(text => encodeText(text)), fc.uint8Array({maxLength: 300})), bytes => {
		const read = readTranscript(bytes);
		expect('refused' in read ? read.refused.line : 1).toBeGreaterThan(0);
	}), runs);
});

test('a header that asks for what is not there is not gradable', () => {
	const text = transcript.replace('"scenario":"default"', '"scenario":"__proto__"');
	expect(grade(encodeText(text), {findLab: () => undefined, locale: 'en'}).result).toBe('not-gradable');
});
