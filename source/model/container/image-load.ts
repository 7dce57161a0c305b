// `docker load`: the images of an archive that this or an older engine saved, or that another tool wrote with docker's list in it.
//
//     manifest.json  [{"Config": <path>, "RepoTags": [...], "Layers": [<path>...]}]   paths in the archive, links followed
//
// An archive without the list is read as those from before Docker 1.10, in which every directory is an image.
// Source: moby/moby image/tarexport/load.go.

import {decodeUtf8} from '../../base/bytes.js';
import {digestOf} from '../../base/digest.js';
import {gunzip, isGzip} from '../../base/gzip.js';
import {readContent} from '../kernel/file-content.js';
import {TreeView} from './builder/tree-view.js';
import {engineError, type EngineError, isEngineError} from './engine.js';
import {chainId, parseDocument} from './image-document.js';
import {addImage, findImage, getImage, isImageError, nameImage} from './image-store.js';
import {addLayer, getLayer, type Store} from './layer-store.js';
import {treeOfTar} from './layer-tree.js';
import {type ProgressMessage, progressOf, shortDigest} from './pull.js';
import {familiarReference, isReferenceError, parseReference, withDefaultTag} from './reference.js';
import type {ChainId, DiffId, Image, ImageId} from './schema.js';

type Listed = {readonly Config?: unknown; readonly RepoTags?: unknown; readonly Layers?: unknown; readonly Parent?: unknown};

export type LoadListener = {
	/** An image is complete. */
	readonly loaded: (image: Image) => void;
	/** What the client is told. */
	readonly report: (message: ProgressMessage | {readonly stream: string}) => void;
};

/** Registers the images of an archive; those before the one that is broken stay. */
export function loadImages(store: Store, archive: Uint8Array, listener: LoadListener): EngineError | undefined {
	const tar = plain(archive);
	const tree = typeof tar === 'string' ? {error: tar} : treeOfTar(tar, {hasMarkers: false});
	if ('error' in tree) {
		return engineError(500, tree.error);
	}

	const files = new TreeView([tree]);
	const directory = `/var/lib/docker/tmp/docker-import-${Number.parseInt(digestOf(archive).slice(-8), 16)}`;
	const list = fileBytes(files, 'manifest.json');
	if (list === undefined) {
		return engineError(500, legacyProblem(files, directory));
	}

	const manifests = parseList(list);
	if ('error' in manifests) {
		return engineError(500, manifests.error);
	}

	let ids = '';
	let tagCount = 0;
	for (const listed of manifests.list) {
		const image = loadOne(store, {files, directory}, listed, listener);
		if (isEngineError(image)) {
			return image;
		}

		ids += `Loaded image ID: ${image.id}\n`;
		const tags = Array.isArray(listed.RepoTags) ? listed.RepoTags.map(String) : [];
		tagCount = tags.length;
		for (const tag of tags) {
			const problem = nameLoaded(store, image, tag, listener);
			if (problem !== undefined) {
				return problem;
			}
		}

		listener.loaded(image);
	}

	// Told of by name where the last image has one.
	if (tagCount === 0 && ids !== '') {
		listener.report({stream: ids});
	}

	return undefined;
}

/** The bytes without their compression. A text if they are broken. */
export function plain(bytes: Uint8Array): Uint8Array | string {
	return isGzip(bytes) ? gunzip(bytes) : bytes;
}

/**
 * Simplified: the images of engines before 1.10 are not converted. Archives that are something else end as with the real engine,
 * which looks for their `json` files.
 */
function legacyProblem(files: TreeView, directory: string): string {
	const images = files.entries(files.at([])!).filter(({file}) => file.inode.type === 'directory');
	const broken = images.find(({name}) => fileBytes(files, `${name}/json`) === undefined);
	if (images.length > 0 && broken === undefined) {
		return 'virtlab does not model archives of Docker before 1.10';
	}

	return `open ${directory}/${broken === undefined ? 'repositories' : `${broken.name}/json`}: no such file or directory`;
}

/** A file of the archive, its symbolic links followed inside of it. */
function fileBytes(files: TreeView, path: string): Uint8Array | undefined {
	const resolved = files.resolve(path.split('/'));
	const inode = resolved === undefined ? undefined : files.at(resolved)?.inode;
	return inode?.type === 'file' ? readContent(inode.content, 0, inode.content.sizeBytes) : undefined;
}

function parseList(bytes: Uint8Array): {readonly list: readonly Listed[]} | {readonly error: string} {
	const text = decodeUtf8(bytes) ?? '\uFFFD';
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		const first = text.trimStart().charAt(0);
		return {error: first === '' ? 'EOF' : (/[\[\]\{"\dfnt\-]/v.test(first) ? 'unexpected EOF' : `invalid character '${first}' looking for beginning of value`)};
	}

	if (value === null) {
		return {error: 'invalid manifest, manifest cannot be null (but can be [])'};
	}

	const kind = typeof value === 'boolean' ? 'bool' : typeof value;
	return Array.isArray(value) ? {list: value.map(item => typeof item === 'object' && item !== null ? item as Listed : {})} : {error: `json: cannot unmarshal ${kind} into Go value of type []tarexport.manifestItem`};
}

type Archive = {readonly files: TreeView; readonly directory: string};

function loadOne(store: Store, {files, directory}: Archive, {Config, Layers, Parent}: Listed, listener: LoadListener): Image | EngineError {
	const configPath = typeof Config === 'string' ? Config : '';
	const configBytes = fileBytes(files, configPath);
	if (configBytes === undefined) {
		return engineError(500, configPath === '' ? `read ${directory}: is a directory` : `open ${directory}/${configPath}: no such file or directory`);
	}

	const document = parseDocument(configBytes);
	if ('error' in document) {
		return engineError(500, document.error);
	}

	const diffs = document.rootfs.diff_ids;
	const paths = Array.isArray(Layers) ? Layers.map(String) : [];
	if (document.os !== 'linux') {
		return engineError(500, `cannot load ${document.os} image on linux`);
	}

	if (paths.length !== diffs.length) {
		return engineError(500, `invalid manifest, layers length mismatch: expected ${paths.length}, got ${diffs.length}`);
	}

	let parent: ChainId | undefined;
	for (const [index, diff] of diffs.entries()) {
		const path = paths[index]!;
		const chain = getLayer(store, chainId(parent, diff))?.chain ?? loadLayer(store, {bytes: fileBytes(files, path), path: `${directory}/${path}`}, {index, diff, parent}, listener);
		if (typeof chain !== 'string') {
			return chain;
		}

		parent = chain;
	}

	const base = typeof Parent === 'string' ? getImage(store, Parent as ImageId) : undefined;
	return addImage(store, configBytes, base?.id);
}

type Place = {readonly index: number; readonly diff: DiffId; readonly parent: ChainId | undefined};

function loadLayer(store: Store, {bytes, path}: {readonly bytes: Uint8Array | undefined; readonly path: string}, {index, diff, parent}: Place, {report}: LoadListener): ChainId | EngineError {
	if (bytes === undefined) {
		return engineError(500, `open ${path}: no such file or directory`);
	}

	report(progressOf('Loading layer', shortDigest(diff), {current: bytes.length, total: bytes.length}));
	const tar = plain(bytes);
	if (typeof tar === 'string') {
		return engineError(500, tar);
	}

	const actual = digestOf(tar);
	const layer = actual === diff ? addLayer(store, {parent, tar}) : {error: `invalid diffID for layer ${index}: expected "${diff}", got "${actual}"`};
	return 'error' in layer ? engineError(500, layer.error) : layer.chain;
}

function nameLoaded(store: Store, image: Image, tag: string, {report}: LoadListener): EngineError | undefined {
	const reference = parseReference(tag);
	if (isReferenceError(reference) || reference.tag === undefined) {
		return engineError(500, isReferenceError(reference) ? reference.message : `invalid tag ${JSON.stringify(tag)}`);
	}

	const before = findImage(store, familiarReference(withDefaultTag(reference)));
	if (!isImageError(before) && before.id !== image.id) {
		report({stream: `The image ${familiarReference(reference)} already exists, renaming the old one with ID ${before.id} to empty string\n`});
	}

	nameImage(store, reference, image.id);
	report({stream: `Loaded image: ${familiarReference(reference)}\n`});
	return undefined;
}
