// The longest line that can be typed can be read again from its transcript, whatever is in it; a longer one is refused.

import {expect, test} from 'vitest';
import {concatBytes, encodeText} from '../../source/base/bytes.js';
import {apply, startSession} from '../../source/session/apply.js';
import {maxLineBytes} from '../../source/session/limits.js';
import {encodeHappening, encodeHeader, headerOf} from '../../source/transcript/encode.js';
import {readTranscript} from '../../source/transcript/read.js';

const origin = {lab: undefined, scenario: 'default', seed: 1, learner: 'test', interactive: false, columns: 80, rows: 24} as const;

test.each(['x', '\u0001', '界'])('a line of the greatest length, of %j', character => {
	const started = startSession(origin);
	const action = {type: 'line', text: `# ${character.repeat(maxLineBytes - 2)}`} as const;
	const {output, broken} = apply(started.session, action);
	expect(broken).toBeUndefined();
	const header = encodeHeader(headerOf(origin, {timestampSeconds: 0, terminalType: undefined}));
	const start = encodeHappening({action: undefined, output: started.output, seconds: 0}, header.seal);
	const record = encodeHappening({action, output, seconds: 0}, start.seal);
	const bytes = concatBytes([header, start, record].flatMap(({lines}) => lines).map(line => encodeText(`${line}\n`)));
	expect(readTranscript(bytes)).toMatchObject({records: [{action}], cutOff: undefined});
});

test('a longer one', () => {
	const {broken} = apply(startSession(origin).session, {type: 'line', text: 'x'.repeat(maxLineBytes + 1)});
	expect(broken).toBe('virtlab: a line of more than 65536 characters is not accepted');
});

test('a line for a shell that has ended', () => {
	const ended = apply(startSession(origin).session, {type: 'line', text: 'exit 3'});
	expect(apply(ended.session, {type: 'line', text: 'echo lost'}).broken).toBe('virtlab: the shell has ended; undo brings it back');
	const back = apply(ended.session, {type: 'undo'});
	expect(apply(back.session, {type: 'line', text: 'echo back'}).output.map(({bytes}) => new TextDecoder().decode(bytes)).join('')).toBe('back\n');
});
