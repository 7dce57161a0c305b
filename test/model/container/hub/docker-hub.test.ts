import {expect, test} from 'vitest';
import {decodeText} from '../../../../source/base/bytes.js';
import {gunzip} from '../../../../source/base/gzip.js';
import {digestOf} from '../../../../source/base/digest.js';
import {buildHubImage, dockerHub, hubImages} from '../../../../source/model/container/hub/docker-hub.js';
import type {ImageDocument} from '../../../../source/model/container/schema.js';
import {buildLayer, isLayer, type ImageRecipe} from '../../../../source/model/container/hub/recipe.js';
import {treeOfTar, treeSizeBytes} from '../../../../source/model/container/layer-tree.js';

function image(name: string): ImageRecipe {
	const [repository, tag] = name.split(':');
	return hubImages.find(recipe => recipe.repository === `library/${repository}` && recipe.tags.includes(tag ?? 'latest'))!;
}

function sizeBytes(recipe: ImageRecipe): number {
	const own = recipe.steps.filter(isLayer).reduce((sum, step) => sum + treeSizeBytes(buildLayer(step, recipe.created)), 0);
	return own + (recipe.base === undefined ? 0 : sizeBytes(recipe.base));
}

/** go-units' HumanSizeWithPrecision(size, 3), as `docker images` prints it. */
function listed(bytes: number): string {
	const units = ['B', 'kB', 'MB', 'GB'];
	let size = bytes;
	let unit = 0;
	while (size >= 1000 && unit < 3) {
		size /= 1000;
		unit++;
	}

	return `${Number(size.toPrecision(3))}${units[unit]}`;
}

test.each([
	['busybox', '4.28MB'], ['busybox:1.36', '4.26MB'], ['alpine', '7.8MB'], ['alpine:3.20', '7.8MB'], ['alpine:3.19', '7.4MB'], ['ubuntu:22.04', '77.9MB'], ['ubuntu', '78.1MB'], ['debian', '117MB'], ['debian:12', '117MB'], ['debian:bookworm-slim', '74.8MB'],
	['centos', '231MB'], ['centos:7', '204MB'], ['nginx', '192MB'], ['nginx:alpine', '47MB'], ['httpd', '148MB'], ['redis', '117MB'], ['redis:7', '117MB'], ['redis:alpine', '41.4MB'], ['mysql', '603MB'], ['mysql:8', '591MB'],
	['node:22', '1.12GB'], ['node:20', '1.1GB'], ['node:22-alpine', '155MB'], ['python:3.12', '1.01GB'], ['python:3.12-slim', '125MB'], ['hello-world', '13.3kB'], ['registry:2', '25.4MB'],
])('docker images lists %s with %s', (name, size) => {
	expect(listed(sizeBytes(image(name)))).toBe(size);
});

test('digests are those of the bytes, and the layers unpack to what the recipe says', () => {
	const {manifest, blobs} = buildHubImage(image('nginx'));
	expect(manifest.digest).toBe(digestOf(manifest.bytes));
	const document = JSON.parse(decodeText(blobs[0]!.bytes)) as ImageDocument;
	expect(document.rootfs.diff_ids.length).toBe(7);
	expect(document.history.filter(entry => entry.empty_layer !== true).length).toBe(7);
	for (const [index, blob] of blobs.slice(1).entries()) {
		expect(blob.digest).toBe(digestOf(blob.bytes));
		const tar = gunzip(blob.bytes) as Uint8Array;
		expect(digestOf(tar)).toBe(document.rootfs.diff_ids[index]);
		expect('error' in treeOfTar(tar)).toBe(false);
	}
});

test('images on the same base share its layer', () => {
	const base = (name: string) => buildHubImage(image(name)).blobs[1]!.digest;
	expect(new Set([base('debian:bookworm-slim'), base('nginx'), base('httpd'), base('redis'), base('python:3.12-slim')]).size).toBe(1);
	expect(base('nginx:alpine')).toBe(base('alpine:3.20'));
	expect(base('nginx')).not.toBe(base('debian'));
});

test('what is not there is refused in the words of dockerd', () => {
	expect(dockerHub.resolve('library/nosuch', 'latest').next().value).toEqual({
		kind: 'registry-error', status: 404, message: "pull access denied for nosuch, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
	});
	expect(dockerHub.resolve('library/nginx', '0.1').next().value).toMatchObject({message: 'manifest for nginx:0.1 not found: manifest unknown: manifest unknown'});
	const {manifest} = buildHubImage(image('alpine'));
	expect(dockerHub.resolve('library/alpine', manifest.digest).next().value).toBe(manifest);
});

test('no two images claim the same tag', () => {
	const names = hubImages.flatMap(recipe => recipe.tags.map(tag => `${recipe.repository}:${tag}`));
	expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
