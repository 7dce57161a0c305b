// Which connections of a served session wait for the engine: a request has come whole and its answer has not gone whole, or the connection has
// become a raw stream. Read off the entries of the session.

import {bytesOfBase64} from '../../source/base/base64.js';
import {encodeText} from '../../source/base/bytes.js';
import {requestParser, responseParser} from '../../source/base/http.js';
import type {Entry} from '../../source/session/session.js';

type Connection = {request: ReturnType<typeof requestParser>; response: ReturnType<typeof responseParser> | undefined; method: string; isRaw: boolean};

export class OpenRequests {
	readonly #connections = new Map<number, Connection>();

	/** Whether somebody waits for an answer. */
	get isSomebodyWaiting(): boolean {
		return [...this.#connections.values()].some(({response, isRaw}) => isRaw || response !== undefined);
	}

	note({action, replies}: Entry): void {
		if (action.type === 'client' && action.does === 'connect') {
			this.#connections.set(action.connection, {request: requestParser(), response: undefined, method: '', isRaw: false});
		} else if (action.type === 'client' && action.does === 'leave') {
			this.#connections.delete(action.connection);
		} else if (action.type === 'client-bytes') {
			this.#hear(action.connection, action.encoding === 'utf8' ? encodeText(action.data) : bytesOfBase64(action.data)!);
		}

		for (const {connection, bytes, isEnd} of replies) {
			this.#answer(connection, bytes);
			if (isEnd) {
				this.#connections.delete(connection);
			}
		}
	}

	#hear(id: number, bytes: Uint8Array): void {
		const connection = this.#connections.get(id);
		if (connection === undefined || connection.isRaw) {
			return;
		}

		for (const event of connection.request.push(bytes)) {
			connection.method = event.kind === 'head' ? event.head.method : connection.method;
			if (event.kind === 'end') {
				connection.response = responseParser(connection.method);
				connection.request = requestParser();
			}
		}
	}

	#answer(id: number, bytes: Uint8Array): void {
		const connection = this.#connections.get(id);
		for (const event of connection?.response?.push(bytes) ?? []) {
			if (event.kind === 'head' && event.head.status === 101) {
				connection!.isRaw = true;
			} else if (event.kind === 'end') {
				connection!.response = undefined;
			}
		}
	}
}
