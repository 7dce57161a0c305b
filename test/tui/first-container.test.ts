// A learner types the solution of the first lab at the real program, in a real terminal emulator, and sees every step pass.

import {execFileSync} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {parseEntries, type ScriptEntry} from '../../source/lab/script.js';
import {openScreen, type ScreenDriver} from './screen-driver.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const home = mkdtempSync(join(tmpdir(), 'virtlab-home-'));
const prompt = 'learner@lab:~$';
const text = readFileSync(join(root, 'labs/docker/first-container/solution.console'), 'utf8');
const {entries} = parseEntries('solution.console', text);
const stepCount = 7;
let screen: ScreenDriver;

beforeAll(() => {
	execFileSync(process.execPath, [join(root, 'scripts/build.mjs')]);
});

afterAll(async () => {
	await screen.close();
});

function openLab(size: {readonly columns: number; readonly rows: number}): ScreenDriver {
	return openScreen({command: [process.execPath, join(root, 'dist/cli.js'), 'run', 'first-container'], ...size, cwd: home, env: {HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home}});
}

/** The prompt is back, with the cursor behind it. */
async function idle(): Promise<void> {
	await screen.until('the prompt', ({rows, cursor}) => rows[cursor.row] === prompt && cursor.column === prompt.length + 1);
}

/** A line typed, or an answer given: a pattern stands for what the last command put out. */
async function enact({text: typed}: ScriptEntry): Promise<void> {
	const answer = /^answer \S+ (?<pattern>.*)$/v.exec(typed)?.groups?.['pattern'];
	if (answer === undefined) {
		screen.type(typed);
		await screen.until('the line', ({rows, cursor}) => rows[cursor.row] === `${prompt} ${typed}`);
		screen.enter();
		await idle();
		return;
	}

	const lastCommand = screen.rows.findLastIndex(row => row.startsWith(prompt) && row.length > prompt.length);
	const output = screen.rows.slice(lastCommand + 1).join('\n');
	const found = answer.startsWith('@') ? new RegExp(answer.slice(1), 'v').exec(output)?.[0] : answer;
	expect(found, `${answer} in:\n${output}`).toBeDefined();
	screen.key('alt-a');
	await screen.shows('Your answer:');
	expect(screen.text, 'what the answer is read off stays on the screen').toContain('─ Terminal ─');
	screen.type(`${found}\r`);
	await idle();
}

test('the whole lab, and the next start goes on where it was killed', async () => {
	screen = openLab({columns: 120, rows: 40});
	await idle();
	expect(screen.text).toContain(`0 of ${stepCount} steps done`);
	for (const entry of entries.slice(0, 4)) {
		await enact(entry);
	}

	await screen.shows('running');
	const before = screen.rows[0];
	screen.kill('SIGKILL');
	await screen.exited;

	screen = openLab({columns: 120, rows: 40});
	await idle();
	expect(screen.rows[0]).toBe(before);
	for (const entry of entries.slice(4)) {
		await enact(entry);
	}

	await screen.shows(`${stepCount} of ${stepCount} steps done`);
	await screen.shows('Lab finished.');
	screen.key('ctrl-q').enter();
	expect(await screen.exited).toMatchObject({exitCode: 0});
	expect(readdirSync(home, {recursive: true}).some(name => String(name).endsWith('.cast'))).toBe(true);
}, 120_000);
