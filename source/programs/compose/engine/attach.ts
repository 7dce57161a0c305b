// `up` in the foreground: the output of all containers until the last of them ends, or until somebody presses Ctrl-C, which stops them
// all. Source: docker/compose pkg/compose/{up,attach,monitor}.go.
//
// Simplified: without the menu that the real program shows at the bottom of a terminal.

import {sleep} from '../../../model/kernel/blocking.js';
import {print, warn} from '../../docker/client/client.js';
import {Demultiplexer} from '../../docker/client/multiplex.js';
import {call, fetchJson, hijack, stream} from '../../docker/client/request.js';
import {failed} from '../../../model/kernel/errno.js';
import {refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import {flagOf, memberOf, numberOf, textOf} from '../../docker/go/json.js';
import type {LogPrinter} from '../output/log-printer.js';
import {together} from '../output/together.js';
import type {Compose} from './compose.js';
import {shortName, type Container} from './containers.js';
import {stopContainers} from './stop.js';

export type AttachOptions = {
	readonly containers: readonly Container[];
	/** Of these the output is shown. */
	readonly shown: (container: Container) => boolean;
	readonly printer: LogPrinter;
	readonly start: () => Steps<Refusal | undefined>;
	/** Everything stops when one ends, or when one ends badly. */
	readonly abort: 'no' | 'exit' | 'failure';
	/** The service whose exit status becomes that of `up`. */
	readonly exitCodeFrom: string | undefined;
	readonly timeoutSeconds: number | undefined;
};

/** The exit status of `up`. */
export function * runAttached(compose: Compose, options: AttachOptions): Steps<number | Refusal> {
	const run = new AttachedRun(compose, options);
	return yield * run.run();
}

class AttachedRun {
	readonly #compose: Compose;
	readonly #options: AttachOptions;
	#problem: Refusal | undefined;
	#status = 0;
	#hasStatus = false;
	#stopping: 'no' | 'wanted' | 'begun' = 'no';
	#isInterrupted = false;
	#isKilled = false;
	#isStartOver = false;
	/** Their streams end by nothing. */
	readonly #neverStarted = new Set<string>();

	constructor(compose: Compose, options: AttachOptions) {
		this.#compose = compose;
		this.#options = options;
	}

	* run(): Steps<number | Refusal> {
		const {sys} = this.#compose.client.process;
		const {containers} = this.#options;
		const before = (['INT', 'TERM'] as const).map(signal => [signal, sys.signalDisposition(signal)] as const);
		for (const [signal] of before) {
			sys.sigaction(signal, 'catch');
		}

		const attached: Array<readonly [Container, number]> = [];
		for (const container of containers) {
			const opened = yield * hijack(this.#compose.client, {method: 'POST', path: `/containers/${container.id}/attach`, query: [['stream', '1'], ['stdout', '1'], ['stderr', '1']]});
			if (refused(opened)) {
				return opened;
			}

			attached.push([container, opened.fd]);
		}

		yield * together(this.#compose.client.process, [this.#start(), ...attached.map(([container, fd]) => this.#follow(container, fd))], {more: () => this.#next(), onSignal: () => this.#onSignal(), atOnce: containers.length + 1});
		if (this.#isKilled) {
			yield * together(this.#compose.client.process, containers.map(({id}) => call(this.#compose.client, {method: 'POST', path: `/containers/${id}/kill`})));
		}

		for (const [signal, disposition] of before) {
			sys.sigaction(signal, disposition);
		}

		return this.#isInterrupted ? 130 : this.#problem ?? this.#status;
	}

	* #start(): Steps<void> {
		const problem = yield * this.#options.start();
		this.#problem ??= problem;
		this.#isStartOver = true;
		yield * this.#states();
	}

	/** The containers that run; of those that will never, once all is started, no output is waited for. */
	* #states(): Steps<readonly Container[]> {
		const running: Container[] = [];
		for (const container of this.#options.containers) {
			const found = yield * fetchJson(this.#compose.client, {method: 'GET', path: `/containers/${container.id}/json`});
			const state = refused(found) ? '' : textOf(memberOf(found.value, 'State', 'Status'));
			running.push(...['running', 'paused', 'restarting'].includes(state) ? [container] : []);
			if (state === 'created' && this.#isStartOver) {
				this.#neverStarted.add(container.id);
			}
		}

		return running;
	}

	/** What could not be started ends the command; what runs is left running. Otherwise the others are stopped, once, when it is time to. */
	#next(): ReadonlyArray<Steps<void>> | 'stop' {
		return this.#problem === undefined || this.#isInterrupted ? this.#whenWanted() : 'stop';
	}

	#whenWanted(): ReadonlyArray<Steps<void>> {
		if (this.#stopping !== 'wanted') {
			return [];
		}

		this.#stopping = 'begun';
		return [this.#stopAll()];
	}

	* #stopAll(): Steps<void> {
		const running = yield * this.#states();
		this.#compose.progress.begin('Stopping');
		const problem = yield * stopContainers(this.#compose, running, this.#options.timeoutSeconds);
		this.#problem ??= problem;
	}

	#onSignal(): ReadonlyArray<Steps<void>> | 'stop' {
		const {client} = this.#compose;
		const signals = client.process.sys.takeSignals().filter(signal => signal !== 'WINCH');
		if (signals.length === 0) {
			return [];
		}

		if (this.#isInterrupted) {
			this.#isKilled = true;
			return 'stop';
		}

		this.#isInterrupted = true;
		this.#stopping = this.#stopping === 'no' ? 'wanted' : this.#stopping;
		return [warn(client, 'Gracefully Stopping... press Ctrl+C again to force\n'), ...this.#whenWanted()];
	}

	/** One container's output, over its restarts, to its end. */
	* #follow(container: Container, fd: number): Steps<void> {
		const {client} = this.#compose;
		const name = shortName(container);
		const found = yield * fetchJson(client, {method: 'GET', path: `/containers/${container.id}/json`});
		const frames = !refused(found) && flagOf(memberOf(found.value, 'Config', 'Tty')) ? undefined : new Demultiplexer();
		let open: number | undefined = fd;
		while (open !== undefined) {
			yield * this.#show(container, open, frames);
			open = yield * this.#ended(container, name);
		}
	}

	* #show(container: Container, fd: number, frames: Demultiplexer | undefined): Steps<void> {
		const {client} = this.#compose;
		const {printer, shown} = this.#options;
		const name = shortName(container);
		for (;;) {
			const bytes = client.process.sys.read(fd, 65_536);
			if (failed(bytes) && bytes.errno === 'EAGAIN' && !this.#neverStarted.has(container.id)) {
				yield {kind: 'sleep', channels: [client.process.sys.readChannel(fd)]};
				continue;
			}

			if (failed(bytes) || bytes.length === 0) {
				break;
			}

			for (const frame of frames?.push(bytes) ?? [{fd: 1 as const, bytes}]) {
				if (shown(container)) {
					yield * printer.bytes(name, frame.fd, frame.bytes);
				}
			}
		}

		client.process.sys.close(fd);
		yield * printer.flush(name);
	}

	/** Says how it ended; a new stream if it runs again. */
	* #ended(container: Container, name: string): Steps<number | undefined> {
		const {client} = this.#compose;
		const {printer, shown, abort, exitCodeFrom} = this.#options;
		for (;;) {
			const found = yield * fetchJson(client, {method: 'GET', path: `/containers/${container.id}/json`});
			if (refused(found)) {
				return undefined;
			}

			const status = textOf(memberOf(found.value, 'State', 'Status'));
			if (status === 'running') {
				const again = yield * hijack(client, {method: 'POST', path: `/containers/${container.id}/attach`, query: [['stream', '1'], ['stdout', '1'], ['stderr', '1']]});
				return refused(again) ? undefined : again.fd;
			}

			if (status === 'restarting') {
				yield * sleep(client.process, 100_000_000);
				continue;
			}

			const code = numberOf(memberOf(found.value, 'State', 'ExitCode'));
			if (shown(container) && status !== 'created') {
				yield * printer.status(name, `exited with code ${code}`);
			}

			const isChosen = exitCodeFrom === undefined ? !this.#hasStatus && abort !== 'no' : container.service === exitCodeFrom;
			if (isChosen && (exitCodeFrom !== undefined || code !== 0 || abort === 'exit')) {
				this.#status = code;
				this.#hasStatus = true;
			}

			if ((abort === 'exit' || (abort === 'failure' && code !== 0)) && this.#stopping === 'no') {
				yield * print(client, 'Aborting on container exit...\n');
				this.#stopping = 'wanted';
			}

			return undefined;
		}
	}
}

/** `compose logs`: what the containers have written, all at the same time if it goes on. */
export function * streamLogs(compose: Compose, container: Container, {printer, query}: {readonly printer: LogPrinter; readonly query: ReadonlyArray<readonly [string, string]>}): Steps<Refusal | undefined> {
	const {client} = compose;
	const found = yield * fetchJson(client, {method: 'GET', path: `/containers/${container.id}/json`});
	if (refused(found)) {
		return found;
	}

	const opened = yield * stream(client, {method: 'GET', path: `/containers/${container.id}/logs`, query});
	if (refused(opened)) {
		return opened;
	}

	const frames = flagOf(memberOf(found.value, 'Config', 'Tty')) ? undefined : new Demultiplexer();
	for (let part = yield * opened.next(); part !== undefined; part = yield * opened.next()) {
		for (const frame of frames?.push(part) ?? [{fd: 1 as const, bytes: part}]) {
			yield * printer.bytes(shortName(container), 1, frame.bytes);
		}
	}

	yield * printer.flush(shortName(container));
	opened.close();
	return undefined;
}
