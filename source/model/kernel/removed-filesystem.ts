// A filesystem that was taken away while somebody still stood in it: nothing of it can be found or changed any more.

import {failure} from './errno.js';
import type {FileSystemType} from './filesystem.js';

const stale = () => failure('ESTALE');

export const removedFileSystem: FileSystemType = {
	name: 'removed',
	isVirtual: true,
	root: () => 0,
	attributes: stale,
	lookup: stale,
	parent: (_context, _fs, directory) => directory,
	entries: stale,
	readlink: stale,
	create: stale,
	link: stale,
	unlink: stale,
	rmdir: stale,
	rename: stale,
	open: stale,
	release() {},
	read: stale,
	write: stale,
	setAttributes: stale,
	xattrs: stale,
	setXattr: stale,
	usage: () => ({type: 'removed', totalBytes: 0, freeBytes: 0, totalInodes: 0, freeInodes: 0}),
};
