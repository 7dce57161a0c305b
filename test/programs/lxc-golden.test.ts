// LXC 5.0.2, against what it answered on a real Debian 12 to the same lines (test/golden/lxc).

import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

const golden = (name: string): string => readFileSync(new URL(`../golden/lxc/${name}`, import.meta.url), 'utf8');

function played(name: string): string {
	return new TestHost().run(['/usr/bin/env', 'bash', '-c', `exec 2>&1; ${golden(`${name}.sh`)}`], {cwd: '/', env: {LC_ALL: 'C'}}).stdout;
}

test('a container that there is not, and options that make no sense', () => {
	expect(played('errors')).toBe(golden('errors.txt'));
});

test('a container\'s life: made, started, entered, frozen, stopped, copied, destroyed', () => {
	expect(played('lifecycle')).toBe(golden('lifecycle.txt'));
});
