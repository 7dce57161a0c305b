// Start: texts of compose files. What they mean together: variables, several files, extends, include, profiles, short forms.

import {expect, test} from 'vitest';
import {refused} from '../../../source/programs/docker/command/refusal.js';
import {networkHash, serviceHash} from '../../../source/programs/compose/project/hash.js';
import {configOf, load} from './loaded.js';

const web = (rest: string) => ({'compose.yaml': `services:\n  web:\n    image: nginx\n${rest}`});

test('the hashes are those of a real compose 2.40.3', () => {
	const {result} = load({
		'compose.yaml': `services:
  web: {image: nginx, ports: ["8088:80"], depends_on: {db: {condition: service_healthy}}, environment: {DB: db}}
  db: {image: "redis:7", volumes: [dbdata:/data], healthcheck: {test: [CMD, test, -f, /data/seed.txt], interval: 1s, retries: 3}}
  worker: {build: ./worker, scale: 2, networks: [back]}
volumes: {dbdata: }
networks: {back: }
`,
	}, {name: '08-compose'});
	if (refused(result)) {
		throw new Error(result.message);
	}

	expect([...result.services].map(([name, service]) => [name, serviceHash(service)])).toEqual([
		['db', '6191103d215fa4c53f0387cc24b354de3a24b3f7d38526b883b84e984d840da3'],
		['web', '87825dbd10697b4db1f8bb78bf5bdd92c1d4f974ef633e0493022397fca41e74'],
		['worker', 'b5edc58ceb3383bf6a978ef8304b2627a12e45f7954e8c93b1e1570a8fda5313'],
	]);
	expect(networkHash(result.networks.get('default')!)).toBe('949d33978c3192729916c1e618b296251d7b47075a08cf6f67191b5598a70bfc');
});

test('short forms are written long, in canonical order, with absolute paths', () => {
	expect(configOf({
		...web(`    command: nginx -g "daemon off;"
    mem_limit: 64m
    cpus: "0.5"
    stop_grace_period: 90s
    extra_hosts: ["db:10.0.0.2"]
    ulimits: {nofile: {soft: 10, hard: 20}, nproc: 5}
    ports: ["127.0.0.1:8080-8081:80-81/udp", 9000]
    volumes: ["./html:/usr/share/nginx/html:ro", "/tmp/anonymous", "logs:/logs"]
    env_file: web.env
    environment: [A=1, "B=x y"]
    labels: {a.b: "true", n: 5}
    dns: 1.1.1.1
volumes: {logs: {}}
`), 'web.env': 'A=from file\nC=$A!\n',
	})).toBe(`name: app
services:
  web:
    cpus: 0.5
    command:
      - nginx
      - -g
      - daemon off;
    dns:
      - 1.1.1.1
    environment:
      A: "1"
      B: x y
      C: 1!
    extra_hosts:
      - db=10.0.0.2
    image: nginx
    labels:
      a.b: "true"
      "n": "5"
    mem_limit: "67108864"
    networks:
      default: null
    ports:
      - mode: ingress
        host_ip: 127.0.0.1
        target: 80
        published: "8080"
        protocol: udp
      - mode: ingress
        host_ip: 127.0.0.1
        target: 81
        published: "8081"
        protocol: udp
      - mode: ingress
        target: 9000
        protocol: tcp
    stop_grace_period: 1m30s
    ulimits:
      nofile:
        soft: 10
        hard: 20
      nproc: 5
    volumes:
      - type: bind
        source: /app/html
        target: /usr/share/nginx/html
        read_only: true
        bind: {}
      - type: volume
        target: /tmp/anonymous
        volume: {}
      - type: volume
        source: logs
        target: /logs
        volume: {}
networks:
  default:
    name: app_default
volumes:
  logs:
    name: app_logs
`);
});

test('labels may come from files, too', () => {
	const files = {'compose.yaml': 'services:\n  web: {image: nginx, label_file: l.txt, labels: {a: mine}}\n', 'l.txt': 'a=theirs\nb=2\n'};
	expect(configOf(files)).toContain('    labels:\n      a: mine\n      b: "2"\n');
	expect(configOf({'compose.yaml': files['compose.yaml']})).toBe('label file /app/l.txt not found: stat /app/l.txt: no such file or directory');
});

test.each([
	['$TAG', '1.2'], ['${TAG}', '1.2'], ['${NONE:-x}', 'x'], ['${EMPTY:-x}', 'x'], ['a${EMPTY-x}', 'a'], ['${TAG:+y}', 'y'], ['a${NONE:+y}', 'a'], ['a${EMPTY:+y}', 'a'], ['${EMPTY+y}', 'y'], ['${NONE:-${TAG}-b}', '1.2-b'], ['$$TAG', '$TAG'], ['a${TAG}b$TAG', 'a1.2b1.2'],
])('variable %s is %s', (text, value) => {
	const {result, warnings} = load({'compose.yaml': `services:\n  web:\n    image: "${text}"\n`}, {environment: {TAG: '1.2', EMPTY: ''}});
	expect(refused(result) ? result.message : result.services.get('web')!.get('image')).toBe(value);
	expect(warnings).toEqual([]);
});

test('a variable that is not set is blank, with a warning; a required one ends the command', () => {
	expect(load(web('    hostname: "x${NONE}"\n')).warnings).toEqual(['The "NONE" variable is not set. Defaulting to a blank string.']);
	expect(configOf(web('    hostname: "${NONE:?say it}"\n'))).toBe('error while interpolating services.web.hostname: required variable NONE is missing a value: say it');
	expect(configOf(web('    hostname: "${NONE?}"\n'))).toBe('error while interpolating services.web.hostname: required variable NONE is missing a value');
	expect(configOf(web('    hostname: "${-}"\n'))).toBe('invalid interpolation format for services.web.hostname.\nYou may need to escape any $ with another $.\n${-}');
});

test('a second file is laid over the first', () => {
	expect(configOf({
		'compose.yaml': `services:
  web: {image: "nginx:1", command: [a, b], environment: {A: 1, B: 2}, ports: ["80:80"], volumes: ["./a:/x"], depends_on: [db], labels: [a=1], cap_add: [NET_ADMIN]}
  db: {image: redis}
`,
		'two.yaml': `services:
  web: {image: "nginx:2", command: [c], environment: [B=3], ports: ["81:80", "80:80"], volumes: ["./b:/x"], depends_on: {db: {condition: service_healthy}}, labels: {b: 2}, cap_add: [NET_ADMIN, SYS_TIME]}
`,
	}, {use: ['compose.yaml', 'two.yaml']})).toBe(`name: app
services:
  db:
    image: redis
    networks:
      default: null
  web:
    cap_add:
      - NET_ADMIN
      - SYS_TIME
    command:
      - c
    depends_on:
      db:
        condition: service_healthy
        required: true
    environment:
      A: "1"
      B: "3"
    image: nginx:2
    labels:
      a: "1"
      b: "2"
    networks:
      default: null
    ports:
      - mode: ingress
        target: 80
        published: "80"
        protocol: tcp
      - mode: ingress
        target: 80
        published: "81"
        protocol: tcp
    volumes:
      - type: bind
        source: /app/b
        target: /x
        bind: {}
networks:
  default:
    name: app_default
`);
});

test('extends takes a service of this or another file, whose paths are relative to it', () => {
	expect(configOf({
		'compose.yaml': 'services:\n  base: {image: a, environment: {A: 1}}\n  web: {extends: base, environment: {B: 2}}\n  other: {extends: {file: sub/more.yaml, service: x}, image: mine}\n',
		'sub/more.yaml': 'services:\n  x: {image: theirs, volumes: ["./data:/data"], extends: y}\n  y: {image: q, hostname: h}\n',
	})).toBe(`name: app
services:
  base:
    environment:
      A: "1"
    image: a
    networks:
      default: null
  other:
    hostname: h
    image: mine
    networks:
      default: null
    volumes:
      - type: bind
        source: /app/sub/data
        target: /data
        bind: {}
  web:
    environment:
      A: "1"
      B: "2"
    image: a
    networks:
      default: null
networks:
  default:
    name: app_default
`);
	expect(configOf(web('    extends: nobody\n'))).toBe('cannot extend service "web" in /app/compose.yaml: service "nobody" not found');
	expect(configOf({'compose.yaml': 'services:\n  a: {extends: b}\n  b: {extends: a}\n'})).toBe('Circular reference:\n  a in /app/compose.yaml\n  extends b in /app/compose.yaml\n  extends a in /app/compose.yaml');
});

test('include brings in another project with its own directory', () => {
	const files = {'compose.yaml': 'include: [sub/compose.yaml]\nservices:\n  web: {image: nginx, depends_on: [db]}\n', 'sub/compose.yaml': 'services:\n  db: {image: "redis:${V}", volumes: ["./d:/d"]}\n', 'sub/.env': 'V=7\n'};
	expect(configOf(files)).toContain('    image: redis:7\n');
	expect(configOf(files)).toContain('source: /app/sub/d\n');
	expect(configOf({...files, 'sub/compose.yaml': 'services:\n  web: {image: x}\n'})).toBe('services.web conflicts with imported resource');
	expect(configOf({'compose.yaml': 'include: [b.yaml]\n', 'b.yaml': 'include: [compose.yaml]\n'})).toBe('include cycle detected:\n/app/compose.yaml\n include /app/b.yaml\n include /app/compose.yaml');
});

test('profiles leave services out until they are asked for', () => {
	const files = {'compose.yaml': 'services:\n  web: {image: nginx}\n  debug: {image: busybox, profiles: [dev]}\n'};
	const names = (profiles: readonly string[]) => {
		const {result} = load(files, {profiles});
		return refused(result) ? result.message : [...result.services.keys()];
	};
	expect(names([])).toEqual(['web']);
	expect(names(['dev'])).toEqual(['debug', 'web']);
	expect(configOf({'compose.yaml': 'services:\n  web: {image: nginx, depends_on: [debug]}\n  debug: {image: busybox, profiles: [dev]}\n'})).toBe('service "web" depends on undefined service "debug": invalid compose project');
});

test('anchors, merge keys and extension fields', () => {
	expect(configOf({'compose.yaml': 'x-base: &base {image: nginx, environment: {A: "1"}}\nservices:\n  web:\n    <<: *base\n    hostname: w\n'})).toBe(`name: app
services:
  web:
    environment:
      A: "1"
    hostname: w
    image: nginx
    networks:
      default: null
networks:
  default:
    name: app_default
x-base:
  environment:
    A: "1"
  image: nginx
`);
});

test.each([
	['services:\n  web: {}\n', 'service "web" has neither an image nor a build context specified: invalid compose project'],
	['services:\n  web: {image: a, networks: [front]}\n', 'service "web" refers to undefined network front: invalid compose project'],
	['services:\n  web: {image: a, volumes: ["data:/data"]}\n', 'service "web" refers to undefined volume data: invalid compose project'],
	['services:\n  web: {image: a, depends_on: [db]}\n', 'service "web" depends on undefined service "db": invalid compose project'],
	['services:\n  web: {image: a, secrets: [s]}\n', 'service "web" refers to undefined secret s: invalid compose project'],
	['services:\n  web: {image: a, configs: [c]}\n', 'service "web" refers to undefined config c: invalid compose project'],
	['services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n', 'dependency cycle detected: a -> b -> a'],
	['services:\n  a: {image: x, depends_on: [a]}\n', 'dependency cycle detected: a -> a'],
	['services:\n  a: {image: x, network_mode: host, networks: [n]}\nnetworks: {n: }\n', 'service a declares mutually exclusive `network_mode` and `networks`: invalid compose project'],
	['services:\n  a: {image: x, scale: 2, deploy: {replicas: 3}}\n', `services.a: can't set distinct values on 'scale' and 'deploy.replicas': invalid compose project`],
	['services:\n  a: {image: x, scale: 2, container_name: cc}\n', `services.scale: can't set container_name and a as container name must be unique: invalid compose project`],
	['services:\n  a: {image: x, healthcheck: {test: [curl]}}\n', 'healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"'],
	['services:\n  a: {image: x, ports: ["99999:80"]}\n', 'invalid hostPort: 99999'],
	['services:\n  a: {image: x, volumes: ["a::b"]}\n', 'invalid spec: a::b: empty section between colons'],
	['services:\n  a: {image: x, env_file: none.env}\n', 'env file /app/none.env not found: stat /app/none.env: no such file or directory'],
	['services:\n  a: {image: x, privileged: maybe}\n', 'error while interpolating services.a.privileged: failed to cast to expected type: invalid boolean: maybe'],
	['services:\n  a: {image: x, mem_limit: lots}\n', `error while interpolating services.a.mem_limit: failed to cast to expected type: invalid size: 'lots'`],
	['name: Shop\nservices:\n  a: {image: x}\n', 'invalid project name "Shop": must consist only of lowercase alphanumeric characters, hyphens, and underscores as well as start with a letter or number'],
	['configs: {c: {}}\nservices:\n  a: {image: x}\n', 'configs.c: one of file|environment|content must be set'],
	['volumes: {v: {external: true, driver: local}}\nservices:\n  a: {image: x}\n', 'volumes.v: conflicting parameters "external" and "driver" specified'],
	['', 'empty compose file'],
	['- a\n', 'top-level object must be a mapping'],
])('%j is refused', (text, words) => {
	expect(configOf({'compose.yaml': text})).toBe(words);
});

test.each([
	['services:\n  web: [a\n', 'yaml: line 3: did not find expected \',\' or \']\''],
	['services:\n\tweb: a\n', 'yaml: line 2: found character that cannot start any token'],
	['services: a: b\n', 'yaml: line 1: mapping values are not allowed in this context'],
	['a: *none\n', 'yaml: unknown anchor \'none\' referenced'],
	['services:\n  web: {image: a}\n  web: {image: b}\n', 'failed to parse /app/compose.yaml: yaml: unmarshal errors:\n  line 3: mapping key "web" already defined at line 2'],
])('%j is no YAML', (text, words) => {
	expect(configOf({'compose.yaml': text})).toBe(words);
});

test('files that would take for ever are refused soon', () => {
	const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x]', ...Array.from({length: 12}, (_, index) => `a${index + 1}: &a${index + 1} [${Array.from({length: 9}, () => `*a${index}`).join(', ')}]`)].join('\n');
	expect(configOf({'compose.yaml': `x-a:\n  ${bomb.replaceAll('\n', '\n  ')}\n`})).toBe('yaml: document contains excessive aliasing');
	expect(configOf({'compose.yaml': `x-a: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`})).toBe('virtlab: compose files nested deeper than 100 levels are not modelled');
	expect(configOf({'compose.yaml': `x-a: ${'- '.repeat(20_000)}\n`})).toMatch(/^(?:yaml|virtlab): /v);
	expect(configOf({'compose.yaml': `x-a: ${'a'.repeat(2_000_000)}\n`})).toBe('virtlab: compose files of more than 1024 KiB are not modelled');
	expect(configOf({'compose.yaml': 'x-a: &a [*a]\nservices: {}\n'})).toBe('yaml: anchor \'a\' value contains itself');
	const chain = Array.from({length: 5000}, (_, index) => `  s${index}: {image: x${index === 0 ? '' : `, depends_on: [s${index - 1}]`}}`).join('\n');
	expect(configOf({'compose.yaml': `services:\n${chain}\n`})).toContain('name: app\n');
});
