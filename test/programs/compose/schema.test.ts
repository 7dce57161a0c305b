// Our judge of compose files against another validator (ajv) on the published schema: for whole files, changed at random places, both
// must say the same. And the words of compose for what is wrong.

import {Ajv} from 'ajv';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import schema from '../../../source/programs/compose/schema/compose-spec.json' with {type: 'json'};
import {fileStruct, networkStruct, serviceStruct, volumeStruct, type Kind, type Struct} from '../../../source/programs/compose/project/struct-tables.js';
import {schemaProblem} from '../../../source/programs/compose/schema/validate.js';
import {parseJson, type Json} from '../../../source/programs/docker/go/json.js';
import {readYaml} from '../../../source/programs/compose/file/read-yaml.js';
import {configOf} from './loaded.js';

const {$schema: _draft, ...rules} = schema;
const theirs = new Ajv({strict: false, validateFormats: false, unicodeRegExp: true}).compile(rules);

type Plain = null | boolean | number | string | Plain[] | {[name: string]: Plain};

const seeds: readonly Plain[] = [
	{
		name: 'shop', version: '3', 'x-note': {any: [1, null]},
		services: {
			web: {
				image: 'nginx', build: {context: '.', args: ['A=1'], target: 'run'}, ports: ['80:80', {target: 80, published: '8080'}], environment: {A: null, B: 1, C: true}, depends_on: {db: {condition: 'service_healthy', required: true}},
				deploy: {replicas: 2, resources: {limits: {cpus: '0.5', memory: '64M'}}, restart_policy: {condition: 'any', max_attempts: 3}}, healthcheck: {test: ['CMD', 'true'], interval: '1s', retries: 3},
				networks: {front: {aliases: ['w']}, back: null}, volumes: ['data:/data', {type: 'bind', source: '.', target: '/x', bind: {create_host_path: false}}], command: ['a'], entrypoint: null, cap_add: ['A', 'B'],
				ulimits: {nofile: {soft: 1, hard: 2}, nproc: 3}, logging: {driver: 'json-file', options: {'max-size': '1m'}}, extra_hosts: ['a:1.2.3.4'], sysctls: {a: 1}, tmpfs: '/t', secrets: ['s', {source: 's', mode: 292}], profiles: ['p'],
				env_file: [{path: 'a', required: false}, 'b'], extends: {service: 'x'}, pull_policy: 'always', oom_score_adj: 5, cpu_count: 1, cpu_percent: 50, develop: {watch: [{path: '.', action: 'sync', target: '/'}]}, gpus: 'all',
			},
			db: {image: 'redis', labels: ['a=b'], dns: ['1.1.1.1'], restart: 'always', scale: 1},
		},
		networks: {front: {driver: 'bridge', ipam: {config: [{subnet: '10.0.0.0/24'}]}}, back: null, out: {external: true, name: 'o'}},
		volumes: {data: null, more: {labels: {a: 'b'}, driver_opts: {o: 'bind', n: 1}}}, secrets: {s: {file: './s'}}, configs: {c: {content: 'x'}}, include: ['a.yml', {path: ['b'], env_file: 'c'}],
	},
];

const values: readonly Plain[] = [null, true, false, 0, 1, -1, 1.5, 101, '', 'a', 'service_healthy', 'host', [], ['a'], ['a', 'a'], [1], [null], {}, {a: 'b'}, {a: null}, {'x-a': 1}, {condition: 'service_started'}, {path: 'p'}, [{}], {soft: 1, hard: 1}];
const names: readonly string[] = ['x-extra', 'imagee', 'image', 'name', 'external', 'a b', 'path', 'condition', 'target', '__proto__', 'constructor', 'driver', 'labels', 'ports'];

/** Every place in a value, as the names that lead to it. */
function places(value: Plain, at: ReadonlyArray<string | number> = []): Array<ReadonlyArray<string | number>> {
	const inner = Array.isArray(value) ? value.flatMap((item, index) => places(item, [...at, index])) : (typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([name, item]) => places(item, [...at, name])) : []);
	return [at, ...inner];
}

type Change = {readonly place: number; readonly how: number; readonly value: number; readonly name: number};

function changed(value: Plain, {place, how, value: which, name}: Change): Plain {
	const copy = structuredClone(value);
	const all = places(copy);
	const at = all[place % all.length]!;
	if (at.length === 0) {
		return copy;
	}

	const parent = at.slice(0, -1).reduce<Plain>((here, step) => (here as Record<string, Plain>)[step]!, copy) as Record<string, Plain>;
	const last = String(at.at(-1));
	const target = parent[last];
	if (how % 4 === 0) {
		parent[last] = structuredClone(values[which % values.length]!);
	} else if (how % 4 === 1 && Array.isArray(parent)) {
		parent.splice(Number(last), 1);
	} else if (how % 4 === 1) {
		Reflect.deleteProperty(parent, last);
	} else if (typeof target === 'object' && target !== null && !Array.isArray(target)) {
		Object.defineProperty(target, names[name % names.length]!, {value: structuredClone(values[which % values.length]!), enumerable: true, configurable: true, writable: true});
	} else if (Array.isArray(target)) {
		target.push(structuredClone(values[which % values.length]!));
	}

	return copy;
}

function asJson(value: Plain): Json {
	const parsed = parseJson(JSON.stringify(value));
	return 'value' in parsed ? parsed.value : undefined;
}

test('a file is right for us exactly if it is for ajv', () => {
	const change = fc.record({place: fc.nat(500), how: fc.nat(3), value: fc.nat(100), name: fc.nat(100)});
	let rejected = 0;
	fc.assert(fc.property(fc.array(change, {minLength: 0, maxLength: 4}), changes => {
		const file = changes.reduce<Plain>((value, each) => changed(value, each), seeds[0]!);
		const ours = schemaProblem(asJson(file)) === undefined;
		rejected += ours ? 0 : 1;
		expect(ours).toBe(theirs(JSON.parse(JSON.stringify(file))));
	}), {seed: 1, numRuns: 1000});
	// Both verdicts must occur, or the comparison says nothing.
	expect(rejected).toBeGreaterThan(150);
	expect(rejected).toBeLessThan(950);
});

test.each([
	['services:\n  web:\n    imagee: nginx\n', `services.web additional properties 'imagee' not allowed`],
	['services: web\n', 'services must be a mapping'],
	['services:\n  web: nginx\n', 'services.web must be a mapping'],
	['services:\n  web:\n    image: 5\n', 'services.web.image must be a string'],
	['services:\n  web:\n    image: a\n    ports: 80\n', 'services.web.ports must be a array'],
	['services:\n  web:\n    image: a\n    depends_on:\n      db:\n        condition: ready\n', `services.web.depends_on.db.condition value must be one of 'service_started', 'service_healthy', 'service_completed_successfully'`],
	['services:\n  web:\n    image: a\n    depends_on:\n      db: {}\n', `services.web.depends_on.db missing property 'condition'`],
	['services:\n  web:\n    image: a\n    cap_add: [A, A]\n', 'services.web.cap_add items at 0 and 1 are equal'],
	['services:\n  web:\n    image: a\n    cpu_percent: 101\n', 'services.web.cpu_percent must be a string'],
	['services:\n  web:\n    image: a\n    stdin_open: [1]\n', 'services.web.stdin_open must be a boolean or string'],
	['service:\n  web:\n    image: a\n', ` additional properties 'service' not allowed`],
	['services:\n  "a b":\n    image: a\n', `services additional properties 'a b' not allowed`],
])('%j', (text, words) => {
	const read = readYaml(text);
	expect('documents' in read ? schemaProblem(read.documents[0]) : read).toBe(words);
});

test('the message names the file', () => {
	expect(configOf({'compose.yaml': 'services:\n  web:\n    imagee: nginx\n'})).toBe(`validating /app/compose.yaml: services.web additional properties 'imagee' not allowed`);
});

type Rules = {readonly $ref?: string; readonly oneOf?: readonly Rules[]; readonly properties?: Readonly<Record<string, Rules>>; readonly items?: Rules; readonly patternProperties?: Readonly<Record<string, Rules>>};
const definitions = schema.definitions as unknown as Readonly<Record<string, Rules>>;

/** The forms that a value may have, references followed. */
function forms(rule: Rules): readonly Rules[] {
	const own = rule.$ref === undefined ? rule : definitions[rule.$ref.split('/').at(-1)!]!;
	return [own, ...(own.oneOf ?? []).flatMap(option => forms(option))];
}

/** Properties of the schema that a structure has no field for. */
function unplaced(rule: Rules, kind: Kind | Struct, at: string): readonly string[] {
	if (typeof kind === 'string') {
		return [];
	}

	const [struct, inner] = 'list' in kind && typeof kind['list'] === 'object' ? [kind['list'] as Struct, (form: Rules) => form.items === undefined ? [] : forms(form.items)] as const
		: ('map' in kind ? [kind['map'] as Struct | 'ulimit', (form: Rules) => Object.values(form.patternProperties ?? {}).flatMap(each => forms(each))] as const
			: ['struct' in kind && typeof kind['struct'] === 'object' ? kind['struct'] as Struct : kind as Struct, (form: Rules) => [form]] as const);
	return typeof struct === 'string' ? [] : forms(rule).flatMap(form => inner(form)).flatMap(form => Object.entries(form.properties ?? {}).flatMap(([name, each]) => Object.hasOwn(struct, name) ? unplaced(each, struct[name]!, `${at}.${name}`) : [`${at}.${name}`]));
}

test('every property that the schema allows has its place, so that none is dropped unseen', () => {
	const missing = [['service', serviceStruct], ['network', networkStruct], ['volume', volumeStruct], ['secret', fileStruct], ['config', fileStruct]] as const;
	expect(missing.flatMap(([name, struct]) => unplaced(definitions[name]!, struct, name))).toEqual([]);
	expect(unplaced(definitions['service']!, {image: 'text'}, 'service')).toContain('service.ports');
});
