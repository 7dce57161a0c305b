// Stopping, removing and otherwise acting on containers, all at the same time. Source: docker/compose pkg/compose/{stop,down,kill,pause,
// restart,remove}.go.

import {call, type ApiRequest, type Query} from '../../docker/client/request.js';
import {refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import {together} from '../output/together.js';
import type {Compose} from './compose.js';
import type {Container} from './containers.js';

export type Action = {
	/** `Stopping`, then `Stopped`. */
	readonly words: readonly [working: string, done: string];
	readonly request: (container: Container) => ApiRequest;
	/** Statuses that are as good as done: nothing was left to do. */
	readonly isFine?: (problem: Refusal) => boolean;
};

export const eventOf = ({name}: {readonly name: string}) => `Container ${name}`;

/** Does it to every container at once; the first problem is the result. */
export function * actOnAll(compose: Compose, containers: readonly Container[], action: Action): Steps<Refusal | undefined> {
	const results = yield * together(compose.client.process, containers.map(container => actOn(compose, container, action)));
	return results.find(result => result !== undefined);
}

function * actOn(compose: Compose, container: Container, {words: [working, done], request, isFine}: Action): Steps<Refusal | undefined> {
	yield * compose.progress.working(eventOf(container), working);
	const outcome = yield * call(compose.client, request(container));
	if (refused(outcome) && isFine?.(outcome) !== true) {
		yield * compose.progress.failed(eventOf(container), `Error while ${working}`);
		return outcome;
	}

	yield * compose.progress.done(eventOf(container), done);
	return undefined;
}

function stopAction(timeoutSeconds?: number): Action {
	const query: Query = timeoutSeconds === undefined ? [] : [['t', String(timeoutSeconds)]];
	return {words: ['Stopping', 'Stopped'], request: ({id}) => ({method: 'POST', path: `/containers/${id}/stop`, query})};
}

export function removeAction(withVolumes: boolean): Action {
	const query: Query = [['force', '1'], ...withVolumes ? [['v', '1']] as const : []];
	return {words: ['Removing', 'Removed'], request: ({id}) => ({method: 'DELETE', path: `/containers/${id}`, query}), isFine: ({httpStatus}) => httpStatus === 404 || httpStatus === 409};
}

export function * stopContainers(compose: Compose, containers: readonly Container[], timeoutSeconds?: number): Steps<Refusal | undefined> {
	return yield * actOnAll(compose, containers, stopAction(timeoutSeconds));
}

/** Each is stopped and then removed; they do not wait for each other. */
export function * stopAndRemove(compose: Compose, containers: readonly Container[], {timeoutSeconds, withVolumes}: {readonly timeoutSeconds: number | undefined; readonly withVolumes: boolean}): Steps<Refusal | undefined> {
	const one = function * (container: Container): Steps<Refusal | undefined> {
		return (yield * actOn(compose, container, stopAction(timeoutSeconds))) ?? (yield * actOn(compose, container, removeAction(withVolumes)));
	};
	const results = yield * together(compose.client.process, containers.map(container => one(container)));
	return results.find(result => result !== undefined);
}
