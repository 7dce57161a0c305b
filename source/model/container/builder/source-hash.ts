// The content hash by which the classic builder names what COPY and ADD copied: `file:...`, `dir:...`, `multi:...` in the history.
// Owner and times do not count, modes and contents do: so touch hits the cache and chmod misses it.
// Source: moby/moby builder/remotecontext/filehash.go, pkg/tarsum (version 1 of the header), builder/dockerfile/copy.go.

import {Hasher, sha256Hex} from '../../../base/digest.js';
import {encodeText} from '../../../base/bytes.js';
import type {TarType} from '../../../base/tar.js';
import type {Inode} from '../../kernel/schema.js';
import {readContent} from '../../kernel/file-content.js';
import type {GivenFile} from './copy-files.js';
import type {TreeView, ViewFile} from './tree-view.js';

const flags: Readonly<Record<Exclude<TarType, 'hardlink'> | 'socket', string>> = {file: '0', symlink: '2', char: '3', block: '4', directory: '5', fifo: '6', socket: '0'};
const pieceBytes = 1 << 20;

function hashOf(name: string, inode: Inode): string {
	const isFile = inode.type === 'file';
	const size = isFile ? inode.content.sizeBytes : 0;
	const fields = [
		['name', inode.type === 'directory' ? `${name}/` : name], ['mode', inode.mode], ['uid', 0], ['gid', 0], ['size', size], ['typeflag', flags[inode.type]],
		['linkname', inode.target], ['uname', ''], ['gname', ''], ['devmajor', inode.rdev.major], ['devminor', inode.rdev.minor],
	];
	const hasher = new Hasher().update(encodeText(fields.flat().join('')));
	for (let at = 0; at < size; at += pieceBytes) {
		hasher.update(readContent(inode.content, at, pieceBytes));
	}

	return hasher.digest().replace('sha256:', '');
}

/** `file:HASH` of a file that was fetched. */
export function givenHash({name, content, mode}: GivenFile): string {
	const fields = [['name', name], ['mode', mode], ['uid', 0], ['gid', 0], ['size', content.length], ['typeflag', flags.file], ['linkname', ''], ['uname', ''], ['gname', ''], ['devmajor', 0], ['devminor', 0]];
	return `file:${new Hasher().update(encodeText(fields.flat().join(''))).update(content).digest().replace('sha256:', '')}`;
}

/** `file:HASH` or `dir:HASH` of one source, named by its path in the context. */
export function sourceHash(view: TreeView, path: readonly string[], file: ViewFile): string {
	const name = path.join('/');
	if (file.inode.type !== 'directory') {
		return `file:${hashOf(name, file.inode)}`;
	}

	const hashes: string[] = [];
	collect(view, name, file, hashes);
	return `dir:${sha256Hex(hashes.sort().join(','))}`;
}

function collect(view: TreeView, name: string, directory: ViewFile, hashes: string[]): void {
	// The root of the context is not among its own files.
	if (name !== '') {
		hashes.push(hashOf(name, directory.inode));
	}

	for (const entry of view.entries(directory)) {
		const path = name === '' ? entry.name : `${name}/${entry.name}`;
		if (entry.file.inode.type === 'directory') {
			collect(view, path, entry.file, hashes);
		} else {
			hashes.push(hashOf(path, entry.file.inode));
		}
	}
}

/** One source's hash, or `multi:HASH` of several. */
export function joinHashes(hashes: readonly string[]): string {
	return hashes.length === 1 ? hashes[0]! : `multi:${sha256Hex(hashes.join(','))}`;
}
