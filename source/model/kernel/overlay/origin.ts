// The file handle that trusted.overlay.origin, the names in the index directory and trusted.overlay.uuid are made of.
// Source: Linux fs/overlayfs/overlayfs.h, struct ovl_fb; ext4's handles are FILEID_INO32_GEN (type 1).
//
//     00 fb len flags type  uuid (16 bytes)  inode (4, little endian)  generation (4)
//
// Simplified: the filesystem's uuid is its number in the world.

import {equalBytes} from '../../../base/bytes.js';
import type {FsId} from '../file-types.js';
import type {LayerFile} from './overlay-schema.js';

const magic = 0xFB;
const handleBytes = 29;
const uuidAt = 5;
const inodeAt = 21;

export function encodeHandle({fs, node}: LayerFile): Uint8Array {
	const bytes = new Uint8Array(handleBytes);
	bytes.set([0, magic, handleBytes, 0, 1]);
	bytes.set(fsUuid(fs), uuidAt);
	new DataView(bytes.buffer).setUint32(inodeAt, node, true);
	return bytes;
}

/** The file that a handle names, if it is on one of the given filesystems. */
export function decodeHandle(bytes: Uint8Array, filesystems: readonly FsId[]): LayerFile | undefined {
	if (bytes.length !== handleBytes || bytes[1] !== magic) {
		return undefined;
	}

	const uuid = bytes.subarray(uuidAt, inodeAt);
	const fs = filesystems.find(candidate => equalBytes(fsUuid(candidate), uuid));
	return fs === undefined ? undefined : {fs, node: new DataView(bytes.buffer, bytes.byteOffset).getUint32(inodeAt, true)};
}

/** The name of a file's entry in the index directory. */
export function indexName(file: LayerFile): string {
	return Array.from(encodeHandle(file), byte => byte.toString(16).padStart(2, '0')).join('');
}

function fsUuid(fs: FsId): Uint8Array {
	const uuid = new Uint8Array(16);
	new DataView(uuid.buffer).setUint32(12, fs);
	return uuid;
}
