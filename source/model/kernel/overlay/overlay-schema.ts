// What a mounted overlay keeps: which directories it is made of, and the identity of every file that was looked up in it.
//
//     merged  /etc/motd ── node 17 ──┬─ upper: the copy in upperdir, once there is one
//                                    └─ lower: where each lower layer has it, topmost first
//
// Source: Linux fs/overlayfs/ovl_entry.h (struct ovl_fs, ovl_entry, ovl_inode).

import type {FileType, FsId, NodeId} from '../file-types.js';

/** A file of an underlying filesystem. */
export type LayerFile = {readonly fs: FsId; readonly node: NodeId};

/** A file of a lower layer; `layer` counts from 0 at the top. */
export type LowerFile = LayerFile & {readonly layer: number};

export type OverlayOptions = {
	/** `on` makes redirects, `follow` only obeys them, `nofollow` does neither. */
	readonly redirectDir: 'on' | 'follow' | 'nofollow';
	readonly metacopy: boolean;
	readonly index: boolean;
	/** `trusted.overlay.`, or `user.overlay.` with the option userxattr. */
	readonly xattrPrefix: string;
};

/** A mounted overlay (struct ovl_fs). */
export type OverlayMount = {
	readonly fs: FsId;
	readonly options: OverlayOptions;
	readonly lower: readonly LayerFile[];
	/** Undefined for an overlay that can only be read. */
	readonly upper: LayerFile | undefined;
	/** The directory `work` inside of workdir. */
	readonly work: NodeId | undefined;
	/** The directory `index` inside of workdir, with index=on. */
	readonly index: NodeId | undefined;
	/** The character device that all whiteouts are links to, once one was needed. */
	readonly whiteout: NodeId | undefined;
	/** All layers are on one filesystem, so that inode numbers of the layers can be shown. */
	readonly sameFs: boolean;
	readonly root: NodeId;
};

/** A file of the merged tree (struct ovl_inode and its dentry). */
export type OverlayNode = {
	readonly node: NodeId;
	readonly type: FileType;
	/** Where it was last found; copy-up goes there. */
	readonly parent: NodeId;
	readonly name: string;
	readonly upper: NodeId | undefined;
	/** Of files: the origin of the copy-up, and with metacopy=on, last, the file that has the data. */
	readonly lower: readonly LowerFile[];
	/** The upper directory hides everything below it. */
	readonly opaque: boolean;
	/** The name in the lower layers, where it differs from the name here. */
	readonly redirect: string | undefined;
	/** False while the upper file has only metadata (trusted.overlay.metacopy). */
	readonly hasUpperData: boolean;
	/** False while the upper inode is only in the index. */
	readonly hasUpperName: boolean;
	/** Lower hard links that stay one file after copy-up (index=on). */
	readonly indexed: boolean;
	/** The inode number shown stays the lower one after copy-up. */
	readonly keepsInode: boolean;
	readonly opens: number;
	/** Has no name any more; lives on while it is open. */
	readonly removed: boolean;
};

export type OverlaySchema = {
	overlay: OverlayMount;
	[nodes: `overlay-node:${number}`]: OverlayNode;
	/** By what underlies them (see nodes.ts): finds the node of a file that was looked up before. */
	[keys: `overlay-key:${number}`]: {readonly node: NodeId};
};
