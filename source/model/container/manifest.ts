// Manifests: which config and which compressed layers make an image. Docker's schema 2 and the OCI form differ in media types and
// in which writer they come from: dockerd pushes schema 2 (indented by three spaces), Docker Hub's official images are OCI. An index
// names the manifests of one image for several machines; it is what a tag of Docker Hub stands for.
// Source: distribution/distribution manifest/schema2; OCI image-spec manifest.md, image-index.md.

import {decodeUtf8, encodeText} from '../../base/bytes.js';
import {digestOf, isDigest, type Digest} from '../../base/digest.js';
import {encodeJson, isJsonObject, type Json, parseJson} from '../../base/json.js';
import type {Platform} from './platform.js';
import type {Blob} from './schema.js';

export type Descriptor = {readonly mediaType: string; readonly size: number; readonly digest: Digest};

export type Manifest = {readonly schemaVersion: 2; readonly mediaType: string; readonly config: Descriptor; readonly layers: readonly Descriptor[]};

export type ManifestStyle = 'docker' | 'oci';

export const mediaTypes = {
	docker: {
		manifest: 'application/vnd.docker.distribution.manifest.v2+json',
		index: 'application/vnd.docker.distribution.manifest.list.v2+json',
		config: 'application/vnd.docker.container.image.v1+json',
		layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
	},
	oci: {
		manifest: 'application/vnd.oci.image.manifest.v1+json',
		index: 'application/vnd.oci.image.index.v1+json',
		config: 'application/vnd.oci.image.config.v1+json',
		layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
		plainLayer: 'application/vnd.oci.image.layer.v1.tar',
	},
} as const;

export function makeBlob(mediaType: string, bytes: Uint8Array, transferSizeBytes = bytes.length): Blob {
	return {digest: digestOf(bytes), mediaType, bytes, transferSizeBytes};
}

type DescribedBlob = {readonly mediaType: string; readonly digest: Digest; readonly sizeBytes: number};

/** The manifest of a config and layers, lowest first, as the style's writer would write it. */
export function makeManifest(style: ManifestStyle, config: DescribedBlob, layers: readonly DescribedBlob[]): Blob {
	const types = mediaTypes[style];
	const describe = ({mediaType, digest, sizeBytes}: DescribedBlob) => style === 'docker'
		? {mediaType, size: sizeBytes, digest}
		: {mediaType, digest, size: sizeBytes};
	const manifest = {schemaVersion: 2, mediaType: types.manifest, config: describe(config), layers: layers.map(describe)};
	return makeBlob(types.manifest, encodeText(style === 'docker' ? JSON.stringify(manifest, undefined, 3) : encodeJson(manifest)));
}

export type IndexEntry = Descriptor & {readonly platform: Platform};

/** The index of manifests, as Docker Hub's builders write it. */
export function makeIndex(entries: ReadonlyArray<{readonly manifest: Blob; readonly platform: Platform}>): Blob {
	const manifests = entries.map(({manifest: {mediaType, digest, bytes}, platform: {os, architecture, variant}}) => ({
		digest, mediaType, platform: {architecture, os, ...variant !== '' && {variant}}, size: bytes.length,
	}));
	return makeBlob(mediaTypes.oci.index, encodeText(encodeJson({manifests, mediaType: mediaTypes.oci.index, schemaVersion: 2})));
}

/** The entries of an index; undefined for a manifest. Entries that say no platform fit none. */
export function parseIndex({mediaType, bytes}: Blob): readonly IndexEntry[] | undefined {
	const parsed = parseJson(decodeUtf8(bytes) ?? '');
	const value = 'error' in parsed || !isJsonObject(parsed.value) ? {} : parsed.value;
	if (![mediaTypes.docker.index, mediaTypes.oci.index].includes(String(value['mediaType'] ?? mediaType) as typeof mediaTypes.oci.index) || !Array.isArray(value['manifests'])) {
		return undefined;
	}

	return (value['manifests'] as readonly Json[]).flatMap(item => {
		const {digest, size, mediaType: type, platform} = isJsonObject(item) ? item : {};
		return typeof digest === 'string' && isDigest(digest) && typeof size === 'number'
			? [{digest, size, mediaType: String(type), platform: {os: textIn(platform, 'os'), architecture: textIn(platform, 'architecture'), variant: textIn(platform, 'variant')}}]
			: [];
	});
}

function textIn(value: Json | undefined, name: string): string {
	const text = isJsonObject(value) ? value[name] : undefined;
	return typeof text === 'string' ? text : '';
}

export function parseManifest(bytes: Uint8Array): Manifest | {readonly error: string} {
	let value: unknown;
	try {
		value = JSON.parse(decodeUtf8(bytes) ?? '');
	} catch {
		return {error: 'manifest invalid: manifest invalid'};
	}

	const manifest = value as Partial<Manifest> | null;
	const isDescriptor = (item: unknown): boolean => {
		const descriptor = item as Partial<Descriptor> | null | undefined;
		return typeof descriptor?.digest === 'string' && isDigest(descriptor.digest) && Number.isSafeInteger(descriptor.size);
	};

	return typeof manifest === 'object' && manifest?.schemaVersion === 2 && isDescriptor(manifest.config) && Array.isArray(manifest.layers) && manifest.layers.every(isDescriptor)
		? manifest as Manifest
		: {error: 'manifest invalid: manifest invalid'};
}
