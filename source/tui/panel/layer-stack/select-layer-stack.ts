// The layer panel's data: the filesystems that overlay shows as one, uppermost first. Containers of the same image stand together on
// one drawing of its layers, because that is how they lie on the disk.
//
//     container layers   what each container wrote: copied-up files, new files, whiteouts
//     image layers       read-only, shared with every container and image that stands on them

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

export type ContainerRow = {
	readonly id: string;
	readonly name: string;
	readonly status: string;
	readonly ports: readonly string[];
	readonly upper: {readonly sizeBytes: number; readonly files: number; readonly whiteouts: number; readonly isChanged: boolean};
	readonly marks: readonly LayerMark[];
	readonly isChanged: boolean;
};

export type LayerStack = {
	/** Newest first, as `docker ps` lists them. */
	readonly containers: readonly ContainerRow[];
	/** Of the images that are made of these layers. */
	readonly names: readonly string[];
	readonly isChanged: boolean;
	/** Uppermost first. */
	readonly layers: readonly LayerRow[];
};

/** Stacks with containers first, then the newest image first. */
export function selectLayerStacks(context: PanelContext): readonly LayerStack[] {
	const stacks = ownersOf(context.world, 'layer').flatMap(engine => stacksOf(context, engine)).reverse();
	return [...stacks.filter(({containers}) => containers.length > 0), ...stacks.filter(({containers}) => containers.length === 0)];
}

type Group = {readonly layers: readonly Layer[]; readonly images: Image[]; readonly containers: Container[]};

function stacksOf(context: PanelContext, engine: number): readonly LayerStack[] {
	const groups = groupsOf(context, engine);
	const users = usersOf(groups);
	return groups.map(({layers, images, containers}): LayerStack => ({
		containers: containers.map(container => containerRow(context, engine, container)).reverse(),
		names: namesOf(context, engine, {images, containers}),
		isChanged: images.some(image => isChanged(context, `image:${engine}`, image.id)),
		layers: layers.map(layer => ({
			id: layer.diff.slice('sha256:'.length, 'sha256:'.length + 12), sizeBytes: layer.sizeBytes, users: users.get(layer.chain) ?? 0,
		})),
	}));
}

/** Images and containers by the layers that they stand on. */
function groupsOf({world}: PanelContext, engine: number): readonly Group[] {
	const layers = Array.from(tableOf<Layer>(world, `layer:${engine}`).values());
	const byFs = new Map(layers.map(layer => [layer.fs, layer]));
	const groups = new Map<string, Group>();
	const groupOf = (own: readonly Layer[]): Group => {
		const key = own.map(({chain}) => chain).join();
		const group = groups.get(key) ?? {layers: own, images: [], containers: []};
		groups.set(key, group);
		return group;
	};

	for (const image of tableOf<Image>(world, `image:${engine}`).values()) {
		groupOf(layersOfImage(image, layers)).images.push(image);
	}

	for (const container of tableOf<Container>(world, `container:${engine}`).values()) {
		groupOf(container.layer.imageLayers.flatMap(fs => byFs.get(fs) ?? [])).containers.push(container);
	}

	return Array.from(groups.values());
}

function containerRow(context: PanelContext, engine: number, container: Container): ContainerRow {
	const {upper, merged} = container.layer;
	return {
		id: container.id.slice(0, 12),
		name: container.name,
		status: container.state.status,
		ports: container.ports.map(port => `${port.hostPort}->${port.containerPort}/${port.protocol}`),
		upper: {...contentOfUpper(context, upper), isChanged: isTableChanged(context, `inode:${upper}`)},
		marks: marksOf(context, [upper, ...(merged === undefined ? [] : [merged])]),
		isChanged: isChanged(context, `container:${engine}`, container.id),
	};
}

/** What the images are called; without a name, what the containers were made from, or an id. */
function namesOf({world}: PanelContext, engine: number, {images, containers}: Pick<Group, 'images' | 'containers'>): readonly string[] {
	const known = Array.from(tableOf<ImageName>(world, `image-name:${engine}`).values());
	const names = images.flatMap(({id}) => known.filter(name => name.image === id).map(({reference}) => familiarName(reference)).filter(name => !name.includes('@')));
	if (names.length > 0) {
		return names;
	}

	return images.length > 0
		? images.map(({id}) => id.slice('sha256:'.length, 'sha256:'.length + 12))
		: Array.from(new Set(containers.map(({config}) => familiarName(config.Image))));
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

/** How many images and containers stand on each layer. */
function usersOf(groups: readonly Group[]): ReadonlyMap<string, number> {
	const users = new Map<string, number>();
	for (const {layers, images, containers} of groups) {
		for (const {chain} of layers) {
			users.set(chain, (users.get(chain) ?? 0) + images.length + containers.length);
		}
	}

	return users;
}

/** The layer whose chain of diffs is the image's, and all below it. */
function layersOfImage({document}: Image, layers: readonly Layer[]): readonly Layer[] {
	const byChain = new Map(layers.map(layer => [layer.chain as string, layer]));
	const diffs = document.rootfs.diff_ids;
	for (const top of layers) {
		const chain: Layer[] = [];
		for (let layer: Layer | undefined = top; layer !== undefined; layer = layer.parent === undefined ? undefined : byChain.get(layer.parent)) {
			chain.push(layer);
		}

		if (chain.length === diffs.length && chain.every(({diff}, index) => diff === diffs[diffs.length - 1 - index])) {
			return chain;
		}
	}

	return [];
}
