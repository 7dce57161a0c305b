// What a hostile or unlucky learner types: it ends with a message, in counted steps and bytes, and the machine goes on.

import {expect, test} from 'vitest';
import {concatBytes, decodeText} from '../../source/base/bytes.js';
import {apply, startSession} from '../../source/session/apply.js';
import type {Applied, Session} from '../../source/session/session.js';
import {worldNs} from '../support/real-client.js';

const origin = {lab: undefined, scenario: 'default', seed: 1, learner: 'test', interactive: false, columns: 80, rows: 24} as const;

function type(session: Session, text: string): {readonly session: Session; readonly stdout: string; readonly stderr: string; readonly status: number} {
	const applied: Applied = apply(session, {type: 'line', text});
	expect(applied.broken).toBeUndefined();
	const of = (stream: string): string => decodeText(concatBytes(applied.output.filter(part => part.stream === stream).map(({bytes}) => bytes)));
	return {session: applied.session, stdout: of('stdout'), stderr: of('stderr'), status: applied.session.status};
}

function afterwards(session: Session): void {
	const {stdout, status} = type(session, 'echo still here; pwd');
	expect(stdout).toBe('still here\n/home/learner\n');
	expect(status).toBe(0);
}

test('a fork bomb runs into the limit of its user, and the shell stays', () => {
	const {session, stderr} = type(startSession(origin).session, ':(){ :|:& };:');
	expect(stderr).toMatch(/^(?:bash: fork: (?:retry: )?Resource temporarily unavailable\n)*$/v);
	afterwards(session);
});

test('a shell that may have no more children tries again after 1, 2, 4 and 8 seconds, and then gives up', () => {
	const before = startSession(origin).session;
	const {session, stderr} = type(before, 'ulimit -u 1; ls');
	expect(stderr).toBe(`${'bash: fork: retry: Resource temporarily unavailable\n'.repeat(4)}bash: fork: Resource temporarily unavailable\n`);
	expect(Math.floor((worldNs(session) - worldNs(before)) / 1e9)).toBe(15);
});

// Both as bash 5.2 does it under the same limit.
test.each([
	['makes room', 2.5, 2, 'ls: cannot access \'/nowhere\': No such file or directory'],
	['interrupts a sleep of which a second or more is left', 4, 3, 'bash: fork: Interrupted system call'],
])('a child that ends while its shell waits to fork %s', (_, seconds, retries, end) => {
	const {stderr} = type(startSession(origin).session, `bash -c 'ulimit -u 3; sleep ${seconds} & ls /nowhere; true'`);
	expect(stderr).toBe(`${'bash: fork: retry: Resource temporarily unavailable\n'.repeat(retries)}${end}\n`);
});

test('a directory takes thousands of files', () => {
	const made = type(startSession(origin).session, 'mkdir d && cd d && seq 1 20000 | xargs touch && ls | wc -l && cd');
	expect(made.stdout).toBe('20000\n');
	const gone = type(made.session, 'rm -r d; ls');
	expect(gone.stdout).toBe('');
	afterwards(gone.session);
});

test.each([
	['reading terabytes of a hole', 'truncate -s 15T g; wc -l g'],
	['copying them', 'truncate -s 15T g; dd if=g of=h bs=1M'],
	['their checksum', 'truncate -s 15T g; sha256sum g'],
	['counting to a thousand million', 'seq 1 1000000000 | tail -1'],
	['the longest path that can be made', 'for i in $(seq 20000); do mkdir d; cd d; done 2> /dev/null'],
])('%s ends with the count of steps', (_, line) => {
	const {session, stderr} = type(startSession(origin).session, line);
	expect(stderr).toContain('virtlab: the command was stopped: it made more than 1000000 steps\n');
	expect(type(session, 'cd; echo still here').stdout).toBe('still here\n');
});

test('zeros fill a disk without filling our memory', () => {
	const {session, stdout} = type(startSession(origin).session, 'dd if=/dev/zero of=f bs=1M count=800 status=none; stat -c "%s %b" f');
	expect(stdout).toBe('838860800 1638400\n');
	afterwards(session);
});

test('everything else ends in a full disk', () => {
	const {session, stdout, stderr} = type(startSession(origin).session, 'yes | head -c 300M > f; rm f; echo $?');
	expect(stderr).toContain('No space left on device');
	expect(stdout).toBe('0\n');
	afterwards(session);
});
