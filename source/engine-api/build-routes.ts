// POST /build: the context as a tar archive in, lines of progress out. `version=1` is the classic builder's stream of texts;
// `version=2` is BuildKit's events.
//
// Simplified: BuildKit's clients open a gRPC session for their events; ours reads them as JSON lines of this request.

import {must} from '../base/assert.js';
import {encodeBase64} from '../base/base64.js';
import {decodeText} from '../base/bytes.js';
import {isGzip} from '../base/gzip.js';
import {isJsonObject, type Json, type JsonObject, parseJson} from '../base/json.js';
import {denseContent, tarEntry, writeTar} from '../base/tar.js';
import type {BuildEvent, BuildHost} from '../model/container/builder/build-host.js';
import {pruneBuildCache} from '../model/container/builder/build-cache.js';
import {build, type BuildSuccess} from '../model/container/builder/build.js';
import {type BuildFailure, type BuildOptions, isBuildFailure} from '../model/container/builder/build-plan.js';
import {keepBuildContainer, runBuildCommand} from '../model/container/build-run.js';
import {engineError, type EngineError, isEngineError, logEvent} from '../model/container/engine.js';
import type {EngineHost, Work} from '../model/container/engine-host.js';
import {checkResources, parseHostConfig} from '../model/container/host-config.js';
import {formatPlatform, hostPlatform, parsePlatform, platformFits} from '../model/container/platform.js';
import {isReferenceError, parseReference} from '../model/container/reference.js';
import {isRegistryError} from '../model/container/registry.js';
import {type Act, type ActHandler, atOnce} from './act.js';
import {flagOf} from './api-request.js';
import {fetchUrl} from './http-client.js';
import {pull} from './image-routes.js';
import {containerChains} from './image-users.js';
import {withProgress} from './progress.js';
import type {Route} from './router.js';

/** Parameters that have nothing behind them. */
const unmodelled = ['squash', 'isolation', 'securityopt', 'cachefrom'];

function optionsOf({host, request: {query}}: Act, context: Uint8Array): BuildOptions | EngineError {
	const refused = unmodelled.find(name => !['', '0', '[]', '{}', 'null', 'false'].includes(query.get(name) ?? ''));
	if (refused !== undefined) {
		return engineError(501, `virtlab does not model the build option ${refused}`);
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

	const settings = hostConfigOf(query, must(host.tx.get('kernel', host.engine), 'optionsOf: no kernel').cpuCount);
	const platform = query.get('platform') ? parsePlatform(query.get('platform')!) : hostPlatform;
	if (isEngineError(settings) || 'error' in platform) {
		return isEngineError(settings) ? settings : engineError(400, (platform as {readonly error: string}).error);
	}

	if (!platformFits(hostPlatform, platform)) {
		return engineError(501, `virtlab does not model builds for ${formatPlatform(platform)}`);
	}

	return {
		style: query.get('version') === '2' ? 'buildkit' : 'classic', context, dockerfile: query.get('dockerfile') || 'Dockerfile', tags, buildArgs: args, labels,
		target: query.get('target') || undefined, noCache: flagOf(query, 'nocache'), pull: flagOf(query, 'pull'), network: network === 'none' || network === 'host' ? network : 'default',
		hostConfig: settings, removal: flagOf(query, 'forcerm') ? 'always' : (query.get('rm') === null || query.get('rm') === '' || flagOf(query, 'rm') ? 'after-success' : 'never'),
		isCheck: flagOf(query, 'check'), output: outputOf(query.get('outputs') ?? ''), noCacheStages: query.getAll('nocachefilter'),
	};
}

function outputOf(text: string): BuildOptions['output'] {
	return text === 'local' ? 'directory' : (text === 'tar' ? 'tarball' : 'image');
}

/** Limits and names of hosts for the containers of the build. */
function hostConfigOf(query: URLSearchParams, cpuCount: number): JsonObject | EngineError {
	const numbers = [['Memory', 'memory'], ['MemorySwap', 'memswap'], ['CpuShares', 'cpushares'], ['CpuPeriod', 'cpuperiod'], ['CpuQuota', 'cpuquota'], ['ShmSize', 'shmsize']] as const;
	const texts = [['CpusetCpus', 'cpusetcpus'], ['CpusetMems', 'cpusetmems'], ['CgroupParent', 'cgroupparent']] as const;
	const hosts = (query.get('extrahosts') ?? '').split(',').filter(host => host !== '');
	const ulimits = parseJson(query.get('ulimits') || '[]');
	const config: JsonObject = {
		...Object.fromEntries(numbers.filter(([, name]) => query.get(name)).map(([field, name]) => [field, Number(query.get(name))])),
		...Object.fromEntries(texts.filter(([, name]) => query.get(name)).map(([field, name]) => [field, query.get(name)!])),
		...hosts.length > 0 && {ExtraHosts: hosts}, ...'value' in ulimits && Array.isArray(ulimits.value) && ulimits.value.length > 0 && {Ulimits: ulimits.value},
	};
	const parsed = parseHostConfig(config);
	return isEngineError(parsed) ? parsed : checkResources(parsed, cpuCount) ?? config;
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
		fetch: url => fetchUrl(host, url),
		keep(container) {
			keepBuildContainer(host, container);
		},
	};
}

/** What is behind a URL: an archive with everything, or a Dockerfile alone. */
function * remoteContext(host: EngineHost, url: string): Work<Uint8Array | EngineError> {
	const fetched = yield * fetchUrl(host, url);
	if ('error' in fetched) {
		return engineError(500, `error downloading remote context ${url}: ${fetched.error}`);
	}

	if (fetched.status >= 400) {
		return engineError(500, `error downloading remote context ${url}: failed to GET ${url} with status ${fetched.reason}: ${decodeText(fetched.bytes)}`);
	}

	const isArchive = isGzip(fetched.bytes) || decodeText(fetched.bytes.subarray(257, 262)) === 'ustar';
	return isArchive ? fetched.bytes : writeTar([tarEntry('Dockerfile', 'file', {mode: 0o600, content: denseContent(fetched.bytes)})]);
}

function * buildImage(act: Act): Work<void> {
	const {host, connection, head, request: {query}} = act;
	const remote = query.get('remote') ?? '';
	const context = remote === '' ? act.request.body : yield * remoteContext(host, remote);
	const options = isEngineError(context) ? context : optionsOf(act, context);
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
		if (isQuiet && result.kind === 'image') {
			yield * connection.sendJsonLine({stream: `${result.image.id}\n`});
		}

		yield * connection.sendJsonLine({aux: resultMessage(result)});
		if (result.kind === 'image') {
			logEvent(host, {type: 'builder', action: 'build', actor: result.image.id, attributes: {}});
		}
	}

	yield * connection.endStream(head);
}

function resultMessage(result: BuildSuccess): Json {
	switch (result.kind) {
		case 'image': {
			return {ID: result.image.id};
		}

		case 'files': {
			return {files: encodeBase64(result.tar)};
		}

		case 'check': {
			return {check: result.warnings.map(({rule, message}, index) => ({rule, message, excerpt: result.excerpts[index]!}))};
		}

		default: {
			return result satisfies never;
		}
	}
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
