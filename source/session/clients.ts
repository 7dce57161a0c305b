// The actions of clients outside the world: which are accepted, and what they do to the world.

import {bytesOfBase64, encodeBase64} from '../base/base64.js';
import {decodeUtf8, encodeText} from '../base/bytes.js';
import {reader} from '../base/transaction.js';
import {type Client, connectClient, leaveAsClient, sendAsClient} from '../model/world/client.js';
import type {WorldSchema} from '../model/world/schema.js';
import type {Action} from './action.js';
import {maxClientBytes, maxClients, maxSendBytes, maxUnsentBytes} from './limits.js';
import type {Machine, Transact} from './machine.js';
import type {Session} from './session.js';

export type ClientAction = Extract<Action, {type: 'client' | 'client-bytes'}>;
type BytesAction = Extract<Action, {type: 'client-bytes'}>;

/** The action of a client that sends these bytes. */
export function sendingOf(connection: number, bytes: Uint8Array): BytesAction {
	const text = decodeUtf8(bytes);
	return text === undefined ? {type: 'client-bytes', connection, encoding: 'base64', data: encodeBase64(bytes)} : {type: 'client-bytes', connection, encoding: 'utf8', data: text};
}

function bytesOf({encoding, data}: BytesAction): Uint8Array | undefined {
	return encoding === 'utf8' ? encodeText(data) : bytesOfBase64(data);
}

/** The client's record, while its connection is open. */
export function clientOf({world}: Pick<Session, 'world'>, connection: number): Client | undefined {
	return reader<WorldSchema>(world).get('client', connection);
}

/** Why a client's action cannot be done, for whoever serves it. */
export function refuseClient(session: Session, action: ClientAction): string | undefined {
	const {connection} = action;
	const client = clientOf(session, connection);
	if (!Number.isSafeInteger(connection) || connection < 1) {
		return 'virtlab: connections are numbered from 1';
	}

	if (action.type === 'client' && action.does === 'connect') {
		const count = reader<WorldSchema>(session.world).table('client').size;
		return client !== undefined ? `virtlab: connection ${connection} is open` : (count >= maxClients ? `virtlab: no more than ${maxClients} connections at a time` : undefined);
	}

	if (client === undefined) {
		return `virtlab: connection ${connection} is not open`;
	}

	return action.type === 'client-bytes' ? refuseBytes(session, client, action) : undefined;
}

function refuseBytes({clientBytes}: Session, {connection, sends, unsentBytes}: Client, action: BytesAction): string | undefined {
	const size = bytesOf(action)?.length;
	if (size === undefined || size > maxSendBytes) {
		return size === undefined ? 'virtlab: the bytes of a client are not base64' : `virtlab: a client sends no more than ${maxSendBytes} bytes in one action`;
	}

	if (sends !== 'open') {
		return `virtlab: connection ${connection} has said that it sends no more`;
	}

	if (unsentBytes + size > maxUnsentBytes) {
		return `virtlab: more than ${maxUnsentBytes} bytes of connection ${connection} wait for the engine`;
	}

	return clientBytes + size > maxClientBytes ? `virtlab: this session has reached its limit of ${maxClientBytes / 2 ** 20} MiB from clients` : undefined;
}

/** Bytes that the action brings into the session. */
export function sentBytes(action: Action): number {
	return action.type === 'client-bytes' ? bytesOf(action)?.length ?? 0 : 0;
}

/** Gives the action to the world. `refuseClient` has let it pass. */
export function actAsClient({loop, kernel}: Machine, tx: Transact, action: ClientAction): void {
	const access = {tx, loop};
	if (action.type === 'client' && action.does === 'connect') {
		connectClient(access, kernel, action.connection);
		return;
	}

	const client = tx.get('client', action.connection);
	if (client === undefined) {
		return;
	}

	if (action.type === 'client-bytes') {
		sendAsClient(access, client, bytesOf(action)!);
	} else if (action.does === 'leave') {
		leaveAsClient(access, client);
	} else if (action.does === 'half-close') {
		tx.put('client', action.connection, {...client, sends: client.sends === 'open' ? 'closing' : client.sends});
	} else {
		tx.put('client', action.connection, {...client, isReading: action.does === 'read-on'});
	}
}
