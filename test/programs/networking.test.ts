// The programs of iproute2, net-tools and iptables against recordings of the real ones: each file under networking/ was recorded in an
// empty network namespace of Debian 12, with names in a /run of its own. `$ ` begins a command, its output (standard error too)
// follows, and `[2]` is an exit status other than 0.

import {readdirSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

const directory = new URL('networking/', import.meta.url);

for (const name of readdirSync(directory).sort()) {
	test(name, () => {
		const recorded = readFileSync(new URL(name, directory), 'utf8');
		const head = recorded.split('\n').filter(line => line.startsWith('# '));
		const commands = recorded.split('\n').filter(line => line.startsWith('$ ')).map(line => line.slice(2));
		expect(`${head.join('\n')}\n${replay(commands)}`).toBe(recorded);
	});
}

/** Runs all commands in one shell of a new network namespace, and records them anew. */
function replay(commands: readonly string[]): string {
	const lines = commands.map(command => `printf '%s\\n' '$ ${command.replaceAll('\'', String.raw`'\''`)}'\n{ ${command}\n}; s=$?; [ $s = 0 ] || echo "[$s]"\n`);
	const host = new TestHost();
	return host.run(['/usr/bin/unshare', '-nm', '/bin/bash', '-c', `exec 2>&1\n${lines.join('')}`]).stdout;
}
