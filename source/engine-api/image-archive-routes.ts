// docker save, load and import: images out and in as archives. Source: moby/moby api/server/router/image/image_routes.go.

import type {Json} from '../base/json.js';
import type {Engine} from '../model/container/engine.js';
import {engineError, isEngineError, logEvent} from '../model/container/engine.js';
import {applyChanges} from '../model/container/builder/config-changes.js';
import type {Work} from '../model/container/engine-host.js';
import {importImage} from '../model/container/image-import.js';
import {loadImages} from '../model/container/image-load.js';
import {saveImages} from '../model/container/image-save.js';
import {removeUnusedLayers} from '../model/container/layer-store.js';
import {isReferenceError, parseReference} from '../model/container/reference.js';
import type {Image} from '../model/container/schema.js';
import type {Act, ActHandler} from './act.js';
import {commonHeaders} from './api-request.js';
import {chainsInUse} from './image-users.js';
import type {Route} from './router.js';

function logImage(host: Engine, action: 'save' | 'load' | 'import', {id}: Image): void {
	logEvent(host, {type: 'image', action, actor: id, attributes: {name: id}});
}

/** GET /images/get and /images/{name}/get. */
function * save({host, connection, params, request: {query}, head}: Act): Work<void> {
	const names = params.has('name') ? [params.get('name')!] : query.getAll('names');
	const saved = saveImages(host, names);
	if (isEngineError(saved)) {
		yield * connection.refuse(saved, head);
		return;
	}

	for (const image of saved.images) {
		logImage(host, 'save', image);
	}

	yield * connection.respond({status: 200, headers: commonHeaders(host, 'application/x-tar'), body: saved.tar}, head);
}

/** POST /images/load. The answer has begun when the archive is read, so that what is wrong with it comes as a line of the stream. */
function * load({host, connection, request: {query, body}, head}: Act): Work<void> {
	const messages: object[] = [];
	const isQuiet = (query.get('quiet') ?? '1') !== '0';
	const problem = loadImages(host, body, {
		loaded(image) {
			logImage(host, 'load', image);
		},
		report(message) {
			messages.push(...isQuiet && !('stream' in message) ? [] : [message]);
		},
	});
	yield * connection.beginStream('application/json');
	for (const message of messages) {
		yield * connection.sendJsonLine(message as Json);
	}

	if (problem !== undefined) {
		removeUnusedLayers(host, chainsInUse(host));
		yield * connection.sendJsonLine({errorDetail: {message: problem.message}, error: problem.message});
	}

	yield * connection.endStream(head);
}

/** POST /images/create?fromSrc=-: an image from the archive of a filesystem. */
export function * importArchive({host, connection, request: {query, body}, head}: Act): Work<void> {
	const source = query.get('fromSrc') ?? '-';
	const repository = query.get('repo') ?? '';
	const name = repository === '' ? undefined : parseReference(query.get('tag') ? `${repository}:${query.get('tag')}` : repository);
	const config = applyChanges({}, query.getAll('changes').filter(change => change !== ''));
	const refused = source !== '-' ? engineError(501, 'virtlab does not model docker import from a URL')
		: (name !== undefined && isReferenceError(name) ? engineError(400, name.message) : ('error' in config ? engineError(400, config.error) : undefined));
	if (refused !== undefined || 'error' in config || (name !== undefined && isReferenceError(name))) {
		yield * connection.refuse(refused!, head);
		return;
	}

	const image = importImage(host, {archive: body, config, comment: query.get('message') || `Imported from ${source}`, name});
	if (isEngineError(image)) {
		yield * connection.refuse(image, head);
		return;
	}

	logImage(host, 'import', image);
	yield * connection.beginStream('application/json');
	yield * connection.sendJsonLine({status: image.id});
	yield * connection.endStream(head);
}

export const imageArchiveRoutes: ReadonlyArray<Route<ActHandler>> = [
	{method: 'POST', pattern: '/images/load', handler: load},
	{method: 'GET', pattern: '/images/get', handler: save},
	{method: 'GET', pattern: '/images/:name*/get', handler: save},
];
