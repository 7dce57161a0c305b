// The interface in a real terminal emulator, over a session that only echoes: what is seen, what keys do, and that the terminal is
// given back on every way out.

import {mkdtempSync, readFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeAll, expect, test} from 'vitest';
import {openScreen, type ScreenDriver} from './screen-driver.js';
import {buildProgram} from './screen-program.js';

let program = process.env['VIRTLAB_SCREEN_PROGRAM'] ?? '';
const open: ScreenDriver[] = [];

beforeAll(async () => {
	program = program === '' ? await buildProgram('echo-program.tsx') : program;
});

afterEach(async () => {
	await Promise.all(open.splice(0).map(screen => screen.close()));
});

type Options = {readonly columns?: number; readonly rows?: number; readonly env?: Readonly<Record<string, string>>; readonly record?: string};

function start(mode: 'lab' | 'sandbox' | 'menu', {columns = 80, rows = 24, env = {}, record}: Options = {}): ScreenDriver {
	const screen = openScreen({command: [process.execPath, program, mode, ...(record === undefined ? [] : [record])], columns, rows, env});
	open.push(screen);
	return screen;
}

const prompt = 'learner@lab:~$';

test('a command is typed, run, and its output stands under it with the cursor behind the next prompt', async () => {
	const screen = start('sandbox');
	await screen.shows(prompt);
	screen.type('echo hello').enter();
	await screen.until('the answer', ({rows}) => rows.includes('hello'));
	expect(screen.rows.slice(0, 6).map(row => row.trimEnd())).toEqual([
		' virtlab  Sandbox',
		'▸ Terminal ' + '─'.repeat(69),
		`${prompt} echo hello`,
		'hello',
		prompt,
		'',
	]);
	await screen.until('the cursor behind the prompt', ({cursor}) => cursor.row === 4 && cursor.column === prompt.length + 1);
	expect(screen.rows.at(-1)).toBe(' help Ctrl-G · quit Ctrl-Q · switch pane Ctrl-O · 中文 Alt-L');
});

test('line and Enter in one read, history and editing', async () => {
	const screen = start('sandbox');
	await screen.shows(prompt);
	screen.type('echo one\recho two\r');
	await screen.until('both answers', ({rows}) => rows.includes('one') && rows.includes('two'));
	screen.key('up').key('up').key('ctrl-e').key('backspace').type('!');
	await screen.until('the edited line', ({rows}) => rows.includes(`${prompt} echo on!`));
	screen.key('ctrl-r').type('two');
	await screen.shows("(search)`two': echo two");
	screen.enter();
	await screen.until('two more', ({rows}) => rows.filter(row => row === 'two').length === 2);
});

test('the cursor stands right in Chinese text', async () => {
	const screen = start('sandbox');
	await screen.shows(prompt);
	screen.type('echo 你好');
	await screen.until('the cursor behind it', ({cursor}) => cursor.column === prompt.length + 1 + 'echo '.length + 4);
	screen.key('left');
	await screen.until('the cursor one character back', ({cursor}) => cursor.column === prompt.length + 1 + 'echo '.length + 2);
});

test('hostile output is shown and not obeyed', async () => {
	const screen = start('sandbox');
	await screen.shows(prompt);
	screen.type('hostile').enter();
	await screen.shows(String.raw`^[]0;pwned^G^[[?1049l^[[2;2Hover\x9b31m`);
	expect(screen.isAlternate).toBe(true);
	expect(screen.written).not.toContain('\u{1B}]0;');
});

test('10 MB of output', async () => {
	const screen = start('sandbox');
	await screen.shows(prompt);
	screen.type('big').enter();
	await screen.until('the end of the output', ({rows}) => rows.at(-2) === prompt && rows.at(-3) === '0123456789abcde');
	screen.type('echo still here').enter();
	await screen.until('an answer', ({rows}) => rows.includes('still here'));
	screen.key('alt-2').key('pageup');
	await screen.shows('scrolled back, PageDown returns');
});

test('while a command runs the clock ticks, and Ctrl-C stops it; idle, nothing is written', async () => {
	const screen = start('sandbox');
	await screen.shows(prompt);
	screen.type('sleep 100').enter();
	await screen.shows('running, 2 s — Ctrl-C stops it');
	await screen.shows('tick');
	screen.key('ctrl-c');
	await screen.shows('^C');
	await screen.hides('running');
});

test('a lab on a small screen: text above, terminal below, panels by a key', async () => {
	const screen = start('lab');
	await screen.shows('1. Say something');
	expect(screen.rows[0]!.trimEnd()).toBe(' virtlab  Hear an echo' + ' '.repeat(80 - 22 - 18) + '0 of 2 steps done');
	expect(screen.text).toContain('▸ Say something');
	expect(screen.text).toContain(prompt);
	screen.key('alt-3');
	await screen.shows('▸ Containers and layers');
	screen.key('alt-2');
	await screen.until('the terminal alone', ({rows}) => rows[2] === prompt);
	screen.key('alt-1');
	await screen.shows('Type echo hello and look.');
	screen.key('alt-l');
	await screen.shows('输入 echo hello，看看结果。');
	await screen.shows('已完成 0 / 2 步');
});

test.each([[100, 30], [120, 40], [160, 50], [200, 60]])('a lab at %i by %i shows lab, panels and terminal at once', async (columns, rows) => {
	const screen = start('lab', {columns, rows});
	await screen.shows(prompt);
	for (const text of ['1. Say something', 'Containers and layers', '─ Terminal']) {
		expect(screen.text).toContain(text);
	}
});

test('resizing draws what a fresh start would', async () => {
	const screen = start('lab', {columns: 120, rows: 40});
	await screen.shows(prompt);
	for (const [columns, rows] of [[80, 24], [39, 9], [100, 30], [40, 10], [200, 60], [120, 40]] as const) {
		screen.resize(columns, rows);
		const fresh = start('lab', {columns, rows});
		const isSmall = columns < 40;
		await fresh.shows(isSmall ? 'Make it larger' : 'quit Ctrl-Q');
		await screen.until('what a fresh start shows', ({text}) => text === fresh.text);
	}
});

test('help from the table of keys, also on a question mark', async () => {
	const screen = start('sandbox');
	await screen.shows(prompt);
	screen.type('?');
	await screen.shows('Everywhere');
	screen.key('pagedown');
	await screen.shows('At the prompt');
	screen.key('escape');
	await screen.shows(prompt);
	screen.type('echo ?').enter();
	await screen.until('the answer', ({rows}) => rows.includes('?'));
});

test('a paste of many lines asks first', async () => {
	const screen = start('sandbox');
	await screen.shows(prompt);
	screen.type('\u{1B}[200~echo one\necho two\n\u{1B}[201~');
	await screen.shows('Run the 2 pasted lines?');
	screen.enter();
	await screen.until('both answers', ({rows}) => rows.includes('one') && rows.includes('two'));
	screen.type('\u{1B}[200~echo typed\u{1B}[201~');
	await screen.shows(`${prompt} echo typed`);
});

test('every action is recorded before it is shown, and no key is', async () => {
	const record = join(mkdtempSync(join(tmpdir(), 'virtlab-')), 'actions');
	const screen = start('sandbox', {record});
	await screen.shows(prompt);
	screen.key('ctrl-g').key('ctrl-g').type('echo x\r');
	await screen.until('the answer', ({rows}) => rows.includes('x'));
	const actions = readFileSync(record, 'utf8').trim().split('\n').map(text => (JSON.parse(text) as {type: string}).type);
	expect(actions).toEqual(['resize', 'line']);
});

test('an answer is asked for, and hints are given', async () => {
	const screen = start('lab');
	await screen.shows(prompt);
	screen.key('alt-a');
	await screen.shows('This step asks no question.');
	screen.key('alt-h');
	await screen.shows('There are no more hints');
});

test('without colours and in ASCII', async () => {
	const screen = start('lab', {env: {NO_COLOR: '1', ASCII: '1'}});
	await screen.shows('> Lab');
	expect(screen.written).not.toMatch(/\u001B\[(?:\d+;)*(?:3[0-8]|4[0-8]|9\d|10\d)[;m]/v);
	expect(screen.text).not.toMatch(/[─│▸○·]/v);
});

test.each([[80, 24, 1], [120, 40, 2], [41, 11, 3]])('a thousand random keys at %i by %i (seed %i) break nothing', async (columns, rows, seed) => {
	const screen = start('lab', {columns, rows});
	await screen.shows(prompt);
	const pick = randomPicks(seed);
	for (let index = 0; index < 1000; index++) {
		screen.type(pick(keysOfTheSoak));
	}

	// Out of whatever question or search is open, to an empty prompt, and a sign of life.
	screen.key('escape');
	await screen.until('the prompt pane', ({text}) => text.length > 0);
	screen.type('\u{1B}2').type('\u{3}').type('echo alive\r');
	await screen.until('a sign of life', ({rows: lines}) => lines.some(row => row.trim() === 'alive'));
	expect(screen.cursor.column).toBeLessThan(columns);
	expect(screen.rows.at(-1)).not.toBe('');
});

/** All but what leaves. */
const keysOfTheSoak = [
	'a', 'echo x', '你好', '👩‍👩‍👧', 'e\u{301}', ' ', '\r', '\t', '\u{7F}', '\u{1}', '\u{2}', '\u{5}', '\u{6}', '\u{7}', '\u{B}', '\u{C}', '\u{F}',
	'\u{12}', '\u{15}', '\u{17}', '\u{19}', '\u{1A}', '\u{1B}[A', '\u{1B}[B', '\u{1B}[C', '\u{1B}[D', '\u{1B}[H', '\u{1B}[F', '\u{1B}[3~',
	'\u{1B}[5~', '\u{1B}[6~', '\u{1B}1', '\u{1B}2', '\u{1B}3', '\u{1B}4', '\u{1B}z', '\u{1B}h', '\u{1B}a', '\u{1B}u', '\u{1B}l', '\u{1B}b',
	'\u{1B}[200~one\ntwo\u{1B}[201~', '\u{1B}[I', '\u{1B}[<0;5;5M', '\u{1B}OP', 'hostile\r',
];

/** A generator of Park and Miller. */
function randomPicks(seed: number): <T>(from: readonly T[]) => T {
	let state = seed;
	return from => {
		state = state * 48_271 % 2_147_483_647;
		return from[state % from.length]!;
	};
}

const restored = (screen: ScreenDriver): void => {
	expect(screen.isAlternate).toBe(false);
	expect(screen.written.lastIndexOf('\u{1B}[?25h')).toBeGreaterThan(screen.written.lastIndexOf('\u{1B}[?25l'));
	expect(screen.written.lastIndexOf('\u{1B}[?2004l')).toBeGreaterThan(screen.written.lastIndexOf('\u{1B}[?2004h'));
};

test('leaving by Ctrl-Q and Enter restores the terminal', async () => {
	const screen = start('sandbox');
	await screen.shows(prompt);
	screen.key('ctrl-q');
	await screen.shows('Leave?');
	screen.enter();
	expect(await screen.exited).toMatchObject({exitCode: 0});
	restored(screen);
});

test('Ctrl-C twice on an empty prompt asks, once more leaves', async () => {
	const screen = start('sandbox');
	await screen.shows(prompt);
	screen.key('ctrl-c');
	await screen.shows('Press Ctrl-C once more to leave.');
	screen.key('ctrl-c');
	await screen.shows('Leave?');
	screen.key('ctrl-c');
	expect(await screen.exited).toMatchObject({exitCode: 0});
	restored(screen);
});

test('the end of the shell', async () => {
	const screen = start('sandbox');
	await screen.shows(prompt);
	screen.key('ctrl-d');
	await screen.shows('The shell has ended.');
	screen.enter();
	expect(await screen.exited).toMatchObject({exitCode: 0});
	restored(screen);
});

test.each([['SIGTERM', 143], ['SIGHUP', 129], ['SIGINT', 130]])('%s restores the terminal and ends with %i', async (signal, exitCode) => {
	const screen = start('lab');
	await screen.shows(prompt);
	screen.kill(signal);
	expect(await screen.exited).toMatchObject({exitCode});
	restored(screen);
});

test('an exception restores the terminal and is told', async () => {
	const screen = start('sandbox');
	await screen.shows(prompt);
	screen.type('throw').enter();
	expect(await screen.exited).toMatchObject({exitCode: 70});
	restored(screen);
	expect(screen.text).toContain('Error: a mistake of ours');
});

test('the menu: name, language, lab, resume, back to the menu, leave', async () => {
	const screen = start('menu');
	await screen.shows('What is your name?');
	screen.type('Ada').enter();
	await screen.shows('Choose a lab:');
	expect(screen.text).toContain('Hear an echo');
	expect(screen.text).toContain('can be resumed');
	screen.key('alt-l');
	await screen.shows('听回声');
	screen.key('alt-l');
	await screen.shows('Hear an echo');
	screen.enter();
	await screen.shows('unfinished session of this lab');
	screen.enter();
	await screen.shows('1. Say something');
	screen.key('ctrl-q');
	await screen.shows('Leave?');
	screen.enter();
	await screen.shows('Choose a lab:');
	screen.key('ctrl-c');
	expect(await screen.exited).toMatchObject({exitCode: 0});
	restored(screen);
});
