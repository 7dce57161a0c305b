// docker compose config and version. Source: docker/compose cmd/compose/{config,version}.go.

import {encodeText} from '../../../base/bytes.js';
import {write} from '../../../model/kernel/blocking.js';
import {errorTextOf, failed} from '../../../model/kernel/errno.js';
import {print} from '../../docker/client/client.js';
import {refusal, refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import {objectOf, textsOf, writeJson, type Json, type JsonObject} from '../../docker/go/json.js';
import {compareText} from '../../../base/bytes.js';
import {composeVersion, type Compose} from '../engine/compose.js';
import {writeYaml} from '../file/write-yaml.js';
import {serviceHash, serviceJson} from '../project/hash.js';
import {sortedDeep} from '../project/decode.js';
import {withIpam} from '../project/load-project.js';
import {imageOf, projectDocument, selectServices, type Project} from '../project/project.js';
import {anyNumber, services, type ComposeCall, type ComposeCommand} from './command.js';
import {configFlags, versionFlags} from './flag-table.js';
import {openModel, projectOf, situationOf} from './project-source.js';

export const config: ComposeCommand = {kind: 'command', use: `[OPTIONS] ${services}`, short: 'Parse, resolve and render compose file in canonical format', flags: configFlags, arguments: anyNumber, run: showConfig};

function * showConfig({compose, flags, args}: ComposeCall): Steps<number | Refusal> {
	if (flags.bool('environment')) {
		return yield * showEnvironment(compose);
	}

	const format = flags.text('format');
	if (!['', 'yaml', 'json'].includes(format)) {
		return refusal(`unsupported format "${format}"`);
	}

	const isQuiet = flags.bool('quiet');
	const reading = {isResolved: !flags.bool('no-path-resolution'), isChecked: !flags.bool('no-consistency'), keepsEnvFiles: flags.bool('no-env-resolution')};
	if (flags.bool('no-interpolate') && !isQuiet && !listFlags.some(([flag]) => flags.bool(flag))) {
		const model = yield * openModel(compose, reading);
		return refused(model) ? model : yield * written(compose, flags.text('output'), format === 'json' ? `${writeJson(sortedDeep(model), {escapeHtml: true, indent: 2})}\n` : writeYaml(sortedDeep(model)));
	}

	const loaded = yield * projectOf(compose, args, reading);
	const project = refused(loaded) ? loaded : selectServices(loaded, args, true);
	if (refused(project) || isQuiet) {
		return refused(project) ? project : 0;
	}

	const names = listFlags.find(([flag]) => flags.bool(flag));
	const text = names === undefined ? (flags.changed('hash') ? hashes(project, flags.text('hash')) : document(project, format)) : lines(names[1](project));
	if (refused(text)) {
		return text;
	}

	return yield * written(compose, flags.text('output'), text);
}

const listFlags: ReadonlyArray<readonly [flag: string, names: (project: Project) => readonly string[]]> = [
	['services', project => [...project.services.keys()]], ['volumes', project => [...project.volumes.keys()]], ['networks', project => [...project.networks.keys()]],
	['profiles', project => [...new Set([...project.services.values(), ...project.disabled.values()].flatMap(service => textsOf(service.get('profiles'))))].sort(compareText)],
	['images', project => [...project.services.keys()].map(name => imageOf(project, name))],
];

function lines(words: readonly string[]): string {
	return words.map(word => `${word}\n`).join('');
}

function hashes(project: Project, wanted: string): string | Refusal {
	const names = wanted === '*' ? [...project.services.keys()] : wanted.split(',');
	const unknown = names.find(name => !project.services.has(name));
	return unknown === undefined ? lines(names.toSorted(compareText).map(name => `${name} ${serviceHash(project.services.get(name)!)}`)) : refusal(`no such service: ${unknown}`);
}

/** A dollar is doubled, so that the text may be read again as a compose file. */
function document(project: Project, format: string): string {
	const whole = escaped(projectDocument(project));
	return format === 'json' ? `${writeJson(jsonForm(objectOf(whole)), {escapeHtml: true, indent: 2})}\n` : `${writeYaml(whole)}`;
}

function escaped(value: Json): Json {
	if (Array.isArray(value)) {
		return (value as readonly Json[]).map(item => escaped(item));
	}

	if (value instanceof Map) {
		return new Map([...value as JsonObject].map(([name, item]) => [name, escaped(item)]));
	}

	return typeof value === 'string' ? value.replaceAll('$', '$$$$') : value;
}

function jsonForm(whole: JsonObject): JsonObject {
	const services = new Map([...objectOf(whole.get('services'))].map(([name, service]) => [name, serviceJson(objectOf(service))]));
	const networks = new Map([...objectOf(whole.get('networks'))].map(([name, network]) => [name, withIpam(objectOf(network))]));
	const sections = new Map<string, Json>([...whole, ['services', services], ...networks.size === 0 ? [] : [['networks', networks]] as const]);
	return new Map([...sections].sort(([a], [b]) => compareText(a, b)));
}

function * written({client}: Compose, path: string, text: string): Steps<number | Refusal> {
	if (path === '') {
		yield * print(client, text);
		return 0;
	}

	const fd = client.process.sys.open(path, {write: true, create: true, truncate: true}, 0o666);
	if (failed(fd)) {
		return refusal(`open ${path}: ${errorTextOf(fd).toLowerCase()}`);
	}

	yield * write(client.process, fd, encodeText(text));
	client.process.sys.close(fd);
	return 0;
}

function * showEnvironment(compose: Compose): Steps<number | Refusal> {
	const situation = yield * situationOf(compose);
	if (refused(situation)) {
		return situation;
	}

	yield * print(compose.client, lines([...situation.environment].map(([name, value]) => `${name}=${value}`).sort(compareText)));
	return 0;
}

export const version: ComposeCommand = {
	kind: 'command', use: '[OPTIONS]', short: 'Show the Docker Compose version information', flags: versionFlags, arguments: anyNumber,
	* run({compose, flags}) {
		const text = flags.bool('short') ? `${composeVersion}\n` : (flags.text('format') === 'json' ? `{"version":"v${composeVersion}"}\n` : `Docker Compose version v${composeVersion}\n`);
		yield * print(compose.client, text);
		return 0;
	},
};
