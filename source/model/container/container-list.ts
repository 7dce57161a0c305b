// GET /containers/json: which containers, in which order. Source: moby/moby daemon/list.go.

import type {Json} from '../../base/json.js';
import {isJsonObject, parseJson} from '../../base/json.js';
import type {Container} from './container-schema.js';
import {findContainer, isRunning} from './container-store.js';
import {engineError, type EngineError, type EngineReader, isEngineError} from './engine.js';
import {findImage, getImage, isImageError} from './image-store.js';
import type {ImageId} from './schema.js';

/** Values by filter name: any value of a name must hold, for every name. */
export type Filters = ReadonlyMap<string, readonly string[]>;

/** `{"status":{"exited":true}}` or `{"status":["exited"]}`; a name that is not among the accepted ones is refused. */
export function parseFilters(text: string | undefined, accepted: readonly string[]): Filters | EngineError {
	if (text === undefined || text === '') {
		return new Map();
	}

	const parsed = parseJson(text);
	if ('error' in parsed || !isJsonObject(parsed.value)) {
		return engineError(400, 'invalid filter');
	}

	const filters = new Map<string, readonly string[]>();
	for (const [name, values] of Object.entries(parsed.value)) {
		if (!accepted.includes(name)) {
			return engineError(400, `invalid filter '${name}'`);
		}

		filters.set(name, valuesOf(values ?? null));
	}

	return filters;
}

function valuesOf(values: Json): readonly string[] {
	return Array.isArray(values) ? values.map(String) : (isJsonObject(values) ? Object.keys(values) : []);
}

/** Whether labels satisfy `key` or `key=value`, all of them. */
export function matchesLabels(labels: Readonly<Record<string, string>> | null | undefined, wanted: readonly string[] | undefined): boolean {
	return (wanted ?? []).every(text => {
		const equals = text.indexOf('=');
		const key = equals === -1 ? text : text.slice(0, equals);
		const value = labels?.[key];
		return value !== undefined && (equals === -1 || value === text.slice(equals + 1));
	});
}

const accepted = [
	'ancestor', 'before', 'exited', 'expose', 'health', 'id', 'is-task', 'isolation', 'label', 'name', 'network', 'publish', 'since', 'status', 'volume',
];
const statuses = new Set(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']);

export type ListRequest = {readonly all: boolean; readonly limit: number; readonly filters: string | undefined};

/** Newest first. */
export function listContainers(engine: EngineReader, request: ListRequest): readonly Container[] | EngineError {
	const filters = parseFilters(request.filters, accepted);
	if (isEngineError(filters)) {
		return filters;
	}

	const predicate = predicateOf(engine, filters);
	if (isEngineError(predicate)) {
		return predicate;
	}

	const wantsAll = request.all || request.limit > 0 || ['status', 'exited', 'before', 'since'].some(name => filters.has(name));
	const chosen = [...engine.tx.table(`container:${engine.engine}`).values()]
		.filter(container => (wantsAll || isRunning(container) || container.state.status === 'restarting') && predicate(container))
		.toSorted((a, b) => b.createdNs - a.createdNs);
	return request.limit > 0 ? chosen.slice(0, request.limit) : chosen;
}

function predicateOf(engine: EngineReader, filters: Filters): ((container: Container) => boolean) | EngineError {
	const badStatus = filters.get('status')?.find(status => !statuses.has(status));
	if (badStatus !== undefined) {
		return engineError(400, `invalid filter 'status=${badStatus}'`);
	}

	const before = boundary(engine, filters.get('before'));
	const since = boundary(engine, filters.get('since'));
	const ancestors = ancestorsOf(engine, filters.get('ancestor'));
	if (isEngineError(before) || isEngineError(since)) {
		return isEngineError(before) ? before : since as EngineError;
	}

	const tests: ReadonlyMap<string, (container: Container, value: string) => boolean> = new Map([
		['name', ({name}: Container, value: string) => name.includes(value.replace(/^[\/\^]*/v, '').replace(/\$$/v, '')) && matchesAnchors(name, value)],
		['id', ({id}: Container, value: string) => id.startsWith(value)],
		['status', ({state}: Container, value: string) => state.status === value],
		['exited', ({state}: Container, value: string) => state.status === 'exited' && state.exitCode === Number(value)],
		['health', ({state}: Container, value: string) => (state.health?.status ?? 'none') === value],
		['network', ({endpoints}: Container, value: string) => endpoints.some(endpoint => endpoint.networkName === value || (endpoint.network !== undefined && endpoint.network.startsWith(value)))],
		['volume', ({mounts}: Container, value: string) => mounts.some(mount => mount.name === value || mount.destination === value || mount.source === value)],
		['publish', ({ports}: Container, value: string) => ports.some(port => String(port.hostPort) === value.split('/')[0])],
		['expose', ({config}: Container, value: string) => Object.keys(config.ExposedPorts ?? {}).some(port => port === value || port.split('/')[0] === value)],
	]);
	return container => matchesLabels(container.config.Labels, filters.get('label'))
		&& (before === undefined || container.createdNs < before)
		&& (since === undefined || container.createdNs > since)
		&& (ancestors === undefined || ancestors.has(container.image))
		&& [...tests].every(([name, test]) => !filters.has(name) || filters.get(name)!.some(value => test(container, value)));
}

/** `^web` and `web$` are honoured. Simplified: other regular expressions are compared as plain text. */
function matchesAnchors(name: string, pattern: string): boolean {
	const text = pattern.replace(/^\//v, '');
	const plain = text.replace(/^\^\/?/v, '').replace(/\$$/v, '');
	return (!text.startsWith('^') || name.startsWith(plain)) && (!text.endsWith('$') || name.endsWith(plain));
}

function boundary(engine: EngineReader, names: readonly string[] | undefined): number | undefined | EngineError {
	const [name] = names ?? [];
	const container = name === undefined ? undefined : findContainer(engine, name);
	return container === undefined || isEngineError(container) ? container : container.createdNs;
}

/** The images that the names stand for, and all made from them on this engine. */
function ancestorsOf(engine: EngineReader, names: readonly string[] | undefined): ReadonlySet<ImageId> | undefined {
	if (names === undefined) {
		return undefined;
	}

	const wanted = new Set<ImageId>();
	for (const name of names) {
		const image = findImage(engine, name);
		if (!isImageError(image)) {
			wanted.add(image.id);
		}
	}

	const descends = (id: ImageId | undefined): boolean => id !== undefined && (wanted.has(id) || descends(getImage(engine, id)?.parent));
	return new Set([...engine.tx.table(`image:${engine.engine}`).values()].filter(image => descends(image.id)).map(image => image.id));
}
