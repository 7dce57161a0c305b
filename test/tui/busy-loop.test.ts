// A command that computes without end does not hold the screen: keys are shown while it runs, and Ctrl-C ends it.

import {execFileSync} from 'node:child_process';
import {mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {beforeAll, test} from 'vitest';
import {openScreen} from './screen-driver.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const home = mkdtempSync(join(tmpdir(), 'virtlab-home-'));

beforeAll(() => {
	execFileSync(process.execPath, [join(root, 'scripts/build.mjs')]);
});

test.each(['while :; do :; done', 'while :; do echo x; done', 'while :; do /bin/true; done', 'awk "BEGIN{while(1)x++}"'])('%s', async line => {
	const screen = openScreen({command: [process.execPath, join(root, 'dist/cli.js'), 'sandbox'], columns: 80, rows: 24, env: {HOME: home, XDG_DATA_HOME: home}});
	try {
		await screen.shows('learner@lab:~$');
		screen.type(line).enter();
		await screen.until('the loop runs', ({rows, cursor}) => !rows[cursor.row]!.includes('learner@lab'));
		screen.type('typed ahead');
		await screen.shows('typed ahead');
		screen.key('ctrl-c');
		await screen.until('the prompt', ({rows, cursor}) => rows[cursor.row] === 'learner@lab:~$');
		screen.type('echo $?').enter();
		await screen.shows('130');
	} finally {
		await screen.close();
	}
});
