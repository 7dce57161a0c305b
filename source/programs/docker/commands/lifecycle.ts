// docker stop, restart, kill, pause, unpause, rm, wait, rename. Source: docker/cli cli/command/container/.

import {print, warn} from '../client/client.js';
import {call, fetchJson, type Query} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {killFlags, restartFlags, rmFlags, stopFlags} from '../command/flag-table.js';
import type {Flags} from '../command/flag-set.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {memberOf, numberOf} from '../go/json.js';
import {forEach} from './each.js';

const containers = 'CONTAINER [CONTAINER...]';
const some = {kind: 'at-least', count: 1} as const;

function stopQuery(flags: Flags): Query {
	return [
		...flags.text('signal') === '' ? [] : [['signal', flags.text('signal')]] as const,
		...flags.changed('timeout') ? [['t', String(flags.int('timeout'))]] as const : [],
	];
}

export const stop: CommandSpec = {
	kind: 'command',
	use: `[OPTIONS] ${containers}`,
	short: 'Stop one or more running containers',
	aliases: 'docker container stop, docker stop',
	flags: stopFlags,
	arguments: some,
	run: each => forEach(each, name => call(each.client, {method: 'POST', path: `/containers/${name}/stop`, query: stopQuery(each.flags)})),
};

export const restart: CommandSpec = {
	kind: 'command',
	use: `[OPTIONS] ${containers}`,
	short: 'Restart one or more containers',
	aliases: 'docker container restart, docker restart',
	flags: restartFlags,
	arguments: some,
	run: each => forEach(each, name => call(each.client, {method: 'POST', path: `/containers/${name}/restart`, query: stopQuery(each.flags)})),
};

export const kill: CommandSpec = {
	kind: 'command',
	use: `[OPTIONS] ${containers}`,
	short: 'Kill one or more running containers',
	aliases: 'docker container kill, docker kill',
	flags: killFlags,
	arguments: some,
	run: each => forEach(each, name => {
		const signal = each.flags.text('signal');
		return call(each.client, {method: 'POST', path: `/containers/${name}/kill`, query: signal === '' ? [] : [['signal', signal]]});
	}),
};

export const pause: CommandSpec = {
	kind: 'command',
	use: containers,
	short: 'Pause all processes within one or more containers',
	aliases: 'docker container pause, docker pause',
	flags: [],
	arguments: some,
	run: each => forEach(each, name => call(each.client, {method: 'POST', path: `/containers/${name}/pause`})),
};

export const unpause: CommandSpec = {
	kind: 'command',
	use: containers,
	short: 'Unpause all processes within one or more containers',
	aliases: 'docker container unpause, docker unpause',
	flags: [],
	arguments: some,
	run: each => forEach(each, name => call(each.client, {method: 'POST', path: `/containers/${name}/unpause`})),
};

export const rm: CommandSpec = {
	kind: 'command',
	use: `[OPTIONS] ${containers}`,
	short: 'Remove one or more containers',
	aliases: 'docker container rm, docker container remove, docker rm',
	flags: rmFlags,
	arguments: some,
	run: removeContainers,
};

function * removeContainers({client, flags, args}: Call): Steps<number | Refusal> {
	const query: Query = [
		...flags.bool('force') ? [['force', '1']] as const : [],
		...flags.bool('link') ? [['link', '1']] as const : [],
		...flags.bool('volumes') ? [['v', '1']] as const : [],
	];
	const problems: string[] = [];
	for (const name of args) {
		const bare = name.replace(/^\/+|\/+$/gv, '');
		const outcome = bare === '' ? refusal('container name cannot be empty') : yield * call(client, {method: 'DELETE', path: `/containers/${bare}`, query});
		if (!refused(outcome)) {
			yield * print(client, `${name}\n`);
		} else if (flags.bool('force') && outcome.httpStatus === 404) {
			yield * warn(client, `${outcome.message}\n`);
		} else {
			problems.push(outcome.message);
		}
	}

	return problems.length === 0 ? 0 : refusal(problems.join('\n'));
}

export const wait: CommandSpec = {
	kind: 'command',
	use: containers,
	short: 'Block until one or more containers stop, then print their exit codes',
	aliases: 'docker container wait, docker wait',
	flags: [],
	arguments: some,
	run: waitForContainers,
};

function * waitForContainers({client, args}: Call): Steps<number | Refusal> {
	const problems: string[] = [];
	for (const name of args) {
		const answer = yield * fetchJson(client, {method: 'POST', path: `/containers/${name}/wait`});
		if (refused(answer)) {
			problems.push(answer.message);
		} else {
			yield * print(client, `${numberOf(memberOf(answer.value, 'StatusCode'))}\n`);
		}
	}

	return problems.length === 0 ? 0 : refusal(problems.join('\n'));
}

export const rename: CommandSpec = {
	kind: 'command',
	use: 'CONTAINER NEW_NAME',
	short: 'Rename a container',
	aliases: 'docker container rename, docker rename',
	flags: [],
	arguments: {kind: 'exactly', count: 2},
	run: renameContainer,
};

function * renameContainer({client, args}: Call): Steps<number | Refusal> {
	const [oldName = '', newName = ''] = args.map(name => name.trim());
	if (oldName === '' || newName === '') {
		return refusal('Error: Neither old nor new names may be empty');
	}

	const outcome = yield * call(client, {method: 'POST', path: `/containers/${oldName}/rename`, query: [['name', newName]]});
	return refused(outcome) ? refusal(`${outcome.message}\nError: failed to rename container named ${oldName}`) : 0;
}
