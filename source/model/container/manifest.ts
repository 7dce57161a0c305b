// Manifests: which config and which compressed layers make an image. Docker's schema 2 and the OCI form differ in media types and
// in which writer they come from: dockerd pushes schema 2 (indented by three spaces), Docker Hub's official images are OCI.
// Source: distribution/distribution manifest/schema2; OCI image-spec manifest.md.
//
// Simplified: Docker Hub answers a tag with an index of platforms; ours answers with the linux/amd64 manifest itself.

import {decodeUtf8, encodeText} from '../../base/bytes.js';
import {digestOf, isDigest, type Digest} from '../../base/digest.js';
import {encodeJson} from '../../base/json.js';
import type {Blob} from './schema.js';

export type Descriptor = {readonly mediaType: string; readonly size: number; readonly digest: Digest};

export type Manifest = {readonly schemaVersion: 2; readonly mediaType: string; readonly config: Descriptor; readonly layers: readonly Descriptor[]};

export type ManifestStyle = 'docker' | 'oci';

export const mediaTypes = {
	docker: {
		manifest: 'application/vnd.docker.distribution.manifest.v2+json',
		config: 'application/vnd.docker.container.image.v1+json',
		layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
	},
	oci: {
		manifest: 'application/vnd.oci.image.manifest.v1+json',
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
