// The events of a build as they come over the wire: lines of POST /build?version=2, each `{"aux": EVENT}` with the event's own
// members, the bytes of a log line as base64. The image's id comes as `{"aux": {"ID": ...}}`, a failure as
// `{"errorDetail": {"message", "excerpt"}, "error"}`.
//
// Simplified: BuildKit's client opens a gRPC session instead; what it draws from the events is the same.

import {bytesOfBase64} from '../../../base/base64.js';
import {noBytes} from '../../../base/bytes.js';
import type {BuildEvent} from '../../../model/container/builder/build-host.js';
import {memberOf, numberOf, textOf, type Json} from '../go/json.js';

/** The event that a line's `aux` is, or `undefined` if it is something else. */
export function buildEventOf(aux: Json): BuildEvent | undefined {
	const text = (name: string) => textOf(memberOf(aux, name));
	const number = (name: string) => numberOf(memberOf(aux, name));
	const vertex = text('vertex');
	const kind = text('kind') as BuildEvent['kind'];
	switch (kind) {
		case 'started': {
			return {kind, vertex, name: text('name'), atNs: number('atNs')};
		}

		case 'cached': {
			return {kind, vertex};
		}

		case 'status': {
			return {kind, vertex, text: text('text'), startNs: number('startNs'), atNs: number('atNs'), isDone: memberOf(aux, 'isDone') === true};
		}

		case 'log': {
			return {kind, vertex, stream: text('stream') === 'stderr' ? 'stderr' : 'stdout', bytes: bytesOfBase64(text('bytes')) ?? noBytes, atNs: number('atNs')};
		}

		case 'warning': {
			return {kind, vertex, rule: text('rule'), message: text('message'), line: number('line')};
		}

		case 'done': {
			return {kind, vertex, atNs: number('atNs')};
		}

		case 'failed': {
			return {kind, vertex, message: text('message'), atNs: number('atNs')};
		}

		case 'stream': {
			return {kind, text: text('text')};
		}

		default: {
			kind satisfies never;
			return undefined;
		}
	}
}
