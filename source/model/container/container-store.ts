// Finding containers by what people type, and changing their state with the events that belong to it.

import {nowNs} from '../../base/clock.js';
import type {Container, ContainerId, ContainerState} from './container-schema.js';
import {type Engine, engineError, type EngineError, type EngineReader, logEvent} from './engine.js';

export function getContainer({tx, engine}: EngineReader, id: ContainerId): Container | undefined {
	return tx.get(`container:${engine}`, id);
}

/** By id, name, or the beginning of an id that no other has. */
export function findContainer(engine: EngineReader, text: string): Container | EngineError {
	const byId = getContainer(engine, text);
	if (byId !== undefined) {
		return byId;
	}

	const named = engine.tx.get(`container-name:${engine.engine}`, text.replace(/^\//v, ''));
	if (named !== undefined) {
		return getContainer(engine, named.container)!;
	}

	const matches: ContainerId[] = [];
	if (/^[\da-f]{1,64}$/v.test(text)) {
		for (const id of engine.tx.table(`container:${engine.engine}`).keys()) {
			if (String(id).startsWith(text)) {
				matches.push(String(id));
			}
		}
	}

	if (matches.length > 1) {
		return engineError(400, `multiple IDs found with provided prefix: ${text}`);
	}

	return matches[0] === undefined ? engineError(404, `No such container: ${text}`) : getContainer(engine, matches[0])!;
}

export function isRunning({state}: Container): boolean {
	return state.status === 'running' || state.status === 'paused';
}

/** Writes a container; what its state changed from and to is reported to panels. */
export function putContainer({tx, engine}: Engine, container: Container): void {
	const before = tx.get(`container:${engine}`, container.id);
	tx.put(`container:${engine}`, container.id, container);
	if (before?.state.status !== container.state.status) {
		tx.emit({kind: 'container-state', engine, container: container.id, from: before?.state.status, to: container.state.status});
	}
}

/** Changes parts of the container as it is now; a container that is gone stays gone. */
export function changeContainer(engine: Engine, id: ContainerId, changes: Partial<Omit<Container, 'state'>> & {readonly state?: Partial<ContainerState>}): Container | undefined {
	const container = getContainer(engine, id);
	if (container === undefined) {
		return undefined;
	}

	const changed = {...container, ...changes, state: {...container.state, ...changes.state}};
	putContainer(engine, changed);
	return changed;
}

/** What everybody waits on that waits for a container to change. */
export function containerChannel(id: ContainerId): string {
	return `container:${id}`;
}

/** What everybody waits on that waits for events. */
export function eventChannel(engine: number): string {
	return `docker-events:${engine}`;
}

/** An event of a container: its image, name and labels are always part of it. */
export function logContainerEvent(engine: Engine, container: Container, action: string, attributes: Readonly<Record<string, string>> = {}): void {
	const all = {...container.config.Labels, ...attributes, image: container.config.Image, name: container.name};
	const sorted = Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => a < b ? -1 : 1));
	logEvent(engine, {type: 'container', action, actor: container.id, attributes: sorted});
}

/** How long it has been running, or since when it is not. */
export function sinceNs(engine: EngineReader, ns: number | undefined): number {
	return Math.max(nowNs(engine.tx) - (ns ?? 0), 0);
}
