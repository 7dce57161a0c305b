// docker volume ls, create, rm. Source: docker/cli cli/command/volume/.

import {print} from '../client/client.js';
import {call, fetchJson, filterQuery} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {volumeCreateFlags, volumeLsFlags, volumeRmFlags, volumeUpdateFlags} from '../command/flag-table.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {formatRows} from '../format/formatter.js';
import {volumeFormat, volumeRow, volumeRows} from '../format/network-rows.js';
import {compareNatural} from '../format/text.js';
import {listOf, memberOf, textOf, type Json} from '../go/json.js';
import {forEach} from './each.js';
import {pairs} from './network.js';

export const listVolumes: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS]',
	short: 'List volumes',
	aliases: 'docker volume ls, docker volume list',
	flags: volumeLsFlags,
	arguments: {kind: 'none'},
	* run({client, flags}) {
		const answer = yield * fetchJson(client, {method: 'GET', path: '/volumes', query: filterQuery(flags.list('filter'))});
		if (refused(answer)) {
			return answer;
		}

		const name = (volume: Json) => textOf(memberOf(volume, 'Name'));
		const volumes = listOf(memberOf(answer.value, 'Volumes')).toSorted((a, b) => compareNatural(name(a), name(b)));
		const text = formatRows(volumeRows, volumes.map(volume => volumeRow(volume)), volumeFormat(flags.text('format'), flags.bool('quiet')));
		if (refused(text)) {
			return text;
		}

		yield * print(client, text);
		return 0;
	},
};

export const createVolume: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] [VOLUME]',
	short: 'Create a volume',
	flags: volumeCreateFlags,
	arguments: {kind: 'at-most', count: 1},
	run: makeVolume,
};

function * makeVolume({client, flags, args}: Call): Steps<number | Refusal> {
	if (flags.text('name') !== '' && args[0] !== undefined) {
		return refusal('conflicting options: cannot specify a volume-name through both --name and as a positional arg');
	}

	const name = args[0] ?? flags.text('name');
	const options = pairs(flags.list('opt'));
	const labels = pairs(flags.list('label'));
	const json = {
		Driver: flags.text('driver'), ...Object.keys(options).length === 0 ? {} : {DriverOpts: options}, ...Object.keys(labels).length === 0 ? {} : {Labels: labels}, ...name === '' ? {} : {Name: name},
	};
	const answer = yield * fetchJson(client, {method: 'POST', path: '/volumes/create', json});
	if (refused(answer)) {
		return answer;
	}

	yield * print(client, `${textOf(memberOf(answer.value, 'Name'))}\n`);
	return 0;
}

export const updateVolume: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] [VOLUME]',
	short: 'Update a volume (cluster volumes only)',
	flags: volumeUpdateFlags,
	arguments: {kind: 'exactly', count: 1},
	* run({client, args}) {
		const answer = yield * fetchJson(client, {method: 'GET', path: `/volumes/${args[0] ?? ''}`});
		// Volumes of a cluster need a swarm, which no host here is part of.
		return refused(answer) ? answer : refusal('Can only update cluster volumes');
	},
};

export const removeVolume: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] VOLUME [VOLUME...]',
	short: 'Remove one or more volumes',
	long: 'Remove one or more volumes. You cannot remove a volume that is in use by a container.',
	aliases: 'docker volume rm, docker volume remove',
	flags: volumeRmFlags,
	arguments: {kind: 'at-least', count: 1},
	run: called => forEach(called, name => call(called.client, {method: 'DELETE', path: `/volumes/${name}`, query: called.flags.bool('force') ? [['force', '1']] : []})),
};
