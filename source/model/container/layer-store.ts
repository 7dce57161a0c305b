// An engine's layers. A layer is stored once for each chain of layers it lies on, however many images and containers use it, and
// goes when the last of them goes. Source: moby/moby layer/layer_store.go; docs "Storage drivers", overlay2.

import {must} from '../../base/assert.js';
import {digestOf} from '../../base/digest.js';
import {randomHex} from '../../base/random.js';
import type {Writes, Reads} from '../../base/transaction.js';
import type {CgroupTx} from '../kernel/cgroup/cgroup-schema.js';
import {forgetPages} from '../kernel/cgroup/page-cache.js';
import {allocatedBytes} from '../kernel/file-content.js';
import type {FsId} from '../kernel/file-types.js';
import {makeInodeFileSystem} from '../kernel/inode-filesystem.js';
import {detachMount} from '../kernel/mount-tree.js';
import type {KernelEvent} from '../kernel/schema.js';
import {chainId} from './image-document.js';
import {type LayerTree, rootNode, tarOfTree, treeOfTar, treeSizeBytes} from './layer-tree.js';
import type {BlobSource, ChainId, DiffId, EngineId, ImageEvent, ImageSchema, Layer} from './schema.js';

export type ImageTx = Writes<ImageSchema, KernelEvent | ImageEvent>;

/** Which engine's tables, in which transaction. */
export type Store = {readonly tx: ImageTx; readonly engine: EngineId};
export type StoreReader = {readonly tx: Reads<ImageSchema>; readonly engine: EngineId};

export function getLayer({tx, engine}: StoreReader, chain: ChainId): Layer | undefined {
	return tx.get(`layer:${engine}`, chain);
}

/** The layers from `chain` down, uppermost first: the order of overlay's lowerdir. */
export function layerStack(store: StoreReader, chain: ChainId | undefined): readonly Layer[] {
	const stack: Layer[] = [];
	for (let at = chain; at !== undefined;) {
		const layer: Layer = must(getLayer(store, at), `layerStack: no layer ${at}`);
		stack.push(layer);
		at = layer.parent;
	}

	return stack;
}

/** Makes a filesystem that holds the tree. Its records are shared with the tree, not copied. */
export function makeTreeFileSystem(tx: ImageTx, tree: LayerTree): FsId {
	const fs = makeInodeFileSystem(tx, 'ext4');
	let nextNode = rootNode;
	let usedBytes = 0;
	for (const [node, inode] of tree) {
		tx.put(`inode:${fs}`, node, inode);
		nextNode = Math.max(nextNode, inode.node);
		usedBytes += allocatedBytes(inode.content);
	}

	const record = must(tx.get('filesystem', fs), 'makeTreeFileSystem: no filesystem');
	tx.put('filesystem', fs, {...record, nextNode: nextNode + 1, usedBytes});
	return fs;
}

/** Takes a filesystem away, and with it the places where hosts see it. */
export function removeFileSystem(tx: ImageTx, fs: FsId): void {
	for (const namespace of [...tx.table('namespace').values()].filter(({kind}) => kind === 'mnt')) {
		for (const mount of [...tx.table(`mount:${namespace.id}`).values()].filter(each => each.fs === fs)) {
			detachMount(tx, mount.id);
		}
	}

	removeInodes(tx, fs);
}

/** The files of a filesystem that nothing has mounted. */
export function removeInodes(tx: ImageTx, fs: FsId): void {
	for (const node of [...tx.table(`inode:${fs}`).keys()]) {
		forgetPages(tx as unknown as CgroupTx, fs, Number(node));
		tx.delete(`inode:${fs}`, node);
	}

	tx.delete('filesystem', fs);
}

export type LayerContent = {
	readonly parent: ChainId | undefined;
	readonly tar: Uint8Array;
	/** If it is known already, as of a layer that was built from it. */
	readonly tree?: LayerTree;
	readonly source?: BlobSource;
};

/** How many layers may lie on each other. Source: moby/moby layer/layer.go, maxLayerDepth. */
const maxDepth = 125;
const tooDeep = {error: 'max depth exceeded'} as const;

function isTooDeep(store: StoreReader, parent: ChainId | undefined): boolean {
	return layerStack(store, parent).length >= maxDepth;
}

/** Registers a layer from its archive, or finds that it is here. A text if the archive is broken. */
export function addLayer(store: Store, {parent, tar, tree, source}: LayerContent): Layer | {readonly error: string} {
	const diff = digestOf(tar) as DiffId;
	const existing = getLayer(store, chainId(parent, diff));
	if (existing !== undefined) {
		return shareLayer(store, existing, source);
	}

	const content = isTooDeep(store, parent) ? tooDeep : tree ?? treeOfTar(tar);
	return 'error' in content ? content : putLayer(store, {parent, diff, tar, fs: makeTreeFileSystem(store.tx, content), tree: content, source});
}

/** Turns a filesystem that a container or a build step wrote (overlay's upper directory) into a layer; it must not change afterwards. */
export function layerOfFileSystem(store: Store, parent: ChainId | undefined, fs: FsId): Layer | {readonly error: string} {
	const tree = store.tx.table(`inode:${fs}`);
	const tar = tarOfTree(tree);
	const diff = digestOf(tar) as DiffId;
	const existing = getLayer(store, chainId(parent, diff));
	if (existing !== undefined) {
		removeFileSystem(store.tx, fs);
		return shareLayer(store, existing, undefined);
	}

	return isTooDeep(store, parent) ? tooDeep : putLayer(store, {parent, diff, tar, fs, tree, source: undefined});
}

/** A layer with the present content of an upper directory that goes on being written to: what `docker commit` makes. */
export function copyOfFileSystem(store: Store, parent: ChainId | undefined, fs: FsId): Layer | {readonly error: string} {
	const tree = store.tx.table(`inode:${fs}`);
	return addLayer(store, {parent, tar: tarOfTree(tree), tree: closedTree(tree)});
}

/** The tree without files that are only kept alive by being open. */
function closedTree(tree: LayerTree): LayerTree {
	return new Map([...tree].filter(([, inode]) => inode.nlink > 0).map(([node, inode]) => [node, inode.opens === 0 ? inode : {...inode, opens: 0}]));
}

function shareLayer({tx, engine}: Store, layer: Layer, source: BlobSource | undefined): Layer {
	tx.emit({kind: 'layer-share', engine, chain: layer.chain});
	if (source === undefined || layer.sources.some(known => known.repository === source.repository && known.digest === source.digest)) {
		return layer;
	}

	const next = {...layer, sources: [...layer.sources, source]};
	tx.put(`layer:${engine}`, layer.chain, next);
	return next;
}

type NewLayer = {readonly parent: ChainId | undefined; readonly diff: DiffId; readonly tar: Uint8Array; readonly fs: FsId; readonly tree: LayerTree; readonly source: BlobSource | undefined};

function putLayer({tx, engine}: Store, {parent, diff, tar, fs, tree, source}: NewLayer): Layer {
	const chain = chainId(parent, diff);
	const layer: Layer = {
		chain, parent, diff, fs, tar, sizeBytes: treeSizeBytes(tree), cacheId: randomHex(tx, 'layer', 64), sources: source === undefined ? [] : [source],
	};
	tx.put(`layer:${engine}`, chain, layer);
	tx.emit({kind: 'layer-add', engine, chain, sizeBytes: layer.sizeBytes});
	return layer;
}

/** Adds where a registry has the layer, as a push learns it. */
export function noteSource(store: Store, chain: ChainId, source: BlobSource): void {
	const layer = getLayer(store, chain);
	if (layer !== undefined) {
		shareLayer(store, layer, source);
	}
}

/** Removes layers that neither an image nor one of the given chains (of containers, of the build cache) stands on. Returns the bytes freed. */
export function removeUnusedLayers(store: Store, inUse: Iterable<ChainId>): {readonly removed: readonly ChainId[]; readonly freedBytes: number} {
	const {tx, engine} = store;
	const used = new Set<ChainId>();
	const mark = (chain: ChainId | undefined) => {
		for (let at = chain; at !== undefined && !used.has(at); at = getLayer(store, at)?.parent) {
			used.add(at);
		}
	};

	for (const image of tx.table(`image:${engine}`).values()) {
		let chain: ChainId | undefined;
		for (const diff of image.document.rootfs.diff_ids) {
			chain = chainId(chain, diff);
		}

		mark(chain);
	}

	for (const chain of inUse) {
		mark(chain);
	}

	// A layer was put after its parent, so that the reverse order removes from the top, as docker does.
	const unused = [...tx.table(`layer:${engine}`).values()].filter(layer => !used.has(layer.chain)).reverse();
	for (const layer of unused) {
		removeFileSystem(tx, layer.fs);
		tx.delete(`layer:${engine}`, layer.chain);
		tx.emit({kind: 'layer-remove', engine, chain: layer.chain});
	}

	return {removed: unused.map(layer => layer.chain), freedBytes: unused.reduce((sum, layer) => sum + layer.sizeBytes, 0)};
}
