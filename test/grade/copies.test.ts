import {expect, test} from 'vitest';
import {copiesReport} from '../../source/cli/copies-command.js';
import {findCopies, type Submission} from '../../source/grade/copies.js';
import type {Action} from '../../source/session/action.js';
import {encodeHappening, encodeHeader} from '../../source/transcript/encode.js';
import {readTranscript, type Transcript} from '../../source/transcript/read.js';
import {encodeText} from '../../source/base/bytes.js';
import type {Header} from '../../source/transcript/format.js';

type Typed = {readonly learner: string; readonly lines: readonly string[]; readonly pauses?: readonly number[]; readonly answer?: string; readonly startedSeconds?: number};

/** A transcript as it is read; what it would show does not matter here. */
function submission({learner, lines, pauses = [], answer, startedSeconds = 0}: Typed): Submission {
	const header: Header = {version: 3, term: {cols: 80, rows: 24}, timestamp: startedSeconds, virtlab: {format: 1, engine: '1', lab: {id: 'files', version: 1, digest: `sha256:${'0'.repeat(64)}` as never}, scenario: 'default', seed: 1, learner, interactive: true}};
	let {lines: written, seal} = encodeHeader(header);
	const actions: ReadonlyArray<Action | undefined> = [undefined, ...lines.map((text): Action => ({type: 'line', text})), ...answer === undefined ? [] : [{type: 'answer', step: 'size', text: answer} as const]];
	for (const [index, action] of actions.entries()) {
		// Nobody else pauses as this learner does, unless told to.
		const encoded = encodeHappening({action, output: [], seconds: index === 0 ? 0 : (pauses[index - 1] ?? 1 + index + learner.length / 100)}, seal);
		written = [...written, ...encoded.lines];
		seal = encoded.seal;
	}

	return {file: `${learner}.cast`, transcript: readTranscript(encodeText(`${written.join('\n')}\n`)) as Transcript};
}

/** What the lab asks for, so that everybody types it. */
const usual = ['mkdir box', 'cd box', 'touch note', 'ls -l', 'chmod 600 note', 'cd ..', 'rm -r box'];
const others = ['ann', 'bobby', 'charles', 'daniella'].map(learner => submission({learner, lines: usual, answer: '42'}));

test('what the whole class does is no evidence', () => {
	expect(copiesReport(findCopies(others))).toBe('0 pairs have something rare in common. This is for a person to look at, and no verdict.\n');
});

test('rare commands in the same order are evidence, whatever names were given; so is a rare answer', () => {
	const first = submission({learner: 'li', lines: ['ls -la', ...['pig', 'cow'].flatMap(name => [`mkdir ${name}`, `mv ${name} ${name}2`, `ls ${name}2 /nosuch`])], answer: '41', startedSeconds: 100});
	const second = submission({learner: 'wang', lines: ['pwd', ...['dog', 'cat'].flatMap(name => [`mkdir ${name}`, `mv ${name} ${name}2`, `ls ${name}2 /nosuch`])], answer: '41', startedSeconds: 50});
	expect(copiesReport(findCopies([first, ...others, second]))).toBe(`wang.cast and li.cast (files)
  6 commands in a row are the same up to names (lines 6-16 and 6-16): mkdir dog | mkdir pig
  the same rare answer to size: 41 (lines 17 and 17)

1 pair has something rare in common. This is for a person to look at, and no verdict.
`);
});

test('pauses that are the same to the millisecond are evidence, those of scripts are not', () => {
	const pauses = [1.234, 0.871, 4.002, 2.5, 3.141, 1, 1];
	const typed = [submission({learner: 'li', lines: usual, pauses}), submission({learner: 'han', lines: usual, pauses: [...pauses.slice(0, 5), 1.1, 1.2], startedSeconds: 5})];
	expect(findCopies([...others, ...typed])).toEqual([{first: 'li.cast', second: 'han.cast', lab: 'files', evidence: [{kind: 'rhythm', first: [4, 12], second: [4, 12], length: 5}]}]);
	const scripts = ['li', 'han'].map(learner => submission({learner, lines: usual, pauses: usual.map(() => 0.001)}));
	expect(findCopies([...others, ...scripts])).toEqual([]);
});

test('several attempts of one learner are no pair', () => {
	const own = [1, 2].map(time => submission({learner: 'li', lines: ['a 1', 'b 2', 'c 3', 'd 4', 'e 5', 'f 6'], startedSeconds: time}));
	expect(findCopies([...others, ...own.map((item, index) => ({...item, file: `${index}.cast`}))])).toEqual([]);
});
