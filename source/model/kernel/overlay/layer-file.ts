// Operations on the files of the underlying filesystems, whatever their types: what fs/overlayfs/util.c calls ovl_do_*.

import type {Failure} from '../errno.js';
import {failed, failure} from '../errno.js';
import type {FileContent} from '../file-content.js';
import type {Attributes} from '../file-types.js';
import type {FsContext} from '../filesystem.js';
import {typeOf} from '../vfs.js';
import type {LayerFile, OverlayMount} from './overlay-schema.js';

/** An overlay at work: who asks, and of which mount. */
export type Overlay = {readonly context: FsContext; readonly mount: OverlayMount};

export function attributesOf({context}: Overlay, file: LayerFile): Attributes | Failure {
	return typeOf(context, file.fs).attributes(context, file.fs, file.node);
}

/** The entry of a directory, or undefined if there is none. */
export function childOf({context}: Overlay, directory: LayerFile, name: string): LayerFile | undefined | Failure {
	const node = typeOf(context, directory.fs).lookup(context, directory.fs, directory.node, name);
	if (!failed(node)) {
		return {fs: directory.fs, node};
	}

	return node.errno === 'ENOENT' || node.errno === 'ENAMETOOLONG' ? undefined : node;
}

/** A whiteout is a character device 0/0. */
export function isWhiteout(attributes: Attributes): boolean {
	return attributes.type === 'char' && attributes.rdev.major === 0 && attributes.rdev.minor === 0;
}

/** The value of one of overlay's own extended attributes (`opaque`, `origin`, ...). */
export function overlayXattr(overlay: Overlay, file: LayerFile, name: string): Uint8Array | undefined {
	const {context, mount} = overlay;
	const xattrs = typeOf(context, file.fs).xattrs(context, file.fs, file.node);
	return failed(xattrs) ? undefined : xattrs.get(mount.options.xattrPrefix + name);
}

export function setOverlayXattr({context, mount}: Overlay, file: LayerFile, name: string, value: Uint8Array | undefined): void | Failure {
	return typeOf(context, file.fs).setXattr(context, file.fs, file.node, mount.options.xattrPrefix + name, value);
}

/**
 * Gives `to` the data of `from`. As ovl_copy_up_file does, it first tries to share the data (vfs_clone_file_range), which holes
 * and large files ask for, and copies where the filesystems cannot share.
 */
export function copyData({context}: Overlay, from: LayerFile, to: LayerFile): void | Failure {
	const content: FileContent | Failure | undefined = typeOf(context, from.fs).content?.(context, from.fs, from.node);
	const target = typeOf(context, to.fs);
	if (content !== undefined && !failed(content) && target.setContent !== undefined) {
		return target.setContent(context, to.fs, to.node, content);
	}

	const source = typeOf(context, from.fs);
	const chunkBytes = 65_536;
	for (let offset = 0; ; ) {
		const bytes = source.read(context, from.fs, from.node, offset, chunkBytes);
		if (failed(bytes)) {
			return bytes;
		}

		if (bytes.length === 0) {
			return;
		}

		const written = target.write(context, to.fs, to.node, offset, bytes);
		if (failed(written) || written < bytes.length) {
			return failed(written) ? written : failure('ENOSPC');
		}

		offset += bytes.length;
	}
}
