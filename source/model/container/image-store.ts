// An engine's images and their names: finding one by what people type, tagging, the list, the history.
// Source: moby/moby daemon/images, image/store.go, reference/store.go.

import {assert, must} from '../../base/assert.js';
import {compareText} from '../../base/bytes.js';
import {isDigest} from '../../base/digest.js';
import {wallTime} from '../../base/clock.js';
import {chainIds, imageIdOf, parseDocument} from './image-document.js';
import {getLayer, type Store, type StoreReader} from './layer-store.js';
import {familiarReference, fullName, fullReference, isReferenceError, parseReference, type Reference, withDefaultTag} from './reference.js';
import type {ChainId, Image, ImageId, ImageName, Layer} from './schema.js';

export type ImageError = {readonly status: 400 | 404 | 409 | 500; readonly message: string};

export function isImageError(value: object): value is ImageError {
	return 'status' in value && 'message' in value;
}

export function getImage({tx, engine}: StoreReader, id: ImageId): Image | undefined {
	return tx.get(`image:${engine}`, id);
}

/** The uppermost layer's chain id; undefined for an image without layers. */
export function topChain(image: Image): ChainId | undefined {
	return chainIds(image.document.rootfs.diff_ids).at(-1);
}

/** Registers an image whose layers are here. Returns the one that is here already if its bytes are equal. */
export function addImage(store: Store, configBytes: Uint8Array, parent?: ImageId): Image {
	const {tx, engine} = store;
	const id = imageIdOf(configBytes);
	const existing = getImage(store, id);
	if (existing !== undefined) {
		return existing;
	}

	const document = parseDocument(configBytes);
	assert(!('error' in document), 'addImage: a configuration that is none');

	const layers = chainIds(document.rootfs.diff_ids).map(chain => must(getLayer(store, chain), `addImage: no layer ${chain}`));
	const image: Image = {id, configBytes, document, parent, sizeBytes: layers.reduce((sum, layer) => sum + layer.sizeBytes, 0)};
	tx.put(`image:${engine}`, id, image);
	tx.emit({kind: 'image-add', engine, image: id});
	return image;
}

/** Gives a name to an image, taking it from the one that had it. */
export function nameImage({tx, engine}: Store, reference: Reference, image: ImageId): void {
	const full = fullReference(reference.digest === undefined ? withDefaultTag(reference) : reference);
	const {seconds, nanoseconds} = wallTime(tx);
	tx.put(`image-name:${engine}`, full, {reference: full, image, taggedUs: seconds * 1e6 + Math.floor(nanoseconds / 1000)});
}

/** Names of an image, tags and digests, in order. */
export function namesOf({tx, engine}: StoreReader, image: ImageId): readonly ImageName[] {
	return [...tx.table(`image-name:${engine}`).values()].filter(name => name.image === image).sort((a, b) => compareText(a.reference, b.reference));
}

/** `RepoTags` and `RepoDigests` of `docker inspect`, in familiar form. */
export function repoNames(store: StoreReader, image: ImageId): {readonly tags: readonly string[]; readonly digests: readonly string[]} {
	const tags: string[] = [];
	const digests: string[] = [];
	for (const {reference} of namesOf(store, image)) {
		(reference.includes('@') ? digests : tags).push(familiarOf(reference));
	}

	return {tags, digests};
}

/** A stored full reference in familiar form. */
export function familiarOf(full: string): string {
	const reference = parseReference(full);
	return isReferenceError(reference) ? full : familiarReference(reference);
}

/** The image that a name, an id, or the beginning of an id stands for. */
export function findImage(store: StoreReader, text: string): Image | ImageError {
	const {tx, engine} = store;
	if (isDigest(text)) {
		const image = getImage(store, text as ImageId);
		if (image !== undefined) {
			return image;
		}
	}

	if (/^[a-f\d]{64}$/v.test(text)) {
		return getImage(store, `sha256:${text}` as ImageId) ?? {status: 404, message: `No such image: ${text}`};
	}

	const reference = parseReference(text);
	if (isReferenceError(reference)) {
		return byPrefix(store, text) ?? {status: 400, message: reference.message};
	}

	const named = tx.get(`image-name:${engine}`, fullReference(withDefaultTag(reference)));
	const byDigest = named === undefined && reference.digest !== undefined ? imageByDigest(store, reference) : undefined;
	const image = named === undefined ? byDigest ?? byPrefix(store, text) : getImage(store, named.image);
	return image ?? {status: 404, message: `No such image: ${familiarReference(reference.digest === undefined ? withDefaultTag(reference) : reference)}`};
}

/** `name@sha256:...` may name the image by its own id, if it has that name. */
function imageByDigest(store: StoreReader, reference: Reference): Image | undefined {
	const image = getImage(store, reference.digest as string as ImageId);
	return image !== undefined && namesOf(store, image.id).some(name => name.reference.startsWith(`${fullName(reference)}:`)) ? image : undefined;
}

function byPrefix({tx, engine}: StoreReader, text: string): Image | undefined {
	const prefix = text.startsWith('sha256:') ? text : `sha256:${text}`;
	if (!/^sha256:[a-f\d]+$/v.test(prefix)) {
		return undefined;
	}

	const matches = [...tx.table(`image:${engine}`).values()].filter(image => image.id.startsWith(prefix));
	return matches.length === 1 ? matches[0] : undefined;
}

/** `docker tag SOURCE TARGET`. */
export function tagImage(store: Store, source: string, target: string): ImageError | undefined {
	const image = findImage(store, source);
	if (isImageError(image)) {
		return image;
	}

	const reference = parseReference(target);
	if (isReferenceError(reference)) {
		return {status: 400, message: reference.message};
	}

	if (reference.digest !== undefined) {
		return {status: 400, message: 'refusing to create a tag with a digest reference'};
	}

	nameImage(store, reference, image.id);
	return undefined;
}

export type HistoryRow = {
	/** The image that ended with this instruction, if it is here; else `<missing>`. */
	readonly id: string;
	readonly created: string;
	readonly createdBy: string;
	readonly sizeBytes: number;
	readonly comment: string;
	readonly tags: readonly string[];
};

/** `docker history`: newest first. */
export function historyOf(store: StoreReader, image: Image): readonly HistoryRow[] {
	const chains = chainIds(image.document.rootfs.diff_ids);
	let layerIndex = 0;
	const rows = image.document.history.map((entry): HistoryRow => {
		const layer = entry.empty_layer === true ? undefined : chains[layerIndex++];
		const sizeBytes = layer === undefined ? 0 : must(getLayer(store, layer), 'historyOf: no layer').sizeBytes;
		return {id: '<missing>', created: entry.created ?? '', createdBy: entry.created_by ?? '', sizeBytes, comment: entry.comment ?? '', tags: []};
	}).reverse();
	let ancestor: Image | undefined = image;
	for (let index = 0; index < rows.length && ancestor !== undefined; index++) {
		rows[index] = {...rows[index]!, id: ancestor.id, tags: repoNames(store, ancestor.id).tags};
		ancestor = ancestor.parent === undefined ? undefined : getImage(store, ancestor.parent);
	}

	return rows;
}

/** The layers of an image, lowest first. */
export function layersOf(store: StoreReader, image: Image): readonly Layer[] {
	return chainIds(image.document.rootfs.diff_ids).map(chain => must(getLayer(store, chain), `layersOf: no layer ${chain}`));
}

/** Images made from this one on this engine: children in the classic builder's sense. */
export function childrenOf({tx, engine}: StoreReader, id: ImageId): readonly Image[] {
	return [...tx.table(`image:${engine}`).values()].filter(image => image.parent === id);
}
