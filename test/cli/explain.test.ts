import {expect, test} from 'vitest';
import {describeDiff, describeMoment, momentsAt} from '../../source/cli/explain.js';
import {readTranscript, type Transcript} from '../../source/transcript/read.js';
import {fileLab} from '../grade/file-lab.js';
import {record} from '../grade/file-session.js';

const lab = fileLab();
const transcript = readTranscript(record([{type: 'line', text: 'echo hello > notes'}, {type: 'line', text: 'chmod 600 notes'}])) as Transcript;

test('a moment is what was done, what it showed, the progress, and every panel', () => {
	const [moment] = momentsAt(transcript, lab, [1]);
	expect(describeMoment(moment!)).toMatchObject({
		line: 6,
		deed: 'echo hello > notes',
		agrees: true,
		output: [{stream: 'terminal', text: 'echo hello > notes\r\nlearner@lab:~$ '}],
		progress: {steps: [{id: 'write', state: 'passed'}, {id: 'version', state: 'open'}, {id: 'tidy', state: 'locked'}]},
		panels: {hosts: [{name: 'lab'}], images: {images: []}},
	});
	expect(() => JSON.stringify(describeMoment(moment!))).not.toThrow();
});

test('a difference names the fields of the records that changed', () => {
	const [from, to] = momentsAt(transcript, lab, [1, 2]);
	expect(describeDiff(from!, to!)).toMatch(/^~ inode:1 \d+\n {4}mode: 420 -> 384\n {4}ctimeUs: \d+ -> \d+$/mv);
	expect(describeDiff(from!, from!)).toBe('');
});

test('there is no moment after the last', () => {
	expect(() => momentsAt(transcript, lab, [0, 3])).toThrow('the transcript has 2 actions');
});
