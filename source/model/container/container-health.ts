// Health checks: a thread of the daemon that runs the container's probe every so often and keeps the verdict.
// Source: moby/moby daemon/health.go.
//
//     starting ── a probe succeeds ──> healthy <──> unhealthy ── after `retries` failures in a row

import {concatBytes, decodeText} from '../../base/bytes.js';
import {nowNs, secondNs} from '../../base/clock.js';
import {type Failure, failed} from '../kernel/errno.js';
import type {Fd, Process, Running} from '../kernel/program.js';
import {closeIo, createExec, type StartedExec, startExec, waitForExec} from './container-exec.js';
import type {Container, ContainerId, Health, HealthLogEntry} from './container-schema.js';
import {changeContainer, containerChannel, getContainer, logContainerEvent} from './container-store.js';
import {isEngineError} from './engine.js';
import {type EngineHost, type EngineMemory, engineHost, liveOf, sleepOn, type Work} from './engine-host.js';

const defaultIntervalNs = 30 * secondNs;
const defaultTimeoutNs = 30 * secondNs;
const defaultStartIntervalNs = 5 * secondNs;
const defaultRetries = 3;
const keptEntries = 5;
const keptBytes = 4096;

export function hasHealthcheck({config}: Pick<Container, 'config'>): boolean {
	const [kind] = config.Healthcheck?.Test ?? [];
	return kind === 'CMD' || kind === 'CMD-SHELL';
}

/** Starts watching a container that has just started. The thread ends with it. */
export function startHealthMonitor({process, memory}: EngineHost, container: Container): void {
	if (hasHealthcheck(container)) {
		process.sys.fork(thread => monitor(thread, memory, container.id), {thread: true});
	}
}

function probeOf({config}: Container): readonly string[] {
	const [kind, ...words] = config.Healthcheck?.Test ?? [];
	return kind === 'CMD-SHELL' ? [...config.Shell ?? ['/bin/sh', '-c'], words[0] ?? ''] : words;
}

function * monitor(process: Process, memory: EngineMemory, id: ContainerId): Running {
	for (const fd of process.sys.descriptors()) {
		process.sys.close(fd);
	}

	const host = engineHost(process, memory);
	const first = getContainer(host, id);
	const startedNs = first?.state.startedNs;
	const isSame = () => {
		const state = getContainer(host, id)?.state;
		return state !== undefined && state.startedNs === startedNs && (state.status === 'running' || state.status === 'paused');
	};
	while (isSame()) {
		const container = getContainer(host, id)!;
		const dueNs = host.process.sys.now() + intervalNs(container, host.process.sys.now() - (startedNs ?? 0));
		while (host.process.sys.now() < dueNs && isSame()) {
			yield * sleepOn([containerChannel(id)], dueNs);
		}

		if (isSame() && getContainer(host, id)?.state.status === 'running') {
			const entry = yield * probe(host, getContainer(host, id)!);
			if (isSame()) {
				record(host, id, entry);
			}
		}
	}

	return 0;
}

function intervalNs({config, state}: Container, sinceStartNs: number): number {
	const {Interval = 0, StartPeriod = 0, StartInterval = 0} = config.Healthcheck ?? {};
	const isStarting = state.health?.status === 'starting' && sinceStartNs < StartPeriod;
	return isStarting ? StartInterval || Math.min(defaultStartIntervalNs, Interval || defaultIntervalNs) : Interval || defaultIntervalNs;
}

/** Runs the probe once. */
function * probe(host: EngineHost, container: Container): Work<HealthLogEntry> {
	const startNs = nowNs(host.tx);
	const exec = createExec(host, container.id, {Cmd: probeOf(container), AttachStdout: true, AttachStderr: true});
	if (isEngineError(exec)) {
		return {startNs, endNs: startNs, exitCode: -1, output: exec.message};
	}

	const timeoutNs = container.config.Healthcheck?.Timeout || defaultTimeoutNs;
	const started = yield * startExec(host, exec.id, {columns: 0, rows: 0}, false);
	let entry: HealthLogEntry;
	if ('io' in started) {
		entry = yield * collect(host, started, {startNs, timeoutNs});
	} else {
		const message = isEngineError(started) ? started.message : started.problem;
		entry = {startNs, endNs: nowNs(host.tx), exitCode: -1, output: message};
	}

	host.tx.delete(`exec:${host.engine}`, exec.id);
	const now = getContainer(host, container.id);
	if (now !== undefined) {
		changeContainer(host, container.id, {execs: now.execs.filter(each => each !== exec.id)});
	}

	return entry;
}

/** Reads the probe's output until it ends; one that takes too long is killed. */
function * collect(host: EngineHost, {io, exec}: StartedExec, {startNs, timeoutNs}: {readonly startNs: number; readonly timeoutNs: number}): Work<HealthLogEntry> {
	const {sys} = host.process;
	const open = new Set<Fd>([io.output, io.errors].filter(fd => fd !== undefined));
	const parts: Uint8Array[] = [];
	const live = liveOf(host, exec.container);
	const deadlineNs = startNs + timeoutNs;
	while (!live.execExits.has(exec.task!) && !live.isRemoved && getContainer(host, exec.container)?.state.shim !== undefined) {
		if (sys.now() >= deadlineNs) {
			host.access.signal(exec.task!, 'KILL');
			yield * waitForExec(host, exec);
			closeIo(host, io);
			return {startNs, endNs: nowNs(host.tx), exitCode: -1, output: `Health check exceeded timeout (${timeoutNs / secondNs}s)`};
		}

		yield * sleepOn([...[...open].map(fd => sys.readChannel(fd)), containerChannel(exec.container)], deadlineNs);
		takeOutput(host, open, parts);
	}

	takeOutput(host, open, parts);
	closeIo(host, io);
	const exitCode = yield * waitForExec(host, exec);
	return {startNs, endNs: nowNs(host.tx), exitCode, output: decodeText(concatBytes(parts).subarray(0, keptBytes))};
}

function takeOutput({process: {sys}}: EngineHost, open: Set<Fd>, parts: Uint8Array[]): void {
	for (const fd of open) {
		for (;;) {
			const bytes: Uint8Array | Failure = sys.read(fd, 65_536);
			if (failed(bytes) && bytes.errno === 'EAGAIN') {
				break;
			}

			if (failed(bytes) || bytes.length === 0) {
				open.delete(fd);
				break;
			}

			parts.push(bytes);
		}
	}
}

function record(host: EngineHost, id: ContainerId, entry: HealthLogEntry): void {
	const container = getContainer(host, id)!;
	const before: Health = container.state.health ?? {status: 'starting', failingStreak: 0, log: []};
	const {StartPeriod = 0, Retries = 0} = container.config.Healthcheck ?? {};
	const isForgiven = before.status === 'starting' && entry.startNs - (container.state.startedNs ?? 0) < StartPeriod;
	const failingStreak = entry.exitCode === 0 ? 0 : before.failingStreak + (isForgiven ? 0 : 1);
	const status = entry.exitCode === 0 ? 'healthy' : (failingStreak >= (Retries || defaultRetries) ? 'unhealthy' : before.status);
	const changed = changeContainer(host, id, {state: {health: {status, failingStreak, log: [...before.log, entry].slice(-keptEntries)}}})!;
	if (status !== before.status) {
		logContainerEvent(host, changed, `health_status: ${status}`);
	}
}
