// The built-in, offline Docker Hub: a registry whose repositories are the recipes of this folder. Layers are built when somebody asks
// for them and remembered; they depend on nothing but the recipe, so every world sees the same digests.
//
// Simplified: repositories that exist on the real Docker Hub but not here are answered like repositories that do not exist.

import {digestOf, type Digest} from '../../../base/digest.js';
import {gzip} from '../../../base/gzip.js';
import {encodeDocument} from '../image-document.js';
import {tarOfTree} from '../layer-tree.js';
import {makeBlob, makeManifest, mediaTypes} from '../manifest.js';
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

const layers = new Map<LayerRecipe, BuiltLayer>();
const images = new Map<ImageRecipe, BuiltImage>();
/** What has been handed out a manifest for: the blobs that can be asked for. */
const blobs = new Map<Digest, Blob>();

function builtLayer(recipe: LayerRecipe, created: string): BuiltLayer {
	let layer = layers.get(recipe);
	if (layer === undefined) {
		const tar = tarOfTree(buildLayer(recipe, created));
		layer = {diff: digestOf(tar) as DiffId, blob: makeBlob(mediaTypes.oci.layer, gzip(tar), recipe.transferSizeBytes)};
		layers.set(recipe, layer);
	}

	return layer;
}

/** The recipe and those below it, lowest first. */
function lineage(recipe: ImageRecipe): readonly ImageRecipe[] {
	return recipe.base === undefined ? [recipe] : [...lineage(recipe.base), recipe];
}

function documentOf(recipe: ImageRecipe, diffs: readonly DiffId[]): ImageDocument {
	const history = lineage(recipe).flatMap(({created, steps}) => steps.map((step): History => ({
		created, created_by: step.createdBy, ...step.comment !== undefined && {comment: step.comment}, ...!isLayer(step) && {empty_layer: true},
	})));
	return {
		architecture: 'amd64', config: recipe.config, created: recipe.created, history, os: 'linux', rootfs: {type: 'layers', diff_ids: diffs},
		...recipe.isClassic === true && {container_config: recipe.config, docker_version: '24.0.7'},
	};
}

/** The manifest and blobs of an image, built at the first call. */
export function buildHubImage(recipe: ImageRecipe): BuiltImage {
	let image = images.get(recipe);
	if (image === undefined) {
		const stack = lineage(recipe).flatMap(({created, steps}) => steps.filter(isLayer).map(step => builtLayer(step, created)));
		const config = makeBlob(mediaTypes.oci.config, encodeDocument(documentOf(recipe, stack.map(layer => layer.diff)), recipe.isClassic === true ? 'docker' : 'oci'));
		const describe = (blob: Blob) => ({mediaType: blob.mediaType, digest: blob.digest, sizeBytes: blob.bytes.length});
		const manifest = makeManifest('oci', describe(config), stack.map(layer => describe(layer.blob)));
		image = {recipe, manifest, blobs: [config, ...stack.map(layer => layer.blob)]};
		images.set(recipe, image);
		for (const blob of [manifest, ...image.blobs]) {
			blobs.set(blob.digest, blob);
		}
	}

	return image;
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

function findRecipe(repository: string, tagOrDigest: string): ImageRecipe | undefined {
	const named = byName.get(`${repository}:${tagOrDigest}`);
	if (named !== undefined || !tagOrDigest.startsWith('sha256:')) {
		return named;
	}

	return hubImages.find(recipe => recipe.repository === repository && buildHubImage(recipe).manifest.digest === tagOrDigest);
}

export const dockerHub: Registry = {
	* resolve(repository, tagOrDigest) {
		if (!repositories.has(repository)) {
			return accessDenied(repository);
		}

		const recipe = findRecipe(repository, tagOrDigest);
		return recipe === undefined ? manifestUnknown(repository, tagOrDigest) : buildHubImage(recipe).manifest;
	},
	* blob(repository, digest) {
		return blobs.get(digest) ?? {kind: 'registry-error', status: 404, message: 'blob unknown: blob unknown to registry'};
	},
};
