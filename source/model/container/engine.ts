// One engine: whose tables, in which transaction. What the daemon refuses is an `EngineError` with the status and the words that its
// API answers with.

import {nowNs} from '../../base/clock.js';
import {randomHex} from '../../base/random.js';
import type {Reads, Writes} from '../../base/transaction.js';
import type {ContainerEvent, ContainerSchema, EngineInfo} from './container-schema.js';
import type {EngineId} from './schema.js';

export type EngineTx = Writes<ContainerSchema, ContainerEvent>;
export type Engine = {
	readonly tx: EngineTx;
	readonly engine: EngineId;
	/** Tells those who follow the events that there is another; absent where nobody can be waiting. */
	readonly wakeEvents?: () => void;
	/** Whether the host has a file of that name; absent where there is no process to look. */
	readonly hasHostPath?: (path: string) => boolean;
};
export type EngineReader = {readonly tx: Reads<ContainerSchema>; readonly engine: EngineId};

/** `type` tells an error from the records that functions return. */
export type EngineError = {readonly type: 'engine-error'; readonly status: number; readonly message: string};

export function engineError(status: number, message: string): EngineError {
	return {type: 'engine-error', status, message};
}

export function isEngineError(value: unknown): value is EngineError {
	return typeof value === 'object' && value !== null && 'type' in value && value.type === 'engine-error';
}

/** The first error of several results. */
export function firstError(...results: readonly unknown[]): EngineError | undefined {
	return results.find(isEngineError);
}

/** The ephemeral range of Linux, net.ipv4.ip_local_port_range. */
export const firstHostPort = 32_768;
export const lastHostPort = 60_999;

export function engineInfo({tx, engine}: EngineReader): EngineInfo {
	return tx.get('engine', engine) ?? {id: '', daemon: undefined, nextEventId: 1, nextHostPort: firstHostPort, startedNs: 0, initLayer: undefined, insecureRegistries: []};
}

/** 64 digits, as containers, networks, endpoints and sandboxes are named. */
export function newId({tx}: Engine, stream: string): string {
	return randomHex(tx, stream, 64);
}

export type DockerEventRequest = {
	readonly type: 'container' | 'image' | 'network' | 'volume' | 'daemon' | 'builder';
	readonly action: string;
	readonly actor: string;
	readonly attributes: Readonly<Record<string, string>>;
};

/** The daemon keeps this many events for `docker events --since`. Source: moby/moby daemon/events/events.go, eventsLimit. */
const eventsLimit = 256;

/** Records what happened, as `docker events` shows it. */
export function logEvent({tx, engine, wakeEvents}: Engine, event: DockerEventRequest): void {
	const info = engineInfo({tx, engine});
	tx.put('engine', engine, {...info, nextEventId: info.nextEventId + 1});
	tx.put(`docker-event:${engine}`, info.nextEventId, {...event, id: info.nextEventId, atNs: nowNs(tx)});
	tx.delete(`docker-event:${engine}`, info.nextEventId - eventsLimit);
	wakeEvents?.();
}
