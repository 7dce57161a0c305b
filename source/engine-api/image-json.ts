// What the API shows of images. Source: moby/moby daemon/images/images.go, image_inspect.go, image_history.go.

import {must} from '../base/assert.js';
import type {Moment} from '../base/calendar.js';
import {parseRfc3339, rfc3339OfMoment} from '../base/internet-date.js';
import type {Json, JsonObject} from '../base/json.js';
import {type Filters, matchesLabels, parseFilters} from '../model/container/container-list.js';
import {type EngineError, type EngineReader, isEngineError} from '../model/container/engine.js';
import {childrenOf, findImage, historyOf, isImageError, layersOf, namesOf, repoNames} from '../model/container/image-store.js';
import {layerStack} from '../model/container/layer-store.js';
import {topChain} from '../model/container/image-store.js';
import {familiarName, isReferenceError, parseReference} from '../model/container/reference.js';
import type {Image, ImageConfig} from '../model/container/schema.js';
import {fnmatch} from '../base/fnmatch.js';

function createdSeconds(text: string): number {
	return parseRfc3339(text)?.seconds ?? 0;
}

const acceptedFilters = ['dangling', 'label', 'before', 'since', 'reference', 'until'];

/** GET /images/json, newest first. */
export function listImages(engine: EngineReader, request: {readonly all: boolean; readonly filters: string | undefined}): readonly JsonObject[] | EngineError {
	const filters = parseFilters(request.filters, acceptedFilters);
	if (isEngineError(filters)) {
		return filters;
	}

	const parents = new Set([...engine.tx.table(`image:${engine.engine}`).values()].map(image => image.parent));
	const rows: Array<{readonly created: number; readonly json: JsonObject}> = [];
	for (const image of engine.tx.table(`image:${engine.engine}`).values()) {
		const names = repoNames(engine, image.id);
		const isIntermediate = names.tags.length + names.digests.length === 0 && parents.has(image.id);
		if ((!isIntermediate || request.all) && matchesFilters(engine, image, names, filters)) {
			rows.push({created: createdSeconds(image.document.created), json: imageRow(image, filteredNames(names, filters))});
		}
	}

	return rows.toSorted((a, b) => b.created - a.created).map(row => row.json);
}

type Names = {readonly tags: readonly string[]; readonly digests: readonly string[]};

function imageRow(image: Image, names: Names): JsonObject {
	const labels = image.document.config.Labels;
	return {
		Containers: -1, Created: createdSeconds(image.document.created), Id: image.id, Labels: labels === undefined ? null : labels, ParentId: image.parent ?? '',
		RepoDigests: names.digests, RepoTags: names.tags, SharedSize: -1, Size: image.sizeBytes,
	};
}

function matchesFilters(engine: EngineReader, image: Image, names: Names, filters: Filters): boolean {
	const dangling = filters.get('dangling')?.[0];
	const isDangling = names.tags.length === 0 && names.digests.length === 0;
	const createdOf = (text: string | undefined) => {
		const other = text === undefined ? undefined : findImage(engine, text);
		return other === undefined || isImageError(other) ? undefined : createdSeconds(other.document.created);
	};
	const before = createdOf(filters.get('before')?.[0]);
	const since = createdOf(filters.get('since')?.[0]);
	const created = createdSeconds(image.document.created);
	const wantsDangling = dangling === 'true' || dangling === '1';
	return (dangling === undefined || isDangling === wantsDangling)
		&& (before === undefined || created < before) && (since === undefined || created > since)
		&& matchesLabels(image.document.config.Labels, filters.get('label'))
		&& (!filters.has('reference') || filteredNames(names, filters).tags.length > 0);
}

/** With a `reference` filter only the matching names are shown. */
function filteredNames(names: Names, filters: Filters): Names {
	const patterns = filters.get('reference');
	if (patterns === undefined) {
		return names;
	}

	const isWanted = (name: string) => patterns.some(pattern => matchesReference(pattern, name));
	return {tags: names.tags.filter(isWanted), digests: names.digests.filter(isWanted)};
}

/** `nginx`, `ngin*`, `*:3.20`: path.Match against the familiar name without and with its tag. */
function matchesReference(pattern: string, name: string): boolean {
	const reference = parseReference(name);
	return !isReferenceError(reference) && (fnmatch(pattern, familiarName(reference), {pathname: true}) || fnmatch(pattern, name, {pathname: true}));
}

/** GET /images/{name}/json. */
export function inspectImage(engine: EngineReader, image: Image): JsonObject {
	const {document} = image;
	const names = repoNames(engine, image.id);
	const tagged = namesOf(engine, image.id).map(name => name.taggedUs);
	const lastTag: Moment | undefined = tagged.length === 0 ? undefined : momentOfUs(Math.max(...tagged));
	return {
		Id: image.id, RepoTags: names.tags, RepoDigests: names.digests, Parent: image.parent ?? '', Comment: document.comment ?? '', Created: document.created,
		DockerVersion: document.docker_version ?? '', Author: document.author ?? '', Architecture: document.architecture, ...document.variant !== undefined && {Variant: document.variant}, Os: document.os, Size: image.sizeBytes,
		GraphDriver: graphDriver(engine, image), RootFS: {Type: 'layers', Layers: document.rootfs.diff_ids},
		Metadata: {LastTagTime: lastTag === undefined ? '0001-01-01T00:00:00Z' : rfc3339OfMoment(lastTag)}, Config: imageConfigJson(document.config),
	};
}

function momentOfUs(us: number): Moment {
	const seconds = Math.floor(us / 1e6);
	return {seconds, nanoseconds: (us - seconds * 1e6) * 1000};
}

function graphDriver(engine: EngineReader, image: Image): JsonObject {
	const [top, ...lower] = layerStack(engine, topChain(image));
	if (top === undefined) {
		return {Data: null, Name: 'overlay2'};
	}

	const base = `/var/lib/docker/overlay2/${top.cacheId}`;
	return {
		Data: {
			...(lower.length === 0 ? {} : {LowerDir: lower.map(layer => `/var/lib/docker/overlay2/${layer.cacheId}/diff`).join(':')}),
			MergedDir: `${base}/merged`, UpperDir: `${base}/diff`, WorkDir: `${base}/work`,
		},
		Name: 'overlay2',
	};
}

/** The config of an image as 28 shows it: fields sorted by name, absent ones as null or left out. */
function imageConfigJson(config: ImageConfig): JsonObject {
	const optional: JsonObject = {
		ArgsEscaped: config.ArgsEscaped === true ? true : undefined, ExposedPorts: config.ExposedPorts as JsonObject | undefined, Healthcheck: config.Healthcheck as JsonObject | undefined,
		Shell: config.Shell, StopSignal: config.StopSignal,
	};
	const document: JsonObject = {
		...optional, Cmd: config.Cmd ?? null, Entrypoint: config.Entrypoint ?? null, Env: config.Env ?? null, Labels: config.Labels ?? null, OnBuild: config.OnBuild ?? null,
		User: config.User ?? '', Volumes: config.Volumes as JsonObject | undefined ?? null, WorkingDir: config.WorkingDir ?? '',
	};
	return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== undefined).toSorted(([a], [b]) => a < b ? -1 : 1));
}

/** GET /images/{name}/history. */
export function imageHistory(engine: EngineReader, image: Image): Json {
	return historyOf(engine, image).map(row => ({
		Comment: row.comment, Created: createdSeconds(row.created), CreatedBy: row.createdBy, Id: row.id, Size: row.sizeBytes, Tags: row.tags.length === 0 ? null : row.tags,
	}));
}

/** The images part of GET /system/df: sizes that images share with others, and how many containers use each. */
export function imagesUsage(engine: EngineReader): readonly JsonObject[] {
	const images = [...engine.tx.table(`image:${engine.engine}`).values()].filter(image => repoNames(engine, image.id).tags.length > 0 || childrenOf(engine, image.id).length === 0);
	const uses = new Map<string, number>();
	for (const image of images) {
		for (const layer of layersOf(engine, image)) {
			uses.set(layer.chain, (uses.get(layer.chain) ?? 0) + 1);
		}
	}

	const containers = new Map<string, number>();
	for (const {image} of engine.tx.table(`container:${engine.engine}`).values()) {
		containers.set(image, (containers.get(image) ?? 0) + 1);
	}

	return images.map(image => {
		const names = repoNames(engine, image.id);
		const shared = layersOf(engine, image).filter(layer => must(uses.get(layer.chain), 'imagesUsage: uncounted layer') > 1).reduce((sum, layer) => sum + layer.sizeBytes, 0);
		return {...imageRow(image, names), Containers: containers.get(image.id) ?? 0, RepoDigests: names.digests.length === 0 ? null : names.digests, SharedSize: shared};
	});
}
