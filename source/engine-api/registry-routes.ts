// Requests that a registry answers: push, login, search.

import {compareText} from '../base/bytes.js';
import type {Json} from '../base/json.js';
import {type Engine, engineError, isEngineError} from '../model/container/engine.js';
import type {Work} from '../model/container/engine-host.js';
import {matchesSearch, parseSearchFilters, searchHub} from '../model/container/hub/search.js';
import {findImage, isImageError} from '../model/container/image-store.js';
import {familiarReference, fullName, isReferenceError, parseReference, type Reference, withDefaultTag} from '../model/container/reference.js';
import {parseFilters} from '../model/container/container-list.js';
import {type Act, type ActHandler, atOnce, jsonOf, once} from './act.js';
import {withProgress} from './progress.js';
import {pushImage} from './push.js';
import {credentialsIn, credentialsOf, httpRegistry} from './registries.js';
import type {Route} from './router.js';

/** POST /images/{name}/push. */
function * push(act: Act): Work<void> {
	const {host, connection, params, request: {query}, head} = act;
	const name = params.get('name')!;
	const reference = parseReference(query.get('tag') ? `${name}:${query.get('tag')}` : name);
	if (isReferenceError(reference)) {
		yield * connection.refuse({status: 400, message: reference.message}, head);
		return;
	}

	yield * connection.beginStream('application/json');
	const bare = {...reference, tag: undefined, digest: undefined};
	yield * connection.sendJsonLine({status: `The push refers to repository [${reference.domain}/${reference.path}]`});
	const problem = yield * pushTags(act, bare, query.get('tag') ? [withDefaultTag(reference)] : tagsOf(host, bare));
	if (problem !== undefined) {
		yield * connection.sendJsonLine({errorDetail: {message: problem}, error: problem});
	}

	yield * connection.endStream(head);
}

/** All tags of a repository that are here. */
function tagsOf({tx, engine}: Engine, bare: Reference): readonly Reference[] {
	const prefix = `${fullName(bare)}:`;
	const names = [...tx.table(`image-name:${engine}`).keys()].map(String).filter(name => name.startsWith(prefix));
	return names.sort(compareText).map(name => ({...bare, tag: name.slice(prefix.length)}));
}

/** Sends one after the other; a text if one fails. */
function * pushTags({host, connection, request}: Act, bare: Reference, wanted: readonly Reference[]): Work<string | undefined> {
	const images = wanted.map(reference => ({reference, image: findImage(host, familiarReference(reference))}));
	if (images.length === 0 || images.some(({image}) => isImageError(image))) {
		return `An image does not exist locally with the tag: ${familiarReference(bare)}`;
	}

	// Simplified: there are no accounts on the built-in Docker Hub.
	if (bare.domain === 'docker.io') {
		return 'push access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed';
	}

	for (const {reference, image} of images) {
		const registry = httpRegistry(host, bare.domain, credentialsOf(request.headers));
		const begin = function * (): Work<void> {};
		const problem = isImageError(image) ? undefined : yield * withProgress(connection, begin, report => pushImage(host, registry, {reference, image}, report));
		if (problem !== undefined) {
			return problem.message;
		}
	}

	return undefined;
}

const hubAddresses = new Set(['', 'https://index.docker.io/v1/', 'index.docker.io', 'docker.io', 'registry-1.docker.io']);

/** POST /auth. Simplified: there are no accounts on the built-in Docker Hub, so that no password is right. */
const login = once(function * (act) {
	const asked = jsonOf(act);
	const server = serverAddress(asked);
	if (hubAddresses.has(server)) {
		return engineError(401, 'Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password');
	}

	const problem = yield * httpRegistry(act.host, server, credentialsIn(asked)).login();
	return problem === undefined ? {status: 200, body: {IdentityToken: '', Status: 'Login Succeeded'}} : engineError(problem.status, problem.message);
});

function serverAddress(asked: Json): string {
	const address = typeof asked === 'object' && asked !== null && 'serveraddress' in asked ? asked['serveraddress'] : '';
	const text = typeof address === 'string' ? address : '';
	return hubAddresses.has(text) ? text : text.replace(/^https?:\/\//v, '').replace(/\/.*$/v, '');
}

const maxResults = 100;

/** GET /images/search, in the built-in Docker Hub. */
const search = atOnce(({request: {query}}) => {
	const filters = parseFilters(query.get('filters') ?? undefined, ['is-automated', 'is-official', 'stars']);
	const limit = Number(query.get('limit') ?? '0');
	if (isEngineError(filters)) {
		return filters;
	}

	if (!(Number.isSafeInteger(limit) && limit >= 0 && limit <= maxResults)) {
		return engineError(400, `limit ${limit} is outside the range of [1, ${maxResults}]`);
	}

	const wanted = parseSearchFilters(filters);
	return isEngineError(wanted) ? wanted : {status: 200, body: searchHub(query.get('term') ?? '').filter(row => matchesSearch(row, wanted)).slice(0, limit || 25).map(row => ({...row}))};
});

export const registryRoutes: ReadonlyArray<Route<ActHandler>> = [
	{method: 'GET', pattern: '/images/search', handler: search},
	{method: 'POST', pattern: '/images/:name*/push', handler: push},
	{method: 'POST', pattern: '/auth', handler: login},
];
