// An examination with tickets, as teacher and learner type it.

import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {builtCli} from '../support/built-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'virtlab-ticket-'));
let cli: string;

beforeAll(() => {
	cli = builtCli();
});

afterAll(() => {
	rmSync(folder, {recursive: true});
});

function virtlab(args: readonly string[], input = ''): {readonly stdout: string; readonly stderr: string; readonly status: number | null} {
	return spawnSync(process.execPath, [cli, ...args], {cwd: folder, input, encoding: 'utf8', env: {...process.env, VIRTLAB_HOME: folder, LANG: 'C'}});
}

test('a teacher makes a ticket, a learner begins with it, and the grader asks for it', () => {
	const made = virtlab(['ticket', 'first-container', '--learner', 'han', '--nonce', 'mid-term', '--key', 'teacher.pem']);
	expect([made.status, made.stderr]).toEqual([0, 'virtlab: new keys: teacher.pem (keep it to yourself), teacher.pem.pub (for grade --public-key)\n']);
	expect(statSync(join(folder, 'teacher.pem')).mode & 0o777).toBe(0o600);
	const again = virtlab(['ticket', 'first-container', '--learner', 'han', '--nonce', 'mid-term', '--key', 'teacher.pem']);
	expect([again.stdout, again.stderr]).toEqual([made.stdout, '']);

	const play = (file: string, ...more: readonly string[]): number | null => virtlab(['shell', '--lab', 'first-container', '--record', file, ...more], 'docker pull nginx\n').status;
	expect(play('good.cast', '--learner', 'han', '--ticket', made.stdout.trim())).toBe(0);
	expect(play('other.cast', '--learner', 'li', '--ticket', made.stdout.trim())).toBe(0);
	expect(play('none.cast', '--learner', 'han')).toBe(0);
	const graded = virtlab(['grade', 'good.cast', 'other.cast', 'none.cast', '--public-key', 'teacher.pem.pub']);
	expect(graded.stdout.split('\n').filter(line => /^\S|line 1:/v.test(line)).map(line => line.replace(/receipt .*/v, 'receipt'))).toEqual([
		'good.cast: not passed, 10 of 100 points, 2 actions, receipt',
		'other.cast: not gradable (first-container, li)', '  line 1: the ticket is for han, the session is li\'s',
		'none.cast: not gradable (first-container, han)', '  line 1: there is no ticket of the teacher',
	]);
});
