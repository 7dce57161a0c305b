// libvirtd: the daemon that virsh talks to. It listens on a unix socket, gives every client a thread, and notices when a QEMU
// process ends. Domains outlive it: they are processes of their own, and a new libvirtd finds them running.
// Source: libvirt 9.0 src/remote/remote_daemon.c.
//
// Simplified: systemd's sockets and `--timeout` (leave when idle, come back when called) are not modelled: it stays.

import {textFromBytes} from '../base/byte-text.js';
import {encodeText} from '../base/bytes.js';
import {parseJson} from '../base/json.js';
import {readAll, write} from '../model/kernel/blocking.js';
import {failed} from '../model/kernel/errno.js';
import type {Fd, Process, Running} from '../model/kernel/program.js';
import {childChannel} from '../model/kernel/signal-delivery.js';
import {findTask} from '../model/kernel/tasks.js';
import {answerRequest} from './libvirt/driver.js';
import {JsonLines} from './libvirt/json-lines.js';
import {collectEnded, libvirtVersion, qemuDriver, startAutostarted} from './libvirt/qemu-driver.js';
import {readRequest} from './libvirt/request.js';
import type {Blocking} from './standard-io.js';

export const libvirtSocket = '/var/run/libvirt/libvirt-sock';
const directory = '/run/libvirt';
const pidPath = '/run/libvirtd.pid';

export function * libvirtd(process: Process): Running {
	const {sys} = process;
	const isDaemon = readArguments(process);
	if (typeof isDaemon === 'number') {
		return isDaemon;
	}

	if (isDaemon) {
		sys.fork(child => serve(child));
		return 0;
	}

	return yield * serve(process);
}

/** Whether to go to the background, or the exit status. */
function readArguments({argv, sys}: Process): boolean | number {
	let isDaemon = false;
	for (let at = 1; at < argv.length; at++) {
		const word = argv[at]!;
		if (word === '--version' || word === '-V') {
			sys.write(1, encodeText(`${argv[0]!} (libvirt) ${libvirtVersion}\n`));
			return 0;
		}

		if (word === '-d' || word === '--daemon') {
			isDaemon = true;
		} else if (word === '-t' || word === '--timeout') {
			at++;
		} else if (word !== '-v' && word !== '--verbose') {
			sys.write(2, encodeText(`${argv[0]!}: unrecognized option '${word}'\n`));
			return 1;
		}
	}

	return isDaemon;
}

function * serve(process: Process): Running {
	const {sys} = process;
	sys.setsid();
	const problem = yield * claim(process);
	const socket = problem === undefined ? listen(process) : problem;
	if (typeof socket === 'string') {
		sys.write(2, encodeText(`libvirtd: error : ${socket}\n`));
		return 1;
	}

	for (const signal of ['TERM', 'INT'] as const) {
		sys.sigaction(signal, 'catch');
	}

	sys.sigaction('PIPE', 'ignore');
	collectEnded(process);
	startAutostarted(process, name => {
		answerRequest(qemuDriver(process), {call: 'start', name, paused: false});
	});
	return yield * acceptClients(process, socket);
}

function * acceptClients(process: Process, socket: Fd): Running {
	const {sys} = process;
	for (;;) {
		if (sys.takeSignals().length > 0) {
			sys.unlink(libvirtSocket);
			sys.unlink(pidPath);
			return 0;
		}

		collectEnded(process);
		const client = sys.accept(socket);
		if (!failed(client)) {
			sys.fork(thread => serveClient(thread, client, socket), {thread: true});
			sys.close(client);
			continue;
		}

		// QEMU processes are children of the first process; what ends there may be one of ours.
		yield {kind: 'sleep', channels: [sys.readChannel(socket), childChannel(sys.kernel().kernel, 1)]};
	}
}

/** The pid file; why another daemon forbids it. */
function * claim(process: Process): Blocking<string | undefined> {
	const {sys} = process;
	if (sys.credentials().uid !== 0) {
		return 'virtlab models the system daemon only, which root starts';
	}

	const old = sys.open(pidPath, {read: true});
	if (!failed(old)) {
		const bytes = yield * readAll(process, old);
		sys.close(old);
		const pid = failed(bytes) ? 0 : Number(textFromBytes(bytes).trim());
		const {tx, kernel} = sys.kernel();
		if (pid !== sys.getpid() && findTask(tx, kernel, pid)?.name === 'libvirtd') {
			return `Failed to acquire pid file '${pidPath}': Resource temporarily unavailable`;
		}
	}

	const file = sys.open(pidPath, {write: true, create: true, truncate: true}, 0o644);
	if (!failed(file)) {
		yield * write(process, file, encodeText(`${sys.getpid()}\n`));
		sys.close(file);
	}

	return undefined;
}

/** The group of the socket, as Debian's packages make it. */
const libvirtGroup = 64_055;

function listen({sys}: Process): Fd | string {
	sys.mkdir(directory, 0o755);
	sys.unlink(libvirtSocket);
	const socket = sys.socket('unix');
	if (failed(socket)) {
		return `Failed to create socket: ${socket.errno}`;
	}

	const bound = sys.bind(socket, {family: 'unix', path: libvirtSocket});
	const listening = failed(bound) ? bound : sys.listen(socket);
	if (failed(listening)) {
		return `Failed to bind socket to '${libvirtSocket}': ${listening.errno}`;
	}

	sys.chown(libvirtSocket, 0, libvirtGroup);
	sys.chmod(libvirtSocket, 0o660);
	return socket;
}

/** One client: a line of request, a line of answer, until it leaves. */
function * serveClient(process: Process, client: Fd, listener: Fd): Running {
	process.sys.close(listener);
	const lines = new JsonLines(process, client);
	for (;;) {
		const line = yield * lines.next();
		if (line === undefined) {
			return 0;
		}

		const parsed = parseJson(line);
		const request = 'value' in parsed ? readRequest(parsed.value) : undefined;
		yield * lines.send(request === undefined ? {refusal: 'Cannot recv data: Connection reset by peer'} : answerRequest(qemuDriver(process), request));
	}
}
