// A foreground session with a container: its output to ours, our input to it, signals passed on, the terminal in raw mode, until
// the daemon ends the stream or the detach keys are typed. Source: docker/cli cli/command/container/hijack.go, tty.go, signals.go.

import {concatBytes, noBytes} from '../../../base/bytes.js';
import {failed} from '../../../model/kernel/errno.js';
import type {Channel} from '../../../model/kernel/program.js';
import type {SignalName} from '../../../model/kernel/signal.js';
import type {Steps} from '../command/refusal.js';
import {printBytes, type Client} from './client.js';
import {DetachWatch} from './detach-keys.js';
import {Demultiplexer} from './multiplex.js';
import {call, type Hijacked} from './request.js';

export type Session = {
	readonly hasTerminal: boolean;
	readonly forwardsStdin: boolean;
	/** Typed at a terminal they end the session. */
	readonly detachKeys: readonly number[];
	/** Where to tell the terminal's size: `/containers/ID`, `/exec/ID`. */
	readonly resizePath?: string | undefined;
	/** Where to pass signals on. */
	readonly signalPath?: string | undefined;
};

const proxied: readonly SignalName[] = ['HUP', 'INT', 'QUIT', 'TERM', 'USR1', 'USR2', 'ALRM', 'CONT', 'TSTP', 'TTIN', 'TTOU'];
const pieceBytes = 65_536;

/** Runs the session to its end. */
export function * attend(client: Client, {fd, first}: Hijacked, session: Session): Steps<'ended' | 'detached'> {
	const {sys} = client.process;
	const isRaw = session.hasTerminal && session.forwardsStdin && sys.isTerminal(0);
	const caught: readonly SignalName[] = [...session.signalPath === undefined ? [] : proxied, ...session.hasTerminal ? ['WINCH'] as const : []];
	const before = caught.map(signal => [signal, sys.signalDisposition(signal)] as const);
	for (const signal of caught) {
		sys.sigaction(signal, 'catch');
	}

	if (isRaw) {
		sys.setRawMode(0, true);
	}

	yield * tellSize(client, session);
	const outcome = yield * exchange(client, {fd, first, session});
	if (isRaw) {
		sys.setRawMode(0, false);
	}

	for (const [signal, disposition] of before) {
		sys.sigaction(signal, disposition);
	}

	sys.close(fd);
	return outcome;
}

type Exchange = {readonly fd: number; readonly first: Uint8Array; readonly session: Session};

function * exchange(client: Client, {fd, first, session}: Exchange): Steps<'ended' | 'detached'> {
	const {sys} = client.process;
	const output = new Output(client, session.hasTerminal);
	const input = new Input(client, fd, session);
	yield * output.show(first);
	for (;;) {
		const bytes = sys.read(fd, pieceBytes);
		if (!failed(bytes)) {
			if (bytes.length === 0) {
				return 'ended';
			}

			yield * output.show(bytes);
			continue;
		}

		if (bytes.errno !== 'EAGAIN') {
			return 'ended';
		}

		if (input.advance()) {
			if (input.isDetached) {
				return 'detached';
			}

			continue;
		}

		const wake = yield {kind: 'sleep', channels: [sys.readChannel(fd), ...input.channels()]};
		if (wake === 'signal') {
			yield * passOn(client, session);
		}
	}
}

class Output {
	readonly #client: Client;
	readonly #frames: Demultiplexer | undefined;

	constructor(client: Client, isRaw: boolean) {
		this.#client = client;
		this.#frames = isRaw ? undefined : new Demultiplexer();
	}

	* show(bytes: Uint8Array): Steps<void> {
		for (const frame of this.#frames?.push(bytes) ?? [{fd: 1 as const, bytes}]) {
			yield * printBytes(this.#client, frame.fd, frame.bytes);
		}
	}
}

/** What is typed, on its way to the container; never blocks, so that output keeps flowing. */
class Input {
	isDetached = false;
	readonly #client: Client;
	readonly #fd: number;
	readonly #watch: DetachWatch | undefined;
	#isOpen: boolean;
	#pending: Uint8Array = noBytes;

	constructor(client: Client, fd: number, session: Session) {
		this.#client = client;
		this.#fd = fd;
		this.#isOpen = session.forwardsStdin;
		this.#watch = session.hasTerminal ? new DetachWatch(session.detachKeys) : undefined;
	}

	/** True if something moved. */
	advance(): boolean {
		const {sys} = this.#client.process;
		if (this.#pending.length > 0) {
			const taken = sys.write(this.#fd, this.#pending);
			if (failed(taken)) {
				this.#isOpen &&= taken.errno === 'EAGAIN';
				this.#pending = taken.errno === 'EAGAIN' ? this.#pending : noBytes;
				return false;
			}

			this.#pending = this.#pending.subarray(taken);
			this.#endIfDone();
			return true;
		}

		if (!this.#isOpen) {
			return false;
		}

		const bytes = sys.read(0, pieceBytes);
		if (failed(bytes) && bytes.errno === 'EAGAIN') {
			return false;
		}

		this.#take(failed(bytes) ? noBytes : bytes);
		return true;
	}

	channels(): readonly Channel[] {
		const {sys} = this.#client.process;
		return this.#pending.length > 0 ? [sys.writeChannel(this.#fd)] : (this.#isOpen ? [sys.readChannel(0)] : []);
	}

	#take(bytes: Uint8Array): void {
		if (bytes.length === 0) {
			this.#isOpen = false;
			this.#endIfDone();
			return;
		}

		const watched = this.#watch?.push(bytes) ?? {pass: bytes, isDetached: false};
		this.isDetached = watched.isDetached;
		this.#pending = concatBytes([this.#pending, watched.pass]);
	}

	/** The end of our input is the end of the container's. */
	#endIfDone(): void {
		if (!this.#isOpen && this.#pending.length === 0) {
			this.#client.process.sys.shutdown(this.#fd);
		}
	}
}

function * passOn(client: Client, session: Session): Steps<void> {
	for (const signal of client.process.sys.takeSignals()) {
		if (signal === 'WINCH') {
			yield * tellSize(client, session);
		} else if (session.signalPath !== undefined) {
			yield * call(client, {method: 'POST', path: `${session.signalPath}/kill`, query: [['signal', signal]]});
		}
	}
}

/** Gives the container's terminal the size of ours. */
export function * tellSize(client: Client, session: Session): Steps<void> {
	const {sys} = client.process;
	const size = session.hasTerminal && session.resizePath !== undefined && sys.isTerminal(1) ? sys.windowSize(1) : undefined;
	if (size !== undefined && !failed(size) && (size.rows > 0 || size.columns > 0)) {
		yield * call(client, {method: 'POST', path: `${session.resizePath}/resize`, query: [['h', String(size.rows)], ['w', String(size.columns)]]});
	}
}
