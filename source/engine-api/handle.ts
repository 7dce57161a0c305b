// Requests that only look: functions of the world, so that whoever has a world (a lab's check, a panel) can ask what a client would be
// told, without a daemon that runs.

import {encodeText} from '../base/bytes.js';
import type {HttpRequest, HttpResponse} from '../base/http.js';
import {containerChanges, containerSizes} from '../model/container/container-changes.js';
import {listContainers, matchesLabels, parseFilters} from '../model/container/container-list.js';
import {findContainer} from '../model/container/container-store.js';
import {inspectContainer, summarizeContainer} from '../model/container/container-view.js';
import {findNetwork, isPredefined, networksOf} from '../model/container/docker-network.js';
import {engineError, type EngineError, type EngineReader, isEngineError} from '../model/container/engine.js';
import {inspectExec} from '../model/container/exec-view.js';
import {findImage, isImageError} from '../model/container/image-store.js';
import type {Image} from '../model/container/schema.js';
import {networkJson, volumeJson} from '../model/container/network-view.js';
import {getVolume} from '../model/container/volume.js';
import type {Json} from '../base/json.js';
import {
	type ApiRequest, commonHeaders, flagOf, jsonResponse, parseApiRequest, problemResponse,
} from './api-request.js';
import {imageHistory, inspectImage, listImages} from './image-json.js';
import {Router} from './router.js';
import {diskUsageJson, infoJson, versionJson} from './system-json.js';
import {topJson} from './top.js';

type Params = ReadonlyMap<string, string>;
type ReadHandler = (engine: EngineReader, request: ApiRequest, params: Params) => HttpResponse;

/** A handler that answers with JSON or refuses. */
function json(handler: (engine: EngineReader, request: ApiRequest, params: Params) => Json | EngineError): ReadHandler {
	return (engine, request, params) => {
		const value = handler(engine, request, params);
		return isEngineError(value) ? problemResponse(engine, value) : jsonResponse(engine, 200, value);
	};
}

function withContainer(handler: (engine: EngineReader, container: Exclude<ReturnType<typeof findContainer>, EngineError>, request: ApiRequest) => Json | EngineError): ReadHandler {
	return json((engine, request, params) => {
		const container = findContainer(engine, params.get('id')!);
		return isEngineError(container) ? container : handler(engine, container, request);
	});
}

function withImage(handler: (engine: EngineReader, image: Image) => Json): ReadHandler {
	return json((engine, _request, params) => {
		const image = findImage(engine, params.get('name')!);
		return isImageError(image) ? engineError(image.status, image.message) : handler(engine, image);
	});
}

/** `OK`, with the headers by which clients learn the version. */
function ping(engine: EngineReader, {method}: ApiRequest): HttpResponse {
	const [version, ...rest] = commonHeaders(engine, 'text/plain; charset=utf-8');
	return {
		status: 200, body: encodeText(method === 'HEAD' ? '' : 'OK'),
		headers: [version!, ['Builder-Version', '2'], ['Cache-Control', 'no-cache, no-store, must-revalidate'], ...rest, ['Pragma', 'no-cache'], ['Swarm', 'inactive']],
	};
}

function list(engine: EngineReader, {query}: ApiRequest): Json | EngineError {
	const limit = query.get('limit') ?? '0';
	if (!/^-?\d{1,9}$/v.test(limit)) {
		return engineError(400, `strconv.Atoi: parsing ${JSON.stringify(limit)}: invalid syntax`);
	}

	const chosen = listContainers(engine, {all: flagOf(query, 'all'), limit: Math.max(Number(limit), 0), filters: query.get('filters') ?? undefined});
	const withSizes = flagOf(query, 'size');
	return isEngineError(chosen) ? chosen : chosen.map(container => summarizeContainer(engine, container, withSizes ? containerSizes(engine, container) : undefined));
}

function listNetworks(engine: EngineReader, {query}: ApiRequest): Json | EngineError {
	const filters = parseFilters(query.get('filters') ?? undefined, ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type']);
	if (isEngineError(filters)) {
		return filters;
	}

	const any = (name: string, test: (value: string) => boolean) => !filters.has(name) || filters.get(name)!.some(test);
	return networksOf(engine).filter(network => any('driver', value => network.driver === value)
		&& any('id', value => network.id.startsWith(value)) && any('name', value => network.name.includes(value)) && any('scope', value => value === 'local')
		&& any('type', value => (value === 'builtin') === isPredefined(network)) && any('dangling', value => (value === 'true' || value === '1') === (network.members.size === 0 && !isPredefined(network)))
		&& matchesLabels(network.labels, filters.get('label'))).map(network => networkJson(engine, network, false));
}

function listVolumes(engine: EngineReader, {query}: ApiRequest): Json | EngineError {
	const filters = parseFilters(query.get('filters') ?? undefined, ['dangling', 'driver', 'label', 'name']);
	if (isEngineError(filters)) {
		return filters;
	}

	const any = (name: string, test: (value: string) => boolean) => !filters.has(name) || filters.get(name)!.some(test);
	const volumes = [...engine.tx.table(`volume:${engine.engine}`).values()].filter(volume => any('driver', value => value === volume.driver)
		&& any('name', value => volume.name.includes(value)) && any('dangling', value => (value === 'true' || value === '1') === (volume.users.size === 0))
		&& matchesLabels(volume.labels, filters.get('label')));
	return {Volumes: volumes.toSorted((a, b) => a.name < b.name ? -1 : 1).map(volume => volumeJson(engine, volume)), Warnings: null};
}

const router = new Router<ReadHandler>([
	{method: 'GET', pattern: '/_ping', handler: ping},
	{method: 'HEAD', pattern: '/_ping', handler: ping},
	{method: 'GET', pattern: '/version', handler: json(versionJson)},
	{method: 'GET', pattern: '/info', handler: json(infoJson)},
	{method: 'GET', pattern: '/system/df', handler: json(diskUsageJson)},
	{method: 'GET', pattern: '/containers/json', handler: json(list)},
	{method: 'GET', pattern: '/containers/:id/json', handler: withContainer((engine, container, {query}) => inspectContainer(engine, container, flagOf(query, 'size') ? containerSizes(engine, container) : undefined))},
	{method: 'GET', pattern: '/containers/:id*/json', handler: withContainer((engine, container) => inspectContainer(engine, container))},
	{method: 'GET', pattern: '/containers/:id/changes', handler: withContainer((engine, container) => {
		const changes = containerChanges(engine, container);
		return changes.length === 0 ? null : changes;
	})},
	{method: 'GET', pattern: '/containers/:id/top', handler: withContainer((engine, container, {query}) => topJson(engine, container, query.get('ps_args') ?? ''))},
	{method: 'GET', pattern: '/exec/:id/json', handler: json((engine, _request, params) => {
		const exec = engine.tx.get(`exec:${engine.engine}`, params.get('id')!);
		return exec === undefined ? engineError(404, `No such exec instance: ${params.get('id')}`) : inspectExec(exec);
	})},
	{method: 'GET', pattern: '/images/json', handler: json((engine, {query}) => listImages(engine, {all: flagOf(query, 'all'), filters: query.get('filters') ?? undefined}))},
	{method: 'GET', pattern: '/images/:name*/json', handler: withImage(inspectImage)},
	{method: 'GET', pattern: '/images/:name*/history', handler: withImage(imageHistory)},
	{method: 'GET', pattern: '/networks', handler: json(listNetworks)},
	{method: 'GET', pattern: '/networks/:id', handler: json((engine, _request, params) => {
		const network = findNetwork(engine, params.get('id')!);
		return isEngineError(network) ? network : networkJson(engine, network, true);
	})},
	{method: 'GET', pattern: '/volumes', handler: json(listVolumes)},
	{method: 'GET', pattern: '/volumes/:name', handler: json((engine, _request, params) => {
		const volume = getVolume(engine, params.get('name')!);
		return isEngineError(volume) ? volume : volumeJson(engine, volume);
	})},
	{method: 'GET', pattern: '/plugins', handler: json(() => [])},
	{method: 'GET', pattern: '/plugins/:name*/json', handler: json((_engine, _request, params) => engineError(404, `plugin ${JSON.stringify(params.get('name'))} not found`))},
]);

/** The answer to a request that changes nothing; undefined for all others. */
export function handle(engine: EngineReader, request: HttpRequest): HttpResponse | undefined {
	return handleParsed(engine, parseApiRequest(request));
}

export function handleParsed(engine: EngineReader, request: ApiRequest): HttpResponse | undefined {
	const match = router.match(request.method, request.path);
	return match?.handler(engine, request, match.params);
}
