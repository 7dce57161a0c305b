// docker inspect, and that of containers, images, networks and volumes. Source: docker/cli cli/command/inspect/inspector.go,
// cli/command/system/inspect.go.

import {print, type Client} from '../client/client.js';
import {fetchJson, type Query} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {containerInspectFlags, imageInspectFlags, inspectFlags, networkInspectFlags, volumeInspectFlags} from '../command/flag-table.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {containerShape, imageShape, networkShape, volumeShape} from '../format/inspect-shapes.js';
import {execute, parse} from '../go-template/exec.js';
import {dockerFunctions} from '../go-template/functions.js';
import type {Template} from '../go-template/parser.js';
import {typed, untyped, type Shape} from '../go-template/value.js';
import {writeJson, type Json} from '../go/json.js';

type Kind = {
	readonly name: 'container' | 'image' | 'network' | 'volume';
	readonly shape: Shape;
	readonly path: (name: string) => string;
};

const kinds: readonly Kind[] = [
	{name: 'container', shape: containerShape, path: name => `/containers/${name}/json`},
	{name: 'image', shape: imageShape, path: name => `/images/${name}/json`},
	{name: 'network', shape: networkShape, path: name => `/networks/${name}`},
	{name: 'volume', shape: volumeShape, path: name => `/volumes/${name}`},
];

type Found = {readonly value: Json; readonly shape: Shape};
type Finder = (name: string) => Steps<Found | Refusal>;

/** Prints what `find` gives for each name, by a template or as JSON. */
export function * inspectAll({client, flags, args}: Call, find: Finder): Steps<number | Refusal> {
	const format = flags.text('format');
	const template = format === '' || format === 'json' ? undefined : parse(format, dockerFunctions);
	if (template !== undefined && 'error' in template) {
		return refusal(`template parsing error: ${template.error}`, 64);
	}

	const problems: string[] = [];
	const documents: Json[] = [];
	let text = '';
	for (const name of args) {
		const found = yield * find(name);
		const shown = refused(found) || template === undefined ? undefined : throughTemplate(template, found);
		if (refused(found)) {
			problems.push(found.message);
		} else if (refused(shown)) {
			problems.push(shown.message);
		} else {
			documents.push(found.value);
			text += shown ?? '';
		}
	}

	if (template === undefined) {
		yield * print(client, `${writeJson(documents, {escapeHtml: false, ...format === 'json' ? {} : {indent: 4}})}\n`);
	} else {
		yield * print(client, text === '' ? '\n' : text);
	}

	return problems.length === 0 ? 0 : refusal(problems.join('\n'));
}

/** First with the document's Go type; where that fails, with the bare document, whose errors are the ones people see. */
function throughTemplate(template: Template, {value, shape}: Found): string | Refusal {
	const first = execute(template, typed(value, shape), {functions: dockerFunctions});
	if (first.error === undefined) {
		return `${first.output}\n`;
	}

	const second = execute(template, untyped(value), {functions: dockerFunctions, missingKeyFails: true});
	return second.error === undefined ? `${second.output}\n` : refusal(`template parsing error: ${second.error}`);
}

function * findOne(client: Client, kind: Kind, name: string, query: Query = []): Steps<Found | Refusal> {
	const answer = yield * fetchJson(client, {method: 'GET', path: kind.path(name), query});
	return refused(answer) ? answer : {value: answer.value, shape: kind.shape};
}

export const inspect: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] NAME|ID [NAME|ID...]',
	short: 'Return low-level information on Docker objects',
	flags: inspectFlags,
	arguments: {kind: 'at-least', count: 1},
	run: inspectAnything,
};

function * inspectAnything(called: Call): Steps<number | Refusal> {
	const {client, flags} = called;
	const wanted = flags.text('type');
	if (flags.changed('type') && !kinds.some(({name}) => name === wanted)) {
		const others = new Set(['config', 'node', 'plugin', 'secret', 'service', 'task']);
		return refusal(wanted === '' ? 'type is empty: must be one of "config", "container", "image", "network", "node", "plugin", "secret", "service", "task", "volume"' : (others.has(wanted) ? `virtlab: docker inspect --type ${wanted} is not modelled` : `unknown type: ${JSON.stringify(wanted)}: must be one of "config", "container", "image", "network", "node", "plugin", "secret", "service", "task", "volume"`));
	}

	const size: Query = flags.bool('size') ? [['size', '1']] : [];
	return yield * inspectAll(called, function * (name): Steps<Found | Refusal> {
		// Simplified: the real client also asks for swarm objects and plugins before it gives up.
		for (const kind of kinds.filter(each => wanted === '' || each.name === wanted)) {
			const found = yield * findOne(client, kind, name, kind.name === 'container' ? size : []);
			if (!refused(found) || wanted !== '' || found.httpStatus !== 404) {
				return found;
			}
		}

		return refusal(`Error: No such object: ${name}`);
	});
}

const [containerKind, imageKind, networkKind, volumeKind] = kinds as readonly [Kind, Kind, Kind, Kind];

export const inspectContainer: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] CONTAINER [CONTAINER...]',
	short: 'Display detailed information on one or more containers',
	flags: containerInspectFlags,
	arguments: {kind: 'at-least', count: 1},
	run: called => inspectAll(called, name => findOne(called.client, containerKind, name, called.flags.bool('size') ? [['size', '1']] : [])),
};

export const inspectImage: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] IMAGE [IMAGE...]',
	short: 'Display detailed information on one or more images',
	flags: imageInspectFlags,
	arguments: {kind: 'at-least', count: 1},
	run: called => inspectAll(called, name => findOne(called.client, imageKind, name)),
};

export const inspectNetwork: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] NETWORK [NETWORK...]',
	short: 'Display detailed information on one or more networks',
	flags: networkInspectFlags,
	arguments: {kind: 'at-least', count: 1},
	run: called => inspectAll(called, name => findOne(called.client, networkKind, name, called.flags.bool('verbose') ? [['verbose', 'true']] : [])),
};

export const inspectVolume: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] VOLUME [VOLUME...]',
	short: 'Display detailed information on one or more volumes',
	flags: volumeInspectFlags,
	arguments: {kind: 'at-least', count: 1},
	run: called => inspectAll(called, name => findOne(called.client, volumeKind, name)),
};
