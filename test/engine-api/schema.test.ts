// Every JSON answer of the engine against the Engine API's own description of it, swagger.yaml of version 1.51 in moby/moby. The file is not part
// of this project: ENGINE_API_SWAGGER names it, and without it the test is skipped.

import {readFileSync} from 'node:fs';
import {Ajv2019, type ValidateFunction} from 'ajv/dist/2019.js';
import {expect, test} from 'vitest';
import {parse} from 'yaml';
import {concatBytes, decodeText, encodeText} from '../../source/base/bytes.js';
import {encodeRequest, responseParser} from '../../source/base/http.js';
import {apply, startSession} from '../../source/session/apply.js';
import {sendingOf} from '../../source/session/clients.js';
import type {Session} from '../../source/session/session.js';

const path = process.env['ENGINE_API_SWAGGER'];

type Schema = {readonly [key: string]: unknown};
type Swagger = {readonly definitions: Schema; readonly paths: Readonly<Record<string, Readonly<Record<string, {readonly responses: Readonly<Record<string, {readonly schema?: Schema}>>}>>>>};

/** Pointers in Go of which the description does not say so. */
const pointers = ['MemorySwappiness'];

const dropped = new Set(['example', 'examples', 'format', 'x-nullable', 'x-go-name', 'x-go-type', 'x-omitempty', 'x-go-package', 'description', 'title', 'default', 'readOnly', 'externalDocs']);

/**
 * Swagger 2.0 as JSON Schema. Go writes nil slices, maps and pointers as null, whatever the description says. What has properties has no others,
 * unless it is a part of something (`isPart`), which then says so of the whole.
 */
function convert(value: unknown, isPart = false): unknown {
	if (Array.isArray(value)) {
		return value.map(each => convert(each, isPart));
	}

	if (typeof value !== 'object' || value === null) {
		return value;
	}

	const kept = Object.entries(value as Schema).filter(([name, part]) => !dropped.has(name) || (typeof part === 'object' && part !== null && !Array.isArray(part)));
	const schema = Object.fromEntries(kept.map(([name, part]) => [name, name === 'enum' || name === 'required' ? part : (name === 'properties' ? propertiesOf(part as Schema) : convert(part, name === 'allOf'))])) as Record<string, unknown>;
	if (typeof schema['$ref'] === 'string') {
		return isPart ? {$ref: `${schema['$ref']}.part`} : {anyOf: [{$ref: schema['$ref']}, {type: 'null'}]};
	}

	if (!isPart && (schema['properties'] !== undefined || schema['allOf'] !== undefined) && schema['additionalProperties'] === undefined) {
		schema['unevaluatedProperties'] = false;
	}

	return isNullable(value as Schema) ? {...schema, type: [schema['type'], 'null']} : schema;
}

function isNullable({type, 'x-nullable': nullable}: Schema): boolean {
	return type === 'object' || type === 'array' || (typeof type === 'string' && nullable === true);
}

function propertiesOf(properties: Schema): Schema {
	return Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, pointers.includes(name) ? {anyOf: [convert(part), {type: 'null'}]} : convert(part)]));
}

/** Requests and what they need, in the order in which they are made: `line` is typed in the host's shell. */
const requests: ReadonlyArray<readonly [line: string] | readonly [method: string, target: string, body?: object]> = [
	['docker pull -q busybox'], ['docker network create app'], ['docker volume create data'],
	['docker run -d --name c1 --network app -p 8080:80 -v data:/data -e A=b --label x=y --health-cmd true --health-interval 1s -m 64m --restart always --init --ulimit nofile=10:20 busybox sleep 1000'],
	['docker run --name c2 busybox false'], ['docker exec c1 touch /new'], ['sleep 3'],
	['GET', '/version'], ['GET', '/info'], ['GET', '/system/df'], ['GET', '/containers/json?all=1&size=1'], ['GET', '/containers/c1/json?size=1'], ['GET', '/containers/c2/json'],
	['GET', '/containers/c1/top'], ['GET', '/containers/c1/changes'], ['GET', '/containers/c1/stats?stream=false&one-shot=true'],
	['GET', '/images/json'], ['GET', '/images/busybox/json'], ['GET', '/images/busybox/history'], ['GET', '/networks'], ['GET', '/networks/app'], ['GET', '/volumes'], ['GET', '/volumes/data'],
	['POST', '/containers/create?name=c3', {Image: 'busybox', Cmd: ['true']}], ['POST', '/containers/c1/exec', {Cmd: ['true'], AttachStdout: true}], ['POST', '/containers/c2/wait'],
	['POST', '/containers/c1/update', {Memory: 134_217_728, MemorySwap: 268_435_456}], ['POST', '/networks/create', {Name: 'other'}], ['POST', '/volumes/create', {Name: 'more'}],
	['POST', '/commit?container=c2&repo=made', {}], ['POST', '/containers/prune'], ['POST', '/images/prune'], ['POST', '/networks/prune'], ['POST', '/volumes/prune'], ['POST', '/build/prune'],
	['GET', '/events?since=0&until=1'], ['DELETE', '/images/made'], ['GET', '/containers/nosuch/json'], ['POST', '/containers/create', {Image: 'nosuch'}], ['DELETE', '/containers/c1'], ['GET', '/plugins'],
];

function routeOf(swagger: Swagger, method: string, target: string): {readonly pattern: string; readonly responses: Readonly<Record<string, {readonly schema?: Schema}>>} | undefined {
	const bare = target.split('?')[0]!;
	const patterns = Object.keys(swagger.paths).filter(pattern => swagger.paths[pattern]![method.toLowerCase()] !== undefined && new RegExp(`^${pattern.replaceAll(/\{\w+\}/gv, '[^\\/]+')}$`, 'v').test(bare));
	const pattern = patterns.sort((a, b) => Number(a.includes('{')) - Number(b.includes('{')))[0];
	return pattern === undefined ? undefined : {pattern, responses: swagger.paths[pattern]![method.toLowerCase()]!.responses};
}

test.skipIf(path === undefined)('answers are what the description says', () => {
	const swagger = parse(readFileSync(path!, 'utf8')) as Swagger;
	const ajv = new Ajv2019({strict: false, allErrors: true, validateFormats: false});
	const definitions = Object.fromEntries(Object.entries(swagger.definitions).flatMap(([name, schema]) => [[name, convert(schema)], [`${name}.part`, convert(schema, true)]]));
	ajv.addSchema({$id: 'engine', definitions});
	const validatorOf = (schema: Schema): ValidateFunction => ajv.compile(JSON.parse(JSON.stringify(convert(schema)).replaceAll('"#/definitions/', '"engine#/definitions/')) as Schema);
	let {session} = startSession({lab: undefined, scenario: 'default', seed: 1, learner: 'ann', interactive: false, columns: 80, rows: 24});
	for (const [index, [first, target, body]] of requests.entries()) {
		if (target === undefined) {
			session = apply(session, {type: 'line', text: first}).session;
			continue;
		}

		const asked = ask(session, index + 1, first, target, body);
		session = asked.session;
		const route = routeOf(swagger, first, target);
		const schema = route?.responses[String(asked.status)]?.schema;
		expect.soft({request: `${first} ${target}`, described: schema !== undefined}).toEqual({request: `${first} ${target}`, described: true});
		const isValid = schema === undefined ? undefined : validatorOf(schema);
		for (const line of asked.text.split('\n').filter(each => each.trim() !== '')) {
			isValid?.(JSON.parse(line));
			const problems = (isValid?.errors ?? []).filter(({message}) => message !== 'must be null' && message !== 'must match a schema in anyOf').map(error => `${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`);
			expect.soft({request: `${first} ${target}`, problems}).toEqual({request: `${first} ${target}`, problems: []});
		}
	}
});

function ask(before: Session, connection: number, method: string, target: string, body: object | undefined): {readonly session: Session; readonly status: number; readonly text: string} {
	const bytes = body === undefined ? new Uint8Array(0) : encodeText(JSON.stringify(body));
	const request = encodeRequest({method, target, headers: [['Host', 'docker'], ['Connection', 'close'], ['Content-Type', 'application/json']], body: bytes});
	const opened = apply(before, {type: 'client', connection, does: 'connect'}).session;
	let applied = apply(opened, sendingOf(connection, request));
	const parts = [...applied.replies];
	for (let seconds = 0; seconds < 5 && !parts.some(({isEnd}) => isEnd); seconds++) {
		applied = apply(applied.session, {type: 'advance', ns: 1e9});
		parts.push(...applied.replies);
	}

	let status = 0;
	let text = '';
	for (const event of responseParser(method).push(concatBytes(parts.map(reply => reply.bytes)))) {
		status = event.kind === 'head' ? event.head.status : status;
		text += event.kind === 'body' ? decodeText(event.bytes) : '';
	}

	return {session: applied.session, status, text};
}
