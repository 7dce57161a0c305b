// Requests that act on images: pull, tag, remove, prune, commit.

import {applyChanges} from '../model/container/builder/config-changes.js';
import {parseConfig} from '../model/container/container-config.js';
import {matchesLabels, parseFilters} from '../model/container/container-list.js';
import type {Container} from '../model/container/container-schema.js';
import {findContainer, logContainerEvent} from '../model/container/container-store.js';
import {type Engine, engineError, type EngineError, isEngineError, logEvent} from '../model/container/engine.js';
import type {EngineHost, Work} from '../model/container/engine-host.js';
import {commitImage} from '../model/container/image-commit.js';
import {type Removal, removeImage} from '../model/container/image-removal.js';
import {childrenOf, familiarOf, findImage, getImage, type ImageError, isImageError, nameImage, namesOf, tagImage, topChain} from '../model/container/image-store.js';
import {copyOfFileSystem, removeUnusedLayers} from '../model/container/layer-store.js';
import {parsePlatform, type Platform} from '../model/container/platform.js';
import {type ProgressMessage, pullImage} from '../model/container/pull.js';
import {familiarReference, isReferenceError, parseReference, type Reference, withDefaultTag} from '../model/container/reference.js';
import {isRegistryError, type RegistryError} from '../model/container/registry.js';
import type {Image, ImageConfig} from '../model/container/schema.js';
import {type Act, type ActHandler, atOnce, jsonOf, once} from './act.js';
import {flagOf} from './api-request.js';
import {imageArchiveRoutes, importArchive} from './image-archive-routes.js';
import type {Credentials} from './http-registry.js';
import {chainsInUse, imageUsers} from './image-users.js';
import {withProgress} from './progress.js';
import {credentialsOf, registryFor} from './registries.js';
import {registryRoutes} from './registry-routes.js';
import {parseMoment} from './moment.js';
import {isOldEnough} from './prune-until.js';
import type {Route} from './router.js';

/** POST /images/create: a pull, or an import from an archive. */
function * create(act: Act): Work<void> {
	const {host, connection, request: {query}, head} = act;
	if (query.get('fromSrc') !== null) {
		yield * importArchive(act);
		return;
	}

	const reference = pullReference(query.get('fromImage') ?? '', query.get('tag') ?? '');
	const platform = query.get('platform') ? parsePlatform(query.get('platform')!) : undefined;
	if (isEngineError(reference) || (platform !== undefined && 'error' in platform)) {
		yield * connection.refuse(isEngineError(reference) ? reference : engineError(400, (platform as {readonly error: string}).error), head);
		return;
	}

	let isStreaming = false;
	const begin = function * (): Work<void> {
		isStreaming = true;
		yield * connection.beginStream('application/json');
	};
	const pulled = yield * withProgress(connection, begin, report => pull(host, reference, report, {platform, credentials: credentialsOf(act.request.headers)}));
	if (isRegistryError(pulled)) {
		removeUnusedLayers(host, chainsInUse(host));
		yield * (isStreaming ? connection.sendJsonLine({errorDetail: {message: pulled.message}, error: pulled.message}) : connection.refuse(pulled, head));
	} else {
		logEvent(host, {type: 'image', action: 'pull', actor: familiarReference(reference), attributes: {name: familiarReference({...reference, tag: undefined})}});
	}

	if (isStreaming) {
		yield * connection.endStream(head);
	}
}

export type PullOptions = {readonly platform?: Platform | undefined; readonly credentials?: Credentials | undefined};

/** Fetches an image from whoever its name says. */
export function * pull(host: EngineHost, reference: Reference, report: (message: ProgressMessage) => void, {platform, credentials}: PullOptions = {}): Work<Image | RegistryError> {
	return yield * pullImage(host, registryFor(host, reference, credentials), reference, report, platform);
}

function pullReference(name: string, tag: string): Reference | EngineError {
	const text = tag === '' ? name : (tag.includes(':') ? `${name}@${tag}` : `${name}:${tag}`);
	const reference = parseReference(text);
	if (isReferenceError(reference)) {
		return engineError(400, reference.message);
	}

	// A name alone means every tag there is.
	return reference.tag === undefined && reference.digest === undefined ? engineError(501, 'virtlab does not model pulling all tags of an image') : reference;
}

const tag = atOnce(({host, params, request: {query}}) => {
	const source = params.get('name')!;
	const target = query.get('tag') ? `${query.get('repo')}:${query.get('tag')}` : query.get('repo') ?? '';
	const refused = tagImage(host, source, target);
	if (refused !== undefined) {
		return engineError(refused.status, refused.message);
	}

	const image = findImage(host, target);
	if (!isImageError(image)) {
		logEvent(host, {type: 'image', action: 'tag', actor: image.id, attributes: {name: target}});
	}

	return 201;
});

function logRemovals(host: EngineHost, removals: readonly Removal[], id: string): void {
	for (const removal of removals) {
		const actor = 'Deleted' in removal ? removal.Deleted : id;
		logEvent(host, {type: 'image', action: 'Deleted' in removal ? 'delete' : 'untag', actor, attributes: {name: actor}});
	}
}

const remove = atOnce(({host, params, request: {query}}) => {
	const name = params.get('name')!;
	const image = findImage(host, name);
	const removals = removeImage(host, name, {force: flagOf(query, 'force'), prune: !flagOf(query, 'noprune'), users: imageUsers(host), chainsInUse: chainsInUse(host)});
	if (!isRemovals(removals)) {
		return engineError(removals.status, removals.message);
	}

	logRemovals(host, removals, isImageError(image) ? name : image.id);
	return {status: 200, body: removals};
});

const prune = atOnce(({host, request}) => {
	const filters = parseFilters(request.query.get('filters') ?? undefined, ['dangling', 'label', 'until']);
	if (isEngineError(filters)) {
		return filters;
	}

	const isOld = isOldEnough(host.tx, filters);
	if (isEngineError(isOld)) {
		return isOld;
	}

	const onlyDangling = !['false', '0'].includes(filters.get('dangling')?.[0] ?? 'true');
	const before = layerBytes(host);
	const deleted: Removal[] = [];
	for (const image of [...host.tx.table(`image:${host.engine}`).values()]) {
		if (isUnused(host, image, onlyDangling) && isOld(parseMoment(host.tx, image.document.created ?? null) ?? 0) && matchesLabels(image.document.config.Labels, filters.get('label'))) {
			deleted.push(...removeEntirely(host, image));
		}
	}

	return {status: 200, body: {ImagesDeleted: deleted.length === 0 ? null : deleted, SpaceReclaimed: before - layerBytes(host)}};
});

function layerBytes({tx, engine}: Engine): number {
	return [...tx.table(`layer:${engine}`).values()].reduce((sum, layer) => sum + layer.sizeBytes, 0);
}

/** No container was made from it; without a name nothing was built from it either. */
function isUnused(host: EngineHost, image: Image, onlyDangling: boolean): boolean {
	const names = namesOf(host, image.id);
	return getImage(host, image.id) !== undefined && !imageUsers(host).some(user => user.image === image.id)
		&& (names.length === 0 ? childrenOf(host, image.id).length === 0 : !onlyDangling);
}

function removeEntirely(host: EngineHost, image: Image): readonly Removal[] {
	const options = {force: false, prune: true, users: imageUsers(host), chainsInUse: chainsInUse(host)};
	const tags = namesOf(host, image.id).filter(name => !name.reference.includes('@')).map(name => familiarOf(name.reference));
	const removals = (tags.length === 0 ? [image.id] : tags).map(text => removeImage(host, text, options));
	return removals.flatMap(removal => isRemovals(removal) ? removal : []);
}

function isRemovals(removal: readonly Removal[] | ImageError): removal is readonly Removal[] {
	return Array.isArray(removal);
}

/** POST /commit: the container's writable layer becomes a layer of a new image. */
const commit = once(function * (act) {
	const {host, request: {query}} = act;
	const container = findContainer(host, query.get('container') ?? '');
	if (isEngineError(container)) {
		return container;
	}

	const target = query.get('repo') ? parseReference(query.get('tag') ? `${query.get('repo')}:${query.get('tag')}` : query.get('repo')!) : undefined;
	if (target !== undefined && isReferenceError(target)) {
		return engineError(400, target.message);
	}

	const changed = commitConfig(container, act);
	if (isEngineError(changed)) {
		return changed;
	}

	const parent = getImage(host, container.image);
	const layer = copyOfFileSystem(host, parent === undefined ? undefined : topChain(parent), container.layer.upper);
	const author = query.get('author') ?? '';
	const comment = query.get('comment') ?? '';
	if ('error' in layer) {
		return engineError(500, layer.error);
	}

	const image = commitImage(host, {
		parent, chain: layer.chain, config: changed, container: container.id, containerConfig: container.config, ...(author === '' ? {} : {author}), ...(comment === '' ? {} : {comment}),
	});
	if (target !== undefined) {
		nameImage(host, withDefaultTag(target), image.id);
	}

	logContainerEvent(host, container, 'commit', {comment, imageID: image.id, imageRef: target === undefined ? '' : familiarOf(familiarReference(withDefaultTag(target)))});
	return {status: 201, body: {Id: image.id}};
});

/** The container's config without what is only the container's; `--change` instructions on top. */
function commitConfig(container: Container, act: Act): ImageConfig | EngineError {
	const asked = act.request.body.length === 0 ? undefined : parseConfig(jsonOf(act));
	if (asked !== undefined && isEngineError(asked)) {
		return asked;
	}

	const {Hostname: _hostname, AttachStdin: _in, AttachStdout: _out, AttachStderr: _err, Image: _image, ...config} = container.config;
	const changed = applyChanges({...config, Image: container.config.Image}, act.request.query.getAll('changes').filter(change => change !== ''));
	return 'error' in changed ? engineError(400, changed.error) : changed;
}

export const imageRoutes: ReadonlyArray<Route<ActHandler>> = [
	{method: 'POST', pattern: '/images/create', handler: create},
	{method: 'POST', pattern: '/images/prune', handler: prune},
	...imageArchiveRoutes,
	...registryRoutes,
	{method: 'POST', pattern: '/images/:name*/tag', handler: tag},
	{method: 'DELETE', pattern: '/images/:name*', handler: remove},
	{method: 'POST', pattern: '/commit', handler: commit},
];

