// docker run and docker create. Source: docker/cli cli/command/container/run.go, create.go.
//
//     create ─(404)─> pull, create again ──> attach ──> wait (headers come at once) ──> start ──> stream ──> exit status

import {encodeText} from '../../../base/bytes.js';
import {familiarReference, isReferenceError, parseReference, withDefaultTag, type Reference} from '../../../model/container/reference.js';
import {write} from '../../../model/kernel/blocking.js';
import {errorTextOf, failed} from '../../../model/kernel/errno.js';
import {attend, type Session} from '../client/attached.js';
import {print, warn, type Client} from '../client/client.js';
import {bodyOf, call, fetchJson, hijack, stream, type Query, type Stream} from '../client/request.js';
import {defaultDetachKeys, parseDetachKeys} from '../client/detach-keys.js';
import type {Call, CommandSpec} from '../command/command.js';
import {createFlags, runFlags} from '../command/flag-table.js';
import type {Flags} from '../command/flag-set.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {createRequest, type CreateRequest} from '../container/create-body.js';
import {memberOf, numberOf, parseJson, textOf, textsOf} from '../go/json.js';
import {pullImage} from './pull.js';

export const run: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
	short: 'Create and run a new container from an image',
	aliases: 'docker container run, docker run',
	flags: runFlags,
	arguments: {kind: 'at-least', count: 1},
	isInterspersed: false,
	run: runContainer,
};

export const create: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
	short: 'Create a new container',
	aliases: 'docker container create, docker create',
	flags: createFlags,
	arguments: {kind: 'at-least', count: 1},
	isInterspersed: false,
	* run({client, flags, args}) {
		const request = yield * readRequest(client, flags, args);
		if (refused(request)) {
			return withHelp(request, 'create');
		}

		const id = yield * createContainer(client, request, flags, false);
		if (refused(id)) {
			return id;
		}

		yield * print(client, `${id}\n`);
		return 0;
	},
};

function * runContainer({client, flags, args}: Call): Steps<number | Refusal> {
	const request = yield * readRequest(client, flags, args);
	if (refused(request)) {
		return withHelp(request, 'run');
	}

	const isDetached = flags.bool('detach');
	if (!isDetached && request.attachStdin && request.hasTerminal && !client.process.sys.isTerminal(0)) {
		return refusal('the input device is not a TTY');
	}

	if (isDetached && flags.changed('attach')) {
		return refusal('conflicting options: cannot specify both --attach and --detach');
	}

	const keys = detachKeys(flags);
	if (refused(keys)) {
		return keys;
	}

	const id = yield * createContainer(client, request, flags, isDetached);
	if (refused(id)) {
		return asStatus(id);
	}

	return isDetached ? yield * startInBackground(client, request, id) : yield * runInForeground(client, {request, id, flags, keys});
}

function * readRequest(client: Client, flags: Flags, args: readonly string[]): Steps<CreateRequest | Refusal> {
	const when = flags.text('pull');
	if (!['always', 'missing', 'never', ''].includes(when)) {
		return refusal(`invalid pull option: '${when}': must be one of "always", "missing" or "never"`);
	}

	return yield * createRequest(client, flags, args);
}

export function detachKeys(flags: Flags): readonly number[] | Refusal {
	const text = flags.text('detach-keys');
	const keys = text === '' ? defaultDetachKeys : parseDetachKeys(text);
	return 'error' in keys ? refusal(`invalid detach keys (${text}): ${keys.error}`) : keys;
}

function withHelp(problem: Refusal, command: string, status = 125): Refusal {
	return refusal(`docker: ${problem.message}\n\nRun 'docker ${command} --help' for more information`, status);
}

/** 127 for a command that is not there, 126 for one that cannot be executed, 125 for everything else (toStatusError). */
function asStatus(problem: Refusal): Refusal {
	const {message} = problem;
	if (['executable file not found', 'no such file or directory', 'system cannot find the file specified'].some(words => message.includes(words))) {
		return withHelp(problem, 'run', 127);
	}

	return withHelp(problem, 'run', ['permission denied', 'is a directory'].some(words => message.includes(words)) ? 126 : 125);
}

/** Makes the container, fetching its image if need be; gives its id. */
function * createContainer(client: Client, request: CreateRequest, flags: Flags, isDetached: boolean): Steps<string | Refusal> {
	const idFile = flags.text('cidfile');
	if (idFile !== '' && !failed(client.process.sys.stat(idFile))) {
		return refusal(`container ID file found, make sure the other container isn't running or delete ${idFile}`);
	}

	const isId = /^[\da-f]{64}$/v.test(request.image);
	const parsed = parseReference(request.image);
	if (isReferenceError(parsed) && !isId) {
		return refusal(parsed.message);
	}

	const reference = isReferenceError(parsed) ? undefined : (parsed.digest === undefined ? withDefaultTag(parsed) : parsed);
	const fd = flags.bool('quiet') ? undefined : 2;
	const early = flags.text('pull') === 'always' && reference !== undefined ? yield * pullImage(client, reference, {fd, platform: flags.text('platform')}) : undefined;
	if (early !== undefined) {
		return early;
	}

	const query: Query = [...flags.text('name') === '' ? [] : [['name', flags.text('name')]] as const, ...flags.text('platform') === '' ? [] : [['platform', flags.text('platform')]] as const];
	const ask = () => fetchJson(client, {method: 'POST', path: '/containers/create', query, json: request.body({isDetached, consoleSize: consoleSize(client)})});
	let answer = yield * ask();
	if (refused(answer) && answer.httpStatus === 404 && reference !== undefined && flags.text('pull') === 'missing') {
		const problem = yield * pullMissing(client, reference, {fd, platform: flags.text('platform')});
		answer = problem ?? (yield * ask());
	}

	if (refused(answer)) {
		return answer;
	}

	for (const warning of textsOf(memberOf(answer.value, 'Warnings'))) {
		yield * warn(client, `WARNING: ${warning}\n`);
	}

	const id = textOf(memberOf(answer.value, 'Id'));
	return idFile === '' ? id : yield * writeIdFile(client, idFile, id);
}

function * pullMissing(client: Client, reference: Reference, options: {readonly fd: 2 | undefined; readonly platform: string}): Steps<Refusal | undefined> {
	if (options.fd !== undefined) {
		yield * warn(client, `Unable to find image '${familiarReference(reference)}' locally\n`);
	}

	return yield * pullImage(client, reference, options);
}

function * writeIdFile(client: Client, path: string, id: string): Steps<string | Refusal> {
	const {sys} = client.process;
	const fd = sys.open(path, {write: true, create: true, truncate: true}, 0o666);
	if (failed(fd)) {
		return refusal(`failed to create the container ID file: open ${path}: ${errorTextOf(fd).toLowerCase()}`);
	}

	yield * write(client.process, fd, encodeText(id));
	sys.close(fd);
	return id;
}

function consoleSize(client: Client): readonly [number, number] {
	const size = client.process.sys.isTerminal(1) ? client.process.sys.windowSize(1) : undefined;
	return size === undefined || failed(size) ? [0, 0] : [size.rows, size.columns];
}

function * startInBackground(client: Client, request: CreateRequest, id: string): Steps<number | Refusal> {
	const waiting = yield * openWait(client, id, request.autoRemove);
	yield * print(client, `${id}\n`);
	const started = yield * call(client, {method: 'POST', path: `/containers/${id}/start`});
	if (refused(started)) {
		if (request.autoRemove && !refused(waiting)) {
			yield * bodyOf(waiting);
		}

		return asStatus(started);
	}

	if (!refused(waiting)) {
		waiting.close();
	}

	return 0;
}

type Foreground = {readonly request: CreateRequest; readonly id: string; readonly flags: Flags; readonly keys: readonly number[]};

function * runInForeground(client: Client, {request, id, flags, keys}: Foreground): Steps<number | Refusal> {
	const {hasTerminal, attachStdin, attachStdout, attachStderr} = request;
	const attached = yield * hijack(client, {method: 'POST', path: `/containers/${id}/attach`, query: attachQuery({stdin: attachStdin, stdout: attachStdout, stderr: attachStderr, keys: flags.text('detach-keys')})});
	if (refused(attached)) {
		return attached;
	}

	const waiting = yield * openWait(client, id, request.autoRemove);
	const started = yield * call(client, {method: 'POST', path: `/containers/${id}/start`});
	if (refused(started)) {
		client.process.sys.close(attached.fd);
		if (request.autoRemove && !refused(waiting)) {
			yield * bodyOf(waiting);
		}

		return asStatus(started);
	}

	const path = `/containers/${id}`;
	// A raw terminal sends its keys to the container, Ctrl-C included; without one, signals are passed on.
	const session: Session = {
		hasTerminal, forwardsStdin: attachStdin, detachKeys: keys, resizePath: path, signalPath: flags.bool('sig-proxy') && !hasTerminal ? path : undefined,
	};
	const outcome = yield * attend(client, attached, session);
	if (outcome === 'detached') {
		return 0;
	}

	return refused(waiting) ? waiting : yield * exitStatus(waiting);
}

type AttachOptions = {readonly stdin: boolean; readonly stdout: boolean; readonly stderr: boolean; readonly keys: string};

export function attachQuery({stdin, stdout, stderr, keys}: AttachOptions): Query {
	const on = (name: string, value: boolean) => value ? [[name, '1']] as const : [];
	return [['stream', '1'], ...on('stdin', stdin), ...on('stdout', stdout), ...on('stderr', stderr), ...keys === '' ? [] : [['detachKeys', keys]] as const];
}

/** Asks to be told of the container's end; the daemon answers with headers at once and with the status then. */
export function * openWait(client: Client, id: string, isRemoved: boolean): Steps<Stream | Refusal> {
	return yield * stream(client, {method: 'POST', path: `/containers/${id}/wait`, query: [['condition', isRemoved ? 'removed' : 'next-exit']]});
}

/** The status that a `wait` ends with. */
export function * exitStatus(waiting: Stream): Steps<number | Refusal> {
	const parsed = parseJson(new TextDecoder().decode(yield * bodyOf(waiting)));
	waiting.close();
	if ('error' in parsed) {
		return refusal(`Error waiting for container: ${parsed.error}`, 125);
	}

	const problem = textOf(memberOf(parsed.value, 'Error', 'Message'));
	return problem === '' ? numberOf(memberOf(parsed.value, 'StatusCode')) : refusal(`Error waiting for container: ${problem}`, 125);
}
