import {expect, test} from 'vitest';
import {nowNs, secondNs} from '../../../source/base/clock.js';
import {dockerHub} from '../../../source/model/container/hub/docker-hub.js';
import {commitImage} from '../../../source/model/container/image-commit.js';
import {removeImage} from '../../../source/model/container/image-removal.js';
import {findImage, historyOf, isImageError, repoNames, tagImage} from '../../../source/model/container/image-store.js';
import {addLayer, layerStack, layerOfFileSystem, type Store} from '../../../source/model/container/layer-store.js';
import {makeTreeFileSystem} from '../../../source/model/container/layer-store.js';
import {TreeBuilder} from '../../../source/model/container/layer-tree.js';
import {topChain} from '../../../source/model/container/image-store.js';
import {type ProgressMessage, pullImage} from '../../../source/model/container/pull.js';
import {isReferenceError, parseReference} from '../../../source/model/container/reference.js';
import {isRegistryError} from '../../../source/model/container/registry.js';
import type {Image, Layer} from '../../../source/model/container/schema.js';
import {finish, newStore} from './drive.js';

function pull(store: Store, name: string): {readonly image: Image; readonly lines: readonly string[]} {
	const messages: ProgressMessage[] = [];
	const reference = parseReference(name);
	if (isReferenceError(reference)) {
		throw new Error(reference.message);
	}

	const image = finish(store, pullImage(store, dockerHub, reference, message => messages.push(message)));
	if (isRegistryError(image)) {
		throw new Error(image.message);
	}

	return {image, lines: messages.filter(message => message.progress === undefined).map(({id, status}) => id === undefined ? status : `${id}: ${status}`)};
}

function layerIn(...args: Parameters<typeof layerOfFileSystem>): Layer {
	const layer = layerOfFileSystem(...args);
	if ('error' in layer) {
		throw new Error(layer.error);
	}

	return layer;
}

const noUsers = {force: false, prune: true, users: [], chainsInUse: []};

test('the first pull fetches, the second finds everything, a shared base is not fetched again', () => {
	const store = newStore();
	const {image, lines} = pull(store, 'nginx');
	expect(lines.filter(line => line.endsWith('Pull complete')).length).toBe(7);
	expect(lines[0]).toBe('latest: Pulling from library/nginx');
	expect(lines.at(-1)).toBe('Status: Downloaded newer image for nginx:latest');
	expect(image.sizeBytes).toBeGreaterThan(191_000_000);
	expect(nowNs(store.tx) / secondNs).toBeGreaterThan(5);
	expect(pull(store, 'nginx').lines.at(-1)).toBe('Status: Image is up to date for nginx:latest');
	const redis = pull(store, 'redis:7').lines;
	expect(redis.filter(line => line.endsWith('Already exists')).length).toBe(1);
	expect(store.tx.table('layer:1').size).toBe(7 + 4);
	expect(store.tx.trace.filter(event => event.kind === 'layer-add').length).toBe(11);
});

test('a pulled image is found by name, tag, id and digest', () => {
	const store = newStore();
	const {image} = pull(store, 'alpine:3.20');
	const {tags, digests} = repoNames(store, image.id);
	expect(tags).toEqual(['alpine:3.20']);
	for (const text of ['alpine:3.20', 'docker.io/library/alpine:3.20', image.id, image.id.slice(7), image.id.slice(7, 19), digests[0]!]) {
		expect(findImage(store, text)).toBe(image);
	}

	expect(findImage(store, 'alpine')).toEqual({status: 404, message: 'No such image: alpine:latest'});
	expect(findImage(store, 'BAD:x')).toEqual({status: 400, message: 'invalid reference format: repository name (library/BAD) must be lowercase'});
});

test('history counts each layer once and names no image below a pulled one', () => {
	const store = newStore();
	const {image} = pull(store, 'busybox');
	expect(historyOf(store, image)).toEqual([
		{id: image.id, created: '2024-09-26T21:31:42Z', createdBy: 'BusyBox 1.37.0 (glibc), Debian 12', sizeBytes: 4_277_000, comment: '', tags: ['busybox:latest']},
	]);
});

test('rmi takes names first, then the image with the layers that nobody else has', () => {
	const store = newStore();
	const nginx = pull(store, 'nginx').image;
	pull(store, 'redis');
	expect(tagImage(store, 'nginx', 'web:1')).toBeUndefined();
	expect(removeImage(store, 'web:1', noUsers)).toEqual([{Untagged: 'web:1'}]);
	const removals = removeImage(store, 'nginx', noUsers);
	if (isImageError(removals)) {
		throw new Error(removals.message);
	}

	expect(removals.map(removal => Object.keys(removal)[0])).toEqual(['Untagged', 'Untagged', 'Deleted', 'Deleted', 'Deleted', 'Deleted', 'Deleted', 'Deleted', 'Deleted']);
	expect(removals[2]).toEqual({Deleted: nginx.id});
	expect(isImageError(findImage(store, 'redis'))).toBe(false);
	expect(store.tx.table('image:1').size).toBe(1);
});

test('rmi refuses what is used, in the words of dockerd', () => {
	const store = newStore();
	const {image} = pull(store, 'busybox');
	const short = image.id.slice(7, 19);
	const users = [{container: 'c0ffee'.padEnd(64, '0'), image: image.id, isRunning: false}];
	expect(removeImage(store, 'busybox', {...noUsers, users})).toEqual({
		status: 409, message: `conflict: unable to remove repository reference "busybox" (must force) - container c0ffee000000 is using its referenced image ${short}`,
	});
	expect(removeImage(store, short, {...noUsers, users: [{...users[0]!, isRunning: true}], force: true})).toEqual({
		status: 409, message: `conflict: unable to delete ${short} (cannot be forced) - image is being used by running container c0ffee000000`,
	});
	expect(tagImage(store, 'busybox', 'other')).toBeUndefined();
	expect(removeImage(store, short, noUsers)).toEqual({status: 409, message: `conflict: unable to delete ${short} (must be forced) - image is referenced in multiple repositories`});
	expect(removeImage(store, 'nosuch', noUsers)).toEqual({status: 404, message: 'No such image: nosuch:latest'});
});

test('a commit adds a layer and an entry of history; an empty one only the entry', () => {
	const store = newStore();
	const {image} = pull(store, 'busybox');
	const tree = new TreeBuilder();
	tree.add(['etc', 'motd'], {type: 'file', mode: 0o644, timeUs: 0});
	const layer = layerIn(store, topChain(image), makeTreeFileSystem(store.tx, tree.finish()));
	const child = commitImage(store, {parent: image, chain: layer.chain, config: image.document.config, containerConfig: {Cmd: ['sh']}, container: 'c'.repeat(64), comment: 'msg'});
	expect(child.document.rootfs.diff_ids.length).toBe(2);
	expect(child.document.history.at(-1)).toMatchObject({created_by: 'sh', comment: 'msg'});
	const empty = layerIn(store, topChain(child), makeTreeFileSystem(store.tx, new TreeBuilder().finish()));
	const grandchild = commitImage(store, {parent: child, chain: empty.chain, config: image.document.config, containerConfig: {Cmd: ['true']}});
	expect(grandchild.document.rootfs.diff_ids.length).toBe(2);
	expect(grandchild.document.history.at(-1)).toMatchObject({empty_layer: true});
	expect(historyOf(store, grandchild).map(row => row.id)).toEqual([grandchild.id, child.id, image.id]);
	const removals = removeImage(store, grandchild.id, noUsers);
	expect(removals).toEqual([{Deleted: grandchild.id}, {Deleted: empty.chain}, {Deleted: child.id}, {Deleted: layer.chain}]);
	expect(layerStack(store, topChain(image)).length).toBe(1);
});

test('an archive with a wrong end is refused as a layer', () => {
	const store = newStore();
	expect(addLayer(store, {parent: undefined, tar: new Uint8Array(700).fill(65)})).toEqual({error: 'archive/tar: invalid tar header'});
});
