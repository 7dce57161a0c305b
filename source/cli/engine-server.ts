// Real connections to the simulated engine. What a client does becomes an action, what the engine sends to it comes back as a reply, and
// wall time becomes `advance` actions: only when a timer of the world is due, somebody in it computes, or a client does something.
//
//     client ──bytes──> action ──apply──> replies ──> client
//     pace ──elapsed──> advance ──┘
//
// Both ways are bounded. While the engine has not taken what a client sent, nothing more is read from the client; while a client does
// not read, the engine is told so (`stop-reading`) and waits in its world as dockerd does.

import type {Socket} from 'node:net';
import {millisecondNs, nowNs, secondNs, type Nanoseconds} from '../base/clock.js';
import {reader} from '../base/transaction.js';
import type {WorldSchema} from '../model/world/schema.js';
import type {Action} from '../session/action.js';
import {apply} from '../session/apply.js';
import {clientOf, sendingOf} from '../session/clients.js';
import {maxActionNs, maxActions, maxClients, maxSendBytes} from '../session/limits.js';
import type {Entry, Session} from '../session/session.js';

/** How the world's time follows time outside. */
export type Pace = {
	/** How far a world that has come to `worldNs` is behind; `isBusy` if somebody in it computes, so that it may fall behind. */
	readonly behindNs: (worldNs: Nanoseconds, isBusy: boolean) => Nanoseconds;
	/** Calls back when the world should have come to `atNs`. Replaces the call before; undefined: never. */
	readonly wake: (atNs: Nanoseconds | undefined, callback: () => void) => void;
};

export type EngineServerOptions = {
	readonly session: Session;
	readonly record: (entry: Entry) => void;
	readonly pace: Pace;
	/** Told once, when the session can take no more actions. */
	readonly onEnd: (reason: string) => void;
	/** Told what was refused; the connection is closed. */
	readonly onRefusal: (reason: string) => void;
};

/** Bytes of replies that may wait in a real socket before the client counts as one that does not read. */
const maxWaitingBytes = 1024 * 1024;
/** Steps of one turn of a world in which somebody computes: a tenth of a second or two of real time, in which no client is heard. */
const turnSteps = 20_000;
/** A world that computes gets its next turn after so long: soon while a client is there to see it, else sparing the machine. */
const watchedNs = 20 * millisecondNs;
const unwatchedNs = 2 * secondNs;

export class EngineServer {
	readonly #options: EngineServerOptions;
	readonly #sockets = new Map<number, Socket>();
	#session: Session;
	#last = 0;
	#hasEnded = false;

	constructor(options: EngineServerOptions) {
		this.#options = options;
		this.#session = options.session;
		this.#planWake();
	}

	get session(): Session {
		return this.#session;
	}

	/** Takes a connection over. The server must allow half-open ones. */
	accept(socket: Socket): void {
		socket.on('error', () => {
			socket.destroy();
		});
		if (this.#sockets.size >= maxClients || this.#hasEnded) {
			socket.destroy();
			return;
		}

		this.#catchUp();
		const connection = ++this.#last;
		this.#sockets.set(connection, socket);
		socket.on('data', (bytes: Buffer) => {
			this.#receive(connection, bytes);
		});
		socket.on('end', () => {
			this.#doAsClient(connection, 'half-close');
		});
		socket.on('drain', () => {
			if (clientOf(this.#session, connection)?.isReading === false) {
				this.#doAsClient(connection, 'read-on');
			}
		});
		socket.on('close', () => {
			this.#sockets.delete(connection);
			this.#doAsClient(connection, 'leave');
		});
		this.#act({type: 'client', connection, does: 'connect'});
	}

	/** Something done by whoever runs the server. */
	act(action: Action): void {
		this.#catchUp();
		this.#act(action);
	}

	/** Ends all connections; the world stays as it is. */
	close(): void {
		this.#options.pace.wake(undefined, () => undefined);
		this.#hasEnded = true;
		for (const socket of this.#sockets.values()) {
			socket.destroy();
		}
	}

	#receive(connection: number, bytes: Uint8Array): void {
		this.#catchUp();
		for (let at = 0; at < bytes.length && clientOf(this.#session, connection)?.sends === 'open'; at += maxSendBytes) {
			this.#act(sendingOf(connection, bytes.subarray(at, at + maxSendBytes)));
		}
	}

	#doAsClient(connection: number, does: Extract<Action, {type: 'client'}>['does']): void {
		if (clientOf(this.#session, connection) !== undefined && !this.#hasEnded) {
			this.#catchUp();
			this.#act({type: 'client', connection, does});
		}
	}

	/** Lets the time pass in the world that has passed outside. */
	#catchUp(): void {
		const ns = Math.min(this.#options.pace.behindNs(this.#nowNs(), this.#isBusy()), maxActionNs);
		if (ns >= millisecondNs) {
			this.#act({type: 'advance', ns, steps: turnSteps});
		}
	}

	#act(action: Action): void {
		if (this.#hasEnded) {
			return;
		}

		const {session, broken, replies} = apply(this.#session, action);
		if (broken !== undefined) {
			this.#refused(action, broken);
			return;
		}

		this.#session = session;
		this.#options.record(session.history.at(-1)!);
		for (const {connection, bytes, isEnd} of replies) {
			this.#reply(connection, bytes, isEnd);
		}

		this.#holdBack();
		this.#planWake();
	}

	#refused(action: Action, reason: string): void {
		if (this.#session.history.length >= maxActions) {
			this.close();
			this.#options.onEnd(reason);
			return;
		}

		this.#options.onRefusal(reason);
		if (action.type === 'client' || action.type === 'client-bytes') {
			this.#sockets.get(action.connection)?.destroy();
		}
	}

	#reply(connection: number, bytes: Uint8Array, isEnd: boolean): void {
		const socket = this.#sockets.get(connection);
		if (socket === undefined || socket.destroyed) {
			return;
		}

		if (bytes.length > 0) {
			socket.write(bytes);
		}

		if (isEnd) {
			// What the client may still send is read and dropped, so that it sees our end and not a reset.
			socket.end();
			socket.resume();
		}
	}

	/** Reads from those clients only whose last bytes the engine has taken, and tells it of those that do not read. */
	#holdBack(): void {
		const deaf: number[] = [];
		for (const [connection, socket] of this.#sockets) {
			const client = clientOf(this.#session, connection);
			if (client === undefined) {
				// The engine has closed it, or undo took it out of the world.
				socket.end();
			} else if (client.unsentBytes > 0) {
				socket.pause();
			} else if (socket.isPaused()) {
				socket.resume();
			}

			if (client?.isReading === true && socket.writableLength > maxWaitingBytes) {
				deaf.push(connection);
			}
		}

		for (const connection of deaf) {
			this.#act({type: 'client', connection, does: 'stop-reading'});
		}
	}

	#nowNs(): Nanoseconds {
		return nowNs(reader<WorldSchema>(this.#session.world));
	}

	#isBusy(): boolean {
		const {dueNs} = this.#session;
		return dueNs !== undefined && dueNs <= this.#nowNs();
	}

	#planWake(): void {
		const soonNs = this.#nowNs() + (this.#sockets.size > 0 ? watchedNs : unwatchedNs);
		this.#options.pace.wake(this.#isBusy() ? soonNs : this.#session.dueNs, () => {
			this.#catchUp();
			this.#planWake();
		});
	}
}
