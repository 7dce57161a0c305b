// Named pipes between programs (fifo(7)): what opens one end waits for the other, in the words of bash 5.2 and coreutils 9.1.

import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

/** Runs lines as `bash -c` in a directory with the named pipe `f`, with standard error where standard output goes. */
function typed(script: string): string {
	return new TestHost().run(['/usr/bin/env', 'bash', '-c', `exec 2>&1; mkdir /tmp/w; cd /tmp/w; mkfifo f\n${script}`], {env: {LC_ALL: 'C', TZ: 'UTC'}, seconds: 60}).stdout;
}

test('a reader waits for a writer, and gets what it writes', () => {
	expect(typed('cat f & sleep 1; echo before; echo hello > f; wait; echo after')).toBe('before\nhello\nafter\n');
});

test('a writer waits for a reader, even with nothing to write', () => {
	expect(typed('{ : > f; echo opened; } & sleep 1; echo nobody yet; cat f; wait')).toBe('nobody yet\nopened\n');
	expect(typed('echo hello > f & sleep 1; jobs -r; cat f')).toBe('[1]+  Running                 echo hello > f &\nhello\n');
});

test('a reader reads the end when the last writer has gone, also one that came and went before it looked', () => {
	expect(typed('cat f & sleep 1; : > f; wait; echo end')).toBe('end\n');
	expect(typed('cat f & exec 3> f; echo one >&3; sleep 1; echo two >&3; exec 3>&-; wait; echo end')).toBe('one\ntwo\nend\n');
});

test('a writer without readers dies of SIGPIPE', () => {
	expect(typed('yes > f & head -1 < f; wait $!; echo $?')).toBe('y\n141\n');
});

test('opened for both, it waits for nobody', () => {
	expect(typed('exec 3<> f; echo a >&3; read -r line <&3; echo "got $line"; readlink /proc/$$/fd/3; stat -L -c %F /proc/$$/fd/3')).toBe('got a\n/tmp/w/f\nfifo\n');
});

test('requests and answers of a small service go through two of them', () => {
	expect(typed('mkfifo answers; while read -r name < f; do echo "hello, $name" > answers; done & for n in ann bob; do echo $n > f; cat answers; done; kill %1')).toBe('hello, ann\nhello, bob\n');
});

test('without a partner everybody sleeps: the time passes and nothing is printed', () => {
	expect(typed('timeout 5 cat f; echo $?; timeout 5 bash -c "echo x > f"; echo $?')).toBe('124\n124\n');
});

test('containers meet at one in a volume', () => {
	expect(typed('docker pull -q busybox > /dev/null; docker run -d --rm -v /tmp/w:/w busybox sh -c "echo from the container > /w/f" > /dev/null; cat f')).toBe('from the container\n');
});
