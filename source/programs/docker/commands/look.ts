// docker port, top, diff: what a container has open, runs, and changed. Source: docker/cli cli/command/container/{port,top,diff}.go.

import {print} from '../client/client.js';
import {fetchJson} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {alignColumns} from '../format/tab-writer.js';
import {compareNatural, hostPort} from '../format/text.js';
import {listOf, memberOf, numberOf, objectOf, textOf, textsOf, type Json} from '../go/json.js';

export const port: CommandSpec = {
	kind: 'command',
	use: 'CONTAINER [PRIVATE_PORT[/PROTO]]',
	short: 'List port mappings or a specific mapping for the container',
	aliases: 'docker container port, docker port',
	flags: [],
	arguments: {kind: 'between', from: 1, to: 2},
	run: showPorts,
};

function * showPorts({client, args}: Call): Steps<number | Refusal> {
	const [container = '', wanted] = args;
	const answer = yield * fetchJson(client, {method: 'GET', path: `/containers/${container}/json`});
	if (refused(answer)) {
		return answer;
	}

	const ports = objectOf(memberOf(answer.value, 'NetworkSettings', 'Ports'));
	if (wanted === undefined) {
		const lines = [...ports].flatMap(([name, bindings]) => listOf(bindings).map(binding => `${name} -> ${bindingText(binding)}`));
		yield * print(client, lines.toSorted(compareNatural).map(line => `${line}\n`).join(''));
		return 0;
	}

	const [number = '', protocol = 'tcp'] = wanted.split('/');
	if (!/^\d+$/v.test(number) || Number(number) > 65_535) {
		return refusal(`Error: invalid port (${number}): invalid port '${number}': invalid syntax`);
	}

	const bindings = listOf(ports.get(`${number}/${protocol}`));
	if (bindings.length === 0) {
		return refusal(`Error: No public port '${wanted}' published for ${container}`);
	}

	yield * print(client, bindings.map(binding => bindingText(binding)).toSorted(compareNatural).map(line => `${line}\n`).join(''));
	return 0;
}

function bindingText(binding: Json): string {
	return hostPort(textOf(memberOf(binding, 'HostIp')), textOf(memberOf(binding, 'HostPort')));
}

export const top: CommandSpec = {
	kind: 'command',
	use: 'CONTAINER [ps OPTIONS]',
	short: 'Display the running processes of a container',
	aliases: 'docker container top, docker top',
	flags: [],
	arguments: {kind: 'at-least', count: 1},
	isInterspersed: false,
	run: showProcesses,
};

function * showProcesses({client, args}: Call): Steps<number | Refusal> {
	const [container = '', ...options] = args;
	const answer = yield * fetchJson(client, {method: 'GET', path: `/containers/${container}/top`, query: options.length === 0 ? [] : [['ps_args', options.join(' ')]]});
	if (refused(answer)) {
		return answer;
	}

	const rows = [textsOf(memberOf(answer.value, 'Titles')), ...listOf(memberOf(answer.value, 'Processes')).map(process => textsOf(process))];
	yield * print(client, alignColumns(rows.map(cells => `${cells.join('\t')}\n`).join(''), 20));
	return 0;
}

export const diff: CommandSpec = {
	kind: 'command',
	use: 'CONTAINER',
	short: 'Inspect changes to files or directories on a container\'s filesystem',
	aliases: 'docker container diff, docker diff',
	flags: [],
	arguments: {kind: 'exactly', count: 1},
	run: showChanges,
};

const changeLetters = ['C', 'A', 'D'];

function * showChanges({client, args}: Call): Steps<number | Refusal> {
	if (args[0] === '') {
		return refusal('Container name cannot be empty');
	}

	const answer = yield * fetchJson(client, {method: 'GET', path: `/containers/${args[0]}/changes`});
	if (refused(answer)) {
		return answer;
	}

	yield * print(client, listOf(answer.value).map(change => `${changeLetters[numberOf(memberOf(change, 'Kind'))] ?? ''} ${textOf(memberOf(change, 'Path'))}\n`).join(''));
	return 0;
}
