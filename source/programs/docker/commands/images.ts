// docker images and docker history. Source: docker/cli cli/command/image/list.go, history.go.

import {print, unixTime} from '../client/client.js';
import {fetchJson, filterQuery} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {historyFlags, imagesFlags} from '../command/flag-table.js';
import {refused, type Refusal, type Steps} from '../command/refusal.js';
import {formatRows} from '../format/formatter.js';
import {historyFormat, historyRow, historyRows, imageFormat, imageRows, imageRowsOf} from '../format/image-rows.js';
import {listOf} from '../go/json.js';

export const images: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] [REPOSITORY[:TAG]]',
	short: 'List images',
	aliases: 'docker image ls, docker image list, docker images',
	flags: imagesFlags,
	arguments: {kind: 'at-most', count: 1},
	run: listImages,
};

function * listImages({client, flags, args}: Call): Steps<number | Refusal> {
	const [name] = args;
	const filters = [...flags.list('filter'), ...name === undefined ? [] : [`reference=${name}`]];
	const query = [...flags.bool('all') ? [['all', '1']] as const : [], ...filterQuery(filters)];
	const answer = yield * fetchJson(client, {method: 'GET', path: '/images/json', query});
	if (refused(answer)) {
		return answer;
	}

	const withDigests = flags.bool('digests');
	const format = imageFormat(flags.text('format'), {isQuiet: flags.bool('quiet'), withDigests});
	const context = {
		isTruncated: !flags.bool('no-trunc'), nowSeconds: unixTime(client.process).seconds, withDigests, needsDigest: withDigests || format.includes('{{.Digest}}'),
	};
	const text = formatRows(imageRows, listOf(answer.value).flatMap(image => imageRowsOf(image, context)), format);
	if (refused(text)) {
		return text;
	}

	yield * print(client, text);
	return 0;
}

export const history: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] IMAGE',
	short: 'Show the history of an image',
	aliases: 'docker image history, docker history',
	flags: historyFlags,
	arguments: {kind: 'exactly', count: 1},
	run: showHistory,
};

function * showHistory({client, flags, args}: Call): Steps<number | Refusal> {
	const answer = yield * fetchJson(client, {method: 'GET', path: `/images/${args[0]}/history`});
	if (refused(answer)) {
		return answer;
	}

	const isHuman = flags.bool('human');
	const format = historyFormat(flags.text('format'), {isQuiet: flags.bool('quiet'), isHuman});
	const context = {isTruncated: !flags.bool('no-trunc'), isHuman, nowSeconds: unixTime(client.process).seconds};
	const text = formatRows(historyRows, listOf(answer.value).map(line => historyRow(line, context)), format);
	if (refused(text)) {
		return text;
	}

	yield * print(client, text);
	return 0;
}
