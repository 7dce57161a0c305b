// Networks of the engine, by the docker command and the host's own programs over the same state.

import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

/** A host with the images at hand; answers what commands print, standard error too. Ids are shortened to the letters that their first digits stand for. */
function dockerHost(): (script: string) => string {
	const host = new TestHost();
	host.sh('docker pull -q busybox; docker pull -q nginx; docker pull -q redis');
	return script => host.sh(`exec 2>&1\n${script}`).stdout.replaceAll(/\b[\da-f]{64}\b/gv, 'ID').replaceAll(/br-[\da-f]{12}/gv, 'br-ID');
}

test('the rules of a daemon, of a network and of a published port are those of docker 28', () => {
	const sh = dockerHost();
	sh('docker network create -o com.docker.network.bridge.name=bridge1 --subnet 192.0.2.0/24 --gateway 192.0.2.1 bridge1; docker run -d --network bridge1 -p 8080:80 --name c1 nginx');
	expect(sh('iptables -S; iptables -t nat -S; iptables -t raw -S')).toBe(`-P INPUT ACCEPT
-P FORWARD DROP
-P OUTPUT ACCEPT
-N DOCKER
-N DOCKER-BRIDGE
-N DOCKER-CT
-N DOCKER-FORWARD
-N DOCKER-ISOLATION-STAGE-1
-N DOCKER-ISOLATION-STAGE-2
-N DOCKER-USER
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-FORWARD
-A DOCKER -d 192.0.2.2/32 ! -i bridge1 -o bridge1 -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER ! -i docker0 -o docker0 -j DROP
-A DOCKER ! -i bridge1 -o bridge1 -j DROP
-A DOCKER-BRIDGE -o docker0 -j DOCKER
-A DOCKER-BRIDGE -o bridge1 -j DOCKER
-A DOCKER-CT -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-CT -o bridge1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-FORWARD -j DOCKER-CT
-A DOCKER-FORWARD -j DOCKER-ISOLATION-STAGE-1
-A DOCKER-FORWARD -j DOCKER-BRIDGE
-A DOCKER-FORWARD -i docker0 -j ACCEPT
-A DOCKER-FORWARD -i bridge1 -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -i bridge1 ! -o bridge1 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-2 -o bridge1 -j DROP
-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
-P PREROUTING ACCEPT
-P INPUT ACCEPT
-P OUTPUT ACCEPT
-P POSTROUTING ACCEPT
-N DOCKER
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 192.0.2.0/24 ! -o bridge1 -j MASQUERADE
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A DOCKER -i bridge1 -j RETURN
-A DOCKER -i docker0 -j RETURN
-A DOCKER ! -i bridge1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 192.0.2.2:80
-P PREROUTING ACCEPT
-P OUTPUT ACCEPT
-A PREROUTING -d 192.0.2.2/32 ! -i bridge1 -j DROP
`);
	sh('docker rm -f c1; docker network rm bridge1');
	expect(sh('iptables -S | grep bridge1; iptables -t nat -S | grep bridge1; iptables -t raw -S | grep 192; ss -Htln; pgrep docker-proxy')).toBe('');
});

test('a published port has a docker-proxy, for what no rule turns aside', () => {
	const sh = dockerHost();
	sh('docker run -d --name web -p 8080:80 nginx; docker run -d --name only -p 127.0.0.1:8081:80 nginx; sleep 1');
	expect(sh('ss -ltn; pgrep -a docker-proxy | cut -d" " -f2-')).toBe(`State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess
LISTEN 0      4096         0.0.0.0:8080      0.0.0.0:*${' '.repeat(10)}
LISTEN 0      4096       127.0.0.1:8081      0.0.0.0:*${' '.repeat(10)}
/usr/bin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8080 -container-ip 172.17.0.2 -container-port 80 -use-listen-fd
/usr/bin/docker-proxy -proto tcp -host-ip 127.0.0.1 -host-port 8081 -container-ip 172.17.0.3 -container-port 80 -use-listen-fd
`);
	// By the proxy from the loopback and from the same bridge; translated from another network.
	expect(sh('curl -s localhost:8080 | head -1; curl -s localhost:8081 | head -1; docker run --rm busybox wget -qO- 10.0.0.11:8080 | head -1; curl -s 10.0.0.11:8081; echo $?')).toBe('<!DOCTYPE html>\n<!DOCTYPE html>\n<!DOCTYPE html>\n7\n');
	expect(sh('docker logs web 2> /dev/null | cut -d" " -f1 | tail -2')).toBe('172.17.0.1\n172.17.0.1\n');
	expect(sh('iptables -t nat -nvxL DOCKER | tail -2 | tr -s " "')).toBe(' 0 0 DNAT 6 -- !docker0 * 0.0.0.0/0 0.0.0.0/0 tcp dpt:8080 to:172.17.0.2:80\n 0 0 DNAT 6 -- !docker0 * 0.0.0.0/0 127.0.0.1 tcp dpt:8081 to:172.17.0.3:80\n');
});

test('what keeps networks apart are rules: without them packets pass', () => {
	const sh = dockerHost();
	sh('docker network create app; docker run -d --name inner --network app nginx; docker run -d --name web nginx; sleep 1');
	const reach = 'docker exec web curl -s 172.18.0.2 | head -1; echo ${PIPESTATUS[0]}';
	expect(sh(reach)).toBe('28\n');
	expect(sh('iptables -t raw -D PREROUTING -d 172.18.0.2/32 ! -i $(ip -br link | grep -o "^br-[0-9a-f]*") -j DROP; iptables -I DOCKER-USER -j ACCEPT')).toBe('');
	expect(sh(reach)).toBe('<!DOCTYPE html>\n0\n');
});

test('containers of a network without communication between them reach the world but not each other', () => {
	const sh = dockerHost();
	sh('docker network create -o com.docker.network.bridge.enable_icc=false quiet; docker run -d --name one --network quiet busybox sleep 1000');
	const lost = (name: string) => `PING ${name}: 56 data bytes\n\n--- ${name.split(' ')[0]} ping statistics ---\n1 packets transmitted, 0 packets received, 100% packet loss\n`;
	expect(sh('docker run --rm --network quiet busybox ping -c1 -W1 one')).toBe(lost('one (172.18.0.2)'));
	expect(sh('docker run --rm --network quiet busybox ping -qc1 10.0.0.1 | grep received')).toBe('1 packets transmitted, 1 packets received, 0% packet loss\n');
	expect(sh('sysctl -w net.bridge.bridge-nf-call-iptables=0; docker run --rm --network quiet busybox ping -qc1 one | grep received')).toBe('net.bridge.bridge-nf-call-iptables = 0\n1 packets transmitted, 1 packets received, 0% packet loss\n');
});

test('several containers under one alias share the work, and names of other networks are unknown', () => {
	const sh = dockerHost();
	sh('docker network create app; docker network create other; for n in 1 2 3; do docker run -d --name s$n --network app --network-alias store busybox sleep 1000; done; docker run -d --name cc --network other busybox sleep 1000');
	const [...addresses] = sh('for i in 1 2 3 4 5 6 7 8 9 10 11 12; do docker run --rm --network app busybox ping -c1 store | head -1; done').trim().split('\n').map(line => line.split(' ')[2]);
	expect(new Set(addresses)).toEqual(new Set(['(172.18.0.2):', '(172.18.0.3):', '(172.18.0.4):']));
	expect(sh('docker exec cc ping -c1 s1; docker network connect other s1; docker exec cc ping -c1 s1 | head -1; docker exec cc ping -c1 $(docker ps -qf name=s1) | head -1 | cut -d" " -f3; docker exec cc ping -c1 store')).toBe("ping: bad address 's1'\nPING s1 (172.19.0.3): 56 data bytes\n(172.19.0.3):\nping: bad address 'store'\n");
});

test('a port goes with its container to another network', () => {
	const sh = dockerHost();
	sh('docker run -d --name web -p 8080:80 nginx; docker network create app; docker network connect app web; docker network disconnect bridge web; sleep 1');
	expect(sh('docker port web; curl -s localhost:8080 | head -1; docker network disconnect app web; docker port web; curl -s localhost:8080; echo $?')).toBe('80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080\n<!DOCTYPE html>\n7\n');
});

test('links tell the address, the ports and the variables of another container', () => {
	const sh = dockerHost();
	sh('docker run -d --name db -e PASSWORD=secret redis');
	expect(sh('docker run --rm --name me --link db:store busybox sh -c "env | grep STORE | grep -v STORE_ENV_[RG] | sort; grep store /etc/hosts | cut -f1,2 | cut -d\' \' -f1,3; ping -c1 store | head -1"')).toBe(`STORE_ENV_PASSWORD=secret
STORE_NAME=/me/store
STORE_PORT=tcp://172.17.0.2:6379
STORE_PORT_6379_TCP=tcp://172.17.0.2:6379
STORE_PORT_6379_TCP_ADDR=172.17.0.2
STORE_PORT_6379_TCP_PORT=6379
STORE_PORT_6379_TCP_PROTO=tcp
172.17.0.2	store db
PING store (172.17.0.2): 56 data bytes
`);
	expect(sh('docker stop -t 0 db; docker run --rm --name me --link db busybox true; docker run --link nope busybox true')).toBe(`db
docker: Error response from daemon: Cannot link to a non running container: /db AS /me/db

Run 'docker run --help' for more information
docker: Error response from daemon: could not get container for nope: No such container: nope

Run 'docker run --help' for more information
`);
});

test('what a network cannot be is said in the words of the engine', () => {
	const sh = dockerHost();
	expect(sh(`docker network create -d overlay o; docker network create -d nosuch o; docker network create -o com.docker.network.bridge.enable_icc=x o
docker network create --subnet 10.5.0.1/24 o; docker network create --subnet 10.5.0.0/33 o; docker network create --subnet 172.17.5.0/24 o; docker network create --subnet 10.5.0.0/24 --ip-range 10.6.0.0/25 o
docker network create --subnet 10.5.0.0/24 --aux-address a=10.6.0.1 o; docker network create --subnet 10.5.0.0/30 small
docker run -d --network small busybox sleep 9; docker run --network small busybox true; docker run --rm --network small --ip 10.5.0.2 busybox true; docker run --rm --network small --ip 10.9.0.2 busybox true
docker run --ip 172.17.0.9 busybox true; docker run --network-alias x busybox true; docker run --mac-address foo busybox true; docker run --network container:nope busybox true`)).toBe(`Error response from daemon: This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.
Error response from daemon: plugin "nosuch" not found
Error response from daemon: failed to parse com.docker.network.bridge.enable_icc value: x (strconv.ParseBool: parsing "x": invalid syntax)
Error response from daemon: invalid network config:
invalid subnet 10.5.0.1/24: it should be 10.5.0.0/24
Error response from daemon: invalid network config:
invalid subnet 10.5.0.0/33: invalid CIDR block notation
Error response from daemon: invalid pool request: Pool overlaps with other one on this address space
no matching subnet for ip-range 10.6.0.0/25
no matching subnet for aux-address 10.6.0.1
ID
ID
docker: Error response from daemon: failed to set up container networking: no available IPv4 addresses on this network's address pools: small (ID)

Run 'docker run --help' for more information
docker: Error response from daemon: failed to set up container networking: Address already in use

Run 'docker run --help' for more information
docker: Error response from daemon: invalid config for network small: invalid endpoint settings:
no configured subnet or ip-range contain the IP address 10.9.0.2

Run 'docker run --help' for more information
docker: Error response from daemon: invalid config for network bridge: invalid endpoint settings:
user specified IP address is supported on user defined networks only

Run 'docker run --help' for more information
docker: Error response from daemon: invalid config for network bridge: invalid endpoint settings:
network-scoped aliases are only supported for user-defined networks

Run 'docker run --help' for more information
docker: foo is not a valid mac address

Run 'docker run --help' for more information
docker: Error response from daemon: joining network namespace of container: No such container: nope

Run 'docker run --help' for more information
`);
});

test('the default address pools run out after 31 networks', () => {
	const sh = dockerHost();
	const made = sh('for i in $(seq 40); do docker network create n$i; done; docker network inspect -f "{{range .IPAM.Config}}{{.Subnet}}{{end}}" n1 n14 n15 n30').trim().split('\n');
	expect(made.filter(line => line === 'ID')).toHaveLength(30);
	expect(made[30]).toBe('Error response from daemon: all predefined address pools have been fully subnetted');
	expect(made.slice(-4)).toEqual(['172.18.0.0/16', '172.31.0.0/16', '192.168.0.0/20', '192.168.240.0/20']);
});

test('a container network built by hand has a way out like docker\'s', () => {
	const host = new TestHost();
	const sh = (script: string) => host.sh(`exec 2>&1\n${script}`).stdout;
	expect(sh(`ip netns add red; ip link add br0 type bridge; ip addr add 10.5.0.1/24 dev br0; ip link set br0 up
ip link add veth0 type veth peer name eth0 netns red; ip link set veth0 master br0 up; ip -n red link set lo up; ip -n red link set eth0 up
ip -n red addr add 10.5.0.2/24 dev eth0; ip -n red route add default via 10.5.0.1`)).toBe('');
	const ping = 'ip netns exec red ping -qc1 -W1 10.0.0.1 | grep -o "[0-9]* received"';
	expect(sh(ping)).toBe('0 received\n');
	expect(sh(`iptables -t nat -A POSTROUTING -s 10.5.0.0/24 ! -o br0 -j MASQUERADE; ${ping}`)).toBe('0 received\n');
	expect(sh(`iptables -P FORWARD DROP; sysctl -qw net.ipv4.ip_forward=1; iptables -I FORWARD -i br0 -j ACCEPT; ${ping}`)).toBe('0 received\n');
	expect(sh(`iptables -I FORWARD -o br0 -m conntrack --ctstate ESTABLISHED -j ACCEPT; ${ping}`)).toBe('1 received\n');
	expect(sh('ip netns exec red nc -l 80 > /tmp/got & sleep 1; iptables -t nat -A OUTPUT -p tcp -d 10.0.0.11 --dport 8080 -j DNAT --to-destination 10.5.0.2:80; echo hi | nc -N 10.0.0.11 8080; wait; cat /tmp/got')).toBe('hi\n');
	expect(sh('ip netns del red; ip -br link | cut -d" " -f1; ip netns')).toBe('lo\neth0\ndocker0\nbr0\n');
});
