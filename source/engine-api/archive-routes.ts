// docker cp and docker export: files of a container as tar archives.

import {encodeBase64} from '../base/base64.js';
import {encodeText, noBytes} from '../base/bytes.js';
import {encodeJson, type JsonObject} from '../base/json.js';
import {gunzip, isGzip} from '../base/gzip.js';
import type {HttpResponse} from '../base/http.js';
import {archiveAll, archivePath, extractInto, notFound, statPath, withFiles} from '../model/container/container-archive.js';
import type {Container} from '../model/container/container-schema.js';
import {findContainer, logContainerEvent} from '../model/container/container-store.js';
import {engineError, type EngineError, isEngineError} from '../model/container/engine.js';
import type {Work} from '../model/container/engine-host.js';
import {failed} from '../model/kernel/errno.js';
import {resolve} from '../model/kernel/vfs.js';
import {type Act, type ActHandler, idOf} from './act.js';
import {commonHeaders, emptyResponse, flagOf, problemResponse} from './api-request.js';
import type {Route} from './router.js';

/** A handler over a container's files. */
function withContainer(handler: (act: Act, container: Container) => HttpResponse | EngineError): ActHandler {
	return function * (act): Work<void> {
		const container = findContainer(act.host, idOf(act));
		const result = isEngineError(container) ? container : handler(act, container);
		yield * act.connection.respond(isEngineError(result) ? problemResponse(act.host, result) : result, act.head);
	};
}

function pathOf({request: {query}}: Act): string {
	const path = query.get('path') ?? '';
	return path.startsWith('/') ? path : `/${path}`;
}

function statHeader(stat: JsonObject): readonly [string, string] {
	return ['X-Docker-Container-Path-Stat', encodeBase64(encodeText(encodeJson(stat)))];
}

const head = withContainer((act, container) => {
	const stat = withFiles(act.host, container, caller => statPath(caller, pathOf(act)));
	return stat === undefined ? notFound(pathOf(act), idOf(act)) : {status: 200, headers: [...commonHeaders(act.host), statHeader(stat)], body: noBytes};
});

const get = withContainer((act, container) => withFiles(act.host, container, caller => {
	const stat = statPath(caller, pathOf(act));
	const tar = archivePath(caller, pathOf(act));
	if (stat === undefined || tar === undefined) {
		return notFound(pathOf(act), idOf(act));
	}

	logContainerEvent(act.host, container, 'archive-path');
	return {status: 200, headers: [...commonHeaders(act.host, 'application/x-tar'), statHeader(stat)], body: tar};
}));

const put = withContainer((act, container) => {
	if (container.hostConfig.ReadonlyRootfs) {
		return engineError(403, 'container rootfs is marked read-only');
	}

	const {body, query} = act.request;
	const tar = isGzip(body) ? gunzip(body) : body;
	if (typeof tar === 'string') {
		return engineError(400, tar);
	}

	return withFiles(act.host, container, caller => {
		const directory = resolve(caller, pathOf(act), true);
		if (failed(directory)) {
			return notFound(pathOf(act), idOf(act));
		}

		if (directory.attributes.type !== 'directory') {
			return engineError(400, 'extraction point is not a directory');
		}

		const problem = extractInto(caller, pathOf(act), tar, {noOverwriteDirNonDir: flagOf(query, 'noOverwriteDirNonDir')});
		if (problem === undefined) {
			logContainerEvent(act.host, container, 'extract-to-dir');
		}

		return problem ?? emptyResponse(act.host, 200);
	});
});

const exportAll = withContainer((act, container) => {
	const tar = withFiles(act.host, container, archiveAll, {withVolumes: false});
	logContainerEvent(act.host, container, 'export');
	return {status: 200, headers: commonHeaders(act.host, 'application/octet-stream'), body: tar};
});

export const archiveRoutes: ReadonlyArray<Route<ActHandler>> = [
	{method: 'HEAD', pattern: '/containers/:id/archive', handler: head},
	{method: 'GET', pattern: '/containers/:id/archive', handler: get},
	{method: 'PUT', pattern: '/containers/:id/archive', handler: put},
	{method: 'GET', pattern: '/containers/:id/export', handler: exportAll},
];
