// Start: a compose file with a bit of everything, changed at random places. Whatever comes of it is a project or a refusal, never an
// exception; a project can be written, read again as the same, and turned into requests.

import fc from 'fast-check';
import {expect, test} from 'vitest';
import {createBody} from '../../../source/programs/compose/engine/create-body.js';
import {fileProblem, fileWarnings} from '../../../source/programs/compose/engine/mounts.js';
import {unmodelledField} from '../../../source/programs/compose/engine/unmodelled.js';
import {parseDotenv} from '../../../source/programs/compose/file/dotenv.js';
import {readYaml} from '../../../source/programs/compose/file/read-yaml.js';
import {writeYaml} from '../../../source/programs/compose/file/write-yaml.js';
import {serviceHash} from '../../../source/programs/compose/project/hash.js';
import {projectDocument} from '../../../source/programs/compose/project/project.js';
import {shellWords} from '../../../source/programs/compose/project/shell-words.js';
import {refused} from '../../../source/programs/docker/command/refusal.js';
import {marshal, type Json} from '../../../source/programs/docker/go/json.js';
import {load} from './loaded.js';

const file = `name: shop
x-base: &base {image: "nginx:\${TAG:-1}", restart: always, labels: {a: b}}
services:
  web:
    <<: *base
    ports: ["8080:80", "127.0.0.1:90-91:90-91/udp", {target: 5, published: "6"}]
    environment: {A: 1, B: null, C: "x=y"}
    depends_on: {db: {condition: service_healthy, restart: true}}
    volumes: [./a:/a:ro, data:/data, /anon, {type: tmpfs, target: /t, tmpfs: {size: 1m}}]
    command: sh -c "echo 'a b' && exit"
    networks: {front: {aliases: [w], ipv4_address: 10.0.0.5}, back: }
    deploy: {replicas: 2, resources: {limits: {cpus: "0.5", memory: 64M}}, restart_policy: {condition: any}}
    healthcheck: {test: ["CMD", "true"], interval: 1m30s, retries: 3}
    secrets: [s, {source: s, target: /x, mode: 0440}]
    configs: [{source: c, target: /c}]
    ulimits: {nofile: {soft: 1, hard: 2}, nproc: 4}
    extra_hosts: ["a:1.2.3.4", "b=::1"]
    stop_grace_period: 3s
    tmpfs: [/run, "/tmp:size=1m"]
  db:
    build: {context: ./db, args: [X=1, Y]}
    extends: {service: more}
    expose: [5432]
    profiles: []
  more: {image: busybox, entrypoint: [a, b], network_mode: none}
networks: {front: {ipam: {config: [{subnet: 10.0.0.0/24}]}}, back: {external: true}}
volumes: {data: {labels: [k=v]}}
secrets: {s: {environment: SECRET}}
configs: {c: {content: "line\\nother: \${WHO-x}\\n"}}
`;

const pieces = ['', '\n', ' ', '  ', ':', '- ', '{', '}', '[', ']', '"', '\'', '&base', '*base', '<<: ', '$', '${', '${X:-', '}', '|', '>', '#', '\t', '~', 'null', '0', '-1', '1e400', '__proto__', 'constructor', '!!binary ', '? ', '---\n', '\u0000', 'é', '😀', '../..', 'a'.repeat(300)];

type Edit = {readonly at: number; readonly cut: number; readonly piece: number};

function edited(edits: readonly Edit[]): string {
	return edits.reduce((text, {at, cut, piece}) => {
		const start = at % (text.length + 1);
		return text.slice(0, start) + pieces[piece % pieces.length]! + text.slice(start + cut);
	}, file);
}

function plain(value: Json): unknown {
	return JSON.parse(marshal(value));
}

test('any text is a project or a refusal', () => {
	let projects = 0;
	const edit = fc.record({at: fc.nat(5000), cut: fc.nat(12), piece: fc.nat(200)});
	fc.assert(fc.property(fc.array(edit, {maxLength: 3}), edits => {
		const {result} = load({'compose.yaml': edited(edits)}, {environment: {SECRET: 'pst', TAG: '2'}});
		if (refused(result)) {
			expect(result.message).not.toBe('');
			return;
		}

		projects++;
		const document = projectDocument(result);
		const again = readYaml(writeYaml(document));
		expect('documents' in again ? plain(again.documents[0]) : again).toEqual(plain(document));
		unmodelledField(result);
		for (const [name, service] of result.services) {
			serviceHash(service);
			fileProblem(result, service);
			fileWarnings(result, service);
			marshal(createBody(result, name, {name, number: 1, imageId: '', resolveMode: mode => mode}));
		}
	}), {seed: 7, numRuns: 150});
	// Most changes must leave something to look at.
	expect(projects).toBeGreaterThan(30);
}, 120_000);

test('any text is a file of variables or a mistake, and words or a mistake', () => {
	fc.assert(fc.property(fc.string({unit: fc.constantFrom(...'A=b \'"\\$#{}:\n\t-x'), maxLength: 40}), text => {
		parseDotenv(text, () => undefined);
		shellWords(text);
	}), {seed: 7, numRuns: 3000});
});

test('what YAML would take for something else is written in quotes', () => {
	fc.assert(fc.property(fc.oneof(fc.string({maxLength: 12}), fc.string({unit: fc.constantFrom(...'ab 1-:#,[]{}&*!|>\'"%@`~\n\t.=yn0xe+'), maxLength: 10})), text => {
		const again = readYaml(writeYaml(new Map<string, Json>([['k', text], ['l', [text]]])));
		expect('documents' in again ? plain(again.documents[0]) : again).toEqual({k: text, l: [text]});
	}), {seed: 7, numRuns: 3000});
});
