// docker push: layers from the top, each only if the registry does not have it, then the config, then the manifest that names them.
// Source: moby/moby distribution/push_v2.go.
//
// Simplified: layers go one after the other, where dockerd sends five at a time.

import {must} from '../base/assert.js';
import {gzip} from '../base/gzip.js';
import {type Header, headerOf} from '../base/http.js';
import {logEvent} from '../model/container/engine.js';
import type {EngineHost, Work} from '../model/container/engine-host.js';
import {layersOf, nameImage} from '../model/container/image-store.js';
import {noteSource} from '../model/container/layer-store.js';
import {makeBlob, makeManifest, mediaTypes} from '../model/container/manifest.js';
import {familiarReference, fullName, type Reference} from '../model/container/reference.js';
import {isRegistryError, type RegistryError} from '../model/container/registry.js';
import type {Blob, BlobSource, Image, Layer} from '../model/container/schema.js';
import {shortDigest} from '../model/container/pull.js';
import type {Answer} from './http-client.js';
import {type HttpRegistry, reasonOf} from './http-registry.js';

export type PushMessage = {readonly status?: string; readonly id?: string; readonly progressDetail?: object; readonly aux?: object};
export type ReportPush = (message: PushMessage) => void;

const concurrentUploads = 5;

/** Sends an image under a tag. */
export function * pushImage(host: EngineHost, registry: HttpRegistry, {reference, image}: {readonly reference: Reference; readonly image: Image}, report: ReportPush): Work<RegistryError | undefined> {
	const unreachable = yield * registry.greet();
	if (unreachable !== undefined) {
		return unreachable;
	}

	const layers = layersOf(host, image).toReversed();
	for (const [word, some] of [['Preparing', layers], ['Waiting', layers.slice(concurrentUploads)]] as const) {
		for (const {diff} of some) {
			report({status: word, progressDetail: {}, id: shortDigest(diff)});
		}
	}

	const described: BlobSource[] = [];
	for (const layer of layers) {
		const sent = yield * pushLayer(host, registry, reference, layer);
		if (isRegistryError(sent)) {
			return sent;
		}

		report({status: sent.status, progressDetail: {}, id: shortDigest(layer.diff)});
		noteSource(host, layer.chain, sent.source);
		described.unshift({...sent.source, mediaType: mediaTypes.docker.layer});
	}

	const config = makeBlob(mediaTypes.docker.config, image.configBytes);
	const problem = yield * upload(registry, reference.path, config);
	if (problem !== undefined) {
		return problem;
	}

	const manifest = makeManifest('docker', {mediaType: config.mediaType, digest: config.digest, sizeBytes: config.bytes.length}, described);
	const tag = must(reference.tag, 'pushImage: no tag');
	const stored = yield * registry.ask({method: 'PUT', path: `/v2/${reference.path}/manifests/${tag}`, headers: [['Content-Type', manifest.mediaType]], body: manifest.bytes});
	if (isRegistryError(stored) || stored.status !== 201) {
		return isRegistryError(stored) ? stored : refusedPush(stored);
	}

	nameImage(host, {...reference, tag: undefined, digest: manifest.digest}, image.id);
	report({status: `${tag}: digest: ${manifest.digest} size: ${manifest.bytes.length}`});
	report({progressDetail: {}, aux: {Tag: tag, Digest: manifest.digest, Size: manifest.bytes.length}});
	logEvent(host, {type: 'image', action: 'push', actor: familiarReference(reference), attributes: {name: familiarReference({...reference, tag: undefined})}});
	return undefined;
}

type Sent = {readonly status: string; readonly source: BlobSource};

function * pushLayer(host: EngineHost, registry: HttpRegistry, reference: Reference, layer: Layer): Work<Sent | RegistryError> {
	const repository = fullName(reference);
	const known = layer.sources.find(source => source.repository === repository);
	if (known !== undefined) {
		const has = yield * registry.ask({method: 'HEAD', path: `/v2/${reference.path}/blobs/${known.digest}`});
		if (isRegistryError(has) || has.status === 200) {
			return isRegistryError(has) ? has : {status: 'Layer already exists', source: known};
		}
	}

	const elsewhere = layer.sources.find(source => source.repository !== repository && source.repository.startsWith(`${reference.domain}/`));
	if (elsewhere !== undefined) {
		const from = elsewhere.repository.slice(reference.domain.length + 1);
		const mounted = yield * registry.ask({method: 'POST', path: `/v2/${reference.path}/blobs/uploads/?mount=${elsewhere.digest}&from=${from}`});
		if (isRegistryError(mounted) || mounted.status === 201) {
			return isRegistryError(mounted) ? mounted : {status: `Mounted from ${from}`, source: {...elsewhere, repository}};
		}
	}

	const blob = makeBlob(mediaTypes.docker.layer, gzip(layer.tar));
	const problem = yield * upload(registry, reference.path, blob);
	return problem ?? {status: 'Pushed', source: {repository, digest: blob.digest, mediaType: blob.mediaType, sizeBytes: blob.bytes.length, transferSizeBytes: blob.transferSizeBytes}};
}

/** Begins an upload, sends the bytes, and ends it with their digest. */
function * upload(registry: HttpRegistry, repository: string, blob: Blob): Work<RegistryError | undefined> {
	const begun = yield * registry.ask({method: 'POST', path: `/v2/${repository}/blobs/uploads/`});
	if (isRegistryError(begun) || begun.status !== 202) {
		return isRegistryError(begun) ? begun : refusedPush(begun);
	}

	const binary: readonly Header[] = [['Content-Type', 'application/octet-stream']];
	const sent = yield * registry.ask({method: 'PATCH', path: headerOf(begun.headers, 'Location') ?? '', headers: binary, body: blob.bytes});
	// Each answer tells where to go on.
	const ended = isRegistryError(sent) ? sent : yield * registry.ask({method: 'PUT', path: withDigest(headerOf(sent.headers, 'Location') ?? '', blob.digest)});
	if (isRegistryError(ended)) {
		return ended;
	}

	return ended.status === 201 ? undefined : refusedPush(ended);
}

function refusedPush(answer: Answer): RegistryError {
	return {kind: 'registry-error', status: 500, message: reasonOf(answer)};
}

function withDigest(location: string, digest: string): string {
	return `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`;
}
