// GET /containers/{id}/logs. Source: moby/moby api/server/router/container/container_routes.go, daemon/logs.go,
// api/server/httputils/write_log_stream.go.

import {encodeText} from '../base/bytes.js';
import {worldTime} from '../base/clock.js';
import {rfc3339NanoFixed} from '../base/internet-date.js';
import {type LogEntry, logChannel} from '../model/container/container-log.js';
import type {Container} from '../model/container/container-schema.js';
import {containerChannel, findContainer, getContainer, isRunning} from '../model/container/container-store.js';
import {logPath} from '../model/container/container-view.js';
import {isEngineError} from '../model/container/engine.js';
import {type EngineHost, type OutputStream, sleepOn, type Work} from '../model/container/engine-host.js';
import {LogFollower, readLastEntries} from '../model/container/log-file.js';
import {type LogSettings, logSettings} from '../model/container/log-settings.js';
import {type Act, type ActHandler, idOf} from './act.js';
import {flagOf} from './api-request.js';
import {type Connection, frame} from './connection.js';
import {parseMoment} from './moment.js';
import type {Route} from './router.js';

type LogRequest = {
	readonly wants: ReadonlySet<OutputStream>;
	readonly sinceNs: number | undefined;
	readonly untilNs: number | undefined;
	readonly withTimes: boolean;
	readonly withDetails: boolean;
	readonly hasTerminal: boolean;
};

function * logs(act: Act): Work<void> {
	const {host, connection, request: {query}, head} = act;
	const container = findContainer(host, idOf(act));
	if (isEngineError(container)) {
		yield * connection.refuse(container, head);
		return;
	}

	const wants = new Set<OutputStream>([...flagOf(query, 'stdout') ? ['stdout'] as const : [], ...flagOf(query, 'stderr') ? ['stderr'] as const : []]);
	const settings = logSettings(container.hostConfig.LogConfig, container.config);
	if (wants.size === 0 || settings === undefined || isEngineError(settings)) {
		yield * connection.refuse(wants.size === 0
			? {status: 400, message: 'Bad parameters: you must choose at least one stream'}
			: {status: 501, message: 'configured logging driver does not support reading'}, head);
		return;
	}

	const hasTerminal = container.config.Tty ?? false;
	const log: LogRequest = {
		wants, hasTerminal, sinceNs: parseMoment(host.tx, query.get('since')), untilNs: parseMoment(host.tx, query.get('until')), withTimes: flagOf(query, 'timestamps'), withDetails: flagOf(query, 'details'),
	};
	yield * connection.beginStream(hasTerminal ? 'application/vnd.docker.raw-stream' : 'application/vnd.docker.multiplexed-stream');
	const follower = flagOf(query, 'follow') ? new LogFollower(host.process, logPath(container), settings) : undefined;
	yield * sendEntries(connection, pastEntries(host, container, {settings, log, tail: query.get('tail') ?? 'all'}), log);
	if (follower !== undefined) {
		yield * follow(act, container, {log, follower});
		follower.close();
	}

	yield * connection.endStream(head);
}

function pastEntries(host: EngineHost, container: Container, {settings, log, tail}: {readonly settings: LogSettings; readonly log: LogRequest; readonly tail: string}): readonly LogEntry[] {
	const count = /^\d{1,9}$/v.test(tail) ? Number(tail) : Number.POSITIVE_INFINITY;
	return readLastEntries(host.process, logPath(container), settings, {count, isWanted: entry => isWanted(host, entry, log)});
}

/** What has been logged, for those who attach and want the past too. */
export function loggedEntries(host: EngineHost, container: Container, wants: ReadonlySet<OutputStream>): readonly LogEntry[] {
	const settings = logSettings(container.hostConfig.LogConfig, container.config);
	const log: LogRequest = {wants, sinceNs: undefined, untilNs: undefined, withTimes: false, withDetails: false, hasTerminal: false};
	return settings === undefined || isEngineError(settings) ? [] : pastEntries(host, container, {settings, log, tail: 'all'});
}

function isWanted({tx}: EngineHost, {stream, moment}: LogEntry, {wants, sinceNs, untilNs}: LogRequest): boolean {
	const ns = worldTime(tx, moment);
	return wants.has(stream) && (sinceNs === undefined || ns >= sinceNs) && (untilNs === undefined || ns <= untilNs);
}

function * sendEntries(connection: Connection, entries: readonly LogEntry[], {withTimes, withDetails, hasTerminal}: LogRequest): Work<void> {
	for (const {text, stream, moment, attributes} of entries) {
		const time = withTimes ? `${rfc3339NanoFixed(moment)} ` : '';
		const details = withDetails ? `${attributes.map(([name, value]) => `${queryEscape(name)}=${queryEscape(value)}`).join(',')} ` : '';
		const bytes = encodeText(`${time}${details}${text}`);
		yield * connection.sendChunk(hasTerminal ? bytes : frame(stream, bytes));
	}
}

/** Go's url.QueryEscape. */
function queryEscape(text: string): string {
	return encodeURIComponent(text).replaceAll(/[!'\(\)*]/gv, character => `%${character.codePointAt(0)!.toString(16).toUpperCase()}`).replaceAll('%20', '+');
}

/** Sends what is appended to the log, until the container has ended or the moment has come. */
function * follow({host, connection}: Act, container: Container, {log, follower}: {readonly log: LogRequest; readonly follower: LogFollower}): Work<void> {
	while (connection.isOpen && (log.untilNs === undefined || host.process.sys.now() < log.untilNs)) {
		const entries = follower.next();
		if (entries !== undefined) {
			yield * sendEntries(connection, entries.filter(entry => isWanted(host, entry, log)), log);
			continue;
		}

		const now = getContainer(host, container.id);
		if (now === undefined || (!isRunning(now) && now.state.status !== 'restarting')) {
			break;
		}

		yield * sleepOn([logChannel(container.id), containerChannel(container.id), connection.readChannel], log.untilNs);
		if (connection.take()?.length === 0) {
			connection.close();
		}
	}
}

export const logRoutes: ReadonlyArray<Route<ActHandler>> = [{method: 'GET', pattern: '/containers/:id/logs', handler: logs}];
