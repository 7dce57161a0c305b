// The shim: the process on the host that is the parent of a container's processes. It reads what the container writes, logs it and hands
// it to whoever is attached, feeds it input, and waits for its processes to end. Source: containerd runtime/v2 README.
//
// Simplified: the real shim hands the output to dockerd by fifos and tells it of exits over ttrpc; ours knows the daemon's memory.

import {wallTime} from '../../base/clock.js';
import {failed} from '../kernel/errno.js';
import type {ChildStatus, Fd, Pid, Process, Running} from '../kernel/program.js';
import {signalNumbers} from '../kernel/signal.js';
import {changeTask} from '../kernel/tasks.js';
import {LineCutter, logChannel, type NewEntry} from './container-log.js';
import {LogWriter} from './log-file.js';
import type {LogSettings} from './log-settings.js';
import {containerChannel} from './container-store.js';
import {type Attachment, type EngineHost, type EngineMemory, engineHost, type Live, liveOf, type OutputStream} from './engine-host.js';
import type {ContainerId} from './container-schema.js';

/** What the shim finds open when it starts. */
export const shimFds = {output: 3, errors: 4, input: 5} as const;

export type ShimRequest = {
	readonly id: ContainerId;
	readonly memory: EngineMemory;
	/** Where to log, or undefined for nowhere. */
	readonly log: undefined | {readonly path: string; readonly settings: LogSettings};
	/** The container's first process, once it was made. */
	readonly init: () => Pid | undefined;
	readonly hasTerminal: boolean;
	readonly hasInput: boolean;
	/** Called once when the container has ended; the shim ends afterwards. */
	readonly ended: (host: EngineHost, exitCode: number) => Running;
};

type Source = {readonly fd: Fd; readonly stream: OutputStream; readonly cutter: LineCutter; isOpen: boolean};

/** Attached readers that lag behind by more than this hold the container up. */
const maxQueuedBytes = 1024 * 1024;

export function * containerShim(process: Process, request: ShimRequest): Running {
	const host = engineHost(process, request.memory);
	const live = liveOf(host, request.id);
	nameShim(process, request.id);
	const log = request.log === undefined ? undefined : new LogWriter(process, request.log.path, request.log.settings);
	const sources: readonly Source[] = [
		{fd: shimFds.output, stream: 'stdout', cutter: new LineCutter(), isOpen: true},
		...(request.hasTerminal ? [] : [{fd: shimFds.errors, stream: 'stderr' as const, cutter: new LineCutter(), isOpen: true}]),
	];
	const pump: Pump = {pending: [], host, request, live, sources, log, exitCode: undefined};
	for (;;) {
		const didLog = logPending(pump);
		const didRead = readSources(pump);
		const didFeed = feedInput(pump);
		const didReap = reapChildren(pump);
		const isDone = pump.exitCode !== undefined && !didRead && !didLog;
		if (isDone) {
			break;
		}

		if (didLog) {
			yield {kind: 'step'};
		} else if (!didRead && !didFeed && !didReap) {
			yield {kind: 'sleep', channels: channelsOf(pump)};
		}
	}

	finishOutput(pump);
	return yield * request.ended(host, pump.exitCode ?? 0);
}

type Pump = {
	readonly host: EngineHost;
	readonly request: ShimRequest;
	readonly live: Live;
	readonly sources: readonly Source[];
	readonly log: LogWriter | undefined;
	/** Lines that were read and are not in the log yet. */
	pending: readonly NewEntry[];
	exitCode: number | undefined;
};

/** As `ps` shows it. */
function nameShim({sys}: Process, id: ContainerId): void {
	const {tx, kernel, task} = sys.kernel();
	changeTask(tx, kernel, task, {
		argv: ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'moby', '-id', id, '-address', '/run/containerd/containerd.sock'], executable: '/usr/bin/containerd-shim-runc-v2',
	});
}

function channelsOf({host, request, sources, live}: Pump): readonly string[] {
	const {sys} = host.process;
	return [
		...sources.filter(source => source.isOpen).map(source => sys.readChannel(source.fd)),
		sys.childChannel(),
		containerChannel(request.id),
		...(live.input.length > 0 ? [sys.writeChannel(inputFd(request))] : []),
	];
}

function inputFd({hasTerminal}: ShimRequest): Fd {
	return hasTerminal ? shimFds.output : shimFds.input;
}

/** Takes what there is. False if there was nothing, or if a reader lags too far behind to take more. */
function readSources(pump: Pump): boolean {
	const {host, live, sources} = pump;
	if (pump.pending.length > 0 || [...live.attachments].some(attachment => attachment.queuedBytes > maxQueuedBytes)) {
		return false;
	}

	let didRead = false;
	for (const source of sources) {
		const bytes = source.isOpen ? host.process.sys.read(source.fd, 65_536) : undefined;
		if (bytes === undefined || (failed(bytes) && bytes.errno === 'EAGAIN')) {
			continue;
		}

		if (failed(bytes) || bytes.length === 0) {
			source.isOpen = false;
			continue;
		}

		didRead = true;
		deliverOutput(pump, source, bytes);
	}

	return didRead;
}

function deliverOutput(pump: Pump, {stream, cutter}: Source, bytes: Uint8Array): void {
	logLines(pump, stream, cutter.push(bytes));
	for (const attachment of pump.live.attachments) {
		if (attachment.wants.has(stream)) {
			queueOutput(pump.host, attachment, stream, bytes);
		}
	}
}

/** Hands bytes to somebody attached and wakes them. */
function queueOutput({access}: EngineHost, attachment: Attachment, stream: OutputStream, bytes: Uint8Array): void {
	attachment.queue.push({stream, bytes});
	attachment.queuedBytes += bytes.length;
	access.wake(attachment.channel);
}

function logLines(pump: Pump, stream: OutputStream, lines: readonly string[]): void {
	if (pump.log !== undefined && lines.length > 0) {
		const moment = wallTime(pump.host.tx);
		pump.pending = [...pump.pending, ...lines.map(text => ({text, stream, moment}))];
	}
}

/** Lines that the shim logs in one turn: a flood of output must leave others their turns. */
const linesPerTurn = 256;

/** Logs lines that wait for it. False if there were none. */
function logPending(pump: Pump, count = linesPerTurn): boolean {
	const {host, request, log, pending} = pump;
	if (pending.length === 0) {
		return false;
	}

	const now = pending.slice(0, count);
	pump.pending = pending.slice(count);
	host.access.work(now.length);
	log?.write(now);
	host.access.wake(logChannel(request.id));
	return true;
}

/** Passes queued input on as far as the container takes it. */
function feedInput({host, request, live}: Pump): boolean {
	const {sys} = host.process;
	if (!request.hasInput && !request.hasTerminal) {
		return false;
	}

	let didFeed = false;
	while (live.input.length > 0) {
		const [chunk] = live.input;
		const taken = sys.write(inputFd(request), chunk!);
		if (failed(taken)) {
			// Nobody reads any more: the input is lost, as it is with a real pipe.
			live.input = taken.errno === 'EAGAIN' ? live.input : [];
			return didFeed;
		}

		didFeed = true;
		live.input = taken === chunk!.length ? live.input.slice(1) : [chunk!.subarray(taken), ...live.input.slice(1)];
	}

	if (live.isInputEnded && request.hasInput && !request.hasTerminal && sys.descriptors().includes(shimFds.input)) {
		sys.close(shimFds.input);
		didFeed = true;
	}

	return didFeed;
}

/** Notes how processes ended: the container's first, or a command that was run in it. */
function reapChildren(pump: Pump): boolean {
	const {host, request, live} = pump;
	let didReap = false;
	for (;;) {
		const status = host.process.sys.wait(-1);
		if (failed(status)) {
			return didReap;
		}

		didReap = true;
		if (status.pid === request.init()) {
			pump.exitCode = exitCodeOf(status);
		} else {
			live.execExits.set(status.pid, exitCodeOf(status));
			host.access.wake(containerChannel(request.id));
		}
	}
}

/** As docker counts: 128 and the signal's number for a process that a signal killed. */
export function exitCodeOf(status: ChildStatus): number {
	switch (status.kind) {
		case 'exited': return status.status;
		case 'killed': return 128 + signalNumbers[status.signal];
		case 'stopped':
		case 'continued': return 0;
		default: return status satisfies never;
	}
}

function finishOutput(pump: Pump): void {
	const {host, request, live, sources} = pump;
	for (const {stream, cutter} of sources) {
		logLines(pump, stream, cutter.finish());
	}

	logPending(pump, pump.pending.length);

	for (const attachment of live.attachments) {
		attachment.isEnded = true;
		host.access.wake(attachment.channel);
	}

	live.attachments.clear();
	live.input = [];
	live.isInputEnded = false;
	host.access.wake(logChannel(request.id));
}
