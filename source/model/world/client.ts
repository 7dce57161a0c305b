// A client outside the world at the socket of a host's engine: the real docker command, a library, a test. To the engine it is one
// more connection. Its end belongs to no task: what the client sends is put into the socket as fast as the engine takes it, and what
// the engine sends is taken out at once, unless the client has stopped reading.
//
//     connect ──> sends: open ── half-close ──> closing (bytes are left) ──> closed
//     leave, or the engine closes its end: the record goes
//
// Simplified: the client's own work and its processes do not exist in the world. So a command costs the host neither processor time nor a
// process id, as a client on another machine does not.

import {failed} from '../kernel/errno.js';
import {closeSocket, connectUnix, getSocket, makeSocket, readSocket, shutdownSocket, writeSocket} from '../kernel/socket.js';
import type {RunLoop} from '../kernel/run-loop.js';
import type {KernelId} from '../kernel/schema.js';
import {findTask} from '../kernel/tasks.js';
import {resolve} from '../kernel/vfs.js';
import type {WorldTransaction} from './schema.js';

export type Client = {
	readonly connection: number;
	readonly socket: number;
	/** Sent by the client, and not yet taken by the engine's socket. */
	readonly unsent: readonly Uint8Array[];
	readonly unsentBytes: number;
	readonly sends: 'open' | 'closing' | 'closed';
	readonly isReading: boolean;
};

export type ClientSchema = {client: Client};

export type ClientEvent =
	| {readonly kind: 'client-output'; readonly connection: number; readonly bytes: Uint8Array}
	/** The engine has closed the connection, or there is none to connect to. */
	| {readonly kind: 'client-end'; readonly connection: number};

type Access = {readonly tx: WorldTransaction; readonly loop: RunLoop};

const enginePath = '/var/run/docker.sock';
const pieceBytes = 65_536;

/** Connects with the rights of root: who may use the real socket is decided by whoever serves it. */
export function connectClient({tx, loop}: Access, kernel: KernelId, connection: number): void {
	const init = findTask(tx, kernel, 1);
	const found = init === undefined ? undefined : resolve({context: {tx, kernel, task: init.id, types: loop.types}, task: init}, enginePath, true);
	if (init === undefined || found === undefined || failed(found) || found.attributes.type !== 'socket') {
		tx.emit({kind: 'client-end', connection});
		return;
	}

	const socket = makeSocket(loop, {family: 'unix', namespace: init.namespaces.net, kernel});
	if (failed(connectUnix(loop, socket, {family: 'unix', path: enginePath}, `unix:${found.fs}:${found.place.node}`))) {
		closeSocket(loop, socket);
		tx.emit({kind: 'client-end', connection});
		return;
	}

	tx.put('client', connection, {connection, socket, unsent: [], unsentBytes: 0, sends: 'open', isReading: true});
}

/** What the client sends waits here until the engine's socket has room. */
export function sendAsClient({tx}: Access, client: Client, bytes: Uint8Array): void {
	tx.put('client', client.connection, {...client, unsent: [...client.unsent, bytes], unsentBytes: client.unsentBytes + bytes.length});
}

export function leaveAsClient({tx, loop}: Access, client: Client): void {
	closeSocket(loop, client.socket);
	tx.delete('client', client.connection);
}

/** Moves bytes between the clients and the engine's sockets, at most `budget.bytes` to the clients. Done between rounds of the run loop. */
export function attendClients(access: Access, budget: {bytes: number}): void {
	const clients = access.tx.table('client');
	for (const client of clients.size === 0 ? [] : [...clients.values()]) {
		const flushed = flush(access, client);
		if (flushed !== client) {
			access.tx.put('client', client.connection, flushed);
		}

		if (flushed.isReading) {
			drain(access, flushed, budget);
		}
	}
}

function flush({loop}: Access, client: Client): Client {
	let {unsent, unsentBytes} = client;
	for (let [first] = unsent; first !== undefined; [first] = unsent) {
		const taken = writeSocket(loop, client.socket, first);
		if (failed(taken) && taken.errno === 'EAGAIN') {
			break;
		}

		// An engine that has closed its end hears nothing more.
		const count = failed(taken) ? first.length : taken;
		unsentBytes -= count;
		unsent = count === first.length ? unsent.slice(1) : [first.subarray(count), ...unsent.slice(1)];
	}

	const ends = client.sends === 'closing' && unsent.length === 0;
	if (ends) {
		shutdownSocket(loop, client.socket);
	}

	return unsent === client.unsent && !ends ? client : {...client, unsent, unsentBytes, sends: ends ? 'closed' : client.sends};
}

function drain(access: Access, client: Client, budget: {bytes: number}): void {
	const {tx, loop} = access;
	while (budget.bytes > 0) {
		const bytes = readSocket(loop, client.socket, Math.min(pieceBytes, budget.bytes));
		if (failed(bytes)) {
			return;
		}

		if (bytes.length === 0) {
			tx.emit({kind: 'client-end', connection: client.connection});
			leaveAsClient(access, client);
			return;
		}

		budget.bytes -= bytes.length;
		tx.emit({kind: 'client-output', connection: client.connection, bytes});
	}
}

/** Whether something lies ready for a client that reads. */
export function hasReplies({tx, loop}: Access): boolean {
	return [...tx.table('client').values()].some(({isReading, socket}) => isReading && getSocket(loop, socket).receivedBytes > 0);
}
