// Many networks, many rules, and what somebody may build to go round in circles: each ends, with a clear word, in bounded time.

import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

test('a thousand networks are made and removed', () => {
	const host = new TestHost();
	const made = host.sh('for i in $(seq 1000); do docker network create --subnet 10.$((i / 250)).$((i % 250)).0/24 n$i > /dev/null || echo failed $i; done; docker network ls -q | wc -l; iptables -S | wc -l; ip -br link | wc -l');
	expect(made.stdout).toBe('1003\n6021\n1003\n');
	expect(host.sh('docker run --rm --network n1000 alpine ping -qc1 10.0.0.1 | grep -c "1 packets received"; docker network prune -f | wc -l; docker network ls -q | wc -l; iptables -S | wc -l').stdout).toBe('1\n1002\n3\n21\n');
}, 120_000);

test('ten thousand rules are walked, and no more than the table holds are taken', () => {
	const host = new TestHost();
	expect(host.sh('iptables -N BIG; for i in $(seq 10000); do iptables -A BIG -s 192.0.2.$((i % 250)) -p tcp --dport $((i % 60000 + 1)) -j DROP; done; iptables -A OUTPUT -j BIG; iptables -S BIG | wc -l; ping -qc1 10.0.0.1 | grep -c "1 received"').stdout).toBe('10001\n1\n');
	expect(host.sh('iptables -F BIG; iptables -S BIG').stdout).toBe('-N BIG\n');
}, 120_000);

test('chains, bridges and routes that lead in circles end', () => {
	const host = new TestHost();
	const sh = (script: string) => host.sh(`exec 2>&1\n${script}`).stdout;
	expect(sh('iptables -N A; iptables -N B; iptables -A A -j B; iptables -A B -j A; iptables -A INPUT -j A')).toBe('iptables v1.8.9 (nf_tables):  RULE_APPEND failed (Too many links): rule in chain INPUT\n');
	expect(sh(`for b in 1 2 3; do ip link add br$b type bridge; ip link set br$b up; done
for p in "1 2" "2 3" "3 1" "1 2"; do set -- $p; n=$((n + 1)); ip link add a$n type veth peer name b$n; ip link set a$n master br$1 up; ip link set b$n master br$2 up; done
ip addr add 10.7.0.1/24 dev br1; ping -qc1 -W1 10.7.0.9 | grep packets`)).toBe('1 packets transmitted, 0 received, 100% packet loss, time 0ms\n');
	expect(sh(`ip netns add r; ip link add u0 type veth peer name u1 netns r; ip addr add 10.8.0.1/24 dev u0; ip link set u0 up; ip -n r addr add 10.8.0.2/24 dev u1; ip -n r link set u1 up
ip route add 10.99.0.0/16 via 10.8.0.2; ip -n r route add default via 10.8.0.1; ip netns exec r sysctl -qw net.ipv4.ip_forward=1; iptables -P FORWARD ACCEPT
ping -qc1 -W1 10.99.0.1 | grep packets`)).toBe('1 packets transmitted, 0 received, 100% packet loss, time 0ms\n');
});
