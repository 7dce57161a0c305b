// Requests whose answers last: wait, events, attach, exec, stats. Source: moby/moby api/server/router/container/container_routes.go.

import {concatBytes, encodeText} from '../base/bytes.js';
import {secondNs, wallTime} from '../base/clock.js';
import {encodeHtmlSafeJson, encodeJson, type Json} from '../base/json.js';
import {type EngineHost, liveOf, type Attachment, type OutputStream, sleepOn, type Work} from '../model/container/engine-host.js';
import {closeIo, startExec, waitForExec, type StartedExec} from '../model/container/container-exec.js';
import type {Container, DockerEvent} from '../model/container/container-schema.js';
import {containerChannel, eventChannel, findContainer, getContainer, isRunning, logContainerEvent} from '../model/container/container-store.js';
import {isEngineError} from '../model/container/engine.js';
import {JsonFields} from '../model/container/json-fields.js';
import {parseFilters, type Filters, matchesLabels} from '../model/container/container-list.js';
import {failed} from '../model/kernel/errno.js';
import {step, write} from '../model/kernel/blocking.js';
import type {Fd} from '../model/kernel/program.js';
import {type Act, type ActHandler, idOf, jsonOf} from './act.js';
import {flagOf} from './api-request.js';
import {loggedEntries} from './log-routes.js';
import {parseMoment} from './moment.js';
import {type Connection, frame} from './connection.js';
import type {Route} from './router.js';
import {containerStats} from './stats.js';

/** POST /containers/{id}/wait: headers at once, the exit code when there is one. */
function * wait(act: Act): Work<void> {
	const {host, connection, request, head} = act;
	const container = findContainer(host, idOf(act));
	if (isEngineError(container)) {
		yield * connection.refuse(container, head);
		return;
	}

	const condition = request.query.get('condition') || 'not-running';
	if (!['not-running', 'next-exit', 'removed'].includes(condition)) {
		yield * connection.refuse({status: 400, message: `invalid condition: ${JSON.stringify(condition)}`}, head);
		return;
	}

	yield * connection.beginStream('application/json');
	const live = liveOf(host, container.id);
	const {exits} = live;
	const isOver = () => {
		const now = getContainer(host, container.id);
		const isStopped = now === undefined || (!isRunning(now) && now.state.status !== 'restarting');
		return live.isRemoved || (condition === 'next-exit' && live.exits > exits) || (condition === 'not-running' && isStopped);
	};
	while (!isOver() && connection.isOpen) {
		yield * sleepOn([containerChannel(container.id), connection.readChannel]);
		if (connection.take()?.length === 0) {
			connection.close();
		}
	}

	const exitCode = live.exits > exits ? live.lastExit : getContainer(host, container.id)?.state.exitCode ?? live.lastExit;
	yield * connection.sendChunk(encodeText(`{"StatusCode":${exitCode}}\n`));
	yield * connection.endStream(head);
}

/** POST /containers/{id}/attach: the connection becomes the container's standard streams. */
function * attach(act: Act): Work<void> {
	const {host, connection, request, head} = act;
	const container = findContainer(host, idOf(act));
	if (isEngineError(container)) {
		yield * connection.refuse(container, head);
		return;
	}

	if (container.state.status === 'paused') {
		yield * connection.refuse({status: 409, message: `container ${container.id} is paused, unpause the container before attach`}, head);
		return;
	}

	const {query} = request;
	const hasTerminal = container.config.Tty ?? false;
	yield * connection.hijack(request, hasTerminal);
	logContainerEvent(host, container, 'attach');
	const wants = new Set<OutputStream>([...flagOf(query, 'stdout') ? ['stdout'] as const : [], ...flagOf(query, 'stderr') ? ['stderr'] as const : []]);
	if (flagOf(query, 'logs')) {
		for (const entry of loggedEntries(host, container, wants)) {
			yield * connection.send(hasTerminal ? encodeText(entry.text) : frame(entry.stream, encodeText(entry.text)));
		}
	}

	if (flagOf(query, 'stream')) {
		yield * exchange(act, container, {wants, hasTerminal, sendsInput: flagOf(query, 'stdin') && (container.config.OpenStdin ?? false)});
	}

	connection.close();
}

type Exchange = {readonly wants: ReadonlySet<OutputStream>; readonly hasTerminal: boolean; readonly sendsInput: boolean};

/** Moves bytes both ways until the container has ended or the client has gone. */
function * exchange({host, connection}: Act, container: Container, {wants, hasTerminal, sendsInput}: Exchange): Work<void> {
	const live = liveOf(host, container.id);
	const attachment: Attachment = {wants, queue: [], queuedBytes: 0, isEnded: false, channel: `attachment:${container.id}:${live.attached++}`};
	live.attachments.add(attachment);
	let isInputOpen = true;
	for (;;) {
		yield * sendQueued(host, connection, attachment, container.id, hasTerminal);
		if ((attachment.isEnded && attachment.queue.length === 0) || !connection.isOpen || live.isRemoved) {
			break;
		}

		const input: Uint8Array | undefined = isInputOpen ? connection.take() : undefined;
		if (input !== undefined) {
			if (input.length > 0 && sendsInput) {
				live.input.push(input);
			}

			// A client that has closed its side may still read; one that reads nothing has gone.
			isInputOpen = input.length > 0;
			if (!isInputOpen && sendsInput && (container.config.StdinOnce ?? false)) {
				live.isInputEnded = true;
			}

			host.access.wake(containerChannel(container.id));
			continue;
		}

		yield * sleepOn([attachment.channel, containerChannel(container.id), ...(isInputOpen ? [connection.readChannel] : [])]);
	}

	live.attachments.delete(attachment);
}

function * sendQueued(host: EngineHost, connection: Connection, attachment: Attachment, id: string, hasTerminal: boolean): Work<void> {
	while (attachment.queue.length > 0) {
		const queued = attachment.queue;
		attachment.queue = [];
		attachment.queuedBytes = 0;
		yield * connection.send(concatBytes(queued.map(({stream, bytes}) => hasTerminal ? bytes : frame(stream, bytes))));
		host.access.wake(containerChannel(id));
	}
}

/** POST /exec/{id}/start. */
function * execStart(act: Act): Work<void> {
	const {host, connection, request, head} = act;
	const fields = new JsonFields(jsonOf(act), 'ExecStartOptions');
	const isDetached = fields.flag('Detach');
	const size = fields.raw('ConsoleSize');
	const [rows, columns] = Array.isArray(size) ? [Number(size[0]), Number(size[1])] : [0, 0];
	const exec = host.tx.get(`exec:${host.engine}`, idOf(act));
	if (exec === undefined) {
		yield * connection.refuse({status: 404, message: `No such exec instance: ${idOf(act)}`}, head);
		return;
	}

	const started = yield * startExec(host, exec.id, {columns, rows}, isDetached);
	if (isEngineError(started)) {
		yield * connection.refuse(started, head);
		return;
	}

	if (isDetached) {
		yield * detachedExec(act, started);
		return;
	}

	yield * connection.hijack(request, exec.hasTerminal);
	if ('problem' in started) {
		// The real daemon writes it as output of the command, not as its error.
		const text = encodeText(`${started.problem}\r\n`);
		yield * connection.send(exec.hasTerminal ? text : frame('stdout', text));
	} else {
		yield * pumpExec(host, connection, started);
		yield * waitForExec(host, started.exec);
	}

	connection.close();
}

function * detachedExec({host, connection, head}: Act, started: StartedExec | {readonly problem: string}): Work<void> {
	if ('problem' in started) {
		yield * connection.refuse({status: 400, message: started.problem}, head);
		return;
	}

	yield * connection.respond({status: 200, headers: [], body: new Uint8Array(0)}, head);
	closeIo(host, started.io);
	yield * waitForExec(host, started.exec);
}

/** Moves bytes between the client and the command until the command's output has ended. */
function * pumpExec(host: EngineHost, connection: Connection, {io, exec}: StartedExec): Work<void> {
	const {sys} = host.process;
	const open = new Map<Fd, OutputStream>([...(io.output === undefined ? [] : [[io.output, 'stdout'] as const]), ...(io.errors === undefined ? [] : [[io.errors, 'stderr'] as const])]);
	const live = liveOf(host, exec.container);
	let isInputOpen = true;
	const hasEnded = () => live.execExits.has(exec.task!) || live.isRemoved;
	while (connection.isOpen) {
		const ended = hasEnded();
		let moved = false;
		for (const [fd, stream] of open) {
			const bytes = sys.read(fd, 65_536);
			if (failed(bytes) && bytes.errno === 'EAGAIN') {
				continue;
			}

			moved = true;
			if (failed(bytes) || bytes.length === 0) {
				open.delete(fd);
			} else {
				yield * connection.send(exec.hasTerminal ? bytes : frame(stream, bytes));
			}
		}

		const input: Uint8Array | undefined = isInputOpen ? connection.take() : undefined;
		if (input !== undefined) {
			isInputOpen = input.length > 0;
			moved = true;
			yield * passInput(host, io, input, exec.hasTerminal);
		}

		if ((open.size === 0 && (io.output !== undefined || io.errors !== undefined || ended)) || (ended && !moved)) {
			break;
		}

		if (!moved) {
			yield * sleepOn([...[...open.keys()].map(fd => sys.readChannel(fd)), containerChannel(exec.container), ...(isInputOpen ? [connection.readChannel] : [])]);
		} else {
			yield step;
		}
	}

	closeIo(host, io);
}

function * passInput(host: EngineHost, io: StartedExec['io'], bytes: Uint8Array, hasTerminal: boolean): Work<void> {
	if (io.input === undefined) {
		return;
	}

	if (bytes.length > 0) {
		yield * write(host.process, io.input, bytes);
	} else if (!hasTerminal && host.process.sys.descriptors().includes(io.input)) {
		host.process.sys.close(io.input);
	}
}

function eventJson({tx}: EngineHost, {type, action, actor, attributes, atNs}: DockerEvent): Json {
	const {seconds, nanoseconds} = wallTime(tx, atNs);
	const legacy = type === 'container' || type === 'image' ? {status: action, id: actor, ...(type === 'container' ? {from: attributes['image'] ?? ''} : {})} : {};
	return {
		...legacy, Type: type, Action: action, Actor: {ID: actor, Attributes: attributes}, scope: 'local', time: seconds,
		// Beyond what a double can hold: written as text and put in below.
		timeNano: `@${seconds}${String(nanoseconds).padStart(9, '0')}`,
	};
}

function matchesEvent({type, action, actor, attributes}: DockerEvent, filters: Filters): boolean {
	const any = (name: string, test: (value: string) => boolean) => !filters.has(name) || filters.get(name)!.some(test);
	const isActor = (wanted: string) => (value: string) => type === wanted ? actor.startsWith(value) || attributes['name'] === value : attributes[wanted] === value;
	return any('type', value => value === type) && any('event', value => action === value || action.startsWith(`${value}:`))
		&& any('container', isActor('container')) && any('network', isActor('network')) && any('volume', isActor('volume'))
		&& any('image', value => type === 'image' ? actor.startsWith(value) || attributes['name'] === value : attributes['image'] === value)
		&& any('scope', value => value === 'local') && matchesLabels(attributes, filters.get('label'));
}

/** GET /events. */
function * events(act: Act): Work<void> {
	const {host, connection, request: {query}, head} = act;
	const filters = parseFilters(query.get('filters') ?? undefined, ['type', 'event', 'container', 'image', 'network', 'volume', 'label', 'scope', 'daemon', 'plugin']);
	if (isEngineError(filters)) {
		yield * connection.refuse(filters, head);
		return;
	}

	const sinceNs = parseMoment(host.tx, query.get('since'));
	const untilNs = parseMoment(host.tx, query.get('until'));
	let shown = sinceNs === undefined ? Math.max(0, ...[...host.tx.table(`docker-event:${host.engine}`).keys()].map(Number)) : 0;
	yield * connection.beginStream('application/json');
	while (connection.isOpen) {
		const news = [...host.tx.table(`docker-event:${host.engine}`).values()].filter(event => event.id > shown);
		for (const event of news) {
			shown = event.id;
			if (matchesEvent(event, filters) && (sinceNs === undefined || event.atNs >= sinceNs) && (untilNs === undefined || event.atNs <= untilNs)) {
				const line = encodeHtmlSafeJson(eventJson(host, event)).replace(/"timeNano":"@(?<digits>-?\d+)"/v, '"timeNano":$<digits>');
				yield * connection.sendChunk(encodeText(`${line}\n`));
			}
		}

		if (untilNs !== undefined && host.process.sys.now() >= untilNs) {
			break;
		}

		yield * sleepOn([eventChannel(host.engine), connection.readChannel], untilNs);
		if (connection.take()?.length === 0) {
			connection.close();
		}
	}

	yield * connection.endStream(head);
}

/** GET /containers/{id}/stats: once, or every second. */
function * stats(act: Act): Work<void> {
	const {host, connection, request: {query}, head} = act;
	const found = findContainer(host, idOf(act));
	if (isEngineError(found)) {
		yield * connection.refuse(found, head);
		return;
	}

	const isStream = query.get('stream') === null || flagOf(query, 'stream');
	yield * connection.beginStream('application/json');
	let before = isStream || flagOf(query, 'one-shot') ? undefined : containerStats(host, found);
	if (before !== undefined) {
		// Two samples a second apart, so that the client can tell a rate.
		yield * sleepOn([], host.process.sys.now() + secondNs);
	}

	for (;;) {
		const container = getContainer(host, found.id);
		if (container === undefined || !connection.isOpen) {
			break;
		}

		const sample = containerStats(host, container);
		yield * connection.sendChunk(encodeText(`${encodeJson({...sample.json, ...(before === undefined ? {} : {preread: before.json['read'], precpu_stats: before.json['cpu_stats']})})}\n`));
		before = sample;
		if (!isStream) {
			break;
		}

		yield * sleepOn([connection.readChannel], host.process.sys.now() + secondNs);
		if (connection.take()?.length === 0) {
			connection.close();
		}
	}

	yield * connection.endStream(head);
}

export const streamRoutes: ReadonlyArray<Route<ActHandler>> = [
	{method: 'POST', pattern: '/containers/:id/wait', handler: wait},
	{method: 'POST', pattern: '/containers/:id/attach', handler: attach},
	{method: 'GET', pattern: '/containers/:id/stats', handler: stats},
	{method: 'POST', pattern: '/exec/:id/start', handler: execStart},
	{method: 'GET', pattern: '/events', handler: events},
];
