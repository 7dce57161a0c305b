// docker ps. Source: docker/cli cli/command/container/list.go.

import {print, unixTime} from '../client/client.js';
import {fetchJson, filterQuery, type Query} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {psFlags} from '../command/flag-table.js';
import {refused, type Refusal, type Steps} from '../command/refusal.js';
import {containerFormat, containerRow, containerRows} from '../format/container-rows.js';
import {formatRows, parseFormat} from '../format/formatter.js';
import {listOf} from '../go/json.js';

export const ps: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS]',
	short: 'List containers',
	aliases: 'docker container ls, docker container list, docker container ps, docker ps',
	flags: psFlags,
	arguments: {kind: 'none'},
	run: listContainers,
};

function * listContainers({client, flags}: Call): Steps<number | Refusal> {
	const format = containerFormat(flags.text('format'), {isQuiet: flags.bool('quiet'), withSize: flags.bool('size')});
	const parsed = flags.changed('format') ? parseFormat(format) : undefined;
	if (refused(parsed)) {
		return parsed;
	}

	const last = flags.bool('latest') && flags.int('last') === -1 ? 1 : flags.int('last');
	// A format that shows sizes makes the daemon compute them.
	const withSize = flags.bool('size') || /\.Size\b/v.test(flags.text('format'));
	const query: Query = [
		...flags.bool('all') ? [['all', '1']] as const : [],
		...last > 0 ? [['limit', String(last)]] as const : [],
		...withSize ? [['size', '1']] as const : [],
		...filterQuery(flags.list('filter')),
	];
	const answer = yield * fetchJson(client, {method: 'GET', path: '/containers/json', query});
	if (refused(answer)) {
		return answer;
	}

	const context = {isTruncated: !flags.bool('no-trunc'), nowSeconds: unixTime(client.process).seconds};
	const text = formatRows(containerRows, listOf(answer.value).map(container => containerRow(container, context)), format);
	if (refused(text)) {
		return text;
	}

	yield * print(client, text);
	return 0;
}
