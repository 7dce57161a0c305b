// `docker import`: the archive of a filesystem as an image of one layer. Source: moby/moby daemon/images/image_import.go.

import {wallTime} from '../../base/clock.js';
import {rfc3339OfMoment} from '../../base/internet-date.js';
import {engineError, type EngineError} from './engine.js';
import {encodeDocument} from './image-document.js';
import {plain} from './image-load.js';
import {addImage, nameImage} from './image-store.js';
import {addLayer, type Store} from './layer-store.js';
import {type Reference, withDefaultTag} from './reference.js';
import type {Image, ImageConfig} from './schema.js';
import {engineVersion} from './version.js';

export type Import = {readonly archive: Uint8Array; readonly config: ImageConfig; readonly comment: string; readonly name: Reference | undefined};

/** An image of one layer from the archive of a filesystem. */
export function importImage(store: Store, {archive, config, comment, name}: Import): Image | EngineError {
	const tar = plain(archive);
	const layer = typeof tar === 'string' ? {error: tar} : addLayer(store, {parent: undefined, tar});
	if ('error' in layer) {
		return engineError(500, layer.error);
	}

	const created = rfc3339OfMoment(wallTime(store.tx));
	const image = addImage(store, encodeDocument({
		architecture: 'amd64', comment, config, created, docker_version: engineVersion, history: [{created, comment}], os: 'linux', rootfs: {type: 'layers', diff_ids: [layer.diff]},
	}, 'docker'));
	if (name !== undefined) {
		nameImage(store, withDefaultTag(name), image.id);
	}

	return image;
}
