// docker logs and docker events: streams that a client reads. Source: docker/cli cli/command/container/logs.go,
// cli/command/system/events.go.

import {rfc3339OfMoment} from '../../../base/internet-date.js';
import {print, printBytes, unixTime} from '../client/client.js';
import {Demultiplexer} from '../client/multiplex.js';
import {fetchJson, filterQuery, jsonLines, stream, type Query} from '../client/request.js';
import {apiTimestamp} from '../client/timestamp.js';
import type {Call, CommandSpec} from '../command/command.js';
import {eventsFlags, logsFlags} from '../command/flag-table.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {parseFormat} from '../format/formatter.js';
import {execute} from '../go-template/exec.js';
import {dockerFunctions} from '../go-template/functions.js';
import {inferred} from '../go-template/inferred.js';
import {flagOf, memberOf, objectOf, textOf, type Json} from '../go/json.js';
import {compareText} from '../../../base/bytes.js';

export const logs: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] CONTAINER',
	short: 'Fetch the logs of a container',
	aliases: 'docker container logs, docker logs',
	flags: logsFlags,
	arguments: {kind: 'exactly', count: 1},
	run: showLogs,
};

function * showLogs({client, flags, args}: Call): Steps<number | Refusal> {
	const found = yield * fetchJson(client, {method: 'GET', path: `/containers/${args[0]}/json`});
	if (refused(found)) {
		return found;
	}

	const nowSeconds = unixTime(client.process).seconds;
	const times: Array<readonly [string, string]> = [];
	for (const name of ['since', 'until'] as const) {
		const moment = apiTimestamp(flags.text(name), nowSeconds);
		if (refused(moment)) {
			return refusal(`invalid value for "${name}": ${moment.message}`);
		}

		times.push(...moment === '' ? [] : [[name, moment] as const]);
	}

	const on = (flag: string, parameter: string) => flags.bool(flag) ? [[parameter, '1']] as const : [];
	const query: Query = [
		['stdout', '1'], ['stderr', '1'], ...on('follow', 'follow'), ...on('timestamps', 'timestamps'), ...on('details', 'details'), ['tail', flags.text('tail')], ...times,
	];
	const opened = yield * stream(client, {method: 'GET', path: `/containers/${textOf(memberOf(found.value, 'Id'))}/logs`, query});
	if (refused(opened)) {
		return opened;
	}

	const frames = flagOf(memberOf(found.value, 'Config', 'Tty')) ? undefined : new Demultiplexer();
	for (let part = yield * opened.next(); part !== undefined; part = yield * opened.next()) {
		for (const frame of frames?.push(part) ?? [{fd: 1 as const, bytes: part}]) {
			yield * printBytes(client, frame.fd, frame.bytes);
		}
	}

	opened.close();
	return 0;
}

export const events: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS]',
	short: 'Get real time events from the server',
	aliases: 'docker system events, docker events',
	flags: eventsFlags,
	arguments: {kind: 'none'},
	run: showEvents,
};

function * showEvents({client, flags}: Call): Steps<number | Refusal> {
	const format = flags.text('format');
	const template = format === '' ? undefined : parseFormat(format);
	if (refused(template)) {
		return refusal(template.message, 64);
	}

	const nowSeconds = unixTime(client.process).seconds;
	const since = apiTimestamp(flags.text('since'), nowSeconds);
	const until = apiTimestamp(flags.text('until'), nowSeconds);
	if (refused(since) || refused(until)) {
		return refused(since) ? since : until as Refusal;
	}

	const query: Query = [...since === '' ? [] : [['since', since]] as const, ...until === '' ? [] : [['until', until]] as const, ...filterQuery(flags.list('filter'))];
	const opened = yield * stream(client, {method: 'GET', path: '/events', query});
	if (refused(opened)) {
		return opened;
	}

	const problem = yield * jsonLines(opened, function * (line): Steps<Refusal | undefined> {
		if (template === undefined) {
			yield * print(client, eventText(line));
			return undefined;
		}

		const result = execute(template, inferred(line, eventType), {functions: dockerFunctions});
		yield * print(client, result.error === undefined ? `${result.output}\n` : result.output);
		return result.error === undefined ? undefined : refusal(result.error);
	});
	opened.close();
	return problem ?? 0;
}

const eventType = {
	type: 'events.Message', maps: new Set(['Attributes']), fieldNames: {Status: 'status', ID: 'id', From: 'from', Scope: 'scope', Time: 'time', TimeNano: 'timeNano'},
};

/** `2026-11-20T21:26:10.515498891Z container create ID (image=busybox, name=r1)`. */
function eventText(event: Json): string {
	const actor = textOf(memberOf(event, 'Actor', 'ID'));
	const attributes = [...objectOf(memberOf(event, 'Actor', 'Attributes'))].sort(([a], [b]) => compareText(a, b)).map(([name, value]) => `${name}=${textOf(value)}`);
	const shown = attributes.length === 0 ? '' : ` (${attributes.join(', ')})`;
	return `${momentText(memberOf(event, 'timeNano'))}${textOf(memberOf(event, 'Type'))} ${textOf(memberOf(event, 'Action'))} ${actor}${shown}\n`;
}

function momentText(timeNano: Json): string {
	const nanoseconds = typeof timeNano === 'bigint' ? timeNano : (typeof timeNano === 'number' ? BigInt(timeNano) : 0n);
	if (nanoseconds === 0n) {
		return '';
	}

	// Nine digits always, unlike RFC 3339 elsewhere.
	const whole = rfc3339OfMoment({seconds: Number(nanoseconds / 1_000_000_000n), nanoseconds: 0}).slice(0, -1);
	return `${whole}.${String(nanoseconds % 1_000_000_000n).padStart(9, '0')}Z `;
}
