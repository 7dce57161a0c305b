// docker stats. Source: docker/cli cli/command/container/stats.go, stats_helpers.go, formatter_stats.go.

import {secondNs} from '../../../base/clock.js';
import {sleep} from '../../../model/kernel/blocking.js';
import {print, type Client} from '../client/client.js';
import {fetchJson} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {statsFlags} from '../command/flag-table.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {formatRows, row, type RowType} from '../format/formatter.js';
import {truncateId} from '../format/text.js';
import type {GoStruct} from '../go-template/value.js';
import {bytesSize, humanSize3} from '../go/size.js';
import {listOf, memberOf, numberOf, objectOf, textOf, type Json} from '../go/json.js';

export const stats: CommandSpec = {
	kind: 'command', use: '[OPTIONS] [CONTAINER...]', short: 'Display a live stream of container(s) resource usage statistics', aliases: 'docker container stats, docker stats',
	flags: statsFlags, arguments: {kind: 'at-least', count: 0},
	run: showStats,
};

const statsRows: RowType = {
	name: 'statsContext',
	titles: {Container: 'CONTAINER', Name: 'NAME', ID: 'CONTAINER ID', CPUPerc: 'CPU %', MemUsage: 'MEM USAGE / LIMIT', MemPerc: 'MEM %', NetIO: 'NET I/O', BlockIO: 'BLOCK I/O', PIDs: 'PIDS'},
};

const table = String.raw`table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}`;
const clearScreen = '\u001B[2J\u001B[H';

function * showStats({client, flags, args}: Call): Steps<number | Refusal> {
	const given = flags.text('format');
	const format = given === '' || given === 'table' ? table : given;
	const isOnce = flags.bool('no-stream');
	// Simplified: the real client keeps a stream open for each container and draws twice a second; ours asks each anew for a
	// drawing, which takes the second over which the daemon measures.
	for (;;) {
		const names = args.length > 0 ? args : yield * containerIds(client, flags.bool('all'));
		if (refused(names)) {
			return names;
		}

		const rows: GoStruct[] = [];
		const problems: string[] = [];
		for (const name of names) {
			const answer = yield * fetchJson(client, {method: 'GET', path: `/containers/${name}/stats`, query: [['stream', '0']]});
			if (refused(answer)) {
				problems.push(answer.message);
			} else {
				rows.push(statsRow(answer.value, name, !flags.bool('no-trunc')));
			}
		}

		if (problems.length > 0 && args.length > 0) {
			return refusal(problems.join('\n'));
		}

		const text = formatRows(statsRows, rows, format);
		if (refused(text)) {
			return text;
		}

		yield * print(client, isOnce ? text : clearScreen + text);
		if (isOnce) {
			return 0;
		}

		yield * sleep(client.process, secondNs / 2);
	}
}

function * containerIds(client: Client, isAll: boolean): Steps<readonly string[] | Refusal> {
	const answer = yield * fetchJson(client, {method: 'GET', path: '/containers/json', query: isAll ? [['all', '1']] : []});
	return refused(answer) ? answer : listOf(answer.value).map(container => truncateId(textOf(memberOf(container, 'Id'))));
}

function statsRow(stats: Json, asked: string, isTruncated: boolean): GoStruct {
	const number = (...path: readonly string[]) => numberOf(memberOf(stats, ...path));
	const usage = number('memory_stats', 'usage');
	const inactive = number('memory_stats', 'stats', 'inactive_file');
	const used = inactive < usage ? usage - inactive : usage;
	const limit = number('memory_stats', 'limit');
	const networks = [...objectOf(memberOf(stats, 'networks')).values()];
	const sum = (items: readonly Json[], name: string) => items.reduce<number>((total, item) => total + numberOf(memberOf(item, name)), 0);
	const blocks = listOf(memberOf(stats, 'blkio_stats', 'io_service_bytes_recursive'));
	const blockBytes = (operation: string) => sum(blocks.filter(block => textOf(memberOf(block, 'op')).toLowerCase() === operation), 'value');
	const id = textOf(memberOf(stats, 'id'));
	return row(statsRows, {
		Container: () => asked,
		Name: () => textOf(memberOf(stats, 'name')).replace(/^\//v, '') || '--',
		ID: () => isTruncated ? truncateId(id) : id,
		CPUPerc: () => `${cpuPercent(stats).toFixed(2)}%`,
		MemUsage: () => `${bytesSize(used)} / ${bytesSize(limit)}`,
		MemPerc: () => `${(limit === 0 ? 0 : used / limit * 100).toFixed(2)}%`,
		NetIO: () => `${humanSize3(sum(networks, 'rx_bytes'))} / ${humanSize3(sum(networks, 'tx_bytes'))}`,
		BlockIO: () => `${humanSize3(blockBytes('read'))} / ${humanSize3(blockBytes('write'))}`,
		PIDs: () => String(number('pids_stats', 'current')),
	});
}

/** The container's share of the time that all processors had between two readings, 100 % for each processor. */
function cpuPercent(stats: Json): number {
	const number = (...path: readonly string[]) => numberOf(memberOf(stats, ...path));
	const used = number('cpu_stats', 'cpu_usage', 'total_usage') - number('precpu_stats', 'cpu_usage', 'total_usage');
	const passed = number('cpu_stats', 'system_cpu_usage') - number('precpu_stats', 'system_cpu_usage');
	const processors = number('cpu_stats', 'online_cpus') || listOf(memberOf(stats, 'cpu_stats', 'cpu_usage', 'percpu_usage')).length;
	return used > 0 && passed > 0 ? used / passed * processors * 100 : 0;
}
