// POST /build: the context as a tar archive in, lines of progress out. `version=1` is the classic builder's stream of texts;
// `version=2` is BuildKit's events.
//
// Simplified: BuildKit's clients open a gRPC session for their events; ours reads them as JSON lines of this request.

import {encodeBase64} from '../base/base64.js';
import {isJsonObject, type Json, parseJson} from '../base/json.js';
import type {BuildEvent, BuildHost} from '../model/container/builder/build-host.js';
import {pruneBuildCache} from '../model/container/builder/build-cache.js';
import {build} from '../model/container/builder/build.js';
import {type BuildFailure, type BuildOptions, isBuildFailure} from '../model/container/builder/build-plan.js';
import {runBuildCommand} from '../model/container/build-run.js';
import {engineError, type EngineError, isEngineError, logEvent} from '../model/container/engine.js';
import type {EngineHost, Work} from '../model/container/engine-host.js';
import {isReferenceError, parseReference} from '../model/container/reference.js';
import {isRegistryError} from '../model/container/registry.js';
import {type Act, type ActHandler, atOnce} from './act.js';
import {flagOf} from './api-request.js';
import {pull} from './image-routes.js';
import {containerChains} from './image-users.js';
import {withProgress} from './progress.js';
import type {Route} from './router.js';

/** Parameters that have nothing behind them. */
const unmodelled = ['remote', 'cachefrom', 'squash', 'memory', 'memswap', 'cpushares', 'cpusetcpus', 'cpuperiod', 'cpuquota', 'shmsize', 'extrahosts', 'platform', 'isolation', 'outputs'];

function optionsOf({request}: Act): BuildOptions | EngineError {
	const {query, body} = request;
	const refused = unmodelled.find(name => !['', '0', '[]', '{}', 'null', 'false'].includes(query.get(name) ?? ''));
	if (refused !== undefined || query.get('rm') === '0') {
		return engineError(501, `virtlab does not model the build option ${refused ?? 'rm=0'}`);
	}

	const args = stringsOf(query.get('buildargs'));
	const labels = stringsOf(query.get('labels'));
	const tags = query.getAll('t').filter(tag => tag !== '');
	const badTag = tags.map(tag => parseReference(tag)).find(reference => isReferenceError(reference));
	if (args === undefined || labels === undefined || badTag !== undefined) {
		return engineError(400, badTag !== undefined && isReferenceError(badTag) ? badTag.message : `error reading ${args === undefined ? 'build args' : 'labels'}`);
	}

	const network = query.get('networkmode') ?? '';
	if (!['', 'default', 'bridge', 'none', 'host'].includes(network)) {
		return engineError(501, `virtlab does not model builds on the network ${network}`);
	}

	return {
		style: query.get('version') === '2' ? 'buildkit' : 'classic', context: body, dockerfile: query.get('dockerfile') || 'Dockerfile', tags, buildArgs: args, labels,
		target: query.get('target') || undefined, noCache: flagOf(query, 'nocache'), pull: flagOf(query, 'pull'), network: network === 'none' || network === 'host' ? network : 'default',
	};
}

/** A JSON object of strings; nulls (arguments without a value) are left out. */
function stringsOf(text: string | null): ReadonlyMap<string, string> | undefined {
	if (text === null || text === '') {
		return new Map();
	}

	const parsed = parseJson(text);
	if ('error' in parsed || (parsed.value !== null && !isJsonObject(parsed.value))) {
		return undefined;
	}

	return new Map(Object.entries(parsed.value ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** The engine as the builder sees it. */
function buildHost(host: EngineHost): BuildHost {
	return {
		get tx() {
			return host.tx;
		},
		get engine() {
			return host.engine;
		},
		* pull(text) {
			const reference = parseReference(text);
			if (isReferenceError(reference)) {
				return {kind: 'pull-error', status: 400, message: reference.message};
			}

			const pulled = yield * pull(host, reference, () => undefined);
			return isRegistryError(pulled) ? {kind: 'pull-error', status: pulled.status, message: pulled.message} : pulled;
		},
		run: request => runBuildCommand(host, request),
	};
}

function * buildImage(act: Act): Work<void> {
	const {host, connection, head, request: {query}} = act;
	const options = optionsOf(act);
	if (isEngineError(options)) {
		yield * connection.refuse(options, head);
		return;
	}

	const isQuiet = flagOf(query, 'q') && options.style === 'classic';
	let isStreaming = false;
	const begin = function * (): Work<void> {
		isStreaming = true;
		yield * connection.beginStream('application/json');
	};
	const result = yield * withProgress(connection, begin, report => build(buildHost(host), options, event => {
		if (!isQuiet) {
			report(eventMessage(event));
		}
	}));
	if (isBuildFailure(result) && result.isRequest && options.style === 'classic' && !isStreaming) {
		yield * connection.refuse({status: 400, message: result.message}, head);
		return;
	}

	if (!isStreaming) {
		yield * begin();
	}

	if (isBuildFailure(result)) {
		yield * connection.sendJsonLine(failureMessage(result));
	} else {
		if (isQuiet) {
			yield * connection.sendJsonLine({stream: `${result.image.id}\n`});
		}

		yield * connection.sendJsonLine({aux: {ID: result.image.id}});
		logEvent(host, {type: 'builder', action: 'build', actor: result.image.id, attributes: {}});
	}

	yield * connection.endStream(head);
}

function failureMessage({message, code, excerpt}: BuildFailure): Json {
	return {errorDetail: {...(code === undefined ? {} : {code}), message, ...(excerpt === undefined ? {} : {excerpt})}, error: message};
}

function eventMessage(event: BuildEvent): object {
	if (event.kind === 'stream') {
		return {stream: event.text};
	}

	return {aux: event.kind === 'log' ? {...event, bytes: encodeBase64(event.bytes)} : event};
}

const prune = atOnce(({host}) => {
	const {deleted, freedBytes} = pruneBuildCache(host, containerChains(host));
	return {status: 200, body: {CachesDeleted: deleted.length === 0 ? null : deleted, SpaceReclaimed: freedBytes}};
});

export const buildRoutes: ReadonlyArray<Route<ActHandler>> = [
	{method: 'POST', pattern: '/build', handler: buildImage},
	{method: 'POST', pattern: '/build/prune', handler: prune},
];
