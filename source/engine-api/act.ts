// What handlers of acting requests have at hand, and the forms of their answers.

import type {HttpResponse, RequestHead} from '../base/http.js';
import type {Json} from '../base/json.js';
import {type EngineError, isEngineError} from '../model/container/engine.js';
import type {EngineHost, Work} from '../model/container/engine-host.js';
import {type ApiRequest, bodyJson, emptyResponse, jsonResponse, problemResponse} from './api-request.js';
import type {Connection} from './connection.js';

export type Act = {
	readonly host: EngineHost;
	readonly request: ApiRequest;
	readonly head: RequestHead;
	readonly params: ReadonlyMap<string, string>;
	readonly connection: Connection;
};

/** Answers through the connection itself. */
export type ActHandler = (act: Act) => Work<void>;

/** A handler that answers once: undefined is 204, a number a status without a body. */
export function once(handler: (act: Act) => Work<undefined | number | EngineError | {readonly status: number; readonly body: Json}>): ActHandler {
	return function * (act) {
		const result = yield * handler(act);
		yield * act.connection.respond(responseOf(act, result), act.head);
	};
}

/** The same for handlers that never sleep. */
export function atOnce(handler: (act: Act) => undefined | number | EngineError | {readonly status: number; readonly body: Json}): ActHandler {
	return once(function * (act) {
		return handler(act);
	});
}

function responseOf({host}: Act, result: undefined | number | EngineError | {readonly status: number; readonly body: Json}): HttpResponse {
	if (result === undefined || typeof result === 'number') {
		return emptyResponse(host, result ?? 204);
	}

	return isEngineError(result) ? problemResponse(host, result) : jsonResponse(host, result.status, result.body);
}

/** The request's JSON; a body that is none is refused by `refusal`. */
export function jsonOf(act: Act): Json {
	const parsed = bodyJson(act.request);
	return 'value' in parsed ? parsed.value : null;
}

export function idOf({params}: Act): string {
	return params.get('id') ?? '';
}
