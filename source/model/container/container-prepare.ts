// What a new container gets on its host before it is ever started: a directory of its own, the directories of its volumes, and in empty
// volumes what the image has at their place. Source: moby/moby daemon/create_unix.go, container/container_unix.go CopyImagePathContent.

import {failed, type Failure} from '../kernel/errno.js';
import type {FsContext} from '../kernel/filesystem.js';
import type {FsId, NodeId} from '../kernel/file-types.js';
import {resolve, typeOf} from '../kernel/vfs.js';
import {containerDirectory} from './container-view.js';
import {externalServers, hostsText, makeDirectories, resolvText, writeFile} from './container-files.js';
import {makeMerged, readTextFile} from './container-filesystem.js';
import {linkedHosts} from './container-link.js';
import type {Container, MountPoint} from './container-schema.js';
import {hostGateway} from './docker-network.js';
import {setUpstream} from './endpoint.js';
import {changeContainer, getContainer} from './container-store.js';
import {engineError, type EngineError, isEngineError} from './engine.js';
import {type EngineHost, fsContext, hostCaller, type Work} from './engine-host.js';
import {mountVolume, unmountVolume, volumeSource} from './volume-mount.js';

/** Answers why the container could not be made after all. */
export function * prepareContainer(host: EngineHost, container: Container): Work<EngineError | undefined> {
	makeDirectories(host.process, containerDirectory(container), 0o710);
	for (const mount of container.mounts) {
		if (mount.type === 'volume') {
			makeDirectories(host.process, mount.source, 0o755);
			const problem = mount.noCopy ? undefined : populate(host, container, mount);
			if (problem !== undefined) {
				return problem;
			}
		}
	}

	return undefined;
}

/** Copies into the volume what the image has at its place, if it has anything there. */
function populate(host: EngineHost, container: Container, mount: MountPoint): EngineError | undefined {
	const from = imageDirectory(host, container, mount.destination);
	const volume = from === undefined ? undefined : host.tx.get(`volume:${host.engine}`, mount.name ?? '');
	if (from === undefined || volume === undefined) {
		return undefined;
	}

	const problem = mountVolume(host, volume, container.id);
	if (problem !== undefined) {
		return engineError(problem.status, `failed to populate volume: ${problem.message}`);
	}

	const source = volumeSource(host, mount);
	if (!isEngineError(source)) {
		fillVolume(host, from, source);
	}

	unmountVolume(host, volume.name, container.id);
	return undefined;
}

function imageDirectory(host: EngineHost, container: Container, destination: string): Directory | undefined {
	const context = fsContext(host);
	const {layer} = getContainer(host, container.id) ?? container;
	const merged = layer.merged ?? makeMerged(context, host, container);
	changeContainer(host, container.id, {layer: {...layer, merged}});
	return lookUp(context, merged, destination);
}

/** Writes /etc/hosts again after the container's addresses have changed, and resolv.conf if it has come to its first user-defined network. */
export function * refreshNetworkFiles(host: EngineHost, container: Container): Work<void> {
	const directory = containerDirectory(container);
	const hostFile = readTextFile(hostCaller(host), '/etc/resolv.conf') ?? '';
	setUpstream(host, container, externalServers(container, hostFile));
	yield * writeFile(host.process, `${directory}/hosts`, hostsText(container, {hostGateway: hostGateway(host), links: linkedHosts(host, container)}));
	if (container.endpoints.some(({dnsNames}) => dnsNames !== null)) {
		yield * writeFile(host.process, `${directory}/resolv.conf`, resolvText(container, hostFile));
	}
}

type Directory = {readonly fs: FsId; readonly node: NodeId};

/** Copies what the image has at the mount point into a volume that is empty. */
function fillVolume(host: EngineHost, from: Directory, source: string): void {
	const context = fsContext(host);
	const target = resolve(hostCaller(host), source, true);
	if (failed(target)) {
		return;
	}

	const existing = typeOf(context, target.fs).entries(context, target.fs, target.place.node);
	if (failed(existing) || existing.length > 0) {
		return;
	}

	copyDirectory(context, from, {fs: target.fs, node: target.place.node});
}

/** A directory by its path from the root of a filesystem; symbolic links are not followed. */
function lookUp(context: FsContext, fs: FsId, path: string): Directory | undefined {
	const type = typeOf(context, fs);
	let node = type.root(context, fs);
	for (const name of path.split('/').filter(part => part !== '')) {
		const next: NodeId | Failure = type.lookup(context, fs, node, name);
		if (failed(next)) {
			return undefined;
		}

		node = next;
	}

	const attributes = type.attributes(context, fs, node);
	return failed(attributes) || attributes.type !== 'directory' ? undefined : {fs, node};
}

function copyDirectory(context: FsContext, from: Directory, to: Directory): void {
	const source = typeOf(context, from.fs);
	const target = typeOf(context, to.fs);
	const entries = source.entries(context, from.fs, from.node);
	copyAttributes(context, from, to);
	for (const entry of failed(entries) ? [] : entries) {
		const attributes = source.attributes(context, from.fs, entry.node);
		if (failed(attributes)) {
			continue;
		}

		const {type, mode, uid, gid, rdev} = attributes;
		const link = type === 'symlink' ? source.readlink(context, from.fs, entry.node) : undefined;
		const made = target.create(context, to.fs, to.node, entry.name, {type, mode, uid, gid, rdev, ...(link === undefined || failed(link) ? {} : {target: link.target})});
		if (failed(made)) {
			continue;
		}

		const copy: Directory = {fs: to.fs, node: made};
		if (type === 'directory') {
			copyDirectory(context, {fs: from.fs, node: entry.node}, copy);
		} else if (type === 'file') {
			copyContent(context, {fs: from.fs, node: entry.node}, copy, attributes.sizeBytes);
			copyAttributes(context, {fs: from.fs, node: entry.node}, copy);
		}
	}
}

function copyContent(context: FsContext, from: Directory, to: Directory, sizeBytes: number): void {
	const bytes = typeOf(context, from.fs).read(context, from.fs, from.node, 0, sizeBytes);
	if (!failed(bytes)) {
		typeOf(context, to.fs).write(context, to.fs, to.node, 0, bytes);
	}
}

function copyAttributes(context: FsContext, from: Directory, to: Directory): void {
	const attributes = typeOf(context, from.fs).attributes(context, from.fs, from.node);
	if (!failed(attributes)) {
		const {mode, uid, gid, atimeUs, mtimeUs} = attributes;
		typeOf(context, to.fs).setAttributes(context, to.fs, to.node, {mode, uid, gid, atimeUs, mtimeUs});
	}
}
