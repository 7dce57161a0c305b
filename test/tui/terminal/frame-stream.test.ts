import {expect, test} from 'vitest';
import {collapseNextLines} from '../../../source/tui/terminal/frame-stream.js';

test.each([
	['a\u{1B}[E\u{1B}[E\u{1B}[Eb', 'a\u{1B}[3Eb'],
	['a\u{1B}[Eb\u{1B}[E\u{1B}[E', 'a\u{1B}[Eb\u{1B}[2E'],
	['\u{1B}[2E\u{1B}[K', '\u{1B}[2E\u{1B}[K'],
])('%j becomes %j', (frame, expected) => {
	expect(collapseNextLines(frame)).toBe(expected);
});
