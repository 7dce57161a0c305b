// BuildKit's cache: the layer that a vertex made, by a key of everything that it depended on. `docker builder prune` empties it.

import {digestOf, sha256Hex} from '../../../base/digest.js';
import {randomHex} from '../../../base/random.js';
import {fileTime, makeInodeFileSystem} from '../../kernel/inode-filesystem.js';
import type {FsId} from '../../kernel/file-types.js';
import {getLayer, removeFileSystem, removeUnusedLayers, type Store} from '../layer-store.js';
import type {BuildCacheRecord, ChainId, Layer} from '../schema.js';
import type {BuildHost} from './build-host.js';
import {storeOf} from './build-step.js';

/** One key of several parts, none of which can pass for another. */
export function keyOf(parts: readonly string[]): string {
	return digestOf(parts.map(part => `${part.length}:${part}`).join(''));
}

export class BuildCache {
	readonly #host: BuildHost;
	/** Nothing is found in it, as `--no-cache` wants. */
	isOff = false;

	constructor(host: BuildHost) {
		this.#host = host;
	}

	/** The kept result, if its layer is still here. */
	find(key: string): BuildCacheRecord | undefined {
		const {tx, engine} = this.#host;
		const record = this.isOff ? undefined : tx.get(`build-cache:${engine}`, key);
		if (record?.chain === undefined || getLayer(storeOf(this.#host), record.chain) === undefined) {
			return undefined;
		}

		const used = {...record, usedUs: fileTime(tx), usageCount: record.usageCount + 1};
		tx.put(`build-cache:${engine}`, key, used);
		return used;
	}

	keep(key: string, description: string, parent: ChainId | undefined, layer: Layer): BuildCacheRecord {
		return this.#put({key, id: this.#newId(), kind: 'regular', description, diff: layer.diff, parent, chain: layer.chain, sizeBytes: layer.sizeBytes});
	}

	/** The directory of a `--mount=type=cache`, which outlives the build. Its filesystem's number is the record's id. */
	mount(id: string): FsId {
		const {tx, engine} = this.#host;
		const key = `cachemount:${id}`;
		const kept = tx.get(`build-cache:${engine}`, key);
		if (kept !== undefined) {
			return Number(kept.id);
		}

		const fs = makeInodeFileSystem(tx, 'ext4');
		this.#put({key, id: String(fs), kind: 'exec.cachemount', description: `cached mount ${id}`, diff: undefined, parent: undefined, chain: undefined, sizeBytes: 0});
		return fs;
	}

	/** Whether these files were sent before, so that only their names and attributes travel again. Notes that they were. */
	hasReceived(what: 'context' | 'dockerfile', content: string, sizeBytes: number): boolean {
		const {tx, engine} = this.#host;
		const key = `local:${what}:${content}`;
		if (tx.get(`build-cache:${engine}`, key) !== undefined) {
			return true;
		}

		this.#put({key, id: this.#newId(), kind: 'source.local', description: `local source for ${what}`, diff: undefined, parent: undefined, chain: undefined, sizeBytes});
		return false;
	}

	/** Whether a build has stood on this base before. Notes that one does. */
	hasLoaded(image: string, chain: ChainId | undefined): boolean {
		const {tx, engine} = this.#host;
		const key = `base:${image}@${chain ?? ''}`;
		if (tx.get(`build-cache:${engine}`, key) !== undefined) {
			return true;
		}

		this.#put({key, id: this.#newId(), kind: 'regular', description: `pulled from ${image}`, diff: undefined, parent: undefined, chain: undefined, sizeBytes: 0});
		return false;
	}

	#put(record: Omit<BuildCacheRecord, 'createdUs' | 'usedUs' | 'usageCount'>): BuildCacheRecord {
		const {tx, engine} = this.#host;
		const timeUs = fileTime(tx);
		const whole = {...record, createdUs: timeUs, usedUs: timeUs, usageCount: 1};
		tx.put(`build-cache:${engine}`, record.key, whole);
		return whole;
	}

	/** 25 characters of base 36, like BuildKit's identities. */
	#newId(): string {
		return BigInt(`0x${sha256Hex(randomHex(this.#host.tx, 'build-cache', 64)).slice(0, 36)}`).toString(36).padStart(25, '0').slice(-25);
	}
}

/** Layers that the cache stands on: to be spared when images go. */
export function cachedChains({tx, engine}: Store): readonly ChainId[] {
	return [...tx.table(`build-cache:${engine}`).values()].flatMap(({chain}) => chain ?? []);
}

/** `docker builder prune`: forgets all results, and the layers that only the cache stood on. `chainsInUse` are those of containers. */
export function pruneBuildCache(store: Store, chainsInUse: Iterable<ChainId>): {readonly deleted: readonly string[]; readonly freedBytes: number} {
	const {tx, engine} = store;
	const records = [...tx.table(`build-cache:${engine}`).values()];
	for (const {key, kind, id} of records) {
		tx.delete(`build-cache:${engine}`, key);
		if (kind === 'exec.cachemount') {
			removeFileSystem(tx, Number(id));
		}
	}

	return {deleted: records.map(record => record.id), freedBytes: removeUnusedLayers(store, chainsInUse).freedBytes};
}
