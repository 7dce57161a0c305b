// The program as it is installed, for tests that start processes.

import {spawnSync} from 'node:child_process';
import {join} from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** The path of dist/cli.js, which is built first if a source is newer. */
export function builtCli(): string {
	const {status, stderr} = spawnSync(process.execPath, [join(root, 'scripts', 'run.mjs'), 'list'], {cwd: root, encoding: 'utf8'});
	if (status !== 0) {
		throw new Error(stderr);
	}

	return join(root, 'dist', 'cli.js');
}
