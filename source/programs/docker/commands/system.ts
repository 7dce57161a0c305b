// docker system df, docker context ls and show. Source: docker/cli cli/command/formatter/disk_usage.go, cli/command/context/list.go.

import {print} from '../client/client.js';
import {fetchJson} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {contextLsFlags, systemDfFlags} from '../command/flag-table.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {formatRows, row, type RowType} from '../format/formatter.js';
import {humanSize} from '../go/size.js';
import {verboseUsage} from './system-df-verbose.js';
import {flagOf, listOf, memberOf, numberOf, textOf, type Json} from '../go/json.js';

const usageRows: RowType = {name: 'diskUsageContext', titles: {Type: 'TYPE', TotalCount: 'TOTAL', Active: 'ACTIVE', Size: 'SIZE', Reclaimable: 'RECLAIMABLE'}};

type Usage = {readonly type: string; readonly total: number; readonly active: number; readonly sizeBytes: number; readonly freeableBytes: number; readonly showsShare: boolean};

export const systemDf: CommandSpec = {
	kind: 'command', use: '[OPTIONS]', short: 'Show docker disk usage', flags: systemDfFlags, arguments: {kind: 'none'},
	run: showDiskUsage,
};

function * showDiskUsage({client, flags}: Call): Steps<number | Refusal> {
	const answer = yield * fetchJson(client, {method: 'GET', path: '/system/df'});
	if (refused(answer)) {
		return answer;
	}

	const format = flags.text('format');
	if (flags.bool('verbose')) {
		const tables = format === '' || format === 'table' ? verboseUsage(client, answer.value) : refusal('virtlab: docker system df --verbose with a format of one\'s own is not modelled');
		if (refused(tables)) {
			return tables;
		}

		yield * print(client, tables);
		return 0;
	}

	const isDefault = format === '' || format === 'table';
	const rows = usages(answer.value).map(usage => row(usageRows, {
		Type: () => usage.type,
		TotalCount: () => String(usage.total),
		Active: () => String(usage.active),
		Size: () => humanSize(usage.sizeBytes),
		Reclaimable: () => humanSize(usage.freeableBytes) + (usage.showsShare && usage.sizeBytes > 0 ? ` (${Math.trunc(usage.freeableBytes * 100 / usage.sizeBytes)}%)` : ''),
	}));
	const text = formatRows(usageRows, rows, isDefault ? String.raw`table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}` : format);
	if (refused(text)) {
		return text;
	}

	yield * print(client, text);
	return 0;
}

function usages(usage: Json): readonly Usage[] {
	const items = (name: string) => listOf(memberOf(usage, name));
	const sum = (list: readonly Json[], ...path: readonly string[]) => list.reduce<number>((total, item) => total + Math.max(numberOf(memberOf(item, ...path)), 0), 0);
	const images = items('Images');
	const usedImages = images.filter(image => numberOf(memberOf(image, 'Containers')) !== 0);
	const layersBytes = numberOf(memberOf(usage, 'LayersSize'));
	const ownBytes = usedImages.reduce<number>((total, image) => numberOf(memberOf(image, 'SharedSize')) === -1 ? total : total + numberOf(memberOf(image, 'Size')) - numberOf(memberOf(image, 'SharedSize')), 0);
	const containers = items('Containers');
	const stopped = containers.filter(container => !['running', 'paused', 'restarting'].includes(textOf(memberOf(container, 'State'))));
	const volumes = items('Volumes');
	const unused = volumes.filter(volume => numberOf(memberOf(volume, 'UsageData', 'RefCount')) === 0);
	const caches = items('BuildCache');
	const ownCaches = caches.filter(cache => !flagOf(memberOf(cache, 'Shared')));
	const busyCaches = caches.filter(cache => flagOf(memberOf(cache, 'InUse')));
	return [
		{type: 'Images', total: images.length, active: usedImages.length, sizeBytes: layersBytes, freeableBytes: layersBytes - ownBytes, showsShare: true},
		{type: 'Containers', total: containers.length, active: containers.length - stopped.length, sizeBytes: sum(containers, 'SizeRw'), freeableBytes: sum(stopped, 'SizeRw'), showsShare: true},
		{type: 'Local Volumes', total: volumes.length, active: volumes.length - unused.length, sizeBytes: sum(volumes, 'UsageData', 'Size'), freeableBytes: sum(unused, 'UsageData', 'Size'), showsShare: true},
		{type: 'Build Cache', total: caches.length, active: busyCaches.length, sizeBytes: sum(ownCaches, 'Size'), freeableBytes: sum(ownCaches, 'Size') - sum(busyCaches.filter(cache => ownCaches.includes(cache)), 'Size'), showsShare: false},
	];
}

const contextRows: RowType = {name: 'clientContextContext', titles: {Name: 'NAME', Description: 'DESCRIPTION', DockerEndpoint: 'DOCKER ENDPOINT', Error: 'ERROR', Current: ''}};

/** Simplified: the default context is the only one. */
export const listContexts: CommandSpec = {
	kind: 'command', use: '[OPTIONS]', short: 'List contexts', aliases: 'docker context ls, docker context list', flags: contextLsFlags, arguments: {kind: 'none'},
	* run({client, flags}) {
		const format = flags.text('format');
		const shown = format === '' || format === 'table' ? String.raw`table {{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t{{.DockerEndpoint}}\t{{.Error}}` : format;
		const only = row(contextRows, {
			Current: () => true, Name: () => 'default', Description: () => 'Current DOCKER_HOST based configuration', DockerEndpoint: () => client.host.url, Error: () => '',
		});
		const text = formatRows(contextRows, [only], flags.bool('quiet') ? '{{.Name}}' : shown);
		if (refused(text)) {
			return text;
		}

		yield * print(client, text);
		return 0;
	},
};

export const showContext: CommandSpec = {
	kind: 'command', use: '', short: 'Print the name of the current context', flags: [], arguments: {kind: 'none'},
	* run({client}) {
		yield * print(client, 'default\n');
		return 0;
	},
};
