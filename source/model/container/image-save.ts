// `docker save`: images as a tar archive, which is an OCI image layout that carries docker's own list beside the index:
//
//     blobs/sha256/<digest>   layers (uncompressed), configs, manifests, and a record for engines before 1.10 of each layer
//     index.json  manifest.json  oci-layout  repositories
//
// Source: moby/moby image/tarexport/save.go; OCI image-spec image-layout.md.

import {compareText, encodeText} from '../../base/bytes.js';
import {wallTime} from '../../base/clock.js';
import {type Digest, digestOf} from '../../base/digest.js';
import {parseRfc3339} from '../../base/internet-date.js';
import {encodeHtmlSafeJson, encodeJson, type Json} from '../../base/json.js';
import {denseContent, tarEntry, type TarEntry, writeTar} from '../../base/tar.js';
import {engineError, type EngineError, isEngineError} from './engine.js';
import {chainIds, legacyLayerRecord} from './image-document.js';
import {familiarOf, findImage, getImage, isImageError, layersOf, namesOf} from './image-store.js';
import type {Store} from './layer-store.js';
import {makeManifest, mediaTypes} from './manifest.js';
import {familiarReference, fullReference, isReferenceError, parseReference, withDefaultTag} from './reference.js';
import type {Image, ImageId, Layer} from './schema.js';

/** An image of a save, and the tags that go with it: the one asked for, all of a repository, or none for an id. */
type Saved = {readonly image: Image; readonly tags: readonly string[]};

/** The archive of some images, by name or id. */
export function saveImages(store: Store, names: readonly string[]): {readonly tar: Uint8Array; readonly images: readonly Image[]} | EngineError {
	const saved = new Map<string, Saved>();
	for (const name of names) {
		const found = imagesMeant(store, name);
		if (isEngineError(found)) {
			return found;
		}

		for (const {image, tags} of found) {
			saved.set(image.id, {image, tags: [...new Set([...saved.get(image.id)?.tags ?? [], ...tags])]});
		}
	}

	const all = [...saved.values()];
	const problem = all.map(({image}) => unfitness(image)).find(text => text !== undefined);
	return problem === undefined ? {tar: writeTar(archiveEntries(store, all)), images: all.map(({image}) => image)} : engineError(500, problem);
}

function unfitness({document: {os, rootfs}}: Image): string | undefined {
	if (os !== 'linux') {
		return `os ${JSON.stringify(os)} is not supported`;
	}

	return rootfs.diff_ids.length === 0 ? 'empty export - not implemented' : undefined;
}

/** A name without a tag means all tags of the repository. */
function imagesMeant(store: Store, name: string): readonly Saved[] | EngineError {
	const reference = parseReference(name);
	if (!isReferenceError(reference) && reference.tag === undefined && reference.digest === undefined) {
		const prefix = fullReference(reference);
		const tagged = [...store.tx.table(`image-name:${store.engine}`).values()].filter(known => known.reference.startsWith(`${prefix}:`)).sort((a, b) => compareText(a.reference, b.reference));
		if (tagged.length > 0) {
			return tagged.flatMap(known => {
				const image = getImage(store, known.image);
				return image === undefined ? [] : [{image, tags: [familiarOf(known.reference)]}];
			});
		}
	}

	const image = findImage(store, name);
	if (isImageError(image)) {
		return engineError(image.status, image.message.replace(/^(?<text>No such image: .*):latest$/v, name.includes(':') ? '$<text>:latest' : '$<text>'));
	}

	const wanted = isReferenceError(reference) ? undefined : familiarReference(withDefaultTag(reference));
	return [{image, tags: namesOf(store, image.id).map(known => familiarOf(known.reference)).filter(tag => tag === wanted && !tag.includes('@'))}];
}

/** What is written for one image. */
type Parts = {readonly blobs: readonly TarEntry[]; readonly index: readonly Json[]; readonly listed: Json};

function * archiveEntries(store: Store, saved: readonly Saved[]): Generator<TarEntry> {
	const blobs = new Map<string, TarEntry>();
	const index: Json[] = [];
	const listed: Json[] = [];
	const repositories: Record<string, Record<string, string>> = {};
	const ids = new Set(saved.map(({image}) => image.id));
	for (const {image, tags} of saved) {
		const layers = layersOf(store, image);
		const parts = partsOf({image, tags}, layers, ids);
		index.push(...parts.index);
		listed.push(parts.listed);
		for (const blob of parts.blobs) {
			blobs.set(blob.name, blobs.get(blob.name) ?? blob);
		}

		for (const tag of tags) {
			(repositories[tag.slice(0, tag.lastIndexOf(':'))] ??= {})[tag.slice(tag.lastIndexOf(':') + 1)] = hexOf(layers.at(-1)?.diff ?? '');
		}
	}

	const mtimeUs = wallTime(store.tx).seconds * 1e6;
	const file = (name: string, text: string, timeUs = 0): TarEntry => tarEntry(name, 'file', {mtimeUs: timeUs, content: denseContent(encodeText(text))});
	yield tarEntry('blobs', 'directory', {mtimeUs});
	yield tarEntry('blobs/sha256', 'directory', {mtimeUs});
	yield * [...blobs.values()].sort((a, b) => compareText(a.name, b.name));
	yield file('index.json', encodeJson({schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: index}), mtimeUs);
	yield file('manifest.json', `${encodeHtmlSafeJson(listed)}\n`);
	yield file('oci-layout', '{"imageLayoutVersion": "1.0.0"}');
	if (Object.keys(repositories).length > 0) {
		yield file('repositories', `${encodeHtmlSafeJson(sortedDeep(repositories))}\n`);
	}
}

function partsOf({image, tags}: Saved, layers: readonly Layer[], ids: ReadonlySet<ImageId>): Parts {
	const described = layers.map(({diff, tar}) => ({mediaType: mediaTypes.oci.plainLayer, digest: diff as Digest, sizeBytes: tar.length}));
	const manifest = makeManifest('oci', {mediaType: mediaTypes.oci.config, digest: image.id, sizeBytes: image.configBytes.length}, described);
	const createdUs = (parseRfc3339(image.document.created)?.seconds ?? 0) * 1e6;
	const entry = {mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length};
	const sources = Object.fromEntries(described.map(({mediaType, digest, sizeBytes}) => [digest, {mediaType, size: sizeBytes, digest}]).sort(([a], [b]) => compareText(String(a), String(b))));
	return {
		blobs: [
			...layers.map(({tar}) => blob(tar, createdUs)), ...legacyRecords(image).map(bytes => blob(bytes, createdUs)), blob(image.configBytes, createdUs), blob(manifest.bytes, 0),
		],
		index: tags.length === 0 ? [entry] : tags.map(tag => ({...entry, annotations: {'io.containerd.image.name': fullOf(tag), 'org.opencontainers.image.ref.name': tag.slice(tag.lastIndexOf(':') + 1)}})),
		listed: {
			Config: pathOf(image.id), RepoTags: tags.length === 0 ? null : tags, Layers: layers.map(layer => pathOf(layer.diff)),
			...image.parent !== undefined && ids.has(image.parent) && {Parent: image.parent}, LayerSources: sources,
		},
	};
}

/** What each layer's `json` file was before 1.10: the image's own fields in the uppermost, a date in the others. */
function legacyRecords({document}: Image): readonly Uint8Array[] {
	const chains = chainIds(document.rootfs.diff_ids);
	let parent: string | undefined;
	return chains.map((chain, index) => {
		const record = legacyLayerRecord(index === chains.length - 1 ? document : undefined, chain, parent);
		parent = record.id;
		return record.bytes;
	});
}

function blob(bytes: Uint8Array, mtimeUs: number): TarEntry {
	return tarEntry(pathOf(digestOf(bytes)), 'file', {mtimeUs, content: denseContent(bytes)});
}

function hexOf(digest: string): string {
	return digest.slice('sha256:'.length);
}

function pathOf(digest: string): string {
	return `blobs/sha256/${hexOf(digest)}`;
}

function fullOf(tag: string): string {
	const reference = parseReference(tag);
	return isReferenceError(reference) ? tag : fullReference(withDefaultTag(reference));
}

/** Go writes the keys of its maps in order. */
function sortedDeep(repositories: Readonly<Record<string, Readonly<Record<string, string>>>>): Json {
	const sorted = <T>(record: Readonly<Record<string, T>>) => Object.entries(record).sort(([a], [b]) => compareText(a, b));
	return Object.fromEntries(sorted(repositories).map(([name, tags]) => [name, Object.fromEntries(sorted(tags))]));
}
