// docker compose logs, events, wait. Source: docker/compose cmd/compose/{logs,events,wait}.go, pkg/compose of the same names.

import {civilFromSeconds} from '../../../base/calendar.js';
import {clockText} from '../../../base/internet-date.js';
import {compareText} from '../../../base/bytes.js';
import {print, unixTime} from '../../docker/client/client.js';
import {fetchJson, filterQuery, jsonLines, stream} from '../../docker/client/request.js';
import {apiTimestamp} from '../../docker/client/timestamp.js';
import {refusal, refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import {marshal, memberOf, numberOf, objectOf, textOf, type Json} from '../../docker/go/json.js';
import {streamLogs} from '../engine/attach.js';
import {findContainers, shortName} from '../engine/containers.js';
import {oneOffLabel, projectLabel, serviceLabel} from '../engine/labels.js';
import {LogPrinter} from '../output/log-printer.js';
import {together} from '../output/together.js';
import {anyNumber, services, type ComposeCall, type ComposeCommand} from './command.js';
import {eventsFlags, logsFlags, waitFlags} from './flag-table.js';
import {projectOrName} from './project-source.js';
import {logStyle} from './up.js';

export const logs: ComposeCommand = {kind: 'command', use: `[OPTIONS] ${services}`, short: 'View output from containers', flags: logsFlags, arguments: anyNumber, run: showLogs};

function * showLogs({compose, flags, args}: ComposeCall): Steps<number | Refusal> {
	const index = flags.int('index');
	if (index > 0 && args.length !== 1) {
		return refusal('--index requires one service to be selected');
	}

	const which = yield * projectOrName(compose, args);
	const found = refused(which) ? which : yield * findContainers(compose, which.name, {all: true, services: args});
	if (refused(found)) {
		return found;
	}

	const nowSeconds = unixTime(compose.client.process).seconds;
	const times = (['since', 'until'] as const).map(name => [name, apiTimestamp(flags.text(name), nowSeconds)] as const);
	const bad = times.find(([, moment]) => refused(moment));
	if (bad !== undefined) {
		return bad[1] as Refusal;
	}

	const follows = flags.bool('follow');
	const query: ReadonlyArray<readonly [string, string]> = [
		['stdout', '1'], ['stderr', '1'], ...follows ? [['follow', '1']] as const : [], ...flags.bool('timestamps') ? [['timestamps', '1']] as const : [], ['tail', flags.text('tail')],
		...times.flatMap(([name, moment]) => moment === '' ? [] : [[name, moment as string] as const]),
	];
	const containers = found.filter(({number}) => index === 0 || number === index);
	const printer = new LogPrinter(compose.client, containers.map(container => shortName(container)), logStyle(compose.client, flags));
	const each = containers.map(container => streamLogs(compose, container, {printer, query}));
	if (follows) {
		const results = yield * together(compose.client.process, each, {atOnce: each.length});
		return results.find(result => result !== undefined) ?? 0;
	}

	for (const steps of each) {
		const problem = yield * steps;
		if (problem !== undefined) {
			return problem;
		}
	}

	return 0;
}

export const events: ComposeCommand = {kind: 'command', use: `[OPTIONS] ${services}`, short: 'Receive real time events from containers', flags: eventsFlags, arguments: anyNumber, run: showEvents};

function * showEvents({compose, flags, args}: ComposeCall): Steps<number | Refusal> {
	const which = yield * projectOrName(compose, args);
	if (refused(which)) {
		return which;
	}

	const nowSeconds = unixTime(compose.client.process).seconds;
	const since = apiTimestamp(flags.text('since'), nowSeconds);
	const until = apiTimestamp(flags.text('until'), nowSeconds);
	if (refused(since) || refused(until)) {
		return refused(since) ? since : until as Refusal;
	}

	const opened = yield * stream(compose.client, {
		method: 'GET', path: '/events', query: [...since === '' ? [] : [['since', since]] as const, ...until === '' ? [] : [['until', until]] as const, ...filterQuery([`label=${projectLabel}=${which.name}`, 'type=container'])],
	});
	if (refused(opened)) {
		return opened;
	}

	const problem = yield * jsonLines(opened, function * (line): Steps<Refusal | undefined> {
		const attributes = objectOf(memberOf(line, 'Actor', 'Attributes'));
		const service = textOf(attributes.get(serviceLabel));
		if (attributes.get(oneOffLabel) !== 'True' && (args.length === 0 || args.includes(service))) {
			yield * print(compose.client, flags.bool('json') ? eventJson(line, service) : eventText(line));
		}

		return undefined;
	});
	opened.close();
	return problem ?? 0;
}

/** What the event says besides compose's own labels. */
function attributesOf(event: Json): ReadonlyArray<readonly [string, string]> {
	return [...objectOf(memberOf(event, 'Actor', 'Attributes'))].filter(([name]) => !name.startsWith('com.docker.compose.')).map(([name, value]) => [name, textOf(value)] as const).sort(([a], [b]) => compareText(a, b));
}

/** `2026-11-20 21:38:20.123456`: microseconds, without a zone. */
function momentOf(event: Json): {readonly date: string; readonly clock: string; readonly fraction: string} {
	const nano = BigInt(String(memberOf(event, 'timeNano') ?? 0));
	const time = civilFromSeconds(Number(nano / 1_000_000_000n));
	const two = (value: number) => String(value).padStart(2, '0');
	return {date: `${time.year}-${two(time.month)}-${two(time.day)}`, clock: clockText(time), fraction: String(nano % 1_000_000_000n).padStart(9, '0')};
}

function eventText(event: Json): string {
	const {date, clock, fraction} = momentOf(event);
	const attributes = attributesOf(event).map(([name, value]) => `${name}=${value}`).join(', ');
	return `${date} ${clock}.${fraction.slice(0, 6)} container ${textOf(memberOf(event, 'Action'))} ${textOf(memberOf(event, 'Actor', 'ID'))} (${attributes})\n`;
}

function eventJson(event: Json, service: string): string {
	const {date, clock, fraction} = momentOf(event);
	const rest = fraction.replace(/0+$/v, '');
	return `${marshal({
		action: textOf(memberOf(event, 'Action')), attributes: Object.fromEntries(attributesOf(event)), id: textOf(memberOf(event, 'Actor', 'ID')), service, time: `${date}T${clock}${rest === '' ? '' : `.${rest}`}Z`, type: 'container',
	})}\n`;
}

export const wait: ComposeCommand = {
	kind: 'command', use: 'SERVICE [SERVICE...] [OPTIONS]', short: 'Block until containers of all (or specified) services stop.', flags: waitFlags, arguments: {kind: 'at-least', count: 1},
	* run({compose, args}) {
		const which = yield * projectOrName(compose, args);
		if (refused(which)) {
			return which;
		}

		const containers = yield * findContainers(compose, which.name, {all: false, services: args});
		if (refused(containers)) {
			return containers;
		}

		if (containers.length === 0) {
			return refusal(`no containers for project "${which.name}"`);
		}

		const one = function * ({id}: (typeof containers)[number]): Steps<number | Refusal> {
			const answer = yield * fetchJson(compose.client, {method: 'POST', path: `/containers/${id}/wait`});
			if (refused(answer)) {
				return answer;
			}

			const code = numberOf(memberOf(answer.value, 'StatusCode'));
			yield * print(compose.client, `container "${id}" exited with status code ${code}\n`);
			return code;
		};
		const codes = yield * together(compose.client.process, containers.map(container => one(container)));
		return codes.find(code => refused(code)) ?? codes.at(-1)!;
	},
};
