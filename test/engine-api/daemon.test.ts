import {expect, test} from 'vitest';
import {concatBytes, decodeText, encodeText} from '../../source/base/bytes.js';
import {encodeRequest, responseParser} from '../../source/base/http.js';
import {connect, read, write} from '../../source/model/kernel/blocking.js';
import {failed} from '../../source/model/kernel/errno.js';
import type {Process, Running} from '../../source/model/kernel/program.js';
import {TestHost} from '../support/test-host.js';

/** A request over the daemon's socket, printed as status, a newline, and the body. */
function ask(host: TestHost, method: string, target: string, body?: unknown): {readonly status: number; readonly text: string} {
	const bytes = body === undefined ? new Uint8Array(0) : encodeText(JSON.stringify(body));
	function * main(process: Process): Running {
		const socket = process.sys.socket('unix') as number;
		const connected = yield * connect(process, socket, {family: 'unix', path: '/var/run/docker.sock'});
		if (failed(connected)) {
			process.sys.write(2, encodeText(connected.errno));
			return 1;
		}

		yield * write(process, socket, encodeRequest({method, target, headers: [['Host', 'docker'], ['Connection', 'close']], body: bytes}));
		const parts: Uint8Array[] = [];
		for (;;) {
			const piece = yield * read(process, socket, 65_536);
			if (failed(piece) || piece.length === 0) {
				break;
			}

			parts.push(piece);
		}

		yield * write(process, 1, concatBytes(parts));
		return 0;
	}

	const result = host.main(main);
	const parser = responseParser(method);
	const events = [...parser.push(encodeText(result.stdout)), ...parser.finish()];
	let status = -1;
	let text = '';
	for (const event of events) {
		if (event.kind === 'head') {
			status = event.head.status;
		} else if (event.kind === 'body') {
			text += decodeText(event.bytes);
		}
	}

	return {status, text: result.stderr + text};
}

/** Time passes while nobody types. */
function wait(host: TestHost, seconds: number): void {
	host.main(function * ({sys}) {
		const untilNs = sys.now() + seconds * 1e9;
		while (sys.now() < untilNs) {
			yield {kind: 'sleep', channels: [], untilNs};
		}

		return 0;
	});
}

/** A script's output and errors as one text, ids of 64 digits as ID. */
function sh(host: TestHost, script: string): string {
	const {stdout, stderr} = host.sh(script);
	return (stdout + stderr).replace(/[\da-f]{64}/gv, 'ID');
}

function hostWith(...images: readonly string[]): TestHost {
	const host = new TestHost();
	for (const image of images) {
		expect(host.sh(`docker pull -q ${image}`).status).toBe(0);
	}

	return host;
}

test('every version prefix is answered, and none', () => {
	const host = new TestHost();
	for (const prefix of ['', '/v1.24', '/v1.40', '/v1.51']) {
		expect(ask(host, 'GET', `${prefix}/_ping`)).toEqual({status: 200, text: 'OK'});
	}

	expect(ask(host, 'GET', '/v1.99/info')).toEqual({status: 400, text: '{"message":"client version 1.99 is too new. Maximum supported API version is 1.51"}\n'});
	expect(ask(host, 'GET', '/v1.50/nosuch')).toEqual({status: 404, text: '{"message":"page not found"}\n'});
});

test('curl over the socket reaches the same handlers, in the host and in a container that has it', () => {
	const host = hostWith('busybox', 'alpine');
	host.sh('docker run -d --name c1 busybox sleep 1000');
	const curl = (words: string) => sh(host, `curl -s --unix-socket /var/run/docker.sock ${words}`);
	const {stdout} = host.sh('curl -s --unix-socket /var/run/docker.sock http://localhost/containers/json');
	expect(stdout).toBe(ask(host, 'GET', '/containers/json').text);
	expect(stdout).toMatch(/^\[\{"Id":"[\da-f]{64}","Names":\["\/c1"\],"Image":"busybox"/v);
	expect(curl('http://localhost/v1.51/_ping')).toBe('OK');
	expect(curl('-X POST -H "Content-Type: application/json" -d \'{"Image":"busybox","Cmd":["true"]}\' "http://localhost/containers/create?name=c2"')).toBe('{"Id":"ID","Warnings":[]}\n');
	expect(curl('-o /dev/null -w "%{http_code}\\n" -X POST http://localhost/containers/c2/start')).toBe('204\n');
	expect(curl('-X DELETE http://localhost/containers/c1')).toBe('{"message":"cannot remove container \\"c1\\": container is running: stop the container before removing or force remove"}\n');
	expect(curl('-s -o /dev/null -w "%{http_code}\\n" -X DELETE "http://localhost/containers/c1?force=1"')).toBe('204\n');
	expect(sh(host, 'docker ps -a --format "{{.Names}}"')).toBe('c2\n');
});

test('what the API has and the engine has not is said openly; what nobody has is not found', () => {
	const host = new TestHost();
	expect(ask(host, 'POST', '/v1.50/swarm/init', {})).toEqual({status: 501, text: '{"message":"virtlab does not model POST /swarm/init"}\n'});
	expect(ask(host, 'GET', '/services')).toEqual({status: 501, text: '{"message":"virtlab does not model GET /services"}\n'});
	expect(ask(host, 'GET', '/distribution/library/nginx/json')).toEqual({status: 501, text: '{"message":"virtlab does not model GET /distribution/library/nginx/json"}\n'});
	expect(ask(host, 'GET', '/nosuch')).toEqual({status: 404, text: '{"message":"page not found"}\n'});
	expect(ask(host, 'POST', '/images/create?fromImage=busybox')).toEqual({status: 501, text: '{"message":"virtlab does not model pulling all tags of an image"}\n'});
});

test('versions: too old and too new in the daemon\'s words, whatever is asked for', () => {
	const host = new TestHost();
	expect(ask(host, 'GET', '/v1.23/containers/json')).toEqual({status: 400, text: '{"message":"client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version"}\n'});
	expect(ask(host, 'GET', '/v1.52/containers/json')).toEqual({status: 400, text: '{"message":"client version 1.52 is too new. Maximum supported API version is 1.51"}\n'});
	expect(ask(host, 'GET', '/v2.0/containers/json').status).toBe(400);
	expect(ask(host, 'GET', '/v1.24/containers/json')).toEqual({status: 200, text: '[]\n'});
});

test('the course: pull, run, look, build another page, run that', () => {
	const host = hostWith('nginx');
	expect(sh(host, 'docker run -d -p 8080:80 --name web nginx')).toBe('ID\n');
	wait(host, 1);
	expect(sh(host, 'curl -s 127.0.0.1:8080 | head -4')).toBe('<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n');
	expect(sh(host, "docker ps --format '{{.Names}} {{.Image}} {{.Status}} {{.Ports}}'")).toBe('web nginx Up 1 second 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp\n');
	host.sh('mkdir /tmp/site && cd /tmp/site && printf "FROM nginx\nRUN echo hello > /usr/share/nginx/html/index.html\n" > Dockerfile');
	expect(host.sh('cd /tmp/site && docker build -q -t mynginx:v1 .').status).toBe(0);
	expect(sh(host, 'docker run -d -p 8081:80 --name web2 mynginx:v1')).toBe('ID\n');
	wait(host, 1);
	expect(sh(host, 'curl -s 127.0.0.1:8081; docker exec web cat /etc/hostname | wc -c; docker logs web 2>/dev/null | tail -1')).toMatch(
		/^hello\n13\n172\.17\.0\.1 - - \[01\/Sep\/2026:\d\d:\d\d:\d\d \+0000\] "GET \/ HTTP\/1\.1" 200 615 "-" "curl\/[\d.]+" "-"\n$/v,
	);
	expect(sh(host, 'docker run -d -p 8081:80 --name web3 nginx')).toMatch(/^ID\ndocker: Error response from daemon: failed to set up container networking: driver failed programming external connectivity on endpoint web3 \(ID\): Bind for 0\.0\.0\.0:8081 failed: port is already allocated\n/v);
	expect(sh(host, 'docker stop web; docker rm web; docker rm -f web2; docker rm web3; docker ps -aq; curl -s 127.0.0.1:8080; echo $?')).toBe('web\nweb\nweb2\nweb3\n7\n');
});

test('a program that cannot be started is refused in the runtime\'s words, before it runs or in an exec', () => {
	const host = hostWith('busybox');
	const create = 'docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ';
	const trailer = "\n\nRun 'docker run --help' for more information\n";
	expect(sh(host, 'docker run --rm busybox nosuchcmd; echo $?')).toBe(`127\n${create}exec: "nosuchcmd": executable file not found in $PATH${trailer}`);
	expect(sh(host, 'docker run --rm busybox /etc/passwd; echo $?')).toBe(`126\n${create}exec: "/etc/passwd": permission denied${trailer}`);
	expect(sh(host, 'docker run --rm busybox /etc; echo $?')).toBe(`126\n${create}exec: "/etc": is a directory: permission denied${trailer}`);
	expect(sh(host, 'docker ps -aq; docker run -d --name c1 busybox sleep 1000')).toBe('ID\n');
	expect(sh(host, 'docker exec c1 nosuchcmd; echo $?')).toBe('OCI runtime exec failed: exec failed: unable to start container process: exec: "nosuchcmd": executable file not found in $PATH\r\n127\n');
	expect(sh(host, 'docker exec -w /nosuch c1 ls; echo $?')).toBe('OCI runtime exec failed: exec failed: unable to start container process: chdir to cwd ("/nosuch") set in config.json failed: no such file or directory\r\n127\n');
	expect(sh(host, 'docker exec -u nosuch c1 ls; echo $?')).toBe('1\nError response from daemon: unable to find user nosuch: no matching entries in passwd file\n');
	expect(sh(host, 'docker exec c1 sh -c "exit 7"; echo $?; docker exec -e FOO=bar -w /tmp c1 sh -c \'echo $FOO $PWD\'')).toBe('7\nbar /tmp\n');
});

test('stop is patient, kill is not; PID 1 is deaf to a TERM that it does not catch', () => {
	const host = hostWith('busybox');
	host.sh('docker run -d --name k1 busybox sh -c \'trap "echo got term; exit 5" TERM; while :; do sleep 0.2; done\'; docker run -d --name k2 busybox sleep 1000; docker run -d --name k3 busybox sleep 1000');
	expect(sh(host, "docker stop k1; docker logs k1; docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' k1")).toBe('k1\ngot term\nexited 5\n');
	const before = ask(host, 'GET', '/info').text;
	expect(sh(host, "docker stop -t 2 k2; docker inspect -f '{{.State.ExitCode}}' k2; docker kill k3; docker inspect -f '{{.State.ExitCode}} {{.State.OOMKilled}}' k3")).toBe('k2\n137\nk3\n137 false\n');
	const seconds = (text: string) => Date.parse((JSON.parse(text) as {SystemTime: string}).SystemTime) / 1000;
	expect(Math.round(seconds(ask(host, 'GET', '/info').text) - seconds(before))).toBe(2);
	expect(ask(host, 'POST', '/containers/k2/stop').status).toBe(304);
	expect(ask(host, 'POST', '/containers/k2/kill')).toMatchObject({status: 409});
});

test('restart policies try again, with growing pauses, as often as they say', () => {
	const host = hostWith('busybox');
	host.sh("docker run -d --name r1 --restart on-failure:3 busybox sh -c 'echo try; exit 4'; docker run -d --name r2 --restart always busybox false");
	wait(host, 2);
	expect(sh(host, "docker logs r1; docker inspect -f '{{.RestartCount}} {{.State.ExitCode}} {{.State.Restarting}}' r1")).toBe('try\ntry\ntry\ntry\n3 4 false\n');
	expect(sh(host, "docker ps -a --filter name=r2 --format '{{.Status}}'; docker stop r2; docker ps -a --filter name=r2 --format '{{.State}}'")).toMatch(/^Restarting \(1\) .*ago\nr2\nexited\n$/v);
});

test('health is what the probe says', () => {
	const host = hostWith('busybox');
	host.sh("docker run -d --name h1 --health-cmd 'test -f /ok' --health-interval 1s --health-retries 2 busybox sleep 1000");
	const status = () => sh(host, "docker ps --format '{{.Status}}'");
	expect(status()).toBe('Up Less than a second (health: starting)\n');
	wait(host, 3);
	expect(status()).toBe('Up 3 seconds (unhealthy)\n');
	host.sh('docker exec h1 touch /ok');
	wait(host, 2);
	expect(status()).toBe('Up 5 seconds (healthy)\n');
});

test('limits become control files of the container\'s cgroup', () => {
	const host = hostWith('busybox');
	const files = ['memory.max', 'memory.swap.max', 'cpu.max', 'cpu.weight', 'pids.max'].map(name => `/sys/fs/cgroup/${name}`).join(' ');
	expect(sh(host, `docker run --rm -m 32m --cpus 0.5 --pids-limit 20 --cpu-shares 512 busybox cat ${files}`)).toBe('33554432\n33554432\n50000 100000\n59\n20\n');
	expect(sh(host, `docker run --rm busybox cat ${files}`)).toBe('max\nmax\nmax 100000\n100\nmax\n');
	expect(sh(host, 'docker run --rm -m 1m busybox true; ls /sys/fs/cgroup/system.slice')).not.toContain('docker-');
});

test('volumes outlive containers, are filled from the image, and can be read-only', () => {
	const host = hostWith('busybox');
	expect(sh(host, "docker run --rm -v data:/d busybox sh -c 'echo persisted > /d/f'; docker run --rm -v data:/d busybox cat /d/f; cat /var/lib/docker/volumes/data/_data/f")).toBe('persisted\npersisted\n');
	expect(sh(host, "docker run --rm -v data:/d:ro busybox sh -c 'echo x > /d/g'")).toContain('Read-only file system');
	expect(sh(host, 'docker run --rm -v users:/etc busybox true; head -1 /var/lib/docker/volumes/users/_data/passwd')).toMatch(/^root:/v);
	host.sh('docker run -d --name hold -v data:/d busybox sleep 100');
	expect(sh(host, 'docker volume rm data')).toBe('Error response from daemon: remove data: volume is in use - [ID]\n');
	expect(sh(host, 'docker rm -f hold; docker volume rm data')).toBe('hold\ndata\n');
});

test('networks of one\'s own have addresses and names', () => {
	const host = hostWith('busybox');
	host.sh('docker network create app; docker run -d --name a1 --network app busybox sleep 1000; docker run -d --name a2 --network app --network-alias db busybox sleep 1000');
	expect(sh(host, 'docker exec a1 tail -1 /etc/hosts; docker exec a1 grep nameserver /etc/resolv.conf')).toMatch(/^172\.18\.0\.2\t[\da-f]{12}\nnameserver 127\.0\.0\.11\n$/v);
	expect(sh(host, "docker network inspect -f '{{range .Containers}}{{.Name}} {{.IPv4Address}} {{end}}' app | tr ' ' '\\n' | sort | xargs")).toBe('172.18.0.2/16 172.18.0.3/16 a1 a2\n');
	expect(sh(host, 'docker network rm app')).toMatch(/^Error response from daemon: error while removing network: network app has active endpoints \(name:"a\d" id:"[\da-f]{12}", name:"a\d" id:"[\da-f]{12}"\)/v);
	expect(sh(host, 'docker network create --subnet 172.18.5.0/24 overlap')).toBe('Error response from daemon: invalid pool request: Pool overlaps with other one on this address space\n');
	expect(sh(host, 'docker rm -f a1 a2; docker network rm app')).toBe('a1\na2\napp\n');
});

test('what a container wrote can be seen, copied, and made an image', () => {
	const host = hostWith('busybox');
	host.sh('docker run -d --name c1 busybox sleep 1000; echo data > /tmp/f.txt; docker cp /tmp/f.txt c1:/root/; docker exec c1 rm /etc/group');
	expect(sh(host, 'docker exec c1 cat /root/f.txt; docker diff c1')).toBe('data\nC /etc\nD /etc/group\nC /root\nA /root/f.txt\n');
	expect(sh(host, 'docker cp c1:/root/f.txt /tmp/g.txt; cat /tmp/g.txt; docker commit c1 mine:1; docker run --rm mine:1 cat /root/f.txt')).toBe('data\nsha256:ID\ndata\n');
});

test('with --init, PID 1 passes signals on', () => {
	const host = hostWith('busybox');
	expect(sh(host, "docker run -d --init --name k3 busybox sleep 1000; docker exec k3 cat /proc/1/comm; docker stop k3; docker inspect -f '{{.State.ExitCode}}' k3")).toBe('ID\ndocker-init\nk3\n143\n');
});

test('logs and events can be followed while they grow', () => {
	const host = hostWith('busybox');
	host.sh("docker run -d --name t1 busybox sh -c 'for i in 1 2 3; do echo tick $i; sleep 1; done'");
	expect(sh(host, 'docker logs -f t1')).toBe('tick 1\ntick 2\ntick 3\n');
	expect(sh(host, "(sleep 1; docker run --rm --name e1 busybox true) & timeout 3 docker events --filter container=e1 --format '{{.Action}}'")).toBe('create\nattach\nstart\ndie\ndestroy\n');
});

test('input reaches the container, and its end too', () => {
	const host = hostWith('busybox');
	expect(sh(host, 'printf "b\\na\\n" | docker run -i --rm busybox sort')).toBe('a\nb\n');
	host.sh('docker run -d --name c1 busybox sleep 100');
	expect(sh(host, 'echo x | docker exec -i c1 tr x y')).toBe('y\n');
});

test('a thousand containers cost what one costs', () => {
	const host = hostWith('busybox');
	for (let index = 0; index < 20; index++) {
		host.sh('for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50; do docker create busybox true > /dev/null; done');
	}

	expect(sh(host, 'docker ps -aq | wc -l')).toBe('1000\n');
	expect(sh(host, 'docker run --rm busybox echo still quick')).toBe('still quick\n');
}, 60_000);
