// host and dig: names as servers answer them.

import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

test('names that a server knows, does not know, and servers that do not answer', () => {
	const host = new TestHost();
	const sh = (script: string) => host.sh(`exec 2>&1\n${script}`).stdout;
	expect(sh('host nosuch.example; echo $?; host nosuch.example 10.0.0.77; echo $?; dig +short nosuch.example; dig @10.0.0.77 nosuch.example; echo $?; dig nosuch.example | grep status')).toBe(`Host nosuch.example not found: 3(NXDOMAIN)
1
;; connection timed out; no servers could be reached
1
;; communications error to 10.0.0.77#53: timed out
;; no servers could be reached

9
;; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN
`);
	// The server of a user-defined network answers in the namespace of a container.
	sh('docker pull -q busybox; docker network create app; docker run -d --name db --network app busybox sleep 1000; docker run -d --name web --network app busybox sleep 1000');
	expect(sh('nsenter -n -t $(docker inspect -f "{{.State.Pid}}" web) host db 127.0.0.11; nsenter -n -t $(docker inspect -f "{{.State.Pid}}" web) dig +short db @127.0.0.11')).toBe('Using domain server:\nName: 127.0.0.11\nAddress: 127.0.0.11#53\nAliases: \n\ndb has address 172.18.0.2\n172.18.0.2\n');
});
