// Making an overlay from directories that were looked up. Source: Linux fs/overlayfs/super.c, ovl_fill_super.

import {must} from '../../../base/assert.js';
import {randomBytes} from '../../../base/random.js';
import {takeNumber} from '../counter.js';
import {type Failure, failed, failure} from '../errno.js';
import type {FsId, NodeId} from '../file-types.js';
import type {FsContext} from '../filesystem.js';
import {typeOf} from '../vfs.js';
import {type Overlay, overlayXattr, setOverlayXattr} from './layer-file.js';
import {firstOwnNode} from './nodes.js';
import {encodeHandle} from './origin.js';
import type {LayerFile, OverlayMount, OverlayOptions} from './overlay-schema.js';

/** FILESYSTEM_MAX_STACK_DEPTH: an overlay may stand on an overlay, but no third on that. */
const maxStackDepth = 2;

/** At most this many lower layers: OVL_MAX_STACK. */
const maxLayers = 500;

export type OverlayRequest = {
	/** The lower directories, topmost first. */
	readonly lower: readonly LayerFile[];
	readonly upper: LayerFile | undefined;
	readonly work: LayerFile | undefined;
	readonly options: OverlayOptions;
	/** The words of the mount, kept for those who ask. */
	readonly words: Readonly<Record<string, string>>;
};

/** Makes an overlay that is not mounted anywhere yet; the workdir gets its directories `work` and, with index=on, `index`. */
export function makeOverlay(context: FsContext, request: OverlayRequest): FsId | Failure {
	const refused = checkRequest(context, request);
	if (refused !== undefined) {
		return refused;
	}

	const {tx} = context;
	const {lower, upper, work, options, words} = request;
	const workNode = upper === undefined || work === undefined ? undefined : prepareWork(context, work, 'work', true);
	const index = !options.index || work === undefined ? undefined : prepareWork(context, work, 'index', false);
	if (failed(workNode) || failed(index)) {
		return failed(workNode) ? workNode : index as Failure;
	}

	const fs = takeNumber(tx, 'filesystem');
	tx.put('filesystem', fs, {
		id: fs, type: 'overlay', options: words, capacityBytes: undefined, usedBytes: 0, nextNode: firstOwnNode, device: {major: 0, minor: takeNumber(tx, 'device')},
	});
	const layers = upper === undefined ? lower : [upper, ...lower];
	const sameFs = layers.every(layer => layer.fs === layers[0]?.fs);
	const top = must(layers[0], 'makeOverlay: no layers');
	const root = sameFs ? top.node : firstOwnNode - 1;
	const mount: OverlayMount = {fs, options, lower, upper, work: workNode, index, whiteout: undefined, sameFs, root};
	tx.put('overlay', fs, mount);
	tx.put(`overlay-node:${fs}`, root, {
		node: root,
		type: 'directory',
		parent: root,
		name: '',
		upper: upper?.node,
		lower: lower.map((layer, at) => ({...layer, layer: at})),
		opaque: false,
		redirect: undefined,
		hasUpperData: true,
		hasUpperName: true,
		indexed: false,
		keepsInode: false,
		opens: 0,
		removed: false,
	});
	return markUpper({context, mount}, lower[0]) ?? fs;
}

function checkRequest(context: FsContext, {lower, upper, work}: OverlayRequest): Failure | undefined {
	const all = [...lower, ...upper === undefined ? [] : [upper], ...work === undefined ? [] : [work]];
	for (const layer of all) {
		const attributes = typeOf(context, layer.fs).attributes(context, layer.fs, layer.node);
		if (failed(attributes)) {
			return attributes;
		}

		if (attributes.type !== 'directory') {
			return failure('ENOTDIR');
		}
	}

	const writable = [upper, work].filter(layer => layer !== undefined);
	if (lower.length === 0 || lower.length > maxLayers || (upper === undefined && lower.length === 1) || writable.length === 1) {
		return failure('EINVAL');
	}

	// "filesystem on ... not supported as upperdir"; upperdir and workdir must be apart, on one filesystem.
	if (writable.some(({fs}) => typeOf(context, fs).setContent === undefined) || new Set(writable.map(({fs}) => fs)).size > 1) {
		return failure('EINVAL');
	}

	if (upper !== undefined && work !== undefined && (contains(context, upper, work) || contains(context, work, upper))) {
		return failure('EINVAL');
	}

	// "conflicting lowerdir path", "overlapping lowerdir path": no lower layer may be another layer or lie inside of one. That it holds the upper one is allowed.
	if (lower.some((layer, index) => [...lower.filter((_, other) => other !== index), ...writable].some(other => contains(context, other, layer)))) {
		return failure('ELOOP');
	}

	return Math.max(...all.map(({fs}) => stackDepth(context, fs))) + 1 > maxStackDepth ? failure('EINVAL') : undefined;
}

function stackDepth(context: FsContext, fs: FsId): number {
	const mount = context.tx.get('overlay', fs);
	return mount === undefined ? 0 : 1 + Math.max(...[mount.upper, ...mount.lower].map(layer => layer === undefined ? 0 : stackDepth(context, layer.fs)));
}

/** Whether `inner` is `outer` or lies below it. */
function contains(context: FsContext, outer: LayerFile, inner: LayerFile): boolean {
	if (outer.fs !== inner.fs) {
		return false;
	}

	const type = typeOf(context, inner.fs);
	for (let node = inner.node; ; ) {
		if (node === outer.node) {
			return true;
		}

		const parent = type.parent(context, inner.fs, node);
		if (parent === node) {
			return false;
		}

		node = parent;
	}
}

/** A directory inside of workdir; what an earlier mount left in it goes away. */
function prepareWork(context: FsContext, work: LayerFile, name: string, empty: boolean): NodeId | Failure {
	const type = typeOf(context, work.fs);
	const existing = type.lookup(context, work.fs, work.node, name);
	if (!failed(existing)) {
		return empty ? removeEntries(context, {fs: work.fs, node: existing}) ?? existing : existing;
	}

	return existing.errno === 'ENOENT' ? type.create(context, work.fs, work.node, name, {type: 'directory', mode: 0, uid: 0, gid: 0}) : existing;
}

function removeEntries(context: FsContext, directory: LayerFile): Failure | undefined {
	const type = typeOf(context, directory.fs);
	const entries = type.entries(context, directory.fs, directory.node);
	if (failed(entries)) {
		return entries;
	}

	for (const entry of entries) {
		const inner = entry.type === 'directory' ? removeEntries(context, {fs: directory.fs, node: entry.node}) : undefined;
		const removed = inner ?? type[entry.type === 'directory' ? 'rmdir' : 'unlink'](context, directory.fs, directory.node, entry.name);
		if (failed(removed)) {
			return removed;
		}
	}

	return undefined;
}

/** The marks of a fresh upper directory: a uuid of the overlay's own and, with index=on, the lower root it belongs to. */
function markUpper(overlay: Overlay, lowerRoot: LayerFile | undefined): Failure | undefined {
	const {context, mount} = overlay;
	const {upper} = mount;
	if (upper === undefined || lowerRoot === undefined) {
		return undefined;
	}

	// An upper directory that an older kernel has filled stays without one (ovl_init_uuid_xattr).
	const isFresh = overlayXattr(overlay, upper, 'uuid') === undefined && overlayXattr(overlay, upper, 'impure') === undefined;
	const identified = isFresh ? setOverlayXattr(overlay, upper, 'uuid', randomBytes(context.tx, 'overlay', 16)) : undefined;
	if (failed(identified)) {
		return identified;
	}

	if (!mount.options.index) {
		return undefined;
	}

	const origin = overlayXattr(overlay, upper, 'origin');
	const expected = encodeHandle(lowerRoot);
	if (origin !== undefined) {
		// "failed to verify upper root origin": the upper directory was used with other lower layers.
		return origin.every((byte, at) => byte === expected[at]) ? undefined : failure('ESTALE');
	}

	const set = setOverlayXattr(overlay, upper, 'origin', expected);
	return failed(set) ? set : undefined;
}

/** Removes the tables of an overlay that nothing mounts any more. The layers stay. */
export function destroyOverlay(context: FsContext, fs: FsId): void {
	const {tx} = context;
	for (const table of [`overlay-node:${fs}`, `overlay-key:${fs}`] as const) {
		for (const id of [...tx.table(table).keys()]) {
			tx.delete(table, id);
		}
	}

	tx.delete('overlay', fs);
	tx.delete('filesystem', fs);
}
