// What real shells answered (bash 5.2.15 and dash 0.5.12 of Debian 12, as root, in an empty /tmp/case), against ours: standard
// output, standard error and exit status, byte for byte.

import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

type Case = {readonly script: string; readonly stdout: string; readonly stderr?: string; readonly status?: number};

function load(name: string): readonly (readonly [string, readonly Case[]])[] {
	return Object.entries(JSON.parse(readFileSync(new URL(`conformance/${name}.json`, import.meta.url), 'utf8')) as Record<string, readonly Case[]>);
}

function answer(shell: string, script: string) {
	const host = new TestHost();
	host.main(function * (process) {
		process.sys.mkdir('/tmp/case', 0o755);
		return 0;
	});
	const {stdout, stderr, status} = host.run([shell, '-c', script], {cwd: '/tmp/case', env: {LC_ALL: 'C.UTF-8'}});
	return {stdout, stderr, status};
}

for (const [shell, name] of [['/bin/bash', 'bash-5.2'], ['/bin/sh', 'dash-0.5.12']] as const) {
	for (const [topic, cases] of load(name)) {
		describe(`${shell}: ${topic}`, () => {
			test.each(cases)('$script', ({script, stdout, stderr = '', status = 0}) => {
				expect(answer(shell, script)).toEqual({stdout, stderr, status});
			});
		});
	}
}
