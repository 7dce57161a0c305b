// docker ps. Source: docker/cli cli/command/container/list.go.

import {print, unixTime} from '../client/client.js';
import {fetchJson, filterQuery, type Query} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {psFlags} from '../command/flag-table.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {containerFormat, containerRow, containerRows} from '../format/container-rows.js';
import {formatRows, parseFormat} from '../format/formatter.js';
import {execute, parse} from '../go-template/exec.js';
import {dockerFunctions} from '../go-template/functions.js';
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

/** Whether a format shows sizes, so that the daemon must compute them: it is tried on a container without anything. */
function needsSize(format: string): boolean | Refusal {
	const template = parse(format, dockerFunctions);
	if ('error' in template) {
		return refusal(`failed to parse template: ${template.error}`);
	}

	let isAsked = false;
	const nothing = containerRow(new Map(), {
		isTruncated: true, nowSeconds: 0, onSize() {
			isAsked = true;
		},
	});
	const {error} = execute(template, nothing, {functions: dockerFunctions});
	return error === undefined ? isAsked : refusal(`failed to execute template: ${error}`);
}

function * listContainers({client, flags}: Call): Steps<number | Refusal> {
	const format = containerFormat(flags.text('format'), {isQuiet: flags.bool('quiet'), withSize: flags.bool('size')});
	const last = flags.bool('latest') && flags.int('last') === -1 ? 1 : flags.int('last');
	const needs = flags.bool('size') || flags.text('format') === '' ? flags.bool('size') : needsSize(flags.text('format'));
	if (refused(needs)) {
		return needs;
	}

	const parsed = flags.changed('format') ? parseFormat(format) : undefined;
	if (refused(parsed)) {
		return parsed;
	}
	const query: Query = [
		...flags.bool('all') ? [['all', '1']] as const : [],
		...last > 0 ? [['limit', String(last)]] as const : [],
		...needs ? [['size', '1']] as const : [],
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
