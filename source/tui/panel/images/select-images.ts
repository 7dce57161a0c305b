// The images panel's data: names, sizes, and what all of it takes on the disk, where shared layers count once.

import type {Image, ImageName, Layer} from '../../../model/container/schema.js';
import {familiarName} from '../familiar-name.js';
import {isChanged, ownersOf, tableOf, type PanelContext} from '../panel-context.js';

export type ImageRow = {
	readonly id: string;
	/** None for an image without a name. */
	readonly names: readonly string[];
	readonly sizeBytes: number;
	readonly layerCount: number;
	readonly isChanged: boolean;
};

export type ImagesData = {readonly images: readonly ImageRow[]; readonly diskBytes: number};

export function selectImages(context: PanelContext): ImagesData {
	const {world} = context;
	const engines = ownersOf(world, 'image');
	return {
		images: engines.flatMap(engine => {
			const names = Array.from(tableOf<ImageName>(world, `image-name:${engine}`));
			return Array.from(tableOf<Image>(world, `image:${engine}`).values(), image => imageRow(context, engine, image, names));
		}),
		diskBytes: ownersOf(world, 'layer').reduce((sum, engine) =>
			Array.from(tableOf<Layer>(world, `layer:${engine}`).values()).reduce((total, layer) => total + layer.sizeBytes, sum), 0),
	};
}

function imageRow(context: PanelContext, engine: number, image: Image, names: ReadonlyArray<readonly [string | number, ImageName]>): ImageRow {
	const own = names.filter(([, name]) => name.image === image.id);
	return {
		id: image.id.slice('sha256:'.length, 'sha256:'.length + 12),
		names: own.map(([, name]) => familiarName(name.reference)).filter(name => !name.includes('@')),
		sizeBytes: image.sizeBytes,
		layerCount: image.document.rootfs.diff_ids.length,
		isChanged: isChanged(context, `image:${engine}`, image.id) || own.some(([id]) => isChanged(context, `image-name:${engine}`, id)),
	};
}
