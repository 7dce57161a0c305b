// A request to the Engine API and an answer from it, as values. Source: moby/moby api/server/httputils, middleware/version.go.

import {noBytes, decodeText, encodeText} from '../base/bytes.js';
import type {Header, HttpRequest, HttpResponse} from '../base/http.js';
import {encodeJson, type Json, parseJson} from '../base/json.js';
import {httpDate} from '../base/internet-date.js';
import {wallTime} from '../base/clock.js';
import {engineVersion} from '../model/container/version.js';
import type {EngineError, EngineReader} from '../model/container/engine.js';

export const apiVersion = '1.51';
export const minimumApiVersion = '1.24';

export type ApiRequest = {
	readonly method: string;
	/** Without the version prefix and the query; percent-decoded. */
	readonly path: string;
	readonly query: URLSearchParams;
	readonly headers: readonly Header[];
	readonly body: Uint8Array;
	/** Out of the prefix `/v1.50`, if there was one. */
	readonly version: string | undefined;
};

export function parseApiRequest({method, target, headers, body}: HttpRequest): ApiRequest {
	const question = target.indexOf('?');
	const whole = question === -1 ? target : target.slice(0, question);
	const prefix = /^\/v(?<version>\d+\.\d+)(?=\/)/v.exec(whole);
	return {
		method, headers, body, version: prefix?.groups?.['version'], path: decodePath(whole.slice(prefix?.[0].length ?? 0)),
		query: new URLSearchParams(question === -1 ? '' : target.slice(question + 1)),
	};
}

function decodePath(path: string): string {
	try {
		return decodeURIComponent(path);
	} catch {
		return path;
	}
}

/** The refusal of a version that the daemon does not speak, or undefined. */
export function checkVersion({version}: ApiRequest): HttpProblem | undefined {
	if (version === undefined) {
		return undefined;
	}

	const [, minor = 0] = version.split('.').map(Number);
	if (Number(version.split('.')[0]) > 1 || minor > 51) {
		return {status: 400, message: `client version ${version} is too new. Maximum supported API version is ${apiVersion}`};
	}

	return minor < 24 ? {status: 400, message: `client version ${version} is too old. Minimum supported API version is ${minimumApiVersion}, please upgrade your client to a newer version`} : undefined;
}

export type HttpProblem = Pick<EngineError, 'status' | 'message'>;

/** A flag of the query, as httputils.BoolValue reads it. */
export function flagOf(query: URLSearchParams, name: string): boolean {
	const value = (query.get(name) ?? '').trim().toLowerCase();
	return !['', '0', 'no', 'false', 'none'].includes(value);
}

export function bodyJson({body}: ApiRequest): {readonly value: Json} | HttpProblem {
	if (body.length === 0) {
		return {value: null};
	}

	const parsed = parseJson(decodeText(body));
	return 'error' in parsed ? {status: 400, message: 'invalid JSON: invalid character in request body'} : parsed;
}

/** Headers of every answer, in the order in which Go writes them. */
export function commonHeaders(engine: EngineReader, contentType?: string): readonly Header[] {
	return [
		['Api-Version', apiVersion],
		...(contentType === undefined ? [] : [['Content-Type', contentType] as const]),
		['Docker-Experimental', 'false'],
		['Ostype', 'linux'],
		['Server', `Docker/${engineVersion} (linux)`],
		['Date', httpDate(wallTime(engine.tx).seconds)],
	];
}

export function jsonResponse(engine: EngineReader, status: number, value: Json): HttpResponse {
	return {status, headers: commonHeaders(engine, 'application/json'), body: encodeText(`${encodeJson(value)}\n`)};
}

export function problemResponse(engine: EngineReader, {status, message}: HttpProblem): HttpResponse {
	return jsonResponse(engine, status, {message});
}

/** 201, 204, 304 and the like: nothing but headers. */
export function emptyResponse(engine: EngineReader, status: number): HttpResponse {
	return {status, headers: commonHeaders(engine), body: noBytes};
}
