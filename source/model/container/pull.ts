// `docker pull`: the manifest, then three layers at a time over one line, each unpacked on top of the one below it as soon as both are
// there. What is here already by chain id is not fetched. Progress is the JSON that the Engine API streams.
// Source: moby/moby distribution/pull_v2.go, distribution/xfer/download.go (three at a time), pkg/jsonmessage.

import {type Nanoseconds, nowNs, secondNs} from '../../base/clock.js';
import {gunzip, isGzip} from '../../base/gzip.js';
import {rates} from '../../base/rates.js';
import {chainIds, parseDocument} from './image-document.js';
import {addImage, nameImage} from './image-store.js';
import {addLayer, getLayer, noteSource, type Store} from './layer-store.js';
import {parseIndex, parseManifest} from './manifest.js';
import {formatPlatform, hostPlatform, type Platform, platformFits} from './platform.js';
import {familiarReference, fullName, fullReference, type Reference, tagOrDigest, withDefaultTag} from './reference.js';
import {isRegistryError, type Registry, type RegistryError, type Work} from './registry.js';
import type {Blob, BlobSource, ChainId, DiffId, Image, ImageId} from './schema.js';

/** A line of the stream that `POST /images/create` answers with. */
export type ProgressMessage = {
	readonly status: string;
	readonly progressDetail?: {readonly current?: number; readonly total?: number};
	readonly progress?: string;
	readonly id?: string;
};

export type Report = (message: ProgressMessage) => void;

const concurrentDownloads = 3;
/** Progress lines for each layer's download: a bound on the stream, where the real daemon reports ten times a second. */
const progressMarks = 10;

/** Fetches what is missing of an image and gives it its name. The reference's tag defaults to `latest`. */
export function * pullImage(store: Store, registry: Registry, wanted: Reference, report: Report, platform: Platform = hostPlatform): Work<Image | RegistryError> {
	const reference = withDefaultTag(wanted);
	const wantedVersion = tagOrDigest(reference);
	yield * pause(store, rates.registryRoundTripNs);
	const resolved = yield * registry.resolve(reference.path, wantedVersion);
	if (isRegistryError(resolved)) {
		return resolved;
	}

	report({status: `Pulling from ${reference.path}`, id: wantedVersion});
	const manifestBlob = yield * manifestFor(registry, reference, resolved, platform);
	const fetched = isRegistryError(manifestBlob) ? manifestBlob : yield * fetchConfig(registry, reference, manifestBlob);
	if (isRegistryError(fetched)) {
		return fetched;
	}

	const before = store.tx.get(`image-name:${store.engine}`, fullReference(reference));
	const isKnown = before?.image === fetched.config.digest as string as ImageId;
	const problem = yield * fetchLayers(store, registry, {...fetched, reference, report});
	if (problem !== undefined) {
		return problem;
	}

	const image = addImage(store, fetched.config.bytes);
	nameImage(store, reference, image.id);
	nameImage(store, {...reference, tag: undefined, digest: resolved.digest}, image.id);
	report({status: `Digest: ${resolved.digest}`});
	report({status: `Status: ${isKnown ? 'Image is up to date' : 'Downloaded newer image'} for ${familiarReference(reference)}`});
	return image;
}

/** Out of an index the manifest for the platform, otherwise the manifest that was found. */
function * manifestFor(registry: Registry, {path}: Reference, resolved: Blob, platform: Platform): Work<Blob | RegistryError> {
	const entries = parseIndex(resolved);
	if (entries === undefined) {
		return resolved;
	}

	const entry = entries.find(candidate => platformFits(platform, candidate.platform));
	if (entry === undefined) {
		return refused(`no matching manifest for ${formatPlatform(platform)} in the manifest list entries`);
	}

	return entry.platform.os === 'linux' ? yield * registry.resolve(path, entry.digest) : refused('operating system is not supported');
}

type Fetched = {readonly config: Blob; readonly diffs: readonly DiffId[]; readonly layers: readonly Blob[]};

function refused(message: string): RegistryError {
	return {kind: 'registry-error', status: 500, message};
}

function * fetchConfig(registry: Registry, {path}: Reference, manifestBlob: Blob): Work<Fetched | RegistryError> {
	const manifest = parseManifest(manifestBlob.bytes);
	if ('error' in manifest) {
		return refused(manifest.error);
	}

	const config = yield * registry.blob(path, manifest.config.digest);
	if (isRegistryError(config)) {
		return config;
	}

	if (config.digest !== manifest.config.digest) {
		return refused(`image config verification failed for digest ${manifest.config.digest}`);
	}

	const document = parseDocument(config.bytes);
	if ('error' in document) {
		return refused(document.error);
	}

	if (document.os !== 'linux') {
		return refused(`cannot download image with operating system ${JSON.stringify(document.os)} when requesting "linux": operating system is not supported`);
	}

	const layers: Blob[] = [];
	for (const {digest} of manifest.layers) {
		const layer = yield * registry.blob(path, digest);
		if (isRegistryError(layer)) {
			return layer;
		}

		if (layer.digest !== digest) {
			return refused(`filesystem layer verification failed for digest ${digest}`);
		}

		layers.push(layer);
	}

	const diffs = document.rootfs.diff_ids;
	return diffs.length === layers.length ? {config, diffs, layers} : refused('layers from manifest don\'t match image configuration');
}

type Pull = Fetched & {readonly reference: Reference; readonly report: Report};

type Transfer = {
	readonly id: string;
	readonly blob: Blob;
	readonly diff: DiffId;
	readonly parent: ChainId | undefined;
	downloaded: number;
	extractedNs: Nanoseconds;
	state: 'waiting' | 'downloading' | 'downloaded' | 'done';
};

/** Moves all missing layers, in virtual time, and unpacks them. */
function * fetchLayers(store: Store, registry: Registry, pull: Pull): Work<RegistryError | undefined> {
	const transfers = startTransfers(store, pull);
	while (transfers.some(transfer => transfer.state !== 'done')) {
		const active = transfers.filter(transfer => transfer.state === 'downloading' || transfer.state === 'waiting').slice(0, concurrentDownloads);
		for (const transfer of active) {
			transfer.state = 'downloading';
		}

		const unpacking = transfers.find(transfer => transfer.state !== 'done');
		const bytesPerSecond = rates.networkBytesPerSecond / Math.max(active.length, 1);
		const extractNs = unpacking?.state === 'downloaded' ? unpackNs(unpacking.blob) - unpacking.extractedNs : Number.POSITIVE_INFINITY;
		const nextMarkNs = Math.min(...active.map(transfer => (nextMark(transfer) - transfer.downloaded) / bytesPerSecond * secondNs), extractNs);
		const stepNs = Math.max(Math.ceil(nextMarkNs), 1);
		yield * pause(store, stepNs);
		for (const transfer of active) {
			advance(transfer, bytesPerSecond * stepNs / secondNs, pull.report);
		}

		if (unpacking?.state === 'downloaded') {
			unpacking.extractedNs += stepNs;
			const problem = unpacking.extractedNs >= unpackNs(unpacking.blob) ? unpack(store, unpacking, pull) : undefined;
			if (problem !== undefined) {
				return problem;
			}
		}
	}

	return undefined;
}

function startTransfers(store: Store, {layers, diffs, reference, report}: Pull): Transfer[] {
	const chains = chainIds(diffs);
	const transfers: Transfer[] = [];
	for (const [index, blob] of layers.entries()) {
		const id = shortDigest(blob.digest);
		const chain = chains[index]!;
		if (getLayer(store, chain) !== undefined) {
			report({status: 'Already exists', progressDetail: {}, id});
			noteSource(store, chain, sourceOf(reference, blob));
			continue;
		}

		transfers.push({id, blob, diff: diffs[index]!, parent: chains[index - 1], downloaded: 0, extractedNs: 0, state: 'waiting'});
		report({status: 'Pulling fs layer', progressDetail: {}, id});
	}

	for (const transfer of transfers.slice(concurrentDownloads)) {
		report({status: 'Waiting', progressDetail: {}, id: transfer.id});
	}

	return transfers;
}

function nextMark({blob: {transferSizeBytes: total}, downloaded}: Transfer): number {
	const mark = total / progressMarks;
	return Math.min((Math.floor(downloaded / mark + 1e-9) + 1) * mark, total);
}

function unpackNs(blob: Blob): Nanoseconds {
	return Math.max(Math.ceil(blob.transferSizeBytes / rates.unpackBytesPerSecond * secondNs), 1);
}

function advance(transfer: Transfer, bytes: number, report: Report): void {
	const {id, blob: {transferSizeBytes: total}} = transfer;
	const before = nextMark(transfer);
	transfer.downloaded = Math.min(transfer.downloaded + bytes, total);
	if (transfer.downloaded + 0.5 >= before) {
		report(progressOf('Downloading', id, {current: Math.min(Math.round(transfer.downloaded), total), total}));
	}

	if (transfer.downloaded + 0.5 >= total) {
		transfer.state = 'downloaded';
		report({status: 'Verifying Checksum', progressDetail: {}, id});
		report({status: 'Download complete', progressDetail: {}, id});
	}
}

function unpack(store: Store, transfer: Transfer, {reference, report}: Pull): RegistryError | undefined {
	const {id, blob, diff, parent} = transfer;
	const tar = isGzip(blob.bytes) ? gunzip(blob.bytes) : blob.bytes;
	const layer = typeof tar === 'string' ? {error: tar} : addLayer(store, {parent, tar, source: sourceOf(reference, blob)});
	if ('error' in layer) {
		return refused(`failed to register layer: ${layer.error}`);
	}

	if (layer.diff !== diff) {
		return refused(`failed to register layer: layers from manifest don't match image configuration`);
	}

	const total = blob.transferSizeBytes;
	report(progressOf('Extracting', id, {current: total, total}));
	report({status: 'Pull complete', progressDetail: {}, id});
	transfer.state = 'done';
	return undefined;
}

function sourceOf(reference: Reference, {digest, mediaType, bytes, transferSizeBytes}: Blob): BlobSource {
	return {repository: fullName(reference), digest, mediaType, sizeBytes: bytes.length, transferSizeBytes};
}

export function shortDigest(digest: string): string {
	return digest.replace('sha256:', '').slice(0, 12);
}

/** go-units' HumanSize: four significant digits, base 1000. */
function humanSize(bytes: number): string {
	let size = bytes;
	let unit = 0;
	for (; size >= 1000 && unit < 4; unit++) {
		size /= 1000;
	}

	return `${Number(size.toPrecision(4))}${['B', 'kB', 'MB', 'GB', 'TB'][unit]!}`;
}

/** A message with numbers and the bar that old clients show: `[====>      ]  36.45kB/1.141MB`. */
export function progressOf(status: string, id: string, detail: {readonly current: number; readonly total: number}): ProgressMessage {
	const filled = Math.floor(Math.floor(detail.current / detail.total * 100) / 2);
	const bar = `[${'='.repeat(filled)}>${' '.repeat(50 - filled)}]`;
	return {status, progressDetail: detail, progress: `${bar} ${humanSize(detail.current).padStart(8)}/${humanSize(detail.total)}`, id};
}

/** Lets virtual time pass. */
export function * pause(store: Store, ns: Nanoseconds): Work<void> {
	const untilNs = nowNs(store.tx) + ns;
	while (nowNs(store.tx) < untilNs) {
		if ((yield {kind: 'sleep', channels: [], untilNs}) === 'signal') {
			return;
		}
	}
}
