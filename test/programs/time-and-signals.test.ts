// Programs that take time: on the virtual clock, and ended by signals.

import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

test('sleep moves the clock, and date shows it', () => {
	const host = new TestHost();
	expect(host.sh('date +%T; sleep 20m 3.5s; date +%T').stdout).toBe('08:00:00\n08:20:03\n');
	expect(host.sh('a=$(date +%s); sleep 90; b=$(date +%s); echo $((b - a))').stdout).toBe('90\n');
});

test('timeout ends what takes too long with 124, and with 137 if it had to kill', () => {
	const host = new TestHost();
	expect(host.sh('timeout 2 sleep 10; echo $?').stdout).toBe('124\n');
	expect(host.sh('timeout 20 sleep 10; echo $?').stdout).toBe('0\n');
	expect(host.sh('timeout -s KILL 2 sleep 10; echo $?').stdout).toBe('137\n');
	expect(host.sh('timeout --preserve-status 2 sleep 10; echo $?').stdout).toBe('143\n');
	expect(host.sh('timeout -k 1 2 bash -c \'trap "" TERM; sleep 1; sleep 30\'; echo $?').stdout).toBe('137\n');
	expect(host.sh('timeout -v 1 sleep 5').stderr).toBe('timeout: sending signal TERM to command \'sleep\'\n');
});

test('tail -f follows what is written, until it is ended', () => {
	const host = new TestHost();
	const script = 'cd /tmp; echo one > log; timeout 10 tail -f log & sleep 2; echo two >> log; sleep 2; echo three >> log; wait';
	expect(host.sh(script).stdout).toBe('one\ntwo\nthree\n');
});

test('tail -F takes up the file that has the name now', () => {
	const host = new TestHost();
	const {stdout, stderr} = host.sh('cd /tmp; echo one > log; timeout 10 tail -F log & sleep 2; mv log log.1; echo two > log; sleep 3; wait');
	expect(stdout).toBe('one\ntwo\n');
	expect(stderr).toBe('tail: \'log\' has been replaced;  following new file\n');
});

test('a pipe whose reader is gone ends the writer', () => {
	const host = new TestHost();
	expect(host.sh('yes | head -n 2; echo "${PIPESTATUS[@]}"').stdout).toBe('y\ny\n141 0\n');
	expect(host.sh('seq inf | sed -n "3{p;q}"').stdout).toBe('3\n');
	expect(host.sh('cat /dev/zero | head -c 3 | od -An -tx1').stdout).toBe(' 00 00 00\n');
});

test('nohup keeps a command from the hang-up', () => {
	const host = new TestHost();
	expect(host.sh('nohup sleep 5 & sleep 1; kill -HUP $!; wait $!; echo $?').stdout).toBe('0\n');
	expect(host.sh('sleep 5 & sleep 1; kill -HUP $!; wait $!; echo $?').stdout).toBe('129\n');
});

test('a full device is reported when the output is written', () => {
	const host = new TestHost();
	expect(host.sh('echo x | cat > /dev/full; echo $?')).toMatchObject({stdout: '1\n', stderr: 'cat: write error: No space left on device\n'});
});

test('dd says how long it took in virtual time', () => {
	const host = new TestHost();
	expect(host.sh('dd if=/dev/zero of=/tmp/f bs=1M count=10').stderr).toMatch(/^10\+0 records in\n10\+0 records out\n10485760 bytes \(10 MB, 10 MiB\) copied, [\d.e\-]+ s, [\d.]+ [kMGT]?B\/s\n$/v);
});
