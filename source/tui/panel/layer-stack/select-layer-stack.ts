// The layer panel's data: for every container the stack of filesystems that overlay shows as one, uppermost first.
//
//     container layer   what this container wrote: copied-up files, new files, whiteouts
//     image layers      read-only, shared with every container and image that stands on them

import type {Container} from '../../../model/container/container-schema.js';
import type {Image, ImageName, Layer} from '../../../model/container/schema.js';
import type {Inode, KernelEvent} from '../../../model/kernel/schema.js';
import {isChanged, isTableChanged, ownersOf, tableOf, type PanelContext} from '../panel-context.js';
import {familiarName} from '../familiar-name.js';

export type LayerRow = {
	readonly id: string;
	readonly sizeBytes: number;
	/** How many images and containers stand on it. */
	readonly users: number;
};

/** Something the last command did in a container layer. */
export type LayerMark = {readonly kind: 'copy-up' | 'whiteout'; readonly path: string; readonly sizeBytes: number | undefined};

export type ContainerStack = {
	readonly id: string;
	readonly name: string;
	readonly status: string;
	readonly image: string;
	readonly ports: readonly string[];
	readonly upper: {readonly sizeBytes: number; readonly files: number; readonly whiteouts: number; readonly isChanged: boolean};
	readonly marks: readonly LayerMark[];
	/** Uppermost first. */
	readonly layers: readonly LayerRow[];
	readonly isChanged: boolean;
};

export function selectLayerStack(context: PanelContext): readonly ContainerStack[] {
	return ownersOf(context.world, 'container').flatMap(engine => {
		const layers = Array.from(tableOf<Layer>(context.world, `layer:${engine}`).values());
		const byFs = new Map(layers.map(layer => [layer.fs, layer]));
		const users = layerUsers(context, engine, layers);
		return Array.from(tableOf<Container>(context.world, `container:${engine}`).values(), container =>
			stackOf({context, engine, container, byFs, users}));
	});
}

type StackSource = {
	readonly context: PanelContext;
	readonly engine: number;
	readonly container: Container;
	readonly byFs: ReadonlyMap<number, Layer>;
	readonly users: ReadonlyMap<string, number>;
};

function stackOf({context, engine, container, byFs, users}: StackSource): ContainerStack {
	const {upper, merged, imageLayers} = container.layer;
	return {
		id: container.id.slice(0, 12),
		name: container.name,
		status: container.state.status,
		image: imageText(context, engine, container),
		ports: container.ports.map(port => `${port.hostPort}->${port.containerPort}/${port.protocol}`),
		upper: {...contentOfUpper(context, upper), isChanged: isTableChanged(context, `inode:${upper}`)},
		marks: marksOf(context, [upper, ...(merged === undefined ? [] : [merged])]),
		layers: imageLayers.flatMap((fs): LayerRow[] => {
			const layer = byFs.get(fs);
			return layer === undefined ? [] : [{id: layer.diff.slice('sha256:'.length, 'sha256:'.length + 12), sizeBytes: layer.sizeBytes, users: users.get(layer.chain) ?? 0}];
		}),
		isChanged: isChanged(context, `container:${engine}`, container.id),
	};
}

/** A name if the container was made from one, else the start of the image's id. */
function imageText({world}: PanelContext, engine: number, container: Container): string {
	const names = Array.from(tableOf<ImageName>(world, `image-name:${engine}`).values());
	const name = names.find(entry => entry.image === container.image && familiarName(entry.reference) === familiarName(container.config.Image));
	return familiarName(name?.reference ?? container.config.Image);
}

/** Whiteouts are character devices 0/0 (overlayfs.rst, "whiteouts and opaque directories"). */
function contentOfUpper({world}: PanelContext, upper: number): {readonly sizeBytes: number; readonly files: number; readonly whiteouts: number} {
	let sizeBytes = 0;
	let files = 0;
	let whiteouts = 0;
	for (const inode of tableOf<Inode>(world, `inode:${upper}`).values()) {
		if (inode.type === 'char' && inode.rdev.major === 0 && inode.rdev.minor === 0) {
			whiteouts++;
		} else if (inode.type !== 'directory') {
			files++;
			sizeBytes += inode.content.sizeBytes;
		}
	}

	return {sizeBytes, files, whiteouts};
}

/** A copy-up takes the directories above along: they are not news of their own. */
function marksOf(context: PanelContext, filesystems: readonly number[]): readonly LayerMark[] {
	const all = allMarks(context, filesystems);
	return all.filter(({path}) => !all.some(other => other.path.startsWith(`${path}/`)));
}

function allMarks({trace}: PanelContext, filesystems: readonly number[]): readonly LayerMark[] {
	return (trace as readonly KernelEvent[]).flatMap((event): LayerMark[] => {
		if (event.kind === 'copy-up' && 'fs' in event && filesystems.includes(event.fs) && 'sizeBytes' in event) {
			return [{kind: 'copy-up', path: event.path, sizeBytes: event.sizeBytes}];
		}

		return event.kind === 'whiteout' && 'fs' in event && filesystems.includes(event.fs) && 'path' in event
			? [{kind: 'whiteout', path: event.path, sizeBytes: undefined}]
			: [];
	});
}

/** How many images and containers stand on each layer: an image stands on its top layer and on all below. */
function layerUsers({world}: PanelContext, engine: number, layers: readonly Layer[]): ReadonlyMap<string, number> {
	const byChain = new Map(layers.map(layer => [layer.chain as string, layer]));
	const byFs = new Map(layers.map(layer => [layer.fs, layer.chain as string]));
	const users = new Map<string, number>();
	const count = (chain: string) => users.set(chain, (users.get(chain) ?? 0) + 1);
	for (const container of tableOf<Container>(world, `container:${engine}`).values()) {
		for (const fs of container.layer.imageLayers) {
			const chain = byFs.get(fs);
			if (chain !== undefined) {
				count(chain);
			}
		}
	}

	for (const image of tableOf<Image>(world, `image:${engine}`).values()) {
		let layer = topLayer(image, layers, byChain);
		while (layer !== undefined) {
			count(layer.chain);
			layer = layer.parent === undefined ? undefined : byChain.get(layer.parent);
		}
	}

	return users;
}

/** The layer whose chain of diffs is the image's. */
function topLayer(image: Image, layers: readonly Layer[], byChain: ReadonlyMap<string, Layer>): Layer | undefined {
	const diffs = image.document.rootfs.diff_ids;
	return layers.find(layer => {
		let current: Layer | undefined = layer;
		for (let index = diffs.length - 1; index >= 0; index--) {
			if (current?.diff !== diffs[index]) {
				return false;
			}

			current = current!.parent === undefined ? undefined : byChain.get(current!.parent);
		}

		return current === undefined && diffs.length > 0;
	});
}
