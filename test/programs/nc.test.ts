// nc: a TCP client, a server, and a scan, in the words of netcat-openbsd 1.219.

import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

function typed(script: string): string {
	return new TestHost().run(['/usr/bin/env', 'bash', '-c', `exec 2>&1\n${script}`], {cwd: '/'}).stdout;
}

test('bytes go both ways until an end is closed', () => {
	expect(typed('nc -l 5000 > /tmp/got & sleep 1; echo hello | nc -N 127.0.0.1 5000; wait; cat /tmp/got')).toBe('hello\n');
});

test('a scan tells which port answers', () => {
	expect(typed('nc -lv 5000 & sleep 1; nc -zv 127.0.0.1 5000; nc -zv 127.0.0.1 1; nc -z 127.0.0.1 1; echo $?; wait')).toMatch(/^Listening on 0\.0\.0\.0 5000\nConnection to 127\.0\.0\.1 5000 port \[tcp\/\*\] succeeded!\nConnection received on 127\.0\.0\.1 \d+\nnc: connect to 127\.0\.0\.1 port 1 \(tcp\) failed: Connection refused\n1\n$/v);
});

test('what is wrong is said', () => {
	expect(typed('nc nosuch.invalid 80; nc 127.0.0.1; nc 127.0.0.1 x; nc -l')).toBe(`nc: getaddrinfo for host "nosuch.invalid" port 80: Name or service not known
nc: missing port number
nc: port number invalid: x
nc: missing port number
`);
});
