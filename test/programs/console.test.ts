// Command lines and what the real tools of Debian 12 (coreutils 9.1, grep 3.8, sed 4.9, findutils 4.9, mawk 1.3.4, diffutils 3.8) made
// of them in the C locale: the files under console/ were recorded from them. `$ ` begins a command, its output (standard error too)
// follows, `%` ends a line that has no newline, and `[1]` is an exit status other than 0. Each file begins with its start state;
// the comment line brings it back.

import {readdirSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

const directory = new URL('console/', import.meta.url);
const reset = '# The start state again.';

for (const name of readdirSync(directory).sort()) {
	test(name, () => {
		const recorded = readFileSync(new URL(name, directory), 'utf8');
		expect(replay(recorded)).toBe(recorded);
	});
}

/** Runs the commands of a recording and records them anew. */
function replay(recorded: string): string {
	const host = new TestHost();
	const lines = recorded.split('\n').filter(line => line.startsWith('$ ') || line === reset);
	const setUp = lines.slice(0, lines.findIndex((line, index) => index > 0 && line.startsWith('$ touch -d')) + 1);
	host.sh('mkdir /tmp/w');
	let result = '';
	for (const line of lines) {
		if (line === reset) {
			host.sh('rm -rf /tmp/w; mkdir /tmp/w');
			result += `\n${reset}\n`;
			for (const command of setUp) {
				run(host, command.slice(2));
			}

			continue;
		}

		const {stdout, status} = run(host, line.slice(2));
		result += `${line}\n${stdout}${stdout === '' || stdout.endsWith('\n') ? '' : '%\n'}${status === 0 ? '' : `[${status}]\n`}`;
	}

	return result;
}

function run(host: TestHost, command: string) {
	return host.sh(`exec 2>&1\n${command}`, {cwd: '/tmp/w', env: {PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC'}});
}
