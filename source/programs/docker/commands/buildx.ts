// docker buildx du, ls, inspect and version: the one builder that there is, which is the daemon's own BuildKit.
// Source: docker/buildx commands/{du,ls,inspect,version}.go.
//
// Simplified: of what inspect tells the rules of garbage collection are missing, because the cache has none here.

import {parseRfc3339} from '../../../base/internet-date.js';
import {print, unixTime} from '../client/client.js';
import {fetchJson, filterQuery} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {buildxFlags, duFlags, inspectBuilderFlags, lsBuilderFlags} from '../command/flag-table.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {alignColumns} from '../format/tab-writer.js';
import {ago} from '../format/text.js';
import {humanSize} from '../go/size.js';
import {flagOf, listOf, memberOf, numberOf, textOf, type Json} from '../go/json.js';

const buildxVersion = 'v0.29.1';
/** Of engine 28.5.2. */
const buildkitVersion = 'v0.25.2';
const platforms = 'linux/amd64, linux/amd64/v2, linux/amd64/v3';

export const diskUsage: CommandSpec = {
	kind: 'command', use: '', usagePath: 'docker buildx du', short: 'Disk usage', flags: duFlags, arguments: {kind: 'none'}, run: showDiskUsage,
};

function * showDiskUsage({client, flags}: Call): Steps<number | Refusal> {
	const answer = yield * fetchJson(client, {method: 'GET', path: '/system/df', query: [['type', 'build-cache'], ...filterQuery(flags.list('filter'))]});
	if (refused(answer)) {
		return answer;
	}

	const records = listOf(memberOf(answer.value, 'BuildCache'));
	const {seconds} = unixTime(client.process);
	const rows = records.map(record => {
		const used = parseRfc3339(textOf(memberOf(record, 'LastUsedAt')));
		const isMutable = ['source.local', 'exec.cachemount'].includes(textOf(memberOf(record, 'Type')));
		return [
			`${textOf(memberOf(record, 'ID'))}${isMutable ? '*' : ''}`, String(!flagOf(memberOf(record, 'InUse'))), `${humanSize(numberOf(memberOf(record, 'Size')))}${flagOf(memberOf(record, 'Shared')) ? '*' : ''}`,
			used === undefined ? '' : ago(used.seconds, seconds),
		].join('\t');
	});
	yield * print(client, `${alignColumns(['ID\tRECLAIMABLE\tSIZE\tLAST ACCESSED', ...rows].map(line => `${line}\n`).join(''))}${totals(records)}`);
	return 0;
}

function totals(records: readonly Json[]): string {
	const sum = (some: readonly Json[]) => some.reduce<number>((total, record) => total + numberOf(memberOf(record, 'Size')), 0);
	const shared = sum(records.filter(record => flagOf(memberOf(record, 'Shared'))));
	const total = sum(records);
	return `${shared === 0 ? '' : `Shared:\t\t${humanSize(shared)}\nPrivate:\t${humanSize(total - shared)}\n`}Reclaimable:\t${humanSize(sum(records.filter(record => !flagOf(memberOf(record, 'InUse')))))}\nTotal:\t\t${humanSize(total)}\n`;
}

export const listBuilders: CommandSpec = {
	kind: 'command', use: '', usagePath: 'docker buildx ls', short: 'List builder instances', flags: lsBuilderFlags, arguments: {kind: 'none'},
	* run({client}) {
		yield * print(client, alignColumns(`NAME/NODE\tDRIVER/ENDPOINT\tSTATUS\tBUILDKIT\tPLATFORMS\ndefault*\tdocker\t\t\t\n \\_ default\t \\_ default\trunning\t${buildkitVersion}\tlinux/amd64 (+2)\n`));
		return 0;
	},
};

export const inspectBuilder: CommandSpec = {
	kind: 'command', use: '[NAME]', usagePath: 'docker buildx inspect', short: 'Inspect current builder instance', flags: inspectBuilderFlags, arguments: {kind: 'at-most', count: 1},
	* run({client, flags, args: [name = flags.text('builder')]}) {
		if (name !== '' && name !== 'default') {
			return refusal(`ERROR: no builder ${JSON.stringify(name)} found`);
		}

		const info = yield * fetchJson(client, {method: 'GET', path: '/info'});
		if (refused(info)) {
			return info;
		}

		yield * print(client, `Name:   default\nDriver: docker\n\nNodes:\nName:             default\nEndpoint:         default\nStatus:           running\nBuildKit version: ${buildkitVersion}\nPlatforms:        ${platforms}\n`);
		return 0;
	},
};

export const buildxVersionCommand: CommandSpec = {
	kind: 'command', use: '', usagePath: 'docker buildx version', short: 'Show buildx version information', flags: buildxFlags, arguments: {kind: 'none'},
	* run({client}) {
		yield * print(client, `github.com/docker/buildx ${buildxVersion}\n`);
		return 0;
	},
};
