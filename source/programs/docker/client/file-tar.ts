// Files of the client's host as a tar archive, and a tar archive as files: build contexts and `docker cp`.
// Source: moby pkg/archive/archive.go.

import {compareText} from '../../../base/bytes.js';
import {tarPath} from '../../../base/path.js';
import {tarEntry, type TarEntry} from '../../../base/tar.js';
import {readAll, write} from '../../../model/kernel/blocking.js';
import {errorTextOf, failed, type Failure} from '../../../model/kernel/errno.js';
import type {Attributes} from '../../../model/kernel/file-types.js';
import {refusal, refused, type Refusal, type Steps} from '../command/refusal.js';
import type {Client} from './client.js';

export type TarOptions = {
	/** The name of the top in the archive; empty to have only what is in it. */
	readonly topName: string;
	readonly isLeftOut?: (path: string) => boolean;
	/** Below a directory that is left out there may be files that are not. */
	readonly hasExceptions?: boolean;
	/** Whether all files shall belong to root in the archive. */
	readonly asRoot: boolean;
};

/** Go's words: `open /x: permission denied`. */
export function fileRefusal(verb: string, path: string, problem: Failure): Refusal {
	return refusal(`${verb} ${path}: ${errorTextOf(problem).toLowerCase()}`);
}

export function * tarOfFiles(client: Client, top: string, options: TarOptions): Steps<TarEntry[] | Refusal> {
	const attributes = client.process.sys.lstat(top);
	if (failed(attributes)) {
		return fileRefusal('lstat', top, attributes);
	}

	const entries: TarEntry[] = [];
	const links = new Map<string, string>();
	const problem = yield * addFile(client, {path: top, name: options.topName, attributes}, {options, entries, links});
	return problem ?? entries;
}

type File = {readonly path: string; readonly name: string; readonly attributes: Attributes};
type Collected = {readonly options: TarOptions; readonly entries: TarEntry[]; readonly links: Map<string, string>};

function * addFile(client: Client, file: File, into: Collected): Steps<Refusal | undefined> {
	const isLeftOut = file.name !== '' && into.options.isLeftOut?.(file.name) === true;
	if (isLeftOut && (file.attributes.type !== 'directory' || into.options.hasExceptions !== true)) {
		return undefined;
	}

	if (file.name !== '' && !isLeftOut) {
		const entry = yield * entryOf(client, file, into);
		if (refused(entry)) {
			return entry;
		}

		into.entries.push(...entry === undefined ? [] : [entry]);
	}

	return file.attributes.type === 'directory' ? yield * addChildren(client, file, into) : undefined;
}

function * addChildren(client: Client, {path, name}: File, into: Collected): Steps<Refusal | undefined> {
	const children = client.process.sys.readdir(path);
	if (failed(children)) {
		return fileRefusal('open', path, children);
	}

	for (const child of children.toSorted((a, b) => compareText(a.name, b.name))) {
		const childPath = `${path.replace(/\/$/v, '')}/${child.name}`;
		const attributes = client.process.sys.lstat(childPath);
		if (failed(attributes)) {
			return fileRefusal('lstat', childPath, attributes);
		}

		const problem = yield * addFile(client, {path: childPath, name: name === '' ? child.name : `${name}/${child.name}`, attributes}, into);
		if (problem !== undefined) {
			return problem;
		}
	}

	return undefined;
}

function * entryOf(client: Client, {path, name, attributes}: File, {options, links}: Collected): Steps<TarEntry | Refusal | undefined> {
	const {sys} = client.process;
	const common = {
		mode: attributes.mode, uid: options.asRoot ? 0 : attributes.uid, gid: options.asRoot ? 0 : attributes.gid, mtimeUs: attributes.mtimeUs,
	};
	switch (attributes.type) {
		case 'directory': {
			return tarEntry(name, 'directory', common);
		}

		case 'symlink': {
			const link = sys.readlink(path);
			return failed(link) ? fileRefusal('readlink', path, link) : tarEntry(name, 'symlink', {...common, linkName: link.target});
		}

		case 'file': {
			const key = `${attributes.fs}:${attributes.node}`;
			const earlier = links.get(key);
			if (earlier !== undefined) {
				return tarEntry(name, 'hardlink', {...common, linkName: earlier});
			}

			if (attributes.nlink > 1) {
				links.set(key, name);
			}

			const fd = sys.open(path, {read: true});
			if (failed(fd)) {
				return fileRefusal('open', path, fd);
			}

			const bytes = yield * readAll(client.process, fd);
			sys.close(fd);
			return failed(bytes) ? fileRefusal('read', path, bytes) : tarEntry(name, 'file', {...common, content: {sizeBytes: bytes.length, chunks: bytes.length === 0 ? [] : [{offset: 0, bytes}]}});
		}

		case 'char':
		case 'block': {
			return tarEntry(name, attributes.type, {...common, major: attributes.rdev.major, minor: attributes.rdev.minor});
		}

		case 'fifo': {
			return tarEntry(name, 'fifo', common);
		}

		case 'socket': {
			// Sockets cannot be archived.
			return undefined;
		}
	}
}

export type ExtractOptions = {
	/** Where the archive's top goes; `rename` makes names of it. */
	readonly rename: (name: string) => string;
	readonly keepsOwners: boolean;
};

/** Writes an archive's entries below `directory`. */
export function * extractTar(client: Client, entries: readonly TarEntry[], directory: string, {rename, keepsOwners}: ExtractOptions): Steps<Refusal | undefined> {
	const {sys} = client.process;
	for (const entry of entries) {
		const parts = tarPath(rename(entry.name));
		if (parts === undefined) {
			return refusal(`${JSON.stringify(entry.name)} is outside of ${JSON.stringify(directory)}`);
		}

		const path = [directory.replace(/\/$/v, ''), ...parts].join('/');
		const problem = yield * extractEntry(client, entry, path, directory);
		if (problem !== undefined) {
			return problem;
		}

		if (entry.type !== 'symlink' && entry.type !== 'hardlink') {
			sys.chmod(path, entry.mode);
			sys.utimes(path, entry.mtimeUs, entry.mtimeUs);
		}

		if (keepsOwners) {
			sys.chown(path, entry.uid, entry.gid, {noFollow: true});
		}
	}

	return undefined;
}

function * extractEntry(client: Client, entry: TarEntry, path: string, directory: string): Steps<Refusal | undefined> {
	const {sys} = client.process;
	const there = sys.lstat(path);
	if (entry.type === 'directory') {
		const made = failed(there) ? sys.mkdir(path, entry.mode) : (there.type === 'directory' ? undefined : refusal(`cannot overwrite non-directory ${JSON.stringify(path)} with directory ${JSON.stringify(path)}`));
		return refused(made) ? made : (made !== undefined && failed(made) ? fileRefusal('mkdir', path, made) : undefined);
	}

	if (!failed(there)) {
		if (there.type === 'directory') {
			return refusal(`cannot overwrite directory ${JSON.stringify(path)} with non-directory ${JSON.stringify(path)}`);
		}

		sys.unlink(path);
	}

	const made = makeOther(client, entry, path, directory);
	if (made !== undefined) {
		return failed(made) ? fileRefusal(entry.type === 'symlink' ? 'symlink' : 'mknod', path, made) : undefined;
	}

	const fd = sys.open(path, {write: true, create: true, truncate: true}, entry.mode);
	if (failed(fd)) {
		return fileRefusal('open', path, fd);
	}

	for (const chunk of entry.content.chunks) {
		sys.seek(fd, chunk.offset, 'start');
		const written = yield * write(client.process, fd, chunk.bytes);
		if (failed(written)) {
			sys.close(fd);
			return fileRefusal('write', path, written);
		}
	}

	sys.ftruncate(fd, entry.content.sizeBytes);
	sys.close(fd);
	return undefined;
}

/** Everything but regular files and directories; `undefined` for those. */
function makeOther({process}: Client, entry: TarEntry, path: string, directory: string): Failure | Record<never, never> | undefined {
	switch (entry.type) {
		case 'symlink': {
			return process.sys.symlink(entry.linkName, path) ?? {};
		}

		case 'hardlink': {
			return process.sys.link(`${directory.replace(/\/$/v, '')}/${entry.linkName}`, path) ?? {};
		}

		case 'char':
		case 'block':
		case 'fifo': {
			return process.sys.mknod(path, entry.type, entry.mode, {major: entry.major, minor: entry.minor}) ?? {};
		}

		default: {
			return undefined;
		}
	}
}
