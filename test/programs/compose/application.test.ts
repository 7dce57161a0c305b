// Start: a host with docker and the files of a shop: a web server, an api that is built, a database that becomes healthy, a cache.
// From the first `up` through scaling, a change and a failure to `down`.

import {expect, test} from 'vitest';
import {TestHost} from '../../support/test-host.js';

const composeFile = `services:
  web:
    image: nginx
    ports: ["8082:80"]
    networks: [front]
    depends_on: {api: {condition: service_started, restart: true}}
    configs: [{source: page, target: /usr/share/nginx/html/index.html}]
  api:
    build: ./api
    environment: {DB: db}
    networks: [front, back]
    depends_on: {db: {condition: service_healthy}, cache: {condition: service_started}}
    deploy: {resources: {limits: {cpus: "0.5", memory: 64M, pids: 50}}}
    secrets: [password]
  db:
    image: busybox
    command: sh -c "sleep 2; touch /tmp/ready; exec sleep 100000"
    networks: [back]
    volumes: ["data:/data"]
    healthcheck: {test: test -f /tmp/ready, interval: 1s, retries: 5}
    stop_grace_period: 1s
  cache:
    image: redis:7
    networks: {back: {aliases: [store]}}
    restart: unless-stopped
networks: {front: , back: {ipam: {config: [{subnet: 10.5.0.0/24}]}}}
volumes: {data: {labels: {kind: precious}}}
secrets: {password: {file: ./password.txt}}
configs: {page: {content: "hello from \${WHO:-compose}\\n"}}
`;

class Shop {
	readonly #host = new TestHost();

	constructor() {
		this.run('mkdir api; echo s3cret > password.txt; for image in busybox nginx redis:7; do docker pull -q $image; done');
		this.write('compose.yaml', composeFile);
		this.write('api/Dockerfile', 'FROM busybox\nCMD ["sh", "-c", "while :; do sleep 1; done"]\n');
	}

	write(name: string, text: string): void {
		this.run(`cat > ${name} <<'END'\n${text}END`);
	}

	run(command: string): {readonly stdout: string; readonly stderr: string; readonly status: number} {
		this.#host.sh('mkdir -p /root/shop');
		return this.#host.sh(command, {cwd: '/root/shop', env: {HOME: '/root'}, seconds: 600});
	}

	/** What compose tells of its work. */
	progress(command: string): string {
		return this.run(command).stderr;
	}
}

function started(): Shop {
	const shop = new Shop();
	shop.run('docker compose up -d');
	return shop;
}

test('up makes networks, volumes, images and containers in the order of the dependencies', () => {
	const shop = new Shop();
	expect(shop.progress('docker compose up -d')).toBe(` shop-api  Built
 Network shop_back  Creating
 Network shop_back  Created
 Network shop_front  Creating
 Network shop_front  Created
 Volume shop_data  Creating
 Volume shop_data  Created
 Container shop-cache-1  Creating
 Container shop-db-1  Creating
 Container shop-cache-1  Created
 Container shop-db-1  Created
 Container shop-api-1  Creating
 Container shop-api-1  Created
 Container shop-web-1  Creating
 Container shop-web-1  Created
 Container shop-cache-1  Starting
 Container shop-db-1  Starting
 Container shop-cache-1  Started
 Container shop-db-1  Started
 Container shop-db-1  Waiting
 Container shop-db-1  Healthy
 Container shop-api-1  Starting
 Container shop-api-1  Started
 Container shop-web-1  Starting
 Container shop-web-1  Started
`);
	expect(shop.run('docker compose ps --format "{{.Name}} {{.Service}} {{.Status}} {{.Ports}}"').stdout).toBe(`shop-api-1 api Up Less than a second${' '}
shop-cache-1 cache Up 2 seconds 6379/tcp
shop-db-1 db Up 2 seconds (healthy)${' '}
shop-web-1 web Up Less than a second 0.0.0.0:8082->80/tcp, [::]:8082->80/tcp
`);
	expect(shop.run('curl -s localhost:8082').stdout).toBe('hello from compose\n');
});

test('a service has the networks, names, limits and secrets of its file', () => {
	const shop = started();
	expect(shop.run('docker compose exec -T api sh -c "cat /run/secrets/password /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max; nslookup store | tail -2"').stdout).toBe('s3cret\n67108864\n50\nAddress: 10.5.0.2\n\n');
	expect(shop.run('docker compose exec -T web getent hosts db; docker compose port web 80; docker compose ls').stdout).toBe('0.0.0.0:8082\nNAME                STATUS              CONFIG FILES\nshop                running(4)          /root/shop/compose.yaml\n');
	expect(shop.run('docker volume inspect -f "{{json .Labels}}" shop_data').stdout).toContain('"com.docker.compose.volume":"data","kind":"precious"');
});

test('what is right is left alone, what is too few is made, what is too many goes', () => {
	const shop = started();
	expect(shop.progress('docker compose up -d cache')).toBe(' Container shop-cache-1  Running\n');
	expect(shop.progress('docker compose up -d --no-deps --scale api=2 api')).toBe(' Container shop-api-1  Running\n Container shop-api-2  Creating\n Container shop-api-2  Created\n Container shop-api-2  Starting\n Container shop-api-2  Started\n');
	expect(shop.run('docker compose ps -q api | wc -l').stdout).toBe('2\n');
	expect(shop.progress('docker compose scale --no-deps -- api=1')).toBe(' Container shop-api-1  Running\n Container shop-api-2  Stopping\n Container shop-api-2  Stopped\n Container shop-api-2  Removing\n Container shop-api-2  Removed\n');
});

test('a changed service is made anew, and what must restart with it is', () => {
	const shop = started();
	const before = shop.run('docker compose ps -q api db').stdout.split('\n');
	shop.write('compose.yaml', composeFile.replace('DB: db', 'DB: other'));
	expect(shop.progress('docker compose up -d')).toBe(` Container shop-cache-1  Running
 Container shop-db-1  Running
 Container shop-web-1  Stopping
 Container shop-web-1  Stopped
 Container shop-api-1  Recreate
 Container shop-api-1  Recreated
 Container shop-web-1  Created
 Container shop-db-1  Waiting
 Container shop-db-1  Healthy
 Container shop-api-1  Starting
 Container shop-api-1  Started
 Container shop-web-1  Starting
 Container shop-web-1  Started
`);
	const after = shop.run('docker compose ps -q api db').stdout.split('\n');
	expect([after[0] === before[0], after[1] === before[1]]).toEqual([false, true]);
	expect(shop.run('docker compose exec -T api sh -c \'echo $DB\'').stdout).toBe('other\n');
});

test('another image of the same name makes the service anew, too', () => {
	const shop = started();
	shop.write('api/Dockerfile', 'FROM busybox\nENV V=2\nCMD ["sleep", "1000"]\n');
	expect(shop.progress('docker compose up -d --build --no-deps api')).toBe(' shop-api  Built\n Container shop-api-1  Recreate\n Container shop-api-1  Recreated\n Container shop-api-1  Starting\n Container shop-api-1  Started\n');
	expect(shop.run('docker compose exec -T api sh -c \'echo $V\'').stdout).toBe('2\n');
});

test('data stays in its volume until it is asked for to go', () => {
	const shop = started();
	shop.run('docker compose exec -T db sh -c "echo kept > /data/file"; docker compose down; docker compose up -d');
	expect(shop.run('docker compose exec -T db cat /data/file').stdout).toBe('kept\n');
	const removed = shop.progress('docker compose down -v --rmi local').split('\n');
	expect(removed.slice(0, 12)).toEqual([
		' Container shop-web-1  Stopping', ' Container shop-web-1  Stopped', ' Container shop-web-1  Removing', ' Container shop-web-1  Removed',
		' Container shop-api-1  Stopping', ' Container shop-api-1  Stopped', ' Container shop-api-1  Removing', ' Container shop-api-1  Removed',
		' Container shop-cache-1  Stopping', ' Container shop-db-1  Stopping', ' Container shop-cache-1  Stopped', ' Container shop-cache-1  Removing',
	]);
	expect(removed.filter(line => line.endsWith('Removed')).sort()).toEqual([
		' Container shop-api-1  Removed', ' Container shop-cache-1  Removed', ' Container shop-db-1  Removed', ' Container shop-web-1  Removed', ' Image shop-api:latest  Removed', ' Network shop_back  Removed', ' Network shop_front  Removed',
		' Volume shop_data  Removed',
	]);
	expect(shop.run('docker ps -aq; docker network ls -q | wc -l; docker volume ls -q --filter label=com.docker.compose.project; docker compose down')).toMatchObject({stdout: '3\n', stderr: 'Warning: No resource found to remove for project "shop".\n'});
});

test('containers that stop at the same time take no longer than one', () => {
	const shop = new Shop();
	shop.write('compose.yaml', 'services:\n  slow: {image: busybox, command: sleep 1000, scale: 3}\n');
	const seconds = Number(shop.run('docker compose up -d; before=$(date +%s); docker compose stop; echo $(($(date +%s) - before))').stdout);
	expect(seconds).toBe(10);
});

test('one-off containers run beside the service, with its variables and dependencies', () => {
	const shop = new Shop();
	expect(shop.run('docker compose build -q api; docker compose run --rm -e MORE=1 api sh -c \'echo $DB $MORE; exit 3\'')).toMatchObject({status: 3, stdout: 'db 1\n'});
	expect(shop.run('docker compose ps -a --format "{{.Name}} {{.State}}"').stdout).toBe('shop-cache-1 running\nshop-db-1 running\n');
	expect(shop.run('docker compose run -d --no-deps --name job cache sleep 5; docker inspect -f \'{{index .Config.Labels "com.docker.compose.oneoff"}}\' job').stdout).toMatch(/^[\da-f]{64}\nTrue\n$/v);
});

test('a dependency that does not become healthy or ends badly stops the start', () => {
	const shop = new Shop();
	shop.write('compose.yaml', `services:
  sick: {image: busybox, command: sleep 1000, healthcheck: {test: "false", interval: 1s, retries: 2}}
  init: {image: busybox, command: sh -c "exit 4"}
  a: {image: busybox, command: sleep 1000, depends_on: {sick: {condition: service_healthy}}}
  b: {image: busybox, command: sleep 1000, depends_on: {init: {condition: service_completed_successfully}}}
`);
	expect(shop.run('docker compose up -d a')).toMatchObject({status: 1, stderr: expect.stringMatching(/ Container shop-sick-1 {2}Waiting\n Container shop-sick-1 {2}Error\ndependency failed to start: container shop-sick-1 is unhealthy\n$/v) as string});
	expect(shop.run('docker compose up -d b').stderr).toMatch(/ Container shop-init-1 {2}Error\nservice "init" didn't complete successfully: exit 4\n$/v);
	expect(shop.run('docker compose ps -a --format "{{.Service}} {{.State}} {{.ExitCode}}"').stdout).toBe('a created 0\nb created 0\ninit exited 4\nsick running 0\n');
});

test('in the foreground the output of all is shown, and the status of one can be that of up', () => {
	const shop = new Shop();
	shop.write('compose.yaml', 'services:\n  one: {image: busybox, command: sh -c "echo hello; sleep 1; exit 3"}\n  second: {image: busybox, command: sh -c "echo there; sleep 1000", init: true}\n');
	expect(shop.run('docker compose up --exit-code-from one')).toMatchObject({
		status: 3, stdout: 'Attaching to one-1, second-1\none-1     | hello\nsecond-1  | there\none-1 exited with code 3\nAborting on container exit...\nsecond-1 exited with code 143\n',
	});
	expect(shop.run('docker compose logs --no-color').stdout).toBe('one-1     | hello\nsecond-1  | there\n');
});

test('a build that fails says where, and nothing is started', () => {
	const shop = new Shop();
	shop.write('api/Dockerfile', 'FROM busybox\nRUN exit 7\n');
	const result = shop.run('docker compose up -d api');
	expect(result).toMatchObject({status: 1, stderr: `------
 > [2/2] RUN exit 7:
------
Dockerfile:2
--------------------
   1 |     FROM busybox
   2 | >>> RUN exit 7
   3 |     
--------------------
target api: failed to solve: process "/bin/sh -c exit 7" did not complete successfully: exit code: 7
`});
	expect(shop.run('docker ps -aq').stdout).toBe('');
});

test('a Dockerfile may be elsewhere, or in the compose file', () => {
	const shop = new Shop();
	shop.write('Dockerfile.other', 'FROM busybox\nCOPY Dockerfile /kept\nCMD ["wc", "-l", "/kept"]\n');
	shop.write('compose.yaml', 'services:\n  a: {build: {context: api, dockerfile: ../Dockerfile.other}}\n  b:\n    build:\n      context: api\n      dockerfile_inline: |\n        FROM busybox\n        CMD echo inline\n');
	expect(shop.run('docker compose build -q; docker compose run --rm a; docker compose run --rm b')).toMatchObject({status: 0, stdout: '2 /kept\ninline\n'});
	shop.write('compose.yaml', 'services:\n  a: {build: {context: api, dockerfile: None}}\n  b: {build: nowhere}\n');
	expect(shop.run('docker compose build -q a').stderr).toBe('target a: failed to solve: failed to read dockerfile: open None: no such file or directory\n');
	expect(shop.run('docker compose build -q b').stderr).toBe('unable to prepare context: path "/root/shop/nowhere" not found\n');
});

test('waiting ends when its time is over', () => {
	const shop = new Shop();
	shop.write('compose.yaml', 'services:\n  a: {image: busybox, command: sleep 1000, init: true, healthcheck: {test: "false", interval: 60s}}\n');
	expect(shop.run('docker compose up -d --wait --wait-timeout 5')).toMatchObject({status: 1, stderr: expect.stringMatching(/application not healthy after 5s\n$/v) as string});
});

test('a network that has changed is made anew with the containers on it; one that is external is left', () => {
	const shop = new Shop();
	const file = (isInternal: boolean) => `services:\n  a: {image: busybox, command: sleep 1000, init: true, networks: [mine, theirs]}\nnetworks: {mine: {internal: ${isInternal}}, theirs: {external: true}}\n`;
	shop.write('compose.yaml', file(true));
	expect(shop.run('docker compose up -d')).toMatchObject({status: 1, stderr: expect.stringMatching(/network theirs declared as external, but could not be found\n$/v) as string});
	shop.run('docker network create theirs; docker compose up -d');
	shop.write('compose.yaml', file(false));
	expect(shop.progress('docker compose up -d')).toBe(` Container shop-a-1  Stopping
 Container shop-a-1  Stopped
 Network shop_mine  Removed
 Network shop_mine  Creating
 Network shop_mine  Created
 Container shop-a-1  Recreate
 Container shop-a-1  Recreated
 Container shop-a-1  Starting
 Container shop-a-1  Started
`);
	expect(shop.run('docker compose down; docker network ls --format "{{.Name}}"').stdout).toBe('bridge\nhost\nnone\ntheirs\n');
});

test('services can share namespaces, volumes and links', () => {
	const shop = new Shop();
	shop.write('compose.yaml', `services:
  a: {image: busybox, command: sleep 1000, init: true, hostname: first}
  b: {image: busybox, command: sh -c "hostname; cat /v/f", network_mode: "service:a", volumes_from: [c]}
  c: {image: busybox, command: sh -c "echo shared > /v/f; sleep 1000", volumes: [/v], init: true, links: ["a:alias"]}
`);
	expect(shop.run('docker compose up -d; sleep 1; docker compose logs --no-log-prefix b; docker compose exec -T c ping -c1 -q alias | head -1').stdout).toMatch(/^first\nshared\nPING alias \(172\.18\.0\.\d\): 56 data bytes\n$/v);
});

test('services that the file no longer has are orphans', () => {
	const shop = new Shop();
	shop.write('compose.yaml', 'services:\n  a: {image: busybox, command: sleep 1000, init: true}\n  b: {image: busybox, command: sleep 1000, init: true}\n');
	shop.run('docker compose up -d');
	shop.write('compose.yaml', 'services:\n  a: {image: busybox, command: sleep 1000, init: true}\n');
	expect(shop.run('docker compose up -d').stderr).toMatch(/^time="[^"]+" level=warning msg="Found orphan containers \(\[shop-b-1\]\) for this project\. If you removed or renamed this service in your compose file, you can run this command with the --remove-orphans flag to clean it up\."\n Container shop-a-1 {2}Running\n$/v);
	expect(shop.progress('docker compose up -d --remove-orphans')).toBe(' Container shop-b-1  Stopping\n Container shop-b-1  Stopped\n Container shop-b-1  Removing\n Container shop-b-1  Removed\n Container shop-a-1  Running\n');
});

test('docker-compose is the same program, as older texts call it', () => {
	const shop = new Shop();
	shop.run('rm compose.yaml');
	shop.write('docker-compose.yml', 'version: \'3\'\nservices:\n  nginx:\n    build: .\n    ports:\n      - "8083:80"\n');
	shop.write('Dockerfile', 'FROM nginx\nRUN echo mine > /usr/share/nginx/html/index.html\n');
	expect(shop.run('docker-compose up -d 2>&1 | grep -v "^#" | tail -3; sleep 1; curl -s localhost:8083; docker-compose ps --format "{{.Name}}"; docker-compose --version').stdout).toBe(' Container shop-nginx-1  Created\n Container shop-nginx-1  Starting\n Container shop-nginx-1  Started\nmine\nshop-nginx-1\nDocker Compose version v2.40.3\n');
	expect(shop.run('docker-compose down').stderr).toMatch(/^time="[^"]+" level=warning msg="\/root\/shop\/docker-compose\.yml: the attribute `version` is obsolete, it will be ignored, please remove it to avoid potential confusion"\n/v);
});

test.each([
	['cd /; docker compose up', 'no configuration file provided: not found\n'],
	['docker compose -f none.yml up', 'open /root/shop/none.yml: no such file or directory\n'],
	['docker compose -p Shop ps', 'invalid project name "Shop": must consist only of lowercase alphanumeric characters, hyphens, and underscores as well as start with a letter or number\n'],
	['docker compose up nosuch', 'no such service: nosuch\n'],
	['docker compose nosuch > /dev/null', 'unknown docker command: "compose nosuch"\n'],
	['docker compose up --nosuch', 'unknown flag: --nosuch\n'],
	['docker compose exec web ls', 'service "web" is not running\n'],
	['docker compose exec', 'requires at least 2 arg(s), only received 0\n'],
	['docker compose watch', 'virtlab: docker compose watch is not modelled\n'],
	['docker compose --dry-run up', 'virtlab: docker compose --dry-run is not modelled\n'],
	['docker compose up --build --no-build', '--build and --no-build are incompatible\n'],
	['docker compose --progress fancy ps', 'unsupported --progress value "fancy"\n'],
	['docker compose --env-file none.env ps', 'couldn\'t find env file: /root/shop/none.env\n'],
])('%s', (command, stderr) => {
	expect(new Shop().run(command)).toMatchObject({status: 1, stderr});
});

test('what the engine or nothing here models is refused with its place', () => {
	const shop = new Shop();
	for (const [field, words] of [
		['gpus: all', 'virtlab: services.a.gpus is not modelled\n'], ['devices: ["/dev/null:/dev/x"]', 'virtlab: services.a.devices is not modelled\n'], ['post_start: [{command: ls}]', 'virtlab: services.a.post_start is not modelled\n'],
		['networks: {default: {link_local_ips: [169.254.1.1]}}', 'virtlab: services.a.networks.default.link_local_ips is not modelled\n'], ['scale: 9999', 'virtlab: services.a.scale 9999 is not modelled\n'], ['volumes: [{type: image, source: busybox, target: /x}]', 'virtlab: services.a.volumes: type image is not modelled\n'],
	]) {
		shop.write('compose.yaml', `services:\n  a: {image: busybox, ${field}}\n`);
		expect(shop.run('docker compose up -d')).toMatchObject({status: 1, stderr: words});
	}
});

test('output without any newline is cut, not kept for ever', () => {
	const shop = new Shop();
	shop.write('compose.yaml', 'services:\n  a: {image: busybox, command: sh -c "head -c 200000 /dev/zero | tr \'\\\\0\' x"}\n');
	const lines = shop.run('docker compose up').stdout.split('\n').filter(line => line.startsWith('a-1  | x'));
	expect(lines.length).toBeGreaterThan(1);
	expect(lines.reduce((sum, line) => sum + line.length - 'a-1  | '.length, 0)).toBe(200_000);
});
