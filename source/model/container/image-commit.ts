// A new image from an image, a layer on top and a changed config: `docker commit`, and every step of the classic builder.
// Source: moby/moby image/image.go NewChildImage, daemon/commit.go.

import {must} from '../../base/assert.js';
import {wallTime} from '../../base/clock.js';
import {digestOf} from '../../base/digest.js';
import {rfc3339OfMoment} from '../../base/internet-date.js';
import {encodeDocument} from './image-document.js';
import {addImage, topChain} from './image-store.js';
import {getLayer, type Store} from './layer-store.js';
import {engineVersion} from './version.js';
import type {ChainId, DiffId, Image, ImageConfig, ImageDocument} from './schema.js';

/** The layer of an empty archive, which images leave out. */
export const emptyDiff = digestOf(new Uint8Array(1024)) as DiffId;

export type ImageChange = {
	/** What the new image is made from; undefined for `FROM scratch`. */
	readonly parent: Image | undefined;
	/** The chain with the new layer; the parent's own if nothing was written. */
	readonly chain: ChainId | undefined;
	readonly config: ImageConfig;
	/** The container it came from, where there was one. */
	readonly container?: string;
	/** Its config; the history's `created_by` is its Cmd. */
	readonly containerConfig: ImageConfig;
	readonly author?: string;
	readonly comment?: string;
};

/** The configuration document of a child image. */
function childDocument(store: Store, {parent, chain, config, container, containerConfig, author, comment}: ImageChange): ImageDocument {
	const diff = chain === undefined ? undefined : must(getLayer(store, chain), 'childDocument: no layer').diff;
	const below = parent?.document.rootfs.diff_ids ?? [];
	const isNew = diff !== undefined && diff !== emptyDiff && chain !== undefined && chain !== (parent === undefined ? undefined : topChain(parent));
	const created = rfc3339OfMoment(wallTime(store.tx));
	return {
		architecture: parent?.document.architecture ?? 'amd64',
		config,
		container_config: containerConfig,
		created,
		docker_version: engineVersion,
		history: [...parent?.document.history ?? [], {
			created, created_by: containerConfig.Cmd?.join(' ') ?? '', ...author !== undefined && {author}, ...comment !== undefined && {comment}, ...!isNew && {empty_layer: true},
		}],
		os: parent?.document.os ?? 'linux',
		rootfs: {type: 'layers', diff_ids: isNew ? [...below, diff] : below},
		...author !== undefined && {author},
		...container !== undefined && {container},
	};
}

/** Registers the child image, without a name. */
export function commitImage(store: Store, change: ImageChange): Image {
	return addImage(store, encodeDocument(childDocument(store, change), 'docker'), change.parent?.id);
}
