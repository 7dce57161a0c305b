// docker exec, attach, start: going into a container that is there. Source: docker/cli cli/command/container/{exec,attach,start}.go.

import {attend, type Session} from '../client/attached.js';
import {print, warn, type Client} from '../client/client.js';
import {call, fetchJson, hijack} from '../client/request.js';
import type {Call, CommandSpec} from '../command/command.js';
import {attachFlags, execFlags, startFlags} from '../command/flag-table.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import {keyValues} from '../container/env-file.js';
import {flagOf, memberOf, numberOf, textOf, type Json, type Writable} from '../go/json.js';
import {attachQuery, detachKeys, exitStatus, openWait} from './run.js';

export const exec: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] CONTAINER COMMAND [ARG...]',
	short: 'Execute a command in a running container',
	aliases: 'docker container exec, docker exec',
	flags: execFlags,
	arguments: {kind: 'at-least', count: 2},
	isInterspersed: false,
	run: execute,
};

function * execute({client, flags, args}: Call): Steps<number | Refusal> {
	const [container = '', ...command] = args;
	const env = yield * keyValues(client, flags.list('env-file'), flags.list('env'), name => client.process.env.get(name));
	const keys = refused(env) ? env : detachKeys(flags);
	if (refused(env) || refused(keys)) {
		return refused(env) ? env : keys as Refusal;
	}

	// The container must be there before an exec id takes up memory of the daemon.
	const there = yield * fetchJson(client, {method: 'GET', path: `/containers/${container}/json`});
	if (refused(there)) {
		return there;
	}

	const isDetached = flags.bool('detach');
	const hasTerminal = flags.bool('tty');
	const attachStdin = flags.bool('interactive') && !isDetached;
	if (!isDetached && attachStdin && hasTerminal && !client.process.sys.isTerminal(0)) {
		return refusal('the input device is not a TTY');
	}

	const json: Writable = {
		User: flags.text('user'), Privileged: flags.bool('privileged'), Tty: hasTerminal, AttachStdin: attachStdin, AttachStderr: !isDetached, AttachStdout: !isDetached,
		Detach: isDetached, DetachKeys: flags.text('detach-keys'), Env: env.length === 0 ? undefined : env, WorkingDir: flags.text('workdir'), Cmd: command,
	};
	const made = yield * fetchJson(client, {method: 'POST', path: `/containers/${container}/exec`, json});
	if (refused(made)) {
		return made;
	}

	const id = textOf(memberOf(made.value, 'Id'));
	if (id === '') {
		return refusal('exec ID empty');
	}

	const start: Writable = {Detach: isDetached, Tty: hasTerminal};
	if (isDetached) {
		const started = yield * call(client, {method: 'POST', path: `/exec/${id}/start`, json: start});
		return refused(started) ? started : 0;
	}

	const session: Session = {hasTerminal, forwardsStdin: attachStdin, detachKeys: keys as readonly number[], resizePath: `/exec/${id}`};
	return yield * interact(client, id, start, session);
}

function * interact(client: Client, id: string, start: Writable, session: Session): Steps<number | Refusal> {
	const attached = yield * hijack(client, {method: 'POST', path: `/exec/${id}/start`, json: start});
	if (refused(attached)) {
		return attached;
	}

	if ((yield * attend(client, attached, session)) === 'detached') {
		return refusal('read escape sequence');
	}

	const ended = yield * fetchJson(client, {method: 'GET', path: `/exec/${id}/json`});
	return refused(ended) ? ended : numberOf(memberOf(ended.value, 'ExitCode'));
}

export const attach: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] CONTAINER',
	short: 'Attach local standard input, output, and error streams to a running container',
	aliases: 'docker container attach, docker attach',
	flags: attachFlags,
	arguments: {kind: 'exactly', count: 1},
	* run({client, flags, args}) {
		const [container = ''] = args;
		const keys = detachKeys(flags);
		if (refused(keys)) {
			return keys;
		}

		const found = yield * fetchJson(client, {method: 'GET', path: `/containers/${container}/json`});
		if (refused(found)) {
			return found;
		}

		const problem = attachProblem(found.value);
		if (problem !== undefined) {
			return refusal(problem);
		}

		const waiting = yield * openWait(client, container, false);
		const forwardsStdin = !flags.bool('no-stdin') && flagOf(memberOf(found.value, 'Config', 'OpenStdin'));
		const outcome = yield * join(client, {
			container, document: found.value, forwardsStdin, keys, keyText: flags.text('detach-keys'), proxiesSignals: flags.bool('sig-proxy'),
		});
		if (refused(outcome) || refused(waiting)) {
			return refused(outcome) ? outcome : waiting as Refusal;
		}

		return outcome === 'detached' ? refusal('read escape sequence') : yield * exitStatus(waiting);
	},
};

function attachProblem(document: Json): string | undefined {
	const is = (name: string) => flagOf(memberOf(document, 'State', name));
	if (!is('Running')) {
		return 'You cannot attach to a stopped container, start it first';
	}

	if (is('Paused')) {
		return 'You cannot attach to a paused container, unpause it first';
	}

	return is('Restarting') ? 'You cannot attach to a restarting container, wait until it is running' : undefined;
}

type Joining = {
	readonly container: string;
	/** What `inspect` says of it. */
	readonly document: Json;
	readonly forwardsStdin: boolean;
	readonly keys: readonly number[];
	readonly keyText: string;
	readonly proxiesSignals: boolean;
	/** Runs between attaching and streaming. */
	readonly begin?: () => Steps<Refusal | undefined>;
};

function * join(client: Client, joining: Joining): Steps<'ended' | 'detached' | Refusal> {
	const path = `/containers/${joining.container}`;
	const hasTerminal = flagOf(memberOf(joining.document, 'Config', 'Tty'));
	if (joining.forwardsStdin && hasTerminal && !client.process.sys.isTerminal(0)) {
		return refusal('the input device is not a TTY');
	}

	const attached = yield * hijack(client, {method: 'POST', path: `${path}/attach`, query: attachQuery({stdin: joining.forwardsStdin, stdout: true, stderr: true, keys: joining.keyText})});
	if (refused(attached)) {
		return attached;
	}

	const problem = joining.begin === undefined ? undefined : yield * joining.begin();
	if (problem !== undefined) {
		client.process.sys.close(attached.fd);
		return problem;
	}

	return yield * attend(client, attached, {
		hasTerminal, forwardsStdin: joining.forwardsStdin, detachKeys: joining.keys, resizePath: path, signalPath: joining.proxiesSignals && !hasTerminal ? path : undefined,
	});
}

export const start: CommandSpec = {
	kind: 'command',
	use: '[OPTIONS] CONTAINER [CONTAINER...]',
	short: 'Start one or more stopped containers',
	aliases: 'docker container start, docker start',
	flags: startFlags,
	arguments: {kind: 'at-least', count: 1},
	run: startContainers,
};

function * startContainers(called: Call): Steps<number | Refusal> {
	const {client, flags, args} = called;
	if (flags.bool('attach') || flags.bool('interactive')) {
		return args.length > 1 ? refusal('you cannot start and attach multiple containers at once') : yield * startAttached(called);
	}

	const failures: string[] = [];
	for (const name of args) {
		const started = yield * call(client, {method: 'POST', path: `/containers/${name}/start`});
		if (refused(started)) {
			yield * warn(client, `${started.message}\n`);
			failures.push(name);
		} else {
			yield * print(client, `${name}\n`);
		}
	}

	return failures.length === 0 ? 0 : refusal(`Error: failed to start containers: ${failures.join(', ')}`);
}

function * startAttached({client, flags, args}: Call): Steps<number | Refusal> {
	const keys = detachKeys(flags);
	if (refused(keys)) {
		return keys;
	}

	const found = yield * fetchJson(client, {method: 'GET', path: `/containers/${args[0]}/json`});
	if (refused(found)) {
		return found;
	}

	const container = textOf(memberOf(found.value, 'Id'));
	let status: Steps<number | Refusal> | undefined;
	const outcome = yield * join(client, {
		container, document: found.value, forwardsStdin: flags.bool('interactive') && flagOf(memberOf(found.value, 'Config', 'OpenStdin')), keys, keyText: flags.text('detach-keys'), proxiesSignals: true,
		* begin() {
			const waiting = yield * openWait(client, container, flagOf(memberOf(found.value, 'HostConfig', 'AutoRemove')));
			status = refused(waiting) ? undefined : exitStatus(waiting);
			const started = yield * call(client, {method: 'POST', path: `/containers/${container}/start`});
			return refused(started) ? started : (refused(waiting) ? waiting : undefined);
		},
	});
	if (refused(outcome)) {
		return outcome;
	}

	return outcome === 'detached' || status === undefined ? 0 : yield * status;
}
