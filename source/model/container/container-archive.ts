// Files of a container in and out as tar archives: what docker cp and docker export stand on. A running container shows its mounts; one
// that does not run shows its own files and its volumes. Source: moby/moby daemon/archive_unix.go, pkg/archive.

import {rfc3339OfMoment} from '../../base/internet-date.js';
import type {JsonObject} from '../../base/json.js';
import {isTarError, readTar, type SparseBytes, type TarEntry, tarEntry, writeTar} from '../../base/tar.js';
import {normalPath} from '../../base/path.js';
import {errorTextOf, failed, failure, type Failure} from '../kernel/errno.js';
import type {Attributes} from '../kernel/file-types.js';
import {attachMount} from '../kernel/mount-tree.js';
import {endNamespace, makeNamespace} from '../kernel/namespaces.js';
import {getTask} from '../kernel/tasks.js';
import {type Caller, type Found, resolve, resolveParent, typeOf} from '../kernel/vfs.js';
import {makeMerged} from './container-filesystem.js';
import type {Container} from './container-schema.js';
import {changeContainer, isRunning} from './container-store.js';
import {engineError, type EngineError} from './engine.js';
import {containerCaller, type EngineHost, fsContext, hostCaller} from './engine-host.js';

/** Uses the files of a container by its own paths. */
export function withFiles<T>(host: EngineHost, container: Container, use: (caller: Caller) => T, options: {readonly withVolumes: boolean} = {withVolumes: true}): T {
	const {task} = container.state;
	if (isRunning(container) && task !== undefined && options.withVolumes) {
		const init = getTask(host.tx, host.engine, task);
		return use(containerCaller(host, init.namespaces.mnt, init.root));
	}

	const context = fsContext(host);
	const merged = container.layer.merged ?? makeMerged(context, host, container);
	changeContainer(host, container.id, {layer: {...container.layer, merged}});
	const namespace = makeNamespace(host.tx, {kind: 'mnt', kernel: host.engine, owner: host.tx.get('kernel', host.engine)!.initial.user});
	const node = typeOf(context, merged).root(context, merged);
	const mount = attachMount(host.tx, namespace, {parent: undefined, mountpoint: undefined, fs: merged, root: node, source: 'overlay', type: 'overlay', flags: [], fsOptions: []});
	const caller = containerCaller(host, namespace, {mount, node});
	for (const {source, destination, type, isWritable} of options.withVolumes ? container.mounts : []) {
		const from = type === 'tmpfs' ? undefined : resolve(hostCaller(host), source, true);
		const to = resolve(caller, destination, true);
		if (from !== undefined && !failed(from) && !failed(to)) {
			attachMount(host.tx, namespace, {
				parent: to.place.mount, mountpoint: to.place.node, fs: from.fs, root: from.place.node, source: 'bind', type: 'bind', flags: isWritable ? [] : ['ro'], fsOptions: [],
			});
		}
	}

	const result = use(caller);
	endNamespace(host.tx, namespace, 'mnt');
	return result;
}

/** Go's os.FileMode, which the API's stat header has. */
function goMode({type, mode}: Attributes): number {
	const bits = {file: 0, directory: 2 ** 31, symlink: 2 ** 27, char: 2 ** 26 + 2 ** 21, block: 2 ** 26, fifo: 2 ** 25, socket: 2 ** 24}[type];
	return bits + ((mode & 0o4000) === 0 ? 0 : 2 ** 23) + ((mode & 0o2000) === 0 ? 0 : 2 ** 22) + ((mode & 0o1000) === 0 ? 0 : 2 ** 20) + (mode & 0o777);
}

function baseName(path: string): string {
	const trimmed = path.replace(/(?<=.)\/+$/v, '');
	return trimmed === '/' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

export function notFound(path: string, name: string): EngineError {
	return engineError(404, `Could not find the file ${path} in container ${name}`);
}

/** What the X-Docker-Container-Path-Stat header says; undefined if there is no such file. */
export function statPath(caller: Caller, path: string): JsonObject | undefined {
	const found = resolve(caller, path.endsWith('/') ? path : `/${path}`.replaceAll('//', '/'), false);
	if (failed(found)) {
		return undefined;
	}

	const {attributes} = found;
	const seconds = Math.floor(attributes.mtimeUs / 1e6);
	const link = attributes.type === 'symlink' ? typeOf(caller.context, found.fs).readlink(caller.context, found.fs, found.place.node) : undefined;
	return {
		name: baseName(path), size: attributes.sizeBytes, mode: goMode(attributes), mtime: rfc3339OfMoment({seconds, nanoseconds: (attributes.mtimeUs - seconds * 1e6) * 1000}),
		linkTarget: link === undefined || failed(link) ? '' : link.target,
	};
}

/** An archive of a file or a directory with all below it. */
export function archivePath(caller: Caller, path: string): Uint8Array | undefined {
	const found = resolve(caller, path, false);
	return failed(found) ? undefined : writeTar(entriesOf(caller, found, path.endsWith('/.') ? '.' : baseName(path)));
}

/** An archive of the whole filesystem: docker export. */
export function archiveAll(caller: Caller): Uint8Array {
	const root = resolve(caller, '/', false);
	return failed(root) ? writeTar([]) : writeTar([...entriesOf(caller, root, '')].filter(entry => entry.name !== ''));
}

const pieceBytes = 65_536;

/** What a file holds, long runs of zeros as holes: most of an image's size is files of which only the size is modelled. */
function contentOf({context}: Caller, {fs, place, attributes: {sizeBytes}}: Found): SparseBytes {
	const type = typeOf(context, fs);
	const chunks: Array<{readonly offset: number; readonly bytes: Uint8Array}> = [];
	for (let offset = 0; offset < sizeBytes; offset += pieceBytes) {
		const bytes = type.read(context, fs, place.node, offset, Math.min(pieceBytes, sizeBytes - offset));
		if (!failed(bytes) && bytes.some(byte => byte !== 0)) {
			chunks.push({offset, bytes});
		}
	}

	return {sizeBytes, chunks};
}

function * entriesOf(caller: Caller, found: Found, name: string): Generator<TarEntry> {
	const {context} = caller;
	const {fs, place, attributes} = found;
	const type = typeOf(context, fs);
	const {mode, uid, gid, mtimeUs, rdev} = attributes;
	if (attributes.type === 'socket') {
		return;
	}

	const link = attributes.type === 'symlink' ? type.readlink(context, fs, place.node) : undefined;
	yield tarEntry(name, attributes.type, {
		mode, uid, gid, mtimeUs, major: rdev.major, minor: rdev.minor, linkName: link === undefined || failed(link) ? '' : link.target,
		...(attributes.type === 'file' && attributes.sizeBytes > 0 ? {content: contentOf(caller, found)} : {}),
	});
	const entries = attributes.type === 'directory' ? type.entries(context, fs, place.node) : [];
	for (const entry of failed(entries) ? [] : entries) {
		const inner = resolve({...caller, task: {...caller.task, cwd: place}}, `./${entry.name}`, false);
		if (!failed(inner)) {
			yield * entriesOf(caller, inner, name === '' ? entry.name : `${name.replace(/\/$/v, '')}/${entry.name}`);
		}
	}
}

export type ExtractOptions = {
	/** A directory may not take the place of something else, nor the other way round. */
	readonly noOverwriteDirNonDir: boolean;
};

/** Unpacks an archive into a directory of the container. What leads out of it is refused; what came before it stays. */
export function extractInto(caller: Caller, directory: string, tar: Uint8Array, options: ExtractOptions): EngineError | undefined {
	const entries = readTar(tar);
	if (isTarError(entries)) {
		return engineError(400, entries.message);
	}

	const root = normalPath(directory);
	for (const entry of entries) {
		const path = normalPath(`${root}/${entry.name}`);
		const problem = breakout(root, path, entry) ?? (path === root ? undefined : makeParents(caller, root, path) ?? putEntry(caller, {root, path, entry}, options));
		if (problem !== undefined) {
			return problem;
		}
	}

	return undefined;
}

/** Source: moby/go-archive archive.go, Unpack and createTarFile. Links are judged by their text alone. */
function breakout(root: string, path: string, {name, type, linkName}: TarEntry): EngineError | undefined {
	if (root !== '/' && path !== root && !path.startsWith(`${root}/`)) {
		return engineError(500, `${JSON.stringify(name)} is outside of ${JSON.stringify(root)}`);
	}

	const target = normalPath(type === 'hardlink' ? `${root}/${linkName}` : `${path}/../${linkName}`);
	return (type === 'hardlink' || type === 'symlink') && !target.startsWith(root)
		? engineError(500, `invalid ${type} ${JSON.stringify(type === 'hardlink' ? target : path)} -> ${JSON.stringify(linkName)}`)
		: undefined;
}

/** Directories on the way that the archive does not have. */
function makeParents(caller: Caller, root: string, path: string): EngineError | undefined {
	const parts = path.slice(root.length).split('/').filter(part => part !== '').slice(0, -1);
	for (let count = 1; count <= parts.length; count++) {
		const directory = `${root === '/' ? '' : root}/${parts.slice(0, count).join('/')}`;
		const parent = failed(resolve(caller, directory, false)) ? resolveParent(caller, directory) : undefined;
		const made = parent === undefined ? undefined : (failed(parent) ? parent : typeOf(caller.context, parent.fs).create(caller.context, parent.fs, parent.place.node, parent.name, {type: 'directory', mode: 0o755, uid: 0, gid: 0}));
		if (failed(made)) {
			return refuse(directory, made);
		}
	}

	return undefined;
}

type Unpacked = {readonly root: string; readonly path: string; readonly entry: TarEntry};

function putEntry(caller: Caller, {root, path, entry}: Unpacked, {noOverwriteDirNonDir}: ExtractOptions): EngineError | undefined {
	const {context} = caller;
	const existing = resolve(caller, path, false);
	const isDirectory = entry.type === 'directory';
	if (!failed(existing) && (existing.attributes.type === 'directory') !== isDirectory && noOverwriteDirNonDir) {
		return engineError(400, `cannot overwrite ${isDirectory ? 'non-directory' : 'directory'} ${JSON.stringify(path)} with ${isDirectory ? 'directory' : 'non-directory'} ${JSON.stringify(entry.name)}`);
	}

	const parent = resolveParent(caller, path);
	if (failed(parent)) {
		return refuse(path, parent);
	}

	const type = typeOf(context, parent.fs);
	if (!failed(existing) && !(isDirectory && existing.attributes.type === 'directory')) {
		type.unlink(context, parent.fs, parent.place.node, parent.name);
	}

	if (entry.type === 'hardlink') {
		const target = resolve(caller, normalPath(`${root}/${entry.linkName}`), false);
		const linked = failed(target) ? target : target.fs !== parent.fs ? failure('EXDEV') : type.link(context, parent.fs, target.place.node, parent.place.node, parent.name);
		return failed(linked) ? refuse(path, linked) : undefined;
	}

	const keeps = isDirectory && !failed(existing) && existing.attributes.type === 'directory';
	const {mode, uid, gid, mtimeUs} = entry;
	const node = keeps ? existing.place.node : type.create(context, parent.fs, parent.place.node, parent.name, {
		type: entry.type, mode, uid, gid, rdev: {major: entry.major, minor: entry.minor}, ...(entry.type === 'symlink' ? {target: entry.linkName} : {}),
	});
	if (failed(node)) {
		return refuse(path, node);
	}

	for (const {offset, bytes} of entry.content.chunks) {
		type.write(context, parent.fs, node, offset, bytes);
	}

	type.setAttributes(context, parent.fs, node, {...(entry.type === 'file' ? {sizeBytes: entry.content.sizeBytes} : {}), mode, uid, gid, mtimeUs});
	return undefined;
}

function refuse(path: string, problem: Failure): EngineError {
	return problem.errno === 'EROFS' ? engineError(403, 'mounted volume is marked read-only') : engineError(500, `open ${path}: ${errorTextOf(problem).toLowerCase()}`);
}
