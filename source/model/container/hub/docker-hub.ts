// The built-in, offline Docker Hub: a registry whose repositories are the recipes of this folder. Layers are built when somebody asks
// for them and remembered; they depend on nothing but the recipe, so every world sees the same digests.
//
// Simplified: repositories that exist on the real Docker Hub but not here are answered like repositories that do not exist.

import {digestOf, type Digest} from '../../../base/digest.js';
import {encodeText} from '../../../base/bytes.js';
import {gzip} from '../../../base/gzip.js';
import {armContent} from '../../kernel/executable.js';
import {encodeDocument} from '../image-document.js';
import {type LayerTree, tarOfTree} from '../layer-tree.js';
import {makeBlob, makeIndex, makeManifest, mediaTypes} from '../manifest.js';
import {hostPlatform, type Platform} from '../platform.js';
import type {Registry, RegistryError} from '../registry.js';
import type {Blob, DiffId, History, ImageDocument} from '../schema.js';
import {alpine318, alpine319, alpine320, busybox136, busyboxLatest} from './base-busybox.js';
import {debianBookworm, debianBookwormSlim, ubuntuFocal, ubuntuJammy, ubuntuNoble} from './base-debian.js';
import {centos7, centos8} from './base-red-hat.js';
import {languageImages} from './languages.js';
import {nginxImages} from './nginx.js';
import {buildLayer, type ImageRecipe, isLayer, type LayerRecipe} from './recipe.js';
import {serverImages} from './servers.js';

export const hubImages: readonly ImageRecipe[] = [
	busyboxLatest, busybox136, alpine320, alpine319, alpine318, debianBookworm, debianBookwormSlim, ubuntuNoble, ubuntuJammy, ubuntuFocal, centos7, centos8,
	...nginxImages, ...serverImages, ...languageImages,
];

const byName = new Map(hubImages.flatMap(recipe => recipe.tags.map(tag => [`${recipe.repository}:${tag}`, recipe] as const)));
const repositories = new Set(hubImages.map(recipe => recipe.repository));

type BuiltLayer = {readonly diff: DiffId; readonly blob: Blob};
type BuiltImage = {readonly recipe: ImageRecipe; readonly manifest: Blob; readonly blobs: readonly Blob[]};

/** Every image is there for two kinds of machines; for ARM its programs are other ones, the rest of its files the same. */
const amd64 = hostPlatform;
const arm64: Platform = {os: 'linux', architecture: 'arm64', variant: 'v8'};

const layers = new Map<LayerRecipe, BuiltLayer>();
const armLayers = new Map<LayerRecipe, BuiltLayer>();
const images = new Map<ImageRecipe, BuiltImage>();
const armImages = new Map<ImageRecipe, BuiltImage>();
const indexes = new Map<ImageRecipe, Blob>();
/** What has been handed out a manifest for: the blobs that can be asked for. */
const blobs = new Map<Digest, Blob>();

function builtLayer(recipe: LayerRecipe, created: string, platform: Platform): BuiltLayer {
	const known = platform === arm64 ? armLayers : layers;
	let layer = known.get(recipe);
	if (layer === undefined) {
		const tree = buildLayer(recipe, created);
		const armTree = platform === arm64 ? treeForArm(tree) : undefined;
		layer = platform === arm64 && armTree === undefined ? builtLayer(recipe, created, amd64) : newLayer(armTree ?? tree, recipe);
		known.set(recipe, layer);
	}

	return layer;
}

function newLayer(tree: LayerTree, {transferSizeBytes}: LayerRecipe): BuiltLayer {
	const tar = tarOfTree(tree);
	return {diff: digestOf(tar) as DiffId, blob: makeBlob(mediaTypes.oci.layer, gzip(tar), transferSizeBytes)};
}

/** Undefined if no program is in the layer. */
function treeForArm(tree: LayerTree): LayerTree | undefined {
	const changed = [...tree].flatMap(([node, inode]) => {
		const content = inode.type === 'file' ? armContent(inode.content) : undefined;
		return content === undefined ? [] : [[node, {...inode, content}] as const];
	});
	return changed.length === 0 ? undefined : new Map([...tree, ...changed]);
}

/** The recipe and those below it, lowest first. */
function lineage(recipe: ImageRecipe): readonly ImageRecipe[] {
	return recipe.base === undefined ? [recipe] : [...lineage(recipe.base), recipe];
}

function documentOf(recipe: ImageRecipe, diffs: readonly DiffId[], {architecture, variant}: Platform): ImageDocument {
	const history = lineage(recipe).flatMap(({created, steps}) => steps.map((step): History => ({
		created, created_by: step.createdBy, ...step.comment !== undefined && {comment: step.comment}, ...!isLayer(step) && {empty_layer: true},
	})));
	return {
		architecture, config: recipe.config, created: recipe.created, history, os: 'linux', rootfs: {type: 'layers', diff_ids: diffs}, ...variant !== '' && {variant},
		...recipe.isClassic === true && {container_config: recipe.config, docker_version: '24.0.7'},
	};
}

/** The manifest and blobs of an image, built at the first call. */
export function buildHubImage(recipe: ImageRecipe, platform: Platform = amd64): BuiltImage {
	const known = platform === arm64 ? armImages : images;
	let image = known.get(recipe);
	if (image === undefined) {
		const stack = lineage(recipe).flatMap(({created, steps}) => steps.filter(isLayer).map(step => builtLayer(step, created, platform)));
		const config = makeBlob(mediaTypes.oci.config, encodeDocument(documentOf(recipe, stack.map(layer => layer.diff), platform), recipe.isClassic === true ? 'docker' : 'oci'));
		const describe = (blob: Blob) => ({mediaType: blob.mediaType, digest: blob.digest, sizeBytes: blob.bytes.length});
		const manifest = makeManifest('oci', describe(config), stack.map(layer => describe(layer.blob)));
		image = {recipe, manifest, blobs: [config, ...stack.map(layer => layer.blob)]};
		known.set(recipe, image);
		for (const blob of [manifest, ...image.blobs]) {
			blobs.set(blob.digest, blob);
		}
	}

	return image;
}

/** What a tag stands for: the image for all platforms. */
function indexOf(recipe: ImageRecipe): Blob {
	let index = indexes.get(recipe);
	if (index === undefined) {
		index = makeIndex([amd64, arm64].map(platform => ({platform, manifest: buildHubImage(recipe, platform).manifest})));
		indexes.set(recipe, index);
	}

	return index;
}

/** `redis` for `library/redis`. */
function familiar(repository: string): string {
	return repository.replace(/^library\//v, '');
}

function accessDenied(repository: string): RegistryError {
	return {
		kind: 'registry-error', status: 404,
		message: `pull access denied for ${familiar(repository)}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`,
	};
}

function manifestUnknown(repository: string, tagOrDigest: string): RegistryError {
	const separator = tagOrDigest.includes(':') ? '@' : ':';
	return {kind: 'registry-error', status: 404, message: `manifest for ${familiar(repository)}${separator}${tagOrDigest} not found: manifest unknown: manifest unknown`};
}

/** The index of a tag, or the index or manifest of a digest. */
function findManifest(repository: string, tagOrDigest: string): Blob | undefined {
	const named = byName.get(`${repository}:${tagOrDigest}`);
	if (named !== undefined || !tagOrDigest.startsWith('sha256:')) {
		return named === undefined ? undefined : indexOf(named);
	}

	for (const recipe of hubImages.filter(candidate => candidate.repository === repository)) {
		const found = [indexOf(recipe), buildHubImage(recipe, amd64).manifest, buildHubImage(recipe, arm64).manifest].find(({digest}) => digest === tagOrDigest);
		if (found !== undefined) {
			return found;
		}
	}

	return undefined;
}

const blobUnknown: RegistryError = {kind: 'registry-error', status: 404, message: 'blob unknown: blob unknown to registry'};

export const dockerHub: Registry = {
	* resolve(repository, tagOrDigest) {
		return repositories.has(repository) ? findManifest(repository, tagOrDigest) ?? manifestUnknown(repository, tagOrDigest) : accessDenied(repository);
	},
	* blob(_repository, digest) {
		return blobs.get(digest) ?? blobUnknown;
	},
};

const windows: Platform = {os: 'windows', architecture: 'amd64', variant: ''};
const microsoftRepositories = new Map(['windows/nanoserver', 'windows/servercore', 'windows/server'].map(name => [name, ['ltsc2022', 'ltsc2025']]));

/**
 * Microsoft's registry, mcr.microsoft.com, with its images of Windows, which no engine on Linux can use.
 * Simplified: their manifests name no layers, since nobody gets as far as those.
 */
export const microsoftRegistry: Registry = {
	* resolve(repository, tagOrDigest) {
		if (microsoftRepositories.get(repository)?.includes(tagOrDigest) !== true) {
			return {kind: 'registry-error', status: 404, message: `manifest for mcr.microsoft.com/${repository}${tagOrDigest.includes(':') ? '@' : ':'}${tagOrDigest} not found: manifest unknown: manifest tagged by "${tagOrDigest}" is not found`};
		}

		const config = makeBlob(mediaTypes.docker.config, encodeText(`{"architecture":"amd64","os":"windows","rootfs":{"type":"layers","diff_ids":[]},"comment":"${repository}:${tagOrDigest}"}`));
		return makeIndex([{platform: windows, manifest: makeManifest('docker', {mediaType: config.mediaType, digest: config.digest, sizeBytes: config.bytes.length}, [])}]);
	},
	* blob() {
		return blobUnknown;
	},
};
