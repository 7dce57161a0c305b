// dockerd: the process that owns an engine. It listens on a unix socket and gives every connection a thread.
// Source: moby/moby cmd/dockerd, daemon/daemon.go.

import {encodeText} from '../base/bytes.js';
import {nowNs} from '../base/clock.js';
import {upgradeOf} from '../base/http.js';
import {randomHex} from '../base/random.js';
import {makeDirectories, writeFile} from '../model/container/container-files.js';
import {readTextFile} from '../model/container/container-filesystem.js';
import {stopContainer} from '../model/container/container-control.js';
import {startContainer} from '../model/container/container-start.js';
import {changeContainer, isRunning} from '../model/container/container-store.js';
import {makePredefinedNetworks} from '../model/container/docker-network.js';
import {engineInfo} from '../model/container/engine.js';
import {type EngineHost, type EngineMemory, engineHost, hostCaller, makeEngineMemory, sleepOn, type Work} from '../model/container/engine-host.js';
import {engineVersion} from '../model/container/version.js';
import {accept} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import type {Fd, Process, Running} from '../model/kernel/program.js';
import {findTask} from '../model/kernel/tasks.js';
import type {ActHandler} from './act.js';
import {type ApiRequest, checkVersion, type HttpProblem, parseApiRequest} from './api-request.js';
import {archiveRoutes} from './archive-routes.js';
import {buildRoutes} from './build-routes.js';
import {Connection, type Incoming} from './connection.js';
import {readDaemonConfig} from './daemon-config.js';
import {containerRoutes} from './container-routes.js';
import {handleParsed} from './handle.js';
import {imageRoutes} from './image-routes.js';
import {logRoutes} from './log-routes.js';
import {networkRoutes} from './network-routes.js';
import {Router} from './router.js';
import {streamRoutes} from './stream-routes.js';
import {isUnmodelled} from './unmodelled.js';

const socketPath = '/var/run/docker.sock';
const pidPath = '/var/run/docker.pid';
/** How long containers get when the daemon stops. Source: dockerd --shutdown-timeout. */
const shutdownSeconds = 15;

const router = new Router<ActHandler>([...containerRoutes, ...logRoutes, ...streamRoutes, ...imageRoutes, ...networkRoutes, ...archiveRoutes, ...buildRoutes]);

/** The program. */
export function * dockerd(process: Process): Running {
	const refused = checkArguments(process);
	if (refused !== undefined) {
		return refused;
	}

	const memory = sharedMemory(process);
	const host = engineHost(process, memory);
	for (const signal of ['TERM', 'INT', 'HUP'] as const) {
		process.sys.sigaction(signal, 'catch');
	}

	process.sys.sigaction('PIPE', 'ignore');
	const problem = yield * begin(host);
	if (problem !== undefined) {
		process.sys.write(2, encodeText(`${problem}\n`));
		return 1;
	}

	const socket = listen(host);
	if (typeof socket === 'string') {
		process.sys.write(2, encodeText(`${socket}\n`));
		return 1;
	}

	yield * restoreContainers(host);
	for (;;) {
		const client = yield * accept(process, socket);
		if (!failed(client)) {
			process.sys.fork(thread => serve(thread, memory, client, socket), {thread: true});
			process.sys.close(client);
		} else if (client.errno === 'EINTR') {
			const signals = process.sys.takeSignals();
			if (signals.some(signal => signal !== 'HUP')) {
				return yield * shutDown(host, socket);
			}

			const refusal = signals.length === 0 ? undefined : readDaemonConfig(host);
			process.sys.write(2, encodeText(refusal === undefined ? '' : `${refusal}\n`));
		}
	}
}

/** The shims of containers that outlived a daemon and the next daemon must find each other; who was attached through the old one is gone. */
function sharedMemory({sys}: Process): EngineMemory {
	const memory = sys.kernel().shared('dockerd', makeEngineMemory);
	memory.isStopping = false;
	for (const live of memory.live.values()) {
		live.attachments.clear();
	}

	return memory;
}

/** `dockerd --version`, and options that would be ignored if they were not refused. */
function checkArguments({argv, sys}: Process): number | undefined {
	for (let at = 1; at < argv.length; at++) {
		const word = argv[at]!;
		if (word === '--version' || word === '-v') {
			sys.write(1, encodeText(`Docker version ${engineVersion}, build 3ef3c07\n`));
			return 0;
		}

		if (word === '-H' || word === '--host') {
			at++;
		} else if (!/^(?:--containerd=.*|-H.+|--host=.*)$/v.test(word)) {
			sys.write(2, encodeText(word.startsWith('-') ? `unknown flag: ${word.split('=', 1)[0]!}\nSee 'dockerd --help'.\n` : '"dockerd" accepts no arguments.\nSee \'dockerd --help\'.\n'));
			return 125;
		}
	}

	return undefined;
}

/** The pid file, the daemon's directories and its predefined networks. */
function * begin(host: EngineHost): Work<string | undefined> {
	const {process} = host;
	if (process.sys.credentials().uid !== 0) {
		return 'failed to start daemon: dockerd needs to be started with root privileges. To run dockerd in rootless mode as an unprivileged user, see https://docs.docker.com/go/rootless/';
	}

	const other = Number((readTextFile(hostCaller(host), pidPath) ?? '').trim());
	if (other > 0 && other !== process.sys.getpid() && findTask(host.tx, host.engine, other)?.name === 'dockerd') {
		return `failed to start daemon, ensure docker is not running or delete ${pidPath}: process with PID ${other} is still running`;
	}

	for (const directory of ['containers', 'overlay2', 'volumes', 'image', 'network']) {
		makeDirectories(process, `/var/lib/docker/${directory}`, 0o710);
	}

	yield * writeFile(process, pidPath, `${process.sys.getpid()}`);
	const info = engineInfo(host);
	host.tx.put('engine', host.engine, {...info, id: info.id === '' ? newUuid(host) : info.id, daemon: host.access.task, startedNs: nowNs(host.tx)});
	makePredefinedNetworks(host);
	return readDaemonConfig(host);
}

function newUuid({tx}: EngineHost): string {
	const digits = randomHex(tx, 'engine-id', 32);
	return [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`, `8${digits.slice(17, 20)}`, digits.slice(20)].join('-');
}

/** A listening descriptor, or why there is none. The socket belongs to the group `docker`. */
function listen(host: EngineHost): Fd | string {
	const {sys} = host.process;
	sys.unlink(socketPath);
	const socket = sys.socket('unix');
	if (failed(socket)) {
		return `failed to load listeners: can't create unix socket ${socketPath}: ${socket.errno}`;
	}

	const bound = sys.bind(socket, {family: 'unix', path: socketPath});
	const listening = failed(bound) ? bound : sys.listen(socket);
	if (failed(listening)) {
		return `failed to load listeners: can't create unix socket ${socketPath}: ${listening.errno}`;
	}

	const group = /^docker:[^:]*:(?<gid>\d+):/mv.exec(readTextFile(hostCaller(host), '/etc/group') ?? '')?.groups?.['gid'];
	sys.chown(socketPath, 0, Number(group ?? 0));
	sys.chmod(socketPath, 0o660);
	return socket;
}

/** Containers that a daemon before this one left running are stopped, unless it may keep them; then those that should run start again. */
function * restoreContainers(host: EngineHost): Work<void> {
	if (!engineInfo(host).isLiveRestoring) {
		yield * stopAll(host);
	}

	for (const container of [...host.tx.table(`container:${host.engine}`).values()]) {
		const policy = container.hostConfig.RestartPolicy.Name;
		const wants = policy === 'always' || (policy === 'unless-stopped' && !container.state.isManuallyStopped);
		if (wants && !isRunning(container) && container.state.status !== 'created') {
			yield * startContainer(host, container.id);
		}
	}
}

/** Stops all containers at the same time. Their restart policies do not see it as somebody's wish. */
function * stopAll(host: EngineHost): Work<void> {
	const {memory} = host;
	const channel = `dockerd-stopped:${host.engine}`;
	let running = 0;
	memory.isStopping = true;
	for (const {id, config, state} of [...host.tx.table(`container:${host.engine}`).values()]) {
		if (!['running', 'paused', 'restarting'].includes(state.status)) {
			continue;
		}

		running++;
		host.process.sys.fork(function * (thread) {
			const own = engineHost(thread, memory);
			yield * stopContainer(own, id, config.StopTimeout ?? shutdownSeconds);
			changeContainer(own, id, {state: {isManuallyStopped: state.isManuallyStopped}});
			running--;
			own.access.wake(channel);
			return 0;
		}, {thread: true});
	}

	while (running > 0) {
		yield * sleepOn([channel]);
	}

	memory.isStopping = false;
}

function * shutDown(host: EngineHost, socket: Fd): Running {
	if (!engineInfo(host).isLiveRestoring) {
		yield * stopAll(host);
	}

	host.process.sys.close(socket);
	host.process.sys.unlink(socketPath);
	host.process.sys.unlink(pidPath);
	return 0;
}

/** One connection: requests until one side has enough. */
function * serve(process: Process, memory: EngineMemory, client: Fd, listener: Fd): Running {
	process.sys.close(listener);
	const connection = new Connection(engineHost(process, memory), client);
	while (connection.isOpen) {
		const incoming = yield * connection.nextRequest();
		if (incoming === undefined) {
			break;
		}

		yield * answer(connection, incoming);
	}

	return 0;
}

function * answer(connection: Connection, {request, head}: Incoming): Work<void> {
	const {host} = connection;
	const parsed = parseApiRequest(request);
	const problem = checkVersion(parsed);
	if (problem !== undefined) {
		yield * connection.refuse(problem, head);
		return;
	}

	const read = handleParsed(host, parsed);
	if (read !== undefined) {
		yield * connection.respond(read, head);
		return;
	}

	const match = router.match(parsed.method, parsed.path);
	if (match === undefined) {
		yield * connection.refuse(noSuchPath(parsed, upgradeOf(request.headers) === 'h2c'), head);
		return;
	}

	yield * match.handler({host, request: parsed, head, params: match.params, connection});
}

function noSuchPath({method, path}: ApiRequest, isSession: boolean): HttpProblem {
	if (isSession) {
		return {status: 501, message: 'virtlab does not model BuildKit sessions: build with DOCKER_BUILDKIT=0'};
	}

	return isUnmodelled(path) ? {status: 501, message: `virtlab does not model ${method} ${path}`} : {status: 404, message: 'page not found'};
}
