// tcpdump: packets at a link, as they look there.

import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

function typed(script: string): string {
	return new TestHost().sh(`exec 2>&1\n${script}`).stdout.replaceAll(/\b\d\d:\d\d:\d\d\.\d{6} /gv, 'TIME ').replaceAll(/\.\d{5}\b/gv, '.PORT').replaceAll(/id \d+/gv, 'id N');
}

const head = (name: string) => `tcpdump: verbose output suppressed, use -v[v]... for full protocol decode\nlistening on ${name}, link-type EN10MB (Ethernet), snapshot length 262144 bytes\n`;
const foot = (count: number) => `${count} packets captured\n${count} packets received by filter\n0 packets dropped by kernel\n`;

test('an echo and its answer', () => {
	expect(typed('tcpdump -n -i eth0 -c 4 icmp & sleep 1; ping -qc2 10.0.0.1 > /dev/null; wait')).toBe(`${head('eth0')}TIME IP 10.0.0.11 > 10.0.0.1: ICMP echo request, id N, seq 1, length 64
TIME IP 10.0.0.1 > 10.0.0.11: ICMP echo reply, id N, seq 1, length 64
TIME IP 10.0.0.11 > 10.0.0.1: ICMP echo request, id N, seq 2, length 64
TIME IP 10.0.0.1 > 10.0.0.11: ICMP echo reply, id N, seq 2, length 64
${foot(4)}`);
});

test('a translated packet has one address before and another after the translation', () => {
	expect(typed(`docker pull -q busybox > /dev/null; (tcpdump -n -i docker0 -c 1 icmp; tcpdump -n -i eth0 -c 1 icmp) & sleep 1
docker run --rm busybox ping -qc1 10.0.0.1 > /dev/null; docker run --rm busybox ping -qc1 10.0.0.1 > /dev/null; wait`)).toBe(`${head('docker0')}TIME IP 172.17.0.2 > 10.0.0.1: ICMP echo request, id N, seq 0, length 64
${foot(1).replaceAll('packets captured', 'packet captured').replaceAll('packets received', 'packet received')}${head('eth0')}TIME IP 10.0.0.11 > 10.0.0.1: ICMP echo request, id N, seq 0, length 64
${foot(1).replaceAll('packets captured', 'packet captured').replaceAll('packets received', 'packet received')}`);
});

test('a connection opens with three segments, and then come the bytes', () => {
	expect(typed('nc -l 5000 > /dev/null & tcpdump -n -t -i lo port 5000 and tcp & sleep 1; echo hello | nc -N 127.0.0.1 5000; kill -INT %2; wait')).toBe(`${head('lo')}IP 127.0.0.1.PORT > 127.0.0.1.5000: Flags [S], length 0
IP 127.0.0.1.5000 > 127.0.0.1.PORT: Flags [S.], length 0
IP 127.0.0.1.PORT > 127.0.0.1.5000: Flags [.], length 0
IP 127.0.0.1.PORT > 127.0.0.1.5000: Flags [P.], length 6
${foot(4)}`);
});

test('what is wrong is said', () => {
	expect(typed('tcpdump -i nope; tcpdump -i eth0 vlan')).toBe('tcpdump: nope: No such device exists\n(SIOCGIFHWADDR: No such device)\nvirtlab: tcpdump with the filter vlan is not modelled\n');
});
