// Namespaces and mounts made by hand, against what a real machine answered to the same lines (test/golden/namespaces).

import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

const golden = (name: string): string => readFileSync(new URL(`../golden/namespaces/${name}`, import.meta.url), 'utf8');

function played(name: string, uid: number): string {
	return new TestHost().run(['/usr/bin/env', 'bash', '-c', `exec 2>&1; ${golden(`${name}.sh`)}`], {uid, cwd: '/tmp', env: {LC_ALL: 'C'}}).stdout;
}

test('what is mounted below a shared mount is mounted below its peers and slaves, and so is what is unmounted', () => {
	expect(played('propagation', 0)).toBe(golden('propagation.txt'));
});

test('in a user namespace ids are translated, and rights count for what belongs to it', () => {
	expect(played('user-namespaces', 1000)).toBe(golden('user-namespaces.txt'));
});

test('who keeps a directory outside leaves a chroot, and nobody leaves after pivot_root', () => {
	expect(played('chroot-escape', 0)).toBe(golden('chroot-escape.txt'));
});

test('ranges of ids that the administrator has given to a user are mapped by newuidmap and newgidmap', () => {
	expect(played('subordinate-ids', 1000)).toBe(golden('subordinate-ids.txt'));
});
