// rename(2): what was below the old name must not show there again, so a whiteout takes its place; what moves must not merge with
// what is below the new name, so a directory becomes opaque. A directory with lower parts is not copied: EXDEV, on which mv copies file by
// file, or with redirect_dir=on an attribute with its old name. Source: Linux fs/overlayfs/dir.c, ovl_rename.

import {must} from '../../../base/assert.js';
import {type Failure, failed, failure} from '../errno.js';
import type {NodeId} from '../file-types.js';
import {typeOf} from '../vfs.js';
import {finishUnlink, isPureUpper, prepareUnlink, setRedirect} from './change.js';
import {copyUpDirectory, copyUpEntry, setImpure, setMark} from './copy-up.js';
import {checkEmpty, clearWhiteouts} from './directory.js';
import type {Overlay} from './layer-file.js';
import {getNode, lookupNode, putNode, upperOf} from './nodes.js';
import type {OverlayNode} from './overlay-schema.js';
import {hasWhiteout, isLowerPositive, whiteOut} from './whiteout.js';

export type End = {readonly directory: NodeId; readonly name: string};
export type RenameOptions = {readonly noReplace?: boolean; readonly exchange?: boolean};

/** A rename under way: both directories copied up, and what is at both names. */
type Move = {
	readonly from: OverlayNode;
	readonly to: OverlayNode;
	readonly old: OverlayNode;
	/** What is replaced or exchanged. */
	readonly target: OverlayNode | undefined;
	readonly exchange: boolean;
	readonly toName: string;
};

export function rename(overlay: Overlay, from: End, to: End, options: RenameOptions): void | Failure {
	const oldParent = getNode(overlay, from.directory);
	const newParent = getNode(overlay, to.directory);
	if (oldParent === undefined || newParent === undefined) {
		return failure('ENOENT');
	}

	const old = lookupNode(overlay, oldParent, from.name);
	const found = lookupNode(overlay, newParent, to.name);
	const exchange = options.exchange === true;
	const refused = check(overlay, {old, found, oldParent, newParent, exchange, noReplace: options.noReplace === true});
	if (refused !== undefined || failed(old)) {
		return refused === 'same' ? undefined : (refused ?? old as Failure);
	}

	const target = failed(found) ? undefined : found;
	// Decided before anything is copied up: whether the old name needs a whiteout.
	const leavesWhiteout = !exchange && isLowerPositive(overlay, oldParent, old);
	const move = prepare(overlay, {from, to, target, exchange});
	if (failed(move)) {
		return move;
	}

	const marked = markMoved(overlay, move);
	const moved = failed(marked) ? marked : moveUpper(overlay, move, leavesWhiteout);
	if (failed(moved)) {
		return moved;
	}

	place(overlay, move.old, move.to, move.toName);
	if (exchange && move.target !== undefined) {
		place(overlay, move.target, move.from, from.name);
	}
}

type Checked = {readonly old: OverlayNode | Failure; readonly found: OverlayNode | Failure; readonly oldParent: OverlayNode; readonly newParent: OverlayNode; readonly exchange: boolean; readonly noReplace: boolean};

/** What vfs_rename checks for all filesystems, then what overlay cannot move. `same`: both names are one file already. */
function check(overlay: Overlay, {old, found, oldParent, newParent, exchange, noReplace}: Checked): Failure | 'same' | undefined {
	if (failed(old)) {
		return old;
	}

	const target = failed(found) ? undefined : found;
	if (failed(found) && (found.errno !== 'ENOENT' || exchange)) {
		return found;
	}

	if (target !== undefined && noReplace) {
		return failure('EEXIST');
	}

	if (overlay.mount.upper === undefined) {
		return failure('EROFS');
	}

	if (old.type === 'directory' && isWithin(overlay, newParent, old)) {
		return failure('EINVAL');
	}

	if (target?.type === 'directory' && isWithin(overlay, oldParent, target)) {
		// The target holds the source, so it is not empty, and cannot go into itself.
		return failure(exchange ? 'EINVAL' : 'ENOTEMPTY');
	}

	if (target !== undefined && target.node === old.node) {
		return 'same';
	}

	if (target !== undefined && !exchange && (target.type === 'directory') !== (old.type === 'directory')) {
		return failure(old.type === 'directory' ? 'ENOTDIR' : 'EISDIR');
	}

	const movesTree = !canMove(overlay, old) || (exchange && target !== undefined && !canMove(overlay, target));
	// Of a purely upper directory the upper filesystem says itself whether it is empty.
	const empty = target?.type === 'directory' && !isPureUpper(target) && !exchange && !movesTree ? checkEmpty(overlay, target) : undefined;
	return movesTree ? failure('EXDEV') : (failed(empty) ? empty : undefined);
}

type Preparation = {readonly from: End; readonly to: End; readonly target: OverlayNode | undefined; readonly exchange: boolean};

/** Copies up what takes part, and clears an empty directory that is to be replaced. */
function prepare(overlay: Overlay, {from, to, target, exchange}: Preparation): Move | Failure {
	const fromDirectory = copyUpDirectory(overlay, from.directory);
	const old = failed(fromDirectory) ? fromDirectory : copyUpEntry(overlay, fromDirectory, from.name);
	const toDirectory = failed(old) ? old : copyUpDirectory(overlay, to.directory);
	if (failed(fromDirectory) || failed(old) || failed(toDirectory)) {
		return [fromDirectory, old, toDirectory].find(value => failed(value)) as Failure;
	}

	const other = target === undefined ? undefined : (exchange ? copyUpEntry(overlay, toDirectory, to.name) : prepareUnlink(overlay, target));
	const cleared = other === undefined || failed(other) || exchange || other.type !== 'directory' || isPureUpper(other) ? other : clearWhiteouts(overlay, other);
	if (failed(cleared) || failed(other)) {
		return failed(cleared) ? cleared : other as Failure;
	}

	const directories = {from: must(getNode(overlay, from.directory), 'prepare: lost'), to: must(getNode(overlay, to.directory), 'prepare: lost')};
	return {...directories, old, target: other, exchange, toName: to.name};
}

/** Impure marks for the directories, and for what moves a redirect or, against merging with what is below, an opaque mark. */
function markMoved(overlay: Overlay, {from, to, old, target, exchange}: Move): void | Failure {
	const isSameDirectory = from.node === to.node;
	const steps = [
		() => isSameDirectory || !hasOrigin(old) ? undefined : setImpure(overlay, to),
		() => isSameDirectory || !exchange || target === undefined || !hasOrigin(target) ? undefined : setImpure(overlay, from),
		() => markOne(overlay, old, to, isSameDirectory),
		() => exchange && target !== undefined ? markOne(overlay, target, from, isSameDirectory) : undefined,
	];
	for (const step of steps) {
		const done = step();
		if (failed(done)) {
			return done;
		}
	}
}

function markOne(overlay: Overlay, node: OverlayNode, into: OverlayNode, isSameDirectory: boolean): void | Failure {
	if (isMerged(node)) {
		return setRedirect(overlay, node, !isSameDirectory);
	}

	if (node.type !== 'directory' || node.opaque || into.lower.length === 0) {
		return;
	}

	const marked = setMark(overlay, must(upperOf(overlay, node), 'markOne: no upper'), 'opaque');
	return failed(marked) ? failure('EXDEV') : putNode(overlay, {...must(getNode(overlay, node.node), 'markOne: lost'), opaque: true});
}

function moveUpper(overlay: Overlay, {from, to, old, target, exchange, toName}: Move, leavesWhiteout: boolean): void | Failure {
	const {context} = overlay;
	const source = must(upperOf(overlay, from), 'moveUpper: no upper');
	const destination = must(upperOf(overlay, to), 'moveUpper: no upper');
	const type = typeOf(context, source.fs);
	const whiteout = hasWhiteout(overlay, destination, toName);
	if (whiteout) {
		const cleared = type.unlink(context, destination.fs, destination.node, toName);
		if (failed(cleared)) {
			return cleared;
		}
	}

	const moved = type.rename(context, source.fs, {directory: source.node, name: old.name}, {directory: destination.node, name: toName}, exchange ? {exchange} : {});
	if (failed(moved)) {
		return moved;
	}

	if (target !== undefined && !exchange) {
		finishUnlink(overlay, target);
	}

	return leavesWhiteout ? whiteOut(overlay, from, source, old.name) : undefined;
}

function place(overlay: Overlay, node: OverlayNode, directory: OverlayNode, name: string): void {
	putNode(overlay, {...must(getNode(overlay, node.node), 'place: node lost'), parent: directory.node, name});
}

/** A directory with lower parts moves only if a redirect may say where they are (ovl_can_move). */
function canMove(overlay: Overlay, node: OverlayNode): boolean {
	return overlay.mount.options.redirectDir === 'on' || node.type !== 'directory' || isPureUpper(node);
}

/** The upper file needs lower ones: a directory that is merged, or a file whose data is below (OVL_TYPE_MERGE). */
function isMerged(node: OverlayNode): boolean {
	return node.lower.length > 0 && (node.type === 'directory' || !node.hasUpperData);
}

/** It was copied up, and the lower inode number still counts (OVL_TYPE_ORIGIN). */
function hasOrigin(node: OverlayNode): boolean {
	return node.upper !== undefined && node.lower.length > 0 && node.keepsInode;
}

function isWithin(overlay: Overlay, directory: OverlayNode, ancestor: OverlayNode): boolean {
	for (let at = directory; ; at = must(getNode(overlay, at.parent), 'isWithin: no parent')) {
		if (at.node === ancestor.node) {
			return true;
		}

		if (at.node === overlay.mount.root) {
			return false;
		}
	}
}
