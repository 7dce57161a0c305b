// Images as tar archives: `docker save`, `docker load` and `docker import`. An archive of save is an OCI image layout that carries
// docker's own manifest.json beside the index:
//
//     blobs/sha256/<digest>   configs, layers (uncompressed) and manifests
//     index.json  manifest.json  oci-layout  repositories
//
// Source: moby/moby image/tarexport/{save,load}.go, daemon/images/image_import.go; OCI image-spec image-layout.md.

import {decodeUtf8, encodeText} from '../../base/bytes.js';
import {nowNs, wallTime} from '../../base/clock.js';
import {type Digest, digestOf} from '../../base/digest.js';
import {gunzip, isGzip} from '../../base/gzip.js';
import {rfc3339Nano} from '../../base/internet-date.js';
import {encodeJson, type Json} from '../../base/json.js';
import {isTarError, readTar, type SparseBytes, tarEntry, type TarEntry, writeTar} from '../../base/tar.js';
import {engineError, type EngineError, isEngineError} from './engine.js';
import {encodeDocument, parseDocument} from './image-document.js';
import {addImage, familiarOf, findImage, isImageError, layersOf, nameImage, namesOf} from './image-store.js';
import {addLayer, type Store} from './layer-store.js';
import {makeManifest} from './manifest.js';
import {familiarReference, isReferenceError, parseReference, type Reference, withDefaultTag} from './reference.js';
import type {ChainId, Image, ImageConfig} from './schema.js';
import {engineVersion} from './version.js';

/** An image of a save, and the tags that go with it: the one asked for, all of a repository, or none for an id. */
type Saved = {readonly image: Image; readonly tags: readonly string[]};

/** The archive of some images, by name or id. */
export function saveImages(store: Store, names: readonly string[]): {readonly tar: Uint8Array; readonly images: readonly Image[]} | EngineError {
	const saved = new Map<string, Saved>();
	for (const name of names) {
		const image = findImage(store, name);
		if (isImageError(image)) {
			return engineError(image.status, image.message.replace(/^(?<text>No such image: .*):latest$/v, name.includes(':') ? '$<text>:latest' : '$<text>'));
		}

		const before = saved.get(image.id)?.tags ?? [];
		saved.set(image.id, {image, tags: [...new Set([...before, ...tagsMeant(store, name, image)])]});
	}

	const all = [...saved.values()];
	return {tar: writeTar(archiveEntries(store, all)), images: all.map(({image}) => image)};
}

function tagsMeant(store: Store, name: string, image: Image): readonly string[] {
	const reference = parseReference(name);
	const wanted = isReferenceError(reference) ? undefined : familiarReference(withDefaultTag(reference));
	return namesOf(store, image.id).map(known => familiarOf(known.reference)).filter(tag => tag === wanted);
}

function blob(bytes: Uint8Array, mtimeUs: number): TarEntry {
	return tarEntry(`blobs/sha256/${digestOf(bytes).slice('sha256:'.length)}`, 'file', {mtimeUs, content: whole(bytes)});
}

function whole(bytes: Uint8Array): SparseBytes {
	return {sizeBytes: bytes.length, chunks: bytes.length === 0 ? [] : [{offset: 0, bytes}]};
}

function * archiveEntries(store: Store, saved: readonly Saved[]): Generator<TarEntry> {
	const {seconds} = wallTime(nowNs(store.tx));
	const mtimeUs = seconds * 1e6;
	const seen = new Set<string>();
	const index: Json[] = [];
	const manifests: Json[] = [];
	const repositories: Record<string, Record<string, string>> = {};
	yield tarEntry('blobs', 'directory', {mtimeUs});
	yield tarEntry('blobs/sha256', 'directory', {mtimeUs});
	for (const {image, tags} of saved) {
		const layers = layersOf(store, image);
		const manifest = makeManifest('oci', {mediaType: '', digest: image.id, sizeBytes: image.configBytes.length}, layers.map(layer => ({mediaType: '', digest: layer.diff as Digest, sizeBytes: layer.tar.length})));
		for (const bytes of [...layers.map(layer => layer.tar), image.configBytes, manifest.bytes]) {
			const entry = blob(bytes, mtimeUs);
			if (!seen.has(entry.name)) {
				seen.add(entry.name);
				yield entry;
			}
		}

		const described = {mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length};
		index.push(...tags.length === 0 ? [described] : tags.map(tag => ({...described, annotations: {'io.containerd.image.name': fullOf(tag), 'org.opencontainers.image.ref.name': tag.slice(tag.lastIndexOf(':') + 1)}})));
		manifests.push({Config: pathOf(image.id), RepoTags: tags.length === 0 ? null : tags, Layers: layers.map(layer => pathOf(layer.diff))});
		for (const tag of tags) {
			const colon = tag.lastIndexOf(':');
			(repositories[tag.slice(0, colon)] ??= {})[tag.slice(colon + 1)] = layers.at(-1)?.diff.slice('sha256:'.length) ?? '';
		}
	}

	const file = (name: string, value: Json): TarEntry => tarEntry(name, 'file', {mtimeUs, content: whole(encodeText(encodeJson(value)))});
	yield file('index.json', {schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: index});
	yield file('manifest.json', manifests);
	yield file('oci-layout', {imageLayoutVersion: '1.0.0'});
	if (Object.keys(repositories).length > 0) {
		yield file('repositories', repositories);
	}
}

function pathOf(digest: string): string {
	return `blobs/sha256/${digest.slice('sha256:'.length)}`;
}

function fullOf(tag: string): string {
	const reference = parseReference(tag);
	return isReferenceError(reference) ? tag : `${reference.domain}/${reference.path}:${reference.tag ?? 'latest'}`;
}

function bytesOf({sizeBytes, chunks}: SparseBytes): Uint8Array {
	const bytes = new Uint8Array(sizeBytes);
	for (const chunk of chunks) {
		bytes.set(chunk.bytes, chunk.offset);
	}

	return bytes;
}

type Listed = {readonly Config?: unknown; readonly RepoTags?: unknown; readonly Layers?: unknown};

/** Registers the images of an archive and answers what is told about each. `loaded` is called for each. */
export function loadImages(store: Store, archive: Uint8Array, loaded: (image: Image) => void): readonly string[] | EngineError {
	const tar = isGzip(archive) ? gunzip(archive) : archive;
	const entries = typeof tar === 'string' ? {kind: 'tar-error', message: tar} as const : readTar(tar);
	if (isTarError(entries)) {
		return engineError(500, entries.message);
	}

	const files = new Map(entries.map(entry => [entry.name.replace(/^\.\//v, ''), entry]));
	const list = files.get('manifest.json');
	if (list === undefined) {
		const first = entries.find(entry => entry.type === 'directory')?.name.replace(/^\.\//v, '') ?? '';
		return engineError(500, `open /var/lib/docker/tmp/docker-import-${digestOf(tar as Uint8Array).slice(-9).replaceAll(/[a-f]/gv, digit => String(digit.charCodeAt(0) % 10))}/${first === '' ? 'repositories' : `${first}/json`}: no such file or directory`);
	}

	let manifests: unknown;
	try {
		manifests = JSON.parse(decodeUtf8(bytesOf(list.content)) ?? '');
	} catch {
		return engineError(500, 'invalid character in manifest.json');
	}

	const lines: string[] = [];
	for (const listed of Array.isArray(manifests) ? manifests as readonly Listed[] : []) {
		const told = loadOne(store, files, listed, loaded);
		if (isEngineError(told)) {
			return told;
		}

		lines.push(...told);
	}

	return lines;
}

function loadOne(store: Store, files: ReadonlyMap<string, TarEntry>, {Config, RepoTags, Layers}: Listed, loaded: (image: Image) => void): readonly string[] | EngineError {
	const config = typeof Config === 'string' ? files.get(Config) : undefined;
	if (config === undefined) {
		return engineError(500, `open ${String(Config)}: no such file or directory`);
	}

	const configBytes = bytesOf(config.content);
	const document = parseDocument(configBytes);
	const paths = Array.isArray(Layers) ? Layers.map(String) : [];
	if ('error' in document || paths.length !== document.rootfs.diff_ids.length) {
		return engineError(500, 'error' in document ? document.error : `invalid manifest, layers length mismatch: expected ${document.rootfs.diff_ids.length}, got ${paths.length}`);
	}

	let parent: ChainId | undefined;
	for (const [index, diff] of document.rootfs.diff_ids.entries()) {
		const entry = files.get(paths[index]!);
		const bytes = entry === undefined ? undefined : plain(bytesOf(entry.content));
		if (bytes === undefined || digestOf(bytes) !== diff) {
			return engineError(500, bytes === undefined ? `open ${paths[index]}: no such file or directory` : `invalid diffID for layer ${index}: expected "${diff}", got "${digestOf(bytes)}"`);
		}

		const layer = addLayer(store, {parent, tar: bytes});
		if ('error' in layer) {
			return engineError(500, layer.error);
		}

		parent = layer.chain;
	}

	const image = addImage(store, configBytes);
	loaded(image);
	const tags = Array.isArray(RepoTags) ? RepoTags.map(String) : [];
	return tags.length === 0 ? [`Loaded image ID: ${image.id}\n`] : tags.flatMap(tag => nameLoaded(store, image, tag));
}

function plain(bytes: Uint8Array): Uint8Array | undefined {
	const result = isGzip(bytes) ? gunzip(bytes) : bytes;
	return typeof result === 'string' ? undefined : result;
}

function nameLoaded(store: Store, image: Image, tag: string): readonly string[] {
	const reference = parseReference(tag);
	if (isReferenceError(reference)) {
		return [];
	}

	const before = findImage(store, familiarReference(withDefaultTag(reference)));
	const renamed = isImageError(before) || before.id === image.id
		? [] : [`The image ${familiarReference(reference)} already exists, renaming the old one with ID ${before.id} to empty string\n`];
	nameImage(store, reference, image.id);
	return [...renamed, `Loaded image: ${familiarReference(reference)}\n`];
}

export type Import = {readonly archive: Uint8Array; readonly config: ImageConfig; readonly comment: string; readonly name: Reference | undefined};

/** An image of one layer from the archive of a filesystem. */
export function importImage(store: Store, {archive, config, comment, name}: Import): Image | EngineError {
	const tar = plain(archive);
	const layer = tar === undefined ? {error: 'gzip: invalid header'} : addLayer(store, {parent: undefined, tar});
	if ('error' in layer) {
		return engineError(500, layer.error);
	}

	const created = rfc3339Nano(nowNs(store.tx));
	const image = addImage(store, encodeDocument({
		architecture: 'amd64', comment, config, created, docker_version: engineVersion, history: [{created, comment}], os: 'linux', rootfs: {type: 'layers', diff_ids: [layer.diff]},
	}, 'docker'));
	if (name !== undefined) {
		nameImage(store, withDefaultTag(name), image.id);
	}

	return image;
}
