// Images that services need: looked up, pulled or built before any container is made. Source: docker/compose pkg/compose/build.go
// (ensureImagesExists), pull.go, push.go.

import {fullName, isReferenceError, parseReference, tagOrDigest, withDefaultTag} from '../../../model/container/reference.js';
import {progressText} from '../../docker/client/json-message.js';
import {fetchJson, jsonLines, stream} from '../../docker/client/request.js';
import {refusal, refused, type Refusal, type Steps} from '../../docker/command/refusal.js';
import {memberOf, textOf, objectOf, type Json} from '../../docker/go/json.js';
import {together} from '../output/together.js';
import {imageOf, type Project} from '../project/project.js';
import {buildServices, type BuildOptions} from './build.js';
import type {Compose} from './compose.js';

/** What is known of a service's image. */
export type Image = {readonly id: string; readonly volumes: readonly string[]};

type ImageOptions = {
	/** Build even if the image is there. */
	readonly builds: boolean;
	readonly neverBuilds?: boolean;
	/** `always`, `missing`, `never`, or empty for what each service says. */
	readonly pull: string;
	readonly isQuietPull: boolean;
	readonly build: BuildOptions;
};

/** The image of every service, by service. */
export function * ensureImages(compose: Compose, project: Project, options: ImageOptions): Steps<ReadonlyMap<string, Image> | Refusal> {
	const before = yield * localImages(compose, project);
	if (refused(before)) {
		return before;
	}

	const policy = (name: string) => options.pull || textOf(project.services.get(name)?.get('pull_policy'));
	const names = [...project.services.keys()];
	const isBuilt = (name: string) => project.services.get(name)!.has('build');
	const toPull = names.filter(name => {
		const wants = policy(name);
		return wants === 'always' ? !isBuilt(name) || project.services.get(name)!.has('image') : wants !== 'never' && wants !== 'build' && !before.has(name) && !isBuilt(name);
	});
	const toBuild = names.filter(name => isBuilt(name) && options.neverBuilds !== true && (options.builds || policy(name) === 'build' || !before.has(name)));
	const pulled = toPull.length === 0 ? undefined : yield * pullServices(compose, project, toPull, {isQuiet: options.isQuietPull, ignoresFailures: false});
	const built = pulled === undefined && toBuild.length > 0 ? yield * buildServices(compose, project, toBuild, options.build) : undefined;
	if (pulled !== undefined || built !== undefined) {
		return pulled ?? built!;
	}

	const after = toPull.length === 0 && toBuild.length === 0 ? before : yield * localImages(compose, project);
	if (refused(after)) {
		return after;
	}

	const missing = names.find(name => !after.has(name));
	return missing === undefined ? after : refusal(`Error response from daemon: No such image: ${withTag(imageOf(project, missing))}`);
}

function withTag(image: string): string {
	return /:[^\/]*$/v.test(image) ? image : `${image}:latest`;
}

export function * localImages({client}: Compose, project: Project): Steps<ReadonlyMap<string, Image> | Refusal> {
	const images = new Map<string, Image>();
	for (const name of project.services.keys()) {
		const found = yield * fetchJson(client, {method: 'GET', path: `/images/${imageOf(project, name)}/json`});
		if (!refused(found)) {
			images.set(name, {id: textOf(memberOf(found.value, 'Id')), volumes: [...objectOf(memberOf(found.value, 'Config', 'Volumes')).keys()]});
		} else if (found.httpStatus !== 404) {
			return found;
		}
	}

	return images;
}

export type PullOptions = {readonly isQuiet: boolean; readonly ignoresFailures: boolean};

/** Pulls the images of services, each image once, all at the same time. */
export function * pullServices(compose: Compose, project: Project, names: readonly string[], options: PullOptions): Steps<Refusal | undefined> {
	const byImage = new Map(names.map(name => [imageOf(project, name), name] as const).reverse());
	for (const name of names.filter(each => byImage.get(imageOf(project, each)) !== each)) {
		yield * compose.progress.event({id: name, text: 'Skipped - Image is already being pulled by', status: byImage.get(imageOf(project, name))!, kind: 'done'});
	}

	const results = yield * together(compose.client.process, [...byImage].reverse().map(([image, name]) => pullOne(compose, {image, name, isQuiet: options.isQuiet})));
	return options.ignoresFailures ? undefined : results.find(result => result !== undefined);
}

function * pullOne(compose: Compose, {image, name, isQuiet}: {readonly image: string; readonly name: string; readonly isQuiet: boolean}): Steps<Refusal | undefined> {
	const named = parseReference(image);
	if (isReferenceError(named)) {
		return refusal(named.message);
	}

	const reference = named.digest === undefined ? withDefaultTag(named) : named;
	yield * compose.progress.event({id: name, text: 'Pulling', kind: 'working'});
	const opened = yield * stream(compose.client, {method: 'POST', path: '/images/create', query: [['fromImage', fullName(reference)], ['tag', tagOrDigest(reference)]], headers: [['X-Registry-Auth', 'e30=']]});
	const problem = refused(opened) ? opened : yield * layerEvents(compose, opened, isQuiet ? undefined : name);
	if (!refused(opened)) {
		opened.close();
	}

	if (problem !== undefined) {
		yield * compose.progress.event({id: name, text: 'Error', status: problem.message.replace(/^Error response from daemon: /v, ''), kind: 'error'});
		return problem;
	}

	yield * compose.progress.event({id: name, text: 'Pulled', kind: 'done'});
	return undefined;
}

/** A width at which the bar is drawn. */
const barWidth = 200;

/** Layers are parts of their service's line. */
function * layerEvents(compose: Compose, opened: Parameters<typeof jsonLines>[0], parent: string | undefined): Steps<Refusal | undefined> {
	return yield * jsonLines(opened, function * (line: Json): Steps<Refusal | undefined> {
		const error = memberOf(line, 'errorDetail', 'message') ?? memberOf(line, 'error');
		if (error !== undefined) {
			return refusal(textOf(error));
		}

		const id = textOf(memberOf(line, 'id'));
		const status = textOf(memberOf(line, 'status'));
		if (parent !== undefined && memberOf(line, 'progressDetail') !== undefined && /^[\da-f]{12}$/v.test(id)) {
			const isDone = ['Pull complete', 'Already exists', 'Pushed', 'Layer already exists'].includes(status);
			yield * compose.progress.event({id, text: status, status: progressText(objectOf(memberOf(line, 'progressDetail')), barWidth), parent, kind: isDone ? 'done' : 'working'});
		}

		return undefined;
	});
}

export function * pushService(compose: Compose, project: Project, name: string, isQuiet: boolean): Steps<Refusal | undefined> {
	const named = parseReference(imageOf(project, name));
	if (isReferenceError(named)) {
		return refusal(named.message);
	}

	const reference = withDefaultTag(named);
	yield * compose.progress.event({id: name, text: 'Pushing', kind: 'working'});
	const opened = yield * stream(compose.client, {method: 'POST', path: `/images/${fullName(reference)}/push`, query: [['tag', reference.tag ?? '']], headers: [['X-Registry-Auth', 'e30=']]});
	const problem = refused(opened) ? opened : yield * layerEvents(compose, opened, isQuiet ? undefined : name);
	if (!refused(opened)) {
		opened.close();
	}

	yield * compose.progress.event(problem === undefined ? {id: name, text: 'Pushed', kind: 'done'} : {id: name, text: 'Error', kind: 'error'});
	return problem;
}
