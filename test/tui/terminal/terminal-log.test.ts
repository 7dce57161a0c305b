import {expect, test} from 'vitest';
import {encodeText} from '../../../source/base/bytes.js';
import {TerminalLog, type TerminalLogLimits} from '../../../source/tui/terminal/terminal-log.js';
import {lineText} from '../../../source/tui/text/styled-line.js';

function logOf(...writes: ReadonlyArray<string | Uint8Array>): TerminalLog {
	const log = new TerminalLog(bytes => `[${bytes} bytes not shown]`);
	for (const write of writes) {
		log.write(typeof write === 'string' ? encodeText(write) : write);
	}

	return log;
}

function shown(log: TerminalLog): string {
	return [...log.lines, [...log.partial.before, ...log.partial.after], ...log.partial.below].map(line => lineText(line)).join('\n');
}

test.each([
	['plain lines', 'one\r\ntwo\r\n', 'one\ntwo\n'],
	['a bare newline also goes to the first column', 'one\ntwo', 'one\ntwo'],
	['a carriage return lets the line be written over', 'pulling 10%\rpulling 20%', 'pulling 20%'],
	['what is not written over stays', 'abcdef\rxy', 'xycdef'],
	['backspace goes one column back', 'ab\b\bx', 'xb'],
	['a tab goes to the next stop', 'a\tb', 'a       b'],
	['erase to the end of the line', 'abcdef\rab\u{1B}[K', 'ab'],
	['erase the whole line', 'abcdef\u{1B}[2K', '      '],
	['a wide character written over by halves', '你好\rx', 'x 好'],
	['a combining mark joins its letter', 'e\u{301}!', 'e\u{301}!'],
	['progress in lines above, as docker pull draws it', 'a: 10%\r\nb: 10%\r\n\u{1B}[2A\u{1B}[2K\ra: done\u{1B}[2B\r\u{1B}[1A\u{1B}[2K\rb: done\u{1B}[1B\r$ ', 'a: done\nb: done\n$ '],
	['no further up than the screen, no further down than what was written', 'one\r\n\u{1B}[99Ax\u{1B}[99B!', 'xne\n !'],
	['a newline above goes to the next line and adds none', 'one\r\ntwo\u{1B}[A\r1\n2', '1ne\n2wo'],
	['erasing all below', 'one\r\ntwo\r\n\u{1B}[2A\u{1B}[J', ''],
	['hiding and showing the cursor, as progress displays do', 'a\u{1B}[?25lb\u{1B}[?25h', 'ab'],
	['cursor keys within the line', 'abc\u{1B}[2Dx\u{1B}[Cy', 'axcy'],
])('%s', (_name, written, expected) => {
	expect(shown(logOf(written))).toBe(expected);
});

test.each([
	['escape alone', '\u{1B}x', '^[x'],
	['the title of the window', '\u{1B}]0;pwned\u{7}', '^[]0;pwned^G'],
	['the clipboard', '\u{1B}]52;c;cm0gLXJm\u{1B}\\', '^[]52;c;cm0gLXJm^[\\'],
	['moving the cursor', '\u{1B}[10;10Hx', '^[[10;10Hx'],
	['the alternate screen', '\u{1B}[?1049h', '^[[?1049h'],
	['asking the terminal who it is', '\u{1B}[c\u{1B}[6n', '^[[c^[[6n'],
	['a device control string', '\u{1B}P$qm\u{1B}\\', '^[P$qm^[\\'],
	['C1 as UTF-8', '\u{9B}31mred', String.raw`\x9b31mred`],
	['bell and delete', '\u{7}\u{7F}', '^G^?'],
	['turning the text round', 'a\u{202E}b', 'a<U+202E>b'],
	['hiding text', 'a\u{200B}b\u{FEFF}', 'a<U+200B>b<U+FEFF>'],
	['resetting the terminal', '\u{1B}c', '^[c'],
	['SGR with a colon or a letter', '\u{1B}[4:3mx', '^[[4:3mx'],
	['a colour out of range', '\u{1B}[38;5;999mx', '^[[38;5;999mx'],
])('%s is shown, not obeyed', (_name, written, expected) => {
	expect(shown(logOf(written))).toBe(expected);
});

test('no write can bring a control character to the screen', () => {
	const every = Uint8Array.from({length: 256 * 3}, (_, index) => index % 3 === 1 ? Math.floor(index / 3) : (index % 3 === 0 ? 0x1B : 0x5B));
	expect(shown(logOf(every, every)).replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Cf}|\p{Cs}/v);
});

test('bytes that are not UTF-8 are shown as \\x9b', () => {
	expect(shown(logOf(Uint8Array.of(0x7F, 0x45, 0x4C, 0x46, 0xFF, 0xC0, 0x80, 0x41)))).toBe(String.raw`^?ELF\xff\xc0\x80A`);
	expect(shown(logOf(Uint8Array.of(0xED, 0xA0, 0x80)))).toBe(String.raw`\xed\xa0\x80`);
});

test('characters and sequences that arrive in two pieces', () => {
	const bytes = encodeText('好😀');
	expect(shown(logOf(bytes.subarray(0, 2), bytes.subarray(2, 4), bytes.subarray(4)))).toBe('好😀');
	const log = logOf('a\u{1B}', '[3', '1mred\u{1B}[0m!');
	expect(log.partial.before).toEqual([{text: 'a', style: {}}, {text: 'red', style: {foreground: '31'}}, {text: '!', style: {}}]);
});

test('colours of 16, 256 and 16 million', () => {
	const log = logOf('\u{1B}[1;31ma\u{1B}[22;38;5;120mb\u{1B}[38;2;1;2;3;44mc\u{1B}[39;49md');
	expect(log.partial.before.map(span => [span.text, span.style])).toEqual([
		['a', {bold: true, foreground: '31'}],
		['b', {bold: false, dim: false, foreground: '38;5;120'}],
		['c', {bold: false, dim: false, foreground: '38;2;1;2;3', background: '44'}],
		['d', {bold: false, dim: false}],
	]);
});

test('clear starts a new screen and keeps the old lines for scrolling back', () => {
	const log = logOf('one\r\n', '\u{1B}[H\u{1B}[2J\u{1B}[3J$ ');
	expect(log.top).toBe(1);
	expect(shown(log)).toBe('one\n$ ');
});

test('the scrollback is bounded in lines and in characters', () => {
	const limits: TerminalLogLimits = {lines: 100, characters: 2000, writeBytes: 1e6, lineCells: 80};
	const log = new TerminalLog(() => '', limits);
	for (let index = 0; index < 1000; index++) {
		log.write(encodeText(`line ${index}\n`));
	}

	expect(log.lines.length).toBeLessThanOrEqual(110);
	expect(lineText(log.lines.at(-1)!)).toBe('line 999');
	log.write(encodeText('x'.repeat(100_000)));
	expect(log.lines.reduce((sum, line) => sum + lineText(line).length, 0)).toBeLessThanOrEqual(2200);
});

test('of 10 MB at once the end is shown, and how much is not', () => {
	const log = logOf(encodeText('0123456789abcde\n'.repeat(10 * 65_536)));
	expect(lineText(log.lines.at(-1)!)).toBe('0123456789abcde');
	expect(log.lines.length).toBeLessThanOrEqual(5500);
	const binary = logOf(Uint8Array.from({length: 10_000_000}, (_, index) => (index * 7919) % 251));
	expect(binary.lines.length).toBeGreaterThan(0);
});

test('the note says how much was cut', () => {
	const log = new TerminalLog(bytes => `[${bytes} bytes not shown]`, {lines: 100, characters: 1000, writeBytes: 10, lineCells: 80});
	log.write(encodeText('aaaaaaaaa\nbbbbb\ncccc\n'));
	expect(shown(log)).toBe('[16 bytes not shown]\ncccc\n');
});
